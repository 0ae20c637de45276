/* liqscope normalize VENUE [FILE]: raw exchange messages, one JSON text a line, to event JSON
 * lines.
 *
 * What the messages hold never changes the exit status; a file that cannot be read, or breaks off,
 * does. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "app/app.h"
#include "archive/event_lines.h"
#include "archive/line_stream.h"
#include "base/str.h"
#include "venue/normalize.h"

enum { WRITE_BYTES = 64 * 1024, SUMMARY_BYTES = 1024 };

struct normalize {
    const struct venue_dialect *dialect;
    struct venue_normalizer *normalizer;  /* owned */
    struct instrument_table *instruments; /* owned */
    struct event_text text;               /* owned: lines not yet written */
    int64_t lines_lost;                   /* out of memory */
    bool write_failed;
};

static void write_text(struct normalize *job) {
    if (job->text.len > 0 && fwrite(job->text.bytes, 1, job->text.len, stdout) != job->text.len) {
        job->write_failed = true;
    }
    job->text.len = 0;
}

static void on_message(void *user, const struct event *slots, size_t count,
                       const struct decimal *contracts) {
    struct normalize *job = user;
    struct event_line_extra extra = {.has_contracts = contracts != NULL};
    if (contracts != NULL) {
        extra.contracts = *contracts;
    }
    if (!event_lines_format(job->instruments, slots, count, &extra, &job->text)) {
        job->lines_lost++;
    }
    if (job->text.len >= WRITE_BYTES) {
        write_text(job);
    }
}

/* The whole text, or, if that is not JSON, each of its lines. */
static bool learn_text(struct normalize *job, const char *bytes, size_t len) {
    if (normalize_learn(job->normalizer, bytes, len)) {
        return true;
    }
    bool any = false;
    while (len > 0) {
        const char *end = memchr(bytes, '\n', len);
        const size_t line_len = end == NULL ? len : (size_t)(end - bytes);
        any = normalize_learn(job->normalizer, bytes, line_len) || any;
        const size_t used = end == NULL ? len : line_len + 1;
        bytes += used;
        len -= used;
    }
    return any;
}

static int learn_instruments(struct normalize *job, const char *path) {
    char reason[LINE_REASON_BYTES];
    enum status why = STATUS_OK;
    struct event_text all = {0};
    struct line_stream *stream = line_stream_open(path, &why, reason);
    const char *line = NULL;
    size_t len = 0;
    if (stream == NULL) {
        return app_fail(EXIT_STATUS_FAILED, "normalize", "--instruments: %s", reason);
    }
    bool fits = true;
    while (fits && (why = line_stream_next(stream, &line, &len)) == STATUS_OK) {
        fits = event_text_append(&all, line, len) && event_text_append(&all, "\n", 1);
    }
    const bool learnt = fits && why == STATUS_END && learn_text(job, all.bytes, all.len);
    str_copy(reason, sizeof reason, line_stream_reason(stream));
    line_stream_close(stream);
    event_text_finish(&all);
    if (learnt) {
        return EXIT_STATUS_DONE;
    }
    return app_fail(EXIT_STATUS_FAILED, "normalize",
                    "--instruments: %s: expected an exchangeInfo answer, got %s", path,
                    reason[0] != '\0' ? reason : "other text");
}

/* "messages 94, trade 3, …": zero counts of events are left out, the others always said. */
static void print_summary(const struct normalize *job, int64_t oversized_lines) {
    const struct venue_counts *counts = normalize_counts(job->normalizer);
    char text[SUMMARY_BYTES] = "";
    int64_t events = 0;
    for (int kind = 0; kind < EVENT_KIND_COUNT; kind++) {
        events += counts->events[kind];
        if (counts->events[kind] > 0) {
            str_append(text, sizeof text, " %s %" PRId64, event_kind_name((enum event_kind)kind),
                       counts->events[kind]);
        }
    }
    fprintf(stderr,
            "messages %" PRId64 ", events %" PRId64 " (%s), ignored %" PRId64 ", malformed %" PRId64
            ", dropped: side %" PRId64 ", unit %" PRId64 ", symbol %" PRId64 ", oversized %" PRId64
            ", memory %" PRId64 ", book gaps %" PRId64 "\n",
            counts->messages + oversized_lines, events, text[0] == ' ' ? text + 1 : "none",
            counts->ignored, counts->malformed, counts->dropped_side, counts->dropped_unit,
            counts->dropped_symbol, counts->dropped_oversized + oversized_lines, job->lines_lost,
            counts->book_gaps);
}

