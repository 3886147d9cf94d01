"""Consumers that wait for notifications get each log file's, when the file can be read.

usage: test_notify.py     with BEANTRAIL in the environment

moto is bucket and queue; the queue is asked through a door that checks signatures with botocore and
can misbehave. The consumer works while the replay runs: it knows of nothing but the messages.
"""

import gzip
import http.server
import json
import logging
import os
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

import boto3
import botocore.auth
import botocore.awsrequest
import botocore.credentials
from moto.server import ThreadedMotoServer

PROGRAM = os.environ["BEANTRAIL"]
KEY_ID, SECRET, REGION = "AKNOTIFY", "a/secret+of=the-test", "eu-west-1"
BUCKET, PREFIX, QUEUE = "trail-logs", "odd key +=~é", "trail"
PATIENCE_SECONDS = 60
FILES = 30


def fault(text):
    raise AssertionError(text)


class Door(http.server.BaseHTTPRequestHandler):
    """In front of the queue: forwards what is signed well, or answers as the script says."""

    script, complaints, batches, behind = [], [], 0, ""
    lock = threading.Lock()
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def signature(self, body):
        signed = self.headers["Authorization"].split("SignedHeaders=")[1].split(",")[0].split(";")
        request = botocore.awsrequest.AWSRequest(
            "POST", f"http://{self.headers['Host']}{self.path}",
            {name: self.headers[name] for name in signed}, body)
        request.context["timestamp"] = self.headers["X-Amz-Date"]
        auth = botocore.auth.SigV4Auth(
            botocore.credentials.Credentials(KEY_ID, SECRET), "sqs", REGION)
        return auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        kind = type(self)
        with kind.lock:
            if not self.headers["Authorization"].endswith(f"Signature={self.signature(body)}"):
                kind.complaints.append(self.headers["Authorization"])
            batch = self.headers["X-Amz-Target"] == "AmazonSQS.SendMessageBatch"
            kind.batches += batch
            step = kind.script.pop(0) if batch and kind.script else "forward"
        status, answer = 503, b"<html>busy</html>"
        if step in ("forward", "lost"):
            forward = urllib.request.Request(kind.behind + self.path, body, {
                name: self.headers[name] for name in ("Content-Type", "X-Amz-Target", "X-Amz-Date",
                                                      "Authorization")})
            try:
                with urllib.request.urlopen(forward) as reply:
                    status, answer = reply.status, reply.read()
            except urllib.error.HTTPError as error:
                status, answer = error.code, error.read()
        if step == "throttle":
            status, answer = 400, b'{"__type":"com.amazonaws.sqs#RequestThrottled","message":"slow"}'
        if step in ("lost", "drop"):
            self.close_connection = True
            return
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)


class Consumer(threading.Thread):
    """Follows the queue as consumers do; seen: key: how often."""

    def __init__(self, url, parse, read, poll):
        super().__init__(daemon=True)
        self.url, self.parse, self.read, self.poll = url, parse, read, poll
        self.seen, self.tests, self.messages, self.wrong = {}, 0, 0, []
        self.last = threading.Event()

    def take(self, text):
        self.messages += 1
        objects = self.parse(text)
        self.tests += objects is None
        for bucket, key, size in objects or ():
            self.seen[key] = self.seen.get(key, 0) + 1
            body = self.read(bucket, key)
            if size is not None and size != len(body):
                self.wrong.append(f"{key}: {len(body)} bytes, {size} told")
            json.loads(gzip.decompress(body))["Records"]

    def run(self):
        try:
            while True:
                ending = self.last.is_set()
                messages = self.poll(self.url)
                for text in messages:
                    self.take(text)
                if ending and not messages:
                    return
                if not messages:
                    time.sleep(0.05)  # one process has all the servers
        except Exception as error:  # whatever it is, the test must say it
            self.wrong.append(repr(error))

    def finish(self):
        self.last.set()
        self.join(PATIENCE_SECONDS)
        if self.wrong:
            fault(self.wrong[:3])


def of_s3(text):
    event = json.loads(text)
    if event.get("Event") == "s3:TestEvent":
        return None
    return [(record["s3"]["bucket"]["name"],
             urllib.parse.unquote_plus(record["s3"]["object"]["key"]),
             record["s3"]["object"]["size"]) for record in event["Records"]
            if record["eventName"].startswith("ObjectCreated:")]


