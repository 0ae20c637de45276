/* score/tally.h - the accounts of one UTC day, from swept cells to information gain.
 *
 * A cell is a (side, bin) that the mark swept in one row; lambda_i is what a model expected to be
 * liquidated there (USD), y_i what was.  Over the n cells of one day and side
 *
 *   pi_i = 0.98 lambda_i / sum(lambda) + 0.02 / n        gain = sum y_i ln(n pi_i) / sum y_i
 *
 * in nats per liquidated dollar: 0 for a map that is uniform over the cells, at most ln n, and
 * below 0 for one that is sure of the wrong places (estimator.md section 6.1).  ln(n pi_i) needs
 * the day's sums, so cells with y > 0 wait for the day's end; of the others only sums are kept.
 *
 * Placebo: the day's lambdas, in the order of time, are rotated by an offset that is uniform over
 * [0, n) and independent of y.  Each y then meets every lambda with equal chance, so the expected
 * gain is exactly that of chance, (1/n) sum ln(n pi_i) <= 0 (Jensen): gain less chance must come
 * out at nothing, unless the score leaks.  TALLY_SHIFT_COUNT offsets are drawn a day and side, with
 * a fixed seed; what they give is the range in which a map without knowledge of time falls.
 *
 * A map that is exactly right gains, in expectation, sum lambda ln(n pi) / sum lambda: its own
 * gain. What it really gains lies below that as far as it is too sure of itself.
 *
 * Thread: the owner's.  Owner: score.  Limits: the sizes given to tally_init, each with a counter.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/distance.h"
#include "score/models.h"

enum {
    TALLY_DAY_MS = 86400000,
    TALLY_HOUR_MS = 3600000,
    TALLY_SHIFT_COUNT = 64,  /* rotations a day and side */
    TALLY_BUCKET_COUNT = 128 /* of predicted dollars a cell, a quarter of an e-fold wide */
};
#define TALLY_MIX 0.02 /* share of the uniform in pi */
#define TALLY_BUCKET_FIRST                                                                         \
    -12.0 /* ln of the lower edge of bucket 1; bucket 0 takes what is below */
#define TALLY_BUCKET_WIDTH 0.25

/* Cells by what our map expected of them. */
struct tally_bucket {
    float cells, predicted_usd, seen_usd;
};

/* Sums over the hours of a day, for correlation of roots and deviance. x = sum of lambda of the
 * hour, y likewise. */
struct tally_hours {
    double count, root_y, y, y_ln_y;
    double root_x[SCORE_MODEL_COUNT], x[SCORE_MODEL_COUNT];
    double root_xy[SCORE_MODEL_COUNT]; /* sum of root x times root y */
    double y_ln_x[SCORE_MODEL_COUNT];
};

struct tally_side {
    double cells, prints;
    double seen_usd;        /* given to cells */
    double nowhere_usd;     /* no cell of the side was swept around it */
    double unexplained_usd; /* of seen_usd, where our map had nothing */
    double weighed_usd;     /* of seen_usd, what the gains are of: all but hits_lost */
    double predicted_usd[SCORE_MODEL_COUNT];
    double gain_usd[SCORE_MODEL_COUNT];         /* sum of y ln(n pi) */
    double placebo_gain_usd[TALLY_SHIFT_COUNT]; /* of our map, rotated */
    double chance_gain_usd;                     /* and what chance gives to it */
    double own_gain_usd; /* sum of lambda ln(n pi): if every cell came out as our map says */
    struct tally_hours hours;
};

struct tally_day {
    int32_t day; /* since the epoch */
    struct tally_side side[MODEL_SIDE_COUNT];
};

/* A swept cell whose prints have all come. */
struct tally_cell {
    int64_t ts_ms; /* end of its row */
    int side;
    double seen_usd;
    float predicted_usd[SCORE_MODEL_COUNT];
};

struct tally_hit { /* a cell with y > 0 of the open day */
    uint32_t index;
    float seen_usd, predicted_usd[SCORE_MODEL_COUNT];
};

struct tally_desc {
    int day_max;     /* days kept; the oldest go, or the newest are refused */
    bool newest;     /* which */
    size_t hit_max;  /* cells with y > 0 a day and side */
    size_t cell_max; /* cells a day and side for the placebo; 0: none */
    bool buckets;    /* keep them by day */
    int model_count; /* models 0 .. count - 1 are followed */
};

struct tally {
    struct tally_desc desc;
    int day_count;
    struct tally_day *days;       /* owned, day_max; the last one is open */
    struct tally_bucket *buckets; /* owned, day_max x TALLY_BUCKET_COUNT, NULL: none */
    bool open;
    int64_t hour;                    /* the open one, since the epoch */
    double hour_y[MODEL_SIDE_COUNT]; /* of the open hour */
    double hour_x[MODEL_SIDE_COUNT][SCORE_MODEL_COUNT];
    size_t hit_count[MODEL_SIDE_COUNT];
    struct tally_hit *hits[MODEL_SIDE_COUNT]; /* owned */
    float *predicted[MODEL_SIDE_COUNT];       /* owned, ours by cell; NULL: no placebo */
    uint64_t hits_lost, cells_lost, days_lost;
};

bool tally_init(struct tally *tally, const struct tally_desc *desc); /* false: out of memory */
/* As tally_init without buckets and placebo, but to go on where source (made so, too) is. */
bool tally_init_copy(struct tally *tally, const struct tally *source);
void tally_finish(struct tally *tally); /* zeroed accepted */

/* Time has come to ts_ms (never back): hours and days that are over are closed. */
void tally_advance(struct tally *tally, int64_t ts_ms);
/* Cells in the order of time, after tally_advance to their own. */
void tally_add(struct tally *tally, const struct tally_cell *cell);
void tally_add_nowhere(struct tally *tally, int side, double usd);
void tally_add_print(struct tally *tally, int side);
/* Close what is open, so that the last day's sums stand. Nothing may be added after it. */
void tally_close(struct tally *tally);

/* The open day's gain so far: costs a logarithm a cell with y > 0 and model. */
void tally_measure_open(const struct tally *tally, struct tally_day *out);
/* sum of y ln(n pi) of one cell. */
double tally_gain(double seen_usd, double predicted_usd, double predicted_sum, double cells);
/* The bucket of a cell by predicted dollars; 0 for nothing. */
int tally_bucket_of(double predicted_usd);
