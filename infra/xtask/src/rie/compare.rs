//! Whether two malls gave the same answer.

use std::fmt;

use serde_json::{Map, Value};

/// The places whose values differ between two malls in the same state, by function and JSON pointer into its answer: made anew by
/// each call, telling the time, or naming the mall's own port. That text is there is compared, what it says is not.
const VOLATILE: &[(&str, &str)] = &[
    ("add-address", "/body/id"),
    ("add-address", "/body/added_at"),
    ("add-purchase-need", "/body/need_id"),
    ("add-purchase-need", "/body/created_at"),
    ("add-purchase-need", "/headers/location"),
    ("assign-purchase", "/body/updated_at"),
    ("cancel-order", "/body/closed_at"),
    ("change-own-password", "/cookies/0"),
    ("change-own-password", "/body/ends_at"),
    ("change-staff", "/body/changed_at"),
    ("create-staff", "/body/id"),
    ("create-staff", "/body/created_at"),
    ("create-staff", "/body/changed_at"),
    ("create-staff", "/headers/location"),
    ("create-upload", "/body/upload_id"),
    ("create-upload", "/body/url"),
    ("create-upload", "/body/addresses/small"),
    ("create-upload", "/body/addresses/medium"),
    ("create-upload", "/body/addresses/large"),
    ("create-upload", "/body/addresses/fallback"),
    ("create-upload", "/body/expires_at"),
    ("create-upload", "/body/fields/key"),
    ("create-upload", "/body/fields/policy"),
    ("create-upload", "/body/fields/x-amz-credential"),
    ("create-upload", "/body/fields/x-amz-date"),
    ("create-upload", "/body/fields/x-amz-signature"),
    ("create-upload", "/headers/location"),
    ("finish-purchase", "/body/updated_at"),
    ("finish-purchase", "/body/needs/0/settled_at"),
    ("merge-purchase-needs", "/body/purchase_id"),
    ("merge-purchase-needs", "/body/created_at"),
    ("merge-purchase-needs", "/body/updated_at"),
    ("put-on-sale", "/body/updated_at"),
    ("put-product", "/body/updated_at"),
    ("quote-order", "/body/quote"),
    ("quote-order", "/body/quote_id"),
    ("quote-order", "/body/expires_at"),
    ("receive-purchase", "/body/updated_at"),
    ("register-member", "/body/member_id"),
    ("register-member", "/body/registered_at"),
    // The new session's token.
    ("sign-in", "/cookies/0"),
    ("sign-in", "/body/ends_at"),
    ("sign-in-staff", "/cookies/0"),
    ("sign-in-staff", "/body/ends_at"),
    // With the moment, the addresses of mall and provider, and the signature over them.
    ("start-payment", "/body/url"),
    ("submit-order", "/body/placed_at"),
    ("submit-order", "/body/expires_at"),
    ("take-off-sale", "/body/updated_at"),
];

/// What came of one function.
#[derive(Debug, PartialEq)]
pub(super) enum Verdict {
    /// Both answered the same, and it was a success.
    Same,
    /// The sample event fails in the local mall: it shows nothing.
    NoSuccess(Value),
    /// Where the answers differ, and what each holds there: in the local mall, under the emulator.
    Different(Vec<(String, Value, Value)>),
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Same => write!(formatter, "same"),
            Self::NoSuccess(answer) => write!(formatter, "no success in the local mall: {answer}"),
            Self::Different(places) => {
                write!(formatter, "differs")?;
                places.iter().try_for_each(|(place, local, emulated)| {
                    write!(formatter, "\n  {place}: {local} | {emulated}")
                })
            }
        }
    }
}

/// Compares whole answers of a function.
pub(super) fn compare(function: &str, local: &Value, emulated: &Value) -> Verdict {
    if !succeeded(local) {
        return Verdict::NoSuccess(local.clone());
    }
    let mut places = Vec::new();
    let (local, emulated) = (masked(function, local), masked(function, emulated));
    differ("", &local, &emulated, &mut places);
    match places.is_empty() {
        true => Verdict::Same,
        false => Verdict::Different(places),
    }
}

/// Notes every place, as a JSON pointer, at which the two are not the same.
fn differ(place: &str, one: &Value, other: &Value, places: &mut Vec<(String, Value, Value)>) {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            for name in one
                .keys()
                .chain(other.keys().filter(|name| !one.contains_key(*name)))
            {
                let of = |fields: &Map<String, Value>| fields.get(name).cloned();
                let (one, other) = (of(one).unwrap_or_default(), of(other).unwrap_or_default());
                differ(&format!("{place}/{name}"), &one, &other, places);
            }
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            for (nth, (one, other)) in one.iter().zip(other).enumerate() {
                differ(&format!("{place}/{nth}"), one, other, places);
            }
        }
        _ if one == other => {}
        _ => places.push((place.to_owned(), one.clone(), other.clone())),
    }
}

/// An answer without an error, a batch without a message that failed, or nothing, of whom nobody waits for an answer.
fn succeeded(answer: &Value) -> bool {
    if answer.is_null() {
        return true;
    }
    match answer["statusCode"].as_u64() {
        Some(status) => status < 400,
        None => answer["batchItemFailures"]
            .as_array()
            .is_some_and(Vec::is_empty),
    }
}

/// The answer with its body read as JSON, and the text at every volatile place replaced.
fn masked(function: &str, answer: &Value) -> Value {
    let mut answer = answer.clone();
    let body = answer["body"]
        .as_str()
        .and_then(|body| serde_json::from_str(body).ok());
    if let Some(body) = body {
        answer["body"] = body;
    }
    for (_, place) in VOLATILE.iter().filter(|(known, _)| *known == function) {
        if let Some(Value::String(text)) = answer.pointer_mut(place) {
            "volatile".clone_into(text);
        }
    }
    answer
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn answer(body: &Value) -> Value {
        json!({ "statusCode": 201, "headers": { "location": "/a" }, "body": body.to_string() })
    }

    #[test]
    fn what_is_new_each_time_is_not_compared_and_everything_else_is() {
        let local = answer(&json!({ "id": "1", "street": "a", "added_at": "now" }));
        let again = answer(&json!({ "id": "2", "street": "a", "added_at": "then" }));
        assert_eq!(compare("add-address", &local, &again), Verdict::Same);
        let of_another = compare("change-address", &local, &again);
        assert!(matches!(of_another, Verdict::Different(places) if places.len() == 2));

        let other = answer(&json!({ "id": "2", "street": "b", "added_at": "then" }));
        let without = answer(&json!({ "street": "a", "added_at": "then" }));
        for (answer, place) in [(other, "/body/street"), (without, "/body/id")] {
            let verdict = compare("add-address", &local, &answer);
            assert!(matches!(verdict, Verdict::Different(places) if places[0].0 == place));
        }
    }

    #[test]
    fn two_failures_are_not_the_same_success() {
        let refused = json!({ "statusCode": 404, "body": "{}" });
        let failed = json!({ "batchItemFailures": [{ "itemIdentifier": "1" }] });
        assert_ne!(compare("show-sku", &refused, &refused), Verdict::Same);
        assert_ne!(compare("close-order", &failed, &failed), Verdict::Same);
        let died = json!({ "errorMessage": "it died" });
        assert_ne!(compare("audit-stock", &died, &died), Verdict::Same);
        assert_eq!(
            compare("audit-stock", &Value::Null, &Value::Null),
            Verdict::Same
        );
        let done = json!({ "batchItemFailures": [] });
        assert_eq!(compare("close-order", &done, &done), Verdict::Same);
    }
}
