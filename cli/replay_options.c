/* replay_options.c - see replay_options.h. */
#include "cli/replay_options.h"

#include <stddef.h>
#include <string.h>

#include "base/utc.h"
#include "cli/s3_option.h"
#include "replay/checksum.h"

enum { SPEED_MOST = 1000000, RATE_MOST = 10000000, LOOPS_MOST = 1000000 };

static const char *const acls[] = {"none", "bucket-owner-full-control", NULL};

#define AT(member)          offsetof(struct replay_options, member)
#define AT_ANNOUNCE(member) AT(announce.member)

static const struct opt rows[] = {
    {"to", OPT_TEXTS, AT(to), 0, REPLAY_TO_MOST, NULL, "DIR|s3://BUCKET[/PREFIX]",
     "where the log files go; null: drops them; up to 8 times"},
    S3_ROWS(AT),
    {"source-endpoint-url", OPT_TEXT, AT(source_endpoint_url), 0, 0, NULL, "URL",
     "the same for a SOURCE in a bucket, where it differs"},
    {"source-region", OPT_TEXT, AT(source_region), 0, 0, NULL, "REGION", "its region"},
    {"source-profile", OPT_TEXT, AT(source_profile), 0, 0, NULL, "NAME", "its profile"},
    {"acl", OPT_WORD, AT(acl), 0, 0, acls, "ACL",
     "x-amz-acl: none (the default) or bucket-owner-full-control"},
    {"checksum", OPT_WORD, AT(checksum), 0, 0, checksum_words, "KIND",
     "send one more checksum: none (the default), md5, crc32, crc32c, sha256"},
    {"sse", OPT_TEXT, AT(sse), 0, 0, NULL, "AES256|aws:kms[:KEY]",
     "ask the store to encrypt the objects"},
    {"if-none-match", OPT_FLAG, AT(if_none_match), 0, 0, NULL, NULL,
     "never overwrite an object of a bucket"},
    {"asap", OPT_FLAG, AT(asap), 0, 0, NULL, NULL,
     "as fast as the destination takes them (the default)"},
    {"speed", OPT_REAL, AT(speed), 0, SPEED_MOST, NULL, "X", "as recorded, X times as fast"},
    {"rate", OPT_TEXT, AT(rate), 0, 0, NULL, "N/s",
     "N log files a second; \"N/s records\" for records"},
    {"ramp", OPT_TEXT, AT(ramp), 0, 0, NULL, "FROM:TO:DURATION",
     "from so many log files a second to so many, and on at that"},
    {"poisson", OPT_FLAG, AT(poisson), 0, 0, NULL, NULL,
     "with --rate or --ramp: by chance, so many on average"},
    {"max-gap", OPT_DURATION, AT(max_gap_ms), UTC_SECOND_MS, 36500 * UTC_DAY_MS, NULL, "DURATION",
     "cut longer pauses to this"},
    {"loop", OPT_COUNT, AT(loop), 1, LOOPS_MOST, NULL, "N",
     "play the source N times, with fresh ids and names each time"},
    {"retime", OPT_TEXT, AT(retime), 0, 0, NULL, "T",
     "move all times: the first log file is delivered at T (now, now-24h, 2026-09-14T00:00:00Z)"},
    {"rewrite", OPT_TEXT, AT(rewrite), 0, 0, NULL, "FILE",
     "replace accounts, users, names and addresses as FILE says"},
    {"fault", OPT_TEXTS, AT(fault), 0, OPT_TEXTS_MOST, NULL, "KIND[=N|=X%],...",
     "spoil N log files (1), or a share, on purpose: late-file, truncated-gzip, all, ..."},
    {"fault-seed", OPT_TEXT, AT(fault_seed), 0, 0, NULL, "N", "which ones: another choice (1)"},
    {"manifest", OPT_TEXT, AT(manifest), 0, 0, NULL, "FILE",
     "write down what was delivered when, and each fault; with --fault into the first --to DIR"},
    {"as-is", OPT_FLAG, AT(as_is), 0, 0, NULL, NULL,
     "do not look into the gzipped files of trees: whatever they hold; records are not counted"},
    {"digest-key", OPT_TEXT, AT(digest.key), 0, 0, NULL, "FILE",
     "make digest files anew; FILE is an RSA private key in PEM (docs/digests.md)"},
    {"digest-bucket", OPT_TEXT, AT(digest.bucket), 0, 0, NULL, "BUCKET[/PREFIX]",
     "the bucket that they tell of (that of --to, or " DIGEST_BUCKET ")"},
    {"digest-trail", OPT_TEXT, AT(digest.trail), 0, 0, NULL, "NAME",
     "the trail that they tell of (" DIGEST_TRAIL ")"},
    {"jobs", OPT_COUNT, AT(jobs), 1, 1024, NULL, "N", "connections at a time (16)"},
    {"resume", OPT_FLAG, AT(resume), 0, 0, NULL, NULL,
     "go on after an interrupt or a crash: pass over what is there already"},
    {"histogram", OPT_TEXT, AT(histogram), 0, 0, NULL, "FILE",
     "save how late each log file was, and how long until it had arrived"},
    ANNOUNCE_ROWS(AT_ANNOUNCE),
    {"dry-run", OPT_FLAG, AT(dry_run), 0, 0, NULL, NULL, "print the keys and sizes, send nothing"},
    {"json", OPT_FLAG, AT(json), 0, 0, NULL, NULL, "print the summary as JSON"},
    {"quiet", OPT_FLAG, AT(quiet), 0, 0, NULL, NULL, "no summary and no progress, only errors"},
};

