/* again.c - see again.h. */
#include "cli/again.h"

#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/utc.h"
#include "cli/opts.h"

/* Append ${word} so that a shell reads it as it is. */
static void put_quoted(struct buf *out, struct span word)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                "-_./:=@%+,";
    bool fine = word.n > 0;
    for (size_t i = 0; i < word.n; i++)
        fine = fine && word.p[i] != '\0' && strchr(plain, word.p[i]) != NULL;
    if (fine) {
        buf_put_span(out, word);
        return;
    }
    buf_put_char(out, '\'');
    for (size_t i = 0; i < word.n; i++) {
        if (word.p[i] == '\'')
            buf_put(out, "'\\'", 3);
        buf_put_char(out, word.p[i]);
    }
    buf_put_char(out, '\'');
}

/* "--retime=now". */
static bool is_joined(struct span word, struct span option)
{
    return span_starts(word, option) && word.n > option.n && word.p[option.n] == '=';
}

/* What was not given stands before "--", or at the end. */
static void put_missing(struct buf *out, int argc, char **argv, const char *option, int64_t at_ms)
{
    if (option != NULL && !opts_given(argc, argv, option + 2)) {
        buf_printf(out, " %s ", option);
        utc_put_iso(out, at_ms);
    }
    if (!opts_given(argc, argv, "resume"))
        buf_printf(out, " --resume");
}

void again_say(struct err *e, int argc, char **argv, const char *option, int64_t at_ms)
{
    const struct span wanted = span_of(option);
    struct buf b;
    bool value = false, ended = false;
    buf_init(&b, 1 << 20);
    buf_printf(&b, "%s; go on with: beantrail", e->text);
    for (int i = 0; i < argc && b.n < sizeof(e->text); i++) {
        const struct span word = span_of(argv[i]);
        if (!ended && span_is(word, "--")) {
            ended = true;
            put_missing(&b, argc, argv, option, at_ms);
        }
        buf_put_char(&b, ' ');
        if (value) {
            utc_put_iso(&b, at_ms);
            value = false;
        } else if (!ended && option != NULL && is_joined(word, wanted)) {
            buf_printf(&b, "%s=", option);
            utc_put_iso(&b, at_ms);
        } else {
            put_quoted(&b, word);
            value = !ended && option != NULL && span_equal(word, wanted);
        }
    }
    if (!ended)
        put_missing(&b, argc, argv, option, at_ms);
    *e = (struct err){.kind = ERR_NONE};
    err_set(e, ERR_STOP, "%.*s", SPAN_ARG(buf_span(&b)));
    buf_free(&b);
}
