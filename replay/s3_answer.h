/*
 * s3_answer.h - what an answer of S3, or its absence, means for the object and for the run
 *
 * A table, not ifs: transport fault, status and error code lead to one rule.
 */
#ifndef REPLAY_S3_ANSWER_H
#define REPLAY_S3_ANSWER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"
#include "replay/http.h"

enum s3_action {
    S3_DONE,
    S3_AGAIN,     /* try again soon */
    S3_SLOWER,    /* try again, with longer waits and fewer at a time */
    S3_DAMAGED,   /* hurt on the way: try again twice, then give the object up */
    S3_CLOCK,     /* sign with the server's clock, try again */
    S3_REGION,    /* sign for the region in the answer, try again */
    S3_ELSEWHERE, /* send it to the host in the answer, or again where that is none of ours */
    S3_KEYS,      /* get new credentials, try again */
    S3_THERE,     /* If-None-Match was asked for, and there is something */
    S3_REFUSED,   /* give the object up */
    S3_STOP       /* give the run up; only the object when others have arrived before */
};

enum { S3_STATUS_PAGE = 600 };

struct s3_rule {
    enum http_fault fault;
    int status, status_last; /* a range; 0 to 0 for a fault; 0 to 999 for any status */
    const char *code;        /* exact, or with '*' at its end a beginning, or NULL for any */
    enum s3_action action;
    bool for_all;       /* it would befall every object, also after some have arrived */
    const char *what;   /* "there is no such bucket"; NULL: say only the status */
    const char *advice; /* "create it, or correct --to"; NULL: none */
};

/* An error document's members; empty where there is none. */
struct s3_error {
    char code[64];
    char message[256];
    char region[64];
};

/**
 * s3_answer_error(out, body):
 * Find Code, Message and Region in the error document ${body}, whatever it is: HTML, cut off,
 * empty. Longer values are cut; characters that are not printable ASCII become '?'.
 */
void s3_answer_error(struct s3_error *out, struct span body);

/**
 * s3_answer_status(r):
 * The status to judge the answer ${r} of a PUT by: its own, or S3_STATUS_PAGE when it says that all
 * is well and then has a body, which S3's answer to a PUT never has: an error told late, or the
 * page of something that is no store.
 */
int s3_answer_status(const struct http_reply *r);

/**
 * s3_answer_judge(fault, status, code):
 * The rule for an answer; there always is one.
 *
 * Source: error responses of the Amazon S3 API Reference, and what other stores and the SDKs do.
 */
const struct s3_rule *s3_answer_judge(enum http_fault fault, int status, const char *code);

/**
 * s3_answer_find(rules, n, fault, status, code):
 * The first of ${n} rules that fits; for an answer that none fits, one that refuses.
 */
const struct s3_rule *s3_answer_find(const struct s3_rule *rules, size_t n, enum http_fault fault,
                                     int status, const char *code);

/**
 * s3_answer_describe(at, n, r, error, with_message):
 * Write "404 NoSuchBucket", ": " and the server's own words behind it if wanted, or why there was
 * no answer; cut to ${n} bytes with the NUL.
 */
void s3_answer_describe(char *at, size_t n, const struct http_reply *r,
                        const struct s3_error *error, bool with_message);

#endif
