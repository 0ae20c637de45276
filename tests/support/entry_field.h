/* tests/support/entry_field.h - an estimator with entries of our choice laid around a mark. */
#pragma once

#include <math.h>

#include "model/estimator.h"

/* The mark at price; spread entries, step bins apart from offset_bins of the mark's bin upward,
 * each of base coin (net). */
struct entry_field {
    double price;
    int count, step, offset_bins;
    float base;
};

static inline struct estimator *entry_field_make(const struct entry_field *field) {
    enum { DEPOSIT_MAX = 64 };
    struct estimator *estimator = estimator_create(&(struct estimator_desc){.mmr = .004});
    struct entry_deposit deposits[DEPOSIT_MAX] = {{0}};
    double z = log(field->price);
    int32_t first = (int32_t)floor(z / ESTIMATOR_BIN_WIDTH) + field->offset_bins;
    int count = field->count < DEPOSIT_MAX ? field->count : DEPOSIT_MAX;
    for (int i = 0; i < count; i++) {
        deposits[i] =
            (struct entry_deposit){.bin = first + i * field->step, .base = {field->base, 0, 0}};
    }
    struct entry_row row = {.begin_ms = 0,
                            .end_ms = 1000,
                            .deposit_count = (uint32_t)count,
                            .z_open = z,
                            .z_high = z,
                            .z_low = z,
                            .z_close = z,
                            .flags = ENTRY_ROW_HAS_MARK};
    if (estimator != NULL) {
        estimator_apply_row(estimator, &row, deposits, NULL);
    }
    return estimator;
}

/* USD of one side, bin by bin as the estimator reads them. */
static inline double entry_field_usd(const struct estimator *estimator, int side) {
    static float bands[ESTIMATOR_BIN_COUNT][ESTIMATOR_BAND_STRIDE];
    int32_t first = 0, count = 0;
    double sum = 0;
    estimator_bin_range(estimator, &first, &count);
    estimator_read_bands(estimator, side, first, count, bands);
    for (int32_t i = 0; i < count; i++) {
        for (int band = 0; band < DISTANCE_BAND_COUNT; band++) {
            sum += (double)bands[i][band];
        }
    }
    return sum * estimator_bin_width(estimator) / 1e-4;
}
