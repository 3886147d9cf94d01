#!/usr/bin/env bash
# Each log file is announced once it can be read: into a folder, a file of lines, stdout.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

beantrail gen quickstart --seed 1 --duration 2h --out trail --quiet
log_files trail | sed 's|^trail/||' >want.txt
files=$(wc -l <want.txt)

# a folder: S3's event of setting up, then one event a file, in order, numbered
beantrail replay trail --to my-logs --notify box --asap >summary.txt
grep -q "^notices  $files messages about $files files, 0 files not announced" summary.txt ||
    fault "$(cat summary.txt)"
[ "$(find box -name '00000?????.json' | wc -l)" = $((files + 1)) ] || fault "$(ls -A box | head)"
jq -er 'select(.Event == "s3:TestEvent") | .Bucket' box/0000000001.json | grep -qx my-logs ||
    fault "$(cat box/0000000001.json)"
jq -r '.Records[]?.s3 | select(.bucket.name == "my-logs") | .object.key' box/*.json >got.txt
cmp want.txt got.txt || fault "not these keys in this order: $(head -n 3 got.txt)"
key=$(sed -n 1p want.txt)
jq -e --arg md5 "$(md5sum <"my-logs/$key" | cut -c1-32)" --argjson size "$(wc -c <"my-logs/$key")" \
    '.Records[0].s3.object | .eTag == $md5 and .size == $size' box/0000000002.json >/dev/null ||
    fault "$(cat box/0000000002.json)"

# again to the same place: what is there already is announced again, with the same ids
beantrail replay trail --to my-logs --notify box --notify-test no --asap --quiet
diff <(jq -cS '.Records[0] | del(.eventTime)' box/0000000002.json) \
    <(jq -cS '.Records[0] | del(.eventTime)' "box/$(printf '%010d' $((files + 2))).json") ||
    fault 'another message for the same file'

# with --resume too, and without the event of setting up
beantrail replay trail --to my-logs --notify again.jsonl --resume --asap --quiet
[ "$(jq -r '.Records[].s3.object.key' again.jsonl | sort -u | wc -l)" = "$files" ] ||
    fault "$(head -c 300 again.jsonl)"
[ "$(wc -l <again.jsonl)" = "$files" ] || fault "$(wc -l <again.jsonl) lines"

# CloudTrail's own message, several files in one, in lines; the same bytes again
for name in one two; do
    beantrail replay trail --to "dir-$name" --notify "$name.jsonl" --notify-form cloudtrail \
        --notify-keys 4 --notify-bucket my-logs --asap --quiet
done
cmp one.jsonl two.jsonl || fault 'other messages the second time'
jq -r '.s3ObjectKey[]' one.jsonl | cmp - want.txt || fault 'not these keys'
[ "$(wc -l <one.jsonl)" = $(((files + 3) / 4)) ] || fault "$(wc -l <one.jsonl) messages"

# SNS's envelope, to stdout; the summary then is on stderr
beantrail replay trail --to my-logs --notify - --notify-form sns-s3 --asap \
    --notify-topic arn:aws:sns:eu-west-1:111122223333:t 2>stderr.txt |
    jq -r 'select(.TopicArn == "arn:aws:sns:eu-west-1:111122223333:t") | .Message | fromjson |
        .Records[]?.s3.object.key' | cmp - want.txt || fault 'not these keys in the envelopes'
grep -q '^notices ' stderr.txt || fault "$(cat stderr.txt)"
beantrail replay trail --to my-logs --notify - --notify-form sns-cloudtrail --notify-test yes \
    --asap --quiet | jq -r .Message | sed -n 1p | grep -qx 'CloudTrail validation message.' ||
    fault 'no message of setting up'
beantrail replay trail --to my-logs --notify - --notify-form eventbridge --asap --quiet |
    jq -r '.detail.object.key' | cmp - want.txt || fault 'not these keys in the events'

# odd keys: encoded in S3's event, as they are in CloudTrail's message
odd='a b+c=d~é/"x".json.gz'
mkdir -p "odd/AWSLogs/a b+c=d~é"
cp "trail/$key" "odd/AWSLogs/$odd"
beantrail replay odd --to odd-logs --notify odd.jsonl --notify-test no --asap --quiet
grep -qF '"key":"AWSLogs/a+b%2Bc%3Dd%7E%C3%A9/%22x%22.json.gz"' odd.jsonl || fault "$(cat odd.jsonl)"
beantrail replay odd --to odd-logs --notify plain.jsonl --notify-form cloudtrail --asap --quiet
[ "$(jq -r '.s3ObjectKey[0]' plain.jsonl)" = "AWSLogs/$odd" ] || fault "$(cat plain.jsonl)"

# only what is there is announced
mkdir -p "in-the-way/$(dirname "$key")"
echo other >"in-the-way/$key"
code=0
beantrail replay trail --to in-the-way --notify some.jsonl --notify-test no --asap --quiet \
    2>stderr.txt || code=$?
[ "$code" = 1 ] || fault "exit $code"
jq -r '.Records[].s3.object.key' some.jsonl | cmp - <(sed 1d want.txt) || fault 'not these keys'

# an interrupt: what has arrived is announced; going on announces the rest, and all again
"$BEANTRAIL" replay trail --to cut-logs --notify cut.jsonl --notify-test no --rate 20/s --quiet \
    2>stderr.txt &
run=$!
until [ -s cut.jsonl ]; do sleep 0.05; done
kill -INT "$run"
code=0
wait "$run" || code=$?
case $code in
130) ;;
0) printf 'the run was faster than the interrupt\n' ;;
*) fault "exit $code: $(cat stderr.txt)" ;;
esac
jq -r '.Records[].s3.object.key' cut.jsonl | sort >got.txt
log_files cut-logs | sed 's|^cut-logs/||' | cmp got.txt - || fault 'not what has arrived'
beantrail replay trail --to cut-logs --notify cut.jsonl --resume --asap --quiet
jq -r '.Records[].s3.object.key' cut.jsonl | sort -u | cmp - want.txt || fault 'not all in the end'

# generated files are announced as well, when they are delivered
beantrail gen quickstart --seed 1 --live --speed 1000000 --start 2026-03-02T00:00:00Z --duration 2h \
    --to live-logs --notify live.jsonl --notify-test no >summary.txt
grep -q '^notices ' summary.txt || fault "$(cat summary.txt)"
jq -r '.Records[].s3.object.key' live.jsonl | sort >got.txt
log_files live-logs | sed 's|^live-logs/||' | cmp got.txt - || fault 'not these keys of the live run'
refused 2 'comes to its place as a whole' beantrail gen quickstart --out new --notify x

# nothing is done where the options make no sense
refused 2 'nothing can be read at null:' beantrail replay trail --to null: --notify x
refused 2 'a folder of their own' beantrail replay trail --to new --notify new
refused 2 'tell one directory from another' beantrail replay trail --to a --to b --notify x
refused 2 '"\." cannot be a bucket.*--notify-bucket' beantrail replay trail --to . --notify x
refused 2 'cannot be a bucket' beantrail replay trail --to new --notify x --notify-bucket a_
refused 2 "is not a topic's ARN" beantrail replay trail --to new --notify x --notify-topic t
refused 2 'with --notify PLACE' beantrail replay trail --to new --notify-form sns-s3
refused 2 'one of s3, sns-s3' beantrail replay trail --to new --notify x --notify-form sns
refused 2 'about one object' beantrail replay trail --to new --notify x \
    --notify-form eventbridge --notify-keys 2
refused 2 'FIFO queue' beantrail replay trail --to new --notify sqs://trail.fifo
refused 2 'names no queue' beantrail replay trail --to new --notify sqs://host:1/q
refused 2 'no credentials' env HOME=/nonexistent AWS_EC2_METADATA_DISABLED=true \
    "$BEANTRAIL" replay trail --to new --notify sqs://trail
printf 'half' >half.jsonl
refused 2 'middle of a line' beantrail replay trail --to new --notify half.jsonl
refused 1 'box/0000000001.json' beantrail replay trail --to new --notify box/0000000001.json/x
nothing_in new x
