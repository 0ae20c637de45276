#include "app/score_job.h"

#include <stdlib.h>
#include <string.h>

#include "app/file_source.h"
#include "archive/line_stream.h"
#include "base/str.h"
#include "score/score.h"

enum { READ_SLOTS = 4096 };

static enum exit_status fail_memory(char *reason) {
    str_copy(reason, SOURCE_REASON_BYTES, status_text(STATUS_MEMORY));
    return EXIT_STATUS_FAILED;
}

/* -- truth -- */

static enum exit_status read_lines(struct truth *truth, struct line_stream *stream,
                                   const char *path, char *reason) {
    char why[TRUTH_REASON_BYTES];
    const char *line = NULL;
    size_t len = 0;
    enum status status = STATUS_OK;
    while ((status = line_stream_next(stream, &line, &len)) == STATUS_OK) {
        if (!truth_add_line(truth, line, len, why)) {
            str_format(reason, SOURCE_REASON_BYTES, "--truth: %s:%lld: %s", path,
                       (long long)line_stream_number(stream), why);
            return EXIT_STATUS_FAILED;
        }
    }
    if (status == STATUS_END && truth_take_header(truth)) {
        return EXIT_STATUS_DONE;
    }
    str_format(reason, SOURCE_REASON_BYTES, "--truth: %s",
               status == STATUS_END     ? "the file is empty; expected a header line"
               : status == STATUS_RANGE ? "a line is too long"
                                        : line_stream_reason(stream));
    return EXIT_STATUS_FAILED;
}

static enum exit_status read_truth(struct score_job *job, const char *path, char *reason) {
    char why[LINE_REASON_BYTES] = "";
    enum status status = STATUS_OK;
    struct line_stream *stream = line_stream_open(path, &status, why);
    if (stream == NULL) {
        str_format(reason, SOURCE_REASON_BYTES, "--truth: %s", why);
        return EXIT_STATUS_FAILED;
    }
    enum exit_status read = read_lines(job->truth, stream, path, reason);
    line_stream_close(stream);
    return read;
}

static void take_span(void *user, const struct market_truth_span *span) {
    truth_add_span(
        user, &(struct truth_span){.from_ms = span->from_ms,
                                   .to_ms = span->to_ms,
                                   .side = span->position == POS_LONG ? MODEL_LONG : MODEL_SHORT,
                                   .stop_first = span->stop_first,
                                   .qty_base = (double)span->qty_lots * MARKET_LOT,
                                   .liquidation_price = span->liquidation_price});
}

/* -- events -- */

static enum exit_status open_source(struct score_job *job, const struct score_job_desc *desc,
                                    char *reason) {
    if (desc->sources->specs[0].kind == SOURCE_FILE) {
        bool opened =
            file_source_open(desc->sources, job->instruments, &job->source, &job->files, reason);
        return opened ? EXIT_STATUS_DONE : EXIT_STATUS_FAILED;
    }
    struct source_sim_desc sim = desc->demo;
    sim.instruments = job->instruments;
    if (desc->truth_path[0] == '\0') {
        sim.truth = (struct market_truth_sink){.span = take_span, .user = job->truth};
    }
    enum status status = source_sim_create(&sim, &job->source);
    if (status != STATUS_OK) {
        str_format(reason, SOURCE_REASON_BYTES, "demo: %s", status_text(status));
        return EXIT_STATUS_FAILED;
    }
    return EXIT_STATUS_DONE;
}

static enum exit_status build(struct score_job *job, const struct score_job_desc *desc,
                              char *reason) {
    bool demo = desc->sources->specs[0].kind == SOURCE_DEMO;
    memset(job, 0, sizeof *job);
    job->instruments = instrument_table_create();
    job->slots = calloc(READ_SLOTS, sizeof *job->slots);
    if (job->instruments == NULL || job->slots == NULL) {
        return fail_memory(reason);
    }
    if (demo || desc->truth_path[0] != '\0') {
        job->truth = truth_create();
        if (job->truth == NULL) {
            return fail_memory(reason);
        }
    }
    enum exit_status status = EXIT_STATUS_DONE;
    if (desc->truth_path[0] != '\0') {
        status = read_truth(job, desc->truth_path, reason);
    }
    job->engine = engine_create(&(struct engine_desc){
        .instruments = job->instruments, .demo = demo, .full_score = true, .truth = job->truth});
    if (job->engine == NULL) {
        return fail_memory(reason);
    }
    return status == EXIT_STATUS_DONE ? open_source(job, desc, reason) : status;
}

enum exit_status score_job_run(struct score_job *job, const struct score_job_desc *desc,
                               char reason[SOURCE_REASON_BYTES]) {
    enum exit_status status = build(job, desc, reason);
    if (status != EXIT_STATUS_DONE) {
        return status;
    }
    enum status read = STATUS_OK;
    size_t count = 0;
    while ((read = job->source.ops->read(job->source.self, job->slots, READ_SLOTS, &count)) ==
           STATUS_OK) {
        engine_apply(job->engine, job->slots, count);
    }
    const char *trouble = NULL;
    while (job->files != NULL && (trouble = file_source_take_trouble(job->files)) != NULL) {
        app_fail(EXIT_STATUS_FAILED, "score", "%s", trouble); /* the rest is still scored */
    }
    if (read != STATUS_END) {
        str_copy(reason, SOURCE_REASON_BYTES, status_text(read));
        return EXIT_STATUS_FAILED;
    }
    engine_finish(job->engine);
    /* What is still open at the end is told when the source goes. */
    event_source_destroy(&job->source);
    for (uint16_t i = 0; i < INSTRUMENT_COUNT_MAX; i++) {
        struct score *score = engine_score(job->engine, i);
        if (score != NULL) {
            score_finish_rows(score);
        }
    }
    return EXIT_STATUS_DONE;
}

void score_job_finish(struct score_job *job) {
    event_source_destroy(&job->source);
    engine_destroy(job->engine);
    truth_destroy(job->truth);
    instrument_table_destroy(job->instruments);
    free(job->slots);
}
