/* What is known of an instrument already, ahead of its history, for which REST has to be asked.
 *
 * It goes out at once, as does what comes live meanwhile, flagged EVENT_FLAG_AHEAD: facts as the
 * recording has them, that nothing is known from its end on (a gap without an end, with the time
 * that it is), what it holds, the end of that gap with the first live event, live events. All of it
 * is told once more, in its place, when history is there; where that never comes, this is what
 * there is. The sink has room for nothing else, so a full one loses nothing but time. */
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "venue/feed_inside.h"

void feed_ahead_finish(struct feed_ahead *ahead) {
    feed_run_finish(&ahead->facts);
}

static bool push(struct feed_known *known, struct event *slots, size_t count) {
    for (size_t i = 0; i < count; i++) {
        slots[i].flags |= EVENT_FLAG_AHEAD;
    }
    const bool pushed = event_sink_push(&known->sinks.ahead, slots, count);
    for (size_t i = 0; i < count; i++) {
        slots[i].flags &= (uint8_t)~EVENT_FLAG_AHEAD;
    }
    return pushed;
}

/* Messages of a run from *at on, but prints up to known_ms. */
static bool push_run(struct feed_known *known, const struct feed_run *run, size_t *at,
                     int64_t known_ms) {
    while (*at < run->count) {
        struct event *slots = run->slots + *at;
        const size_t count = event_message_slots(slots, run->count - *at);
        const bool is_print = slots[0].kind == EVENT_TRADE || slots[0].kind == EVENT_LIQUIDATION;
        if (!(is_print && slots[0].ts_ms <= known_ms) && !push(known, slots, count)) {
            return false;
        }
        *at += count;
    }
    return true;
}

/* Nothing is known of trades from the end of the recording up to to_ms; 0: up to now. */
static bool push_gap(struct venue_feed *feed, struct feed_instrument *instrument, int64_t to_ms) {
    struct feed_known *known = &instrument->known;
    const int64_t from_ms = known->trade_ms > 0 ? known->trade_ms : known->to_ms;
    struct event gap = feed_make_gap(instrument, STREAM_TRADE, from_ms, to_ms, "not recorded");
    gap.ts_ms = to_ms > 0 ? to_ms : feed_now_ms(feed);
    gap.recv_ns = clock_mono_ns();
    return (to_ms > 0 && to_ms <= from_ms) || push(known, &gap, 1);
}

/* With the first that was told live. */
static bool join(struct venue_feed *feed, struct feed_instrument *instrument) {
    const struct feed_run *held = &instrument->held;
    struct feed_ahead *ahead = &instrument->known.ahead;
    while (ahead->join_at < held->count && !event_is_live(&held->slots[ahead->join_at])) {
        ahead->join_at++;
    }
    return ahead->join_at < held->count &&
           push_gap(feed, instrument, held->slots[ahead->join_at].ts_ms);
}

bool feed_ahead_push(struct venue_feed *feed, struct feed_instrument *instrument) {
    struct feed_known *known = &instrument->known;
    struct feed_ahead *ahead = &known->ahead;
    if (!push_run(known, &ahead->facts, &ahead->facts_at, 0)) {
        return false;
    }
    ahead->begun = ahead->begun || push_gap(feed, instrument, 0);
    if (!ahead->begun || !push_run(known, &known->run, &ahead->known_at, 0)) {
        return false;
    }
    ahead->joined = ahead->joined || join(feed, instrument);
    return !ahead->joined || push_run(known, &instrument->held, &ahead->held_at, known->to_ms);
}

void feed_ahead_pass(struct feed_instrument *instrument, const struct event *slots, size_t count) {
    struct event copy[FEED_AHEAD_PASS_SLOTS];
    struct feed_ahead *ahead = &instrument->known.ahead;
    if (ahead->joined && ahead->held_at == instrument->held.count && count <= ARRAY_COUNT(copy)) {
        memcpy(copy, slots, count * sizeof copy[0]);
        (void)push(&instrument->known, copy, count);
    }
}
