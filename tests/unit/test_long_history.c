/* A past longer than can be gathered at a time, as of a recorded year of minutes: none of it is
 * lost, and its open interest is known throughout. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/row_builder.h"

#define START     INT64_C(1750003200000)
#define MINUTE_MS INT64_C(60000)
enum { BARS = ROW_BUILDER_KLINE_MAX + 20000 };

struct seen {
    int rows, strange;
    double oi_first;
};

/* Open interest grows by a thousandth of a coin a minute. */
static double interest_at(int minute) {
    return 1000 + minute * 1e-3;
}

static void on_row(void *user, const struct entry_row *row, const struct entry_deposit *deposits,
                   const struct entry_print *prints) {
    struct seen *seen = user;
    (void)deposits;
    (void)prints;
    double oi = interest_at(seen->rows + 1);
    seen->strange += row->begin_ms != START + seen->rows * MINUTE_MS ||
                     fabs((double)row->oi_base - oi) > 1e-3 || row->deposit_count == 0;
    seen->rows++;
}

static struct row_builder_kline bar_at(int minute) {
    return (struct row_builder_kline){.open_ms = START + minute * MINUTE_MS,
                                      .interval_ms = (int32_t)MINUTE_MS,
                                      .open = 100,
                                      .high = 101,
                                      .low = 99,
                                      .close = 100,
                                      .volume_base = 10,
                                      .taker_buy_base = 5,
                                      .usd = 1000};
}

/* every: minutes between two points of open interest. */
static struct seen run(int bars, int every) {
    struct seen seen = {0};
    struct entry_log *log = entry_log_create(2e-4);
    struct row_builder *builder =
        row_builder_create(&(struct row_builder_desc){.log = log, .on_row = on_row, .user = &seen});
    assert_non_null(builder);
    for (int i = 0; i < bars; i++) {
        if (i % every == 0) {
            row_builder_history_open_interest(builder, START + i * MINUTE_MS, interest_at(i));
        }
        struct row_builder_kline kline = bar_at(i);
        row_builder_history_kline(builder, &kline);
    }
    row_builder_history_open_interest(builder, START + bars * MINUTE_MS, interest_at(bars));
    row_builder_history_end(builder);
    struct row_builder_stats stats;
    row_builder_get_stats(builder, &stats);
    assert_int_equal(stats.history_dropped, 0);
    assert_int_equal(stats.klines_refused, 0);
    assert_int_equal(row_builder_history_until_ms(builder), START + bars * MINUTE_MS);
    row_builder_destroy(builder);
    entry_log_destroy(log);
    return seen;
}

static void more_bars_than_are_gathered_all_become_rows(void **state) {
    (void)state;
    struct seen seen = run(BARS, 5);
    assert_int_equal(seen.rows, BARS);
    assert_int_equal(seen.strange, 0);
}

static void more_points_than_are_gathered_are_all_known(void **state) {
    (void)state;
    int bars = ROW_BUILDER_OI_POINT_MAX + 10000;
    struct seen seen = run(bars, 1);
    assert_int_equal(seen.rows, bars);
    assert_int_equal(seen.strange, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(more_bars_than_are_gathered_all_become_rows),
        cmocka_unit_test(more_points_than_are_gathered_are_all_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
