#include "venue/slots.h"

#include <assert.h>

struct event venue_slot(enum event_kind kind, const struct venue_symbol *symbol, int64_t ts_ms,
                        int64_t recv_ns) {
    struct event slot = {.kind = (unsigned)kind & 31U,
                         .instrument = symbol->instrument,
                         .ts_ms = ts_ms,
                         .recv_ns = recv_ns};
    return slot;
}

/* usd / price. */
static bool divide(struct decimal usd, struct decimal price, struct decimal *base) {
    return decimal_from_double(decimal_to_double(usd) / decimal_to_double(price), VENUE_BASE_PLACES,
                               base);
}

/* Contracts as what they count: base coin of a linear contract, USD of an inverse one. */
static bool resolve_contracts(const struct venue_symbol *symbol, struct decimal *size,
                              enum venue_unit *unit) {
    if (*unit != UNIT_CONTRACTS) {
        return *unit != UNIT_NONE;
    }
    *unit = symbol->contract == CONTRACT_INVERSE ? UNIT_QUOTE : UNIT_BASE;
    return symbol->contract != CONTRACT_NONE && symbol->multiplier.mantissa > 0 &&
           decimal_multiply(*size, symbol->multiplier, size);
}

enum status venue_slot_amount(const struct venue_symbol *symbol, struct decimal price,
                              struct decimal size, enum venue_unit unit, struct venue_amount *out) {
    if (price.mantissa <= 0 || size.mantissa < 0) {
        return STATUS_MALFORMED;
    }
    if (!resolve_contracts(symbol, &size, &unit)) {
        return STATUS_UNSUPPORTED;
    }
    *out = (struct venue_amount){.has_usd = true};
    if (unit == UNIT_QUOTE) {
        out->usd = size;
        return divide(size, price, &out->base) ? STATUS_OK : STATUS_UNSUPPORTED;
    }
    out->base = size;
    out->has_usd = decimal_multiply(price, size, &out->usd) ||
                   decimal_from_double(decimal_to_double(price) * decimal_to_double(size),
                                       VENUE_USD_PLACES, &out->usd);
    if (!out->has_usd) {
        out->usd = (struct decimal){0};
    }
    return STATUS_OK;
}

enum status venue_slot_set_trade(struct event *slot, const struct venue_symbol *symbol,
                                 struct decimal price, struct decimal size, enum venue_unit unit,
                                 bool keep_unknown_units) {
    struct venue_amount amount;
    unsigned bits = TRADE_HAS_QTY;
    if (size.mantissa <= 0) {
        return STATUS_MALFORMED;
    }
    const enum status status = venue_slot_amount(symbol, price, size, unit, &amount);
    if (status == STATUS_UNSUPPORTED && keep_unknown_units) {
        amount = (struct venue_amount){.base = size};
        bits = TRADE_QTY_IS_CONTRACTS;
    } else if (status != STATUS_OK) {
        return status;
    }
    bits |= amount.has_usd ? TRADE_HAS_USD : 0U;
    slot->has = (uint8_t)(bits & 63U);
    slot->exponent_a = price.exponent;
    slot->exponent_b = amount.base.exponent;
    slot->exponent_c = amount.usd.exponent;
    slot->u.trade.price = price.mantissa;
    slot->u.trade.qty = amount.base.mantissa;
    slot->u.trade.usd = amount.usd.mantissa;
    return STATUS_OK;
}

enum status venue_slot_set_level(struct event *slot, const struct venue_symbol *symbol,
                                 struct decimal price, struct decimal size) {
    struct venue_amount amount = {.base = {0}};
    if (price.mantissa <= 0 || size.mantissa < 0) {
        return STATUS_MALFORMED;
    }
    if (size.mantissa > 0) {
        const enum status status = venue_slot_amount(symbol, price, size, symbol->unit, &amount);
        if (status != STATUS_OK) {
            return status;
        }
    }
    slot->exponent_a = price.exponent;
    slot->exponent_b = amount.base.exponent;
    slot->u.level.price = price.mantissa;
    slot->u.level.qty_base = amount.base.mantissa;
    return STATUS_OK;
}

enum status venue_slot_set_interest(struct event *slot, const struct venue_symbol *symbol,
                                    struct decimal size, enum venue_unit unit,
                                    struct decimal price) {
    struct venue_amount amount = {.base = {0}};
    unsigned bits = OI_HAS_BASE;
    if (size.mantissa < 0) {
        return STATUS_MALFORMED;
    }
    if (price.mantissa > 0) {
        const enum status status = venue_slot_amount(symbol, price, size, unit, &amount);
        if (status != STATUS_OK) {
            return status;
        }
        bits |= amount.has_usd ? OI_HAS_USD : 0U;
    } else {
        if (!resolve_contracts(symbol, &size, &unit)) {
            return STATUS_UNSUPPORTED;
        }
        amount.base = unit == UNIT_BASE ? size : (struct decimal){0};
        amount.usd = unit == UNIT_QUOTE ? size : (struct decimal){0};
        bits = unit == UNIT_BASE ? OI_HAS_BASE : OI_HAS_USD;
    }
    slot->has = (uint8_t)(bits & 63U);
    slot->exponent_a = amount.base.exponent;
    slot->exponent_b = amount.usd.exponent;
    slot->u.open_interest.oi_base = amount.base.mantissa;
    slot->u.open_interest.oi_usd = amount.usd.mantissa;
    return STATUS_OK;
}

static void set_kline_volume(struct event *slot, const struct venue_kline *kline) {
    unsigned bits = 0;
    if (kline->base.mantissa >= 0) {
        bits |= KLINE_HAS_VOLUME;
        slot->exponent_a = kline->base.exponent;
        slot->u.kline_volume.volume_base = kline->base.mantissa;
    }
    if (kline->usd.mantissa >= 0) {
        bits |= KLINE_HAS_USD;
        slot->exponent_b = kline->usd.exponent;
        slot->u.kline_volume.usd = kline->usd.mantissa;
    }
    if (kline->taker_base.mantissa >= 0) {
        bits |= KLINE_HAS_TAKER_BUY;
        slot->exponent_c = kline->taker_base.exponent;
        slot->u.kline_volume.taker_buy_base = kline->taker_base.mantissa;
    }
    slot->has = (uint8_t)(bits & 63U);
}

enum status venue_slot_set_kline(struct event out[2], const struct venue_symbol *symbol,
                                 const struct venue_kline *kline, int64_t recv_ns) {
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
    if (mantissas[1] < mantissas[2] || kline->interval_s <= 0) {
        return STATUS_MALFORMED;
    }
    const unsigned closed = kline->closed ? EVENT_FLAG_CLOSED : 0U;
    out[0] = venue_slot(EVENT_KLINE, symbol, kline->open_ms, recv_ns);
    out[0].exponent_a = exponent;
    out[0].u.kline.open = mantissas[0];
    out[0].u.kline.high = mantissas[1];
    out[0].u.kline.low = mantissas[2];
    out[0].u.kline.close = mantissas[3];
    out[0].u.kline.interval_s = kline->interval_s;
    out[1] = venue_slot(EVENT_KLINE_VOLUME, symbol, kline->open_ms, recv_ns);
    set_kline_volume(&out[1], kline);
    out[0].flags = (uint8_t)(EVENT_FLAG_BEGIN | closed);
    out[1].flags = (uint8_t)(EVENT_FLAG_END | closed);
    return STATUS_OK;
}
