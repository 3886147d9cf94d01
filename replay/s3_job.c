/* s3_job.c - see s3_job.h. */
#include "replay/s3_job.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/file.h"
#include "base/folder.h"
#include "cloudtrail/beside.h"
#include "replay/recorded.h"

enum {
    FROM_FILE_LEAST = 16 << 10, /* bytes; fewer are read sooner than sent from their file */
    ROOM_KEPT_MOST = 64 << 10   /* bytes */
};

void s3_job_init(struct s3_job *j)
{
    *j = (struct s3_job){.file = -1};
    buf_init(&j->body, LOGFILE_BODY_MAX + 1);
    s3_prepared_init(&j->prepared);
}

void s3_job_free(struct s3_job *j)
{
    s3_job_close_file(j);
    folder_let_go(j->unread);
    buf_free(&j->body);
    s3_prepared_free(&j->prepared);
}

void s3_job_load(struct s3_job *j, struct span prefix, struct logfile *f,
                 const struct s3_put_options *o)
{
    memcpy(j->key, prefix.p, prefix.n);
    memcpy(j->key + prefix.n, f->key, f->key_n + 1);
    j->key_n = prefix.n + f->key_n;
    j->unread = f->unread;
    f->unread = NULL;
    j->body_n = j->unread != NULL ? f->unread_n : f->body.n;
    if (j->unread == NULL) {
        buf_free(&j->body);
        j->body = f->body;
        buf_init(&f->body, j->body.max_n);
    }
    if (f->hashed)
        memcpy(j->sha256, f->body_sha256, sizeof(j->sha256));
    else
        hash_sha256(j->sha256, buf_span(&j->body));
    j->gzipped = f->gzipped;
    j->records = f->records;
    j->signature_n = f->signature.n;
    if (j->signature_n > 0)
        memcpy(j->signature, f->signature.p, j->signature_n);
    /* Of bytes that are not read yet it is made when they are. */
    j->checksum = (struct checksum){.kind = CHECKSUM_NONE};
    if (j->unread == NULL)
        checksum_make(&j->checksum, o->checksum, buf_span(&j->body), j->sha256);
    j->planned_ns = f->planned_ns;
    j->more = 0;
    j->fate = S3_ARRIVED;
    j->why[0] = '\0';
    j->looking = false;
    j->tried = (struct retry_object){0};
    j->turns = 0;
    j->used = true;
}

void s3_job_return(struct s3_job *j, struct logfile *f)
{
    j->used = false;
    f->unread = j->unread;
    if (j->unread == NULL) {
        f->body = j->body;
        buf_init(&j->body, LOGFILE_BODY_MAX + 1);
    }
    j->unread = NULL;
}

void s3_job_unload(struct s3_job *j)
{
    j->used = false;
    if (j->unread == NULL || j->body.cap > ROOM_KEPT_MOST)
        buf_free(&j->body);
    buf_clear(&j->body);
    folder_let_go(j->unread);
    j->unread = NULL;
}

void s3_job_close_file(struct s3_job *j)
{
    if (j->file >= 0)
        close(j->file);
    j->file = -1;
}

/* Whether the bytes need not come into memory: nothing but the wire looks at them. */
static bool may_stay_in_file(const struct s3_job *j, const struct s3_put_options *o)
{
    return j->body_n >= FROM_FILE_LEAST && !o->if_none_match &&
           (o->checksum == CHECKSUM_NONE || o->checksum == CHECKSUM_SHA256);
}

/* The file is not the one that was listed. */
static int look_into(struct s3_job *j, const char *name, struct err *e)
{
    char path[PATH_MAX];
    struct logfile f;
    struct recorded recorded;
    struct buf body;
    recorded_init(&recorded);
    buf_init(&body, LOGFILE_BODY_MAX);
    snprintf(path, sizeof(path), "%s%s", folder_path(j->unread), name);
    int rc = file_read(&body, path, e);
    if (rc == 0)
        rc = recorded_read(&f, &recorded, path, (struct span){j->key, j->key_n}, &body, e);
    if (rc == 0) {
        buf_free(&j->body);
        j->body = f.body;
        j->body_n = f.body.n;
        hash_sha256(j->sha256, buf_span(&j->body));
        j->more = (int64_t)f.records - j->records;
        folder_let_go(j->unread);
        j->unread = NULL;
    }
    buf_free(&body);
    recorded_free(&recorded);
    return rc;
}

int s3_job_fetch(struct s3_job *j, const struct s3_put_options *o, struct err *e)
{
    const bool stays = may_stay_in_file(j, o);
    if (j->unread == NULL || (stays ? j->file >= 0 : j->body.n == j->body_n))
        return 0;
    const char *slash = strrchr(j->key, '/');
    const char *name = slash != NULL ? slash + 1 : j->key;
    s3_job_close_file(j);
    enum folder_answer answer = stays ? folder_file_of(&j->file, j->unread, name, j->body_n, e)
                                      : folder_read_of(&j->body, j->unread, name, j->body_n, e);
    if (answer == FOLDER_OTHER)
        return look_into(j, name, e);
    return answer == FOLDER_DONE ? 0 : -1;
}

size_t s3_job_headers(struct s3_job *j, const struct s3_put_options *o,
                      struct sigv4_pair headers[S3_JOB_HEADERS_MOST])
{
    if (j->checksum.kind != o->checksum)
        checksum_make(&j->checksum, o->checksum, buf_span(&j->body), j->sha256);
    const struct {
        struct span name, value;
    } rows[S3_JOB_HEADERS_MOST] = {
        {SPAN("Content-Type"), SPAN("application/json")},
        {SPAN("Content-Encoding"), j->gzipped ? SPAN("gzip") : SPAN("")},
        {checksum_header(j->checksum.kind), {j->checksum.text, j->checksum.text_n}},
        {SPAN("If-None-Match"), o->if_none_match ? SPAN("*") : SPAN("")},
        {SPAN("x-amz-acl"), o->acl},
        {SPAN("x-amz-meta-signature"), {j->signature, j->signature_n}},
        {SPAN("x-amz-meta-signature-algorithm"),
         j->signature_n > 0 ? SPAN(BESIDE_ALGORITHM) : SPAN("")},
        {SPAN("x-amz-server-side-encryption"), o->sse},
        {SPAN("x-amz-server-side-encryption-aws-kms-key-id"), o->kms_key},
    };
    size_t n = 0;
    for (size_t i = 0; i < S3_JOB_HEADERS_MOST; i++) {
        if (rows[i].value.n > 0)
            headers[n++] = (struct sigv4_pair){rows[i].name, rows[i].value};
    }
    return n;
}
