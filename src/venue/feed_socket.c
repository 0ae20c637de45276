#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/stat.h"
#include "base/str.h"
#include "venue/feed_inside.h"

enum {
    STABLE_MS = 60000,      /* of data, after which back-off begins anew */
    OVERLAP_MS = 2000,      /* both connections of a socket live this long */
    OVERLAP_MAX_MS = 60000, /* and so long where the old one is behind */
    ANSWER_MAX_MS = 15000,  /* a venue that answers no ping has read what was sent by then */
    RENEW_RETRY_MS = 60000,
    FAULT_RETRY_MS = 300000, /* refused for good: ask seldom */
    LIMITED_RETRY_MS = 60000 /* too many, without a Retry-After */
};

static bool make_url(const struct feed_conn *conn, char url[FEED_URL_BYTES]) {
    const struct venue_feed *feed = conn->feed;
    const struct feed_socket *socket = conn->socket;
    const struct venue_socket *kind = feed_socket_kind(feed, socket);
    const struct venue_subscription what = {.socket = socket->kind,
                                            .symbols = socket->symbols,
                                            .count = socket->symbol_count,
                                            .now_ms = clock_wall_ms()};
    char path[VENUE_PATH_BYTES];
    bool fits = true;
    if (feed->dialect->socket_path != NULL) {
        fits = feed->dialect->socket_path(&what, path);
    } else {
        fits = str_copy(path, sizeof path, kind->path);
    }
    const char *host = kind->host != NULL && !feed->ws_given ? kind->host : feed->ws_url;
    return fits && str_format(url, FEED_URL_BYTES, "%s%s", host, path);
}

/* Symbols that the venue does not list are not asked for. */
static void choose_symbols(struct venue_feed *feed, struct feed_socket *socket) {
    struct venue_symbol **symbols = socket->symbols;
    size_t kept = 0;
    for (size_t i = 0; i < socket->symbol_total; i++) {
        if (feed_is_listed(feed_find_symbol(feed, symbols[i]))) {
            struct venue_symbol *symbol = symbols[i];
            symbols[i] = symbols[kept];
            symbols[kept++] = symbol;
        }
    }
    socket->symbol_count = kept > 0 ? kept : socket->symbol_total;
}

/* Nothing that never rests comes on it, or of nothing that is listed: its silence says nothing. */
static bool may_rest(const struct feed_conn *conn) {
    const struct feed_socket *socket = conn->socket;
    bool listed = false;
    for (size_t i = 0; i < socket->symbol_count && !listed; i++) {
        listed = feed_is_listed(feed_find_symbol(conn->feed, socket->symbols[i]));
    }
    return feed_socket_kind(conn->feed, socket)->pulse == 0 || !listed;
}

static void on_open(void *user) {
    struct feed_conn *conn = user;
    conn->open = true;
    conn->opened_ns = clock_mono_ns();
    feed_send_open(conn, conn->opened_ns);
}

void feed_socket_delivers(struct feed_conn *conn, int64_t now_ns) {
    struct feed_socket *socket = conn->socket;
    if (conn->data_ns == 0) {
        feed_state_set(socket, FEED_LIVE, "");
        if (conn != &socket->conns[socket->active]) { /* the replacement delivers */
            socket->conns[socket->active].asked_ns = 0;
            socket->conns[socket->active].told = false;
            socket->active = 1 - socket->active;
            socket->retire_ns = now_ns + OVERLAP_MS * NS_PER_MS;
        }
    }
    conn->data_ns = now_ns;
}

void feed_socket_answered(struct feed_conn *conn, int64_t now_ns) {
    struct venue_feed *feed = conn->feed;
    const struct feed_socket *socket = conn->socket;
    const unsigned channels = feed_socket_kind(feed, socket)->channels;
    conn->answered_ns = now_ns;
    conn->answered_ms = feed_clock_ms(feed);
    for (size_t i = 0; i < socket->symbol_count; i++) {
        if ((channels & CHANNEL_BIT(CHANNEL_LIQUIDATION)) != 0) {
            feed_forced_join(feed, feed_find_symbol(feed, socket->symbols[i]), conn->answered_ms);
        }
    }
}

