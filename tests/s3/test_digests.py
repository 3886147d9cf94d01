"""Signed digests in a bucket: their metadata, made again on the way from one bucket to another, and
what AWS's own "aws cloudtrail validate-logs" says of them, with a stand-in for CloudTrail's answers.

usage: test_digests.py     with BEANTRAIL and MINIO in the environment
"""

import base64
import contextlib
import gzip
import hashlib
import http.server
import json
import os
import subprocess
import sys
import tempfile
import threading

from cryptography.hazmat.primitives import serialization

import servers

PROGRAM = os.environ["BEANTRAIL"]
HERE = os.path.dirname(os.path.abspath(__file__))
START, END = "2026-09-14T00:00:00Z", "2026-09-14T12:00:00Z"
ACCOUNT, REGION = "111122223333", "us-east-1"
ARN = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/management-events"


def environment(url):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return kept | {"AWS_ACCESS_KEY_ID": servers.KEY_ID, "AWS_SECRET_ACCESS_KEY": servers.SECRET,
                   "AWS_REGION": REGION, "AWS_ENDPOINT_URL_S3": url, "HOME": "/nonexistent"}


def run(url, *words):
    result = subprocess.run([PROGRAM, *words], env=environment(url), capture_output=True, text=True,
                            timeout=120)
    if result.returncode != 0:
        raise AssertionError(f"{words}: exit {result.returncode}: {result.stderr}")


def fetch(s3, bucket, folder):
    """The bucket as a tree, metadata in files beside the objects: how docs/digests.md has it."""
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for entry in page.get("Contents", []):
            path = os.path.join(folder, entry["Key"])
            os.makedirs(os.path.dirname(path), exist_ok=True)
            answer = s3.get_object(Bucket=bucket, Key=entry["Key"])
            with open(path, "wb") as file:
                file.write(answer["Body"].read())
            if answer["Metadata"]:
                with open(path + ".metadata", "w", encoding="utf-8") as file:
                    json.dump(answer["Metadata"], file)


def check(s3, scratch, key, bucket):
    folder = os.path.join(scratch, bucket)
    fetch(s3, bucket, folder)
    result = subprocess.run(
        [sys.executable, os.path.join(HERE, "..", "readers", "digests.py"), folder, "--key", key,
         "--bucket", bucket], capture_output=True, text=True, timeout=120)
    if result.returncode != 0:
        raise AssertionError(result.stdout[-3000:] + result.stderr)
    print(f"{bucket}: {result.stdout.splitlines()[-1]}")


@contextlib.contextmanager
def cloudtrail(public_key, bucket):
    """The two answers that validate-logs asks CloudTrail for."""
    with open(public_key, "rb") as file:
        der = serialization.load_pem_public_key(file.read()).public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.PKCS1)
    answers = {
        "DescribeTrails": {"trailList": [{"TrailARN": ARN, "Name": "management-events",
                                          "S3BucketName": bucket, "HomeRegion": REGION}]},
        "ListPublicKeys": {"PublicKeyList": [{"Value": base64.b64encode(der).decode(),
                                              "Fingerprint": hashlib.md5(der).hexdigest()}]},
    }

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            body = json.dumps(answers[self.headers["X-Amz-Target"].rsplit(".", 1)[1]]).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def validate(url, public_key, bucket, want):
    """AWS's own judge; it says how many it found valid."""
    with cloudtrail(public_key, bucket) as endpoint:
        result = subprocess.run(
            [os.environ.get("AWS_CLI", "aws"), "cloudtrail", "validate-logs", "--trail-arn", ARN,
             "--start-time", START, "--end-time", END, "--region", REGION, "--verbose"],
            env=environment(url) | {"AWS_ENDPOINT_URL_CLOUDTRAIL": endpoint}, text=True,
            capture_output=True, timeout=120)
    print("\n".join(result.stdout.splitlines()[-3:]))
    if result.returncode != want or (want == 0) == ("INVALID" in result.stdout + result.stderr):
        raise AssertionError(f"validate-logs: exit {result.returncode}: "
                             f"{result.stdout[-2000:]}{result.stderr}")
    if want == 0 and ("digest files valid" not in result.stdout or
                      "log files valid" not in result.stdout):
        raise AssertionError(f"validate-logs found nothing: {result.stdout}")


def has_cli():
    try:
        return subprocess.run([os.environ.get("AWS_CLI", "aws"), "--version"],
                              capture_output=True).returncode == 0
    except OSError:
        return False


def main():
    with tempfile.TemporaryDirectory(prefix="beantrail-digests-") as scratch, \
            servers.running("minio", scratch) as url:
        key, public = (os.path.join(scratch, name) for name in ("key.pem", "public.pem"))
        subprocess.run(["openssl", "genrsa", "-out", key, "2048"], check=True, capture_output=True)
        subprocess.run(["openssl", "rsa", "-in", key, "-pubout", "-out", public], check=True,
                       capture_output=True)
        s3 = servers.client(url)
        for bucket in ("first", "second", "third", "fourth"):
            s3.create_bucket(Bucket=bucket)

        common = ["quickstart", "--start", START, "--duration", "8h", "--digest-key", key,
                  "--quiet"]
        run(url, "gen", *common, "--to", "s3://first")
        check(s3, scratch, public, "first")

        # By the clock, but all of it due.
        run(url, "gen", *common, "--live", "--speed", "1000000", "--to", "s3://second/live/x")
        check(s3, scratch, public, "second")

        # From bucket to bucket: signed again for the place where they lie now.
        run(url, "replay", "s3://first", "--to", "s3://third/again", "--digest-key", key,
            "--retime", "2026-04-01T00:00:00Z", "--quiet")
        check(s3, scratch, public, "third")

        # From a directory, as they are: with the signatures that lie beside them.
        folder = os.path.join(scratch, "folder")
        run(url, "gen", *common, "--out", folder, "--digest-bucket", "fourth")
        run(url, "replay", folder, "--to", "s3://fourth", "--quiet")
        check(s3, scratch, public, "fourth")

        # Away from their bucket and home again, by way of another bucket and a directory.
        for bucket in ("aside", "fifth"):
            s3.create_bucket(Bucket=bucket)
        run(url, "gen", *common, "--to", "s3://aside", "--digest-bucket", "fifth")
        back = os.path.join(scratch, "back")
        run(url, "replay", "s3://aside", "--to", back, "--quiet")
        run(url, "replay", back, "--to", "s3://fifth", "--quiet")
        check(s3, scratch, public, "fifth")

        if not has_cli():
            print("left out: \"aws cloudtrail validate-logs\", for there is no AWS CLI")
            return 0
        validate(url, public, "first", want=0)
        victim = next(entry["Key"] for entry in s3.list_objects_v2(Bucket="first")["Contents"]
                      if f"/CloudTrail/{REGION}/" in entry["Key"])
        body = s3.get_object(Bucket="first", Key=victim)["Body"].read()
        text = gzip.decompress(body).replace(b'"eventVersion"', b'"eventversion"', 1)
        s3.put_object(Bucket="first", Key=victim, Body=gzip.compress(text),
                      ContentEncoding="gzip")
        validate(url, public, "first", want=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
