/* test_s3_job.c - objects whose bytes are still in their file; real files under /tmp. */
#define _XOPEN_SOURCE 700 /* mkdtemp */
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/gzip.h"
#include "replay/s3_job.h"

#define TWO                                                                                        \
    "{\"Records\":[{\"eventTime\":\"2026-01-01T00:00:00Z\"},{\"eventTime\":\"2026-01-01T00:00:"    \
    "01Z\"}]}"

static char root[] = "/tmp/beantrail-job-XXXXXX";
static const struct s3_put_options plain = {.checksum = CHECKSUM_NONE};
static const uint8_t listed_sha256[HASH_SHA256_N] = {1, 2, 3};

/* ${n} bytes of a file: what it is called below AWSLogs. */
static void make(const char *name, const char *bytes, size_t n)
{
    char path[128];
    struct err e = {0};
    snprintf(path, sizeof(path), "%s/%s", root, name);
    if (file_write(path, (struct span){bytes, n}, &e) != 0)
        fail_msg("%s", e.text);
}

/* A log file that lists ${n} bytes and one record in ${name}. */
static void list(struct logfile *f, const char *name, size_t n)
{
    char text[128];
    snprintf(text, sizeof(text), "%s/", root);
    logfile_init(f);
    f->unread = folder_open(text);
    assert_non_null(f->unread);
    f->unread_n = n;
    f->records = 1;
    f->gzipped = true;
    f->hashed = true;
    memcpy(f->body_sha256, listed_sha256, sizeof(listed_sha256));
    snprintf(text, sizeof(text), "AWSLogs/%s", name);
    logfile_set_key(f, span_of(text));
}

static void load(struct s3_job *j, const char *name, size_t n)
{
    struct logfile f;
    list(&f, name, n);
    s3_job_load(j, SPAN("pre/"), &f, &plain);
    assert_null(f.unread);
    logfile_free(&f);
}

static void few_bytes_are_read_and_many_stay_in_their_file(void **state)
{
    (void)state;
    enum { MANY = 100000 };
    static char many[MANY];
    struct err e = {0};
    struct s3_job j;
    memset(many, 'm', MANY);
    make("few.json.gz", "hello", 5);
    make("many.json.gz", many, MANY);
    s3_job_init(&j);
    for (int turn = 0; turn < 2; turn++) {
        load(&j, "few.json.gz", 5);
        assert_string_equal(j.key, "pre/AWSLogs/few.json.gz");
        assert_int_equal(s3_job_fetch(&j, &plain, &e), 0);
        assert_true(span_is(buf_span(&j.body), "hello"));
        assert_int_equal(j.body_n, 5);
        assert_int_equal(j.file, -1);
        assert_memory_equal(j.sha256, listed_sha256, sizeof(j.sha256));
        /* Another attempt reads nothing again. */
        assert_int_equal(s3_job_fetch(&j, &plain, &e), 0);
        assert_int_equal(j.body.n, 5);
        s3_job_unload(&j);

        load(&j, "many.json.gz", MANY);
        assert_int_equal(s3_job_fetch(&j, &plain, &e), 0);
        const int file = j.file;
        assert_true(file >= 0);
        assert_int_equal(j.body.n, 0);
        assert_int_equal(s3_job_fetch(&j, &plain, &e), 0);
        assert_int_equal(j.file, file);
        /* The bucket wants a checksum: now somebody has to look at them. */
        const struct s3_put_options md5 = {.checksum = CHECKSUM_MD5};
        assert_int_equal(s3_job_fetch(&j, &md5, &e), 0);
        assert_int_equal(j.file, -1);
        assert_int_equal(j.body.n, MANY);
        struct sigv4_pair headers[S3_JOB_HEADERS_MOST];
        const size_t n = s3_job_headers(&j, &md5, headers);
        assert_int_equal(n, 3);
        assert_true(span_is(headers[2].name, "Content-MD5"));
        assert_true(headers[2].value.n > 0);
        s3_job_unload(&j);
        assert_null(j.unread);
    }
    s3_job_free(&j);
    assert_int_equal(e.kind, ERR_NONE);
}

static void a_file_that_is_another_one_is_looked_into(void **state)
{
    (void)state;
    struct err e = {0};
    struct buf packed;
    struct gzip *gzip = gzip_open(GZIP_FAST);
    struct s3_job j;
    uint8_t sum[HASH_SHA256_N];
    buf_init(&packed, 1000);
    gzip_pack(gzip, &packed, SPAN(TWO));
    make("two.json.gz", packed.p, packed.n);
    hash_sha256(sum, buf_span(&packed));
    s3_job_init(&j);
    for (size_t listed_n = 1; listed_n < 100000; listed_n *= 20) {
        load(&j, "two.json.gz", listed_n);
        assert_int_equal(s3_job_fetch(&j, &plain, &e), 0);
        assert_int_equal(j.body_n, packed.n);
        assert_true(span_equal(buf_span(&j.body), buf_span(&packed)));
        assert_memory_equal(j.sha256, sum, sizeof(sum));
        assert_int_equal(j.more, 1);
        assert_int_equal(j.file, -1);
        assert_int_equal(s3_job_fetch(&j, &plain, &e), 0);
        s3_job_unload(&j);
    }
    s3_job_free(&j);
    gzip_close(gzip);
    buf_free(&packed);
}

static void what_is_no_log_file_or_gone_is_said(void **state)
{
    (void)state;
    struct s3_job j;
    make("text.json.gz", "no log file", 11);
    s3_job_init(&j);
    static const struct {
        const char *name, *says;
    } rows[] = {{"text.json.gz", "text.json.gz: is not a CloudTrail log file"},
                {"gone.json.gz", "gone.json.gz: cannot be read"}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        for (size_t n = 10; n < 100000; n *= 10) {
            struct err e = {0};
            load(&j, rows[i].name, n);
            assert_int_equal(s3_job_fetch(&j, &plain, &e), -1);
            assert_int_equal(e.kind, ERR_INPUT);
            if (strstr(e.text, rows[i].says) == NULL || strstr(e.text, root) == NULL)
                fail_msg("%s", e.text);
            s3_job_unload(&j);
        }
    }
    s3_job_free(&j);
}

static void what_was_not_taken_is_given_back(void **state)
{
    (void)state;
    struct s3_job j;
    struct logfile f;
    s3_job_init(&j);
    list(&f, "few.json.gz", 5);
    struct folder *held = f.unread;
    s3_job_load(&j, SPAN(""), &f, &plain);
    s3_job_return(&j, &f);
    assert_ptr_equal(f.unread, held);
    assert_null(j.unread);
    logfile_free(&f);

    logfile_set_key(&f, SPAN("AWSLogs/a.json.gz"));
    buf_put_span(&f.body, SPAN("bytes"));
    s3_job_load(&j, SPAN(""), &f, &plain);
    assert_int_equal(f.body.n, 0);
    s3_job_return(&j, &f);
    assert_true(span_is(buf_span(&f.body), "bytes"));
    logfile_free(&f);
    s3_job_free(&j);
}

static int begin(void **state)
{
    (void)state;
    return mkdtemp(root) != NULL ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    struct err e = {0};
    return file_remove_tree(root, &e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(few_bytes_are_read_and_many_stay_in_their_file),
        cmocka_unit_test(a_file_that_is_another_one_is_looked_into),
        cmocka_unit_test(what_is_no_log_file_or_gone_is_said),
        cmocka_unit_test(what_was_not_taken_is_given_back),
    };
    return cmocka_run_group_tests_name("replay/s3_job", tests, begin, end);
}
