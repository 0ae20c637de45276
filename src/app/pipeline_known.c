#include "app/pipeline_known.h"

#include <glob.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "app/pipeline.h"
#include "archive/recording_reader.h"
#include "base/log.h"
#include "base/str.h"
#include "venue/venue.h"

enum { PATH_BYTES = 1024, STRETCH_MAX = 65536, BATCH_SLOTS = EVENT_MESSAGE_SLOTS_MAX };

struct reading {
    struct pipeline *pipeline;
    const struct pipeline_known *known;
    struct event_source source;
    struct recording_reader *reader;
    struct event *slots;                 /* owned, BATCH_SLOTS */
    struct recording_stretch *stretches; /* owned, STRETCH_MAX */
    int64_t from_ms, taken;
};

/* -- one message -- */

static bool is_wanted(const struct reading *reading, const struct event *slot) {
    switch ((enum event_kind)slot->kind) {
    case EVENT_TRADE:
    case EVENT_LIQUIDATION:
    case EVENT_PRICE:
    case EVENT_FUNDING:
    case EVENT_OPEN_INTEREST:
    case EVENT_KLINE:
        return slot->ts_ms >= reading->from_ms;
    case EVENT_GAP:
        return slot->ts_ms >= reading->from_ms && slot->detail != STREAM_BOOK;
    default:
        return false; /* what rests is asked for anew */
    }
}

/* What an instrument is. */
static bool is_fact(const struct event *slot) {
    return slot->kind == EVENT_INSTRUMENT || slot->kind == EVENT_TIER;
}

static void take(struct reading *reading, const struct event *slots, size_t count) {
    struct pipeline *pipeline = reading->pipeline;
    const enum venue_id venue = instrument_get(pipeline->instruments, slots[0].instrument)->venue;
    for (int i = 0; i < pipeline->feed_count; i++) {
        if (pipeline->feeds[i].venue == venue) {
            const struct venue_known_sinks sinks = {pipeline_sink(pipeline, i),
                                                    pipeline_sink_ahead(pipeline)};
            const bool taken = venue_feed_know(pipeline->feeds[i].feed, &sinks, slots, count);
            reading->taken += taken ? (int64_t)count : 0;
        }
    }
}

/* -- one file -- */

/* A recording begins with what its instruments are. How many slots of its begin were read. */
static size_t read_begin(struct reading *reading, bool *simulated) {
    size_t count = 0;
    *simulated = false;
    recording_reader_seek(reading->reader, 0);
    (void)reading->source.ops->read(reading->source.self, reading->slots, BATCH_SLOTS, &count);
    for (size_t i = 0; i < count; i++) {
        *simulated = *simulated || (reading->slots[i].kind == EVENT_INSTRUMENT &&
                                    (reading->slots[i].flags & EVENT_FLAG_DEMO) != 0);
    }
    return count;
}

static void take_all(struct reading *reading, size_t count, bool facts) {
    for (size_t at = 0, len = 0; at < count; at += len) {
        const struct event *slots = reading->slots + at;
        len = event_message_slots(slots, count - at);
        if (facts ? is_fact(slots) : is_wanted(reading, slots)) {
            take(reading, slots, len);
        }
    }
}

/* The end of it: what is wanted of time, and no more slots than are read at once. */
static void find_begin(struct reading *reading) {
    const struct recording_info info = recording_reader_info(reading->reader);
    const size_t count =
        recording_reader_stretches(reading->reader, reading->stretches, STRETCH_MAX);
    int64_t slots = 0;
    reading->from_ms = info.last_ms - reading->known->span_ms;
    for (size_t i = count; i > 0; i--) {
        slots += reading->stretches[i - 1].slots;
        if (slots > PIPELINE_KNOWN_SLOTS && reading->stretches[i - 1].last_ms > reading->from_ms) {
            reading->from_ms = reading->stretches[i - 1].last_ms;
            break;
        }
    }
    recording_reader_seek(reading->reader, reading->from_ms);
}

static void read_file(struct reading *reading, const char *path) {
    char reason[RECORDING_READER_REASON_BYTES];
    size_t count = 0;
    bool simulated = false;
    if (recording_reader_open(path, reading->pipeline->instruments, &reading->source,
                              &reading->reader, reason) != STATUS_OK) {
        LOG_WARN("view: %s; the window does not begin with it", reason);
        return;
    }
    count = read_begin(reading, &simulated);
    if (reading->known->simulated || !simulated) {
        take_all(reading, count, true);
        find_begin(reading);
        while (reading->source.ops->read(reading->source.self, reading->slots, BATCH_SLOTS,
                                         &count) == STATUS_OK) {
            take_all(reading, count, false);
        }
    }
    event_source_destroy(&reading->source);
}

/* -- which files -- */

/* NAME.liq as NAME-*Z.liq; false: there can be none. */
static bool make_pattern(const char *path, char out[PATH_BYTES]) {
    const size_t len = strlen(path), ending = strlen(".liq");
    return str_ends_with(path, ".liq") && strpbrk(path, "*?[\\") == NULL &&
           str_format(out, PATH_BYTES, "%.*s-*Z.liq", (int)(len - ending), path);
}

int64_t pipeline_know(struct pipeline *pipeline, const struct pipeline_known *known) {
    struct reading reading = {.pipeline = pipeline, .known = known};
    char pattern[PATH_BYTES];
    struct stat info;
    glob_t found = {.gl_pathc = 0};
    if (known->path == NULL || known->path[0] == '\0') {
        return 0;
    }
    reading.slots = malloc(BATCH_SLOTS * sizeof *reading.slots);
    reading.stretches = malloc(STRETCH_MAX * sizeof *reading.stretches);
    const bool good = reading.slots != NULL && reading.stretches != NULL;
    if (good && stat(known->path, &info) == 0) {
        read_file(&reading, known->path);
    }
    /* named after the moment at which they begin: the last ones are the newest */
    if (good && make_pattern(known->path, pattern) && glob(pattern, 0, NULL, &found) == 0) {
        for (size_t i = 0; i < found.gl_pathc; i++) {
            if (i + PIPELINE_KNOWN_FILES >= found.gl_pathc) {
                read_file(&reading, found.gl_pathv[i]);
            }
        }
        globfree(&found);
    }
    free(reading.stretches);
    free(reading.slots);
    if (reading.taken > 0) {
        LOG_INFO("view: %" PRId64 " events are known from %s", reading.taken, known->path);
    }
    return reading.taken;
}
