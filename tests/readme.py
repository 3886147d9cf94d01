"""Every command that README.md shows is run, in the order in which it stands there.

usage: readme.py [--s3]     with BEANTRAIL in the environment; --s3: also those that need a bucket

Blocks fenced as ```sh are run in a folder that looks like a built checkout. The commands that set a
machine up (git clone, scripts/…) are not: CI and tests/cli/70-quickstart.sh run those.
"""

import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
SET_UP = re.compile(r"^(git clone|cd |\./scripts/).*\n", re.MULTILINE)
ENDPOINT = "127.0.0.1:9000"


def blocks(with_s3):
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
        text = file.read()
    for target in LINK.findall(text):
        if not os.path.exists(os.path.join(ROOT, target)):
            raise AssertionError(f"README.md points to {target}, which is not there")
    for block in BLOCK.findall(text):
        commands = SET_UP.sub("", block)
        if not commands.strip():
            continue
        if not with_s3 and ENDPOINT in commands:
            print(f"left to s3/readme: {commands.splitlines()[0]} ...")
            continue
        yield commands


def run(commands, folder, environment):
    result = subprocess.run(["bash", "-euo", "pipefail", "-c", commands], cwd=folder,
                            env=environment, capture_output=True, text=True, timeout=300,
                            stdin=subprocess.DEVNULL, check=False)
    if result.returncode != 0:
        raise AssertionError(f"exit {result.returncode}: {commands}\n{result.stderr[-2000:]}")
    print(f"ok: {commands.strip()}")


def checkout(folder):
    """A folder in which the README's paths mean something."""
    release = os.path.join(folder, "build", "release")
    os.makedirs(release)
    os.symlink(os.environ["BEANTRAIL"], os.path.join(release, "beantrail"))
    subprocess.run([os.environ["BEANTRAIL"], "gen", "quickstart", "--out", "./trail", "--quiet"],
                   cwd=folder, check=True)


def main():
    with_s3 = sys.argv[1:] == ["--s3"]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    ran = 0
    with tempfile.TemporaryDirectory(prefix="beantrail-readme.") as scratch:
        folder = os.path.join(scratch, "beantrail")
        checkout(folder)
        if not with_s3:
            for commands in blocks(with_s3):
                run(commands, folder, environment)
                ran += 1
        else:
            sys.path.insert(0, os.path.join(ROOT, "tests", "s3"))
            import servers  # pylint: disable=import-outside-toplevel,import-error

            with servers.running("minio", scratch) as url:
                servers.client(url).create_bucket(Bucket="my-trail")
                for commands in blocks(with_s3):
                    commands = (commands.replace(f"http://{ENDPOINT}", url)
                                .replace("AWS_ACCESS_KEY_ID=…", f"AWS_ACCESS_KEY_ID={servers.KEY_ID}")
                                .replace("AWS_SECRET_ACCESS_KEY=…",
                                         f"AWS_SECRET_ACCESS_KEY={servers.SECRET}"))
                    run(commands, folder, environment)
                    ran += 1
    print(f"{ran} passed, 0 failed")
    return 0 if ran else 1


if __name__ == "__main__":
    sys.exit(main())
