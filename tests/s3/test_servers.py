"""Trails are PUT into S3 servers, read back by boto3, and are the same bytes.

usage: test_servers.py [SERVER...]     with BEANTRAIL and the servers' variables in the environment
       (tests/with-tools sets them); exit 77 when the one server asked for is not here
"""

import glob
import gzip
import json
import os
import re
import subprocess
import sys
import tempfile
import time

import servers

PROGRAM = os.environ["BEANTRAIL"]
SHARED = os.environ.get("BEANTRAIL_SAMPLES") or os.path.join(
    os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "shared", "samples")
PATIENCE_SECONDS = 60  # nothing may hang longer
EXAMPLE = "update-environment-by-intern"
# A day of the quickstart organisation is some 200 files.
SIZES = {EXAMPLE: [], "quickstart": []}


def environment(secret=None, **more):
    """What the program sees: nothing of the user's own AWS settings."""
    secret = secret or servers.SECRET
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return kept | {
        "AWS_ACCESS_KEY_ID": servers.KEY_ID, "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_REGION": servers.REGION, "HOME": "/nonexistent",
    } | more


def run(*words, env=None, want=0):
    """Run the program; its result. A wrong exit code is a failure that shows what it said."""
    began = time.monotonic()
    result = subprocess.run([PROGRAM, *words], env=env or environment(), capture_output=True,
                            text=True, timeout=PATIENCE_SECONDS * 5, stdin=subprocess.DEVNULL,
                            check=False)
    result.seconds = time.monotonic() - began
    if result.returncode != want:
        raise AssertionError(f"{' '.join(words)}: exit {result.returncode}, not {want}\n"
                             f"{result.stdout}{result.stderr}")
    return result


def refused(*words, env=None, want, says):
    """The program must refuse with one clear line, soon."""
    result = run(*words, "--quiet", env=env, want=want)
    lines = result.stderr.splitlines()
    if len(lines) != 1 or not re.search(says, lines[0]):
        raise AssertionError(f"{' '.join(words)}: one line with /{says}/ expected, got\n"
                             f"{result.stderr}")
    if result.seconds > PATIENCE_SECONDS:
        raise AssertionError(f"{' '.join(words)}: took {result.seconds:.0f} s")
    if servers.SECRET in result.stdout + result.stderr:
        raise AssertionError(f"{' '.join(words)}: printed the secret")


def tree_of(folder):
    """Key and bytes of every log file below folder."""
    found = {}
    for path in glob.glob(os.path.join(folder, "**", "*.json.gz"), recursive=True):
        with open(path, "rb") as file:
            found[os.path.relpath(path, folder)] = file.read()
    return found


def bucket_of(s3, bucket):
    """Key, bytes, type and encoding of every object."""
    found = {}
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for entry in page.get("Contents", []):
            answer = s3.get_object(Bucket=bucket, Key=entry["Key"])
            found[entry["Key"]] = (answer["Body"].read(), answer["ContentType"],
                                   answer.get("ContentEncoding"))
    return found


def same(s3, bucket, tree, prefix=""):
    """The bucket holds the tree below prefix, typed as CloudTrail types it, and nothing else."""
    want = {prefix + key: (body, "application/json", "gzip") for key, body in tree.items()}
    got = bucket_of(s3, bucket)
    if got != want:
        missing, extra = sorted(want.keys() - got.keys()), sorted(got.keys() - want.keys())
        other = sorted(key for key in want.keys() & got.keys() if want[key] != got[key])
        raise AssertionError(
            f"{bucket}: {len(missing)} missing {missing[:2]}, {len(extra)} too many {extra[:2]}, "
            f"{len(other)} differ {[(key, got[key][1:]) for key in other[:2]]}")
    return len(want)


# Prefixes that put every odd character into keys.
ODD = ("with space", "plus+", "k=v", "til~de", "per%cent%20", "q?uery&x=1#frag", "!*'();:@,$[]",
       "ünï/日本/\U0001f9ea", "under_score.dot-", "d//ouble")

