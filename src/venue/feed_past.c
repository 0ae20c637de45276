#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "venue/feed_inside.h"

enum { MINUTE_MS = 60000, BOOK_WAIT_MS = 10000 };

void feed_past_finish(struct feed_instrument *instrument) {
    feed_run_finish(&instrument->klines);
    feed_run_finish(&instrument->interest);
    feed_run_finish(&instrument->liquidations);
    feed_run_finish(&instrument->past);
    feed_run_finish(&instrument->held);
    feed_known_finish(&instrument->known);
    instrument->past_at = instrument->held_at = 0;
}

static void add_past(struct feed_instrument *instrument, const struct event *slots, size_t count) {
    if (feed_run_add(&instrument->past, slots, count, FEED_HISTORY_SLOTS_MAX)) {
        for (size_t i = instrument->past.count - count; i < instrument->past.count; i++) {
            instrument->past.slots[i].flags |= EVENT_FLAG_HISTORY;
        }
    }
}

/* -- one order -- */

/* When the next message of a run is known: a bar when it ends. INT64_MAX: there is none. */
static int64_t time_of(const struct feed_run *run, size_t at) {
    if (at >= run->count) {
        return INT64_MAX;
    }
    const struct event *slot = &run->slots[at];
    return slot->ts_ms + (slot->kind == EVENT_KLINE ? MINUTE_MS : 0);
}

/* What REST does not tell of the time behind what is known, up to the next bar: its row has to end
 * before that of the bar begins. */
static void add_known_gap(struct feed_instrument *instrument, int64_t bar_ms) {
    const int64_t from_ms = instrument->known.trade_ms, to_ms = bar_ms - 1;
    if (to_ms > from_ms) {
        const struct event gap =
            feed_make_gap(instrument, STREAM_TRADE, from_ms, to_ms, "not recorded");
        add_past(instrument, &gap, 1);
    }
}

/* Where a venue tells none of the past: behind all that has a time of its own. */
static void add_known_liquidations(struct venue_feed *feed, struct feed_instrument *instrument) {
    const int64_t from_ms = instrument->known.to_ms;
    const int64_t to_ms =
        instrument->live_from_ms > 0 ? instrument->live_from_ms : feed_now_ms(feed);
    if (instrument->known.run.count > 0 && feed->dialect->limits.liquidation_rows == 0 &&
        to_ms > from_ms) {
        instrument->forced_end_ms = to_ms;
        const struct event gap =
            feed_make_gap(instrument, STREAM_LIQUIDATION, from_ms, to_ms, "not recorded");
        add_past(instrument, &gap, 1);
    }
}

/* The place of what is known: what is merged from now on has come since. */
static void place_known(struct feed_instrument *instrument, int64_t bar_ms) {
    struct feed_known *known = &instrument->known;
    if (instrument->past.count > 0) { /* the bar that is known in part */
        const int64_t end_ms = known->from_ms - known->from_ms % MINUTE_MS;
        const struct event gap =
            feed_make_gap(instrument, STREAM_TRADE, end_ms, known->from_ms, "before the recording");
        add_past(instrument, &gap, end_ms < known->from_ms ? 1 : 0);
    }
    known->past_at = instrument->past.count;
    add_known_gap(instrument, bar_ms);
}

/* The first bar behind what is known; 0: none. */
static int64_t next_bar_ms(const struct feed_instrument *instrument) {
    const struct feed_run *klines = &instrument->klines;
    for (size_t i = 0; i < klines->count; i++) {
        if (klines->slots[i].kind == EVENT_KLINE &&
            klines->slots[i].ts_ms >= instrument->known.trade_ms) {
            return klines->slots[i].ts_ms;
        }
    }
    return 0;
}

