"""peers.py - what a user would pick instead, run on the same machine: records and bytes a second

Each peer is a function that gives (records, text bytes, seconds) or raises child.Failed with the
reason why it could not be had.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile

import child

HERE = os.path.dirname(os.path.abspath(__file__))

FLOG = ("github.com/mingrammer/flog", "v0.4.3")
ELASTIC = ("github.com/elastic/elastic-integration-corpus-generator-tool", "v0.10.0")

NAIVE_RECORDS = 40000
FLOG_RECORDS = 500000
ELASTIC_RECORDS = 500000


def go_program(module, version, cache):
    """The command that the module builds: from PATH, from an earlier build, or built now."""
    name = module.rsplit("/", maxsplit=1)[1]
    built = os.path.join(cache, "bin", name)
    found = shutil.which(name) or (built if os.path.exists(built) else None)
    if found:
        return found
    if shutil.which("go") is None:
        raise child.Failed("not installed: no Go here to build it with")
    # go install asks for the newest version too, even when told another, and a registry that holds
    # only some versions then refuses. A module that requires the one asks for nothing else.
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "go.mod"), "w", encoding="utf-8") as out:
            out.write(f"module peer\n\ngo 1.22\n\nrequire {module} {version}\n")
        done = subprocess.run(["go", "build", "-mod=mod", "-o", built, module], cwd=folder,
                              capture_output=True, text=True, check=False)
    if done.returncode != 0:
        # The registry's address is nobody's business.
        reason = re.sub(r"\S*https?://\S+", "", done.stderr.strip().splitlines()[-1]).strip()
        raise child.Failed(f"not installed: {module} {version}: {reason}")
    return built


def flog(work, cache):
    program = go_program(*FLOG, cache)
    out = os.path.join(work, "flog.log")
    cost = child.run([program, "-f", "json", "-n", str(FLOG_RECORDS), "-t", "log", "-w", "-o", out])
    return FLOG_RECORDS, os.path.getsize(out), cost.cpu_s


def elastic(work, cache):
    program = go_program(*ELASTIC, cache)
    env = dict(os.environ, XDG_DATA_HOME=work)
    files = [os.path.join(HERE, "elastic", name) for name in ("record.tpl", "fields.yml")]
    cost = child.run([program, "generate-with-template", *files, "-t", str(ELASTIC_RECORDS), "-y",
                      "placeholder", "-c", os.path.join(HERE, "elastic", "config.yml")], env=env)
    out = cost.output.decode().partition("File generated: ")[2].strip()
    if not os.path.exists(out):
        raise child.Failed("ran, but left no corpus")
    return ELASTIC_RECORDS, os.path.getsize(out), cost.cpu_s


def naive(work, _cache, python=sys.executable, options=()):
    cost = child.run([python, os.path.join(HERE, "naive.py"), str(NAIVE_RECORDS), work, *options])
    made = cost.summary()
    return made["records"], made["textBytes"], cost.cpu_s


def faker(work, cache):
    """The same with Faker's values, in an environment of its own."""
    venv = os.path.join(cache, "venv-faker")
    python = os.path.join(venv, "bin", "python")
    if not os.path.exists(os.path.join(venv, "ready")):
        steps = [[sys.executable, "-m", "venv", "--clear", venv],
                 [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
                  "faker==40.54.0"]]
        for step in steps:
            if subprocess.run(step, capture_output=True, check=False).returncode != 0:
                raise child.Failed("not installed: pip could not bring faker")
        with open(os.path.join(venv, "ready"), "w", encoding="utf-8"):
            pass
    return naive(work, cache, python, ["--faker"])


PEERS = [
    ("a Python script (json, gzip)", naive),
    ("a Python script with Faker", faker),
    ("flog, JSON, no gzip", flog),
    ("Elastic's corpus generator, no gzip", elastic),
]
