"""The checker finds what it should: one small good trail, contradicted in one way at a time.

usage: broken.py
"""

import copy
import datetime
import gzip
import json
import os
import sys
import tempfile
import uuid

import check

ACCOUNT, REGION = "111122223333", "us-east-1"
# Identifiers that carry no account: the checker leaves that to the suspicious reader.
KEY, ROLE_ID, USER_ID = "ASIAIEXAMPLEKEYEXAMP", "AROAIEXAMPLEROLEEXAMP", "AIDAIEXAMPLEUSEREXAMP"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/deployer"
BEGAN = datetime.datetime(2026, 9, 14, 9, 0, 0)
BUCKET = f"elasticbeanstalk-{REGION}-{ACCOUNT}"
USER = {"type": "IAMUser", "principalId": USER_ID, "arn": f"arn:aws:iam::{ACCOUNT}:user/ana",
        "accountId": ACCOUNT, "accessKeyId": "AKIAIEXAMPLEKEYEXAMP", "userName": "ana"}
SESSION = {"type": "AssumedRole", "principalId": f"{ROLE_ID}:ana",
           "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/deployer/ana", "accountId": ACCOUNT,
           "accessKeyId": KEY, "sessionContext": {
               "sessionIssuer": {"type": "Role", "principalId": ROLE_ID, "arn": ROLE,
                                 "accountId": ACCOUNT, "userName": "deployer"},
               "attributes": {"creationDate": "2026-09-14T09:00:00Z", "mfaAuthenticated": "false"}}}


def stamp(after):
    return (BEGAN + datetime.timedelta(seconds=after)).strftime("%Y-%m-%dT%H:%M:%SZ")


def java(after):
    at = BEGAN + datetime.timedelta(seconds=after)
    return f"{at:%b} {at.day}, {at.year}, {at.hour % 12 or 12}:{at:%M:%S} {at:%p}"


def call(after, name, request=None, answer=None, service="elasticbeanstalk", who=SESSION, **more):
    return {"eventVersion": "1.11", "userIdentity": who, "eventTime": stamp(after),
            "eventSource": f"{service}.amazonaws.com", "eventName": name, "awsRegion": REGION,
            "sourceIPAddress": "203.0.113.9", "userAgent": "aws-cli/2.32.3 md/x",
            "requestParameters": request, "responseElements": answer, "requestID": str(uuid.uuid4()),
            "eventID": str(uuid.uuid4()), "readOnly": name.startswith(("Describe", "List", "Get")),
            "eventType": "AwsApiCall", "managementEvent": True, "recipientAccountId": ACCOUNT,
            "eventCategory": "Management"} | more


def environment(after, created, label, status):
    return {"environmentName": "shop-prod", "environmentId": "e-aaaaaaaaaa", "applicationName": "shop",
            "versionLabel": label, "platformArn": f"arn:aws:elasticbeanstalk:{REGION}::platform/Docker/1.0",
            "cNAME": "shop.us-east-1.elasticbeanstalk.com", "dateCreated": java(created),
            "dateUpdated": java(after), "status": status,
            "tier": {"name": "WebServer", "type": "Standard", "version": "1.0"},
            "environmentArn": f"arn:aws:elasticbeanstalk:{REGION}:{ACCOUNT}:environment/shop/shop-prod"}


FAR = {"type": "IAMUser", "principalId": "AIDAIEXAMPLEFARUSERFX", "accountId": "444455556666",
       "arn": "arn:aws:iam::444455556666:user/far", "userName": "far"}


def version(after, label):
    request = {"applicationName": "shop", "versionLabel": label,
               "sourceBundle": {"s3Bucket": BUCKET, "s3Key": f"shop/{label}.zip"}}
    answer = {"applicationVersion": request | {"dateCreated": java(after), "dateUpdated": java(after)}}
    return call(after, "CreateApplicationVersion", request, answer)


