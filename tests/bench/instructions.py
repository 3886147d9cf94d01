#!/usr/bin/env python3
"""instructions.py - how many instructions a record takes, counted by callgrind

usage: instructions.py [--build DIR | --program FILE] [--store]

Two runs over the same scenario, one longer, give the cost of a record without that of the start.
The figures are compared with instructions.json and may differ by a quarter: another compiler is
fine, a slip into the hot path is not. --store writes them there instead. Exit 77: no valgrind.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
STORED = os.path.join(HERE, "instructions.json")
WINDOWS = ("5m", "10m")
BOUND = 0.25
ROUNDED = 10

# What is counted: all of our own work, and the same with the compressor.
FORMATS = {"text": "jsonl", "gzip": "trail"}


def build(folder):
    quiet = {"check": True, "stdout": subprocess.DEVNULL}
    subprocess.run(["cmake", "-S", ROOT, "-B", folder, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
                    "-DBEANTRAIL_TESTS=OFF", "-DBEANTRAIL_SANITIZE="], **quiet)
    subprocess.run(["cmake", "--build", folder, "--target", "beantrail"], **quiet)
    return os.path.join(folder, "beantrail")


def count(program, window, output):
    """Instructions and records of one run under callgrind."""
    run = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", program, "gen", "load",
         "--to", "null:", "--jobs", "1", "--json", "--format", output, "--duration", window],
        capture_output=True, text=True, check=False)
    if run.returncode != 0:
        sys.exit(f"callgrind: exit {run.returncode}: {run.stderr[-2000:]}")
    counted = re.search(r"Collected\s*:\s*(\d+)", run.stderr)
    if counted is None:
        sys.exit(f"callgrind: no count in: {run.stderr[-2000:]}")
    return int(counted[1]), json.loads(run.stdout)["records"]


def measure(program):
    figures = {}
    for name, output in FORMATS.items():
        (short_n, short_records), (long_n, long_records) = (
            count(program, window, output) for window in WINDOWS)
        each = (long_n - short_n) / (long_records - short_records)
        figures[name] = round(each / ROUNDED) * ROUNDED
    return figures


def judge(figures):
    """Lines to print, and whether every figure is near the stored one."""
    with open(STORED, encoding="utf-8") as stored_file:
        stored = json.load(stored_file)["instructionsPerRecord"]
    lines, good = [], True
    for name, figure in figures.items():
        ratio = figure / stored[name]
        near = abs(ratio - 1) <= BOUND
        good = good and near
        hint = "" if near else (" TOO MANY: the hot path got slower" if ratio > 1 else
                                " FEWER than the bound: store the new figure with --store")
        lines.append(f"{name}: {figure} instructions a record, {stored[name]} stored{hint}")
    return lines, good


def main():
    parser = argparse.ArgumentParser(description="count instructions a record")
    parser.add_argument("--build", metavar="DIR", help="build the program there first")
    parser.add_argument("--program", metavar="FILE", help="count this one")
    parser.add_argument("--store", action="store_true", help="write instructions.json")
    options = parser.parse_args()
    if shutil.which("valgrind") is None:
        print("LEFT OUT: no valgrind here, instructions a record were not counted")
        sys.exit(77)
    program = options.program or build(options.build or os.path.join(ROOT, "build", "plain"))
    figures = measure(program)
    if options.store:
        with open(STORED, "w", encoding="utf-8") as out:
            json.dump({"scenario": "load", "windows": WINDOWS, "instructionsPerRecord": figures},
                      out, indent=2)
            out.write("\n")
    lines, good = judge(figures)
    print("\n".join(lines))
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
