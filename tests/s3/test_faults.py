"""A trail with faults in it goes into a bucket: what is there is what the manifest says.

usage: test_faults.py     with BEANTRAIL and MINIO in the environment
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile

import servers

PROGRAM = os.environ["BEANTRAIL"]
PREFIX = "some/where"


def run(*words):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    subprocess.run([PROGRAM, *words, "--quiet"], check=True, timeout=300,
                   env=kept | {"AWS_ACCESS_KEY_ID": servers.KEY_ID, "HOME": "/nonexistent",
                               "AWS_SECRET_ACCESS_KEY": servers.SECRET,
                               "AWS_REGION": servers.REGION})


def main():
    with tempfile.TemporaryDirectory(prefix="beantrail-s3-faults.") as scratch:
        os.chdir(scratch)
        run("gen", "quickstart", "--duration", "6h", "--out", "trail")
        with servers.running("minio", scratch) as url:
            s3 = servers.client(url)
            s3.create_bucket(Bucket="faults")
            to = ["--to", f"s3://faults/{PREFIX}", "--endpoint-url", url]
            run("replay", "trail", *to, "--fault", "all=2", "--manifest", "faults.json")
            with open("faults.json", encoding="utf-8") as file:
                files = json.load(file)["files"]
            wanted = {f"{PREFIX}/{f['key']}": f["sha256"] for f in files if "put" in f}
            found = {}
            for page in s3.get_paginator("list_objects_v2").paginate(Bucket="faults"):
                for entry in page["Contents"]:
                    body = s3.get_object(Bucket="faults", Key=entry["Key"])["Body"].read()
                    found[entry["Key"]] = hashlib.sha256(body).hexdigest()
            if found != wanted:
                print(f"FAIL: the bucket is not what the manifest says: "
                      f"{sorted(set(found.items()) ^ set(wanted.items()))[:4]}")
                return 1
            kinds = {f["fault"] for f in files if "fault" in f}
            if len(kinds) != 12:
                print(f"FAIL: twelve kinds of faults expected: {kinds}")
                return 1
            # from the bucket, without those that cannot be read: the ids are in the manifest
            with open("seen", "w", encoding="utf-8") as file:
                file.writelines(f"{i}\n" for i in {i for f in files if f.get("expect") not in
                                                   ("skip-and-report", "report missing")
                                                   for i in f["eventIDs"]})
            run("reconcile", "--manifest", "faults.json", "--seen", "seen")
    print(f"ok: {len(found)} objects of {len(files)} are what the manifest says")
    return 0


if __name__ == "__main__":
    sys.exit(main())
