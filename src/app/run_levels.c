/* liqscope levels: where liquidations are estimated to cluster, at a time or at the end of what the
 * sources hold; of a live venue now, once its history has been filled in. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/app.h"
#include "app/demo.h"
#include "app/engine_replay.h"
#include "app/levels_report.h"
#include "app/pipeline.h"
#include "app/pipeline_options.h"
#include "app/why_report.h"
#include "base/clock.h"
#include "base/str.h"

/* A live venue's history is some dozens of requests. */
enum { LIVE_WAIT_S = 60, LIVE_LOOK_MS = 20 };

struct levels {
    const struct app_options *options;
    struct source_list sources;
    bool troubled; /* a file broke off, or had lines that are no events */

    /* In the order of building up; a replay, or the pipeline of live venues. */
    struct engine_replay *replay;
    struct pipeline pipeline;
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
    if (option_flag(table, OPT_csv) && option_given(table, OPT_why)) {
        return fail(EXIT_STATUS_USAGE, "--why: is told as a table or with --json, not as --csv");
    }
    int status = (int)source_list_resolve(levels->options, &levels->sources, reason);
    if (status != EXIT_STATUS_DONE) {
        return fail((enum exit_status)status, reason);
    }
    if (levels->sources.specs[0].kind == SOURCE_LIVE && option_given(table, OPT_at)) {
        return fail(EXIT_STATUS_USAGE, "--at: is for demo and files; a live source tells of now");
    }
    return EXIT_STATUS_DONE;
}

/* -- demo and files -- */

static int open_replay(struct levels *levels) {
    char reason[SOURCE_REASON_BYTES];
    const struct engine_replay_desc desc = {.sources = &levels->sources,
                                            .demo = demo_desc(&levels->options->table),
                                            .margins = levels->options->margins};
    enum exit_status status = engine_replay_create(&desc, &levels->replay, reason);
    return status == EXIT_STATUS_DONE ? (int)status : fail(status, reason);
}

/* Every event up to --at, or all of them. */
static int replay_events(struct levels *levels) {
    const struct option_table *table = &levels->options->table;
    bool at_given = option_given(table, OPT_at);
    int64_t at_ms = at_given ? option_integer(table, OPT_at) : INT64_MAX;
    int64_t first_ms = 0;
    int64_t newest_ms = 0;
    const char *trouble = NULL;
    engine_replay_advance(levels->replay, at_ms);
    while ((trouble = engine_replay_take_trouble(levels->replay)) != NULL) {
        fail(EXIT_STATUS_FAILED, trouble); /* what could be read still counts */
        levels->troubled = true;
    }
    if (!engine_replay_times(levels->replay, &first_ms, &newest_ms)) {
        return fail(EXIT_STATUS_FAILED,
                    at_given ? "the source has no event before --at" : "the source has no events");
    }
    engine_finish(engine_replay_engine(levels->replay));
    return EXIT_STATUS_DONE;
}

/* -- live venues -- */

static int start_pipeline(struct levels *levels) {
    char reason[SOURCE_REASON_BYTES];
    const struct pipeline_desc desc = pipeline_options_desc(levels->options, &levels->sources);
    enum exit_status status = pipeline_start(&levels->pipeline, &desc, reason);
    return status == EXIT_STATUS_DONE ? (int)status : fail(status, reason);
}

/* Its history was filled in, and live facts have closed a row after it. */
static bool has_history(const struct scene *scene, const struct source_spec *spec) {
    for (int i = 0; i < scene->instrument_count; i++) {
        const struct scene_instrument *instrument = &scene->instruments[i];
        if (instrument->venue == (uint8_t)spec->venue &&
            strcmp(instrument->symbol, spec->symbol) == 0) {
            return instrument->mark > 0 && instrument->history_until_ms > 0 &&
                   instrument->row_closed_ms > instrument->history_until_ms;
        }
    }
    return false;
}

/* The first source that is not ready yet; NULL: all are. */
static const struct source_spec *awaited(const struct levels *levels, const struct scene *scene) {
    for (int i = 0; i < levels->sources.count; i++) {
        if (scene == NULL || !has_history(scene, &levels->sources.specs[i])) {
            return &levels->sources.specs[i];
        }
    }
    return NULL;
}

static const struct scene_feed *refused(const struct scene *scene) {
    for (int i = 0; scene != NULL && i < scene->feed_count; i++) {
        if (scene->feeds[i].state == FEED_FAULT) {
            return &scene->feeds[i];
        }
    }
    return NULL;
}

