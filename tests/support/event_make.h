/* support/event_make.h - event slots for tests, in one line each.  Prices and quantities are
 * decimal texts. */
#pragma once

#include <assert.h>
#include <string.h>

#include "market/event.h"

static inline struct decimal make_decimal(const char *text) {
    struct decimal value = {0};
    bool ok = decimal_parse(text, strlen(text), &value);
    assert(ok);
    (void)ok;
    return value;
}

static inline struct event make_event(enum event_kind kind, uint16_t instrument, int64_t ts_ms) {
    struct event event;
    memset(&event, 0, sizeof(event));
    event.kind = kind & 31U;
    event.instrument = instrument;
    event.flags = EVENT_FLAG_BEGIN | EVENT_FLAG_END;
    event.ts_ms = ts_ms;
    return event;
}

static inline struct event make_trade(uint16_t instrument, int64_t ts_ms, enum side side,
                                      const char *price, const char *qty) {
    struct event event = make_event(EVENT_TRADE, instrument, ts_ms);
    struct decimal price_value = make_decimal(price);
    struct decimal qty_value = make_decimal(qty);
    event.side = side & 3U;
    event.has = TRADE_HAS_QTY;
    event.u.trade.price = price_value.mantissa;
    event.exponent_a = price_value.exponent;
    event.u.trade.qty = qty_value.mantissa;
    event.exponent_b = qty_value.exponent;
    return event;
}

static inline struct event make_liquidation(uint16_t instrument, int64_t ts_ms,
                                            enum position position, const char *price,
                                            const char *qty) {
    struct event event = make_trade(instrument, ts_ms, SIDE_NONE, price, qty);
    event.kind = EVENT_LIQUIDATION;
    event.side = position & 3U;
    event.detail = PRICE_FILL;
    event.flags |= EVENT_FLAG_COMPLETE;
    return event;
}

static inline struct event make_level(uint16_t instrument, int64_t ts_ms, enum side side,
                                      const char *price, const char *qty, unsigned flags) {
    struct event event = make_event(EVENT_BOOK, instrument, ts_ms);
    struct decimal price_value = make_decimal(price);
    struct decimal qty_value = make_decimal(qty);
    event.side = side & 3U;
    event.flags = flags & 0xFFU;
    event.u.level.price = price_value.mantissa;
    event.exponent_a = price_value.exponent;
    event.u.level.qty_base = qty_value.mantissa;
    event.exponent_b = qty_value.exponent;
    return event;
}

static inline struct event make_mark(uint16_t instrument, int64_t ts_ms, const char *price) {
    struct event event = make_event(EVENT_PRICE, instrument, ts_ms);
    struct decimal value = make_decimal(price);
    event.has = PRICE_HAS_MARK;
    event.u.price.mark = value.mantissa;
    event.exponent_a = value.exponent;
    return event;
}

static inline struct event make_open_interest(uint16_t instrument, int64_t ts_ms,
                                              const char *oi_base) {
    struct event event = make_event(EVENT_OPEN_INTEREST, instrument, ts_ms);
    struct decimal value = make_decimal(oi_base);
    event.has = OI_HAS_BASE;
    event.u.open_interest.oi_base = value.mantissa;
    event.exponent_a = value.exponent;
    return event;
}

static inline struct event make_funding(uint16_t instrument, int64_t ts_ms, const char *rate,
                                        int64_t next_ms) {
    struct event event = make_event(EVENT_FUNDING, instrument, ts_ms);
    struct decimal value = make_decimal(rate);
    event.has = FUNDING_HAS_RATE | FUNDING_HAS_NEXT;
    event.u.funding.rate = value.mantissa;
    event.exponent_a = value.exponent;
    event.u.funding.next_ms = next_ms;
    return event;
}

static inline struct event make_gap(uint16_t instrument, enum stream stream, int64_t from_ms,
                                    int64_t to_ms) {
    struct event event = make_event(EVENT_GAP, instrument, to_ms != 0 ? to_ms : from_ms);
    event.detail = stream & 7U;
    event.u.gap.from_ms = from_ms;
    event.u.gap.to_ms = to_ms;
    return event;
}
