/* What is known of an instrument already, from a recording.
 *
 * It goes in between: history that is older before it, then what it holds, then what has come
 * since, up to the connection. A bar stands for what is known only where none of it was recorded,
 * so a minute that is known in part is a gap in its other part; trades are known up to the last one
 * of them, and of REST's those are taken that follow it. What cannot be had of the time between is
 * told as a gap. It has a sink of its own, so that it is not recorded once more. Until its place is
 * there it is shown without (feed_ahead.c). */
#include <string.h>

#include "venue/feed_inside.h"

enum { MINUTE_MS = 60000 };

bool feed_know(struct venue_feed *feed, const struct venue_known_sinks *sinks,
               const struct event *slots, size_t count) {
    struct feed_instrument *instrument = feed_find_slot(feed, &slots[0]);
    if (instrument == NULL) {
        return false;
    }
    struct feed_known *known = &instrument->known;
    const int64_t ts_ms = slots[0].ts_ms;
    known->sinks = *sinks;
    if (slots[0].kind == EVENT_INSTRUMENT || slots[0].kind == EVENT_TIER) {
        return feed_run_add(&known->ahead.facts, slots, count, FEED_KNOWN_FACTS_MAX);
    }
    if (!feed_run_add(&known->run, slots, count, FEED_KNOWN_SLOTS_MAX)) {
        return false;
    }
    known->from_ms = known->from_ms == 0 || ts_ms < known->from_ms ? ts_ms : known->from_ms;
    known->to_ms = ts_ms > known->to_ms ? ts_ms : known->to_ms;
    if (slots[0].kind == EVENT_TRADE && ts_ms > known->trade_ms) {
        known->trade_ms = ts_ms;
    }
    return true;
}

void feed_known_finish(struct feed_known *known) {
    feed_run_finish(&known->run);
    feed_ahead_finish(&known->ahead);
    *known = (struct feed_known){.from_ms = 0};
}

static bool covers(const struct feed_known *known, const struct event *slot) {
    if (slot->kind == EVENT_KLINE) {
        return slot->ts_ms + MINUTE_MS > known->from_ms && slot->ts_ms < known->trade_ms;
    }
    return slot->ts_ms >= known->from_ms && slot->ts_ms <= known->to_ms;
}

void feed_known_cut(const struct feed_known *known, struct feed_run *run) {
    size_t kept = 0;
    for (size_t at = 0, len = 0; known->run.count > 0 && at < run->count; at += len) {
        len = event_message_slots(run->slots + at, run->count - at);
        if (!covers(known, &run->slots[at])) {
            memmove(run->slots + kept, run->slots + at, len * sizeof *run->slots);
            kept += len;
        }
    }
    run->count = known->run.count > 0 ? kept : run->count;
}

bool feed_known_is_trade(const struct feed_known *known, const struct event *trade) {
    for (size_t i = known->run.count; i > 0; i--) {
        const struct event *slot = &known->run.slots[i - 1];
        if (slot->kind != EVENT_TRADE) {
            continue;
        }
        if (slot->ts_ms < trade->ts_ms) {
            break;
        }
        if (slot->ts_ms == trade->ts_ms &&
            memcmp(slot->u.trade.id, trade->u.trade.id, sizeof slot->u.trade.id) == 0) {
            return true;
        }
    }
    return false;
}
