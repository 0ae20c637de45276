/* sim/exchange_dialect.h - one exchange as its clients see it: a const table a venue.
 *
 * The exchange (exchange_*.c) has the market, the clock, books and their ids, subscriptions,
 * batches, connections, limits and faults; a dialect says what the venue's texts look like, written
 * from its documentation by sim/wire.h alone. A dialect is a file pair, exchange_VENUE.c and .h,
 * and a row of exchange_dialects.c. Thread: THREAD_SIM.  Owner: static tables.  Limits below.
 *
 * How to write one (exchange_binance.c is the worked example):
 *
 *  1. paths: where a WebSocket opens. What is not in the table is refused with 404.
 *  2. channels: what can be subscribed to. Each row says what it tells, how often, and whether one
 *     subscription is for all symbols. The row's index is the channel's number everywhere below.
 *  3. hear(): a client's message. Read it with json/tree.h, find channel and symbol, call
 *     exchange_subscribe or exchange_unsubscribe, write the venue's answer into `reply`. Where
 *     channels[].first is set, the exchange sends the present state after the reply, by itself.
 *  4. The writers, trades() to contract(): the text of one message of a channel, in the venue's
 *     field order. Several messages are separated by a newline ('\n' stands in no JSON text of
 *     ours); no text at all sends nothing. They are called once for each variant of connections
 *     that wants the channel (conn->variant, from the path or set by opened()).
 *  5. routes: REST by path, written with the exchange_answer and exchange_history helpers.
 *  6. odd(): texts of the right shape with one thing wrong, for the tests of unknown words. Their
 *     size is EXCHANGE_ODD_LOTS where they have one, so that a test sees a row that got through.
 *  7. Heartbeat: ping_frame_ms, idle, or keep() for what the venue says in texts. All times of
 *     rules pass on the rule clock (exchange_rule_ms), which tests run faster.
 *
 * Units: prices are integers of 0.1 of the quote coin (MARKET_TICK), sizes integers of 0.001 of the
 * base coin (MARKET_LOT) for every symbol; wire_fixed(out, ticks, 1) and wire_fixed(out, lots, 3)
 * write them. Contracts are the dialect's: choose a contract of a whole number of lots (or of USD,
 * exchange_contracts), say so in the list of instruments, and divide.
 * Ids: trade ids follow on by one for each symbol, so that a test can count; keep the number whole
 * inside the venue's id (a UUID: exchange_put_uuid). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "json/tree.h"
#include "market/event.h"
#include "net/server.h"
#include "sim/ladder.h"
#include "sim/wire.h"

struct exchange_server; /* opaque for dialects */

enum {
    EXCHANGE_CHANNEL_MAX = 32,
    EXCHANGE_SYMBOL_MAX = 320,
    EXCHANGE_SYMBOL_BYTES = 40,
    EXCHANGE_BASE_BYTES = 16,
    EXCHANGE_OWN_MAX = 8,      /* numbers a dialect may keep with each connection, and of its own */
    EXCHANGE_VARIANT_MAX = 4,  /* kinds of connections that hear other texts */
    EXCHANGE_PARAM_BYTES = 96, /* of a value in a query */
    EXCHANGE_RECENT_MAX = 128  /* newest trades kept for each symbol */
};

/* -- what the table is made of -- */

struct exchange_path {
    const char *path; /* "/v5/public/linear" */
    int variant;      /* of the connections made there */
    bool tail;        /* "/…" may follow; opened() gets it */
    bool silent;      /* lets one in, acknowledges, and never says anything (retired) */
    int group;        /* dialect's own: of channels that speak here */
};

enum exchange_tells {
    TELLS_NOTHING,
    TELLS_TRADES,
    TELLS_LIQUIDATIONS,
    TELLS_BOOK,
    TELLS_TOUCH,  /* best bid and ask, whenever they change: ticker() writes it */
    TELLS_TICKER, /* mark, index, funding, open interest, last: ticker() writes it */
    TELLS_KLINE,  /* the one-minute bar */
    TELLS_CONTRACT
};

struct exchange_channel {
    enum exchange_tells tells;
    const char *name; /* as the dialect likes it; the exchange compares it with silence=NAME */
    int group;        /* it speaks on paths of this group only; elsewhere it is accepted, silent */
    bool all;         /* one subscription brings every symbol: symbol is NULL in the words */
    bool first;       /* who subscribes gets the present state at once (words.first) */
    bool whole;       /* book: every message is a snapshot */
    int interval_ms;  /* book, ticker, kline, contract: how often, in steps of 100; 0: 100 */
    int level_max;    /* book: levels a side; 0: all */
    int quiet_ms;     /* book: after so long without a change a delta without levels, or the same
                         whole book again; 0: none */
};

