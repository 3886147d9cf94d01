/*
 * utc.h - instants and durations as text
 *
 * An instant is int64_t milliseconds since 1970-01-01T00:00:00Z, always UTC, no leap seconds.
 * Knows calendars from year 1970 to 9999; the one clock it has is utc_now_ms.
 */
#ifndef BASE_UTC_H
#define BASE_UTC_H

#include <stdint.h>

#include "base/span.h"

struct buf;
struct err;

#define UTC_SECOND_MS INT64_C(1000)
#define UTC_MINUTE_MS INT64_C(60000)
#define UTC_HOUR_MS INT64_C(3600000)
#define UTC_DAY_MS INT64_C(86400000)

/* An instant taken apart. */
struct utc_civil {
    int year, month, day;     /* month and day from 1 */
    int hour, minute, second; /* 0..23, 0..59, 0..59 */
    int ms;
    int weekday; /* 0 = Monday .. 6 = Sunday */
};

/**
 * utc_now_ms():
 * The wall clock. Only cli/ and replay/ may call it.
 */
int64_t utc_now_ms(void);

/**
 * utc_day(t_ms):
 * Whole days since 1970-01-01, rounded down.
 */
int64_t utc_day(int64_t t_ms);

struct utc_civil utc_civil_of(int64_t t_ms);

/**
 * utc_from_civil(year, month, day):
 * The instant at which that day begins. The arguments must be a real date.
 */
int64_t utc_from_civil(int year, int month, int day);

/**
 * utc_read(out_ms, text, e):
 * Read an RFC 3339 date-time: "2026-09-14T00:00:00Z", with optional fraction (kept to ms) and
 * offset ("+02:00"). A date alone ("2026-09-14") is its midnight.
 *
 * Errors: -1 and ERR_INPUT for any other form or a date that is not one; ${out_ms} is untouched.
 * Source: RFC 3339, section 5.6.
 */
int utc_read(int64_t *out_ms, struct span text, struct err *e);

/**
 * utc_read_relative(out_ms, text, now_ms, e):
 * Like utc_read, and also "now", "now-24h", "now+15m".
 */
int utc_read_relative(int64_t *out_ms, struct span text, int64_t now_ms, struct err *e);

/**
 * utc_duration(out_ms, text, e):
 * Read digits and one unit out of s, m, h, d: "90s", "15m", "24h", "7d".
 *
 * Shape:  ${out_ms} in 0 .. 36 500 days.
 * Errors: -1 and ERR_INPUT for any other form; ${out_ms} is untouched.
 */
int utc_duration(int64_t *out_ms, struct span text, struct err *e);

/* Append "2023-07-10T11:42:31Z"; fractions are cut off. 20 bytes. */
void utc_put_iso(struct buf *out, int64_t t_ms);

/* The same 20 bytes without a buf: writes exactly 20 characters at ${at}, no NUL. */
void utc_iso(char at[20], int64_t t_ms);

/* Append "20230710T1150Z", the stamp of a log file's name. 14 bytes. */
void utc_put_stamp(struct buf *out, int64_t t_ms);

enum utc_java {
    UTC_JAVA_OLD,   /* "Jul 9, 2021 9:09:09 PM" */
    UTC_JAVA_COMMA, /* "Jul 9, 2023, 9:09:09 PM" */
    UTC_JAVA_NARROW /* "Feb 3, 2026, 4:11:47 PM" with U+202F before AM or PM */
};

enum { UTC_JAVA_MAX = 32 };

/**
 * utc_java(at, t_ms, style):
 * Write a date as Java's default English format does at ${at} and return its length in bytes.
 *
 * Shape:  at most UTC_JAVA_MAX bytes, no NUL. The hour is 12, 1 .. 11 without a leading zero.
 * Source: dates in requestParameters and responseElements of delivered records, 2021 to 2026.
 */
size_t utc_java(char at[UTC_JAVA_MAX], int64_t t_ms, enum utc_java style);

#endif
