"""Trails go through every misbehaviour of the scripted server: nothing lost, nothing changed.

usage: test_faults.py     with BEANTRAIL in the environment
"""

import concurrent.futures
import gzip
import hashlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time

import scripted

PROGRAM = os.environ["BEANTRAIL"]
PATIENCE_SECONDS = 100  # no story may take longer, however busy the machine is
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


def read(url, folder):
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "AWS_REGION": scripted.REGION,
                   "AWS_ACCESS_KEY_ID": scripted.KEY_ID, "AWS_SECRET_ACCESS_KEY": scripted.SECRET}
    return subprocess.run([PROGRAM, "replay", f"s3://{scripted.BUCKET}", "--to", folder,
                           "--endpoint-url", url, "--quiet"], env=environment, capture_output=True,
                          text=True, timeout=PATIENCE_SECONDS, check=False)


def files_below(folder):
    found = {}
    for root, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(root, name)
            with open(path, "rb") as file:
                found[os.path.relpath(path, folder)] = file.read()
    return found


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


def survives(folder, tree, settings=None, **server_words):
    server = scripted.Server(**server_words)
    try:
        result = replay(folder, server.url, **(settings or {}))
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


def in_parallel(rows, run):
    """Run each row; all that go wrong are told."""
    def one(row):
        try:
            run(row)
        except (AssertionError, subprocess.TimeoutExpired) as error:
            return f"{row}: {error}"
        return None
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        wrong = [text for text in pool.map(one, rows) if text is not None]
    if wrong:
        fault("\n".join(wrong))
    return f"{len(rows)} rows"


def test_each_fault_at_the_start_and_in_the_middle(folder, tree):
    rows = [(name, before) for name in (*scripted.FAULTS, *scripted.ODD, *scripted.CLOSING)
            for before in (0, 30)]
    return in_parallel(rows, lambda row: survives(
        folder, tree, script=["accept"] * row[1] + [row[0]]))


def test_three_in_a_row(folder, tree):
    return in_parallel(scripted.FAULTS, lambda name: survives(folder, tree, script=[name] * 3))


def test_each_fault_behind_tls(folder, tree):
    """PUTs take another way there: libcurl's."""
    with tempfile.TemporaryDirectory(prefix="beantrail-tls.") as scratch:
        tls, authority = scripted.make_tls(scratch)
        return in_parallel((*scripted.FAULTS, *scripted.ODD, *scripted.CLOSING),
                           lambda name: survives(folder, tree, {"AWS_CA_BUNDLE": authority}, tls=tls,
                                                 script=["accept"] * 10 + [name]))


def test_each_fault_while_a_bucket_is_read(folder, tree):
    """A listing and its objects come through every fault that is no answer at all."""
    def reads(row):
        name, before = row
        server = scripted.Server(script=["accept"] * before + [name])
        server.stored = {key: (body, {}) for key, body in tree.items()}
        with tempfile.TemporaryDirectory(prefix="beantrail-read.") as copy:
            result = read(server.url, copy)
            server.close()
            if result.returncode != 0 or result.stderr:
                fault(f"exit {result.returncode}: {result.stderr}")
            if files_below(copy) != tree:
                fault("the copy differs")
    # A 400 that says "damaged", and a 200, have another meaning where nothing was sent.
    left_out = ("400-digest", "200-error", "200-slow-down", "200-html", "drip", "drop-stored",
                "half-stored")
    return in_parallel([(name, before) for name in scripted.FAULTS if name not in left_out
                        for before in (0, 20)], reads)


# What no retry helps: script and settings, exit code, what the one line says.
ENDS = {
    "a 301 without a region": ({"then": "301"}, {}, "the bucket is elsewhere"),
    "a 301 to a region that is none": ({"then": "301-odd"}, {}, "the bucket is in another region"),
    "a 307 without end": ({"then": "307"}, {"AWS_MAX_ATTEMPTS": "2"}, "were given up"),
    "401": ({"then": "401"}, {}, "access is denied"),
    "403 with garbage": ({"then": "403"}, {}, "access is denied"),
    "404 with a page": ({"then": "404"}, {}, "there is nothing of that name"),
    "405": ({"then": "405"}, {}, "it takes no objects"),
    "407": ({"then": "407"}, {}, "the proxy wants credentials"),
    "501": ({"then": "501"}, {}, "it takes no objects of this kind"),
    "no bucket": ({"then": "no-bucket"}, {}, "there is no such bucket"),
    "503 for ever": ({"then": "503-plain"}, {"AWS_MAX_ATTEMPTS": "2"}, "were given up"),
    "garbage for ever": ({"then": "garbage"}, {"AWS_MAX_ATTEMPTS": "2"}, "were given up"),
    "a page for ever": ({"then": "200-html"}, {"AWS_MAX_ATTEMPTS": "2"}, "answers with a page"),
    "half an answer for ever": ({"then": "half"}, {"AWS_MAX_ATTEMPTS": "2"}, "the connection broke"),
    "half a head for ever": ({"then": "half-head"}, {"AWS_MAX_ATTEMPTS": "2"},
                             "the connection broke"),
    "nothing for ever": ({"then": "nothing"}, {"AWS_MAX_ATTEMPTS": "2"}, "the connection broke"),
    "resets for ever": ({"then": "reset"}, {"AWS_MAX_ATTEMPTS": "2"}, "the connection broke"),
    "heads without end": ({"then": "huge-head"}, {"AWS_MAX_ATTEMPTS": "2"}, "too long"),
    "mail for ever": ({"then": "no-http"}, {"AWS_MAX_ATTEMPTS": "2"}, "does not speak HTTP"),
    "a clock that stays wrong": ({"then": "skewed"}, {}, "the clocks differ too much"),
    "expired": ({"then": "expired"}, {}, "the credentials have expired"),
}
END_ANSWERS = {
    "301": ("301 Moved Permanently", "", "Location: http://127.0.0.1:9/\r\n"),
    "301-odd": ("301 Moved Permanently", "PermanentRedirect", "x-amz-bucket-region: a/b c\r\n"),
    "401": ("401 Unauthorized", "", ""),
    "403": ("403 Forbidden", "<<\xff", ""),
    "404": ("404 Not Found", "", ""),
    "405": ("405 Method Not Allowed", "MethodNotAllowed", "Allow: GET\r\n"),
    "407": ("407 Proxy Authentication Required", "", "Proxy-Authenticate: Basic\r\n"),
    "501": ("501 Not Implemented", "NotImplemented", ""),
    "no-bucket": ("404 Not Found", "NoSuchBucket", ""),
    "skewed": ("403 Forbidden", "RequestTimeTooSkewed", ""),
    "expired": ("400 Bad Request", "ExpiredToken", ""),
}