enum exchange_forced {
    FORCED_NONE,     /* the venue publishes no liquidations */
    FORCED_LARGEST,  /* of each second and symbol */
    FORCED_ALL,      /* batched: forced_ms, forced_rows_max */
    FORCED_IN_TRADES /* a liquidation is a trade with `liquidated` set */
};

enum exchange_idle { /* whose absence for idle_ms cuts a connection */
                     IDLE_NEVER,
                     IDLE_BYTES,    /* no byte from the client: pings and pongs count */
                     IDLE_MESSAGES, /* no text from the client */
                     IDLE_SILENCE   /* neither a text from the client nor one to it */
};

enum { EXCHANGE_ODD_LOTS = 7777 };

enum exchange_odd {
    ODD_TYPES,    /* numbers where texts belong, objects where numbers do, members missing */
    ODD_SIDE,     /* a trade of an unknown side */
    ODD_POSITION, /* a liquidation of an unknown side */
    ODD_SYMBOL,   /* a trade of a symbol that nobody knows */
    ODD_NUMBERS,  /* NaN, 1e999, negative sizes */
    ODD_KEYS,     /* a trade whose members come twice */
    ODD_COUNT
};

/* -- what happens -- */

struct exchange_symbol_inside;

struct exchange_symbol {
    int index;                      /* 0: the market itself; others are it at another price */
    char base[EXCHANGE_BASE_BYTES]; /* "BTC", "SIM001" */
    char name[EXCHANGE_SYMBOL_BYTES], lower[EXCHANGE_SYMBOL_BYTES]; /* as the venue spells it */
    bool listed;         /* false: not yet, or no more: silent, not in the lists */
    double price_factor; /* times the market's */
    struct exchange_symbol_inside *inside; /* owned by the exchange */
};

struct exchange_trade {
    const struct exchange_symbol *symbol;
    int64_t ts_ms, price_ticks, qty_lots;
    int64_t id;               /* the symbol's, one more each */
    enum side side;           /* aggressor */
    enum position liquidated; /* FORCED_IN_TRADES: the position that this trade closes by force */
};

struct exchange_liquidation {
    const struct exchange_symbol *symbol;
    int64_t ts_ms, price_ticks /* fill */, bankruptcy_ticks, qty_lots;
    int64_t id; /* the symbol's, one more each */
    enum position position;
};

/* A book message. Ids count changed levels: first_id .. last_id are those of this message, prev_id
 * the last one before. `number` counts the channel's messages for this symbol instead, `level_id`
 * the levels of its deltas, this one's included. A snapshot has the ids after which the next delta
 * follows. */
struct exchange_book {
    bool snapshot;
    bool reset; /* the venue began anew (reset=N): a snapshot unasked, its number back at 1 */
    int64_t first_id, last_id, prev_id, number, level_id;
    const struct ladder_level *levels[2]; /* bids, asks. A delta's by rising price, lots 0: gone;
                                             a snapshot's from the touch outwards */
    size_t count[2];
    const struct ladder *before; /* of a delta: the book without it; NULL for a snapshot */
    int64_t ts_ms;
};

struct exchange_ticker {
    double mark, index;
    double funding_rate;                 /* of MARKET_FUNDING_HOURS; positive: longs pay */
    int64_t next_funding_ms, funding_ms; /* the next settlement and the one before */
    int64_t last_ticks, bid_ticks, ask_ticks, bid_lots, ask_lots;
    int64_t oi_lots; /* one side */
    double oi_usd;
    int64_t book_id; /* of the newest change of the book */
};

struct exchange_kline {
    int64_t open_ms, interval_ms;
    int64_t open, high, low, close; /* ticks */
    int64_t volume_lots, taker_buy_lots, first_id, trade_count;
    double volume_usd, taker_buy_usd;
};

struct exchange_interest {
    int64_t ts_ms, oi_lots;
    double oi_usd;
};

struct exchange_funding {
    int64_t ts_ms;
    double rate, mark;
};

/* What a writer is told beside what happened. */
struct exchange_words {
    struct exchange_server *server;
    const struct exchange_symbol *symbol; /* NULL: of all */
    int channel, variant;
    int64_t now_ms; /* send time. This and every ts_ms are as the venue's clock shows them */
    bool first;     /* the state on subscription, for one connection */
};

struct exchange_conn {
    struct server_conn *conn; /* borrowed; NULL: a free place */
    const struct exchange_path *path;
    int variant;
    int64_t own[EXCHANGE_OWN_MAX];        /* the dialect's; zero at first */
    int64_t opened_ms, heard_ms, sent_ms; /* rule clock: open, newest text from it and to it */