/* Until every source has its history, or for so long that it will not come. */
static int wait_for_history(struct levels *levels) {
    int64_t until_ns = clock_mono_ns() + LIVE_WAIT_S * INT64_C(1000000000);
    const struct scene *scene = NULL;
    const struct source_spec *spec = NULL;
    bool fresh = false;
    while ((spec = awaited(levels, scene)) != NULL && refused(scene) == NULL &&
           clock_mono_ns() < until_ns) {
        clock_sleep_until_ns(clock_mono_ns() + LIVE_LOOK_MS * INT64_C(1000000));
        scene = pipeline_take_scene(&levels->pipeline, &fresh);
    }
    if (spec == NULL) {
        pipeline_halt(&levels->pipeline);
        return EXIT_STATUS_DONE;
    }
    const struct scene_feed *feed = refused(scene);
    if (feed != NULL) {
        return app_fail(EXIT_STATUS_FAILED, "levels", "%s: refused: %s",
                        venue_key((enum venue_id)feed->venue), feed->reason);
    }
    return app_fail(EXIT_STATUS_FAILED, "levels",
                    "%s:%s: expected its history within %d s, got %s; the feed says: %s",
                    venue_key(spec->venue), spec->symbol, LIVE_WAIT_S,
                    scene != NULL && scene->instrument_count > 0 ? "live facts only" : "nothing",
                    scene != NULL && scene->feed_count > 0 && scene->feeds[0].reason[0] != '\0'
                        ? scene->feeds[0].reason
                        : "nothing");
}

static int take_events(struct levels *levels) {
    bool live = levels->sources.specs[0].kind == SOURCE_LIVE;
    int status = live ? start_pipeline(levels) : open_replay(levels);
    if (status == EXIT_STATUS_DONE) {
        status = live ? wait_for_history(levels) : replay_events(levels);
    }
    return status;
}

static int print_why(struct levels *levels, const struct engine *engine) {
    const struct option_table *table = &levels->options->table;
    struct why_report report;
    char reason[SOURCE_REASON_BYTES];
    if (!why_report_make(&report, levels->report, engine, option_number(table, OPT_why), reason)) {
        return fail(EXIT_STATUS_FAILED, reason);
    }
    if (option_flag(table, OPT_json)) {
        why_report_print_json(&report, stdout);
    } else {
        why_report_print_table(&report, stdout);
    }
    return EXIT_STATUS_DONE;
}

static int print_report(struct levels *levels) {
    const struct option_table *table = &levels->options->table;
    struct engine *engine =
        levels->replay != NULL ? engine_replay_engine(levels->replay) : levels->pipeline.engine;
    char reason[SOURCE_REASON_BYTES];
    engine_fill_scene(engine, levels->scene);
    if (!levels_report_make(levels->report, engine, levels->scene, reason)) {
        return fail(EXIT_STATUS_FAILED, reason);
    }
    for (int i = 0; levels_report_note(levels->report, i, reason) != NULL; i++) {
        fprintf(stderr, "liqscope levels: %s\n", reason);
    }
    int status = EXIT_STATUS_DONE;
    if (option_given(table, OPT_why)) {
        status = print_why(levels, engine);
    } else if (option_flag(table, OPT_json)) {
        levels_report_print_json(levels->report, stdout);
    } else if (option_flag(table, OPT_csv)) {
        levels_report_print_csv(levels->report, stdout);
    } else {
        levels_report_print_table(levels->report, stdout);
    }
    return fflush(stdout) == 0 && !ferror(stdout)
               ? status
               : fail(EXIT_STATUS_FAILED, "standard output: cannot write");
}

int run_levels(const struct app_options *options) {
    static struct levels levels; /* holds a path's text */
    levels.options = options;
    int status = check_options(&levels);
    if (status == EXIT_STATUS_DONE) {
        levels.scene = calloc(1, sizeof *levels.scene);
        levels.report = calloc(1, sizeof *levels.report);
        status = levels.scene != NULL && levels.report != NULL
                     ? take_events(&levels)
                     : fail(EXIT_STATUS_FAILED, status_text(STATUS_MEMORY));
    }
    if (status == EXIT_STATUS_DONE) {
        status = print_report(&levels);
    }
    if (status == EXIT_STATUS_DONE && levels.troubled) {
        status = EXIT_STATUS_FAILED; /* it has been said why */
    }
    pipeline_stop(&levels.pipeline);
    engine_replay_destroy(levels.replay);
    free(levels.report);
    free(levels.scene);
    return status;
}
