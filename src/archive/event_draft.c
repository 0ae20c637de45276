/* What the members of a line mean, by its type. */
#include "archive/event_draft.h"

#include <assert.h>
#include <string.h>

#include "base/str.h"

static enum status refuse(struct event_draft *draft, enum status status, const char *why) {
    draft->why = why;
    return status;
}

static bool is_scalar(const struct scan_value *value) {
    return value->type == SCAN_NUMBER || value->type == SCAN_STRING;
}

static bool has(const struct event_draft *draft, enum field field) {
    return draft->values[field].type != SCAN_NONE;
}

static bool is_text(const struct event_draft *draft, enum field field, const char *text) {
    const struct scan_value *value = &draft->values[field];
    return value->type == SCAN_STRING && span_equal_text(value->text, text);
}

/* An optional number: absent leaves *bits alone; false: there, but not a number. */
static bool optional_decimal(const struct event_draft *draft, enum field field, struct decimal *out,
                             unsigned *bits, unsigned bit) {
    if (!has(draft, field)) {
        *out = (struct decimal){0};
        return true;
    }
    *bits |= bit;
    return event_draft_read_decimal(&draft->values[field], out);
}

static bool optional_integer(const struct event_draft *draft, enum field field, int64_t *out) {
    return !has(draft, field) || scan_integer(&draft->values[field], out);
}

/* The venue's own count, beside a size: one more slot. */
static enum status read_contracts(struct event_draft *draft, struct event *slot) {
    struct decimal count;
    if (!event_draft_read_decimal(&draft->values[FIELD_CONTRACTS], &count) || count.mantissa < 0) {
        return refuse(draft, STATUS_MALFORMED, "expected \"contracts\" as a number, not below 0");
    }
    if (draft->slots_max < 2) {
        return refuse(draft, STATUS_RANGE, "no room for two slots");
    }
    slot[1] = (struct event){.kind = EVENT_CONTRACTS, .exponent_a = count.exponent};
    slot[1].u.contracts.count = count.mantissa;
    draft->count = 2;
    return STATUS_OK;
}

static enum status read_trade(struct event_draft *draft, struct event *slot, bool liquidation) {
    struct decimal price, qty, usd;
    unsigned bits = 0;
    if (!event_draft_read_decimal(&draft->values[FIELD_PRICE], &price) || price.mantissa <= 0) {
        return refuse(draft, STATUS_MALFORMED, "expected \"price\" above zero");
    }
    if (!optional_decimal(draft, FIELD_QTY, &qty, &bits, TRADE_HAS_QTY) ||
        !optional_decimal(draft, FIELD_USD, &usd, &bits, TRADE_HAS_USD) || qty.mantissa < 0 ||
        usd.mantissa < 0) {
        return refuse(draft, STATUS_MALFORMED,
                      "expected \"qty\" and \"usd\" as numbers, not below 0");
    }
    if (bits == 0) {
        if (!event_draft_read_decimal(&draft->values[FIELD_CONTRACTS], &qty) || qty.mantissa < 0) {
            return refuse(draft, STATUS_UNKNOWN, "expected \"qty\", \"usd\" or \"contracts\"");
        }
        bits = TRADE_QTY_IS_CONTRACTS;
    }
    slot->kind = liquidation ? EVENT_LIQUIDATION : EVENT_TRADE;
    slot->has = (uint8_t)(bits & 63U);
    slot->exponent_a = price.exponent;
    slot->exponent_b = qty.exponent;
    slot->exponent_c = usd.exponent;
    slot->u.trade.price = price.mantissa;
    slot->u.trade.qty = qty.mantissa;
    slot->u.trade.usd = usd.mantissa;
    if (is_scalar(&draft->values[FIELD_ID])) {
        char id[EVENT_ID_TEXT_BYTES * 4];
        const struct scan_value *value = &draft->values[FIELD_ID];
        size_t len = value->text.len;
        if (!value->escaped) {
            event_trade_set_id(slot, value->text.bytes, len);
        } else if (scan_decode(value, id, sizeof id, &len)) {
            event_trade_set_id(slot, id, len);
        }
    }
    draft->count = 1;
    if (bits != TRADE_QTY_IS_CONTRACTS && has(draft, FIELD_CONTRACTS)) {
        const enum status status = read_contracts(draft, slot);
        if (status != STATUS_OK) {
            return status;
        }
    }
    if (!liquidation) {
        slot->side = is_text(draft, FIELD_SIDE, "buy")    ? SIDE_BUY
                     : is_text(draft, FIELD_SIDE, "sell") ? SIDE_SELL
                                                          : SIDE_NONE;
        return slot->side != SIDE_NONE
                   ? STATUS_OK
                   : refuse(draft, STATUS_UNKNOWN, "expected \"side\" buy or sell");
    }
    slot->side = is_text(draft, FIELD_POSITION, "long")    ? POS_LONG
                 : is_text(draft, FIELD_POSITION, "short") ? POS_SHORT
                                                           : POS_NONE;
    slot->detail = is_text(draft, FIELD_PRICE_KIND, "fill")         ? PRICE_FILL
                   : is_text(draft, FIELD_PRICE_KIND, "bankruptcy") ? PRICE_BANKRUPTCY
                   : is_text(draft, FIELD_PRICE_KIND, "order")      ? PRICE_ORDER
                                                                    : PRICE_NONE;
    if (draft->values[FIELD_COMPLETE].type == SCAN_TRUE) {
        slot->flags |= EVENT_FLAG_COMPLETE;
    }
    return slot->side != POS_NONE
               ? STATUS_OK
               : refuse(draft, STATUS_UNKNOWN, "expected \"position\" long or short");
}

