/* density/column.c - from bins to rows to half floats. */
#include "density/column.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/math.h"

static_assert((int)LAYERS_BAND_COUNT == (int)DISTANCE_BAND_COUNT,
              "the model's bands are the layers'");
static_assert((int)LAYERS_CHANNEL_COUNT == 2 * (int)LAYERS_BAND_COUNT, "two sides");

enum { HALVES_BLOCK = 64, LARGEST_BITS = 0x477fe000 /* of the float 65,504 */ };

bool column_init(struct column *column) {
    memset(column, 0, sizeof(*column));
    column->bins = malloc(sizeof(column->bins[0]) * ESTIMATOR_BIN_COUNT);
    return column->bins != NULL;
}

void column_finish(struct column *column) {
    free(column->bins);
    column->bins = NULL;
}

void column_set_grid(struct column *column, const struct layers_grid *grid) {
    column->grid = *grid;
    column->mapped = false;
    column_begin(column);
}

/* Most of a column is nothing: longs stand below the price, shorts above. What was never reached is
 * neither cleared nor converted. */
static void reach_rows(struct column_reach *reach, int begin, int end) {
    bool none = reach->begin >= reach->end;
    reach->begin = none || begin < reach->begin ? begin : reach->begin;
    reach->end = none || end > reach->end ? end : reach->end;
}

static size_t reach_rows_count(struct column_reach reach) {
    return reach.end > reach.begin ? (size_t)(reach.end - reach.begin) : 0;
}

void column_begin(struct column *column) {
    column->weight_sum = 0;
    column->version++;
    memset(column->stands, 0, sizeof(column->stands));
    memset(column->trusted, 0, sizeof(column->trusted));
    for (int slice = 0; slice < LAYERS_SLICE_COUNT; slice++) {
        struct column_reach *reach = &column->reach[slice];
        memset(column->sums[slice][reach->begin], 0,
               sizeof(column->sums[slice][0]) * reach_rows_count(*reach));
        *reach = (struct column_reach){0, 0};
    }
}

/* Which bins lie under the rows: the part of the grid that a map around first..last can hold. */
static void map_rows(struct column *column, const struct estimator *estimator, double basis) {
    double width = estimator_bin_width(estimator), phi = estimator_phi(estimator);
    double bottom = (column->grid.ln_price_min + basis - phi) / width;
    double height = column->grid.row_height / width;
    double first = floor(bottom);
    double last = floor(bottom + height * column->grid.row_count);
    column->first_bin = (int32_t)math_clamp(first, -1e9, 1e9);
    column->bin_count = (int32_t)math_clamp(last - first + 1, 1, 1e9);
    for (int row = 0; row <= column->grid.row_count; row++) {
        column->edges[row] = (float)(bottom - first + height * row);
    }
    column->phi = phi;
    column->basis = basis;
    column->mapped = true;
}

/* Rows whose bins [first, end) of the map were read, one side's bands added to its channels. */
struct span_of_bins {
    int32_t first, count; /* relative to first_bin of the column */
};

static void add_row(struct column *column, int side, int row, const float value[static 8]) {
    float *a = column->sums[side == MODEL_LONG ? 0 : 2][row];
    float *b = column->sums[1][row];
    if (side == MODEL_LONG) {
        a[0] += value[0];
        a[1] += value[1];
        a[2] += value[2];
        a[3] += value[3];
        b[0] += value[4];
        b[1] += value[5];
    } else {
        b[2] += value[0];
        b[3] += value[1];
        a[0] += value[2];
        a[1] += value[3];
        a[2] += value[4];
        a[3] += value[5];
    }
}

/* Mean of the bins under each row that meets the span, times weight. */
static void add_side(struct column *column, int side, struct span_of_bins span, double weight) {
    float height = (float)(column->edges[column->grid.row_count] - column->edges[0]) /
                   (float)column->grid.row_count;
    int row =
        (int)math_clamp(floor(((double)span.first - (double)column->edges[0]) / (double)height) - 1,
                        0, column->grid.row_count);
    int32_t end = span.first + span.count;
    int first_row = row;
    for (; row < column->grid.row_count && column->edges[row] < (float)end; row++) {
        float low = column->edges[row], high = column->edges[row + 1];
        int32_t from = (int32_t)low, to = (int32_t)high;
        from = from < span.first ? span.first : from;
        to = to >= end ? end - 1 : to;
        if (from > to) {
            continue;
        }
        float value[8] = {0};
        float scale = (float)weight / (high - low);
        for (int32_t bin = from; bin <= to; bin++) {
            float bottom = (float)bin > low ? (float)bin : low;
            float top = (float)(bin + 1) < high ? (float)(bin + 1) : high;
            float part = top > bottom ? (top - bottom) * scale : 0;
            const float *bands = column->bins[bin - span.first];
            for (int i = 0; i < 8; i++) {
                value[i] += bands[i] * part;
            }
        }
        add_row(column, side, row, value);
    }
    if (row > first_row) {
        reach_rows(&column->reach[side == MODEL_LONG ? 0 : 2], first_row, row);
        reach_rows(&column->reach[1], first_row, row);
    }
}

