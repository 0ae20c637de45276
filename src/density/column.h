/* density/column.h - one column of the field: read-outs of the estimator brought to the rows of a
 * grid.
 *
 * Thread: the raster's.  Owner: raster.  Limit: LAYERS_ROW_MAX rows.
 * Bins become rows by overlap: a row's USD per basis point is the mean of the bins under it, so
 * that what the rows hold together is what the bins held.  Values become halfs of
 * LAYERS_UNIT_USD_PER_BP. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "model/estimator.h"
#include "scene/layers.h"

/* Rows [begin, end) to which something was added; none: begin >= end. */
struct column_reach {
    int begin, end;
};

struct column {
    struct layers_grid grid;
    double weight_sum; /* of the read-outs taken so far */
    double phi;        /* row_begin and bins belong to this shift */
    double basis;      /* and to this one */
    bool mapped;
    int32_t first_bin, bin_count;                      /* the bins under the rows */
    float (*bins)[ESTIMATOR_BAND_STRIDE];              /* owned: read-out of one side */
    float edges[LAYERS_ROW_MAX + 1];                   /* row edges in bins from first_bin */
    float sums[LAYERS_SLICE_COUNT][LAYERS_ROW_MAX][4]; /* weighted USD per bp, as texels lie */
    struct column_reach reach[LAYERS_SLICE_COUNT];     /* outside of it the slice's sums are 0 */
    uint64_t version;                                  /* another one whenever the sums change */
    /* By channel, over the read-outs: weight x USD that stands in the band, and what of it rests on
     * calibrated distances. */
    double stands[LAYERS_CHANNEL_COUNT], trusted[LAYERS_CHANNEL_COUNT];
    double saved_weight_sum;
    struct column_reach saved_reach[LAYERS_SLICE_COUNT];
    double saved_stands[LAYERS_CHANNEL_COUNT], saved_trusted[LAYERS_CHANNEL_COUNT];
    float saved[LAYERS_SLICE_COUNT][LAYERS_ROW_MAX][4]; /* by column_save */
};

bool column_init(struct column *column);   /* false: out of memory */
void column_finish(struct column *column); /* zeroed accepted */
void column_set_grid(struct column *column, const struct layers_grid *grid);

/* Forget the read-outs. */
void column_begin(struct column *column);
/* Add the estimator's field as it is now, what lies at ln p to the row of ln p - basis; weight > 0.
 */
void column_add(struct column *column, const struct estimator *estimator, double basis,
                double weight);
/* Add the weighted mean of another column of the same grid; sum holds nothing but such means. */
void column_add_column(struct column *sum, const struct column *part);
/* Keep the read-outs taken so far, and bring them back. */
void column_save(struct column *column);
void column_restore(struct column *column);
/* The weighted mean of the read-outs as texels of rows 0..row_count - 1, and their certainty: that
 * of what stands in a row, each band with its own mean over the side (distances within a band are
 * alike, so that this is nearly the mean over the row's own classes and costs nearly nothing). */
void column_write(struct column *column, struct layers_column *out);

/* Half floats of non-negative finite numbers, round to nearest even, 65,504 at most. */
void column_halves(size_t count, const float in[], float factor, uint16_t out[]);
