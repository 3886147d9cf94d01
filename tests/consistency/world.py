"""What Elastic Beanstalk holds: applications, versions, environments, and what calls do to them."""

import datetime
import json
import re

from callers import DENIED, date
from stream import seconds

SERVICE = "elasticbeanstalk.amazonaws.com"
# Calls that an environment answers only where it is there (it stays an hour as "Terminated").
NEEDS_IT = {"DescribeConfigurationSettings", "DescribeEnvironmentHealth", "DescribeInstancesHealth",
            "DescribeEnvironmentResources", "RequestEnvironmentInfo", "RetrieveEnvironmentInfo"}
# Calls that it takes only when it is Ready, and that leave it at work.
CHANGES = {"UpdateEnvironment", "RebuildEnvironment", "RestartAppServer", "SwapEnvironmentCNAMEs"}
LAUNCHES, TERMINATES = {"CreateEnvironment"}, {"TerminateEnvironment"}
# No launch is faster, no change either, and an ended environment is gone from the answers by then.
LAUNCH_TAKES, CHANGE_TAKES, GONE_AFTER = 180, 15, 4 * 3600
# A call's own second, and the second in which it is recorded.
SLACK = 2
NO_SUCH = re.compile(r"No Environment found for Environment(Name|Id) = '([^']*)'")
LABEL_EXISTS = re.compile(r"Application Version (\S+) already exists")
EB_ARN = re.compile(r"arn:(aws[a-z-]*):elasticbeanstalk:([a-z0-9-]*):(\d*):")
# The EB CLI and CodePipeline put the moment into the label that they make.
LABEL_TIME = re.compile(r"-(\d{6}_\d{6})\d*$|^code-pipeline-(\d{13})")
PARTITIONS = {"cn": "aws-cn", "us-gov": "aws-us-gov"}


class Life:
    """One environment from its launch, or from when it is first seen, to its end."""

    def __init__(self, created=None):
        self.created, self.ended = created, None
        self.first_used, self.busy_until, self.busy_with = None, 0, None
        self.facts = {}  # what stays: id, application, ARN, tier, dateCreated, CNAME
        self.runs = {}  # what changes by calls: versionLabel, platformArn
        self.updated = 0
        self.launch_request = None


