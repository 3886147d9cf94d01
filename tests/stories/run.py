"""Each story is told apart from its twin by its rule, and by nothing but its tell.

usage: run.py PROGRAM [SCENARIO...]    without scenarios, those that the rules name

For each scenario, with two seeds: labels name records that exist once; nothing of a label is in a
record; the tree is the same with the labels elsewhere. For each rule: attack and twin differ in
what it says they differ in; it alerts on the attack and on nothing else; without its look at the
tell it alerts on the twin too.
"""

import collections
import copy
import gzip
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import rules

HERE = pathlib.Path(__file__).resolve().parent
SCENARIOS = HERE.parent.parent / "scenarios"
SEEDS = ("1", "20260914")

# Each call's own, or made from it; never a tell by themselves.
OWN = [
    "eventTime",
    "eventID",
    "requestID",
    "sharedEventID",
    "additionalEventData.ExtendedRequestId",
    "userIdentity.accessKeyId",
    "userIdentity.sessionContext.attributes.creationDate",
    "requestParameters.versionLabel",
    "requestParameters.description",
    "requestParameters.sourceBundle.s3Key",
    "requestParameters.startTime",
    "responseElements.credentials",
]
WORDS = re.compile(rb"(?i)\battack|\btwin\b|\bverdict|\bstory\b|beantrail")

faults = []


def fault(*words):
    faults.append(" ".join(str(word) for word in words))
    print("FAIL:", faults[-1])


def generate(program, scenario, seed, out, *more):
    command = [program, "gen", str(SCENARIOS / f"{scenario}.json"), "--seed", seed, "--out", str(out), "--quiet", *more]
    subprocess.run(command, check=True)


def read_trail(tree):
    """All records in time order, and the key of the log file that each is in."""
    trail, keys = [], {}
    for path in rules.log_files(tree):
        text = gzip.decompress(path.read_bytes())
        if found := WORDS.search(text):
            fault(path, "holds", found.group())
        for record in json.loads(text)["Records"]:
            if record["eventID"] in keys:
                fault("eventID", record["eventID"], "is there twice")
            keys[record["eventID"]] = str(path.relative_to(tree))
            trail.append(record)
    return rules.in_order(trail), keys


