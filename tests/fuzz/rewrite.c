/*
 * rewrite.c - fuzz target: what any text names is learnt and replaced, and what comes out of the
 * replacement holds none of it as a whole word.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "replay/fresh.h"
#include "replay/rewrite_forms.h"
#include "replay/rewrite_learn.h"
#include "replay/tokens.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const struct span text = {(const char *)data, n};
    struct tokens t, keep;
    tokens_init(&t);
    tokens_init(&keep);
    rewrite_learn_text(&t, &keep, text);
    rewrite_learn_key(&t, text);
    for (struct token *k = t.first; k != NULL; k = k->next) {
        char made[FORMS_ADDRESS_MAX];
        if (k->kind == TOKEN_ADDRESS)
            forms_make_address(made, k->text, SPAN("key"), 0);
        if (k->kind == TOKEN_ID)
            forms_make_id(made, k->text, SPAN("123456789012"), SPAN("key"), 0);
        k->to = SPAN("\x01");
    }
    tokens_index(&t);
    struct buf once, twice;
    buf_init(&once, n + 64);
    buf_init(&twice, n + 64);
    tokens_replace(&t, &once, text, false);
    tokens_replace(&t, &twice, buf_span(&once), false);
    tokens_look(&t, text, false, "key");
    buf_clear(&twice);
    fresh_text(&twice, text, 1);
    assert(twice.n == n);
    buf_free(&once);
    buf_free(&twice);
    tokens_free(&t);
    tokens_free(&keep);
    return 0;
}
