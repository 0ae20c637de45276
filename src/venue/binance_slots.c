#include "venue/binance_slots.h"

#include <assert.h>

struct event binance_slot(enum event_kind kind, const struct binance_symbol *symbol, int64_t ts_ms,
                          int64_t recv_ns) {
    struct event slot = {.kind = (unsigned)kind & 31U,
                         .instrument = symbol->instrument,
                         .ts_ms = ts_ms,
                         .recv_ns = recv_ns};
    return slot;
}

/* Contracts to base coin. False: contract size not known, or out of range. */
static bool base_from_contracts(const struct binance_symbol *symbol, struct decimal price,
                                struct decimal contracts, struct decimal *usd,
                                struct decimal *base) {
    if (symbol->contract_size.mantissa <= 0 ||
        !decimal_multiply(contracts, symbol->contract_size, usd)) {
        return false;
    }
    return decimal_from_double(decimal_to_double(*usd) / decimal_to_double(price),
                               BINANCE_BASE_PLACES, base);
}

enum status binance_slot_set_trade(struct event *slot, const struct binance_symbol *symbol,
                                   struct decimal price, struct decimal size,
                                   bool keep_unknown_units) {
    struct decimal usd = {0}, base = size;
    unsigned bits = TRADE_HAS_QTY;
    if (price.mantissa <= 0 || size.mantissa <= 0) {
        return STATUS_MALFORMED;
    }
    if (symbol->venue == VENUE_BINANCE_COINM) {
        if (base_from_contracts(symbol, price, size, &usd, &base)) {
            bits |= TRADE_HAS_USD;
        } else if (keep_unknown_units) {
            bits = TRADE_QTY_IS_CONTRACTS;
            base = size;
            usd = (struct decimal){0};
        } else {
            return STATUS_UNSUPPORTED;
        }
    } else if (decimal_multiply(price, size, &usd)) {
        bits |= TRADE_HAS_USD;
    } else {
        usd = (struct decimal){0};
    }
    slot->has = (uint8_t)(bits & 63U);
    slot->exponent_a = price.exponent;
    slot->exponent_b = base.exponent;
    slot->exponent_c = usd.exponent;
    slot->u.trade.price = price.mantissa;
    slot->u.trade.qty = base.mantissa;
    slot->u.trade.usd = usd.mantissa;
    return STATUS_OK;
}

enum status binance_slot_set_level(struct event *slot, const struct binance_symbol *symbol,
                                   struct decimal price, struct decimal size) {
    struct decimal usd = {0}, base = size;
    if (price.mantissa <= 0 || size.mantissa < 0) {
        return STATUS_MALFORMED;
    }
    if (symbol->venue == VENUE_BINANCE_COINM && size.mantissa > 0 &&
        !base_from_contracts(symbol, price, size, &usd, &base)) {
        return STATUS_UNSUPPORTED;
    }
    slot->exponent_a = price.exponent;
    slot->exponent_b = base.exponent;
    slot->u.level.price = price.mantissa;
    slot->u.level.qty_base = base.mantissa;
    return STATUS_OK;
}

static void set_kline_volume(struct event *slot, const struct binance_symbol *symbol,
                             const struct binance_kline *kline) {
    const bool coin = symbol->venue == VENUE_BINANCE_COINM;
    const struct decimal base = coin ? kline->quote_volume : kline->volume;
    const struct decimal taker = coin ? kline->taker_quote_volume : kline->taker_volume;
    struct decimal usd = kline->quote_volume;
    unsigned bits = KLINE_HAS_VOLUME | KLINE_HAS_TAKER_BUY | KLINE_HAS_USD;
    if (coin && (symbol->contract_size.mantissa <= 0 ||
                 !decimal_multiply(kline->volume, symbol->contract_size, &usd))) {
        bits &= ~(unsigned)KLINE_HAS_USD;
        usd = (struct decimal){0};
    }
    slot->has = (uint8_t)(bits & 63U);
    slot->exponent_a = base.exponent;
    slot->exponent_b = usd.exponent;
    slot->exponent_c = taker.exponent;
    slot->u.kline_volume.volume_base = base.mantissa;
    slot->u.kline_volume.usd = usd.mantissa;
    slot->u.kline_volume.taker_buy_base = taker.mantissa;
}

enum status binance_slot_set_kline(struct event out[2], const struct binance_symbol *symbol,
                                   const struct binance_kline *kline, int64_t recv_ns) {
    const struct decimal prices[4] = {kline->open, kline->high, kline->low, kline->close};
    int64_t mantissas[4];
    int8_t exponent = DECIMAL_EXPONENT_MAX;
    for (int i = 0; i < 4; i++) {
        exponent = prices[i].exponent < exponent ? prices[i].exponent : exponent;
    }
    const struct decimal unit = {.mantissa = 1, .exponent = exponent};
    for (int i = 0; i < 4; i++) {
        if (prices[i].mantissa <= 0 || !decimal_to_ticks(prices[i], unit, &mantissas[i]) ||
            mantissas[i] > DECIMAL_MANTISSA_MAX) {
            return STATUS_MALFORMED;
        }
    }
    if (mantissas[1] < mantissas[2] || kline->volume.mantissa < 0 ||
        kline->quote_volume.mantissa < 0 || kline->interval_s <= 0) {
        return STATUS_MALFORMED;
    }
    out[0] = binance_slot(EVENT_KLINE, symbol, kline->open_ms, recv_ns);
    out[0].exponent_a = exponent;
    out[0].u.kline.open = mantissas[0];
    out[0].u.kline.high = mantissas[1];
    out[0].u.kline.low = mantissas[2];
    out[0].u.kline.close = mantissas[3];
    out[0].u.kline.interval_s = kline->interval_s;
    out[1] = binance_slot(EVENT_KLINE_VOLUME, symbol, kline->open_ms, recv_ns);
    set_kline_volume(&out[1], symbol, kline);
    out[0].flags = (uint8_t)(EVENT_FLAG_BEGIN | (kline->closed ? EVENT_FLAG_CLOSED : 0));
    out[1].flags = (uint8_t)(EVENT_FLAG_END | (kline->closed ? EVENT_FLAG_CLOSED : 0));
    return STATUS_OK;
}
