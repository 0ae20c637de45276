/* sim/exchange_server.h - the simulated market served as an exchange: WebSocket and REST on one
 * port.
 *
 * What a venue's clients see is its dialect (sim/exchange_dialect.h), written here by the wire's
 * rules, never by code that the parser knows. One object is one venue; a process may have several.
 *
 * Thread: it has a service and a thread (THREAD_SIM) of its own; the functions below may be called
 * from any thread between create and destroy, create, start and destroy from one.  Owner: app or a
 * test. It runs a market ahead on its own thread before it answers (some 0.1 s a day), then in real
 * time. Limits: EXCHANGE_CONN_MAX connections, EXCHANGE_NAME_MAX names a connection,
 * EXCHANGE_SYMBOL_MAX symbols, EXCHANGE_SCRIPT_MAX steps. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "market/instrument.h"
#include "sim/market.h"

struct exchange_server;

enum {
    EXCHANGE_CONN_MAX = 64,
    EXCHANGE_NAME_MAX = 1024,
    EXCHANGE_STREAM_BYTES = 64,
    EXCHANGE_SILENT_BYTES = 192,
    EXCHANGE_SCRIPT_MAX = 256,
    EXCHANGE_URL_BYTES = 96
};

/* How the exchange misbehaves. Zeroed: not at all. Counts run down as they are used up. */
struct exchange_faults {
    /* -- the book: so many of its next messages ... -- */
    int gap_count;       /* are swallowed: the chain breaks */
    int duplicate_count; /* come twice */
    int late_count;      /* come after the one that follows them */
    int reset_count;     /* are snapshots unasked: the venue began anew */
    int snapshot_age_ms; /* the snapshot of REST is older than this */
    int depth_hold_ms;   /* updates come this much late: the snapshot is ahead of them */

    /* -- what no exchange should send -- */
    int garbage_count; /* senseless messages to every connection, one each 100 ms */
    int odd_count;     /* the venue's own shapes with one thing wrong, one each 100 ms */
    int huge_bytes;    /* once: a message of so many bytes */
    int nested_levels; /* once: one of so many arrays within each other */
    int corrupt_count; /* gzip: messages whose stream is broken, one each 100 ms */
    int bomb_mb;       /* once, gzip: one that inflates to so many megabytes */
    int skew_s;        /* its clock is so far ahead, or behind */

    /* -- connections -- */
    bool disconnect;     /* once: end every connection ... */
    int disconnect_code; /* ... with this close code; 0: the TCP connection is cut */
    bool half_open;      /* once: connections there are neither read nor written any more */
    bool notice;         /* once: the venue says that it will cut them, and does */
    bool stale;          /* requests are acknowledged, then nothing comes */
    /* Accepted, then silent: channels' names with commas between, each with its symbol's before it
     * or not, or a symbol's name; "*": all. */
    char silent_stream[EXCHANGE_SILENT_BYTES];
    int forced_hold_ms; /* liquidations are told in batches so seldom; 0: the venue's */
    int upgrade_code;   /* upgrades are refused with 451, 403, 429, 503 ...; 0: accepted */

    /* -- REST -- */
    int rest_code;     /* every request is answered by 429, 418, 403, 500 ...; 0: as it should be */
    int retry_after_s; /* of those answers; 0: no such header */
    bool rest_html;    /* answers are a web page with status 200 */
    int rest_delay_ms; /* answers come this much later than they were made */
};

struct exchange_server_desc {
    enum venue_id venue; /* whose dialect; NONE: binance_usdm */
    uint64_t seed;
    enum regime_id regime;
    const char *symbol; /* NULL: BTCUSDT; upper case, ends with USDT, spelled as the venue does its
                           coin's perpetual; copied */
    int symbol_count;   /* further ones are SIM001USDT ...: the same market at other prices; 0: 1 */
    double time_scale;  /* the venue's rules (pings, idle cuts, sessions, batches) pass so much
                           faster than the clock; 0: 1 */
    double days;        /* history behind it; 0: 3 */
    double burn_in_days; /* unseen days before; 0: 4, < 0: none */
    int book_levels;     /* a side of the first symbol's book; 0: as many as fit. Others have 40 */
    const char *bind_address;         /* NULL: 127.0.0.1 */
    int port;                         /* 0: any free one */
    const char *cert_file, *key_file; /* PEM; both NULL: plain */
    bool no_deflate;
    bool frozen;     /* tests: once served, the market stands still; what moves is injected */
    bool coinm_rows; /* COIN-M liquidations among those of !forceOrder@arr, too */
    int handshake_delay_ms;        /* hold every new connection back */
    int ping_interval_ms;          /* 0: the venue's */
    int64_t session_ms_max;        /* connections are ended after this; 0: the venue's */
    struct exchange_faults faults; /* from the start on */
};

