/* venue/binance_slots.h - event slots from Binance's fields, units settled here and nowhere else.
 *
 * USD-M sizes are base coin; COIN-M sizes are contracts of contract_size USD: notional = size x
 * contract_size, base = notional / price, rounded to BINANCE_BASE_PLACES places (the one inexact
 * number here). Thread: the parser's; plain functions. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "market/event.h"
#include "venue/binance_symbols.h"

enum { BINANCE_BASE_PLACES = 10 };

/* A cleared slot of that kind for this symbol. */
struct event binance_slot(enum event_kind kind, const struct binance_symbol *symbol, int64_t ts_ms,
                          int64_t recv_ns);

/* Price and size of a trade or liquidation. STATUS_MALFORMED: price or size not above zero.
 * STATUS_UNSUPPORTED: contracts of unknown size; with keep_unknown_units those go out as contracts,
 * STATUS_OK. */
enum status binance_slot_set_trade(struct event *slot, const struct binance_symbol *symbol,
                                   struct decimal price, struct decimal size,
                                   bool keep_unknown_units);

/* Price and size of a book level; a size of 0 removes it. As above, without contracts. */
enum status binance_slot_set_level(struct event *slot, const struct binance_symbol *symbol,
                                   struct decimal price, struct decimal size);

/* A kline as its venue names the columns: volume and quote swap their meaning in COIN-M. */
struct binance_kline {
    int64_t open_ms;
    int32_t interval_s;
    bool closed;
    struct decimal open, high, low, close;
    struct decimal volume, quote_volume, taker_volume, taker_quote_volume;
};
/* EVENT_KLINE + EVENT_KLINE_VOLUME. STATUS_MALFORMED: prices not above zero, high below low, or out
 * of scale. */
enum status binance_slot_set_kline(struct event out[2], const struct binance_symbol *symbol,
                                   const struct binance_kline *kline, int64_t recv_ns);
