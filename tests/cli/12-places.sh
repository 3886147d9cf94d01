#!/usr/bin/env bash
# The same records go to a directory, to standard output, or nowhere.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

beantrail gen quickstart --seed 1 --duration 1h --out trail --quiet
records trail >tree.txt
beantrail gen quickstart --seed 1 --duration 1h --out - --format jsonl >stdout.jsonl 2>/dev/null
jq -c . stdout.jsonl | sort | cmp - tree.txt || fault 'standard output has other records'
[ "$(wc -l <stdout.jsonl)" = "$(wc -l <tree.txt)" ] || fault 'not one record a line'

mkdir empty
(cd empty && beantrail gen quickstart --seed 1 --duration 1h --to null: >../null.txt 2>/dev/null)
nothing_in empty
[ -s null.txt ] || fault 'null: says nothing of what it did'

# the summary as JSON agrees with the tree
beantrail gen quickstart --seed 1 --duration 1h --out again --json >summary.json 2>stderr.txt
[ "$(jq .records summary.json)" = "$(wc -l <tree.txt)" ] || fault "not the tree's: $(cat summary.json)"
[ "$(jq .files summary.json)" = "$(log_files trail | wc -l)" ] || fault "$(cat summary.json)"
same trail again

# a window that is asked for: all of it in there, and no more
beantrail gen quickstart --start 2026-03-02T10:00:00Z --duration 30m --out half --quiet
records half | jq -r .eventTime | sort >times.txt
[ -s times.txt ] || fault 'half an hour made no record'
awk '$0 < "2026-03-02T10:00:00Z" || $0 >= "2026-03-02T10:30:00Z" { exit 1 }' times.txt ||
    fault "outside the window: $(sed -n '1p;$p' times.txt)"
