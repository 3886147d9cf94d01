#!/usr/bin/env bash
# Windows, amounts and rates that cannot be: exit 2 and one line, nothing on disk.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

refused 2 'duration' beantrail gen quickstart --duration 0s --out out
refused 2 'duration' beantrail gen quickstart --duration 0 --out out
refused 2 'duration' beantrail gen quickstart --duration -5m --out out
refused 2 'duration' beantrail gen quickstart --duration soon --out out
refused 2 'duration' beantrail gen quickstart --duration 99999999999999999999d --out out
refused 2 'start' beantrail gen quickstart --start yesterday --out out
refused 2 'start' beantrail gen quickstart --start 2026-02-30T00:00:00Z --out out
refused 2 'records' beantrail gen quickstart --records -1 --out out
refused 2 'jobs' beantrail gen quickstart --jobs 0 --out out
refused 2 'shard' beantrail gen quickstart --shard 3/4/5 --out out
refused 2 'shard' beantrail gen quickstart --shard 3/3 --out out
refused 2 'format' beantrail gen quickstart --format xml --out out
nothing_in out

beantrail gen update-environment-by-intern --out trail --quiet
refused 2 'rate' beantrail replay trail --to out --rate -3/s
refused 2 'rate' beantrail replay trail --to out --rate 0/s
refused 2 'speed' beantrail replay trail --to out --speed -1
refused 2 'speed|asap|rate' beantrail replay trail --to out --speed 2 --rate 3/s
nothing_in out
