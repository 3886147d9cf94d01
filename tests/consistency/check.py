"""An independent check that a generated tree never contradicts itself.

usage: check.py [--no-fan-out] [--labels FILE] [--all] TREE

Knows CloudTrail and Elastic Beanstalk, nothing of how the tree was made. Reads TREE once, in order
of time, and prints each contradiction with the record that shows it. Records that a label file names
(TREE/labels.jsonl, if there) may come from another address or client than their session's: stories
do that on purpose. --no-fan-out: the trail leaves out the calls with which sessions begin.
"""

import argparse
import collections
import json
import os
import re
import sys

import answers
import callers
import stream
import things
import world

SHOWN = 40


def window_start(root):
    """When the trail begins: the manifest says so, or the first record does."""
    path = os.path.join(root, "manifest.json")
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            fingerprint = json.load(file).get("fingerprint", {})
        if fingerprint.get("start"):
            return stream.seconds(fingerprint["start"])
    return next((at for at, _ in stream.records(root)), 0)


def told_of(path):
    """The eventIDs of a label file."""
    if not os.path.exists(path):
        return set()
    with open(path, encoding="utf-8") as file:
        return {json.loads(line)["eventID"] for line in file if line.strip()}


def contradictions(root, fan_out=True, labels=None):
    """Yield each contradiction as (record, sentence), and last (None, number of records)."""
    since = window_start(root)
    told = told_of(labels or os.path.join(root, "labels.jsonl"))
    what = world.World(since)
    rooms = (callers.Callers(since, fan_out, told), what, things.Things(since), answers.Answers())
    seen, count = set(), 0
    for at, record in stream.records(root):
        if hash(record["eventID"]) in seen:
            continue  # delivered twice
        seen.add(hash(record["eventID"]))
        count += 1
        for room in rooms:
            for sentence in room.see(at, record):
                yield record, sentence
    for room in rooms[:2]:
        for sentence in room.end():
            yield {}, sentence
    yield None, count


def kind_of(sentence):
    """The sentence without its names, for counting."""
    return re.sub(r"\S*[\d/:]\S*", "_", sentence)[:90]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--no-fan-out", action="store_true")
    parser.add_argument("--labels")
    parser.add_argument("--all", action="store_true", help="print every contradiction")
    parser.add_argument("tree")
    options = parser.parse_args()

    kinds, number, count = collections.Counter(), 0, 0
    for record, sentence in contradictions(options.tree, not options.no_fan_out, options.labels):
        if record is None:
            count = sentence
            continue
        number += 1
        # a few of each kind, so that one kind does not hide the others
        kinds[kind_of(sentence)] += 1
        if options.all or (kinds[kind_of(sentence)] <= 3 and number <= 50 * SHOWN):
            where = " ".join(str(record.get(m, "")) for m in (
                "eventTime", "recipientAccountId", "awsRegion", "eventName", "eventID"))
            print(f"{where}: {sentence}")
    print(f"consistency: {count} records, {number} contradictions")
    return 1 if number or not count else 0


if __name__ == "__main__":
    sys.exit(main())