def good():
    """A day: a session, two versions, a launch, a deploy, a refusal, a forwarded call, the end."""
    denied = (f"User: {USER['arn']} is not authorized to perform: elasticbeanstalk:UpdateEnvironment on "
              f"resource: arn:aws:elasticbeanstalk:{REGION}:{ACCOUNT}:environment/shop/shop-prod "
              "because no identity-based policy allows the elasticbeanstalk:UpdateEnvironment action")
    records = {
        "assume": call(0, "AssumeRole", {
            "roleArn": ROLE, "roleSessionName": "ana", "durationSeconds": 3600}, {
            "credentials": {"accessKeyId": KEY, "sessionToken": "x", "expiration": java(3600)},
            "assumedRoleUser": {"assumedRoleId": f"{ROLE_ID}:ana", "arn": SESSION["arn"]}}, "sts", USER),
        "app": call(5, "CreateApplication", {"applicationName": "shop"}, {"application": {
            "applicationName": "shop", "dateCreated": java(5), "dateUpdated": java(5)}}),
        "v1": version(10, "v1"),
        "launch": call(20, "CreateEnvironment", {
            "applicationName": "shop", "environmentName": "shop-prod", "versionLabel": "v1",
            "cNAMEPrefix": "shop"}, environment(20, 20, "v1", "Launching")),
        "events": call(30, "DescribeEvents", {"requestId": "LAUNCH"}),
        "forwarded": call(40, "DescribeSubnets", None, None, "ec2", {
            **SESSION, "invokedBy": "elasticbeanstalk.amazonaws.com"},
            sourceIPAddress="elasticbeanstalk.amazonaws.com", userAgent="elasticbeanstalk.amazonaws.com"),
        "v2": version(600, "v2"),
        "deploy": call(610, "UpdateEnvironment", {"environmentName": "shop-prod", "versionLabel": "v2"},
                       environment(610, 20, "v2", "Updating")),
        "denied": call(700, "UpdateEnvironment", None, None, who=USER, errorCode="AccessDenied",
                       errorMessage=denied),
        "copy": call(750, "AssumeRole", {"roleArn": ROLE, "roleSessionName": "far"}, None, "sts",
                     {"type": "AWSAccount", "principalId": FAR["principalId"], "accountId": FAR["accountId"]},
                     sharedEventID="5e5e5e5e-0000-4000-8000-000000000000", errorCode="ValidationError"),
        "restart": call(800, "RestartAppServer", {"environmentName": "shop-prod"}),
        "end": call(900, "TerminateEnvironment", {"environmentName": "shop-prod"},
                    environment(900, 20, "v2", "Terminating")),
    }
    records["events"]["requestParameters"]["requestId"] = records["launch"]["requestID"]
    records["copy2"] = {**copy.deepcopy(records["copy"]), "recipientAccountId": "444455556666",
                        "userIdentity": FAR, "eventID": str(uuid.uuid4())}
    # each record by itself: they share their identities
    return {name: copy.deepcopy(record) for name, record in records.items()}


def at(name, after):
    return lambda r: r[name].update(eventTime=stamp(after))


def put(name, path, value):
    """Change one member of one record."""
    def apply(records):
        inner = records[name]
        for step in path.split(".")[:-1]:
            inner = inner[step]
        inner[path.split(".")[-1]] = value
    return apply


def add(name, record):
    return lambda r: r.update({name: record()})


def drop(name):
    return lambda r: r.pop(name)


