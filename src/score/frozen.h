/* score/frozen.h - how well the map of a full hour foretells the hour after it (estimator.md
 * section 6.2).
 *
 * At each full hour every model's map is frozen.  A cell is a (side, bin) that the mark then
 * reaches for the first time within the hour; of a bin of which only a part was reached, that part
 * counts: lambda = frozen content x part, y = what was liquidated there until the bin was passed.
 * Two gains in nats per liquidated dollar, with pi as in score/tally.h:
 *
 *   pooled          pi over the cells of all hours and both sides: where, which side, and when
 *   within an hour  pi over the cells of its own hour: where and which side only
 *
 * What was opened within the hour is in no frozen map; every model misses it alike.
 *
 * Thread: the owner's.  Owner: score.  Limit: hit_max cells with y > 0 in all (hits_lost). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "score/light_map.h"
#include "score/models.h"

enum { FROZEN_BINS = LIGHT_MAP_BINS };

/* The maps of one full hour, USD a bin. */
struct frozen_map {
    int64_t hour; /* since the epoch; -1: none */
    int32_t first_bin, mark_bin;
    float *usd[MODEL_SIDE_COUNT][SCORE_MODEL_COUNT]; /* owned, FROZEN_BINS, by bin - first_bin */
};

struct frozen_day {
    int32_t day;
    double windows, cells, seen_usd;
    double predicted_usd[SCORE_MODEL_COUNT];
    double within_gain_usd[SCORE_MODEL_COUNT]; /* sum of y ln(n pi), pi of its own hour */
};

struct frozen_hit {
    int32_t day_at; /* index into days */
    float seen_usd, predicted_usd[SCORE_MODEL_COUNT];
};

struct frozen {
    struct frozen_map maps[2]; /* of the open window and of the next one */
    int current;
    bool open;
    int32_t reached[MODEL_SIDE_COUNT]; /* furthest bin reached in the window */
    float *left[MODEL_SIDE_COUNT];     /* owned: part of the bin not reached yet */
    float *seen[MODEL_SIDE_COUNT];     /* owned: USD */
    int day_max, day_count;
    struct frozen_day *days; /* owned */
    size_t hit_max, hit_count;
    struct frozen_hit *hits; /* owned */
    uint64_t hits_lost;
};

bool frozen_init(struct frozen *frozen, int day_max, size_t hit_max); /* false: out of memory */
void frozen_finish(struct frozen *frozen);                            /* zeroed accepted */

/* The map to be filled for the window that begins with an hour; the one before is still in use
 * until a cell of the new hour comes. */
struct frozen_map *frozen_next_map(struct frozen *frozen);
/* A finished cell, in the order of time: share of the bin that went, and what was seen. */
struct frozen_cell {
    int64_t ts_ms; /* end of its row */
    int side;
    int32_t bin;
    float share;
    double seen_usd;
};
void frozen_add(struct frozen *frozen, const struct frozen_cell *cell);
void frozen_close(struct frozen *frozen); /* the open window; nothing may be added after it */

/* Over the days [first_day, last_day]. */
struct frozen_sum {
    double windows, cells, seen_usd;
    double pooled_nats[SCORE_MODEL_COUNT], within_nats[SCORE_MODEL_COUNT]; /* 0 without dollars */
    double predicted_over_seen[SCORE_MODEL_COUNT];
};
void frozen_measure(const struct frozen *frozen, int32_t first_day, int32_t last_day,
                    struct frozen_sum *out);
