/* venue/binance_parse.h - Binance's stream messages to event slots, USD-M and COIN-M rows.
 *
 * Pure: no I/O, no clock.  Thread: the parser's.  Owner: feed or normalizer.
 * Limits: EVENT_MESSAGE_SLOTS_MAX slots, BINANCE_TIER_COUNT_MAX brackets. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "market/event.h"
#include "venue/binance_symbols.h"
#include "venue/venue.h"

/* What is read, bare or as {"stream":"btcusdt@aggTrade","data":{...}}; all else is ignored:
 *
 *   aggTrade         s a p q f l T m (true: the buyer is maker, the taker sold)
 *   trade            s t p q T m X (MARKET, or absent)
 *   forceOrder       o{s S p ap z T} (S is the order's side: SELL closed a long)
 *   depthUpdate      s U u pu T b[[price,qty]] a[[price,qty]]
 *   markPriceUpdate  s E p (mark) i (index) r (rate, "": none) T (next); also an array of rows
 *   kline            s k{t i o h l c v q V Q x L}
 *   contractInfo     s bks[{bnc mmr ma}]
 *
 * Numbers come as strings or as numbers; members in any order, the first of duplicates counts. */
enum { BINANCE_TIER_COUNT_MAX = 64 };

enum binance_kind {
    BINANCE_NONE,  /* nothing in it for us */
    BINANCE_OTHER, /* no stream message: an ack, an error, or a REST answer */
    BINANCE_TRADE,
    BINANCE_LIQUIDATION,
    BINANCE_DEPTH,
    BINANCE_SNAPSHOT, /* REST depth; symbol may be NULL */
    BINANCE_MARK,
    BINANCE_KLINE,
    BINANCE_INSTRUMENT,
    BINANCE_OPEN_INTEREST,
    BINANCE_MIXED /* rows of several symbols */
};

/* What a message holds beside its slots, which are parser->slots[0 .. count). */
struct binance_message {
    enum binance_kind kind;
    struct binance_symbol *symbol; /* NULL: several, or not said */
    size_t count;                  /* whole messages, BEGIN to END */
    int64_t sent_ms;               /* E; 0: not there */
    int64_t id;                    /* aggTrade: a; trade: t */
    int64_t first_id,
        last_id;        /* depth: U, u; aggTrade: f, l; kline: -, L; snapshot: -, lastUpdateId */
    int64_t prev_id;    /* depth: pu */
    bool has_contracts; /* trade, liquidation of COIN-M */
    struct decimal contracts;
};

struct binance_parser {
    struct binance_symbols symbols;
    struct venue_counts counts; /* rows dropped, messages ignored and malformed */
    bool keep_unknown_units;
    struct event *slots; /* owned, EVENT_MESSAGE_SLOTS_MAX */
    size_t tier_count;
    struct {
        double notional_cap_usd, mmr, leverage_max;
    } tiers[BINANCE_TIER_COUNT_MAX];
};

/* NULL: out of memory. home: VENUE_BINANCE_USDM or _COINM. */
struct binance_parser *binance_parser_create(struct instrument_table *instruments,
                                             enum venue_id home);
void binance_parser_destroy(struct binance_parser *parser);

/* Parse one text. STATUS_OK: count > 0 slots. Else nothing came of it, and it is counted (all but
 * BINANCE_OTHER, which the caller judges): STATUS_IGNORED, STATUS_MALFORMED, STATUS_UNKNOWN (side),
 * STATUS_UNSUPPORTED (unit), STATUS_NOT_FOUND (symbol), STATUS_RANGE (too many levels). recv_ns
 * goes into the slots. */
enum status binance_parse(struct binance_parser *parser, const char *bytes, size_t len,
                          int64_t recv_ns, struct binance_message *message);

/* Count what became of a row or message; STATUS_OK, and STATUS_CANCELLED (rows counted already),
 * count nothing. */
void binance_parser_count(struct binance_parser *parser, enum status status);

/* "1m" -> 60; 0: not an interval of fixed length. */
int32_t binance_interval_s(struct span text);
