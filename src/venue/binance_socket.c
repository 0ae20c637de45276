#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/stat.h"
#include "base/str.h"
#include "venue/binance_inside.h"

#define NS_PER_MS INT64_C(1000000)
enum {
    STABLE_MS = 60000, /* of data, after which back-off begins anew */
    OVERLAP_MS = 2000, /* both connections of a socket live this long */
    RENEW_RETRY_MS = 60000,
    FAULT_RETRY_MS = 300000 /* refused for good: ask seldom */
};

static const struct {
    const char *path;
    const char *pulse;      /* the stream that never rests, see note_pulse */
    const char *streams[5]; /* after the symbol; one with '!' stands alone */
} sockets[] = {
    [SOCKET_PUBLIC] = {"public", "depth", {"@depth@100ms"}},
    [SOCKET_MARKET] = {"market",
                       "markPrice",
                       {"@aggTrade", "@forceOrder", "@markPrice@1s", "@kline_1m", "!contractInfo"}},
};
static_assert(ARRAY_COUNT(sockets) == SOCKET_COUNT, "a row per socket");

static bool make_url(const struct venue_feed *feed, enum feed_socket_kind kind,
                     char url[FEED_URL_BYTES]) {
    bool fits =
        str_format(url, FEED_URL_BYTES, "%s/%s/stream?streams=", feed->ws_url, sockets[kind].path);
    const char *comma = "";
    for (size_t s = 0; s < ARRAY_COUNT(sockets[kind].streams); s++) {
        const char *stream = sockets[kind].streams[s];
        if (stream == NULL) {
            break;
        }
        if (stream[0] == '!') {
            fits = str_append(url, FEED_URL_BYTES, "%s%s", comma, stream) && fits;
            continue;
        }
        for (int i = 0; i < feed->instrument_count; i++) {
            if (feed->instruments[i].history != HISTORY_UNKNOWN) {
                fits = str_append(url, FEED_URL_BYTES, "%s%s%s", comma,
                                  feed->instruments[i].stream_name, stream) &&
                       fits;
                comma = "/";
            }
        }
    }
    return fits;
}

static struct feed_socket *socket_of(struct feed_conn *conn) {
    return &conn->feed->sockets[conn->kind];
}

static void set_state(struct feed_socket *socket, enum feed_state state, const char *reason) {
    socket->state = state;
    str_copy(socket->reason, sizeof socket->reason, reason);
}

static void on_open(void *user) {
    struct feed_conn *conn = user;
    conn->open = true;
    conn->opened_ns = clock_mono_ns();
}

static void on_message(void *user, const char *bytes, size_t len, bool binary, int64_t recv_ns) {
    struct feed_conn *conn = user;
    struct feed_socket *socket = socket_of(conn);
    struct venue_feed *feed = conn->feed;
    (void)binary; /* Binance sends text; whatever it is, the parser judges it */
    if (conn->last_ns == 0) {
        set_state(socket, FEED_LIVE, "");
        if (conn != &socket->conns[socket->active]) { /* the replacement delivers */
            socket->active = 1 - socket->active;
            socket->retire_ns = recv_ns + OVERLAP_MS * NS_PER_MS;
        }
    }
    if (recv_ns - conn->opened_ns > STABLE_MS * NS_PER_MS) {
        socket->attempt = 0;
    }
    conn->last_ns = recv_ns;
    feed_count(&feed->stats.messages, 1);
    feed_count(&feed->stats.bytes, (int64_t)len);
    stat_add(STAT_messages_received, 1);
    stat_add(STAT_bytes_received, (int64_t)len);
    /* relaxed: an age for a lamp */
    atomic_store_explicit(&feed->stats.last_message_ns, recv_ns, memory_order_relaxed);
    feed_live_take(feed, conn->serial, bytes, len, recv_ns);
}

/* What was seen last on that socket is now followed by a hole. */
static void note_hole(struct venue_feed *feed, enum feed_socket_kind kind) {
    for (int i = 0; i < feed->instrument_count; i++) {
        struct feed_instrument *instrument = &feed->instruments[i];
        if (kind == SOCKET_MARKET) {
            instrument->market_gap = instrument->last_market_ms > 0;
        } else if (instrument->book.state != BOOK_CHAIN_WAITING) {
            feed_push_gap(feed, instrument, STREAM_BOOK, instrument->last_book_ms,
                          instrument->last_book_ms, "disconnected");
            feed_begin_book(feed, instrument);
        } else {
            book_chain_reset(&instrument->book);
        }
    }
}

static bool is_refusal(enum status status, const char *reason) {
    return status == STATUS_UNTRUSTED || strstr(reason, "451") != NULL ||
           strstr(reason, "403") != NULL;
}

static void lose(struct feed_conn *conn, enum feed_state state, const char *reason) {
    struct feed_socket *socket = socket_of(conn);
    struct venue_feed *feed = conn->feed;
    conn->client = NULL;
    conn->open = false;
    if (conn != &socket->conns[socket->active]) { /* a replacement, or the old one of two */
        socket->retire_ns = 0;
        socket->renew_ns = clock_mono_ns() + RENEW_RETRY_MS * NS_PER_MS;
        return;
    }
    struct feed_conn *other = &socket->conns[1 - socket->active];
    if (other->client != NULL) { /* the replacement takes over early */
        socket->active = 1 - socket->active;
        socket->retire_ns = 0;
    }
    if (conn->last_ns > 0) {
        note_hole(feed, conn->kind);
    }
    set_state(socket, state, reason);
    if (other->client != NULL) {
        return;
    }
    feed_count(&feed->stats.reconnects, 1);
    stat_add(STAT_feed_reconnects, 1);
    const int64_t delay_ms = state == FEED_FAULT
                                 ? FAULT_RETRY_MS
                                 : net_service_backoff_ms(feed->desc.service, socket->attempt++);
    socket->retry_ns = clock_mono_ns() + delay_ms * NS_PER_MS;
}

