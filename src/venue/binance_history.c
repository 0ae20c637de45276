#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "venue/binance_inside.h"

#define NS_PER_MS INT64_C(1000000)
enum {
    MINUTE_MS = 60000,
    PAGE_SHORT = 2,         /* rows of a page that reached the present */
    SOCKET_WAIT_MS = 10000, /* for the market socket, before history goes on without it */
    INTEREST_STEP_MS = 300000,
    INTEREST_LIMIT = 500
};

void feed_history_finish(struct feed_instrument *instrument) {
    feed_run_finish(&instrument->klines);
    feed_run_finish(&instrument->interest);
    feed_run_finish(&instrument->past);
    feed_run_finish(&instrument->held);
    instrument->past_at = instrument->held_at = 0;
}

static void ask(struct venue_feed *feed, struct feed_instrument *instrument,
                enum feed_request_kind kind, int64_t from_ms) {
    const struct feed_request request = {
        .kind = kind, .instrument = (int)(instrument - feed->instruments), .from_ms = from_ms};
    if (!feed_request_add(feed, &request)) {
        feed_history_take(feed, &request, NULL); /* go on without it */
    }
}

/* A newcomer's clock is the venue's: exchangeInfo said what time it is. */
void feed_history_begin(struct venue_feed *feed, struct feed_instrument *instrument) {
    if (feed->desc.history_ms < 0) {
        instrument->history = HISTORY_PUSHING;
        return;
    }
    const int64_t from_ms = feed->server_ms - feed->desc.history_ms;
    instrument->history_from_ms = from_ms > 0 ? from_ms - from_ms % MINUTE_MS : 0;
    instrument->history = HISTORY_KLINES;
    ask(feed, instrument, REQUEST_KLINES, instrument->history_from_ms);
}

void feed_history_fill(struct venue_feed *feed, struct feed_instrument *instrument, int64_t from_ms,
                       int64_t to_ms) {
    const int64_t first_ms = from_ms - from_ms % MINUTE_MS + MINUTE_MS;
    if (feed->desc.history_ms < 0 || first_ms + MINUTE_MS > to_ms) {
        return;
    }
    instrument->history_from_ms = first_ms;
    instrument->history_gap = true;
    instrument->history = HISTORY_KLINES;
    ask(feed, instrument, REQUEST_KLINES, first_ms);
}

/* -- answers -- */

static int64_t last_kline_ms(const struct feed_run *klines) {
    return klines->slots[klines->count - 1].ts_ms;
}

/* The newest bar is still running: what it holds comes as trades. */
static void end_klines(struct feed_instrument *instrument) {
    if (instrument->klines.count >= 2) {
        instrument->history_to_ms = last_kline_ms(&instrument->klines);
        instrument->klines.count -= 2;
    }
}

static void take_klines(struct venue_feed *feed, struct feed_instrument *instrument,
                        const struct feed_request *request, const struct binance_message *message) {
    struct feed_run *klines = &instrument->klines;
    const bool has_rows = message != NULL && message->count > 0;
    bool more = false;
    if (has_rows) {
        if (klines->count >= 2) {
            klines->count -= 2; /* the page begins with the last row of the one before */
        }
        more = message->count > (size_t)2 * PAGE_SHORT &&
               feed_run_add(klines, feed->parser->slots, message->count, FEED_HISTORY_SLOTS_MAX) &&
               last_kline_ms(klines) > request->from_ms;
        if (!more && message->count <= (size_t)2 * PAGE_SHORT) {
            feed_run_add(klines, feed->parser->slots, message->count, FEED_HISTORY_SLOTS_MAX);
        }
    }
    if (more) {
        ask(feed, instrument, REQUEST_KLINES, last_kline_ms(klines));
        return;
    }
    end_klines(instrument);
    if (instrument->history_gap) {
        instrument->history = HISTORY_TRADES;
        instrument->history_deadline_ns = clock_mono_ns();
        ask(feed, instrument, REQUEST_TRADES, 0);
        return;
    }
    instrument->history = HISTORY_INTEREST;
    ask(feed, instrument, REQUEST_INTEREST_HISTORY, instrument->history_from_ms);
}

static void take_interest(struct venue_feed *feed, struct feed_instrument *instrument,
                          const struct feed_request *request,
                          const struct binance_message *message) {
    const int64_t page_end_ms = request->from_ms + (INTEREST_LIMIT - 1) * (int64_t)INTEREST_STEP_MS;
    if (message != NULL && message->count > 0) {
        feed_run_add(&instrument->interest, feed->parser->slots, message->count,
                     FEED_HISTORY_SLOTS_MAX);
    }
    if (message != NULL && page_end_ms < feed->server_ms) {
        ask(feed, instrument, REQUEST_INTEREST_HISTORY, page_end_ms + 1);
        return;
    }
    instrument->history = HISTORY_INTEREST_LAST;
    ask(feed, instrument, REQUEST_INTEREST_LAST, 0);
}

static void add_past(struct feed_instrument *instrument, const struct event *slots, size_t count) {
    if (feed_run_add(&instrument->past, slots, count, FEED_HISTORY_SLOTS_MAX)) {
        for (size_t i = instrument->past.count - count; i < instrument->past.count; i++) {
            instrument->past.slots[i].flags |= EVENT_FLAG_HISTORY;
        }
    }
}