class World:
    """Feed it every record in order of time; it says what contradicts what came before."""

    def __init__(self, since):
        self.since = since
        self.lives, self.of_id, self.past_ids = {}, {}, {}
        self.versions, self.gone_versions, self.used_labels = {}, {}, {}
        self.applications, self.templates = {}, {}
        self.launches, self.asked = {}, []

    def see(self, at, record):
        if record["eventSource"] != SERVICE:
            return
        place = (record["recipientAccountId"], record["awsRegion"])
        request = record.get("requestParameters") or {}
        answer = record.get("responseElements") or {}
        name = record["eventName"]
        yield from self._arns(record, place, request, answer)
        code = record.get("errorCode")
        if code:
            yield from self._failure(record, place, request, code)
            return
        yield from self._bucket(place, request, answer, name)
        yield from self._application(at, place, request, answer, name)
        yield from self._version(at, place, request, answer, name)
        yield from self._environment(at, record, place, request, answer, name)
        if name == "DescribeEvents" and request.get("requestId"):
            self.asked.append((at, place, request["requestId"], record["eventID"]))
            yield from self._settle_asked(at)
        if record.get("requestID") and (not record.get("readOnly") or name == "RequestEnvironmentInfo"):
            self.launches[record["requestID"]] = place

    def end(self):
        yield from self._settle_asked(1 << 40)

    # places

    def _arns(self, record, place, request, answer):
        region = place[1]
        partition = next((p for start, p in PARTITIONS.items() if region.startswith(start)), "aws")
        text = json.dumps([request, answer, record.get("errorMessage")])
        for found in EB_ARN.finditer(text):
            if found[1] != partition or found[2] not in ("", region) or found[3] not in ("", place[0]):
                yield f"{found[0]} is not of {region} and {place[0]}"

    def _bucket(self, place, request, answer, name):
        own = f"elasticbeanstalk-{place[1]}-{place[0]}"
        if name == "CreateStorageLocation" and answer.get("s3Bucket", own) != own:
            yield f"the storage bucket is {answer['s3Bucket']}, not {own}"
        for bundle in (request.get("sourceBundle"), answer.get("applicationVersion", {}).get("sourceBundle")):
            bucket = (bundle or {}).get("s3Bucket", "")
            if bucket.startswith("elasticbeanstalk-") and bucket != own:
                yield f"the bundle lies in {bucket}, not in {own}"

    # applications and versions

    def _application(self, at, place, request, answer, name):
        app = request.get("applicationName")
        if app is None:
            return
        key = place + (app,)
        if name == "CreateApplication":
            if self.applications.get(key, (0, ""))[1] == "there":
                yield f"application {app} is created although it is there"
            self.applications[key] = (at, "there")
        elif name == "DeleteApplication":
            self.applications[key] = (at, "gone")
            for where, life in self.lives.items():
                if where[:2] == place and life.facts.get("applicationName") == app:
                    life.ended = life.ended or at
        elif name[:6] in ("Create", "Update"):
            when, state = self.applications.setdefault(key, (at, "there"))
            if state == "gone" and at > when + SLACK and not request.get("autoCreateApplication"):
                yield f"{name} works on application {app}, which is deleted"
        if name in ("CreateApplication", "UpdateApplication") and answer:
            yield from self._agree(request, answer["application"], ("applicationName", "description"))
            yield from self._dates(at, answer["application"], name)
        elif name.endswith("ConfigurationTemplate") and name[:6] in ("Create", "Update"):
            template = key + (request.get("templateName"),)
            if name.startswith("Create"):
                if self.templates.get(template):
                    yield f"template {template[-1]} is created although it is there"
                self.templates[template] = at
            if answer:
                yield from self._agree(request, answer, ("applicationName", "templateName"))
                yield from self._dates(at, answer, name, self.templates.get(template))
        elif name == "DeleteConfigurationTemplate":
            self.templates.pop(key + (request.get("templateName"),), None)

    def _version(self, at, place, request, answer, name):
        app, label = request.get("applicationName"), request.get("versionLabel")
        if label is None or app is None:
            return
        key = place + (app, label)
        if name == "CreateApplicationVersion":
            if key in self.versions:
                yield f"version {label} of {app} is created although it is there"
            elif key in self.used_labels:
                yield f"version {label} of {app} is created after {self.used_labels[key]} used it"
            self.versions[key] = at
            self.gone_versions.pop(key, None)
            yield from self._label_time(at, label)
        elif name == "DeleteApplicationVersion":
            self.versions.pop(key, None)
            self.gone_versions[key] = at
        made = answer.get("applicationVersion")
        if made and name.endswith("ApplicationVersion"):
            yield from self._agree(request, made, ("applicationName", "versionLabel", "description",
                                                   "sourceBundle"))
            yield from self._dates(at, made, name, self.versions.get(key))

    def _label_time(self, at, label):
        match = LABEL_TIME.search(label)
        if match is None:
            return
        if match[2]:
            made = int(match[2]) / 1000
        else:
            made = (datetime.datetime.strptime(match[1], "%y%m%d_%H%M%S")
                    - datetime.datetime(1970, 1, 1)).total_seconds()
        # local clocks are up to fourteen hours away from UTC
        if not at - 15 * 3600 <= made <= at + 15 * 3600:
            yield f"the label {label} is not of the time at which it was created"

    def _runs_label(self, at, place, app, label, name):
        """A label that an environment is given must be there."""
        key = place + (app, label)
        if key in self.gone_versions:
            yield f"{name} deploys {label} of {app}, which is deleted"
        if key not in self.versions:
            self.used_labels.setdefault(key, f"{name} at {at}")

    # environments

    def _life_of(self, place, request, answer):
        """The environment a call is about, and its name: by name, by id, or through the answer."""
        name = answer.get("environmentName") or request.get("environmentName")
        unique = answer.get("environmentId") or request.get("environmentId")
        if name is None:
            name = self.of_id.get((place, unique), (None,))[0]
        return name, unique

    def _environment(self, at, record, place, request, answer, name):
        if name == "SwapEnvironmentCNAMEs":
            yield from self._swap(at, place, request)
            return
        if name == "ComposeEnvironments":
            for made in answer.get("environments", []):
                yield from self._launch(at, place, made, made, record)
            return
        if not isinstance(request.get("environmentName", ""), str):
            return
        env, unique = self._life_of(place, request, answer)
        if env is None:
            return
        if name in LAUNCHES:
            yield from self._launch(at, place, request, answer, record)
            return
        if name not in CHANGES and name not in TERMINATES and name not in NEEDS_IT:
            return
        life = self.lives.setdefault(place + (env,), Life())
        if life.first_used is None:
            life.first_used = at
        if life.ended is not None:
            gone = GONE_AFTER if name in NEEDS_IT else SLACK
            if at > life.ended + gone:
                yield f"{name} works on {env}, which was terminated"
            if name in CHANGES:
                return
        yield from self._ids(place, env, life, unique, request)
        if name in CHANGES:
            yield from self._change(at, place, env, life, request, answer, name)
        elif name in TERMINATES:
            yield from self._answer(at, life, answer, name, "Terminating")
            life.ended = at
        elif name == "RequestEnvironmentInfo" and at < life.busy_until and life.busy_with == "launch":
            yield f"{name} works on {env}, which is launching"

    def _ids(self, place, env, life, unique, request):
        """An id is of one life, and an application keeps its environment."""
        if unique is not None:
            if self.of_id.setdefault((place, unique), (env, life)) != (env, life):
                yield f"{unique} is of {self.of_id[(place, unique)][0]} and of {env}, or of two lives"
            yield from self._stays(life, "environmentId", unique)
        if request.get("applicationName"):
            yield from self._stays(life, "applicationName", request["applicationName"])

    def _stays(self, life, what, value):
        if life.facts.setdefault(what, value) != value:
            yield f"{what} was {life.facts[what]} and is {value}"

    def _launch(self, at, place, request, answer, record):
        env = answer.get("environmentName") or request["environmentName"]
        before = self.lives.get(place + (env,))
        if before is not None and before.ended is None:
            yield f"{env} is launched although it is there"
        elif before is not None and at < before.ended + 30:
            yield f"{env} is launched {at - before.ended} s after its end was asked for"
        life = self.lives[place + (env,)] = Life(at)
        life.first_used = at
        life.busy_until, life.busy_with = at + LAUNCH_TAKES, "launch"
        life.launch_request = record.get("requestID")
        yield from self._ids(place, env, life, answer.get("environmentId"), request)
        for what in ("versionLabel", "platformArn", "solutionStackName"):
            if request.get(what):
                life.runs[what] = request[what]
        if request.get("versionLabel") and record["eventName"] == "CreateEnvironment":
            yield from self._runs_label(at, place, request["applicationName"], request["versionLabel"],
                                        "CreateEnvironment")
        if answer is not request:
            yield from self._agree(request, answer, ("applicationName", "environmentName", "description"))
            prefix = request.get("cNAMEPrefix")
            if prefix and answer.get("cNAME") and not answer["cNAME"].startswith(prefix + "."):
                yield f"{env} was to be called {prefix} and is {answer['cNAME']}"
        yield from self._answer(at, life, answer, record["eventName"], "Launching")
        if answer.get("dateCreated") and abs((date(answer["dateCreated"]) or 0) - at) > SLACK:
            yield f"{env} is launched at {record['eventTime']}, its dateCreated is {answer['dateCreated']}"

    def _change(self, at, place, env, life, request, answer, name):
        if at < life.busy_until:
            yield f"{name} works on {env}, which is still busy with its {life.busy_with}"
        life.busy_until, life.busy_with = at + CHANGE_TAKES, name
        label = request.get("versionLabel")
        app = request.get("applicationName") or life.facts.get("applicationName") \
            or answer.get("applicationName")
        if label and app:
            yield from self._runs_label(at, place, app, label, name)
        if name == "UpdateEnvironment":
            if request.get("platformArn") or request.get("solutionStackName"):
                life.runs.pop("platformArn", None)
                life.runs.pop("solutionStackName", None)
            for what in ("versionLabel", "platformArn", "solutionStackName"):
                if request.get(what):
                    life.runs[what] = request[what]
        yield from self._answer(at, life, answer, name, "Updating")

    def _answer(self, at, life, answer, name, status):
        """An environment's description agrees with what is known of it."""
        if not answer:
            return
        if answer.get("status") != status:
            yield f"{name} is answered with the status {answer.get('status')}"
        for what in ("environmentId", "environmentName", "applicationName", "environmentArn", "cNAME",
                     "dateCreated"):
            if what in answer:
                yield from self._stays(life, what, answer[what])
        if answer.get("tier"):
            yield from self._stays(life, "tier", (answer["tier"].get("name"), answer["tier"].get("type")))
        app, env = answer.get("applicationName"), answer.get("environmentName")
        arn = answer.get("environmentArn", "")
        if arn and arn.split(":", 5)[5] != f"environment/{app}/{env}":
            yield f"{arn} is not of {app} and {env}"
        for what in ("versionLabel", "platformArn", "solutionStackName"):
            if what in answer and life.runs.setdefault(what, answer[what]) != answer[what]:
                yield f"{name} of {answer['environmentName']} is answered with {what} {answer[what]}, " \
                      f"it runs {life.runs[what]}"
        yield from self._dates(at, answer, name, life.created)
        updated = date(answer.get("dateUpdated")) or 0
        if updated < life.updated:
            yield f"dateUpdated of {answer['environmentName']} goes back to {answer['dateUpdated']}"
        life.updated = max(updated, life.updated)

    def _swap(self, at, place, request):
        sides = []
        for side in ("source", "destination"):
            name = request.get(side + "EnvironmentName")
            if name is None:
                name = self.of_id.get((place, request.get(side + "EnvironmentId")), (None,))[0]
            if name is None:
                return
            life = self.lives.setdefault(place + (name,), Life())
            if life.first_used is None:
                life.first_used = at
            if life.ended is not None and at > life.ended + SLACK:
                yield f"SwapEnvironmentCNAMEs works on {name}, which was terminated"
            if at < life.busy_until:
                yield f"SwapEnvironmentCNAMEs works on {name}, which is still busy with its {life.busy_with}"
            life.busy_until, life.busy_with = at + CHANGE_TAKES, "SwapEnvironmentCNAMEs"
            sides.append(life)
        one, other = (life.facts.pop("cNAME", None) for life in sides)
        if other:
            sides[0].facts["cNAME"] = other
        if one:
            sides[1].facts["cNAME"] = one

    # answers

    def _agree(self, request, answer, members):
        for what in members:
            asked, told = request.get(what), answer.get(what)
            if None not in (asked, told) and asked != told:
                yield f"{what} is asked to be {json.dumps(asked)} and answered {json.dumps(told)}"

    def _dates(self, at, thing, name, made_at=None):
        created, updated = date(thing.get("dateCreated")), date(thing.get("dateUpdated"))
        if created is None or updated is None:
            yield f"{name} is answered with dates {thing.get('dateCreated')} and {thing.get('dateUpdated')}"
            return
        if created > updated or updated > at + SLACK:
            yield f"{name} is answered with dates {thing['dateCreated']} and {thing['dateUpdated']}"
        if made_at is not None and abs(created - made_at) > SLACK:
            yield f"{name} is answered with dateCreated {thing['dateCreated']}, it was made at another time"
        if at - updated > SLACK and not name.startswith("Terminate"):
            yield f"{name} is answered with dateUpdated {thing['dateUpdated']}, which is not now"

    # failures and questions

    def _failure(self, record, place, request, code):
        message = record.get("errorMessage") or ""
        match = NO_SUCH.search(message)
        if match:
            asked = request.get("environment" + match[1])
            if asked is not None and asked != match[2]:
                yield f"asked for {asked}, told that {match[2]} is not there"
            life = self.lives.get(place + (match[2],)) if match[1] == "Name" \
                else self.of_id.get((place, match[2]), (None, None))[1]
            if life is not None and life.ended is None:
                yield f"told that {match[2]} is not there, which it is"
        match = LABEL_EXISTS.search(message)
        if match and match[1] != request.get("versionLabel"):
            yield f"asked to make {request.get('versionLabel')}, told that {match[1]} is there"
        if code == "AccessDenied":
            match = DENIED.search(message)
            parts = (match["resource"] or "").split(":", 5)[-1].split("/") if match else []
            if len(parts) == 3 and parts[0] == "environment":
                life = self.lives.get(place + (parts[2],))
                if life and life.facts.get("applicationName", parts[1]) != parts[1]:
                    yield f"the refusal puts {parts[2]} into {parts[1]}"

    def _settle_asked(self, now):
        """A requestId that DescribeEvents asks for is a call's; late records may still bring it."""
        while self.asked and self.asked[0][0] < now - 60:
            at, place, request, event = self.asked.pop(0)
            if self.launches.get(request, place) != place:
                yield f"DescribeEvents {event} asks for a call of {self.launches[request]}"
            elif request not in self.launches and at > self.since + 3600:
                yield f"DescribeEvents {event} asks for {request}, which is no call's requestID"