/* The bins under the rows where a side can have anything: longs up to the mark, shorts from it. */
static struct span_of_bins side_span(const struct column *column, const struct estimator *estimator,
                                     int side) {
    int32_t map_first = 0, map_count = 0;
    estimator_bin_range(estimator, &map_first, &map_count);
    double mark = floor(estimator_mark_z(estimator) / estimator_bin_width(estimator));
    int64_t from = map_first, to = (int64_t)map_first + map_count;
    if (side == MODEL_LONG) {
        to = (int64_t)mark + 1 < to ? (int64_t)mark + 1 : to;
    } else {
        from = (int64_t)mark > from ? (int64_t)mark : from;
    }
    from = from > column->first_bin ? from : column->first_bin;
    int64_t end = (int64_t)column->first_bin + column->bin_count;
    to = to < end ? to : end;
    return (struct span_of_bins){.first = (int32_t)(from - column->first_bin),
                                 .count = to > from ? (int32_t)(to - from) : 0};
}

static void add_trust(struct column *column, const struct estimator *estimator, int side,
                      double weight) {
    struct estimator_trust trust;
    estimator_read_trust(estimator, side, &trust);
    for (int band = 0; band < LAYERS_BAND_COUNT; band++) {
        int channel = side * LAYERS_BAND_COUNT + band;
        column->stands[channel] += weight * trust.usd[band];
        column->trusted[channel] += weight * trust.usd[band] * trust.trust[band];
    }
}

void column_add(struct column *column, const struct estimator *estimator, double basis,
                double weight) {
    column->weight_sum += weight;
    column->version++;
    if (!estimator_has_mark(estimator)) {
        return;
    }
    if (!column->mapped || column->phi != estimator_phi(estimator) || column->basis != basis) {
        map_rows(column, estimator, basis);
    }
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        struct span_of_bins span = side_span(column, estimator, side);
        if (span.count > 0) {
            estimator_read_bands(estimator, side, column->first_bin + span.first, span.count,
                                 column->bins);
            add_side(column, side, span, weight);
            add_trust(column, estimator, side, weight);
        }
    }
}

void column_add_column(struct column *sum, const struct column *part) {
    double factor = part->weight_sum > 0 ? 1 / part->weight_sum : 0;
    sum->weight_sum = 1;
    sum->version++;
    for (int channel = 0; channel < LAYERS_CHANNEL_COUNT; channel++) {
        sum->stands[channel] += part->stands[channel] * factor;
        sum->trusted[channel] += part->trusted[channel] * factor;
    }
    for (int slice = 0; slice < LAYERS_SLICE_COUNT; slice++) {
        struct column_reach reach = part->reach[slice];
        size_t count = reach_rows_count(reach) * 4;
        float *restrict to = sum->sums[slice][reach.begin];
        const float *restrict from = part->sums[slice][reach.begin];
        for (size_t i = 0; i < count; i++) {
            to[i] += from[i] * (float)factor;
        }
        if (count > 0) {
            reach_rows(&sum->reach[slice], reach.begin, reach.end);
        }
    }
}

void column_save(struct column *column) {
    column->saved_weight_sum = column->weight_sum;
    memcpy(column->saved_stands, column->stands, sizeof(column->stands));
    memcpy(column->saved_trusted, column->trusted, sizeof(column->trusted));
    memcpy(column->saved_reach, column->reach, sizeof(column->reach));
    for (int slice = 0; slice < LAYERS_SLICE_COUNT; slice++) {
        struct column_reach reach = column->reach[slice];
        memcpy(column->saved[slice][reach.begin], column->sums[slice][reach.begin],
               sizeof(column->sums[slice][0]) * reach_rows_count(reach));
    }
}

