/* err.c - see err.h. */
#include "base/err.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static size_t put(struct err *e, size_t at, const char *format, va_list args)
    __attribute__((format(printf, 3, 0)));

/* Print at ${at} of e->text; return where the text ends, which may be cut. */
static size_t put(struct err *e, size_t at, const char *format, va_list args)
{
    int n = vsnprintf(e->text + at, sizeof(e->text) - at, format, args);
    assert(n >= 0);
    if ((size_t)n < sizeof(e->text) - at)
        return at + (size_t)n;
    /* Cut: take a character that lost its end away as a whole. */
    size_t end = sizeof(e->text) - 1;
    size_t head = end;
    while (head > at && ((unsigned char)e->text[head - 1] & 0xc0) == 0x80)
        head--;
    if (head > at && (unsigned char)e->text[head - 1] >= 0xc0)
        end = head - 1;
    e->text[end] = '\0';
    return end;
}

/* Control characters, C1 (U+0080 to U+009F) too, could forge lines or drive a terminal. */
static void make_plain(char *text)
{
    for (unsigned char *c = (unsigned char *)text; *c != '\0'; c++) {
        if (*c < 0x20 || *c == 0x7f) {
            *c = '?';
        } else if (*c == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0) {
            c[0] = '?';
            c[1] = '?';
        }
    }
}

int err_vset(struct err *e, enum err_kind kind, const char *format, va_list args)
{
    assert(e->kind == ERR_NONE && kind != ERR_NONE);
    e->kind = kind;
    put(e, 0, format, args);
    make_plain(e->text);
    return -1;
}

int err_set(struct err *e, enum err_kind kind, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    err_vset(e, kind, format, args);
    va_end(args);
    return -1;
}

int err_sys(struct err *e, enum err_kind kind, const char *format, ...)
{
    int reason = errno;
    assert(e->kind == ERR_NONE && kind != ERR_NONE);
    e->kind = kind;
    va_list args;
    va_start(args, format);
    size_t n = put(e, 0, format, args);
    va_end(args);
    char why[128];
    if (strerror_r(reason, why, sizeof(why)) != 0)
        snprintf(why, sizeof(why), "system error %d", reason);
    snprintf(e->text + n, sizeof(e->text) - n, ": %s", why);
    make_plain(e->text);
    return -1;
}
