/* density/origin_slots.h - what a ledger keeps by opening time and entry price, and the buckets of
 * round widths that people see.
 *
 * Thread: the caller's.  Owner: origin.  Inside the room only.
 * Limit: ORIGIN_SLOT_MAX slots each; what lies outside is in the outermost ones. */
#pragma once

#include <stdint.h>

#include "density/origin.h"

struct origin_slots {
    int64_t time_first, time_ms; /* time slot i begins at (time_first + i) x time_ms */
    double ln_first, ln_step;    /* price slot i begins at e^(ln_first + i x ln_step) */
    double time_usd[ORIGIN_SLOT_MAX], price_usd[ORIGIN_SLOT_MAX];
};

/* What the log knows: its prices (ln, low <= high) and its first row. */
struct origin_reach {
    double ln_low, ln_high;
    int64_t first_ms;
};

/* Empty slots over everything from the reach's first row to end_ms. */
void origin_slots_begin(struct origin_slots *slots, const struct origin_reach *reach,
                        int64_t end_ms);
int origin_slots_time(const struct origin_slots *slots, int64_t ms);
int origin_slots_price(const struct origin_slots *slots, double ln_price);

/* Lay them together into the buckets, the half and the middle half of out, whose at_ms is known.
 * Both sums are > 0. */
void origin_slots_tell(const struct origin_slots *slots, struct scene_origin *out);
