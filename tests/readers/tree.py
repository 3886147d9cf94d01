"""A delivered tree as plain Python sees it: keys, gzip, JSON. Knows nothing of our code."""

import datetime
import json
import os
import re
import zlib

KEY = re.compile(
    r"^(?P<prefix>(?:[^/]+/)*?)AWSLogs/(?:(?P<org>o-[a-z0-9]{10,32})/)?(?P<account>[0-9]{12})/CloudTrail/"
    r"(?P<region>[a-z0-9-]+)/(?P<day>[0-9]{4}/[0-9]{2}/[0-9]{2})/"
    r"(?P=account)_CloudTrail_(?P=region)_(?P<stamp>[0-9]{8}T[0-9]{4}Z)_[A-Za-z0-9]{16}\.json\.gz$"
)
STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


class Fault(Exception):
    """A file that is not what CloudTrail delivers."""


def keys(root):
    """Every log file below root, as its key, sorted."""
    found = []
    for folder, _, names in os.walk(os.path.join(root)):
        for name in names:
            if name.endswith(".json.gz"):
                found.append(os.path.relpath(os.path.join(folder, name), root))
    return sorted(found)


def inflate(body):
    """The text of one gzip member that fills the whole file."""
    stream = zlib.decompressobj(wbits=31)
    try:
        text = stream.decompress(body) + stream.flush()
    except zlib.error as error:
        raise Fault(f"is not gzip: {error}") from error
    if not stream.eof:
        raise Fault("is cut off: the gzip member has no end")
    if stream.unused_data:
        raise Fault("has something behind its first gzip member")
    return text


def _members(pairs):
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Fault("has an object with a doubled member")
    return members


def parse(text):
    """The records of a log file's text, after checking how the text is written."""
    try:
        written = text.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Fault(f"is not UTF-8: {error}") from error
    if not written.startswith('{"Records":[{"') or not written.endswith("}]}"):
        raise Fault('does not run from {"Records":[{" to }]}')
    if re.search(r"\s", STRING.sub("", written)):
        raise Fault("has blanks or newlines between its members")
    if "\\/" in written:
        raise Fault("escapes a slash")
    return json.loads(written, object_pairs_hook=_members)["Records"]


def instant(text):
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")
