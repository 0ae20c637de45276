/* density/receipts.h - what sweeps of clusters were expected to liquidate, beside what was seen.
 *
 * Thread: the owner's (engine).  Owner: engine_instrument.  Limits: SCENE_RECEIPT_MAX newest
 * receipts are kept, RECEIPTS_OPEN_MAX episodes are open at a time (ended_early counts the oldest
 * ones that made room).  Plain data, 6 KB.  expected_usd are estimates. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "density/profile.h"
#include "scene/map.h"

enum {
    RECEIPTS_OPEN_MAX = 16,
    RECEIPTS_LOOK_MS = 300000,   /* clusters are looked up so often, in event time */
    RECEIPTS_QUIET_MS = 300000,  /* an episode ends so long after the mark last went deeper */
    RECEIPTS_ROW_MS_MAX = 10000, /* longer rows are history */
    RECEIPTS_WINDOW_ROWS = 8
};
/* Less than this share of all that the side claims is not worth reading. */
#define RECEIPTS_SHARE 0.0025

struct receipts_range { /* bins, both inside */
    int32_t low, high;
};

/* One cluster while the mark eats into it. */
struct receipts_episode {
    struct receipts_range cluster, swept;
    int32_t side;
    bool gap;          /* part of it is unknown: what was seen is a lower bound */
    int64_t number;    /* of its receipt; -1: too small yet */
    int64_t deeper_ms; /* when the mark last went deeper into it */
    double least_usd;
    struct scene_receipt receipt;
};

struct receipts {
    double bin_width;
    int64_t looked_ms; /* when targets were found; INT64_MIN: there are none */
    double looked_z;   /* where the mark was then */
    int32_t target_count[MODEL_SIDE_COUNT];
    struct receipts_range targets[MODEL_SIDE_COUNT][MAP_CLUSTER_SIDE_MAX];
    double least_usd[MODEL_SIDE_COUNT];

    int32_t open_count;
    struct receipts_episode open[RECEIPTS_OPEN_MAX]; /* oldest first */
    int64_t count;                                   /* receipts ever issued */
    struct scene_receipt ring[SCENE_RECEIPT_MAX];    /* by number modulo the limit */
    int64_t ended_early;
    int64_t prints_complete, prints_partial; /* ever heard: whether the venue tells all */

    /* What each side swept in its last rows, for prints that come a little later. */
    struct receipts_window {
        int64_t ts_ms;
        struct receipts_range swept;
    } window[MODEL_SIDE_COUNT][RECEIPTS_WINDOW_ROWS];
    uint32_t window_count[MODEL_SIDE_COUNT];

    /* Of the row in work. */
    bool listening;
    int64_t row_begin_ms;
    const struct weights *weights; /* borrowed from the estimator */
};

void receipts_init(struct receipts *receipts, double bin_width);

/* Around estimator_apply_row, with the same row; between them receipts_take_swept is told of each
 * bin. scratch is used within the call (when clusters are looked up, a fifth of a millisecond). */
void receipts_begin_row(struct receipts *receipts, const struct estimator *estimator,
                        const struct entry_row *row, struct profile *scratch);
void receipts_take_swept(struct receipts *receipts, const struct estimator_swept *swept);
void receipts_end_row(struct receipts *receipts, const struct entry_row *row,
                      const struct entry_print *prints);

/* The newest ones, oldest first; how many. */
int receipts_read(const struct receipts *receipts, struct scene_receipt out[SCENE_RECEIPT_MAX]);
uint64_t receipts_hash(uint64_t hash, const struct receipts *receipts);
