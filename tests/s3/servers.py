"""Real S3 servers, and a few broken ones, each on a free loopback port with a folder of its own."""

import base64
import contextlib
import http.client
import json
import os
import shutil
import socket
import ssl
import subprocess
import threading
import time

import boto3
import botocore.config
import botocore.exceptions

KEY_ID = "beantrailtest"
SECRET = "not-a-secret-0123456789"
REGION = "us-east-1"
START_SECONDS = 60


# What boto3 throws when a server says no.
WRONG = (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def client(url):
    """The independent client: botocore's own signer, path style, no retries to hide behind."""
    return boto3.client(
        "s3", endpoint_url=url, region_name=REGION, aws_access_key_id=KEY_ID,
        aws_secret_access_key=SECRET,
        config=botocore.config.Config(
            s3={"addressing_style": "path"}, retries={"max_attempts": 1}, connect_timeout=5,
            read_timeout=30, request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )


def has_user_xattrs(folder):
    try:
        os.setxattr(folder, "user.beantrail", b"1")
    except OSError:
        return False
    return True


def minio_command(folder, port):
    environment = {
        "MINIO_ROOT_USER": KEY_ID, "MINIO_ROOT_PASSWORD": SECRET, "MINIO_BROWSER": "off",
        "MINIO_CI_CD": "1",  # lets it use a folder of the root disk
        "MINIO_KMS_SECRET_KEY": "trail-key:" + base64.b64encode(bytes(range(32))).decode(),
    }
    command = [os.environ["MINIO"], "server", "--quiet", "--address", f"127.0.0.1:{port}", folder]
    return command, environment


def versitygw_command(folder, port):
    environment = {"ROOT_ACCESS_KEY_ID": KEY_ID, "ROOT_SECRET_ACCESS_KEY": SECRET}
    command = [os.environ["VERSITYGW"], "--keep-alive", "--port",
               f"127.0.0.1:{port}", "posix"]
    if not has_user_xattrs(folder):
        beside = folder + ".meta"
        os.mkdir(beside)
        command += ["--sidecar", beside]
    return command + [folder], environment


def moto_command(folder, port):
    """Authentication is off until keys exist: see moto_keys."""
    del folder
    program = shutil.which("moto_server")
    return [program, "-H", "127.0.0.1", "-p", str(port)], {"INITIAL_NO_AUTH_ACTION_COUNT": "inf"}


def moto_keys(url):
    """Make a user who may do everything, and have signatures and tokens checked from now on."""
    iam = boto3.client("iam", endpoint_url=url, region_name=REGION, aws_access_key_id="x",
                       aws_secret_access_key="x")
    policy = json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "*", "Resource": "*"}]})
    trust = json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]})
    iam.create_user(UserName="tests")
    iam.put_user_policy(UserName="tests", PolicyName="all", PolicyDocument=policy)
    iam.create_role(RoleName="tests", AssumeRolePolicyDocument=trust)
    iam.put_role_policy(RoleName="tests", PolicyName="all", PolicyDocument=policy)
    keys = iam.create_access_key(UserName="tests")["AccessKey"]
    link = http.client.HTTPConnection(url.rsplit("/", 1)[1])
    link.request("POST", "/moto-api/reset-auth", "0")
    link.getresponse().read()
    link.close()
    return keys["AccessKeyId"], keys["SecretAccessKey"]


def s3proxy_command(folder, port):
    path = folder + ".properties"
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"s3proxy.endpoint=http://127.0.0.1:{port}\n"
                   "s3proxy.authorization=aws-v2-or-v4\n"
                   f"s3proxy.identity={KEY_ID}\ns3proxy.credential={SECRET}\n"
                   "jclouds.provider=filesystem-nio2\n"
                   f"jclouds.identity={KEY_ID}\njclouds.credential={SECRET}\n"
                   f"jclouds.filesystem.basedir={folder}\n")
    return [os.environ["S3PROXY"], "--properties", path], {}


def seaweedfs_command(folder, port):
    path = folder + ".json"
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"identities": [{
            "name": "tests", "credentials": [{"accessKey": KEY_ID, "secretKey": SECRET}],
            "actions": ["Admin", "Read", "Write", "List", "Tagging"]}]}, file)
    ports = {name: str(free_port()) for name in ("master", "volume", "filer")}
    grpc = {name + ".grpc": str(free_port()) for name in ports}
    words = [f"-{name}.port{'.grpc' if grpc_ else ''}={number}"
             for grpc_, group in ((False, ports), (True, grpc))
             for name, number in ((key.removesuffix(".grpc"), value) for key, value in group.items())]
    return [os.environ["SEAWEEDFS"], "server", f"-dir={folder}", "-ip=127.0.0.1",
            "-ip.bind=127.0.0.1", "-filer", "-s3", f"-s3.port={port}",
            f"-s3.port.grpc={free_port()}", f"-s3.config={path}", "-volume.max=400",
            "-master.volumeSizeLimitMB=64", *words], {}