static const struct opts_usage usage = {
    "replay",
    "SOURCE...",
    "Deliver log files, made or recorded, under their keys: trees, .json, .json.gz, .jsonl, a "
    "bucket\n(s3://BUCKET[/PREFIX]), or - for stdin.",
    "Credentials come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile, its\n"
    "credential_process, or the endpoint of a container or an instance.\n"
    "A failed PUT is tried 8 times (AWS_MAX_ATTEMPTS), with growing waits.\n"
    "Faults: duplicate-file, repeated-put, duplicate-records, late-file, wrong-order, "
    "truncated-gzip,\n"
    "second-gzip-member, digest-among-logs, invalid-json, empty-records, missing-file, "
    "oversize-line.\n"
    "docs/replay.md says more, docs/faults.md about faults.\n",
    rows,
    sizeof(rows) / sizeof(rows[0]),
    1,
    -1,
};

/* A decimal number at the head of ${*text}, which moves behind it; false when there is none. */
static bool take_number(double *out, const char **text)
{
    double value = 0, scale = 1;
    bool point = false, digit = false;
    const char *p = *text;
    for (; (*p >= '0' && *p <= '9') || (*p == '.' && !point); p++) {
        if (*p == '.') {
            point = true;
            continue;
        }
        digit = true;
        value = value * 10 + (*p - '0');
        scale *= point ? 10 : 1;
    }
    *out = value / scale;
    *text = p;
    return digit;
}

/* "25/s", "0.5/s", "25", "1000/s records", "1000 records/s". */
static int read_rate(struct schedule *s, const char *text, struct err *e)
{
    const char *p = text;
    const bool number = take_number(&s->factor, &p);
    static const char *const files[] = {"", "/s", "/s files", " files/s"};
    static const char *const records[] = {"/s records", " records/s", "records/s"};
    bool known = false;
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
        known = known || strcmp(p, files[i]) == 0;
    for (size_t i = 0; i < sizeof(records) / sizeof(records[0]); i++)
        s->records = s->records || strcmp(p, records[i]) == 0;
    if (!number || !(known || s->records) || !(s->factor > 0) || s->factor > RATE_MOST)
        return err_set(e, ERR_INPUT,
                       "--rate: must be log files a second above 0, at most %d, as in 25/s, or "
                       "\"25/s records\", not \"%s\"",
                       RATE_MOST, text);
    s->kind = SCHEDULE_RATE;
    return 0;
}

/* "10:200:5m". */
static int read_ramp(struct schedule *s, const char *text, struct err *e)
{
    const char *p = text;
    struct err ignored = {0};
    const bool fine = take_number(&s->from, &p) && *p++ == ':' && take_number(&s->to, &p) &&
                      *p++ == ':' && utc_duration(&s->ramp_ms, span_of(p), &ignored) == 0;
    if (!fine || !(s->to > 0) || s->from > RATE_MOST || s->to > RATE_MOST || s->ramp_ms == 0)
        return err_set(e, ERR_INPUT,
                       "--ramp: must be FROM:TO:DURATION, log files a second up to %d, as in "
                       "10:200:5m, not \"%s\"",
                       RATE_MOST, text);
    s->kind = SCHEDULE_RAMP;
    return 0;
}

