#!/usr/bin/env bash
# Labels say which records belong to a story, and nothing of that is in the records.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

beantrail gen secrets-harvest --seed 1 --out trail --quiet
records trail | jq -r .eventID | sort >ids.txt
[ -s trail/labels.jsonl ] || fault 'no labels, though the scenario has stories'
jq -r .eventID trail/labels.jsonl | sort >labelled.txt
[ -z "$(comm -13 ids.txt labelled.txt)" ] || fault 'labels for records that are not there'
[ -z "$(uniq -d labelled.txt)" ] || fault 'a record has two labels'

# the attack and its benign twin are both there
jq -r .verdict trail/labels.jsonl | sort -u >verdicts.txt
printf 'attack\ntwin\n' | cmp - verdicts.txt || fault "verdicts: $(cat verdicts.txt)"
records trail >records.txt
! grep -Eq '"(verdict|story|twin)"' records.txt || fault 'a record tells what it is'

# each label's key is the file that holds its record
jq -r '[.key, .eventID] | @tsv' trail/labels.jsonl >keys.txt
while read -r key id; do
    zcat "trail/$key" | jq -e --arg id "$id" 'any(.Records[]; .eventID == $id)' >/dev/null ||
        fault "$id is not in $key"
done <keys.txt

# the records are the same with labels elsewhere
beantrail gen secrets-harvest --seed 1 --out other --labels elsewhere.jsonl --quiet
same trail/AWSLogs other/AWSLogs
cmp trail/labels.jsonl elsewhere.jsonl || fault '--labels FILE writes other labels'
