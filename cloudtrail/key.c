/* key.c - see key.h. */
#include "cloudtrail/key.h"

#include <assert.h>
#include <string.h>

#include "base/buf.h"
#include "base/draw.h"
#include "base/err.h"
#include "base/utc.h"

enum {
    ACCOUNT_N = 12,
    STAMP_N = 14, /* "20230710T1150Z" */
    REGION_MAX_N = 32,
    PREFIX_MAX_N = 200
};

#define STAMP_STEP_MS (5 * UTC_MINUTE_MS)

int64_t key_stamp(int64_t newest_ms)
{
    int64_t past_ms = newest_ms % STAMP_STEP_MS;
    return past_ms == 0 ? newest_ms : newest_ms - past_ms + STAMP_STEP_MS;
}

void key_suffix(char at[KEY_SUFFIX_N], const uint64_t bits[2])
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    /* The bits are a fraction of 128 places: times 62, what passes the point is the next letter. */
    uint64_t high = bits[0], low = bits[1];
    for (size_t i = 0; i < KEY_SUFFIX_N; i++) {
        draw_wide low_part = (draw_wide)low * 62;
        draw_wide high_part = (draw_wide)high * 62 + (uint64_t)(low_part >> 64);
        at[i] = letters[(size_t)(high_part >> 64)];
        high = (uint64_t)high_part;
        low = (uint64_t)low_part;
    }
}

void key_write(struct buf *out, const struct key_parts *k, bool gzipped)
{
    assert(k->kind == KEY_LOG && k->suffix.n == KEY_SUFFIX_N);
    if (k->prefix.n > 0) {
        buf_put_span(out, k->prefix);
        buf_put_char(out, '/');
    }
    buf_put_span(out, SPAN("AWSLogs/"));
    if (k->organization.n > 0) {
        buf_put_span(out, k->organization);
        buf_put_char(out, '/');
    }
    buf_put_span(out, k->account);
    buf_put_span(out, SPAN("/CloudTrail/"));
    buf_put_span(out, k->region);

    char day[20]; /* "2023-07-10T11:50:00Z" */
    utc_iso(day, k->stamp_ms);
    day[4] = day[7] = '/';
    buf_put_char(out, '/');
    buf_put(out, day, 10);
    buf_put_char(out, '/');

    buf_put_span(out, k->account);
    buf_put_span(out, SPAN("_CloudTrail_"));
    buf_put_span(out, k->region);
    buf_put_char(out, '_');
    utc_put_stamp(out, k->stamp_ms);
    buf_put_char(out, '_');
    buf_put_span(out, k->suffix);
    buf_put_span(out, gzipped ? SPAN(".json.gz") : SPAN(".json"));
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool all_digits(struct span text)
{
    for (size_t i = 0; i < text.n; i++)
        if (!is_digit(text.p[i]))
            return false;
    return true;
}

static bool is_region(struct span text)
{
    for (size_t i = 0; i < text.n; i++)
        if (!(text.p[i] >= 'a' && text.p[i] <= 'z') && !is_digit(text.p[i]) && text.p[i] != '-')
            return false;
    return text.n > 0 && text.n <= REGION_MAX_N;
}

static bool is_suffix(struct span text)
{
    for (size_t i = 0; i < text.n; i++)
        if (!is_letter(text.p[i]) && !is_digit(text.p[i]))
            return false;
    return text.n == KEY_SUFFIX_N;
}

static bool read_stamp(int64_t *out_ms, struct span text)
{
    if (text.n != STAMP_N)
        return false;
    /* "20230710T1150Z" as RFC 3339 spells it, so that there is one judge of what a date is. */
    char iso[] = "0000-00-00T00:00:00Z";
    static const unsigned char places[STAMP_N] = {0, 1, 2, 3, 5, 6, 8, 9, 10, 11, 12, 14, 15, 19};
    for (size_t i = 0; i < STAMP_N; i++)
        iso[places[i]] = text.p[i];
    struct err ignored = {0};
    return iso[10] == 'T' && iso[19] == 'Z' && utc_read(out_ms, span_of(iso), &ignored) == 0;
}

/* Cut what stands before the last ${c} off ${text}: what is behind it, and the text becomes the
   rest; with no ${c} all of it. */
static struct span cut_last(struct span *text, char c)
{
    size_t n = text->n;
    while (n > 0 && text->p[n - 1] != c)
        n--;
    struct span last = span_from(*text, n);
    text->n = n == 0 ? 0 : n - 1;
    return last;
}

/* [prefix/]AWSLogs/[o-orgid/]ACCOUNT/CloudTrail/REGION/YYYY/MM/DD, read from its end; anything else
   is some other folder and says nothing. */
static void read_folders(struct key_parts *k, struct span folders)
{
    for (int i = 0; i < 4; i++) /* day, month, year, region: the name is the better witness */
        cut_last(&folders, '/');
    if (!span_is(cut_last(&folders, '/'), "CloudTrail"))
        return;
    if (!key_is_account(cut_last(&folders, '/')))
        return;
    struct span organization = {NULL, 0};
    struct span word = cut_last(&folders, '/');
    if (span_starts(word, SPAN("o-"))) {
        organization = word;
        word = cut_last(&folders, '/');
    }
    if (!span_is(word, "AWSLogs"))
        return;
    k->organization = organization;
    k->prefix = folders;
}

static int read_name(struct key_parts *k, struct span name, struct span rest, struct err *e)
{
    struct span ends[] = {SPAN_INIT(".json.gz"), SPAN_INIT(".json")};
    size_t i = 0;
    while (i < 2 && !span_ends(rest, ends[i]))
        i++;
    if (i == 2)
        return err_set(e, ERR_INPUT, "%.*s: a log file's name ends in .json.gz or .json",
                       SPAN_ARG(name));
    rest.n -= ends[i].n;
    k->suffix = cut_last(&rest, '_');
    struct span stamp = cut_last(&rest, '_');
    k->region = rest;
    if (!is_suffix(k->suffix))
        return err_set(e, ERR_INPUT, "%.*s: \"%.*s\" is not a suffix of %d letters and digits",
                       SPAN_ARG(name), SPAN_ARG(k->suffix), KEY_SUFFIX_N);
    if (!read_stamp(&k->stamp_ms, stamp))
        return err_set(e, ERR_INPUT, "%.*s: \"%.*s\" is not a time such as 20230710T1150Z",
                       SPAN_ARG(name), SPAN_ARG(stamp));
    if (!is_region(k->region))
        return err_set(e, ERR_INPUT, "%.*s: \"%.*s\" is not a region", SPAN_ARG(name),
                       SPAN_ARG(k->region));
    return 0;
}

/* The words behind the account in a file's name. */
static const struct {
    struct span word;
    enum key_kind kind;
} kinds[] = {
    {SPAN_INIT("_CloudTrail_"), KEY_LOG},
    {SPAN_INIT("_CloudTrail-Digest_"), KEY_DIGEST},
    {SPAN_INIT("_CloudTrail-Insight_"), KEY_INSIGHT},
};

/* What the file ${name} is; ${rest} becomes what stands behind the word that says so. */
static enum key_kind kind_of(struct span *rest, struct span name)
{
    const struct span account = {name.p, name.n < ACCOUNT_N ? name.n : ACCOUNT_N};
    *rest = span_from(name, account.n);
    if (!key_is_account(account))
        return KEY_OTHER;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (span_starts(*rest, kinds[i].word)) {
            *rest = span_from(*rest, kinds[i].word.n);
            return kinds[i].kind;
        }
    }
    return KEY_OTHER;
}

