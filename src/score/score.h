/* score/score.h - how well a map foretells the liquidations that follow (estimator.md section 6).
 *
 * Every row is a small forecast: before the mark sweeps a bin, each model says how many dollars are
 * to be liquidated there; after it, the prints say how many were.  A cell is a (side, bin) swept in
 * a row of at most SCORE_ROW_MS_MAX.  A print is given to cells BY ITS PRICE ALONE, never by any
 * map's content: its bin is moved into the range that its side swept within the last 2 s before it
 * (give or take one bin) and shared among the cells of the last 4 s, 1/4 1/2 1/4 over neighbouring
 * bins and by how much of its bin each cell passed;
 * cells therefore wait SCORE_WAIT_MS before they count.  Prints that find no cell are counted as
 * nowhere.  Cells of rows with a gap are left out, and so is what falls on them.
 *
 * lambda of our map = sum over classes of rho x removed x price x OI bound, told by the estimator's
 * own watcher, so that what is scored is what was shown.
 *
 * Assumes: prints carry prices near their triggers and every liquidation is printed (the shape may
 * be judged without that, the scale may not).  Wrong where a fill lands far from its trigger.
 *
 * Thread: the owner's (engine).  Owner: engine_instrument.  Limits: SCORE_CELL_MAX cells waiting
 * (rolling: SCORE_ROLLING_CELL_MAX; the oldest count early then), score/tally.h, score/frozen.h;
 * each with a counter.  Memory: a rolling score 0.2 MB and 32 bytes a cell with dollars of the open
 * day (1 MB at most), a full one some 20 MB where used. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/estimator.h"
#include "score/frozen.h"
#include "score/tally.h"

enum {
    SCORE_ROW_MS_MAX = 10000, /* longer rows are history: nobody asks what they cleared */
    SCORE_WAIT_MS = 8000,     /* of a cell for its prints: journal and wait for a mark together */
    SCORE_CELL_MAX = 65536,
    SCORE_ROLLING_CELL_MAX = 2048,
    SCORE_HIT_MAX = 1 << 17, /* cells with liquidations a day and side */
    SCORE_ROLLING_HIT_MAX = 16384,
    SCORE_DAY_CELL_MAX = 1 << 20, /* cells a day and side, for the placebo */
    SCORE_DAY_MAX = 400,
    SCORE_ROLLING_DAYS = 7,
    SCORE_FROZEN_HIT_MAX = 1 << 18,
    /* Fewer than these, and there is nothing to judge. */
    SCORE_PRINTS_MIN = 100,
    SCORE_DAYS_MIN = 2
};
#define SCORE_USD_MIN 100e3 /* liquidated dollars */

struct truth;

struct score_desc {
    struct estimator_desc model; /* as the estimator was made */
    bool full;           /* all models, placebo, frozen; else rolling: ours and the kernel */
    struct truth *truth; /* borrowed; takes maps at its snapshots; NULL: none; full only */
};

struct score;

struct score *score_create(const struct score_desc *desc); /* NULL: out of memory or range */
/* A rolling score (not full) that goes on where source is. NULL: out of memory. */
struct score *score_clone(const struct score *source);
void score_destroy(struct score *score); /* NULL accepted */
/* How the estimator tells the score what is swept. */
struct estimator_watcher score_watcher(struct score *score);

/* Around estimator_apply_row, with the same row. */
void score_begin_row(struct score *score, const struct estimator *estimator,
                     const struct entry_row *row);
void score_end_row(struct score *score, const struct entry_row *row,
                   const struct entry_deposit *deposits, const struct entry_print *prints);
/* The source has ended: everything that waits is counted. */
void score_finish_rows(struct score *score);

/* USD a bin of a model's map, [first, first + count), after its OI bound; full only. */
void score_read_map(struct score *score, const struct estimator *estimator, enum score_model model,
                    int side, int32_t first, int32_t count, float *out);

/* What was left out, by reason. */
struct score_stats {
    uint64_t cells, cells_left_out, cells_early, prints, prints_incomplete;
    uint64_t hits_lost, cells_lost, days_lost, frozen_hits_lost;
    double seen_usd, incomplete_usd, left_out_usd;
    int64_t first_ms, last_ms; /* of rows that were no history; first > last: none */
};
void score_get_stats(const struct score *score, struct score_stats *out);

const struct tally *score_tally(const struct score *score);
const struct frozen *score_frozen(const struct score *score); /* full only, else NULL */

/* A rolling score's figures, as of the newest row: they are a function of what was applied, however
 * seldom or often they were asked for. The first question after a row costs a logarithm a cell with
 * dollars of the open day. */
struct score_rolling {
    bool judged; /* enough liquidations; else only days and usd stand */
    double days, usd, gain_nats, gain_kernel_nats, predicted_over_seen;
};
void score_get_rolling(struct score *score, struct score_rolling *out);