/* A venue reads in order: with the ping it has read what was sent before. */
static void on_pong(void *user) {
    struct feed_conn *conn = user;
    if (conn->spoken_ns != 0 && conn->answered_ns == 0) {
        feed_socket_answered(conn, clock_mono_ns());
    }
    conn->told = conn->asked_ns != 0;
}

static void on_message(void *user, const char *bytes, size_t len, bool binary, int64_t recv_ns) {
    struct feed_conn *conn = user;
    struct venue_feed *feed = conn->feed;
    struct span text = {bytes, len};
    if (recv_ns - conn->opened_ns > STABLE_MS * NS_PER_MS) {
        conn->socket->attempt = 0;
    }
    conn->heard_ns = recv_ns;
    feed_count(&feed->stats.messages, 1);
    feed_count(&feed->stats.bytes, (int64_t)len);
    stat_add(STAT_messages_received, 1);
    stat_add(STAT_bytes_received, (int64_t)len);
    /* relaxed: an age for a lamp */
    atomic_store_explicit(&feed->stats.last_message_ns, recv_ns, memory_order_relaxed);
    if (binary && feed_socket_kind(feed, conn->socket)->gzip &&
        inflate_run(feed->inflater, bytes, len, &text) != STATUS_OK) {
        feed_count(&feed->stats.malformed, 1);
        stat_add(STAT_messages_malformed, 1);
        return;
    }
    feed_live_take(conn, text.bytes, text.len, recv_ns);
}

static void lose(struct feed_conn *conn, enum feed_state state, const char *reason,
                 int64_t delay_ms) {
    struct feed_socket *socket = conn->socket;
    struct venue_feed *feed = conn->feed;
    conn->client = NULL;
    conn->open = false;
    if (conn != &socket->conns[socket->active]) { /* a replacement, or the old one of two */
        const int64_t now_ns = clock_mono_ns();
        if (socket->retire_ns != 0 &&
            !feed_overlap_has_met(conn, &socket->conns[socket->active], now_ns)) {
            feed_overlap_lose(conn);
        }
        socket->retire_ns = 0;
        socket->renew_ns = now_ns + RENEW_RETRY_MS * NS_PER_MS;
        return;
    }
    struct feed_conn *other = &socket->conns[1 - socket->active];
    if (other->client != NULL) { /* the replacement takes over early */
        socket->active = 1 - socket->active;
        socket->retire_ns = 0;
    }
    if (conn->data_ns > 0 || conn->answered_ns != 0) {
        feed_overlap_lose(conn);
    }
    feed_state_set(socket, state, reason);
    if (other->client != NULL) {
        return;
    }
    feed_count(&feed->stats.reconnects, 1);
    stat_add(STAT_feed_reconnects, 1);
    if (delay_ms < 0) {
        delay_ms = state == FEED_FAULT
                       ? FAULT_RETRY_MS
                       : net_service_backoff_ms(feed->desc.service, socket->attempt++);
    }
    socket->retry_ns = clock_mono_ns() + delay_ms * NS_PER_MS;
}

/* An upgrade that was refused, in words; how long to wait, -1: as after any loss. */
static enum feed_state judge_refusal(int http_code, int retry_after_s, char *text,
                                     int64_t *delay_ms) {
    *delay_ms = retry_after_s >= 0 ? retry_after_s * INT64_C(1000) : -1;
    switch (http_code) {
    case 451:
        str_format(text, VENUE_REASON_BYTES, "HTTP 451, region blocked");
        return FEED_FAULT;
    case 403:
        str_format(text, VENUE_REASON_BYTES, "HTTP 403, region or ban");
        return FEED_FAULT;
    case 418:
    case 429:
        *delay_ms = *delay_ms < 0 ? LIMITED_RETRY_MS : *delay_ms;
        str_format(text, VENUE_REASON_BYTES, "HTTP %d, again in %" PRId64 " s", http_code,
                   *delay_ms / 1000);
        return http_code == 418 ? FEED_FAULT : FEED_LOST;
    default:
        return FEED_LOST;
    }
}

