/*
 * again.h - with which command an interrupted run goes on
 */
#ifndef CLI_AGAIN_H
#define CLI_AGAIN_H

#include <stdint.h>

struct err;

/**
 * again_say(e, argc, argv, option, at_ms):
 * Append to the ERR_STOP in ${e} the command line of ${argv} with --resume, so that a shell reads
 * it as it is. The value of ${option} ("--retime"), which may have said "now", becomes ${at_ms};
 * it is added where it was not given. ${option} may be NULL.
 */
void again_say(struct err *e, int argc, char **argv, const char *option, int64_t at_ms);

#endif
