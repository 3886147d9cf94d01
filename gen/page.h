/*
 * page.h - the changes of one account on one day, and what they make of its environments
 *
 * A page is a pure function of its address. Changes of one environment exclude each other: one that
 * begins while another is under way fails. Pages are kept for a while and thrown away.
 */
#ifndef GEN_PAGE_H
#define GEN_PAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "gen/plan.h"

struct change {
    uint32_t environment;
    int64_t time_ms, done_ms;
    uint64_t address;    /* of the call */
    uint64_t occurrence; /* of the activity's run */
    bool allowed;        /* the environment was ready for it */
    bool sets_version;   /* it deploys the occurrence's version */
    enum activity_labels labels;
    int64_t began_ms; /* of the occurrence: when its version was made */
};

struct page_cache;

/**
 * page_cache_open(plan) / page_cache_close(c):
 * A worker's pages.
 */
struct page_cache *page_cache_open(const struct plan *plan);
void page_cache_close(struct page_cache *c);

/**
 * page_allows(c, account, environment, time_ms, address):
 * Whether the change that the call ${address} begins at ${time_ms} finds its environment ready.
 */
bool page_allows(struct page_cache *c, uint32_t account, uint32_t environment, int64_t time_ms,
                 uint64_t address);

/**
 * page_running(c, account, environment, time_ms):
 * The last change before ${time_ms} that deployed a version to ${environment}; NULL when the last
 * two months have none, and it runs what it ran before. Valid until the next call.
 */
const struct change *page_running(struct page_cache *c, uint32_t account, uint32_t environment,
                                  int64_t time_ms);

#endif
