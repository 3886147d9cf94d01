"""An S3 server that misbehaves by script: it can refuse, drop, cut, stall, lie, and then accept.

It checks the signature and the payload hash of every PUT with code of its own, and keeps what it
accepted. One thread a connection, loopback only.
"""

import email.utils
import hashlib
import hmac
import os
import socket
import ssl
import struct
import subprocess
import threading
import time
import urllib.parse
import xml.sax.saxutils

KEY_ID, SECRET = "AKSCRIPTED", "a/secret+of=the-script"
BUCKET, REGION = "trails", "us-east-1"
PAGE = 50  # keys of a listing

# What can be done with a request: refuse it (status line, error code, further headers); see refuse.
ANSWERS = {
    "500": ("500 Internal Server Error", "InternalError", ""),
    "502": ("502 Bad Gateway", "", ""),
    "503": ("503 Slow Down", "SlowDown", ""),
    "503-plain": ("503 Service Unavailable", "", ""),
    "503-later": ("503 Service Unavailable", "ServiceUnavailable", "Retry-After: 1\r\n"),
    "503-never": ("503 Service Unavailable", "ServiceUnavailable", "Retry-After: -5\r\n"),
    "504": ("504 Gateway Timeout", "", ""),
    "400-timeout": ("400 Bad Request", "RequestTimeout", ""),
    "400-digest": ("400 Bad Request", "BadDigest", ""),
    "307": ("307 Temporary Redirect", "TemporaryRedirect", "Location: http://elsewhere.invalid/\r\n"),
    "307-nowhere": ("307 Temporary Redirect", "TemporaryRedirect", ""),
    "307-odd": ("307 Temporary Redirect", "", "Location: javascript:alert(1)//127.0.0.1\r\n"),
    "409": ("409 Conflict", "OperationAborted", ""),
    "429": ("429 Too Many Requests", "", ""),
    "200-error": ("200 OK", "InternalError", ""),
    "200-slow-down": ("200 OK", "SlowDown", ""),
}

# Or say so much that is no good answer, word for word, and hang up.
WORDS = {
    "nothing": b"",
    "empty": b"\r\n\r\n",
    "no-http": b"220 mail.example ESMTP\r\n",
    "binary": bytes(range(256)) * 4,
    "nul": b"HTTP/1.1 200 OK\0\r\nContent-Length\0: 0\r\n\r\n",
    "half": b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<Err",
    "half-status": b"HTTP/1.1 20",
    "half-head": b"HTTP/1.1 200 OK\r\n",
    "half-header": b"HTTP/1.1 200 OK\r\nETag: \"d41d8cd98f0",
    "half-chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1f\r\n<?xml",
    "length-word": b"HTTP/1.1 500 Oops\r\nContent-Length: banana\r\n\r\n",
    "length-below": b"HTTP/1.1 500 Oops\r\nContent-Length: -1\r\n\r\n",
    "length-twice": b"HTTP/1.1 500 Oops\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "length-huge": b"HTTP/1.1 500 Oops\r\nContent-Length: 99999999999999999999999\r\n\r\n",
    "chunk-word": b"HTTP/1.1 500 Oops\r\nTransfer-Encoding: chunked\r\n\r\nbanana\r\n",
    "only-continue": b"HTTP/1.1 100 Continue\r\n\r\n",
    "switches": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: telnet\r\n\r\n$ ",
    "status-0": b"HTTP/1.1 0 Nothing\r\nContent-Length: 0\r\n\r\n",
    "status-1000": b"HTTP/1.1 1000 Much\r\nContent-Length: 0\r\n\r\n",
    "huge-head": b"HTTP/1.1 200 OK\r\n" + b"X-Filler: 0123456789012345678901234\r\n" * 9000,
    "huge-line": b"HTTP/1.1 200 OK\r\nX-Filler: " + b"x" * 400_000,
    "bomb": b"HTTP/1.1 500 Oops\r\nContent-Length: 30000\r\n\r\n"
            + (b"<!DOCTYPE x [<!ENTITY a 'aaaa'>]><Error>" + b"<Code>" * 4990 + b"x" * 29960)[:30000],
}
# Or store it, and answer in a way that is right though odd.
ODD = {
    "continue": b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    "continues": b"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n" * 30
                 + b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    "line-feeds": b"HTTP/1.1 200 OK\nContent-Length: 0\n\n",
    "no-reason": b"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n",
    "chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "204": b"HTTP/1.1 204 No Content\r\n\r\n",
    "case": b"HTTP/1.1 200 ok\r\nCONTENT-length:0\r\ndAtE: yesterday\r\n\r\n",
    # What comes behind the answer belongs to no request.
    "more": b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 403 Forbidden\r\n"
            b"Content-Length: 40\r\n\r\n<Error><Code>AccessDenied</Code></Error>",
}
CLOSING = {
    "http-1.0": b"HTTP/1.0 200 OK\r\n\r\n",
    "close": b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    "to-the-end": b"HTTP/1.1 200 OK\r\n\r\n",
}
MANNERS = ("drop-early", "drop", "drop-stored", "half-stored", "early", "garbage", "html", "200-html",
           "endless", "stall", "drip", "reset")
