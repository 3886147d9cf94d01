"""Members and forms of values, learned from real records, held against generated ones.

usage: fields.py [--learned] TREE...     --learned prints what was learned instead

For an identity type and a version of the record: no member that real records never have, none missing
that they always have, no value of a form that they never show. Requests and answers are compared for the
same call. The real records are other people's; where they are not, nothing is compared.

An optional member that the service's own model has may be one that nobody happened to send.
A claim needs evidence: "never" five records like it, "always" five, or all there are of that service
and version. Where a version has too few, its neighbours of the same shape are taken along.
"""

import argparse
import collections
import functools
import re
import sys

import botocore.session

import checks
import material as materials

ENOUGH = 5
OPEN = ("requestParameters", "responseElements", "additionalEventData", "serviceEventDetails")
# Versions whose records have one shape: before 1.08, 1.08 itself with its empty objects, and since.
SHAPES = {**{f"1.{n:02}": "to 1.07" for n in range(1, 8)}, "1.08": "1.08",
          **{f"1.{n:02}": "since 1.09" for n in range(9, 12)}}
# Members known from facts other than the samples at hand: documented, or seen in records not here.
DOCUMENTED = {
    "identity": {
        "userIdentity.sessionContext.webIdFederationData",
        "userIdentity.sessionContext.webIdFederationData.federatedProvider",
        "userIdentity.sessionContext.webIdFederationData.attributes",
        "userIdentity.sessionContext.ec2RoleDelivery", "userIdentity.sessionContext.sourceIdentity",
        "userIdentity.sessionContext", "userIdentity.sessionContext.attributes",
        "userIdentity.sessionContext.attributes.creationDate",
        "userIdentity.sessionContext.attributes.mfaAuthenticated", "userIdentity.invokedBy",
    },
    "record": {"errorCode", "errorMessage", "tlsDetails", "tlsDetails.tlsVersion", "tlsDetails.cipherSuite",
               "tlsDetails.clientProvidedHostHeader", "sessionCredentialFromConsole", "sharedEventID",
               "vpcEndpointId", "vpcEndpointAccountId"},
}
NEEDED = {"eventVersion", "eventSource", "eventName", "userIdentity"}
# Services whose records name the version of their API.
WITH_API_VERSION = {"elasticloadbalancing", "logs", "route53", "cloudfront"}
# Called by a service with somebody's rights, these show no access key.
WITHOUT_KEY = {"ec2", "monitoring", "elasticloadbalancing", "autoscaling", "cloudformation"}
# Types of which no real record is at hand: members as the user guide names them.
DOCUMENTED_TYPES = {
    "Root": "type principalId arn accountId accessKeyId userName sessionContext invokedBy",
    "Role": "type principalId arn accountId accessKeyId userName sessionContext",
    "FederatedUser": "type principalId arn accountId accessKeyId sessionContext",
    "SAMLUser": "type principalId userName identityProvider",
    "WebIdentityUser": "type principalId userName identityProvider",
    "AWSAccount": "type principalId accountId",
    "AWSService": "type invokedBy",
    "Directory": "type principalId arn accountId accessKeyId userName sessionContext",
    "IdentityCenterUser": "type accountId onBehalfOf credentialId",
    "Unknown": "type principalId arn accountId accessKeyId userName",
}
FORMS = [
    ("uuid", re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}").fullmatch),
    ("instant", re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ").fullmatch),
    ("java date", re.compile(r"[A-Z][a-z]{2} \d{1,2}, \d{4},? \d{1,2}:\d\d:\d\d[ \u202f][AP]M").fullmatch),
    ("true or false", re.compile(r"true|false").fullmatch),
    ("account", re.compile(r"\d{12}").fullmatch),
    ("arn", re.compile(r"arn:aws[a-z-]*:.*", re.S).fullmatch),
    ("access key", re.compile(r"A[KS]IA[A-Z0-9]{16}").fullmatch),
    ("unique id", re.compile(r"A(ROA|IDA)[A-Z0-9]{17}(:.*)?").fullmatch),
    ("address", re.compile(r"\d{1,3}(\.\d{1,3}){3}|[0-9a-f]*:[0-9a-f:]+").fullmatch),
    ("service", re.compile(r"[a-z0-9.-]+\.amazonaws\.com(\.cn)?").fullmatch),
    ("version", re.compile(r"1\.\d\d").fullmatch),
]
REDACTED = re.compile(r"<[a-z-]|HIDDEN_DUE|REDACTED|_PROBE_|EXAMPLE")
# A real value's form is a claim on ours only where publishers did not replace it.
REPLACED = {"sourceIPAddress", "userAgent"}
SHOWN = 30


def form(value):
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, (int, float)):
        return "number"
    if isinstance(value, (list, dict)):
        return type(value).__name__
    return next((name for name, test in FORMS if test(value)), "text")


