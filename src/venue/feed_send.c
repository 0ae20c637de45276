#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/stat.h"
#include "base/str.h"
#include "venue/feed_inside.h"

enum {
    SENDS_A_SECOND = 5,
    BOOK_WAIT_MS = 10000, /* for a book that was asked to begin anew, before it is asked again */
    BOOK_DOUBLED_MAX = 6  /* to ten minutes: venues allow some hundreds of such requests an hour */
};

static bool send_text(struct feed_conn *conn, const char *text, size_t len) {
    return len > 0 && ws_client_send(conn->client, text, len);
}

/* The next message may go that much later. */
static void space_out(struct feed_conn *conn, int64_t now_ns) {
    const int rate = feed_socket_kind(conn->feed, conn->socket)->sends_per_s;
    conn->send_ns = now_ns + 1000 / (rate > 0 ? rate : SENDS_A_SECOND) * NS_PER_MS;
}

static struct venue_subscription all_of(const struct feed_conn *conn) {
    return (struct venue_subscription){.socket = conn->socket->kind,
                                       .symbols = conn->socket->symbols,
                                       .count = conn->socket->symbol_count,
                                       .now_ms = clock_wall_ms()};
}

/* Venues that want pings in words need not answer those of the protocol. */
static bool pings_in_words(const struct feed_conn *conn) {
    const struct venue_socket *kind = feed_socket_kind(conn->feed, conn->socket);
    return kind->ping_ms > 0 && !kind->ping_frame && conn->feed->dialect->ping != NULL;
}

static void say_ping(struct feed_conn *conn) {
    char text[VENUE_REPLY_BYTES];
    send_text(conn, text, conn->feed->dialect->ping(conn->socket->kind, clock_wall_ms(), text));
}

/* Everything is said; the answer to a ping says that it was read. */
static void end_speech(struct feed_conn *conn, int64_t now_ns) {
    conn->spoken_ns = now_ns;
    if (pings_in_words(conn)) {
        say_ping(conn);
    }
    if (conn->step == 0) { /* the address has said it */
        feed_socket_answered(conn, now_ns);
    }
    ws_client_ping(conn->client);
    if (feed_socket_kind(conn->feed, conn->socket)->pulse == 0) {
        feed_socket_delivers(conn, now_ns);
    }
}

static void speak(struct feed_conn *conn, int64_t now_ns) {
    struct venue_feed *feed = conn->feed;
    const struct venue_subscription what = all_of(conn);
    const size_t len = feed->dialect->subscribe == NULL
                           ? 0
                           : feed->dialect->subscribe(&what, conn->step, feed->text);
    if (len == 0) {
        end_speech(conn, now_ns);
    } else if (send_text(conn, feed->text, len)) {
        conn->step++;
        space_out(conn, now_ns);
    }
}

/* One message of those that begin a lost book anew. False: none is due. */
static bool ask_book(struct feed_conn *conn, struct feed_instrument *instrument, int64_t now_ns) {
    struct venue_feed *feed = conn->feed;
    const struct venue_subscription what = all_of(conn);
    if (instrument->again_ns == 0 || now_ns < instrument->again_ns) {
        return false;
    }
    const size_t len =
        feed->dialect->book_again(&what, instrument->symbol, instrument->again_step, feed->text);
    if (len == 0) { /* all is asked: wait for the snapshot, then ask once more, ever more seldom */
        const int doubled = instrument->again_count < BOOK_DOUBLED_MAX ? instrument->again_count++
                                                                       : BOOK_DOUBLED_MAX;
        instrument->again_step = 0;
        instrument->again_ns = now_ns + ((int64_t)BOOK_WAIT_MS << doubled) * NS_PER_MS;
        return false;
    }
    if (send_text(conn, feed->text, len)) {
        instrument->again_step++;
        space_out(conn, now_ns);
    }
    return true;
}

static void ask_books(struct feed_conn *conn, int64_t now_ns) {
    const struct feed_socket *socket = conn->socket;
    const struct venue_feed *feed = conn->feed;
    const bool has_books =
        (feed_socket_kind(feed, socket)->channels & CHANNEL_BIT(CHANNEL_BOOK)) != 0;
    if (feed->dialect->book_again == NULL || !has_books || conn != &socket->conns[socket->active]) {
        return;
    }
    for (size_t i = 0; i < socket->symbol_count; i++) {
        if (ask_book(conn, feed_find_symbol(conn->feed, socket->symbols[i]), now_ns)) {
            return;
        }
    }
}

static void ping(struct feed_conn *conn, int64_t now_ns) {
    const struct venue_socket *kind = feed_socket_kind(conn->feed, conn->socket);
    if (kind->ping_ms <= 0 || now_ns < conn->ping_ns) {
        return;
    }
    conn->ping_ns = now_ns + kind->ping_ms * NS_PER_MS;
    if (kind->ping_frame) {
        ws_client_ping(conn->client);
    } else if (pings_in_words(conn)) {
        say_ping(conn);
    }
}

void feed_send_open(struct feed_conn *conn, int64_t now_ns) {
    conn->send_ns = now_ns;
    conn->ping_ns = now_ns + feed_socket_kind(conn->feed, conn->socket)->ping_ms * NS_PER_MS;
    speak(conn, now_ns);
}

void feed_send_tick(struct feed_conn *conn, int64_t now_ns) {
    ping(conn, now_ns);
    /* Several may be due within a tick. */
    for (int i = 0; i < 8 && conn->spoken_ns == 0 && now_ns >= conn->send_ns; i++) {
        const int64_t due_ns = conn->send_ns;
        speak(conn, due_ns);
    }
    if (conn->spoken_ns != 0 && now_ns >= conn->send_ns) {
        ask_books(conn, now_ns);
    }
}

void feed_send_control(struct feed_conn *conn, const struct venue_message *message) {
    struct venue_feed *feed = conn->feed;
    switch (message->control) {
    case CONTROL_ANSWER:
        send_text(conn, message->reply, strlen(message->reply));
        break;
    case CONTROL_RECONNECT:
        conn->replace = true;
        break;
    case CONTROL_ERROR:
        feed_error_tell(feed, feed_socket_kind(feed, conn->socket)->name, message->reply,
                        strlen(message->reply));
        break;
    case CONTROL_ALIVE:
        if (pings_in_words(conn) && conn->spoken_ns != 0 && conn->answered_ns == 0) {
            feed_socket_answered(conn, clock_mono_ns());
        }
        feed_count(&feed->stats.ignored, 1);
        stat_add(STAT_messages_ignored, 1);
        break;
    default:
        feed_count(&feed->stats.ignored, 1);
        stat_add(STAT_messages_ignored, 1);
        break;
    }
}
