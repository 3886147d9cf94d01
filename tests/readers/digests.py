"""Validate the digests of a trail as AWS's own command does, and more strictly: every chain from its
newest digest back to its first, every signature, every listed log file.

usage: digests.py DIR [--key PEM] [--bucket NAME] [--prefix PREFIX]     exit 1 when something is wrong

DIR is a bucket's tree with the metadata of digests in files beside them (docs/digests.md). Knows
nothing of beantrail's code.
"""

import argparse
import collections
import gzip
import hashlib
import json
import os
import re
import sys
import zlib
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

NAME = re.compile(r"(?P<chain>(?P<account>\d{12})_CloudTrail-Digest_(?P<region>[a-z0-9-]+)_"
                  r"(?P<trail>[A-Za-z0-9._-]+)_(?P<home>[a-z0-9-]+))_"
                  r"(?P<end>\d{8}T\d{6}Z)\.json\.gz$")
MEMBERS = ["awsAccountId", "digestStartTime", "digestEndTime", "digestS3Bucket", "digestS3Object",
           "digestPublicKeyFingerprint", "digestSignatureAlgorithm", "newestEventTime",
           "oldestEventTime", "previousDigestS3Bucket", "previousDigestS3Object",
           "previousDigestHashValue", "previousDigestHashAlgorithm", "previousDigestSignature",
           "logFiles"]
LISTED = ["s3Bucket", "s3Object", "hashValue", "hashAlgorithm", "newestEventTime",
          "oldestEventTime"]
HOUR = timedelta(hours=1)
PUBLIC_KEY = "digest-public-key.pem"


def instant(text):
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")


