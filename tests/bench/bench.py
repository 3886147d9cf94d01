#!/usr/bin/env python3
"""bench.py - how fast, how large, how evenly: scripts/bench runs this

Every figure that depends on the machine stands beside another from the same minute, and the target
is their ratio. Prints a table and writes JSON. Exit 1 when a target is missed.
"""

import argparse
import datetime
import hashlib
import json
import os
import platform
import shutil
import sys
import tempfile

import accounts
import child
import instructions
import peers
import replay

MEGA = 1e6
MEMORY_MIB = 256
ROUNDS = 5
STARTS = 20
SHARDS = (2, 7, 64)
HOURS = (1, 4000)


class Bench:
    def __init__(self, options):
        self.program = os.path.join(options.build, "beantrail")
        self.tests = os.path.join(options.build, "tests", "bench")
        self.work, self.cache, self.options = options.work, options.cache, options
        self.rows = []

    def add(self, key, what, figure, unit, target=None, good=None):
        """One row; without a target it is only told."""
        self.rows.append({"key": key, "what": what, "figure": figure, "unit": unit,
                          "target": target, "good": good})
        verdict = {None: "", True: "ok", False: "MISSED"}[good]
        shown = f"{figure:.3g}" if isinstance(figure, float) else str(figure)
        print(f"{what:<58} {shown:>9} {unit:<12} {target or '':<12} {verdict}", flush=True)

    def at_least(self, key, what, figure, unit, least):
        self.add(key, what, figure, unit, f">= {least}", figure >= least)

    def at_most(self, key, what, figure, unit, most):
        self.add(key, what, figure, unit, f"<= {most}", figure <= most)

    def gen(self, scenario, *options):
        return [self.program, "gen", scenario, "--json", *options]

    def null(self, scenario, *options, jobs=1):
        return self.gen(scenario, "--to", "null:", "--jobs", str(jobs), *options)

    def path(self, name):
        return os.path.join(self.work, name)

    def tree(self, name, scenario, *options):
        """Make a trail in a folder of that name and return the folder."""
        folder = self.path(name)
        shutil.rmtree(folder, ignore_errors=True)
        child.run(self.gen(scenario, "--out", folder, *options))
        return folder

    def scenario(self, count, days):
        path = self.path(f"accounts-{count}-{days}.json")
        with open(path, "w", encoding="utf-8") as out:
            json.dump(accounts.scenario(count, days), out)
        return path

    def lines(self, scenario, *options):
        return child.run([self.program, "gen", scenario, "--quiet", "--out", "-", "--format",
                          "jsonl", *options]).output


def files_of(folder):
    """The manifest's lines about files: key, sizes and digests of each."""
    with open(os.path.join(folder, "manifest.json"), encoding="utf-8") as manifest:
        return {line.strip().rstrip(",") for line in manifest if line.startswith('{"key":')}


def compressor(b):
    """A run beside the compressor alone over the same bytes, one core."""
    window = ["--duration", "2h"]
    tree = b.tree("load", "load", *window)
    packed, trail, text = child.best(
        [[os.path.join(b.tests, "bench_gzip_alone"), tree, "1"], b.null("load", *window),
         b.null("load", "--format", "jsonl", *window)], ROUNDS)
    alone = packed.summary()
    # Of gzip_alone only the packing counts, and the best round of it.
    alone_s = min([alone["seconds"]] + [child.run(
        [os.path.join(b.tests, "bench_gzip_alone"), tree, "3"]).summary()["seconds"]])
    made, records = trail.summary(), trail.summary()["records"]
    assert (alone["textBytes"], alone["objectBytes"]) == (made["textBytes"], made["objectBytes"])
    b.add("gzip.alone", f"compressor alone ({alone['compressor']})",
          alone["textBytes"] / alone_s / MEGA, "MB/s")
    b.add("gen.gzip.speed", "load, gzip, null sink, one core", made["textBytes"] / trail.cpu_s / MEGA,
          "MB/s")
    b.add("gen.gzip.records", "  the same in records", records / trail.cpu_s / MEGA, "million/s")
    b.at_least("gen.gzip.ratio", "  the same against the compressor alone", alone_s / trail.cpu_s,
               "x", 0.75)
    b.at_least("gen.text.speed", "load without gzip", made["textBytes"] / text.cpu_s / MEGA, "MB/s",
               2000)
    b.add("gen.text.records", "  the same in records", records / text.cpu_s / MEGA, "million/s")
    b.add("gen.bytes", "text of a record", made["textBytes"] / records, "bytes")
    shutil.rmtree(tree)


