"""Break a copy of one good log file in every way the suspicious reader should notice.

usage: broken.py DIR     DIR is a tree without findings
"""

import gzip
import json
import os
import shutil
import sys
import tempfile

import read_trail
import tree


def of_record(change):
    """A break inside the first record, written again compactly."""

    def apply(text):
        records = json.loads(text)["Records"]
        change(records[0])
        return json.dumps({"Records": records}, separators=(",", ":")).encode()

    return apply


def member(name, value):
    return of_record(lambda record: record.update({name: value}))


def last_to_first(record):
    name, value = record.popitem()
    rest = dict(record)
    record.clear()
    record.update({name: value}, **rest)


def foreign_key(record):
    record["userIdentity"]["accessKeyId"] = "AKIARZPUZDIKABCDEFGH"
    record["userIdentity"]["accountId"] = "210987654321"


def by_service_with_address(record):
    record["userIdentity"]["invokedBy"] = "cloudformation.amazonaws.com"
    record["sourceIPAddress"] = "192.0.2.1"


TEXT_BREAKS = {
    "a newline at the end": lambda text: text + b"\n",
    "blanks between members": lambda text: text.replace(b'":', b'": ', 1),
    "a doubled member": lambda text: text.replace(b'"eventVersion"', b'"eventName":"A","eventVersion"'),
    "an escaped slash": lambda text: text.replace(b"/", b"\\/", 1),
    "no records": lambda text: b'{"Records":[]}',
    "not UTF-8": lambda text: text.replace(b"eventVersion", b"event\xffersion", 1),
    "a member nobody knows": member("beantrail", "label"),
    "an empty object for no parameters": member("requestParameters", {}),
    "a fraction of a second": member("eventTime", "2026-03-02T10:00:00.5Z"),
    "an event from long before": member("eventTime", "2020-01-01T00:00:00Z"),
    "another region": member("awsRegion", "ap-south-2"),
    "another account": member("recipientAccountId", "999988887777"),
    "an identity type of nobody": of_record(lambda r: r["userIdentity"].update(type="IamUser")),
    "an identity member too many": of_record(lambda r: r["userIdentity"].update(email="a@b.c")),
    "an error that answers": of_record(
        lambda r: r.update(errorCode="InvalidParameterValue", responseElements={"a": 1})),
    "a refusal with parameters": of_record(
        lambda r: r.update(errorCode="AccessDenied", requestParameters={"a": 1})),
    "members in another order": of_record(last_to_first),
    "a key of another account": of_record(foreign_key),
    "a service with a person's address": of_record(by_service_with_address),
}
FILE_BREAKS = {
    "a second gzip member": lambda body: body + gzip.compress(b"x"),
    "a cut end": lambda body: body[:-9],
    "a flipped byte": lambda body: body[:40] + bytes([body[40] ^ 1]) + body[41:],
    "no gzip": gzip.decompress,
}


def findings(folder):
    return read_trail.read_tree(folder, pinned=False)[0]


def main():
    good = sys.argv[1]
    before = findings(good)
    if before:
        print("the tree is not good to begin with:", *before[:5], sep="\n", file=sys.stderr)
        return 1
    key = tree.keys(good)[0]
    breaks = {name: lambda body, change=change: gzip.compress(change(gzip.decompress(body)))
              for name, change in TEXT_BREAKS.items()} | FILE_BREAKS
    missed = []
    for name, change in breaks.items():
        with tempfile.TemporaryDirectory() as scratch:
            target = os.path.join(scratch, key)
            os.makedirs(os.path.dirname(target))
            with open(os.path.join(good, key), "rb") as file:
                body = file.read()
            with open(target, "wb") as file:
                file.write(change(body))
            shutil.copy(os.path.join(good, "manifest.json"), scratch)
            # the manifest notices every change: only the other findings count
            if not [f for f in findings(scratch) if not f.startswith("manifest.json")]:
                missed.append(name)
    for name in missed:
        print(f"not noticed: {name}", file=sys.stderr)
    print(f"broken: {len(breaks) - len(missed)} of {len(breaks)} breaks noticed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
