/* venue/binance_inside.h - what the files of the live feed share; inside this room only.
 *
 * Thread: the net service's.  Owner: the feed. */
#pragma once

#include "net/http_client.h"
#include "net/service.h"
#include "net/ws_client.h"
#include "venue/book_chain.h"
#include "venue/binance_parse.h"
#include "venue/binance_rest.h"
#include "venue/venue.h"

/*   binance_feed.c     life, the tick, states, the way into the sink
 *   binance_socket.c   the two sockets: connect, stall, reconnect, replace before 24 h
 *   binance_live.c     a stream message of one instrument: duplicates, book, holding back
 *   binance_request.c  the queue of REST requests: weight, Retry-After, retries
 *   binance_history.c  back-fill: bars and open interest first, then what was held back
 *
 * How nothing is counted twice at the seam: the newest bar of the klines answer is taken as still
 * running, however it stands, and is not sent; B is its opening. History is the closed bars before
 * B, and open interest up to now. From B on there are trades: the newest 1,000 of aggTrades
 * (flagged HISTORY), then those held back since the socket opened. Ids drop what both have; trades
 * before B are dropped as part of the bars. */

enum {
    FEED_URL_BYTES = 4096,
    FEED_BASE_BYTES = 256,
    FEED_TICK_MS = 50,
    FEED_STREAM_BYTES = INSTRUMENT_SYMBOL_BYTES * 3, /* percent-encoded */
    FEED_HELD_SLOTS_MAX = 262144,
    FEED_HISTORY_SLOTS_MAX = 524288,
    FEED_RECENT_LIQUIDATIONS = 64,
    FEED_REQUEST_COUNT_MAX = 256,
    FEED_REQUEST_FLIGHT_MAX = 4
};

/* -- runs of slots that grow -- */

struct feed_run {
    struct event *slots; /* owned */
    size_t count, size;
};
/* False: beyond slots_max, or out of memory; nothing was added. */
bool feed_run_add(struct feed_run *run, const struct event *slots, size_t count, size_t slots_max);
void feed_run_finish(struct feed_run *run);

/* -- sockets -- */

enum feed_socket_kind { SOCKET_PUBLIC, SOCKET_MARKET, SOCKET_COUNT };

struct feed_conn {
    struct venue_feed *feed;
    enum feed_socket_kind kind;
    struct ws_client *client; /* owned; NULL: not connected */
    bool open;
    int64_t opened_ns, last_ns; /* last message, 0: none yet */
    uint64_t serial;            /* which connection this is, from 1 */
};

struct feed_socket {
    struct feed_conn conns[2]; /* the one in use, and its replacement while they overlap */
    int active;
    int attempt;
    int64_t retry_ns;  /* when to connect again; 0: not planned */
    int64_t renew_ns;  /* not before: a replacement that failed */
    int64_t retire_ns; /* when to close the old one of two; 0: no overlap */
    enum feed_state state;
    char reason[VENUE_REASON_BYTES];
};

/* -- REST -- */

enum feed_request_kind {
    REQUEST_NONE,
    REQUEST_EXCHANGE_INFO,
    REQUEST_FUNDING_INFO,
    REQUEST_PREMIUM,
    REQUEST_DEPTH,
    REQUEST_KLINES,
    REQUEST_INTEREST_HISTORY,
    REQUEST_INTEREST_LAST, /* the end of the history */
    REQUEST_INTEREST,      /* the poll */
    REQUEST_TRADES,
    REQUEST_KIND_COUNT
};

struct feed_request {
    enum feed_request_kind kind;
    int instrument; /* index into feed->instruments; -1: all */
    int64_t from_ms;
    int attempt;
    int64_t not_before_ns;
};

struct feed_flight {
    struct venue_feed *feed;
    struct feed_request request; /* kind NONE: free */
};

/* -- instruments -- */

enum feed_history_state {
    HISTORY_WAITING, /* for exchangeInfo */
    HISTORY_KLINES,
    HISTORY_INTEREST,
    HISTORY_INTEREST_LAST,
    HISTORY_TRADES,
    HISTORY_PUSHING,
    HISTORY_DONE,   /* live events pass */
    HISTORY_UNKNOWN /* the venue does not list the symbol: nothing passes */
};

struct feed_instrument {
    struct binance_symbol *symbol;
    char stream_name[FEED_STREAM_BYTES]; /* lower case, percent-encoded */
    char query_name[FEED_STREAM_BYTES];  /* percent-encoded */

    /* Duplicates. */
    int64_t last_trade_id, last_mark_ms, last_kline_ms;
    int old_trade_count;
    struct {
        uint64_t hash, serial;
    } recent[FEED_RECENT_LIQUIDATIONS];
    unsigned recent_at;

    struct book_chain book;
    bool snapshot_asked;
    int64_t last_book_ms;

