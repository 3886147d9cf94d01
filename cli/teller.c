/* teller.c - see teller.h. */
#include "cli/teller.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/err.h"

enum { LOST_SHOWN = 20 };

void teller_init(struct teller *t, const char *command, bool quiet)
{
    *t = (struct teller){.lost = 0};
    progress_init(&t->progress, command, quiet);
}

void teller_lost(void *ctx, struct span key, struct span why)
{
    struct teller *t = ctx;
    if (why.n == 0 || t->lost++ >= LOST_SHOWN)
        return;
    progress_end(&t->progress);
    /* An error's text is clean of control characters, whatever a server said. */
    struct err line = {0};
    err_set(&line, ERR_WORK, "%.*s: %.*s", SPAN_ARG(key), SPAN_ARG(why));
    fprintf(stderr, "%s\n", line.text);
}

void teller_tick(void *ctx, const struct play_totals *so_far)
{
    struct teller *t = ctx;
    if (!progress_due(&t->progress))
        return;
    char text[64];
    snprintf(text, sizeof(text), "%" PRIu64 " log files, %" PRIu64 " records", so_far->files,
             so_far->records);
    progress_say(&t->progress, -1, text);
}

void teller_end(struct teller *t)
{
    progress_end(&t->progress);
    if (t->lost > LOST_SHOWN)
        fprintf(stderr, "and %" PRIu64 " more\n", t->lost - LOST_SHOWN);
}
