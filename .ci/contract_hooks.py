"""What schemathesis finds and the mall means."""

import schemathesis
from schemathesis.openapi.checks import RejectedPositiveData


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """An integer is written without a fraction: to JSON Schema 5.0 is one, to the mall, as to many readers of JSON, it is not."""
    return not (isinstance(failure, RejectedPositiveData) and has_whole_fraction(case.body))


def has_whole_fraction(value):
    if isinstance(value, dict):
        return any(has_whole_fraction(member) for member in value.values())
    if isinstance(value, list):
        return any(has_whole_fraction(item) for item in value)
    return isinstance(value, float) and value.is_integer()
