/* scene/layers.h - what a raster job gives to the picture: columns of the field, bands x sides,
 * with the candle and the prints of the same stretch of time.
 *
 * Thread: made by raster, read by main through a ring of columns.  Limits below.
 * Units: USD per basis point of price (0.01 %), averaged over the column, >= 0; stored as half
 * floats of LAYERS_UNIT_USD_PER_BP, so that 1 dollar and 4 billion dollars a basis point both fit.
 * Estimates. */
#pragma once

#include <assert.h>
#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    LAYERS_BAND_COUNT = 6,
    LAYERS_CHANNEL_COUNT = 12, /* channel = side x 6 + band; side 0 long, 1 short */
    LAYERS_SLICE_COUNT = 3,    /* four channels a slice: channel / 4, component channel % 4 */
    LAYERS_ROW_MAX = 1024,
    LAYERS_COL_MAX = 2048,
    LAYERS_COLUMN_PRINT_MAX = 16
};
#define LAYERS_UNIT_USD_PER_BP 65536.0

/* Leverage equivalents, half-open: <5, 5-10, 10-25, 25-50, 50-100, >=100. */
extern const char *const layers_band_names[LAYERS_BAND_COUNT];
/* The band of a leverage equivalent; 0..5. */
int layers_band_of_leverage(double leverage);

/* The grid of one window. Columns are aligned to the epoch: column n covers [n x col_ms, (n + 1) x
 * col_ms). */
struct layers_grid {
    int64_t first_col;   /* index n of the leftmost column */
    int32_t col_ms;      /* from layers_col_ms_for_span */
    int32_t col_count;   /* 1..LAYERS_COL_MAX */
    int32_t row_count;   /* 1..LAYERS_ROW_MAX */
    double ln_price_min; /* bottom edge of row 0 */
    double row_height;   /* in ln price, >= 1e-4 */
};

/* The smallest column of the ladder (1 2 5 10 20 30 s, 1 2 5 10 20 30 min, 1 2 4 12 h) that needs
 * at most col_count_max columns for span_ms. */
int32_t layers_col_ms_for_span(int64_t span_ms, int col_count_max);

struct layers_print { /* one realised liquidation */
    int64_t ts_ms;
    double price; /* where it is drawn: the trigger price */
    float usd;
    uint8_t position; /* enum position */
    uint8_t complete; /* the venue publishes all of them */
};

enum {
    LAYERS_COLUMN_OPEN = 1,    /* still growing: the live edge */
    LAYERS_COLUMN_HISTORY = 2, /* made from back-filled bars */
    LAYERS_COLUMN_GAP = 4,     /* part of it is unknown */
    LAYERS_COLUMN_EMPTY = 8    /* before the first known price */
};

struct layers_column {
    uint32_t request_id;           /* of the request that asked; older ones are dropped by main */
    uint8_t pass;                  /* 1 coarse, 2 fine, 3 live follow-up */
    uint8_t flags;                 /* LAYERS_COLUMN_... */
    uint16_t print_count;          /* in prints[]; the largest ones if there were more */
    int64_t col;                   /* index n, see layers_grid */
    int64_t covered_until_ms;      /* rows of the entry log up to here are in it */
    double open, high, low, close; /* mark price; 0 where unknown */
    double volume_buy_usd, volume_sell_usd;
    double oi_usd;       /* one-sided, at its end; 0 where unknown */
    double total_usd[2]; /* long, short: the whole estimate at its end, inside the rows or not */
    double liquidated_usd[2];
    double funding; /* sum of the rates that were settled in it; 0 where none was */
    double vwap;    /* volume-weighted price of the UTC day, at its end; 0 where unknown */
    bool has_book;  /* book[] is filled */
    struct layers_print prints[LAYERS_COLUMN_PRINT_MAX];
    /* By row: 255 = the estimate there rests on distances that are calibrated, 0 = on the prior
     * alone; 255 x (1 - mean sd / 2) over what stands there, sd as in scene_distance, by leverage
     * bands. Where nothing stands: 0. */
    uint8_t certainty[LAYERS_ROW_MAX];
    /* By row: log2(1 + usd_per_bp / 1000) of what rests in the order book, mean over the time of
     * the column for which it is known, as a half float; negative where it is bids, or more of
     * them. */
    uint16_t book[LAYERS_ROW_MAX];
    alignas(64)
        uint16_t texels[LAYERS_SLICE_COUNT][LAYERS_ROW_MAX][4]; /* rows 0..row_count-1 are filled */
};
static_assert(sizeof(struct layers_column) % 64 == 0, "a ring slot is whole cache lines");

/* Put a print to the *count of a column: of more than there is room for, the largest stay. */
void layers_add_print(struct layers_print prints[LAYERS_COLUMN_PRINT_MAX], uint16_t *count,
                      const struct layers_print *print);
