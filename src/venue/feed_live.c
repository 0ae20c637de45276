#include <assert.h>
#include <string.h>

#include "base/stat.h"
#include "venue/feed_inside.h"

/* -- what came, for lamps and tests -- */

/* The channels that a message of events belongs to. */
static unsigned channels_of(const struct event *slots, size_t count) {
    unsigned channels = 0;
    for (size_t i = 0; i < count; i++) {
        switch ((enum event_kind)slots[i].kind) {
        case EVENT_TRADE:
            return CHANNEL_BIT(CHANNEL_TRADE);
        case EVENT_LIQUIDATION:
            return CHANNEL_BIT(CHANNEL_LIQUIDATION);
        case EVENT_BOOK:
            return CHANNEL_BIT(CHANNEL_BOOK);
        case EVENT_KLINE:
            return CHANNEL_BIT(CHANNEL_KLINE);
        case EVENT_PRICE:
            channels |= (slots[i].has & PRICE_HAS_MARK) != 0 ? CHANNEL_BIT(CHANNEL_MARK) : 0U;
            channels |= (slots[i].has & PRICE_HAS_INDEX) != 0 ? CHANNEL_BIT(CHANNEL_INDEX) : 0U;
            break;
        case EVENT_FUNDING:
            channels |= CHANNEL_BIT(CHANNEL_FUNDING);
            break;
        case EVENT_OPEN_INTEREST:
            channels |= CHANNEL_BIT(CHANNEL_INTEREST);
            break;
        default:
            break;
        }
    }
    return channels;
}

static void note_channels(struct venue_feed *feed, unsigned channels, size_t count,
                          int64_t recv_ns) {
    for (int channel = 0; channels != 0; channel++, channels >>= 1) {
        struct venue_channel_stats *stats = &feed->stats.channels[channel];
        if ((channels & 1U) == 0) {
            continue;
        }
        feed_count(&stats->messages, 1);
        feed_count(&stats->events, (int64_t)count);
        /* relaxed: figures for lamps, written on this thread alone */
        if (atomic_load_explicit(&stats->first_ns, memory_order_relaxed) == 0) {
            const int64_t after_ns = recv_ns - feed->started_ns;
            atomic_store_explicit(&stats->first_ns, after_ns > 0 ? after_ns : 1,
                                  memory_order_relaxed);
        }
        atomic_store_explicit(&stats->last_ns, recv_ns, memory_order_relaxed);
    }
}

void feed_live_note(struct venue_feed *feed, const struct event *slots, size_t count,
                    int64_t recv_ns) {
    note_channels(feed, channels_of(slots, count), count, recv_ns);
}

static void tell_count(_Atomic int64_t *counter, enum stat_id id, int64_t now, int64_t before) {
    if (now != before) {
        feed_count(counter, now - before);
        stat_add(id, now - before);
    }
}

void feed_live_counts(struct venue_feed *feed) {
    const struct venue_counts *now = &feed->parser->counts;
    struct venue_counts *told = &feed->counts_told;
    struct venue_feed_stats *stats = &feed->stats;
    tell_count(&stats->ignored, STAT_messages_ignored, now->ignored, told->ignored);
    tell_count(&stats->malformed, STAT_messages_malformed, now->malformed + now->dropped_oversized,
               told->malformed + told->dropped_oversized);
    tell_count(&stats->dropped_side, STAT_rows_dropped_side, now->dropped_side, told->dropped_side);
    tell_count(&stats->dropped_unit, STAT_rows_dropped_unit, now->dropped_unit, told->dropped_unit);
    tell_count(&stats->dropped_symbol, STAT_rows_dropped_symbol, now->dropped_symbol,
               told->dropped_symbol);
    *told = *now;
}

/* -- holes -- */

void feed_note_hole(struct feed_instrument *instrument, int kind, int64_t from_ms) {
    const unsigned bit = 1U << kind;
    if ((instrument->holes & bit) == 0 || from_ms < instrument->hole_from_ms[kind]) {
        instrument->hole_from_ms[kind] = from_ms;
    }
    instrument->hole_told_ms[kind] = 0;
    instrument->holes |= bit;
}

/* While history is under way gaps are held, as all else, as long as there is room. */
static bool takes_gaps(const struct feed_instrument *instrument) {
    return instrument->history == HISTORY_DONE ||
           (instrument->history != HISTORY_UNKNOWN &&
            instrument->held.count + EVENT_MESSAGE_SLOTS_MAX < FEED_HELD_SLOTS_MAX);
}

