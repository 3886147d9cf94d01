/* main.c - the table of commands; an error becomes a line and an exit code. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "cli/run.h"

static const struct {
    const char *name;
    run_fn *run;
    const char *about;
} commands[] = {
    {"gen", cmd_gen, "make a trail from a scenario"},
    {"replay", cmd_replay, "deliver a trail, made or recorded, to a directory or a bucket"},
    {"reconcile", cmd_reconcile, "tell what a consumer of a delivered trail lost or doubled"},
    {"scenarios", cmd_scenarios, "list the built-in scenarios, or print one to start from"},
    {"catalog", cmd_catalog, "list the operations, or one operation's members"},
};

enum { NCOMMANDS = sizeof commands / sizeof commands[0] };

static void print_usage(FILE *out)
{
    fprintf(out, "usage: beantrail COMMAND [ARGUMENTS]\n"
                 "CloudTrail log files of Elastic Beanstalk activity: made, and delivered.\n\n");
    for (size_t i = 0; i < NCOMMANDS; i++)
        fprintf(out, "  %-12s%s\n", commands[i].name, commands[i].about);
    fprintf(out, "\n\"beantrail COMMAND --help\" says more.\n");
}

static int unknown_command(const char *name, struct err *e)
{
    const char *names[NCOMMANDS + 1] = {NULL};
    for (size_t i = 0; i < NCOMMANDS; i++)
        names[i] = commands[i].name;
    const char *near = json_nearest(span_of(name), names);
    if (near != NULL)
        return err_set(e, ERR_INPUT, "%s: is not a command; did you mean \"%s\"?", name, near);
    return err_set(e, ERR_INPUT, "%s: is not a command; see \"beantrail --help\"", name);
}

int main(int argc, char **argv)
{
    /* A consumer that closes its pipe is an error of the write, not the end of the program. */
    signal(SIGPIPE, SIG_IGN);
    mem_keep();

    struct err e = {0};
    if (argc < 2) {
        print_usage(stderr);
        return 2;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        print_usage(stdout);
        run_flush(&e);
        return run_end(&e);
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("beantrail %s\n", BEANTRAIL_VERSION);
        run_flush(&e);
        return run_end(&e);
    }
    for (size_t i = 0; i < NCOMMANDS; i++) {
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    }
    unknown_command(argv[1], &e);
    return run_end(&e);
}
