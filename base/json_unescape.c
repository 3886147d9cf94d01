/* json_unescape.c - see json.h. */
#include "base/json.h"

#include "base/buf.h"

/* The four hex digits at the head of ${text}; -1 when they are none. */
static int32_t read_hex(struct span text)
{
    int32_t value = 0;
    if (text.n < 4)
        return -1;
    for (size_t i = 0; i < 4; i++) {
        const char c = text.p[i];
        if (c >= '0' && c <= '9')
            value = value * 16 + (c - '0');
        else if (c >= 'a' && c <= 'f')
            value = value * 16 + (c - 'a' + 10);
        else if (c >= 'A' && c <= 'F')
            value = value * 16 + (c - 'A' + 10);
        else
            return -1;
    }
    return value;
}

static void put_utf8(struct buf *out, int32_t c)
{
    if (c < 0x80) {
        buf_put_char(out, (char)c);
    } else if (c < 0x800) {
        buf_put_char(out, (char)(0xc0 | c >> 6));
        buf_put_char(out, (char)(0x80 | (c & 0x3f)));
    } else if (c < 0x10000) {
        buf_put_char(out, (char)(0xe0 | c >> 12));
        buf_put_char(out, (char)(0x80 | (c >> 6 & 0x3f)));
        buf_put_char(out, (char)(0x80 | (c & 0x3f)));
    } else {
        buf_put_char(out, (char)(0xf0 | c >> 18));
        buf_put_char(out, (char)(0x80 | (c >> 12 & 0x3f)));
        buf_put_char(out, (char)(0x80 | (c >> 6 & 0x3f)));
        buf_put_char(out, (char)(0x80 | (c & 0x3f)));
    }
}

/* The \u escape whose digits begin ${text}: how many bytes of it are used, or 0. */
static size_t put_unicode(struct buf *out, struct span text)
{
    int32_t c = read_hex(text);
    if (c < 0)
        return 0;
    size_t used = 4;
    if (c >= 0xd800 && c < 0xdc00 && text.n >= 10 && text.p[4] == '\\' && text.p[5] == 'u') {
        const int32_t low = read_hex(span_from(text, 6));
        if (low >= 0xdc00 && low < 0xe000) {
            c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
            used = 10;
        }
    }
    put_utf8(out, c);
    return used;
}

bool json_put_unescaped(struct buf *out, struct span text)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    while (text.n > 0) {
        const size_t plain_n = span_find(text, '\\');
        buf_put(out, text.p, plain_n);
        text = span_from(text, plain_n);
        if (text.n == 0)
            break;
        if (text.n < 2)
            return false;
        size_t used = 2;
        if (text.p[1] == 'u') {
            const size_t digits = put_unicode(out, span_from(text, 2));
            if (digits == 0)
                return false;
            used += digits;
        } else {
            const size_t i = span_find((struct span){from, sizeof(from) - 1}, text.p[1]);
            if (i == sizeof(from) - 1)
                return false;
            buf_put_char(out, to[i]);
        }
        text = span_from(text, used);
    }
    return true;
}
