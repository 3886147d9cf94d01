/* manifest.c - see manifest.h. */
#include "cloudtrail/manifest.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/utc.h"

enum {
    ID_N = 64,
    PATH_MAX_N = 64 << 10,
    LINE_MAX_N = 1 << 20, /* settings are the longest part of a line and far below this */
    WAITING_MOST_N = 256 << 10
};

/* The first bytes of every manifest, up to its id. */
#define HEAD "{\"fingerprint\":{\"id\":\""

struct manifest {
    char *path;      /* ends in NUL */
    char *temporary; /* the same with .NAME.tmp; NULL once it is renamed or removed */
    int fd;
    bool has_files;
    struct buf waiting; /* not written yet */
};

static void put_text(struct buf *out, const char *name, struct span value)
{
    buf_put_span(out, span_of(name));
    json_put_string(out, value);
}

static void put_number(struct buf *out, const char *name, uint64_t value)
{
    assert(value <= INT64_MAX);
    buf_put_span(out, span_of(name));
    json_put_integer(out, (int64_t)value);
}

static void put_hash(struct buf *out, const char *name, const uint8_t sum[HASH_SHA256_N])
{
    char hex[2 * HASH_SHA256_N];
    hash_hex(hex, sum, HASH_SHA256_N);
    put_text(out, name, (struct span){hex, sizeof(hex)});
}

/* What was made from a scenario. */
static void put_origin(struct buf *out, const struct fingerprint *f)
{
    put_text(out, ",\"scenario\":", f->scenario);
    put_text(out, ",\"scenarioSha256\":", f->scenario_sha);
    put_text(out, ",\"catalogSha256\":", f->catalog_sha);
    put_text(out, ",\"seed\":", f->seed);
    buf_put_span(out, SPAN(",\"start\":\""));
    utc_put_iso(out, f->start_ms);
    buf_put_span(out, SPAN("\",\"startMs\":"));
    json_put_integer(out, f->start_ms);
    buf_put_span(out, SPAN(",\"durationMs\":"));
    json_put_integer(out, f->duration_ms);
}

/* The members of ${f} that its id is made of; JSON keeps two different ones apart. */
static void put_identity(struct buf *out, const struct fingerprint *f)
{
    put_text(out, "\"program\":", f->program);
    if (f->scenario_sha.n > 0)
        put_origin(out, f);
    buf_put_span(out, SPAN(",\"settings\":"));
    buf_put_span(out, f->settings.n > 0 ? f->settings : SPAN("{}"));
    put_text(out, ",\"shard\":", f->shard);
}

void fingerprint_id(char out[64], const struct fingerprint *f)
{
    struct buf text;
    buf_init(&text, LINE_MAX_N);
    put_identity(&text, f);
    uint8_t sum[HASH_SHA256_N];
    hash_sha256(sum, buf_span(&text));
    hash_hex(out, sum, sizeof(sum));
    buf_free(&text);
}

/* The place of ${path}'s temporary file, for free. */
static char *temporary_of(const char *path)
{
    struct buf text;
    buf_init(&text, PATH_MAX_N + 8);
    size_t n = strlen(path), folder_n = n;
    while (folder_n > 0 && path[folder_n - 1] != '/')
        folder_n--;
    buf_put(&text, path, folder_n);
    buf_put_char(&text, '.');
    buf_put(&text, path + folder_n, n - folder_n);
    buf_put_span(&text, SPAN(".tmp"));
    (void)buf_text(&text);
    return text.p;
}

static int check_path(const char *path, enum err_kind kind, struct err *e)
{
    if (strlen(path) < PATH_MAX_N)
        return 0;
    errno = ENAMETOOLONG;
    return err_sys(e, kind, "%.100s...: cannot be used", path);
}

static int flush(struct manifest *m, struct err *e)
{
    struct span rest = buf_span(&m->waiting);
    while (rest.n > 0) {
        ssize_t put = write(m->fd, rest.p, rest.n);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return err_sys(e, ERR_WORK, "%s: cannot be written", m->temporary);
        rest = span_from(rest, (size_t)put);
    }
    buf_clear(&m->waiting);
    return 0;
}

int manifest_open(struct manifest **out, const char *path, const struct fingerprint *f,
                  struct err *e)
{
    if (check_path(path, ERR_WORK, e) != 0)
        return -1;
    struct manifest *m = calloc(1, sizeof(*m));
    if (m == NULL)
        mem_die(sizeof(*m));
    m->path = strdup(path);
    if (m->path == NULL)
        mem_die(strlen(path));
    m->temporary = temporary_of(path);
    buf_init(&m->waiting, MANIFEST_MORE_MAX + LINE_MAX_N + WAITING_MOST_N);