static void on_close(void *user, enum status status, const char *reason) {
    struct feed_conn *conn = user;
    char text[VENUE_REASON_BYTES];
    int http_code = 0, retry_after_s = -1;
    int64_t delay_ms = -1;
    str_format(text, sizeof text, "%s", reason[0] != '\0' ? reason : status_text(status));
    ws_client_refusal(conn->client, &http_code, &retry_after_s);
    enum feed_state state = judge_refusal(http_code, retry_after_s, text, &delay_ms);
    state = status == STATUS_UNTRUSTED ? FEED_FAULT : state;
    LOG_INFO("%s /%s: connection ended: %s", conn->feed->name,
             feed_socket_kind(conn->feed, conn->socket)->name, text);
    lose(conn, state, text, delay_ms);
}

static const struct ws_client_ops client_ops = {
    .on_open = on_open, .on_pong = on_pong, .on_message = on_message, .on_close = on_close};

static void forget_trades(const struct feed_conn *conn) {
    const struct feed_socket *socket = conn->socket;
    if ((feed_socket_kind(conn->feed, socket)->channels & CHANNEL_BIT(CHANNEL_TRADE)) == 0) {
        return;
    }
    for (size_t i = 0; i < socket->symbol_count; i++) {
        struct feed_instrument *instrument = feed_find_symbol(conn->feed, socket->symbols[i]);
        instrument->trades_of[conn - socket->conns] = (struct feed_trades){.first_ms = 0};
    }
}

static void open_conn(struct feed_conn *conn) {
    char url[FEED_URL_BYTES];
    struct venue_feed *feed = conn->feed;
    enum status why = STATUS_RANGE;
    conn->open = conn->replace = conn->told = false;
    conn->spoken_ns = conn->answered_ns = conn->answered_ms = conn->asked_ns = 0;
    conn->step = 0;
    conn->opened_ns = clock_mono_ns();
    conn->heard_ns = conn->data_ns = 0;
    conn->first_ms = conn->last_ms = 0;

    conn->serial = ++feed->serial;
    choose_symbols(feed, conn->socket);
    forget_trades(conn);
    if (make_url(conn, url)) {
        const struct ws_client_desc desc = {.url = url,
                                            .ops = &client_ops,
                                            .user = conn,
                                            .header = feed_socket_kind(feed, conn->socket)->header};
        conn->client = ws_client_open(feed->desc.service, &desc, &why);
    }
    if (conn->client == NULL) {
        lose(conn, why == STATUS_MEMORY ? FEED_LOST : FEED_FAULT, status_text(why), -1);
    }
}

void feed_sockets_open(struct venue_feed *feed) {
    for (int i = 0; i < feed->socket_count; i++) {
        struct feed_socket *socket = &feed->sockets[i];
        socket->retry_ns = 0;
        open_conn(&socket->conns[socket->active]);
    }
}

static void close_conn(struct feed_conn *conn) {
    ws_client_close(conn->client);
    conn->client = NULL;
    conn->open = false;
}

void feed_sockets_close(struct venue_feed *feed) {
    for (int i = 0; i < feed->socket_count; i++) {
        close_conn(&feed->sockets[i].conns[0]);
        close_conn(&feed->sockets[i].conns[1]);
    }
}

/* The old one of two: books that only it has brought so far are lost with it. */
static void retire(struct feed_conn *conn) {
    const struct feed_socket *socket = conn->socket;
    for (size_t i = 0; i < socket->symbol_count; i++) {
        struct feed_instrument *instrument = feed_find_symbol(conn->feed, socket->symbols[i]);
        if (!conn->feed->dialect->book_by_request && instrument->book_serial == conn->serial) {
            feed_book_lose(conn->feed, instrument, conn->serial);
        }
    }
    close_conn(conn);
}

/* Accepted, then silent: a fault that looks like calm. (That the other end is there is seen to by
 * the connection itself, which pings.) */
static void check_silence(struct venue_feed *feed, struct feed_conn *conn, int64_t now_ns) {
    const int64_t since_ns = conn->data_ns > conn->opened_ns ? conn->data_ns : conn->opened_ns;
    char reason[VENUE_REASON_BYTES];
    if (!conn->open || may_rest(conn) || now_ns - since_ns <= feed->desc.stall_ms * NS_PER_MS) {
        return;
    }
    str_format(reason, sizeof reason, "/%s silent for %d s",
               feed_socket_kind(feed, conn->socket)->name, feed->desc.stall_ms / 1000);
    feed_count(&feed->stats.stalls, 1);
    stat_add(STAT_feed_stalls, 1);
    ws_client_close(conn->client);
    lose(conn, FEED_STALE, reason, -1);
}

