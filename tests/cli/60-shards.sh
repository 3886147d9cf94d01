#!/usr/bin/env bash
# 60-shards.sh - --shard auto takes its number from the engine that runs the job many times
# shellcheck source=tests/cli/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

unset JOB_COMPLETION_INDEX SLURM_ARRAY_TASK_ID SLURM_ARRAY_TASK_COUNT SLURM_ARRAY_TASK_MIN

shard_of() {
    beantrail gen quickstart --quiet --out "$1" "${@:2}"
    shift
}

shard_of plain --shard 1/3
JOB_COMPLETION_INDEX=1 shard_of kubernetes --shard auto/3
AWS_BATCH_JOB_ARRAY_INDEX=1 AWS_BATCH_JOB_ARRAY_SIZE=3 shard_of batch --shard auto
SLURM_ARRAY_TASK_ID=6 SLURM_ARRAY_TASK_MIN=5 SLURM_ARRAY_TASK_COUNT=3 shard_of slurm --shard auto
SLURM_ARRAY_TASK_ID=1 shard_of slurm-zero --shard auto/3
for engine in kubernetes batch slurm slurm-zero; do
    same plain "$engine"
done

auto() {
    env "$@" "$BEANTRAIL" gen quickstart --to null: --shard "$shard"
}
shard=auto/3 refused 2 'none of .* is set; write I/N' auto
shard=auto refused 2 'JOB_COMPLETION_INDEX does not say how many.*auto/N' auto JOB_COMPLETION_INDEX=1
shard=auto/3 refused 2 'JOB_COMPLETION_INDEX is 3, and the 3 parts are 0 to 2' \
    auto JOB_COMPLETION_INDEX=3
shard=auto refused 2 'SLURM_ARRAY_TASK_ID is 4, and the 3 parts are 5 to 7' \
    auto SLURM_ARRAY_TASK_ID=4 SLURM_ARRAY_TASK_MIN=5 SLURM_ARRAY_TASK_COUNT=3
shard=auto/3 refused 2 'JOB_COMPLETION_INDEX: must be a number' auto JOB_COMPLETION_INDEX=one
shard=auto refused 2 'parts are more than' \
    auto AWS_BATCH_JOB_ARRAY_INDEX=0 AWS_BATCH_JOB_ARRAY_SIZE=2000000
for shard in auto/ auto/0 auto/x automatic 1 /3 -1/3 1/3/5 1/1000001; do
    refused 2 'must be I/N' auto
done
nothing_in out
