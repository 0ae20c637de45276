/* Slots to lines. */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "archive/event_lines.h"
#include "archive/event_text.h"
#include "base/str.h"

static struct decimal decimal_of(int64_t mantissa, int exponent) {
    return event_decimal(mantissa, exponent);
}

static bool put_trade(struct event_text *text, const struct event *slot, size_t count,
                      const struct event_line_extra *extra) {
    static const char *const kinds[] = {NULL, "fill", "bankruptcy", "order"};
    char id[EVENT_ID_TEXT_BYTES];
    const bool is_trade = slot->kind == EVENT_TRADE;
    const bool in_contracts = (slot->has & TRADE_QTY_IS_CONTRACTS) != 0;
    bool good = true;
    if (!is_trade) {
        good = event_text_put_part(text, slot->side == POS_LONG    ? ",\"position\":\"long\""
                                         : slot->side == POS_SHORT ? ",\"position\":\"short\""
                                                                   : "");
    }
    good = good && event_text_put_decimal(
                       text, ",\"price\":", decimal_of(slot->u.trade.price, slot->exponent_a));
    if (!is_trade && slot->detail != PRICE_NONE && slot->detail <= PRICE_ORDER) {
        good = good && event_text_put_part(text, ",\"price_kind\":\"") &&
               event_text_put_part(text, kinds[slot->detail]) && event_text_put_part(text, "\"");
    }
    if ((slot->has & TRADE_HAS_QTY) != 0) {
        good = good && event_text_put_decimal(
                           text, ",\"qty\":", decimal_of(slot->u.trade.qty, slot->exponent_b));
    }
    if ((slot->has & TRADE_HAS_USD) != 0) {
        good = good && event_text_put_decimal(
                           text, ",\"usd\":", decimal_of(slot->u.trade.usd, slot->exponent_c));
    }
    if (in_contracts) {
        good = good && event_text_put_decimal(text, ",\"contracts\":",
                                              decimal_of(slot->u.trade.qty, slot->exponent_b));
    } else if (count > 1 && slot[1].kind == EVENT_CONTRACTS) {
        good = good &&
               event_text_put_decimal(text, ",\"contracts\":",
                                      decimal_of(slot[1].u.contracts.count, slot[1].exponent_a));
    } else if (extra != NULL && extra->has_contracts) {
        good = good && event_text_put_decimal(text, ",\"contracts\":", extra->contracts);
    }
    if (is_trade) {
        good = good && event_text_put_part(text, slot->side == SIDE_BUY    ? ",\"side\":\"buy\""
                                                 : slot->side == SIDE_SELL ? ",\"side\":\"sell\""
                                                                           : "");
    }
    const size_t id_len = event_trade_id_text(slot, id);
    if (id_len > 0) {
        good = good && event_text_put_part(text, ",\"id\":") &&
               event_text_put_string(text, id, id_len);
    }
    if (!is_trade) {
        good = good && event_text_put_part(text, (slot->flags & EVENT_FLAG_COMPLETE) != 0
                                                     ? ",\"complete\":true"
                                                     : ",\"complete\":false");
    }
    return good;
}

static bool put_levels(struct event_text *text, const char *lead, const struct event *slots,
                       size_t count, enum side side) {
    bool first = true;
    bool good = event_text_put_part(text, lead);
    for (size_t i = 0; i < count && good; i++) {
        if (slots[i].side != side) {
            continue;
        }
        good = event_text_put_decimal(text, first ? "[" : ",[",
                                      decimal_of(slots[i].u.level.price, slots[i].exponent_a)) &&
               event_text_put_decimal(text, ",",
                                      decimal_of(slots[i].u.level.qty_base, slots[i].exponent_b)) &&
               event_text_put_part(text, "]");
        first = false;
    }
    return good && event_text_put_part(text, "]");
}

static bool put_book(struct event_text *text, const struct event *slots, size_t count) {
    return event_text_put_part(text, (slots[0].flags & EVENT_FLAG_SNAPSHOT) != 0
                                         ? ",\"action\":\"snapshot\""
                                         : ",\"action\":\"delta\"") &&
           put_levels(text, ",\"bids\":[", slots, count, SIDE_BUY) &&
           put_levels(text, ",\"asks\":[", slots, count, SIDE_SELL) &&
           (slots[0].u.level.update_id == 0 ||
            event_text_put_integer(text, ",\"update_id\":", slots[0].u.level.update_id));
}

