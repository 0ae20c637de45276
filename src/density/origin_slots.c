/* density/origin_slots.c - from slots to buckets.
 *
 * The buckets lie over the stretch that holds all but TAIL of the total at either end (of time: at
 * the older one); what lies beyond is told as earlier, lower, higher.  Their width is the smallest
 * of a ladder of round ones that needs no more of them than the answer has; a price slot that a
 * bucket's edge cuts is shared by price. */
#include "density/origin_slots.h"

#include <math.h>
#include <string.h>

#include "base/floor.h"
#include "base/math.h"

#define HOUR_MS INT64_C(3600000)
#define DAY_MS  (24 * HOUR_MS)
#define TAIL    0.002
/* Entries are known by the model's bins of price; narrower buckets would say nothing. */
#define RESOLUTION ESTIMATOR_BIN_WIDTH

static const int64_t time_steps_ms[] = {
    1000,        2000,         5000,   10000,      20000,      30000,       60000,
    120000,      300000,       600000, 1200000,    1800000,    HOUR_MS,     2 * HOUR_MS,
    4 * HOUR_MS, 12 * HOUR_MS, DAY_MS, 2 * DAY_MS, 7 * DAY_MS, 14 * DAY_MS, 28 * DAY_MS};
enum { TIME_STEP_COUNT = sizeof(time_steps_ms) / sizeof(time_steps_ms[0]) };

void origin_slots_begin(struct origin_slots *slots, const struct origin_reach *reach,
                        int64_t end_ms) {
    memset(slots, 0, sizeof(*slots));
    slots->time_ms = time_steps_ms[TIME_STEP_COUNT - 1];
    for (int i = TIME_STEP_COUNT - 1; i >= 0; i--) {
        int64_t count = (end_ms - 1) / time_steps_ms[i] - reach->first_ms / time_steps_ms[i] + 1;
        if (count <= ORIGIN_SLOT_MAX) {
            slots->time_ms = time_steps_ms[i];
        }
    }
    slots->time_first = floor_div(reach->first_ms, slots->time_ms);
    /* Trades reach a little further than the mark. */
    double margin = fmax(0.02 * (reach->ln_high - reach->ln_low), 1e-3);
    slots->ln_first = reach->ln_low - margin;
    slots->ln_step = (reach->ln_high - reach->ln_low + 2 * margin) / ORIGIN_SLOT_MAX;
}

int origin_slots_time(const struct origin_slots *slots, int64_t ms) {
    int64_t slot = floor_div(ms, slots->time_ms) - slots->time_first;
    return (int)(slot < 0 ? 0 : (slot >= ORIGIN_SLOT_MAX ? ORIGIN_SLOT_MAX - 1 : slot));
}

int origin_slots_price(const struct origin_slots *slots, double ln_price) {
    return (int)math_clamp((ln_price - slots->ln_first) / slots->ln_step, 0, ORIGIN_SLOT_MAX - 1);
}

/* The place, in slots, below which that share of the total lies. */
static double quantile(const double usd[ORIGIN_SLOT_MAX], double share) {
    double total = 0, sum = 0;
    for (int i = 0; i < ORIGIN_SLOT_MAX; i++) {
        total += usd[i];
    }
    for (int i = 0; i < ORIGIN_SLOT_MAX; i++) {
        if (usd[i] > 0 && sum + usd[i] >= share * total) {
            return i + (share * total - sum) / usd[i];
        }
        sum += usd[i];
    }
    return ORIGIN_SLOT_MAX;
}

static void tell_times(const struct origin_slots *slots, struct scene_origin *out) {
    int64_t first_ms =
        (slots->time_first + (int64_t)quantile(slots->time_usd, TAIL)) * slots->time_ms;
    out->half_ms = slots->time_first * slots->time_ms +
                   (int64_t)(quantile(slots->time_usd, 0.5) * (double)slots->time_ms);
    for (int i = TIME_STEP_COUNT - 1; i >= 0; i--) {
        int64_t step = time_steps_ms[i];
        int64_t count = (out->at_ms - 1) / step - first_ms / step + 1;
        if (step % slots->time_ms == 0 && count <= ORIGIN_TIME_MAX) {
            out->time_step_ms = step;
            out->time_count = (int32_t)count;
            out->time_first_ms = floor_to(first_ms, step);
        }
    }
    for (int i = 0; i < ORIGIN_SLOT_MAX; i++) {
        int64_t at_ms = (slots->time_first + i) * slots->time_ms - out->time_first_ms;
        int64_t bucket = floor_div(at_ms, out->time_step_ms);
        if (bucket < 0) {
            out->earlier_usd += slots->time_usd[i];
        } else if (bucket < out->time_count) {
            out->time_usd[bucket] += slots->time_usd[i];
        }
    }
}

/* 1, 2, 2.5 or 5 times a power of ten, least or more, so that the range needs no more than
 * count_max of them. */
static double round_step(double low, double high, double least, int count_max) {
    static const double parts[] = {1, 2, 2.5, 5};
    double power = 1;
    while (power > least) {
        power /= 10;
    }
    while (power * 10 <= least) {
        power *= 10;
    }
    for (;; power *= 10) {
        for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
            double step = parts[i] * power;
            if (step >= least && floor(high / step) - floor(low / step) + 1 <= count_max) {
                return step;
            }
        }
    }
}

static double slot_price(const struct origin_slots *slots, double slot) {
    return math_exp(slots->ln_first + slot * slots->ln_step);
}

static void tell_prices(const struct origin_slots *slots, struct scene_origin *out) {
    double low = slot_price(slots, quantile(slots->price_usd, TAIL));
    double high = slot_price(slots, quantile(slots->price_usd, 1 - TAIL));
    double least = low * fmax(slots->ln_step, RESOLUTION);
    out->half_low = slot_price(slots, quantile(slots->price_usd, 0.25));
    out->half_high = slot_price(slots, quantile(slots->price_usd, 0.75));
    out->price_step = round_step(low, high, least, ORIGIN_PRICE_MAX);
    out->price_first = floor(low / out->price_step) * out->price_step;
    out->price_count = (int32_t)(floor(high / out->price_step) - floor(low / out->price_step)) + 1;
    for (int i = 0; i < ORIGIN_SLOT_MAX; i++) {
        if (!(slots->price_usd[i] > 0)) {
            continue;
        }
        double from = (slot_price(slots, i) - out->price_first) / out->price_step;
        double to = (slot_price(slots, i + 1) - out->price_first) / out->price_step;
        double per_step = slots->price_usd[i] / (to - from);
        out->lower_usd += per_step * fmax(fmin(to, 0) - fmin(from, 0), 0);
        out->higher_usd += per_step * (fmax(to, out->price_count) - fmax(from, out->price_count));
        double first = fmax(from, 0), last = fmin(to, out->price_count);
        for (int k = (int)first; k < last; k++) {
            out->price_usd[k] += per_step * (fmin(k + 1, last) - fmax(k, first));
        }
    }
}

void origin_slots_tell(const struct origin_slots *slots, struct scene_origin *out) {
    tell_times(slots, out);
    tell_prices(slots, out);
}
