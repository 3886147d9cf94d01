"""Who calls: sessions, roles and users, refusals, forwarded calls, copies in two accounts."""

import json
import re

from stream import seconds

MONTHS = {name: place for place, name in enumerate(
    "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)}
DATE = re.compile(r"([A-Z][a-z]{2}) (\d{1,2}), (\d{4}),? (\d{1,2}):(\d\d):(\d\d)[ \u202f]([AP])M$")
DENIED = re.compile(r"User: (?P<arn>\S+) is not authorized to perform: (?P<service>[a-z0-9-]+):"
                    r"(?P<action>\w+)(?: on resource: (?P<resource>.+?))?"
                    r"(?= because | with an explicit deny|  ?Encoded|$)")
HANDS_OUT = {"AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "GetSessionToken",
             "GetFederationToken"}
LONGEST_SESSION = 36 * 3600  # GetSessionToken's maximum
# The part of an action's name before the colon, where it is not the endpoint's.
ACTION_PREFIX = {"monitoring": "cloudwatch"}
# Beanstalk and CloudFormation work on after the call that set them to work has been answered.
WORKS_ON = 3 * 3600
NOT_HANDED_OUT = "nobody handed it out"


def date(text):
    """Seconds since 1970 of a date as Java writes it; None for anything else."""
    match = DATE.match(text) if isinstance(text, str) else None
    if match is None or match[1] not in MONTHS:
        return None
    hour = int(match[4]) % 12 + (12 if match[7] == "P" else 0)
    return seconds(f"{match[3]}-{MONTHS[match[1]]:02}-{int(match[2]):02}T{hour:02}:{match[5]}:{match[6]}Z")


def forwarded(identity):
    """Does a service act with the rights of a user or of root?"""
    return identity.get("type") in ("IAMUser", "Root") and "invokedBy" in identity


def family(agent):
    """What kind of client an agent is: its first product, browsers and console alike."""
    if agent.startswith(("Mozilla/", "AWS Internal", "console.", "signin.")):
        return "console"
    return re.split(r"[/ ]", agent.lstrip("["), maxsplit=1)[0].lower()


class Callers:
    """Feed it every record in order of time; it says what contradicts what came before."""

    def __init__(self, since, fan_out, told):
        self.since, self.fan_out, self.told = since, fan_out, told
        self.sessions, self.handed_out, self.keyless = {}, {}, {}
        self.arn_of, self.id_of = {}, {}
        self.requests, self.shared = {}, {}
        self.alone, self.places = {}, set()
        self.changed_at, self.seen_at, self.changes = {}, {}, set()

    def see(self, at, record):
        identity = record["userIdentity"]
        yield from self._names(identity)
        yield from self._hand_out(at, record)
        yield from self._session(at, record, identity)
        yield from self._refusal(record, identity)
        yield from self._forwarded(at, record, identity)
        yield from self._copies(record)
        self.places.add((record["recipientAccountId"], record["awsRegion"]))

    # ids and ARNs, one to one

    def _pair(self, unique, arn):
        if not unique or not arn or unique.startswith("HIDDEN"):
            return
        if self.arn_of.setdefault(unique, arn) != arn:
            yield f"{unique} is {self.arn_of[unique]} and {arn}"
        if self.id_of.setdefault(arn, unique) != unique:
            yield f"{arn} has the ids {self.id_of[arn]} and {unique}"

    def _names(self, identity):
        kind = identity.get("type")
        issuer = identity.get("sessionContext", {}).get("sessionIssuer")
        if issuer and issuer.get("type") in ("Role", "IAMUser"):
            yield from self._pair(issuer.get("principalId"), issuer.get("arn"))
        if kind == "IAMUser":
            yield from self._pair(identity.get("principalId"), identity.get("arn"))
        elif kind == "Root" and identity.get("principalId") != identity.get("accountId"):
            yield f"root's principalId is {identity.get('principalId')}"

    # sessions

    def _hand_out(self, at, record):
        answer = record.get("responseElements")
        if record["eventSource"] != "sts.amazonaws.com" or not answer \
                or record["eventName"] not in HANDS_OUT:
            if record["eventName"] == "ConsoleLogin" and answer \
                    and answer.get("ConsoleLogin") == "Success":
                self.handed_out[(record["userIdentity"].get("arn"), at)] = (at, LONGEST_SESSION, False)
            return
        key = answer["credentials"]["accessKeyId"]
        request = record.get("requestParameters") or {}
        until = date(answer["credentials"].get("expiration"))
        if until is None:
            yield f"{key}'s expiration is {answer['credentials'].get('expiration')!r}"
            until = at + LONGEST_SESSION
        asked = request.get("durationSeconds")
        if asked is not None and until - at != asked:
            yield f"{key} was asked for {asked} s and given {until - at} s"
        if not 900 <= until - at <= LONGEST_SESSION:
            yield f"{key} lives for {until - at} s"
        mine = (at, until - at, record["eventName"] == "AssumeRoleWithWebIdentity")
        if self.handed_out.setdefault(key, mine) != mine:
            yield f"{key} is handed out twice, at different times"
        if record["eventName"].startswith("AssumeRole"):
            yield from self._assumed(at, record, request, answer)
        elif record["eventName"] == "GetFederationToken":
            made = answer.get("federatedUser", {})
            account, name = record["recipientAccountId"], request.get("name")
            if made.get("federatedUserId") != f"{account}:{name}" \
                    or not made.get("arn", "").endswith(f":federated-user/{name}"):
                yield f"the token for {name} says {made}"

    def _assumed(self, at, record, request, answer):
        made, role, session = answer.get("assumedRoleUser"), request["roleArn"], request["roleSessionName"]
        self.keyless[(role, session, at)] = answer["credentials"]["accessKeyId"]
        if made is None:
            return
        unique, _, name = made["assumedRoleId"].partition(":")
        if record["recipientAccountId"] == role.split(":")[4]:
            yield from self._pair(unique, role)
        want = role.split(":")
        want = f"{want[0]}:{want[1]}:sts::{want[4]}:assumed-role/{role.rsplit('/', 1)[1]}/{session}"
        if (made["arn"], name) != (want, session):
            yield f"{role} as {session} was answered with {made['arn']}, {made['assumedRoleId']}"

    def _session(self, at, record, identity):
        context = identity.get("sessionContext")
        if not context:
            return
        attributes = context["attributes"]
        key, made = identity.get("accessKeyId"), seconds(attributes["creationDate"])
        issuer = context.get("sessionIssuer", {})
        name = key or f"{identity.get('arn')} of {attributes['creationDate']}"
        if not made <= at <= made + LONGEST_SESSION:
            yield f"{name} began at {attributes['creationDate']} and was used at {record['eventTime']}"
        if not key:
            # a service's session shows no key: its role, session and moment must have been assumed
            place = (issuer.get("arn"), identity["arn"].rsplit("/", 1)[-1], made)
            if issuer.get("type") == "Role" and self.fan_out and made >= self.since \
                    and place not in self.keyless:
                yield f"{name}: {NOT_HANDED_OUT}"
            return
        if not key.startswith("ASIA"):
            return
        origin = self.handed_out.get(key) or self.handed_out.get((identity.get("arn"), made))
        if origin is None and forwarded(identity):
            # a service goes on with what a long-term key may: from the user's call on, unasked
            if identity["invokedBy"] == "elasticbeanstalk.amazonaws.com" and made >= self.since \
                    and (identity["arn"], made) not in self.changes:
                yield f"{key} of {identity['arn']} began with no call of the user's"
        elif origin is None:
            if self.fan_out and made >= self.since and key not in self.sessions:
                yield f"{key} of {identity.get('arn')}: {NOT_HANDED_OUT}"
        elif origin[0] != made:
            yield f"{key} was handed out at another time than its creationDate {attributes['creationDate']}"
        elif at > made + origin[1]:
            yield f"{key} was used at {record['eventTime']}, after it had expired"
        if origin and origin[2] and not identity.get("invokedBy"):
            program = "a job's programs"  # a CI job runs several with the one session it has
        else:
            program = family(record.get("userAgent") or "")
        whose = (identity.get("principalId"), identity.get("arn"), attributes["creationDate"],
                 attributes.get("mfaAuthenticated"))
        if identity.get("invokedBy") or record["eventID"] in self.told:
            how = None
        else:
            how = (record["sourceIPAddress"], program)
        known = self.sessions.setdefault(key, [whose, how])
        if known[0] != whose:
            yield f"{key} belongs to {known[0]} and {whose}"
        if how and known[1] and known[1] != how:
            yield f"{key} is used from {' by '.join(known[1])} and from {' by '.join(how)}"
        known[1] = known[1] or how

    # refusals

    def _refusal(self, record, identity):
        if record.get("errorCode") not in ("AccessDenied", "Client.UnauthorizedOperation"):
            return
        match = DENIED.search(record.get("errorMessage") or "")
        if match is None:
            return
        prefix = record["eventSource"].split(".")[0]
        if identity.get("type") == "AWSAccount":
            # Another account's principal has no ARN of its own in the record.
            if match["arn"].split(":")[4:5] != [identity.get("accountId")]:
                yield f"the refusal names {match['arn']}, the caller is of {identity.get('accountId')}"
        elif match["arn"] != identity.get("arn"):
            yield f"the refusal names {match['arn']}, the caller is {identity.get('arn')}"
        if match["action"] != "PassRole" and (match["service"], match["action"]) != (
                ACTION_PREFIX.get(prefix, prefix), record["eventName"]):
            yield f"the refusal of {record['eventName']} names {match['service']}:{match['action']}"
        resource = (match["resource"] or "*").split(":")
        if len(resource) > 5:
            if resource[3] not in ("", record["awsRegion"]):
                yield f"the refusal names a resource in {resource[3]}"
            if resource[4] not in ("", record["recipientAccountId"]) and match["service"] != "sts":
                yield f"the refusal names a resource of {resource[4]}"

    # forwarded calls

    def _forwarded(self, at, record, identity):
        by, who = identity.get("invokedBy"), identity.get("arn")
        if identity.get("type") in ("AWSService", None) or by is None or who is None:
            if who:
                self.seen_at[who] = at
                if not record.get("readOnly"):
                    self.changed_at[who] = at
                    self.changes.add((who, at))
            return
        context = identity.get("sessionContext", {})
        role = context.get("sessionIssuer", {}).get("arn", "")
        if f"/{by}/" in role or role.endswith("aws-elasticbeanstalk-service-role"):
            return  # the service's own role, not a forwarded one
        if by == "elasticbeanstalk.amazonaws.com" and record["eventSource"] != by:
            if at - self.changed_at.get(who, -WORKS_ON - 1) > WORKS_ON and at > self.since + WORKS_ON:
                yield f"{record['eventName']} is forwarded for {who}, who changed nothing before"
        elif identity.get("type") == "IAMUser" and who not in self.seen_at \
                and at > self.since + WORKS_ON and record["eventSource"] != "elasticbeanstalk.amazonaws.com":
            yield f"{record['eventName']} is forwarded for {who}, who was never seen"
        if record["eventSource"] == "elasticbeanstalk.amazonaws.com" and not record.get("readOnly"):
            self.changes.add((who, at))
            self.changed_at[who] = at  # a pipeline or a stack that calls Beanstalk

    # one call, one requestID; copies of it share the sharedEventID

    def _copies(self, record):
        request, shared = record.get("requestID"), record.get("sharedEventID")
        call = (record["eventSource"], record["eventName"], record["eventTime"])
        if shared:
            yield from self._across(record, shared)
            known = self.shared.setdefault(shared, (call, request, set()))
            if known[:2] != (call, request):
                yield f"sharedEventID {shared} joins {known[:2]} and {(call, request)}"
            if record["recipientAccountId"] in known[2]:
                yield f"sharedEventID {shared} is twice in {record['recipientAccountId']}"
            known[2].add(record["recipientAccountId"])
        if request and call[1] != "AssumeRole":  # for EC2 that one is recorded twice
            # a number for a call: a million of them must fit
            if self.requests.setdefault(hash(request), hash((call, shared))) != hash((call, shared)):
                yield f"requestID {request} is in another call, or in a copy without sharedEventID"

    # what the caller's account and the other one tell of one call

    def _across(self, record, shared):
        identity = record["userIdentity"]
        whole = identity.get("type") != "AWSAccount"
        told = [record.get(member) for member in (
            "sourceIPAddress", "userAgent", "errorCode", "requestParameters", "responseElements")]
        if identity.get("type") == "AWSService":
            return
        first = self.alone.pop(shared, None)
        if first is None:
            self.alone[shared] = (whole, identity.get("principalId"), identity.get("accountId"),
                                  hash(json.dumps(told)), record["awsRegion"], record["eventName"])
            return
        if first[0] == whole:
            yield f"sharedEventID {shared}: the caller is {'whole' if whole else 'hidden'} in both accounts"
        if first[1:3] != (identity.get("principalId"), identity.get("accountId")):
            yield f"sharedEventID {shared} is of {first[1]} and of {identity.get('principalId')}"
        if first[3] != hash(json.dumps(told)):
            yield f"sharedEventID {shared}: the two accounts tell different things of the call"

    def end(self):
        for shared, (whole, who, account, _, region, name) in self.alone.items():
            if whole:
                yield f"sharedEventID {shared}: {name} of {who} is in no other account"
            elif (account, region) in self.places:
                yield f"sharedEventID {shared}: {name} of {who} is not in its own account {account}"
