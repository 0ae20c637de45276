/* What the pointer means when it asks why it is hot. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "app/picture_why.h"
#include "support/near.h"

#define NOW_MS INT64_C(1781654400000)

static struct scene_map map;
static struct camera camera;

static int setup(void **state) {
    (void)state;
    memset(&map, 0, sizeof map);
    map.ts_ms = NOW_MS;
    map.reference = 64000;
    map.level_height = 2e-4;
    map.level_count = 1000;
    map.cluster_count = 2;
    map.clusters[0] = (struct map_cluster){
        .side = 1, .price = 66000, .price_low = 65900, .price_high = 66100, .usd = 1e6};
    map.clusters[1] = (struct map_cluster){
        .side = 0, .price = 62000, .price_low = 61900, .price_high = 62100, .usd = 1e6};
    camera_init(&camera, NOW_MS, 86400e3, 64000, 0.1);
    camera_set_plot(&camera, (struct camera_rect){0, 0, 1000, 500});
    return 0;
}

/* At the live edge: the cluster under the pointer or a few pixels from it, else the levels there.
 */
static void the_live_edge_means_the_cluster_or_the_levels(void **state) {
    (void)state;
    struct origin_range range;
    double x = camera_px_from_time(&camera, (double)NOW_MS);
    double edge_px = camera_px_from_price(&camera, 62100);
    static const struct {
        double off_px;
        bool cluster;
    } rows[] = {{20, true}, {1, true}, {-5, true}, {-15, false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_true(picture_why_range(&map, &camera, x, edge_px + rows[i].off_px, 1, &range));
        assert_int_equal(range.side, 0);
        assert_near(range.reference, 64000, 0);
        if (rows[i].cluster != (range.price_low == 61900 && range.price_high == 62100)) {
            fail_msg("row %zu: %.1f to %.1f", i, range.price_low, range.price_high);
        }
        double price = camera_price_from_px(&camera, edge_px + rows[i].off_px);
        assert_true(rows[i].cluster || (range.price_low < price && price < range.price_high));
    }
    /* Levels end at the mark, and are whole ones. */
    assert_true(
        picture_why_range(&map, &camera, x, camera_px_from_price(&camera, 64010), 1, &range));
    assert_int_equal(range.side, 1);
    assert_near(range.price_low, 64000, 1e-6);
    double levels = log(range.price_high / 64000) / map.level_height;
    assert_near(levels, round(levels), 1e-6);
    /* Right of now there is nothing newer. */
    assert_true(
        picture_why_range(&map, &camera, x + 20, camera_px_from_price(&camera, 66000), 1, &range));
    assert_near(range.price_high, 66100, 0);
}

static void the_past_means_the_prices_there_then(void **state) {
    (void)state;
    struct origin_range range;
    double x = camera_px_from_time(&camera, (double)NOW_MS - 6 * 3600e3);
    double y = camera_px_from_price(&camera, 62000);
    assert_true(picture_why_range(&map, &camera, x, y, 1, &range));
    assert_int_equal(range.side, ORIGIN_SIDE_OF_MARK);
    assert_near(range.reference, 0, 0);
    assert_near((double)range.at_ms, (double)NOW_MS - 6 * 3600e3, 1);
    assert_true(range.price_low < 62000 && 62000 < range.price_high);
    assert_near(camera_px_from_price(&camera, range.price_low) - y, 7, 1e-6);
}

static void without_a_price_nothing_is_meant(void **state) {
    (void)state;
    struct origin_range range;
    map.reference = 0;
    double x = camera_px_from_time(&camera, (double)NOW_MS);
    assert_false(picture_why_range(&map, &camera, x, 100, 1, &range));
    assert_null(origin_cluster_near(&map, NAN, 1));
    assert_null(origin_cluster_near(&map, -1, 1));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_live_edge_means_the_cluster_or_the_levels, setup),
        cmocka_unit_test_setup(the_past_means_the_prices_there_then, setup),
        cmocka_unit_test_setup(without_a_price_nothing_is_meant, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
