/* values.c - see values.h. */
#include "cloudtrail/values.h"

bool values_next(struct values *v, struct span *value, struct span *name)
{
    const struct span t = v->text;
    for (;;) {
        size_t open = v->at + span_find(span_from(t, v->at), '"');
        size_t end = open + 1;
        while (end < t.n && t.p[end] != '"')
            end += t.p[end] == '\\' ? 2 : 1;
        if (open >= t.n || end >= t.n) {
            v->at = t.n;
            return false;
        }
        const struct span s = {t.p + open + 1, end - open - 1};
        size_t next = end + 1;
        while (next < t.n &&
               (t.p[next] == ' ' || t.p[next] == '\t' || t.p[next] == '\n' || t.p[next] == '\r'))
            next++;
        v->at = end + 1;
        if (next < t.n && t.p[next] == ':') {
            v->name = s;
            continue;
        }
        *value = s;
        *name = v->name;
        return true;
    }
}
