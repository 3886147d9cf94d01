/* HOT encode.c - see encode.h. No printf, no strlen, one reservation, then copies. */
#include "gen/encode.h"

#include "base/buf.h"
#include "gen/template.h"

void encode_record(struct buf *out, const struct event *ev)
{
    const struct template *t = ev->template;
    const char *literal = t->text;
    char *begin = buf_need(out, t->most);
    char *at = begin;
    for (uint32_t i = 0; i < t->npieces; i++) {
        const struct piece *p = &t->pieces[i];
        memcpy(at, literal, p->literal_n);
        literal += p->literal_n;
        at += p->literal_n;
        if (!p->optional) {
            at = p->put(at, ev, p->tag);
            continue;
        }
        char *end = p->put(at + 1, ev, p->tag);
        if (end == at + 1) {
            at -= p->back_n;
            continue;
        }
        *at = '"';
        *end = '"';
        at = end + 1;
    }
    memcpy(at, literal, t->tail_n);
    out->n += (size_t)(at + t->tail_n - begin);
}