REQUEST, ANSWER = "requestParameters.", "responseElements."
ATTRIBUTES = "userIdentity.sessionContext.attributes."
OURS = f"arn:aws:elasticbeanstalk:{REGION}:{ACCOUNT}"
BREAKS = {
    "an application is created twice": add("x", lambda: call(
        50, "CreateApplication", {"applicationName": "shop"})),
    "a version is created twice": add("x", lambda: version(650, "v1")),
    "a version is created after its deployment": at("v2", 650),
    "a deleted version is deployed": add("x", lambda: call(605, "DeleteApplicationVersion", {
        "applicationName": "shop", "versionLabel": "v2"})),
    "a version's label is of another day": add("x", lambda: version(60, "app-1234-250101_101010123456")),
    "a bundle lies in another region's bucket": put(
        "v1", REQUEST + "sourceBundle", {"s3Bucket": f"elasticbeanstalk-eu-west-1-{ACCOUNT}", "s3Key": "k"}),
    "a storage bucket is another account's": add("x", lambda: call(
        50, "CreateStorageLocation", None, {"s3Bucket": f"elasticbeanstalk-{REGION}-999988887777"})),
    "an answer has another description than asked for": lambda r: (
        put("app", REQUEST + "description", "a")(r), put("app", ANSWER + "application.description", "b")(r)),
    "an answer has another rule than asked for": add("x", lambda: call(
        50, "UpdateApplicationResourceLifecycle", {
            "applicationName": "shop", "resourceLifecycleConfig": {
                "versionLifecycleConfig": {"maxCountRule": {"enabled": True, "maxCount": 50}}}}, {
            "applicationName": "shop", "resourceLifecycleConfig": {
                "versionLifecycleConfig": {"maxCountRule": {"enabled": True, "maxCount": 200}}}})),
    "an answer has another template than asked for": lambda r: (
        put("launch", REQUEST + "templateName", "one")(r), put("launch", ANSWER + "templateName", "two")(r)),
    "an answer has a description that nobody asked for": put("app", ANSWER + "application.description", "a"),
    "a version that is to be processed is not": lambda r: (
        put("v1", REQUEST + "process", True)(r),
        r["v1"]["responseElements"]["applicationVersion"].update(status="UNPROCESSED")),
    "an environment is launched twice": add("x", lambda: call(400, "CreateEnvironment", {
        "applicationName": "shop", "environmentName": "shop-prod"})),
    "an id returns": add("x", lambda: call(5000, "CreateEnvironment", {
        "applicationName": "shop", "environmentName": "shop-prod"},
        environment(5000, 5000, "v2", "Launching"), who=USER)),
    "an environment has two ids": put("deploy", ANSWER + "environmentId", "e-bbbbbbbbbb"),
    "an environment changes its application": put("deploy", REQUEST + "applicationName", "warehouse"),
    "an environment changes its CNAME without a swap": put(
        "deploy", ANSWER + "cNAME", "other.us-east-1.elasticbeanstalk.com"),
    "an ARN names another environment": put(
        "launch", ANSWER + "environmentArn", f"{OURS}:environment/shop/other"),
    "an ARN is of another region": put(
        "deploy", ANSWER + "environmentArn",
        OURS.replace(REGION, "eu-west-1") + ":environment/shop/shop-prod"),
    "an environment is called otherwise than asked for": put("launch", REQUEST + "cNAMEPrefix", "till"),
    "a launch answers with another version": put("launch", ANSWER + "versionLabel", "v0"),
    "a deployed version is forgotten": put("end", ANSWER + "versionLabel", "v1"),
    "a platform changes by itself": put(
        "end", ANSWER + "platformArn", f"arn:aws:elasticbeanstalk:{REGION}::platform/PHP/1.0"),
    "a tier changes": put("end", ANSWER + "tier", {"name": "Worker", "type": "SQS/HTTP"}),
    "dateCreated changes": put("end", ANSWER + "dateCreated", java(25)),
    "dateCreated is not the launch's": put("launch", ANSWER + "dateCreated", java(-500)),
    "dateUpdated goes back": put("end", ANSWER + "dateUpdated", java(60)),
    "dateUpdated is in the future": put("end", ANSWER + "dateUpdated", java(9000)),
    "a status does not fit the call": put("deploy", ANSWER + "status", "Ready"),
    "a change comes during the launch": at("deploy", 100),
    "a change comes during another": at("restart", 615),
    "a swap comes during a change": add("x", lambda: call(615, "SwapEnvironmentCNAMEs", {
        "sourceEnvironmentName": "shop-prod", "destinationEnvironmentName": "shop-next"})),
    "a change comes after the end": at("restart", 1500),
    "a read finds what is long gone": add("x", lambda: call(
        900 + 5 * 3600, "DescribeConfigurationSettings", {"environmentName": "shop-prod"}, who=USER)),
    "an environment that is there is not found": add("x", lambda: call(
        720, "DescribeEnvironmentHealth", {"environmentName": "shop-prod"}, who=USER,
        errorCode="InvalidParameterValueException",
        errorMessage="No Environment found for EnvironmentName = 'shop-prod'.")),
    "another environment is not found": add("x", lambda: call(
        720, "DescribeEnvironmentHealth", {"environmentName": "shop-dev"}, who=USER,
        errorCode="InvalidParameterValueException",
        errorMessage="No Environment found for EnvironmentName = 'shop-old'.")),
    "another version is there": add("x", lambda: call(
        720, "CreateApplicationVersion", {"applicationName": "shop", "versionLabel": "v2"},
        errorCode="InvalidParameterValueException", errorMessage="Application Version v1 already exists.")),
    "a requestId is no call's": lambda r: (
        put("events", REQUEST + "requestId", str(uuid.uuid4()))(r), at("events", 4000)(r),
        put("events", "userIdentity", USER)(r)),
    "a key has two principals": put("deploy", "userIdentity.principalId", f"{ROLE_ID}:eve"),
    "a key has two beginnings": put("deploy", ATTRIBUTES + "creationDate", stamp(1)),
    "a key has two ideas of MFA": put("deploy", ATTRIBUTES + "mfaAuthenticated", "true"),
    "a key has two addresses": put("deploy", "sourceIPAddress", "198.51.100.1"),
    "a key has two clients": put("deploy", "userAgent", "Boto3/1.43.11 md/x"),
    "a key is handed out by nobody": drop("assume"),
    "a key is used before it is made": put("app", "eventTime", stamp(-5)),
    "a key outlives its expiration": at("end", 4000),
    "an expiration is not what was asked for": put("assume", REQUEST + "durationSeconds", 900),
    "a role has two ids": put(
        "deploy", "userIdentity.sessionContext.sessionIssuer.principalId", "AROAIEXAMPLEOTHEREXAM"),
    "a role's answer names another role": put(
        "assume", ANSWER + "assumedRoleUser.arn", f"arn:aws:sts::{ACCOUNT}:assumed-role/other/ana"),
    "a user has two ids": put("denied", "userIdentity.principalId", "AIDAIEXAMPLEOTHEREXAM"),
    "a refusal names somebody else": put("denied", "userIdentity.arn", f"arn:aws:iam::{ACCOUNT}:user/eve"),
    "a refusal names another action": put("denied", "eventName", "RebuildEnvironment"),
    "a refusal names another application": lambda r: r["denied"].update(
        errorMessage=r["denied"]["errorMessage"].replace("environment/shop/", "environment/till/")),
    "a call is forwarded for nobody": lambda r: (
        at("forwarded", 5 * 3600)(r), put("forwarded", "userIdentity", USER | {
            "arn": f"arn:aws:iam::{ACCOUNT}:user/ghost", "principalId": "AIDAIEXAMPLEGHOSTEXAM",
            "invokedBy": "elasticbeanstalk.amazonaws.com"})(r)),
    "a forwarded session begins with no call": put("forwarded", "userIdentity", USER | {
        "accessKeyId": "ASIAIEXAMPLEGIVENKEY", "invokedBy": "elasticbeanstalk.amazonaws.com",
        "sessionContext": {"attributes": {"creationDate": stamp(38), "mfaAuthenticated": "false"}}}),
    "a long-term key has two users": add("x", lambda: call(950, "DescribeApplications", who=USER | {
        "arn": f"arn:aws:iam::{ACCOUNT}:user/eve", "principalId": "AIDAIEXAMPLEOTHEREXAM"})),
    "an instance is in two accounts": lambda r: r.update({
        "x": call(950, "DescribeInstances", {"instanceId": "i-0123456789abcdef0"}, service="ec2", who=USER),
        "y": call(951, "DescribeInstances", {"instanceId": "i-0123456789abcdef0"}, service="ec2", who=USER,
                  recipientAccountId="444455556666")}),
    "an environment's id is in two regions": add("x", lambda: call(
        950, "DescribeEnvironmentResources", {"environmentId": "e-aaaaaaaaaa"}, who=USER,
        awsRegion="eu-west-1")),
    "a bundle is of two versions": put("v2", REQUEST + "sourceBundle.s3Key", "shop/v1.zip"),
    "a stack is worked on before its launch": add("x", lambda: call(
        5, "DescribeStacks", {"stackName": "awseb-e-aaaaaaaaaa-stack"}, service="cloudformation",
        who=USER)),
    "a host name has two environments": add("x", lambda: call(
        450, "CreateEnvironment", {"applicationName": "shop", "environmentName": "shop-next"},
        environment(450, 450, "v1", "Launching") | {
            "environmentId": "e-bbbbbbbbbb", "environmentName": "shop-next",
            "environmentArn": f"{OURS}:environment/shop/shop-next"})),
    "copies have two times": at("copy2", 760),
    "copies have two requestIDs": put("copy2", "requestID", str(uuid.uuid4())),
    "copies lie in one account": put("copy2", "recipientAccountId", ACCOUNT),
    "copies are of two callers": put("copy2", "userIdentity.principalId", "AIDAIEXAMPLEOTHEREXAM"),
    "copies have two addresses": put("copy2", "sourceIPAddress", "198.51.100.99"),
    "both accounts see the caller whole": lambda r: put("copy", "userIdentity", FAR)(r),
    "the caller's own account saw nothing": lambda r: (
        add("far", lambda: {**copy.deepcopy(r["copy2"]), "eventName": "GetCallerIdentity",
                            "sharedEventID": None, "requestID": str(uuid.uuid4())})(r),
        drop("copy2")(r)),
    "the other account saw nothing": drop("copy"),
    "a requestID is in two calls": lambda r: put("restart", "requestID", r["deploy"]["requestID"])(r),
}


