"""A suspicious reader of a delivered trail: every check is one a person hunting fakes would make.

usage: read_trail.py [--pinned] DIR
       read_trail.py --records FILE...

DIR is a tree made by `beantrail gen --out DIR`. --pinned: the scenario pins ids and addresses to a
published example's, which do not follow the rules of real ones. --records checks plain files of
records against record.schema.json only, for samples that others published.
"""

import argparse
import collections
import datetime
import hashlib
import json
import os
import sys
from concurrent.futures import ProcessPoolExecutor

import jsonschema

import tree

SHOWN = 20  # findings printed; the count is always complete

RECORD_ORDER = """
eventVersion userIdentity eventTime eventSource eventName awsRegion sourceIPAddress userAgent
errorCode errorMessage requestParameters responseElements additionalEventData requestID eventID
readOnly resources eventType apiVersion managementEvent recipientAccountId sharedEventID
serviceEventDetails vpcEndpointId vpcEndpointAccountId eventCategory tlsDetails
sessionCredentialFromConsole addendum edgeDeviceDetails
""".split()
IDENTITY_ORDER = """
type principalId arn accountId accessKeyId userName sessionContext inScopeOf invokedBy
invokedByDelegate onBehalfOf credentialId identityProvider
""".split()
# The session's two shapes, by age of the event version.
SESSION_ORDER_OLD = ["attributes", "sessionIssuer"]
SESSION_ORDER = """
sessionIssuer webIdFederationData signInSessionArn attributes sourceIdentity ec2RoleDelivery
assumedRoot
""".split()
OLD_SESSION = {"1.02", "1.03", "1.04", "1.05"}

# Services that keep requestParameters in a record of a call refused for lack of permission.
KEEPS_DENIED = {"s3.amazonaws.com", "guardduty.amazonaws.com", "eks.amazonaws.com",
                "appsync.amazonaws.com"}
THROTTLED = {"Throttling", "ThrottlingException"}
# Reads of STS that answer all the same.
ANSWERING_READS = {"AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity",
                   "GetCallerIdentity", "GetFederationToken", "GetSessionToken"}
LONGEST_SESSION = datetime.timedelta(hours=36)
# The newest event of a file against its oldest; late ones stretch it.
LONGEST_SPAN = datetime.timedelta(seconds=610)
MANIFEST_MEMBERS = ("records", "textBytes", "textSha256", "bytes", "sha256")
FIVE_MINUTES = datetime.timedelta(minutes=5)

with open(os.path.join(os.path.dirname(__file__), "record.schema.json"), encoding="utf-8") as _f:
    SCHEMA = jsonschema.Draft202012Validator(json.load(_f))


def in_order(members, order):
    places = [order.index(name) for name in members if name in order]
    return places == sorted(places)


def account_in_id(identifier):
    """The account number inside an access key id or unique id; None for one of the old style."""
    if identifier[4] in "IJ":
        return None
    number = 0
    for letter in identifier[4:14]:
        digit = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(letter)
        if digit < 0:
            return "?"
        number = number << 5 | digit
    number >>= 2
    if number >> 47 != 1:
        return "?"
    return f"{number >> 7 & (1 << 40) - 1:012d}"


def ids_of(record):
    """Pairs of an id and the account it must carry."""
    identity = record["userIdentity"]
    account = identity.get("accountId")
    issuer = identity.get("sessionContext", {}).get("sessionIssuer", {})
    yield identity.get("accessKeyId"), account
    yield identity.get("principalId"), account
    yield issuer.get("principalId"), issuer.get("accountId")
    answer = record["responseElements"] or {}
    made = answer.get("assumedRoleUser", {})
    if made:
        role_account = made.get("arn", "::::").split(":")[4]
        yield made.get("assumedRoleId"), role_account
        yield answer.get("credentials", {}).get("accessKeyId"), role_account


