/* From bins to rows to halfs: nothing is lost or gained on the way. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/math.h"
#include "base/random.h"
#include "base/str.h"
#include "density/column.h"

static void halves_equal_those_of_base(void **state) {
    (void)state;
    enum { COUNT = 4096 };
    static float values[COUNT];
    static uint16_t halves[COUNT];
    struct random random;
    random_init(&random, 1);
    for (int i = 0; i < COUNT; i++) {
        values[i] = (float)math_exp(60 * random_uniform(&random) - 40);
        values[i] = values[i] > 65504.0F ? 65504.0F : values[i];
    }
    values[0] = 0;
    values[1] = 65504.0F;
    values[2] = 6.103515625e-05F;        /* the smallest normal half */
    values[3] = 5.9604644775390625e-08F; /* the smallest half */
    values[4] = 2.98e-8F;
    values[5] = 1 + 1.0F / 2048; /* a tie goes to even */
    values[6] = 1 + 3.0F / 2048;
    column_halves(COUNT, values, 1, halves);
    for (int i = 0; i < COUNT; i++) {
        if (halves[i] != half_from_float(values[i])) {
            fail_msg("%.9g: got %04x, want %04x", (double)values[i], halves[i],
                     half_from_float(values[i]));
        }
    }
    float huge[1] = {1e30F};
    column_halves(1, huge, 1, halves);
    assert_int_equal(halves[0], 0x7bff);
}

static struct estimator *estimator_with_entries(double z) {
    struct estimator *estimator = estimator_create(&(struct estimator_desc){.mmr = .004});
    struct entry_deposit deposits[40] = {{0}};
    for (int i = 0; i < 40; i++) {
        deposits[i] =
            (struct entry_deposit){.bin = (int32_t)floor(z / 2e-4) + i * 3, .base = {500, 30, 9}};
    }
    struct entry_row row = {.begin_ms = 0,
                            .end_ms = 1000,
                            .deposit_count = 40,
                            .z_open = z,
                            .z_high = z,
                            .z_low = z,
                            .z_close = z,
                            .flags = ENTRY_ROW_HAS_MARK};
    estimator_apply_row(estimator, &row, deposits, NULL);
    return estimator;
}

static double column_usd(const struct layers_column *out, const struct layers_grid *grid) {
    double sum = 0;
    for (int slice = 0; slice < LAYERS_SLICE_COUNT; slice++) {
        for (int row = 0; row < grid->row_count; row++) {
            for (int i = 0; i < 4; i++) {
                sum += (double)float_from_half(out->texels[slice][row][i]);
            }
        }
    }
    return sum * LAYERS_UNIT_USD_PER_BP * grid->row_height / 1e-4;
}

static double bins_usd(const struct estimator *estimator) {
    static float bands[ESTIMATOR_BIN_COUNT][ESTIMATOR_BAND_STRIDE];
    double sum = 0;
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        int32_t first = 0, count = 0;
        estimator_bin_range(estimator, &first, &count);
        estimator_read_bands(estimator, side, first, count, bands);
        for (int32_t i = 0; i < count; i++) {
            for (int band = 0; band < DISTANCE_BAND_COUNT; band++) {
                sum += (double)bands[i][band] * 2;
            }
        }
    }
    return sum;
}

static void rows_hold_what_the_bins_held(void **state) {
    (void)state;
    const double z = log(60000);
    struct estimator *estimator = estimator_with_entries(z);
    static struct column column;
    static struct layers_column out;
    assert_true(column_init(&column));
    double want = bins_usd(estimator);
    static const struct {
        double half_range;
        int rows;
    } grids[] = {{0.9, 1024}, {0.9, 1000}, {0.9, 37}, {1.3, 511}, {0.9, 1}};
    for (size_t i = 0; i < ARRAY_COUNT(grids); i++) {
        struct layers_grid grid = {.col_ms = 1000,
                                   .col_count = 1,
                                   .row_count = grids[i].rows,
                                   .ln_price_min = z - grids[i].half_range,
                                   .row_height = 2 * grids[i].half_range / grids[i].rows};
        column_set_grid(&column, &grid);
        column_add(&column, estimator, 0, 3);
        column_add(&column, estimator, 0, 2); /* the mean of two equal read-outs */
        column_write(&column, &out);
        double got = column_usd(&out, &grid);
        if (fabs(got / want - 1) > 1e-3) {
            fail_msg("%d rows of %g: %.9g USD, the bins hold %.9g", grid.row_count, grid.row_height,
                     got, want);
        }
    }
    column_finish(&column);
    estimator_destroy(estimator);
}

static void a_row_of_half_a_bin_has_its_bin_s_density(void **state) {
    (void)state;
    const double z = log(60000);
    struct estimator *estimator = estimator_with_entries(z);
    static struct column column;
    static struct layers_column out;
    static float bands[1][ESTIMATOR_BAND_STRIDE];
    assert_true(column_init(&column));
    int32_t bin = (int32_t)floor((z - 0.05) / 2e-4);
    struct layers_grid grid = {.col_ms = 1000,
                               .col_count = 1,
                               .row_count = 8,
                               .ln_price_min = bin * 2e-4,
                               .row_height = 1e-4};
    column_set_grid(&column, &grid);
    column_add(&column, estimator, 0, 1);
    column_write(&column, &out);
    estimator_read_bands(estimator, MODEL_LONG, bin + 2, 1, bands);
    double want = (double)bands[0][2]; /* 5 % away: 10-25x */
    assert_true(want > 0);
    for (int row = 4; row < 6; row++) {
        double got = (double)float_from_half(out.texels[0][row][2]) * LAYERS_UNIT_USD_PER_BP;
        assert_true(fabs(got / want - 1) < 1e-3);
        assert_int_equal(out.texels[2][row][3], 0); /* no shorts below the mark */
    }
    column_finish(&column);
    estimator_destroy(estimator);
}