static void on_close(void *user, enum status status, const char *reason) {
    struct feed_conn *conn = user;
    char text[VENUE_REASON_BYTES];
    const bool refused = is_refusal(status, reason);
    str_format(text, sizeof text, "%s", reason[0] != '\0' ? reason : status_text(status));
    LOG_INFO("binance /%s: connection ended: %s", sockets[conn->kind].path, text);
    lose(conn, refused ? FEED_FAULT : FEED_LOST, text);
}

static const struct ws_client_ops client_ops = {
    .on_open = on_open, .on_message = on_message, .on_close = on_close};

static void open_conn(struct feed_conn *conn) {
    char url[FEED_URL_BYTES];
    struct venue_feed *feed = conn->feed;
    enum status why = STATUS_RANGE;
    conn->open = false;
    conn->opened_ns = clock_mono_ns();
    conn->last_ns = 0;
    conn->serial = ++feed->serial;
    if (make_url(feed, conn->kind, url)) {
        conn->client = ws_client_open(
            feed->desc.service,
            &(struct ws_client_desc){.url = url, .ops = &client_ops, .user = conn}, &why);
    }
    if (conn->client == NULL) {
        lose(conn, why == STATUS_MEMORY ? FEED_LOST : FEED_FAULT, status_text(why));
    }
}

void feed_sockets_open(struct venue_feed *feed) {
    for (int i = 0; i < SOCKET_COUNT; i++) {
        for (int c = 0; c < 2; c++) {
            feed->sockets[i].conns[c].feed = feed;
            feed->sockets[i].conns[c].kind = (enum feed_socket_kind)i;
        }
        feed->sockets[i].retry_ns = 0;
        open_conn(&feed->sockets[i].conns[feed->sockets[i].active]);
    }
}

static void close_conn(struct feed_conn *conn) {
    ws_client_close(conn->client);
    conn->client = NULL;
    conn->open = false;
}

void feed_sockets_close(struct venue_feed *feed) {
    for (int i = 0; i < SOCKET_COUNT; i++) {
        close_conn(&feed->sockets[i].conns[0]);
        close_conn(&feed->sockets[i].conns[1]);
    }
}

/* Accepted, then silent: a fault that looks like calm. */
static void check_silence(struct venue_feed *feed, struct feed_conn *conn, int64_t now_ns) {
    const int64_t since_ns = conn->last_ns > conn->opened_ns ? conn->last_ns : conn->opened_ns;
    char reason[VENUE_REASON_BYTES];
    if (!conn->open || now_ns - since_ns <= feed->desc.stall_ms * NS_PER_MS) {
        return;
    }
    str_format(reason, sizeof reason, "/%s silent for %d s", sockets[conn->kind].path,
               feed->desc.stall_ms / 1000);
    feed_count(&feed->stats.stalls, 1);
    stat_add(STAT_feed_stalls, 1);
    ws_client_close(conn->client);
    lose(conn, FEED_STALE, reason);
}

/* One stream of several was accepted and is silent: the others go on, the lamp says which. */
static void check_pulses(struct venue_feed *feed, struct feed_socket *socket, int64_t now_ns) {
    const struct feed_conn *conn = &socket->conns[socket->active];
    const struct feed_instrument *silent = NULL;
    if (!conn->open || conn->last_ns == 0) {
        return; /* check_silence judges the whole */
    }
    for (int i = 0; i < feed->instrument_count && silent == NULL; i++) {
        const struct feed_instrument *instrument = &feed->instruments[i];
        const int64_t heard_ns = instrument->pulse_ns[conn->kind];
        const int64_t since_ns = heard_ns > conn->opened_ns ? heard_ns : conn->opened_ns;
        if (instrument->history != HISTORY_UNKNOWN &&
            now_ns - since_ns > feed->desc.stall_ms * NS_PER_MS) {
            silent = instrument;
        }
    }
    if (silent == NULL && socket->state == FEED_STALE) {
        set_state(socket, FEED_LIVE, "");
    } else if (silent != NULL && socket->state == FEED_LIVE) {
        char reason[VENUE_REASON_BYTES];
        str_format(reason, sizeof reason, "%s %s silent", silent->symbol->text,
                   sockets[conn->kind].pulse);
        feed_count(&feed->stats.stalls, 1);
        stat_add(STAT_feed_stalls, 1);
        set_state(socket, FEED_STALE, reason);
    }
}

static void socket_tick(struct venue_feed *feed, struct feed_socket *socket, int64_t now_ns) {
    struct feed_conn *conn = &socket->conns[socket->active];
    struct feed_conn *other = &socket->conns[1 - socket->active];
    if (conn->client == NULL) {
        if (socket->retry_ns != 0 && now_ns >= socket->retry_ns) {
            socket->retry_ns = 0;
            open_conn(conn);
        }
        return;
    }
    if (socket->retire_ns != 0 && now_ns >= socket->retire_ns) {
        socket->retire_ns = 0;
        close_conn(other);
    }
    if (other->client == NULL && conn->open && now_ns >= socket->renew_ns &&
        now_ns - conn->opened_ns > feed->desc.session_ms * NS_PER_MS) {
        open_conn(other);
    }
    check_silence(feed, conn, now_ns);
    check_pulses(feed, socket, now_ns);
}

void feed_sockets_tick(struct venue_feed *feed, int64_t now_ns) {
    for (int i = 0; i < SOCKET_COUNT; i++) {
        socket_tick(feed, &feed->sockets[i], now_ns);
    }
}
