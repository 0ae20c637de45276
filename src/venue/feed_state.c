#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "venue/feed_inside.h"

enum {
    SKEW_MS = 5000,
    SKEW_WINDOW_MS = 10000,
    NOTICE_MS = 600000 /* so long an error that the venue told is shown */
};

static int badness(enum feed_state state) {
    static const int rank[] = {[FEED_OFF] = 1,   [FEED_CONNECTING] = 2, [FEED_LIVE] = 0,
                               [FEED_STALE] = 3, [FEED_LOST] = 4,       [FEED_FAULT] = 5};
    return rank[state];
}

/* The lamp's text is short: of "host:port: self-signed certificate" the cause. */
static const char *cause_of(const char *reason) {
    const char *colon = strstr(reason, ": ");
    while (colon != NULL) {
        reason = colon + 2;
        colon = strstr(reason, ": ");
    }
    return reason;
}

void feed_state_set(struct feed_socket *socket, enum feed_state state, const char *reason) {
    socket->state = state;
    str_copy(socket->reason, sizeof socket->reason, reason);
}

/* How far this machine's clock is from the venue's: the least of wall minus sent time, which has
 * the shortest way in it. */
void feed_state_clock(struct venue_feed *feed, int64_t now_ns) {
    if (feed->sent_ms == 0) {
        return;
    }
    const int64_t skew_ms =
        clock_wall_ms() - (now_ns - feed->sent_recv_ns) / NS_PER_MS - feed->sent_ms;
    feed->sent_ms = 0;
    if (feed->skew_until_ns == 0 || skew_ms < feed->skew_ms) {
        feed->skew_ms = skew_ms;
        feed->skew_known = true;
    }
    if (feed->skew_until_ns == 0) {
        feed->skew_until_ns = now_ns + SKEW_WINDOW_MS * NS_PER_MS;
    } else if (now_ns >= feed->skew_until_ns) {
        /* relaxed: a figure for a lamp */
        atomic_store_explicit(&feed->stats.skew_ms, feed->skew_ms, memory_order_relaxed);
        feed->skewed = !feed->desc.demo && (feed->skew_ms > SKEW_MS || feed->skew_ms < -SKEW_MS);
        feed->skew_until_ns = 0;
    }
}

/* What is said while the feed is live; "": nothing. False: it is no trouble. */
static bool fill_notice(const struct venue_feed *feed, char out[VENUE_REASON_BYTES]) {
    const int percent = feed_history_percent(feed) / 10 * 10; /* told in tens */
    /* relaxed: a figure for a lamp */
    const int64_t skew_ms = atomic_load_explicit(&feed->stats.skew_ms, memory_order_relaxed);
    if (feed->rest_reason[0] != '\0') {
        str_copy(out, VENUE_REASON_BYTES, feed->rest_reason);
    } else if (percent < 100) {
        str_format(out, VENUE_REASON_BYTES, "back-fill %d %%", percent);
        return false;
    } else if (feed->skewed) {
        str_format(out, VENUE_REASON_BYTES, "clock %" PRId64 " s %s",
                   (skew_ms < 0 ? -skew_ms : skew_ms) / 1000, skew_ms < 0 ? "behind" : "ahead");
    } else {
        const bool recent = clock_mono_ns() - feed->notice_ns < NOTICE_MS * NS_PER_MS;
        str_copy(out, VENUE_REASON_BYTES,
                 feed->delisted[0] != '\0' ? feed->delisted
                 : recent                  ? feed->notice
                                           : "");
    }
    return true;
}

/* The worst of the sockets, told when it changes. */
void feed_state_tell(struct venue_feed *feed) {
    const struct feed_socket *worst = &feed->sockets[0];
    char notice[VENUE_REASON_BYTES];
    for (int i = 1; i < feed->socket_count; i++) {
        if (badness(feed->sockets[i].state) > badness(worst->state)) {
            worst = &feed->sockets[i];
        }
    }
    const enum feed_state state = feed->fault ? FEED_FAULT : worst->state;
    const char *reason = feed->fault ? feed->fault_reason : worst->reason;
    bool is_trouble = true;
    if (state == FEED_LIVE && reason[0] == '\0') {
        is_trouble = fill_notice(feed, notice);
        reason = notice;
    }
    if (state == feed->state_told && strcmp(reason, feed->reason_told) == 0) {
        return;
    }
    struct event slot = {.kind = EVENT_FEED,
                         .flags = (uint8_t)(EVENT_FLAG_BEGIN | EVENT_FLAG_END |
                                            (feed->desc.demo ? EVENT_FLAG_DEMO : 0)),
                         .instrument = INSTRUMENT_NONE,
                         .ts_ms = feed->server_ms};
    /* relaxed: a counter, written on this thread */
    slot.u.feed.lost_count = atomic_load_explicit(&feed->stats.events_lost, memory_order_relaxed);
    slot.u.feed.state = (uint8_t)state;
    slot.u.feed.venue = (uint8_t)feed->dialect->id;
    str_copy(slot.u.feed.reason, sizeof slot.u.feed.reason, cause_of(reason));
    if (!feed_push_plain(feed, &slot, 1)) {
        return; /* the next tick tells it */
    }
    /* A fault goes to whoever started the feed, which ends or shows it; what mends itself is told
     * here. */
    if (badness(state) > badness(FEED_CONNECTING) && state != FEED_FAULT) {
        LOG_WARN("%s: feed is not live: %s", feed->name, reason);
    } else if (state == FEED_LIVE && reason[0] != '\0' && is_trouble) {
        LOG_WARN("%s: %s", feed->name, reason);
    }
    feed->state_told = state;
    str_copy(feed->reason_told, sizeof feed->reason_told, reason);
    atomic_store_explicit(&feed->stats.state, (int)state, memory_order_relaxed); /* for a lamp */
}