    /* -- the exchange's -- */
    int64_t pinged_ms;
    int64_t cut_ms, frozen_ms; /* rule clock; to be cut then; half open since; 0: no */
    uint32_t wanted[EXCHANGE_SYMBOL_MAX], wanted_all; /* bit channel */
    uint32_t first_due[EXCHANGE_SYMBOL_MAX], first_due_all;
    char (*names)[64]; /* owned; exchange_name_add */
    size_t name_count, name_size;
    int64_t *said_ms; /* owned: when it spoke, a ring of messages_per_s */
    size_t said_count;
    bool closing; /* or half open: nothing goes to it any more */
};

struct exchange_answer { /* of a REST request */
    struct exchange_server *server;
    const char *path, *query, *body; /* body "": not a POST */
    const char *header;              /* value of dialect.header; "" without */
    struct wire out;
    int http_code, weight;
};

struct exchange_route {
    const char *path; /* ends with '*': whatever follows */
    void (*answer)(struct exchange_answer *answer);
};

/* -- the table -- */

struct exchange_dialect {
    enum venue_id venue;
    const char *header; /* a request header that matters, "x-gate-size-decimal:"; NULL: none */
    bool gzip;          /* messages to clients are gzip in binary frames */
    bool plain;         /* refuses permessage-deflate */

    const struct exchange_path *paths;
    int path_count;
    const struct exchange_channel *channels;
    int channel_count;

    enum exchange_forced forced;
    int forced_ms, forced_rows_max; /* FORCED_ALL: a batch; rule clock; 0: 100 ms, any number */
    int trade_rows_max;             /* trades in one message; 0: 1 */

    int messages_per_s; /* of a client, more are cut (1008); 0: any number */
    int ping_frame_ms;  /* the venue's WebSocket pings; 0: none */
    enum exchange_idle idle;
    int idle_ms;
    int64_t session_ms;            /* connections end at that age (1001); 0: never */
    int conns_max, conns_max_code; /* upgrades beyond are refused with it; 0: any number */
    int notice_ms;                 /* from a notice to the cut; 0: at once */

    int rest_weight_max, rest_window_ms; /* requests are refused beyond; 0: never */
    int rest_too_many_code;              /* 0: 429 */
    const char *rest_weight_header;      /* "X-MBX-USED-WEIGHT-1M"; NULL: none */

    /* The venue's name of a coin's perpetual: "BTC" is BTCUSDT. False: too long. */
    bool (*spell)(const char *base, char out[EXCHANGE_SYMBOL_BYTES]);
    /* A connection is there; tail: what follows its path, without the slash. May subscribe, and
     * write a greeting. NULL: nothing to do. */
    void (*opened)(struct exchange_server *server, struct exchange_conn *conn, const char *tail,
                   const struct server_request *request, struct wire *greeting);
    void (*hear)(struct exchange_server *server, struct exchange_conn *conn, const char *bytes,
                 size_t len, struct wire *reply);
    /* Each 100 ms: what the venue says of itself (heartbeats). NULL: nothing. */
    void (*keep)(struct exchange_server *server, struct exchange_conn *conn, int64_t rule_ms,
                 struct wire *out);
    /* "We are going to cut you" (notice=1). NULL: the venue just cuts. */
    void (*notice)(struct exchange_server *server, struct wire *out);

    /* Writers; NULL where no channel tells it. */
    void (*trades)(const struct exchange_words *words, const struct exchange_trade *rows,
                   size_t count, struct wire *out);
    void (*liquidations)(const struct exchange_words *words,
                         const struct exchange_liquidation *rows, size_t count, struct wire *out);
    void (*book)(const struct exchange_words *words, const struct exchange_book *book,
                 struct wire *out);
    void (*ticker)(const struct exchange_words *words, const struct exchange_ticker *ticker,
                   struct wire *out); /* ticker is NULL where symbol is: see exchange_ticker_get */
    void (*kline)(const struct exchange_words *words, const struct exchange_kline *kline,
                  bool closed, struct wire *out);
    void (*contract)(const struct exchange_words *words, struct wire *out);
    /* words.channel -1. False: the venue has no such thing. */
    bool (*odd)(const struct exchange_words *words, enum exchange_odd odd, struct wire *out);

    const struct exchange_route *routes;
    int route_count;
    /* The body for a refusal (404, 429, 418, 403, 451, 500). */
    void (*refuse)(struct exchange_answer *answer, int http_code);
};

/* NULL: no dialect of this venue. */
const struct exchange_dialect *exchange_dialect_find(enum venue_id venue);

/* -- for dialects: symbols and subscriptions -- */

/* Every symbol, listed or not, in order. */
const struct exchange_symbol *exchange_symbols(const struct exchange_server *server, int *count);
/* By the venue's name, lower case accepted where `lower`; NULL: unknown, or not listed. */
const struct exchange_symbol *exchange_symbol_find(const struct exchange_server *server,
                                                   const char *name, size_t len, bool lower);

