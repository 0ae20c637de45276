/* model/journal.h - what the mark cleared in the last seconds, bin by bin, so that liquidations can
 * be attributed.
 *
 * Thread: the owner's.  Owner: estimator, where evidence is wanted.
 * Limit: JOURNAL_MAX cleared bins; the oldest go first (full_count counts those younger than
 * JOURNAL_MS). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "model/distance.h"

enum { JOURNAL_MAX = 1024, JOURNAL_MS = 4000, JOURNAL_CLAMP_MS = 2000 };

struct journal_entry {
    int64_t ts_ms;
    int32_t bin;
    int32_t side;
    float removed[CLASS_LANES]; /* base coin by class */
};

struct journal {
    struct journal_entry *entries; /* owned, a ring */
    uint64_t count;                /* ever written */
    uint64_t full_count;
};

bool journal_init(struct journal *journal); /* false: out of memory */
void journal_finish(struct journal *journal);
void journal_add(struct journal *journal, int64_t ts_ms, int side, int32_t bin,
                 const float removed[CLASS_LANES]);

/* The base coin that went around bin (weights 1/4, 1/2, 1/4 over its neighbours) by class, after
 * moving bin into the range swept since JOURNAL_CLAMP_MS before at_ms, give or take one. False:
 * nothing was swept on that side. */
bool journal_find(const struct journal *journal, int64_t at_ms, int side, int32_t bin,
                  double removed[CLASS_LANES]);
