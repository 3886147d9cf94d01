"""What the suspicious checks read: a generated tree, or a file of records that others published.

A publisher who rewrote account numbers, addresses or the order of members left records for which some
checks mean nothing. So each material says what it still has, and a check what it needs:

bytes      the file as delivered         place      the key: folders, stamp
order      members in delivered order    ids        identifiers and account numbers as AWS made them
addresses  addresses and agents          times      times of one trail, none moved
whole      every record of the trail     shapes     members and their types
members    real members, though some may be gone
keys       identifiers as AWS made them, beside rewritten account numbers
digests    digest files
"""

import glob
import gzip
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "readers"))
import tree  # noqa: E402  # pylint: disable=wrong-import-position

EVERYTHING = {"bytes", "place", "order", "ids", "keys", "addresses", "times", "whole", "shapes"}
KEPT_MOST = 64 << 20  # bytes of text that are kept parsed
# Each published file with what its publisher left untouched, and why not more.
SAMPLES = {
    "radkawar-stackd-digest.json": ({"digests"}, "two digests of an idle trail; account number rewritten"),
    "invictus-ir-aws_dataset.json": ({"order", "keys", "addresses", "times", "shapes"},
                                     "an extract; account number and user name rewritten"),
    "raw-218007301253_CloudTrail_us-east-1_20230710T1150Z_1vnLavRRp0ek1mP4.json": (
        {"bytes", "place", "order", "keys", "addresses", "times", "shapes"},
        "one file of a trail; account number rewritten"),
    "radkawar-stackd-native.json": ({"order", "times", "shapes"}, "identities and addresses redacted"),
    "awsdocs-elastic-beanstalk-guide.json": ({"order", "shapes"}, "an example, ids are placeholders"),
    "datadog-stratus-red-team.json": ({"shapes", "members"},
                                      "members sorted, ids, addresses and times replaced"),
    "panther-analysis-rule-tests.json": ({"members"}, "members sorted, cut and changed for tests of rules"),
    "cloud-custodian-cwe.json": ({"members"}, "records of 2015 to 2021, cut and changed for tests"),
    "flosell-trailscraper.json": ({"members"}, "one anonymised file of 2017"),
    "awsdocs-cloudtrail-user-guide.json": (set(), "examples written for a guide"),
    "david-xiao-user-identity-article.json": (set(), "members cut by the author"),
}


class File:
    """One log file: its key where it has one, its text, its records."""

    def __init__(self, key, text, trailing=b""):
        self.key, self.text = key, text
        self.place = tree.KEY.match(key) if key else None
        self.records = json.loads(text)["Records"]
        self.trailing = trailing


class Material:
    def __init__(self, name, has, why, files, digests=()):
        self.name, self.has, self.why = name, has, why
        self._files, self.digests, self._kept = files, digests, None

    def files(self):
        """Each file, read when it is asked for; a small material is read once and kept."""
        if self._kept is not None:
            yield from self._kept
            return
        kept, size = [], 0
        for make in self._files:
            file = make()
            if kept is not None:
                size += len(file.text)
                kept.append(file)
                if size > KEPT_MOST:
                    kept = None
            yield file
        self._kept = kept

    def records(self):
        for file in self.files():
            for record in file.records:
                yield record


def text_of(path):
    with gzip.open(path, "rb") as file:
        return file.read()


def of_tree(root):
    def reader(key):
        def read():
            return File(key, text_of(os.path.join(root, key)))
        return read
    every = tree.keys(root)
    logs = [key for key in every if "/CloudTrail-Digest/" not in key]
    digests = [(key, text_of(os.path.join(root, key))) for key in every if "/CloudTrail-Digest/" in key]
    has = set(EVERYTHING)
    why = ""
    if os.path.basename(root.rstrip("/")) == "update-environment-by-intern":
        has -= {"ids"}
        why = "ids and addresses pinned to a published example's"
    if digests:
        has.add("digests")
    return Material(os.path.basename(root.rstrip("/")), has, why, [reader(key) for key in logs],
                    [(key, text, json.loads(text)) for key, text in digests])


def samples_dir():
    """Where the published records are; None where they are not."""
    here = os.path.dirname(os.path.abspath(__file__))
    path = os.environ.get("BEANTRAIL_SAMPLES", os.path.join(here, "..", "..", "..", "shared", "samples"))
    return path if os.path.isdir(path) else None


def of_samples(root):
    """Every published file of records that is there."""
    for path in sorted(glob.glob(os.path.join(root, "*.json"))):
        name = os.path.basename(path)
        if name not in SAMPLES:
            continue
        has, why = SAMPLES[name]
        if has == {"digests"}:
            with open(path, encoding="utf-8") as file:
                published = json.load(file)["digests"]
            yield Material(name, has, why, [], [(None, None, digest) for digest in published])
            continue

        def read(path=path, name=name):
            with open(path, "rb") as file:
                text = file.read()
            key = None
            if name.startswith("raw-"):
                account, _, region, stamp, _ = name[4:].split("_")
                day = f"{stamp[0:4]}/{stamp[4:6]}/{stamp[6:8]}"
                key = f"AWSLogs/{account}/CloudTrail/{region}/{day}/{name[4:]}.gz"
                text = text.rstrip(b"\n")  # the publisher's
            return File(key, text)
        yield Material(name, has, why, [read])
