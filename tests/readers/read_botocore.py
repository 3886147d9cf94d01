"""The services' own models know every member of our requests and responses.

usage: read_botocore.py DIR

botocore ships the models. CloudTrail writes a member with its first letter lowered; lists are
plain arrays. Values must have the JSON type their shape calls for. EC2 and S3 have shapes of their
own in CloudTrail, and signing in is no API: their records are not looked at.
"""

import os
import sys

import botocore.session

import tree

# What botocore calls the service behind an event source.
MODELS = {
    "autoscaling.amazonaws.com": "autoscaling",
    "cloudformation.amazonaws.com": "cloudformation",
    "elasticbeanstalk.amazonaws.com": "elasticbeanstalk",
    "elasticloadbalancing.amazonaws.com": "elbv2",
    "iam.amazonaws.com": "iam",
    "logs.amazonaws.com": "logs",
    "monitoring.amazonaws.com": "cloudwatch",
    "rds.amazonaws.com": "rds",
    "sns.amazonaws.com": "sns",
    "sqs.amazonaws.com": "sqs",
    "sts.amazonaws.com": "sts",
}

# What CloudTrail writes beside the model, and what it leaves out: the tokens themselves.
BESIDE = {"AssumeRoleWithSAML": {"sAMLAssertionID", "roleSessionName"}}
WITHHELD = {
    "AssumeRoleWithSAML": {"sAMLAssertion"},
    "AssumeRoleWithWebIdentity": {"webIdentityToken"},
}

JSON_TYPES = {
    "string": str, "integer": int, "long": int, "float": (int, float), "double": (int, float),
    "boolean": bool, "list": list, "structure": dict, "map": dict, "timestamp": str,
}


def lowered(name):
    return name[:1].lower() + name[1:]


def is_of_enum(value, enum, where):
    """Requests carry what the model spells; the service answers some words in other capitals."""
    if where.startswith("responseElements"):
        return value.lower() in [word.lower() for word in enum]
    return value in enum


def faults_of(value, shape, where):
    """What in value does not fit shape."""
    if value is None:
        yield f"{where} is null"
        return
    want = JSON_TYPES[shape.type_name]
    if not isinstance(value, want) or (isinstance(value, bool) and shape.type_name != "boolean"):
        yield f"{where} is a {type(value).__name__}, the model has a {shape.type_name}"
        return
    if shape.type_name == "structure":
        members = {lowered(name): member for name, member in shape.members.items()}
        for name, inner in value.items():
            if name not in members:
                yield f"{where}.{name} is not in the model; it has {' '.join(sorted(members))}"
            else:
                yield from faults_of(inner, members[name], f"{where}.{name}")
    elif shape.type_name == "list":
        for index, inner in enumerate(value):
            yield from faults_of(inner, shape.member, f"{where}[{index}]")
    elif shape.type_name == "map":
        for name, inner in value.items():
            yield from faults_of(inner, shape.value, f"{where}.{name}")
    elif shape.type_name == "string" and getattr(shape, "enum", None) \
            and not is_of_enum(value, shape.enum, where):
        yield f"{where} is {value!r}, the model allows {' '.join(shape.enum)}"


def required_missing(value, shape, withheld, where):
    for name in shape.required_members:
        if lowered(name) not in value and lowered(name) not in withheld:
            yield f"{where} lacks {lowered(name)}, which the model requires"


def faults_of_record(record, model):
    name = record["eventName"]
    if name not in model.operation_names:
        yield f"{name} is not an operation of {model.service_name}"
        return
    operation = model.operation_model(name)
    request, answer = record["requestParameters"], record["responseElements"]
    if request is not None:
        if operation.input_shape is None:
            yield f"{name} takes no parameters"
        else:
            beside = BESIDE.get(name, set())
            known = {key: value for key, value in request.items() if key not in beside}
            yield from faults_of(known, operation.input_shape, "requestParameters")
            if "errorCode" not in record:
                yield from required_missing(known, operation.input_shape, WITHHELD.get(name, set()),
                                            "requestParameters")
    if answer is not None:
        if operation.output_shape is None:
            yield f"{name} answers nothing"
        else:
            yield from faults_of(answer, operation.output_shape, "responseElements")


def main():
    root = sys.argv[1]
    session = botocore.session.get_session()
    models = {source: session.get_service_model(name) for source, name in MODELS.items()}
    faults, total, names = [], 0, set()
    for key in tree.keys(root):
        with open(os.path.join(root, key), "rb") as file:
            records = tree.parse(tree.inflate(file.read()))
        for record in records:
            model = models.get(record["eventSource"])
            if model is None:
                continue
            total += 1
            names.add((record["eventSource"], record["eventName"]))
            for fault in faults_of_record(record, model):
                faults.append(f"{key}: {record['eventID']}: {record['eventName']}: {fault}")
    for fault in faults[:20]:
        print(fault, file=sys.stderr)
    print(f"botocore: {total} records of {len({source for source, _ in names})} services, "
          f"{len(names)} operations, {len(faults)} findings")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
