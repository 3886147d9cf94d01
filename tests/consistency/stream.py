"""The records of a tree in order of time, from files that are in no such order.

Files are taken by the stamp in their names; records wait in a heap until nothing earlier can come.
So 90 days need the memory of an hour.
"""

import datetime
import gzip
import heapq
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "readers"))
import tree  # noqa: E402  # pylint: disable=wrong-import-position

# A record comes 606 s before its file's stamp, a late one 1109 s after: none waits half an hour.
WAITS = 1800
EPOCH = datetime.datetime(1970, 1, 1)
# Within one second what makes a thing goes before what uses it: eventTime has whole seconds.
MAKERS = {"CreateApplication": 1, "CreateApplicationVersion": 2, "CreateConfigurationTemplate": 2,
          "CreateEnvironment": 3}


def seconds(text):
    """RFC 3339 as seconds since 1970."""
    return int((datetime.datetime(int(text[0:4]), int(text[5:7]), int(text[8:10]), int(text[11:13]),
                                  int(text[14:16]), int(text[17:19])) - EPOCH).total_seconds())


def rank(record):
    if record["eventSource"] in ("sts.amazonaws.com", "signin.amazonaws.com"):
        return 0
    made = MAKERS.get(record["eventName"])
    if made:
        return made
    return 5 if record.get("readOnly") else 4


def stamped_keys(root):
    """Every log file's key with the time in its name, earliest first."""
    found = []
    for key in tree.keys(root):
        match = tree.KEY.match(key)
        if match:
            stamp = datetime.datetime.strptime(match["stamp"], "%Y%m%dT%H%MZ")
            found.append((int((stamp - EPOCH).total_seconds()), key))
    return sorted(found)


def records(root):
    """Yield (seconds, record), by time; a record seen in two files comes twice."""
    waiting, count = [], 0
    for stamp, key in stamped_keys(root):
        while waiting and waiting[0][0] < stamp - WAITS:
            at, _, _, record = heapq.heappop(waiting)
            yield at, record
        with gzip.open(os.path.join(root, key), "rb") as file:
            for record in json.loads(file.read())["Records"]:
                count += 1
                heapq.heappush(waiting, (seconds(record["eventTime"]), rank(record), count, record))
    while waiting:
        at, _, _, record = heapq.heappop(waiting)
        yield at, record
