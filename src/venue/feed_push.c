#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/stat.h"
#include "base/str.h"
#include "venue/feed_inside.h"

enum { BOOK_AGAIN_MS = 2000 /* a full ring is not met with a storm of snapshots */ };

/* -- runs -- */

bool feed_run_add(struct feed_run *run, const struct event *slots, size_t count, size_t slots_max) {
    if (count > slots_max - run->count) {
        return false;
    }
    size_t size = run->size > 0 ? run->size : 1024;
    while (size < run->count + count) {
        size *= 2;
    }
    if (size > run->size) {
        struct event *grown = realloc(run->slots, size * sizeof *grown);
        if (grown == NULL) {
            return false;
        }
        run->slots = grown;
        run->size = size;
    }
    memcpy(run->slots + run->count, slots, count * sizeof *slots);
    run->count += count;
    return true;
}

void feed_run_finish(struct feed_run *run) {
    free(run->slots);
    *run = (struct feed_run){.slots = NULL};
}

/* -- into the sink -- */

static enum stream stream_of(const struct event *slot) {
    switch ((enum event_kind)slot->kind) {
    case EVENT_BOOK:
        return STREAM_BOOK;
    case EVENT_LIQUIDATION:
        return STREAM_LIQUIDATION;
    case EVENT_TRADE:
        return STREAM_TRADE;
    default:
        return STREAM_COUNT; /* values that the next message gives again */
    }
}

/* What is told of an instrument says that its market is simulated: so recordings say it, too. It is
 * told now and then only. */
static bool push_simulated(struct venue_feed *feed, const struct event *slots, size_t count) {
    struct event *marked = malloc(count * sizeof *marked);
    if (marked == NULL) {
        return false;
    }
    memcpy(marked, slots, count * sizeof *marked);
    marked[0].flags |= EVENT_FLAG_DEMO;
    const bool taken = event_sink_push(&feed->sink, marked, count);
    free(marked);
    return taken;
}

bool feed_push_plain(struct venue_feed *feed, const struct event *slots, size_t count) {
    const bool simulated = feed->desc.demo && slots[0].kind == EVENT_INSTRUMENT;
    if (!(simulated ? push_simulated(feed, slots, count)
                    : event_sink_push(&feed->sink, slots, count))) {
        return false;
    }
    feed_count(&feed->stats.events_pushed, (int64_t)count);
    stat_add(STAT_events_pushed, (int64_t)count);
    return true;
}

bool feed_push_history(struct venue_feed *feed, const struct event *slots, size_t count) {
    if (!feed_push_plain(feed, slots, count)) {
        return false;
    }
    feed_count(&feed->stats.history_slots, (int64_t)count);
    return true;
}

struct event feed_make_gap(const struct feed_instrument *instrument, enum stream stream,
                           int64_t from_ms, int64_t to_ms, const char *reason) {
    struct event gap = {.kind = EVENT_GAP,
                        .detail = (unsigned)stream & 7U,
                        .flags = EVENT_FLAG_BEGIN | EVENT_FLAG_END,
                        .instrument = instrument->symbol->instrument,
                        .ts_ms = to_ms};
    gap.u.gap.from_ms = from_ms;
    gap.u.gap.to_ms = to_ms;
    str_copy(gap.u.gap.reason, sizeof gap.u.gap.reason, reason);
    return gap;
}

/* The gaps that a full sink left; false: it still is. ts_ms: of what follows, which may be of
 * earlier (a bar has the time at which it opened). */
static bool push_due_gaps(struct venue_feed *feed, struct feed_instrument *instrument,
                          int64_t ts_ms) {
    for (int stream = 0; stream < STREAM_COUNT; stream++) {
        if ((instrument->lost_streams >> stream & 1) == 0) {
            continue;
        }
        const int64_t from_ms = instrument->lost_from_ms[stream];
        const struct event gap = feed_make_gap(instrument, (enum stream)stream, from_ms,
                                               ts_ms > from_ms ? ts_ms : from_ms, "ring full");
        if (!feed_push_plain(feed, &gap, 1)) {
            return false;
        }
        instrument->lost_streams &= (uint8_t) ~(1U << stream);
    }
    return true;
}

static void note_lost(struct venue_feed *feed, struct feed_instrument *instrument,
                      const struct event *slots, size_t count) {
    const enum stream stream = stream_of(&slots[0]);
    feed_count(&feed->stats.events_lost, (int64_t)count);
    stat_add(STAT_events_lost, (int64_t)count);
    if (stream == STREAM_COUNT) {
        return;
    }
    if ((instrument->lost_streams >> stream & 1) == 0) {
        instrument->lost_streams |= (uint8_t)(1U << stream);
        instrument->lost_from_ms[stream] = slots[0].ts_ms;
        LOG_WARN("%s %s: the engine's ring is full, an event is lost; a gap follows", feed->name,
                 instrument->symbol->text);
    }
    if (stream == STREAM_BOOK) {
        feed_book_begin(feed, instrument, BOOK_AGAIN_MS);
    }
}

bool feed_push(struct venue_feed *feed, struct feed_instrument *instrument,
               const struct event *slots, size_t count) {
    if ((instrument->lost_streams == 0 || push_due_gaps(feed, instrument, slots[0].ts_ms)) &&
        feed_push_plain(feed, slots, count)) {
        return true;
    }
    note_lost(feed, instrument, slots, count);
    return false;
}

bool feed_push_gap(struct venue_feed *feed, struct feed_instrument *instrument, enum stream stream,
                   int64_t from_ms, int64_t to_ms, const char *reason) {
    const struct event gap = feed_make_gap(instrument, stream, from_ms, to_ms, reason);
    if (feed_push_plain(feed, &gap, 1)) {
        return true;
    }
    if ((instrument->lost_streams >> stream & 1) == 0) {
        instrument->lost_streams |= (uint8_t)(1U << stream);
        instrument->lost_from_ms[stream] = from_ms;
    }
    return false;
}
