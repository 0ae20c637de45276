/* venue/hyperliquid_rows.h - rows of Hyperliquid's messages by their members, of streams and of
 * answers; inside this room only.
 *
 * Each hyperliquid_add_… makes what a row stands for and counts what it came to. Thread: the
 * parser's.  Owner: hyperliquid_parse and hyperliquid_rest, on their stack. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "venue/parser.h"

/* Members by name, in the order of the wire: those of trades come first. */
enum hyperliquid_field {
    HYPERLIQUID_COIN,
    HYPERLIQUID_SIDE,
    HYPERLIQUID_PX,
    HYPERLIQUID_SZ,
    HYPERLIQUID_TIME,
    HYPERLIQUID_HASH,
    HYPERLIQUID_TID,
    HYPERLIQUID_USERS,
    HYPERLIQUID_TRADE_COUNT,
    /* bars */
    HYPERLIQUID_T = HYPERLIQUID_TRADE_COUNT,
    HYPERLIQUID_T_END,
    HYPERLIQUID_S,
    HYPERLIQUID_I,
    HYPERLIQUID_O,
    HYPERLIQUID_C,
    HYPERLIQUID_H,
    HYPERLIQUID_L,
    HYPERLIQUID_V,
    /* contexts, funding */
    HYPERLIQUID_CTX,
    HYPERLIQUID_FUNDING,
    HYPERLIQUID_FUNDING_RATE,
    HYPERLIQUID_INTEREST,
    HYPERLIQUID_ORACLE,
    HYPERLIQUID_MARK,
    /* coins, books */
    HYPERLIQUID_NAME,
    HYPERLIQUID_UNIVERSE,
    HYPERLIQUID_MARGIN_TABLES,
    HYPERLIQUID_LEVELS,
    HYPERLIQUID_FIELD_COUNT
};
extern const char *const hyperliquid_names[HYPERLIQUID_FIELD_COUNT];

/* One text on its way through. */
struct hyperliquid_work {
    struct venue_parser *parser;
    struct venue_message *message;
    int64_t recv_ns;
    size_t row_count; /* rows seen, whatever they came to */
    struct venue_field row[HYPERLIQUID_FIELD_COUNT];
};

/* What a row came to that no venue_add_… has counted. */
void hyperliquid_count(struct hyperliquid_work *work, enum status status);
/* STATUS_OK: something came out. Else every row was dropped and counted, or there was none. */
enum status hyperliquid_judge(const struct hyperliquid_work *work);
/* Whether a row has this member. */
bool hyperliquid_has(const struct hyperliquid_work *work, enum hyperliquid_field field);

/* The scan has entered the row; members up to count of enum hyperliquid_field are read. */
void hyperliquid_row_read(struct hyperliquid_work *work, struct scan *scan, size_t count);

/* What work->row holds. */
void hyperliquid_add_trade(struct hyperliquid_work *work);
void hyperliquid_add_kline(struct hyperliquid_work *work, bool closed);
void hyperliquid_add_funding(struct hyperliquid_work *work);
/* work->row is a context; of symbol, which may be NULL. */
void hyperliquid_add_context(struct hyperliquid_work *work, struct venue_symbol *symbol);
/* The scan has entered a book's object. What it came to, not counted; the text holds nothing else.
 */
enum status hyperliquid_read_book(struct hyperliquid_work *work, struct scan *scan);
