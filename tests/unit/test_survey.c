/* The map that people read, beside the estimator that it is made of. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/str.h"
#include "density/max_pain.h"
#include "density/survey.h"
#include "support/entry_field.h"
#include "support/near.h"

static struct survey survey;
static struct scene_map map, other;

static struct estimator *field_at(double price) {
    return entry_field_make(&(struct entry_field){
        .price = price, .count = 40, .step = 3, .offset_bins = -60, .base = 5});
}

static void make_map(const struct estimator *estimator, struct scene_map *out) {
    assert_true(survey_begin(&survey, estimator));
    survey_finish(&survey, out);
}

static void levels_and_what_lies_beyond_are_the_whole_field(void **state) {
    (void)state;
    struct estimator *estimator = field_at(64321.5);
    make_map(estimator, &map);
    assert_near(map.reference, 64321.5, 1e-8);
    assert_int_equal(map.level_count, MAP_LEVEL_MAX);
    for (int side = 0; side < 2; side++) {
        double usd = map.sides[side].beyond_usd, want = entry_field_usd(estimator, side);
        assert_true(usd > 0); /* five times leverage is further out than a map goes */
        for (int i = 0; i < map.level_count; i++) {
            usd += map_level_usd(&map.sides[side], i, 0);
            assert_true(map.sides[side].sd[i] >= 0 && map.sides[side].sd[i] <= 2);
        }
        assert_near(usd, want, 1e-6 * want);
    }
    estimator_destroy(estimator);
}

/* The sums within a share of the price, against the bins themselves. */
static void sums_within_are_those_of_the_bins(void **state) {
    (void)state;
    static float bands[ESTIMATOR_BIN_COUNT][ESTIMATOR_BAND_STRIDE];
    struct estimator *estimator = field_at(250);
    make_map(estimator, &map);
    double width = estimator_bin_width(estimator), mark = log(250);
    int32_t first = 0, count = 0;
    estimator_bin_range(estimator, &first, &count);
    for (int side = 0; side < 2; side++) {
        estimator_read_bands(estimator, side, first, count, bands);
        for (int k = 0; k < MAP_SHARE_COUNT; k++) {
            double edge = side == 0 ? log(1 - map_shares[k]) : log(1 + map_shares[k]);
            double from = mark + fmin(edge, 0), to = mark + fmax(edge, 0), want = 0, hidden = 0;
            for (int32_t i = 0; i < count; i++) {
                double low = (first + i) * width, high = low + width;
                /* of the bin with the mark in it, its own side holds everything */
                low = side == 1 && low < mark && high > mark ? mark : low;
                high = side == 0 && low < mark && high > mark ? mark : high;
                double inside = fmin(high, to) - fmax(low, from);
                for (int band = 0; inside > 0 && band < LAYERS_BAND_COUNT; band++) {
                    double usd = (double)bands[i][band] * width / 1e-4 * inside / (high - low);
                    want += usd;
                    hidden += band != 5 ? usd : 0;
                }
            }
            /* A level and a bin spread their dollars evenly, but not over the same stretch. */
            double level = 2 * want * width / fabs(edge) + 1;
            assert_near(map_usd_within(&map, side, map_shares[k], 0), want, level);
            assert_near(map_usd_within(&map, side, map_shares[k], 1U << 5), hidden, level);
        }
    }
    double longs = map_usd_within(&map, 0, .02, 0), shorts = map_usd_within(&map, 1, .02, 0);
    assert_near(map_balance(&map, .02, 0), longs / (longs + shorts), 1e-12);
    assert_true(isnan(map_balance(&map, .02, (1U << LAYERS_BAND_COUNT) - 1)));
    estimator_destroy(estimator);
}

static void an_instrument_added_doubles_the_map_and_none_without_a_mark(void **state) {
    (void)state;
    struct estimator *estimator = field_at(31.4);
    struct estimator *fresh = estimator_create(&(struct estimator_desc){0});
    make_map(estimator, &map);
    assert_false(survey_begin(&survey, fresh));
    assert_true(survey_begin(&survey, estimator));
    assert_false(survey_add(&survey, fresh));
    assert_true(survey_add(&survey, estimator));
    survey_finish(&survey, &other);
    assert_int_equal(other.cluster_count, map.cluster_count);
    for (int i = 0; i < map.cluster_count; i++) {
        assert_near(other.clusters[i].usd, 2 * map.clusters[i].usd, 1e-6 * map.clusters[i].usd);
    }
    assert_near(other.max_pain, map.max_pain, 1e-12);
    assert_near(other.max_pain_usd, 2 * map.max_pain_usd, 1e-6 * map.max_pain_usd);
    estimator_destroy(fresh);
    estimator_destroy(estimator);
}