static enum status read_book(struct event_draft *draft, struct event *out) {
    int64_t update_id = 0;
    const bool snapshot = is_text(draft, FIELD_ACTION, "snapshot");
    if (!snapshot && !is_text(draft, FIELD_ACTION, "delta")) {
        return refuse(draft, STATUS_MALFORMED, "expected \"action\" snapshot or delta");
    }
    if (draft->bad_array || has(draft, FIELD_TIERS) ||
        (has(draft, FIELD_BIDS) && draft->values[FIELD_BIDS].type != SCAN_ARRAY) ||
        (has(draft, FIELD_ASKS) && draft->values[FIELD_ASKS].type != SCAN_ARRAY) ||
        !optional_integer(draft, FIELD_UPDATE_ID, &update_id)) {
        return refuse(draft, STATUS_MALFORMED, "expected levels as [price,qty]");
    }
    if (draft->count == 0) { /* nothing changed: one slot without a side */
        struct event *slot = event_draft_take_slot(draft);
        if (slot == NULL) {
            return refuse(draft, STATUS_RANGE, "no room for a slot");
        }
        slot->kind = EVENT_BOOK;
    }
    for (size_t i = 0; i < draft->count; i++) {
        out[i].u.level.update_id = update_id;
        out[i].flags = snapshot ? EVENT_FLAG_SNAPSHOT : 0;
    }
    return STATUS_OK;
}

static bool read_ticker_prices(struct event_draft *draft) {
    struct decimal mark, index, last;
    unsigned bits = 0;
    if (!optional_decimal(draft, FIELD_MARK, &mark, &bits, PRICE_HAS_MARK) ||
        !optional_decimal(draft, FIELD_INDEX, &index, &bits, PRICE_HAS_INDEX) ||
        !optional_decimal(draft, FIELD_LAST, &last, &bits, PRICE_HAS_LAST)) {
        return false;
    }
    struct event *slot = bits != 0 ? event_draft_take_slot(draft) : NULL;
    if (slot != NULL) {
        slot->kind = EVENT_PRICE;
        slot->has = (uint8_t)(bits & 63U);
        slot->exponent_a = mark.exponent;
        slot->exponent_b = index.exponent;
        slot->exponent_c = last.exponent;
        slot->u.price.mark = mark.mantissa;
        slot->u.price.index = index.mantissa;
        slot->u.price.last = last.mantissa;
    }
    return true;
}

static bool read_ticker_funding(struct event_draft *draft) {
    struct decimal rate;
    int64_t interval_h = 0, next_ms = 0;
    unsigned bits = 0;
    if (!optional_decimal(draft, FIELD_RATE, &rate, &bits, FUNDING_HAS_RATE) ||
        !optional_integer(draft, FIELD_FUNDING_INTERVAL, &interval_h) || interval_h < 0 ||
        interval_h > 24 * 365 || !optional_integer(draft, FIELD_NEXT, &next_ms)) {
        return false;
    }
    bits |= has(draft, FIELD_FUNDING_INTERVAL) ? FUNDING_HAS_INTERVAL : 0U;
    bits |= has(draft, FIELD_NEXT) ? FUNDING_HAS_NEXT : 0U;
    struct event *slot = bits != 0 ? event_draft_take_slot(draft) : NULL;
    if (slot != NULL) {
        slot->kind = EVENT_FUNDING;
        slot->has = (uint8_t)(bits & 63U);
        slot->exponent_a = rate.exponent;
        slot->u.funding.rate = rate.mantissa;
        slot->u.funding.next_ms = next_ms;
        slot->u.funding.interval_h = (int32_t)interval_h;
    }
    return true;
}

