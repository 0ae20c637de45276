#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <float.h>
#include <math.h>

#include "base/floor.h"
#include "base/hash.h"
#include "base/math.h"
#include "base/random.h"
#include "base/str.h"

static const double ULP_MAX = 1.5; /* what base/math.h promises */
enum { SAMPLE_COUNT = 300000 };

static uint64_t bits_of(double x) {
    uint64_t bits = 0;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

/* Distance from want in units of its last place as a double. */
static double ulps_between(double got, long double want) {
    int exponent = 0;
    frexpl(want, &exponent);
    return (double)(fabsl((long double)got - want) / ldexpl(1, exponent - DBL_MANT_DIG));
}

static void check_log(double x) {
    const double ulps = ulps_between(math_log(x), logl((long double)x));
    if (!(ulps < ULP_MAX)) {
        fail_msg("math_log(%a) = %a, want %La: %g ulp", x, math_log(x), logl((long double)x), ulps);
    }
}

static void check_exp(double x) {
    const double ulps = ulps_between(math_exp(x), expl((long double)x));
    if (!(ulps < ULP_MAX)) {
        fail_msg("math_exp(%a) = %a, want %La: %g ulp", x, math_exp(x), expl((long double)x), ulps);
    }
}

static void log_is_near_the_truth_over_its_range(void **state) {
    (void)state;
    struct random random;
    random_init(&random, 1);
    if (LDBL_MANT_DIG < 64) {
        skip(); /* no better log to compare with here */
    }
    for (int i = 0; i < SAMPLE_COUNT; i++) {
        /* Random mantissas over all exponents, then the neighbourhood of 1, where digits cancel. */
        const double mantissa = 1 + random_uniform(&random);
        check_log(ldexp(mantissa, (int)(random_u64(&random) % 1993) - 996));
        check_log(1 + (random_uniform(&random) - 0.5) * ldexp(1, -(int)(random_u64(&random) % 40)));
    }
    check_log(1e-300);
    check_log(1e300);
    check_log(DBL_MIN);
    check_log(DBL_MIN / 4096); /* subnormal */
    check_log(DBL_TRUE_MIN);
    check_log(DBL_MAX);
}

static void exp_is_near_the_truth_over_its_range(void **state) {
    (void)state;
    struct random random;
    random_init(&random, 2);
    if (LDBL_MANT_DIG < 64) {
        skip();
    }
    for (int i = 0; i < SAMPLE_COUNT; i++) {
        check_exp((random_uniform(&random) * 2 - 1) * 700);
        check_exp((random_uniform(&random) * 2 - 1) * ldexp(1, -(int)(random_u64(&random) % 60)));
    }
    /* The edges between two reductions: odd multiples of ln(2)/2. */
    for (int k = -1999; k < 2000; k += 2) {
        const double edge = k * 0.34657359027997264;
        check_exp(edge);
        check_exp(nextafter(edge, 1e9));
        check_exp(nextafter(edge, -1e9));
    }
    check_exp(-700);
    check_exp(700);
}

static void special_values_are_the_documented_ones(void **state) {
    (void)state;
    assert_true(math_log(0) == -(double)INFINITY);
    assert_true(math_log(-0.0) == -(double)INFINITY);
    assert_true(isnan(math_log(-1)));
    assert_true(isnan(math_log((double)NAN)));
    assert_true(isnan(math_log(-(double)INFINITY)));
    assert_true(math_log((double)INFINITY) == (double)INFINITY);
    assert_true(bits_of(math_log(1)) == bits_of(0.0));
    assert_true(math_exp(0) == 1);
    assert_true(math_exp(-0.0) == 1);
    assert_true(math_exp((double)INFINITY) == (double)INFINITY);
    assert_true(math_exp(-(double)INFINITY) == 0);
    assert_true(isnan(math_exp((double)NAN)));
    assert_true(math_exp(1e308) == (double)INFINITY);
    assert_true(math_exp(709.79) == (double)INFINITY);
    assert_true(isfinite(math_exp(709.78)));
    assert_true(math_exp(-746) == 0);
    assert_true(math_exp(-745) == DBL_TRUE_MIN);
    assert_true(math_exp(-1e308) == 0);
}

/* The bits themselves: a machine, compiler or flag that computes otherwise shows here first. */
static const struct {
    double x;
    uint64_t bits;
} log_bits[] =
    {
        {1e-300, UINT64_C(0xc085963447f87fb5)},
        {0.1, UINT64_C(0xc0026bb1bbb55515)},
        {0.70710678118654746, UINT64_C(0xbfd62e42fefa39f1)},
        {0.9999999, UINT64_C(0xbe7ad7f2b1049b9f)},
        {1.0000001, UINT64_C(0x3e7ad7f2847b6492)},
        {1.5, UINT64_C(0x3fd9f323ecbf984c)},
        {2, UINT64_C(0x3fe62e42fefa39ef)},
        {10, UINT64_C(0x40026bb1bbb55516)},
        {61800.2, UINT64_C(0x40261035fc63911a)},
        {1e300, UINT64_C(0x4085963447f87fb5)},
},
  exp_bits[] = {
      {-740, UINT64_C(0x0000000000000055)},    {-700, UINT64_C(0x00d14f2b0fb9307f)},
      {-10.5, UINT64_C(0x3efcdfc263f6a0ba)},   {-1, UINT64_C(0x3fd78b56362cef38)},
      {-0.3466, UINT64_C(0x3fe6a0773cd678a4)}, {-1e-09, UINT64_C(0x3fefffffff768fa1)},
      {0.25, UINT64_C(0x3ff48b5e3c3e8186)},    {1, UINT64_C(0x4005bf0a8b14576a)},
      {88.7, UINT64_C(0x47ef4705bbffae5c)},    {700, UINT64_C(0x7f0d945df4f8ec8e)},
};

static void bits_are_the_same_on_every_machine(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(log_bits); i++) {
        if (bits_of(math_log(log_bits[i].x)) != log_bits[i].bits) {
            fail_msg("math_log(%.17g) = %a", log_bits[i].x, math_log(log_bits[i].x));
        }
    }
    for (size_t i = 0; i < ARRAY_COUNT(exp_bits); i++) {
        if (bits_of(math_exp(exp_bits[i].x)) != exp_bits[i].bits) {
            fail_msg("math_exp(%.17g) = %a", exp_bits[i].x, math_exp(exp_bits[i].x));
        }
    }
}

