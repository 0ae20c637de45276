#include "app/event_merge.h"

#include <string.h>

static void merge_price(struct event *kept, const struct event *said) {
    if ((said->has & PRICE_HAS_MARK) != 0) {
        kept->u.price.mark = said->u.price.mark;
        kept->exponent_a = said->exponent_a;
    }
    if ((said->has & PRICE_HAS_INDEX) != 0) {
        kept->u.price.index = said->u.price.index;
        kept->exponent_b = said->exponent_b;
    }
    if ((said->has & PRICE_HAS_LAST) != 0) {
        kept->u.price.last = said->u.price.last;
        kept->exponent_c = said->exponent_c;
    }
}

static void merge_funding(struct event *kept, const struct event *said) {
    if ((said->has & FUNDING_HAS_RATE) != 0) {
        kept->u.funding.rate = said->u.funding.rate;
        kept->exponent_a = said->exponent_a;
    }
    if ((said->has & FUNDING_HAS_INTERVAL) != 0) {
        kept->u.funding.interval_h = said->u.funding.interval_h;
    }
    if ((said->has & FUNDING_HAS_NEXT) != 0) {
        kept->u.funding.next_ms = said->u.funding.next_ms;
    }
}

/* Base and USD are of one moment. */
static void replace_open_interest(struct event *kept, const struct event *said) {
    kept->u.open_interest = said->u.open_interest;
    kept->exponent_a = said->exponent_a;
    kept->exponent_b = said->exponent_b;
    kept->has = 0;
}

static void merge_instrument(struct event *kept, const struct event *said) {
    if ((said->has & INSTRUMENT_HAS_TICK) != 0) {
        kept->u.instrument.tick = said->u.instrument.tick;
        kept->exponent_a = said->exponent_a;
    }
    if ((said->has & INSTRUMENT_HAS_LOT) != 0) {
        kept->u.instrument.lot = said->u.instrument.lot;
        kept->exponent_b = said->exponent_b;
    }
    if ((said->has & INSTRUMENT_HAS_MULTIPLIER) != 0) {
        kept->u.instrument.multiplier = said->u.instrument.multiplier;
        kept->exponent_c = said->exponent_c;
    }
    if (said->u.instrument.base[0] != '\0') {
        memcpy(kept->u.instrument.base, said->u.instrument.base, sizeof kept->u.instrument.base);
    }
    if (said->detail != CONTRACT_NONE) {
        kept->detail = said->detail;
    }
    kept->flags |= said->flags & EVENT_FLAG_DEMO;
}

void event_merge(struct event *kept, const struct event *said) {
    switch ((enum event_kind)said->kind) {
    case EVENT_PRICE:
        merge_price(kept, said);
        break;
    case EVENT_FUNDING:
        merge_funding(kept, said);
        break;
    case EVENT_OPEN_INTEREST:
        replace_open_interest(kept, said);
        break;
    case EVENT_INSTRUMENT:
        merge_instrument(kept, said);
        break;
    default:
        return;
    }
    kept->kind = said->kind;
    kept->has |= said->has;
    kept->instrument = said->instrument;
    kept->ts_ms = said->ts_ms;
}
