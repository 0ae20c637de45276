/* density/facts.h - what happened in each column: candle, volumes, prints, open interest.
 *
 * Thread: the raster's.  Owner: raster.  Limit: LAYERS_COL_MAX columns, a ring by column index;
 * LAYERS_COLUMN_PRINT_MAX prints a column, the largest are kept. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "model/entry_log.h"
#include "scene/layers.h"

enum { FACTS_SILENCE_MS = 300000 }; /* a market that tells nothing for so long is a gap */

struct facts_column {
    bool has_row;        /* without: nothing but flags */
    int64_t last_end_ms; /* end of its last row */
    uint8_t flags;       /* LAYERS_COLUMN_GAP, _HISTORY */
    uint16_t print_count;
    double open, high, low, close, volume_buy_usd, volume_sell_usd, oi_usd, liquidated_usd[2];
    double funding, vwap;
    struct layers_print prints[LAYERS_COLUMN_PRINT_MAX];
};

struct facts {
    int32_t col_ms;
    struct facts_column *columns; /* owned, LAYERS_COL_MAX; never touched where none lies */
    int64_t cols[LAYERS_COL_MAX]; /* which one lies there; INT64_MIN: none */
    struct facts_carry {
        int64_t end_ms; /* end of the last row; INT64_MIN: none */
        double close, oi_usd, vwap;
    } before;          /* of the rows before first_col */
    struct facts_day { /* what was traded since the UTC day began, as far as rows tell */
        int64_t day;   /* days since 1970; INT64_MIN: no row yet */
        int64_t end_ms;
        bool whole; /* from midnight on, but for FACTS_SILENCE_MS */
        double usd, base;
    } today;
};

bool facts_init(struct facts *facts);   /* false: out of memory */
void facts_finish(struct facts *facts); /* zeroed accepted */
void facts_begin(struct facts *facts, int32_t col_ms);

/* Add a row from before the first one that facts_add gets: it counts for the day's volume-weighted
 * price alone. */
void facts_add_day(struct facts *facts, const struct entry_row *row);
/* Add a row to the columns it touches, from first_col on; earlier ones are only carried on from.
 * Rows come in time order. */
void facts_add(struct facts *facts, const struct entry_log *log, const struct entry_row *row,
               int64_t first_col);
/* Write the facts of a column, and carry on for the next. A column without rows shows the price
 * before it, up to FACTS_SILENCE_MS; longer silence, and any that ends with a row behind a gap, is
 * LAYERS_COLUMN_GAP, no price at all LAYERS_COLUMN_EMPTY. */
void facts_write(const struct facts *facts, int64_t col, struct facts_carry *carry,
                 struct layers_column *out);
