"""Each check bites: a good tree is broken in one way, and that check must say so.

usage: broken.py TREE     TREE is a tree that passes, of some hours with several services' calls
"""

import copy
import datetime
import json
import sys
import uuid

import checks
import fields
import material as materials


def first(records, **members):
    return next(r for r in records if all(r.get(name) == value for name, value in members.items()))


def some(records, test):
    return next(record for record in records if test(record))


def last_to_first(records):
    record = records[0]
    name, value = record.popitem()
    rest = dict(record)
    record.clear()
    record.update({name: value}, **rest)


def session(records):
    return some(records, lambda r: r["userIdentity"].get("accessKeyId", "").startswith("ASIA"))


def role(records):
    return some(records, lambda r: r["userIdentity"].get("type") == "AssumedRole")


def handing_out(records):
    return some(records, lambda r: "credentials" in (r["responseElements"] or {}))


def service(records):
    return some(records, lambda r: r["userIdentity"].get("type") == "AWSService")


def token_of(record):
    return record["responseElements"]["credentials"]


def set_members(pick, **members):
    return lambda records: pick(records).update(members)


def any_of(records):
    return records[0]


RECORD_BREAKS = {
    "00-3": last_to_first,
    "00-4a": set_members(any_of, eventVersion="1.10"),
    "00-4b": set_members(any_of, eventVersion="1.05"),
    "00-4c": lambda rs: [r.update(eventSource=f"s{i % 9}.amazonaws.com", eventVersion="1.11")
                         for i, r in enumerate(rs)],
    "00-5": set_members(any_of, errorCode="AccessDenied", requestParameters={"a": 1}),
    "00-6": lambda rs: session(rs)["userIdentity"].update(accessKeyId="ASIARZPUZDIKABCDEFGH"),
    "00-7": lambda rs: first(rs, eventName="DescribeEnvironments").update(
        requestParameters={"IncludeDeleted": False}),
    "00-8": lambda rs: service(rs).update(sourceIPAddress="203.0.113.1"),
    "00-10a": set_members(any_of, eventTime="2026-09-14T10:00:00.5Z"),
    "00-10b": set_members(any_of, eventID=str(uuid.uuid1())),
    "00-10c": set_members(any_of, requestParameters={}),
    "01-6": set_members(any_of, requestID="1234"),
    "02-2": lambda rs: session(rs)["userIdentity"]["sessionContext"].update(webIdFederationData={}),
    "10-1": set_members(any_of, awsRegion="ap-south-2"),
    "10-3": lambda rs: session(rs)["userIdentity"].update(principalId="AROAIEXAMPLEEXAMPLEEX:eve"),
    "10-4": lambda rs: role(rs)["userIdentity"]["sessionContext"]["sessionIssuer"].update(userName="other"),
    "10-5": lambda rs: service(rs).update(tlsDetails={"tlsVersion": "TLSv1.3"}),
    "10-6a": lambda rs: first(rs, eventName="DescribeEnvironments").update(responseElements={"a": 1}),
    "10-6b": set_members(any_of, eventSource="elasticbeanstalk.amazonaws.com", eventName="RestartAppServer",
                         responseElements={"a": 1}, readOnly=False),
    "10-7a": set_members(any_of, tlsDetails={
        "tlsVersion": "TLSv1.2", "cipherSuite": "TLS_AES_128_GCM_SHA256",
        "clientProvidedHostHeader": "elasticbeanstalk.us-east-1.amazonaws.com"}),
    "10-7b": set_members(any_of, tlsDetails={"tlsVersion": "TLSv1.3"}, sourceIPAddress="AWS Internal"),
    "10-7c": set_members(any_of, tlsDetails={"clientProvidedHostHeader": "rds.us-east-1.amazonaws.com"}),
    "10-7d": lambda rs: [r.update(userAgent=f"tool{i}/1") for i, r in enumerate(rs)],
    "10-7e": set_members(any_of, eventType="AwsConsoleSignIn", userAgent="AWS Internal"),
    "10-7f": lambda rs: some(rs, lambda r: "invokedBy" not in r["userIdentity"]).update(userAgent="curl/8"),
    "10-8": set_members(any_of, errorCode="AccessDenied", requestParameters={"a": 1}),
    "10-9a": lambda rs: rs[0].update(eventID=rs[1]["eventID"]),
    "10-9b": lambda rs: service(rs).pop("sharedEventID"),
    "10-10a": lambda rs: session(rs)["userIdentity"]["sessionContext"]["attributes"].update(
        creationDate="2031-01-01T00:00:00Z"),
    "10-10b": lambda rs: [token_of(r).update(accessKeyId="ASIARZPUZDIKABCDEFGH") for r in rs
                          if "credentials" in (r["responseElements"] or {})],
    "10-10c": lambda rs: token_of(handing_out(rs)).update(expiration="2026-09-14T12:00:00Z"),
    "10-10d": lambda rs: token_of(handing_out(rs)).update(sessionToken="IQoJb3JpZ2luX2Vj" + 900 * "A"),
}