enum key_kind key_kind(struct span text)
{
    struct span rest;
    return kind_of(&rest, cut_last(&text, '/'));
}

int key_read(struct key_parts *out, struct span text, struct err *e)
{
    struct span folders = text, rest;
    const struct span name = cut_last(&folders, '/');
    struct key_parts k = {.kind = kind_of(&rest, name)};
    if (k.kind == KEY_LOG) {
        if (text.n > KEY_MAX)
            return err_set(e, ERR_INPUT, "%.*s: the key has more than %d bytes",
                           (int)(name.n < KEY_MAX ? name.n : KEY_MAX), name.p, KEY_MAX);
        k.account = (struct span){name.p, ACCOUNT_N};
        if (read_name(&k, name, rest, e) != 0)
            return -1;
        read_folders(&k, folders);
    }
    *out = k;
    return 0;
}

int key_prefix(struct span prefix, struct err *e)
{
    if (prefix.n > PREFIX_MAX_N)
        return err_set(e, ERR_INPUT, "the prefix has %zu bytes; at most %d are possible", prefix.n,
                       PREFIX_MAX_N);
    for (size_t i = 0; i < prefix.n; i++)
        if ((unsigned char)prefix.p[i] < ' ' || prefix.p[i] == 0x7f)
            return err_set(e, ERR_INPUT, "the prefix \"%.*s\" has a control character",
                           SPAN_ARG(prefix));
    struct span rest = prefix;
    while (rest.n > 0) {
        struct span part = {rest.p, span_find(rest, '/')};
        bool is_last = part.n == rest.n;
        rest = span_from(rest, is_last ? rest.n : part.n + 1);
        if (part.n == 0 || (rest.n == 0 && !is_last))
            return err_set(e, ERR_INPUT,
                           "the prefix \"%.*s\" has a slash too many: none at its ends, one "
                           "between two parts",
                           SPAN_ARG(prefix));
        if (part.p[0] == '.')
            return err_set(e, ERR_INPUT, "the prefix \"%.*s\" has a part that begins with \".\"",
                           SPAN_ARG(prefix));
    }
    return 0;
}

bool key_is_account(struct span text)
{
    return text.n == ACCOUNT_N && all_digits(text);
}

const char *key_partition(struct span region)
{
    if (span_starts(region, SPAN("cn-")))
        return "aws-cn";
    return span_starts(region, SPAN("us-gov-")) ? "aws-us-gov" : "aws";
}
