/* Which instruments are shown together, and what they hold together. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"
#include "scene/scene.h"
#include "support/near.h"

static struct scene scene;

static void add(const char *base, double mark, double usd) {
    struct scene_instrument *made = &scene.instruments[scene.instrument_count++];
    *made = (struct scene_instrument){.mark = mark,
                                      .oi_usd = usd,
                                      .estimate_usd = {usd, 2 * usd},
                                      .unallocated_usd = {3 * usd, 4 * usd},
                                      .liquidated_usd_24h = {5 * usd, 6 * usd}};
    str_copy(made->base, sizeof made->base, base);
}

static void those_of_one_coin_with_a_price_are_added(void **state) {
    (void)state;
    scene = (struct scene){0};
    add("BTC", 60000, 1);
    add("ETH", 3000, 10);
    add("BTC", 60010, 100);
    add("BTC", 0, 1000); /* no price yet */
    assert_true(scene_is_added(&scene, 0, 2, 0));
    assert_true(scene_is_added(&scene, 2, 0, 0));
    assert_false(scene_is_added(&scene, 0, 0, 0));
    assert_false(scene_is_added(&scene, 0, 1, 0));
    assert_false(scene_is_added(&scene, 0, 3, 0));
    static const double want[] = {101, 10, 101};
    for (int shown = 0; shown < 3; shown++) {
        struct scene_sums sums = scene_sum(&scene, shown, 0);
        assert_near(sums.oi_usd, want[shown], 0);
        assert_near(sums.estimate_usd[1], 2 * want[shown], 0);
        assert_near(sums.unallocated_usd[0], 3 * want[shown], 0);
        assert_near(sums.liquidated_usd_24h[1], 6 * want[shown], 0);
    }
}

static void hidden_venues_are_left_out_but_never_the_one_looked_at(void **state) {
    (void)state;
    scene = (struct scene){0};
    add("BTC", 60000, 1);
    add("BTC", 60010, 10);
    add("BTC", 60020, 100);
    scene.instruments[0].venue = VENUE_BINANCE_USDM;
    scene.instruments[1].venue = VENUE_OKX;
    scene.instruments[2].venue = VENUE_BYBIT;
    uint32_t okx = UINT32_C(1) << VENUE_OKX;
    assert_false(scene_is_added(&scene, 0, 1, okx));
    assert_true(scene_is_added(&scene, 0, 2, okx));
    assert_near(scene_sum(&scene, 0, okx).oi_usd, 101, 0);
    assert_near(scene_sum(&scene, 1, okx).oi_usd, 111, 0);
    assert_near(scene_sum(&scene, 1, UINT32_MAX).estimate_usd[1], 20, 0);
}

static void coins_that_nobody_named_are_not_one(void **state) {
    (void)state;
    scene = (struct scene){0};
    add("", 1, 1);
    add("", 1, 1);
    assert_false(scene_is_added(&scene, 0, 1, 0));
}

/* Two instruments of one venue: an hour of one is looked at, the minute that there is of the other.
 */
static void what_lies_in_gaps_is_not_heard(void **state) {
    (void)state;
    enum { MINUTE_MS = 60000 };
    const int64_t now_ms = INT64_C(1700000000000);
    scene = (struct scene){0};
    assert_int_equal(scene_hear(&scene, VENUE_OKX).window_ms, 0);
    add("BTC", 60000, 1);
    add("ETH", 3000, 1);
    for (int i = 0; i < 2; i++) {
        scene.instruments[i].venue = VENUE_OKX;
        scene.instruments[i].ts_ms = now_ms;
        scene.instruments[i].heard_per_s = 100;
    }
    scene.instruments[0].heard_from_ms = now_ms - 600 * MINUTE_MS;
    scene.instruments[1].heard_from_ms = now_ms - MINUTE_MS;
    struct scene_instrument *first = &scene.instruments[0];
    first->gaps[first->gap_count++] = (struct scene_gap){.from_ms = now_ms - 90 * MINUTE_MS,
                                                         .to_ms = now_ms - 70 * MINUTE_MS,
                                                         .stream = STREAM_TRADE};
    first->gaps[first->gap_count++] = (struct scene_gap){.from_ms = now_ms - 65 * MINUTE_MS,
                                                         .to_ms = now_ms - 54 * MINUTE_MS,
                                                         .stream = STREAM_TRADE};
    first->gaps[first->gap_count++] =
        (struct scene_gap){.from_ms = now_ms - 65 * MINUTE_MS,
                           .to_ms = now_ms - 54 * MINUTE_MS,
                           .stream = STREAM_LIQUIDATION}; /* the same hole */
    first->gaps[first->gap_count++] = (struct scene_gap){
        .from_ms = now_ms - 5 * MINUTE_MS, .to_ms = now_ms - MINUTE_MS, .stream = STREAM_BOOK};
    struct scene_hearing hearing = scene_hear(&scene, VENUE_OKX);
    assert_int_equal(hearing.window_ms, 60 * MINUTE_MS);
    assert_int_equal(hearing.gap_count, 1);
    assert_near(hearing.per_s, 200, 0);
    assert_near(hearing.share, 1 - 6. / 61, 1e-12);
    first->gaps[first->gap_count++] =
        (struct scene_gap){.from_ms = now_ms - MINUTE_MS, .stream = STREAM_ALL}; /* not over */
    hearing = scene_hear(&scene, VENUE_OKX);
    assert_int_equal(hearing.gap_count, 2);
    assert_near(hearing.share, 1 - 7. / 61, 1e-12);
    assert_int_equal(scene_hear(&scene, VENUE_BYBIT).window_ms, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(those_of_one_coin_with_a_price_are_added),
        cmocka_unit_test(hidden_venues_are_left_out_but_never_the_one_looked_at),
        cmocka_unit_test(coins_that_nobody_named_are_not_one),
        cmocka_unit_test(what_lies_in_gaps_is_not_heard),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
