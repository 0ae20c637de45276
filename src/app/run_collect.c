/* liqscope collect SOURCE… -o FILE: what live venues say as event JSON lines, or into a recording
 * (.liq), for as long as it runs.
 *
 * -o - is standard output; .gz and .zst are compressed. SIGINT and SIGTERM end it: what has come is
 * written first. Lines of several venues come in the order in which they were received; a recording
 * that exists is gone on with. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "app/app.h"
#include "app/line_output.h"
#include "app/live_set.h"
#include "app/record_file.h"
#include "archive/event_lines.h"
#include "archive/line_writer.h"
#include "base/clock.h"
#include "venue/feed.h"

enum { TAKE_SLOTS = 2 * EVENT_MESSAGE_SLOTS_MAX, REST_MS = 20 };

struct collect {
    struct live_set set;
    struct line_writer *writer; /* owned */
    struct event *slots;        /* owned, TAKE_SLOTS */
    struct event_text text;     /* owned */
    int64_t line_count;
};

/* What waits becomes lines. False: they cannot be written. */
static bool write_waiting(struct collect *job) {
    size_t count = 0;
    bool written = true;
    while (written && (count = live_set_take(&job->set, job->slots, TAKE_SLOTS)) > 0) {
        job->text.len = 0;
        for (size_t at = 0, n = 0; at < count && written; at += n) {
            n = event_message_slots(job->slots + at, count - at);
            if (job->slots[at].kind != EVENT_FEED) {
                written =
                    event_lines_format(job->set.instruments, job->slots + at, n, NULL, &job->text);
                job->line_count++;
            }
        }
        written = written && line_writer_put(job->writer, job->text.bytes, job->text.len);
    }
    return written;
}

/* Until a signal, the time that was given, or a writer that takes no more. */
static bool collect_lines(struct collect *job, const sigset_t *signals, double seconds) {
    const struct timespec rest = {.tv_nsec = REST_MS * 1000000L};
    const int64_t end_ns = seconds > 0 ? clock_mono_ns() + (int64_t)(seconds * 1e9) : INT64_MAX;
    bool written = true;
    while (written && clock_mono_ns() < end_ns) {
        written = write_waiting(job);
        if (sigtimedwait(signals, NULL, &rest) > 0) {
            break;
        }
    }
    live_set_stop(&job->set);
    return write_waiting(job) && written;
}

static void print_feeds(const struct live_set *set) {
    for (int i = 0; i < set->count; i++) {
        const struct live_feed *feed = &set->feeds[i];
        const struct venue_feed_stats *stats = feed_stats(feed->feed);
        fprintf(stderr,
                "%s: messages %" PRId64 ", lost %" PRId64 ", book gaps %" PRId64
                ", reconnects %" PRId64 ", malformed %" PRId64 ", dropped: side %" PRId64
                ", unit %" PRId64 "\n",
                venue_key(feed->venue), venue_stat(&stats->messages),
                venue_stat(&stats->events_lost), venue_stat(&stats->book_gaps),
                venue_stat(&stats->reconnects), venue_stat(&stats->malformed),
                venue_stat(&stats->dropped_side), venue_stat(&stats->dropped_unit));
    }
}

static int collect_into_lines(struct collect *job, const struct live_set_desc *desc,
                              const sigset_t *signals) {
    char reason[LINE_WRITER_REASON_BYTES];
    int status = line_output_open(desc->options, "collect", false, &job->writer);
    if (status == EXIT_STATUS_DONE) {
        status = live_set_open(&job->set, desc);
    }
    if (status != EXIT_STATUS_DONE) {
        return status;
    }
    job->slots = malloc(TAKE_SLOTS * sizeof *job->slots);
    if (job->slots == NULL) {
        return app_fail(EXIT_STATUS_FAILED, "collect", "out of memory");
    }
    const bool written =
        collect_lines(job, signals, option_number(&desc->options->table, OPT_seconds));
    const bool closed = line_writer_close(job->writer, reason);
    job->writer = NULL;
    fprintf(stderr, "%" PRId64 " lines\n", job->line_count);
    print_feeds(&job->set);
    if (!written || !closed) {
        return app_fail(EXIT_STATUS_FAILED, "collect", "%s", closed ? "cannot be written" : reason);
    }
    return EXIT_STATUS_DONE;
}

