"""Trails go through every misbehaviour of the scripted server: nothing lost, nothing changed.

usage: test_faults.py     with BEANTRAIL in the environment
"""

import gzip
import hashlib
import os
import subprocess
import sys
import tempfile
import time

import scripted

PROGRAM = os.environ["BEANTRAIL"]
PATIENCE_SECONDS = 60  # no story may take longer
PREFIX = "odd key +=~é"


def make_tree(folder, files):
    """A tree of so many log files; key: bytes."""
    tree = {}
    for index in range(files):
        key = (f"AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/02/111122223333_CloudTrail_"
               f"us-east-1_20260302T1005Z_{index:016d}.json.gz")
        record = '{"eventTime":"2026-03-02T10:01:00Z","n":"%d%s"}' % (
            index, hashlib.sha256(str(index).encode()).hexdigest() * (index % 50))
        tree[key] = gzip.compress(f'{{"Records":[{record}]}}'.encode(), mtime=0)
        path = os.path.join(folder, key)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(tree[key])
    return tree


def replay(folder, url, *words, **more):
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "AWS_REGION": scripted.REGION,
                   "AWS_ACCESS_KEY_ID": scripted.KEY_ID, "AWS_SECRET_ACCESS_KEY": scripted.SECRET}
    return subprocess.run(
        [PROGRAM, "replay", folder, "--to", f"s3://{scripted.BUCKET}/{PREFIX}", "--endpoint-url",
         url, "--quiet", *words], env=environment | more, capture_output=True, text=True,
        timeout=PATIENCE_SECONDS, check=False)


def fault(text):
    raise AssertionError(text)


def arrived(server, tree):
    """The server holds the tree, typed as CloudTrail types it, and saw no bad request."""
    want = {f"{PREFIX}/{key}": body for key, body in tree.items()}
    got = {key: body for key, (body, _) in server.stored.items()}
    if got != want:
        fault(f"{len(got)} of {len(want)} objects, "
              f"{sum(got.get(key) != body for key, body in want.items())} wrong or missing")
    for key, (_, headers) in server.stored.items():
        if (headers.get("content-type"), headers.get("content-encoding")) != (
                "application/json", "gzip"):
            fault(f"{key}: typed {headers}")
    if server.complaints:
        fault(f"the server complains: {server.complaints[:3]}")


def survives(folder, tree, **server_words):
    server = scripted.Server(**server_words)
    try:
        result = replay(folder, server.url)
        if result.returncode != 0 or result.stdout or result.stderr:
            fault(f"exit {result.returncode}: {result.stdout}{result.stderr}")
        arrived(server, tree)
    finally:
        server.close()
    return server


def refuses(folder, words, says, want=1, most_requests=None, **server_words):
    """One clear line, the right exit code."""
    server = scripted.Server(**server_words)
    try:
        result = replay(folder, server.url, **words)
    finally:
        server.close()
    lines = result.stderr.splitlines()
    if result.returncode != want or says not in lines[-1] or result.stdout:
        fault(f"exit {result.returncode}, not {want}: {result.stdout}{result.stderr}")
    if scripted.SECRET in result.stderr:
        fault("the secret is told")
    if most_requests is not None and server.requests > most_requests:
        fault(f"{server.requests} requests")
    return lines


def test_each_fault_at_the_start_and_in_the_middle(folder, tree):
    for name in (*scripted.ANSWERS, *scripted.MANNERS):
        for script in ([name], ["accept"] * 30 + [name]):
            began = time.monotonic()
            survives(folder, tree, script=script)
            if time.monotonic() - began > 20:
                fault(f"{name}: took {time.monotonic() - began:.0f} s")
    return f"{len(scripted.ANSWERS) + len(scripted.MANNERS)} faults, twice each"


def test_every_fault_after_another(folder, tree):
    kinds = ("500", "drop", "html", "half", "garbage", "400-timeout", "drop-stored", "307", "409")
    server = survives(folder, tree, script=["accept", *kinds] * 3)
    return f"{server.requests} requests for {len(tree)} objects"


def test_an_answer_lost_after_the_object_was_stored(folder, tree):
    survives(folder, tree, script=["drop-stored"] * 3)
    return "sent again, the same bytes"


def test_a_clock_that_is_wrong_by_hours(folder, tree):
    for hours in (-7, 5):
        survives(folder, tree, skew_seconds=hours * 3600)
    return "signed with the server's clock"


def test_a_region_that_only_the_server_knows(folder, tree):
    survives(folder, tree, region="garage")
    return "signed for the region in the answer"


def test_one_object_refused(folder, tree):
    scripted.ANSWERS["refused"] = ("400 Bad Request", "InvalidArgument", "")
    lines = refuses(folder, {}, f"1 of {len(tree)} log files were not delivered",
                    script=["accept"] * 5 + ["refused"])
    if len(lines) != 2 or "400 InvalidArgument" not in lines[0] or "AWSLogs/" not in lines[0]:
        fault(f"{lines}")
    return lines[0]


def test_what_no_retry_helps(folder, tree):
    said = refuses(folder, {"AWS_SECRET_ACCESS_KEY": "wrong"}, "the signature is not accepted",
                   most_requests=1)
    said += refuses(folder, {"AWS_ACCESS_KEY_ID": "wrong"}, "the access key is not known",
                    most_requests=1)
    said += refuses(folder, {"AWS_MAX_ATTEMPTS": "2"}, "16 objects in a row were given up",
                    then="500")[-1:]
    said += refuses(folder, {"AWS_MAX_ATTEMPTS": "2"}, "does not speak HTTP", then="no-http")[-1:]
    return f"{len(tree)} objects: " + "; ".join(said)


def test_interrupted_it_finishes_what_is_in_flight(folder, tree):
    server = scripted.Server()
    environment = os.environ | {"AWS_ACCESS_KEY_ID": scripted.KEY_ID,
                                "AWS_SECRET_ACCESS_KEY": scripted.SECRET}
    with subprocess.Popen([PROGRAM, "replay", folder, "--to", f"s3://{scripted.BUCKET}/{PREFIX}",
                           "--endpoint-url", server.url, "--rate", "20/s", "--quiet"],
                          env=environment, stderr=subprocess.PIPE, text=True) as process:
        while not server.stored:
            time.sleep(0.05)
        process.terminate()
        said = process.communicate(timeout=PATIENCE_SECONDS)[1]
    stored = len(server.stored)
    server.close()
    if process.returncode != 130 or f"interrupted: {stored} log files have arrived" not in said:
        fault(f"exit {process.returncode}, {stored} stored: {said}")
    if not 0 < stored < len(tree):
        fault(f"{stored} of {len(tree)}")
    return said.strip()


def main():
    failures = 0
    tests = [value for name, value in globals().items() if name.startswith("test_")]
    with tempfile.TemporaryDirectory(prefix="beantrail-faults.") as folder:
        tree = make_tree(folder, 120)
        for test in tests:
            began = time.monotonic()
            try:
                notes, verdict = test(folder, tree), "ok  "
            except (AssertionError, subprocess.TimeoutExpired) as error:
                notes, verdict = str(error), "FAIL"
                failures += 1
            print(f"{verdict} {test.__name__.removeprefix('test_')} "
                  f"({time.monotonic() - began:.1f} s): {notes}", flush=True)
    print(f"{len(tests) - failures} passed, {failures} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
