/* venue/htx_rows.h - the rows of HTX's messages and answers to event slots; inside this room only.
 *
 * Stream and REST have the same rows; what differs is around them (htx_parse.c, htx_rest.c).
 * Thread: the parser's.  Owner: the text that is read, on its stack.  Limit: HTX_TIER_COUNT_MAX
 * tiers a contract. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "venue/parser.h"

/* What is read; all else is ignored. Numbers come as numbers or as texts, "null" and "" are none:
 *
 *   trade.detail         amount (contracts) quantity (base coin) price direction ts id
 *   liquidation_orders   contract_code direction (of the order: sell closed a long) price
 * created_at volume (contracts) amount (base coin) trade_turnover (quote) of v5              side
 * position_side bankrupt_price liquidation_time; amount means contracts depth.size_N.high_freq
 * tick{bids[[price,contracts]] asks ts version event} kline.1min           id (seconds) open high
 * low close amount (base) vol (contracts) trade_turnover mark_price.1min, index.1min, detail
 * tick.close, at the message's time funding_rate         contract_code funding_rate funding_time
 * settlement_time next_funding_time open interest        contract_code volume (contracts) amount
 * (base) value (quote) its history        contract_code tick[{volume amount_type (1: contracts, 2:
 * base) value ts}] contract_info        symbol contract_code contract_size price_tick
 * contract_status adjustfactor         contract_code list[{lever_rate ladders[{max_size
 * adjust_factor}]}]
 *
 * A linear contract is of so much base coin, an inverse one of so many USD (contract_size). */
enum { HTX_TIER_COUNT_MAX = 32 };

enum htx_rows {
    HTX_ROWS_OTHER, /* not ours */
    HTX_ROWS_TRADE,
    HTX_ROWS_LIQUIDATION,
    HTX_ROWS_KLINE,
    HTX_ROWS_MARK,
    HTX_ROWS_INDEX, /* of a bar: close; of a list: index_price */
    HTX_ROWS_LAST,
    HTX_ROWS_FUNDING,
    HTX_ROWS_INTEREST,
    HTX_ROWS_INTEREST_HISTORY,
    HTX_ROWS_INSTRUMENT,
    HTX_ROWS_TIERS,
    HTX_ROWS_BOOK,      /* high_freq: changes and snapshots, sequenced */
    HTX_ROWS_BOOK_WHOLE /* step0, step6: not merged; others are */
};

/* What a "ch" says: "market.BTC-USDT.kline.1min". */
struct htx_channel {
    enum htx_rows rows;
    struct span code; /* "BTC-USDT"; "*": rows have their own */
    int32_t interval_s;
};

/* One text on its way through. */
struct htx_work {
    struct venue_parser *parser;
    struct venue_message *message;
    int64_t recv_ns, ts_ms;      /* ts_ms: of the message; 0: not said */
    struct venue_symbol *symbol; /* of rows that name none; NULL: not said */
    enum status symbol_status;   /* why symbol is NULL */
    int32_t interval_s;
    size_t row_count; /* rows seen, whatever became of them */
};

/* BTC-USDT, BTC-USDT-261225, BTC-USDT-CQ: linear. BTC-USD, BTC261225, BTC_CQ: inverse. NONE: no
 * future of ours (btcusdt is a spot pair). */
enum contract htx_contract_of(struct span code);

void htx_read_channel(struct span text, struct htx_channel *out);

/* The symbol of a code, in capitals. STATUS_IGNORED: no future. STATUS_NOT_FOUND: none. */
enum status htx_find_code(struct htx_work *work, struct span code, struct venue_symbol **out);
/* Of a value; of type SCAN_NONE it is the work's own symbol. */
enum status htx_find_symbol(struct htx_work *work, const struct scan_value *value,
                            struct venue_symbol **out);

/* One row, at the cursor; what became of it is counted. */
void htx_read_row(struct htx_work *work, enum htx_rows rows, struct scan *scan);
/* The same of an object that the scan has entered. */
void htx_read_object(struct htx_work *work, enum htx_rows rows, struct scan *scan);
/* Every row of the array that the scan has entered. */
void htx_read_rows(struct htx_work *work, enum htx_rows rows, struct scan *scan);
/* The trades of a tick or an answer, {"data":[…]}; the scan is in the object. */
void htx_read_trades(struct htx_work *work, struct scan *scan);

/* A book: the scan is in the object under "tick". whole: a snapshot, whatever it says. Not
 * counted. */
enum status htx_read_book(struct htx_work *work, bool whole, struct scan *scan);

/* -- rows of htx_facts.c: the scan is in the row's object -- */

void htx_read_close(struct htx_work *work, enum htx_rows rows, struct scan *scan);
void htx_read_funding(struct htx_work *work, struct scan *scan);
void htx_read_interest(struct htx_work *work, struct scan *scan);
void htx_read_interest_history(struct htx_work *work, struct scan *scan);
void htx_read_instrument(struct htx_work *work, struct scan *scan);
/* Maintenance is adjust_factor of the margin that a position uses, so its rate depends on the
 * leverage; the table made of it is that of the highest one. */
void htx_read_tiers(struct htx_work *work, struct scan *scan);

/* A number that may be missing, null, "" or "null". False: there, and no number. */
bool htx_optional_decimal(const struct scan_value *value, struct decimal *out, bool *has);
bool htx_optional_integer(const struct scan_value *value, int64_t *out, bool *has);
