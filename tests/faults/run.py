"""run.py - each fault arrives as the manifest says, and each way to fall for one is told apart

usage: run.py BEANTRAIL
"""
import collections
import hashlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import consumer

HERE = pathlib.Path(__file__).resolve().parent
BEANTRAIL = str(pathlib.Path(sys.argv[1]).resolve())
KINDS = ["duplicate-file", "repeated-put", "duplicate-records", "late-file", "wrong-order",
         "truncated-gzip", "second-gzip-member", "digest-among-logs", "invalid-json",
         "empty-records", "missing-file", "oversize-line"]

# the consumer, the fault that it meets, the verdict, the cause's fault
WRONG = [
    (consumer.FirstMember, "second-gzip-member", "lost", "second-gzip-member"),
    (consumer.FirstMemberLeniently, "second-gzip-member", "lost", "second-gzip-member"),
    (consumer.ByName, "duplicate-file", "doubled", "duplicate-file"),
    (consumer.ByContents, "duplicate-records", "doubled", "duplicate-records"),
    (consumer.Everything, "repeated-put", "doubled", "repeated-put"),
    (consumer.Everything, "duplicate-file", "doubled", "duplicate-file"),
    (consumer.DiesOfDigests, "digest-among-logs", "lost", "digest-among-logs"),
    (consumer.DiesOfNothing, "empty-records", "lost", "empty-records"),
    (consumer.LosesTheRest, "truncated-gzip", "unreported", "truncated-gzip"),
    (consumer.TriesAgain, "truncated-gzip", "doubled", "truncated-gzip"),
    (consumer.BadJson, "invalid-json", "unreported", "invalid-json"),
    (consumer.NeverMisses, "missing-file", "unreported", "missing-file"),
    (consumer.LooksForward, "late-file", "lost", "late-file"),
    (consumer.LooksForward, "wrong-order", "lost", "wrong-order"),
    (consumer.ShortLines, "oversize-line", "lost", "oversize-line"),
    (consumer.Mangles, None, "mangled", None),
    (consumer.Drops, None, "lost", None),
    (consumer.Invents, None, "unexpected", None),
]

failures = 0


def fault(text):
    global failures
    failures += 1
    print(f"FAIL: {text}")


def run(*arguments, want=0, stdin=None):
    done = subprocess.run([BEANTRAIL, *map(str, arguments)], input=stdin, text=True,
                          capture_output=True)
    if done.returncode != want:
        fault(f"{arguments}: exit {done.returncode}, not {want}: {done.stdout[-1500:]} {done.stderr}")
    return done


def manifest(folder):
    return json.loads((pathlib.Path(folder) / "manifest.json").read_text())


def keys(folder):
    return sorted(str(p.relative_to(folder)) for p in pathlib.Path(folder).rglob("*.json.gz"))


def faults(folder):
    return sorted((f["fault"], f.get("of", f["key"])) for f in manifest(folder)["files"]
                  if "fault" in f)


def check_delivery(source, folder):
    """The manifest lists what is there, byte for byte, and nothing else."""
    listed = {f["key"]: f for f in manifest(folder)["files"] if f.get("fault") != "missing-file"}
    if sorted(listed) != keys(folder):
        fault(f"{folder}: the manifest does not list what is there")
    for key, entry in listed.items():
        body = (pathlib.Path(folder) / key).read_bytes()
        if hashlib.sha256(body).hexdigest() != entry["sha256"] or len(body) != entry["bytes"]:
            fault(f"{folder}/{key}: is not what the manifest says")
        if "put" not in entry:
            fault(f"{folder}/{key}: the manifest does not say when it was put")
    spoilt = {of for _, of in faults(folder)}
    for key in keys(source):
        if key not in spoilt and (pathlib.Path(source) / key).read_bytes() != \
                (pathlib.Path(folder) / key).read_bytes():
            fault(f"{folder}/{key}: was changed without a fault")


def consume(kind, source, folder):
    it = kind(folder)
    it.run([f["key"] for f in manifest(folder)["files"] if "put" in f], keys(source))
    pathlib.Path("seen.jsonl").write_text(consumer.lines(it))
    pathlib.Path("reported").write_text("".join(f"s3://some-bucket/{k}\n" for k in it.reported))


def verdict(folder, want, *options):
    done = run("reconcile", "--manifest", folder, "--seen", "seen.jsonl", "--reported", "reported",
               "--json", *options, want=want)
    return json.loads(done.stdout)


