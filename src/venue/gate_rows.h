/* venue/gate_rows.h - rows of Gate's messages by their members, of streams and of answers; inside
 * this room only.
 *
 * Each gate_add_… makes what a row stands for and counts what it came to. Thread: the parser's.
 * Owner: gate_parse and gate_rest, on their stack.  Limit: GATE_TIER_COUNT_MAX tiers a contract. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "venue/parser.h"

enum { GATE_TIER_COUNT_MAX = 64 };

/* Members by name, in the order of the wire: those of trades, then of liquidations, come first. */
enum gate_field {
    GATE_SIZE,
    GATE_ID,
    GATE_CREATE_TIME,
    GATE_CREATE_TIME_MS,
    GATE_PRICE,
    GATE_CONTRACT,
    GATE_IS_INTERNAL,
    GATE_TRADE_COUNT,
    GATE_TIME = GATE_TRADE_COUNT,
    GATE_TIME_MS,
    GATE_LIQUIDATION_COUNT,
    GATE_ORDER_PRICE = GATE_LIQUIDATION_COUNT,
    GATE_FILL_PRICE,
    /* bars, funding */
    GATE_T,
    GATE_V,
    GATE_C,
    GATE_H,
    GATE_L,
    GATE_O,
    GATE_SUM,
    GATE_N,
    GATE_A,
    GATE_W,
    GATE_R,
    /* tickers */
    GATE_LAST,
    GATE_FUNDING_RATE,
    GATE_FUNDING_NEXT,
    GATE_MARK,
    GATE_INDEX,
    GATE_TOTAL_SIZE,
    GATE_OPEN_INTEREST,
    /* contracts */
    GATE_NAME,
    GATE_TYPE,
    GATE_MULTIPLIER,
    GATE_PRICE_ROUND,
    GATE_SIZE_MIN,
    GATE_FUNDING_INTERVAL,
    GATE_TIERS,
    /* tiers */
    GATE_MAINTENANCE,
    GATE_LEVERAGE_MAX,
    GATE_RISK_LIMIT,
    /* books */
    GATE_UPDATE,
    GATE_ASKS,
    GATE_BIDS,
    GATE_FIELD_COUNT
};
extern const char *const gate_names[GATE_FIELD_COUNT];

/* One text on its way through. */
struct gate_work {
    struct venue_parser *parser;
    struct venue_message *message;
    const struct venue_rest_about *about; /* of an answer; else NULL */
    int64_t recv_ns;
    int64_t time_ms;  /* the text's own; 0: not known */
    size_t row_count; /* rows seen, whatever they came to */
    struct venue_field row[GATE_FIELD_COUNT];
};

/* What a row came to that no venue_add_… has counted. */
void gate_count(struct gate_work *work, enum status status);
/* Everything that was seen was dropped and counted, or there was nothing in it, or neither. */
enum status gate_judge(const struct gate_work *work);

/* A time in seconds or milliseconds, with or without a fraction: below 1e11 it counts seconds. */
bool gate_time(const struct scan_value *value, int64_t *ms);
/* Whether a value stands for something: there, not null and not "". */
bool gate_has(const struct gate_work *work, enum gate_field field);
/* The scan has entered the row; members up to count of enum gate_field are read. */
void gate_row_read(struct gate_work *work, struct scan *scan, size_t count);

/* What work->row holds. long_sign: the sign of size that stands for a liquidated long. */
void gate_add_trade(struct gate_work *work);
void gate_add_liquidation(struct gate_work *work, int long_sign);
void gate_add_ticker(struct gate_work *work);
void gate_add_kline(struct gate_work *work, struct venue_symbol *symbol, int32_t interval_s);
void gate_add_interest(struct gate_work *work);
void gate_add_funding(struct gate_work *work);
void gate_add_contract(struct gate_work *work);

/* Rows of a margin table, of one contract after another; zeroed at first. */
struct gate_tiers {
    struct venue_symbol *symbol;
    bool open; /* rows of a contract have come */
    enum status status;
    size_t count;
    struct venue_tier rows[GATE_TIER_COUNT_MAX];
};
/* work->row is the next one, of symbol. */
void gate_tiers_take(struct gate_work *work, struct gate_tiers *tiers, struct venue_symbol *symbol);
void gate_tiers_end(struct gate_work *work, struct gate_tiers *tiers);

/* The scan has entered an array of levels, {"p","s"} or ["p","s"]; into the message's book. */
void gate_read_levels(struct gate_work *work, struct scan *scan, enum side side);
