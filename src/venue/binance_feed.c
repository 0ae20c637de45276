#include "venue/binance_feed.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/stat.h"
#include "base/str.h"
#include "venue/binance_inside.h"

#define WS_URL_DEFAULT   "wss://fstream.binance.com"
#define REST_URL_DEFAULT "https://fapi.binance.com"
#define NS_PER_MS        INT64_C(1000000)
#define HOUR_NS          (INT64_C(3600) * 1000 * NS_PER_MS)
#define HISTORY_MS       (INT64_C(10) * 24 * 3600 * 1000)
#define SESSION_MS       ((INT64_C(23) * 60 + 50) * 60 * 1000)
enum {
    OI_POLL_MS = 5000,
    STALL_MS = 60000,
    BOOK_AGAIN_MS = 2000 /* a full ring is not met with a storm of snapshots */
};

/* -- runs -- */

bool feed_run_add(struct feed_run *run, const struct event *slots, size_t count, size_t slots_max) {
    if (count > slots_max - run->count) {
        return false;
    }
    size_t size = run->size > 0 ? run->size : 1024;
    while (size < run->count + count) {
        size *= 2;
    }
    if (size > run->size) {
        struct event *grown = realloc(run->slots, size * sizeof *grown);
        if (grown == NULL) {
            return false;
        }
        run->slots = grown;
        run->size = size;
    }
    memcpy(run->slots + run->count, slots, count * sizeof *slots);
    run->count += count;
    return true;
}

void feed_run_finish(struct feed_run *run) {
    free(run->slots);
    *run = (struct feed_run){.slots = NULL};
}

/* -- into the sink -- */

static enum stream stream_of(const struct event *slot) {
    switch ((enum event_kind)slot->kind) {
    case EVENT_BOOK:
        return STREAM_BOOK;
    case EVENT_LIQUIDATION:
        return STREAM_LIQUIDATION;
    case EVENT_TRADE:
        return STREAM_TRADE;
    default:
        return STREAM_COUNT; /* values that the next message gives again */
    }
}

static bool push_plain(struct venue_feed *feed, const struct event *slots, size_t count) {
    if (!event_sink_push(&feed->sink, slots, count)) {
        return false;
    }
    feed_count(&feed->stats.events_pushed, (int64_t)count);
    stat_add(STAT_events_pushed, (int64_t)count);
    return true;
}

bool feed_push_history(struct venue_feed *feed, const struct event *slots, size_t count) {
    if (!push_plain(feed, slots, count)) {
        return false;
    }
    feed_count(&feed->stats.history_slots, (int64_t)count);
    return true;
}

static struct event make_gap(const struct feed_instrument *instrument, enum stream stream,
                             int64_t from_ms, int64_t to_ms, const char *reason) {
    struct event gap = {.kind = EVENT_GAP,
                        .detail = (unsigned)stream & 7U,
                        .flags = EVENT_FLAG_BEGIN | EVENT_FLAG_END,
                        .instrument = instrument->symbol->instrument,
                        .ts_ms = to_ms};
    gap.u.gap.from_ms = from_ms;
    gap.u.gap.to_ms = to_ms;
    str_copy(gap.u.gap.reason, sizeof gap.u.gap.reason, reason);
    return gap;
}

/* The gaps that a full sink left; false: it still is. */
static bool push_due_gaps(struct venue_feed *feed, struct feed_instrument *instrument,
                          int64_t to_ms) {
    for (int stream = 0; stream < STREAM_COUNT; stream++) {
        if ((instrument->lost_streams >> stream & 1) == 0) {
            continue;
        }
        const struct event gap = make_gap(instrument, (enum stream)stream,
                                          instrument->lost_from_ms[stream], to_ms, "ring full");
        if (!push_plain(feed, &gap, 1)) {
            return false;
        }
        instrument->lost_streams &= (uint8_t) ~(1U << stream);
    }
    return true;
}