def check_wrong_consumers(source):
    places = {None: source}
    for fault_name in sorted({row[1] for row in WRONG if row[1]}):
        places[fault_name] = f"one-{fault_name}"
        # enough that some of those which are cut off have a record before the cut
        run("replay", source, "--to", places[fault_name], "--fault",
            f"{fault_name}={8 if fault_name == 'truncated-gzip' else 2}", "--fault-seed", 7,
            "--quiet")
    run("replay", source, "--to", "plain", "--manifest", "plain.json", "--quiet")
    places[None] = "plain"
    shutil.copy("plain.json", "plain/manifest.json")
    for kind, fault_name, name, cause in WRONG:
        consume(kind, source, places[fault_name])
        got = verdict(places[fault_name], 1)
        found = {(c["verdict"], c["fault"]) for c in got["causes"]}
        if found != {(name, cause)}:
            fault(f"{kind.__name__} and {fault_name}: {found}, not {(name, cause)}: "
                  f"{json.dumps(got)[:1500]}")
        else:
            print(f"ok: {kind.__name__}: {name}: {got['causes'][0]['why']}")
        consume(consumer.Consumer, source, places[fault_name])
        verdict(places[fault_name], 0)


def check_late(folder):
    """A record is late by the moment at which its file was put."""
    consume(consumer.Consumer, "trail", folder)
    put = {i: f["put"] for f in reversed(manifest(folder)["files"]) if "put" in f
           for i in f["eventIDs"]}
    seen = [json.loads(line) for line in pathlib.Path("seen.jsonl").read_text().splitlines()]
    for n, record in enumerate(seen):
        day, rest = put[record["eventID"]].split("T")
        record["seen"] = f"{int(day[:4]) + (n == 3)}{day[4:]}T{rest}"
    pathlib.Path("seen.jsonl").write_text("".join(json.dumps(r) + "\n" for r in seen))
    got = verdict(folder, 1, "--late", "30d")
    if got["late"] != 1 or got["lost"] or got["mangled"]:
        fault(f"one record late expected: {got}")
    verdict(folder, 0, "--late", "500d")
    verdict(folder, 0)


def check_choice(source):
    """Which ones is a matter of the seed and the keys."""
    again = [("asap", []), ("paced", ["--rate", "100000/s"]), ("timed", ["--speed", "1000000"])]
    found = []
    for name, options in again:
        run("replay", source, "--to", name, "--fault", "all", *options, "--quiet")
        found.append(faults(name))
    if found[0] != found[1] or found[0] != found[2]:
        fault("another pace gave other faults")
    run("replay", source, "--to", "other", "--fault", "all", "--fault-seed", 2, "--quiet")
    if faults("other") == found[0]:
        fault("another seed gave the same faults")
    run("replay", source, "--to", "share", "--fault", "late-file=30%,truncated-gzip=10.5%",
        "--quiet")
    count = collections.Counter(kind for kind, _ in faults("share"))
    if not 0 < count["truncated-gzip"] < count["late-file"] or sum(count.values()) > len(keys(source)):
        fault(f"shares: {count}")
    several = run("replay", source, "--to", "a", "--to", "b", "--fault", "all", "--json")
    if json.loads(several.stdout)["faults"] != {kind: 1 for kind in KINDS}:
        fault(f"the summary does not tell the faults: {several.stdout}")
    if keys("a") != keys("asap") or keys("b") != keys("asap"):
        fault("two places did not get the same")
    plan = run("replay", source, "--to", "nowhere", "--fault", "all", "--dry-run")
    for kind in KINDS:
        if f"({kind})" not in plan.stdout:
            fault(f"--dry-run does not tell {kind}")
    if os.path.exists("nowhere"):
        fault("--dry-run wrote something")


def check_resume(source):
    """A run that was cut off goes on, and its manifest is whole."""
    shutil.copytree("asap", "cut")
    first = (pathlib.Path("cut") / "manifest.json").read_text()
    os.remove("cut/manifest.json")
    for key in keys("cut")[::2]:
        os.remove(f"cut/{key}")
    run("replay", source, "--to", "cut", "--fault", "all", "--resume", "--quiet")
    strip = lambda text: [{k: v for k, v in f.items() if k != "put"}
                          for f in json.loads(text)["files"]]
    if strip(first) != strip((pathlib.Path("cut") / "manifest.json").read_text()):
        fault("the manifest of a resumed run is not the one of a whole run")
    for key in keys("asap"):
        if (pathlib.Path("asap") / key).read_bytes() != (pathlib.Path("cut") / key).read_bytes():
            fault(f"cut/{key}: is not what a whole run delivers")


