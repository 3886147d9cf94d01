#!/usr/bin/env bash
# all.sh - every built-in scenario is generated and must not contradict itself
#
# usage: tests/with-tools tests/consistency/all.sh [SCENARIO...]     with BEANTRAIL in the environment
set -euo pipefail
: "${BEANTRAIL:?name the program in BEANTRAIL}"
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/beantrail-consistency.XXXXXX")
trap 'rm -rf "$work"' EXIT
failed=0

# Scenarios made for load, and long ones, are read from a part of them, one from more than its day.
limits() {
    case $1 in
    load*) echo --records 50000 ;;
    quarter-of-a-company) echo --duration 10d ;;
    identities) echo --duration 3d ;; # a session of each kind ends and another begins
    esac
}

# Scenarios that leave out the calls with which sessions begin.
checker_options() {
    if grep -Eq '^ *"fanOut": *false' <("$BEANTRAIL" scenarios "$1"); then
        echo --no-fan-out
    fi
}

if [ $# -gt 0 ]; then
    scenarios=("$@")
else
    mapfile -t scenarios < <("$BEANTRAIL" scenarios | awk '{ print $1 }')
fi
[ ${#scenarios[@]} -gt 0 ] || { echo 'no built-in scenario is listed'; exit 1; }

for scenario in "${scenarios[@]}"; do
    printf '== %s\n' "$scenario"
    tree=$work/$scenario
    read -ra words <<<"$(limits "$scenario")"
    "$BEANTRAIL" gen "$scenario" --seed 1 ${words[@]+"${words[@]}"} --out "$tree" --quiet >/dev/null
    read -ra words <<<"$(checker_options "$scenario")"
    python "$here/check.py" ${words[@]+"${words[@]}"} "$tree" ||
        { printf 'FAIL: %s contradicts itself\n' "$scenario"; failed=1; }
    rm -rf "$tree"
done
exit "$failed"
