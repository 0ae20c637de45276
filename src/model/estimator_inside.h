/* model/estimator_inside.h - the inside of an estimator, shared by estimator.c (rows, decay),
 * estimator_sweep.c and estimator_deposits.c (what a row takes off and lays down),
 * estimator_learn.c (calibration) and estimator_read.c (read-outs).  Thread: the owner's.  Owner:
 * the estimator. */
#pragma once

#include "model/estimator.h"
#include "model/journal.h"
#include "model/unit_map.h"

enum { DECAY_CACHE_COUNT = 16 }; /* decay factors of recent row lengths */

struct decay_factors {
    int64_t dt_ms; /* 0: empty */
    double factor[CLASS_LANES];
};

struct estimator {
    struct estimator_desc desc;
    struct distance_ladder ladder;
    struct weights weights;
    uint32_t weights_number; /* of the log that is followed */
    struct unit_map map;
    struct journal journal; /* evidence only */
    struct calibration calibration;
    struct weights prior, learned; /* learned: of the last M-step, until they are taken */
    bool has_learned;
    bool listening;       /* prints of the row at hand count */
    double outside_scale; /* 0: the prior's */
    struct estimator_stats stats;

    double hazard[CLASS_LANES]; /* per ms */
    double scale[CLASS_LANES];  /* content = scale x raw, both sides */
    float unscale[CLASS_LANES]; /* 1 / scale */
    double held[MODEL_SIDE_COUNT][CLASS_LANES];
    struct estimator_mass mass[MODEL_SIDE_COUNT];
    double held_peak[MODEL_SIDE_COUNT]; /* most that was held since the accounts were settled */
    uint32_t settled_phase;
    struct decay_factors decay[DECAY_CACHE_COUNT];

    int64_t ts_ms;
    bool has_mark;
    double z_mark, phi, oi_base;
    uint32_t phase; /* deposits so far, for the taps' phase */

    struct estimator_watcher watcher;
    double row_bound[MODEL_SIDE_COUNT]; /* the OI bound before the row; only with a watcher */
};

/* The bin of a log price less phi; far beyond any map it stays at +-1e9. */
int32_t estimator_bin_of(const struct estimator *estimator, double z);
/* What read-outs of a side are multiplied with, so that they claim no more than there is: 0..1. */
double estimator_oi_bound(const struct estimator *estimator, int side);

/* -- estimator_sweep.c -- */

/* Lead the mark along the row's path: what it passes goes. The map follows it. */
void estimator_sweep_path(struct estimator *estimator, const struct entry_row *row);

/* -- estimator_deposits.c -- */

/* Lay down the row's entries, those of them that are possible. */
void estimator_lay_deposits(struct estimator *estimator, const struct entry_row *row,
                            const struct entry_deposit *deposits);

/* -- estimator_learn.c -- */

/* A row is about to be applied: whether its exposure counts; cells that no print can reach any more
 * are settled. */
void estimator_learn_row(struct estimator *estimator, const struct entry_row *row);
/* removed (base coin by class) went from a bin whose centre is at price. */
void estimator_learn_swept(struct estimator *estimator, int64_t ts_ms, int side, int32_t bin,
                           double price, const float removed[CLASS_LANES]);
void estimator_learn_print(struct estimator *estimator, const struct entry_row *row,
                           const struct entry_print *print);
/* The row was applied: the M-step, if one is due. */
void estimator_learn_step(struct estimator *estimator, const struct entry_row *row);
