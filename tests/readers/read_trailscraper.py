"""trailscraper, a CloudTrail reader by others, parses every record of the tree.

usage: read_trailscraper.py DIR

It drops what it cannot parse with a warning, so the counts tell; it also derives IAM statements,
which must name the services and calls that are there.
"""

import json
import os
import sys

from trailscraper.cloudtrail import LogFile

import tree


def main():
    root = sys.argv[1]
    faults, total, calls = [], 0, set()
    for key in tree.keys(root):
        path = os.path.join(root, key)
        log = LogFile(path)
        if not log.has_valid_filename():
            faults.append(f"{key}: trailscraper does not know the name for CloudTrail's")
        parsed = log.records()
        with open(path, "rb") as file:
            records = json.loads(tree.inflate(file.read()))["Records"]
        got = sorted((r.event_source, r.event_name, r.event_time.strftime("%FT%TZ")) for r in parsed)
        want = sorted((r["eventSource"], r["eventName"], r["eventTime"]) for r in records)
        if got != want:
            faults.append(f"{key}: trailscraper parsed {len(got)} of {len(want)} records, or others")
        for record in parsed:
            calls.add(json.dumps(str(record.to_statement())))
        total += len(got)
    for fault in faults[:20]:
        print(fault, file=sys.stderr)
    print(f"trailscraper: {total} records, {len(calls)} kinds of statement, {len(faults)} findings")
    return 1 if faults or not total else 0


if __name__ == "__main__":
    sys.exit(main())
