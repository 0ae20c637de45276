/* layer/field.h - the columns of one raster: a ring of them on the GPU, a copy here for labels and
 * the scale.
 *
 * Thread: main.  Owner: picture.  Limit: the grid's columns plus FIELD_SPARE_COLUMNS, rows as the
 * grid says; 25 bytes a texel on the GPU and, at most, here, 4 more for the composed density. Time
 * runs along the textures' y (column n lies in row n mod ring_rows), price along x.
 *
 * A composed texel is what a pixel needs, and no more: r the larger side's log2(1 + usd_per_bp /
 * 1000), g which side that is and how certain it is, FIELD_SIDE_LEAST + (1 - FIELD_SIDE_LEAST) x
 * colormap_shown_certainty, negative for longs, 0 where nothing stands.  One linear sample then
 * brings both; a texture of its own for the certainty would cost software GL a third of the field's
 * pass. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "gfx/program.h"
#include "gfx/target.h"
#include "gfx/texture.h"
#include "layer/book_field.h"
#include "layer/field_cells.h"
#include "scene/layers.h"

enum { FIELD_SPARE_COLUMNS = 64 };
/* What of the two sides a density shows. */
enum field_mix { FIELD_MIX_LARGER, FIELD_MIX_NET, FIELD_MIX_LONG, FIELD_MIX_SHORT };
enum { FIELD_DENSITY_MAX = 2 };
#define FIELD_SIDE_LEAST 0.25 /* |g| where nothing is certain: the sign survives interpolation */

struct field_column { /* what is kept of a column beside its texels */
    int64_t col;
    uint64_t version; /* of the field, with the last change of this column */
    uint8_t flags;    /* LAYERS_COLUMN_... */
    uint8_t pass;
    uint16_t print_count;
    double open, high, low, close;
    double volume_buy_usd, volume_sell_usd, oi_usd, funding, vwap;
    double total_usd[2], liquidated_usd[2];
    struct layers_print prints[LAYERS_COLUMN_PRINT_MAX];
};

struct field_density { /* composed of the layers: one part a mix, side by side along the prices */
    int count;
    enum field_mix mixes[FIELD_DENSITY_MAX];
    int stride; /* texels from the first price of a part to that of the next */
    /* Parts have one more column at either end, like their last and their first, so that nothing
     * beyond is blended in at the edge. */
    struct texture texture;
    struct target target;
    bool *dirty; /* owned, ring_rows: to be composed */
};

struct field {
    bool used;
    uint32_t request_id;
    struct layers_grid grid;
    int ring_rows;
    int64_t oldest_col, newest_col; /* valid where count > 0; every one between is in the ring */
    int count;
    int64_t covered_until_ms;     /* of the newest column */
    uint64_t version;             /* grows with every column */
    struct field_column *columns; /* owned, ring_rows */
    struct field_cells cells;
    uint8_t *certainties; /* owned, ring_rows x row_count: 0 prior .. 255 calibrated */
    struct texture layers, certainty;
    struct field_density density; /* of two mixes where the sides are shown apart */
    struct book_columns book;     /* of columns that have one; not used before the first */
    float weights[LAYERS_CHANNEL_COUNT];
};

/* STATUS_RANGE: the grid breaks a limit; STATUS_MEMORY; STATUS_UNSUPPORTED: no RG16F target. */
enum status field_init(struct field *field, uint32_t request_id, const struct layers_grid *grid);
void field_finish(struct field *field); /* zeroed accepted */

/* Take a column in any order. False: it is older than the ring reaches back. */
bool field_add_column(struct field *field, const struct layers_column *column);
/* The row of the ring that holds column col. */
int field_slot(const struct field *field, int64_t col);
/* NULL outside oldest_col..newest_col. A column that never came has LAYERS_COLUMN_EMPTY. */
const struct field_column *field_get_column(const struct field *field, int64_t col);
/* The oldest column that has changed since the field had that version; newest_col + 1: none. */
int64_t field_oldest_change(const struct field *field, uint64_t version);
/* The newest one; oldest_col - 1: none. */
int64_t field_newest_change(const struct field *field, uint64_t version);
/* USD per bp, long and short, of one cell under the current weights; zeros outside. */
void field_get_usd(const struct field *field, int64_t col, int row, double out_usd[2]);
/* The same band by band, whatever the weights are: out[side][band]. */
void field_get_bands(const struct field *field, int64_t col, int row,
                     double out[2][LAYERS_BAND_COUNT]);

/* How much of a cell rests on calibrated distances, 0..1 (see layers_column); 0 outside. */
double field_get_certainty(const struct field *field, int64_t col, int row);

/* What rests in the order book in a cell, USD per bp; bids or asks. False: not known there. */
bool field_get_book(const struct field *field, int64_t col, int row, double *usd_per_bp,
                    bool *bids);

/* Compose `count` densities (1..FIELD_DENSITY_MAX) from now on, of these mixes. False: the driver
 * has no room; then there are as many as there were. */
bool field_set_mixes(struct field *field, int count, const enum field_mix mixes[FIELD_DENSITY_MAX]);
/* The USD that a mix shows of a cell's two sides, and which side that is (0 long, 1 short). */
double field_mix_usd(enum field_mix mix, const double usd[2], int *side);
/* Change what each channel adds (0..1); everything is composed again with the next field_compose.
 */
void field_set_weights(struct field *field, const float weights[LAYERS_CHANNEL_COUNT]);
/* Bring the density texture up to date in columns first_col..last_col, in one draw; what is out of
 * view waits until it is seen. */
void field_compose(struct field *field, const struct program *program, int64_t first_col,
                   int64_t last_col);

extern const struct program_desc field_program_desc; /* of the program that field_compose wants */
