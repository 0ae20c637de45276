#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "base/random.h"
#include "base/str.h"

enum { SAMPLE_COUNT = 200000 };

static void generator_gives_the_published_numbers(void **state) {
    (void)state;
    struct random random = {.s = {1, 2, 3, 4}}; /* the reference state of xoshiro256++ */
    static const uint64_t want[] = {41943041, 58720359, UINT64_C(3588806011781223),
                                    UINT64_C(3591011842654386)};
    for (size_t i = 0; i < ARRAY_COUNT(want); i++) {
        assert_true(random_u64(&random) == want[i]);
    }
}

static void seeds_spread_by_splitmix(void **state) {
    (void)state;
    static const struct {
        uint64_t seed, first, second;
    } want[] = {
        {0, UINT64_C(0x53175d61490b23df), UINT64_C(0x61da6f3dc380d507)},
        {1, UINT64_C(0xcfc5d07f6f03c29b), UINT64_C(0xbf424132963fe08d)},
        {0xdeadbeef, UINT64_C(0x0c520eb8fea98ede), UINT64_C(0x2b74a6338b80e0e2)},
    };
    for (size_t i = 0; i < ARRAY_COUNT(want); i++) {
        struct random random;
        random_init(&random, want[i].seed);
        assert_true(random_u64(&random) == want[i].first);
        assert_true(random_u64(&random) == want[i].second);
    }
}

struct moments {
    double mean, variance;
};

static struct moments moments_of(const double *values) {
    struct moments m = {0};
    for (int i = 0; i < SAMPLE_COUNT; i++) {
        m.mean += values[i] / SAMPLE_COUNT;
    }
    for (int i = 0; i < SAMPLE_COUNT; i++) {
        m.variance += (values[i] - m.mean) * (values[i] - m.mean) / SAMPLE_COUNT;
    }
    return m;
}

/* Five standard errors of the mean, and of the variance for a kurtosis of up to nine. */
static void check_moments(const char *what, struct moments got, double mean, double variance) {
    const double error = sqrt(variance / SAMPLE_COUNT);
    const double variance_error = variance * sqrt(8.0 / SAMPLE_COUNT) + 1e-12;
    if (fabs(got.mean - mean) > 5 * error || fabs(got.variance - variance) > 5 * variance_error) {
        fail_msg("%s: mean %g (want %g), variance %g (want %g), seed 99", what, got.mean, mean,
                 got.variance, variance);
    }
}

static void distributions_have_their_moments(void **state) {
    (void)state;
    static double values[SAMPLE_COUNT];
    struct random random;
    random_init(&random, 99);
    for (int i = 0; i < SAMPLE_COUNT; i++) {
        values[i] = random_uniform(&random);
        assert_true(values[i] >= 0);
        assert_true(values[i] < 1);
    }
    check_moments("uniform", moments_of(values), 0.5, 1.0 / 12);
    for (int i = 0; i < SAMPLE_COUNT; i++) {
        values[i] = random_normal(&random);
    }
    check_moments("normal", moments_of(values), 0, 1);
    for (int i = 0; i < SAMPLE_COUNT; i++) {
        values[i] = random_exponential(&random);
        assert_true(values[i] >= 0);
    }
    check_moments("exponential", moments_of(values), 1, 1);
}

static void poisson_has_its_moments_on_both_paths(void **state) {
    (void)state;
    static double values[SAMPLE_COUNT];
    static const double means[] = {0.01, 0.7, 9.9, 10, 43, 1e6};
    struct random random;
    random_init(&random, 99);
    assert_int_equal(random_poisson(&random, 0), 0);
    for (size_t k = 0; k < ARRAY_COUNT(means); k++) {
        for (int i = 0; i < SAMPLE_COUNT; i++) {
            values[i] = random_poisson(&random, means[k]);
            assert_true(values[i] >= 0);
        }
        /* A rare event has a kurtosis of 3 + 1/mean: widen by taking more variance as allowed. */
        const struct moments got = moments_of(values);
        const double error = sqrt(means[k] / SAMPLE_COUNT);
        const double variance_error = means[k] * sqrt((2 + 1 / means[k]) / SAMPLE_COUNT);
        if (fabs(got.mean - means[k]) > 5 * error ||
            fabs(got.variance - means[k]) > 5 * variance_error) {
            fail_msg("poisson %g: mean %g, variance %g, seed 99", means[k], got.mean, got.variance);
        }
    }
}

/* Counts of a mean of 12 against the exact probabilities (chi-square, 24 cells, 0.1 %: 51.2). */
static void poisson_has_its_shape(void **state) {
    (void)state;
    enum { CELL_COUNT = 25 };
    double counts[CELL_COUNT] = {0};
    struct random random;
    random_init(&random, 5);
    for (int i = 0; i < SAMPLE_COUNT; i++) {
        const int k = random_poisson(&random, 12);
        counts[k < CELL_COUNT ? k : CELL_COUNT - 1] += 1;
    }
    double chi_square = 0;
    double probability = exp(-12.0);
    double rest = 1;
    for (int k = 0; k < CELL_COUNT; k++) {
        const double p = k == CELL_COUNT - 1 ? rest : probability;
        const double want = p * SAMPLE_COUNT;
        chi_square += (counts[k] - want) * (counts[k] - want) / want;
        rest -= probability;
        probability *= 12.0 / (k + 1);
    }
    if (chi_square > 51.2) {
        fail_msg("chi-square %g > 51.2, seed 5", chi_square);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(generator_gives_the_published_numbers),
        cmocka_unit_test(seeds_spread_by_splitmix),
        cmocka_unit_test(distributions_have_their_moments),
        cmocka_unit_test(poisson_has_its_moments_on_both_paths),
        cmocka_unit_test(poisson_has_its_shape),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
