"""The checks: one function each, named after the rule it stands for.

00-*: the ten rules that betray a fake most often. 01-* and 02-*: what records and identities of
each era look like. 10-*: what a suspicious reader checks, 10-1 to 10-11 in the order of that list;
a letter tells the parts of one rule apart. broken.py has a tree that each check finds fault with.
A check yields what is wrong; a material that lacks what it needs is left out, and says so.
"""

import collections
import datetime
import hashlib
import re
import uuid

import botocore.session

from material import tree

CHECKS = []
NEEDS = {}
# Services of the query protocol whose models botocore has, by the word before .amazonaws.com.
QUERY_MODELS = {"elasticbeanstalk": ["elasticbeanstalk"], "iam": ["iam"], "sts": ["sts"], "rds": ["rds"],
                "autoscaling": ["autoscaling"], "cloudformation": ["cloudformation"],
                "elasticloadbalancing": ["elb", "elbv2"], "sns": ["sns"]}
# Members that only CloudTrail writes, or that the service spells in its own way.
NOT_OF_MODEL = {"sts": {"sAMLAssertionID", "principalTags", "transitiveTagKeys"}}
RECORD_ORDER = """
eventVersion userIdentity eventTime eventSource eventName awsRegion sourceIPAddress userAgent errorCode
errorMessage requestParameters responseElements additionalEventData requestID eventID readOnly resources
eventType apiVersion managementEvent recipientAccountId sharedEventID serviceEventDetails vpcEndpointId
vpcEndpointAccountId eventCategory tlsDetails sessionCredentialFromConsole addendum
""".split()
IDENTITY_ORDER = """
type principalId arn accountId accessKeyId userName sessionContext inScopeOf invokedBy invokedByDelegate
onBehalfOf credentialId identityProvider
""".split()
SINCE = {"requestID": 1, "eventID": 1, "readOnly": 1, "resources": 1, "apiVersion": 1, "eventType": 2,
         "recipientAccountId": 2, "sharedEventID": 3, "vpcEndpointId": 4, "serviceEventDetails": 5,
         "managementEvent": 6, "eventCategory": 7, "addendum": 8, "sessionCredentialFromConsole": 8,
         "tlsDetails": 8, "vpcEndpointAccountId": 9}
# Refused for lack of permission, and their parameters stay (facts of published records).
KEEPS_DENIED = {"s3", "guardduty", "eks", "appsync", "ce"}
ANSWERING_READS = {"AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "GetCallerIdentity",
                   "GetFederationToken", "GetSessionToken"}
# Writes that the API answers with nothing.
NO_OUTPUT = {"elasticbeanstalk": {
    "AbortEnvironmentUpdate", "AssociateEnvironmentOperationsRole", "DeleteApplication",
    "DeleteApplicationVersion", "DeleteConfigurationTemplate", "DeleteEnvironmentConfiguration",
    "DisassociateEnvironmentOperationsRole", "RebuildEnvironment", "RequestEnvironmentInfo",
    "RestartAppServer", "SwapEnvironmentCNAMEs", "UpdateTagsForResource"}}
# Services that tell who called them twice, or that write their own agent.
OTHER_AGENT = {"health": "AWS Internal"}
TLS13 = {"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"}
# In the list of services that report TLS (2022), or seen with it since; Elastic Beanstalk's is inferred.
TLS_FROM = {"elasticbeanstalk": "2023"}
LATE = 1200
SPAN = 315
JAVA_DATE = re.compile(r"[A-Z][a-z]{2} \d{1,2}, \d{4},? \d{1,2}:\d\d:\d\d[ \u202f][AP]M$")
LONG_KEYS = ("AKIA", "ASIA", "AROA", "AIDA")


def check(name, *needs):
    def keep(function):
        CHECKS.append((name, function))
        NEEDS[name] = set(needs)
        return function
    return keep


def service_of(record):
    return record.get("eventSource", "").split(".")[0]


def minor(record):
    """The version's second number; None where a record carries no version of this kind."""
    match = re.fullmatch(r"1\.(\d+)", record.get("eventVersion", ""))
    return int(match[1]) if match else None


def when(record):
    return tree.instant(record["eventTime"])


def named(record):
    return f"{record.get('eventTime')} {record.get('eventName')} {record.get('eventID')}"