COMMANDS = {"minio": minio_command, "versitygw": versitygw_command, "moto": moto_command,
            "s3proxy": s3proxy_command, "seaweedfs": seaweedfs_command}
OPTIONAL = ("s3proxy", "seaweedfs")


def missing(name):
    """Why the server cannot be run here, or None."""
    program = shutil.which("moto_server") if name == "moto" else os.environ.get(name.upper(), "")
    if program and os.access(program, os.X_OK):
        return None
    return f"no {name} ({program or 'not named'}): scripts/test gets one, or name one in " \
           f"${name.upper()}"


@contextlib.contextmanager
def running(name, scratch):
    """Start the server `name`; its URL. KEY_ID and SECRET are then its."""
    global KEY_ID, SECRET  # pylint: disable=global-statement
    if missing(name) is not None:
        raise RuntimeError(missing(name))
    before = KEY_ID, SECRET
    folder = os.path.join(scratch, name)
    os.mkdir(folder)
    port = free_port()
    command, environment = COMMANDS[name](folder, port)
    environment.update(PATH=os.environ["PATH"], HOME=scratch, LC_ALL="C.UTF-8")
    log_path = os.path.join(scratch, name + ".log")
    with open(log_path, "wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log,
                                   stdin=subprocess.DEVNULL, cwd=scratch)
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                client(url).list_buckets()
                break
            except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
                if process.poll() is not None or time.monotonic() > deadline:
                    with open(log_path, encoding="utf-8", errors="replace") as log:
                        raise RuntimeError(f"{name} did not start: {error}\n{log.read()}") from error
                time.sleep(0.2)
        if name == "moto":
            KEY_ID, SECRET = moto_keys(url)
        yield url
    finally:
        KEY_ID, SECRET = before
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Toxiproxy:
    """A network that can be made bad: Toxiproxy, steered through its HTTP interface."""

    def __init__(self, scratch):
        program = os.environ.get("TOXIPROXY", "")
        if not os.access(program, os.X_OK):
            raise RuntimeError(f"no toxiproxy ({program or 'not named'}): scripts/test gets one, "
                               "or name one in $TOXIPROXY")
        self.port, self.log = free_port(), open(os.path.join(scratch, "toxiproxy.log"), "wb")
        self.process = subprocess.Popen(
            [program, "-host", "127.0.0.1", "-port", str(self.port)], stdout=self.log,
            stderr=self.log, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                self.say("GET", "/version")
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def say(self, method, path, **body):
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        link.request(method, path, json.dumps(body) if body else None,
                     {"Content-Type": "application/json"})
        answer = link.getresponse()
        text = answer.read().decode()
        link.close()
        if answer.status >= 300:
            raise RuntimeError(f"toxiproxy: {method} {path}: {answer.status} {text}")

    def lead(self, name, url):
        """A way to url; its own URL."""
        port = free_port()
        self.say("POST", "/proxies", name=name, listen=f"127.0.0.1:{port}",
                 upstream=url.rsplit("/", 1)[1], enabled=True)
        return f"http://127.0.0.1:{port}"

    def enable(self, name, enabled):
        self.say("POST", f"/proxies/{name}", enabled=enabled)

    def poison(self, name, kind, stream, toxicity=1.0, **attributes):
        self.say("POST", f"/proxies/{name}/toxics", name=f"{kind}-{stream}", type=kind,
                 stream=stream, toxicity=toxicity, attributes=attributes)

    def cure(self, name, kind, stream):
        self.say("DELETE", f"/proxies/{name}/toxics/{kind}-{stream}")

    def close(self):
        self.process.terminate()
        self.process.wait(10)
        self.log.close()


class Counter:
    """A TCP proxy that counts the connections made through it."""

    def __init__(self, url):
        host, port = url.rsplit("/", 1)[1].split(":")
        self.target = (host, int(port))
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.connections = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            far = socket.create_connection(self.target)
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self._copy, args=(source, sink), daemon=True).start()

    @staticmethod
    def _copy(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def close(self):
        self.listener.close()


@contextlib.contextmanager
def self_signed(scratch):
    """A TLS server whose certificate nobody vouches for; its URL."""
    key, certificate = (os.path.join(scratch, name) for name in ("tls.key", "tls.crt"))
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out",
         certificate, "-days", "2", "-subj", "/CN=localhost", "-addext",
         "subjectAltName=IP:127.0.0.1"],
        check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    listener = socket.create_server(("127.0.0.1", 0))

    def accept():
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            with contextlib.suppress(OSError):
                context.wrap_socket(near, server_side=True).close()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.close()
