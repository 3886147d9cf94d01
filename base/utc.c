/* utc.c - see utc.h. */
#include "base/utc.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/err.h"

#define LAST_MS INT64_C(253402300799999) /* 9999-12-31T23:59:59.999Z */

enum {
    SHOWN_MAX = 64, /* bytes of a text in an error */
    DURATION_DAYS_MAX = 36500
};

static const char pairs[200] = "00010203040506070809101112131415161718192021222324"
                               "25262728293031323334353637383940414243444546474849"
                               "50515253545556575859606162636465666768697071727374"
                               "75767778798081828384858687888990919293949596979899";

static const char months[12][4] = {"Jan ", "Feb ", "Mar ", "Apr ", "May ", "Jun ",
                                   "Jul ", "Aug ", "Sep ", "Oct ", "Nov ", "Dec "};

/* Neither ends in NUL. */
static const char iso[20] = "0000-00-00T00:00:00Z";
static const char narrow_space[3] = "\xe2\x80\xaf"; /* U+202F */

static void put2(char *at, int value)
{
    memcpy(at, pairs + 2 * (size_t)value, 2);
}

int64_t utc_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t utc_day(int64_t t_ms)
{
    int64_t day = t_ms / UTC_DAY_MS;
    return t_ms % UTC_DAY_MS < 0 ? day - 1 : day;
}

/* Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days. Years
   begin in March, so that the leap day is a year's last. */
/* Inline, so that a writer of dates computes no more than it writes. */
static inline struct utc_civil civil_of(int64_t t_ms)
{
    int64_t day = utc_day(t_ms);
    unsigned in_day = (unsigned)(t_ms - day * UTC_DAY_MS);
    int64_t shifted = day + 719468; /* days since 0000-03-01 */
    int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    unsigned doe = (unsigned)(shifted - era * 146097);
    unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    unsigned march = (5 * doy + 2) / 153;
    unsigned month = march < 10 ? march + 3 : march - 9;
    int64_t weekday = (day + 3) % 7; /* 1970-01-01 was a Thursday */
    unsigned second = in_day / 1000;
    return (struct utc_civil){
        .year = (int)((int64_t)yoe + era * 400) + (month <= 2),
        .month = (int)month,
        .day = (int)(doy - (153 * march + 2) / 5 + 1),
        .hour = (int)(second / 3600),
        .minute = (int)(second / 60 % 60),
        .second = (int)(second % 60),
        .ms = (int)(in_day % 1000),
        .weekday = (int)(weekday < 0 ? weekday + 7 : weekday),
    };
}

struct utc_civil utc_civil_of(int64_t t_ms)
{
    return civil_of(t_ms);
}

