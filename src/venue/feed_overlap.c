#include "base/clock.h"
#include "venue/feed_inside.h"

enum {
    CHANNEL_APART_MS = 1000, /* so much may one channel's times be ahead of another's */
    CALM_MS = 3000           /* nothing on either: where silence is no fault */
};

static bool brings(const struct feed_conn *conn, enum venue_channel channel) {
    const struct venue_socket *kind = feed_socket_kind(conn->feed, conn->socket);
    return (kind->channels & CHANNEL_BIT(channel)) != 0;
}

static int64_t later(int64_t a, int64_t b) {
    return a > b ? a : b;
}

/* The venue's time of the newest message of any sort, of any symbol: a venue that has nothing to
 * tell but its pings has told everything up to then. */
static int64_t silent_until_ms(const struct feed_conn *conn) {
    const bool rests = feed_socket_kind(conn->feed, conn->socket)->pulse == 0;
    int64_t until_ms = conn->last_ms;
    if (rests && conn->heard_ns > 0) {
        const int64_t ago_ms = (clock_mono_ns() - conn->heard_ns) / NS_PER_MS;
        until_ms = later(until_ms, feed_clock_ms(conn->feed) - ago_ms);
    }
    return later(until_ms - CHANNEL_APART_MS, conn->answered_ms);
}

/* Up to when an instrument's prints have been heard on it for sure: the time of the newest message,
 * less what one channel's times may be ahead of the next one's, or of its newest trade. 0: none
 * were asked for yet. */
static int64_t heard_until_ms(const struct feed_conn *conn,
                              const struct feed_instrument *instrument) {
    const struct feed_socket *socket = conn->socket;
    int64_t until_ms = instrument->last_ms[socket->kind];
    until_ms = conn->last_ms > 0 && conn->last_ms < until_ms ? conn->last_ms : until_ms;
    if (until_ms == 0 || !(brings(conn, CHANNEL_MARK) || brings(conn, CHANNEL_TRADE))) {
        return conn->answered_ns == 0 ? until_ms : later(until_ms, silent_until_ms(conn));
    }
    const int64_t trade_ms = brings(conn, CHANNEL_TRADE)
                                 ? instrument->trades_of[conn - socket->conns].last_ms
                                 : instrument->last_trade_ms;
    const int64_t sure_ms = until_ms - CHANNEL_APART_MS;
    return trade_ms >= until_ms ? until_ms : trade_ms > sure_ms ? trade_ms : sure_ms;
}

/* What was seen last on that connection is now followed by a hole. */
void feed_overlap_lose(const struct feed_conn *conn) {
    struct venue_feed *feed = conn->feed;
    const struct feed_socket *socket = conn->socket;
    for (size_t i = 0; i < socket->symbol_count; i++) {
        struct feed_instrument *instrument = feed_find_symbol(feed, socket->symbols[i]);
        const bool prints = brings(conn, CHANNEL_TRADE) || brings(conn, CHANNEL_LIQUIDATION);
        const int64_t until_ms = prints ? heard_until_ms(conn, instrument) : 0;
        if (until_ms > 0) {
            feed_note_hole(instrument, socket->kind, until_ms);
        }
        if (brings(conn, CHANNEL_BOOK)) {
            feed_book_lose(feed, instrument, conn->serial);
        }
    }
}

/* -- two connections of one socket --
 *
 * The older may go when it has told everything that the venue sent before the newer one's
 * subscriptions took effect. A slow reader's connection can be seconds behind, and a new one has to
 * ask for one symbol after the other; so it is not enough that both bring something. That they took
 * effect is known by a ping that was sent after them and answered; from then on, at the latest, the
 * newer one tells everything. (An answer may overtake data that waits at the venue: it says nothing
 * of what came with it.) Then
 * - something on the older one must be of a venue's time CHANNEL_APART_MS after that answer: what
 *   the venue did before has come by it, of any channel;
 * - where a socket may be silent, the older one has answered a ping of its own, too, and both have
 *   been silent for a while;
 * - of each symbol, the older one must have told the first trade that the newer one did. */

static bool is_calm(const struct feed_conn *old, const struct feed_conn *fresh, int64_t now_ns) {
    int64_t since_ns = old->asked_ns;
    since_ns = old->data_ns > since_ns ? old->data_ns : since_ns;
    since_ns = fresh->data_ns > since_ns ? fresh->data_ns : since_ns;
    return feed_socket_kind(fresh->feed, fresh->socket)->pulse == 0 && old->told &&
           now_ns - since_ns > CALM_MS * NS_PER_MS;
}

/* Of one time there may be several trades: what came a while later says that they all have. */
static bool have_trades_met(const struct feed_trades *before, const struct feed_trades *now,
                            const struct feed_conn *old, const struct feed_conn *fresh, bool calm) {
    if (now->first_ms == 0) {
        return before->heard_ns < fresh->answered_ns; /* quiet, or the new one is still to tell */
    }
    return before->last_ms > now->first_ms ||
           (before->last_ms == now->first_ms &&
            (calm || old->last_ms >= now->first_ms + CHANNEL_APART_MS));
}

bool feed_overlap_has_met(const struct feed_conn *old, const struct feed_conn *fresh,
                          int64_t now_ns) {
    const struct feed_socket *socket = fresh->socket;
    const bool calm = is_calm(old, fresh, now_ns);
    bool met =
        fresh->answered_ns != 0 && (calm || old->last_ms >= fresh->answered_ms + CHANNEL_APART_MS);
    for (size_t i = 0; i < socket->symbol_count && brings(fresh, CHANNEL_TRADE) && met; i++) {
        const struct feed_trades *trades =
            feed_find_symbol(fresh->feed, socket->symbols[i])->trades_of;
        met = have_trades_met(&trades[old - socket->conns], &trades[fresh - socket->conns], old,
                              fresh, calm);
    }
    return met;
}
