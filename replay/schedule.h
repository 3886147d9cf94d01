/*
 * schedule.h - the planned moment of each log file; pure
 */
#ifndef REPLAY_SCHEDULE_H
#define REPLAY_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

enum schedule_kind {
    SCHEDULE_ASAP,  /* all at once, as fast as the sink takes them */
    SCHEDULE_SPEED, /* as recorded, so many times faster */
    SCHEDULE_RATE   /* so many a second */
};

struct schedule {
    enum schedule_kind kind;
    double factor;     /* SPEED: above 1 is faster; RATE: files a second */
    bool begun;        /* SPEED: whether origin_ms is known */
    int64_t origin_ms; /* when the first was delivered, as recorded */
};

/**
 * schedule_offset(s, index, deliver_ms):
 * Nanoseconds from the start of the run to the planned moment of file ${index}, delivered at
 * ${deliver_ms} as recorded; the first known instant becomes the origin. Never negative; a file
 * whose time is not known (LOGFILE_NO_TIME), or lies before the origin, goes at once.
 */
int64_t schedule_offset(struct schedule *s, uint64_t index, int64_t deliver_ms);

#endif
