"""Our data files are what the JSON Schemas beside them say, and the schemas are valid themselves."""

import glob
import json
import os
import sys

import jsonschema

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "cli"))
from plain_json import plain  # noqa: E402  # pylint: disable=wrong-import-position

ROOT = os.path.join(os.path.dirname(__file__), "..", "..")
SCENARIO_SCHEMA = "schemas/scenario.schema.json"


def load(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return json.loads(plain(file.read()))


def pairs():
    """Every data file with the schema that describes it."""
    for path in sorted(glob.glob("schemas/*.json", root_dir=ROOT)):
        if not path.endswith(".schema.json"):
            yield path, "schemas/" + load(path)["$schema"]
    for path in sorted(glob.glob("scenarios/*.json", root_dir=ROOT)):
        yield path, SCENARIO_SCHEMA


def faults_of(path, schema_path):
    if not os.path.exists(os.path.join(ROOT, schema_path)):
        yield f"{path}: has no {schema_path} beside it"
        return
    schema = load(schema_path)
    jsonschema.Draft202012Validator.check_schema(schema)
    for error in jsonschema.Draft202012Validator(schema).iter_errors(load(path)):
        yield f"{path}: {error.json_path}: {error.message[:300]}"


def main():
    faults, files = [], 0
    for path, schema_path in pairs():
        faults += faults_of(path, schema_path)
        files += 1
    for fault in faults[:40]:
        print(fault, file=sys.stderr)
    print(f"schemas: {files} files, {len(faults)} findings")
    return 1 if faults or not files else 0


if __name__ == "__main__":
    sys.exit(main())
