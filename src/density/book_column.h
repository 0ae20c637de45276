/* density/book_column.h - what rested in the order books over one column of a grid.
 *
 * Thread: the raster's.  Owner: raster.  Limit: LAYERS_ROW_MAX rows.
 * Bins of the book log become rows by overlap, so that what the rows hold together is what the bins
 * within them held; books of several instruments add up in the first one's prices. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "model/book_log.h"
#include "scene/layers.h"

struct book_column {
    struct book_sum sum;           /* of one instrument */
    bool known;                    /* one of them at least had a valid book for a while */
    double usd[2][LAYERS_ROW_MAX]; /* bids, asks: mean USD of each row */
};

/* The prices, in ln, between which anything rested in the newest minute that the log tells of, or
 * in its newest hour where no book is known in that minute. Venues publish some levels of their
 * books only, which may end a few basis points from the price. False: nothing is known. */
bool book_column_reach(const struct book_log *log, double *ln_low, double *ln_high);

/* Begin a column with nothing known. */
void book_column_begin(struct book_column *column, const struct layers_grid *grid);
/* Add the mean over what is known of column col; what lies at ln p goes to the row of ln p - basis.
 */
void book_column_add(struct book_column *column, const struct layers_grid *grid,
                     const struct book_log *log, int64_t col, double basis);
/* Write rows 0..row_count - 1 as struct layers_column has them. False: nothing is known, out is
 * untouched. */
bool book_column_write(const struct book_column *column, const struct layers_grid *grid,
                       uint16_t out[]);
