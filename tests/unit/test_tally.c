/* The day accounts and the information gain on cells worked by hand, and on ones that chance made.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "score/bootstrap.h"
#include "score/tally.h"
#include "support/near.h"

#define DAY_MS   INT64_C(86400000)
#define START_MS (20000 * DAY_MS)

static struct tally tally;

static int setup(void **state) {
    (void)state;
    const struct tally_desc desc = {.day_max = 8,
                                    .hit_max = 4096,
                                    .cell_max = 8192,
                                    .buckets = true,
                                    .model_count = SCORE_MODEL_COUNT};
    return tally_init(&tally, &desc) ? 0 : -1;
}

static int teardown(void **state) {
    (void)state;
    tally_finish(&tally);
    return 0;
}

/* A cell with the same prediction of ours and the kernel's, at ts_ms after the start. */
static void add(int64_t ts_ms, int side, double ours_usd, double kernel_usd, double seen_usd) {
    struct tally_cell cell = {.ts_ms = START_MS + ts_ms, .side = side, .seen_usd = seen_usd};
    cell.predicted_usd[SCORE_OURS] = (float)ours_usd;
    cell.predicted_usd[SCORE_KERNEL] = (float)kernel_usd;
    tally_advance(&tally, cell.ts_ms - 1);
    tally_add(&tally, &cell);
}

static double gain_of(int day, int side, int model) {
    const struct tally_side *at = &tally.days[day].side[side];
    return at->gain_usd[model] / at->weighed_usd;
}

static void a_small_day_gains_what_was_worked_by_hand(void **state) {
    (void)state;
    add(1000, MODEL_LONG, 60, 1, 30);
    add(2000, MODEL_LONG, 30, 1, 0);
    add(3000, MODEL_LONG, 10, 1, 10);
    add(4000, MODEL_LONG, 0, 1, 0);
    tally_close(&tally);
    /* pi = .98 x .6 + .005 and .98 x .1 + .005, times n = 4, weighted 3 : 1. */
    assert_close(gain_of(0, MODEL_LONG, SCORE_OURS), (30 * log(2.372) + 10 * log(.412)) / 40, 1e-6);
    assert_close(gain_of(0, MODEL_LONG, SCORE_KERNEL), 0, 1e-12);
    assert_close(tally.days[0].side[MODEL_LONG].predicted_usd[SCORE_OURS], 100, 1e-9);
    assert_close(tally.days[0].side[MODEL_LONG].seen_usd, 40, 1e-9);
    assert_int_equal(tally.days[0].side[MODEL_SHORT].cells, 0);
}

static void a_map_that_knows_nothing_gains_nothing(void **state) {
    (void)state;
    for (int i = 0; i < 50; i++) {
        add(1000 * i + 1000, MODEL_SHORT, 0, 7.5, i % 3);
    }
    tally_close(&tally);
    assert_close(gain_of(0, MODEL_SHORT, SCORE_OURS), 0, 1e-12);
    assert_close(gain_of(0, MODEL_SHORT, SCORE_KERNEL), 0, 1e-9);
    assert_close(tally.days[0].side[MODEL_SHORT].unexplained_usd, 49, 1e-9);
}

static void dollars_where_nothing_was_expected_cost_the_floor(void **state) {
    (void)state;
    add(1000, MODEL_LONG, 100, 0, 0);
    add(2000, MODEL_LONG, 0, 0, 5);
    tally_close(&tally);
    assert_close(gain_of(0, MODEL_LONG, SCORE_OURS), log(.02), 1e-9);
}

/* A map that is exactly right gains its own gain, which lies below the entropy bound, and no other
 * map gains more on the same cells. */
static void a_perfect_map_scores_its_entropy_bound(void **state) {
    (void)state;
    struct random random;
    double seen_usd[200], sum = 0, bound = 0;
    random_init(&random, 5);
    for (int i = 0; i < 200; i++) {
        seen_usd[i] = floor(random_exponential(&random) * random_exponential(&random) * 1000);
        sum += seen_usd[i];
        add(1000 * i + 1000, MODEL_LONG, seen_usd[i], random_exponential(&random), seen_usd[i]);
    }
    tally_close(&tally);
    for (int i = 0; i < 200; i++) {
        bound += seen_usd[i] > 0 ? seen_usd[i] * log(200 * seen_usd[i] / sum) / sum : 0;
    }
    const struct tally_side *at = &tally.days[0].side[MODEL_LONG];
    double perfect = gain_of(0, MODEL_LONG, SCORE_OURS);
    assert_close(perfect, at->own_gain_usd / sum, 1e-5);
    assert_true(perfect <= bound);
    assert_true(perfect > bound - .02); /* what the floor of two per cent costs */
    assert_true(gain_of(0, MODEL_LONG, SCORE_KERNEL) < perfect);
}

