#include <assert.h>
#include <string.h>

#include "base/hash.h"
#include "base/stat.h"
#include "venue/binance_inside.h"

enum { OLD_TRADE_MAX = 1000 }; /* ids below the last in a row: the venue began to count anew */

struct feed_instrument *feed_find_instrument(struct venue_feed *feed,
                                             const struct binance_symbol *symbol) {
    const int index = feed->by_symbol[symbol - feed->parser->symbols.entries];
    return index >= 0 ? &feed->instruments[index] : NULL;
}

/* -- what was seen before, on this connection or the one it replaces -- */

static bool is_old_trade(struct feed_instrument *instrument, int64_t id) {
    if (id > 0 && id <= instrument->last_trade_id &&
        ++instrument->old_trade_count < OLD_TRADE_MAX) {
        return true;
    }
    instrument->old_trade_count = 0;
    instrument->last_trade_id = id;
    return false;
}

/* Two equal ones on one connection are two; on different ones they are the same. */
static bool is_old_liquidation(struct feed_instrument *instrument, const struct event *slot,
                               uint64_t serial) {
    const uint64_t hash = event_hash(HASH_START, slot);
    for (int i = 0; i < FEED_RECENT_LIQUIDATIONS; i++) {
        if (instrument->recent[i].hash == hash && instrument->recent[i].serial != 0 &&
            instrument->recent[i].serial != serial) {
            instrument->recent[i].serial = 0; /* each stands for one */
            return true;
        }
    }
    instrument->recent[instrument->recent_at].hash = hash;
    instrument->recent[instrument->recent_at].serial = serial;
    instrument->recent_at = (instrument->recent_at + 1) % FEED_RECENT_LIQUIDATIONS;
    return false;
}

static bool is_old_time(int64_t *last_ms, int64_t ms) {
    if (ms <= *last_ms) {
        return true;
    }
    *last_ms = ms;
    return false;
}

static bool is_old(struct venue_feed *feed, struct feed_instrument *instrument,
                   const struct binance_message *message, uint64_t serial) {
    const struct event *slots = feed->parser->slots;
    bool old = false;
    switch (message->kind) {
    case BINANCE_TRADE:
        old = is_old_trade(instrument, message->id);
        break;
    case BINANCE_LIQUIDATION:
        old = is_old_liquidation(instrument, &slots[0], serial);
        break;
    case BINANCE_MARK:
        old = is_old_time(&instrument->last_mark_ms, message->sent_ms);
        break;
    case BINANCE_KLINE:
        old = is_old_time(&instrument->last_kline_ms, message->sent_ms);
        break;
    default:
        break;
    }
    feed_count(&feed->stats.duplicates, old ? 1 : 0);
    return old;
}

/* -- holes -- */

/* The first message after a lost connection: from the last event before it until now nothing is
 * known of prints. */
static void close_hole(struct venue_feed *feed, struct feed_instrument *instrument,
                       int64_t now_ms) {
    const int64_t from_ms = instrument->last_market_ms;
    instrument->market_gap = false;
    if (now_ms <= from_ms) {
        return;
    }
    feed_push_gap(feed, instrument, STREAM_TRADE, from_ms, now_ms, "disconnected");
    feed_push_gap(feed, instrument, STREAM_LIQUIDATION, from_ms, now_ms, "disconnected");
    if (instrument->history == HISTORY_DONE) {
        feed_history_fill(feed, instrument, from_ms, now_ms);
    }
}

void feed_live_pass(struct venue_feed *feed, struct feed_instrument *instrument,
                    const struct event *slots, size_t count) {
    if (instrument->history == HISTORY_DONE) {
        feed_push(feed, instrument, slots, count);
    } else if (instrument->history == HISTORY_UNKNOWN) {
        feed_count(&feed->stats.dropped_symbol, 1);
    } else if (!feed_run_add(&instrument->held, slots, count, FEED_HELD_SLOTS_MAX)) {
        feed_count(&feed->stats.events_lost, (int64_t)count);
        stat_add(STAT_events_lost, (int64_t)count);
        instrument->market_gap = true; /* told when live events pass again */
    }
}

/* -- book -- */

static void ask_again(struct venue_feed *feed, struct feed_instrument *instrument, int64_t from_ms,
                      int64_t to_ms) {
    feed_count(&feed->stats.book_gaps, 1);
    stat_add(STAT_book_gaps, 1);
    if (instrument->history != HISTORY_DONE) {
        return; /* no book was shown yet */
    }
    feed_push_gap(feed, instrument, STREAM_BOOK, from_ms, to_ms, "sequence");
    if (!instrument->snapshot_asked) {
        const struct feed_request request = {.kind = REQUEST_DEPTH,
                                             .instrument = (int)(instrument - feed->instruments)};
        instrument->snapshot_asked = feed_request_add(feed, &request);
    }
}