class Trail:
    def __init__(self, root, key_path, bucket, prefix):
        self.root, self.bucket, self.prefix = root, bucket, prefix
        self.findings = []
        with open(key_path, "rb") as file:
            self.key = serialization.load_pem_public_key(file.read())
        der = self.key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)
        self.fingerprint = hashlib.md5(der).hexdigest()
        self.digests, self.logs, self.listed = {}, {}, collections.Counter()
        for folder, _, names in os.walk(root):
            for name in names:
                path = os.path.join(folder, name)
                key = os.path.relpath(path, root)
                if not name.endswith(".json.gz"):
                    continue
                match = NAME.search(name)
                if match:
                    self.digests[key] = match
                elif "_CloudTrail_" in name:
                    self.logs[key] = path

    def wrong(self, key, what):
        self.findings.append(f"{key}: {what}")

    def text(self, key):
        with gzip.open(os.path.join(self.root, key)) as file:
            return file.read()

    def place(self, key):
        return f"{self.prefix}/{key}" if self.prefix else key

    def local(self, name):
        return name[len(self.prefix) + 1:] if self.prefix else name

    def metadata(self, key):
        try:
            with open(os.path.join(self.root, key + ".metadata"), encoding="utf-8") as file:
                return json.load(file)
        except (OSError, ValueError) as error:
            self.wrong(key, f"no metadata: {error}")
            return {"signature": "", "signature-algorithm": None}

    def check_signature(self, key, digest, text, metadata):
        signed = "\n".join([digest["digestEndTime"],
                            f"{digest['digestS3Bucket']}/{digest['digestS3Object']}",
                            hashlib.sha256(text).hexdigest(),
                            digest["previousDigestSignature"] or "null"])
        if metadata["signature-algorithm"] != "SHA256withRSA":
            self.wrong(key, "signature-algorithm")
        try:
            self.key.verify(bytes.fromhex(metadata["signature"]), signed.encode(),
                            padding.PKCS1v15(), hashes.SHA256())
        except (InvalidSignature, ValueError):
            self.wrong(key, "the signature does not verify")

    def check_log(self, key, listed):
        name = self.local(listed["s3Object"])
        self.listed[name] += 1
        if list(listed) != LISTED or listed["s3Bucket"] != self.bucket:
            self.wrong(key, f"lists {name} in another form or bucket")
        try:
            text = self.text(name)
        except (OSError, EOFError, zlib.error):
            self.wrong(name, "is listed and missing, or does not inflate")
            return
        if hashlib.sha256(text).hexdigest() != listed["hashValue"]:
            self.wrong(name, "has been changed")
            return
        times = [record["eventTime"] for record in json.loads(text)["Records"]]
        if (max(times), min(times)) != (listed["newestEventTime"], listed["oldestEventTime"]):
            self.wrong(name, "its event times are listed wrong")

    def check_digest(self, key, previous):
        match, text = self.digests[key], self.text(key)
        digest = json.loads(text)
        if list(digest) != MEMBERS:
            self.wrong(key, f"has the members {list(digest)}")
        if text != json.dumps(digest, separators=(",", ":")).encode():
            self.wrong(key, "is not compact")
        end = instant(digest["digestEndTime"])
        folder = f"/CloudTrail-Digest/{match['region']}/{end:%Y/%m/%d}/"
        if end != datetime.strptime(match["end"], "%Y%m%dT%H%M%SZ") or folder not in key or \
                digest["awsAccountId"] != match["account"]:
            self.wrong(key, "its name tells something else")
        if instant(digest["digestStartTime"]) != end - HOUR:
            self.wrong(key, "is not about an hour")
        if (digest["digestS3Bucket"], digest["digestS3Object"]) != (self.bucket, self.place(key)):
            self.wrong(key, f"tells another place: {digest['digestS3Bucket']}/"
                            f"{digest['digestS3Object']}")
        if digest["digestPublicKeyFingerprint"] != self.fingerprint:
            self.wrong(key, "is signed with another key")
        metadata = self.metadata(key)
        self.check_signature(key, digest, text, metadata)
        before = [digest[name] for name in MEMBERS if name.startswith("previous")]
        if digest["previousDigestSignature"] is None:
            if any(before) or digest["logFiles"]:
                self.wrong(key, "begins a chain and is not empty")
        elif previous is None:
            self.wrong(key, "goes on from a digest that is not there")
        else:
            name, text_before, signature = previous
            want = [self.bucket, self.place(name), hashlib.sha256(text_before).hexdigest(),
                    "SHA-256", signature]
            if before != want:
                self.wrong(key, "does not go on from the digest before")
            if instant(json.loads(text_before)["digestEndTime"]) != end - HOUR:
                self.wrong(key, "leaves a gap")
        files = digest["logFiles"]
        for listed in files:
            self.check_log(key, listed)
        newest = max((f["newestEventTime"] for f in files), default=None)
        oldest = min((f["oldestEventTime"] for f in files), default=None)
        if (digest["newestEventTime"], digest["oldestEventTime"]) != (newest, oldest):
            self.wrong(key, "its event times are wrong")
        return key, text, metadata["signature"]

    def check(self):
        chains = collections.defaultdict(list)
        for key, match in self.digests.items():
            chains[os.path.dirname(key).rsplit("/", 3)[0], match["chain"]].append(key)
        for keys in chains.values():
            previous = None
            for key in sorted(keys):
                previous = self.check_digest(key, previous)
        for key in self.logs:
            if self.listed[key] != 1:
                self.wrong(key, f"is listed {self.listed[key]} times")
        return len(chains)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("dir")
    parser.add_argument("--key")
    parser.add_argument("--bucket", default="cloudtrail-logs")
    parser.add_argument("--prefix", default="")
    options = parser.parse_args()
    trail = Trail(options.dir, options.key or os.path.join(options.dir, PUBLIC_KEY),
                  options.bucket, options.prefix)
    chains = trail.check()
    for finding in trail.findings:
        print(finding)
    print(f"{len(trail.digests)} digests in {chains} chains, {len(trail.logs)} log files, "
          f"{len(trail.findings)} findings")
    return 1 if trail.findings or not trail.digests else 0


if __name__ == "__main__":
    sys.exit(main())