def write(root, records):
    """One log file for each account; the checker does not ask for the right stamp."""
    with open(os.path.join(root, "manifest.json"), "w", encoding="utf-8") as file:
        json.dump({"fingerprint": {"start": stamp(-60)}}, file)
    for account in {record["recipientAccountId"] for record in records}:
        folder = os.path.join(root, "AWSLogs", account, "CloudTrail", REGION, "2026/09/14")
        os.makedirs(folder)
        name = f"{account}_CloudTrail_{REGION}_20260914T1200Z_aaaaaaaaaaaaaaaa.json.gz"
        mine = [record for record in records if record["recipientAccountId"] == account]
        with gzip.open(os.path.join(folder, name), "wt", encoding="utf-8") as file:
            json.dump({"Records": mine}, file)


def found(records):
    with tempfile.TemporaryDirectory() as root:
        write(root, list(records.values()))
        return [sentence for record, sentence in check.contradictions(root) if record is not None]


def main():
    before = found(good())
    for sentence in before:
        print(f"the good trail is contradicted: {sentence}", file=sys.stderr)
    missed = []
    for name, apply in BREAKS.items():
        records = good()
        apply(records)
        if not found(records):
            missed.append(name)
    for name in missed:
        print(f"not noticed: {name}", file=sys.stderr)
    print(f"broken: {len(BREAKS) - len(missed)} of {len(BREAKS)} contradictions noticed")
    return 1 if missed or before else 0


if __name__ == "__main__":
    sys.exit(main())