static const char *pulse_name(const struct venue_socket *kind) {
    int channel = 0;
    while ((kind->pulse >> channel & 1U) == 0) {
        channel++;
    }
    return kind->pulse_name != NULL ? kind->pulse_name
                                    : venue_channel_name((enum venue_channel)channel);
}

/* One stream of several was accepted and is silent: the others go on, the lamp says which. */
static void check_pulses(struct venue_feed *feed, struct feed_socket *socket, int64_t now_ns) {
    const struct feed_conn *conn = &socket->conns[socket->active];
    const struct feed_instrument *silent = NULL;
    if (!conn->open || conn->data_ns == 0 || may_rest(conn)) {
        return; /* check_silence judges the whole */
    }
    for (size_t i = 0; i < socket->symbol_count && silent == NULL; i++) {
        const struct feed_instrument *instrument = feed_find_symbol(feed, socket->symbols[i]);
        const int64_t heard_ns = instrument->pulse_ns[socket->kind];
        const int64_t since_ns = heard_ns > conn->opened_ns ? heard_ns : conn->opened_ns;
        if (feed_is_listed(instrument) && now_ns - since_ns > feed->desc.stall_ms * NS_PER_MS) {
            silent = instrument;
        }
    }
    if (silent == NULL && socket->state == FEED_STALE) {
        feed_state_set(socket, FEED_LIVE, "");
    } else if (silent != NULL && socket->state == FEED_LIVE) {
        char reason[VENUE_REASON_BYTES];
        str_format(reason, sizeof reason, "%s %s silent", silent->symbol->text,
                   pulse_name(feed_socket_kind(feed, socket)));
        feed_count(&feed->stats.stalls, 1);
        stat_add(STAT_feed_stalls, 1);
        feed_state_set(socket, FEED_STALE, reason);
    }
}

/* Two are open: the older goes once it may. */
static void check_overlap(struct feed_socket *socket, int64_t now_ns) {
    struct feed_conn *conn = &socket->conns[socket->active];
    struct feed_conn *old = &socket->conns[1 - socket->active];
    if (conn->spoken_ns == 0) {
        socket->retire_ns = now_ns + OVERLAP_MS * NS_PER_MS; /* from its last request on */
    }
    if (conn->answered_ns != 0 && old->asked_ns == 0) {
        old->asked_ns = now_ns;
        ws_client_ping(old->client);
    }
    if (now_ns < socket->retire_ns) {
        return;
    }
    const bool met = feed_overlap_has_met(old, conn, now_ns);
    if (met || now_ns - socket->retire_ns > OVERLAP_MAX_MS * NS_PER_MS) {
        if (!met) {
            feed_overlap_lose(old);
        }
        socket->retire_ns = 0;
        retire(old);
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
    if (socket->retire_ns != 0) {
        check_overlap(socket, now_ns);
    }
    const bool is_due =
        conn->replace || now_ns - conn->opened_ns > feed->desc.session_ms * NS_PER_MS;
    if (other->client == NULL && conn->open && now_ns >= socket->renew_ns && is_due) {
        open_conn(other);
    }
    for (int c = 0; c < 2; c++) {
        struct feed_conn *each = &socket->conns[c];
        if (each->open) {
            feed_send_tick(each, now_ns);
        }
        if (each->open && each->spoken_ns != 0 && each->answered_ns == 0 &&
            now_ns - each->spoken_ns > ANSWER_MAX_MS * NS_PER_MS) {
            feed_socket_answered(each, now_ns);
        }
    }
    check_silence(feed, conn, now_ns);
    check_pulses(feed, socket, now_ns);
    feed_live_tick(&socket->conns[socket->active]);
}

void feed_sockets_tick(struct venue_feed *feed, int64_t now_ns) {
    for (int i = 0; i < feed->socket_count; i++) {
        socket_tick(feed, &feed->sockets[i], now_ns);
    }
}
