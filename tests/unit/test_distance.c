/* Cells and taps of the classes. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/math.h"
#include "base/str.h"
#include "margin/margin.h"
#include "model/distance.h"
#include "model/weights.h"

static struct distance_ladder ladder;

static int setup(void **state) {
    (void)state;
    return distance_ladder_init(&ladder, 2e-4, .004, 0, 125) ? 0 : -1;
}

static void taps_of_a_cell_sum_to_one(void **state) {
    (void)state;
    for (int phase = 0; phase < DISTANCE_PHASE_COUNT; phase++) {
        for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
            double sums[DISTANCE_MAX] = {0};
            const struct distance_taps *taps = &ladder.taps[phase][side];
            for (int i = 0; i < taps->count; i++) {
                sums[taps->taps[i].lane / CLASS_SOURCES] += (double)taps->taps[i].weight;
                assert_true(side == MODEL_LONG ? taps->taps[i].dk < 0 : taps->taps[i].dk > 0);
                if (i > 0) {
                    assert_true(abs(taps->taps[i].dk) >= abs(taps->taps[i - 1].dk));
                }
            }
            for (int i = 0; i < ladder.count; i++) {
                if (fabs(sums[i] - 1) > 1e-6) {
                    fail_msg("phase %d side %d cell %d sums to %.9g", phase, side, i, sums[i]);
                }
            }
        }
    }
}

/* estimator.md 4.2: a box is 79 bins of 5 bp wide at 13.8 %, 754 at 60 %. */
static void boxes_are_as_wide_as_the_plan_says(void **state) {
    (void)state;
    double step = math_log(.6 / .0035) / 21;
    static const struct {
        int cell;
        double bins_of_5bp;
    } rows[] = {{15, 79}, {21, 754}};
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        double distance = .0035 * math_exp(step * rows[i].cell);
        int32_t low = INT32_MAX, high = INT32_MIN;
        for (int phase = 0; phase < DISTANCE_PHASE_COUNT; phase++) {
            const struct distance_taps *taps = &ladder.taps[phase][MODEL_LONG];
            for (int t = 0; t < taps->count; t++) {
                const struct distance_cell *cell =
                    &ladder.cells[taps->taps[t].lane / CLASS_SOURCES];
                if (!cell->sharp && fabs(cell->distance - distance) < 1e-9) {
                    low = taps->taps[t].dk < low ? taps->taps[t].dk : low;
                    high = taps->taps[t].dk > high ? taps->taps[t].dk : high;
                }
            }
        }
        double width =
            (high - low) / 2.5; /* the phases together fill the box but for a 32nd of a tap */
        if (fabs(width / rows[i].bins_of_5bp - 1) > .03) {
            fail_msg("cell %d is %g bins wide, want %g", rows[i].cell, width, rows[i].bins_of_5bp);
        }
    }
}

static void sharp_cells_stand_at_their_exact_offset(void **state) {
    (void)state;
    int sharp_count = 0;
    for (int i = 0; i < ladder.count; i++) {
        const struct distance_cell *cell = &ladder.cells[i];
        if (!cell->sharp) {
            continue;
        }
        sharp_count++;
        for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
            double d = side == MODEL_LONG ? margin_distance_long(cell->leverage, .004, 0)
                                          : margin_distance_short(cell->leverage, .004, 0);
            double want = math_log(side == MODEL_LONG ? 1 - d : 1 + d) / 2e-4, mean = 0;
            const struct distance_taps *taps = &ladder.taps[5][side];
            for (int t = 0; t < taps->count; t++) {
                if (taps->taps[t].lane == i * CLASS_SOURCES) {
                    mean += (double)taps->taps[t].weight * taps->taps[t].dk;
                }
            }
            if (fabs(mean - want) > 1e-3) {
                fail_msg("%gx side %d: mean tap %.6f, want %.6f", cell->leverage, side, mean, want);
            }
        }
    }
    assert_int_equal(sharp_count, DISTANCE_SHARP_MAX - 1); /* the maximum is a usual step */
}

static void the_venues_maximum_is_a_step_of_its_own(void **state) {
    (void)state;
    static const struct {
        double leverage_max;
        int sharp_count;
    } rows[] = {{40, 6}, {50, 6}, {150, 10}, {2, 0}, {1e9, 9}};
    struct distance_ladder other;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_true(distance_ladder_init(&other, 2e-4, .004, 0, rows[i].leverage_max));
        int sharp_count = 0;
        bool met = false;
        for (int j = 0; j < other.count; j++) {
            sharp_count += other.cells[j].sharp;
            met = met || (other.cells[j].sharp && other.cells[j].leverage == rows[i].leverage_max);
        }
        assert_int_equal(sharp_count, rows[i].sharp_count);
        assert_int_equal(met, rows[i].leverage_max > 2 && rows[i].leverage_max < 1000);
    }
}