def account_in(identifier):
    """The account number inside an id; None for one of the old style, "?" for one that holds none."""
    if identifier[4] in "IJ":
        return None
    number = 0
    for letter in identifier[4:14]:
        digit = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(letter)
        if digit < 0:
            return "?"
        number = number << 5 | digit
    number >>= 2
    return f"{number >> 7 & (1 << 40) - 1:012d}" if number >> 47 == 1 else "?"


def in_order(members, order):
    places = [order.index(name) for name in members if name in order]
    return places == sorted(places)


# 00: the ten rules

@check("00-1 the body is one line without blanks", "bytes")
def one_line(material):
    for file in material.files():
        try:
            tree.parse(file.text)
        except tree.Fault as fault:
            yield f"{file.key} {fault}"


@check("00-2 the stamp is the newest event rounded up", "place")
def stamp_rounds_up(material):
    for file in material.files():
        stamp = datetime.datetime.strptime(file.place["stamp"], "%Y%m%dT%H%MZ")
        late = (stamp - max(when(record) for record in file.records)).total_seconds()
        if stamp.minute % 5 or not 0 <= late < 300:
            yield f"{file.key} is stamped {late} s after its newest event"


@check("00-3 members come in CloudTrail's order", "order")
def members_in_order(material):
    for record in material.records():
        # 1 % of sts and signin records of 2021 have eventCategory earlier
        if not in_order(record, RECORD_ORDER):
            yield f"{named(record)}: {' '.join(record)}"
        if not in_order(record["userIdentity"], IDENTITY_ORDER):
            yield f"{named(record)}: {' '.join(record['userIdentity'])}"
        session = record["userIdentity"].get("sessionContext", {})
        old = (minor(record) or 0) <= 5
        order = ["attributes", "sessionIssuer"] if old else [
            "sessionIssuer", "webIdFederationData", "signInSessionArn", "attributes", "sourceIdentity",
            "ec2RoleDelivery", "assumedRoot"]
        if not in_order(session, order):
            yield f"{named(record)}: sessionContext {' '.join(session)}"


@check("00-4a each service writes one version at a time", "times")
def one_version_a_service(material):
    seen = {}
    for record in material.records():
        place = (record.get("eventSource"), record["eventTime"][:7])
        first = seen.setdefault(place, record.get("eventVersion"))
        if first != record.get("eventVersion"):
            yield f"{named(record)}: {place[0]} writes {first} and {record.get('eventVersion')}"
            return


@check("00-4b members are of the record's version", "shapes")
def members_of_version(material):
    for record in material.records():
        version = minor(record)
        if version is None:
            yield f"{named(record)}: eventVersion {record.get('eventVersion')}"
            continue
        for name, since in SINCE.items():
            if name in record and version < since:
                yield f"{named(record)}: {name} in version 1.{version:02}"


@check("00-4c many services do not agree on a version", "whole")
def versions_mix(material):
    versions = {}
    for record in material.records():
        versions.setdefault(record["eventSource"], record["eventVersion"])
    # up to 2023 all but one of 25 services wrote 1.08
    if len(versions) >= 6 and len(set(versions.values())) == 1 and min(versions.values()) > "1.08":
        yield f"all of {len(versions)} services write {set(versions.values()).pop()}"


@check("00-5 a call refused for lack of permission shows no parameters", "shapes")
def refused_without_parameters(material):
    for record in material.records():
        if record.get("errorCode") == "AccessDenied" and service_of(record) not in KEEPS_DENIED \
                and record.get("requestParameters") is not None:
            yield named(record)


@check("00-6 ids carry the account number", "keys")
def ids_carry_account(material):
    owner = {}
    for record in material.records():
        for identifier, account in ids_of(record):
            if not identifier or identifier[:4] not in LONG_KEYS:
                continue
            carried = account_in(identifier)
            if carried == "?" and "ids" not in material.has:
                continue  # a publisher's invention
            # where a publisher rewrote the account, all its ids still carry one and the same
            want = account if "ids" in material.has else owner.setdefault(account, carried)
            if carried is not None and carried != want:
                yield f"{named(record)}: {identifier} carries {carried}, not {want}"