int replay_options_schedule(struct schedule *out, const struct replay_options *o, struct err *e)
{
    /* Seeded alike each time: a run can be repeated. */
    *out = (struct schedule){.kind = SCHEDULE_ASAP,
                             .poisson = o->poisson,
                             .seed = 1,
                             .max_gap_ns = o->max_gap_ms * 1000000};
    if (o->asap + (o->speed > 0) + (o->rate != NULL) + (o->ramp != NULL) > 1)
        return err_set(e, ERR_INPUT,
                       "--asap, --speed, --rate and --ramp contradict each other; give one");
    if (o->poisson && o->rate == NULL && o->ramp == NULL)
        return err_set(e, ERR_INPUT, "--poisson: goes with --rate or --ramp");
    if (o->speed > 0) {
        out->kind = SCHEDULE_SPEED;
        out->factor = o->speed;
    }
    if (o->rate != NULL)
        return read_rate(out, o->rate, e);
    if (o->ramp != NULL)
        return read_ramp(out, o->ramp, e);
    return 0;
}

struct target_options replay_options_target(const struct replay_options *o, struct hist *latency)
{
    return (struct target_options){.endpoint_url = o->endpoint_url,
                                   .region = o->region,
                                   .profile = o->profile,
                                   .ca_bundle = o->ca_bundle,
                                   .acl = o->acl > 0 ? acls[o->acl] : NULL,
                                   .connections = (unsigned)o->jobs,
                                   .sse = o->sse,
                                   .checksum = o->checksum,
                                   .if_none_match = o->if_none_match,
                                   .resume = o->resume,
                                   .latency = latency};
}

/* Whether the records are needed. */
static bool looks_inside(const struct replay_options *o)
{
    return o->speed > 0 || o->retime != NULL || o->rewrite != NULL || o->loop > 1 ||
           o->fault.n > 0 || o->manifest != NULL;
}

bool replay_options_trusts(const struct replay_options *o)
{
    for (size_t i = 0; i < o->to.n; i++) {
        if (strncmp(o->to.text[i], "s3://", 5) != 0 && strcmp(o->to.text[i], "null:") != 0)
            return false;
    }
    return !looks_inside(o);
}

int replay_options_read(struct replay_options *o, const char **operands, int argc, char **argv,
                        int64_t now_ms, struct err *e)
{
    *o = (struct replay_options){.loop = 1};
    int got = opts_read(o, operands, &usage, argc, argv, now_ms, e);
    if (got != 0)
        return got;
    if (o->to.n == 0)
        return err_set(e, ERR_INPUT, "--to: is missing; give a directory or s3://BUCKET[/PREFIX]");
    if (o->as_is && (looks_inside(o) || (o->rate != NULL && strstr(o->rate, "records") != NULL)))
        return err_set(e, ERR_INPUT,
                       "--as-is: does not go with --speed, --retime, --rewrite, --loop, --fault, "
                       "--manifest or a "
                       "rate of records, which look into the log files");
    if (announce_check(&o->announce, o->to.text, o->to.n, e) != 0)
        return -1;
    struct err why = {0};
    if (o->retime != NULL &&
        utc_read_relative(&o->retime_ms, span_of(o->retime), now_ms, &why) != 0)
        return err_set(e, ERR_INPUT,
                       "--retime: \"%s\" is not a time; write 2026-09-14T00:00:00Z, now or now-24h",
                       o->retime);
    /* Whole seconds, as records have: it is told so, to be repeated. */
    o->retime_ms -= o->retime_ms % UTC_SECOND_MS;
    for (size_t i = 0; operands[i] != NULL; i++) {
        const bool standard_input = strcmp(operands[i], "-") == 0;
        if (standard_input && o->loop > 1)
            return err_set(e, ERR_INPUT, "--loop: standard input ends once; save it as a file");
        if (standard_input && o->rewrite != NULL)
            return err_set(e, ERR_INPUT,
                           "--rewrite: reads its source twice, and standard input cannot be; save "
                           "it as a file");
        if (strncmp(operands[i], "s3://", 5) == 0 && operands[1] != NULL)
            return err_set(e, ERR_INPUT, "%s: a bucket must be the only SOURCE", operands[i]);
    }
    return 0;
}
