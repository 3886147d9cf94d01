#!/usr/bin/env bash
# A trail is moved in time, rewritten, repeated, paced, and read as lines; each agrees with itself.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

beantrail gen quickstart --seed 1 --duration 6h --out trail --quiet

# every time of every record moves by the same seconds, and the keys with their newest record
beantrail replay trail --to moved --retime 2030-01-02T03:04:05Z --quiet
[ "$(log_files moved | wc -l)" = "$(log_files trail | wc -l)" ] || fault 'log files are missing'
times() {
    log_files "$1" | xargs zcat | jq -r '.Records[] |
        [.eventID, (.eventTime | fromdate),
         (.userIdentity.sessionContext.attributes.creationDate // .eventTime | fromdate)] | @tsv' | sort
}
paste <(times trail) <(times moved) | awk '$1 != $4 { exit 1 } { d[$5 - $2]; d[$6 - $3] }
    END { for (i in d) n++; exit n != 1 }' || fault 'the times do not move together'
log_files moved | while read -r path; do
    newest=$(zcat "$path" | jq '[.Records[].eventTime | fromdate] | max')
    stamp=$(((newest + 299) / 300 * 300))
    case $path in
    */"$(date -u -d "@$stamp" +%Y/%m/%d)"/*_"$(date -u -d "@$stamp" +%Y%m%dT%H%MZ)"_*) ;;
    *) fault "$path: its newest record is of $(date -u -d "@$newest")" ;;
    esac
done

# the same T again gives the same bytes
beantrail replay trail --to moved --retime 2030-01-02T03:04:05Z --resume --json >again.json
[ "$(jq -c '[.delivered.files, .failed]' again.json)" = '[0,0]' ] || fault "$(cat again.json)"

# rewritten: forms and bytes' number of files stay, nothing of the original does
printf '{"key":"of this test","map":{"reports":"ledgers"}}' >map.json
beantrail replay trail --to other --rewrite map.json --quiet
members() {
    log_files "$1" | xargs zcat |
        jq -r '.Records[] | .recipientAccountId, .userIdentity.userName, .userIdentity.accessKeyId,
               .requestParameters.environmentName?' | grep -vx null | sort -u
}
members trail >originals.txt
log_files other | xargs zcat >other.txt
log_files other >>other.txt
grep -wFf originals.txt other.txt && fault 'originals are left'
grep -q ledgers other.txt || fault 'the map was not followed'
[ "$(members other | wc -l)" = "$(members trail | wc -l)" ] || fault 'members fell together'
refused 2 'must have 12 digits' beantrail replay trail --to x \
    --rewrite <(printf '{"map":{"111122223333":"short"}}')

# thrice: no id twice
beantrail replay trail --to thrice --to null: --loop 3 --quiet
[ "$(records thrice | wc -l)" = $((3 * $(records trail | wc -l))) ] || fault 'records are missing'
records thrice | jq -r .eventID | sort | uniq -d | grep . && fault 'an id comes twice'

# lines from standard input: the same records
log_files trail | xargs zcat | jq -c '.Records[]' >lines.jsonl
beantrail replay - --to lines --quiet <lines.jsonl
records lines >got.txt
records trail | cmp - got.txt || fault 'the lines came out differently'

# pace: 20 files by a ramp from 10/s to 30/s in a second; what is told and saved agrees
mkdir few
log_files trail | sed -n 1,20p | xargs -I{} cp {} few/
began=$(date +%s%N)
beantrail replay few --to null: --ramp 10:30:1s --histogram late.txt --json >paced.json
took_ms=$((($(date +%s%N) - began) / 1000000))
[ "$took_ms" -ge 900 ] && [ "$took_ms" -lt 10000 ] || fault "the ramp took $took_ms ms"
[ "$(jq -r '.lateMs | keys | join(" ")' paced.json)" = 'max p50 p90 p99 p99.9' ] ||
    fault "$(cat paced.json)"
awk '$1 == "late" && $2 != "count" { n += $4 } END { exit n != 20 }' late.txt ||
    fault "$(cat late.txt)"

refused 2 'contradict each other' beantrail replay trail --to x --rate 5/s --ramp 1:2:5s
refused 2 'goes with --rate or --ramp' beantrail replay trail --to x --poisson
refused 2 'FROM:TO:DURATION' beantrail replay trail --to x --ramp 1:0:5s
refused 2 'is not a time' beantrail replay trail --to x --retime tomorrow
refused 2 'standard input' beantrail replay - --to x --loop 2
refused 2 'aws:kms' beantrail replay trail --to s3://bucket --sse DES