def ids_of(record):
    identity = record["userIdentity"]
    issuer = identity.get("sessionContext", {}).get("sessionIssuer", {})
    yield identity.get("accessKeyId"), identity.get("accountId")
    yield identity.get("principalId"), identity.get("accountId")
    yield issuer.get("principalId"), issuer.get("accountId")
    answer = record.get("responseElements") or {}
    made = answer.get("assumedRoleUser")
    if made:
        account = made["arn"].split(":")[4]
        yield made["assumedRoleId"], account
        yield answer["credentials"]["accessKeyId"], account


@check("00-7 query services lower the first letter only", "shapes")
def query_names(material):
    models = {}
    for record in material.records():
        service = service_of(record)
        if service not in QUERY_MODELS:
            continue
        if service not in models:
            session = botocore.session.get_session()
            models[service] = [session.get_service_model(name) for name in QUERY_MODELS[service]]
        operations = [model.operation_model(record["eventName"]) for model in models[service]
                      if record["eventName"] in model.operation_names]
        if not operations:
            continue
        for side, values in (("input", record.get("requestParameters")),
                             ("output", record.get("responseElements"))):
            shapes = [getattr(operation, side + "_shape") for operation in operations]
            known = {name[:1].lower() + name[1:] for shape in shapes if shape for name in shape.members}
            spoken = {name.lower() for name in known}
            for name in values or {}:
                # a name of the API's in other capitals; names that the API lacks are CloudTrail's own
                if name not in known and name.lower() in spoken:
                    yield f"{named(record)}: {name}"


@check("00-8 a service's call has its name three times and no TLS", "addresses")
def service_three_times(material):
    for record in material.records():
        name = record["userIdentity"].get("invokedBy")
        if not name or (name == "signin.amazonaws.com" and (minor(record) or 0) <= 5):
            continue
        agent = OTHER_AGENT.get(service_of(record), name)
        seen = (record["sourceIPAddress"], record.get("userAgent"))
        if seen not in ((name, name), (name, agent), ("AWS Internal", "AWS Internal")):
            yield f"{named(record)}: {name}, {seen[0]}, {seen[1]}"
        if "tlsDetails" in record:
            yield f"{named(record)}: tlsDetails"


@check("00-9a files are roughly in order of time, and not all of them exactly", "place", "whole")
def roughly_sorted(material):
    many = unsorted = steps = back = 0
    for file in material.files():
        times = [record["eventTime"] for record in file.records]
        if len(times) >= 8:
            many += 1
            unsorted += times != sorted(times)
            steps += len(times) - 1
            back += sum(one > two for one, two in zip(times, times[1:]))
    if many >= 20 and not 0.1 <= unsorted / many <= 0.99:
        yield f"{unsorted} of {many} files of 8 records and more are out of order"
    # runs that are in order, a few of them interleaved; a shuffle goes back every other time
    if many >= 20 and back / steps > 0.35:
        yield f"{back} of {steps} records are older than the one before them"


@check("00-9b late records are at most 20 minutes late", "place")
def late_within_reason(material):
    for file in material.files():
        stamp = datetime.datetime.strptime(file.place["stamp"], "%Y%m%dT%H%MZ")
        worst = max((stamp - when(record)).total_seconds() for record in file.records)
        if worst > LATE + 300:
            yield f"{file.key} has an event of {worst} s before its stamp"


@check("00-10a eventTime has whole seconds", "shapes")
def whole_seconds(material):
    for record in material.records():
        if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", record["eventTime"]):
            yield f"{named(record)}"


@check("00-10b eventID is a UUID of version 4", "times")
def event_ids_v4(material):
    for record in material.records():
        text = record["eventID"]
        if str(uuid.UUID(text)) != text or uuid.UUID(text).version != 4:
            yield named(record)


@check("00-10c no parameters are null, never {}", "shapes")
def no_empty_parameters(material):
    for record in material.records():
        if record.get("requestParameters") == {}:
            yield named(record)


# 01, 02: records and identities

@check("01-6 a requestID is a UUID, S3's sixteen characters", "times")
def request_ids(material):
    for record in material.records():
        text = record.get("requestID")
        if text is None or record.get("eventType") != "AwsApiCall":
            continue
        # S3's storage lens, though, has UUIDs
        short = service_of(record) == "s3" and re.fullmatch(r"[A-Z0-9]{16}", text)
        if not short and not re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", text):
            yield f"{named(record)}: {text}"


