"""test_deploy.py - the manifest is one that Kubernetes takes, and the container file has what we need

The Job is checked against Kubernetes' own JSON Schema, strictly: an unknown field is refused. No
container is built here; the packages that the file names are compared with what the project says
it needs and with what the program links to.
"""

import os
import re
import subprocess
import sys

import kubernetes_validate
import yaml

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# Indexed Jobs with backoffLimitPerIndex are settled since the first; the last is the newest known.
KUBERNETES = ("1.33", kubernetes_validate.latest_version())

# Debian's packages of the libraries that the program links to, by soname; libc is always there.
LIBRARIES = {
    "libcjson.so.1": "libcjson1",
    "libcurl.so.4": "libcurl4",
    "libcrypto.so.3": "libssl3",
    "libisal.so.2": "libisal2",
    "libz.so.1": "zlib1g",
}
ALWAYS = re.compile(r"^(libc|libm|libpthread|libasan|libubsan|libtsan|libgcc_s|ld-linux.*)\.so")


def text_of(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as file:
        return file.read()


def check_manifest():
    job = yaml.safe_load(text_of("deploy", "kubernetes-job.yaml"))
    for version in KUBERNETES:
        kubernetes_validate.validate(job, version, strict=True)
        print(f"ok: kubernetes-job.yaml is a Job of Kubernetes {version}")
    broken = dict(job, spec=dict(job["spec"], completionsMode="Indexed"))
    try:
        kubernetes_validate.validate(broken, KUBERNETES[0], strict=True)
    except kubernetes_validate.ValidationError:
        print("ok: a misspelt field is refused")
    else:
        sys.exit("a misspelt field passed: the check is blind")

    spec = job["spec"]
    args = spec["template"]["spec"]["containers"][0]["args"]
    shard = args[args.index("--shard") + 1]
    assert spec["completionMode"] == "Indexed"
    assert shard == f"auto/{spec['completions']}", f"{shard}, but {spec['completions']} completions"
    print(f"ok: --shard {shard} has as many parts as the Job has completions")
    return args


def check_arguments(program, args):
    """The program takes these arguments: it gets as far as missing the scenario's file."""
    env = {"JOB_COMPLETION_INDEX": "7", "PATH": os.environ["PATH"]}
    run = subprocess.run([program, *args], env=env, capture_output=True, text=True, check=False)
    assert run.returncode == 2 and "/scenario/scenario.json" in run.stderr, run.stderr
    print("ok: the program takes the Job's arguments")


def stages():
    """The packages that each stage of the container file installs."""
    stage = re.split(r"^FROM .*$", text_of("deploy", "Containerfile"), flags=re.MULTILINE)[1:]
    installs = [re.search(r"--no-install-recommends((?:\\\n|[^&\\\n])*)", part) for part in stage]
    return [set(found[1].replace("\\\n", " ").split()) for found in installs]


def check_packages(program):
    build, run = stages()
    table = re.search(r"PACKAGES_BUILD='\n(.*?)'", text_of("scripts", "lib", "packages.sh"), re.S)[1]
    wanted = {line.split()[0] for line in table.splitlines() if line}
    assert build == wanted, f"the first stage and packages.sh differ by {build ^ wanted}"
    print("ok: the first stage installs what packages.sh says")

    needed = subprocess.run(["readelf", "-d", program], capture_output=True, text=True, check=True)
    names = re.findall(r"NEEDED.*\[(.*)\]", needed.stdout)
    wanted = {LIBRARIES[name] for name in names if not ALWAYS.match(name)}
    assert run == wanted | {"ca-certificates"}, f"the second stage is off by {run ^ wanted}"
    print("ok: the second stage installs what the program links to")


if __name__ == "__main__":
    beantrail = os.environ["BEANTRAIL"]
    check_arguments(beantrail, check_manifest())
    check_packages(beantrail)
    print("LEFT OUT: no container was built and no cluster asked")