def read_labels(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def check_labels(tree, labels, keys):
    """Labels are of records that are there, and records say nothing of them."""
    text = b"".join(
        gzip.decompress(path.read_bytes()) for path in rules.log_files(tree)
    )
    for label in labels:
        if keys.get(label["eventID"]) != label["key"]:
            fault(label["story"], label["eventID"], "is not in", label["key"])
    if len({label["eventID"] for label in labels}) != len(labels):
        fault("a record has two labels")
    for story in {label["story"] for label in labels}:
        if story.encode() in text:
            fault("records tell of", story)


def same_trees(one, other):
    files = [
        {str(path.relative_to(tree)): path.read_bytes() for path in rules.log_files(tree)}
        for tree in (one, other)
    ]
    if files[0] != files[1]:
        fault("records change with --labels")


def leaves(value, path=""):
    """path -> value of everything that is in a record."""
    members, found = (), {}
    if isinstance(value, dict):
        members = value.items()
    elif isinstance(value, list):
        members = enumerate(value)
    for name, member in members:
        found.update(leaves(member, f"{path}.{name}" if path else str(name)))
    if found:
        return found
    return {path: value}


def below(path, parents):
    return any(path == parent or path.startswith(parent + ".") for parent in parents)


def renamed(value, stands_for):
    text = json.dumps(value)
    for name, other in stands_for.items():
        text = text.replace(name, other)
    return text


def differences(attack, twin, stands_for):
    """Paths in which two records differ. What a change answers follows from what was asked."""
    one, other = leaves(attack), leaves(twin)
    found = set()
    for path in set(one) | set(other):
        if below(path, OWN):
            continue
        if path in one and path in other:
            if path.startswith("responseElements.") or renamed(one[path], stands_for) == renamed(
                other[path], {}
            ):
                continue
        found.add(path)
    return found


def call_of(record):
    return record["eventSource"], record["eventName"]


def own_calls(records):
    """A story's calls without those that services make for them, equal ones side by side."""
    own = [
        record
        for record in records
        if "invokedBy" not in record["userIdentity"]
        and record["userIdentity"]["type"] != "AWSService"
    ]
    return sorted(own, key=lambda r: (call_of(r), r["awsRegion"], json.dumps(r["requestParameters"])))


def check_tells(rule, attack, twin):
    story, tells = rule["story"], rule["tells"]
    calls = [collections.Counter(map(call_of, records)) for records in (attack, twin)]
    if tells == ["number"]:
        more = {call: calls[0][call] - calls[1][call] for call in calls[0] if calls[0] != calls[1]}
        changed = [call for call, n in more.items() if n != 0]
        if len(changed) != 1 or more[changed[0]] < 1 or set(calls[1]) - set(calls[0]):
            fault(story, "does not only make more of one call than its twin:", more)
        return
    if tells != ["eventSource"] and calls[0] != calls[1]:
        fault(story, "and its twin make other calls:", calls[0] - calls[1], calls[1] - calls[0])
        return
    found = set()
    for one, other in zip(attack, twin):
        found |= differences(one, other, rule.get("stands_for", {}))
    if tells == ["eventTime"]:
        wanted = set()
        times = [sorted(rules.time_of(record) % 86400 for record in calls) for calls in (attack, twin)]
        if times[0] == times[1]:
            fault(story, "and its twin are made at the same time of day")
    else:
        wanted = set(tells)
    extra = {path for path in found if not below(path, tells + rule.get("follows", []))}
    if extra:
        fault(story, "and its twin differ in more than the tell:", sorted(extra))
    if missing := {tell for tell in wanted if not any(below(path, [tell]) for path in found)}:
        fault(story, "and its twin do not differ in", sorted(missing))


def check_rule(rule, trail, stories):
    """It alerts on the attack, with each clock as it says, and on nothing else."""
    story = rule["story"]
    named = {record["eventID"]: name for name in stories for record in stories[name]}
    for clock in rules.CLOCKS:
        alerts = rules.run(rule["rule"], trail, clock)
        hit, wanted = False, rule.get("clocks", {}).get(clock, True)
        for alert in alerts:
            # What the same key did in the window besides is part of an alert that is right.
            known = {named[record["eventID"]] for record in alert if record["eventID"] in named}
            hit |= story in known
            if not known or not known <= {story, *rule.get("also", [])}:
                first = alert[0]
                fault(story, clock, "alerts on", call_of(first), first["eventTime"], sorted(known))
        if hit != wanted:
            fault(story, clock, "no alert" if wanted else "an alert that this clock cannot see")


def without(where, tells):
    """The conditions that look neither at a tell nor at a list that holds it."""
    return {
        path: condition
        for path, condition in where.items()
        if not below(path, tells) and not any(below(tell, [path]) for tell in tells)
    }


def blunt(rule):
    """The rule without its look at the tell: it takes the twin for the attack."""
    dull, tells = copy.deepcopy(rule["rule"]), rule["tells"]
    if "sequence" in dull:
        if dull["sequence"] == (steps := [without(step, tells) for step in dull["sequence"]]):
            dull["within"] = "1d"
        dull["sequence"] = steps
        return dull
    dull["where"] = without(dull["where"], tells)
    if dull.pop("first", None) or dull["where"] != rule["rule"]["where"]:
        return dull
    count = dull["count"]
    if tells == ["number"]:
        count["least"] -= 1
    elif tells == ["eventTime"]:
        count["window"] = f"{2 * rules.seconds(count['window'])}s"
    else:
        del count["distinct"]
    return dull


def check_twin(rule, trail, twin):
    """The twin is near: a rule that does not look at the tell alerts on it too."""
    known = {record["eventID"] for record in twin}
    alerts = rules.run(blunt(rule), trail, "sliding")
    if not any(record["eventID"] in known for alert in alerts for record in alert):
        fault(rule["story"], "its twin is told apart by more than the tell")


def check_scenario(program, scenario, seed, scenario_rules, work):
    tree, other = work / "tree", work / "other"
    generate(program, scenario, seed, tree)
    generate(program, scenario, seed, other, "--labels", str(work / "labels.jsonl"))
    same_trees(tree, other)
    trail, keys = read_trail(tree)
    labels = read_labels(tree / "labels.jsonl")
    if labels != read_labels(work / "labels.jsonl"):
        fault(scenario, "--labels writes other labels")
    check_labels(tree, labels, keys)

    by_id = {record["eventID"]: record for record in trail}
    stories, verdicts = {}, {}
    for label in labels:
        stories.setdefault(label["story"], []).append(by_id[label["eventID"]])
        verdicts.setdefault(label["story"], set()).add(label["verdict"])
    for rule in scenario_rules:
        story, twin = rule["story"], rule["story"] + "-twin"
        if verdicts.get(story) != {"attack"} or verdicts.get(twin) != {"twin"}:
            fault(scenario, story, "has no attack or no twin")
            continue
        check_tells(rule, own_calls(stories[story]), own_calls(stories[twin]))
        check_rule(rule, trail, stories)
        check_twin(rule, trail, stories[twin])
    ruled = {name for rule in scenario_rules for name in (rule["story"], rule["story"] + "-twin")}
    if lost := set(verdicts) - ruled:
        fault(scenario, "stories without a rule:", sorted(lost))
    print(f"{scenario}, seed {seed}: {len(trail)} records, {len(labels)} labels, "
          f"{len(scenario_rules)} rules")


def main(program, *scenarios):
    by_scenario = {}
    for path in sorted((SCENARIOS / "rules").glob("*.json")):
        rule = json.loads(path.read_text(encoding="utf-8"))
        if path.stem != rule["story"]:
            fault(path.name, "is not called after its story")
        by_scenario.setdefault(rule["scenario"], []).append(rule)
    for scenario in scenarios or sorted(by_scenario):
        for seed in SEEDS:
            with tempfile.TemporaryDirectory(prefix="beantrail-stories.") as folder:
                work = pathlib.Path(folder)
                check_scenario(program, scenario, seed, by_scenario[scenario], work)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