static bool read_ticker_interest(struct event_draft *draft) {
    struct decimal base, usd;
    unsigned bits = 0;
    if (!optional_decimal(draft, FIELD_OI, &base, &bits, OI_HAS_BASE) ||
        !optional_decimal(draft, FIELD_OI_USD, &usd, &bits, OI_HAS_USD)) {
        return false;
    }
    struct event *slot = bits != 0 ? event_draft_take_slot(draft) : NULL;
    if (slot != NULL) {
        slot->kind = EVENT_OPEN_INTEREST;
        slot->has = (uint8_t)(bits & 63U);
        slot->exponent_a = base.exponent;
        slot->exponent_b = usd.exponent;
        slot->u.open_interest.oi_base = base.mantissa;
        slot->u.open_interest.oi_usd = usd.mantissa;
    }
    return true;
}

static enum status read_ticker(struct event_draft *draft) {
    if (!read_ticker_prices(draft) || !read_ticker_funding(draft) || !read_ticker_interest(draft)) {
        return refuse(draft, STATUS_MALFORMED, "expected the ticker's values as numbers");
    }
    if (draft->overflow) {
        return refuse(draft, STATUS_RANGE, "no room for the ticker's slots");
    }
    return draft->count > 0 ? STATUS_OK : refuse(draft, STATUS_IGNORED, "a ticker without values");
}

static enum status read_kline(struct event_draft *draft, struct event *out) {
    static const enum field prices[4] = {FIELD_OPEN, FIELD_HIGH, FIELD_LOW, FIELD_CLOSE};
    struct decimal values[4];
    struct decimal volume, usd, taker_buy;
    int64_t mantissas[4], interval_s = 0;
    unsigned bits = 0;
    int exponent = DECIMAL_EXPONENT_MAX;
    for (int i = 0; i < 4; i++) {
        if (!event_draft_read_decimal(&draft->values[prices[i]], &values[i]) ||
            values[i].mantissa <= 0) {
            return refuse(draft, STATUS_MALFORMED, "expected open, high, low, close above zero");
        }
        exponent = values[i].exponent < exponent ? values[i].exponent : exponent;
    }
    const struct decimal unit = {.mantissa = 1, .exponent = (int8_t)exponent};
    for (int i = 0; i < 4; i++) {
        if (!decimal_to_ticks(values[i], unit, &mantissas[i]) ||
            mantissas[i] > DECIMAL_MANTISSA_MAX) {
            return refuse(draft, STATUS_MALFORMED, "prices of one kline differ too much in scale");
        }
    }
    if (!scan_integer(&draft->values[FIELD_INTERVAL], &interval_s) || interval_s <= 0 ||
        interval_s > INT32_MAX) {
        return refuse(draft, STATUS_MALFORMED, "expected \"interval_s\" above zero");
    }
    if (!optional_decimal(draft, FIELD_VOLUME, &volume, &bits, KLINE_HAS_VOLUME) ||
        !optional_decimal(draft, FIELD_USD, &usd, &bits, KLINE_HAS_USD) ||
        !optional_decimal(draft, FIELD_TAKER_BUY, &taker_buy, &bits, KLINE_HAS_TAKER_BUY)) {
        return refuse(draft, STATUS_MALFORMED, "expected the kline's volumes as numbers");
    }
    if (draft->slots_max < 2) {
        return refuse(draft, STATUS_RANGE, "no room for two slots");
    }
    const uint8_t flags =
        draft->values[FIELD_CLOSED].type == SCAN_TRUE ? (uint8_t)EVENT_FLAG_CLOSED : 0;
    out[0] = (struct event){.kind = EVENT_KLINE, .exponent_a = (int8_t)exponent, .flags = flags};
    out[0].u.kline.open = mantissas[0];
    out[0].u.kline.high = mantissas[1];
    out[0].u.kline.low = mantissas[2];
    out[0].u.kline.close = mantissas[3];
    out[0].u.kline.interval_s = (int32_t)interval_s;
    out[1] =
        (struct event){.kind = EVENT_KLINE_VOLUME, .has = (uint8_t)(bits & 63U), .flags = flags};
    out[1].exponent_a = volume.exponent;
    out[1].exponent_b = usd.exponent;
    out[1].exponent_c = taker_buy.exponent;
    out[1].u.kline_volume.volume_base = volume.mantissa;
    out[1].u.kline_volume.usd = usd.mantissa;
    out[1].u.kline_volume.taker_buy_base = taker_buy.mantissa;
    draft->count = 2;
    return STATUS_OK;
}