def late(file, seconds):
    at = datetime.datetime.strptime(file.records[0]["eventTime"], "%Y-%m-%dT%H:%M:%SZ")
    file.records[0]["eventTime"] = (at - datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def split(files):
    """Every file becomes three of the same stamp."""
    for file in list(files):
        files += [copy.copy(file), copy.copy(file)]


def grow(files):
    """Every file has ten records in perfect order."""
    for file in files:
        record = min(file.records, key=lambda r: r["eventTime"])
        file.records = 10 * [record]
    while len(files) < 30:
        files += files


FILE_BREAKS = {
    "00-1": lambda files: setattr(files[0], "text", files[0].text + b"\n"),
    "00-2": lambda files: [r.update(eventTime="2026-09-01T00:00:00Z") for r in files[0].records],
    "00-9a": grow,
    "00-9b": lambda files: late(files[0], 3000),
    "10-2a": lambda files: late(next(f for f in files if len(f.records) > 1), 4000),
    "10-2b": split,
}
DIGEST = {"awsAccountId": "111122223333", "digestEndTime": "2026-09-14T01:00:00Z",
          "digestStartTime": "2026-09-14T00:00:00Z", "digestPublicKeyFingerprint": 32 * "a",
          "digestS3Object": "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/one",
          "previousDigestS3Object": None, "previousDigestHashValue": None, "logFiles": []}


def digest_breaks(material, name):
    if name == "10-11a":
        after = DIGEST | {"digestStartTime": "2026-09-14T01:30:00Z", "digestEndTime": "2026-09-14T02:00:00Z",
                          "digestS3Object": DIGEST["digestS3Object"] + "x",
                          "previousDigestS3Object": DIGEST["digestS3Object"]}
        material.digests = [(None, None, DIGEST), (None, None, after)]
    else:
        log = {"s3Object": "AWSLogs/x.json.gz", "hashValue": "0"}
        material.digests = [(None, None, DIGEST | {"logFiles": [log, log]})]


# What fields.py must notice in a call that somebody made with a program.
FIELD_BREAKS = {
    "an identity has a member too many": lambda r: r["userIdentity"].update(email="a@example.com"),
    "an identity lacks a member": lambda r: r["userIdentity"].pop("accountId"),
    "a record has a member too many": lambda r: r.update(severity="low"),
    "a record lacks a member": lambda r: r.pop("managementEvent"),
    "a record has another type of value": lambda r: r.update(readOnly="true"),
    "a record has another form of value": lambda r: r.update(recipientAccountId="1234"),
}


def fields_missed(root):
    """Which of them pass unnoticed; none where there are no real records to compare with."""
    samples = materials.samples_dir()
    if samples is None:
        print("fields: LEFT OUT, no samples of real trails here")
        return []
    learned, _ = fields.learn(samples)
    records = [r for r in materials.of_tree(root).records() if "invokedBy" not in r["userIdentity"]]
    good = first(records, eventName="DescribeEnvironments", errorCode=None)
    missed = []
    for name, apply in FIELD_BREAKS.items():
        record = copy.deepcopy(good)
        apply(record)
        if not list(fields.findings_of(record, learned)):
            missed.append(name)
    return missed


def main():
    root = sys.argv[1]
    missed, tried = [], 0
    for name, function in checks.CHECKS:
        number = name.split(" ")[0]
        good = materials.of_tree(root)
        files = list(good.files())
        for file in files:
            file.records = json.loads(file.text)["Records"]
        if list(function(materials.Material("good", good.has, "", [lambda f=f: f for f in files]))):
            print(f"the tree does not pass to begin with: {name}", file=sys.stderr)
            return 1
        broken = materials.Material("broken", good.has, "", None)
        if number in RECORD_BREAKS:
            RECORD_BREAKS[number]([record for file in files for record in file.records])
        elif number in FILE_BREAKS:
            FILE_BREAKS[number](files)
        else:
            digest_breaks(broken, number)
        broken._files = [lambda f=f: f for f in files]  # pylint: disable=protected-access
        tried += 1
        if not list(function(broken)):
            missed.append(name)
    missed += fields_missed(root)
    for name in missed:
        print(f"not noticed: {name}", file=sys.stderr)
    print(f"broken: {tried} checks and {len(FIELD_BREAKS)} breaks of fields, {len(missed)} not noticed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
