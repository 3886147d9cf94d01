"""What has a name of its own in the world: environments' ids, host names, resources, keys, bundles."""

import json
import re

SERVICE = "elasticbeanstalk.amazonaws.com"
# Identifiers that AWS gives once, to one account in one region.
RESOURCE = re.compile(r'"((?:i|sg|sgr|subnet|vpc|lt|eipalloc|eipassoc|eni)-[0-9a-f]{17})"')
STACK = re.compile(r"awseb-(e-[a-z2-9]{10})-(?:immutable-)?stack")
# The services go on with a stack for so long after the call that ends the environment.
WORKS_ON = 3 * 3600


class Things:
    """Feed it every record in order of time; it says what contradicts what came before."""

    def __init__(self, since):
        self.since = since
        self.owners, self.keys, self.bundles = {}, {}, {}
        self.cnames, self.swapped, self.worked_on, self.ended = {}, {}, {}, {}

    def see(self, at, record):
        place = (record["recipientAccountId"], record["awsRegion"])
        identity = record["userIdentity"]
        key = identity.get("accessKeyId", "")
        if key.startswith("AKIA") and self.keys.setdefault(key, identity.get("arn")) != identity.get("arn"):
            yield f"{key} is the key of {self.keys[key]} and {identity.get('arn')}"
        text = json.dumps([record.get("requestParameters"), record.get("responseElements")])
        for found in RESOURCE.findall(text):
            yield from self._owned(found, place)
        if record["eventSource"] == SERVICE:
            if not record.get("errorCode"):
                yield from self._environment(at, record, place)
        else:
            for unique in set(STACK.findall(text)):
                yield from self._owned(unique, place)
                yield from self._stack(at, record, unique)

    def _owned(self, thing, place):
        if self.owners.setdefault(thing, place) != place:
            yield f"{thing} is in {' '.join(self.owners[thing])} and in {' '.join(place)}"

    def _stack(self, at, record, unique):
        name = record["eventName"]
        self.worked_on.setdefault(unique, at)
        if at > self.ended.get(unique, at) + WORKS_ON:
            yield f"{name} is about {unique}, which is not there"

    def _environment(self, at, record, place):
        name = record["eventName"]
        request = record.get("requestParameters") or {}
        answer = record.get("responseElements") or {}
        if name == "CreateApplicationVersion":
            bundle = request.get("sourceBundle") or {}
            bucket = bundle.get("s3Bucket", "")
            where = (bucket, bundle.get("s3Key"))
            what = place + (request.get("applicationName"), request.get("versionLabel"))
            if bucket.startswith("elasticbeanstalk-") and self.bundles.setdefault(where, what) != what:
                yield f"{where[1]} is the bundle of {self.bundles[where][3]} and of {what[3]}"
        if name == "SwapEnvironmentCNAMEs":
            self.swapped[place] = at
        unique = answer.get("environmentId")
        for value in (unique, request.get("environmentId")):
            if isinstance(value, str):
                yield from self._owned(value, place)
        if unique is None:
            return
        if name == "CreateEnvironment":
            if self.worked_on.get(unique, at) < at:
                yield f"{unique} is launched after its stack was worked on"
        cname = answer.get("cNAME")
        if cname and name != "TerminateEnvironment":
            holder, since = self.cnames.get(cname, (unique, at))
            free = self.ended.get(holder, at + 1) <= at or self.swapped.get(place, -1) >= since
            if holder != unique and not free:
                yield f"{cname} is the name of {holder} and of {unique} at once"
            self.cnames[cname] = (unique, at)
        if name == "TerminateEnvironment":
            self.ended[unique] = at
