/* slot_find.c - all slots by name, see slot.h. */
#include "gen/slot.h"

#include <stdlib.h>

#include "base/draw.h"
#include "base/json.h"
#include "gen/slot_rows.h"

/* Whole names; families come behind. */
static const struct slot_rows *const subjects[] = {
    &slot_record_rows, &slot_session_rows, &slot_stack_rows, &slot_option_rows, &slot_family_rows};

enum { NSUBJECTS = sizeof subjects / sizeof subjects[0], NAMES_MAX = 256 };

static int compare(const void *name, const void *row)
{
    return span_compare(*(const struct span *)name, span_of(((const struct slot *)row)->name));
}

const struct slot *slot_row(const struct slot_rows *rows, struct span name)
{
    return bsearch(&name, rows->rows, rows->n, sizeof rows->rows[0], compare);
}

/* "environment.hex17" of "environment.hex17.group"; empty when what follows is no tag. */
static struct span family_of(struct span name)
{
    size_t n = name.n;
    while (n > 0 && ((name.p[n - 1] >= 'a' && name.p[n - 1] <= 'z') ||
                     (name.p[n - 1] >= 'A' && name.p[n - 1] <= 'Z') ||
                     (name.p[n - 1] >= '0' && name.p[n - 1] <= '9')))
        n--;
    bool tagged = n > 0 && n < name.n && name.p[n - 1] == '.';
    return (struct span){name.p, tagged ? n - 1 : 0};
}

const struct slot *slot_find(struct span name)
{
    for (size_t i = 0; i + 1 < NSUBJECTS; i++) {
        const struct slot *found = slot_row(subjects[i], name);
        if (found != NULL)
            return found;
    }
    return slot_row(&slot_family_rows, family_of(name));
}

/* What stands behind the name of a family and its point. */
static struct span tag_of(const struct slot *slot, struct span name)
{
    size_t n = strlen(slot->name);
    return n < name.n ? span_from(name, n + 1) : SPAN("");
}

uint64_t slot_tag(const struct slot *slot, struct span name)
{
    struct span tag = tag_of(slot, name);
    return tag.n > 0 ? draw_seed(tag.p, tag.n) : 0;
}

struct span slot_fixed(const struct slot *slot, struct span name, const struct call *call)
{
    return slot->fixed(call, tag_of(slot, name));
}

const char *slot_nearest(struct span name)
{
    const char *names[NAMES_MAX + 1] = {NULL};
    size_t n = 0;
    for (size_t i = 0; i < NSUBJECTS; i++)
        for (size_t k = 0; k < subjects[i]->n && n < NAMES_MAX; k++)
            names[n++] = subjects[i]->rows[k].name;
    return json_nearest(name, names);
}

int slot_event_version(const struct call *call)
{
    enum { OWN_SINCE = 10 }; /* until 2023 nearly all services wrote the same version */
    int wanted = call->scenario->record.version_minor;
    int own = call->operation->service->event_version;
    if (own == 0)
        return wanted;
    return wanted >= OWN_SINCE || own < wanted ? own : wanted;
}
