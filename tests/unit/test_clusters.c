/* What stands out, on profiles made by hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "base/str.h"
#include "density/clusters.h"
#include "support/near.h"

static struct profile profile;
static struct scene_map map;

#define REFERENCE 1000.0

static void find(double reach, struct scene_map *out) {
    out->cluster_count = clusters_find(&profile, reach, out->clusters, &out->cluster_left_out);
}

static void empty_profile(void) {
    assert_true(profile_begin(&profile, &(struct profile_desc){.reference = REFERENCE}));
    profile.input_count = 1;
}

static void put(int side, int level, double usd, double sd) {
    struct profile_side *to = &profile.sides[side];
    to->usd[level] += (float)usd;
    to->bands_usd[level][2] += (float)usd;
    to->sd_usd[level] += (float)(usd * sd);
    to->total_usd += usd;
}

/* A bell of so many USD around a distance. */
static void put_bell(int side, double distance, double width, double usd) {
    double sum = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (int i = 0; i < profile.level_count; i++) {
            double x = (profile_edge(&profile, i) + profile.level_height / 2 - distance) / width;
            double bell = fabs(x) < 6 ? exp(-x * x / 2) : 0;
            if (pass == 0) {
                sum += bell;
            } else if (bell > 0) {
                put(side, i, usd * bell / sum, 0.5);
            }
        }
    }
}

static int count_of(int side) {
    int count = 0;
    for (int i = 0; i < map.cluster_count; i++) {
        count += map.clusters[i].side == side;
    }
    return count;
}

static double usd_of(int side) {
    double usd = 0;
    for (int i = 0; i < map.cluster_count; i++) {
        usd += map.clusters[i].side == side ? map.clusters[i].usd : 0;
    }
    return usd;
}

/* What must hold of any clusters of any profile. */
static void check_order(void) {
    uint64_t ranks = 0;
    for (int i = 0; i < map.cluster_count; i++) {
        const struct map_cluster *item = &map.clusters[i];
        assert_true(isfinite(item->price) && isfinite(item->usd) && isfinite(item->sd));
        assert_true(isfinite(item->magnet_usd) && isfinite(item->distance));
        assert_true(item->usd > 0 && item->sd >= 0 && item->sd <= 2);
        assert_true(item->price_low <= item->price && item->price <= item->price_high);
        assert_true(item->side == MODEL_LONG ? item->price_high <= REFERENCE
                                             : item->price_low >= REFERENCE);
        assert_true(i == 0 || item->price_high <= map.clusters[i - 1].price_low + 1e-9);
        assert_true(item->rank >= 1 && item->rank <= map.cluster_count);
        ranks |= UINT64_C(1) << item->rank;
    }
    assert_true(ranks == (UINT64_C(1) << (map.cluster_count + 1)) - 2);
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        double field = 0;
        for (int i = 0; i < profile.level_count; i++) {
            field += (double)profile.sides[side].usd[i];
        }
        assert_true(usd_of(side) <= field * (1 + 1e-9));
        assert_true(count_of(side) <= MAP_CLUSTER_SIDE_MAX);
    }
}

static void nothing_has_no_clusters(void **state) {
    (void)state;
    empty_profile();
    find(0, &map);
    assert_int_equal(map.cluster_count, 0);
    assert_int_equal(map.cluster_left_out, 0);
}

static void a_single_peak_is_one_cluster(void **state) {
    (void)state;
    empty_profile();
    put_bell(MODEL_LONG, 0.05, 0.001, 3e6);
    find(0, &map);
    check_order();
    assert_int_equal(map.cluster_count, 1);
    const struct map_cluster *item = &map.clusters[0];
    assert_int_equal(item->side, MODEL_LONG);
    assert_near(item->price, REFERENCE * exp(-0.05), 0.01);
    assert_near(item->distance, exp(-0.05) - 1, 1e-5);
    assert_true(item->usd > 0.5 * 3e6 && item->usd <= 3e6 * 1.000001);
    assert_near(item->bands_usd[2], item->usd, 1e-6 * item->usd);
    assert_near(item->sd, 0.5, 1e-5);
    assert_true(item->calibrated);
    assert_near(item->magnet_usd, item->usd / (100 * (1 - exp(-0.05))), 1);
    assert_int_equal(item->rank, 1);
}

