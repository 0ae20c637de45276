#include "archive/reader.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "archive/event_csv.h"
#include "archive/event_lines.h"
#include "archive/line_stream.h"
#include "base/clock.h"
#include "base/str.h"
#include "base/thread.h"

enum { WAIT_NS = 500000, NAME_BYTES = 128, GOT_BYTES = 48 };

struct reader {
    struct line_stream *stream; /* owned */
    struct event_lines lines;
    struct event_csv *csv; /* owned; NULL: the file is none, or nothing was read of it */
    bool begun;            /* its first line has been read */
    struct event *message; /* owned, EVENT_MESSAGE_SLOTS_MAX: the newest message read */
    size_t message_count;  /* its slots, while it could not be given yet */
    char name[NAME_BYTES];
    char reason[READER_REASON_BYTES];

    /* -- after start -- */
    struct thread thread;
    struct event_sink sink;
    atomic_bool stopping;

    /* -- atomic: the reading thread writes, all read -- */
    _Atomic int64_t line_count, events_count, ignored_count, malformed_count, dropped_count,
        slot_count;
    atomic_int end; /* enum status; STATUS_OK while not at the end */
};

static void count_one(_Atomic int64_t *counter, int64_t amount) {
    /* relaxed: a counter orders nothing */
    atomic_fetch_add_explicit(counter, amount, memory_order_relaxed);
}

/* Keep the first trouble, with the place and the beginning of what was there. */
static void note_trouble(struct reader *reader, const char *expected, const char *got, size_t len) {
    char start[GOT_BYTES + 1];
    if (reader->reason[0] != '\0') {
        return;
    }
    str_copy_span(start, sizeof start, (struct span){got, len});
    for (char *p = start; *p != '\0'; p++) {
        if ((unsigned char)*p < 0x20 || *p == 0x7f) {
            *p = '?';
        }
    }
    str_format(reader->reason, sizeof reader->reason, "%s:%" PRId64 ": %s, got: %s%s", reader->name,
               line_stream_number(reader->stream), expected, start, len > GOT_BYTES ? "..." : "");
}

static void count_refused(struct reader *reader, enum status status, const char *line, size_t len) {
    if (status == STATUS_IGNORED) {
        count_one(&reader->ignored_count, 1);
        return;
    }
    count_one(status == STATUS_MALFORMED ? &reader->malformed_count : &reader->dropped_count, 1);
    note_trouble(reader, reader->csv != NULL ? event_csv_why(reader->csv) : reader->lines.why, line,
                 len);
}

static bool is_blank(const char *line, size_t len) {
    while (len > 0 && (line[len - 1] == ' ' || line[len - 1] == '\t')) {
        len--;
    }
    return len == 0;
}

static enum status end_with(struct reader *reader, enum status status) {
    /* release: the reason is complete before anybody sees the end */
    atomic_store_explicit(&reader->end, (int)status, memory_order_release);
    return status;
}

/* The lines are over. */
static enum status end_lines(struct reader *reader, enum status status) {
    if (status == STATUS_END && reader->csv != NULL && event_csv_is_open(reader->csv)) {
        count_one(&reader->malformed_count, 1);
        note_trouble(reader, "expected the last row of a message", "the end", 7);
    }
    if (status != STATUS_END && reader->reason[0] == '\0') {
        str_copy(reader->reason, sizeof reader->reason, line_stream_reason(reader->stream));
    }
    return end_with(reader, status);
}

/* The first line says what the file is: a CSV's header, which is no event, or JSON. */
static enum status begin_lines(struct reader *reader, const char *line, size_t len, bool *taken) {
    reader->begun = true;
    *taken = event_csv_is_header(line, len);
    if (!*taken) {
        return STATUS_OK;
    }
    reader->csv = event_csv_create(reader->lines.instruments);
    if (reader->csv == NULL) {
        str_format(reader->reason, sizeof reader->reason, "%s: out of memory", reader->name);
        return end_with(reader, STATUS_MEMORY);
    }
    const enum status status = event_csv_read_header(reader->csv, line, len);
    if (status != STATUS_OK) {
        note_trouble(reader, event_csv_why(reader->csv), line, len);
        return end_with(reader, status);
    }
    return STATUS_OK;
}

static enum status parse_line(struct reader *reader, const char *line, size_t len) {
    return reader->csv != NULL ? event_csv_parse(reader->csv, line, len, reader->message,
                                                 EVENT_MESSAGE_SLOTS_MAX, &reader->message_count)
                               : event_lines_parse(&reader->lines, line, len, reader->message,
                                                   EVENT_MESSAGE_SLOTS_MAX, &reader->message_count);
}

