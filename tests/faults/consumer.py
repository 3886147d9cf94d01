"""consumer.py - consumers of log files: a right one, and some that get one thing wrong

A consumer hears of keys in the order in which they were put, reads each object below a folder, and
leaves two lists: what it saw, one JSON object a line, and the keys that it reported to its owner.
"""
import gzip
import io
import json
import pathlib
import zlib


class Stop(Exception):
    """The consumer died."""


class Consumer:
    """The right one; the others change one of its steps."""

    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.seen = []
        self.reported = []
        self.ids = set()

    def unpack(self, body):
        return gzip.decompress(body)

    def records(self, text):
        content = json.loads(text)
        return content["Records"]

    def wants(self, key):
        return "_CloudTrail-Digest_" not in key

    def is_new(self, key, record):
        if record["eventID"] in self.ids:
            return False
        self.ids.add(record["eventID"])
        return True

    def take(self, key, record):
        self.seen.append(record)

    def fail(self, key, error):
        self.reported.append(key)

    def hear(self, key):
        if not self.wants(key):
            return
        body = (self.root / key).read_bytes()
        try:
            records = self.records(self.unpack(body))
        except (OSError, EOFError, zlib.error, ValueError) as error:
            self.fail(key, error)
            return
        for record in records:
            if self.is_new(key, record):
                self.take(key, record)

    def run(self, keys, announced):
        """Hear of ${keys}; ${announced} is what somebody else (a digest) says there is."""
        try:
            for key in keys:
                self.hear(key)
        except Stop:
            return
        self.reported += sorted(set(announced) - set(keys))


class FirstMember(Consumer):
    """Stops at the end of the first gzip member, and says nothing about what is no JSON."""

    def unpack(self, body):
        return zlib.decompressobj(31).decompress(body)

    def fail(self, key, error):
        if b"\x1f\x8b" not in (self.root / key).read_bytes()[2:]:
            self.reported.append(key)


class FirstMemberLeniently(Consumer):
    """The same, and takes the records that it can read."""

    def unpack(self, body):
        return zlib.decompressobj(31).decompress(body)

    def records(self, text):
        try:
            return json.loads(text)["Records"]
        except ValueError:
            return list(readable(text.decode()))


class ByName(Consumer):
    """Takes two files for two things."""

    def __init__(self, root):
        super().__init__(root)
        self.files = {}

    def is_new(self, key, record):
        return self.files.setdefault(key, self.step) == self.step

    def hear(self, key):
        self.step = len(self.files)
        super().hear(key)


class ByContents(Consumer):
    """Takes two texts for two things."""

    def __init__(self, root):
        super().__init__(root)
        self.texts = set()
        self.known = False

    def unpack(self, body):
        text = super().unpack(body)
        self.known = text in self.texts
        self.texts.add(text)
        return text

    def is_new(self, key, record):
        return not self.known


class Everything(Consumer):
    """Takes whatever comes."""

    def is_new(self, key, record):
        return True


class DiesOfDigests(Consumer):
    """Asks every file for its records."""

    def wants(self, key):
        return True

    def records(self, text):
        content = json.loads(text)
        if "Records" not in content:
            raise Stop
        return content["Records"]


class DiesOfNothing(Consumer):
    """Looks at the first record of each file."""

    def records(self, text):
        records = super().records(text)
        if not records:
            raise Stop
        return records


class LosesTheRest(Consumer):
    """Takes what it can read of a file that ends too early, and is content."""

    def unpack(self, body):
        try:
            return super().unpack(body)
        except EOFError:
            return zlib.decompressobj(31).decompress(body)

    def records(self, text):
        try:
            return super().records(text)
        except ValueError:
            return list(readable(text.decode()))


class TriesAgain(LosesTheRest):
    """Takes what it can read, and then all of it again."""

    def hear(self, key):
        super().hear(key)
        try:
            gzip.decompress((self.root / key).read_bytes())
        except EOFError:
            self.ids.clear()
            super().hear(key)
            self.reported.append(key)


class LooksForward(Consumer):
    """Remembers the newest name in each folder of a region, and passes over older ones."""

    def __init__(self, root):
        super().__init__(root)
        self.newest = {}

    def wants(self, key):
        region = key.split("/CloudTrail/")[-1].split("/")[0]
        name = key.rsplit("/", 1)[-1]
        if name[:-24] < self.newest.get(region, ""):
            return False
        self.newest[region] = max(name[:-24], self.newest.get(region, ""))
        return super().wants(key)


class ShortLines(Consumer):
    """Has room for lines of 16 MiB."""

    def unpack(self, body):
        text = super().unpack(body)
        return text if len(text) <= 16 << 20 else b'{"Records":[]}'


class BadJson(Consumer):
    """Passes over what is no JSON without a word."""

    def fail(self, key, error):
        if not isinstance(error, ValueError):
            super().fail(key, error)


class NeverMisses(Consumer):
    """Does not know what should have come."""

    def run(self, keys, announced):
        super().run(keys, [])


class Mangles(Consumer):
    """Thinks that names have no capitals."""

    def take(self, key, record):
        changed = dict(record)
        if len(self.seen) % 5 == 0:
            changed["eventName"] = record["eventName"].lower()
        super().take(key, changed)


class Drops(Consumer):
    """Loses a record now and then."""

    def take(self, key, record):
        if hash(record["eventID"][:2]) and record["eventID"][0] != "7":
            super().take(key, record)


class Invents(Consumer):
    """Makes a record of its own."""

    def run(self, keys, announced):
        super().run(keys, announced)
        self.seen.append({"eventID": "00000000-0000-4000-8000-000000000000"})


def readable(text):
    """The records that stand whole in a text which is cut off or broken."""
    decoder = json.JSONDecoder()
    at = text.find("[") + 1
    while at < len(text):
        at += 1 if text[at] in ", " else 0
        try:
            record, at = decoder.raw_decode(text, at)
        except ValueError:
            return
        if isinstance(record, dict):
            yield record


def lines(consumer):
    """What the consumer saw, members in another order than in the log file."""
    out = io.StringIO()
    for record in consumer.seen:
        out.write(json.dumps(dict(reversed(list(record.items())))) + "\n")
    return out.getvalue()