static void one_level_is_a_cluster_of_its_own(void **state) {
    (void)state;
    empty_profile();
    put(MODEL_SHORT, 0, 1000, 2); /* the mark's own neighbour */
    find(0, &map);
    check_order();
    assert_int_equal(map.cluster_count, 1);
    assert_near(map.clusters[0].usd, 1000, 1e-3);
    assert_near(map.clusters[0].price_low, REFERENCE, 1e-9);
    assert_near(map.clusters[0].magnet_usd, 1000 / 0.1,
                1); /* no nearer than a tenth of a percent */
    assert_false(map.clusters[0].calibrated);
}

/* Two bells merge where the ground between them is hardly lower than the smaller. */
static void neighbouring_peaks_merge_and_distant_ones_do_not(void **state) {
    (void)state;
    static const struct {
        double apart;
        int count;
    } cases[] = {{0.001, 1}, {0.002, 1}, {0.006, 2}, {0.02, 2}};
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        empty_profile();
        put_bell(MODEL_SHORT, 0.05, 0.001, 1e6);
        put_bell(MODEL_SHORT, 0.05 + cases[i].apart, 0.001, 1e6);
        find(0, &map);
        check_order();
        if (map.cluster_count != cases[i].count) {
            fail_msg("%g apart: got %d clusters, want %d", cases[i].apart, map.cluster_count,
                     cases[i].count);
        }
    }
}

static void a_ripple_on_a_hill_does_not_stand_out(void **state) {
    (void)state;
    empty_profile();
    for (int i = 100; i < 400; i++) {
        double hill = 1 - fabs(i - 250.0) / 150;
        put(MODEL_LONG, i, 1e4 * (hill + 0.03 * sin(i * 0.9)) + 400, 1.5);
    }
    find(0, &map);
    check_order();
    assert_int_equal(map.cluster_count, 1);
    assert_near(map.clusters[0].distance, -0.049, 0.004);
}

static void a_plateau_is_one_cluster_as_wide_as_it_is(void **state) {
    (void)state;
    empty_profile();
    for (int i = 200; i < 300; i++) {
        put(MODEL_LONG, i, 5000, 1.5);
    }
    find(0, &map);
    check_order();
    assert_int_equal(map.cluster_count, 1);
    assert_near(map.clusters[0].price, REFERENCE * exp(-0.05), 0.3);
    assert_true(map.clusters[0].usd > 0.9 * 5000 * 100);
}

static void one_side_alone_has_clusters_on_that_side(void **state) {
    (void)state;
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        empty_profile();
        put_bell(side, 0.01, 0.0005, 1e6);
        put_bell(side, 0.10, 0.003, 5e6);
        find(0, &map);
        check_order();
        assert_int_equal(count_of(side), 2);
        assert_int_equal(map.cluster_count, 2);
    }
}

/* A nearer cluster of the same size pulls more; sizes and distances that are equal: longs first. */
static void magnets_rank_by_value_over_distance(void **state) {
    (void)state;
    empty_profile();
    put_bell(MODEL_LONG, 0.10, 0.001, 1e6);
    put_bell(MODEL_SHORT, 0.02, 0.001, 1e6);
    put_bell(MODEL_SHORT, 0.15, 0.001, 9e6);
    find(0, &map);
    check_order();
    assert_int_equal(map.cluster_count, 3);
    assert_int_equal(map.clusters[0].rank, 1); /* 9 M at 16 % */
    assert_int_equal(map.clusters[1].rank, 2); /* 1 M at 2 % */
    assert_int_equal(map.clusters[2].rank, 3); /* 1 M at 10 % */
}

