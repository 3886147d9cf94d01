"""child.py - run a program and say what it cost: processor seconds, wall seconds, peak memory"""

import json
import os
import subprocess
import time


class Failed(Exception):
    """The program did not end well; the text is its last line."""


class Cost:
    def __init__(self, cpu_s, wall_s, peak_mib, output):
        self.cpu_s, self.wall_s, self.peak_mib, self.output = cpu_s, wall_s, peak_mib, output

    def summary(self):
        return json.loads(self.output)


def run(command, cwd=None, env=None):
    """The cost of one run. Peak memory is never below Python's own, some 20 MiB: a child begins
    as a copy of it."""
    began = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=cwd,
                             env=env)
    output = child.stdout.read()
    complaint = child.stderr.read().decode(errors="replace").strip()
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.monotonic() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise Failed(f"{command[0]}: exit {child.returncode}: {complaint.splitlines()[-1:]}")
    return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024, output)


def best(commands, rounds, measure="cpu_s"):
    """Run the commands in turn, so that what else the machine does meets all of them; the best run
    of each counts."""
    kept = [None] * len(commands)
    for _ in range(rounds):
        for i, command in enumerate(commands):
            cost = run(command)
            if kept[i] is None or getattr(cost, measure) < getattr(kept[i], measure):
                kept[i] = cost
    return kept


def first_byte_s(command):
    began = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    child.stdout.read(1)
    took = time.monotonic() - began
    child.stdout.read()
    if child.wait() != 0:
        raise Failed(f"{command[0]}: exit {child.returncode}")
    return took
