/* model/journal.h - what the mark cleared lately, bin by bin, so that liquidations can be
 * attributed.
 *
 * Thread: the owner's.  Owner: estimator, where evidence is wanted.
 * Limit: JOURNAL_MAX cleared bins; the oldest go first (full_count counts those younger than
 * JOURNAL_MS). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "model/distance.h"

enum { JOURNAL_MAX = 1024, JOURNAL_MS = 4000, JOURNAL_CLAMP_MS = 2000 };

/* One cleared bin. What it held lies apart, so that looking for bins reads little. */
struct journal_entry {
    int64_t ts_ms;
    int32_t bin;
    int8_t side;
    bool counted;         /* prints were heard then: the cell is evidence of the dispersion */
    double predicted_usd; /* Lambda of what went */
    double seen_usd;      /* of the prints given to it */
};

struct journal {
    struct journal_entry *entries; /* owned, a ring */
    float (*removed)[CLASS_LANES]; /* owned, beside entries: base coin by class */
    uint64_t count;                /* ever written */
    uint64_t settled;              /* handed out by journal_settle */
    uint64_t full_count;
};

bool journal_init(struct journal *journal); /* false: out of memory */
void journal_finish(struct journal *journal);
void journal_clear(struct journal *journal);
void journal_copy(struct journal *target, const struct journal *source); /* both made */
/* One more. The oldest goes, settled or not: settle first. */
void journal_add(struct journal *journal, const struct journal_entry *entry,
                 const float removed[CLASS_LANES]);

/* Where a print is sought. */
struct journal_place {
    int64_t at_ms;    /* its time */
    int32_t reach_ms; /* usually JOURNAL_CLAMP_MS */
    int32_t side, bin;
};

/* The base coin that went around bin (weights 1/4, 1/2, 1/4 over its neighbours) within 2 x
 * reach_ms before at_ms, by class, after moving bin into the range swept within reach_ms, give or
 * take one. False: nothing was swept on that side; nothing is changed. */
bool journal_find(const struct journal *journal, struct journal_place *place,
                  double removed[CLASS_LANES]);
/* A print was given to the cells around the place that journal_find left: usd among them, by what
 * they predicted. */
void journal_credit(struct journal *journal, const struct journal_place *place, double usd);
/* The oldest entry not handed out yet, if it is of until_ms or before, or room is short; else NULL.
 */
const struct journal_entry *journal_settle(struct journal *journal, int64_t until_ms);
