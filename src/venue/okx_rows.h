/* venue/okx_rows.h - the rows of OKX's messages and answers to event slots; inside this room only.
 *
 * Stream and REST have the same rows; what differs is around them (okx_parse.c, okx_rest.c).
 * Thread: the parser's.  Owner: the text that is read, on its stack.  Limit: OKX_TIER_COUNT_MAX
 * tiers an instrument. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "venue/parser.h"

/* What is read; all else is ignored:
 *
 *   trades, trades-all   instId tradeId px sz side ts (sz: contracts)
 *   liquidation-orders   instId details[{side posSide bkPx sz ts}]
 *   books                asks[[px,sz,"0",n]] bids ts seqId prevSeqId
 *   mark-price, funding-rate, open-interest, tickers
 *                        instId ts markPx | fundingRate fundingTime nextFundingTime |
 *                        oi oiCcy oiUsd | last
 *   index-tickers        instId (the index: BTC-USDT) idxPx ts
 *   candle1m …           [ts,o,h,l,c,contracts,base,quote,confirm]
 *   instruments          instType instId instCategory ctVal ctMult ctType ctValCcy tickSz lotSz
 *
 * Only swaps and dated futures are ours: rows of spot pairs, options and X-Perps are ignored. Every
 * number is a text, "" is none. */
enum { OKX_TIER_COUNT_MAX = 128 };

enum okx_rows {
    OKX_ROWS_OTHER, /* not ours */
    OKX_ROWS_TRADE,
    OKX_ROWS_LIQUIDATION,
    OKX_ROWS_BOOK,
    OKX_ROWS_FACTS, /* mark, funding, open interest, last */
    OKX_ROWS_INDEX,
    OKX_ROWS_KLINE,
    OKX_ROWS_INTEREST, /* [ts,oi,oiCcy,oiUsd] */
    OKX_ROWS_INSTRUMENT,
    OKX_ROWS_TIER
};

/* One text on its way through. */
struct okx_work {
    struct venue_parser *parser;
    struct venue_message *message;
    int64_t recv_ns;
    struct venue_symbol *symbol; /* of rows that name none; NULL: not said */
    enum status symbol_status;   /* why symbol is NULL */
    int32_t interval_s;          /* of klines; 0: none of fixed length */
    size_t row_count;            /* rows seen, whatever became of them */
};

/* BTC-USDT-SWAP, BTC-USD-261225; not BTC-USDT, BTC-USD-261225-50000-C, BTC-USD_UM_XPERP-310404. */
bool okx_is_future(struct span text);

/* The symbol that a value names. STATUS_IGNORED: not a future. STATUS_NOT_FOUND: none. A value of
 * type SCAN_NONE is the work's own symbol. */
enum status okx_find_symbol(struct okx_work *work, const struct scan_value *value,
                            struct venue_symbol **out);

/* One row, at the cursor; what became of it is counted. */
void okx_read_row(struct okx_work *work, enum okx_rows rows, struct scan *scan);

enum okx_book {
    OKX_BOOK_WHOLE,  /* a snapshot */
    OKX_BOOK_CHANGE, /* an update */
    OKX_BOOK_UNSAID  /* a snapshot if nothing went before it (prevSeqId -1) */
};

/* A book, at the cursor (its object). Not counted. */
enum status okx_read_book(struct okx_work *work, enum okx_book kind, struct scan *scan);

/* The scan is in the array: margin tiers. Those of an instrument follow each other. swaps: rows
 * name their family alone, and the request was for swaps. */
void okx_read_tiers(struct okx_work *work, bool swaps, struct scan *scan);

/* Into message->reply: the venue's code and its words, "60012: Illegal request". */
void okx_set_reply(struct venue_message *message, const struct scan_value *code,
                   const struct scan_value *text);