# What a server does not do, by test and by odd prefix: its own shortcomings, as they were found.
NO_STS = "has no AssumeRole"
LACKS = {
    "minio": {"d//ouble": "takes no empty segments"},
    "versitygw": {"d//ouble": "takes no empty segments", "session_token": NO_STS,
                  "encrypted_by_the_server": "does not encrypt"},
    "moto": {"connections_are_kept": "closes each connection"},
    "s3proxy": {"d//ouble": "takes no empty segments", "session_token": NO_STS,
                "nothing_is_overwritten": "does not heed If-None-Match",
                "every_checksum": "knows only Content-MD5",
                "encrypted_by_the_server": "does not encrypt",
                "the_owner_gets_full_control": "knows only private and public-read"},
    "seaweedfs": {"d//ouble": "takes two slashes for one", "session_token": NO_STS,
                  "encrypted_by_the_server": "does not encrypt without keys of its own",
                  "no_bucket": "makes the bucket"},
}


class Tests:
    """Every method test_… is one test against one running server."""

    def __init__(self, name, url, trees):
        self.name, self.lacks = name, LACKS[name]
        self.url, self.trees, self.s3 = url, trees, servers.client(url)

    def bucket(self, name):
        self.s3.create_bucket(Bucket=name)
        return name

    def test_replayed_trees_arrive_byte_for_byte(self):
        for index, (name, folder) in enumerate(self.trees.items()):
            bucket = self.bucket(f"replayed-{index}")
            words = ("replay", folder, "--to", f"s3://{bucket}/some/prefix", "--endpoint-url",
                     self.url, "--asap")
            run(*words)
            yield f"{name}: {same(self.s3, bucket, tree_of(folder), 'some/prefix/')} objects"
            run(*words)  # once more: neither lost nor doubled
            same(self.s3, bucket, tree_of(folder), "some/prefix/")

    def test_a_tree_that_is_not_as_listed_arrives_as_it_is(self):
        """Large files and small ones, some of them others than their manifest says."""
        bucket = self.bucket("altered")
        with tempfile.TemporaryDirectory() as folder:
            run("gen", "load", "--duration", "5m", "--out", f"{folder}/trail")
            with open(f"{folder}/trail/manifest.json", encoding="utf-8") as file:
                listed = json.load(file)["files"]
            sizes = [f["bytes"] for f in listed]
            if min(sizes) > 16000 or max(sizes) < 32000:
                raise AssertionError(f"files of {min(sizes)} to {max(sizes)} bytes test too little")
            records = sum(f["records"] for f in listed)
            for f in sorted(listed, key=lambda f: f["bytes"])[::7]:
                path = f"{folder}/trail/{f['key']}"
                with gzip.open(path) as file:
                    kept = json.load(file)["Records"][1:]
                with gzip.open(path, "wb") as file:
                    file.write(json.dumps({"Records": kept}).encode())
                records -= 1
            told = json.loads(run("replay", f"{folder}/trail", "--to", f"s3://{bucket}",
                                  "--endpoint-url", self.url, "--json").stdout)
            if told["read"]["records"] != records:
                raise AssertionError(f"{records} records expected, {told['read']} told")
            yield f"{same(self.s3, bucket, tree_of(f'{folder}/trail'))} objects"

    def test_generated_straight_into_the_bucket(self):
        for index, (name, folder) in enumerate(self.trees.items()):
            bucket = self.bucket(f"generated-{index}")
            run("gen", name, *SIZES[name], "--seed", "1", "--to", f"s3://{bucket}",
                "--endpoint-url", self.url)
            yield f"{name}: {same(self.s3, bucket, tree_of(folder))} objects"

    def test_recorded_file_keeps_its_text(self):
        paths = glob.glob(os.path.join(SHARED, "raw-*_CloudTrail_*.json"))
        if not paths:
            yield f"LEFT OUT: no recorded file in {SHARED}"
            return
        bucket = self.bucket("recorded")
        run("replay", paths[0], "--to", f"s3://{bucket}", "--endpoint-url", self.url, "--asap")
        got = bucket_of(self.s3, bucket)
        # the account and region of the file's name, the day of its stamp
        name = os.path.basename(paths[0]).removeprefix("raw-")
        account, _, region, stamp, _ = name.split("_")
        key = (f"AWSLogs/{account}/CloudTrail/{region}/{stamp[:4]}/{stamp[4:6]}/{stamp[6:8]}/"
               f"{name}.gz")
        if list(got) != [key]:
            raise AssertionError(f"expected {key}, the bucket holds {list(got)}")
        body, *typed = got[key]
        with open(paths[0], "rb") as file:
            if gzip.decompress(body) != file.read() or typed != ["application/json", "gzip"]:
                raise AssertionError(f"{key}: other text, or typed {typed}")
        yield key

    def test_endpoint_from_the_environment(self):
        bucket = self.bucket("from-environment")
        folder = self.trees[EXAMPLE]
        run("replay", folder, "--to", f"s3://{bucket}", "--asap",
            env=environment(AWS_ENDPOINT_URL_S3=self.url, AWS_ENDPOINT_URL="http://127.0.0.1:9"))
        same(self.s3, bucket, tree_of(folder))
        yield "AWS_ENDPOINT_URL_S3 goes before AWS_ENDPOINT_URL"

    def test_connections_are_kept(self):
        bucket = self.bucket("kept-alive")
        folder = self.trees["quickstart"]
        counter = servers.Counter(self.url)
        try:
            run("replay", folder, "--to", f"s3://{bucket}", "--endpoint-url", counter.url, "--asap")
        finally:
            counter.close()
        puts = same(self.s3, bucket, tree_of(folder))
        if not 1 < counter.connections <= max(2, puts // 3):
            raise AssertionError(f"{counter.connections} connections for {puts} objects")
        yield f"{counter.connections} connections for {puts} objects"

    def test_bucket_as_source(self):
        bucket = self.bucket("as-source")
        folder = self.trees["quickstart"]
        run("replay", folder, "--to", f"s3://{bucket}/some/prefix", "--endpoint-url", self.url)
        with tempfile.TemporaryDirectory() as scratch:
            for index, pace in enumerate((["--asap"], ["--speed", "1000000"])):
                copy = os.path.join(scratch, str(index))
                run("replay", f"s3://{bucket}/some", "--to", copy, "--endpoint-url", self.url, *pace)
                want = {"prefix/" + key: body for key, body in tree_of(folder).items()}
                if tree_of(copy) != want:
                    raise AssertionError(f"{len(tree_of(copy))} of {len(want)} came back")
        yield f"{len(want)} objects, listed and read twice"

    def test_resumed_where_it_ended(self):
        bucket = self.bucket("resumed")
        folder = self.trees["quickstart"]
        tree = tree_of(folder)
        gone = sorted(tree)[::3]
        words = ("replay", folder, "--to", f"s3://{bucket}", "--endpoint-url", self.url, "--json")
        run(*words)
        for key in gone:
            self.s3.delete_object(Bucket=bucket, Key=key)
        self.s3.put_object(Bucket=bucket, Key=sorted(tree)[1], Body=b"partial")
        got = json.loads(run(*words, "--resume").stdout)
        if (got["delivered"]["files"], got["same"]) != (len(gone) + 1, len(tree) - len(gone) - 1):
            raise AssertionError(f"{got}")
        for key in tree:  # typed anew where it was put by hand
            if self.s3.get_object(Bucket=bucket, Key=key)["Body"].read() != tree[key]:
                raise AssertionError(f"{key}: other bytes")
        yield f"{len(gone) + 1} of {len(tree)} were sent"

    def test_nothing_is_overwritten(self):
        bucket = self.bucket("kept")
        folder = self.trees[EXAMPLE]
        words = ("replay", folder, "--to", f"s3://{bucket}", "--endpoint-url", self.url,
                 "--if-none-match", "--json")
        run(*words)
        again = json.loads(run(*words).stdout)
        if again["delivered"]["files"] != 0 or again["same"] != len(tree_of(folder)):
            raise AssertionError(f"{again}")
        key = sorted(tree_of(folder))[0]
        self.s3.put_object(Bucket=bucket, Key=key, Body=b"somebody else's")
        result = run(*words, want=1)
        if "is there already with other bytes" not in result.stderr:
            raise AssertionError(result.stderr)
        if self.s3.get_object(Bucket=bucket, Key=key)["Body"].read() != b"somebody else's":
            raise AssertionError("it was overwritten")
        yield result.stderr.splitlines()[0]

    def test_every_checksum(self):
        for kind in ("md5", "crc32", "crc32c", "sha256"):
            bucket = self.bucket(f"checksum-{kind}")
            folder = self.trees[EXAMPLE]
            run("replay", folder, "--to", f"s3://{bucket}", "--endpoint-url", self.url,
                "--checksum", kind)
            same(self.s3, bucket, tree_of(folder))
        yield "md5, crc32, crc32c, sha256"

    def test_a_locked_bucket(self):
        try:
            self.s3.create_bucket(Bucket="locked", ObjectLockEnabledForBucket=True)
            self.s3.put_object_lock_configuration(Bucket="locked", ObjectLockConfiguration={
                "ObjectLockEnabled": "Enabled",
                "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}})
        except servers.botocore.exceptions.ClientError as error:
            yield f"LEFT OUT: {error}"
            return
        folder = self.trees[EXAMPLE]
        run("replay", folder, "--to", "s3://locked", "--endpoint-url", self.url)
        yield f"{same(self.s3, 'locked', tree_of(folder))} objects"

    def test_odd_keys(self):
        bucket, told = self.bucket("odd-keys"), []
        folder = self.trees[EXAMPLE]
        want = {}
        for prefix in ODD:
            if prefix in self.lacks:
                told.append(f"LEFT OUT {prefix}: {self.lacks[prefix]}")
                continue
            run("replay", folder, "--to", f"s3://{bucket}/{prefix}", "--endpoint-url", self.url)
            want |= {f"{prefix}/{key}": body for key, body in tree_of(folder).items()}
        same(self.s3, bucket, want)
        # Listed too: --resume finds all of them there.
        for prefix in ODD:
            if prefix not in self.lacks:
                got = json.loads(run("replay", folder, "--to", f"s3://{bucket}/{prefix}", "--json",
                                     "--endpoint-url", self.url, "--resume").stdout)
                if got["delivered"]["files"]:
                    raise AssertionError(f"{prefix}: sent again")
        yield "; ".join([f"{len(want)} keys", *told])

    def test_session_token(self):
        bucket, folder = self.bucket("token"), self.trees[EXAMPLE]
        sts = servers.boto3.client(
            "sts", endpoint_url=self.url, region_name=servers.REGION,
            aws_access_key_id=servers.KEY_ID, aws_secret_access_key=servers.SECRET)
        keys = sts.assume_role(RoleArn="arn:aws:iam::123456789012:role/tests",
                               RoleSessionName="tests")["Credentials"]
        words = ("replay", folder, "--to", f"s3://{bucket}", "--endpoint-url", self.url)
        given = {"AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
                 "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"]}
        refused(*words, env=environment() | given | {"AWS_SESSION_TOKEN": "wrong"}, want=1,
                says="token|access key|denied")
        same(self.s3, bucket, {})
        run(*words, env=environment() | given | {"AWS_SESSION_TOKEN": keys["SessionToken"]})
        yield f"{same(self.s3, bucket, tree_of(folder))} objects with a token, none without"

    def test_encrypted_by_the_server(self):
        folder = self.trees[EXAMPLE]
        for index, (sse, want) in enumerate((("AES256", "AES256"), ("aws:kms:trail-key", "aws:kms"))):
            bucket = self.bucket(f"encrypted-{index}")
            run("replay", folder, "--to", f"s3://{bucket}", "--endpoint-url", self.url, "--sse", sse)
            same(self.s3, bucket, tree_of(folder))
            key = next(iter(tree_of(folder)))
            got = self.s3.head_object(Bucket=bucket, Key=key).get("ServerSideEncryption")
            if got != want:
                raise AssertionError(f"{sse}: encrypted with {got}")
        yield "SSE-S3 and SSE-KMS"

    def test_the_owner_gets_full_control(self):
        bucket, folder = self.bucket("acl"), self.trees[EXAMPLE]
        run("replay", folder, "--to", f"s3://{bucket}", "--endpoint-url", self.url, "--acl",
            "bucket-owner-full-control")
        yield f"{same(self.s3, bucket, tree_of(folder))} objects"

    def test_another_region(self):
        bucket, folder = self.bucket("region"), self.trees[EXAMPLE]
        run("replay", folder, "--to", f"s3://{bucket}", "--endpoint-url", self.url, "--region",
            "eu-west-9")
        yield f"{same(self.s3, bucket, tree_of(folder))} objects, signed for eu-west-9 at first"

    def test_no_bucket(self):
        refused("replay", self.trees[EXAMPLE], "--to", "s3://there-is-no-such-bucket",
                "--endpoint-url", self.url, "--asap", want=1, says="NoSuchBucket|bucket")
        yield "one line, exit 1"

    def test_wrong_secret(self):
        bucket = self.bucket("wrong-secret")
        refused("replay", self.trees[EXAMPLE], "--to", f"s3://{bucket}", "--endpoint-url",
                self.url, "--asap", env=environment(secret="wrong"), want=1,
                says="SignatureDoesNotMatch|403")
        same(self.s3, bucket, {})
        yield "one line, exit 1, nothing written"


class Unreachable(Tests):
    """Endpoints that are no server at all."""

    def __init__(self, trees, scratch):  # pylint: disable=super-init-not-called
        self.trees, self.scratch = trees, scratch

    def refuses(self, url, says):
        refused("replay", self.trees[EXAMPLE], "--to", "s3://bucket", "--endpoint-url", url,
                "--asap", want=1, says=says)

    def test_endpoint_down(self):
        self.refuses(f"http://127.0.0.1:{servers.free_port()}", "127.0.0.1")
        yield "one line, exit 1"

    def test_host_without_address(self):
        self.refuses("http://no-such-host.invalid:9000", "no-such-host.invalid")
        yield "one line, exit 1"

    def test_certificate_nobody_vouches_for(self):
        with servers.self_signed(self.scratch) as url:
            self.refuses(url, "(?i)certificate|TLS|SSL")
        yield "one line, exit 1"


def run_all(title, suite, kind):
    failures = 0
    own = [name for name in vars(kind) if name.startswith("test_")]
    for name in own:
        began = time.monotonic()
        why = LACKS.get(title, {}).get(name.removeprefix("test_"))
        if why is not None:
            print(f"---- {title} {name.removeprefix('test_')}: LEFT OUT: {why}", flush=True)
            continue
        try:
            notes = "; ".join(getattr(suite, name)())
            verdict = "ok  "
        except (AssertionError, subprocess.TimeoutExpired, *servers.WRONG) as error:
            notes, verdict = str(error), "FAIL"
            failures += 1
        print(f"{verdict} {title} {name.removeprefix('test_')} "
              f"({time.monotonic() - began:.1f} s): {notes}", flush=True)
    return len(own), failures


def main():
    wanted = sys.argv[1:] or [*servers.COMMANDS, "unreachable"]
    left_out = {name: servers.missing(name) for name in wanted
                if name in servers.OPTIONAL and servers.missing(name) is not None}
    for name, why in left_out.items():
        print(f"LEFT OUT: {why}", flush=True)
    wanted = [name for name in wanted if name not in left_out]
    if not wanted:
        return 77
    ran = failures = 0
    with tempfile.TemporaryDirectory(prefix="beantrail-s3.") as scratch:
        trees = {}
        for name, size in SIZES.items():
            trees[name] = os.path.join(scratch, "tree-" + name)
            run("gen", name, *size, "--seed", "1", "--out", trees[name])
        for title in wanted:
            try:
                if title == "unreachable":
                    counts = run_all(title, Unreachable(trees, scratch), Unreachable)
                else:
                    with servers.running(title, scratch) as url:
                        counts = run_all(title, Tests(title, url, trees), Tests)
            except RuntimeError as error:
                print(f"FAIL {error}", flush=True)
                counts = (1, 1)
            ran, failures = ran + counts[0], failures + counts[1]
    print(f"{ran - failures} passed, {failures} failed")
    return 1 if failures or not ran else 0


if __name__ == "__main__":
    sys.exit(main())
