#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "base/random.h"
#include "base/str.h"
#include "support/near.h"
#include "view/indicator.h"

enum { COUNT = 400 };

static void average_is_the_mean_of_so_many_and_starts_anew_after_a_gap(void **state) {
    (void)state;
    static const double value[] = {1, 2, 6, NAN, 4, 8, 3, 1};
    double out[ARRAY_COUNT(value)];
    indicator_average(ARRAY_COUNT(value), value, 3, out);
    static const double want[] = {NAN, NAN, 3, NAN, NAN, NAN, 5, 4};
    for (size_t i = 0; i < ARRAY_COUNT(value); i++) {
        assert_int_equal(isnan(out[i]), isnan(want[i]));
        assert_true(isnan(want[i]) || fabs(out[i] - want[i]) < 1e-12);
    }
    indicator_average(0, NULL, 3, NULL); /* nothing of nothing */
}

/* Beside the sum taken anew each time, through gaps and large numbers. */
static void average_equals_its_definition(void **state) {
    (void)state;
    struct random random;
    double value[COUNT], out[COUNT];
    random_init(&random, 11);
    for (int length = 1; length <= 60; length += 7) {
        for (int i = 0; i < COUNT; i++) {
            value[i] = random_uniform(&random) < 0.02 ? NAN : 1e9 * random_normal(&random);
        }
        indicator_average(COUNT, value, length, out);
        for (int i = 0; i < COUNT; i++) {
            double sum = i + 1 >= length ? 0 : NAN;
            for (int k = 0; k < length && i - k >= 0; k++) {
                sum += value[i - k];
            }
            assert_int_equal(isnan(out[i]), isnan(sum));
            assert_true(isnan(sum) || fabs(out[i] - sum / length) < 1e-5);
        }
    }
}

/* By hand, length 3: the changes are +1 +2 -1 | +2 -4 0. Means of the first three: 1 and 1/3. Then
 * gain = (2 x 1 + 2) / 3 = 4/3, loss = 2/9; then 8/9, (4/9 + 4) / 3 = 40/27; then 16/27, 80/81. */
static void rsi_is_as_by_hand(void **state) {
    (void)state;
    static const double close[] = {10, 11, 13, 12, 14, 10, 10};
    double out[ARRAY_COUNT(close)];
    indicator_rsi(ARRAY_COUNT(close), close, 3, out);
    assert_true(isnan(out[0]) && isnan(out[1]) && isnan(out[2]));
    assert_near(out[3], 75, 1e-9);
    assert_near(out[4], 100.0 * 12 / 14, 1e-9);
    assert_near(out[5], 100.0 * 24 / 64, 1e-9);
    assert_near(out[6], 100.0 * 48 / 128, 1e-9);
}

static void rsi_knows_its_ends_and_forgets_over_a_gap(void **state) {
    (void)state;
    double close[COUNT], out[COUNT];
    for (int i = 0; i < COUNT; i++) {
        close[i] = i < 100 ? i + 1 : (i < 200 ? 300 - i : 50);
    }
    close[150] = NAN;
    indicator_rsi(COUNT, close, 14, out);
    assert_near(out[99], 100, 0); /* nothing but gains */
    assert_true(isnan(out[164])); /* fourteen changes after the gap, no sooner */
    assert_near(out[165], 0, 0);  /* nothing but losses, and no memory of the gains */
    double flat[20];
    for (int i = 0; i < 20; i++) {
        flat[i] = 7;
    }
    indicator_rsi(20, flat, 14, out);
    assert_near(out[19], 50, 0);
}

/* What goes up by the same steps mirrors what goes down; it stays within 0..100 and does not care
 * for the price's unit. */
static void rsi_is_bounded_mirrored_and_free_of_units(void **state) {
    (void)state;
    struct random random;
    double close[COUNT], mirrored[COUNT], scaled[COUNT], out[3][COUNT];
    random_init(&random, 5);
    close[0] = 1000;
    for (int i = 0; i < COUNT; i++) {
        close[i] = i == 0 ? 1000 : close[i - 1] + random_normal(&random);
        mirrored[i] = 3000 - close[i];
        scaled[i] = 64 * close[i];
    }
    indicator_rsi(COUNT, close, 14, out[0]);
    indicator_rsi(COUNT, mirrored, 14, out[1]);
    indicator_rsi(COUNT, scaled, 14, out[2]);
    for (int i = 14; i < COUNT; i++) {
        assert_true(out[0][i] >= 0 && out[0][i] <= 100);
        assert_near(out[0][i] + out[1][i], 100, 1e-6);
        assert_near(out[0][i], out[2][i], 1e-6);
    }
}

/* Every candle's high is e^0.02 times its low: the variance of one is 0.0004 / (4 ln 2). */
static void parkinson_is_as_by_hand(void **state) {
    (void)state;
    double high[8], low[8], out[8];
    for (int i = 0; i < 8; i++) {
        low[i] = 100 + i;
        high[i] = low[i] * exp(0.02);
    }
    low[6] = 0; /* not known */
    indicator_parkinson(8, high, low, 4, 365, out);
    assert_true(isnan(out[2]) && isnan(out[6]) && isnan(out[7]));
    assert_near(out[3], 0.02 / sqrt(4 * log(2)) * sqrt(365), 1e-9);
    assert_near(out[5], out[3], 1e-12);
}

/* A walk of known volatility: the estimate is near it, a little low because the walk is only looked
 * at 60 times a candle (about 0.9 of it; Garman and Klass, 1980, table 1). */
static void parkinson_finds_the_volatility_of_a_walk(void **state) {
    (void)state;
    enum { STEPS = 60 };
    struct random random;
    double high[COUNT], low[COUNT], out[COUNT];
    double ln = 0, step = 0.5 / sqrt(365.0 * 24 * STEPS); /* 50 % a year in candles of an hour */
    random_init(&random, 77);
    for (int i = 0; i < COUNT; i++) {
        double top = ln, bottom = ln;
        for (int k = 0; k < STEPS; k++) {
            ln += step * random_normal(&random);
            top = fmax(top, ln);
            bottom = fmin(bottom, ln);
        }
        high[i] = exp(top);
        low[i] = exp(bottom);
    }
    indicator_parkinson(COUNT, high, low, COUNT, 365 * 24, out);
    assert_in_range((int)(out[COUNT - 1] * 1000), 425, 500);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(average_is_the_mean_of_so_many_and_starts_anew_after_a_gap),
        cmocka_unit_test(average_equals_its_definition),
        cmocka_unit_test(rsi_is_as_by_hand),
        cmocka_unit_test(rsi_knows_its_ends_and_forgets_over_a_gap),
        cmocka_unit_test(rsi_is_bounded_mirrored_and_free_of_units),
        cmocka_unit_test(parkinson_is_as_by_hand),
        cmocka_unit_test(parkinson_finds_the_volatility_of_a_walk),
    };
    return cmocka_run_group_tests_name("indicator", tests, NULL, NULL);
}
