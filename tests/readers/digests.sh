#!/usr/bin/env bash
# Signed digests: of a generated trail, made anew by replay, of a live run; what is changed is found.
. "$(dirname "${BASH_SOURCE[0]}")/../cli/lib.sh"

valid() {
    python3 "$ROOT/tests/readers/digests.py" "$@" >found.txt ||
        fault "$1: $(sed -n 1,5p found.txt)"
    printf 'ok: %s: %s\n' "$1" "$(tail -n 1 found.txt)"
}

openssl genrsa -out key.pem 2048 2>/dev/null
openssl genrsa -out other.pem 2048 2>/dev/null

# The same key gives the same bytes for any number of threads; the log files stay as they are.
beantrail gen organization --duration 2h --out trail --digest-key key.pem --quiet
beantrail gen organization --duration 2h --out again --digest-key key.pem --jobs 3 --quiet
beantrail gen organization --duration 2h --out plain --quiet
valid trail
same trail again
diff plain/labels.jsonl trail/labels.jsonl >diff.txt || fault 'labels differ'
diff <(log_files plain | sed 's|^plain/||') \
    <(log_files trail | sed 's|^trail/||' | grep -v CloudTrail-Digest) || fault 'other log files'
[ "$(jq '.files | length' trail/manifest.json)" = "$(log_files trail | wc -l)" ] ||
    fault 'the manifest does not list every file'

# Two tamper: one record changed, one log file gone, one digest signed by somebody else.
cp -r trail changed
victim=$(log_files changed | grep -v CloudTrail-Digest | sed -n 3p)
zcat "$victim" | sed 's/"awsRegion":"./&x/' | gzip >new.gz && mv new.gz "$victim"
python3 "$ROOT/tests/readers/digests.py" changed >found.txt && fault 'a changed log file is valid'
grep -q 'has been changed' found.txt || fault "$(cat found.txt)"
rm "$victim"
python3 "$ROOT/tests/readers/digests.py" changed >found.txt && fault 'a missing log file is valid'
grep -q 'is listed and missing' found.txt || fault "$(cat found.txt)"
openssl rsa -in other.pem -pubout -out other-public.pem 2>/dev/null
python3 "$ROOT/tests/readers/digests.py" trail --key other-public.pem >found.txt &&
    fault 'another key is valid'

# Copied unchanged, digests and what lies beside them stay as they are.
beantrail replay trail --to copy --quiet
rm trail/manifest.json trail/labels.jsonl trail/digest-public-key.pem
same trail copy

# Damage on purpose comes behind the digests.
beantrail replay trail --to damaged --fault truncated-gzip=1 --digest-key key.pem --quiet
python3 "$ROOT/tests/readers/digests.py" damaged >found.txt && fault 'damage is valid'
grep -q 'does not inflate' found.txt || fault "$(cat found.txt)"

# Moved, rewritten, repeated: without a key none, with one a chain that is whole again.
printf '{"key": "twelve bytes", "kinds": ["accounts", "names"]}\n' >map.json
changes=(--retime 2026-03-01T10:20:30Z --rewrite map.json --loop 2)
beantrail replay trail --to left "${changes[@]}" --json >summary.json
[ -z "$(find left -path '*CloudTrail-Digest*' -type f)" ] || fault 'digests that vouch for nothing'
beantrail replay trail --to anew "${changes[@]}" --digest-key other.pem \
    --digest-bucket my-logs/central --digest-trail moved --json >summary.json
valid anew --bucket my-logs --prefix central
jq -e '.read.digests > 0 and .read.digestsMade > 20' summary.json >/dev/null ||
    fault "$(cat summary.json)"
[ -n "$(find anew -name '*_moved_*' -print -quit)" ] || fault 'another trail'

# Resumed: nothing is doubled, nothing is signed otherwise.
mapfile -t some < <(find anew -type f -path '*AWSLogs*' | sort | awk 'NR % 3 == 0')
cp -r anew broken
for file in "${some[@]}"; do rm "broken/${file#anew/}"; done
rm broken/digest-public-key.pem
beantrail replay trail --to broken "${changes[@]}" --digest-key other.pem --resume --quiet \
    --digest-bucket my-logs/central --digest-trail moved
same anew broken

# Live, and resumed.
start=$(date -u -d '3 hours ago' +%Y-%m-%dT%H:%M:%SZ)
common=(quickstart --start "$start" --duration 5h --digest-key key.pem --quiet)
beantrail gen "${common[@]}" --out whole
beantrail gen "${common[@]}" --live --to live --speed 5000
valid live
same whole/AWSLogs live/AWSLogs
find live -name '*.metadata' | sed -n '1~2p' | xargs rm
find live -name '*Digest*.json.gz' | sed -n '1~3p' | xargs rm
beantrail gen "${common[@]}" --live --to live --speed 100000 --resume
same whole/AWSLogs live/AWSLogs

# A recorded trail with years between its files: the chain ends and begins again.
mkdir years
for year in 1999 2020 2026; do
    printf '{"Records":[{"eventVersion":"1.08","eventTime":"%s-05-06T07:08:09Z",%s}]}' $year \
        '"awsRegion":"eu-west-1","recipientAccountId":"111122223333"' >years/$year.json
done
beantrail replay years --to spread --digest-key key.pem --quiet
valid spread

refused 2 'cannot be read' beantrail gen quickstart --out x --digest-key nothing.pem
refused 2 'is not an RSA private key' beantrail gen quickstart --out x --digest-key map.json
openssl ecparam -name prime256v1 -genkey -noout -out ec.pem
refused 2 'is not an RSA private key' beantrail gen quickstart --out x --digest-key ec.pem
openssl genrsa -out small.pem 1024 2>/dev/null
refused 2 '1024 bits' beantrail gen quickstart --out x --digest-key small.pem
openssl rsa -in key.pem -aes128 -passout pass:x -out locked.pem 2>/dev/null
refused 2 'without a passphrase' beantrail gen quickstart --out x --digest-key locked.pem
refused 2 'goes with --digest-key' beantrail gen quickstart --out x --digest-bucket b
refused 2 '--digest-bucket: must be' beantrail gen quickstart --out x --digest-key key.pem \
    --digest-bucket 'No Bucket'
refused 2 '--shard' beantrail gen quickstart --out x --digest-key key.pem --shard 0/2
refused 2 'not a trail.s name' beantrail replay trail --to x --digest-key key.pem --digest-trail 'a b'
nothing_in x
