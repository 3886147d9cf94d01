/*
 * gen_output.h - where a generated trail goes: directory, bucket, stream; with manifest and labels
 */
#ifndef CLI_GEN_OUTPUT_H
#define CLI_GEN_OUTPUT_H

#include <stdbool.h>

#include "cli/announce.h"
#include "cli/digest_option.h"
#include "cli/lines.h"
#include "cli/outdir.h"
#include "cli/teller.h"
#include "cloudtrail/manifest.h"
#include "cloudtrail/sink.h"
#include "gen/gen.h"
#include "replay/target.h"

/* What the command line says of it; NULL where it does not. */
struct gen_where {
    const char *out, *to, *labels;
    struct target_options s3;
    struct announce_options announce;
    struct digest_option digest;
    bool force, lines, quiet;
    bool live; /* by the clock: no manifest, a directory may be the target of --to */
};

struct gen_output {
    struct outdir dir;
    struct sink sink;
    struct announce announce;
    bool announced;            /* all that had arrived was */
    struct manifest *manifest; /* of a directory */
    struct lines *labels;      /* or NULL: none wanted */
    struct lines *stream;      /* of records, one a line */
    struct buf line;
    struct teller teller;
    const struct gen_options *options;
    struct digests *digests; /* or NULL; the caller's */
    struct manifest_counts digested;
    uint64_t records;
};

/**
 * gen_where_check(w, lines, e):
 * Whether the options of ${w} go together: one destination, a known scheme.
 */
int gen_where_check(const struct gen_where *w, bool lines, struct err *e);

/**
 * gen_output_open(out, w, f, o, e):
 * Open what ${w} names for the run ${f}; nothing that is there already is touched before
 * gen_output_finish.
 */
int gen_output_open(struct gen_output *out, const struct gen_where *w, const struct fingerprint *f,
                    const struct gen_options *o, struct err *e);

/* The takers of gen_run. */
int gen_output_take(void *ctx, struct logfile *f, struct err *e);
int gen_output_take_label(void *ctx, const struct label *l, struct err *e);

/* The same for its horizon: digests of hours that are over. */
int gen_output_horizon(void *ctx, int64_t horizon_ms, struct err *e);

/**
 * gen_output_finish(out, totals, e):
 * Finish the sink, write the manifest and put everything in place. ERR_WORK when objects were lost.
 */
int gen_output_finish(struct gen_output *out, const struct gen_totals *totals, struct err *e);

/* Without finish: leave nothing half-written. */
void gen_output_close(struct gen_output *out);

#endif
