/* gen_digests.c - see gen_digests.h. */
#include "cli/gen_digests.h"

static void begin(struct digests *d, const struct scenario *s, const struct account *account,
                  struct span region)
{
    const struct key_parts place = {.kind = KEY_LOG,
                                    .prefix = s->trail.prefix,
                                    .organization = s->trail.organization,
                                    .account = account->id,
                                    .region = region};
    digests_chain(d, &place);
}

struct digests *gen_digests_open(const struct digest_wish *w, const struct load *l,
                                 const struct gen_options *o)
{
    if (w->key == NULL)
        return NULL;
    const struct scenario *s = &l->scenario;
    struct digest_options options = w->options;
    options.trail = s->trail.name;
    options.home = s->accounts[0].regions[0]->name;
    options.start_ms = o->start_ms;
    options.gzip = o->gzip;
    struct digests *d = digests_open(&options);
    for (size_t i = 0; i < s->naccounts; i++) {
        const struct account *account = &s->accounts[i];
        for (size_t k = 0; k < account->nregions; k++)
            begin(d, s, account, account->regions[k]->name);
        for (size_t k = 0; k < l->catalog.nregions; k++) {
            const struct region *region = &l->catalog.regions[k];
            if (region->global && span_equal(region->partition, account->partition))
                begin(d, s, account, region->name);
        }
    }
    return d;
}
