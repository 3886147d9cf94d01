/* shard.c - see shard.h. */
#include "cli/shard.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

enum { SHARDS_MOST = 1000000 };

/* Who tells what; NULL where an engine does not. The first index that is set counts. */
static const struct engine {
    const char *index, *count, *first;
} engines[] = {
    {"AWS_BATCH_JOB_ARRAY_INDEX", "AWS_BATCH_JOB_ARRAY_SIZE", NULL},
    {"JOB_COMPLETION_INDEX", NULL, NULL},
    {"SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT", "SLURM_ARRAY_TASK_MIN"},
};

/* Digits and nothing else, up to ${most}. */
static bool read_number(unsigned long *out, const char *text, size_t n, unsigned long most)
{
    unsigned long value = 0;
    for (size_t i = 0; i < n; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        value = 10 * value + (unsigned long)(text[i] - '0');
        if (value > most)
            return false;
    }
    *out = value;
    return n > 0;
}

static int read_variable(unsigned long *out, const char *name, struct err *e)
{
    const char *text = name == NULL ? NULL : getenv(name);
    if (text == NULL)
        return 0;
    if (!read_number(out, text, strlen(text), INT32_MAX))
        return err_set(e, ERR_INPUT, "%s: must be a number, not \"%s\"", name, text);
    return 1;
}

static int read_engine(unsigned long *i, unsigned long *n, struct err *e)
{
    for (size_t k = 0; k < sizeof engines / sizeof engines[0]; k++) {
        const struct engine *engine = &engines[k];
        unsigned long first = 0, count = 0;
        int told = read_variable(i, engine->index, e);
        if (told == 0)
            continue;
        if (told < 0 || read_variable(&first, engine->first, e) < 0 ||
            read_variable(&count, engine->count, e) < 0)
            return -1;
        if (*n == 0)
            *n = count;
        if (*n == 0)
            return err_set(e, ERR_INPUT,
                           "--shard auto: %s does not say how many there are; write auto/N",
                           engine->index);
        if (*i < first || *i - first >= *n)
            return err_set(e, ERR_INPUT,
                           "--shard auto: %s is %lu, and the %lu parts are %lu to %lu",
                           engine->index, *i, *n, first, first + *n - 1);
        *i -= first;
        return 0;
    }
    return err_set(e, ERR_INPUT, "--shard auto: none of %s, %s and %s is set; write I/N",
                   engines[0].index, engines[1].index, engines[2].index);
}

int shard_read(uint32_t *shard, uint32_t *nshards, const char *text, struct err *e)
{
    const char *slash = strchr(text, '/');
    const size_t head_n = slash == NULL ? strlen(text) : (size_t)(slash - text);
    const bool is_auto = head_n == 4 && memcmp(text, "auto", 4) == 0;
    unsigned long i = 0, n = 0;
    bool good = is_auto || (slash != NULL && read_number(&i, text, head_n, SHARDS_MOST));
    if (slash != NULL)
        good = good && read_number(&n, slash + 1, strlen(slash + 1), SHARDS_MOST) && n > 0;
    if (!good || (!is_auto && i >= n))
        return err_set(e, ERR_INPUT,
                       "--shard: must be I/N with I from 0 to N-1 and N up to %d, auto/N or auto, "
                       "not \"%s\"",
                       SHARDS_MOST, text);
    if (is_auto && read_engine(&i, &n, e) != 0)
        return -1;
    if (n > SHARDS_MOST)
        return err_set(e, ERR_INPUT, "--shard auto: %lu parts are more than %d", n, SHARDS_MOST);
    *shard = (uint32_t)i;
    *nshards = (uint32_t)n;
    return 0;
}
