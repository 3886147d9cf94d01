#!/usr/bin/env bash
# A trail is delivered into a directory as it is; recorded files of several shapes as well.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

beantrail gen quickstart --seed 1 --duration 1h --out trail --quiet
beantrail replay trail --to copy --asap --quiet
same trail/AWSLogs copy/AWSLogs

beantrail replay trail --to dry --asap --dry-run >plan.txt 2>stderr.txt
nothing_in dry
grep -q "$(basename "$(log_files trail | sed -n 1p)")" plan.txt ||
    fault "--dry-run does not name the first key: $(head -n 3 plan.txt)"

# twice into the same place: neither lost nor doubled
beantrail replay trail --to copy --asap --quiet
same trail/AWSLogs copy/AWSLogs

# a recorded file, not gzipped, with somebody's blanks and a newline: gzipped, its text untouched
name=$(basename "$(log_files trail | sed -n 1p)" .gz)
mkdir plain
zcat "$(log_files trail | sed -n 1p)" | sed 's/^{"Records":/{ "Records" : /' >"plain/$name"
echo >>"plain/$name"
beantrail replay "plain/$name" --to recorded --asap --quiet
[ "$(log_files recorded | wc -l)" = 1 ] || fault "one log file expected: $(log_files recorded)"
zcat "$(log_files recorded)" | cmp - "plain/$name" || fault 'the text was changed'
key=$(log_files trail | sed -n 1p)
[ "$(log_files recorded)" = "recorded/${key#trail/}" ] || fault "it went to $(log_files recorded)"

# to an open place at a rate, on time: ten files at twenty a second take about half a second
beantrail gen quickstart --seed 1 --out day --quiet
mkdir ten
log_files day | sed -n 1,10p | xargs -I{} cp {} ten/
began=$(date +%s%N)
beantrail replay ten --to paced --rate 20/s --quiet
took_ms=$((($(date +%s%N) - began) / 1000000))
[ "$took_ms" -ge 400 ] && [ "$took_ms" -lt 10000 ] || fault "ten files at 20/s took $took_ms ms"