/* symbol NULL: a channel of all. False: was (subscribe) or was not (unsubscribe) subscribed. */
bool exchange_subscribe(struct exchange_server *server, struct exchange_conn *conn, int channel,
                        const struct exchange_symbol *symbol);
bool exchange_unsubscribe(struct exchange_server *server, struct exchange_conn *conn, int channel,
                          const struct exchange_symbol *symbol);
/* Names that a connection asked for, known or not, where the venue can list them. False: no room,
 * or too long; a name that is there already is true. remove: false if it was not there. */
bool exchange_name_add(struct exchange_conn *conn, const char *name);
bool exchange_name_remove(struct exchange_conn *conn, const char *name);
/* End it after what is queued; 0 cuts it at once. */
void exchange_conn_end(struct exchange_conn *conn, int code);

/* -- for dialects: the state of things -- */

enum venue_id exchange_venue(const struct exchange_server *server);
int64_t exchange_now_ms(const struct exchange_server *server); /* the venue's clock */
int64_t exchange_rule_ms(const struct exchange_server *server);
int64_t *exchange_own(struct exchange_server *server);              /* EXCHANGE_OWN_MAX numbers */
bool exchange_has_coinm_rows(const struct exchange_server *server); /* descriptor's coinm_rows */
void exchange_ticker_get(const struct exchange_server *server, const struct exchange_symbol *symbol,
                         struct exchange_ticker *ticker);
/* The newest trades, oldest first: row i of the count that is returned. */
size_t exchange_recent_count(const struct exchange_symbol *symbol);
const struct exchange_trade *exchange_recent_at(const struct exchange_symbol *symbol, size_t i);

/* Bars of interval_ms (whole minutes) whose open lies in [from_ms, to_ms], oldest first, the newest
 * `limit` of them (newest) or the oldest. Returns how many were written. */
size_t exchange_klines_get(const struct exchange_server *server,
                           const struct exchange_symbol *symbol, int64_t interval_ms,
                           int64_t from_ms, int64_t to_ms, bool newest, size_t limit,
                           struct exchange_kline *out);
/* Open interest at multiples of step_ms (of five minutes), funding settlements: as above. */
size_t exchange_interest_get(const struct exchange_server *server,
                             const struct exchange_symbol *symbol, int64_t step_ms, int64_t from_ms,
                             int64_t to_ms, bool newest, size_t limit,
                             struct exchange_interest *out);
size_t exchange_funding_get(const struct exchange_server *server,
                            const struct exchange_symbol *symbol, int64_t from_ms, int64_t to_ms,
                            bool newest, size_t limit, struct exchange_funding *out);
/* Published liquidations of a symbol (or of all: NULL) in [from_ms, to_ms], the newest `limit` of
 * them or the oldest, oldest first. */
size_t exchange_forced_get(const struct exchange_server *server,
                           const struct exchange_symbol *symbol, int64_t from_ms, int64_t to_ms,
                           bool newest, size_t limit, struct exchange_liquidation *out);
/* The book of a symbol now (or the old one of snapshot-age), at most `limit` levels a side. */
void exchange_book_get(const struct exchange_server *server, const struct exchange_symbol *symbol,
                       size_t limit, struct exchange_book *book);

/* -- for dialects: texts -- */

/* The value of a key in a query, percent-decoded; false: not there, empty or too long. */
bool exchange_param(const char *query, const char *key, char out[EXCHANGE_PARAM_BYTES]);
/* fallback where it is absent; -1: no whole number from 0. */
int64_t exchange_param_integer(const char *query, const char *key, int64_t fallback);
/* The symbol that a parameter names; NULL: absent or unknown. */
const struct exchange_symbol *exchange_param_symbol(const struct exchange_answer *answer,
                                                    const char *key);

/* before"text" : put_text(out, ",\"s\":", "BTC") writes ,"s":"BTC" (nothing is escaped). */
void exchange_put_text(struct wire *out, const char *before, const char *text);
void exchange_put_integer(struct wire *out, const char *before, int64_t value); /* before123 */
/* before"1.50": value / 10^places as a text; the same as a number. */
void exchange_put_fixed(struct wire *out, const char *before, int64_t value, int places);
void exchange_put_fixed_number(struct wire *out, const char *before, int64_t value, int places);
void exchange_put_rounded(struct wire *out, const char *before, double value, int places);
void exchange_put_rounded_number(struct wire *out, const char *before, double value, int places);
/* A number or text as it was sent, or null. */
void exchange_put_echo(struct wire *out, const struct tree *value);
/* "00000000-0000-4000-8000-NNNNNNNNNNNN" of the low 48 bits of a number, with its quotes. */
void exchange_put_uuid(struct wire *out, const char *before, int64_t number);
/* Contracts of contract_usd each in so many lots: at least 1, 0 for 0 lots. */
int64_t exchange_contracts(int64_t price_ticks, int64_t lots, int contract_usd);