static void note_lost(struct venue_feed *feed, struct feed_instrument *instrument,
                      const struct event *slots, size_t count) {
    const enum stream stream = stream_of(&slots[0]);
    feed_count(&feed->stats.events_lost, (int64_t)count);
    stat_add(STAT_events_lost, (int64_t)count);
    if (stream == STREAM_COUNT) {
        return;
    }
    if ((instrument->lost_streams >> stream & 1) == 0) {
        instrument->lost_streams |= (uint8_t)(1U << stream);
        instrument->lost_from_ms[stream] = slots[0].ts_ms;
        LOG_WARN("binance %s: the engine's ring is full, an event is lost; a gap follows",
                 instrument->symbol->text);
    }
    if (stream == STREAM_BOOK) {
        feed_begin_book(feed, instrument);
    }
}

bool feed_push(struct venue_feed *feed, struct feed_instrument *instrument,
               const struct event *slots, size_t count) {
    if ((instrument->lost_streams == 0 || push_due_gaps(feed, instrument, slots[0].ts_ms)) &&
        push_plain(feed, slots, count)) {
        return true;
    }
    note_lost(feed, instrument, slots, count);
    return false;
}

bool feed_push_gap(struct venue_feed *feed, struct feed_instrument *instrument, enum stream stream,
                   int64_t from_ms, int64_t to_ms, const char *reason) {
    const struct event gap = make_gap(instrument, stream, from_ms, to_ms, reason);
    if (push_plain(feed, &gap, 1)) {
        return true;
    }
    if ((instrument->lost_streams >> stream & 1) == 0) {
        instrument->lost_streams |= (uint8_t)(1U << stream);
        instrument->lost_from_ms[stream] = from_ms;
    }
    return false;
}

void feed_begin_book(struct venue_feed *feed, struct feed_instrument *instrument) {
    book_chain_reset(&instrument->book);
    if (instrument->history == HISTORY_DONE && !instrument->snapshot_asked) {
        const struct feed_request request = {.kind = REQUEST_DEPTH,
                                             .instrument = (int)(instrument - feed->instruments),
                                             .not_before_ns =
                                                 clock_mono_ns() + BOOK_AGAIN_MS * NS_PER_MS};
        instrument->snapshot_asked = feed_request_add(feed, &request);
    }
}

/* -- states -- */

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

/* The worst of the sockets, told when it changes. */
static void tell_state(struct venue_feed *feed) {
    const struct feed_socket *worst = &feed->sockets[0];
    for (int i = 1; i < SOCKET_COUNT; i++) {
        if (badness(feed->sockets[i].state) > badness(worst->state)) {
            worst = &feed->sockets[i];
        }
    }
    const enum feed_state state = feed->fault ? FEED_FAULT : worst->state;
    const char *reason = feed->fault ? feed->fault_reason : worst->reason;
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
    slot.u.feed.venue = VENUE_BINANCE_USDM;
    str_copy(slot.u.feed.reason, sizeof slot.u.feed.reason, cause_of(reason));
    if (!push_plain(feed, &slot, 1)) {
        return; /* the next tick tells it */
    }
    /* A fault goes to whoever started the feed, which ends or shows it; what mends itself is told
     * here. */
    if (badness(state) > badness(FEED_CONNECTING) && state != FEED_FAULT) {
        LOG_WARN("binance: feed is not live: %s", reason);
    }
    feed->state_told = state;
    str_copy(feed->reason_told, sizeof feed->reason_told, reason);
    atomic_store_explicit(&feed->stats.state, (int)state, memory_order_relaxed); /* for a lamp */
}

/* -- the tick -- */

static void poll_interest(struct venue_feed *feed, struct feed_instrument *instrument,
                          int64_t now_ns) {
    if (instrument->history != HISTORY_DONE || instrument->interest_asked ||
        now_ns < instrument->interest_due_ns) {
        return;
    }
    const struct feed_request request = {.kind = REQUEST_INTEREST,
                                         .instrument = (int)(instrument - feed->instruments)};
    instrument->interest_due_ns = now_ns + feed->desc.oi_poll_ms * NS_PER_MS;
    instrument->interest_asked = feed_request_add(feed, &request);
}