/* NULL and *why: STATUS_BUSY (port in use), STATUS_IO (certificate, address), STATUS_RANGE (days,
 * symbol, count, levels), STATUS_UNSUPPORTED (no dialect of this venue), STATUS_MEMORY. It listens
 * from here on and answers after start. */
struct exchange_server *exchange_server_create(const struct exchange_server_desc *desc,
                                               enum status *why);
bool exchange_server_start(struct exchange_server *server);   /* false: no thread */
void exchange_server_destroy(struct exchange_server *server); /* stops and joins; NULL accepted */

int exchange_server_port(const struct exchange_server *server);
/* "ws://127.0.0.1:4711" and "http://127.0.0.1:4711" (wss, https with a certificate); valid until
 * destroy. */
const char *exchange_server_ws_base_url(const struct exchange_server *server);
const char *exchange_server_rest_base_url(const struct exchange_server *server);

/* The venue's own spelling of symbol index; NULL: there is none. Those of the descriptor never
 * change. */
const char *exchange_server_symbol(const struct exchange_server *server, int index);

/* Replace the switches. False: the service's queue is full. */
bool exchange_server_set_faults(struct exchange_server *server,
                                const struct exchange_faults *faults);
/* Faults by the clock: "SECONDS:NAME[=VALUE]" with commas between, seconds since the start; see
 * exchange_script.c for the names. Before start only. False: reason says what is wrong with it. */
enum { EXCHANGE_REASON_BYTES = 160 };
bool exchange_server_set_script(struct exchange_server *server, const char *text,
                                char reason[EXCHANGE_REASON_BYTES]);

/* Put an event of our own on the wire at once, beside the market (which does not notice it, except
 * that a mark stays until the market makes its next one). */
struct exchange_injection {
    enum { EXCHANGE_TRADE, EXCHANGE_LIQUIDATION, EXCHANGE_MARK } kind;
    int symbol;    /* index; 0: the first */
    int64_t ts_ms; /* its time on the wire; 0: now */
    int64_t price_ticks;
    int64_t qty_lots;       /* trade, liquidation */
    enum side side;         /* trade: the aggressor */
    enum position position; /* liquidation */
};
bool exchange_server_inject(struct exchange_server *server,
                            const struct exchange_injection *injection);
/* Further trades, so many a second in equal parts each 10 ms, over all listed symbols in turn, at
 * the market's price, and liquidations; 0: none. Trade ids of a symbol follow on by one, so that
 * every lost one is seen. Above some 9,000 messages a second set no_deflate: compressed,
 * libwebsockets sends one message a turn, and a connection whose queue grows beyond 16 MiB is cut.
 */
struct exchange_load {
    int trades_per_s, liquidations_per_s;
};
bool exchange_server_set_load(struct exchange_server *server, const struct exchange_load *load);
/* A coin's perpetual comes or goes while clients are there: its streams fall silent, the list of
 * instruments changes, the venue says so where it has a message for it. A base that is new is
 * added; false also for one too long. */
bool exchange_server_list(struct exchange_server *server, const char *base, bool listed);

struct exchange_counts {
    bool serving; /* the run ahead is over */
    int64_t conns_open, conns_opened, conns_refused;
    int64_t messages_sent, messages_received;
    int64_t conns_cut; /* for more than ten messages a second, or too slow a reader */
    int64_t requests, requests_refused;
    int64_t load_sent, load_forced; /* trades and liquidations of set_load */
    int64_t hidden_liquidations;    /* not the largest of their second */
    int64_t unsent;                 /* messages lost because memory was short */
};
void exchange_server_get_counts(const struct exchange_server *server,
                                struct exchange_counts *counts);
