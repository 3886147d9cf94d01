"""What a call asks Elastic Beanstalk for is what it is answered with: members of one name agree."""

import json

SERVICE = "elasticbeanstalk.amazonaws.com"
# What these make has no description but what they say.
MAKERS = ("CreateApplication", "CreateApplicationVersion", "CreateConfigurationTemplate", "CreateEnvironment")


def leaves(value, path=()):
    """Every text, number or flag in objects, with its path; lists are no part of it."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, path + (name,))
    elif not isinstance(value, list) and value is not None:
        yield path, value


class Answers:
    """Feed it every record; it says where an answer is another than what was asked for."""

    def see(self, _at, record):
        request, answer = record.get("requestParameters"), record.get("responseElements")
        if record["eventSource"] != SERVICE or record.get("errorCode") or not (request and answer):
            return
        asked = dict(leaves(request))
        for path, told in leaves(answer):
            # "application.description" is called like "description", and "tier.name" not like "name"
            named = (path[i:] for i in range(len(path)))
            wanted = next((asked[name] for name in named if name in asked), told)
            if wanted != told:
                yield f"{'.'.join(path)} is asked to be {json.dumps(wanted)} and answered {json.dumps(told)}"
            if path[-1] == "description" and record["eventName"] in MAKERS and path[-1:] not in asked:
                yield f"nobody asked for {'.'.join(path)} {json.dumps(told)}"
        if record["eventName"] == "CreateApplicationVersion":
            status = (answer.get("applicationVersion") or {}).get("status", "PROCESSING")
            if request.get("process") and status == "UNPROCESSED":
                yield "a version is asked to be processed and answered UNPROCESSED"
