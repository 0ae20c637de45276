/* venue/venue.h - exchanges behind one door: bytes in, events out.
 *
 * A venue is one dialect (venue/dialect.h) and one row in venue.c. A feed is an event source: it
 * connects, back-fills, sequences, and pushes into its sink. A normalizer (venue/normalize.h) is
 * the same parser without a network. Thread: a feed works on its net_service's thread; start, stop,
 * destroy and the stats are for the owner's. Owner: app. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "market/decimal.h"
#include "market/event.h"
#include "market/event_sink.h"
#include "market/event_source.h"
#include "market/instrument.h"

struct net_service;

enum { VENUE_SYMBOL_COUNT_MAX = 256, VENUE_REASON_BYTES = 192 };

/* What a feed is to bring of each symbol; bits of a dialect's promises and of its
 * sockets. */
enum venue_channel {
    CHANNEL_TRADE,
    CHANNEL_LIQUIDATION,
    CHANNEL_BOOK,
    CHANNEL_MARK,
    CHANNEL_INDEX,
    CHANNEL_FUNDING,
    CHANNEL_INTEREST,
    CHANNEL_KLINE,
    CHANNEL_COUNT
};
#define CHANNEL_BIT(channel) (1U << (channel))

/* -- live -- */

struct venue_feed_desc {
    struct net_service *service;          /* borrowed; runs from before start until after stop */
    struct instrument_table *instruments; /* borrowed, outlives the feed */
    const char *const *symbols;           /* as the venue writes them: "BTCUSDT"; copied */
    size_t symbol_count;                  /* 1 .. VENUE_SYMBOL_COUNT_MAX */
    const char *ws_url;   /* "wss://host[:port]", without a path; NULL: the venue's own; copied */
    const char *rest_url; /* "https://host[:port]"; NULL: the venue's own; copied */
    int64_t
        history_ms; /* how far back klines and open interest are asked for; 0: 10 days, < 0: none */
    int oi_poll_ms; /* 0: 5,000 */
    int stall_ms;   /* silence after which a stream is a fault; 0: 60,000 */
    int64_t list_ms;    /* how often instruments are listed anew; 0: 3,600,000 */
    int64_t session_ms; /* age at which a connection is replaced; 0: 23 h 50 min */
    bool demo;          /* a simulated market: EVENT_FLAG_DEMO on feed states */
};

/* What came of one channel. */
struct venue_channel_stats {
    /* -- atomic: net writes, all read -- */
    _Atomic int64_t messages, events; /* events: slots */
    _Atomic int64_t first_ns;         /* from the feed's start to the first message; 0: none yet */
    _Atomic int64_t last_ns;          /* monotonic, of the newest message */
};

/* Counters of one feed; base/stat.h has the sums of all. */
struct venue_feed_stats {
    /* -- atomic: net writes, all read -- */
    _Atomic int64_t messages, bytes, ignored, malformed, dropped_side, dropped_unit, dropped_symbol;
    _Atomic int64_t events_pushed, events_lost, book_gaps, reconnects, stalls, duplicates;
    _Atomic int64_t rest_requests, rest_failures, history_slots;
    _Atomic int64_t errors;  /* messages in which the venue said that something is wrong */
    _Atomic int64_t skew_ms; /* this machine's clock minus the venue's, at least */
    struct venue_channel_stats channels[CHANNEL_COUNT];
    _Atomic int64_t last_message_ns; /* monotonic; 0: none yet */
    atomic_int state;                /* enum feed_state */
};

static inline int64_t venue_stat(const _Atomic int64_t *counter) {
    /* relaxed: a counter orders nothing */
    return atomic_load_explicit(counter, memory_order_relaxed);
}

/* What the venue said is wrong, in its own words: visible ASCII, the rest as \xNN. */
enum { VENUE_ERRORS_MAX = 4, VENUE_WHERE_BYTES = 64 };
struct venue_feed_error {
    char where[VENUE_WHERE_BYTES]; /* "/public", or a request's path */
    char text[VENUE_REASON_BYTES];
    int64_t count;
};

struct venue_feed; /* borrowed view of a feed, for its stats */

/* -- without a network -- */

struct venue_counts {
    int64_t messages;  /* JSON texts given */
    int64_t ignored;   /* understood and not wanted */
    int64_t malformed; /* not JSON, or not the documented shape */
    int64_t dropped_side, dropped_unit, dropped_symbol, dropped_oversized;
    int64_t book_gaps;
    int64_t events[EVENT_KIND_COUNT]; /* messages out, by the kind of their first slot */
};

/* -- the venues -- */

struct venue_dialect;

/* NULL: no connector for this venue. */
const struct venue_dialect *venue_find(enum venue_id id);
/* A symbol of it as people would name one, "BTC-USDT-SWAP"; "": no such venue. */
const char *venue_example(enum venue_id id);
/* Put a symbol as people type it into the venue's case, in place: upper, where it has only one. */
void venue_settle_case(enum venue_id id, char *symbol);
/* Whether it connects; else it normalizes only. */
bool venue_is_live(enum venue_id id);
const char *venue_channel_name(enum venue_channel channel); /* "trade", "liquidation", … */
/* The keys of the connectors there are, "binance_usdm, binance_coinm", into out; how many. live:
 * only those that connect, not those that only normalize. */
enum { VENUE_LIST_BYTES = 256 };
size_t venue_list(bool live, char *out, size_t out_bytes);

/* Where what is known already goes; both copied. */
struct venue_known_sinks {
    struct event_sink place; /* behind older history and before what has come since; of its time
                                nothing else is pushed */
    /* At once, and after it what comes live, until history is there: flagged EVENT_FLAG_AHEAD.
     * Where it is full, the rest waits. */
    struct event_sink ahead;
};
/* Before start: a whole message that is known already, of one of the feed's instruments, in the
 * order of the recording that it is from; copied. It is pushed on the feed's thread. What the
 * instrument is (EVENT_INSTRUMENT, EVENT_TIER) goes ahead alone: the venue is asked for it. False:
 * not one of its instruments, or no room for more. */
bool venue_feed_know(struct venue_feed *feed, const struct venue_known_sinks *sinks,
                     const struct event *slots, size_t count);

/* A live feed as an event source. STATUS_UNSUPPORTED: the venue has no live connector. *feed is
 * borrowed and lives as long as the source. The service must run until the source is stopped and
 * destroyed. */
enum status venue_open_source(enum venue_id id, const struct venue_feed_desc *desc,
                              struct event_source *source, struct venue_feed **feed);
