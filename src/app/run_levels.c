/* liqscope levels: where liquidations are estimated to cluster, at a time or at the end of what the
 * sources hold. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/app.h"
#include "app/demo.h"
#include "app/engine_replay.h"
#include "app/levels_report.h"
#include "base/clock.h"

struct levels {
    const struct app_options *options;
    struct source_list sources;

    /* In the order of building up. */
    struct engine_replay *replay;
    struct scene *scene;          /* owned */
    struct levels_report *report; /* owned */
};

static int fail(enum exit_status status, const char *reason) {
    return app_fail(status, "levels", "%s", reason);
}

static int check_options(struct levels *levels) {
    const struct option_table *table = &levels->options->table;
    char reason[SOURCE_REASON_BYTES];
    if (option_flag(table, OPT_csv) && option_flag(table, OPT_json)) {
        return fail(EXIT_STATUS_USAGE, "--csv, --json: expected one of them");
    }
    int status = (int)source_list_resolve(levels->options, &levels->sources, reason);
    if (status != EXIT_STATUS_DONE) {
        return fail((enum exit_status)status, reason);
    }
    if (levels->sources.specs[0].kind == SOURCE_LIVE) {
        return app_fail(EXIT_STATUS_USAGE, "levels", "\"%s\": expected demo or files",
                        levels->options->args[0]);
    }
    return EXIT_STATUS_DONE;
}

static int build(struct levels *levels) {
    char reason[SOURCE_REASON_BYTES];
    const struct engine_replay_desc desc = {.sources = &levels->sources,
                                            .demo = demo_desc(&levels->options->table),
                                            .margins = levels->options->margins};
    levels->scene = calloc(1, sizeof *levels->scene);
    levels->report = calloc(1, sizeof *levels->report);
    if (levels->scene == NULL || levels->report == NULL) {
        return fail(EXIT_STATUS_FAILED, status_text(STATUS_MEMORY));
    }
    enum exit_status status = engine_replay_create(&desc, &levels->replay, reason);
    return status == EXIT_STATUS_DONE ? (int)status : fail(status, reason);
}

/* Every event up to --at, or all of them. */
static int take_events(struct levels *levels) {
    const struct option_table *table = &levels->options->table;
    bool at_given = option_given(table, OPT_at);
    int64_t at_ms = at_given ? option_integer(table, OPT_at) : INT64_MAX;
    int64_t first_ms = 0;
    int64_t newest_ms = 0;
    const char *trouble = NULL;
    engine_replay_advance(levels->replay, at_ms);
    while ((trouble = engine_replay_take_trouble(levels->replay)) != NULL) {
        fail(EXIT_STATUS_FAILED, trouble); /* what could be read still counts */
    }
    if (!engine_replay_times(levels->replay, &first_ms, &newest_ms)) {
        return fail(EXIT_STATUS_FAILED,
                    at_given ? "the source has no event before --at" : "the source has no events");
    }
    engine_finish(engine_replay_engine(levels->replay));
    return EXIT_STATUS_DONE;
}

static int print_report(struct levels *levels) {
    const struct option_table *table = &levels->options->table;
    struct engine *engine = engine_replay_engine(levels->replay);
    char reason[SOURCE_REASON_BYTES];
    engine_fill_scene(engine, levels->scene);
    if (!levels_report_make(levels->report, engine, levels->scene, reason)) {
        return fail(EXIT_STATUS_FAILED, reason);
    }
    for (int i = 0; levels_report_note(levels->report, i, reason) != NULL; i++) {
        fprintf(stderr, "liqscope levels: %s\n", reason);
    }
    if (option_flag(table, OPT_json)) {
        levels_report_print_json(levels->report, stdout);
    } else if (option_flag(table, OPT_csv)) {
        levels_report_print_csv(levels->report, stdout);
    } else {
        levels_report_print_table(levels->report, stdout);
    }
    return fflush(stdout) == 0 && !ferror(stdout)
               ? EXIT_STATUS_DONE
               : fail(EXIT_STATUS_FAILED, "standard output: cannot write");
}

int run_levels(const struct app_options *options) {
    static struct levels levels; /* holds a path's text */
    levels.options = options;
    int status = check_options(&levels);
    if (status == EXIT_STATUS_DONE) {
        status = build(&levels);
    }
    if (status == EXIT_STATUS_DONE) {
        status = take_events(&levels);
    }
    if (status == EXIT_STATUS_DONE) {
        status = print_report(&levels);
    }
    free(levels.report);
    free(levels.scene);
    engine_replay_destroy(levels.replay);
    return status;
}
