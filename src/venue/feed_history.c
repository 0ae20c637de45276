#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "venue/feed_inside.h"

enum {
    MINUTE_MS = 60000,
    PAGE_SHORT = 2,         /* rows of a page that reached the present */
    CHASE_MAX = 4,          /* pages of bars behind a present that goes on meanwhile */
    SOCKET_WAIT_MS = 10000, /* for a socket, before history goes on without it */
    FILL_MS = 20000         /* for what fills a gap: live events wait for it */
};

static void begin_state(struct venue_feed *feed, struct feed_instrument *instrument,
                        enum feed_history_state state);

/* False: there is no such request. */
static bool ask(struct venue_feed *feed, struct feed_instrument *instrument,
                enum venue_request_kind kind, int64_t from_ms, int64_t to_ms) {
    const struct feed_request request = {.kind = kind,
                                         .instrument = feed_index(feed, instrument),
                                         .round = instrument->history_round,
                                         .from_ms = from_ms,
                                         .to_ms = to_ms};
    return feed_request_add(feed, &request);
}

static int64_t later(int64_t a, int64_t b) {
    return a > b ? a : b;
}

/* The connection that tells all of its trades from now on; NULL: none does yet. */
static const struct feed_conn *find_trades(const struct venue_feed *feed,
                                           const struct feed_instrument *instrument) {
    for (int kind = 0; kind < feed->dialect->socket_count; kind++) {
        const unsigned channels = feed->dialect->sockets[kind].channels;
        const int index = instrument->socket[kind];
        if ((channels & CHANNEL_BIT(CHANNEL_TRADE)) != 0 && index >= 0) {
            const struct feed_socket *socket = &feed->sockets[index];
            const struct feed_conn *conn = &socket->conns[socket->active];
            return conn->open && conn->answered_ns != 0 ? conn : NULL;
        }
    }
    return NULL;
}

int64_t feed_history_trades_from_ms(const struct venue_feed *feed,
                                    const struct feed_instrument *instrument) {
    const struct feed_conn *conn = find_trades(feed, instrument);
    return conn == NULL ? 0 : conn->answered_ms;
}

/* -- bars -- */

static bool ask_klines(struct venue_feed *feed, struct feed_instrument *instrument,
                       int64_t from_ms) {
    const int rows = feed->dialect->limits.kline_rows;
    return rows > 0 && ask(feed, instrument, VENUE_REQUEST_KLINES, from_ms,
                           from_ms + (int64_t)rows * MINUTE_MS);
}

static bool begin_klines(struct venue_feed *feed, struct feed_instrument *instrument) {
    const struct venue_limits *limits = &feed->dialect->limits;
    instrument->bars_end_ms = feed_now_ms(feed);
    instrument->bars_chased = 0;
    const int64_t depth_ms = limits->kline_depth_ms > 0 ? limits->kline_depth_ms : INT64_MAX / 2;
    const int64_t oldest_ms = feed_now_ms(feed) - depth_ms;
    const int64_t from_ms = later(instrument->history_from_ms, oldest_ms);
    return ask_klines(feed, instrument, from_ms - from_ms % MINUTE_MS);
}

static int64_t last_kline_ms(const struct feed_run *klines) {
    return klines->count >= 2 ? klines->slots[klines->count - 2].ts_ms : 0;
}

/* The newest bar is still running: what it holds comes as trades. */
static void end_klines(struct feed_instrument *instrument) {
    if (instrument->klines.count >= 2) {
        instrument->history_to_ms = last_kline_ms(&instrument->klines);
        instrument->klines.count -= 2;
    }
}

/* Whether bars of later are of use: up to where trades come live, or else to the present. Where
 * answers are slower than the clock, of many symbols at a low rate, the present is never reached;
 * what is missing then is told as a gap. */
static bool wants_bars(const struct venue_feed *feed, struct feed_instrument *instrument,
                       const struct feed_request *request, size_t rows) {
    const int64_t last_ms = last_kline_ms(&instrument->klines);
    const int64_t live_ms = feed_history_trades_from_ms(feed, instrument);
    if (last_ms <= request->from_ms || rows <= PAGE_SHORT ||
        (live_ms > 0 && last_ms + MINUTE_MS > live_ms)) {
        return false;
    }
    instrument->bars_chased += last_ms >= instrument->bars_end_ms;
    return instrument->bars_chased <= CHASE_MAX;
}

