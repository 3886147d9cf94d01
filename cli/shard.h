/*
 * shard.h - which part of a run this process makes
 *
 * Engines that run a job many times tell each copy its number in the environment; they distribute,
 * and need not be told what a shard is.
 */
#ifndef CLI_SHARD_H
#define CLI_SHARD_H

#include <stdint.h>

struct err;

/**
 * shard_read(shard, nshards, text, e):
 * Read ${text}: "I/N" is part I of N, counted from 0. "auto/N" takes I from the environment, from
 * JOB_COMPLETION_INDEX, AWS_BATCH_JOB_ARRAY_INDEX or SLURM_ARRAY_TASK_ID; "auto" takes N from there
 * too, where the engine tells it. Slurm's numbers count from SLURM_ARRAY_TASK_MIN.
 *
 * Errors: ERR_INPUT for any other form, I beyond N, or an environment that does not tell.
 * Source: Kubernetes, Indexed Jobs; AWS Batch user guide, "job environment variables"; sbatch(1),
 *         "output environment variables".
 */
int shard_read(uint32_t *shard, uint32_t *nshards, const char *text, struct err *e);

#endif