static bool put_ticker_slot(struct event_text *text, const struct event *slot) {
    const struct decimal a = decimal_of(slot->u.price.mark, slot->exponent_a);
    const struct decimal b = decimal_of(slot->u.price.index, slot->exponent_b);
    const struct decimal c = decimal_of(slot->u.price.last, slot->exponent_c);
    switch ((enum event_kind)slot->kind) {
    case EVENT_PRICE:
        return ((slot->has & PRICE_HAS_MARK) == 0 ||
                event_text_put_decimal(text, ",\"mark\":", a)) &&
               ((slot->has & PRICE_HAS_INDEX) == 0 ||
                event_text_put_decimal(text, ",\"index\":", b)) &&
               ((slot->has & PRICE_HAS_LAST) == 0 || event_text_put_decimal(text, ",\"last\":", c));
    case EVENT_FUNDING:
        return ((slot->has & FUNDING_HAS_RATE) == 0 ||
                event_text_put_decimal(text, ",\"funding_rate\":",
                                       decimal_of(slot->u.funding.rate, slot->exponent_a))) &&
               ((slot->has & FUNDING_HAS_INTERVAL) == 0 ||
                event_text_put_integer(text,
                                       ",\"funding_interval_h\":", slot->u.funding.interval_h)) &&
               ((slot->has & FUNDING_HAS_NEXT) == 0 ||
                event_text_put_integer(text, ",\"next_funding_ms\":", slot->u.funding.next_ms));
    case EVENT_OPEN_INTEREST:
        return ((slot->has & OI_HAS_BASE) == 0 ||
                event_text_put_decimal(
                    text,
                    ",\"oi\":", decimal_of(slot->u.open_interest.oi_base, slot->exponent_a))) &&
               ((slot->has & OI_HAS_USD) == 0 ||
                event_text_put_decimal(text, ",\"oi_usd\":",
                                       decimal_of(slot->u.open_interest.oi_usd, slot->exponent_b)));
    default:
        return true;
    }
}

static bool put_ticker(struct event_text *text, const struct event *slots, size_t count) {
    bool good = true;
    for (size_t i = 0; i < count && good; i++) {
        good = put_ticker_slot(text, &slots[i]);
    }
    return good;
}

static bool put_kline(struct event_text *text, const struct event *slots, size_t count) {
    const struct event *prices = &slots[0];
    const struct event *volume = &slots[count - 1];
    const int exponent = prices->exponent_a;
    bool good =
        event_text_put_integer(text, ",\"interval_s\":", prices->u.kline.interval_s) &&
        event_text_put_decimal(text, ",\"open\":", decimal_of(prices->u.kline.open, exponent)) &&
        event_text_put_decimal(text, ",\"high\":", decimal_of(prices->u.kline.high, exponent)) &&
        event_text_put_decimal(text, ",\"low\":", decimal_of(prices->u.kline.low, exponent)) &&
        event_text_put_decimal(text, ",\"close\":", decimal_of(prices->u.kline.close, exponent));
    if (volume->kind == EVENT_KLINE_VOLUME) {
        good =
            good &&
            ((volume->has & KLINE_HAS_VOLUME) == 0 ||
             event_text_put_decimal(
                 text, ",\"volume\":",
                 decimal_of(volume->u.kline_volume.volume_base, volume->exponent_a))) &&
            ((volume->has & KLINE_HAS_USD) == 0 ||
             event_text_put_decimal(
                 text, ",\"usd\":", decimal_of(volume->u.kline_volume.usd, volume->exponent_b))) &&
            ((volume->has & KLINE_HAS_TAKER_BUY) == 0 ||
             event_text_put_decimal(
                 text, ",\"taker_buy_volume\":",
                 decimal_of(volume->u.kline_volume.taker_buy_base, volume->exponent_c)));
    }
    return good && event_text_put_part(text, (prices->flags & EVENT_FLAG_CLOSED) != 0
                                                 ? ",\"closed\":true"
                                                 : ",\"closed\":false");
}

static bool put_tiers(struct event_text *text, const struct event *tiers, size_t count) {
    bool good = event_text_put_part(text, ",\"tiers\":[");
    for (size_t i = 0; i < count && good; i++) {
        const char *lead = i == 0 ? "[" : ",[";
        const double cap_usd = tiers[i].u.tier.notional_cap_usd;
        good =
            (isinf(cap_usd) ? event_text_put_part(text, lead) && event_text_put_part(text, "null")
                            : event_text_put_double(text, lead, cap_usd)) &&
            event_text_put_double(text, ",", tiers[i].u.tier.mmr) &&
            event_text_put_double(text, ",", tiers[i].u.tier.leverage_max) &&
            event_text_put_part(text, "]");
    }
    return good && event_text_put_part(text, "]");
}

