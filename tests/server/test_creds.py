"""Credentials come from a process, a container's or an instance's endpoint, and are renewed; requests
go through a proxy; the headers of PUTs are what was asked for.

usage: test_creds.py     with BEANTRAIL in the environment
"""

import base64
import hashlib
import http.client
import http.server
import json
import os
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
import zlib

import scripted
from test_faults import PREFIX, arrived, fault, make_tree

PROGRAM = os.environ["BEANTRAIL"]
PATIENCE_SECONDS = 60


class Endpoint(http.server.ThreadingHTTPServer):
    """Hands out credentials as containers' and instances' endpoints do."""

    def __init__(self, token="container token"):
        self.asked, self.given, self.token = [], 0, token
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def keys(self):
        self.given += 1
        return json.dumps({"Code": "Success", "AccessKeyId": scripted.KEY_ID,
                           "SecretAccessKey": scripted.SECRET, "Token": f"session/{self.given}",
                           "Expiration": "2035-01-01T00:00:00Z"})


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *words):
        pass

    def say(self, text, status=200):
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def do_PUT(self):
        self.server.asked.append(f"PUT {self.path}")
        if (self.path != "/latest/api/token" or
                not self.headers.get("X-aws-ec2-metadata-token-ttl-seconds")):
            return self.say("", 400)
        return self.say("instance-token")

    def do_GET(self):
        self.server.asked.append(f"GET {self.path}")
        roles = "/latest/meta-data/iam/security-credentials/"
        if self.path == "/container":
            if self.headers.get("Authorization") != self.server.token:
                return self.say("", 401)
            return self.say(self.server.keys())
        if self.headers.get("X-aws-ec2-metadata-token") != "instance-token":
            return self.say("", 401)
        return self.say("a-role" if self.path == roles else self.server.keys())


