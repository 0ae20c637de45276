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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(those_of_one_coin_with_a_price_are_added),
        cmocka_unit_test(hidden_venues_are_left_out_but_never_the_one_looked_at),
        cmocka_unit_test(coins_that_nobody_named_are_not_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
