#!/usr/bin/env bash
# scripts/quickstart, in a copy of the sources: twice, the second time changing nothing.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

mkdir copy
tar -C "$ROOT" --exclude=./build --exclude=./trail --exclude=./.git -cf - . | tar -C copy -xf -
cd copy
scripts/quickstart >first.txt 2>log.txt || fault "the first run: $(tail -n 20 log.txt)"
[ -n "$(log_files trail)" ] || fault "no log file in ./trail: $(cat first.txt)"
find trail -type f -exec sha256sum {} + | sort >before.txt
scripts/quickstart >second.txt 2>log.txt || fault "the second run: $(tail -n 20 log.txt)"
find trail -type f -exec sha256sum {} + | sort | cmp - before.txt || fault 'the second run changed ./trail'

# the three things it proposes are commands that work; the bucket's is a dry run
grep -E '^  (zcat|build/)' second.txt >proposed.txt
[ "$(wc -l <proposed.txt)" = 3 ] || fault "three proposals expected: $(cat second.txt)"
export AWS_ACCESS_KEY_ID=x AWS_SECRET_ACCESS_KEY=y
while read -r line; do
    bash -c "$line" >out.txt 2>err.txt </dev/null || fault "$line: exit $?: $(head -n 5 err.txt)"
    [ -s out.txt ] || fault "$line: printed nothing"
done < <(sed 's/^ *//' proposed.txt)