def of_cloudtrail(text):
    if text == "CloudTrail validation message.":
        return None
    message = json.loads(text)
    return [(message["s3Bucket"], key, None) for key in message["s3ObjectKey"]]


def of_sns(inner):
    return lambda text: inner(json.loads(text)["Message"])


def of_eventbridge(text):
    detail = json.loads(text)["detail"]
    return [(detail["bucket"]["name"], detail["object"]["key"], detail["object"]["size"])]


FORMS = {"s3": of_s3, "sns-s3": of_sns(of_s3), "cloudtrail": of_cloudtrail,
         "sns-cloudtrail": of_sns(of_cloudtrail), "eventbridge": of_eventbridge}


class World:
    """A tree, a bucket, a queue."""

    def __init__(self, folder):
        self.folder = os.path.join(folder, "tree")
        self.keys = set()
        for index in range(FILES):
            odd = ("", "a b/", "c+d/", "e=f/", "~é/", "(g)'h%41/")[index % 6]
            key = f"AWSLogs/{odd}111122223333_CloudTrail_{index:03}.json.gz"
            path = os.path.join(self.folder, key)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(gzip.compress(
                    b'{"Records":[{"eventTime":"2026-03-02T10:01:%02dZ"}]}' % index, mtime=0))
            self.keys.add(key)
        self.moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self.moto.start()
        host, port = self.moto.get_host_and_port()
        Door.behind = f"http://{host}:{port}"
        self.door = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Door)
        threading.Thread(target=self.door.serve_forever, daemon=True).start()
        self.door_url = f"http://127.0.0.1:{self.door.server_port}"
        words = {"endpoint_url": Door.behind, "region_name": REGION, "aws_access_key_id": KEY_ID,
                 "aws_secret_access_key": SECRET}
        self.s3, self.sqs = boto3.client("s3", **words), boto3.client("sqs", **words)
        self.queue = self.sqs.create_queue(QueueName=QUEUE)["QueueUrl"]
        self.s3.create_bucket(Bucket=BUCKET,
                              CreateBucketConfiguration={"LocationConstraint": REGION})

    def close(self):
        self.door.shutdown()
        self.door.server_close()
        self.moto.stop()

    def empty(self):
        """Nothing in the bucket shall be what an earlier replay put."""
        for item in self.s3.list_objects_v2(Bucket=BUCKET).get("Contents", ()):
            self.s3.delete_object(Bucket=BUCKET, Key=item["Key"])

    def poll(self, url):
        got = self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=0)
        for message in got.get("Messages", ()):
            self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return [message["Body"] for message in got.get("Messages", ())]

    def consumer(self, parse, read=None):
        follower = Consumer(self.queue, parse, read or (
            lambda bucket, key: self.s3.get_object(Bucket=bucket, Key=key)["Body"].read()), self.poll)
        follower.start()
        return follower

    def environment(self):
        return {
            "PATH": os.environ["PATH"], "HOME": "/nonexistent", "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": KEY_ID, "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_ENDPOINT_URL_S3": Door.behind, "AWS_ENDPOINT_URL_SQS": self.door_url}

    def replay(self, to, notify, *words):
        return subprocess.run(
            [PROGRAM, "replay", self.folder, "--to", to, "--notify", notify, "--quiet", *words],
            env=self.environment(), capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)

    def want(self, prefix):
        return {f"{prefix}{key}": 1 for key in self.keys}


def well(result):
    if result.returncode != 0 or result.stdout or result.stderr:
        fault(f"exit {result.returncode}: {result.stdout}{result.stderr}")


def each_once(follower, want):
    if follower.seen != want:
        lost = want.keys() - follower.seen.keys()
        fault(f"{len(lost)} of {len(want)} not announced, "
              f"{sum(n > 1 for n in follower.seen.values())} more than once, "
              f"{len(follower.seen.keys() - want.keys())} unknown: {sorted(lost)[:2]}")


def each_form_tells_of_each_object_when_it_can_be_read(world):
    for form, parse in FORMS.items():
        world.empty()
        follower = world.consumer(parse)
        grouped = form != "eventbridge"
        well(world.replay(f"s3://{BUCKET}/{PREFIX}", f"sqs://{QUEUE}", "--notify-form", form,
                          *(("--notify-keys", "4") if grouped else ())))
        follower.finish()
        each_once(follower, world.want(f"{PREFIX}/"))
        if follower.tests != (form in ("s3", "sns-s3")):
            fault(f"{form}: {follower.tests} messages of setting up")
        if follower.messages - follower.tests < FILES // 4:
            fault(f"{form}: {follower.messages} messages")


