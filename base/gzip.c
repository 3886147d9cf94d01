/* gzip.c - see gzip.h. HOT */
#include "base/gzip.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#define ZLIB_CONST
#include <zlib.h>
#if HAVE_ISAL
#include <isa-l.h>
#endif

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

enum {
    GZIP_WINDOW = 15 + 16, /* zlib's default window, and a gzip wrapper */
    GZIP_MEMORY = 8,       /* zlib's default */
    GZIP_OS_UNKNOWN = 255,
    GZIP_STEP_MIN = 16 << 10,
    GZIP_STEP_MAX = 1 << 20
};

struct gzip {
    bool is_isal;
#if HAVE_ISAL
    struct isal_zstream isal;
    uint8_t level_buf[ISAL_DEF_LVL1_DEFAULT];
#endif
    z_stream zlib;
    gz_header header;
};

struct gzip *gzip_open(enum gzip_kind kind)
{
    struct gzip *z = calloc(1, sizeof(*z));
    if (z == NULL)
        mem_die(sizeof(*z));
    z->is_isal = HAVE_ISAL && kind == GZIP_FAST;
    if (!z->is_isal) {
        if (deflateInit2(&z->zlib, kind == GZIP_FAST ? 1 : 6, Z_DEFLATED, GZIP_WINDOW, GZIP_MEMORY,
                         Z_DEFAULT_STRATEGY) != Z_OK)
            mem_die(sizeof(*z));
        z->header.os = GZIP_OS_UNKNOWN;
    }
    return z;
}

void gzip_close(struct gzip *z)
{
    if (z == NULL)
        return;
    if (!z->is_isal)
        deflateEnd(&z->zlib);
    free(z);
}

size_t gzip_bound(const struct gzip *z, size_t text_n)
{
    /* ISA-L stores what does not shrink: 5 bytes a block of at most 65 535, and the wrapper. The
       eighth is room for it to find out. */
    if (z->is_isal)
        return text_n + text_n / 8 + 256;
    return deflateBound((z_stream *)&z->zlib, (uLong)text_n) + 64;
}

#if HAVE_ISAL
static size_t pack_isal(struct gzip *z, char *at, size_t room_n, struct span text)
{
    isal_deflate_stateless_init(&z->isal);
    z->isal.level = 1;
    z->isal.level_buf = z->level_buf;
    z->isal.level_buf_size = sizeof(z->level_buf);
    z->isal.gzip_flag = IGZIP_GZIP;
    z->isal.end_of_stream = 1;
    z->isal.next_in = (uint8_t *)text.p;
    z->isal.avail_in = (uint32_t)text.n;
    z->isal.next_out = (uint8_t *)at;
    z->isal.avail_out = (uint32_t)room_n;
    int rc = isal_deflate_stateless(&z->isal);
    assert(rc == COMP_OK && z->isal.avail_in == 0);
    (void)rc;
    return z->isal.total_out;
}
#endif

static size_t pack_zlib(struct gzip *z, char *at, size_t room_n, struct span text)
{
    int rc = deflateReset(&z->zlib);
    assert(rc == Z_OK);
    rc = deflateSetHeader(&z->zlib, &z->header);
    assert(rc == Z_OK);
    z->zlib.next_in = (const Bytef *)text.p;
    z->zlib.avail_in = (uInt)text.n;
    z->zlib.next_out = (Bytef *)at;
    z->zlib.avail_out = (uInt)room_n;
    rc = deflate(&z->zlib, Z_FINISH);
    assert(rc == Z_STREAM_END);
    (void)rc;
    return room_n - z->zlib.avail_out;
}

void gzip_pack(struct gzip *z, struct buf *out, struct span text)
{
    /* The room is the bound and not what the buffer happens to have: what ISA-L does with hard
       text depends on it. */
    size_t room_n = gzip_bound(z, text.n);
    assert(room_n <= UINT32_MAX);
    char *at = buf_need(out, room_n);
#if HAVE_ISAL
    if (z->is_isal) {
        out->n += pack_isal(z, at, room_n, text);
        return;
    }
#endif
    out->n += pack_zlib(z, at, room_n, text);
}

