"""The walk in docs/scenarios.md from a blank page to an alert is walked.

usage: guide.py PROGRAM

Its blocks of JSON are written into the file that is spoken of, its commands are run in that order.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PART = re.compile(r"^## From a blank page to an alert\n(.*?)^## ", re.DOTALL | re.MULTILINE)
BLOCK = re.compile(r"^```(json|sh)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def run(commands, folder, path):
    result = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands], cwd=folder, env={**os.environ, "PATH": path},
        capture_output=True, text=True, timeout=120, check=False)
    if result.returncode != 0:
        raise AssertionError(f"exit {result.returncode}: {commands}\n{result.stderr}{result.stdout}")
    print(f"ok: {commands.strip()}")
    return result.stdout


def main(program):
    text = (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8")
    said = []
    with tempfile.TemporaryDirectory(prefix="beantrail-guide.") as name:
        folder = pathlib.Path(name)
        (folder / "beantrail").symlink_to(os.path.realpath(program))
        (folder / "tests").symlink_to(ROOT / "tests")
        path = f"{folder}:{os.environ['PATH']}"
        for kind, block in BLOCK.findall(PART.search(text).group(1)):
            if kind == "json":
                target = "rule.json" if "rule" in json.loads(block) else "mine.json"
                (folder / target).write_text(block, encoding="utf-8")
            else:
                said.append(run(block, folder, path))
    # The first rule finds attack and twin alike, the second the attack alone, with any seed.
    if [said[1].strip(), said[2], said[3].count("user/mailer")] != ["4", "", 2]:
        raise AssertionError(f"the rules say something else: {said[1:]}")
    if "user/inventory" in said[3]:
        raise AssertionError(f"with another seed the rule alerts on the twin: {said[3]}")
    print(f"{len(said)} passed, 0 failed")
    return 0 if said else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