static void cells_rise_in_leverage_and_bands_are_runs(void **state) {
    (void)state;
    static const double low[] = {0, 5, 10, 25, 50, 100, 1e9};
    assert_int_equal(ladder.count, DISTANCE_MAX - 1);
    assert_int_equal(ladder.band_begin[0], 0);
    assert_int_equal(ladder.band_begin[DISTANCE_BAND_COUNT], ladder.count);
    for (int band = 0; band < DISTANCE_BAND_COUNT; band++) {
        assert_true(ladder.band_begin[band] < ladder.band_begin[band + 1]);
        for (int i = ladder.band_begin[band]; i < ladder.band_begin[band + 1]; i++) {
            assert_int_equal(ladder.cells[i].band, band);
            assert_true(ladder.cells[i].leverage >= low[band]);
            assert_true(ladder.cells[i].leverage < low[band + 1]);
        }
    }
}

static void impossible_ladder_steps_are_dropped(void **state) {
    (void)state;
    static struct distance_ladder hyperliquid;
    assert_true(distance_ladder_init(&hyperliquid, 2e-4, .0125, 0, 40));
    double highest = 0;
    for (int i = 0; i < hyperliquid.count; i++) {
        if (hyperliquid.cells[i].sharp) {
            highest = fmax(highest, hyperliquid.cells[i].leverage);
        }
    }
    assert_true(highest == 40); /* 3 5 10 20 25 of the ladder and its own; 50 is above 40x */
    assert_false(distance_ladder_init(&hyperliquid, 0, .004, 0, 125));
    assert_false(distance_ladder_init(&hyperliquid, 2e-4, NAN, 0, 125));
    assert_false(distance_ladder_init(&hyperliquid, 2e-4, .004, .2, 125));
    assert_false(distance_ladder_init(&hyperliquid, 2e-4, .004, 0, 0));
}

/* An inverse ladder stands where margin_price_inverse_* says, and mirrors the linear one. */
static void inverse_contracts_have_mirrored_offsets(void **state) {
    (void)state;
    static struct distance_ladder inverse;
    assert_true(distance_ladder_init_inverse(&inverse, 2e-4, .005, 0, 100));
    int sharp_count = 0;
    for (int i = 0; i < inverse.count; i++) {
        const struct distance_cell *cell = &inverse.cells[i];
        double means[MODEL_SIDE_COUNT] = {0};
        for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
            const struct distance_taps *taps = &inverse.taps[5][side];
            for (int t = 0; t < taps->count; t++) {
                if (taps->taps[t].lane == i * CLASS_SOURCES) {
                    means[side] += (double)taps->taps[t].weight * taps->taps[t].dk;
                }
            }
        }
        assert_true(means[MODEL_LONG] < 0 && means[MODEL_SHORT] > 0);
        /* Shorts of an inverse contract are further in log price than its longs. */
        assert_true(means[MODEL_SHORT] > -means[MODEL_LONG]);
        if (!cell->sharp) {
            continue;
        }
        sharp_count++;
        double price = margin_price_inverse_long(1, cell->leverage, .005, 0);
        assert_true(fabs(means[MODEL_LONG] - math_log(price) / 2e-4) < 1e-3);
        price = margin_price_inverse_short(1, cell->leverage, .005, 0);
        assert_true(fabs(means[MODEL_SHORT] - math_log(price) / 2e-4) < 1e-3);
    }
    assert_int_equal(sharp_count, DISTANCE_SHARP_MAX - 2); /* all but 125x; 100x is listed */
    assert_false(distance_ladder_init_inverse(&inverse, 2e-4, .5, 0, 100));
}

static void prior_has_its_totals_and_shares(void **state) {
    (void)state;
    struct weights weights;
    weights_set_prior(&weights, &ladder, &(struct weights_prior_desc){0});
    double totals[CLASS_SOURCES] = {0}, sharp = 0;
    for (int lane = 0; lane < CLASS_LANES; lane++) {
        totals[lane % CLASS_SOURCES] += (double)weights.rho[lane];
        if (lane / CLASS_SOURCES < ladder.count && lane % CLASS_SOURCES == 0 &&
            ladder.cells[lane / CLASS_SOURCES].sharp) {
            sharp += (double)weights.rho[lane];
        }
    }
    assert_true(fabs(totals[0] - .10) < 1e-6);
    assert_true(fabs(totals[1] - .10) < 1e-6);
    assert_true(fabs(totals[2] - .03) < 1e-6);
    assert_true(totals[3] == 0);
    assert_true(fabs(sharp - .05) < 1e-6);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(taps_of_a_cell_sum_to_one),
        cmocka_unit_test(boxes_are_as_wide_as_the_plan_says),
        cmocka_unit_test(sharp_cells_stand_at_their_exact_offset),
        cmocka_unit_test(cells_rise_in_leverage_and_bands_are_runs),
        cmocka_unit_test(impossible_ladder_steps_are_dropped),
        cmocka_unit_test(inverse_contracts_have_mirrored_offsets),
        cmocka_unit_test(the_venues_maximum_is_a_step_of_its_own),
        cmocka_unit_test(prior_has_its_totals_and_shares),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