/* Bars by the time they end, open interest by its own: both in one order. */
static void merge(struct feed_instrument *instrument) {
    const struct feed_run *klines = &instrument->klines;
    const struct feed_run *interest = &instrument->interest;
    size_t k = 0, o = 0;
    while (k + 1 < klines->count || o < interest->count) {
        const bool bar_next = k + 1 < klines->count &&
                              (o == interest->count ||
                               klines->slots[k].ts_ms + MINUTE_MS <= interest->slots[o].ts_ms);
        if (bar_next) {
            add_past(instrument, &klines->slots[k], 2);
            k += 2;
        } else {
            add_past(instrument, &interest->slots[o], 1);
            o++;
        }
    }
    feed_run_finish(&instrument->klines);
    feed_run_finish(&instrument->interest);
}

/* The id of a trade slot; 0: not a number. */
static int64_t trade_id(const struct event *slot) {
    int64_t id = 0;
    if (slot->kind == EVENT_TRADE && slot->has >> TRADE_ID_SHIFT == ID_NUMBER) {
        memcpy(&id, slot->u.trade.id, sizeof id);
    }
    return id;
}

/* Trades since the last bar; what the socket has delivered of them follows from the held run. */
static void take_trades(struct venue_feed *feed, struct feed_instrument *instrument,
                        const struct binance_message *message) {
    const struct event *slots = feed->parser->slots;
    int64_t first_held_id = INT64_MAX;
    merge(instrument);
    for (size_t i = 0; i < instrument->held.count && first_held_id == INT64_MAX; i++) {
        const struct event *slot = &instrument->held.slots[i];
        const int64_t id = slot->ts_ms >= instrument->history_to_ms ? trade_id(slot) : 0;
        first_held_id = id > 0 ? id : INT64_MAX; /* one that is part of a bar will not pass */
    }
    for (size_t i = 0; message != NULL && i < message->count; i++) {
        const int64_t id = trade_id(&slots[i]);
        if (instrument->history_to_ms > 0 && slots[i].ts_ms >= instrument->history_to_ms &&
            id > 0 && id < first_held_id) {
            add_past(instrument, &slots[i], 1);
            if (id > instrument->last_trade_id) {
                instrument->last_trade_id = id; /* the socket may bring it once more */
            }
        }
    }
    instrument->history = HISTORY_PUSHING;
}

void feed_history_take(struct venue_feed *feed, const struct feed_request *request,
                       const struct binance_message *message) {
    struct feed_instrument *instrument = &feed->instruments[request->instrument];
    switch (request->kind) {
    case REQUEST_KLINES:
        take_klines(feed, instrument, request, message);
        break;
    case REQUEST_INTEREST_HISTORY:
        take_interest(feed, instrument, request, message);
        break;
    case REQUEST_INTEREST_LAST:
        if (message != NULL && message->count > 0) {
            feed_run_add(&instrument->interest, feed->parser->slots, message->count,
                         FEED_HISTORY_SLOTS_MAX);
        }
        instrument->history = HISTORY_TRADES;
        instrument->history_deadline_ns = clock_mono_ns() + SOCKET_WAIT_MS * NS_PER_MS;
        break;
    default:
        take_trades(feed, instrument, message);
        break;
    }
}

/* -- out -- */

/* Whole messages of a run, from *at on. False: the sink is full, the rest later. */
static bool push_run(struct venue_feed *feed, struct feed_instrument *instrument,
                     const struct feed_run *run, size_t *at, bool past) {
    while (*at < run->count) {
        const struct event *slots = run->slots + *at;
        size_t count = event_message_slots(slots, run->count - *at);
        const bool in_bars =
            !past && slots[0].kind == EVENT_TRADE && slots[0].ts_ms < instrument->history_to_ms;
        if (!in_bars && !feed_push_history(feed, slots, count)) {
            return false;
        }
        *at += count;
    }
    return true;
}

static void go_live(struct venue_feed *feed, struct feed_instrument *instrument) {
    feed_history_finish(instrument);
    if (feed->desc.history_ms > 0) { /* the history ends with the open interest of now */
        instrument->interest_due_ns = clock_mono_ns() + feed->desc.oi_poll_ms * NS_PER_MS;
    }
    instrument->history = HISTORY_DONE;
    instrument->history_gap = false;
    if (instrument->book.state == BOOK_CHAIN_WAITING && !instrument->snapshot_asked) {
        const struct feed_request request = {.kind = REQUEST_DEPTH,
                                             .instrument = (int)(instrument - feed->instruments)};
        instrument->snapshot_asked = feed_request_add(feed, &request);
    }
}

void feed_history_tick(struct venue_feed *feed, struct feed_instrument *instrument,
                       int64_t now_ns) {
    if (instrument->history == HISTORY_TRADES && instrument->history_deadline_ns != 0 &&
        !instrument->history_gap) {
        const struct feed_socket *socket = &feed->sockets[SOCKET_MARKET];
        if (socket->conns[socket->active].open || now_ns >= instrument->history_deadline_ns) {
            instrument->history_deadline_ns = 0;
            ask(feed, instrument, REQUEST_TRADES, 0);
        }
    }
    if (instrument->history == HISTORY_PUSHING &&
        push_run(feed, instrument, &instrument->past, &instrument->past_at, true) &&
        push_run(feed, instrument, &instrument->held, &instrument->held_at, false)) {
        go_live(feed, instrument);
    }
}
