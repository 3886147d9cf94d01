/* label.c - see label.h. */
#include "cloudtrail/label.h"

#include "base/buf.h"
#include "base/json.h"
#include "base/utc.h"

static void put_member(struct buf *out, const char *name, struct span value)
{
    buf_put_span(out, span_of(name));
    json_put_string(out, value);
}

void label_write(struct buf *out, const struct label *l)
{
    put_member(out, "{\"eventID\":", l->event_id);
    buf_put_span(out, SPAN(",\"eventTime\":\""));
    utc_put_iso(out, l->time_ms);
    put_member(out, "\",\"eventName\":", l->event_name);
    put_member(out, ",\"key\":", l->key);
    put_member(out, ",\"actor\":", l->actor);
    put_member(out, ",\"story\":", l->story);
    put_member(out, ",\"instance\":", l->instance);
    put_member(out, ",\"verdict\":", l->verdict);
    put_member(out, ",\"step\":", l->step);
    buf_put_span(out, SPAN(",\"techniques\":"));
    buf_put_span(out, l->techniques.n > 0 ? l->techniques : SPAN("[]"));
    buf_put_span(out, SPAN("}\n"));
}