static bool is_blank(const char *line, size_t len) {
    while (len > 0 && (line[len - 1] == ' ' || line[len - 1] == '\t')) {
        len--;
    }
    return len == 0;
}

static int normalize_stream(struct normalize *job, struct line_stream *stream) {
    const struct venue_counts *counts = normalize_counts(job->normalizer);
    const char *line = NULL;
    size_t len = 0;
    int64_t oversized_lines = 0, lines = 0;
    enum status status = STATUS_OK;
    while (!job->write_failed && (status = line_stream_next(stream, &line, &len)) != STATUS_END) {
        const bool all_were_good = counts->malformed == 0;
        lines++;
        if (status == STATUS_RANGE) {
            oversized_lines++;
        } else if (status != STATUS_OK) {
            break;
        } else if (!is_blank(line, len)) {
            normalize_take(job->normalizer, line, len);
        }
        if (all_were_good && counts->malformed > 0) {
            fprintf(stderr, "liqscope normalize: line %" PRId64 " is the first malformed message\n",
                    lines);
        }
    }
    normalize_end(job->normalizer);
    write_text(job);
    if (fflush(stdout) != 0) {
        job->write_failed = true;
    }
    int exit_status = EXIT_STATUS_DONE;
    if (job->write_failed) {
        exit_status = app_fail(EXIT_STATUS_FAILED, "normalize", "standard output: cannot write");
    } else if (status != STATUS_END) {
        exit_status = app_fail(EXIT_STATUS_FAILED, "normalize", "%s", line_stream_reason(stream));
    }
    print_summary(job, oversized_lines);
    return exit_status;
}

static int normalize_file(struct normalize *job, const struct app_options *options) {
    const char *path = options->arg_count > 1 ? options->args[1] : "-";
    const char *instruments = option_text(&options->table, OPT_instruments);
    char reason[LINE_REASON_BYTES];
    enum status why = STATUS_OK;
    if (instruments[0] != '\0') {
        const int learnt = learn_instruments(job, instruments);
        if (learnt != EXIT_STATUS_DONE) {
            return learnt;
        }
    }
    struct line_stream *stream = line_stream_open(path, &why, reason);
    if (stream == NULL) {
        return app_fail(EXIT_STATUS_FAILED, "normalize", "%s",
                        reason[0] != '\0' ? reason : status_text(why));
    }
    const int exit_status = normalize_stream(job, stream);
    line_stream_close(stream);
    return exit_status;
}

int run_normalize(const struct app_options *options) {
    const char *key = options->args[0];
    struct normalize job = {.dialect = venue_find(venue_from_key(key, strlen(key)))};
    char list[VENUE_LIST_BYTES];
    if (job.dialect == NULL) {
        venue_list(false, list, sizeof list);
        return app_fail(EXIT_STATUS_USAGE, "normalize", "%s: unknown venue; one of %s", key, list);
    }
    job.instruments = instrument_table_create();
    if (job.instruments != NULL) {
        job.normalizer = normalize_create(
            job.dialect,
            &(struct venue_normalizer_desc){
                .instruments = job.instruments,
                .keep_unknown_units = option_flag(&options->table, OPT_keep_unknown_units),
                .on_message = on_message,
                .user = &job});
    }
    const int exit_status = job.normalizer == NULL
                                ? app_fail(EXIT_STATUS_FAILED, "normalize", "out of memory")
                                : normalize_file(&job, options);
    normalize_destroy(job.normalizer);
    instrument_table_destroy(job.instruments);
    event_text_finish(&job.text);
    return exit_status;
}
