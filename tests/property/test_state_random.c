/* What must hold for the parts of state whatever comes: candles and 24-hour totals equal naive
 * sums, a settlement is never applied twice, the mark in force stays a price and its tail stays in
 * order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#include "base/random.h"
#include "state/candles.h"
#include "state/funding.h"
#include "state/mark.h"
#include "state/prints.h"
#include "support/near.h"

enum { MINUTE_MS = 60000, HOUR_MS = 3600000, TRADE_COUNT = 20000, PRINT_COUNT = 3000 };
static const int64_t t0_ms = INT64_C(1749996000000); /* a whole hour */

static void candles_equal_a_naive_sum(void **state) {
    (void)state;
    struct candle_trade *trades = calloc(TRADE_COUNT, sizeof(*trades));
    assert_non_null(trades);
    struct random random;
    random_init(&random, 21);
    struct candles candles;
    assert_true(candles_init(&candles, MINUTE_MS));
    int64_t now_ms = t0_ms;
    for (int i = 0; i < TRADE_COUNT; i++) {
        now_ms += (int64_t)(random_exponential(&random) * 400.0);
        /* Some come late, by up to three minutes. */
        int64_t late_ms =
            random_u64(&random) % 10 == 0 ? (int64_t)(random_u64(&random) % 180000) : 0;
        trades[i] = (struct candle_trade){.ts_ms = now_ms - late_ms,
                                          .price = 100.0 + random_normal(&random),
                                          .qty_base = random_exponential(&random),
                                          .aggressive_buy = random_u64(&random) % 2 == 0};
        trades[i].usd = trades[i].price * trades[i].qty_base;
        candles_add_trade(&candles, &trades[i]);
    }
    assert_int_equal(candles.late_count, 0);
    for (int64_t begin_ms = t0_ms - 5 * MINUTE_MS; begin_ms <= now_ms; begin_ms += MINUTE_MS) {
        struct candle want = {.low = INFINITY};
        for (int i = 0; i < TRADE_COUNT; i++) {
            if (trades[i].ts_ms >= begin_ms && trades[i].ts_ms < begin_ms + MINUTE_MS) {
                want.high = fmax(want.high, trades[i].price);
                want.low = fmin(want.low, trades[i].price);
                want.volume_usd += trades[i].usd;
                want.volume_buy_usd += trades[i].aggressive_buy ? trades[i].usd : 0.0;
                want.trade_count++;
            }
        }
        const struct candle *got = candles_find(&candles, begin_ms);
        assert_int_equal(got != NULL, want.trade_count > 0);
        if (got != NULL) {
            assert_int_equal(got->trade_count, want.trade_count);
            assert_near(got->high, want.high, 0.0);
            assert_near(got->low, want.low, 0.0);
            assert_near(got->volume_usd, want.volume_usd, 1e-6);
            assert_near(got->volume_buy_usd, want.volume_buy_usd, 1e-6);
            assert_true(got->low <= got->open && got->open <= got->high);
            assert_true(got->low <= got->close && got->close <= got->high);
        }
    }
    candles_finish(&candles);
    free(trades);
}

static void day_totals_equal_a_naive_sum(void **state) {
    (void)state;
    static struct prints prints;
    static struct print all[PRINT_COUNT];
    struct random random;
    random_init(&random, 22);
    int64_t now_ms = t0_ms;
    for (int i = 0; i < PRINT_COUNT; i++) {
        now_ms += (int64_t)(random_exponential(&random) * 120000.0);
        int64_t late_ms =
            random_u64(&random) % 10 == 0 ? (int64_t)(random_u64(&random) % 600000) : 0;
        all[i] = (struct print){.ts_ms = now_ms - late_ms,
                                .price = 100.0,
                                .usd = floor(random_exponential(&random) * 1e5) + 1.0,
                                .position = random_u64(&random) % 2 == 0 ? POS_LONG : POS_SHORT};
        prints_add(&prints, &all[i]);
        if (i % 50 != 0) {
            continue;
        }
        prints_advance(&prints, now_ms);
        double want[2] = {0.0, 0.0};
        for (int k = 0; k <= i; k++) {
            if (all[k].ts_ms / MINUTE_MS > now_ms / MINUTE_MS - PRINTS_MINUTES) {
                want[all[k].position == POS_LONG ? 0 : 1] += all[k].usd;
            }
        }
        assert_near(prints.total_usd_24h[0], want[0], 1e-3);
        assert_near(prints.total_usd_24h[1], want[1], 1e-3);
    }
}

static void no_settlement_is_applied_twice(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct random random;
        random_init(&random, seed);
        struct funding funding = FUNDING_START;
        int64_t now_ms = t0_ms + 1;
        int64_t applied = 0;
        int64_t first_ms = 0;
        for (int i = 0; i < 3000; i++) {
            now_ms += (int64_t)(random_exponential(&random) * 60000.0);
            double rate = 0.0;
            applied += funding_advance(&funding, now_ms, &rate);
            /* The venue names the next whole hour; its clock is up to two seconds ahead or behind.
             */
            int64_t venue_ms = now_ms + (int64_t)(random_u64(&random) % 4000) - 2000;
            struct funding_update update = {.ts_ms = now_ms,
                                            .has_rate = true,
                                            .rate = 1e-4,
                                            .has_next = true,
                                            .next_ms = (venue_ms / HOUR_MS + 1) * HOUR_MS};
            applied += funding_apply(&funding, &update, &rate);
            first_ms = first_ms == 0 ? now_ms : first_ms;
        }
        int64_t passed = now_ms / HOUR_MS - first_ms / HOUR_MS;
        assert_true(applied <= passed + 1);
        assert_true(applied >= passed - 1);
    }
}

static void the_mark_in_force_stays_a_price(void **state) {
    (void)state;
    struct random random;
    random_init(&random, 23);
    static const double odd[] = {0.0, -1.0, NAN, INFINITY, -INFINITY, 1e-300, 1e300, 5.0};
    struct mark mark = {0};
    for (int i = 0; i < 100000; i++) {
        int64_t ts_ms = t0_ms + (int64_t)i * 100 + (int64_t)(random_u64(&random) % 20000);
        double price = 100.0 * exp(random_normal(&random) * 0.01);
        if (random_u64(&random) % 7 == 0) {
            price = odd[random_u64(&random) % (sizeof(odd) / sizeof(odd[0]))];
        }
        double before = mark.in_force;
        bool moved = random_u64(&random) % 2 == 0 ? mark_publish(&mark, ts_ms, price)
                                                  : mark_trade(&mark, ts_ms, price);
        assert_true(moved || mark.in_force == before || (isnan(before) && isnan(mark.in_force)));
        assert_true(isfinite(mark.in_force) && mark.in_force >= 0.0);
        assert_true(!moved || mark.in_force > 0.0);
        for (int k = 1; moved && k < mark.tail_count; k++) {
            assert_true(mark_tail_at(&mark, k)->ts_ms >= mark_tail_at(&mark, k - 1)->ts_ms);
        }
    }
    assert_true(mark.refused_count > 1000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(candles_equal_a_naive_sum),
        cmocka_unit_test(day_totals_equal_a_naive_sum),
        cmocka_unit_test(no_settlement_is_applied_twice),
        cmocka_unit_test(the_mark_in_force_stays_a_price),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
