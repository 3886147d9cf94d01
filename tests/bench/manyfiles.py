"""manyfiles.py - trees and listings of millions of log files, cheaply

A tree is made of links to a few files; a listing is made up page by page. Both look like CloudTrail's:
accounts, regions, days, a thousand files in a folder.
"""

import contextlib
import gzip
import hashlib
import http.server
import os
import subprocess
import threading
import urllib.parse

FOLDER = 1000
LINKS_MOST = 60000  # ext4 has 65000
PAGE = 1000
RECORD = ('{"Records":[{"eventVersion":"1.11","eventTime":"2026-01-05T00:01:00Z",'
          '"awsRegion":"us-east-1","recipientAccountId":"123456789012"}]}')
LISTING = ('<?xml version="1.0" encoding="UTF-8"?><ListBucketResult><Name>many</Name><Prefix></Prefix>'
           "<KeyCount>{n}</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>{more}</IsTruncated>{token}"
           "{contents}</ListBucketResult>")


def folder_of(number):
    """Folders in order of their keys: a month of days, ten regions, accounts."""
    day, rest = number % 28, number // 28
    region, account = rest % 10, 100000000000 + rest // 10
    return account, f"eu-test-{region}", f"202601{day + 1:02}"


def key_of(i):
    account, region, day = folder_of(i // FOLDER)
    n = i % FOLDER
    return (f"AWSLogs/{account}/CloudTrail/{region}/{day[:4]}/{day[4:6]}/{day[6:]}/"
            f"{account}_CloudTrail_{region}_{day}T{n // 42:02}{n % 12 * 5:02}Z_{i:016}.json.gz")


def tree(root, count):
    os.makedirs(root)
    bodies = os.path.join(root, ".bodies")
    os.makedirs(bodies)
    body = None
    for i in range(count):
        if i % LINKS_MOST == 0:
            body = os.path.join(bodies, str(i))
            with open(body, "wb") as out:
                out.write(gzip.compress(RECORD.encode(), 1, mtime=0))
        path = os.path.join(root, key_of(i))
        if i % FOLDER == 0:
            os.makedirs(os.path.dirname(path), exist_ok=True)
        os.link(body, path)


def remove(root):
    subprocess.run(["rm", "-rf", root], check=False)


class Lister(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    count = 0

    def do_GET(self):
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        first = int(query.get("continuation-token", ["0"])[0])
        last = min(first + PAGE, self.count)
        more = last < self.count
        contents = "".join(
            f"<Contents><Key>{key_of(i)}</Key><LastModified>2026-01-05T00:10:00.000Z</LastModified>"
            f"<ETag>&quot;{ETAG[:24]}{i:08x}&quot;</ETag><Size>300</Size></Contents>"
            for i in range(first, last))
        token = f"<NextContinuationToken>{last}</NextContinuationToken>" if more else ""
        page = LISTING.format(n=last - first, more=str(more).lower(), token=token,
                              contents=contents).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_):
        pass


ETAG = hashlib.sha256(b"many").hexdigest()


@contextlib.contextmanager
def listing(count):
    """A server that lists so many objects; its port."""
    handler = type("Handler", (Lister,), {"count": count})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
