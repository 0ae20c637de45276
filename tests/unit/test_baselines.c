/* The null models' maps: where they put what, and that they are cleared like ours. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "score/baselines.h"
#include "support/near.h"

#define WIDTH 2e-4
#define HOUR  INT64_C(3600000)

static struct baselines baselines;
static int64_t now_ms;

static int setup(void **state) {
    (void)state;
    now_ms = 400000 * HOUR;
    return baselines_init(&baselines, WIDTH, true) ? 0 : -1;
}

static int teardown(void **state) {
    (void)state;
    baselines_finish(&baselines);
    return 0;
}

static void pass(double z, double oi_base, float usd, int64_t span_ms,
                 const struct entry_deposit *deposit) {
    struct entry_row row = {.begin_ms = now_ms,
                            .end_ms = now_ms + span_ms,
                            .z_open = z,
                            .z_high = z,
                            .z_low = z,
                            .z_close = z,
                            .oi_base = oi_base,
                            .oi_dt_base_s = oi_base * (double)span_ms / 1000,
                            .buy_usd = usd,
                            .deposit_count = deposit != NULL,
                            .flags = ENTRY_ROW_HAS_MARK};
    row.last_open = row.last_high = row.last_low = row.last_close = usd > 0 ? (float)exp(z) : 0;
    now_ms += span_ms;
    baselines_begin_row(&baselines, &row);
    baselines_end_row(&baselines, &row, deposit);
}

static double sum_of(enum score_model model, int side) {
    double sum = 0;
    for (int32_t bin = 40000; bin < 60000; bin++) {
        sum += baselines_content(&baselines, model, side, bin);
    }
    return sum;
}

static void the_kernel_comes_to_stand_for_the_open_interest(void **state) {
    (void)state;
    for (int i = 0; i < 20 * 24 * 4; i++) {
        pass(10, 500, 0, HOUR / 4, NULL);
    }
    assert_close(sum_of(SCORE_KERNEL, MODEL_LONG), 500, .01);
    assert_close(sum_of(SCORE_KERNEL, MODEL_SHORT), 500, .01);
    /* The density of ln N(ln .06, 1) peaks at .06 / e. */
    double near = baselines_content(&baselines, SCORE_KERNEL, MODEL_LONG, 50000 - 15);
    double peak = baselines_content(&baselines, SCORE_KERNEL, MODEL_LONG, 50000 - 110);
    double far = baselines_content(&baselines, SCORE_KERNEL, MODEL_LONG, 50000 - 1000);
    assert_true(near < peak);
    assert_true(far < peak);
    assert_close(far / peak,
                 exp(-.5 * pow(log(.2 / .06), 2) + .5 * pow(log(.022 / .06), 2)) * .022 / .2, 1e-3);
    assert_close(baselines_content(&baselines, SCORE_KERNEL, MODEL_LONG, 50001), 0, 0);
}

static void age_grows_evenly_until_it_is_passed(void **state) {
    (void)state;
    for (int i = 0; i < 48 * 4; i++) {
        pass(10, 8192, 0, HOUR / 4, NULL);
    }
    pass(10, 8192, 0, HOUR / 4, NULL);
    double before = baselines_content(&baselines, SCORE_AGE, MODEL_LONG, 49900);
    assert_close(before, .5, .02); /* one half-life of two days */
    assert_close(baselines_content(&baselines, SCORE_AGE, MODEL_SHORT, 50900), before, 1e-9);
    assert_close(baselines_take(&baselines, SCORE_AGE, MODEL_LONG, 49900, .25F), before / 4, 1e-6);
    assert_close(baselines_take(&baselines, SCORE_AGE, MODEL_LONG, 49900, 1), before * .75, 1e-6);
    assert_true(fabs(baselines_content(&baselines, SCORE_AGE, MODEL_LONG, 49900)) < 1e-6);
    for (int i = 0; i < 48 * 4; i++) {
        pass(10, 8192, 0, HOUR / 4, NULL);
    }
    double again = baselines_content(&baselines, SCORE_AGE, MODEL_LONG, 49900);
    double never = baselines_content(&baselines, SCORE_AGE, MODEL_LONG, 49901);
    assert_close(again, .5, .02);
    assert_close(never, .75, .02);
}

static void turnover_stands_at_its_ladder(void **state) {
    (void)state;
    double price = exp(10);
    pass(10, 500, (float)(1000 * price), 60000, NULL);
    pass(10, 500, 0, 60000, NULL); /* the next minute lays the first one down */
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        double at_10x = 0, offset = log(side == MODEL_LONG ? .9 : 1.1) / WIDTH;
        for (int32_t k = -5; k <= 5; k++) {
            at_10x += baselines_content(&baselines, SCORE_TURNOVER, side,
                                        50000 + (int32_t)floor(offset) + k);
        }
        assert_close(sum_of(SCORE_TURNOVER, side), 500, 1e-3);
        assert_close(at_10x, 500 * .35, 1e-3);
    }
}