static void tell_gap(struct venue_feed *feed, struct feed_instrument *instrument,
                     enum stream stream, int64_t from_ms, int64_t to_ms) {
    if (instrument->history == HISTORY_DONE) {
        feed_push_gap(feed, instrument, stream, from_ms, to_ms, "disconnected");
    } else {
        const struct event gap = feed_make_gap(instrument, stream, from_ms, to_ms, "disconnected");
        feed_live_pass(feed, instrument, &gap, 1);
    }
}

/* The first message after a lost connection: from the last event before it until now nothing is
 * known of prints; and so on until the new one tells everything. sent_ms: of the message, which may
 * be an old value that is told once more, sent before that. */
static void close_hole(struct feed_conn *conn, struct feed_instrument *instrument,
                       int64_t sent_ms) {
    struct venue_feed *feed = conn->feed;
    const int kind = conn->socket->kind;
    const bool ends = conn->answered_ns != 0;
    const int64_t now_ms = ends && conn->answered_ms > sent_ms ? conn->answered_ms : sent_ms;
    const unsigned channels = feed->dialect->sockets[kind].channels;
    const int64_t told_ms = instrument->hole_told_ms[kind];
    const int64_t from_ms = told_ms > 0 ? told_ms : instrument->hole_from_ms[kind];
    if ((told_ms > 0 && !ends) || now_ms <= from_ms) {
        return;
    }
    if ((channels & CHANNEL_BIT(CHANNEL_TRADE)) != 0) {
        tell_gap(feed, instrument, STREAM_TRADE, from_ms, now_ms);
    }
    if ((channels & CHANNEL_BIT(CHANNEL_LIQUIDATION)) != 0) {
        tell_gap(feed, instrument, STREAM_LIQUIDATION, from_ms, now_ms);
    }
    instrument->hole_told_ms[kind] = now_ms;
    if (ends) {
        instrument->holes &= ~(1U << kind);
        if (instrument->history == HISTORY_DONE) {
            feed_history_fill(feed, instrument, instrument->hole_from_ms[kind], now_ms,
                              (channels & CHANNEL_BIT(CHANNEL_TRADE)) != 0);
        }
    }
}

void feed_live_tick(struct feed_conn *conn) {
    struct venue_feed *feed = conn->feed;
    const struct feed_socket *socket = conn->socket;
    const unsigned times =
        CHANNEL_BIT(CHANNEL_TRADE) | CHANNEL_BIT(CHANNEL_MARK) | CHANNEL_BIT(CHANNEL_INDEX);
    if (!conn->open || conn->answered_ns == 0 ||
        (feed_socket_kind(feed, socket)->channels & times) != 0) {
        return;
    }
    for (size_t i = 0; i < socket->symbol_count; i++) {
        struct feed_instrument *instrument = feed_find_symbol(feed, socket->symbols[i]);
        if ((instrument->holes >> socket->kind & 1U) != 0 && takes_gaps(instrument)) {
            const bool since = conn->answered_ms > instrument->hole_from_ms[socket->kind];
            close_hole(conn, instrument, since ? 0 : feed_clock_ms(feed));
        }
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
        feed_ahead_pass(instrument, slots, count);
        if (slots[0].kind == EVENT_BOOK) {
            book_chain_reset(&instrument->book); /* begun anew when live events pass */
        } else {                                 /* told when live events pass again */
            for (int kind = 0; kind < feed->dialect->socket_count; kind++) {
                feed_note_hole(instrument, kind, slots[0].ts_ms);
            }
        }
    }
}

/* -- messages -- */

static void note_trade(const struct feed_conn *conn, struct feed_instrument *instrument,
                       int64_t ts_ms, int64_t recv_ns) {
    struct feed_trades *trades = &instrument->trades_of[conn - conn->socket->conns];
    if (trades->first_ms == 0 && conn->answered_ns != 0) {
        trades->first_ms = ts_ms;
    }
    trades->last_ms = ts_ms > trades->last_ms ? ts_ms : trades->last_ms;
    trades->heard_ns = recv_ns;
    if (ts_ms > instrument->last_trade_ms) {
        instrument->last_trade_ms = ts_ms;
    }
}

/* Prints of before its subscription, on a connection that is to replace another one: that one tells
 * them, or a hole says that it did not. Taken from here they would be no live ones. */
