#include "venue/feed.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/stat.h"
#include "base/str.h"
#include "base/thread.h"
#include "venue/feed_inside.h"

#define HISTORY_MS (INT64_C(10) * 24 * 3600 * 1000)
#define SESSION_MS (((INT64_C(23) * 60) + 50) * 60 * 1000)
enum {
    OI_POLL_MS = 5000,
    OI_SPREAD_MS = 500, /* of many symbols one is polled so often */
    STALL_MS = 60000
};

struct feed_instrument *feed_find_symbol(struct venue_feed *feed,
                                         const struct venue_symbol *symbol) {
    const int index = feed->by_symbol[symbol - feed->parser->symbols.entries];
    return index >= 0 ? &feed->instruments[index] : NULL;
}

struct feed_instrument *feed_find_slot(struct venue_feed *feed, const struct event *slot) {
    const int index =
        slot->instrument < INSTRUMENT_COUNT_MAX ? feed->by_instrument[slot->instrument] : -1;
    return index >= 0 ? &feed->instruments[index] : NULL;
}

int64_t feed_now_ms(const struct venue_feed *feed) {
    return feed->server_ms > 0 ? feed->server_ms : clock_wall_ms();
}

int64_t feed_clock_ms(const struct venue_feed *feed) {
    return feed->skew_known ? clock_wall_ms() - feed->skew_ms : feed->server_ms;
}

/* -- the tick -- */

static bool is_interest_polled(const struct venue_feed *feed) {
    for (int kind = 0; kind < feed->dialect->socket_count; kind++) {
        if ((feed->dialect->sockets[kind].channels & CHANNEL_BIT(CHANNEL_INTEREST)) != 0) {
            return false;
        }
    }
    return true;
}

static void poll_interest(struct venue_feed *feed, struct feed_instrument *instrument,
                          int64_t now_ns) {
    const int64_t spread_ms = (int64_t)feed->instrument_count * OI_SPREAD_MS;
    const int64_t every_ms = feed->desc.oi_poll_ms > spread_ms ? feed->desc.oi_poll_ms : spread_ms;
    if (instrument->history != HISTORY_DONE || instrument->interest_asked ||
        now_ns < instrument->interest_due_ns) {
        return;
    }
    const struct feed_request request = {.kind = VENUE_REQUEST_INTEREST,
                                         .instrument = feed_index(feed, instrument)};
    instrument->interest_due_ns = now_ns + every_ms * NS_PER_MS;
    instrument->interest_asked = feed_request_add(feed, &request);
}