    int64_t last_market_ms;         /* newest event time on the market socket */
    int64_t pulse_ns[SOCKET_COUNT]; /* when the stream that never rests was heard last */
    bool market_gap;                /* that socket was lost since */
    bool interest_asked;
    int64_t interest_due_ns;

    enum feed_history_state history;
    int64_t history_from_ms, history_to_ms; /* 0: no end known yet */
    bool history_gap;                       /* fills a gap: bars alone */
    int64_t history_deadline_ns;
    struct feed_run klines, interest, past; /* past: merged, then pushed */
    struct feed_run held;                   /* live meanwhile */
    size_t past_at, held_at;

    uint8_t lost_streams; /* bit a stream: the sink was full, a gap is due */
    int64_t lost_from_ms[STREAM_COUNT];
};

struct venue_feed {
    struct venue_feed_desc desc;
    char ws_url[FEED_BASE_BYTES], rest_url[FEED_BASE_BYTES];
    struct event_sink sink;
    struct binance_parser *parser; /* owned */
    struct venue_feed_stats stats;

    /* -- net thread only -- */
    struct feed_instrument instruments[VENUE_SYMBOL_COUNT_MAX];
    int16_t by_symbol[BINANCE_SYMBOL_COUNT_MAX]; /* parser's entry -> index; -1: none */
    int instrument_count;
    struct feed_socket sockets[SOCKET_COUNT];
    uint64_t serial;
    struct feed_request requests[FEED_REQUEST_COUNT_MAX];
    int request_count;
    struct feed_flight flights[FEED_REQUEST_FLIGHT_MAX];
    int64_t rest_pause_ns;
    bool listed; /* exchangeInfo was answered */
    int64_t list_due_ns;
    int64_t server_ms; /* newest event time seen */
    enum feed_state state_told;
    char reason_told[VENUE_REASON_BYTES];
    bool fault; /* an unknown symbol */
    char fault_reason[VENUE_REASON_BYTES];
    struct net_timer tick;
    bool running;

    /* -- between the owner and the net thread -- */
    struct waker done; /* a posted call has run */
    atomic_int calls_done;
};

static inline void feed_count(_Atomic int64_t *counter, int64_t amount) {
    /* relaxed: a counter orders nothing */
    atomic_fetch_add_explicit(counter, amount, memory_order_relaxed);
}

/* binance_feed.c: push a message of an instrument. False: the sink is full; counted, a gap noted, a
 * lost book begun again. Before anything else, gaps that are due go in. */
bool feed_push(struct venue_feed *feed, struct feed_instrument *instrument,
               const struct event *slots, size_t count);
/* The same for history: not counted as lost, the caller tries again. */
bool feed_push_history(struct venue_feed *feed, const struct event *slots, size_t count);
/* A gap of one stream, ts the end of it. */
bool feed_push_gap(struct venue_feed *feed, struct feed_instrument *instrument, enum stream stream,
                   int64_t from_ms, int64_t to_ms, const char *reason);
void feed_begin_book(struct venue_feed *feed, struct feed_instrument *instrument);

/* binance_socket.c */
void feed_sockets_open(struct venue_feed *feed);
void feed_sockets_tick(struct venue_feed *feed, int64_t now_ns);
void feed_sockets_close(struct venue_feed *feed);

/* binance_live.c: a message of a socket; from is its connection's serial. */
void feed_live_take(struct venue_feed *feed, uint64_t serial, const char *bytes, size_t len,
                    int64_t recv_ns);
/* A slot run that was parsed: into the sink, or held while history is under way. */
void feed_live_pass(struct venue_feed *feed, struct feed_instrument *instrument,
                    const struct event *slots, size_t count);
void feed_live_snapshot(struct venue_feed *feed, struct feed_instrument *instrument,
                        const struct binance_message *message);
struct feed_instrument *feed_find_instrument(struct venue_feed *feed,
                                             const struct binance_symbol *symbol);

/* binance_request.c */
/* False: the queue is full (counted as a failure). */
bool feed_request_add(struct venue_feed *feed, const struct feed_request *request);
void feed_request_tick(struct venue_feed *feed, int64_t now_ns);
void feed_request_cancel(struct venue_feed *feed);

/* binance_history.c */
void feed_history_begin(struct venue_feed *feed, struct feed_instrument *instrument);
/* Bars for a hole in the trades, if a whole minute fits into it. */
void feed_history_fill(struct venue_feed *feed, struct feed_instrument *instrument, int64_t from_ms,
                       int64_t to_ms);
/* An answer (message NULL: it failed for good) to a request of the history. */
void feed_history_take(struct venue_feed *feed, const struct feed_request *request,
                       const struct binance_message *message);
void feed_history_tick(struct venue_feed *feed, struct feed_instrument *instrument, int64_t now_ns);
void feed_history_finish(struct feed_instrument *instrument);
