#!/usr/bin/env bash
# broken.sh - each check finds what it stands for: a good tree is broken in one way at a time
set -euo pipefail
: "${BEANTRAIL:?name the program in BEANTRAIL}"
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/beantrail-suspicious.XXXXXX")
trap 'rm -rf "$work"' EXIT

"$BEANTRAIL" gen quickstart --seed 1 --out "$work/good" --quiet >/dev/null
python "$here/broken.py" "$work/good"
