#!/usr/bin/env bash
# Interrupted in the middle: exit 130, whole files only, and running again completes the tree.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

"$BEANTRAIL" gen load --seed 1 --records 1000000 --out trail --quiet 2>stderr.txt &
process=$!
for _ in $(seq 400); do
    [ -z "$(find trail -name '*.json.gz' -print -quit 2>/dev/null)" ] || break
    sleep 0.01
done
kill -INT $process 2>/dev/null || true
code=0
wait $process || code=$?
case $code in
130) [ ! -e trail/manifest.json ] || fault 'a manifest says that the run is complete' ;;
0) printf 'the run was faster than the interrupt\n' ;;
*) fault "exit $code: $(cat stderr.txt)" ;;
esac
mkdir -p trail # nothing at all may have been left of it
log_files trail | while read -r file; do
    gzip -t "$file" || fault "$file is half-written"
done

beantrail gen load --seed 1 --records 1000000 --out trail --quiet
beantrail gen load --seed 1 --records 1000000 --out whole --quiet
same trail whole