static void ask_lists(struct venue_feed *feed, int64_t now_ns) {
    if (now_ns < feed->list_due_ns) {
        return;
    }
    feed->list_due_ns = now_ns + HOUR_NS;
    feed_request_add(feed, &(struct feed_request){.kind = REQUEST_EXCHANGE_INFO, .instrument = -1});
    feed_request_add(feed, &(struct feed_request){.kind = REQUEST_FUNDING_INFO, .instrument = -1});
}

static void feed_tick(void *user) {
    struct venue_feed *feed = user;
    const int64_t now_ns = clock_mono_ns();
    thread_assert(THREAD_NET);
    net_timer_schedule(feed->desc.service, &feed->tick, FEED_TICK_MS, feed_tick, feed);
    ask_lists(feed, now_ns);
    feed_sockets_tick(feed, now_ns);
    for (int i = 0; i < feed->instrument_count; i++) {
        feed_history_tick(feed, &feed->instruments[i], now_ns);
        poll_interest(feed, &feed->instruments[i], now_ns);
    }
    feed_request_tick(feed, now_ns);
    tell_state(feed);
}

/* -- life -- */

static void call_done(struct venue_feed *feed) {
    /* release: what the call did is complete before the owner sees it */
    atomic_fetch_add_explicit(&feed->calls_done, 1, memory_order_release);
    waker_wake(&feed->done);
}

static void run_start(void *user) {
    struct venue_feed *feed = user;
    feed->running = true;
    feed->list_due_ns = 0;
    feed_sockets_open(feed);
    tell_state(feed);
    feed_tick(feed);
}

static void run_stop(void *user) {
    struct venue_feed *feed = user;
    feed->running = false;
    net_timer_cancel(&feed->tick);
    feed_sockets_close(feed);
    feed_request_cancel(feed);
    call_done(feed);
}

enum status binance_feed_start(struct venue_feed *feed, const struct event_sink *sink) {
    assert(!feed->running);
    feed->sink = *sink;
    return net_service_post(feed->desc.service, run_start, feed) ? STATUS_OK : STATUS_FULL;
}

void binance_feed_stop(struct venue_feed *feed) {
    enum { WAIT_MS = 1000 };
    if (feed->sink.push == NULL) {
        return;
    }
    /* acquire: pairs with the release in call_done */
    const int before = atomic_load_explicit(&feed->calls_done, memory_order_acquire);
    if (!net_service_post(feed->desc.service, run_stop, feed)) {
        LOG_ERROR("binance: the network thread takes no calls; its feed is not stopped");
        return;
    }
    while (atomic_load_explicit(&feed->calls_done, memory_order_acquire) == before) {
        waker_arm(&feed->done);
        if (atomic_load_explicit(&feed->calls_done, memory_order_acquire) != before) {
            break;
        }
        waker_wait(&feed->done, WAIT_MS);
    }
    feed->sink.push = NULL; /* stopped */
}

/* "BTCUSDT" in lower case or as it is, other bytes percent-encoded. */
static void encode_name(const char *text, bool lower, char out[FEED_STREAM_BYTES]) {
    static const char digits[] = "0123456789ABCDEF";
    size_t at = 0;
    for (; *text != '\0'; text++) {
        const unsigned char c = (unsigned char)*text;
        const bool upper = c >= 'A' && c <= 'Z';
        const bool plain = upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
                           c == '-' || c == '.';
        if (plain) {
            out[at++] = (char)(upper && lower ? c + 32 : c);
        } else {
            out[at++] = '%';
            out[at++] = digits[c >> 4];
            out[at++] = digits[c & 15];
        }
    }
    out[at] = '\0';
}