FAULTS = (*ANSWERS, *WORDS, *MANNERS)


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


def make_tls(folder):
    """A server's TLS for 127.0.0.1, and the file of the private authority that vouches for it."""
    key, certificate = (os.path.join(folder, name) for name in ("tls.key", "tls.crt"))
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out",
         certificate, "-days", "2", "-subj", "/CN=127.0.0.1", "-addext",
         "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context, certificate


class Server:
    """Listens at once; url, stored (key: body, headers), requests, connections, complaints."""

    def __init__(self, script=(), then="accept", skew_seconds=0, region=REGION,
                 tls=None):
        self.script, self.then = list(script), then
        self.skew_seconds, self.region = skew_seconds, region
        self.stored, self.requests, self.connections, self.complaints = {}, 0, 0, []
        self.lock, self.ended = threading.Lock(), threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.tls = tls  # an ssl.SSLContext of a server
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
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
        self.ended.set()
        # shutdown, for close alone would leave the accepting thread in its call
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def step(self):
        with self.lock:
            self.requests += 1
            return self.script.pop(0) if self.script else self.then

    def serve(self, connection):
        if self.tls:
            try:
                connection = self.tls.wrap_socket(connection, server_side=True)
            except OSError:
                connection.close()
                return
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
        if step == "early":  # and the body is never read
            self.refuse(connection, "500 Internal Server Error", "InternalError", "")
            return False
        body = reader.read(int(headers.get("content-length", 0)))
        return self.answer(connection, step, first, headers, body)

    def answer(self, connection, step, first, headers, body):
        if step == "drop":
            return False
        if step == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return False
        if step == "hang":
            self.ended.wait()
            return False
        if step in WORDS:
            connection.sendall(WORDS[step])
            return False
        if step == "garbage":
            return self.send(connection, "500 Oops", b"<Error><Code>\xff\x00<<</Message>")
        if step == "html":
            return self.send(connection, "502 Bad Gateway", b"<html><h1>502</h1></html>")
        if step == "200-html":
            return self.send(connection, "200 OK", b"<html><h1>It works!</h1></html>")
        if step == "endless":
            connection.sendall(b"HTTP/1.1 500 Oops\r\nContent-Length: 999999999\r\n\r\n")
            for _ in range(40):
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
        if first[0] == "GET":
            return self.give(connection, key, first[1].partition("?")[2])
        with self.lock:
            if key in self.stored and self.stored[key][0] != body:
                self.complaints.append(f"{key}: other bytes than before")
            self.stored[key] = (body, headers)
        if step == "drop-stored":
            return False
        if step == "half-stored":
            connection.sendall(b"HTTP/1.1 200 OK\r\nETag: \"1")
            return False
        if step == "drip":
            for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n":
                connection.sendall(bytes([byte]))
                time.sleep(0.01)
            return True
        if step in ODD:
            connection.sendall(ODD[step])
            return True
        if step in CLOSING:
            connection.sendall(CLOSING[step])
            return False
        return self.send(connection, "200 OK", b"")

    def give(self, connection, key, query):
        """An object, or a page of the listing."""
        if key != f"/{BUCKET}":
            return self.send(connection, "200 OK", self.stored[key][0])
        asked = dict(urllib.parse.parse_qsl(query))
        keys = [key for key in sorted(self.stored) if key.startswith(asked.get("prefix", ""))
                and key > asked.get("continuation-token", "")]
        page = "".join(f"<Contents><Key>{xml.sax.saxutils.escape(key)}</Key><Size>"
                       f"{len(self.stored[key][0])}</Size></Contents>" for key in keys[:PAGE])
        more = len(keys) > PAGE
        token = f"<NextContinuationToken>{keys[PAGE - 1]}</NextContinuationToken>" if more else ""
        return self.send(connection, "200 OK",
                         f"<ListBucketResult><IsTruncated>{str(more).lower()}</IsTruncated>{token}"
                         f"{page}</ListBucketResult>".encode())

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
        elif not (target.startswith(f"/{BUCKET}/") or method == "GET"):
            fault = ("404 Not Found", "NoSuchBucket")
        elif headers.get("x-amz-content-sha256") != hashlib.sha256(body).hexdigest():
            fault = ("400 Bad Request", "XAmzContentSHA256Mismatch")
        elif method not in ("PUT", "GET") or "host" not in signed or "expect" in headers:
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