@check("02-2 a session has the members of its era", "shapes")
def session_of_era(material):
    for record in material.records():
        session, version = record["userIdentity"].get("sessionContext"), minor(record) or 0
        if session is None:
            continue
        web = session.get("webIdFederationData")
        if (version <= 5 and web is not None) or (version >= 9 and {} in (web, session.get("sessionIssuer"))):
            yield f"{named(record)}: {' '.join(session)} in version 1.{version:02}"
        mfa = session.get("attributes", {}).get("mfaAuthenticated", "false")
        if mfa not in ("true", "false"):
            yield f"{named(record)}: mfaAuthenticated is {mfa!r}"


# 10: the checks of a suspicious reader

@check("10-1 folders and stamp say what the records say", "place")
def place_agrees(material):
    for file in material.files():
        stamp = datetime.datetime.strptime(file.place["stamp"], "%Y%m%dT%H%MZ")
        if file.place["day"] != stamp.strftime("%Y/%m/%d"):
            yield f"{file.key} is not in its stamp's folder"
        for record in file.records:
            if record["awsRegion"] != file.place["region"]:
                yield f"{file.key}: {named(record)} of {record['awsRegion']}"
            # a rewritten account number is the same nowhere
            if "ids" in material.has and record["recipientAccountId"] != file.place["account"]:
                yield f"{file.key}: {named(record)} of {record['recipientAccountId']}"


@check("10-2a a file spans five minutes, late events aside", "place")
def spans(material):
    longer = total = 0
    for file in material.files():
        times = sorted(when(record) for record in file.records)
        total += 1
        longer += (times[-1] - times[0]).total_seconds() > SPAN
        if (times[-1] - times[0]).total_seconds() > LATE:
            yield f"{file.key} spans {times[-1] - times[0]}"
    if total >= 20 and longer / total > 0.15:
        yield f"{longer} of {total} files span more than {SPAN} s"


@check("10-2b the number of files follows the load", "place", "whole")
def files_follow_load(material):
    slots = collections.defaultdict(list)
    for file in material.files():
        slots[(file.place["account"], file.place["region"], file.place["stamp"])].append(len(file.records))
    quiet = [files for files in slots.values() if sum(files) <= 16]
    if len(quiet) >= 50 and sum(len(files) > 2 for files in quiet) / len(quiet) > 0.1:
        yield "quiet five minutes come in more than two files"
    for slot, files in slots.items():
        if 0 in files:
            yield f"an empty file at {slot}"


@check("10-3 a session's key keeps principal, creationDate and MFA", "keys")
def key_is_constant(material):
    seen = {}
    for record in material.records():
        identity = record["userIdentity"]
        key = identity.get("accessKeyId", "")
        if not key.startswith("ASIA"):
            continue
        attributes = identity.get("sessionContext", {}).get("attributes", {})
        now = (identity.get("principalId"), attributes.get("creationDate"),
               attributes.get("mfaAuthenticated"))
        if seen.setdefault(key, now) != now:
            yield f"{named(record)}: {key} has {seen[key]} and {now}"


@check("10-4 a role has one name everywhere", "addresses")
def role_names(material):
    for record in material.records():
        identity = record["userIdentity"]
        issuer = identity.get("sessionContext", {}).get("sessionIssuer", {})
        if identity.get("type") != "AssumedRole" or "arn" not in identity:
            continue
        role, session = identity["arn"].split("/")[1:3]
        if identity["principalId"] != f"{issuer['principalId']}:{session}":
            yield f"{named(record)}: {identity['principalId']} of {issuer['principalId']}"
        if not role == issuer["userName"] == issuer["arn"].rsplit("/", 1)[-1]:
            yield f"{named(record)}: {role}, {issuer['userName']}, {issuer['arn']}"


@check("10-5 invokedBy stands in address and agent, without TLS", "addresses")
def invoked_by(material):
    yield from service_three_times(material)


@check("10-6a reads and failures are answered with null", "shapes")
def no_answer(material):
    for record in material.records():
        if record.get("responseElements") is None or record.get("eventType") != "AwsApiCall":
            continue
        if record.get("errorCode"):
            yield f"{named(record)}: {record['errorCode']} with an answer"
        elif record.get("readOnly") and not (service_of(record) == "sts"
                                             and record["eventName"] in ANSWERING_READS):
            yield f"{named(record)}: a read with an answer"