static void feed_tick(void *user) {
    struct venue_feed *feed = user;
    const int64_t now_ns = clock_mono_ns();
    const bool polls = is_interest_polled(feed);
    thread_assert(THREAD_NET);
    feed->hurries = false;
    feed_list_tick(feed, now_ns);
    feed_sockets_tick(feed, now_ns);
    for (int i = 0; i < feed->instrument_count; i++) {
        feed_history_tick(feed, &feed->instruments[i], now_ns);
        feed_book_tick(feed, &feed->instruments[i]);
        if (polls) {
            poll_interest(feed, &feed->instruments[i], now_ns);
        }
    }
    feed_request_tick(feed, now_ns);
    feed_state_clock(feed, now_ns);
    feed_state_tell(feed);
    net_timer_schedule(feed->desc.service, &feed->tick,
                       feed->hurries ? FEED_TICK_AHEAD_MS : FEED_TICK_MS, feed_tick, feed);
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
    feed->listing = false;
    feed->started_ns = clock_mono_ns();
    feed_sockets_open(feed);
    feed_state_tell(feed);
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

enum status feed_start(struct venue_feed *feed, const struct event_sink *sink) {
    assert(!feed->running);
    feed->sink = *sink;
    return net_service_post(feed->desc.service, run_start, feed) ? STATUS_OK : STATUS_FULL;
}

void feed_stop(struct venue_feed *feed) {
    enum { WAIT_MS = 1000 };
    if (feed->sink.push == NULL) {
        return;
    }
    /* acquire: pairs with the release in call_done */
    const int before = atomic_load_explicit(&feed->calls_done, memory_order_acquire);
    if (!net_service_post(feed->desc.service, run_stop, feed)) {
        LOG_ERROR("%s: the network thread takes no calls; its feed is not stopped", feed->name);
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

static enum status add_instrument(struct venue_feed *feed, const char *text) {
    struct venue_symbol *symbol = venue_symbols_add(&feed->parser->symbols, span_from_text(text));
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
    instrument->seen.ids_rise = feed->dialect->trade_ids_rise;
    instrument->book.by_request = feed->dialect->book_by_request;
    instrument->book.ids_fall = feed->dialect->book_ids_fall;
    return STATUS_OK;
}

static void set_defaults(struct venue_feed *feed) {
    struct venue_feed_desc *desc = &feed->desc;
    const int64_t session_ms =
        feed->dialect->session_ms > 0 ? feed->dialect->session_ms : SESSION_MS;
    desc->history_ms = desc->history_ms == 0 ? HISTORY_MS : desc->history_ms;
    desc->oi_poll_ms = desc->oi_poll_ms == 0 ? OI_POLL_MS : desc->oi_poll_ms;
    desc->stall_ms = desc->stall_ms == 0 ? STALL_MS : desc->stall_ms;
    desc->session_ms = desc->session_ms == 0 ? session_ms : desc->session_ms;
    desc->symbols = NULL;                                  /* copied */
    memset(feed->by_symbol, 0xff, sizeof feed->by_symbol); /* -1 */
    for (int i = 0; i < FEED_REQUEST_FLIGHT_MAX; i++) {
        feed->flights[i].feed = feed;
    }
}

/* The tables whose size is the symbols'. */
static bool allocate(struct venue_feed *feed, size_t symbol_count) {
    feed->request_max = (int)symbol_count * FEED_REQUESTS_A_SYMBOL + FEED_REQUESTS_BESIDE;
    feed->instruments = calloc(symbol_count, sizeof *feed->instruments);
    feed->requests = calloc((size_t)feed->request_max, sizeof *feed->requests);
    feed->parser = venue_parser_create(feed->dialect, feed->desc.instruments);
    bool good = feed->instruments != NULL && feed->requests != NULL && feed->parser != NULL;
    for (int kind = 0; kind < feed->dialect->socket_count && good; kind++) {
        if (feed->dialect->sockets[kind].gzip && feed->inflater == NULL) {
            feed->inflater = inflate_create(INFLATE_WHOLE, FEED_FRAME_BYTES_MAX);
            good = feed->inflater != NULL;
        }
    }
    return waker_init(&feed->done) && good;
}

static enum status set_up(struct venue_feed *feed, const struct venue_feed_desc *desc) {
    const struct venue_dialect *dialect = feed->dialect;
    if (!allocate(feed, desc->symbol_count)) {
        return STATUS_MEMORY;
    }
    if (!str_copy(feed->ws_url, sizeof feed->ws_url,
                  desc->ws_url == NULL ? dialect->ws_url : desc->ws_url) ||
        !str_copy(feed->rest_url, sizeof feed->rest_url,
                  desc->rest_url == NULL ? dialect->rest_url : desc->rest_url)) {
        return STATUS_RANGE;
    }
    for (size_t i = 0; i < desc->symbol_count; i++) {
        const enum status status = add_instrument(feed, desc->symbols[i]);
        if (status != STATUS_OK) {
            return status;
        }
    }
    feed_list_index(feed);
    feed->parser->symbols.closed = true;
    return feed_spread_symbols(feed);
}

struct venue_feed *feed_create(const struct venue_dialect *dialect,
                               const struct venue_feed_desc *desc, enum status *why) {
    if (desc->symbol_count == 0 || desc->symbol_count > VENUE_SYMBOL_COUNT_MAX) {
        *why = STATUS_RANGE;
        return NULL;
    }
    struct venue_feed *feed = calloc(1, sizeof *feed);
    if (feed == NULL) {
        *why = STATUS_MEMORY;
        return NULL;
    }
    feed->desc = *desc;
    feed->dialect = dialect;
    feed->name = venue_key(dialect->id);
    feed->ws_given = desc->ws_url != NULL;
    feed->done.fd = -1;
    set_defaults(feed);
    *why = set_up(feed, desc);
    if (*why != STATUS_OK) {
        feed_destroy(feed);
        return NULL;
    }
    return feed;
}

void feed_destroy(struct venue_feed *feed) {
    if (feed == NULL) {
        return;
    }
    feed_stop(feed);
    for (int i = 0; i < feed->instrument_count; i++) {
        book_chain_finish(&feed->instruments[i].book);
        feed_seen_finish(&feed->instruments[i].seen);
        feed_past_finish(&feed->instruments[i]);
    }
    for (int i = 0; i < feed->socket_count; i++) {
        free(feed->sockets[i].symbols);
    }
    waker_finish(&feed->done);
    inflate_destroy(feed->inflater);
    venue_parser_destroy(feed->parser);
    free(feed->requests);
    free(feed->instruments);
    free(feed);
}

const struct venue_feed_stats *feed_stats(const struct venue_feed *feed) {
    return &feed->stats;
}
