#!/usr/bin/env bash
# A scenario that is wrong: one clear line with its place, exit 2, and nothing on disk.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# change PROGRAM: the quickstart scenario without comments, changed by a jq program
beantrail scenarios quickstart >quickstart.json
python3 "$ROOT/tests/cli/plain_json.py" quickstart.json >plain.json
change() {
    jq "$1" plain.json >bad.json
}

refused 2 'quickstar".*did you mean.*quickstart|quickstar.*no (such )?.*scenario|quickstar.*scenario' \
    beantrail gen quickstar --out out
refused 2 'no-such-file.json' beantrail gen ./no-such-file.json --out out
mkdir folder.json
refused 2 'folder.json' beantrail gen ./folder.json --out out
if [ "$(id -u)" != 0 ]; then
    cp plain.json locked.json && chmod 0 locked.json
    refused 2 'locked.json' beantrail gen ./locked.json --out out
fi

printf '{\n  "name": "x",,\n}\n' >bad.json
refused 2 'bad.json:2:' beantrail gen bad.json --out out
: >bad.json
refused 2 'bad.json' beantrail gen bad.json --out out
head -c 4096 /dev/urandom >bad.json
refused 2 'bad.json' beantrail gen bad.json --out out
head -c 200 plain.json >bad.json
refused 2 'bad.json:' beantrail gen bad.json --out out
head -c 100000 /dev/zero | tr '\0' '[' >bad.json
refused 2 'bad.json' beantrail gen bad.json --out out

change '. + {"sede": 1}'
refused 2 'bad.json:[0-9]+:[0-9]+: /sede: ' beantrail gen bad.json --out out
change '.duration = 5'
refused 2 'bad.json:[0-9]+:[0-9]+: /duration: ' beantrail gen bad.json --out out
change '.duration = "0s"'
refused 2 'bad.json:[0-9]+:[0-9]+: /duration: ' beantrail gen bad.json --out out
change '.start = "2026-02-30T00:00:00Z"'
refused 2 'bad.json:[0-9]+:[0-9]+: /start: ' beantrail gen bad.json --out out
change '.actors[0].identity.type = "IamUser"'
refused 2 'bad.json:[0-9]+:[0-9]+: /actors/0/identity/type: "IamUser".*IAMUser' \
    beantrail gen bad.json --out out

# an option that Elastic Beanstalk does not have
beantrail scenarios update-environment-by-intern >example.json
python3 "$ROOT/tests/cli/plain_json.py" example.json >plain-example.json
jq '(.. | objects | select(has("optionSettings")) | .optionSettings) =
    [{namespace: "aws:autoscaling:asg", optionName: "MaxSized", value: "4"}]' plain-example.json >bad.json
refused 2 'bad.json:[0-9]+:[0-9]+: /[^:]*: .*MaxSized.*MaxSize' beantrail gen bad.json --out out
nothing_in out

# one that exists, for an environment that cannot have it
jq '(.. | objects | select(has("optionSettings")) | .optionSettings) =
    [{namespace: "aws:elasticbeanstalk:sqsd", optionName: "MaxRetries", value: "4"}]' plain-example.json >bad.json
refused 2 'bad.json:[0-9]+:[0-9]+: /[^:]*/optionSettings/0: MaxRetries.* for workers.*leave it out' \
    beantrail gen bad.json --out out
nothing_in out

# several errors: a line each in one run, still exit 2
change '. + {"sede": 1} | .actors[0].identity.type = "IamUser"'
code=0
beantrail gen bad.json --out out >stdout.txt 2>stderr.txt || code=$?
[ "$code" = 2 ] || fault "exit $code"
grep -q '/sede: ' stderr.txt && grep -q '/actors/0/identity/type: ' stderr.txt ||
    fault "both errors expected in one run: $(cat stderr.txt)"
nothing_in out
