/* logfile.c - see logfile.h. */
#include "cloudtrail/logfile.h"

#include <assert.h>
#include <string.h>

#include "base/err.h"
#include "base/folder.h"

enum { DEPTH_MAX = 256 };

enum walk_state { WALK_FIRST, WALK_NEXT, WALK_END };

void logfile_init(struct logfile *f)
{
    *f = (struct logfile){.oldest_ms = LOGFILE_NO_TIME,
                          .newest_ms = LOGFILE_NO_TIME,
                          .deliver_ms = LOGFILE_NO_TIME,
                          .planned_ns = LOGFILE_NO_TIME};
    buf_init(&f->body, LOGFILE_BODY_MAX);
    buf_init(&f->signature, LOGFILE_SIGNATURE_MAX);
    buf_init(&f->note, LOGFILE_NOTE_MAX);
}

void logfile_free(struct logfile *f)
{
    buf_free(&f->body);
    folder_let_go(f->unread);
    buf_free(&f->signature);
    buf_free(&f->note);
    logfile_init(f);
}

void logfile_set_key(struct logfile *f, struct span key)
{
    assert(key.n <= KEY_MAX);
    memcpy(f->key, key.p, key.n);
    f->key[key.n] = '\0';
    f->key_n = key.n;
}

static int complain(size_t at, const char *what, struct err *e)
{
    return err_set(e, ERR_INPUT, "is not a CloudTrail log file: byte %zu: %s", at, what);
}

/* The next byte that is no white space, or NUL at the end. */
static char look(struct logfile_walk *w)
{
    while (w->at < w->text.n) {
        char c = w->text.p[w->at];
        if (c != ' ' && c != '\n' && c != '\t' && c != '\r')
            return c;
        w->at++;
    }
    return '\0';
}

/* Step over the string that begins at w->at. */
static int skip_string(struct logfile_walk *w, struct err *e)
{
    size_t begin = w->at++;
    for (;;) {
        struct span rest = span_from(w->text, w->at);
        size_t n = span_find(rest, '"');
        if (n == rest.n)
            return complain(begin, "a string does not end", e);
        w->at += n + 1;
        size_t slashes = 0;
        while (slashes < n && rest.p[n - 1 - slashes] == '\\')
            slashes++;
        if (slashes % 2 == 0) /* an odd one escapes the quote */
            return 0;
    }
}

/* Step over the object or array that begins at w->at. */
static int skip_nested(struct logfile_walk *w, struct err *e)
{
    size_t begin = w->at, depth = 0;
    char closers[DEPTH_MAX];
    while (w->at < w->text.n) {
        char c = w->text.p[w->at];
        switch (c) {
        case '"':
            if (skip_string(w, e) != 0)
                return -1;
            continue;
        case '{':
        case '[':
            if (depth == DEPTH_MAX)
                return complain(w->at, "brackets are nested too deep", e);
            closers[depth++] = c == '{' ? '}' : ']';
            break;
        case '}':
        case ']':
            if (depth == 0 || closers[--depth] != c)
                return complain(w->at, "a bracket closes another kind", e);
            break;
        default:
            break;
        }
        w->at++;
        if (depth == 0)
            return 0;
    }
    return complain(begin, "a bracket does not close", e);
}

static int skip_value(struct logfile_walk *w, struct err *e)
{
    char c = look(w);
    if (c == '"')
        return skip_string(w, e);
    if (c == '{' || c == '[')
        return skip_nested(w, e);
    size_t begin = w->at;
    while (w->at < w->text.n && strchr("+-.0123456789Eaeflnrstu", w->text.p[w->at]) != NULL &&
           w->text.p[w->at] != '\0')
        w->at++;
    return w->at > begin ? 0 : complain(begin, "a value is missing", e);
}

/* Step over a member's name and colon. */
static int read_name(struct logfile_walk *w, struct span *name, struct err *e)
{
    if (look(w) != '"')
        return complain(w->at, "a member's name is missing", e);
    size_t begin = w->at;
    if (skip_string(w, e) != 0)
        return -1;
    *name = (struct span){w->text.p + begin + 1, w->at - begin - 2};
    if (look(w) != ':')
        return complain(w->at, "a colon is missing", e);
    w->at++;
    return 0;
}

/* Behind a member's value: 1 when another member follows, 0 when the whole text has ended. */
static int next_member(struct logfile_walk *w, struct err *e)
{
    char c = look(w);
    if (c != ',' && c != '}')
        return complain(w->at, "a comma or a bracket is missing", e);
    w->at++;
    if (c == ',')
        return 1;
    look(w);
    return w->at == w->text.n ? 0 : complain(w->at, "something stands behind the end", e);
}

int logfile_walk_open(struct logfile_walk *w, struct span text, struct err *e)
{
    *w = (struct logfile_walk){.text = text, .state = WALK_FIRST};
    if (look(w) != '{')
        return complain(w->at, "it does not begin with an object", e);
    w->at++;
    int more = look(w) == '}' ? 0 : 1;
    while (more == 1) {
        struct span name = {NULL, 0};
        if (read_name(w, &name, e) != 0)
            return -1;
        if (span_is(name, "Records")) {
            if (look(w) != '[')
                return complain(w->at, "Records is not an array", e);
            w->at++;
            return 0;
        }
        if (skip_value(w, e) != 0)
            return -1;
        more = next_member(w, e);
    }
    return more < 0 ? -1 : complain(w->at, "it has no member Records", e);
}

/* Behind the array of records: other members, to the end of the text. */
static int walk_tail(struct logfile_walk *w, struct err *e)
{
    w->at++;
    w->state = WALK_END;
    int more = next_member(w, e);
    while (more == 1) {
        struct span name = {NULL, 0};
        if (read_name(w, &name, e) != 0)
            return -1;
        if (span_is(name, "Records"))
            return complain(w->at, "a second member Records", e);
        if (skip_value(w, e) != 0)
            return -1;
        more = next_member(w, e);
    }
    return more;
}

int logfile_walk_next(struct logfile_walk *w, struct span *record, struct err *e)
{
    if (w->state == WALK_END)
        return 0;
    char c = look(w);
    if (c == ']')
        return walk_tail(w, e);
    if (w->state == WALK_NEXT) {
        if (c != ',')
            return complain(w->at, "a comma is missing between records", e);
        w->at++;
        c = look(w);
    }
    if (c != '{')
        return complain(w->at, "a record is not an object", e);
    size_t begin = w->at;
    if (skip_nested(w, e) != 0)
        return -1;
    w->state = WALK_NEXT;
    *record = (struct span){w->text.p + begin, w->at - begin};
    return 1;
}
