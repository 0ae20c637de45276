#include "venue/parser.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* -- facts -- */

static void fill_facts(struct event *slot, const struct venue_symbol *symbol, struct span base) {
    unsigned bits = 0;
    bits |= symbol->tick.mantissa > 0 ? INSTRUMENT_HAS_TICK : 0U;
    bits |= symbol->lot.mantissa > 0 ? INSTRUMENT_HAS_LOT : 0U;
    bits |= symbol->multiplier.mantissa > 0 ? INSTRUMENT_HAS_MULTIPLIER : 0U;
    slot->has = (uint8_t)(bits & 63U);
    slot->detail = (unsigned)symbol->contract & 7U;
    slot->exponent_a = symbol->tick.exponent;
    slot->exponent_b = symbol->lot.exponent;
    slot->exponent_c = symbol->multiplier.exponent;
    slot->u.instrument.tick = symbol->tick.mantissa;
    slot->u.instrument.lot = symbol->lot.mantissa;
    slot->u.instrument.multiplier = symbol->multiplier.mantissa;
    if (base.len > 0 && base.len < sizeof slot->u.instrument.base &&
        scan_is_utf8(base.bytes, base.len)) {
        memcpy(slot->u.instrument.base, base.bytes, base.len);
    }
}

enum status venue_add_instrument(struct venue_parser *parser, struct venue_message *message,
                                 struct venue_symbol *symbol, struct span base, int64_t ts_ms) {
    struct event *slot = venue_rows_begin(parser, message, 1);
    if (slot == NULL) {
        return STATUS_RANGE;
    }
    *slot = venue_slot(EVENT_INSTRUMENT, symbol, ts_ms, 0);
    fill_facts(slot, symbol, base);
    venue_rows_end(parser, message, symbol, 1);
    return STATUS_OK;
}

enum status venue_add_tiers(struct venue_parser *parser, struct venue_message *message,
                            struct venue_symbol *symbol, const struct venue_tier *tiers,
                            size_t count, int64_t ts_ms) {
    struct event *slots = venue_rows_begin(parser, message, count + 1);
    if (slots == NULL) {
        return STATUS_RANGE;
    }
    bool good = count > 0;
    slots[0] = venue_slot(EVENT_INSTRUMENT, symbol, ts_ms, 0);
    slots[0].detail = (unsigned)symbol->contract & 7U;
    for (size_t i = 0; i < count; i++) {
        const double below = i > 0 ? tiers[i - 1].notional_cap_usd : 0;
        good = good && tiers[i].notional_cap_usd > below && tiers[i].mmr > 0 && tiers[i].mmr < 1 &&
               tiers[i].leverage_max >= 0 && isfinite(tiers[i].leverage_max);
        slots[i + 1] = venue_slot(EVENT_TIER, symbol, ts_ms, 0);
        slots[i + 1].u.tier.notional_cap_usd = tiers[i].notional_cap_usd;
        slots[i + 1].u.tier.mmr = tiers[i].mmr;
        slots[i + 1].u.tier.leverage_max = tiers[i].leverage_max;
        slots[i + 1].u.tier.index = (int32_t)i;
    }
    const enum status status = good ? STATUS_OK : STATUS_MALFORMED;
    venue_rows_judge(parser, message, symbol, count + 1, status);
    return status;
}
