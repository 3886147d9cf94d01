#!/usr/bin/env bash
# all.sh - every built-in scenario is generated and read by readers that know nothing of our code
#
# usage: tests/with-tools tests/readers/all.sh [SCENARIO...]     with BEANTRAIL in the environment
set -euo pipefail
: "${BEANTRAIL:?name the program in BEANTRAIL}"
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/beantrail-readers.XXXXXX")
trap 'rm -rf "$work"' EXIT
failed=0

# Scenarios made for load, and long ones, are read from a part of them.
limits() {
    case $1 in
    load* | quarter-of-a-company) echo --records 20000 ;;
    ci-heavy | hundred-accounts | month-of-previews | scanner-noise | throttled) echo --records 5000 ;;
    esac
}

# The published example keeps ids and addresses that real ones could not have.
reader_options() {
    case $1 in
    update-environment-by-intern) echo --pinned ;;
    esac
}

# read_by NAME WORDS...: one reader, one line
read_by() {
    "$@" || { printf 'FAIL: %s\n' "$*"; failed=1; }
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
    "$BEANTRAIL" gen "$scenario" --seed 1 ${words[@]+"${words[@]}"} --out "$tree" --quiet
    read -ra words <<<"$(reader_options "$scenario")"
    read_by python "$here/read_trail.py" ${words[@]+"${words[@]}"} "$tree"
    read_by python "$here/read_duckdb.py" "$tree"
    read_by python "$here/read_botocore.py" "$tree"
    read_by python "$here/read_trailscraper.py" "$tree"
    records=$(find "$tree" -name '*.json.gz' -print0 | xargs -0 zcat | jq '.Records | length' |
        awk '{ n += $1 } END { print n + 0 }')
    printf 'jq: %s records\n' "$records"
    [ "$records" = "$(jq .counts.records "$tree/manifest.json")" ] ||
        { echo 'FAIL: jq counts other than the manifest'; failed=1; }
    rm -rf "$tree"
done
exit "$failed"