class Proxy(http.server.ThreadingHTTPServer):
    """Sends everything to one server, whatever host was asked for."""

    def __init__(self, port):
        self.port, self.hosts = port, set()
        super().__init__(("127.0.0.1", 0), ProxyHandler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Tunnel:
    """A proxy that knows CONNECT and nothing else."""

    def __init__(self):
        self.asked = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            near, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(near,), daemon=True).start()

    def serve(self, near):
        reader = near.makefile("rb", buffering=0)
        method, place, _ = reader.readline().decode().split()
        while reader.readline() != b"\r\n":
            pass
        self.asked.append(place)
        if method != "CONNECT":
            near.sendall(b"HTTP/1.1 405 No\r\nContent-Length: 0\r\n\r\n")
            near.close()
            return
        host, port = place.rsplit(":", 1)
        far = socket.create_connection((host, int(port)))
        near.sendall(b"HTTP/1.1 200 Established\r\n\r\n")
        threading.Thread(target=self.copy, args=(far, near), daemon=True).start()
        self.copy(near, far)

    @staticmethod
    def copy(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass


class ProxyHandler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *words):
        pass

    def do_PUT(self):
        host, _, path = self.path.removeprefix("http://").partition("/")
        self.server.hosts.add(host)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        link = http.client.HTTPConnection("127.0.0.1", self.server.port)
        link.putrequest("PUT", "/" + path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            link.putheader(name, value)
        link.endheaders(body)
        answer = link.getresponse()
        text = answer.read()
        self.send_response(answer.status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


def replay(folder, url, *words, **environment):
    return subprocess.run(
        [PROGRAM, "replay", folder, "--to", f"s3://{scripted.BUCKET}/{PREFIX}", "--endpoint-url",
         url, "--quiet", *words],
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", "AWS_REGION": scripted.REGION,
             "AWS_EC2_METADATA_DISABLED": "true"} | environment,
        capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)


def delivers(folder, tree, *words, script=(), **environment):
    server = scripted.Server(script=script)
    try:
        result = replay(folder, server.url, *words, **environment)
        if result.returncode != 0 or result.stderr:
            fault(f"exit {result.returncode}: {result.stderr}")
        arrived(server, tree)
    finally:
        server.close()
    return server


def refuses(folder, says, **environment):
    result = replay(folder, "http://127.0.0.1:9", **environment)
    if result.returncode != 2 or says not in result.stderr or result.stderr.count("\n") != 1:
        fault(f"exit {result.returncode}: {result.stderr}")
    if scripted.SECRET in result.stderr:
        fault("the secret is told")
    return result.stderr.strip()


def tokens(server):
    return {headers.get("x-amz-security-token") for _, headers in server.stored.values()}


def test_a_container_with_a_token_file(folder, tree):
    endpoint = Endpoint()
    with tempfile.NamedTemporaryFile("w") as file:
        file.write(endpoint.token + "\n")
        file.flush()
        server = delivers(folder, tree, AWS_CONTAINER_CREDENTIALS_FULL_URI=endpoint.url + "/container",
                          AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=file.name,
                          http_proxy="http://127.0.0.1:9", no_proxy="127.0.0.1")
    if tokens(server) != {"session/1"} or endpoint.asked != ["GET /container"]:
        fault(f"{tokens(server)}, {endpoint.asked}")
    return "asked once"


def test_expired_keys_are_renewed(folder, tree):
    endpoint = Endpoint()
    scripted.ANSWERS["expired"] = ("400 Bad Request", "ExpiredToken", "")
    try:
        server = delivers(folder, tree, script=["accept"] * 5 + ["expired"],
                          AWS_CONTAINER_CREDENTIALS_FULL_URI=endpoint.url + "/container",
                          AWS_CONTAINER_AUTHORIZATION_TOKEN=endpoint.token)
    finally:
        del scripted.ANSWERS["expired"]
    if len(tokens(server)) < 2:
        fault(f"{tokens(server)}")
    return f"{endpoint.given} times asked"


def test_an_instance(folder, tree):
    endpoint = Endpoint()
    server = delivers(folder, tree, AWS_EC2_METADATA_DISABLED="false",
                      AWS_EC2_METADATA_SERVICE_ENDPOINT=endpoint.url)
    if tokens(server) != {"session/1"} or len(endpoint.asked) != 3:
        fault(f"{endpoint.asked}")
    return ", ".join(endpoint.asked)


def test_a_process(folder, tree):
    with tempfile.TemporaryDirectory() as home:
        program = os.path.join(home, "give keys")
        with open(program, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\n[ \"$1\" = 'two words' ] || exit 3\n"
                       f"echo '{json.dumps({'Version': 1, 'AccessKeyId': scripted.KEY_ID, 'SecretAccessKey': scripted.SECRET, 'SessionToken': 'of-a-process'})}'\n")
        os.chmod(program, stat.S_IRWXU)
        config = os.path.join(home, "config")

        def profile(command):
            with open(config, "w", encoding="utf-8") as file:
                file.write(f"[profile p]\ncredential_process = {command}\n")
            return {"AWS_CONFIG_FILE": config, "AWS_PROFILE": "p"}

        server = delivers(folder, tree, **profile(f'"{program}" "two words"'))
        if tokens(server) != {"of-a-process"}:
            fault(f"{tokens(server)}")
        refuses(folder, "ended with exit code 3", **profile(f'"{program}"'))
        refuses(folder, "cannot be started", **profile("/nonexistent/program"))
        refuses(folder, "is no command", **profile('"open'))
        return refuses(folder, "not JSON", **profile("echo " + scripted.SECRET))


def test_no_token_leaves_the_machine(folder, tree):
    del tree
    said = ""
    for url in ("http://example.com/x", "http://127.0.0.1@example.com/", "ftp://127.0.0.1/",
                "http://127.0.0.1.example.com/", "http://[::2]/"):
        said = refuses(folder, "must be https", AWS_CONTAINER_CREDENTIALS_FULL_URI=url)
    return said


def test_a_proxy(folder, tree):
    server = scripted.Server()
    proxy = Proxy(server.port)
    result = replay(folder, "http://store.example:9000", http_proxy=proxy.url,
                    AWS_ACCESS_KEY_ID=scripted.KEY_ID, AWS_SECRET_ACCESS_KEY=scripted.SECRET)
    server.close()
    if result.returncode != 0 or proxy.hosts != {"store.example:9000"}:
        fault(f"exit {result.returncode}: {result.stderr} {proxy.hosts}")
    arrived(server, tree)
    return "through http_proxy"


def test_a_tunnel_through_a_proxy(folder, tree):
    """https goes through CONNECT; a name in no_proxy does not."""
    keys = {"AWS_ACCESS_KEY_ID": scripted.KEY_ID, "AWS_SECRET_ACCESS_KEY": scripted.SECRET}
    with tempfile.TemporaryDirectory() as scratch:
        tls, authority = scripted.make_tls(scratch)
        server, proxy = scripted.Server(tls=tls), Tunnel()
        result = replay(folder, server.url, "--ca-bundle", authority, HTTPS_PROXY=proxy.url, **keys)
        asked = list(proxy.asked)
        server.close()
        if result.returncode != 0 or result.stderr or set(asked) != {f"127.0.0.1:{server.port}"}:
            fault(f"exit {result.returncode}: {result.stderr} {asked}")
        arrived(server, tree)
        server = scripted.Server(tls=tls)
        result = replay(folder, server.url, "--ca-bundle", authority, HTTPS_PROXY=proxy.url,
                        NO_PROXY="127.0.0.1", **keys)
        server.close()
        if result.returncode != 0 or result.stderr or proxy.asked != asked:
            fault(f"exit {result.returncode}: {result.stderr} {proxy.asked}")
        arrived(server, tree)
    return f"{len(asked)} tunnels, then none"


def test_a_private_authority(folder, tree):
    keys = {"AWS_ACCESS_KEY_ID": scripted.KEY_ID, "AWS_SECRET_ACCESS_KEY": scripted.SECRET}
    with tempfile.TemporaryDirectory() as scratch:
        tls, authority = scripted.make_tls(scratch)
        for words, settings in ((["--ca-bundle", authority], {}), ([], {"AWS_CA_BUNDLE": authority})):
            server = scripted.Server(tls=tls)
            result = replay(folder, server.url, *words, **keys, **settings)
            server.close()
            if result.returncode != 0 or result.stderr:
                fault(f"exit {result.returncode}: {result.stderr}")
            arrived(server, tree)
        server = scripted.Server(tls=tls)
        result = replay(folder, server.url, **keys)
        server.close()
        if result.returncode != 1 or "certificate is not trusted" not in result.stderr or \
                result.stderr.count("\n") != 1 or server.requests:
            fault(f"exit {result.returncode}: {result.stderr}")
    return "--ca-bundle and AWS_CA_BUNDLE; " + result.stderr.strip()


def test_profiles_in_the_shared_files(folder, tree):
    """Keys of one file, settings of the other; the command line goes before AWS_PROFILE."""
    with tempfile.TemporaryDirectory() as home:
        credentials, config = os.path.join(home, "credentials"), os.path.join(home, "config")
        files = {"AWS_SHARED_CREDENTIALS_FILE": credentials, "AWS_CONFIG_FILE": config}
        for words, settings, name in ((["--profile", "given"], {"AWS_PROFILE": "wrong"}, "given"),
                                      ([], {"AWS_PROFILE": "named"}, "named"), ([], {}, "default")):
            server = scripted.Server(region="eu-west-3")
            with open(credentials, "w", encoding="utf-8") as file:
                file.write(f"[wrong]\naws_access_key_id = x\naws_secret_access_key = y\n\n[{name}]\n"
                           f"aws_access_key_id={scripted.KEY_ID}\n"
                           f"aws_secret_access_key = {scripted.SECRET}\n"
                           f"aws_session_token = token/of+{name}=\n")
            with open(config, "w", encoding="utf-8") as file:
                title = name if name == "default" else f"profile {name}"
                file.write(f"# settings\n[{title}]\nregion = eu-west-3\n"
                           f"endpoint_url = {server.url}\n")
            result = subprocess.run(
                [PROGRAM, "replay", folder, "--to", f"s3://{scripted.BUCKET}/{PREFIX}", "--quiet",
                 *words], env={"PATH": os.environ["PATH"], "HOME": "/nonexistent"} | files | settings,
                capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)
            server.close()
            if result.returncode != 0 or result.stderr:
                fault(f"{name}: exit {result.returncode}: {result.stderr}")
            arrived(server, tree)
            if tokens(server) != {f"token/of+{name}="} or server.complaints:
                fault(f"{name}: {tokens(server)} {server.complaints[:2]}")
    return "by --profile, AWS_PROFILE and default, with region and endpoint"


def test_the_headers_of_a_put(folder, tree):
    keys = {"AWS_ACCESS_KEY_ID": scripted.KEY_ID, "AWS_SECRET_ACCESS_KEY": scripted.SECRET}
    sums = {
        "md5": ("content-md5", lambda body: hashlib.md5(body).digest()),
        "crc32": ("x-amz-checksum-crc32", lambda body: zlib.crc32(body).to_bytes(4, "big")),
        "sha256": ("x-amz-checksum-sha256", lambda body: hashlib.sha256(body).digest()),
    }
    for kind, (name, digest) in sums.items():
        server = delivers(folder, tree, "--checksum", kind, "--sse", "aws:kms:alias/trail",
                          "--if-none-match", "--acl", "bucket-owner-full-control", **keys)
        for body, headers in server.stored.values():
            got = {name: headers.get(name) for name in (
                "x-amz-server-side-encryption", "x-amz-server-side-encryption-aws-kms-key-id",
                "if-none-match", "x-amz-acl", name)}
            want = dict(zip(got, ("aws:kms", "alias/trail", "*", "bucket-owner-full-control",
                                  base64.b64encode(digest(body)).decode())))
            if got != want:
                fault(f"{got}, not {want}")
    return ", ".join(sums)


def main():
    failures = 0
    tests = [value for name, value in globals().items() if name.startswith("test_")
             and callable(value)]
    with tempfile.TemporaryDirectory(prefix="beantrail-creds.") as folder:
        tree = make_tree(folder, 40)
        for test in tests:
            began = time.monotonic()
            try:
                notes, verdict = test(folder, tree), "ok  "
            except (AssertionError, subprocess.TimeoutExpired) as error:
                notes, verdict = str(error), "FAIL"
                failures += 1
            print(f"{verdict} {test.__name__.removeprefix('test_')} "
                  f"({time.monotonic() - began:.1f} s): {notes}", flush=True)
    print(f"{len(tests) - failures} passed, {failures} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