static void growing_open_interest_counts_up_to_threefold(void **state) {
    (void)state;
    double price = exp(10);
    pass(10, 500, (float)(1000 * price), 30000, NULL);
    pass(10, 1000, 0, 30000, NULL);
    pass(10, 1000, 0, 60000, NULL);
    assert_close(sum_of(SCORE_TURNOVER, MODEL_LONG), 1500, 1e-3);
}

static void net_deposits_stand_at_their_ladder(void **state) {
    (void)state;
    const struct entry_deposit deposit = {.bin = 50000, .base = {200, 5, 7}};
    pass(10.0001, 500, 0, 1000, &deposit);
    assert_close(sum_of(SCORE_NET_LADDER, MODEL_LONG), 200, 1e-3);
    assert_close(sum_of(SCORE_NET_LADDER, MODEL_SHORT), 200, 1e-3);
}

static void what_is_taken_is_gone_and_the_ring_follows_the_mark(void **state) {
    (void)state;
    const struct entry_deposit deposit = {.bin = 50000, .base = {200, 0, 0}};
    pass(10.0001, 500, 0, 1000, &deposit);
    double taken = 0;
    for (int32_t bin = 40000; bin < 50000; bin++) {
        taken += baselines_take(&baselines, SCORE_NET_LADDER, MODEL_LONG, bin, .5F);
        taken += baselines_take(&baselines, SCORE_NET_LADDER, MODEL_LONG, bin, 1);
    }
    assert_close(taken, 200, 1e-3);
    assert_close(sum_of(SCORE_NET_LADDER, MODEL_LONG), 0, 0);
    pass(10 + 9000 * WIDTH, 500, 0, 1000, NULL); /* beyond the whole map */
    assert_close(sum_of(SCORE_NET_LADDER, MODEL_SHORT), 0, 0);
    assert_close(baselines_take(&baselines, SCORE_NET_LADDER, MODEL_SHORT, 1 << 30, 1), 0, 0);
}

static void a_map_folds_its_scale_in_before_it_vanishes(void **state) {
    (void)state;
    struct light_map map;
    assert_true(light_map_init(&map, 1000));
    light_map_follow(&map, 77);
    light_map_add(&map, MODEL_LONG, 77, 1e20);
    for (int i = 0; i < 60; i++) {
        light_map_age(&map, 1000);
        assert_true(map.scale > 1e-9);
    }
    assert_close(light_map_content(&map, MODEL_LONG, 77), 1e20 * pow(.5, 60), 1e-4);
    light_map_finish(&map);
}

static void runs_cross_the_seam_of_the_ring(void **state) {
    (void)state;
    struct light_map map;
    float weight[LIGHT_MAP_BINS];
    for (int i = 0; i < LIGHT_MAP_BINS; i++) {
        weight[i] = (float)i;
    }
    assert_true(light_map_init(&map, 1000));
    light_map_follow(&map, 16384 + 3);
    struct light_map_run run = {.side = MODEL_LONG,
                                .bin = 16384 + 3,
                                .from = 2,
                                .count = LIGHT_MAP_BINS,
                                .amount = 2,
                                .weight = weight};
    light_map_add_run(&map, &run);
    run.side = MODEL_SHORT;
    light_map_add_run(&map, &run);
    for (int32_t k = 0; k < 5000; k++) {
        double want_long = k >= 2 && k <= LIGHT_MAP_BINS / 2 ? 2.0 * k : 0;
        double want_short = k >= 2 && k < LIGHT_MAP_BINS / 2 ? 2.0 * k : 0;
        assert_close(light_map_content(&map, MODEL_LONG, 16384 + 3 - k), want_long, 1e-6);
        assert_close(light_map_content(&map, MODEL_SHORT, 16384 + 3 + k), want_short, 1e-6);
    }
    light_map_finish(&map);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_kernel_comes_to_stand_for_the_open_interest, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(age_grows_evenly_until_it_is_passed, setup, teardown),
        cmocka_unit_test_setup_teardown(turnover_stands_at_its_ladder, setup, teardown),
        cmocka_unit_test_setup_teardown(growing_open_interest_counts_up_to_threefold, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(net_deposits_stand_at_their_ladder, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_taken_is_gone_and_the_ring_follows_the_mark, setup,
                                        teardown),
        cmocka_unit_test(a_map_folds_its_scale_in_before_it_vanishes),
        cmocka_unit_test(runs_cross_the_seam_of_the_ring),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