static bool is_others_to_tell(const struct feed_conn *conn,
                              const struct feed_instrument *instrument,
                              const struct venue_message *message, const struct event *slot) {
    const struct feed_socket *socket = conn->socket;
    const struct feed_conn *other = &socket->conns[conn == &socket->conns[0] ? 1 : 0];
    const bool is_print = slot->kind == EVENT_TRADE || slot->kind == EVENT_LIQUIDATION;
    return message->past && is_print && other->open && other->data_ns != 0 &&
           (instrument->holes >> socket->kind & 1U) == 0;
}

/* One message of events. Its flags are ours to set. */
static void take_event(struct feed_conn *conn, const struct venue_message *message,
                       struct event *slots, size_t count, int64_t recv_ns) {
    struct venue_feed *feed = conn->feed;
    const int kind = conn->socket->kind;
    struct feed_instrument *instrument = feed_find_slot(feed, &slots[0]);
    const unsigned channels = channels_of(slots, count);
    if (instrument == NULL) {
        return;
    }
    if ((channels & feed->dialect->sockets[kind].pulse) != 0) {
        instrument->pulse_ns[kind] = recv_ns;
    }
    note_channels(feed, channels, count, recv_ns);
    const int64_t sent_ms = message->sent_ms > slots[0].ts_ms ? message->sent_ms : slots[0].ts_ms;
    const bool now_told = slots[0].kind == EVENT_TRADE || slots[0].kind == EVENT_PRICE;
    if ((instrument->holes >> kind & 1U) != 0 && takes_gaps(instrument) && !message->past &&
        now_told) {
        close_hole(conn, instrument, sent_ms);
    }
    if (sent_ms > instrument->last_ms[kind] && !message->past) {
        instrument->last_ms[kind] = sent_ms;
    }
    if (slots[0].kind == EVENT_TRADE && !message->past) {
        note_trade(conn, instrument, slots[0].ts_ms, recv_ns);
    }
    const bool in_bars = slots[0].kind == EVENT_TRADE && slots[0].ts_ms < instrument->history_to_ms;
    if (in_bars || is_others_to_tell(conn, instrument, message, &slots[0])) {
        return;
    }
    count = feed_seen_drop(&instrument->seen, slots, count, message->sent_ms, conn->serial);
    if (count == 0) {
        feed_count(&feed->stats.duplicates, 1);
        return;
    }
    if (message->past) {
        slots[0].flags |= EVENT_FLAG_HISTORY;
    }
    feed_live_pass(feed, instrument, slots, count);
}

static void take_events(struct feed_conn *conn, const struct venue_message *message,
                        int64_t recv_ns) {
    struct event *slots = conn->feed->parser->slots;
    size_t n = 0;
    for (size_t at = 0; at < message->count; at += n) {
        n = event_message_slots(slots + at, message->count - at);
        take_event(conn, message, slots + at, n, recv_ns);
    }
}

void feed_live_take(struct feed_conn *conn, const char *bytes, size_t len, int64_t recv_ns) {
    struct venue_feed *feed = conn->feed;
    struct venue_message message;
    const enum status status =
        venue_parse(feed->parser, conn->socket->kind, bytes, len, recv_ns, &message);
    feed_live_counts(feed);
    if (status != STATUS_OK) {
        return;
    }
    if (message.kind != MESSAGE_BOOK && message.kind != MESSAGE_EVENTS) {
        if (message.kind == MESSAGE_CONTROL) {
            feed_send_control(conn, &message);
        } else {
            feed_count(&feed->stats.ignored, 1);
            stat_add(STAT_messages_ignored, 1);
        }
        return;
    }
    feed_socket_delivers(conn, recv_ns);
    if (message.sent_ms > feed->server_ms) {
        feed->server_ms = message.sent_ms;
    }
    if (!message.past) {
        if (conn->first_ms == 0 && conn->answered_ns != 0) {
            conn->first_ms = message.sent_ms;
        }
        conn->last_ms = message.sent_ms > conn->last_ms ? message.sent_ms : conn->last_ms;
        feed->sent_ms = message.sent_ms;
        feed->sent_recv_ns = recv_ns;
    }
    if (message.kind == MESSAGE_BOOK) {
        note_channels(feed, CHANNEL_BIT(CHANNEL_BOOK), message.count, recv_ns);
        feed_book_take(conn, &message);
    } else {
        take_events(conn, &message, recv_ns);
    }
}
