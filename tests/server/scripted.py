"""An S3 server that misbehaves by script: it can refuse, drop, cut, stall, lie, and then accept.

It checks the signature and the payload hash of every PUT with code of its own, and keeps what it
accepted. One thread a connection, loopback only.
"""

import email.utils
import hashlib
import hmac
import socket
import threading
import time
import urllib.parse

KEY_ID, SECRET = "AKSCRIPTED", "a/secret+of=the-script"
BUCKET, REGION = "trails", "us-east-1"

# What can be done with a request: (status line, error code, further headers), or a manner.
ANSWERS = {
    "500": ("500 Internal Server Error", "InternalError", ""),
    "503": ("503 Slow Down", "SlowDown", ""),
    "503-later": ("503 Service Unavailable", "ServiceUnavailable", "Retry-After: 1\r\n"),
    "400-timeout": ("400 Bad Request", "RequestTimeout", ""),
    "400-digest": ("400 Bad Request", "BadDigest", ""),
    "307": ("307 Temporary Redirect", "TemporaryRedirect", "Location: http://elsewhere.invalid/\r\n"),
    "409": ("409 Conflict", "OperationAborted", ""),
    "429": ("429 Too Many Requests", "", ""),
}
MANNERS = ("drop-early", "drop", "drop-stored", "half", "garbage", "no-http", "html", "endless",
           "stall", "empty")


def canonical_query(query):
    pairs = urllib.parse.parse_qsl(query, keep_blank_values=True)
    quote = lambda text: urllib.parse.quote(text, safe="-_.~")
    return "&".join(sorted(f"{quote(name)}={quote(value)}" for name, value in pairs))


def signature(method, target, headers, signed, scope, when):
    """The signature that the request should carry, from AWS's description of Version 4."""
    path, _, query = target.partition("?")
    lines = "".join(f"{name}:{' '.join(headers[name].split())}\n" for name in signed)
    request = "\n".join((method, path, canonical_query(query), lines, ";".join(signed),
                         headers["x-amz-content-sha256"]))
    text = "\n".join(("AWS4-HMAC-SHA256", when, "/".join(scope),
                      hashlib.sha256(request.encode()).hexdigest()))
    key = ("AWS4" + SECRET).encode()
    for part in (*scope, text):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key.hex()


class Server:
    """Listens at once; url, stored (key: body, headers), requests, connections, complaints."""

    def __init__(self, script=(), then="accept", skew_seconds=0, region=REGION):
        self.script, self.then = list(script), then
        self.skew_seconds, self.region = skew_seconds, region
        self.stored, self.requests, self.connections, self.complaints = {}, 0, 0, []
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def close(self):
        # shutdown, for close alone would leave the accepting thread in its call
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def step(self):
        with self.lock:
            self.requests += 1
            return self.script.pop(0) if self.script else self.then

    def serve(self, connection):
        with connection, connection.makefile("rb") as reader:
            try:
                while self.one(connection, reader):
                    pass
            except OSError:
                pass

    def one(self, connection, reader):
        """Answer one request; whether the connection stays."""
        first = reader.readline().decode("latin-1").split()
        if len(first) != 3:
            return False
        headers = {}
        for line in iter(reader.readline, b"\r\n"):
            if not line:
                return False
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        step = self.step()
        if step == "drop-early":
            return False
        body = reader.read(int(headers.get("content-length", 0)))
        return self.answer(connection, step, first, headers, body)

    def answer(self, connection, step, first, headers, body):
        if step == "drop":
            return False
        if step == "empty":
            connection.sendall(b"\r\n\r\n")
            return False
        if step == "no-http":
            connection.sendall(b"220 mail.example ESMTP\r\n")
            return False
        if step == "half":
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<Err")
            return False
        if step == "garbage":
            return self.send(connection, "500 Oops", b"<Error><Code>\xff\x00<<</Message>")
        if step == "html":
            return self.send(connection, "502 Bad Gateway", b"<html><h1>502</h1></html>")
        if step == "endless":
            connection.sendall(b"HTTP/1.1 500 Oops\r\nContent-Length: 999999999\r\n\r\n")
            for _ in range(2000):
                connection.sendall(b"x" * 65536)
            return False
        if step == "stall":
            time.sleep(2)
            return self.send(connection, "500 Oops", b"")
        if step in ANSWERS:
            status, code, more = ANSWERS[step]
            return self.refuse(connection, status, code, more)
        fault = self.check(first, headers, body)
        if fault is not None:
            return self.refuse(connection, *fault)
        key = urllib.parse.unquote(first[1].split("?")[0]).removeprefix(f"/{BUCKET}/")
        with self.lock:
            if key in self.stored and self.stored[key][0] != body:
                self.complaints.append(f"{key}: other bytes than before")
            self.stored[key] = (body, headers)
        if step == "drop-stored":
            return False
        return self.send(connection, "200 OK", b"")

    def check(self, first, headers, body):
        """None, or the answer that S3 gives to what is wrong with the request."""
        method, target, _ = first
        words = dict(word.split("=", 1) for word in
                     headers.get("authorization", "").removeprefix("AWS4-HMAC-SHA256 ").split(", ")
                     if "=" in word)
        credential = words.get("Credential", "").split("/")
        signed, when = words.get("SignedHeaders", "").split(";"), headers.get("x-amz-date", "")
        fault = None
        if len(credential) != 5 or credential[0] != KEY_ID:
            fault = ("403 Forbidden", "InvalidAccessKeyId")
        elif credential[2] != self.region:
            return ("400 Bad Request", "AuthorizationHeaderMalformed", "",
                    f"<Region>{self.region}</Region>")
        elif words.get("Signature") != signature(method, target, headers, signed, credential[1:],
                                                 when):
            fault = ("403 Forbidden", "SignatureDoesNotMatch")
        elif abs(self.now() - email.utils.mktime_tz(
                (*time.strptime(when, "%Y%m%dT%H%M%SZ")[:9], 0))) > 900:
            return ("403 Forbidden", "RequestTimeTooSkewed")
        elif not target.startswith(f"/{BUCKET}/"):
            fault = ("404 Not Found", "NoSuchBucket")
        elif headers.get("x-amz-content-sha256") != hashlib.sha256(body).hexdigest():
            fault = ("400 Bad Request", "XAmzContentSHA256Mismatch")
        elif method != "PUT" or "host" not in signed or "expect" in headers:
            fault = ("400 Bad Request", "InvalidRequest")
        if fault is not None:
            self.complaints.append(f"{method} {target}: {fault[1]}")
        return fault

    def now(self):
        return time.time() + self.skew_seconds

    def refuse(self, connection, status, code, more="", inside=""):
        body = f'<?xml version="1.0"?><Error><Code>{code}</Code>{inside}</Error>' if code else ""
        return self.send(connection, status, body.encode(), more)

    def send(self, connection, status, body, more=""):
        date = email.utils.formatdate(self.now(), usegmt=True)
        connection.sendall(f"HTTP/1.1 {status}\r\nDate: {date}\r\n{more}"
                           f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
        return True