/* The next message into reader->message. OK, or the end. */
static enum status read_message(struct reader *reader) {
    const char *line = NULL;
    size_t len = 0;
    /* relaxed: only this thread writes it */
    const int ended = atomic_load_explicit(&reader->end, memory_order_relaxed);
    if (ended != STATUS_OK) {
        return (enum status)ended;
    }
    for (;;) {
        enum status status = line_stream_next(reader->stream, &line, &len);
        if (status == STATUS_RANGE) {
            count_one(&reader->line_count, 1);
            count_one(&reader->malformed_count, 1);
            note_trouble(reader, "expected a line of at most 16 MiB", "more", 4);
            continue;
        }
        if (status != STATUS_OK) {
            return end_lines(reader, status);
        }
        if (is_blank(line, len)) {
            continue;
        }
        bool taken = false;
        if (!reader->begun && (status = begin_lines(reader, line, len, &taken)) != STATUS_OK) {
            return status;
        }
        if (taken) {
            continue;
        }
        count_one(&reader->line_count, 1);
        status = parse_line(reader, line, len);
        if (status == STATUS_OK && reader->message_count == 0) {
            continue; /* it goes on in the next row */
        }
        if (status == STATUS_OK) {
            count_one(&reader->events_count, 1);
            count_one(&reader->slot_count, (int64_t)reader->message_count);
            return STATUS_OK;
        }
        count_refused(reader, status, line, len);
    }
}

static enum status reader_read(void *self, struct event *out, size_t count_max, size_t *count) {
    struct reader *reader = self;
    *count = 0;
    for (;;) {
        if (reader->message_count == 0) {
            const enum status status = read_message(reader);
            if (status != STATUS_OK) {
                return *count > 0 ? STATUS_OK : status;
            }
        }
        if (reader->message_count > count_max - *count) {
            return *count > 0 ? STATUS_OK : STATUS_RANGE;
        }
        memcpy(out + *count, reader->message, reader->message_count * sizeof *out);
        *count += reader->message_count;
        reader->message_count = 0;
    }
}

static void reader_run(void *user) {
    struct reader *reader = user;
    /* relaxed: only asks the loop to end; join orders the rest */
    while (!atomic_load_explicit(&reader->stopping, memory_order_relaxed)) {
        if (reader->message_count == 0 && read_message(reader) != STATUS_OK) {
            return;
        }
        if (event_sink_push(&reader->sink, reader->message, reader->message_count)) {
            reader->message_count = 0;
        } else {
            clock_sleep_until_ns(clock_mono_ns() + WAIT_NS);
        }
    }
}

static enum status reader_start(void *self, const struct event_sink *sink) {
    struct reader *reader = self;
    assert(!reader->thread.started);
    reader->sink = *sink;
    atomic_store_explicit(&reader->stopping, false, memory_order_relaxed); /* before the thread */
    return thread_start(&reader->thread, THREAD_READER, reader_run, reader) ? STATUS_OK
                                                                            : STATUS_MEMORY;
}

static void reader_stop(void *self) {
    struct reader *reader = self;
    atomic_store_explicit(&reader->stopping, true, memory_order_relaxed); /* join orders the rest */
    thread_join(&reader->thread);
}

static void reader_destroy(void *self) {
    struct reader *reader = self;
    if (reader == NULL) {
        return;
    }
    reader_stop(reader);
    line_stream_close(reader->stream);
    event_csv_destroy(reader->csv);
    free(reader->message);
    free(reader);
}

static const struct event_source_ops reader_ops = {.name = "reader",
                                                   .destroy = reader_destroy,
                                                   .read = reader_read,
                                                   .start = reader_start,
                                                   .stop = reader_stop};

enum status reader_open(const char *path, struct instrument_table *instruments,
                        struct event_source *source, struct reader **reader,
                        char reason[READER_REASON_BYTES]) {
    static_assert((int)READER_REASON_BYTES == (int)LINE_REASON_BYTES, "a reason is passed on");
    enum status why = STATUS_OK;
    *reader = NULL;
    *source = (struct event_source){.ops = NULL};
    struct line_stream *stream = line_stream_open(path, &why, reason);
    if (stream == NULL) {
        return why;
    }
    struct reader *self = calloc(1, sizeof *self);
    struct event *message = malloc(EVENT_MESSAGE_SLOTS_MAX * sizeof *message);
    if (self == NULL || message == NULL) {
        free(self);
        free(message);
        line_stream_close(stream);
        str_format(reason, READER_REASON_BYTES, "%s: out of memory", path);
        return STATUS_MEMORY;
    }
    self->stream = stream;
    self->message = message;
    event_lines_init(&self->lines, instruments);
    str_copy(self->name, sizeof self->name, strcmp(path, "-") == 0 ? "standard input" : path);
    *source = (struct event_source){.ops = &reader_ops, .self = self};
    *reader = self;
    return STATUS_OK;
}

static int64_t load(const _Atomic int64_t *counter) {
    return atomic_load_explicit(counter, memory_order_relaxed); /* relaxed: a counter */
}

struct reader_stats reader_get_stats(const struct reader *reader) {
    /* acquire: pairs with the release at the end; the counters are final then */
    const enum status end = (enum status)atomic_load_explicit(&reader->end, memory_order_acquire);
    return (struct reader_stats){
        .line_count = load(&reader->line_count),
        .message_count = load(&reader->events_count),
        .ignored_count = load(&reader->ignored_count),
        .malformed_count = load(&reader->malformed_count),
        .dropped_count = load(&reader->dropped_count),
        .slot_count = load(&reader->slot_count),
        .ended = end != STATUS_OK,
        .status = end,
    };
}

const char *reader_reason(const struct reader *reader) {
    return reader->reason;
}
