/* play.c - see play.h. */
#include "replay/play.h"

#include <stdbool.h>

#include "base/err.h"

/* A wait shorter than this is not worth making the sink finish its group. */
static const int64_t pause_ns = 1000000;

static bool is_stopped(const struct pace *pace)
{
    return pace->stop != NULL && *pace->stop;
}

/* Move one log file: 1, 0 at the end or when the flag came during the wait, -1. */
static int move_one(struct source *source, struct sink *sink, struct schedule *schedule,
                    bool resume, const struct pace *pace, bool *stopped, struct play_totals *t,
                    struct err *e)
{
    struct logfile f;
    int got = source->ops->next(source->self, &f, e);
    if (got <= 0)
        return got;
    int held = resume && sink->ops->holds != NULL ? sink->ops->holds(sink->self, &f, e) : 0;
    if (held > 0 && sink->ops->pass != NULL && sink->ops->pass(sink->self, &f, e) != 0)
        held = -1;
    if (held != 0) {
        t->there += held > 0;
        logfile_free(&f);
        return held;
    }
    const int64_t offset_ns =
        schedule_offset(schedule, schedule->records ? t->records : t->files, f.deliver_ms);
    int rc = 0;
    if (sink->ops->flush != NULL && offset_ns - pace_now(pace) > pause_ns)
        rc = sink->ops->flush(sink->self, e);
    if (rc == 0) {
        const int64_t late_ns = pace_until(pace, offset_ns);
        *stopped = is_stopped(pace);
        if (*stopped) {
            logfile_free(&f);
            return 0;
        }
        const bool past = schedule_is_past(schedule, f.deliver_ms);
        t->past += past;
        if (!past)
            hist_add(&t->late, late_ns);
        if (schedule->kind != SCHEDULE_ASAP && !past)
            f.planned_ns = pace->anchor_ns + offset_ns;
        t->files++;
        t->records += f.records;
        rc = sink->ops->put(sink->self, &f, e);
    }
    logfile_free(&f);
    return rc == 0 ? 1 : -1;
}

int play_run(struct source *source, struct sink *sink, const struct play_options *o,
             struct play_totals *t, struct err *e)
{
    *t = (struct play_totals){.files = 0};
    struct schedule schedule = o->schedule;
    struct pace pace;
    pace_start(&pace, o->clock != NULL ? o->clock : &pace_machine_clock, o->stop);

    bool stopped = false;
    int rc = 1;
    while (rc > 0) {
        stopped = is_stopped(&pace);
        if (stopped)
            break;
        rc = move_one(source, sink, &schedule, o->resume, &pace, &stopped, t, e);
        if (o->tick != NULL)
            o->tick(o->tick_ctx, t);
    }

    /* The first error is the one to tell; the sink's totals are wanted in every case. */
    struct err later = {0};
    int finished = sink->ops->finish(sink->self, &t->sink, rc < 0 ? &later : e);
    t->elapsed_ns = pace_now(&pace);
    t->records += (uint64_t)t->sink.more;
    if ((rc < 0 || finished != 0) && e->kind == ERR_STOP)
        stopped = true;
    else if (rc < 0 || (finished != 0 && !stopped))
        return -1;
    if (stopped) {
        /* What kept the sink from finishing is told behind it. */
        const struct err why = rc < 0 ? later : *e;
        const bool told = why.kind != ERR_NONE;
        *e = (struct err){.kind = ERR_NONE};
        return err_set(e, ERR_STOP, "interrupted: %llu log files have arrived%s%s",
                       (unsigned long long)(t->sink.files + t->sink.same + t->there),
                       told ? "; " : "", told ? why.text : "");
    }
    if (t->sink.failed > 0)
        return err_set(e, ERR_WORK, "%llu of %llu log files were not delivered",
                       (unsigned long long)t->sink.failed, (unsigned long long)t->files);
    return 0;
}
