/* What comes in rows: the levels of a book, the tiers of an instrument. */
#include <math.h>

#include "archive/event_draft.h"

bool event_draft_read_decimal(const struct scan_value *value, struct decimal *out) {
    const bool scalar = value->type == SCAN_NUMBER || value->type == SCAN_STRING;
    return scalar && decimal_parse(value->text.bytes, value->text.len, out);
}

struct event *event_draft_take_slot(struct event_draft *draft) {
    if (draft->first + draft->count >= draft->slots_max) {
        draft->overflow = true;
        return NULL;
    }
    struct event *slot = &draft->out[draft->first + draft->count++];
    *slot = (struct event){.kind = EVENT_NONE};
    return slot;
}

bool event_draft_take_level(struct event_draft *draft, enum side side,
                            const struct scan_value *price, const struct scan_value *qty) {
    struct decimal row[2];
    if (!event_draft_read_decimal(price, &row[0]) || !event_draft_read_decimal(qty, &row[1]) ||
        row[0].mantissa <= 0 || row[1].mantissa < 0) {
        return false;
    }
    struct event *slot = event_draft_take_slot(draft);
    if (slot != NULL) {
        slot->kind = EVENT_BOOK;
        slot->side = side;
        slot->exponent_a = row[0].exponent;
        slot->exponent_b = row[1].exponent;
        slot->u.level.price = row[0].mantissa;
        slot->u.level.qty_base = row[1].mantissa;
    }
    return true;
}

/* Whether a decimal becomes the nearest double, which is then written as the same decimal. */
static bool is_exact_enough(struct decimal value) {
    enum { PLACES_MAX = 22 };
    const int64_t limit = INT64_C(1000000000000000); /* 15 digits */
    return value.mantissa > -limit && value.mantissa < limit && value.exponent >= -PLACES_MAX &&
           value.exponent <= PLACES_MAX;
}

bool event_draft_take_tier(struct event_draft *draft, const struct scan_value values[3]) {
    struct decimal number;
    double row[3];
    for (int i = 0; i < 3; i++) {
        const bool none = i == 0 && values[i].type == SCAN_NULL;
        if (!none && (!event_draft_read_decimal(&values[i], &number) || !is_exact_enough(number))) {
            return false;
        }
        row[i] = none ? INFINITY : decimal_to_double(number);
    }
    struct event *slot = event_draft_take_slot(draft);
    if (slot != NULL) {
        slot->kind = EVENT_TIER;
        slot->u.tier.notional_cap_usd = row[0];
        slot->u.tier.mmr = row[1];
        slot->u.tier.leverage_max = row[2];
        slot->u.tier.index = (int32_t)draft->count - 1;
    }
    return true;
}