static void many_results_hash_the_same_on_every_machine(void **state) {
    (void)state;
    struct random random;
    uint64_t hash = HASH_START;
    random_init(&random, 20260617);
    for (int i = 0; i < 100000; i++) {
        const double e = math_exp((random_uniform(&random) - 0.5) * 1400);
        const double l = math_log(random_uniform(&random) + 1e-12);
        const double n = random_normal(&random);
        const int32_t p = random_poisson(&random, i % 2 != 0 ? 3.5 : 350);
        hash = hash_bytes(hash, &e, sizeof e);
        hash = hash_bytes(hash, &l, sizeof l);
        hash = hash_bytes(hash, &n, sizeof n);
        hash = hash_bytes(hash, &p, sizeof p);
    }
    assert_true(hash == UINT64_C(0x58e6346547ba12b7));
}

static void powers_and_clamps_are_right(void **state) {
    (void)state;
    assert_true(fabs(math_pow(2, 10) - 1024) < 1e-11);
    assert_true(fabs(math_pow(100, 0.5) - 10) < 1e-14);
    assert_true(math_pow(7, 0) == 1);
    assert_true(math_clamp(2, 0, 1) == 1);
    assert_true(math_clamp(-2, 0, 1) == 0);
    assert_true(math_clamp(0.5, 0, 1) == 0.5);
    assert_true(isnan(math_clamp((double)NAN, 0, 1)));
}

static void every_half_float_comes_back(void **state) {
    (void)state;
    for (uint32_t i = 0; i < 65536; i++) {
        const float value = float_from_half((uint16_t)i);
        if (isnan(value)) {
            assert_true(isnan(float_from_half(half_from_float(value))));
            continue;
        }
        assert_int_equal(half_from_float(value), i);
    }
    assert_true(float_from_half(0x3c00) == 1.0f);
    assert_true(float_from_half(0x7bff) == 65504.0f);
    assert_true(float_from_half(0x0001) == 0x1p-24f);
}

static void halves_round_to_the_nearest_even(void **state) {
    (void)state;
    for (uint16_t i = 0; i < 0x7bff; i++) {
        /* Exactly between two halves the even one wins; next to it, the nearer one. */
        const float middle = 0.5f * (float_from_half(i) + float_from_half((uint16_t)(i + 1)));
        assert_int_equal(half_from_float(middle), i % 2 == 0 ? i : i + 1);
        assert_int_equal(half_from_float(nextafterf(middle, 1e9f)), i + 1);
        assert_int_equal(half_from_float(nextafterf(middle, -1e9f)), i);
        assert_int_equal(half_from_float(-middle), 0x8000 | (i % 2 == 0 ? i : i + 1));
    }
    assert_int_equal(half_from_float(65519.99f), 0x7bff);
    assert_int_equal(half_from_float(65520.0f), 0x7c00);
    assert_int_equal(half_from_float(1e30f), 0x7c00);
    assert_int_equal(half_from_float(-INFINITY), 0xfc00);
    assert_int_equal(half_from_float(0x1p-25f), 0);
    assert_int_equal(half_from_float(nextafterf(0x1p-25f, 1)), 1);
    assert_int_equal(half_from_float(1e-30f), 0);
}

static void floors_go_down_below_zero_too(void **state) {
    (void)state;
    static const struct {
        int64_t value, step, multiple, quotient;
    } rows[] = {{0, 10, 0, 0},
                {9, 10, 0, 0},
                {10, 10, 10, 1},
                {-1, 10, -10, -1},
                {-10, 10, -10, -1},
                {-11, 10, -20, -2},
                {1700000059999, 60000, 1700000040000, 28333334},
                {-7, 1, -7, -7}};
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        assert_int_equal(floor_to(rows[i].value, rows[i].step), rows[i].multiple);
        assert_int_equal(floor_div(rows[i].value, rows[i].step), rows[i].quotient);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(log_is_near_the_truth_over_its_range),
        cmocka_unit_test(exp_is_near_the_truth_over_its_range),
        cmocka_unit_test(special_values_are_the_documented_ones),
        cmocka_unit_test(bits_are_the_same_on_every_machine),
        cmocka_unit_test(many_results_hash_the_same_on_every_machine),
        cmocka_unit_test(powers_and_clamps_are_right),
        cmocka_unit_test(floors_go_down_below_zero_too),
        cmocka_unit_test(every_half_float_comes_back),
        cmocka_unit_test(halves_round_to_the_nearest_even),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
