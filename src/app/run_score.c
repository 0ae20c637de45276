/* liqscope score: how well the map foretells the liquidations in a source, beside null models and,
 * where it is known, beside the truth. */
#include <stdio.h>
#include <string.h>

#include "app/app.h"
#include "app/demo.h"
#include "app/engine_replay.h"
#include "app/score_print.h"
#include "app/source.h"
#include "app/truth_read.h"
#include "score/score.h"
#include "venue/venue.h"

enum { DEMO_DAYS = 10 };

struct score_job {
    const struct option_table *table; /* borrowed */
    const struct margin_set *margins; /* borrowed */
    struct source_list sources;

    /* In the order of building up. */
    struct truth *truth; /* owned; NULL: it is not known */
    struct engine_replay *replay;
};

static int fail(enum exit_status status, const char *reason) {
    return app_fail(status, "score", "%s", reason);
}

static int check_sources(struct score_job *job, const struct app_options *options) {
    char reason[SOURCE_REASON_BYTES];
    enum exit_status status = source_list_resolve(options, &job->sources, reason);
    if (status != EXIT_STATUS_DONE) {
        return fail(status, reason);
    }
    if (job->sources.specs[0].kind == SOURCE_LIVE) {
        return app_fail(EXIT_STATUS_USAGE, "score",
                        "\"%s\": a live source has no end to score; expected demo or files",
                        options->arg_count > 0 ? options->args[0] : "sources");
    }
    return EXIT_STATUS_DONE;
}

static int build(struct score_job *job) {
    const char *truth_path = option_text(job->table, OPT_truth);
    bool demo = job->sources.specs[0].kind == SOURCE_DEMO, given = truth_path[0] != '\0';
    char reason[SOURCE_REASON_BYTES], why[TRUTH_READ_REASON_BYTES];
    if (demo || given) {
        job->truth = truth_create();
        if (job->truth == NULL) {
            return fail(EXIT_STATUS_FAILED, status_text(STATUS_MEMORY));
        }
    }
    if (given && truth_read_file(job->truth, truth_path, why) != EXIT_STATUS_DONE) {
        return app_fail(EXIT_STATUS_FAILED, "score", "--truth: %s", why);
    }
    struct engine_replay_desc desc = {.sources = &job->sources,
                                      .demo = demo_desc(job->table),
                                      .margins = job->margins,
                                      .full_score = true,
                                      .truth = job->truth};
    desc.demo.days = option_given(job->table, OPT_days) ? desc.demo.days : DEMO_DAYS;
    if (demo && !given) {
        desc.demo.truth = truth_read_sink(job->truth);
    }
    enum exit_status status = engine_replay_create(&desc, &job->replay, reason);
    return status == EXIT_STATUS_DONE ? EXIT_STATUS_DONE : fail(status, reason);
}

static int print_one(const struct score_job *job, uint16_t index, const struct score *score,
                     bool first) {
    const struct instrument *instrument = &engine_replay_instruments(job->replay)->entries[index];
    char name[INSTRUMENT_SYMBOL_BYTES + 32];
    struct report report;
    struct truth_report truth;
    if (!report_make(score, (int)option_integer(job->table, OPT_warm_up), &report)) {
        return fail(EXIT_STATUS_FAILED, status_text(STATUS_MEMORY));
    }
    bool compared = job->truth != NULL && truth_is_of(job->truth, score);
    if (compared) {
        truth_measure(job->truth, (int64_t)report.first_day * TALLY_DAY_MS,
                      ((int64_t)report.last_day + 1) * TALLY_DAY_MS, &truth);
    }
    str_format(name, sizeof name, "%s:%s", venue_key(instrument->venue), instrument->symbol);
    const struct score_print print = {.instrument = name,
                                      .report = &report,
                                      .tally = score_tally(score),
                                      .truth = compared ? &truth : NULL};
    if (option_flag(job->table, OPT_json)) {
        fputs(first ? "" : ",\n", stdout);
        return score_print_json(stdout, &print)
                   ? EXIT_STATUS_DONE
                   : fail(EXIT_STATUS_FAILED, status_text(STATUS_MEMORY));
    } else {
        fputs(first ? "" : "\n", stdout);
        score_print_text(stdout, &print);
    }
    return EXIT_STATUS_DONE;
}

static int print_all(const struct score_job *job) {
    const struct engine *engine = engine_replay_engine(job->replay);
    bool json = option_flag(job->table, OPT_json), first = true;
    int status = EXIT_STATUS_DONE;
    fputs(json ? "[" : "", stdout);
    for (uint16_t i = 0; i < INSTRUMENT_COUNT_MAX && status == EXIT_STATUS_DONE; i++) {
        struct score *score = engine_score(engine, i);
        if (score != NULL) {
            score_finish_rows(score);
            status = print_one(job, i, score, first);
            first = false;
        }
    }
    fputs(json ? "]\n" : "", stdout);
    if (status == EXIT_STATUS_DONE && first && !json) {
        fputs("the source holds no market: nothing to score\n", stdout);
    }
    if (fflush(stdout) != 0 || ferror(stdout)) {
        return fail(EXIT_STATUS_FAILED, "standard output cannot be written");
    }
    return status;
}

int run_score(const struct app_options *options) {
    static struct score_job job; /* kilobytes of text: not on the stack */
    job.table = &options->table;
    job.margins = options->margins;
    int status = check_sources(&job, options);
    status = status == EXIT_STATUS_DONE ? build(&job) : status;
    if (status == EXIT_STATUS_DONE) {
        const char *trouble = NULL;
        bool troubled = false;
        engine_replay_advance(job.replay, INT64_MAX);
        while ((trouble = engine_replay_take_trouble(job.replay)) != NULL) {
            fail(EXIT_STATUS_FAILED, trouble); /* the rest of the file is still scored */
            troubled = true;
        }
        status = print_all(&job);
        status = status == EXIT_STATUS_DONE && troubled ? EXIT_STATUS_FAILED : status;
    }
    engine_replay_destroy(job.replay);
    truth_destroy(job.truth);
    return status;
}