def check_identity(record, pinned):
    identity = record["userIdentity"]
    session = identity.get("sessionContext")
    if not in_order(identity, IDENTITY_ORDER):
        yield "userIdentity's members are out of order: " + " ".join(identity)
    if session:
        old = record["eventVersion"] in OLD_SESSION
        if not in_order(session, SESSION_ORDER_OLD if old else SESSION_ORDER):
            yield "sessionContext's members are out of order: " + " ".join(session)
        began = tree.instant(session["attributes"]["creationDate"])
        ended = tree.instant(record["eventTime"])
        if not began <= ended <= began + LONGEST_SESSION:
            yield f"the session began at {began}, the call ended at {ended}"
    if pinned:
        return

    for identifier, account in ids_of(record):
        if identifier and identifier[:4] in ("ASIA", "AKIA", "AROA", "AIDA"):
            carried = account_in_id(identifier)
            if carried not in (account, None):
                yield f"{identifier} carries account {carried}, not {account}"
    key = identity.get("accessKeyId", "")
    if key.startswith("AKIA") and session:
        yield f"the long-term key {key} has a session"
    if key.startswith("ASIA") and not session:
        yield f"the temporary key {key} has no session"
    if identity.get("type") == "AssumedRole":
        issuer = session["sessionIssuer"]
        role, name = identity["arn"].split("/")[1:3]
        if identity["principalId"] != f"{issuer['principalId']}:{name}":
            yield f"principalId {identity['principalId']} is not the issuer's with session {name}"
        if not issuer["userName"] == role == issuer["arn"].rsplit("/", 1)[-1]:
            yield f"the role is called {role}, {issuer['userName']} and {issuer['arn']}"


def check_caller(record):
    name = record["userIdentity"].get("invokedBy")
    if not name:
        return
    if name == "signin.amazonaws.com" and record["eventVersion"] in OLD_SESSION:
        return  # console calls of that age kept the person's address
    seen = (record["sourceIPAddress"], record.get("userAgent"))
    if seen != (name, name):
        yield f"invokedBy {name}, but address and agent are {seen}"
    if "tlsDetails" in record:
        yield f"invokedBy {name} with tlsDetails"


def check_outcome(record):
    source, code = record["eventSource"], record.get("errorCode")
    if record["responseElements"] is not None:
        if record.get("readOnly") and not (
            source == "sts.amazonaws.com" and record["eventName"] in ANSWERING_READS
        ):
            yield "a read has responseElements"
        if code:
            yield f"a call that failed with {code} has responseElements"
    if record["requestParameters"] is not None:
        if code == "AccessDenied" and source not in KEEPS_DENIED:
            yield "a refused call has requestParameters"
        if code in THROTTLED:
            yield "a throttled call has requestParameters"
    if "errorMessage" in record and not code and record["eventName"] != "ConsoleLogin":
        yield "errorMessage without errorCode"


def check_record(record, pinned):
    if not in_order(record, RECORD_ORDER):
        yield "members are out of order: " + " ".join(record)
    if not pinned and record["sourceIPAddress"] == "":
        yield "sourceIPAddress is empty"
    yield from check_identity(record, pinned)
    yield from check_caller(record)
    yield from check_outcome(record)


def check_place(key, records):
    """Does the key say what the records say?"""
    place = tree.KEY.match(key)
    if place is None:
        yield "is not a key of CloudTrail's"
        return
    times = sorted(tree.instant(record["eventTime"]) for record in records)
    newest = times[-1]
    stamp = datetime.datetime.strptime(place["stamp"], "%Y%m%dT%H%MZ")
    if not (stamp.minute % 5 == 0 and newest <= stamp < newest + FIVE_MINUTES):
        yield f"its newest event of {newest} does not round up to its stamp"
    if place["day"] != stamp.strftime("%Y/%m/%d"):
        yield "its folder is not the stamp's day"
    if newest - times[0] > LONGEST_SPAN:
        yield f"it spans {newest - times[0]}"
    for record in records:
        if record["awsRegion"] != place["region"]:
            yield f"{record['eventID']} is of {record['awsRegion']}"
        if record["recipientAccountId"] != place["account"]:
            yield f"{record['eventID']} belongs to {record['recipientAccountId']}"