@check("10-6b writes without output are answered with null", "shapes")
def no_output(material):
    for record in material.records():
        if record["eventName"] in NO_OUTPUT.get(service_of(record), ()) \
                and record.get("responseElements") is not None:
            yield named(record)


@check("10-7a TLS version and cipher fit", "shapes")
def tls_fits(material):
    for record in material.records():
        tls = record.get("tlsDetails", {})
        if tls.get("tlsVersion") and tls.get("cipherSuite") \
                and (tls["tlsVersion"] == "TLSv1.3") != (tls["cipherSuite"] in TLS13):
            yield f"{named(record)}: {tls['tlsVersion']} {tls['cipherSuite']}"


@check("10-7b TLS is there only where the service sends it", "times")
def tls_where_sent(material):
    for record in material.records():
        since = TLS_FROM.get(service_of(record))
        if "tlsDetails" in record and since and record["eventTime"] < since:
            yield named(record)
        if "tlsDetails" in record and record.get("sourceIPAddress") == "AWS Internal":
            yield f"{named(record)}: through the console's proxy"


@check("10-7c the TLS host is the service's, in the region", "times")
def tls_host(material):
    for record in material.records():
        host = record.get("tlsDetails", {}).get("clientProvidedHostHeader")
        service = {"monitoring": "monitoring", "signin": "signin"}.get(service_of(record), service_of(record))
        if not host or host.startswith("vpce-"):
            continue
        # IAM and the global endpoint of STS name no region; buckets stand before S3's name
        if service not in host or not (record["awsRegion"] in host or host.count(".") == 2
                                       or service in ("iam", "signin", "s3")):
            yield f"{named(record)}: {host} in {record['awsRegion']}"


@check("10-7d a session keeps its client", "keys", "addresses")
def client_stays(material):
    seen = {}
    for record in material.records():
        identity = record["userIdentity"]
        key = identity.get("accessKeyId", "")
        agent = record.get("userAgent") or ""
        web = identity.get("sessionContext", {}).get("webIdFederationData")
        if not key.startswith("ASIA") or identity.get("invokedBy") or web:
            continue
        # S3 puts agents in brackets
        first = re.split(r"[/ ]", agent.removeprefix("["), maxsplit=1)[0]
        if first in ("Mozilla", "AWS", "signin.amazonaws.com") or "aws-internal/" in agent:
            first = "console"
        if seen.setdefault(key, first) != first:
            yield f"{named(record)}: {key} is used by {seen[key]} and {first}"


# How programs call themselves, as facts about real records and their own sources have it.
BOTO = r"(md/[^ ]+ )+ua/2\.1 os/(linux|macos|windows)#[^ ]+ md/arch#\w+ lang/python#3\.\d+\.\d+ " \
       r"md/pyimpl#CPython( m/[A-Za-z,]+)? cfg/retry-mode#\w+"
BOTO_OLD = r"Python/\d\.\d+\.\d+ (Linux|Darwin|Windows)/[^ ]+"
GO = r"aws-sdk-go(-v2)?/\d+\.\d+\.\d+ .*(lang/go[#/]\d|\(go\d).*"
AGENTS = re.compile("|".join([
    rf"eb-cli/3\.\d+(\.\d+)? ({BOTO}|{BOTO_OLD} Botocore/[\d.]+)",
    rf"[Bb]oto3/[\d.]+ ({BOTO}|{BOTO_OLD}) Botocore/[\d.]+",
    rf"aws-cli/1\.[\d.]+ ({BOTO}|{BOTO_OLD}) botocore/[\d.]+",
    r"aws-cli/2\.[\d.]+ (.* md/command#|.* command/)[a-z0-9-]+\.[a-z0-9-]+",
    rf"c7n/[\d.]+ {BOTO} Botocore/[\d.]+",
    r"aws-sdk-js/3\.\d+\.\d+ ua/2\.\d os/\w+#[^ ]+ lang/js md/nodejs#[\d.]+ api/[a-z-]+#[\d.]+( m/[A-Za-z,]+)?",
    r"aws-sdk-nodejs/2\.\d+\.\d+ (linux|darwin|win32)/v[\d.]+( configure-aws-credentials-for-github-actions)? "
    r"promise",
    r"aws-sdk-java/2\.\d+\.\d+ .*", r"aws-sdk-dotnet-\w+/3\.[\d.]+ aws-sdk-dotnet-core/3\.[\d.]+ .*", GO,
    r"APN/1\.0 HashiCorp/1\.0 Terraform/[\d.]+ \(\+https://www\.terraform\.io\) "
    rf"terraform-provider-aws/[\d.]+ \(\+https://registry\.terraform\.io/providers/hashicorp/aws\) {GO}",
    r"Mozilla/5\.0 \(.*\) .*(Gecko|Safari).*", r"AWS Internal", r"signin\.amazonaws\.com", r""]))


