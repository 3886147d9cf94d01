#!/usr/bin/env bash
# broken.sh - the suspicious reader finds what is wrong: a good tree is broken in one way at a time
set -euo pipefail
: "${BEANTRAIL:?name the program in BEANTRAIL}"
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/beantrail-broken.XXXXXX")
trap 'rm -rf "$work"' EXIT

"$BEANTRAIL" gen quickstart --seed 1 --duration 2h --out "$work/good" --quiet
python "$here/broken.py" "$work/good"