def read_file(job):
    """One log file: its findings, what the manifest must say of it, and what crosses files."""
    root, key, pinned = job
    with open(os.path.join(root, key), "rb") as file:
        body = file.read()
    seen = {"key": key, "bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()}
    findings, crossing = [], []
    try:
        text = tree.inflate(body)
        seen["textSha256"] = hashlib.sha256(text).hexdigest()
        seen["textBytes"] = len(text)
        records = tree.parse(text)
    except (tree.Fault, ValueError) as fault:
        return [f"{key}: {fault}"], seen, crossing
    seen["records"] = len(records)
    for index, record in enumerate(records):
        error = next(SCHEMA.iter_errors(record), None)
        if error is not None:
            findings.append(f"{key}: record {index}: {error.json_path}: {error.message[:300]}")
    if findings:
        return findings, seen, crossing  # the other checks lean on the schema

    findings += [f"{key}: {finding}" for finding in check_place(key, records)]
    for index, record in enumerate(records):
        findings += [f"{key}: record {index}: {finding}" for finding in check_record(record, pinned)]
        identity = record["userIdentity"]
        crossing.append((
            record["eventID"], record.get("sharedEventID"), record.get("requestID"),
            record["eventTime"], record["recipientAccountId"],
            identity.get("accessKeyId", ""), identity.get("principalId"),
            json.dumps(identity.get("sessionContext", {}).get("attributes")),
        ))
    return findings, seen, crossing


def check_across(crossing):
    """What must hold over all files: unique ids, copies that agree, keys that stay with one session."""
    times_seen = collections.Counter(row[0] for row in crossing)
    for event_id, times in times_seen.items():
        if times > 1:
            yield f"eventID {event_id} is there {times} times"
    shared, sessions = {}, {}
    for _, shared_id, request_id, time, account, key, principal, attributes in crossing:
        if shared_id:
            first = shared.setdefault(shared_id, (request_id, time, set()))
            if first[:2] != (request_id, time):
                yield f"sharedEventID {shared_id} joins different calls"
            if account in first[2]:
                yield f"sharedEventID {shared_id} is twice in {account}"
            first[2].add(account)
        if key.startswith("ASIA"):
            if sessions.setdefault(key, (principal, attributes)) != (principal, attributes):
                yield f"{key} has two principals or two sessions"


def check_manifest(root, files):
    with open(os.path.join(root, "manifest.json"), encoding="utf-8") as file:
        manifest = json.load(file)
    listed = {entry["key"]: entry for entry in manifest["files"]}
    if len(listed) != len(manifest["files"]):
        yield "manifest.json lists a key twice"
    for seen in files:
        entry = listed.pop(seen["key"], None)
        if entry is None:
            yield f"manifest.json does not list {seen['key']}"
            continue
        for member in MANIFEST_MEMBERS:
            if entry.get(member) != seen.get(member):
                yield (f"manifest.json says {member} {entry.get(member)} of {seen['key']}, "
                       f"which has {seen.get(member)}")
    for key in listed:
        yield f"manifest.json lists {key}, which is not there"
    counts = manifest["counts"]
    if counts["files"] != len(files) or counts["records"] != sum(f.get("records", 0) for f in files):
        yield f"manifest.json counts {counts['files']} files and {counts['records']} records"


def read_tree(root, pinned):
    jobs = [(root, key, pinned) for key in tree.keys(root)]
    if not jobs:
        return [f"{root}: holds no log file"], 0, 0
    findings, files, crossing = [], [], []
    with ProcessPoolExecutor() as pool:
        for found, seen, rows in pool.map(read_file, jobs, chunksize=32):
            findings += found
            files.append(seen)
            crossing += rows
    findings += check_across(crossing)
    findings += check_manifest(root, files)
    return findings, len(files), len(crossing)


def read_samples(paths):
    findings, count = [], 0
    for path in paths:
        with open(path, encoding="utf-8") as file:
            records = json.load(file)["Records"]
        for index, record in enumerate(records):
            # a publisher's redaction is no key id; everything else stays as published
            identity = record["userIdentity"]
            if identity.get("accessKeyId", "").startswith("<"):
                identity["accessKeyId"] = "ASIA" + 16 * "A"
            for error in SCHEMA.iter_errors(record):
                findings.append(f"{path}: record {index}: {error.json_path}: {error.message[:300]}")
        count += len(records)
    return findings, len(paths), count


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pinned", action="store_true")
    parser.add_argument("--records", action="store_true")
    parser.add_argument("path", nargs="+")
    options = parser.parse_args()

    if options.records:
        findings, files, records = read_samples(options.path)
    else:
        findings, files, records = read_tree(options.path[0], options.pinned)
    for finding in findings[:SHOWN]:
        print(finding, file=sys.stderr)
    print(f"suspicious reader: {files} files, {records} records, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
