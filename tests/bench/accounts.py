#!/usr/bin/env python3
"""accounts.py - print a scenario of any number of accounts: accounts.py ACCOUNTS DAYS

Each account has an application with two environments in each of two regions, a pipeline, a
dashboard and a developer: the shape of a large organisation, small in each account.
"""

import json
import sys

REGIONS = [("us-east-1", "use1"), ("eu-central-1", "euc1")]
PLATFORM = "Python 3.13 running on 64bit Amazon Linux 2023"


def account(number):
    name = f"account-{number}"
    applications = [{
        "name": f"shop-{number}",
        "account": name,
        "region": region,
        "platform": PLATFORM,
        "environments": [
            {"name": f"shop-{number}-{short}-prod"[:40]},
            {"name": f"shop-{number}-{short}-dev"[:40], "type": "SingleInstance"},
        ],
    } for region, short in REGIONS]
    actors = [
        {"name": f"pipeline-{number}", "account": name, "client": "beanstalk-deploy",
         "identity": {"type": "AssumedRole", "roleName": "deploy", "sessionName": "pipeline"},
         "addresses": ["198.51.100.7"], "does": [{"activity": "eb-deploy", "perDay": 4}]},
        {"name": f"dashboard-{number}", "account": name, "client": "boto3",
         "identity": {"type": "AssumedRole", "roleName": "dashboard", "sessionName": "poller"},
         "addresses": ["203.0.113.8"], "session": "1h",
         "does": [{"activity": "dashboard", "every": "5m", "jitter": "30s"}]},
        {"name": f"developer-{number}", "account": name, "client": "eb-cli",
         "identity": {"type": "IAMUser", "userName": f"developer-{number}"},
         "addresses": ["192.0.2.9"], "hours": "office",
         "does": [{"activity": "eb-status", "perDay": 6}]},
    ]
    entry = {"id": str(100000000000 + 7919 * number), "name": name,
             "regions": [region for region, _ in REGIONS]}
    return entry, applications, actors


def scenario(accounts, days):
    made = [account(i) for i in range(accounts)]
    return {
        "name": f"accounts-{accounts}",
        "seed": "1",
        "start": "2026-01-05T00:00:00Z",
        "duration": f"{24 * days}h",
        "accounts": [m[0] for m in made],
        "applications": [a for m in made for a in m[1]],
        "actors": [a for m in made for a in m[2]],
    }


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: accounts.py ACCOUNTS DAYS")
    json.dump(scenario(int(sys.argv[1]), int(sys.argv[2])), sys.stdout, indent=1)
    print()
