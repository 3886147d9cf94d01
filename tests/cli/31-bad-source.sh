#!/usr/bin/env bash
# A source that is no trail, or damaged: one line, the right code, nothing half-written.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

name=111122223333_CloudTrail_us-east-1_20260302T1005Z_abcdefABCDEF0123.json

refused 2 'no-such-trail' beantrail replay no-such-trail --to out --asap --quiet
mkdir empty
refused 2 'empty' beantrail replay empty --to out --asap --quiet
refused 2 'to' beantrail replay empty
echo 'not json' >"$name"
refused 2 "$name" beantrail replay "$name" --to out --asap --quiet
printf 'not gzip' >"$name.gz"
refused 2 "$name.gz" beantrail replay "$name.gz" --to out --asap --quiet
beantrail gen update-environment-by-intern --out trail --quiet
file=$(log_files trail)
head -c 200 "$file" >"$(basename "$file")"
refused 2 "$(basename "$file")" beantrail replay "$(basename "$file")" --to out --asap --quiet
nothing_in out

# ... unless they are to go as they are; what its manifest tells of a tree counts only for a bucket
mkdir -p "broken/$(dirname "${file#trail/}")"
head -c 200 "$file" >"broken/${file#trail/}"
refused 2 "$(basename "$file")" beantrail replay broken --to out --quiet
beantrail replay broken --to out --as-is --quiet
cmp "broken/${file#trail/}" "out/${file#trail/}"
for option in '--speed 2' '--retime now' '--loop 2'; do
    # shellcheck disable=SC2086  # two words
    refused 2 'as-is' beantrail replay trail --to null: --as-is $option
done
refused 2 'as-is' beantrail replay trail --to null: --as-is --rate '5/s records'
rm -r out
beantrail replay trail --to null: --json | jq -e '.read.records == 1' >plain.json
cp -r trail damaged
printf 'X' | dd of="damaged/${file#trail/}" bs=1 seek=100 conv=notrunc status=none
refused 2 "$(basename "$file")" beantrail replay damaged --to out --quiet
nothing_in out

refused 2 'ftp' beantrail replay trail --to ftp://host/bucket --asap --quiet
refused 2 'bucket' beantrail replay trail --to s3:// --asap --quiet
refused 2 'endpoint' beantrail replay trail --to s3://bucket --endpoint-url 'not a url' --asap --quiet

# no credentials anywhere: said before anything is sent
refused 2 '[Cc]redential|AWS_ACCESS_KEY_ID' env -u AWS_ACCESS_KEY_ID HOME=/nonexistent \
    AWS_EC2_METADATA_DISABLED=true "$BEANTRAIL" replay trail --to s3://bucket \
    --endpoint-url http://127.0.0.1:9 --asap --quiet

if [ "$(id -u)" != 0 ]; then
    mkdir locked && chmod 0 locked
    refused 1 'locked' beantrail replay trail --to locked/out --asap --quiet
fi
: >plain-file
code=0
beantrail replay trail --to plain-file/below --asap --quiet 2>stderr.txt || code=$?
[ "$code" != 0 ] && grep -q plain-file stderr.txt || fault "exit $code: $(cat stderr.txt)"