/* -- into a recording -- */

/* What names more than one file, or says how long they are kept, asks for files named after their
 * time. */
static bool is_rotated(const struct option_table *options) {
    return option_given(options, OPT_record_rotate) ||
           option_given(options, OPT_record_rotate_mb) ||
           option_given(options, OPT_record_keep_days) || option_given(options, OPT_record_keep_mb);
}

/* Lines are one file and stop for nothing: what asks for more on the command line is told. */
static bool check_lines(const struct app_options *options) {
    static const enum option_id recorded[] = {OPT_record_rotate, OPT_record_rotate_mb,
                                              OPT_record_keep_days, OPT_record_keep_mb,
                                              OPT_record_free_mb};
    for (size_t i = 0; i < ARRAY_COUNT(recorded); i++) {
        char name[OPTION_NAME_BYTES];
        if (options->on_command_line[recorded[i]]) {
            app_fail(EXIT_STATUS_USAGE, "collect",
                     "--%s: is for a recording; expected -o FILE.liq with it",
                     option_name(recorded[i], name));
            return false;
        }
    }
    return true;
}

/* Until a signal, the time that was given, or a recorder that ended by itself. */
static void wait_recording(struct collect *job, const sigset_t *signals, double seconds) {
    const struct timespec rest = {.tv_nsec = REST_MS * 1000000L};
    const int64_t end_ns = seconds > 0 ? clock_mono_ns() + (int64_t)(seconds * 1e9) : INT64_MAX;
    while (clock_mono_ns() < end_ns && recorder_get_stats(job->set.recorder).running &&
           sigtimedwait(signals, NULL, &rest) <= 0) {
    }
}

static int collect_into_recording(struct collect *job, struct live_set_desc *desc,
                                  const sigset_t *signals) {
    const struct option_table *options = &desc->options->table;
    const struct recorder_file file =
        record_file_make(options, option_text(options, OPT_output), is_rotated(options));
    char reason[RECORDER_REASON_BYTES];
    desc->file = &file;
    const int status = live_set_open(&job->set, desc);
    if (status != EXIT_STATUS_DONE) {
        return status;
    }
    wait_recording(job, signals, option_number(options, OPT_seconds));
    live_set_stop(&job->set);
    const bool whole = recorder_stop(job->set.recorder, reason);
    const struct recorder_stats stats = recorder_get_stats(job->set.recorder);
    fprintf(stderr, "%s: %" PRId64 " event slots recorded, %" PRId64 " lost, %" PRId64 " %s\n",
            stats.path, stats.slots, stats.lost, stats.files, stats.files == 1 ? "file" : "files");
    print_feeds(&job->set);
    return whole ? EXIT_STATUS_DONE : app_fail(EXIT_STATUS_FAILED, "collect", "%s", reason);
}

int run_collect(const struct app_options *options) {
    struct source_spec sources[LIVE_SET_SYMBOLS_MAX];
    struct collect job = {.line_count = 0};
    char reason[SOURCE_REASON_BYTES];
    sigset_t signals;
    for (int i = 0; i < options->arg_count; i++) {
        const enum exit_status status = source_resolve(options->args[i], &sources[i], reason);
        if (status != EXIT_STATUS_DONE || sources[i].kind != SOURCE_LIVE) {
            return app_fail(EXIT_STATUS_USAGE, "collect",
                            status != EXIT_STATUS_DONE ? "%s" : "%s: expected VENUE:SYMBOL",
                            status != EXIT_STATUS_DONE ? reason : options->args[i]);
        }
    }
    const bool recorded = str_ends_with(option_text(&options->table, OPT_output), ".liq");
    if (!recorded && !check_lines(options)) {
        return EXIT_STATUS_USAGE;
    }
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, NULL); /* taken by sigtimedwait alone */
    struct live_set_desc desc = {.options = options,
                                 .command = "collect",
                                 .sources = sources,
                                 .source_count = options->arg_count,
                                 .history_ms = -1};
    const int status = recorded ? collect_into_recording(&job, &desc, &signals)
                                : collect_into_lines(&job, &desc, &signals);
    live_set_close(&job.set);
    line_writer_close(job.writer, reason);
    event_text_finish(&job.text);
    free(job.slots);
    return status;
}
