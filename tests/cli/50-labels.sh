#!/usr/bin/env bash
# Labels say which records belong to a story, and nothing of that is in the records.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

beantrail gen quickstart --seed 1 --out trail --quiet
records trail | jq -r .eventID | sort >ids.txt
[ -e trail/labels.jsonl ] || fault 'no labels.jsonl'
jq -r .eventID trail/labels.jsonl | sort >labelled.txt
[ -z "$(comm -13 ids.txt labelled.txt)" ] || fault 'labels for records that are not there'
[ -z "$(uniq -d labelled.txt)" ] || fault 'a record has two labels'

# each label's key is the file that holds its record
jq -r '[.key, .eventID] | @tsv' trail/labels.jsonl | head -n 20 | while read -r key id; do
    zcat "trail/$key" | jq -e --arg id "$id" 'any(.Records[]; .eventID == $id)' >/dev/null ||
        fault "$id is not in $key"
done

# the records are the same with labels elsewhere
beantrail gen quickstart --seed 1 --out other --labels elsewhere.jsonl --quiet
same trail/AWSLogs other/AWSLogs
cmp trail/labels.jsonl elsewhere.jsonl || fault '--labels FILE writes other labels'