/* y drawn from a map that is right: it gains, and moved in time it gains no more than chance. */
static void a_map_moved_in_time_gains_nothing(void **state) {
    (void)state;
    struct random random;
    double moved[TALLY_SHIFT_COUNT] = {0}, ours = 0, chance = 0, weighed = 0, mean = 0;
    random_init(&random, 11);
    for (int day = 0; day < 8; day++) {
        for (int i = 0; i < 8000; i++) {
            double expected = exp(1.5 * random_normal(&random));
            bool hit = random_uniform(&random) < .2;
            double seen = hit ? 5 * expected * random_exponential(&random) : 0;
            add(day * DAY_MS + 10000 * i + 1000, i % 2, expected, 1, seen);
        }
    }
    tally_close(&tally);
    assert_int_equal(tally.day_count, 8);
    for (int day = 0; day < 8; day++) {
        for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
            const struct tally_side *at = &tally.days[day].side[side];
            ours += at->gain_usd[SCORE_OURS];
            chance += at->chance_gain_usd;
            weighed += at->weighed_usd;
            for (int shift = 0; shift < TALLY_SHIFT_COUNT; shift++) {
                moved[shift] += at->placebo_gain_usd[shift];
            }
        }
    }
    assert_true(ours / weighed > .8);
    assert_true(chance / weighed < -.5);
    for (int shift = 0; shift < TALLY_SHIFT_COUNT; shift++) {
        assert_true(fabs(moved[shift] - chance) < .2 * weighed);
        mean += (moved[shift] - chance) / weighed / TALLY_SHIFT_COUNT;
    }
    assert_true(fabs(mean) < .02);
}

static void hours_correlate_where_the_map_follows(void **state) {
    (void)state;
    for (int hour = 0; hour < 24; hour++) {
        add(hour * 3600000 + 1000, MODEL_LONG, 4 * hour * hour, 1, hour * hour);
    }
    tally_advance(&tally, START_MS + DAY_MS);
    const struct tally_hours *hours = &tally.days[0].side[MODEL_LONG].hours;
    assert_int_equal(hours->count, 24);
    double n = 24, xx = hours->x[SCORE_OURS] * n - pow(hours->root_x[SCORE_OURS], 2);
    double yy = hours->y * n - pow(hours->root_y, 2);
    double xy = hours->root_xy[SCORE_OURS] * n - hours->root_x[SCORE_OURS] * hours->root_y;
    assert_close(xy / sqrt(xx * yy), 1, 1e-9);
    assert_close(hours->root_y, 23 * 24 / 2, 1e-9);
}

static void limits_are_counted_and_gains_stay_of_what_is_kept(void **state) {
    (void)state;
    for (int i = 0; i < 5000; i++) {
        add(10 * i + 1000, MODEL_LONG, 1, 1, 1);
    }
    assert_int_equal(tally.hits_lost, 5000 - 4096);
    assert_close(tally.days[0].side[MODEL_LONG].weighed_usd, 4096, 1e-9);
    for (int day = 1; day < 10; day++) {
        add(day * DAY_MS + 1000, MODEL_LONG, 1, 1, 1);
    }
    tally_close(&tally);
    assert_int_equal(tally.day_count, 8);
    assert_true(tally.days_lost > 0);
    assert_close(gain_of(0, MODEL_LONG, SCORE_KERNEL), 0, 1e-9);
}

static void a_rolling_tally_keeps_the_newest_days(void **state) {
    (void)state;
    struct tally rolling;
    const struct tally_desc desc = {
        .day_max = 3, .newest = true, .hit_max = 16, .model_count = SCORE_ROLLING_MODELS};
    assert_true(tally_init(&rolling, &desc));
    for (int day = 0; day < 5; day++) {
        struct tally_cell cell = {
            .ts_ms = START_MS + day * DAY_MS + 5000, .seen_usd = day + 1, .predicted_usd = {1, 1}};
        tally_advance(&rolling, cell.ts_ms);
        tally_add(&rolling, &cell);
        struct tally_day open;
        tally_measure_open(&rolling, &open);
        assert_close(open.side[0].seen_usd, day + 1, 1e-9);
    }
    assert_int_equal(rolling.day_count, 3);
    assert_int_equal(rolling.days[0].day, START_MS / DAY_MS + 2);
    assert_close(rolling.days[2].side[0].seen_usd, 5, 1e-9);
    tally_finish(&rolling);
}

static void intervals_are_drawn_alike_and_from_enough_days_only(void **state) {
    (void)state;
    struct bootstrap_day days[6];
    struct bootstrap_interval first, again;
    for (int i = 0; i < 6; i++) {
        days[i] = (struct bootstrap_day){.numerator = i, .denominator = 2};
    }
    bootstrap_ratio(days, 6, &first);
    bootstrap_ratio(days, 6, &again);
    assert_memory_equal(&first, &again, sizeof first);
    assert_close(first.value, 15. / 12, 1e-12);
    assert_true(first.low < first.value);
    assert_true(first.high > first.value);
    assert_true(first.low >= 0);
    assert_true(first.high <= 2.5);
    bootstrap_ratio(days, 2, &first);
    assert_false(first.known);
    assert_close(first.value, .25, 1e-12);
    bootstrap_ratio(days, 0, &first);
    assert_false(first.known);
    assert_close(first.value, 0, 1e-12);
    for (int i = 0; i < 6; i++) {
        days[i] = (struct bootstrap_day){.numerator = 3, .denominator = 4};
    }
    bootstrap_ratio(days, 6, &first);
    assert_close(first.low, .75, 1e-12);
    assert_close(first.high, .75, 1e-12);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_small_day_gains_what_was_worked_by_hand, setup, teardown),
        cmocka_unit_test_setup_teardown(a_map_that_knows_nothing_gains_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(dollars_where_nothing_was_expected_cost_the_floor, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_perfect_map_scores_its_entropy_bound, setup, teardown),
        cmocka_unit_test_setup_teardown(a_map_moved_in_time_gains_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(hours_correlate_where_the_map_follows, setup, teardown),
        cmocka_unit_test_setup_teardown(limits_are_counted_and_gains_stay_of_what_is_kept, setup,
                                        teardown),
        cmocka_unit_test(a_rolling_tally_keeps_the_newest_days),
        cmocka_unit_test(intervals_are_drawn_alike_and_from_enough_days_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