def leaves(value, path, deep=True):
    """Every member below value as (path, value); members of lists share one path."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield f"{path}{name}", inner
            if deep or name not in OPEN:
                yield from leaves(inner, f"{path}{name}.", deep)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner, path[:-1] + "[].", deep)


def caller_of(record):
    """Service, console or program: it decides on keys, TLS and who is named."""
    if record["userIdentity"].get("invokedBy"):
        return "service"
    if "sessionCredentialFromConsole" in record:
        return "console"
    return "program"


@functools.lru_cache(maxsize=None)
def members_of_model(service, event, part):
    """The paths that a query service's model has for a call, each with its first letter lowered."""
    if service not in checks.QUERY_MODELS or part == "additionalEventData":
        return frozenset()
    session, paths = botocore.session.get_session(), set()

    def walk(shape, path, seen):
        if shape is None or shape.name in seen:
            return
        if shape.type_name == "list":
            walk(shape.member, path[:-1] + "[].", seen)
        elif shape.type_name == "structure":
            for name, inner in shape.members.items():
                paths.add(path + name[:1].lower() + name[1:])
                walk(inner, path + name[:1].lower() + name[1:] + ".", seen | {shape.name})

    for name in checks.QUERY_MODELS[service]:
        model = session.get_service_model(name)
        if event in model.operation_names:
            operation = model.operation_model(event)
            walk(operation.input_shape if part == "requestParameters" else operation.output_shape,
                 part + ".", frozenset())
    return frozenset(paths)


class Learned:
    """What the real records of one kind have."""

    def __init__(self):
        self.count = 0
        self.paths = collections.Counter()
        self.also = set()  # seen in records that others cut: there is such a member
        self.forms = collections.defaultdict(collections.Counter)

    def take(self, found):
        self.count += 1
        for path in {path for path, _ in found}:
            self.paths[path] += 1
        for path, value in found:
            # one that a publisher replaced says nothing of AWS's
            if not (isinstance(value, str) and REDACTED.search(value)):
                self.forms[path][form(value)] += 1

    def always(self):
        return {path for path, times in self.paths.items() if times == self.count}


def distinct(kinds):
    return list(dict.fromkeys(kinds))


def split(record):
    """The parts that are compared, each with the kinds of real record that it may be held against.

    The first kind that has enough records decides.
    """
    version = record["eventVersion"]
    shape, caller = SHAPES.get(version, version), caller_of(record)
    kind, source = record["userIdentity"].get("type"), record["eventSource"]
    failed = "errorCode" in record
    identity = list(leaves(record["userIdentity"], "userIdentity."))
    keyed = "temporary" if "sessionContext" in record["userIdentity"] else "lasting"
    if caller == "service":
        keyed = "either"  # whatever the user's key is, the service has a session
    # Signing in is no call: its records have no key and no request
    kind_of = record["eventType"]
    keyed = kind_of if kind_of == "AwsConsoleSignIn" else keyed
    yield "identity", identity, distinct([
        ("identity", kind, version, caller, keyed), ("identity", kind, shape, caller, keyed)])
    whole = [(path, value) for path, value in leaves(
        {name: value for name, value in record.items() if name != "userIdentity"}, "", deep=False)]
    yield "record", whole, [
        ("record", source, version, caller, kind == "AWSService", failed, kind_of),
        ("record", source, shape, caller, kind == "AWSService", failed, kind_of),
        ("record", "any", shape, caller, kind == "AWSService", failed, kind_of)]
    for part in ("requestParameters", "responseElements", "additionalEventData"):
        if record.get(part):
            yield part, list(leaves(record[part], part + ".")), [
                (part, source, record["eventName"], kind == "AWSService")]