static void specks_and_what_is_out_of_reach_are_left_out(void **state) {
    (void)state;
    empty_profile();
    put_bell(MODEL_LONG, 0.05, 0.001, 1e6);
    put_bell(MODEL_LONG, 0.10, 0.001, 1000); /* a thousandth */
    put_bell(MODEL_LONG, 0.40, 0.001, 9e6);
    find(0, &map);
    assert_int_equal(map.cluster_count, 1);
    find(0.5, &map);
    assert_int_equal(map.cluster_count, 2);
    check_order();
}

static void too_many_keep_the_largest_and_count_the_others(void **state) {
    (void)state;
    empty_profile();
    enum { BELLS = 19 };
    double distance = 0.008;
    for (int i = 0; i < BELLS; i++) {
        put_bell(MODEL_SHORT, distance, 0.0002, 1e6 + 1e4 * (i % 7));
        distance *= 1.2;
    }
    find(0.3, &map);
    check_order();
    assert_int_equal(map.cluster_count, MAP_CLUSTER_SIDE_MAX);
    assert_int_equal(map.cluster_left_out, BELLS - MAP_CLUSTER_SIDE_MAX);
}

static void twice_the_field_is_the_same_clusters_of_twice_the_size(void **state) {
    (void)state;
    static struct scene_map once;
    for (int times = 1; times <= 2; times++) {
        struct random random;
        random_init(&random, 5);
        empty_profile();
        for (int i = 0; i < 1500; i++) {
            double usd = 1000 * random_uniform(&random) * (1 + sin(i * 0.02));
            put(i % 2, i, times * usd, 1);
        }
        find(0, times == 1 ? &once : &map);
    }
    assert_true(once.cluster_count > 4);
    assert_int_equal(map.cluster_count, once.cluster_count);
    for (int i = 0; i < once.cluster_count; i++) {
        assert_near(map.clusters[i].usd, 2 * once.clusters[i].usd, 1e-6 * once.clusters[i].usd);
        assert_near(map.clusters[i].price, once.clusters[i].price, 1e-6);
        assert_int_equal(map.clusters[i].rank, once.clusters[i].rank);
    }
}

/* Random fields of every kind: never NaN, never more than the field, never across the mark. */
static void any_field_has_orderly_clusters(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct random random;
        random_init(&random, seed);
        empty_profile();
        int count = 1 + (int)(random_uniform(&random) * 3000);
        double spike = random_uniform(&random);
        for (int i = 0; i < count; i++) {
            int side = (int)(random_uniform(&random) * 2);
            int level =
                (int)(random_uniform(&random) * PROFILE_LEVEL_MAX * (seed % 3 == 0 ? 1 : 0.2));
            double size = exp(30 * random_uniform(&random) * spike - 5);
            put(side, level, size, 2 * random_uniform(&random));
        }
        find(seed % 2 == 0 ? 0 : 0.8, &map);
        check_order();
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_has_no_clusters),
        cmocka_unit_test(a_single_peak_is_one_cluster),
        cmocka_unit_test(one_level_is_a_cluster_of_its_own),
        cmocka_unit_test(neighbouring_peaks_merge_and_distant_ones_do_not),
        cmocka_unit_test(a_ripple_on_a_hill_does_not_stand_out),
        cmocka_unit_test(a_plateau_is_one_cluster_as_wide_as_it_is),
        cmocka_unit_test(one_side_alone_has_clusters_on_that_side),
        cmocka_unit_test(magnets_rank_by_value_over_distance),
        cmocka_unit_test(specks_and_what_is_out_of_reach_are_left_out),
        cmocka_unit_test(too_many_keep_the_largest_and_count_the_others),
        cmocka_unit_test(twice_the_field_is_the_same_clusters_of_twice_the_size),
        cmocka_unit_test(any_field_has_orderly_clusters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
