/* ini.c - see ini.h. */
#include "replay/ini.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

struct span ini_trim(struct span text)
{
    while (text.n > 0 && is_blank(text.p[0]))
        text = span_from(text, 1);
    while (text.n > 0 && is_blank(text.p[text.n - 1]))
        text.n--;
    return text;
}

/* ${value} up to a comment: '#' or ';' behind a blank. */
static struct span without_comment(struct span value)
{
    for (size_t i = 1; i < value.n; i++) {
        if ((value.p[i] == '#' || value.p[i] == ';') && is_blank(value.p[i - 1])) {
            value.n = i;
            break;
        }
    }
    return ini_trim(value);
}

void ini_open(struct ini *it, struct span text)
{
    if (span_starts(text, SPAN("\xef\xbb\xbf")))
        text = span_from(text, 3);
    *it = (struct ini){.left = text, .section = {NULL, 0}, .parent = {NULL, 0}};
}

bool ini_next(struct ini *it, struct ini_line *line)
{
    while (it->left.n > 0) {
        struct span raw = {it->left.p, span_find(it->left, '\n')};
        it->left = span_from(it->left, raw.n + (raw.n < it->left.n));
        const bool indented = raw.n > 0 && is_blank(raw.p[0]);
        struct span text = ini_trim(raw);
        if (text.n == 0 || text.p[0] == '#' || text.p[0] == ';')
            continue;
        if (text.p[0] == '[') {
            text = span_from(text, 1);
            text.n = span_find(text, ']');
            it->section = ini_trim(text);
            it->parent = (struct span){NULL, 0};
            it->has_value = false;
            continue;
        }
        const size_t key_n = span_find(text, '=');
        if (key_n == text.n || (indented && it->has_value))
            continue;
        struct span key = ini_trim((struct span){text.p, key_n});
        struct span value = without_comment(ini_trim(span_from(text, key_n + 1)));
        if (value.n > 0 && (value.p[0] == '#' || value.p[0] == ';') &&
            text.p[key_n + 1] != value.p[0])
            value.n = 0;
        const bool nested = indented && it->parent.n > 0;
        if (!nested) {
            it->parent = key;
            it->has_value = value.n > 0;
        }
        *line = (struct ini_line){it->section, {NULL, 0}, key, value};
        if (nested)
            line->parent = it->parent;
        return true;
    }
    return false;
}
