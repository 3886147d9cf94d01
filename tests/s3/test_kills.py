"""A replay is killed again and again at random moments and resumed: the destination is the source.

usage: test_kills.py directory|minio     with BEANTRAIL, and MINIO, in the environment;
       BEANTRAIL_KILLS: how many kills (8)
"""

import gzip
import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import servers

PROGRAM = os.environ["BEANTRAIL"]
KILLS = int(os.environ.get("BEANTRAIL_KILLS") or "8")
FILES = 600
PATIENCE_SECONDS = 120


def make_tree(folder, files=FILES):
    """Key and bytes of so many log files, from 200 bytes to 200 KB."""
    tree = {}
    noise = random.Random(5)
    for index in range(files):
        key = (f"AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/{index % 20 + 1:02d}/"
               f"111122223333_CloudTrail_us-east-1_202603{index % 20 + 1:02d}T1005Z_{index:016d}"
               ".json.gz")
        size = 200_000 if index % 50 == 0 else noise.randrange(100, 3000)
        record = '{"eventTime":"2026-03-02T10:01:00Z","n":"%s"}' % noise.randbytes(size // 2).hex()
        tree[key] = gzip.compress(f'{{"Records":[{record}]}}'.encode(), compresslevel=1, mtime=0)
        path = os.path.join(folder, key)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(tree[key])
    return tree


def files_of(folder):
    """Everything below folder, hidden or not."""
    found = {}
    for root, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(root, name)
            with open(path, "rb") as file:
                found[os.path.relpath(path, folder)] = file.read()
    return found


def objects_of(s3, bucket):
    """Key and bytes of every object."""
    found = {}
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for entry in page.get("Contents", []):
            found[entry["Key"]] = s3.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read()
    return found


def etags_of(s3, bucket):
    return {entry["Key"]: entry["ETag"].strip('"')
            for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
            for entry in page.get("Contents", [])}


class Directory:
    """What is written into a folder."""

    def __init__(self, scratch):
        self.folder = os.path.join(scratch, "copy")
        self.words = ["--to", self.folder]

    def empty(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def partial(self, tree):
        """Names that hold other bytes than the source's; unfinished files have names of their own."""
        return [key for key, body in files_of(self.folder).items()
                if not os.path.basename(key).startswith(".beantrail-") and tree.get(key) != body]

    def all(self):
        return files_of(self.folder)


class Bucket:
    """What is put into a bucket."""

    def __init__(self, url):
        self.s3, self.runs, self.bucket = servers.client(url), 0, None
        self.url = url

    @property
    def words(self):
        return ["--to", f"s3://{self.bucket}", "--endpoint-url", self.url]

    def empty(self):
        self.runs += 1
        self.bucket = f"kills-{self.runs}"
        self.s3.create_bucket(Bucket=self.bucket)

    def partial(self, tree):
        return [key for key, etag in etags_of(self.s3, self.bucket).items()
                if key not in tree or hashlib.md5(tree[key]).hexdigest() != etag]

    def all(self):
        return objects_of(self.s3, self.bucket)


def environment():
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return kept | {"AWS_ACCESS_KEY_ID": servers.KEY_ID, "AWS_SECRET_ACCESS_KEY": servers.SECRET,
                   "AWS_REGION": servers.REGION, "HOME": "/nonexistent"}


def run(source, words, kill_after=None, how=signal.SIGKILL):
    """Run until the end or the kill: whether it ended by itself."""
    with subprocess.Popen([PROGRAM, "replay", source, *words, "--resume", "--quiet"],
                          env=environment(), stderr=subprocess.PIPE, text=True) as process:
        try:
            said = process.communicate(timeout=kill_after or PATIENCE_SECONDS)[1]
        except subprocess.TimeoutExpired:
            if kill_after is None:
                process.kill()
                raise
            process.send_signal(how)
            said = process.communicate(timeout=PATIENCE_SECONDS)[1]
            # Before it began to listen, the signal ends it like any program.
            if how == signal.SIGINT and (process.returncode not in (0, 130, -how) or (
                    process.returncode == 130 and "--resume" not in said)):
                raise AssertionError(f"SIGINT: exit {process.returncode}: {said}") from None
            return process.returncode == 0
    if process.returncode != 0:
        raise AssertionError(f"exit {process.returncode}: {said}")
    return True


def kill_and_resume(place, source, tree):
    chance = random.Random(os.environ.get("BEANTRAIL_KILLS_SEED") or 1)
    place.empty()
    began = time.monotonic()
    run(source, place.words)
    whole = time.monotonic() - began
    kills = rounds = 0
    while kills < KILLS:
        place.empty()
        rounds += 1
        while kills < KILLS:
            how = signal.SIGINT if chance.random() < 0.2 else signal.SIGKILL
            if run(source, place.words, chance.uniform(0.01, whole * 0.6), how):
                break
            kills += 1
            wrong = place.partial(tree)
            if wrong:
                raise AssertionError(f"after kill {kills}: {len(wrong)} partial: {wrong[:2]}")
        run(source, place.words)
        got = place.all()
        if got != tree:
            raise AssertionError(
                f"after {kills} kills: {len(tree.keys() - got.keys())} lost, "
                f"{len(got.keys() - tree.keys())} too many "
                f"{sorted(got.keys() - tree.keys())[:2]}, "
                f"{sum(got[key] != tree[key] for key in got.keys() & tree.keys())} differ")
    return f"{kills} kills in {rounds} rounds of {len(tree)} files: the same bytes, nothing more"


def main():
    with tempfile.TemporaryDirectory(prefix="beantrail-kills.") as scratch:
        source = os.path.join(scratch, "source")
        tree = make_tree(source)
        if sys.argv[1] == "directory":
            print(kill_and_resume(Directory(scratch), source, tree))
        else:
            with servers.running(sys.argv[1], scratch) as url:
                print(kill_and_resume(Bucket(url), source, tree))
    return 0


if __name__ == "__main__":
    sys.exit(main())
