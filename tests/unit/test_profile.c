/* Several estimators on common levels: nothing is lost, nothing crosses the mark. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/str.h"
#include "density/profile.h"
#include "support/entry_field.h"
#include "support/near.h"

static struct profile profile, other;

static double laid_usd(const struct profile *of, int side) {
    double sum = of->sides[side].beyond_usd;
    for (int i = 0; i < of->level_count; i++) {
        sum += (double)of->sides[side].usd[i];
    }
    return sum;
}

static void levels_hold_what_the_bins_held_whatever_the_basis(void **state) {
    (void)state;
    static const struct {
        double mark, reference, height;
    } cases[] = {
        {100, 100, 0},       {100, 100.37, 0},     {99.991, 104, 0},
        {64321.5, 64300, 0}, {64321.5, 1e6, 5e-4}, {0.0123, 0.0125, 7e-5},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct estimator *estimator = entry_field_make(&(struct entry_field){
            .price = cases[i].mark, .count = 40, .step = 3, .offset_bins = -60, .base = 500});
        assert_true(
            profile_begin(&profile, &(struct profile_desc){.reference = cases[i].reference,
                                                           .level_height = cases[i].height}));
        assert_true(profile_add(&profile, estimator));
        for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
            double want = entry_field_usd(estimator, side);
            assert_true(want > 0);
            assert_near(laid_usd(&profile, side), want, 1e-6 * want);
            assert_near(profile.sides[side].total_usd + profile.sides[side].beyond_usd, want,
                        1e-9 * want);
        }
        estimator_destroy(estimator);
    }
}

static void a_basis_moves_no_level_against_its_own_mark(void **state) {
    (void)state;
    struct estimator *estimator =
        entry_field_make(&(struct entry_field){.price = 250, .count = 20, .step = 7, .base = 1000});
    profile_begin(&profile, &(struct profile_desc){.reference = 250});
    profile_begin(&other, &(struct profile_desc){.reference = 260});
    profile_add(&profile, estimator);
    profile_add(&other, estimator);
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        for (int i = 0; i < profile.level_count; i++) {
            assert_true(profile.sides[side].usd[i] == other.sides[side].usd[i]);
        }
    }
    assert_near(profile_price(&other, MODEL_LONG, 0.01), 260 * exp(-0.01), 1e-9);
    assert_near(profile_price(&other, MODEL_SHORT, 0.01), 260 * exp(0.01), 1e-9);
    estimator_destroy(estimator);
}

static void a_venue_added_twice_doubles_every_level(void **state) {
    (void)state;
    struct estimator *estimator =
        entry_field_make(&(struct entry_field){.price = 31.4, .count = 33, .step = 2, .base = 70});
    profile_begin(&profile, &(struct profile_desc){.reference = 31.5});
    profile_begin(&other, &(struct profile_desc){.reference = 31.5});
    profile_add(&profile, estimator);
    profile_add(&other, estimator);
    profile_add(&other, estimator);
    assert_int_equal(other.input_count, 2);
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        for (int i = 0; i < profile.level_count; i++) {
            double want = 2 * (double)profile.sides[side].usd[i];
            assert_near((double)other.sides[side].usd[i], want, 1e-6 * want);
            assert_near(profile_sd(&other, side, i), profile_sd(&profile, side, i), 1e-5);
        }
    }
    estimator_destroy(estimator);
}

static void bands_add_up_to_their_level(void **state) {
    (void)state;
    struct estimator *estimator =
        entry_field_make(&(struct entry_field){.price = 5000, .count = 50, .step = 1, .base = 9});
    profile_begin(&profile, &(struct profile_desc){.reference = 5000});
    profile_add(&profile, estimator);
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        for (int i = 0; i < profile.level_count; i++) {
            double sum = 0;
            for (int band = 0; band < DISTANCE_BAND_COUNT; band++) {
                assert_true(profile.sides[side].bands_usd[i][band] >= 0);
                sum += (double)profile.sides[side].bands_usd[i][band];
            }
            assert_near(sum, (double)profile.sides[side].usd[i], 1e-5 * sum + 1e-12);
        }
    }
    estimator_destroy(estimator);
}

/* The prior knows nothing: every level that holds something has the largest sd. */
static void uncertainty_is_that_of_the_weights(void **state) {
    (void)state;
    struct estimator *estimator =
        entry_field_make(&(struct entry_field){.price = 5000, .count = 50, .step = 1, .base = 9});
    profile_begin(&profile, &(struct profile_desc){.reference = 5000});
    assert_near(profile_sd(&profile, MODEL_LONG, 0), 2, 0); /* nothing stands there */
    profile_add(&profile, estimator);
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        for (int i = 0; i < profile.level_count; i++) {
            assert_near(profile_sd(&profile, side, i), 2, 1e-5);
        }
    }
    estimator_destroy(estimator);
}

static void what_is_out_of_reach_is_counted_beyond(void **state) {
    (void)state;
    struct estimator *estimator =
        entry_field_make(&(struct entry_field){.price = 5000, .count = 50, .step = 1, .base = 9});
    assert_true(profile_begin(&profile, &(struct profile_desc){.reference = 5000, .reach = 0.05}));
    assert_int_equal(profile.level_count, 250);
    profile_add(&profile, estimator);
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        double want = entry_field_usd(estimator, side);
        assert_true(profile.sides[side].beyond_usd > 0.1 * want);
        assert_near(laid_usd(&profile, side), want, 1e-6 * want);
    }
    estimator_destroy(estimator);
}

static void impossible_profiles_are_refused(void **state) {
    (void)state;
    static const struct profile_desc cases[] = {
        {.reference = 0},
        {.reference = -1},
        {.reference = NAN},
        {.reference = INFINITY},
        {.reference = 1, .level_height = 1e-6},
        {.reference = 1, .level_height = 0.1},
        {.reference = 1, .level_height = NAN},
        {.reference = 1, .reach = -1},
        {.reference = 1, .reach = NAN},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        assert_false(profile_begin(&profile, &cases[i]));
    }
    assert_true(profile_begin(&profile, &(struct profile_desc){.reference = 1, .reach = 1e9}));
    assert_int_equal(profile.level_count, PROFILE_LEVEL_MAX);
    struct estimator *unmarked = estimator_create(&(struct estimator_desc){.mmr = .004});
    assert_false(profile_add(&profile, unmarked));
    assert_int_equal(profile.input_count, 0);
    estimator_destroy(unmarked);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels_hold_what_the_bins_held_whatever_the_basis),
        cmocka_unit_test(a_basis_moves_no_level_against_its_own_mark),
        cmocka_unit_test(a_venue_added_twice_doubles_every_level),
        cmocka_unit_test(bands_add_up_to_their_level),
        cmocka_unit_test(uncertainty_is_that_of_the_weights),
        cmocka_unit_test(what_is_out_of_reach_is_counted_beyond),
        cmocka_unit_test(impossible_profiles_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