/* Weights of the prior with the sd of each distance as told, in force in the estimator. */
static void put_sd(struct estimator *estimator, struct entry_log *log, double nearer_than,
                   float sd_near, float sd_far) {
    struct distance_ladder ladder;
    assert_true(distance_ladder_init(&ladder, 2e-4, .004, 0, 125));
    struct weights weights = *estimator_weights(estimator);
    for (int i = 0; i < ladder.count; i++) {
        weights.sd[i] = ladder.cells[i].distance < nearer_than ? sd_near : sd_far;
    }
    uint32_t number = entry_log_add_weights(log, &weights);
    assert_true(number != WEIGHTS_PRIOR);
    estimator_use_weights(estimator, log, number);
}

static void write_wide(struct column *column, const struct estimator *estimator, double z,
                       struct layers_column *out) {
    struct layers_grid grid = {.col_ms = 1000,
                               .col_count = 1,
                               .row_count = 1000,
                               .ln_price_min = z - 0.4,
                               .row_height = 1e-3};
    column_set_grid(column, &grid);
    column_add(column, estimator, 0, 2);
    column_write(column, out);
}

/* What a row must show: its channels' means, weighted by its texels. */
static double certainty_by_hand(const struct layers_column *out, int row,
                                const struct estimator *estimator) {
    double all = 0, sure = 0;
    for (int channel = 0; channel < LAYERS_CHANNEL_COUNT; channel++) {
        struct estimator_trust trust;
        estimator_read_trust(estimator, channel / LAYERS_BAND_COUNT, &trust);
        double usd = (double)float_from_half(out->texels[channel / 4][row][channel % 4]);
        all += usd;
        sure += usd * trust.trust[channel % LAYERS_BAND_COUNT];
    }
    return all > 0 ? 255 * sure / all : 0;
}

static void certainty_says_what_the_estimate_rests_on(void **state) {
    (void)state;
    static struct column column;
    static struct layers_column out;
    const double z = math_log(60000);
    struct estimator *estimator = estimator_with_entries(z);
    struct entry_log *log = entry_log_create(2e-4);
    assert_non_null(log);
    assert_true(column_init(&column));
    write_wide(&column, estimator, z, &out);
    for (int row = 0; row < 1000; row++) {
        assert_int_equal(out.certainty[row], 0); /* the prior: nothing was learned */
    }
    put_sd(estimator, log, 1, 0, 0);
    write_wide(&column, estimator, z, &out);
    for (int row = 0; row < 1000; row++) {
        double by_hand = certainty_by_hand(&out, row, estimator);
        assert_int_equal(out.certainty[row], by_hand > 0 ? 255 : 0);
    }
    assert_int_equal(out.certainty[350], 255); /* 5 % below: something stands there */
    assert_int_equal(out.certainty[999], 0);   /* 60 % above: nothing reaches so far */
    put_sd(estimator, log, 0.08, 0.2F, 2);
    write_wide(&column, estimator, z, &out);
    int between = 0;
    for (int row = 0; row < 1000; row++) {
        double want = certainty_by_hand(&out, row, estimator);
        assert_true(fabs(out.certainty[row] - want) < 1.5);
        between += out.certainty[row] > 10 && out.certainty[row] < 220;
    }
    assert_in_range(out.certainty[385], 222, 230); /* 255 x (1 - .2 / 2): nearly all near ones */
    assert_in_range(out.certainty[100], 0, 1);     /* far ones alone */
    assert_true(between > 10);                     /* both in one row, in one band */
    column_finish(&column);
    entry_log_destroy(log);
    estimator_destroy(estimator);
}

/* Two read-outs make one certainty, weighted as their texels are; what was kept comes back. */
static void certainty_of_two_read_outs_is_their_mean(void **state) {
    (void)state;
    static struct column column;
    static struct layers_column out;
    const double z = math_log(60000);
    struct estimator *estimator = estimator_with_entries(z);
    struct entry_log *log = entry_log_create(2e-4);
    assert_non_null(log);
    assert_true(column_init(&column));
    put_sd(estimator, log, 1, 0, 0);
    write_wide(&column, estimator, z, &out); /* weight 2, all known */
    column_save(&column);
    put_sd(estimator, log, 1, 2, 2);
    column_add(&column, estimator, 0, 1); /* weight 1, nothing known */
    column_write(&column, &out);
    assert_in_range(out.certainty[385], 169, 171); /* 255 x 2/3 */
    column_restore(&column);
    column_write(&column, &out);
    assert_int_equal(out.certainty[385], 255);
    column_finish(&column);
    entry_log_destroy(log);
    estimator_destroy(estimator);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(halves_equal_those_of_base),
        cmocka_unit_test(rows_hold_what_the_bins_held),
        cmocka_unit_test(a_row_of_half_a_bin_has_its_bin_s_density),
        cmocka_unit_test(certainty_says_what_the_estimate_rests_on),
        cmocka_unit_test(certainty_of_two_read_outs_is_their_mean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
