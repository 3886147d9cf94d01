/* test_gzip.c - members made by gzip(1) and Python's zlib are the outside opinion. */
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/draw.h"
#include "base/err.h"
#include "base/gzip.h"

enum { TEXT_N = 3 << 20 };

/* "hello, trail\n" by Python's gzip.compress(..., mtime=0). */
#define HELLO                                                                                      \
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xcb\x48\xcd\xc9\xc9\xd7\x51\x28\x29\x4a\xcc\xcc\xe1" \
    "\x02\x00\x5c\xe5\x7e\x66\x0d\x00\x00\x00"

/* Text like a log file's, or bytes that do not shrink. */
static char *make_text(bool hard)
{
    char *text = malloc(TEXT_N);
    assert_non_null(text);
    for (size_t i = 0; i < TEXT_N; i++) {
        uint64_t bits = draw_at(1, hard, hard ? i : i / 5);
        text[i] =
            hard ? (char)bits : "{\"userIdentity\":\"AIDAEXAMPLE0123456789\"},"[(bits >> 40) % 42];
    }
    return text;
}

static int unpack(struct buf *out, struct span body, size_t max_n, unsigned *members, struct err *e)
{
    buf_init(out, max_n);
    return gzip_unpack(out, members, body, e);
}

static void what_is_packed_comes_back(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 2, 12, 100, 4096, 65535, 65536, 200000, TEXT_N};
    for (int hard = 0; hard < 2; hard++) {
        char *text = make_text(hard);
        for (enum gzip_kind kind = GZIP_FAST; kind <= GZIP_AWS; kind++) {
            struct gzip *z = gzip_open(kind);
            for (size_t i = 0; i < COUNT(sizes); i++) {
                struct buf body, back;
                struct err e = {0};
                unsigned members = 0;
                buf_init(&body, gzip_bound(z, sizes[i]));
                gzip_pack(z, &body, (struct span){text, sizes[i]});
                int rc = unpack(&back, buf_span(&body), sizes[i], &members, &e);
                if (rc != 0 || members != 1 || back.n != sizes[i] ||
                    (back.n > 0 && memcmp(back.p, text, back.n) != 0))
                    fail_msg("kind %d, %zu bytes: rc %d, %u members, %zu back, \"%s\"", kind,
                             sizes[i], rc, members, back.n, e.text);
                buf_free(&body);
                buf_free(&back);
            }
            gzip_close(z);
        }
        free(text);
    }
}

/* Whatever ${z} packed before, and wherever it goes. */
static void bytes_depend_on_the_text_alone(void **state)
{
    (void)state;
    char *easy = make_text(false), *hard = make_text(true);
    for (enum gzip_kind kind = GZIP_FAST; kind <= GZIP_AWS; kind++) {
        struct gzip *fresh = gzip_open(kind), *used = gzip_open(kind);
        struct buf waste, first, second;
        buf_init(&waste, SIZE_MAX);
        buf_init(&first, SIZE_MAX);
        buf_init(&second, SIZE_MAX);
        gzip_pack(used, &waste, (struct span){hard, TEXT_N});
        gzip_pack(used, &waste, (struct span){easy, 777});
        gzip_pack(fresh, &first, (struct span){easy, 100000});
        (void)buf_need(&second, 1 << 20);
        buf_put_span(&second, SPAN("xyz"));
        gzip_pack(used, &second, (struct span){easy, 100000});
        assert_true(span_equal(buf_span(&first), span_from(buf_span(&second), 3)));
        assert_true(first.n < 100000);
        buf_free(&waste);
        buf_free(&first);
        buf_free(&second);
        gzip_close(fresh);
        gzip_close(used);
    }
    free(easy);
    free(hard);
}

static void the_header_has_no_name_and_no_time(void **state)
{
    (void)state;
    for (enum gzip_kind kind = GZIP_FAST; kind <= GZIP_AWS; kind++) {
        struct gzip *z = gzip_open(kind);
        struct buf body;
        buf_init(&body, 4096);
        gzip_pack(z, &body, SPAN("{\"Records\":[]}"));
        assert_true(gzip_is(buf_span(&body)));
        assert_memory_equal(body.p, "\x1f\x8b\x08\x00\x00\x00\x00\x00", 8);
        /* XFL says fastest where zlib stands in for ISA-L. */
        assert_true(body.p[8] == 0 || (kind == GZIP_FAST && body.p[8] == 4));
        assert_int_equal((unsigned char)body.p[9], 255);
        buf_free(&body);
        gzip_close(z);
        assert_non_null(strstr(gzip_name(kind), kind == GZIP_FAST ? " level 1" : " level 6"));
    }
}