/* slots may also be tiers alone. */
static bool put_instrument(struct event_text *text, const struct event *slots, size_t count) {
    static const char *const contracts[] = {NULL, "linear", "inverse"};
    const struct event *slot = &slots[0];
    const bool has_head = slot->kind == EVENT_INSTRUMENT;
    bool good = true;
    if (has_head) {
        if (slot->u.instrument.base[0] != '\0') {
            const char *end = memchr(slot->u.instrument.base, '\0', sizeof slot->u.instrument.base);
            const size_t len = end == NULL ? sizeof slot->u.instrument.base
                                           : (size_t)(end - slot->u.instrument.base);
            good = event_text_put_part(text, ",\"base\":") &&
                   event_text_put_string(text, slot->u.instrument.base, len);
        }
        if (slot->detail == CONTRACT_LINEAR || slot->detail == CONTRACT_INVERSE) {
            good = good && event_text_put_part(text, ",\"contract\":\"") &&
                   event_text_put_part(text, contracts[slot->detail]) &&
                   event_text_put_part(text, "\"");
        }
        good =
            good &&
            ((slot->has & INSTRUMENT_HAS_TICK) == 0 ||
             event_text_put_decimal(
                 text, ",\"tick\":", decimal_of(slot->u.instrument.tick, slot->exponent_a))) &&
            ((slot->has & INSTRUMENT_HAS_LOT) == 0 ||
             event_text_put_decimal(
                 text, ",\"lot\":", decimal_of(slot->u.instrument.lot, slot->exponent_b))) &&
            ((slot->has & INSTRUMENT_HAS_MULTIPLIER) == 0 ||
             event_text_put_decimal(text, ",\"multiplier\":",
                                    decimal_of(slot->u.instrument.multiplier, slot->exponent_c)));
    }
    const size_t first = has_head ? 1 : 0;
    return good && (count == first || put_tiers(text, slots + first, count - first));
}

static bool put_gap(struct event_text *text, const struct event *slot) {
    static const char *const streams[] = {"all", "book", "trade", "liquidation"};
    static_assert(ARRAY_COUNT(streams) == STREAM_COUNT, "a name per stream");
    const char *end = memchr(slot->u.gap.reason, '\0', sizeof slot->u.gap.reason);
    const size_t len = end == NULL ? sizeof slot->u.gap.reason : (size_t)(end - slot->u.gap.reason);
    return event_text_put_part(text, ",\"stream\":\"") &&
           event_text_put_part(text,
                               streams[slot->detail < STREAM_COUNT ? slot->detail : STREAM_ALL]) &&
           event_text_put_integer(text, "\",\"from_ms\":", slot->u.gap.from_ms) &&
           event_text_put_integer(text, ",\"to_ms\":", slot->u.gap.to_ms) &&
           event_text_put_part(text, ",\"reason\":") &&
           event_text_put_string(text, slot->u.gap.reason, len);
}

static const char *type_of(const struct event *slot) {
    switch ((enum event_kind)slot->kind) {
    case EVENT_TRADE:
        return "trade";
    case EVENT_LIQUIDATION:
        return "liquidation";
    case EVENT_BOOK:
        return "book";
    case EVENT_PRICE:
    case EVENT_FUNDING:
    case EVENT_OPEN_INTEREST:
        return "ticker";
    case EVENT_KLINE:
        return "kline";
    case EVENT_INSTRUMENT:
    case EVENT_TIER:
        return "instrument";
    case EVENT_GAP:
        return "gap";
    default:
        return NULL;
    }
}

static bool put_body(struct event_text *text, const struct event *slots, size_t count,
                     const struct event_line_extra *extra) {
    switch ((enum event_kind)slots[0].kind) {
    case EVENT_TRADE:
    case EVENT_LIQUIDATION:
        return put_trade(text, slots, count, extra);
    case EVENT_BOOK:
        return put_book(text, slots, count);
    case EVENT_KLINE:
        return put_kline(text, slots, count);
    case EVENT_INSTRUMENT:
    case EVENT_TIER:
        return put_instrument(text, slots, count);
    case EVENT_GAP:
        return put_gap(text, &slots[0]);
    default:
        return put_ticker(text, slots, count);
    }
}

bool event_lines_format(const struct instrument_table *instruments, const struct event *slots,
                        size_t count, const struct event_line_extra *extra,
                        struct event_text *text) {
    assert(count > 0);
    const size_t len_before = text->len;
    const struct instrument *instrument = instrument_get(instruments, slots[0].instrument);
    const char *type = type_of(&slots[0]);
    if (type == NULL || instrument == NULL) {
        return false;
    }
    const bool good = event_text_put_part(text, "{\"type\":\"") &&
                      event_text_put_part(text, type) &&
                      event_text_put_part(text, "\",\"venue\":\"") &&
                      event_text_put_part(text, venue_key(instrument->venue)) &&
                      event_text_put_part(text, "\",\"symbol\":") &&
                      event_text_put_string(text, instrument->symbol, strlen(instrument->symbol)) &&
                      event_text_put_integer(text, ",\"ts_ms\":", slots[0].ts_ms) &&
                      put_body(text, slots, count, extra) &&
                      ((slots[0].flags & EVENT_FLAG_HISTORY) == 0 ||
                       event_text_put_part(text, ",\"history\":true")) &&
                      ((slots[0].flags & EVENT_FLAG_DEMO) == 0 ||
                       event_text_put_part(text, ",\"simulated\":true")) &&
                      event_text_put_part(text, "}\n");
    if (!good) {
        text->len = len_before;
    }
    return good;
}
