#!/usr/bin/env python3
"""naive.py - a generator of the kind people write: naive.py RECORDS DIR [--faker]

Random values in a dictionary, json.dumps, a gzipped file every thousand records. Nothing in it
hangs together; it stands here for its speed. With --faker the values come from Faker.
"""

import gzip
import json
import os
import random
import sys
import uuid
from datetime import datetime, timedelta, timezone

EVENTS = [("elasticbeanstalk.amazonaws.com", name, read_only) for name, read_only in [
    ("DescribeEnvironments", True), ("DescribeEvents", True), ("DescribeEnvironmentHealth", True),
    ("UpdateEnvironment", False), ("CreateApplicationVersion", False), ("RestartAppServer", False)]]
REGIONS = ["us-east-1", "us-west-2", "eu-west-1", "eu-central-1"]
USERS = [f"user-{i}" for i in range(40)]
AGENTS = ["aws-cli/2.15.30 Python/3.11.8", "Boto3/1.34.69", "console.amazonaws.com"]
START = datetime(2026, 9, 14, tzinfo=timezone.utc)
FILE_RECORDS = 1000


def address():
    return ".".join(str(random.randint(1, 254)) for _ in range(4))


def record(number, make_address, make_user):
    source, name, read_only = random.choice(EVENTS)
    account = "123456789012"
    user = make_user()
    application = f"app-{random.randint(1, 20)}"
    return {
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "AssumedRole",
            "principalId": "AROA" + uuid.uuid4().hex[:17].upper() + ":" + user,
            "arn": f"arn:aws:sts::{account}:assumed-role/developer/{user}",
            "accountId": account,
            "accessKeyId": "ASIA" + uuid.uuid4().hex[:16].upper(),
            "sessionContext": {
                "sessionIssuer": {"type": "Role", "userName": "developer", "accountId": account,
                                  "arn": f"arn:aws:iam::{account}:role/developer"},
                "attributes": {"creationDate": START.strftime("%Y-%m-%dT%H:%M:%SZ"),
                               "mfaAuthenticated": "false"},
            },
        },
        "eventTime": (START + timedelta(seconds=number // 200)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": source,
        "eventName": name,
        "awsRegion": random.choice(REGIONS),
        "sourceIPAddress": make_address(),
        "userAgent": random.choice(AGENTS),
        "requestParameters": {"applicationName": application,
                              "environmentName": f"{application}-env"},
        "responseElements": None,
        "requestID": str(uuid.uuid4()),
        "eventID": str(uuid.uuid4()),
        "readOnly": read_only,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": account,
        "eventCategory": "Management",
    }


def main():
    count, folder = int(sys.argv[1]), sys.argv[2]
    make_address, make_user = address, lambda: random.choice(USERS)
    if "--faker" in sys.argv:
        from faker import Faker
        fake = Faker()
        make_address, make_user = fake.ipv4_public, fake.user_name
    text_bytes = 0
    for first in range(0, count, FILE_RECORDS):
        records = [record(i, make_address, make_user)
                   for i in range(first, min(first + FILE_RECORDS, count))]
        text = json.dumps({"Records": records}, separators=(",", ":")).encode()
        text_bytes += len(text)
        with gzip.open(os.path.join(folder, f"{first}.json.gz"), "wb") as out:
            out.write(text)
    print(json.dumps({"records": count, "textBytes": text_bytes}))


if __name__ == "__main__":
    main()