void feed_past_merge(struct feed_instrument *instrument) {
    enum { RUN_COUNT = 3 };
    struct feed_run *runs[RUN_COUNT] = {&instrument->klines, &instrument->interest,
                                        &instrument->liquidations};
    size_t at[RUN_COUNT] = {0};
    bool placed = instrument->known.run.count == 0;
    for (int i = 0; i < RUN_COUNT; i++) {
        feed_known_cut(&instrument->known, runs[i]);
    }
    const int64_t bar_ms = next_bar_ms(instrument);
    if (!placed && instrument->history_to_ms < instrument->known.trade_ms) {
        instrument->history_to_ms = instrument->known.trade_ms;
    }
    for (;;) {
        int next = 0;
        for (int i = 1; i < RUN_COUNT; i++) { /* of one time, the bar comes first */
            next = time_of(runs[i], at[i]) < time_of(runs[next], at[next]) ? i : next;
        }
        const int64_t next_ms = time_of(runs[next], at[next]);
        if (!placed && next_ms > instrument->known.to_ms) {
            placed = true;
            place_known(instrument, bar_ms);
        }
        if (next_ms == INT64_MAX) {
            break;
        }
        const struct event *slots = runs[next]->slots + at[next];
        const size_t count = event_message_slots(slots, runs[next]->count - at[next]);
        add_past(instrument, slots, count);
        at[next] += count;
    }
    for (int i = 0; i < RUN_COUNT; i++) {
        feed_run_finish(runs[i]);
    }
}

/* The first trade that was held and is no part of a bar; NULL: none. */
static const struct event *first_held(const struct feed_instrument *instrument) {
    for (size_t i = 0; i < instrument->held.count; i++) {
        const struct event *slot = &instrument->held.slots[i];
        if (slot->kind == EVENT_TRADE && slot->ts_ms >= instrument->history_to_ms) {
            return slot;
        }
    }
    return NULL;
}

/* Whether a trade of REST is none that the connection brought or will bring. */
static bool is_new(struct feed_instrument *instrument, const struct event *slot,
                   const struct event *held) {
    if (!instrument->seen.ids_rise) {
        /* What is later than a trade of the connection comes by it, if it has not come yet. */
        const bool comes = held != NULL && slot->ts_ms > held->ts_ms;
        return !comes && !feed_seen_before(&instrument->seen, slot, FEED_SEEN_REST);
    }
    const int64_t id = feed_seen_trade_id(slot);
    const int64_t held_id = held == NULL ? 0 : feed_seen_trade_id(held);
    if (id <= 0 || (held_id > 0 && id >= held_id) || feed_seen_has_id(&instrument->seen, id)) {
        return false;
    }
    if (id > instrument->seen.last_id) {
        feed_seen_note_id(&instrument->seen, id,
                          slot->ts_ms); /* the connection may bring it once more */
    }
    return true;
}

/* Between the last bar and the first trade known nothing is: REST did not reach back so far. */
static void note_hole(struct venue_feed *feed, struct feed_instrument *instrument,
                      const struct venue_message *message, const struct event *first) {
    const int64_t from_ms = instrument->history_to_ms;
    const bool reaches_back =
        message != NULL && message->count > 0 && feed->parser->slots[0].ts_ms < from_ms;
    const int64_t to_ms = first != NULL ? first->ts_ms : instrument->live_from_ms;
    const int64_t live_ms = feed_history_trades_from_ms(feed, instrument);
    const bool heard = live_ms > 0 && live_ms <= from_ms; /* all of them by the connection */
    if (from_ms == 0 || reaches_back || heard || to_ms <= from_ms || instrument->history_gap) {
        return;
    }
    const struct event gap =
        feed_make_gap(instrument, STREAM_TRADE, from_ms, to_ms, "before the connection");
    add_past(instrument, &gap, 1);
}

/* Trades since the last bar; what the connection has delivered of them follows from the held run.
 */