#define GZIP_TEXT_(x) #x
#define GZIP_TEXT(x)  GZIP_TEXT_(x)
#if HAVE_ISAL
#define GZIP_ISAL                                                                                  \
    "isa-l " GZIP_TEXT(ISAL_MAJOR_VERSION) "." GZIP_TEXT(ISAL_MINOR_VERSION) "." GZIP_TEXT(        \
        ISAL_PATCH_VERSION) " level 1"
#endif

const char *gzip_name(enum gzip_kind kind)
{
#if HAVE_ISAL
    if (kind == GZIP_FAST)
        return GZIP_ISAL;
#endif
    return kind == GZIP_FAST ? "zlib " ZLIB_VERSION " level 1" : "zlib " ZLIB_VERSION " level 6";
}

int gzip_is(struct span body)
{
    return span_starts(body, SPAN("\x1f\x8b\x08"));
}

/* Inflate the member of ${body} that ${z} stands on; ${most_n} is for the complaint. */
static int unpack_member(struct buf *out, z_stream *z, struct span body, size_t most_n,
                         struct err *e)
{
    for (;;) {
        /* With the buffer full, one byte more tells a text that fits exactly from a longer one. */
        Bytef probe;
        size_t room_n = out->max_n - out->n;
        if (room_n > 0) {
            size_t want_n = out->cap - out->n;
            if (want_n < GZIP_STEP_MIN)
                want_n = out->n < GZIP_STEP_MIN ? GZIP_STEP_MIN : out->n;
            if (want_n > GZIP_STEP_MAX)
                want_n = GZIP_STEP_MAX;
            if (room_n > want_n)
                room_n = want_n;
            z->next_out = (Bytef *)buf_need(out, room_n);
            z->avail_out = (uInt)room_n;
        } else {
            z->next_out = &probe;
            z->avail_out = 1;
        }
        int rc = inflate(z, Z_NO_FLUSH);
        if (room_n > 0)
            out->n += room_n - z->avail_out;
        else if (z->avail_out == 0)
            return err_set(e, ERR_INPUT, "is larger than %zu bytes when inflated", most_n);
        if (rc == Z_STREAM_END)
            return 0;
        if (rc == Z_MEM_ERROR)
            mem_die(GZIP_STEP_MIN);
        if (rc == Z_BUF_ERROR || (rc == Z_OK && z->avail_in == 0 && z->avail_out > 0))
            return err_set(e, ERR_INPUT, "ends in the middle of its gzip data");
        if (rc != Z_OK)
            return err_set(e, ERR_INPUT, "has damaged gzip data near byte %zu: %s",
                           body.n - z->avail_in,
                           z->msg == NULL ? "not a plain gzip member" : z->msg);
    }
}

int gzip_unpack(struct buf *out, unsigned *members, struct span body, struct err *e)
{
    size_t start_n = out->n, most_n = out->max_n - out->n;
    unsigned count = 0;
    int rc = -1;
    z_stream z = {0};
    if (inflateInit2(&z, GZIP_WINDOW) != Z_OK)
        mem_die(sizeof(z));
    if (body.n > UINT32_MAX) {
        err_set(e, ERR_INPUT, "is larger than %u bytes", UINT32_MAX);
        goto out;
    }
    z.next_in = (const Bytef *)body.p;
    z.avail_in = (uInt)body.n;
    do {
        struct span rest = span_from(body, body.n - z.avail_in);
        if (!gzip_is(rest)) {
            if (count == 0)
                err_set(e, ERR_INPUT, "is not gzip data");
            else
                err_set(e, ERR_INPUT, "has %zu bytes behind its gzip data", rest.n);
            goto out;
        }
        if (unpack_member(out, &z, body, most_n, e) != 0)
            goto out;
        count++;
        inflateReset(&z);
    } while (z.avail_in > 0);
    *members = count;
    rc = 0;
out:
    inflateEnd(&z);
    if (rc != 0)
        out->n = start_n;
    return rc;
}
