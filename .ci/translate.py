"""Turns the SAM templates into the CloudFormation that AWS would make of them, for cfn-lint to read.

    translate.py FOLDER template.yaml infra/*.yaml

writes each under the same name into FOLDER, so that nested stacks find each other there. `sam validate --lint` looks at the templates
as they are written, which hides whatever SAM makes wrong of them.
"""

import json
import logging
import sys
from pathlib import Path

from samcli.yamlhelper import yaml_parse
from samtranslator.public.exceptions import InvalidDocumentException
from samtranslator.public.parser import Parser
from samtranslator.public.translator import Translator

# SAM takes code that is packaged; this is a name that S3 allows.
PACKAGED = "s3://artifacts/function.zip"
# Needed by name only for policies that a template names without their ARN; ours are written out.
MANAGED_POLICIES: dict[str, str] = {}


def translate(file: str) -> dict:
    template = yaml_parse(Path(file).read_text(encoding="utf-8"))
    if "Transform" not in template:
        return template
    function = template.get("Globals", {}).get("Function", {})
    if "CodeUri" in function:
        function["CodeUri"] = PACKAGED
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function" and "CodeUri" in resource["Properties"]:
            resource["Properties"]["CodeUri"] = PACKAGED
    # What the caller would answer to the questions for values without a default.
    values = {name: "1" for name, field in template.get("Parameters", {}).items() if "Default" not in field}
    return Translator(MANAGED_POLICIES, Parser()).translate(template, values)


def main(folder: str, *files: str) -> int:
    # It warns that its usage statistics, which nobody collects here, are not sent.
    logging.getLogger("samtranslator.metrics").setLevel(logging.ERROR)
    failed = False
    for file in files:
        try:
            translated = translate(file)
        except InvalidDocumentException as problem:
            failed = True
            for cause in problem.causes:
                print(f"{file}: {cause.message}", file=sys.stderr)
            continue
        target = Path(folder, file)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(translated, indent=2, ensure_ascii=False), encoding="utf-8")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
