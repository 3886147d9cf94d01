/* progress.c - see progress.h. */
#include "cli/progress.h"

#include <stdio.h>
#include <unistd.h>

#include "base/utc.h"

enum { BAR_N = 30, TERMINAL_MS = 200, LINE_MS = 5000 };

void progress_init(struct progress *p, const char *what, bool quiet)
{
    p->what = what;
    p->shown = !quiet;
    p->terminal = isatty(STDERR_FILENO) == 1;
    p->next_ms = utc_now_ms() + (p->terminal ? 500 : LINE_MS);
}

bool progress_due(const struct progress *p)
{
    return p->shown && utc_now_ms() >= p->next_ms;
}

void progress_say(struct progress *p, int per_mille, const char *text)
{
    if (!progress_due(p))
        return;
    p->next_ms = utc_now_ms() + (p->terminal ? TERMINAL_MS : LINE_MS);
    if (!p->terminal) {
        fprintf(stderr, "%s: %s\n", p->what, text);
        return;
    }
    if (per_mille < 0) {
        fprintf(stderr, "\r\033[K%s: %s", p->what, text);
        return;
    }
    char bar[BAR_N + 1];
    for (int i = 0; i < BAR_N; i++)
        bar[i] = i * 1000 < per_mille * BAR_N ? '#' : '.';
    bar[BAR_N] = '\0';
    fprintf(stderr, "\r\033[K%s [%s] %3d %% %s", p->what, bar, per_mille / 10, text);
}

void progress_end(struct progress *p)
{
    if (p->shown && p->terminal)
        fputs("\r\033[K", stderr);
}