void column_restore(struct column *column) {
    column_begin(column);
    column->weight_sum = column->saved_weight_sum;
    memcpy(column->stands, column->saved_stands, sizeof(column->stands));
    memcpy(column->trusted, column->saved_trusted, sizeof(column->trusted));
    memcpy(column->reach, column->saved_reach, sizeof(column->reach));
    for (int slice = 0; slice < LAYERS_SLICE_COUNT; slice++) {
        struct column_reach reach = column->reach[slice];
        memcpy(column->sums[slice][reach.begin], column->saved[slice][reach.begin],
               sizeof(column->sums[slice][0]) * reach_rows_count(reach));
    }
}

/* A block at a time and without branches, so that the compiler takes several elements at once.
 * Normal halfs: round the float's bits and move the exponent.  Small ones: adding 0.5 brings the
 * half's last place to the float's. */
static void halves_block(const float *restrict in, float factor, uint16_t *restrict out) {
    float value[HALVES_BLOCK], shifted[HALVES_BLOCK];
    int32_t bits[HALVES_BLOCK], small[HALVES_BLOCK];
    for (int i = 0; i < HALVES_BLOCK; i++) {
        value[i] = in[i] * factor;
        shifted[i] = value[i] + 0.5f;
    }
    memcpy(bits, value, sizeof(bits));
    memcpy(small, shifted, sizeof(small));
    for (int i = 0; i < HALVES_BLOCK; i++) {
        int32_t is_small = -(int32_t)(bits[i] < 0x38800000);
        int32_t bounded = bits[i] < LARGEST_BITS ? bits[i] : LARGEST_BITS;
        int32_t normal = (bounded + 0x0fff + ((bounded >> 13) & 1) - (112 << 23)) >> 13;
        out[i] = (uint16_t)((is_small & (small[i] - 0x3f000000)) | (~is_small & normal));
    }
}

void column_halves(size_t count, const float in[], float factor, uint16_t out[]) {
    size_t done = 0;
    for (; done + HALVES_BLOCK <= count; done += HALVES_BLOCK) {
        halves_block(in + done, factor, out + done);
    }
    if (done < count) {
        float rest[HALVES_BLOCK] = {0};
        uint16_t halves[HALVES_BLOCK];
        memcpy(rest, in + done, sizeof(*in) * (count - done));
        halves_block(rest, factor, halves);
        memcpy(out + done, halves, sizeof(*out) * (count - done));
    }
}

/* 255 x the trust of a row's channels, weighted by what stands in each. */
static void write_certainty(const struct column *column, struct layers_column *out) {
    float trust[LAYERS_SLICE_COUNT][4];
    for (int channel = 0; channel < LAYERS_CHANNEL_COUNT; channel++) {
        double stands = column->stands[channel];
        trust[channel / 4][channel % 4] =
            stands > 0 ? (float)math_clamp(column->trusted[channel] / stands, 0, 1) : 0;
    }
    struct column_reach reach = column->reach[1]; /* both sides' */
    memset(out->certainty, 0, (size_t)column->grid.row_count);
    for (int row = reach.begin; row < reach.end; row++) {
        const float *a = column->sums[0][row], *b = column->sums[1][row], *c = column->sums[2][row];
        float all[4], sure[4];
        for (int i = 0; i < 4; i++) {
            all[i] = a[i] + b[i] + c[i];
            sure[i] = a[i] * trust[0][i] + b[i] * trust[1][i] + c[i] * trust[2][i];
        }
        float whole = (all[0] + all[1]) + (all[2] + all[3]);
        float share = (sure[0] + sure[1]) + (sure[2] + sure[3]);
        /* Where nothing stands: 0 / (0 + tiny). */
        out->certainty[row] = (uint8_t)(255 * share / (whole + 1e-30f) + 0.5f);
    }
}

void column_write(struct column *column, struct layers_column *out) {
    double factor = column->weight_sum > 0 ? 1 / (column->weight_sum * LAYERS_UNIT_USD_PER_BP) : 0;
    size_t row_count = (size_t)column->grid.row_count;
    for (int slice = 0; slice < LAYERS_SLICE_COUNT; slice++) {
        struct column_reach reach = column->reach[slice];
        size_t begin = (size_t)reach.begin, end = begin + reach_rows_count(reach);
        memset(out->texels[slice], 0, sizeof(out->texels[slice][0]) * begin);
        column_halves((end - begin) * 4, column->sums[slice][begin], (float)factor,
                      out->texels[slice][begin]);
        memset(out->texels[slice][end], 0, sizeof(out->texels[slice][0]) * (row_count - end));
    }
    write_certainty(column, out);
}