def two_jobs(b):
    window = ["--duration", "4h"]
    one, two = child.best([b.null("load", *window), b.null("load", *window, jobs=2)], ROUNDS,
                          "wall_s")
    b.at_least("jobs.ratio", "two jobs against one, by the clock", one.wall_s / two.wall_s, "x", 1.8)
    same = {hashlib.sha256(b.lines("load", "--duration", "15m", "--jobs", str(jobs))).hexdigest()
            for jobs in (1, 2, 3)}
    b.at_most("jobs.same", "different outputs of 1, 2 and 3 jobs", len(same), "", 1)


def memory(b):
    counts = [10_000_000] + ([100_000_000] if b.options.long else [])
    for jobs in (1, 2):
        peaks = [child.run(b.null("load", "--records", str(n), jobs=jobs)).peak_mib for n in counts]
        for n, peak in zip(counts, peaks):
            b.at_most(f"memory.{jobs}.{n // 1_000_000}m",
                      f"peak memory, {n // 1_000_000} million records, jobs {jobs}", round(peak),
                      "MiB", MEMORY_MIB)
    large = b.scenario(1000, 365)
    plan = child.best([b.null(large, "--duration", "1s")], 3, "wall_s")[0]
    b.at_most("plan.load", "plan of 1000 accounts x 365 days", plan.wall_s, "s", 1)
    b.at_most("plan.memory", "  its peak memory", round(plan.peak_mib), "MiB", MEMORY_MIB)


def start(b):
    runs = [child.run(b.gen("quickstart", "--out", b.path(f"quickstart-{i}")))
            for i in range(STARTS)]
    b.at_most("quickstart.whole", "gen quickstart, the whole command",
              1000 * min(run.wall_s for run in runs), "ms", 100)
    b.add("quickstart.cpu", "  its processor time", 1000 * min(run.cpu_s for run in runs), "ms")
    first = min(child.first_byte_s([b.program, "gen", "quickstart", "--quiet", "--out", "-",
                                    "--format", "jsonl"]) for _ in range(STARTS))
    b.at_most("quickstart.first", "gen quickstart, start to first byte", 1000 * first, "ms", 30)


def shards(b):
    many = b.scenario(4, 16)
    whole = files_of(b.tree("whole", many))
    for n in SHARDS:
        parts = [files_of(b.tree("shard", many, "--shard", f"{i}/{n}")) for i in range(n)]
        union = set().union(*parts)
        exact = union == whole and sum(map(len, parts)) == len(whole)
        if not exact:
            print(f"{len(whole)} files in the whole, {len(union)} in {n} shards, of those "
                  f"{len(union - whole)} others, e.g. {min(union ^ whole, default='one twice')}")
        b.add(f"shards.{n}.same", f"{n} shards are the whole, byte for byte", str(exact).lower(), "",
              "true", exact)
    # A day of it: each process makes the plan for itself, and 64 plans show in less.
    all_s = child.run(b.null("load")).cpu_s
    for n in SHARDS:
        costs = [child.run(b.null("load", "--shard", f"{i}/{n}")).cpu_s for i in range(n)]
        b.at_most(f"shards.{n}.cost", f"  all {n} of them against one run", sum(costs) / all_s, "x",
                  1.25)


