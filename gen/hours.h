/*
 * hours.h - when somebody is at work
 */
#ifndef GEN_HOURS_H
#define GEN_HOURS_H

#include <stdbool.h>
#include <stdint.h>

#include "gen/scenario.h"

/**
 * hours_time(h, address, day_ms):
 * A moment of the working hours of the local day that begins at ${day_ms}, drawn with ${address}:
 * more before noon and in the afternoon than around lunch.
 */
int64_t hours_time(const struct hours *h, uint64_t address, int64_t day_ms);

/* Whether ${t_ms} lies in the working hours of a weekday; always for machines. */
bool hours_hold(const struct hours *h, int64_t t_ms);

/* The first moment of the local day in which ${t_ms} lies. */
int64_t hours_day(const struct hours *h, int64_t t_ms);

/* Whether the local day in which ${t_ms} lies is a Saturday or a Sunday. */
bool hours_weekend(const struct hours *h, int64_t t_ms);

#endif
