"""Trails reach MinIO through a network that is bad in every way Toxiproxy knows: nothing is lost,
nothing is doubled, nothing hangs beyond the limits that docs/replay.md states.

usage: test_network.py [STORY...]     with BEANTRAIL, MINIO, TOXIPROXY in the environment;
       BEANTRAIL_FULL=1: outages are as long as the limits, which takes minutes
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time

import servers
from test_kills import environment, files_of, make_tree, objects_of

PROGRAM = os.environ["BEANTRAIL"]
FULL = os.environ.get("BEANTRAIL_FULL") == "1"
FILES = 120
OUTAGE_SECONDS = 30 if FULL else 5
PATIENCE_SECONDS = 300

# What the network does to connections: toxics, all at once. Where chance decides which connections
# are hit, an object is tried more often than usual, so that chance alone cannot fail the test.
OFTEN = {"AWS_MAX_ATTEMPTS": "30"}
NETWORKS = {
    "latency": ([("latency", "upstream", 1, {"latency": 15, "jitter": 15}),
                 ("latency", "downstream", 1, {"latency": 15, "jitter": 15})], {}),
    "bandwidth": ([("bandwidth", "upstream", 1, {"rate": 300}),
                   ("bandwidth", "downstream", 1, {"rate": 300})], {}),
    "slices": ([("slicer", "upstream", 1, {"average_size": 700, "size_variation": 600, "delay": 50}),
                ("slicer", "downstream", 1, {"average_size": 99, "size_variation": 98, "delay": 9})],
               {}),
    "resets": ([("reset_peer", "upstream", 0.4, {"timeout": 30}),
                ("reset_peer", "downstream", 0.2, {"timeout": 50})], OFTEN),
    # Enough for the largest object and not for two.
    "truncated requests": ([("limit_data", "upstream", 1, {"bytes": 150_000})], {}),
    # The first answer is whole, the second is not.
    "truncated answers": ([("limit_data", "downstream", 1, {"bytes": 700})], {}),
    "data that goes nowhere": ([("timeout", "upstream", 0.4, {"timeout": 200}),
                                ("timeout", "downstream", 0.2, {"timeout": 300})], OFTEN),
    "slow to close": ([("slow_close", "downstream", 1, {"delay": 300}),
                       ("limit_data", "downstream", 0.3, {"bytes": 900})], OFTEN),
    "all of it": ([("latency", "downstream", 1, {"latency": 10, "jitter": 10}),
                   ("slicer", "upstream", 1, {"average_size": 900, "size_variation": 500,
                                              "delay": 20}),
                   ("limit_data", "downstream", 0.2, {"bytes": 700}),
                   ("reset_peer", "upstream", 0.3, {"timeout": 80})], OFTEN),
}
FEW = {"truncated requests": ["--jobs", "2"]}  # connections, so that each is cut
ONE_WAY = ("truncated answers",)  # nothing could ever be read back
BITES = ("truncated answers", "resets")  # it must have cost attempts


class World:
    """MinIO, the way to it, and a tree to deliver."""

    def __init__(self, url, toxiproxy, scratch):
        self.url, self.toxiproxy, self.scratch = url, toxiproxy, scratch
        self.s3, self.source = servers.client(url), os.path.join(scratch, "source")
        self.tree = make_tree(self.source, FILES)

    def begin(self, name):
        """A bucket and a way of that name; the way's URL."""
        name = name.replace(" ", "-")
        self.s3.create_bucket(Bucket=name)
        return name, self.toxiproxy.lead(name, self.url)

    def words(self, bucket, url, *more):
        return [PROGRAM, "replay", self.source, "--to", f"s3://{bucket}", "--endpoint-url", url,
                "--quiet", *more]

    def start(self, bucket, url, *more, **settings):
        return subprocess.Popen(self.words(bucket, url, *more), env=environment() | settings,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def count(self, bucket):
        return self.s3.list_objects_v2(Bucket=bucket)["KeyCount"]

    def wait_for(self, bucket, files):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.count(bucket) < files:
            if time.monotonic() > deadline:
                raise AssertionError(f"{self.count(bucket)} of {files} objects after "
                                     f"{PATIENCE_SECONDS} s")
            time.sleep(0.05)

    def whole(self, bucket):
        got = objects_of(self.s3, bucket)
        if got != self.tree:
            raise AssertionError(f"{len(self.tree.keys() - got.keys())} lost, "
                                 f"{len(got.keys() - self.tree.keys())} too many, "
                                 f"{sum(got[k] != self.tree[k] for k in got.keys() & self.tree.keys())} differ")


@contextlib.contextmanager
def ended(process, code, says=None):
    """The process must end by itself with that code and one clear line, or none."""
    try:
        out, said = process.communicate(timeout=PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        raise AssertionError(f"still running after {PATIENCE_SECONDS} s") from None
    lines = said.splitlines()
    if process.returncode != code or len(lines) != (says is not None) or (
            says is not None and says not in lines[0]):
        raise AssertionError(f"exit {process.returncode}, not {code}: {said}")
    yield json.loads(out) if out else said


def through(world, name, toxics, settings):
    bucket, url = world.begin(name)
    for kind, stream, toxicity, attributes in toxics:
        world.toxiproxy.poison(bucket, kind, stream, toxicity, **attributes)
    with ended(world.start(bucket, url, "--json", *FEW.get(name, []), **settings), 0) as summary:
        world.whole(bucket)
    if name in BITES and summary["attempts"] <= FILES:
        raise AssertionError(f"it noticed nothing: {summary}")
    told = f"{summary['delivered']['files']} objects in {summary['attempts']} attempts"
    if name in ONE_WAY:
        return told
    # and back again, listing and objects
    copy = os.path.join(world.scratch, bucket)
    back = subprocess.run([PROGRAM, "replay", f"s3://{bucket}", "--to", copy, "--endpoint-url", url,
                           "--quiet"], env=environment() | settings, capture_output=True, text=True,
                          timeout=PATIENCE_SECONDS, check=False)
    if back.returncode != 0 or back.stderr or files_of(copy) != world.tree:
        raise AssertionError(f"read back: exit {back.returncode}: {back.stderr}")
    return told + ", and back"


def test_an_outage(world):
    """Connections break and are refused for a while in the middle of the run."""
    bucket, url = world.begin("outage")
    process = world.start(bucket, url, "--rate", "60/s", "--json")
    world.wait_for(bucket, 20)
    world.toxiproxy.enable(bucket, False)
    time.sleep(OUTAGE_SECONDS)
    world.toxiproxy.enable(bucket, True)
    with ended(process, 0) as summary:
        world.whole(bucket)
    if summary["seconds"] < OUTAGE_SECONDS or summary["attempts"] <= FILES:
        raise AssertionError(f"it noticed nothing: {summary}")
    return f"{OUTAGE_SECONDS} s, {summary['attempts']} attempts"


def test_an_interrupt_in_an_outage(world):
    """Ctrl-C with the network gone ends the run in its ten seconds; --resume completes it."""
    bucket, url = world.begin("interrupted")
    process = world.start(bucket, url, "--rate", "60/s")
    world.wait_for(bucket, 20)
    world.toxiproxy.poison(bucket, "timeout", "upstream", timeout=0)
    time.sleep(0.5)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    with ended(process, 130, "go on with: beantrail replay"):
        took = time.monotonic() - began
    if took > 45:  # ten, and what a busy machine adds
        raise AssertionError(f"it took {took:.0f} s to end")
    there = world.count(bucket)
    world.toxiproxy.cure(bucket, "timeout", "upstream")
    with ended(world.start(bucket, url, "--resume", "--json"), 0) as summary:
        world.whole(bucket)
    if summary["same"] + summary["delivered"]["files"] != FILES or summary["same"] < 20:
        raise AssertionError(f"{there} were there: {summary}")
    return f"ended after {took:.1f} s with {there} of {FILES}; {summary['delivered']['files']} later"


def test_a_second_interrupt(world):
    """It ends the program at once; nothing is half-written."""
    bucket, url = world.begin("interrupted-twice")
    process = world.start(bucket, url, "--rate", "60/s")
    world.wait_for(bucket, 20)
    world.toxiproxy.enable(bucket, False)
    process.send_signal(signal.SIGINT)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=PATIENCE_SECONDS)
    if process.returncode not in (-signal.SIGINT, 130):
        raise AssertionError(f"exit {process.returncode}")
    world.toxiproxy.enable(bucket, True)
    with ended(world.start(bucket, url, "--resume"), 0):
        world.whole(bucket)
    return "and resumed"


def test_several_places_one_of_them_gone(world):
    """One line, exit 1; resumed, both are whole."""
    bucket, url = world.begin("one-of-two")
    copy = os.path.join(world.scratch, "beside")
    words = ["--to", copy, "--resume"]
    process = world.start(bucket, url, "--rate", "60/s", *words)
    world.wait_for(bucket, 20)
    world.toxiproxy.enable(bucket, False)
    time.sleep(0.3)
    process.send_signal(signal.SIGTERM)
    with ended(process, 130, "--resume") as said:
        pass
    world.toxiproxy.enable(bucket, True)
    with ended(world.start(bucket, url, *words), 0):
        world.whole(bucket)
    if files_of(copy) != world.tree:
        raise AssertionError("the directory differs")
    return said.strip()


def test_nobody_behind_it(world):
    """Connections are made and closed: said once, exit 1."""
    bucket, url = world.begin("nobody")
    nobody = world.toxiproxy.lead("nobody-there", f"http://127.0.0.1:{servers.free_port()}")
    del url
    with ended(world.start(bucket, nobody, AWS_MAX_ATTEMPTS="3"), 1, "at " + nobody) as said:
        return said.strip()


def test_an_outage_without_end(world):
    """Given up after a minute, in one line; with the network back, --resume completes it."""
    if not FULL:
        return "LEFT OUT: takes minutes, BEANTRAIL_FULL=1 runs it"
    said = []
    for name, breaks, mends in (
            ("refused", lambda b: world.toxiproxy.enable(b, False),
             lambda b: world.toxiproxy.enable(b, True)),
            ("swallowed", lambda b: world.toxiproxy.poison(b, "timeout", "upstream", timeout=0),
             lambda b: world.toxiproxy.cure(b, "timeout", "upstream"))):
        bucket, url = world.begin("without-end-" + name)
        process = world.start(bucket, url, "--rate", "60/s")
        world.wait_for(bucket, 20)
        began = time.monotonic()
        breaks(bucket)
        with ended(process, 1, "at " + url) as line:
            took = time.monotonic() - began
        if took > 60 + 2 * 30 + 10:
            raise AssertionError(f"it took {took:.0f} s")
        mends(bucket)
        with ended(world.start(bucket, url, "--resume"), 0):
            world.whole(bucket)
        said.append(f"{took:.0f} s: {line.strip()}")
    return "; ".join(said)


def test_an_outage_that_swallows(world):
    """Connections stay and nothing comes through for half a minute."""
    if not FULL:
        return "LEFT OUT: takes a minute, BEANTRAIL_FULL=1 runs it"
    bucket, url = world.begin("swallows")
    process = world.start(bucket, url, "--rate", "60/s", "--json")
    world.wait_for(bucket, 20)
    world.toxiproxy.poison(bucket, "timeout", "upstream", timeout=0)
    threading.Timer(OUTAGE_SECONDS, world.toxiproxy.cure, (bucket, "timeout", "upstream")).start()
    with ended(process, 0) as summary:
        world.whole(bucket)
    return f"{summary['attempts']} attempts in {summary['seconds']:.0f} s"


def stories():
    for name, (toxics, settings) in NETWORKS.items():
        yield name, lambda world, n=name, t=toxics, s=settings: through(world, n, t, s)
    for name, story in globals().items():
        if name.startswith("test_") and callable(story):
            yield name.removeprefix("test_").replace("_", " "), story


def main():
    failures = ran = 0
    with tempfile.TemporaryDirectory(prefix="beantrail-network.") as scratch, \
            servers.running("minio", scratch) as url:
        toxiproxy = servers.Toxiproxy(scratch)
        try:
            world = World(url, toxiproxy, scratch)
            for name, story in stories():
                if sys.argv[1:] and name not in sys.argv[1:]:
                    continue
                ran, began = ran + 1, time.monotonic()
                try:
                    notes, verdict = story(world), "ok  "
                except AssertionError as error:
                    notes, verdict = str(error), "FAIL"
                    failures += 1
                print(f"{verdict} {name} ({time.monotonic() - began:.1f} s): {notes}", flush=True)
        finally:
            toxiproxy.close()
    print(f"{ran - failures} passed, {failures} failed")
    return 1 if failures or not ran else 0


if __name__ == "__main__":
    sys.exit(main())
