#!/usr/bin/env bash
# all.sh - every check of a suspicious reader on every built-in scenario, each reported by itself
#
# usage: tests/with-tools tests/suspicious/all.sh [SCENARIO...]     with BEANTRAIL in the environment
set -euo pipefail
: "${BEANTRAIL:?name the program in BEANTRAIL}"
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/beantrail-suspicious.XXXXXX")
trap 'rm -rf "$work"' EXIT
failed=0

# Scenarios made for load are read from a part of them.
limits() {
    case $1 in
    load*) echo --records 20000 ;;
    quarter-of-a-company) echo --duration 7d ;;
    esac
}

if [ $# -gt 0 ]; then
    scenarios=("$@")
else
    mapfile -t scenarios < <("$BEANTRAIL" scenarios | awk '{ print $1 }')
fi
[ ${#scenarios[@]} -gt 0 ] || { echo 'no built-in scenario is listed'; exit 1; }

for scenario in "${scenarios[@]}"; do
    tree=$work/$scenario
    read -ra words <<<"$(limits "$scenario")"
    "$BEANTRAIL" gen "$scenario" --seed 1 ${words[@]+"${words[@]}"} --out "$tree" --quiet >/dev/null
    python "$here/run.py" "$tree" || failed=1
    python "$here/fields.py" "$tree" || failed=1
    # the scenario that is made to be delivered as the measured trails were
    if [ "$scenario" = quarter-of-a-company ]; then
        python "$here/delivery.py" --within 0.2 "$tree" || failed=1
    fi
    rm -rf "$tree"
done
exit "$failed"
