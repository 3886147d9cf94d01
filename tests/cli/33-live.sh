#!/usr/bin/env bash
# gen --live: backfill runs into live with no seam, an interrupt goes on, labels come along.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# A clock that runs 2000 times as fast: three hours from now on take 5 seconds.
start=$(date -u -d '2 hours ago' +%Y-%m-%dT%H:%M:%SZ)
common=(stories-shown --start "$start" --duration 5h --seed 3 --quiet)
beantrail gen "${common[@]}" --out whole
beantrail gen "${common[@]}" --live --to live --speed 2000 --labels live.jsonl --json >summary.json
same whole/AWSLogs live/AWSLogs
diff <(sort whole/labels.jsonl) <(sort live.jsonl) || fault 'labels differ'
jq -e '.backfill > 0 and .delivered.files > .backfill and .failed == 0 and .lateMs.max >= 0' \
    summary.json >/dev/null || fault "the summary: $(cat summary.json)"

# Interrupted while it waits, without an end: what it tells completes it.
"$BEANTRAIL" gen quickstart --start "$start" --live --to broken --labels broken.jsonl --quiet \
    2>stderr.txt &
process=$!
for _ in $(seq 200); do
    [ -z "$(find broken -name '*.json.gz' -print -quit 2>/dev/null)" ] || break
    sleep 0.05
done
sleep 0.2
kill -INT $process
code=0
wait $process || code=$?
[ $code = 130 ] || fault "exit $code: $(cat stderr.txt)"
[ -e broken.jsonl ] || fault 'no labels of what was delivered'
grep -q -- "go on with: beantrail gen quickstart --start $start --live --to broken .*--resume$" \
    stderr.txt || fault "it does not say how to go on: $(cat stderr.txt)"
before=$(log_files broken | wc -l)
[ "$before" -gt 0 ] || fault 'no backfill'
beantrail gen quickstart --start "$start" --live --to broken --quiet --resume --duration 4h \
    --speed 5000
beantrail gen quickstart --start "$start" --duration 4h --out complete --quiet
same broken/AWSLogs complete/AWSLogs
nothing_in broken/.beantrail-*

# "now" is told as the moment it was. Under load the start alone takes a second.
code=0
timeout --preserve-status -s INT 4 "$BEANTRAIL" gen quickstart --start now-1h --live --to null: \
    --quiet 2>stderr.txt || code=$?
[ $code = 130 ] || fault "exit $code: $(cat stderr.txt)"
grep -Eq -- '--start 20[0-9T:-]+Z .*--resume$' stderr.txt || fault "$(cat stderr.txt)"

refused 2 '--to' beantrail gen quickstart --live
refused 2 'say --to x' beantrail gen quickstart --live --out x
refused 2 '--format' beantrail gen quickstart --live --to x --format jsonl
refused 2 'goes with --live' beantrail gen quickstart --out x --resume
refused 2 'goes with --live' beantrail gen quickstart --out x --speed 2
nothing_in x