    unlink(m->temporary); /* of a run that was cut off */
    m->fd = open(m->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (m->fd < 0) {
        err_sys(e, ERR_WORK, "%s: cannot be written", m->temporary);
        goto failed;
    }
    char id[ID_N];
    fingerprint_id(id, f);
    buf_put_span(&m->waiting, SPAN(HEAD));
    buf_put(&m->waiting, id, sizeof(id));
    buf_put_span(&m->waiting, SPAN("\","));
    put_identity(&m->waiting, f);
    put_text(&m->waiting, ",\"compressor\":", f->compressor);
    buf_put_span(&m->waiting, SPAN("},\n\"files\":["));
    /* On disk at once: manifest_id knows a cut-off run by it. */
    if (flush(m, e) != 0)
        goto failed;
    *out = m;
    return 0;
failed:
    manifest_close(m);
    return -1;
}

int manifest_add(struct manifest *m, const struct logfile *file, struct err *e)
{
    return manifest_add_with(m, file, SPAN(""), e);
}

int manifest_add_with(struct manifest *m, const struct logfile *file, struct span more,
                      struct err *e)
{
    assert(file->hashed && more.n <= MANIFEST_MORE_MAX);
    struct buf *out = &m->waiting;
    put_text(out,
             m->has_files ? ",\n{\"key\":" : "\n{\"key\":", (struct span){file->key, file->key_n});
    put_number(out, ",\"records\":", file->records);
    put_number(out, ",\"textBytes\":", file->text_n);
    put_hash(out, ",\"textSha256\":", file->text_sha256);
    put_number(out, ",\"bytes\":", file->body.n);
    put_hash(out, ",\"sha256\":", file->body_sha256);
    if (more.n == 0 && file->deliver_ms != LOGFILE_NO_TIME) {
        char moment[20];
        utc_iso(moment, file->deliver_ms);
        put_text(out, ",\"delivered\":", (struct span){moment, sizeof moment});
    }
    buf_put_span(out, more);
    buf_put_char(out, '}');
    m->has_files = true;
    return out->n < WAITING_MOST_N ? 0 : flush(m, e);
}

static void forget_temporary(struct manifest *m)
{
    free(m->temporary);
    m->temporary = NULL;
}

int manifest_finish(struct manifest *m, const struct manifest_counts *counts, struct err *e)
{
    struct buf *out = &m->waiting;
    buf_put_span(out, m->has_files ? SPAN("\n],\n") : SPAN("],\n"));
    put_number(out, "\"counts\":{\"files\":", counts->files);
    put_number(out, ",\"records\":", counts->records);
    put_number(out, ",\"textBytes\":", counts->text_bytes);
    put_number(out, ",\"objectBytes\":", counts->object_bytes);
    put_number(out, ",\"labels\":", counts->labels);
    buf_put_span(out, SPAN("}}\n"));
    if (flush(m, e) != 0)
        return -1;
    struct stat ours, there;
    if (fsync(m->fd) != 0 || fstat(m->fd, &ours) != 0)
        return err_sys(e, ERR_WORK, "%s: cannot be written", m->temporary);
    if (stat(m->temporary, &there) != 0 || there.st_ino != ours.st_ino ||
        there.st_dev != ours.st_dev) {
        forget_temporary(m); /* it is the other's now */
        return err_set(e, ERR_WORK,
                       "%s: another run wrote here at the same time; run it again alone", m->path);
    }
    if (rename(m->temporary, m->path) != 0)
        return err_sys(e, ERR_WORK, "%s: cannot be written", m->path);
    forget_temporary(m);
    return 0;
}

void manifest_close(struct manifest *m)
{
    if (m == NULL)
        return;
    if (m->fd >= 0) {
        if (m->temporary != NULL)
            unlink(m->temporary);
        close(m->fd);
    }
    buf_free(&m->waiting);
    free(m->temporary);
    free(m->path);
    free(m);
}

/* The first bytes of ${path}, up to ${most_n}: 1, 0 when there is no such file, -1. */
static int read_head(char *at, size_t *got_n, size_t most_n, const char *path, struct err *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return 0;
    if (fd < 0)
        return err_sys(e, ERR_INPUT, "%s: cannot be read", path);
    int rc = 1;
    *got_n = 0;
    while (rc == 1 && *got_n < most_n) {
        ssize_t got = read(fd, at + *got_n, most_n - *got_n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            rc = err_sys(e, ERR_INPUT, "%s: cannot be read", path);
        if (got <= 0)
            break;
        *got_n += (size_t)got;
    }
    close(fd);
    return rc;
}

static bool is_hex(struct span text)
{
    for (size_t i = 0; i < text.n; i++)
        if (strchr("0123456789abcdef", text.p[i]) == NULL || text.p[i] == '\0')
            return false;
    return true;
}

int manifest_id(char out[64], const char *path, struct err *e)
{
    if (check_path(path, ERR_INPUT, e) != 0)
        return -1;
    enum { HEAD_N = sizeof(HEAD) - 1 };
    char at[HEAD_N + ID_N + 2];
    size_t n = 0;
    const char *read_from = path;
    char *temporary = temporary_of(path);
    int rc = read_head(at, &n, sizeof(at), path, e);
    if (rc == 0) {
        read_from = temporary;
        rc = read_head(at, &n, sizeof(at), temporary, e);
    }
    if (rc == 1) {
        struct span head = {at, n};
        if (n < sizeof(at) || !span_starts(head, SPAN(HEAD)) || !span_ends(head, SPAN("\",")) ||
            !is_hex((struct span){at + HEAD_N, ID_N}))
            rc = err_set(e, ERR_INPUT, "%s: is not a manifest of beantrail", read_from);
        else
            memcpy(out, at + HEAD_N, ID_N);
    }
    free(temporary);
    return rc;
}