def test_what_ends_the_run(folder, tree):
    del tree
    scripted.ANSWERS.update(END_ANSWERS)

    def ends(name):
        server, settings, says = ENDS[name]
        lines = refuses(folder, settings, says, **server)
        if len([line for line in lines if not line.startswith(PREFIX)]) != 1:
            fault(f"more than one line: {lines}")
    try:
        return in_parallel(ENDS, ends)
    finally:
        for name in END_ANSWERS:
            del scripted.ANSWERS[name]


def test_another_host_for_a_while(folder, tree):
    """A 307 to the same host's other port is followed; what arrived is in one of the two."""
    there = scripted.Server()
    scripted.ANSWERS["307-there"] = ("307 Temporary Redirect", "TemporaryRedirect",
                                     f"Location: {there.url}/{scripted.BUCKET}/x\r\n")
    here = scripted.Server(script=["accept"] * 10 + ["307-there"])
    result = replay(folder, here.url)
    here.close()
    there.close()
    del scripted.ANSWERS["307-there"]
    if result.returncode != 0 or result.stderr or not here.stored or not there.stored:
        fault(f"exit {result.returncode}: {result.stderr}")
    if there.complaints:
        fault(f"{there.complaints[:3]}")
    there.stored.update(here.stored)
    arrived(there, tree)
    return f"{len(here.stored)} here, then there"


def test_a_large_object_and_a_server_that_does_not_read_it(folder, tree):
    """More than libcurl's limit for Expect: refused early, then taken."""
    del folder
    with tempfile.TemporaryDirectory(prefix="beantrail-large.") as large:
        noise = random.Random(7).randbytes(1_500_000).hex()
        key = next(iter(tree))
        body = gzip.compress(f'{{"Records":[{{"eventTime":"2026-03-02T10:01:00Z","n":"{noise}"}}]}}'
                             .encode(), mtime=0)
        path = os.path.join(large, key)
        os.makedirs(os.path.dirname(path))
        with open(path, "wb") as file:
            file.write(body)
        for name in ("early", "continue", "drop-early", "500"):
            survives(large, {key: body}, script=[name] * 2)
    return f"{len(body)} bytes"


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


def test_interrupted_while_nothing_is_said(folder, tree):
    """A source, a listing before --resume, and PUTs that get no answer: exit 130, and soon."""
    del tree
    told = []
    for name, source, place, more in (
            ("source", f"s3://{scripted.BUCKET}", "/nonexistent/copy", ["--dry-run"]),
            ("listing", folder, f"s3://{scripted.BUCKET}", ["--resume"]),
            ("arriving", folder, f"s3://{scripted.BUCKET}", [])):
        server = scripted.Server(then="hang")
        environment = os.environ | {"AWS_ACCESS_KEY_ID": scripted.KEY_ID,
                                    "AWS_SECRET_ACCESS_KEY": scripted.SECRET}
        with subprocess.Popen([PROGRAM, "replay", source, "--to", place, "--endpoint-url",
                               server.url, "--quiet", *more], env=environment,
                              stderr=subprocess.PIPE, text=True) as process:
            while not server.requests:
                time.sleep(0.05)
            began = time.monotonic()
            process.send_signal(signal.SIGINT)
            said = process.communicate(timeout=PATIENCE_SECONDS)[1]
        server.close()
        if process.returncode != 130 or said.count("\n") != 1 or "--resume" not in said:
            fault(f"{name}: exit {process.returncode}: {said}")
        told.append(f"{name} {time.monotonic() - began:.1f} s")
    return ", ".join(told)


def main():
    failures = 0
    tests = [value for name, value in globals().items() if name.startswith("test_")]
    with tempfile.TemporaryDirectory(prefix="beantrail-faults.") as folder:
        tree = make_tree(folder, 60)
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