/* Source: the same, days_from_civil. */
int64_t utc_from_civil(int year, int month, int day)
{
    int64_t y = (int64_t)year - (month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t yoe = y - era * 400;
    int64_t doy = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return (era * 146097 + doe - 719468) * UTC_DAY_MS;
}

/* Reading */

/* Take ${n} digits off the front of ${rest}; -1 when they are not there. */
static int take_digits(struct span *rest, size_t n)
{
    int value = 0;
    if (rest->n < n)
        return -1;
    for (size_t i = 0; i < n; i++) {
        if (rest->p[i] < '0' || rest->p[i] > '9')
            return -1;
        value = 10 * value + (rest->p[i] - '0');
    }
    *rest = span_from(*rest, n);
    return value;
}

/* Take one character out of ${any}. */
static bool take_char(struct span *rest, const char *any)
{
    if (rest->n == 0 || rest->p[0] == '\0' || strchr(any, rest->p[0]) == NULL)
        return false;
    *rest = span_from(*rest, 1);
    return true;
}

static bool take_date(struct span *rest, int64_t *out_ms)
{
    static const int lengths[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year = take_digits(rest, 4);
    if (year < 1970 || !take_char(rest, "-"))
        return false;
    int month = take_digits(rest, 2);
    if (month < 1 || month > 12 || !take_char(rest, "-"))
        return false;
    int day = take_digits(rest, 2);
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (day < 1 || day > lengths[month - 1] + (month == 2 && leap))
        return false;
    *out_ms = utc_from_civil(year, month, day);
    return true;
}

static bool take_time(struct span *rest, int64_t *out_ms)
{
    int hour = take_digits(rest, 2);
    if (hour < 0 || hour > 23 || !take_char(rest, ":"))
        return false;
    int minute = take_digits(rest, 2);
    if (minute < 0 || minute > 59 || !take_char(rest, ":"))
        return false;
    int second = take_digits(rest, 2);
    if (second < 0 || second > 59)
        return false;
    *out_ms += hour * UTC_HOUR_MS + minute * UTC_MINUTE_MS + second * UTC_SECOND_MS;
    if (!take_char(rest, "."))
        return true;
    int64_t weight = 100;
    int digit = take_digits(rest, 1);
    if (digit < 0)
        return false;
    for (; digit >= 0; digit = take_digits(rest, 1)) {
        *out_ms += digit * weight;
        weight /= 10;
    }
    return true;
}

/* "Z", "+02:00" or "-02:00": what is to be taken off the written time. */
static bool take_offset(struct span *rest, int64_t *out_ms)
{
    if (take_char(rest, "Zz"))
        return true;
    int64_t sign = rest->n > 0 && rest->p[0] == '-' ? -1 : 1;
    if (!take_char(rest, "+-"))
        return false;
    int hour = take_digits(rest, 2);
    if (hour < 0 || hour > 23 || !take_char(rest, ":"))
        return false;
    int minute = take_digits(rest, 2);
    if (minute < 0 || minute > 59)
        return false;
    *out_ms -= sign * (hour * UTC_HOUR_MS + minute * UTC_MINUTE_MS);
    return true;
}

static bool read_instant(struct span text, int64_t *out_ms)
{
    if (!take_date(&text, out_ms))
        return false;
    if (text.n == 0)
        return true;
    return take_char(&text, "Tt") && take_time(&text, out_ms) && take_offset(&text, out_ms) &&
           text.n == 0;
}

static struct span shown(struct span text)
{
    if (text.n <= SHOWN_MAX)
        return text;
    size_t n = SHOWN_MAX;
    while (n > 0 && ((unsigned char)text.p[n] & 0xc0) == 0x80)
        n--;
    return (struct span){text.p, n};
}

static bool in_range(int64_t t_ms)
{
    return t_ms >= 0 && t_ms <= LAST_MS;
}

int utc_read(int64_t *out_ms, struct span text, struct err *e)
{
    int64_t t_ms = 0;
    if (!read_instant(text, &t_ms) || !in_range(t_ms)) {
        struct span some = shown(text);
        return err_set(e, ERR_INPUT,
                       "\"%.*s\" is not a date and time from 1970 to 9999; write it like "
                       "2026-09-14T00:00:00Z or 2026-09-14",
                       SPAN_ARG(some));
    }
    *out_ms = t_ms;
    return 0;
}

static bool read_duration(struct span text, int64_t *out_ms)
{
    static const struct {
        char name;
        int64_t ms;
    } units[] = {{'s', UTC_SECOND_MS}, {'m', UTC_MINUTE_MS}, {'h', UTC_HOUR_MS}, {'d', UTC_DAY_MS}};
    int64_t value = 0;
    int digit = take_digits(&text, 1);
    if (digit < 0)
        return false;
    for (; digit >= 0; digit = take_digits(&text, 1)) {
        value = 10 * value + digit;
        if (value > DURATION_DAYS_MAX * UTC_DAY_MS / UTC_SECOND_MS)
            return false;
    }
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (text.n == 1 && text.p[0] == units[i].name) {
            *out_ms = value * units[i].ms;
            return *out_ms <= DURATION_DAYS_MAX * UTC_DAY_MS;
        }
    }
    return false;
}

int utc_duration(int64_t *out_ms, struct span text, struct err *e)
{
    int64_t duration_ms = 0;
    if (!read_duration(text, &duration_ms)) {
        struct span some = shown(text);
        return err_set(e, ERR_INPUT,
                       "\"%.*s\" is not a duration up to %dd; write digits and s, m, h or d, like "
                       "90s or 24h",
                       SPAN_ARG(some), DURATION_DAYS_MAX);
    }
    *out_ms = duration_ms;
    return 0;
}

int utc_read_relative(int64_t *out_ms, struct span text, int64_t now_ms, struct err *e)
{
    struct span now = SPAN("now");
    if (!span_starts(text, now))
        return utc_read(out_ms, text, e);
    int64_t t_ms = now_ms;
    struct span rest = span_from(text, now.n);
    if (rest.n > 0) {
        int64_t sign = rest.p[0] == '-' ? -1 : 1;
        int64_t duration_ms = 0;
        struct span some = shown(text);
        if (!take_char(&rest, "+-") || !read_duration(rest, &duration_ms))
            return err_set(e, ERR_INPUT,
                           "\"%.*s\" is not an instant; write it like now, now-24h or now+15m",
                           SPAN_ARG(some));
        t_ms += sign * duration_ms;
        if (!in_range(t_ms))
            return err_set(e, ERR_INPUT, "\"%.*s\" is outside the years 1970 to 9999",
                           SPAN_ARG(some));
    }
    *out_ms = t_ms;
    return 0;
}

/* Writing */

/* The day written last: instants come in crowds, and a date costs more than a time of day. */
struct written_day {
    int64_t number; /* since 1970 */
    char text[20];  /* its midnight */
};

static void write_day(struct written_day *day, int64_t number)
{
    const struct utc_civil c = civil_of(number * UTC_DAY_MS);
    day->number = number;
    memcpy(day->text, iso, sizeof(iso));
    put2(day->text, c.year / 100);
    put2(day->text + 2, c.year % 100);
    put2(day->text + 5, c.month);
    put2(day->text + 8, c.day);
}

void utc_iso(char at[20], int64_t t_ms)
{
    static _Thread_local struct written_day day = {.number = -1};
    assert(in_range(t_ms));
    const int64_t number = t_ms / UTC_DAY_MS;
    if (number != day.number)
        write_day(&day, number);
    const uint32_t second = (uint32_t)(t_ms - number * UTC_DAY_MS) / UTC_SECOND_MS;
    const uint32_t minute = second / 60;
    memcpy(at, day.text, sizeof(day.text));
    put2(at + 11, (int)(minute / 60));
    put2(at + 14, (int)(minute % 60));
    put2(at + 17, (int)(second % 60));
}

void utc_put_iso(struct buf *out, int64_t t_ms)
{
    utc_iso(buf_need(out, 20), t_ms);
    out->n += 20;
}

void utc_put_stamp(struct buf *out, int64_t t_ms)
{
    assert(in_range(t_ms));
    struct utc_civil c = civil_of(t_ms);
    char *at = buf_need(out, 14);
    put2(at, c.year / 100);
    put2(at + 2, c.year % 100);
    put2(at + 4, c.month);
    put2(at + 6, c.day);
    at[8] = 'T';
    put2(at + 9, c.hour);
    put2(at + 11, c.minute);
    at[13] = 'Z';
    out->n += 14;
}

/* A number without a leading zero; return where it ends. */
static char *put_short(char *at, int value)
{
    if (value >= 10)
        *at++ = (char)('0' + value / 10);
    *at++ = (char)('0' + value % 10);
    return at;
}

size_t utc_java(char at[UTC_JAVA_MAX], int64_t t_ms, enum utc_java style)
{
    assert(in_range(t_ms));
    struct utc_civil c = civil_of(t_ms);
    char *p = at;
    memcpy(p, months[c.month - 1], 4);
    p = put_short(p + 4, c.day);
    *p++ = ',';
    *p++ = ' ';
    put2(p, c.year / 100);
    put2(p + 2, c.year % 100);
    p += 4;
    if (style != UTC_JAVA_OLD)
        *p++ = ',';
    *p++ = ' ';
    p = put_short(p, c.hour % 12 == 0 ? 12 : c.hour % 12);
    *p++ = ':';
    put2(p, c.minute);
    p[2] = ':';
    put2(p + 3, c.second);
    p += 5;
    if (style == UTC_JAVA_NARROW) {
        memcpy(p, narrow_space, sizeof(narrow_space));
        p += sizeof(narrow_space);
    } else {
        *p++ = ' ';
    }
    *p++ = c.hour < 12 ? 'A' : 'P';
    *p++ = 'M';
    return (size_t)(p - at);
}