@check("10-7f programs call themselves as they really do", "whole")
def agents_real(material):
    told = set()
    for record in material.records():
        agent = record.get("userAgent") or ""
        if record["userIdentity"].get("invokedBy") or agent in told:
            continue
        told.add(agent)
        if not AGENTS.fullmatch(agent):
            yield f"{named(record)}: {agent}"
        # agents that name a service name the one that is called
        match = re.search(r"(?:md/command#|command/|(?<!sdk-js/)api/)([a-z-]+)[.#]", agent)
        if match and match[1].replace("-", "") not in (service_of(record), "elb", "cloudwatch"):
            yield f"{named(record)} by a client of {match[1]}"


@check("10-7e a sign-in is a person's, the root user's in us-east-1", "shapes")
def sign_ins(material):
    for record in material.records():
        if record.get("eventType") != "AwsConsoleSignIn":
            continue
        if re.search(r"AWS Internal|amazonaws", record.get("userAgent") or ""):
            yield f"{named(record)}: {record.get('userAgent')}"
        partition = record["awsRegion"].split("-")[0]
        if record["userIdentity"].get("type") == "Root" and partition not in ("cn",) \
                and record["awsRegion"] not in ("us-east-1", "us-gov-west-1"):
            yield f"{named(record)}: root in {record['awsRegion']}"
        if "requestID" in record:
            yield f"{named(record)}: a requestID"


@check("10-8 query services show no parameters of a refused call", "shapes")
def query_refusals(material):
    for record in material.records():
        if record.get("errorCode") == "AccessDenied" and service_of(record) in QUERY_MODELS \
                and record.get("requestParameters") is not None:
            yield named(record)


@check("10-9a eventIDs are unique", "times")
def event_ids_unique(material):
    seen = set()
    for record in material.records():
        if hash(record["eventID"]) in seen:
            yield named(record)
        seen.add(hash(record["eventID"]))


@check("10-9b sharedEventID stands where it should", "addresses", "times")
def shared_ids(material):
    for record in material.records():
        identity = record["userIdentity"]
        service = identity.get("type") == "AWSService" and record.get("eventType") == "AwsApiCall"
        across = identity.get("accountId") not in (None, record["recipientAccountId"])
        if service and "sharedEventID" not in record:
            yield f"{named(record)}: a service's call without sharedEventID"
        if "sharedEventID" in record:
            if uuid.UUID(record["sharedEventID"]).version != 4:
                yield f"{named(record)}: {record['sharedEventID']}"
            if "whole" in material.has and not service and not across and not foreign(record):
                yield f"{named(record)}: sharedEventID in a call of one account"


def foreign(record):
    """Does the call touch something of another account?"""
    text = str(record.get("requestParameters")) + str(record.get("resources"))
    accounts = re.findall(r"arn:[^:]*:[^:]*:[^:]*:(\d{12}):", text)
    return any(account != record["recipientAccountId"] for account in accounts)


@check("10-10a calls lie within their session", "times")
def within_session(material):
    for record in material.records():
        made = record["userIdentity"].get("sessionContext", {}).get("attributes", {}).get("creationDate")
        if made and not 0 <= (when(record) - tree.instant(made)).total_seconds() <= 36 * 3600:
            yield f"{named(record)}: a session of {made}"


