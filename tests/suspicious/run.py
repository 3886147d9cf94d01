"""Run each check on each material, and report each by itself.

usage: run.py TREE...     generated trees
       run.py --samples   the real records that others published, where they are
"""

import argparse
import sys

import checks
import material as materials

SHOWN = 3
REASONS = {"bytes": "no file as delivered", "place": "no key", "order": "members not in delivered order",
           "ids": "identifiers rewritten", "keys": "identifiers rewritten", "whole": "an extract",
           "addresses": "addresses replaced", "times": "times or ids replaced",
           "shapes": "records changed by hand", "digests": "no digest files"}


def run(material):
    """The number of failed checks."""
    failed = 0
    print(f"== {material.name}" + (f" ({material.why})" if material.why else ""))
    for name, function in checks.CHECKS:
        lacks = sorted(checks.NEEDS[name] - material.has)
        if lacks:
            print(f"{name}: left out, {', '.join(REASONS[word] for word in lacks)}")
            continue
        findings = list(function(material))
        print(f"{name}: {'FAIL' if findings else 'ok'}")
        for finding in findings[:SHOWN]:
            print(f"    {finding}")
        if len(findings) > SHOWN:
            print(f"    and {len(findings) - SHOWN} more")
        failed += bool(findings)
    return failed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", action="store_true")
    parser.add_argument("tree", nargs="*")
    options = parser.parse_args()

    failed = ran = 0
    if options.samples:
        root = materials.samples_dir()
        if root is None:
            print("LEFT OUT: no samples of real trails here")
            return 0
        for material in materials.of_samples(root):
            ran += 1
            failed += run(material)
    for root in options.tree:
        ran += 1
        failed += run(materials.of_tree(root))
    print(f"suspicious: {len(checks.CHECKS)} checks on {ran} materials, {failed} failed")
    return 1 if failed or not ran else 0


if __name__ == "__main__":
    sys.exit(main())
