#!/usr/bin/env bash
# The same seed gives the same bytes, whatever the number of threads; another seed gives others.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

beantrail gen quickstart --seed 1 --jobs 1 --out one --quiet
beantrail gen quickstart --seed 1 --jobs 2 --out two --quiet
[ -n "$(log_files one)" ] || fault 'no log file was made'
same one two

beantrail gen quickstart --seed 2 --out three --quiet
! diff -rq one three >/dev/null || fault 'another seed made the same trail'

# the parts of a split run are the whole, neither more nor less
for shard in 0 1 2; do
    beantrail gen quickstart --seed 1 --shard $shard/3 --out "shard-$shard" --quiet
done
mkdir whole
for shard in 0 1 2; do
    while read -r file; do
        target=whole/${file#shard-"$shard"/}
        [ ! -e "$target" ] || fault "$target is in two shards"
        mkdir -p "$(dirname "$target")"
        cp "$file" "$target"
    done < <(log_files "shard-$shard")
done
same one/AWSLogs whole/AWSLogs

refused 2 'records.*shard|shard.*records' \
    beantrail gen quickstart --records 10 --shard 1/2 --out four
nothing_in four
