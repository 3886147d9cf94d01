/*
 * recorded.h - the bytes of a recorded file become a log file with its key
 *
 * The text stays as it is, byte for byte; what is not gzipped yet is. The key comes from where the
 * file lies, else from its name, else from its records.
 */
#ifndef REPLAY_RECORDED_H
#define REPLAY_RECORDED_H

#include "base/buf.h"
#include "base/span.h"
#include "cloudtrail/logfile.h"

struct err;
struct gzip;

/* What reading a file needs again and again. */
struct recorded {
    struct gzip *gzip;
    struct buf text; /* inflated */
};

void recorded_init(struct recorded *r);
void recorded_free(struct recorded *r);

/**
 * recorded_read(out, r, name, path, body, e):
 * Make a log file of ${body}. ${name} is what complaints call it.
 *
 * Shape:  ${path}, with '/' between folders, tells the key: from "AWSLogs" on, or all of it where
 *         the caller cut it to begin with a prefix; else its last part, if that is or ends in a log
 *         file's name; else (also when it is empty) account, region and newest time of the records,
 * with a suffix made from the text. deliver_ms is when CloudTrail would put it: 305 s after its
 *         oldest event.
 * Owns:   when 0 is returned the bytes of ${body} have moved or are freed.
 * Errors: ERR_INPUT for damaged gzip, text that is no log file, records of several accounts or
 *         regions where the key must come from them; ${out} is then as after logfile_init.
 * Source: the 305 s are counted in delivered files (302 to 310 s).
 */
int recorded_read(struct logfile *out, struct recorded *r, const char *name, struct span path,
                  struct buf *body, struct err *e);

/**
 * recorded_copy(out, path, body):
 * Make a log file of ${body} without a look inside: for digests and what else lies beside logs.
 */
void recorded_copy(struct logfile *out, struct span path, struct buf *body);

/**
 * recorded_path(name, rel):
 * What tells the key of ${rel}, the end of ${name} behind the root that was named: with its prefix
 * where AWSLogs lies inside.
 */
struct span recorded_path(struct span name, struct span rel);

/* Where "AWSLogs" begins in ${path} as a folder, or path.n. */
size_t recorded_awslogs(struct span path);

#endif
