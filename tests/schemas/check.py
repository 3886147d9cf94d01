"""Each file of schemas/ satisfies the JSON Schema it names, and those schemas refuse what is wrong.

usage: check.py ROOT
"""

import copy
import json
import pathlib
import sys

import jsonschema

# One fault a row, put into a good file: file, path of the value, what it becomes.
BROKEN = [
    ("elasticbeanstalk.json", ("service",), "Elastic Beanstalk"),
    ("elasticbeanstalk.json", ("colour",), "blue"),
    ("elasticbeanstalk.json", ("operations", 0, "effect"), "explode"),
    ("elasticbeanstalk.json", ("operations", 0, "readOnly"), "no"),
    ("elasticbeanstalk.json", ("operations", 0, "response"), []),
    ("elasticbeanstalk.json", ("operations", 0, "errors"), ["Not A Name"]),
    ("elasticbeanstalk.json", ("operations", 0, "request", "environmentId", "t"), "text"),
    ("elasticbeanstalk.json", ("operations", 0, "request", "environmentId", "of"), "string"),
    ("elasticbeanstalk.json", ("operations", 0, "request", "environmentId", "const"), 1),
    ("elasticbeanstalk.json", ("operations", 0, "request", "environment id"), {"t": "string"}),
    ("elasticbeanstalk.json", ("operations", 0, "request", "environmentId", "text"), "e-{uuid}"),
    ("elasticbeanstalk.json", ("operations", 0, "record"), {"eventname": "A"}),
    ("elasticbeanstalk.json", ("operations", 0, "omit"), [""]),
    ("elasticbeanstalk.json", ("eventVersion",), 12),
    ("elasticbeanstalk.json", ("operations", 0, "request", "a"), {"t": "string", "sent": "always"}),
    ("elasticbeanstalk.json", ("operations", 0, "request", "a"), {"t": "boolean", "enum": ["x"]}),
    ("elasticbeanstalk.json", ("errors", "throttled", "http"), 200),
    ("option-settings.json", ("namespaces", 0, "name"), "autoscaling"),
    ("option-settings.json", ("namespaces", 0, "environments"), ["Desktop"]),
    ("option-settings.json", ("namespaces", 0, "options", 0, "default"), 1),
    ("option-settings.json", ("namespaces", 0, "options", 0, "t"), "text"),
    ("platforms.json", ("platforms", 0, "version"), "6.7"),
    ("platforms.json", ("platforms", 0, "branch"), "Node.js"),
    ("regions.json", ("regions", 0, "partition"), "aws-moon"),
    ("regions.json", ("regions", 0, "name"), "Frankfurt"),
]


def load(path):
    return json.loads(path.read_text(encoding="utf-8"))


def validators(folder):
    """Data file name -> (its value, the validator of the schema that it names)."""
    found = {}
    for path in sorted(folder.glob("*.json")):
        if path.name.endswith(".schema.json"):
            continue
        data = load(path)
        schema = load(folder / data["$schema"])
        jsonschema.Draft202012Validator.check_schema(schema)
        found[path.name] = (data, jsonschema.Draft202012Validator(schema))
    return found


def put(data, path, value):
    changed = copy.deepcopy(data)
    at = changed
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    return changed


def main():
    files = validators(pathlib.Path(sys.argv[1]) / "schemas")
    faults = [
        f"schemas/{name}: {error.json_path}: {error.message[:300]}"
        for name, (data, validator) in files.items()
        for error in validator.iter_errors(data)
    ]
    for name, path, value in BROKEN:
        data, validator = files[name]
        if validator.is_valid(put(data, path, value)):
            faults.append(f"schemas/{name}: its schema takes {value!r} at {list(path)}")
    print("\n".join(faults), end="\n" if faults else "", file=sys.stderr)
    print(f"{len(files)} files, {len(BROKEN)} broken forms, {len(faults)} findings")
    return 1 if faults or not files else 0


if __name__ == "__main__":
    sys.exit(main())
