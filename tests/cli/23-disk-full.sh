#!/usr/bin/env bash
# No room left: one line that says so, exit 1, and every file under its own name is whole.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

mkdir small
if [ "$(id -u)" = 0 ] && mount -t tmpfs -o size=192k tmpfs small 2>/dev/null; then
    trap 'umount "$work/small"; rm -rf "$work"' EXIT
    full='No space left'
    try() {
        beantrail gen quickstart --seed 1 --out small/trail --quiet
    }
else
    # no mount allowed here: a limit on the size of files stands in for it
    full='File too large|No space left'
    try() (
        trap '' XFSZ
        ulimit -f 8
        exec "$BEANTRAIL" gen quickstart --seed 1 --out small/trail --quiet
    )
fi
refused 1 "$full" try
[ ! -e small/trail/manifest.json ] || fault 'a manifest says that the run is complete'
log_files small | while read -r file; do
    gzip -t "$file" || fault "$file is half-written"
done
printf 'ok: %s whole files\n' "$(log_files small | wc -l)"

if [ "$full" = 'No space left' ]; then
    # nothing lost: with room again the same command completes the same tree
    mount -o remount,size=512m small
    try
    beantrail gen quickstart --seed 1 --out whole --quiet
    same small/trail whole
fi
[ -z "$(find small -name '*.tmp*' -o -name '.*' -type f)" ] || fault 'temporary files were left'

# standard output that cannot take it is an error too
refused 1 '' bash -c '"$BEANTRAIL" gen quickstart --seed 1 --out - --format jsonl --quiet >/dev/full'