static void take_klines(struct venue_feed *feed, struct feed_instrument *instrument,
                        const struct feed_request *request, const struct venue_message *message) {
    struct feed_run *klines = &instrument->klines;
    const size_t count = message == NULL ? 0 : message->count;
    const struct event *slots = feed->parser->slots;
    while (count > 0 && klines->count >= 2 && last_kline_ms(klines) >= slots[0].ts_ms) {
        klines->count -= 2; /* a page begins with the last row of the one before */
    }
    const bool added = count > 0 && feed_run_add(klines, slots, count, FEED_HISTORY_SLOTS_MAX);
    if (added && wants_bars(feed, instrument, request, count / 2)) {
        if (ask_klines(feed, instrument, last_kline_ms(klines))) {
            return;
        }
    } else if (message != NULL && request->to_ms + MINUTE_MS < instrument->bars_end_ms) {
        if (ask_klines(feed, instrument, request->to_ms)) {
            return; /* no bars in that stretch: nothing was traded */
        }
    }
    end_klines(instrument);
    begin_state(feed, instrument,
                instrument->history_gap ? HISTORY_LIQUIDATIONS : HISTORY_INTEREST);
}

/* -- open interest -- */

static bool ask_interest(struct venue_feed *feed, struct feed_instrument *instrument,
                         int64_t from_ms) {
    const struct venue_limits *limits = &feed->dialect->limits;
    const int64_t step_ms = limits->interest_step_ms;
    return limits->interest_rows > 0 &&
           ask(feed, instrument, VENUE_REQUEST_INTEREST_HISTORY, from_ms,
               from_ms + (limits->interest_rows - 1) * step_ms);
}

static bool begin_interest(struct venue_feed *feed, struct feed_instrument *instrument) {
    const int64_t depth_ms = feed->dialect->limits.interest_depth_ms;
    const int64_t oldest_ms = depth_ms > 0 ? feed_now_ms(feed) - depth_ms + MINUTE_MS : 0;
    return ask_interest(feed, instrument, later(instrument->history_from_ms, oldest_ms));
}

static void add_interest(struct venue_feed *feed, struct feed_instrument *instrument,
                         const struct venue_message *message) {
    struct feed_run *interest = &instrument->interest;
    const struct event *slots = feed->parser->slots;
    for (size_t i = 0; message != NULL && i < message->count; i++) {
        const bool newer =
            interest->count == 0 || slots[i].ts_ms > interest->slots[interest->count - 1].ts_ms;
        if (slots[i].kind == EVENT_OPEN_INTEREST && newer) {
            struct event slot = slots[i];
            slot.flags |= EVENT_FLAG_BEGIN | EVENT_FLAG_END; /* of a ticker it alone is kept */
            feed_run_add(interest, &slot, 1, FEED_HISTORY_SLOTS_MAX);
        }
    }
}

static void take_interest(struct venue_feed *feed, struct feed_instrument *instrument,
                          const struct feed_request *request, const struct venue_message *message) {
    add_interest(feed, instrument, message);
    if (message != NULL && request->to_ms > request->from_ms &&
        request->to_ms < feed_now_ms(feed) && ask_interest(feed, instrument, request->to_ms + 1)) {
        return;
    }
    begin_state(feed, instrument, HISTORY_INTEREST_LAST);
}

/* -- the order of it -- */

static void begin_liquidations(struct venue_feed *feed, struct feed_instrument *instrument) {
    if (!feed_forced_begin(feed, instrument)) {
        begin_state(feed, instrument, HISTORY_TRADES);
    }
}

/* Trades of before are here and no connection brings those of later: what lies between them and the
 * first one that does is a hole. */
static void note_absence(struct venue_feed *feed, struct feed_instrument *instrument) {
    int64_t from_ms = instrument->history_to_ms;
    for (size_t i = instrument->past.count; i > 0; i--) {
        const struct event *slot = &instrument->past.slots[i - 1];
        if (slot->kind == EVENT_TRADE) {
            from_ms = later(from_ms, slot->ts_ms);
            break;
        }
    }
    for (int kind = 0; kind < feed->dialect->socket_count && from_ms > 0; kind++) {
        const unsigned channels = feed->dialect->sockets[kind].channels;
        if ((channels & CHANNEL_BIT(CHANNEL_TRADE)) != 0 && instrument->socket[kind] >= 0 &&
            (instrument->holes >> kind & 1U) == 0 && find_trades(feed, instrument) == NULL) {
            feed_note_hole(instrument, kind, from_ms);
        }
    }
}

static void end_trades(struct venue_feed *feed, struct feed_instrument *instrument,
                       const struct venue_message *message) {
    feed_past_add_trades(feed, instrument, message);
    note_absence(feed, instrument);
    instrument->history = HISTORY_PUSHING;
}

