/* score/truth.h - the map beside the positions that really are open (estimator.md section 6.3).
 *
 * Every TRUTH_EVERY_MS of market time the models' maps are read against the mark, per side, and
 * later compared with the positions of that instant, their dollars (quantity x liquidation price)
 * at their liquidation prices.  x = |ln(price / mark)|, in cells:
 *
 *   near   x in [0, 3 %),  cells of 10 bp          far   x in [3 %, 15 %),  cells of 20 bp
 *
 * With m and t the map's and the truth's cells of a side, each divided by its sum:
 *
 *   overlap = sum min(m, t)       W1 = sum |cumulative m - cumulative t| x cell width, in bp
 *   R = Pearson's correlation of m and t over the cells       mass = sum of map / sum of truth
 *
 * overlap, R and W1 are means over snapshots and sides; mass is over all of them together.
 * Positions are few and of very different sizes, so even a perfect forecast of the population
 * cannot reach R = 1: with r the mean correlation between two halves of the positions, it attains
 * about sqrt(2 r / (1 + r)) (Spearman and Brown's formula for a half test). Positions whose own
 * stop lies before their liquidation price are left out: they will never be liquidated there.
 *
 * Thread: the owner's.  Owner: app; a score borrows it.  Limits: TRUTH_SNAPSHOT_MAX snapshots (one
 * more year of six hours) and TRUTH_POSITIONS_MAX positions in all of them, counted when met. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/estimator.h"
#include "score/models.h"

struct score;

enum {
    TRUTH_EVERY_MS = 6 * 3600000,
    TRUTH_SNAPSHOT_MAX = 1600,
    TRUTH_POSITIONS_MAX = 1 << 24,
    TRUTH_NEAR_CELLS = 30,
    TRUTH_FAR_CELLS = 60,
    TRUTH_CELLS = TRUTH_NEAR_CELLS + TRUTH_FAR_CELLS
};
#define TRUTH_NEAR_CELL 1e-3 /* ln price */
#define TRUTH_FAR_CELL  2e-3
#define TRUTH_NEAR      0.03
#define TRUTH_FAR       0.15

/* A stretch of a position's life with one liquidation price. */
struct truth_span {
    int64_t from_ms, to_ms; /* [from, to) */
    int side;               /* MODEL_LONG, MODEL_SHORT */
    bool stop_first;
    double qty_base, liquidation_price; /* > 0 */
};

struct truth;

struct truth *truth_create(void);        /* NULL: out of memory */
void truth_destroy(struct truth *truth); /* NULL accepted */

/* In any order, before or after the maps of its time were taken. Spans that no snapshot meets cost
 * nothing. */
void truth_add_span(struct truth *truth, const struct truth_span *span);
/* A line of the file that `liqscope simulate --truth` writes. False: reason says what was expected
 * and got; the line changed nothing. The first line is the header. */
enum { TRUTH_REASON_BYTES = 160 };
bool truth_add_line(struct truth *truth, const char *line, size_t len,
                    char reason[TRUTH_REASON_BYTES]);

/* Whether the header was read before; from now on it was. */
bool truth_take_header(struct truth *truth);

/* Called by the score before the row that begins at ts_ms: reads every model where a snapshot is
 * due. The first score that calls is the one whose market the truth is of; others are ignored. */
void truth_take_maps(struct truth *truth, struct score *score, const struct estimator *estimator,
                     int64_t ts_ms);

struct truth_figures {
    double overlap, r, w1_bp; /* means over snapshots and sides where both have something */
    double mass;              /* sum of map over sum of truth */
};
struct truth_report {
    int snapshots;    /* compared: those from first_ms on that have positions */
    double positions; /* mean of a snapshot */
    uint64_t spans, snapshots_lost, positions_lost;
    double near_r_attainable, far_r_attainable; /* 0: not known */
    struct truth_figures near[SCORE_MODEL_COUNT], far[SCORE_MODEL_COUNT];
};
/* Whether score is the one whose maps were taken. */
bool truth_is_of(const struct truth *truth, const struct score *score);
/* Compare the snapshots of [first_ms, last_ms]. */
void truth_measure(const struct truth *truth, int64_t first_ms, int64_t last_ms,
                   struct truth_report *out);
