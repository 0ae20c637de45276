#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "venue/feed_inside.h"

enum {
    LIST_MS = 3600000,   /* the list is asked for anew */
    TIME_WAIT_MS = 5000, /* for a message that says what time it is there */
    MARK_WAIT_MS = 5000  /* for the mark price that a margin table is read by */
};

void feed_list_index(struct venue_feed *feed) {
    memset(feed->by_instrument, 0xff, sizeof feed->by_instrument); /* -1 */
    for (int i = 0; i < feed->instrument_count; i++) {
        feed->by_instrument[feed->instruments[i].symbol->instrument] = (int16_t)i;
    }
}

/* Facts and margin tables go out at once: before the market they are about. */
static void push_facts(struct venue_feed *feed, const struct venue_message *message) {
    const struct event *slots = feed->parser->slots;
    size_t n = 0;
    for (size_t at = 0; at < message->count; at += n) {
        n = event_message_slots(slots + at, message->count - at);
        struct feed_instrument *instrument = feed_find_slot(feed, &slots[at]);
        if (instrument != NULL) {
            feed_push(feed, instrument, slots + at, n);
        }
    }
}

static bool ask_list(struct venue_feed *feed, enum venue_request_kind kind, int instrument,
                     const char *cursor) {
    struct feed_request request = {
        .kind = kind, .instrument = instrument, .round = feed->list_round};
    str_copy(request.cursor, sizeof request.cursor, cursor);
    return feed_request_add(feed, &request);
}

/* The venue lists it: what it is worth now, then its margin table (the model is made of what a
 * venue tells before its market), then its past. */
static void start_instrument(struct venue_feed *feed, int index, bool tables_come) {
    struct feed_instrument *instrument = &feed->instruments[index];
    ask_list(feed, VENUE_REQUEST_TICKER, index, "");
    instrument->history = HISTORY_TIERS;
    if (!tables_come) {
        const int64_t wait_ms = feed->dialect->tiers_by_mark ? MARK_WAIT_MS : 0;
        instrument->tiers_due_ns = clock_mono_ns() + wait_ms * NS_PER_MS;
    }
}

/* A table in contracts is worth what the mark says: asked for before that is known, its answer
 * could not be read. */
static void ask_tiers(struct venue_feed *feed, int index, int64_t now_ns) {
    struct feed_instrument *instrument = &feed->instruments[index];
    const bool known = instrument->symbol->mark.mantissa > 0;
    if (instrument->tiers_due_ns == 0 || (now_ns < instrument->tiers_due_ns && !known)) {
        return;
    }
    instrument->tiers_due_ns = 0;
    if (!ask_list(feed, VENUE_REQUEST_TIERS, index, "")) {
        feed_history_begin(feed, instrument);
    }
}

static void start_instruments(struct venue_feed *feed) {
    const bool tables_come = ask_list(feed, VENUE_REQUEST_TIERS, -1, "");
    for (int i = 0; i < feed->instrument_count; i++) {
        if (feed->instruments[i].history == HISTORY_WAITING &&
            feed->instruments[i].symbol->listed) {
            start_instrument(feed, i, tables_come);
        }
    }
}

/* -- what is listed -- */

/* Its connections are replaced by such as have it among their subscriptions. */
static void subscribe_anew(struct venue_feed *feed, const struct feed_instrument *instrument) {
    for (int kind = 0; kind < feed->dialect->socket_count; kind++) {
        if (instrument->socket[kind] >= 0) {
            struct feed_socket *socket = &feed->sockets[instrument->socket[kind]];
            socket->conns[0].replace = socket->conns[1].replace = true;
            socket->renew_ns = 0;
        }
    }
}

/* True: it is to be started. */
static bool judge_listed(struct venue_feed *feed, struct feed_instrument *instrument) {
    const char *text = instrument->symbol->text;
    const bool listed = instrument->symbol->listed;
    const bool unknown = instrument->history == HISTORY_UNKNOWN;
    if (listed && (unknown || instrument->gone)) {
        LOG_INFO("%s: %s is listed now", feed->name, text);
        subscribe_anew(feed, instrument);
    }
    if (!listed && (unknown || instrument->history == HISTORY_WAITING)) {
        instrument->history = HISTORY_UNKNOWN;
        feed->fault = true;
        str_format(feed->fault_reason, sizeof feed->fault_reason, "unknown symbol %s", text);
        return false;
    }
    instrument->gone = !listed;
    if (!listed) {
        str_format(feed->delisted, sizeof feed->delisted, "%s was delisted", text);
    }
    instrument->history = unknown ? HISTORY_WAITING : instrument->history;
    return instrument->history == HISTORY_WAITING;
}

