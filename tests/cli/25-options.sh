#!/usr/bin/env bash
# Option settings as they are sent: legal ones for each kind of environment, illegal ones with their error.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

beantrail gen option-values --out - --format jsonl --quiet >records.jsonl

# launched NAME: the settings of its launch, "namespace name=value" on a line each
launched() {
    jq -r --arg name "$1" 'select(.eventName == "CreateEnvironment" and .errorCode == null and
        .requestParameters.environmentName == $name) | .requestParameters.optionSettings[] |
        "\(.namespace) \(.optionName)=\(.value)"' records.jsonl
}
for name in gallery-small gallery-preview gallery-pocket; do
    launched "$name" >settings.txt
    grep -qx 'aws:elasticbeanstalk:environment EnvironmentType=SingleInstance' settings.txt ||
        fault "$name: no single instance: $(cat settings.txt)"
    if grep -E '^aws:(elbv2|autoscaling:trigger|elasticbeanstalk:(sqsd|trafficsplitting|environment:process))' settings.txt; then
        fault "$name: a single instance has none of these"
    fi
done
for name in gallery-jobs gallery-queue; do
    launched "$name" >settings.txt
    grep -q '^aws:elasticbeanstalk:sqsd HttpPath=/jobs' settings.txt || fault "$name: no queue"
    if grep -E '^aws:elb|LoadBalancerType' settings.txt; then
        fault "$name: a worker has no load balancer"
    fi
done
for name in gallery-plain gallery-new gallery-stack gallery-network; do
    launched "$name" >settings.txt
    grep -qx 'aws:elasticbeanstalk:environment LoadBalancerType=application' settings.txt ||
        fault "$name: no load balancer: $(cat settings.txt)"
done

# values of environment properties are hidden, and no others
hidden=$(jq -r '.requestParameters.optionSettings[]? |
    select((.namespace == "aws:elasticbeanstalk:application:environment") !=
        (.value == "HIDDEN_DUE_TO_SECURITY_REASONS"))' records.jsonl)
[ -z "$hidden" ] || fault "hidden or shown, the other way round: $hidden"

# each refused setting is named by its error
beantrail scenarios option-values | grep -q '"activity": "cli-wrong-option"' || fault 'nothing wrong is sent'
jq -c 'select(.errorCode == "ConfigurationValidationException") |
    [.errorMessage, .requestParameters.optionSettings[0]]' records.jsonl >refused.jsonl
[ -s refused.jsonl ] || fault 'nothing is refused'
jq -es 'all(.[1] as $s | .[0] | contains("(Namespace: '\''\($s.namespace)'\'', OptionName: '\''\($s.optionName)'\''): "))' \
    refused.jsonl >/dev/null || fault "an error names another setting: $(cat refused.jsonl)"

# docs/scenarios.md: a value that is refused now and then, and the right one
python3 - "$ROOT/docs/scenarios.md" >mine.json <<'END'
import re, sys
text = open(sys.argv[1], encoding="utf-8").read()
block = next(b for b in re.findall(r"^```js\n(.*?)^```$", text, re.S | re.M) if "mistype-and-mend" in b)
print("""{
  "name": "mine", "duration": "5d", "record": {"optionValues": "shown"},
  "accounts": [{"id": "111122223333", "name": "prod", "regions": ["eu-west-1"]}],
  "applications": [{"name": "shop", "platform": "Node.js 22 running on 64bit Amazon Linux 2023",
    "environments": [{"name": "shop-prod"}]}],
  "actors": [{"name": "ana", "identity": {"type": "IAMUser", "userName": "ana"}, "client": "boto3",
    "addresses": ["203.0.113.7"], "does": [{"activity": "mistype-and-mend", "perDay": 10}]}],
""" + block + "}")
END
beantrail gen ./mine.json --out - --format jsonl --quiet >mine.jsonl
jq -r 'select(.eventName == "UpdateEnvironment" and .requestParameters.optionSettings[0].value == "many") |
    .errorMessage' mine.jsonl | sort -u >messages.txt
cmp messages.txt - <<'END' || fault "another message: $(cat messages.txt)"
Configuration validation exception: Invalid option value: 'many' (Namespace: 'aws:autoscaling:asg', OptionName: 'MaxSize'): Value is not between 1 and 10000.
END
jq -es 'any(.requestParameters.optionSettings[0].value? == "6" and .errorCode == null)' mine.jsonl >/dev/null ||
    fault 'the right value is never sent'
