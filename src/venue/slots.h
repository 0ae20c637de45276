/* venue/slots.h - event slots from a venue's fields; units are settled here and nowhere else.
 *
 *   linear   base = size (UNIT_BASE) or contracts x multiplier; notional = base x price
 *            UNIT_QUOTE: notional = size, base = notional / price
 *   inverse  notional = size (UNIT_QUOTE) or contracts x multiplier; base = notional / price
 *            UNIT_BASE: base = size, notional = base x price
 *
 * Inexact here are quotients, rounded to VENUE_BASE_PLACES places, and products of more digits than
 * a decimal holds (a mark of eight decimals times an open interest), to VENUE_USD_PLACES. Thread:
 * the parser's; plain functions. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "market/event.h"
#include "venue/symbols.h"

enum { VENUE_BASE_PLACES = 10, VENUE_USD_PLACES = 2 };

/* A cleared slot of that kind for this symbol. */
struct event venue_slot(enum event_kind kind, const struct venue_symbol *symbol, int64_t ts_ms,
                        int64_t recv_ns);

/* A size as base coin and notional. has_usd: usd is known (it may be too large for a decimal).
 * STATUS_MALFORMED: price not above zero or size negative. STATUS_UNSUPPORTED: its unit, or the
 * contract's worth, is not known. */
struct venue_amount {
    struct decimal base, usd;
    bool has_usd;
};
enum status venue_slot_amount(const struct venue_symbol *symbol, struct decimal price,
                              struct decimal size, enum venue_unit unit, struct venue_amount *out);

/* Price and size of a trade or liquidation; the size counts `unit` (symbol->unit, where the message
 * has no other of its own). STATUS_MALFORMED: price or size not above zero. STATUS_UNSUPPORTED:
 * contracts of unknown worth; with keep_unknown_units those go out as contracts, STATUS_OK. */
enum status venue_slot_set_trade(struct event *slot, const struct venue_symbol *symbol,
                                 struct decimal price, struct decimal size, enum venue_unit unit,
                                 bool keep_unknown_units);

/* Price and size of a book level, in the symbol's unit; a size of 0 removes it. */
enum status venue_slot_set_level(struct event *slot, const struct venue_symbol *symbol,
                                 struct decimal price, struct decimal size);

/* Open interest of one side, in `unit`; price: the mark, or 0 where there is none at hand (then
 * what needs it is left out). STATUS_UNSUPPORTED: its unit is not known, or both need the price. */
enum status venue_slot_set_interest(struct event *slot, const struct venue_symbol *symbol,
                                    struct decimal size, enum venue_unit unit,
                                    struct decimal price);

/* What a bar holds; a volume the venue does not give has its mantissa below zero. */
struct venue_kline {
    int64_t open_ms;
    int32_t interval_s;
    bool closed;
    struct decimal open, high, low, close;
    struct decimal base, usd, taker_base; /* base coin, notional, base coin bought by takers */
};
#define VENUE_KLINE_NO_VOLUME ((struct decimal){.mantissa = -1})
/* EVENT_KLINE + EVENT_KLINE_VOLUME. STATUS_MALFORMED: prices not above zero, high below low, or out
 * of scale. */
enum status venue_slot_set_kline(struct event out[2], const struct venue_symbol *symbol,
                                 const struct venue_kline *kline, int64_t recv_ns);
