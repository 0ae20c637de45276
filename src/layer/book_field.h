/* layer/book_field.h - what rests in the order book, as a second field over the first.
 *
 * Thread: main.  Owner: a field holds its columns (struct book_columns), the picture draws them
 * (struct book_field).  Limits: the field's ring; 2 bytes a cell here and on the GPU, taken when
 * the first column that has a book comes, which is only while the part is shown. Its amounts are
 * facts, not estimates; its scale is its own and automatic. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "gfx/program.h"
#include "gfx/target.h"
#include "gfx/texture.h"
#include "layer/scroll.h"
#include "view/camera.h"
#include "view/scale.h"

struct field;

enum { BOOK_FIELD_ENTRY_COUNT = 256, BOOK_FIELD_SAMPLE_COLUMNS = 64, BOOK_FIELD_SAMPLE_ROWS = 256 };

struct book_columns { /* in the slots of a field's ring */
    bool used;
    int ring_rows, row_count;
    uint16_t *halves;      /* owned, ring_rows x row_count: as struct layers_column has them */
    uint16_t *amounts;     /* owned, row_count: scratch, a column without signs */
    uint8_t *known;        /* owned, ring_rows: the slot's column has a book */
    int16_t (*extent)[2];  /* owned, ring_rows: first row with anything in it, and the one after the
                              last */
    struct texture texels; /* amounts: between bids and asks nothing is to sink to zero */
};

/* False: out of memory; nothing is shown then. */
bool book_columns_init(struct book_columns *columns, int ring_rows, int row_count);
void book_columns_finish(struct book_columns *columns); /* zeroed accepted */
/* Put a column into a slot; halves NULL: nothing is known of it. */
void book_columns_set(struct book_columns *columns, int slot, const uint16_t *halves);
/* USD per bp of a cell, >= 0, bids or asks, to 0.3 %. False: not known. */
bool book_columns_get(const struct book_columns *columns, int slot, int row, double *usd_per_bp,
                      bool *bids);

struct book_field {
    struct program program;
    struct texture lut;
    uint8_t colors[BOOK_FIELD_ENTRY_COUNT][4]; /* what lut holds */
    bool colored, light, alone, banded;        /* as in struct book_view */
    double black_log2, white_log2;
    bool scaled;
    struct scale_histogram histogram; /* filled over some frames */
    int sampled_columns;
};

bool book_field_init(struct book_field *book, const char *shader_dir); /* false: shader, memory */
bool book_field_reload(struct book_field *book);                       /* shaders */
void book_field_finish(struct book_field *book);                       /* zeroed accepted */

struct book_view {
    const struct field *field;
    const struct camera *camera;
    const struct camera *lower; /* NULL, or the pane below (layer/heatmap.h) */
    bool light;                 /* the theme's background is */
    bool alone;                 /* there is no other field beneath: the faint is shown, too */
    bool banded;                /* it is shown along the price (layer/book_band.c) */
    bool settled;               /* look at everything now and jump to the scale */
};
/* Look at what the camera sees, move the scale towards it, and make the colours those of the view.
 * False: nothing of it is in view. */
bool book_field_prepare(struct book_field *book, const struct book_view *view);

/* What its pixels depend on beside the field's columns and where they stand. */
struct book_key {
    bool light, alone;
    double black_log2, white_log2;
};
struct book_key book_field_key(const struct book_field *book);
bool book_key_is_same(const struct book_key *a, const struct book_key *b);
/* Blend a strip of the prepared view over what is there. */
void book_field_paint(const struct book_field *book, const struct target *target,
                      const struct book_view *view, const struct scroll_strip *strip);

/* The colour and opacity (RGBA, not premultiplied) of an amount, in log2(1 + usd_per_bp / 1000). */
const uint8_t *book_field_color(const struct book_field *book, double log2_value);
/* How far from the price the newest book is known, in ln price; a venue may publish a few levels
 * only. 0: not known, or beyond the field's rows. */
double book_field_reach(const struct field *field);
/* The USD per bp at a place of the ramp, 0..1: the legend's numbers. */
double book_field_usd_at(const struct book_field *book, double share);