def check_interrupted(source):
    """An interrupted run leaves no manifest; the one that goes on writes it whole."""
    words = [BEANTRAIL, "replay", source, "--to", "stopped", "--fault", "all", "--rate", "40/s"]
    process = subprocess.Popen(words, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    while not (os.path.isdir("stopped") and keys("stopped")):
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    said = process.communicate()[1]
    if process.returncode != 130 or "--fault all" not in said or "--resume" not in said:
        fault(f"interrupted: exit {process.returncode}: {said}")
    left = [n for n in os.listdir("stopped") if "manifest" in n]
    if left:
        fault(f"an interrupted run left {left}")
    run(*words[1:-2], "--resume", "--quiet")
    if keys("stopped") != keys("asap") or faults("stopped") != faults("asap"):
        fault("a run that went on is not a whole one")


def check_generated():
    """gen's manifest has no ids: the log files have them."""
    ids = [r["eventID"] for r in records("trail")]
    run("reconcile", "--manifest", "trail", "--seen", "-", stdin="\n".join(ids))
    moved = run("reconcile", "--manifest", "trail", "--seen", "-", "--json", want=1,
                stdin="\n".join([ids[0].upper(), "nothing,2026-09-14T00:00:00Z"] + ids[2:]))
    got = json.loads(moved.stdout)
    if (got["lost"], got["unexpected"], got["expected"]) != (1, 1, len(ids)):
        fault(f"one lost and one unexpected: {got}")
    shutil.copy("trail/manifest.json", "alone.json")
    run("reconcile", "--manifest", "alone.json", "--seen", "-", stdin="", want=2)
    run("reconcile", "--manifest", "alone.json", "--tree", "trail", "--seen", "-",
        stdin="\n".join(ids))
    ecs = "".join(json.dumps({"_source": {"event": {"id": i, "ingested": 1}}}) + "\n" for i in ids)
    run("reconcile", "--manifest", "trail", "--seen", "-", stdin=ecs)
    inside = "".join(json.dumps({"message": json.dumps(r)}) + "\n" for r in records("trail"))
    run("reconcile", "--manifest", "trail", "--seen", "-", stdin=inside)
    inside = inside.replace("us-east-1", "us-east-9", 1)
    run("reconcile", "--manifest", "trail", "--seen", "-", stdin=inside, want=1)
    own = "".join(json.dumps({"hit": {"doc.id": [i]}}) + "\n" for i in ids)
    run("reconcile", "--manifest", "trail", "--seen", "-", "--id-field", "hit.doc.id", stdin=own)
    digest = lambda r: hashlib.sha256(json.dumps(
        r, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()
    hashed = [{"eventID": r["eventID"], "sha256": digest(r)} for r in records("trail")]
    text = lambda rows: "".join(json.dumps(r) + "\n" for r in rows)
    run("reconcile", "--manifest", "trail", "--seen", "-", stdin=text(hashed))
    hashed[4]["sha256"] = digest({})
    got = json.loads(run("reconcile", "--manifest", "trail", "--seen", "-", "--json", want=1,
                         stdin=text(hashed)).stdout)
    if got["mangled"] != 1:
        fault(f"one mangled: {got}")
    run("reconcile", "--manifest", "trail", "--seen", "-", "--ids-only", stdin=text(hashed))
    whole = json.dumps({"Records": records("trail")})
    run("reconcile", "--manifest", "trail", "--seen", "-", stdin=whole)
    run("reconcile", "--manifest", "trail", "--seen", "-", "--junit", "junit.xml", "--quiet",
        stdin=whole)
    if 'failures="0"' not in pathlib.Path("junit.xml").read_text():
        fault("junit.xml does not say that nothing failed")


def records(folder):
    import gzip
    return [r for key in keys(folder)
            for r in json.loads(gzip.decompress((pathlib.Path(folder) / key).read_bytes()))["Records"]]


def check_documented():
    """What docs/faults.md shows, with the right consumer as yours."""
    text = (HERE.parents[1] / "docs" / "faults.md").read_text()
    shown = run("replay", "--help").stdout
    for kind in KINDS:
        if kind not in shown:
            fault(f"replay --help does not name {kind}")
        if f"| `{kind}` |" not in text:
            fault(f"docs/faults.md does not explain {kind}")
    os.mkdir("documented")
    programs = tempfile.TemporaryDirectory(prefix="beantrail-faults-bin-")
    os.symlink(BEANTRAIL, f"{programs.name}/beantrail")
    consumer_path = pathlib.Path(programs.name) / "your-consumer"
    consumer_path.write_text(
        f"#!{sys.executable}\nimport pathlib, sys\nsys.path.insert(0, {str(HERE)!r})\n"
        "import consumer\nit = consumer.Consumer(sys.argv[1])\n"
        "it.run(sorted(str(p.relative_to(sys.argv[1])) for p in\n"
        "              pathlib.Path(sys.argv[1]).rglob('*.json.gz')), [])\n"
        "sys.stdout.write(consumer.lines(it))\n")
    consumer_path.chmod(0o755)
    path = f"{programs.name}:{os.environ['PATH']}"
    blocks = re.findall(r"^```sh\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    shown = ""
    for block in blocks:
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", block], cwd="documented", text=True,
                              env=dict(os.environ, PATH=path), capture_output=True)
        shown = done.stdout
        if done.returncode != 0:
            fault(f"docs/faults.md: exit {done.returncode}: {block}{done.stdout}{done.stderr}")
    programs.cleanup()
    if "doubled" not in shown or "duplicate-file" not in shown:
        fault(f"docs/faults.md promises another verdict: {shown}")


REFUSED = [
    ("did you mean \"late-file\"", ["replay", "trail", "--to", "x", "--fault", "late-fil"]),
    ("there are duplicate-file, ", ["replay", "trail", "--to", "x", "--fault", "zzz"]),
    ("1 to 10000 log files", ["replay", "trail", "--to", "x", "--fault", "all=0"]),
    ("above 100%", ["replay", "trail", "--to", "x", "--fault", "all=50%"]),
    ("given twice", ["replay", "trail", "--to", "x", "--fault", "late-file,late-file=2"]),
    ("ask for fewer", ["replay", "trail", "--to", "x", "--fault", "all=500"]),
    ("say where it is written down", ["replay", "trail", "--to", "null:", "--fault", "all"]),
    ("not this run's", ["replay", "trail", "--to", "trail", "--fault", "all"]),
    ("goes with --fault", ["replay", "trail", "--to", "x", "--fault-seed", "1"]),
    ("standard input", ["replay", "-", "--to", "x", "--fault", "all"]),
    ("--manifest: is missing", ["reconcile", "--seen", "-"]),
    ("--seen: is missing", ["reconcile", "--manifest", "trail"]),
    ("cannot be read", ["reconcile", "--manifest", "nowhere", "--seen", "-"]),
    ("is not a manifest", ["reconcile", "--manifest", "trail/labels.jsonl", "--seen", "-"]),
    ("cannot be read", ["reconcile", "--manifest", "trail", "--seen", "nowhere"]),
]
BAD_LINES = [
    ("input:2: is not JSON", 'x\n{"a": '),
    ("input:1: has no eventID", '{"a": 1}'),
    ("input:1: has something behind", "some id"),
    ("input:1: is neither an eventID", "\x01\x02"),
    ("input:1: is neither an eventID", "[1]"),
    ("input:1: is not JSON", '{"Records":[{"eventID":"x"}'),
]


def check_refused():
    for want, arguments in REFUSED:
        done = run(*arguments, want=2, stdin="")
        if want not in done.stderr or done.stderr.count("\n") != 1 or done.stdout:
            fault(f"{arguments}: {done.stderr}")
    for want, text in BAD_LINES:
        done = run("reconcile", "--manifest", "trail", "--seen", "-", want=2, stdin=text)
        if want not in done.stderr or done.stderr.count("\n") != 1 or done.stdout:
            fault(f"{text!r}: {done.stderr}")
    if os.path.exists("x"):
        fault("a refused command wrote something")


def main():
    run("gen", "quickstart", "--seed", 3, "--duration", "6h", "--out", "trail", "--quiet")
    check_refused()
    check_choice("trail")
    for folder in ("asap", "timed", "other"):
        check_delivery("trail", folder)
        consume(consumer.Consumer, "trail", folder)
        verdict(folder, 0)
        print(f"ok: {folder}: every fault on, and the right consumer is right")
    check_resume("trail")
    check_interrupted("trail")
    check_wrong_consumers("trail")
    check_late("asap")
    check_generated()
    check_documented()
    return 1 if failures else 0


if __name__ == "__main__":
    # Thirty small deliveries, each written through: in memory where there is some.
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="beantrail-faults-", dir=memory) as work:
        os.chdir(work)
        code = main()
        os.chdir("/")
    sys.exit(code)
