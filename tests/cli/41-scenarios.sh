#!/usr/bin/env bash
# Every built-in scenario is listed, can be printed, and what is printed makes the same records.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

beantrail scenarios >list.txt
grep -q '^quickstart\b' list.txt || fault "quickstart is not listed: $(cat list.txt)"
grep -q '^update-environment-by-intern\b' list.txt || fault 'the example is not listed'
while read -r name _; do
    beantrail scenarios "$name" >"$name.json"
    beantrail gen "$name" --seed 1 --records 50 --out "of-$name" --quiet
    beantrail gen "./$name.json" --seed 1 --records 50 --out "file-$name" --quiet
    same "of-$name" "file-$name"
    [ -n "$(log_files "of-$name")" ] || fault "$name makes nothing"
done <list.txt

refused 2 'quickstar.*did you mean.*quickstart|quickstar' beantrail scenarios quickstar