static void members_of_others_are_read(void **state)
{
    (void)state;
    struct buf out;
    struct err e = {0};
    unsigned members = 0;
    assert_int_equal(unpack(&out, SPAN(HELLO), 13, &members, &e), 0);
    assert_int_equal(members, 1);
    assert_true(span_is(buf_span(&out), "hello, trail\n"));
    buf_free(&out);
    assert_int_equal(unpack(&out, SPAN(HELLO HELLO HELLO), 100, &members, &e), 0);
    assert_int_equal(members, 3);
    assert_true(span_is(buf_span(&out), "hello, trail\nhello, trail\nhello, trail\n"));
    buf_free(&out);
}

static void damage_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        struct span body;
        size_t max_n;
        const char *want;
    } rows[] = {
        {"nothing", {"", 0}, 100, "is not gzip data"},
        {"text", SPAN_INIT("{\"Records\":[]}"), 100, "is not gzip data"},
        {"half a header", {HELLO, 6}, 100, "ends in the middle"},
        {"no trailer", {HELLO, sizeof(HELLO) - 9}, 100, "ends in the middle"},
        {"half a trailer", {HELLO, sizeof(HELLO) - 3}, 100, "ends in the middle"},
        {"garbage behind", SPAN_INIT(HELLO "garbage"), 100, "has 7 bytes behind its gzip data"},
        {"zeros behind", SPAN_INIT(HELLO "\0\0\0"), 100, "has 3 bytes behind its gzip data"},
        {"a second one cut", SPAN_INIT(HELLO "\x1f\x8b\x08"), 100, "ends in the middle"},
        {"too large", SPAN_INIT(HELLO), 12, "is larger than 12 bytes when inflated"},
        {"together too large", SPAN_INIT(HELLO HELLO), 25, "is larger than 25 bytes when inflated"},
        {"no room at all", SPAN_INIT(HELLO), 0, "is larger than 0 bytes when inflated"},
        {"unknown block",
         SPAN_INIT("\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff\x07\x00\x00\x00\x00\x00\x00\x00\x00"),
         100, "damaged gzip data"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct buf out;
        struct err e = {0};
        unsigned members = 77;
        int rc = unpack(&out, rows[i].body, rows[i].max_n, &members, &e);
        if (rc != -1 || e.kind != ERR_INPUT || strstr(e.text, rows[i].want) == NULL)
            fail_msg("%s: rc %d, \"%s\"", rows[i].name, rc, e.text);
        assert_int_equal(out.n, 0);
        assert_int_equal(members, 77);
        buf_free(&out);
    }
}

static void a_flipped_bit_never_changes_the_text(void **state)
{
    (void)state;
    char body[] = HELLO;
    for (size_t bit = 0; bit < 8 * (sizeof(body) - 1); bit++) {
        struct buf out;
        struct err e = {0};
        unsigned members;
        body[bit / 8] = (char)(body[bit / 8] ^ 1 << bit % 8);
        /* Time, system and padding carry nothing, so a change there may pass. */
        int rc = unpack(&out, (struct span){body, sizeof(body) - 1}, 1000, &members, &e);
        if (rc == 0 && !span_is(buf_span(&out), "hello, trail\n"))
            fail_msg("bit %zu", bit);
        body[bit / 8] = (char)(body[bit / 8] ^ 1 << bit % 8);
        buf_free(&out);
    }
}

static void a_bomb_stops_at_the_limit(void **state)
{
    (void)state;
    struct gzip *z = gzip_open(GZIP_AWS);
    char *zeros = calloc(1, 64 << 20);
    assert_non_null(zeros);
    struct buf body, out;
    struct err e = {0};
    unsigned members;
    buf_init(&body, SIZE_MAX);
    gzip_pack(z, &body, (struct span){zeros, 64 << 20});
    assert_int_equal(unpack(&out, buf_span(&body), 1 << 20, &members, &e), -1);
    assert_string_equal(e.text, "is larger than 1048576 bytes when inflated");
    assert_true(out.cap <= 2 << 20);
    buf_free(&out);
    buf_free(&body);
    free(zeros);
    gzip_close(z);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_packed_comes_back),
        cmocka_unit_test(bytes_depend_on_the_text_alone),
        cmocka_unit_test(the_header_has_no_name_and_no_time),
        cmocka_unit_test(members_of_others_are_read),
        cmocka_unit_test(damage_is_refused),
        cmocka_unit_test(a_flipped_bit_never_changes_the_text),
        cmocka_unit_test(a_bomb_stops_at_the_limit),
    };
    return cmocka_run_group_tests_name("base/gzip", tests, NULL, NULL);
}
