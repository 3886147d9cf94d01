/*
 * logfile.h - a CloudTrail log file: {"Records":[...]} on one line, gzipped
 */
#ifndef CLOUDTRAIL_LOGFILE_H
#define CLOUDTRAIL_LOGFILE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"
#include "cloudtrail/fault.h"
#include "cloudtrail/key.h"

struct err;
struct folder;

/* An instant that is not known. */
#define LOGFILE_NO_TIME INT64_MIN

/* The most bytes a log file's text may have: CloudTrail's 50 MB, with room for a large last record.
 */
#define LOGFILE_TEXT_MAX ((size_t)64 << 20)

/* The most bytes of its object: such a text after gzip_bound. */
#define LOGFILE_BODY_MAX (LOGFILE_TEXT_MAX + LOGFILE_TEXT_MAX / 8 + 4096)

/* The most bytes of what a manifest says of its records: enough for the smallest ones. */
#define LOGFILE_NOTE_MAX ((size_t)112 << 20)

/* The most bytes of a digest's signature in hex: of a key of 4096 bits. */
enum { LOGFILE_SIGNATURE_MAX = 1024 };

/*
 * One object on its way. Across rooms its body changes hands: after a taker returned 0 the bytes
 * are the taker's, who frees them with buf_free or hands them on. To a sink that takes them so, the
 * bytes may still be in their file; then the hold on its folder changes hands in their place.
 */
struct logfile {
    char key[KEY_MAX + 1]; /* ends in NUL */
    size_t key_n;
    struct buf body;       /* the object's bytes, */
    struct folder *unread; /* or the folder where they still are, in the file that the last part of
                              the key names; else NULL */
    size_t unread_n;       /* how many they are there by what ${records} and the digests tell of;
                              with another number the file is another one */
    bool gzipped;
    uint32_t records;
    size_t text_n; /* bytes before gzip */
    bool hashed;   /* whether the two digests are filled */
    uint8_t text_sha256[32];
    uint8_t body_sha256[32];
    int64_t oldest_ms, newest_ms; /* eventTime of its records, or LOGFILE_NO_TIME */
    int64_t deliver_ms;           /* when CloudTrail would put it, or LOGFILE_NO_TIME */
    int64_t planned_ns;           /* when it should go, by the run's clock, or LOGFILE_NO_TIME */
    enum fault_kind fault;        /* what was done to it on purpose */
    bool withheld;                /* and it is not to arrive */
    struct buf signature;         /* of a digest, in hex, for the object's metadata; or empty */
    struct buf note;              /* what a manifest says of it beyond this, or empty */
};

/* Takes ${f}: 0 and the body is the taker's, or -1 and it stays the caller's. */
typedef int logfile_take_fn(void *ctx, struct logfile *f, struct err *e);

/**
 * logfile_init(f):
 * An empty log file: no key, no bytes, times unknown.
 */
void logfile_init(struct logfile *f);

/* Give its bytes back; ${f} is then as after logfile_init. */
void logfile_free(struct logfile *f);

/* Set the key from ${key}, at most KEY_MAX bytes. */
void logfile_set_key(struct logfile *f, struct span key);

/* Append what stands before the first record, between two records, behind the last one. */
static inline void logfile_begin(struct buf *text)
{
    buf_put(text, "{\"Records\":[", 12);
}

static inline void logfile_between(struct buf *text)
{
    buf_put_char(text, ',');
}

static inline void logfile_end(struct buf *text)
{
    buf_put(text, "]}", 2);
}

/* Walks the records of a log file's text without a tree. */
struct logfile_walk {
    struct span text;
    size_t at;
    int state;
};

/**
 * logfile_walk_open(w, text, e):
 * Begin at the first record of ${text}: an object whose member Records is an array, other members
 * skipped; white space anywhere is fine.
 *
 * Errors: ERR_INPUT "is not a CloudTrail log file: ..." with the byte where it shows.
 */
int logfile_walk_open(struct logfile_walk *w, struct span text, struct err *e);

/**
 * logfile_walk_next(w, record, e):
 * The next record, a span of the text from '{' to '}'. 1, 0 at the end, -1 when brackets or quotes
 * do not close, something that is no object stands between records, or the text goes on after its
 * end. What is inside a record is not judged.
 */
int logfile_walk_next(struct logfile_walk *w, struct span *record, struct err *e);

#endif
