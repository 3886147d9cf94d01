"""Run a detection rule over a trail, and print a line of JSON for each record of its alerts.

usage: rules.py [--clock aligned|sliding] RULE TREE

RULE is a file as in scenarios/rules/, whose member "rule" is an object:

  where     path -> condition; all must hold. Without more, each record that it fits is an alert.
  count     {"least": n, "window": "10m", "per": [paths], "distinct": path}: that many records (or
            different values) within a window, for each combination of the values of "per"
  first     {"of": [paths], "days": 30, "among": where}: the combination of values came up within
            the last hour and is in no record that fits "among" (all of them without it) of so many
            days before; silent until the trail is that old
  sequence  [where, ...] with "within" and "per": one record after the other, in this order

A path is the names of members with dots between them. A condition is a value, or an object:

  {"in": [..]} {"exists": true} {"starts": ".."} {"ends": ".."} {"matches": regex} {"not": condition}
  {"public": true}          an address that Python's ipaddress calls global
  {"hours": [0, 5]}         of an eventTime: from the one hour up to, and without, the other
  {"has": condition}        a list with such an element
  {"item": where}           a list with an object that fits

Windows of counts have two clocks: "aligned" (buckets that begin on the multiples of their length)
and "sliding" (each record ends one). Real rule engines have the one or the other.
"""

import argparse
import datetime
import gzip
import ipaddress
import json
import pathlib
import re
import sys

CLOCKS = ("aligned", "sliding")
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
MISSING = object()


def seconds(text):
    return int(text[:-1]) * UNITS[text[-1]]


def time_of(record):
    stamp = datetime.datetime.strptime(record["eventTime"], "%Y-%m-%dT%H:%M:%SZ")
    return int(stamp.replace(tzinfo=datetime.timezone.utc).timestamp())


def value_at(record, path):
    for name in path.split("."):
        if not isinstance(record, dict) or name not in record:
            return MISSING
        record = record[name]
    return record


def is_public(text):
    try:
        return ipaddress.ip_address(text).is_global
    except ValueError:
        return False


def is_text(value, test):
    return isinstance(value, str) and test(value)


TESTS = {
    "in": lambda value, words: value in words,
    "exists": lambda value, wanted: (value is not MISSING and value is not None) == wanted,
    "starts": lambda value, text: is_text(value, lambda v: v.startswith(text)),
    "ends": lambda value, text: is_text(value, lambda v: v.endswith(text)),
    "matches": lambda value, text: is_text(value, lambda v: re.search(text, v) is not None),
    "not": lambda value, condition: not holds(value, condition),
    "public": lambda value, wanted: is_text(value, is_public) == wanted,
    "hours": lambda value, span: is_text(value, lambda v: span[0] <= int(v[11:13]) < span[1]),
    "has": lambda value, condition: isinstance(value, list)
    and any(holds(element, condition) for element in value),
    "item": lambda value, where: isinstance(value, list)
    and any(fits(element, where) for element in value),
}


def holds(value, condition):
    if isinstance(condition, dict):
        return all(TESTS[name](value, wanted) for name, wanted in condition.items())
    return value == condition and type(value) is type(condition)


def fits(record, where):
    return all(holds(value_at(record, path), condition) for path, condition in where.items())


def values(record, paths):
    return tuple(repr(value_at(record, path)) for path in paths)


def groups(records, paths):
    found = {}
    for record in records:
        found.setdefault(values(record, paths), []).append(record)
    return found.values()


def enough(records, count):
    if "distinct" in count:
        return len({values(r, [count["distinct"]]) for r in records}) >= count["least"]
    return len(records) >= count["least"]


def windows(records, length, clock):
    """The windows of records in time order, each a list of them."""
    if clock == "aligned":
        buckets = {}
        for record in records:
            buckets.setdefault(time_of(record) // length, []).append(record)
        return list(buckets.values())
    found, begin = [], 0
    for end, record in enumerate(records):
        while time_of(records[begin]) <= time_of(record) - length:
            begin += 1
        found.append(records[begin : end + 1])
    return found


def by_count(records, count, clock):
    length = seconds(count["window"])
    return [
        window
        for group in groups(records, count.get("per", []))
        for window in windows(group, length, clock)
        if enough(window, count)
    ]


def by_first(trail, records, first):
    """The records whose values are new; the trail must be older than the days looked back."""
    look_back = first["days"] * UNITS["d"]
    begin = time_of(trail[0])
    wanted = {id(record) for record in records}
    since, last, alerts = {}, {}, []
    for record in trail:
        key, now = values(record, first["of"]), time_of(record)
        if fits(record, first.get("among", {})):
            if now - last.get(key, now - look_back - 1) > look_back:
                since[key] = now
            last[key] = now
        is_new = now - since.get(key, now) <= UNITS["h"]
        if id(record) in wanted and is_new and now - begin >= look_back:
            alerts.append([record])
    return alerts


def by_sequence(trail, rule):
    within, alerts = seconds(rule["within"]), []
    steps = rule["sequence"]
    for group in groups(trail, rule["per"]):
        for i, record in enumerate(group):
            if not fits(record, steps[0]):
                continue
            found = [record]
            for later in group[i + 1 :]:
                if time_of(later) > time_of(record) + within or len(found) == len(steps):
                    break
                if fits(later, steps[len(found)]):
                    found.append(later)
            if len(found) == len(steps):
                alerts.append(found)
    return alerts


def run(rule, trail, clock):
    """The alerts of a rule over a trail in time order: each the list of records it is about."""
    known = {"where", "count", "first", "sequence", "within", "per"}
    if unknown := set(rule) - known:
        raise ValueError(f"a rule has no {sorted(unknown)}")
    if "sequence" in rule:
        return by_sequence(trail, rule)
    records = [record for record in trail if fits(record, rule["where"])]
    if "first" in rule:
        new = by_first(trail, records, rule["first"])
        if "count" not in rule:
            return new
        records = [record for alert in new for record in alert]
    if "count" in rule:
        return by_count(records, rule["count"], clock)
    return [[record] for record in records]


def log_files(tree):
    return sorted(pathlib.Path(tree).rglob("*.json.gz"))


def in_order(records):
    return sorted(records, key=lambda record: (record["eventTime"], record["eventID"]))


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--clock", choices=CLOCKS, default="sliding")
    options.add_argument("rule", metavar="RULE")
    options.add_argument("tree", metavar="TREE")
    given = options.parse_args()
    rule = json.loads(pathlib.Path(given.rule).read_text(encoding="utf-8"))["rule"]
    trail = in_order(
        record
        for path in log_files(given.tree)
        for record in json.loads(gzip.decompress(path.read_bytes()))["Records"]
    )
    said = set()
    for alert in run(rule, trail, given.clock) if trail else []:
        for record in alert:
            if record["eventID"] not in said:
                said.add(record["eventID"])
                who = record["userIdentity"].get("arn", record["userIdentity"]["type"])
                print(json.dumps({"eventID": record["eventID"], "eventTime": record["eventTime"],
                                  "eventName": record["eventName"], "who": who}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
