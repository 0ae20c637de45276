/* liqscope score: how well the map foretells the liquidations in a source, beside null models and,
 * where it is known, beside the truth. */
#include <stdio.h>

#include "app/app.h"
#include "app/demo.h"
#include "app/score_job.h"
#include "app/score_print.h"
#include "app/source.h"
#include "score/score.h"
#include "venue/venue.h"

enum { DEMO_DAYS = 10 };

static int fail(enum exit_status status, const char *reason) {
    return app_fail(status, "score", "%s", reason);
}

static int print_one(const struct app_options *options, const struct score_job *job, uint16_t index,
                     bool first) {
    const struct option_table *table = &options->table;
    const struct score *score = engine_score(job->engine, index);
    const struct instrument *instrument = &job->instruments->entries[index];
    char name[INSTRUMENT_SYMBOL_BYTES + 32];
    struct report report;
    struct truth_report truth;
    if (!report_make(score, (int)option_integer(table, OPT_warm_up), &report)) {
        return fail(EXIT_STATUS_FAILED, status_text(STATUS_MEMORY));
    }
    if (job->truth != NULL) {
        truth_measure(job->truth, (int64_t)report.first_day * TALLY_DAY_MS,
                      ((int64_t)report.last_day + 1) * TALLY_DAY_MS, &truth);
    }
    str_format(name, sizeof name, "%s:%s", venue_key(instrument->venue), instrument->symbol);
    const struct score_print print = {.instrument = name,
                                      .report = &report,
                                      .tally = score_tally(score),
                                      .truth = job->truth != NULL ? &truth : NULL};
    if (option_flag(table, OPT_json)) {
        fputs(first ? "" : ",", stdout);
        score_print_json(stdout, &print);
    } else {
        fputs(first ? "" : "\n", stdout);
        score_print_text(stdout, &print);
    }
    return EXIT_STATUS_DONE;
}

static int print_all(const struct app_options *options, const struct score_job *job) {
    bool json = option_flag(&options->table, OPT_json), first = true;
    int status = EXIT_STATUS_DONE;
    fputs(json ? "[" : "", stdout);
    for (uint16_t i = 0; i < INSTRUMENT_COUNT_MAX && status == EXIT_STATUS_DONE; i++) {
        if (engine_score(job->engine, i) != NULL) {
            status = print_one(options, job, i, first);
            first = false;
        }
    }
    fputs(json ? "]\n" : "", stdout);
    if (status == EXIT_STATUS_DONE && first && !json) {
        fputs("no market data in the source: nothing to score\n", stdout);
    }
    if (fflush(stdout) != 0 || ferror(stdout)) {
        return fail(EXIT_STATUS_FAILED, "standard output cannot be written");
    }
    return status;
}

int run_score(const struct app_options *options) {
    const struct option_table *table = &options->table;
    char reason[SOURCE_REASON_BYTES];
    struct source_list sources;
    enum exit_status status = source_list_resolve(options, &sources, reason);
    if (status != EXIT_STATUS_DONE) {
        return fail(status, reason);
    }
    if (sources.specs[0].kind == SOURCE_LIVE) {
        return app_fail(EXIT_STATUS_USAGE, "score",
                        "\"%s\": a live source has no end to score; expected demo or files",
                        options->args[0]);
    }
    struct score_job_desc desc = {
        .sources = &sources,
        .truth_path = option_text(table, OPT_truth),
        .demo = demo_desc(table),
    };
    desc.demo.days = option_given(table, OPT_days) ? desc.demo.days : DEMO_DAYS;
    struct score_job job;
    status = score_job_run(&job, &desc, reason);
    int result = status == EXIT_STATUS_DONE ? print_all(options, &job) : fail(status, reason);
    score_job_finish(&job);
    return result;
}