def windows(b):
    one = b.scenario(1, 170)
    begins = datetime.datetime(2026, 1, 5)

    def at(hour):
        return (begins + datetime.timedelta(hours=hour)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def window(hour, length):
        return ["--start", at(hour), "--duration", f"{length}h"]

    whole = set(b.lines(one).splitlines())
    hours = [set(b.lines(one, *window(hour, 1)).splitlines()) for hour in HOURS]
    b.at_most("window.foreign", f"records of hours {HOURS} alone that the whole lacks",
              sum(len(hour - whole) for hour in hours), "", 0)
    day = HOURS[1] // 24 * 24
    files = files_of(b.tree("day", one, *window(day, 24)))
    exact = files <= files_of(b.tree("days", one, *window(day - 48, 96)))
    b.add("window.same", "files of a day alone are those of four days", str(exact).lower(), "",
          "true", exact)
    # Two hundred accounts, so that there is something to measure.
    early, late = child.best([b.null(b.scenario(200, 170), *window(hour, 1)) for hour in HOURS],
                             ROUNDS)
    b.at_most("window.cost", f"hour {HOURS[1]} alone against hour {HOURS[0]}, each record",
              (late.cpu_s / late.summary()["records"]) / (early.cpu_s / early.summary()["records"]),
              "x", 1.25)


def directory(b):
    for name, scenario, options in (("large", "load", ["--duration", "30m"]),
                                    ("small", b.scenario(2, 2), [])):
        tree = b.tree("tree", scenario, *options)
        out = child.run([os.path.join(b.tests, "bench_sink_alone"), tree, b.path("sink"), "5"])
        made = out.summary()
        b.at_least(f"directory.{name}",
                   f"directory against bare writing, files of {made['bytes'] // made['files']} bytes",
                   made["bareSeconds"] / made["sinkSeconds"], "x", 0.8)


def count(b):
    if shutil.which("valgrind") is None:
        print("LEFT OUT: no valgrind here, instructions a record were not counted")
        return
    figures = instructions.measure(b.program)
    good = instructions.judge(figures)[1]
    for name, figure in figures.items():
        b.add(f"instructions.{name}", f"instructions a record, {name}", figure, "", "stored +-25%",
              good)


def others(b):
    ours = child.best([b.null("load", "--duration", "1h")], 2)[0]
    made = ours.summary()
    rate = made["records"] / ours.cpu_s
    b.add("peer.ours", "beantrail, load, gzip, one core", rate / 1000, "thousand/s")
    for number, (name, peer) in enumerate(peers.PEERS):
        folder = b.path(f"peer-{number}")
        os.makedirs(folder, exist_ok=True)
        try:
            records, text_bytes, seconds = peer(folder, b.cache)
        except child.Failed as reason:
            b.rows.append({"key": f"peer.{peer.__name__}", "what": name, "left_out": str(reason)})
            print(f"{name}: LEFT OUT, {reason}", flush=True)
            continue
        b.add(f"peer.{peer.__name__}", name, records / seconds / 1000, "thousand/s")
        b.add(f"peer.{peer.__name__}.speed", "  its text", text_bytes / seconds / MEGA, "MB/s")
        b.add(f"peer.{peer.__name__}.ratio", "  beantrail against it, records",
              rate / (records / seconds), "x")
        shutil.rmtree(folder)


PARTS = {"compressor": compressor, "jobs": two_jobs, "memory": memory, "start": start,
         "shards": shards, "windows": windows, "directory": directory, "instructions": count,
         "peers": others, **replay.PARTS}


def main():
    parser = argparse.ArgumentParser(description="measure beantrail")
    parser.add_argument("--build", required=True, help="folder of a Release build with tests")
    parser.add_argument("--cache", required=True, help="where what is installed once is kept")
    parser.add_argument("--json", default="build/bench.json", help="write the figures here")
    parser.add_argument("--long", action="store_true", help="100 million records too")
    parser.add_argument("parts", nargs="*", help=f"of {', '.join(PARTS)}; all of them when none")
    options = parser.parse_args()
    unknown = [part for part in options.parts if part not in PARTS]
    if unknown:
        parser.error(f"{unknown[0]} is none of {', '.join(PARTS)}")
    with tempfile.TemporaryDirectory(prefix="bench-", dir=options.build) as options.work:
        b = Bench(options)
        for name in options.parts or PARTS:
            PARTS[name](b)
    missed = [row["key"] for row in b.rows if row.get("good") is False]
    with open(options.json, "w", encoding="utf-8") as out:
        json.dump({"at": datetime.datetime.now(datetime.timezone.utc).isoformat("T", "seconds"),
                   "machine": platform.machine(), "cores": os.cpu_count(), "missed": missed,
                   "rows": b.rows}, out, indent=1)
        out.write("\n")
    print(f"\nfigures in {options.json}; missed: {', '.join(missed) or 'none'}")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