static void begin_trades(struct venue_feed *feed, struct feed_instrument *instrument) {
    feed_past_merge(instrument);
    if (!ask(feed, instrument, VENUE_REQUEST_TRADES, instrument->history_to_ms, 0)) {
        end_trades(feed, instrument, NULL);
    }
}

static void end_wait(struct venue_feed *feed, struct feed_instrument *instrument) {
    instrument->history_deadline_ns = 0;
    if (instrument->history == HISTORY_LIQUIDATIONS) {
        begin_liquidations(feed, instrument);
    } else {
        begin_trades(feed, instrument);
    }
}

/* Prints are asked for once the socket holds what follows them. */
static void begin_prints(struct venue_feed *feed, struct feed_instrument *instrument) {
    const bool asked =
        instrument->history == HISTORY_TRADES || feed->dialect->limits.liquidation_rows > 0;
    if (!asked || instrument->history_gap) { /* a gap was ended by the connection */
        end_wait(feed, instrument);
    } else {
        instrument->history_deadline_ns = clock_mono_ns() + SOCKET_WAIT_MS * NS_PER_MS;
    }
}

/* Those of a gap go out as they are. */
static void end_liquidations(struct venue_feed *feed, struct feed_instrument *instrument) {
    struct feed_run *run = &instrument->liquidations;
    if (!instrument->forced_gap) {
        begin_state(feed, instrument, HISTORY_TRADES);
        return;
    }
    for (size_t i = 0; i < run->count; i++) {
        run->slots[i].flags |= EVENT_FLAG_HISTORY;
        feed_push(feed, instrument, &run->slots[i], 1);
    }
    feed_run_finish(run);
    instrument->forced_gap = false;
}

/* Enter a state, or, where there is nothing to ask for in it, the next. */
static void begin_state(struct venue_feed *feed, struct feed_instrument *instrument,
                        enum feed_history_state state) {
    instrument->history = state;
    if (state == HISTORY_KLINES && !begin_klines(feed, instrument)) {
        instrument->history = instrument->history_gap ? HISTORY_LIQUIDATIONS : HISTORY_INTEREST;
        begin_state(feed, instrument, instrument->history);
    } else if (state == HISTORY_INTEREST && !begin_interest(feed, instrument)) {
        begin_state(feed, instrument, HISTORY_INTEREST_LAST);
    } else if (state == HISTORY_INTEREST_LAST &&
               !ask(feed, instrument, VENUE_REQUEST_INTEREST_LAST, 0, 0)) {
        begin_state(feed, instrument, HISTORY_LIQUIDATIONS);
    } else if (state == HISTORY_LIQUIDATIONS || state == HISTORY_TRADES) {
        begin_prints(feed, instrument);
    }
}

/* Bars come page by page and take longest, all that follows them little; the parts are a guess. */
static int percent_of(const struct venue_feed *feed, const struct feed_instrument *instrument) {
    enum { BARS_PERCENT = 80, REST_PERCENT = 90 };
    const int64_t from_ms = instrument->history_from_ms;
    const int64_t span_ms = feed_now_ms(feed) - from_ms;
    const int64_t done_ms = last_kline_ms(&instrument->klines) - from_ms;
    switch (instrument->history) {
    case HISTORY_WAITING:
    case HISTORY_TIERS:
        return 0;
    case HISTORY_KLINES:
        return done_ms <= 0 || span_ms <= 0 ? 0
               : done_ms >= span_ms         ? BARS_PERCENT
                                            : (int)(BARS_PERCENT * done_ms / span_ms);
    case HISTORY_DONE:
    case HISTORY_UNKNOWN:
        return 100;
    default:
        return REST_PERCENT;
    }
}

int feed_history_percent(const struct venue_feed *feed) {
    int sum = 0, count = 0;
    for (int i = 0; i < feed->instrument_count && feed->desc.history_ms > 0; i++) {
        const struct feed_instrument *instrument = &feed->instruments[i];
        if (!instrument->history_gap && instrument->history != HISTORY_UNKNOWN) {
            sum += percent_of(feed, instrument);
            count++;
        }
    }
    return count > 0 ? sum / count : 100;
}

void feed_history_begin(struct venue_feed *feed, struct feed_instrument *instrument) {
    const int64_t from_ms = feed_now_ms(feed) - feed->desc.history_ms;
    if (feed->desc.history_ms < 0) {
        instrument->history = HISTORY_PUSHING;
        return;
    }
    instrument->history_from_ms = from_ms > 0 ? from_ms - from_ms % MINUTE_MS : 0;
    begin_state(feed, instrument, HISTORY_KLINES);
}

