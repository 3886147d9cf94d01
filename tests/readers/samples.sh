#!/usr/bin/env bash
# samples.sh - the record's schema accepts what AWS really delivered, so it judges us by the same law
#
# The samples are other people's records and not part of the project; without them nothing is read.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
samples=${BEANTRAIL_SAMPLES:-$here/../../../shared/samples}

# Files of records as delivered; the other samples were rewritten or cut by their publishers.
python "$here/read_trail.py" --records "$here/../golden/update-environment-by-intern.json"
if [ ! -d "$samples" ]; then
    printf 'LEFT OUT: no samples of real trails in %s\n' "$samples"
    exit 0
fi
python "$here/read_trail.py" --records "$samples"/invictus-ir-aws_dataset.json \
    "$samples"/raw-*_CloudTrail_*.json "$samples"/radkawar-stackd-native.json \
    "$samples"/awsdocs-elastic-beanstalk-guide.json