@check("10-10b a session's key was handed out", "ids", "whole")
def handed_out(material):
    given, used, first = {}, {}, None
    for record in material.records():
        first = min(first or record["eventTime"], record["eventTime"])
        answer = record.get("responseElements") or {}
        if "credentials" in answer:
            given[answer["credentials"]["accessKeyId"]] = record["eventTime"]
        identity = record["userIdentity"]
        if record["eventName"] == "ConsoleLogin":
            given[(identity.get("arn"), record["eventTime"])] = record["eventTime"]
        made = identity.get("sessionContext", {}).get("attributes", {}).get("creationDate")
        if identity.get("type") in ("IAMUser", "Root") and "invokedBy" in identity:
            continue  # what a service gets to go on with is in no record
        if identity.get("accessKeyId", "").startswith("ASIA") and made:
            used[identity["accessKeyId"]] = (made, identity.get("arn"), named(record))
    for key, (made, arn, name) in used.items():
        moment = given.get(key, given.get((arn, made)))
        if given and moment is None and made > first:
            yield f"{name}: {key} of {made} was handed out by nobody"
        elif moment is not None and moment != made:
            yield f"{name}: {key} of {made} was handed out at {moment}"


@check("10-10c an expiration is a date as Java writes it", "times")
def expirations(material):
    for record in material.records():
        text = ((record.get("responseElements") or {}).get("credentials") or {}).get("expiration")
        if text is not None and not JAVA_DATE.match(text):
            yield f"{named(record)}: {text}"


@check("10-10d a session token names region and account in clear", "ids")
def tokens(material):
    import base64  # pylint: disable=import-outside-toplevel
    for record in material.records():
        credentials = (record.get("responseElements") or {}).get("credentials") or {}
        token = credentials.get("sessionToken")
        if not token:
            continue
        if not token.startswith("IQoJb3JpZ2luX2Vj") or not 720 <= len(token) <= 1420:
            yield f"{named(record)}: a token of {len(token)} characters, {token[:16]}"
            continue
        clear = base64.b64decode(token + "=" * (-len(token) % 4))
        account = account_in(credentials["accessKeyId"])
        if record["awsRegion"].encode() not in clear or (account and account.encode() not in clear):
            yield f"{named(record)}: the token does not name {record['awsRegion']} and {account}"


@check("10-11a digests form a chain", "digests")
def digest_chain(material):
    chains = collections.defaultdict(list)
    for key, text, digest in material.digests:
        if key is not None and key != digest["digestS3Object"]:
            yield f"{key} says that it lies at {digest['digestS3Object']}"
        if not re.fullmatch("[0-9a-f]{32}", digest["digestPublicKeyFingerprint"]):
            yield f"{digest['digestS3Object']}: {digest['digestPublicKeyFingerprint']} is no fingerprint"
        chains[digest["digestS3Object"].split("/CloudTrail-Digest/")[1].split("/")[0], digest["awsAccountId"]
               ].append((digest["digestEndTime"], text, digest))
    for chain in chains.values():
        chain.sort(key=lambda link: link[0])
        for (end, text, before), (_, _, after) in zip(chain, chain[1:]):
            name = after["digestS3Object"]
            if after["previousDigestS3Object"] is None:
                continue  # logging was stopped and begun again
            if after["digestStartTime"] != end or after["previousDigestS3Object"] != before["digestS3Object"]:
                yield f"{name} does not follow {before['digestS3Object']}"
            if text is not None and after["previousDigestHashValue"] != hashlib.sha256(text).hexdigest():
                yield f"{name} has another hash of {before['digestS3Object']}"


@check("10-11b digests list each log once, with its hash", "digests", "place")
def digest_logs(material):
    listed = collections.Counter()
    hashes = {}
    last = ""
    for _, _, digest in material.digests:
        last = max(last, digest["digestEndTime"])
        for log in digest["logFiles"]:
            listed[log["s3Object"]] += 1
            hashes[log["s3Object"]] = log["hashValue"]
    for name, times in listed.items():
        if times > 1:
            yield f"{name} is listed {times} times"
    for file in material.files():
        if file.key in hashes and hashes[file.key] != hashlib.sha256(file.text).hexdigest():
            yield f"{file.key} has another hash than its digest says"
        # what comes late is listed by the next digest, which may not be there yet
        if file.key not in hashes and max(r["eventTime"] for r in file.records)[:13] < last[:13]:
            yield f"{file.key} is in no digest"
