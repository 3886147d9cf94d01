/*
 * sqs_answer.h - what an answer of SQS, or its absence, means for the messages and for the run
 *
 * The same table as for S3 (s3_answer.h), with SQS's words in it.
 */
#ifndef REPLAY_SQS_ANSWER_H
#define REPLAY_SQS_ANSWER_H

#include "replay/s3_answer.h"

/**
 * sqs_answer_error(out, body):
 * Find code and message in the error document ${body}, whatever it is; JSON, or XML from a server
 * that speaks only the older protocol. What stands before '#' in a code is left out.
 */
void sqs_answer_error(struct s3_error *out, struct span body);

/**
 * sqs_answer_judge(fault, status, code):
 * The rule for an answer; there always is one.
 *
 * Source: "Common error types" and the actions' errors, Amazon SQS API Reference.
 */
const struct s3_rule *sqs_answer_judge(enum http_fault fault, int status, const char *code);

#endif