/* Every page of the list is here. */
static void end_list(struct venue_feed *feed) {
    bool is_new = false;
    feed_list_index(feed);
    feed->fault = false;
    feed->delisted[0] = '\0';
    for (int i = 0; i < feed->instrument_count; i++) {
        is_new = judge_listed(feed, &feed->instruments[i]) || is_new;
    }
    if (!feed->listed || is_new) {
        feed->listed = true;
        feed->listed_ns = clock_mono_ns();
    }
}

void feed_list_part(struct venue_feed *feed) {
    bool is_new = false;
    feed->listing = false;
    feed_list_index(feed);
    for (int i = 0; i < feed->instrument_count; i++) {
        is_new = is_new || (feed->instruments[i].history == HISTORY_WAITING &&
                            feed->instruments[i].symbol->listed);
    }
    if (is_new) {
        feed->listed = true;
        feed->listed_ns = clock_mono_ns();
    }
}

/* The cursor that was asked for is the last one, too: some venues name a page after their last. */
static bool ask_next(struct venue_feed *feed, const struct feed_request *request,
                     const struct venue_message *message) {
    return message->reply[0] != '\0' && strcmp(message->reply, request->cursor) != 0 &&
           ask_list(feed, request->kind, request->instrument, message->reply);
}

/* A page of a list of instruments. One of an older list tells its facts, and nothing of this one.
 */
static void take_instruments(struct venue_feed *feed, const struct feed_request *request,
                             const struct venue_message *message) {
    if (message->sent_ms > feed->server_ms) {
        feed->server_ms = message->sent_ms;
    }
    feed_list_index(feed);
    push_facts(feed, message);
    if (request->round == feed->list_round && !ask_next(feed, request, message)) {
        feed->listing = false;
        end_list(feed);
    }
}

static void take_tiers(struct venue_feed *feed, const struct feed_request *request,
                       const struct venue_message *message) {
    if (message != NULL) {
        push_facts(feed, message);
    }
    if (message != NULL && ask_next(feed, request, message)) {
        return;
    }
    for (int i = 0; i < feed->instrument_count; i++) {
        if ((request->instrument < 0 || request->instrument == i) &&
            feed->instruments[i].history == HISTORY_TIERS) {
            feed_history_begin(feed, &feed->instruments[i]);
        }
    }
}

void feed_list_take(struct venue_feed *feed, const struct feed_request *request,
                    const struct venue_message *message) {
    if (request->kind == VENUE_REQUEST_TIERS) {
        take_tiers(feed, request, message);
    } else if (request->kind == VENUE_REQUEST_INSTRUMENTS && message != NULL) {
        take_instruments(feed, request, message);
    } else if (request->kind == VENUE_REQUEST_INSTRUMENTS) {
        feed->listing = false; /* once more by the clock */
    }
}

/* -- the tick -- */

static void ask_lists(struct venue_feed *feed, int64_t now_ns) {
    if (now_ns < feed->list_due_ns || feed->listing) { /* one that is slow is waited for */
        return;
    }
    const int64_t list_ms = feed->desc.list_ms > 0 ? feed->desc.list_ms : LIST_MS;
    feed->list_due_ns = now_ns + list_ms * NS_PER_MS;
    feed->list_round++;
    const struct feed_request request = {.kind = VENUE_REQUEST_INSTRUMENTS, .instrument = -1};
    const bool possible = feed_request_possible(feed, &request);
    for (int i = 0; i < feed->instrument_count; i++) {
        feed->instruments[i].symbol->listed = !possible; /* until the list says so again */
    }
    if (possible) {
        feed->listing = ask_list(feed, VENUE_REQUEST_INSTRUMENTS, -1, "");
        ask_list(feed, VENUE_REQUEST_FUNDING, -1, "");
    } else {
        end_list(feed);
    }
}

/* Back-fill begins when the venue's time is known, or will not be. */
static void start_when_timed(struct venue_feed *feed, int64_t now_ns) {
    if (feed->listed && feed->listed_ns != 0 &&
        (feed->server_ms > 0 || now_ns - feed->listed_ns > TIME_WAIT_MS * NS_PER_MS)) {
        feed->listed_ns = 0;
        start_instruments(feed);
    }
}

void feed_list_tick(struct venue_feed *feed, int64_t now_ns) {
    ask_lists(feed, now_ns);
    start_when_timed(feed, now_ns);
    for (int i = 0; i < feed->instrument_count; i++) {
        ask_tiers(feed, i, now_ns);
    }
}
