/* density/book_column.c - from the book log's bins to rows. */
#include "density/book_column.h"

#include <math.h>
#include <string.h>

#include "base/math.h"

#define BP       1e-4 /* of ln price */
#define UNIT_USD 1000.0
#define LOG2_E   1.4426950408889634

enum { BIN_MASK = BOOK_LOG_BINS - 1 };

/* How far back a book is looked for: the shorter, the less the price has moved in it. */
static const int64_t reach_ms[] = {60000, 3600000};

bool book_column_reach(const struct book_log *log, double *ln_low, double *ln_high) {
    struct book_sum sum = {0};
    int64_t until_ms = book_log_until_ms(log);
    if (until_ms == INT64_MIN) {
        return false;
    }
    for (size_t i = 0; i < sizeof reach_ms / sizeof reach_ms[0] && sum.known_ms == 0; i++) {
        book_sum_begin(&sum);
        book_log_sum(log, until_ms - reach_ms[i], until_ms, &sum);
    }
    *ln_low = sum.low_bin * BOOK_LOG_BIN_WIDTH;
    *ln_high = sum.high_bin * BOOK_LOG_BIN_WIDTH;
    return sum.known_ms > 0 && sum.high_bin > sum.low_bin;
}

void book_column_begin(struct book_column *column, const struct layers_grid *grid) {
    column->known = false;
    for (int side = 0; side < 2; side++) {
        memset(column->usd[side], 0, sizeof(column->usd[side][0]) * (size_t)grid->row_count);
    }
}

/* Spread usd evenly from low to high, in rows. */
static void spread(double rows[], int row_count, double low, double high, double usd) {
    int from = (int)math_clamp(floor(low), 0, row_count), to = (int)fmin(ceil(high), row_count);
    for (int row = from; row < to; row++) {
        double part = fmin(high, row + 1.0) - fmax(low, row);
        rows[row] += usd * part / (high - low);
    }
}

void book_column_add(struct book_column *column, const struct layers_grid *grid,
                     const struct book_log *log, int64_t col, double basis) {
    struct book_sum *sum = &column->sum;
    book_sum_begin(sum);
    book_log_sum(log, col * grid->col_ms, (col + 1) * grid->col_ms, sum);
    if (sum->known_ms == 0) {
        return;
    }
    column->known = true;
    double height = BOOK_LOG_BIN_WIDTH / grid->row_height;
    double first = -(grid->ln_price_min + basis) / grid->row_height;
    double per_ms = 1 / (double)sum->known_ms;
    for (int side = 0; side < 2; side++) {
        for (int32_t bin = sum->low_bin; bin < sum->high_bin; bin++) {
            double usd = (double)sum->usd_ms[side][bin & BIN_MASK] * per_ms;
            if (usd > 0) {
                double low = first + bin * height;
                spread(column->usd[side], grid->row_count, low, low + height, usd);
            }
        }
    }
}

bool book_column_write(const struct book_column *column, const struct layers_grid *grid,
                       uint16_t out[]) {
    if (!column->known) {
        return false;
    }
    double per_unit = BP / (grid->row_height * UNIT_USD);
    for (int row = 0; row < grid->row_count; row++) {
        double bid = column->usd[0][row], ask = column->usd[1][row];
        double log2_value = bid + ask > 0 ? math_log(1 + (bid + ask) * per_unit) * LOG2_E : 0;
        out[row] = half_from_float((float)(bid > ask ? -log2_value : log2_value));
    }
    return true;
}