static void take_depth(struct venue_feed *feed, struct feed_instrument *instrument,
                       const struct binance_message *message) {
    const struct event *slots = feed->parser->slots;
    const struct venue_book_step step = {
        .first_id = message->first_id, .last_id = message->last_id, .prev_id = message->prev_id};
    enum status status = book_chain_take(&instrument->book, &step, slots, message->count);
    if (status == STATUS_FULL) { /* no snapshot for so long: only the newest can still join one */
        book_chain_release(&instrument->book);
        status = book_chain_take(&instrument->book, &step, slots, message->count);
    }
    if (status == STATUS_OK) {
        instrument->last_book_ms = slots[0].ts_ms;
        feed_push(feed, instrument, slots, message->count);
    } else if (status == STATUS_GAP || status == STATUS_MEMORY) {
        ask_again(feed, instrument, instrument->last_book_ms, slots[0].ts_ms);
    }
}

void feed_live_snapshot(struct venue_feed *feed, struct feed_instrument *instrument,
                        const struct binance_message *message) {
    struct book_chain *book = &instrument->book;
    if (book_chain_snapshot(book, message->last_id) != STATUS_OK) {
        const struct feed_request request = {.kind = REQUEST_DEPTH,
                                             .instrument = (int)(instrument - feed->instruments),
                                             .attempt = 1};
        if (book->state == BOOK_CHAIN_WAITING) {
            instrument->snapshot_asked = feed_request_add(feed, &request);
        }
        return;
    }
    instrument->last_book_ms = feed->parser->slots[0].ts_ms;
    bool pushed = feed_push(feed, instrument, feed->parser->slots, message->count);
    for (size_t i = 0; i < book->update_count && pushed; i++) {
        const struct book_chain_update *update = &book->updates[i];
        instrument->last_book_ms = book->held[update->slot_begin].ts_ms;
        pushed = feed_push(feed, instrument, book->held + update->slot_begin, update->slot_count);
    }
    book_chain_release(book); /* if the sink was full, the book has begun anew and is empty */
}

/* -- messages -- */

/* Depth and the mark price come all the time; that they do is how a silent stream is told from a
 * calm market. */
static void note_pulse(struct feed_instrument *instrument, const struct binance_message *message,
                       int64_t recv_ns) {
    if (message->kind == BINANCE_DEPTH) {
        instrument->pulse_ns[SOCKET_PUBLIC] = recv_ns;
    } else if (message->kind == BINANCE_MARK) {
        instrument->pulse_ns[SOCKET_MARKET] = recv_ns;
    }
}

static void take_one(struct venue_feed *feed, const struct binance_message *message,
                     uint64_t serial, int64_t recv_ns) {
    struct feed_instrument *instrument = feed_find_instrument(feed, message->symbol);
    const struct event *slots = feed->parser->slots;
    if (instrument == NULL) {
        return;
    }
    note_pulse(instrument, message, recv_ns);
    if (message->kind == BINANCE_DEPTH) {
        take_depth(feed, instrument, message);
        return;
    }
    if (instrument->market_gap && instrument->history == HISTORY_DONE) {
        close_hole(feed, instrument, message->sent_ms);
    }
    if (message->sent_ms > instrument->last_market_ms) {
        instrument->last_market_ms = message->sent_ms;
    }
    const bool in_bars =
        message->kind == BINANCE_TRADE && slots[0].ts_ms < instrument->history_to_ms;
    if (in_bars || is_old(feed, instrument, message, serial)) {
        return;
    }
    feed_live_pass(feed, instrument, slots, message->count);
}

static void count_refused(struct venue_feed *feed, enum status status) {
    struct venue_feed_stats *stats = &feed->stats;
    if (status == STATUS_IGNORED) {
        feed_count(&stats->ignored, 1);
        stat_add(STAT_messages_ignored, 1);
    } else if (status == STATUS_UNKNOWN) {
        feed_count(&stats->dropped_side, 1);
        stat_add(STAT_rows_dropped_side, 1);
    } else if (status == STATUS_UNSUPPORTED) {
        feed_count(&stats->dropped_unit, 1);
        stat_add(STAT_rows_dropped_unit, 1);
    } else if (status == STATUS_NOT_FOUND) {
        feed_count(&stats->dropped_symbol, 1);
        stat_add(STAT_rows_dropped_symbol, 1);
    } else {
        feed_count(&stats->malformed, 1);
        stat_add(STAT_messages_malformed, 1);
    }
}

void feed_live_take(struct venue_feed *feed, uint64_t serial, const char *bytes, size_t len,
                    int64_t recv_ns) {
    struct binance_message message;
    const enum status status = binance_parse(feed->parser, bytes, len, recv_ns, &message);
    if (status != STATUS_OK) {
        count_refused(feed, status);
        return;
    }
    if (message.sent_ms > feed->server_ms) {
        feed->server_ms = message.sent_ms;
    }
    if (message.symbol != NULL) {
        take_one(feed, &message, serial, recv_ns);
    }
}
