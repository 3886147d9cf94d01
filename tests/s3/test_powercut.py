"""What a power cut leaves of a directory, told from the order of the system calls: a name has its
bytes or does not exist, and after exit 0 all names and bytes are on the disk.

usage: test_powercut.py     with BEANTRAIL in the environment; leaves itself out without strace
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from test_kills import files_of, make_tree

PROGRAM = os.environ["BEANTRAIL"]
CALLS = ("mkdir,mkdirat,openat,write,writev,pwrite64,fsync,fdatasync,syncfs,sync,rename,renameat,"
         "renameat2,link,linkat,unlink,unlinkat,exit_group")
# LeakSanitizer cannot work beside a tracer.
ENVIRONMENT = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "ASAN_OPTIONS": "detect_leaks=0"}


class Disk:
    """What the calls so far have made durable; paths are absolute."""

    def __init__(self):
        self.dirty_bytes = set()  # files written to and not synchronised since
        self.dirty_names = {}  # a name that is new: the folder to be synchronised
        self.given = []  # final names, in order

    def sync_all(self):
        self.dirty_bytes.clear()
        self.dirty_names.clear()

    def sync(self, path):
        self.dirty_bytes.discard(path)
        for name in [name for name, folder in self.dirty_names.items() if folder == path]:
            del self.dirty_names[name]

    def made(self, path):
        self.dirty_names[path] = os.path.dirname(path)

    def renamed(self, old, new):
        if old in self.dirty_bytes:
            raise AssertionError(f"{new} gets its name before its bytes are on the disk")
        self.dirty_names.pop(old, None)
        self.made(new)
        self.given.append(new)


AT = r'(?:AT_FDCWD<(?P<{0}cwd>[^>]*)>|\d+<(?P<{0}fd>[^>]*)>)'
RENAME = re.compile(r"renameat2?\(" + AT.format("a") + r', "([^"]*)", ' + AT.format("b")
                    + r', "([^"]*)"')
MKDIR = re.compile(r'mkdir\("([^"]*)"|mkdirat\(' + AT.format("a") + r', "([^"]*)"')
OPEN = re.compile(r"openat\(" + AT.format("a") + r', "([^"]*)", ([A-Z_|]*)')
ON_FD = re.compile(r"(write|writev|pwrite64|fsync|fdatasync|syncfs)\(\d+<([^>]*)>")


def follow(trace, root):
    """Play the calls that went well; the disk at the end."""
    disk = Disk()
    for line in trace:
        call = line.split(None, 1)[1] if " " in line else ""
        if " = -1 " in call or "= ?" in call:
            continue
        if found := MKDIR.match(call):
            folder = found["acwd"] or found["afd"] or os.getcwd()
            disk.made(os.path.normpath(os.path.join(folder, found[1] or found[4])))
        elif (found := OPEN.match(call)) and "O_CREAT" in found[4]:
            disk.made(os.path.normpath(os.path.join(found["acwd"] or found["afd"], found[3])))
        elif found := RENAME.match(call):
            disk.renamed(os.path.normpath(os.path.join(found["acwd"] or found["afd"], found[3])),
                         os.path.normpath(os.path.join(found["bcwd"] or found["bfd"], found[6])))
        elif found := ON_FD.match(call):
            name, path = found.groups()
            if name == "syncfs":
                disk.sync_all()
            elif name in ("fsync", "fdatasync"):
                disk.sync(path)
            elif path.startswith(root):
                disk.dirty_bytes.add(path)
        elif call.startswith(("rename(", "link")):
            raise AssertionError(f"not followed: {call}")
    return disk


def traced(scratch, source, copy, *words):
    path = os.path.join(scratch, "trace")
    result = subprocess.run(
        ["strace", "-f", "-y", "-s", "4096", "-e", "trace=" + CALLS, "-o", path, PROGRAM, "replay",
         source, "--to", copy, "--quiet", *words], env=ENVIRONMENT, capture_output=True, text=True,
        timeout=300, check=False)
    if result.returncode != 0:
        raise AssertionError(f"exit {result.returncode}: {result.stderr}")
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read().splitlines()


def kept(disk):
    if disk.dirty_bytes or disk.dirty_names:
        raise AssertionError(f"exit 0, yet not on the disk: {sorted(disk.dirty_bytes)[:3]} "
                             f"{sorted(disk.dirty_names)[:3]}")


def story(scratch, files, *words):
    """A new tree: each name after its bytes, everything written through in the end."""
    source, copy = (os.path.join(scratch, f"{word}-{files}") for word in ("source", "copy/of"))
    tree = make_tree(source, files)
    disk = follow(traced(scratch, source, copy, *words), copy)
    kept(disk)
    if files_of(copy) != tree or len(disk.given) != files:
        raise AssertionError(f"{len(disk.given)} names were given")
    return f"{files} files"


def resumed(scratch):
    """What a killed run had named counts only once this run has written it through."""
    source, copy = os.path.join(scratch, "source-k"), os.path.join(scratch, "copy-k")
    tree = make_tree(source, 400)
    with subprocess.Popen([PROGRAM, "replay", source, "--to", copy, "--quiet", "--rate", "400/s"],
                          env=ENVIRONMENT) as process:
        time.sleep(0.5)
        process.send_signal(signal.SIGKILL)
    there = {os.path.join(copy, key) for key in files_of(copy) if key in tree}
    trace = traced(scratch, source, copy, "--resume")
    last = max((i for i, line in enumerate(trace) if "syncfs(" in line), default=-1)
    if there and last < 0:
        raise AssertionError(f"{len(there)} names of a killed run were never written through")
    kept(follow(trace, copy))
    if files_of(copy) != tree:
        raise AssertionError("the copy differs")
    return f"{len(there)} of {len(tree)} were there"


def main():
    tried = subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True, text=True,
                           check=False) if shutil.which("strace") else None
    if tried is None or tried.returncode != 0:
        print(f"LEFT OUT: {tried.stderr.strip() if tried else 'no strace here'}")
        return 77
    failures = 0
    rows = {"few files, each synchronised": lambda s: story(s, 3),
            "many files, in groups": lambda s: story(s, 700),
            "files one by one": lambda s: story(s, 20, "--rate", "50/s"),
            "resumed after a kill": resumed}
    with tempfile.TemporaryDirectory(prefix="beantrail-powercut.") as scratch:
        for name, row in rows.items():
            try:
                print(f"ok   {name}: {row(scratch)}", flush=True)
            except AssertionError as error:
                print(f"FAIL {name}: {error}", flush=True)
                failures += 1
    print(f"{len(rows) - failures} passed, {failures} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