static enum status add_instrument(struct venue_feed *feed, const char *text) {
    struct binance_symbol *symbol =
        binance_symbols_add(&feed->parser->symbols, span_from_text(text));
    if (symbol == NULL) {
        return STATUS_FULL;
    }
    int16_t *place = &feed->by_symbol[symbol - feed->parser->symbols.entries];
    if (*place >= 0) {
        return STATUS_OK; /* named twice */
    }
    *place = (int16_t)feed->instrument_count;
    struct feed_instrument *instrument = &feed->instruments[feed->instrument_count++];
    instrument->symbol = symbol;
    instrument->book.by_request = true;
    encode_name(text, true, instrument->stream_name);
    encode_name(text, false, instrument->query_name);
    return STATUS_OK;
}

static void set_defaults(struct venue_feed *feed) {
    struct venue_feed_desc *desc = &feed->desc;
    desc->history_ms = desc->history_ms == 0 ? HISTORY_MS : desc->history_ms;
    desc->oi_poll_ms = desc->oi_poll_ms == 0 ? OI_POLL_MS : desc->oi_poll_ms;
    desc->stall_ms = desc->stall_ms == 0 ? STALL_MS : desc->stall_ms;
    desc->session_ms = desc->session_ms == 0 ? SESSION_MS : desc->session_ms;
    desc->symbols = NULL; /* copied */
    for (size_t i = 0; i < BINANCE_SYMBOL_COUNT_MAX; i++) {
        feed->by_symbol[i] = -1;
    }
    for (int i = 0; i < SOCKET_COUNT; i++) {
        feed->sockets[i].state = FEED_CONNECTING;
    }
    for (int i = 0; i < FEED_REQUEST_FLIGHT_MAX; i++) {
        feed->flights[i].feed = feed;
    }
}

struct venue_feed *binance_feed_create(const struct venue_feed_desc *desc, enum status *why) {
    if (desc->symbol_count == 0 || desc->symbol_count > VENUE_SYMBOL_COUNT_MAX) {
        *why = STATUS_RANGE;
        return NULL;
    }
    struct venue_feed *feed = calloc(1, sizeof *feed);
    *why = STATUS_MEMORY;
    if (feed == NULL) {
        return NULL;
    }
    feed->desc = *desc;
    set_defaults(feed);
    feed->done.fd = -1;
    feed->parser = binance_parser_create(desc->instruments, VENUE_BINANCE_USDM);
    if (feed->parser == NULL || !waker_init(&feed->done)) {
        binance_parser_destroy(feed->parser);
        free(feed);
        return NULL;
    }
    const bool fits = str_copy(feed->ws_url, sizeof feed->ws_url,
                               desc->ws_url == NULL ? WS_URL_DEFAULT : desc->ws_url) &&
                      str_copy(feed->rest_url, sizeof feed->rest_url,
                               desc->rest_url == NULL ? REST_URL_DEFAULT : desc->rest_url);
    *why = fits ? STATUS_OK : STATUS_RANGE;
    for (size_t i = 0; i < desc->symbol_count && *why == STATUS_OK; i++) {
        *why = add_instrument(feed, desc->symbols[i]);
    }
    if (*why != STATUS_OK) {
        binance_feed_destroy(feed);
        return NULL;
    }
    feed->parser->symbols.closed = true;
    return feed;
}

void binance_feed_destroy(struct venue_feed *feed) {
    if (feed == NULL) {
        return;
    }
    binance_feed_stop(feed);
    for (int i = 0; i < feed->instrument_count; i++) {
        book_chain_finish(&feed->instruments[i].book);
        feed_history_finish(&feed->instruments[i]);
    }
    waker_finish(&feed->done);
    binance_parser_destroy(feed->parser);
    free(feed);
}

const struct venue_feed_stats *binance_feed_stats(const struct venue_feed *feed) {
    return &feed->stats;
}
