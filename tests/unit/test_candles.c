/* Trades into time buckets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/hash.h"
#include "state/candles.h"
#include "support/near.h"

static void add(struct candles *candles, int64_t ts_ms, double price, bool buy) {
    struct candle_trade trade = {
        .ts_ms = ts_ms, .price = price, .qty_base = 2.0, .usd = 2.0 * price, .aggressive_buy = buy};
    candles_add_trade(candles, &trade);
}

static void trades_make_a_candle(void **state) {
    (void)state;
    struct candles candles;
    assert_true(candles_init(&candles, 60000));
    assert_null(candles_find(&candles, 60000));
    add(&candles, 60000, 10.0, true);
    add(&candles, 60001, 12.0, false);
    add(&candles, 119999, 9.0, false);
    add(&candles, 120000, 11.0, true);
    const struct candle *candle = candles_find(&candles, 90000);
    assert_non_null(candle);
    assert_int_equal(candle->begin_ms, 60000);
    assert_near(candle->open, 10.0, 0);
    assert_near(candle->high, 12.0, 0);
    assert_near(candle->low, 9.0, 0);
    assert_near(candle->close, 9.0, 0);
    assert_near(candle->volume_base, 6.0, 0);
    assert_near(candle->volume_usd, 62.0, 0);
    assert_near(candle->volume_buy_usd, 20.0, 0);
    assert_int_equal(candle->trade_count, 3);
    assert_null(candles_find(&candles, 59999));
    assert_null(candles_find(&candles, 180000));
    assert_null(candles_find(&candles, -1));
    candles_finish(&candles);
}

static void a_late_trade_keeps_the_close(void **state) {
    (void)state;
    struct candles candles;
    assert_true(candles_init(&candles, 1000));
    add(&candles, 1000, 10.0, true);
    add(&candles, 2000, 11.0, true);
    add(&candles, 1500, 15.0, true);
    assert_near(candles_find(&candles, 1000)->close, 10.0, 0);
    assert_near(candles_find(&candles, 1000)->high, 15.0, 0);
    assert_int_equal(candles.newest_bucket, 2);
    candles_finish(&candles);
}

static void old_buckets_leave_the_ring(void **state) {
    (void)state;
    struct candles candles;
    assert_true(candles_init(&candles, 1000));
    add(&candles, 0, 10.0, true);
    add(&candles, INT64_C(1000) * (CANDLE_COUNT_MAX - 1), 11.0, true);
    assert_non_null(candles_find(&candles, 0));
    add(&candles, INT64_C(1000) * (CANDLE_COUNT_MAX + 3), 11.0, true);
    assert_null(candles_find(&candles, 0));
    add(&candles, 3000, 1.0, true);
    assert_int_equal(candles.late_count, 1);
    assert_int_equal(candles.trade_count, 3);
    uint64_t before = candles_hash(HASH_START, &candles);
    add(&candles, INT64_C(1000) * (CANDLE_COUNT_MAX + 3), 11.0, true);
    assert_false(before == candles_hash(HASH_START, &candles));
    candles_finish(&candles);
    candles_finish(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trades_make_a_candle),
        cmocka_unit_test(a_late_trade_keeps_the_close),
        cmocka_unit_test(old_buckets_leave_the_ring),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