/* -- max pain -- */

static void empty_map(void) {
    map = (struct scene_map){.reference = 1000, .level_height = 2e-4, .level_count = 1280};
}

static void put(int side, int first, int last, double usd) {
    for (int level = first; level <= last; level++) {
        map.sides[side].bands_usd[level][2] += (float)usd;
    }
}

static void max_pain_is_the_far_edge_of_the_wall_that_is_worth_its_way(void **state) {
    (void)state;
    empty_map();
    max_pain_find(&map, .25);
    assert_near(map.max_pain, 0, 0);
    put(0, 100, 109, 10); /* 100 on a way of 110 levels */
    max_pain_find(&map, .25);
    assert_near(map.max_pain, 1000 * exp(-110 * 2e-4), 1e-6);
    assert_near(map.max_pain_usd, 100, 1e-6);
    put(1, 150, 159, 10); /* as much, further */
    max_pain_find(&map, .25);
    assert_near(map.max_pain, 1000 * exp(-110 * 2e-4), 1e-6);
    put(1, 160, 169, 12); /* and more behind it: worth the way */
    max_pain_find(&map, .25);
    assert_near(map.max_pain, 1000 * exp(170 * 2e-4), 1e-6);
    assert_near(map.max_pain_usd, 220, 1e-4);
    put(0, 1200, 1209, 1000); /* so much that it is worth going far */
    max_pain_find(&map, .25);
    assert_near(map.max_pain, 1000 * exp(-1210 * 2e-4), 1e-6);
    assert_near(map.max_pain_usd, 10100, 1e-2);
}

static void max_pain_is_not_the_edge_of_what_is_looked_at(void **state) {
    (void)state;
    empty_map();
    for (int level = 0; level < 1280; level++) {
        put(1, level, level, level); /* ever more, all the way */
    }
    max_pain_find(&map, .25);
    assert_near(map.max_pain, 0, 0);
    put(0, 10, 10, 5); /* the other side has a place of its own */
    max_pain_find(&map, .25);
    assert_near(map.max_pain, 1000 * exp(-11 * 2e-4), 1e-6);
}

static void max_pain_does_not_blow_up_at_the_mark(void **state) {
    (void)state;
    empty_map();
    put(0, 0, 0, 1); /* a dollar next to the mark */
    put(1, 40, 49, 100);
    max_pain_find(&map, .25);
    assert_near(map.max_pain, 1000 * exp(50 * 2e-4), 1e-6);
}

/* Against a plain search over every level of both sides. */
static void max_pain_is_the_best_of_all_levels(void **state) {
    (void)state;
    struct estimator *estimator = field_at(5000);
    make_map(estimator, &map);
    double best = 0;
    for (int side = 0; side < 2; side++) {
        for (int level = 0; level + 1 < 1250; level++) {
            double price = map.reference * exp((side == 0 ? -1 : 1) * (level + 1) * 2e-4);
            double away = fmax(fabs(price / map.reference - 1), MAX_PAIN_NEAR);
            best = fmax(best, map_usd_to(&map, side, price, 0) / away);
        }
    }
    int side = map.max_pain < map.reference ? 0 : 1;
    assert_near(map.max_pain_usd, map_usd_to(&map, side, map.max_pain, 0), 1e-6 * map.max_pain_usd);
    assert_near(map.max_pain_usd / fabs(map.max_pain / map.reference - 1), best, 1e-6 * best);
    estimator_destroy(estimator);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels_and_what_lies_beyond_are_the_whole_field),
        cmocka_unit_test(sums_within_are_those_of_the_bins),
        cmocka_unit_test(an_instrument_added_doubles_the_map_and_none_without_a_mark),
        cmocka_unit_test(max_pain_is_the_far_edge_of_the_wall_that_is_worth_its_way),
        cmocka_unit_test(max_pain_is_not_the_edge_of_what_is_looked_at),
        cmocka_unit_test(max_pain_does_not_blow_up_at_the_mark),
        cmocka_unit_test(max_pain_is_the_best_of_all_levels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