void feed_history_fill(struct venue_feed *feed, struct feed_instrument *instrument, int64_t from_ms,
                       int64_t to_ms, bool trades) {
    const int64_t first_ms = from_ms - from_ms % MINUTE_MS + MINUTE_MS;
    const bool bars = trades && first_ms + MINUTE_MS <= to_ms;
    if (feed->desc.history_ms < 0 || (!bars && feed->dialect->limits.liquidation_rows == 0)) {
        return;
    }
    feed_run_finish(&instrument->liquidations);
    instrument->history_from_ms = bars ? first_ms : from_ms;
    instrument->history_gap = bars;
    instrument->history_round++;
    instrument->forced_gap = !bars;
    if (!bars) { /* nothing live waits for it */
        instrument->forced_gap = feed_forced_begin(feed, instrument);
        return;
    }
    instrument->fill_until_ns = clock_mono_ns() + FILL_MS * NS_PER_MS;
    /* Trades of later are told one by one, where no bar has them. */
    instrument->history_to_ms = later(instrument->history_to_ms, from_ms);
    begin_state(feed, instrument, HISTORY_KLINES);
}

void feed_history_take(struct venue_feed *feed, const struct feed_request *request,
                       const struct venue_message *message) {
    struct feed_instrument *instrument = &feed->instruments[request->instrument];
    if (request->round != instrument->history_round) {
        return; /* of a gap that was given up */
    }
    switch (request->kind) {
    case VENUE_REQUEST_KLINES:
        take_klines(feed, instrument, request, message);
        break;
    case VENUE_REQUEST_INTEREST_HISTORY:
        take_interest(feed, instrument, request, message);
        break;
    case VENUE_REQUEST_INTEREST_LAST:
        add_interest(feed, instrument, message);
        begin_state(feed, instrument, HISTORY_LIQUIDATIONS);
        break;
    case VENUE_REQUEST_LIQUIDATIONS:
        if (feed_forced_take(feed, instrument, request, message)) {
            end_liquidations(feed, instrument);
        }
        break;
    default:
        end_trades(feed, instrument, message);
        break;
    }
}

/* Whether the venue has read that the prints that are waited for are wanted. */
enum prints { PRINTS_ABSENT, PRINTS_SOON, PRINTS_COME };

static enum prints find_prints(const struct venue_feed *feed,
                               const struct feed_instrument *instrument) {
    const bool forced = instrument->history == HISTORY_LIQUIDATIONS;
    const unsigned channel = CHANNEL_BIT(forced ? CHANNEL_LIQUIDATION : CHANNEL_TRADE);
    enum prints prints = PRINTS_ABSENT;
    for (int kind = 0; kind < feed->dialect->socket_count; kind++) {
        const int index = instrument->socket[kind];
        if ((feed->dialect->sockets[kind].channels & channel) != 0 && index >= 0) {
            const struct feed_socket *socket = &feed->sockets[index];
            const struct feed_conn *conn = &socket->conns[socket->active];
            prints = !conn->open              ? prints
                     : conn->answered_ns != 0 ? PRINTS_COME
                     : prints == PRINTS_COME  ? prints
                                              : PRINTS_SOON;
        }
    }
    return prints;
}

/* A venue that does not answer in time: the gap stays one, and live events go on. */
static void give_up(struct venue_feed *feed, struct feed_instrument *instrument) {
    instrument->history_round++;
    instrument->history_deadline_ns = 0;
    feed_request_drop(feed, feed_index(feed, instrument));
    if (instrument->history == HISTORY_KLINES) {
        end_klines(instrument);
    }
    feed_past_merge(instrument);
    instrument->history = HISTORY_PUSHING;
}

void feed_history_tick(struct venue_feed *feed, struct feed_instrument *instrument,
                       int64_t now_ns) {
    if (instrument->history_deadline_ns != 0) { /* a connection that speaks comes to an end */
        const enum prints prints = find_prints(feed, instrument);
        if (prints == PRINTS_COME ||
            (prints == PRINTS_ABSENT && now_ns >= instrument->history_deadline_ns)) {
            end_wait(feed, instrument);
        }
    }
    if (instrument->history_gap && instrument->history < HISTORY_PUSHING &&
        now_ns >= instrument->fill_until_ns) {
        give_up(feed, instrument);
    }
    if (instrument->history == HISTORY_PUSHING) {
        feed_past_push(feed, instrument);
    } else if (instrument->known.run.count > 0) {
        feed->hurries = !feed_ahead_push(feed, instrument) || feed->hurries;
    }
}