def learn(root):
    learned = collections.defaultdict(Learned)
    total = 0
    for material in materials.of_samples(root):
        if not material.has & {"shapes", "members"}:
            continue
        for record in material.records():
            if record.get("eventType") != "AwsApiCall" or not NEEDED <= set(record):
                continue
            total += 1
            for _, found, kinds in split(record):
                for place in kinds:
                    if "shapes" in material.has:
                        learned[place].take(found)
                    else:
                        learned[place].also |= {path for path, _ in found}
    return learned, total


def findings_of(record, learned):
    for part, found, kinds in split(record):
        paths = {path for path, _ in found}
        enough = [kind for kind in kinds if kind in learned and learned[kind].count >= ENOUGH]
        if not enough:
            if part == "identity":
                yield from of_documented_type(record, paths)
            continue
        known, kind = learned[enough[0]], " ".join(map(str, enough[0][1:]))
        told, spared = DOCUMENTED.get(part, set()), set()
        service = checks.service_of(record)
        if part == "record" and service in WITH_API_VERSION:
            told = told | {"apiVersion"}
        if part == "identity" and service in WITHOUT_KEY and record["userIdentity"].get("invokedBy"):
            spared = {"userIdentity.accessKeyId"}
        if part in OPEN:
            told = told | members_of_model(service, record["eventName"], part)
        real = set()
        for place in kinds:
            if place in learned:
                real |= learned[place].also.union(learned[place].paths)
        for path in sorted(paths - real - told):
            yield f"{part}: {path} is in none of {known.count} real records of {kind}"
        for path, value in found:
            forms = known.forms.get(path)
            # a text may say anything
            if not forms or "text" in forms or path in REPLACED | set(OPEN):
                continue
            if sum(forms.values()) >= ENOUGH and form(value) not in forms:
                yield f"{part}: {path} is {form(value)}, real ones are {', '.join(forms)}"
        # few records of exactly this service and version say more of "always" than many of others
        exact = learned.get(kinds[0], known)
        if part == "requestParameters" and told:
            continue  # the model says what must be sent, and another reader asks for that
        place = " ".join(map(str, kinds[0][1:])) if kinds[0] in learned else kind
        for path in sorted(exact.always() - paths - spared):
            # members of what is itself missing say nothing new
            if path.rpartition(".")[0] in paths | {"", "userIdentity", part}:
                missing = "is missing" if exact.count >= ENOUGH else "is missing everywhere"
                yield f"{part}: {path} {missing}; all of {exact.count} real records of {place} have it"


def of_documented_type(record, paths):
    kind = record["userIdentity"].get("type")
    known = DOCUMENTED_TYPES.get(kind)
    if known is None:
        return
    for path in sorted(paths):
        member = path.split(".")[1]
        if member not in known.split() + ["invokedBy"]:
            yield f"identity: {path} is not a member of {kind} in the user guide"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--learned", action="store_true")
    parser.add_argument("tree", nargs="*")
    options = parser.parse_args()

    root = materials.samples_dir()
    if root is None:
        print("fields: LEFT OUT, no samples of real trails here")
        return 0
    learned, real = learn(root)
    if options.learned:
        for place, known in sorted(learned.items(), key=str):
            print(f"{known.count:6} {' '.join(map(str, place))}")
            for path, times in sorted(known.paths.items()):
                print(f"       {times:6} {path}: {', '.join(known.forms[path])}")
        return 0
    failed = 0
    for tree_root in options.tree:
        counts, example, total, present = collections.Counter(), {}, 0, set()
        for record in materials.of_tree(tree_root).records():
            total += 1
            present |= {(record["eventSource"], path) for path, _ in leaves(record, "", deep=False)}
            for finding in findings_of(record, learned):
                what = f"{record['eventSource'].split('.')[0]} {record['userIdentity'].get('type')} " \
                       f"{record['eventVersion']}: {finding}"
                if not finding.startswith(("identity", "record")):
                    what = f"{record['eventSource'].split('.')[0]} {record['eventName']}: {finding}"
                counts[what] += 1
                example.setdefault(what, (record["eventID"], record["eventSource"]))
        # a few real records ask for a member somewhere, not in every record
        for what in [what for what in counts if " is missing everywhere" in what]:
            if (example[what][1], what.split(": ")[2].split(" ")[0]) in present:
                del counts[what]
        for what, times in counts.most_common(SHOWN):
            print(f"{times:6} {what}, for example {example[what][0]}")
        print(f"fields: {total} records against {real} real ones, {len(counts)} kinds of finding")
        failed += bool(counts)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