static enum status read_instrument(struct event_draft *draft, struct event *out) {
    struct decimal tick, lot, multiplier;
    unsigned bits = 0;
    if (draft->bad_array || has(draft, FIELD_BIDS) || has(draft, FIELD_ASKS) ||
        !optional_decimal(draft, FIELD_TICK, &tick, &bits, INSTRUMENT_HAS_TICK) ||
        !optional_decimal(draft, FIELD_LOT, &lot, &bits, INSTRUMENT_HAS_LOT) ||
        !optional_decimal(draft, FIELD_MULTIPLIER, &multiplier, &bits, INSTRUMENT_HAS_MULTIPLIER)) {
        return refuse(draft, STATUS_MALFORMED,
                      "expected tick, lot and multiplier as numbers, tiers as [cap,mmr,leverage]");
    }
    out[0] = (struct event){.kind = EVENT_INSTRUMENT, .has = (uint8_t)(bits & 63U)};
    out[0].detail = is_text(draft, FIELD_CONTRACT, "linear")    ? CONTRACT_LINEAR
                    : is_text(draft, FIELD_CONTRACT, "inverse") ? CONTRACT_INVERSE
                                                                : CONTRACT_NONE;
    out[0].exponent_a = tick.exponent;
    out[0].exponent_b = lot.exponent;
    out[0].exponent_c = multiplier.exponent;
    out[0].u.instrument.tick = tick.mantissa;
    out[0].u.instrument.lot = lot.mantissa;
    out[0].u.instrument.multiplier = multiplier.mantissa;
    if (draft->values[FIELD_BASE].type == SCAN_STRING) {
        size_t len = 0;
        char base[sizeof out[0].u.instrument.base];
        if (scan_decode(&draft->values[FIELD_BASE], base, sizeof base - 1, &len)) {
            memcpy(out[0].u.instrument.base, base, len);
        }
    }
    draft->count = draft->first == 1 ? draft->count + 1 : 1;
    return STATUS_OK;
}

static enum status read_gap(struct event_draft *draft, struct event *slot) {
    static const char *const streams[] = {"all", "book", "trade", "liquidation"};
    static_assert(ARRAY_COUNT(streams) == STREAM_COUNT, "a name per stream");
    int stream = 0;
    while (stream < STREAM_COUNT && !is_text(draft, FIELD_STREAM, streams[stream])) {
        stream++;
    }
    if (stream == STREAM_COUNT) {
        return refuse(draft, STATUS_UNKNOWN, "expected \"stream\" all, book, trade or liquidation");
    }
    slot->kind = EVENT_GAP;
    slot->detail = (unsigned)stream & 7U;
    if (!scan_integer(&draft->values[FIELD_FROM], &slot->u.gap.from_ms) ||
        !scan_integer(&draft->values[FIELD_TO], &slot->u.gap.to_ms)) {
        return refuse(draft, STATUS_MALFORMED, "expected \"from_ms\" and \"to_ms\"");
    }
    if (draft->values[FIELD_REASON].type == SCAN_STRING) {
        size_t len = 0;
        char reason[256];
        if (scan_decode(&draft->values[FIELD_REASON], reason, sizeof reason, &len)) {
            const size_t room = sizeof slot->u.gap.reason - 1;
            memcpy(slot->u.gap.reason, reason, len < room ? len : room);
        }
    }
    draft->count = 1;
    return STATUS_OK;
}

/* The slots of a line whose members are known; all but what every slot has. */
enum status event_draft_finish(struct event_draft *draft) {
    const bool has_arrays = draft->count > 0;
    if (draft->overflow) {
        return refuse(draft, STATUS_RANGE, "more levels than a message may have");
    }
    if (draft->slots_max == 0) {
        return refuse(draft, STATUS_RANGE, "no room for a slot");
    }
    if (is_text(draft, FIELD_TYPE, "book")) {
        return read_book(draft, draft->out);
    }
    if (is_text(draft, FIELD_TYPE, "instrument")) {
        return read_instrument(draft, draft->out);
    }
    if (has_arrays) {
        draft->count = 0; /* arrays that this type has no use for */
    }
    draft->first = 0;
    draft->out[0] = (struct event){.kind = EVENT_NONE};
    if (is_text(draft, FIELD_TYPE, "trade")) {
        return read_trade(draft, draft->out, false);
    }
    if (is_text(draft, FIELD_TYPE, "ticker")) {
        return read_ticker(draft);
    }
    if (is_text(draft, FIELD_TYPE, "liquidation")) {
        return read_trade(draft, draft->out, true);
    }
    if (is_text(draft, FIELD_TYPE, "kline")) {
        return read_kline(draft, draft->out);
    }
    if (is_text(draft, FIELD_TYPE, "gap")) {
        return read_gap(draft, draft->out);
    }
    return has(draft, FIELD_TYPE) ? refuse(draft, STATUS_IGNORED, "a type that is not known")
                                  : refuse(draft, STATUS_MALFORMED, "expected \"type\"");
}