void feed_past_add_trades(struct venue_feed *feed, struct feed_instrument *instrument,
                          const struct venue_message *message) {
    const struct event *slots = feed->parser->slots;
    const struct event *held = first_held(instrument), *first = NULL;
    const size_t count = message == NULL ? 0 : message->count;
    const int64_t from_ms = instrument->history_to_ms;
    for (size_t i = 0; i < count && first == NULL; i++) {
        first = slots[i].kind == EVENT_TRADE && slots[i].ts_ms >= from_ms ? &slots[i] : NULL;
    }
    if (first == NULL || (held != NULL && held->ts_ms < first->ts_ms)) {
        first = held;
    }
    note_hole(feed, instrument, message, first);
    for (size_t i = 0; i < count && from_ms > 0; i++) {
        if (slots[i].kind == EVENT_TRADE && slots[i].ts_ms >= from_ms &&
            !feed_known_is_trade(&instrument->known, &slots[i]) &&
            is_new(instrument, &slots[i], held)) {
            add_past(instrument, &slots[i], 1);
        }
    }
    add_known_liquidations(feed, instrument);
}

/* -- out -- */

/* What is known already: not through the feed's own sink, which records. */
static bool push_known(struct feed_known *known) {
    while (known->at < known->run.count) {
        const struct event *slots = known->run.slots + known->at;
        const size_t count = event_message_slots(slots, known->run.count - known->at);
        if (!event_sink_push(&known->sinks.place, slots, count)) {
            return false;
        }
        known->at += count;
    }
    return true;
}

/* What was held and is told already, by bars or past liquidations: trades, and holes that ended
 * before. */
static bool is_told(const struct venue_feed *feed, const struct feed_instrument *instrument,
                    const struct event *slot) {
    if (slot->kind == EVENT_TRADE) {
        return slot->ts_ms < instrument->history_to_ms;
    }
    const bool forced = slot->detail == STREAM_LIQUIDATION;
    return slot->kind == EVENT_GAP && (forced ? feed->dialect->limits.liquidation_rows > 0 &&
                                                    slot->u.gap.to_ms <= instrument->forced_end_ms
                                              : slot->detail == STREAM_TRADE &&
                                                    slot->u.gap.to_ms <= instrument->history_to_ms);
}

/* Whole messages of a run, from *at on. False: the sink is full, the rest later. */
static bool push_run(struct venue_feed *feed, struct feed_instrument *instrument,
                     const struct feed_run *run, size_t *at, bool past) {
    while (*at < run->count) {
        const struct event *slots = run->slots + *at;
        size_t count = event_message_slots(slots, run->count - *at);
        const bool told = !past && is_told(feed, instrument, slots);
        if (!told && !feed_push_history(feed, slots, count)) {
            return false;
        }
        *at += count;
    }
    return true;
}

static void go_live(struct venue_feed *feed, struct feed_instrument *instrument) {
    feed_past_finish(instrument);
    if (feed->desc.history_ms > 0) { /* the history ends with the open interest of now */
        instrument->interest_due_ns = clock_mono_ns() + feed->desc.oi_poll_ms * NS_PER_MS;
    }
    instrument->history = HISTORY_DONE;
    instrument->history_gap = instrument->forced_gap = false;
    if (instrument->book.state == BOOK_CHAIN_WAITING) {
        /* A snapshot in contracts that came before the list could not be read: ask at once. */
        const bool at_once =
            feed->dialect->book_by_request || instrument->symbol->unit == UNIT_CONTRACTS;
        feed_book_ask(feed, instrument, at_once ? 0 : BOOK_WAIT_MS);
    }
}

bool feed_past_push(struct venue_feed *feed, struct feed_instrument *instrument) {
    struct feed_known *known = &instrument->known;
    const struct feed_run older = {instrument->past.slots, known->past_at, known->past_at};
    if (known->run.count > 0 &&
        (!push_run(feed, instrument, &older, &instrument->past_at, true) || !push_known(known))) {
        return false;
    }
    if (!push_run(feed, instrument, &instrument->past, &instrument->past_at, true) ||
        !push_run(feed, instrument, &instrument->held, &instrument->held_at, false)) {
        return false;
    }
    go_live(feed, instrument);
    return true;
}
