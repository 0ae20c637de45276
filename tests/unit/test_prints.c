/* Realised liquidations: the newest ones and the totals of a day; and the list of gaps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/hash.h"
#include "state/gaps.h"
#include "state/prints.h"
#include "support/near.h"

enum { MINUTE_MS = 60000, DAY_MS = 24 * 60 * MINUTE_MS };

static struct prints prints;

static void add(int64_t ts_ms, enum position position, double usd) {
    struct print print = {.ts_ms = ts_ms, .price = 100.0, .usd = usd, .position = position};
    prints_add(&prints, &print);
}

static void totals_cover_a_day(void **state) {
    (void)state;
    prints = (struct prints){0};
    int64_t t0_ms = INT64_C(1000) * DAY_MS;
    add(t0_ms, POS_LONG, 10.0);
    add(t0_ms + MINUTE_MS, POS_SHORT, 5.0);
    add(t0_ms + 2 * MINUTE_MS, POS_LONG, 1.0);
    assert_near(prints.total_usd_24h[0], 11.0, 0);
    assert_near(prints.total_usd_24h[1], 5.0, 0);
    prints_advance(&prints, t0_ms + DAY_MS - 1);
    assert_near(prints.total_usd_24h[0], 11.0, 0);
    prints_advance(&prints, t0_ms + DAY_MS);
    assert_near(prints.total_usd_24h[0], 1.0, 0);
    assert_near(prints.total_usd_24h[1], 5.0, 0);
    prints_advance(&prints, t0_ms + INT64_C(30) * DAY_MS);
    assert_near(prints.total_usd_24h[0], 0.0, 0);
    assert_near(prints.total_usd_24h[1], 0.0, 0);
    add(t0_ms, POS_LONG, 10.0); /* a month late: kept as a print, not in the totals */
    assert_near(prints.total_usd_24h[0], 0.0, 0);
    assert_int_equal(prints.late_count, 1);
    assert_int_equal(prints.count, 4);
}

static void the_newest_are_kept(void **state) {
    (void)state;
    prints = (struct prints){0};
    for (int i = 0; i < PRINTS_COUNT_MAX + 7; i++) {
        add(1000 + i, i % 2 ? POS_LONG : POS_SHORT, 1.0 + i);
    }
    assert_int_equal(prints.count, PRINTS_COUNT_MAX);
    assert_int_equal(prints_at(&prints, 0)->ts_ms, 1007);
    assert_int_equal(prints_at(&prints, PRINTS_COUNT_MAX - 1)->ts_ms, 1000 + PRINTS_COUNT_MAX + 6);
    assert_int_equal(prints.total_count, PRINTS_COUNT_MAX + 7);
    uint64_t before = prints_hash(HASH_START, &prints);
    add(2000000, POS_LONG, 1.0);
    assert_false(before == prints_hash(HASH_START, &prints));
}

static void gaps_join_end_and_are_forgotten(void **state) {
    (void)state;
    struct gaps gaps = {0};
    assert_true(gaps_add(&gaps, (struct gap){.from_ms = 100, .to_ms = 0, .stream = STREAM_BOOK}));
    assert_true(gaps_add(&gaps, (struct gap){.from_ms = 100, .to_ms = 300, .stream = STREAM_BOOK}));
    assert_int_equal(gaps.count, 1);
    assert_int_equal(gaps.items[0].to_ms, 300);
    assert_true(gaps_add(&gaps, (struct gap){.from_ms = 250, .to_ms = 400, .stream = STREAM_BOOK}));
    assert_int_equal(gaps.count, 1);
    assert_int_equal(gaps.items[0].to_ms, 400);
    assert_true(
        gaps_add(&gaps, (struct gap){.from_ms = 250, .to_ms = 400, .stream = STREAM_TRADE}));
    assert_int_equal(gaps.count, 2);
    for (int i = 0; i < GAPS_COUNT_MAX; i++) {
        gaps_add(
            &gaps,
            (struct gap){.from_ms = 1000 + i * 10, .to_ms = 1005 + i * 10, .stream = STREAM_ALL});
    }
    assert_int_equal(gaps.count, GAPS_COUNT_MAX);
    assert_int_equal(gaps.forgotten_count, 2);
    assert_int_equal(gaps.items[GAPS_COUNT_MAX - 1].from_ms, 1000 + (GAPS_COUNT_MAX - 1) * 10);
}

/* A book that loses its sequence again and again makes nobody forget where trades are missing. */
static void gaps_of_one_stream_forget_none_of_another(void **state) {
    (void)state;
    struct gaps gaps = {0};
    gaps_add(&gaps, (struct gap){.from_ms = 100, .to_ms = 600, .stream = STREAM_TRADE});
    gaps_add(&gaps, (struct gap){.from_ms = 100, .to_ms = 700, .stream = STREAM_LIQUIDATION});
    for (int i = 0; i < 3 * GAPS_COUNT_MAX; i++) {
        const int64_t from_ms = 1000 + i * 10;
        gaps_add(&gaps,
                 (struct gap){.from_ms = from_ms, .to_ms = from_ms + 5, .stream = STREAM_BOOK});
    }
    assert_int_equal(gaps.count, GAPS_COUNT_MAX);
    assert_int_equal(gaps.items[0].stream, STREAM_TRADE);
    assert_int_equal(gaps.items[1].stream, STREAM_LIQUIDATION);
    assert_int_equal(gaps.items[2].from_ms, 1000 + (2 * GAPS_COUNT_MAX + 2) * 10);
}

static void impossible_gaps_are_refused(void **state) {
    (void)state;
    static const struct gap cases[] = {
        {.from_ms = 10, .to_ms = 5},
        {.from_ms = -1, .to_ms = 5},
        {.from_ms = 1, .to_ms = -5},
        {.from_ms = 1, .to_ms = 5, .stream = STREAM_COUNT},
    };
    struct gaps gaps = {0};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_false(gaps_add(&gaps, cases[i]));
        assert_int_equal(gaps.refused_count, (int64_t)i + 1);
    }
    assert_int_equal(gaps.count, 0);
    uint64_t empty = gaps_hash(HASH_START, &gaps);
    gaps_add(&gaps, (struct gap){.from_ms = 1, .to_ms = 2});
    assert_false(empty == gaps_hash(HASH_START, &gaps));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(totals_cover_a_day),
        cmocka_unit_test(the_newest_are_kept),
        cmocka_unit_test(gaps_join_end_and_are_forgotten),
        cmocka_unit_test(gaps_of_one_stream_forget_none_of_another),
        cmocka_unit_test(impossible_gaps_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
