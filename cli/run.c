/* run.c - see run.h. */
#include "cli/run.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

volatile sig_atomic_t run_stop;

static void on_signal(int signal_number)
{
    /* The second time somebody means it: die as if nothing had been caught. */
    if (run_stop) {
        signal(signal_number, SIG_DFL);
        raise(signal_number);
        return;
    }
    run_stop = 1;
}

void run_catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

int run_end(const struct err *e)
{
    if (e->kind != ERR_NONE) {
        fflush(stdout);
        fprintf(stderr, "%s\n", e->text);
    }
    switch (e->kind) {
    case ERR_NONE:
        return 0;
    case ERR_INPUT:
        return 2;
    case ERR_WORK:
        return 1;
    case ERR_STOP:
        return 130;
    }
    return 1;
}

void run_print_finding(void *ctx, const struct finding *f)
{
    struct run_findings *found = ctx;
    char place[32] = "";
    if (f->line > 0)
        snprintf(place, sizeof place, ":%u:%u", f->line, f->column);
    char line[ERR_TEXT_MAX];
    snprintf(line, sizeof line, "%s%s: %.*s%s%.*s", f->file, place, SPAN_ARG(f->pointer),
             f->pointer.n > 0 ? ": " : "", SPAN_ARG(f->text));
    if (found->n == 0)
        memcpy(found->first, line, sizeof line);
    else
        fprintf(stderr, "%s%s%s\n", found->n == 1 ? found->first : "", found->n == 1 ? "\n" : "",
                line);
    found->n++;
}

void run_settle_findings(const struct run_findings *found, struct err *e)
{
    if (found->n == 1)
        memcpy(e->text, found->first, sizeof e->text);
}

int run_flush(struct err *e)
{
    if (fflush(stdout) != 0 || ferror(stdout))
        return err_sys(e, ERR_WORK, "standard output: cannot be written");
    return 0;
}