def generated_files_are_announced_too(world):
    world.empty()
    follower = world.consumer(of_s3)
    result = subprocess.run(
        [PROGRAM, "gen", "quickstart", "--duration", "30m", "--to", f"s3://{BUCKET}", "--notify",
         f"sqs://{QUEUE}", "--json"], env=world.environment(), capture_output=True, text=True,
        timeout=PATIENCE_SECONDS, check=False)
    if result.returncode != 0:
        fault(f"exit {result.returncode}: {result.stderr}")
    follower.finish()
    want = {item["Key"]: 1 for item in world.s3.list_objects_v2(Bucket=BUCKET)["Contents"]}
    each_once(follower, want)
    if json.loads(result.stdout)["announced"] != {
            "files": len(want), "messages": len(want), "failed": 0}:
        fault(result.stdout)


def a_directory_is_announced_through_the_queues_url(world):
    with tempfile.TemporaryDirectory() as folder:
        def read(bucket, key):
            with open(os.path.join(folder, bucket, key), "rb") as file:
                return file.read()
        follower = world.consumer(of_s3, read)
        url = world.door_url + urllib.parse.urlparse(world.queue).path
        well(world.replay(os.path.join(folder, "my-logs"), url, "--rate", "100/s"))
        follower.finish()
        each_once(follower, world.want(""))


def what_is_there_is_announced_again_by_resume(world):
    world.empty()
    well(world.replay(f"s3://{BUCKET}", f"sqs://{QUEUE}"))
    while world.poll(world.queue):
        pass
    before = {item["Key"]: item["LastModified"]
              for item in world.s3.list_objects_v2(Bucket=BUCKET)["Contents"]}
    follower = world.consumer(of_s3)
    well(world.replay(f"s3://{BUCKET}", f"sqs://{QUEUE}", "--resume"))
    follower.finish()
    each_once(follower, world.want(""))
    after = {item["Key"]: item["LastModified"]
             for item in world.s3.list_objects_v2(Bucket=BUCKET)["Contents"]}
    if follower.tests or before != after:
        fault(f"{follower.tests} messages of setting up, or objects put again")


def a_queue_that_is_busy_gets_all_in_the_end(world):
    world.empty()
    Door.script[:] = ["busy", "throttle", "busy", "drop", "busy"]
    follower = world.consumer(of_s3)
    well(world.replay(f"s3://{BUCKET}", f"sqs://{QUEUE}"))
    follower.finish()
    if Door.script:
        fault(f"{Door.script} was never asked for")
    each_once(follower, world.want(""))


def a_lost_answer_costs_a_doubled_message_and_no_lost_one(world):
    world.empty()
    Door.script[:] = ["forward", "lost"]
    follower = world.consumer(of_s3)
    well(world.replay(f"s3://{BUCKET}", f"sqs://{QUEUE}"))
    follower.finish()
    if follower.seen.keys() != world.want("").keys() or max(follower.seen.values()) > 2:
        fault(follower.seen)


def no_queue_is_one_line_and_nothing_is_delivered(world):
    world.empty()
    for place in ("sqs://nothing", f"{world.door_url}/123456789012/nothing"):
        result = world.replay(f"s3://{BUCKET}", place)
        if (result.returncode != 1 or result.stderr.count("\n") != 1 or result.stdout or
                "there is no such queue" not in result.stderr):
            fault(f"exit {result.returncode}: {result.stdout}{result.stderr}")
    if world.s3.list_objects_v2(Bucket=BUCKET)["KeyCount"]:
        fault("objects were delivered")


def main():
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory(prefix="beantrail-notify.") as folder:
        world = World(folder)
        try:
            for story in (each_form_tells_of_each_object_when_it_can_be_read,
                          generated_files_are_announced_too,
                          a_directory_is_announced_through_the_queues_url,
                          what_is_there_is_announced_again_by_resume,
                          a_queue_that_is_busy_gets_all_in_the_end,
                          a_lost_answer_costs_a_doubled_message_and_no_lost_one,
                          no_queue_is_one_line_and_nothing_is_delivered):
                story(world)
                if Door.complaints:
                    fault(f"signed wrongly: {Door.complaints[:2]}")
                print(f"ok: {story.__name__.replace('_', ' ')}")
        finally:
            world.close()


if __name__ == "__main__":
    sys.exit(main())
