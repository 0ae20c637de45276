/* From facts to rows: seconds, intervals, prints, late and absurd facts, history. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "model/row_builder.h"

#define START INT64_C(1750003200000)
enum { ROWS_MAX = 4096, DEPOSITS_MAX = 256 };

struct seen {
    struct entry_row row;
    struct entry_deposit deposits[DEPOSITS_MAX];
    struct entry_print prints[16];
};

static struct entry_log *entry_log;
static struct row_builder *builder;
static struct seen *seen;
static int seen_count;

static void on_row(void *user, const struct entry_row *row, const struct entry_deposit *deposits,
                   const struct entry_print *prints) {
    (void)user;
    assert_true(seen_count < ROWS_MAX);
    assert_true(row->deposit_count <= DEPOSITS_MAX);
    struct seen *it = &seen[seen_count++];
    it->row = *row;
    if (row->deposit_count > 0) {
        memcpy(it->deposits, deposits, row->deposit_count * sizeof(*deposits));
    }
    if (row->print_count > 0) {
        memcpy(it->prints, prints, row->print_count * sizeof(*prints));
    }
}

static int setup(void **state) {
    (void)state;
    seen = calloc(ROWS_MAX, sizeof(*seen));
    seen_count = 0;
    entry_log = entry_log_create(2e-4);
    builder = row_builder_create(
        &(struct row_builder_desc){.log = entry_log, .oi_cadence_ms = 10000, .on_row = on_row});
    return builder != NULL && seen != NULL ? 0 : -1;
}

static int teardown(void **state) {
    (void)state;
    row_builder_destroy(builder);
    entry_log_destroy(entry_log);
    free(seen);
    return 0;
}

static double sum_of(int source) {
    double sum = 0;
    for (int i = 0; i < seen_count; i++) {
        for (uint32_t d = 0; d < seen[i].row.deposit_count; d++) {
            sum += (double)seen[i].deposits[d].base[source];
        }
    }
    return sum;
}

static void assert_near(double got, double want) {
    if (!(fabs(got - want) <= 1e-6 * fabs(want) + 1e-9)) {
        fail_msg("got %.12g, want %.12g", got, want);
    }
}

static void a_second_becomes_a_row_when_it_is_over(void **state) {
    (void)state;
    row_builder_mark(builder, START + 100, 100);
    row_builder_mark(builder, START + 300, 101);
    row_builder_trade(builder, START + 400, 100.5, 2, 201, SIDE_BUY);
    row_builder_trade(builder, START + 500, 99.5, 1, 99.5, SIDE_SELL);
    row_builder_mark(builder, START + 600, 99);
    assert_int_equal(seen_count, 0);
    row_builder_mark(builder, START + 1000, 100);
    assert_int_equal(seen_count, 1);
    const struct entry_row *row = &seen[0].row;
    assert_true(row->begin_ms == START && row->end_ms == START + 1000);
    assert_true(row->mark_open == 100 && row->mark_high == 101 && row->mark_low == 99 &&
                row->mark_close == 99);
    assert_near(row->z_low, log(99));
    assert_true((row->flags & ENTRY_ROW_HIGH_FIRST) != 0);
    assert_int_equal(row->high_at_ms, 300);
    assert_int_equal(row->low_at_ms, 600);
    assert_true(row->buy_usd == 201 && row->sell_usd == 99.5F);
    assert_true(row->last_open == 100.5F && row->last_close == 99.5F);
    row_builder_advance(builder, START + 5000);
    assert_int_equal(seen_count, 2); /* silence makes no rows */
    assert_true(seen[1].row.mark_open == 99 && seen[1].row.mark_close == 100);
    assert_true(row_builder_closed_ms(builder) == START + 5000);
}

static void open_interest_turns_volume_into_entries(void **state) {
    (void)state;
    row_builder_mark(builder, START, 100);
    row_builder_open_interest(builder, START + 10, 1000);
    row_builder_trade(builder, START + 2000, 100, 6, 600, SIDE_BUY);
    row_builder_trade(builder, START + 4000, 100.2, 4, 400, SIDE_BUY);
    row_builder_open_interest(builder, START + 9000, 1004);
    row_builder_advance(builder, START + 10000);
    assert_near(sum_of(ENTRY_SOURCE_NET), 4);
    assert_near(sum_of(ENTRY_SOURCE_CHURN), 3);
    /* 1,000 coins from the first row to the ninth second, 1,004 in the last: OI dt / 24 h */
    assert_near(sum_of(ENTRY_SOURCE_AMBIENT), (1000.0 * 5 + 1004 * 5) / 86400);
    double at_100 = 0;
    for (int i = 0; i < seen_count; i++) {
        for (uint32_t d = 0; d < seen[i].row.deposit_count; d++) {
            bool here = seen[i].deposits[d].bin == (int32_t)floor(log(100) / 2e-4);
            at_100 += here ? (double)seen[i].deposits[d].base[ENTRY_SOURCE_NET] : 0;
        }
    }
    assert_near(at_100, 4 * 0.6);
}

static void without_open_interest_half_of_the_volume_opens(void **state) {
    (void)state;
    row_builder_mark(builder, START, 100);
    row_builder_trade(builder, START + 500, 100, 10, 1000, SIDE_SELL);
    row_builder_advance(builder, START + 15000);
    assert_near(sum_of(ENTRY_SOURCE_CHURN), 0);
    row_builder_advance(builder, START + 21000); /* two cadences */
    assert_near(sum_of(ENTRY_SOURCE_CHURN), 5);
    assert_near(sum_of(ENTRY_SOURCE_NET), 0);
}

static void the_cadence_of_open_interest_is_learned(void **state) {
    (void)state;
    row_builder_destroy(builder);
    builder = row_builder_create(&(struct row_builder_desc){.log = entry_log, .on_row = on_row});
    row_builder_mark(builder, START, 100);
    row_builder_open_interest(builder, START + 100, 1000);
    row_builder_open_interest(builder, START + 60100, 1000);
    row_builder_trade(builder, START + 61000, 100, 10, 1000, SIDE_SELL);
    row_builder_advance(builder, START + 100000); /* 40 s: a minute's venue is not late yet */
    assert_near(sum_of(ENTRY_SOURCE_CHURN), 0);
    row_builder_open_interest(builder, START + 120100, 1004);
    row_builder_advance(builder, START + 122000);
    assert_near(sum_of(ENTRY_SOURCE_NET), 4);
    assert_near(sum_of(ENTRY_SOURCE_CHURN), 3);
}

static void entries_know_how_far_the_mark_went(void **state) {
    (void)state;
    row_builder_mark(builder, START, 100);
    row_builder_open_interest(builder, START + 10, 1000);
    row_builder_trade(builder, START + 1500, 100, 6, 600, SIDE_BUY);
    row_builder_mark(builder, START + 3000, 99);
    row_builder_mark(builder, START + 5000, 100.5);
    row_builder_open_interest(builder, START + 9100, 1004);
    row_builder_mark(builder, START + 9500, 101); /* after it, in the same row */
    row_builder_advance(builder, START + 11000);
    const struct seen *last = &seen[seen_count - 1];
    int32_t entry = (int32_t)floor(log(100) / 2e-4);
    for (uint32_t d = 0; d < last->row.deposit_count; d++) {
        if (last->deposits[d].bin == entry) {
            assert_int_equal(last->deposits[d].below_bins, entry - (int)floor(log(99) / 2e-4));
            assert_int_equal(last->deposits[d].above_bins, (int)floor(log(101) / 2e-4) - entry);
            return;
        }
    }
    fail_msg("no entry at 100");
}

static void prints_wait_for_a_mark_three_seconds_at_most(void **state) {
    (void)state;
    row_builder_mark(builder, START, 100);
    row_builder_print(builder, START + 500, 99.6, 1000, POS_LONG, PRICE_BANKRUPTCY, true);
    row_builder_print(builder, START + 700, 100, 2000, POS_SHORT, PRICE_FILL, false);
    row_builder_trade(builder, START + 1500, 100, 1, 100, SIDE_BUY); /* time goes on */
    assert_int_equal(seen[0].row.print_count, 0);
    row_builder_mark(builder, START + 1600, 100);
    row_builder_advance(builder, START + 2000);
    assert_int_equal(seen[1].row.print_count, 2);
    assert_near(seen[1].prints[0].price, 100); /* 99.6 / (1 - .004) */
    assert_true(seen[1].prints[1].complete == 0 && seen[1].prints[1].position == POS_SHORT);
    row_builder_print(builder, START + 2500, 100, 1, POS_LONG, PRICE_FILL, true);
    row_builder_advance(builder, START + 4000);
    int rows = seen_count;
    row_builder_advance(builder, START + 9000); /* no mark comes */
    assert_int_equal(seen_count, rows + 1);
    assert_int_equal(seen[rows].row.print_count, 1);
}

static void funding_moves_the_coordinate_and_is_a_leg(void **state) {
    (void)state;
    row_builder_mark(builder, START, 100);
    row_builder_funding(builder, START + 500, 0.001);
    row_builder_advance(builder, START + 1000);
    assert_near(seen[0].row.phi, 0.001);
    assert_near(seen[0].row.z_open - seen[0].row.z_close, 0.001);
    assert_near(seen[0].row.z_low, log(100) - 0.001);
    assert_true(seen[0].row.mark_low == 100);
    row_builder_funding(builder, START + 1500, 0.5); /* nonsense */
    row_builder_funding(builder, START + 1500, NAN);
    row_builder_advance(builder, START + 9000);
    struct row_builder_stats stats;
    row_builder_get_stats(builder, &stats);
    assert_int_equal(stats.refused_count, 2);
}

static void late_and_absurd_facts_change_nothing_but_counts(void **state) {
    (void)state;
    static const double bad[] = {0, -1, NAN, INFINITY, -INFINITY, 1e300, 1e-300};
    row_builder_mark(builder, START + 5000, 100);
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        row_builder_mark(builder, START + 5100, bad[i]);
        row_builder_trade(builder, START + 5100, bad[i], 1, 1, SIDE_BUY);
        row_builder_trade(builder, START + 5100, 100, bad[i], 1, SIDE_BUY);
        row_builder_trade(builder, START + 5100, 100, 1, bad[i], SIDE_BUY);
        row_builder_print(builder, START + 5100, bad[i], 1, POS_LONG, PRICE_FILL, true);
        row_builder_print(builder, START + 5100, 1, bad[i], POS_LONG, PRICE_FILL, true);
    }
    row_builder_print(builder, START + 5100, 100, 1, POS_NONE, PRICE_FILL, true);
    row_builder_open_interest(builder, START + 5100, -1);
    row_builder_open_interest(builder, START + 5100, NAN);
    row_builder_mark(builder, -1, 100);
    row_builder_mark(builder, INT64_MAX, 100);
    row_builder_mark(builder, START, 101);      /* five seconds late: counts as now */
    row_builder_mark(builder, START + 5200, 1); /* alone and far away: not believed */
    row_builder_advance(builder, INT64_MAX);
    row_builder_advance(builder, START + 6000);
    struct row_builder_stats stats;
    row_builder_get_stats(builder, &stats);
    assert_int_equal(stats.refused_count, 6 * 7 + 5);
    assert_int_equal(stats.late_count, 1);
    assert_int_equal(stats.jumps_held, 1);
    assert_int_equal(seen_count, 1);
    assert_true(seen[0].row.mark_high == 101 && seen[0].row.mark_low == 100);
}

static void a_confirmed_jump_is_believed(void **state) {
    (void)state;
    row_builder_mark(builder, START, 100);
    row_builder_mark(builder, START + 1000, 10);
    row_builder_mark(builder, START + 2000, 10.1);
    row_builder_mark(builder, START + 3000, 10);
    row_builder_advance(builder, START + 4000);
    assert_true(seen[seen_count - 1].row.mark_close == 10);
}

static struct row_builder_kline bar(int minute, double open, double high, double low, double close,
                                    double volume) {
    return (struct row_builder_kline){.open_ms = START + 60000 * (int64_t)minute,
                                      .interval_ms = 60000,
                                      .open = open,
                                      .high = high,
                                      .low = low,
                                      .close = close,
                                      .volume_base = volume,
                                      .taker_buy_base = volume / 4,
                                      .usd = volume * open};
}

/* Liquidations of the past stand in their bars, however they come, and cost none of them. */
static void liquidations_of_the_past_are_in_their_bars(void **state) {
    (void)state;
    enum { BARS = 4, MINUTE_MS = 60000 };
    for (int order = 0; order < 2; order++) {
        const struct row_builder_desc desc = {.log = entry_log, .on_row = on_row};
        row_builder_destroy(builder);
        builder = row_builder_create(&desc);
        seen_count = 0;
        row_builder_history_print(builder, START - 5, 100, 7, POS_LONG, PRICE_FILL, true);
        for (int i = 0; i < BARS; i++) {
            const struct row_builder_kline kline = bar(i, 100, 101, 99, 100, 10);
            const int64_t ts_ms = START + i * MINUTE_MS + 30000;
            if (order == 0) {
                row_builder_history_kline(builder, &kline);
            }
            row_builder_history_print(builder, ts_ms, 99, i + 1, POS_LONG, PRICE_FILL, true);
            if (order == 1) {
                row_builder_history_kline(builder, &kline);
            }
        }
        row_builder_history_print(builder, START + BARS * MINUTE_MS + 500, 99, 9, POS_SHORT,
                                  PRICE_FILL, true);
        row_builder_mark(builder, START + BARS * MINUTE_MS + 900, 100);
        row_builder_advance(builder, START + BARS * MINUTE_MS + 9000);
        assert_int_equal(seen_count, BARS + 1);
        for (int i = 0; i < BARS; i++) {
            assert_true((seen[i].row.flags & ENTRY_ROW_HISTORY) != 0);
            assert_int_equal(seen[i].row.print_count, 1);
            assert_near((double)seen[i].prints[0].usd, i + 1);
            assert_true(seen[i].prints[0].ts_ms == START + i * MINUTE_MS + 30000);
        }
        /* what no bar took: too early for the first one, and behind the last one */
        assert_int_equal(seen[BARS].row.print_count, 2);
        assert_near((double)(seen[BARS].prints[0].usd + seen[BARS].prints[1].usd), 16);
        assert_true(seen[BARS].prints[0].ts_ms == START - 5); /* long before that row */
        struct row_builder_stats stats;
        row_builder_get_stats(builder, &stats);
        assert_int_equal(stats.klines_refused + stats.prints_lost, 0);
    }
}

static void history_in_any_order_becomes_rows_in_order(void **state) {
    (void)state;
    struct row_builder_kline late = bar(1, 101, 103, 100, 102, 10);
    struct row_builder_kline early = bar(0, 100, 102, 99, 101, 10);
    struct row_builder_kline again = bar(0, 100, 102, 99, 101, 20);
    row_builder_history_open_interest(builder, START + 120000, 1012);
    row_builder_history_kline(builder, &late);
    row_builder_history_kline(builder, &early);
    row_builder_history_open_interest(builder, START, 1000);
    row_builder_history_kline(builder, &again); /* of two bars of one minute the later one holds */
    assert_int_equal(seen_count, 0);
    row_builder_mark(builder, START + 120000, 102);
    assert_int_equal(seen_count, 2);
    assert_true(row_builder_history_until_ms(builder) == START + 120000);
    const struct entry_row *row = &seen[0].row;
    assert_true((row->flags & ENTRY_ROW_HISTORY) != 0);
    assert_true((row->flags & ENTRY_ROW_HIGH_FIRST) ==
                0); /* a rising bar: open, low, high, close */
    assert_near((double)row->buy_usd, 20 * 100 / 4.0);
    assert_near(row->oi_base, 1006);
    /* The identity, bar by bar: half of 12 coins opened in each. */
    assert_near(sum_of(ENTRY_SOURCE_NET), 12);
    assert_near(sum_of(ENTRY_SOURCE_CHURN), (20 - 6) / 2.0 + (10 - 6) / 2.0);
    assert_near(sum_of(ENTRY_SOURCE_AMBIENT), (1003 + 1009) / 1440.0);
    /* Six points a leg; the path's last leg is never left again, its last point knows no reach
     * above the close. */
    int32_t low = INT32_MAX, high = INT32_MIN;
    for (uint32_t d = 0; d < row->deposit_count; d++) {
        const struct entry_deposit *deposit = &seen[0].deposits[d];
        low = deposit->bin < low ? deposit->bin : low;
        high = deposit->bin > high ? deposit->bin : high;
        assert_true(deposit->bin + deposit->above_bins <= (int32_t)floor(log(102) / 2e-4) + 1);
        assert_true(deposit->bin - deposit->below_bins >= (int32_t)floor(log(99) / 2e-4) - 1);
    }
    assert_true(low >= (int32_t)floor(log(99) / 2e-4) && high <= (int32_t)floor(log(102) / 2e-4));

    row_builder_history_kline(builder, &early); /* its time is closed */
    row_builder_history_end(builder);
    struct row_builder_stats stats;
    row_builder_get_stats(builder, &stats);
    assert_int_equal(stats.klines_refused, 1);
}

/* The price falls by a tenth; the contracts, which are USD, are as many as before, and at the end a
 * hundredth more. */
static void inverse_bars_open_what_contracts_say(void **state) {
    (void)state;
    row_builder_set_inverse(builder, true);
    const double closes[] = {100, 95, 90, 90};
    const double oi_usd[] = {1e5, 1e5, 1e5, 1e5, 1.01e5};
    for (int i = 0; i < 4; i++) {
        struct row_builder_kline kline =
            bar(i, i > 0 ? closes[i - 1] : 100, 100, 90, closes[i], 20);
        row_builder_history_kline(builder, &kline);
    }
    for (int i = 0; i < 5; i++) {
        row_builder_history_open_interest(builder, START + i * 60000, oi_usd[i]);
    }
    row_builder_history_end(builder);
    assert_int_equal(seen_count, 4);
    for (int i = 0; i < 3; i++) {
        assert_near(seen[i].row.oi_base, 1e5 / closes[i]);
    }
    assert_near(sum_of(ENTRY_SOURCE_NET), 1e3 / 90);
}

static void absurd_bars_are_refused(void **state) {
    (void)state;
    struct row_builder_kline bars[] = {
        bar(0, 100, 1e9, 99, 100, 1),  bar(0, 0, 102, 99, 100, 1),   bar(0, 100, 102, 99, NAN, 1),
        bar(0, 100, 102, 99, 100, -1), bar(0, 100, 102, 99, 100, 1), bar(0, 100, 102, 99, 100, 1),
        bar(0, 100, 102, 99, 100, 1),
    };
    bars[4].open_ms += 1;
    bars[5].interval_ms = 59000;
    bars[6].open_ms = -60000;
    for (size_t i = 0; i < ARRAY_COUNT(bars); i++) {
        row_builder_history_kline(builder, &bars[i]);
    }
    row_builder_history_end(builder);
    struct row_builder_stats stats;
    row_builder_get_stats(builder, &stats);
    assert_int_equal(stats.refused_count, ARRAY_COUNT(bars));
    assert_int_equal(seen_count, 0);
}

/* Rows of a future would make every live fact until then late. */
static void bars_of_the_future_are_refused(void **state) {
    (void)state;
    struct row_builder_stats stats;
    for (int minute = 0; minute < 6; minute++) {
        struct row_builder_kline kline = bar(minute, 100, 102, 99, 101, 10);
        row_builder_history_kline(builder, &kline);
    }
    row_builder_mark(builder, START + 150000, 101); /* in the third minute */
    row_builder_get_stats(builder, &stats);
    assert_int_equal(stats.klines_refused, 3); /* those that end more than a minute later */
    assert_true(row_builder_history_until_ms(builder) == START + 180000);
    row_builder_mark(builder, START + 190000, 102);
    row_builder_get_stats(builder, &stats);
    assert_int_equal(stats.late_count, 1); /* the first mark alone, by half a minute */
}

static void funding_can_not_carry_the_coordinate_away(void **state) {
    (void)state;
    struct row_builder_stats stats;
    row_builder_mark(builder, START, 100);
    for (int i = 1; i <= 600; i++) {
        row_builder_funding(builder, START + 1000 * (int64_t)i, 0.1);
    }
    row_builder_advance(builder, START + 700000);
    row_builder_get_stats(builder, &stats);
    assert_true(stats.refused_count >= 100 && stats.refused_count <= 101);
    const struct entry_row *last = &seen[seen_count - 1].row;
    assert_true(last->phi > 49.8 && last->phi <= 50);
    assert_near(last->z_close, log(100) - last->phi);
}

static void a_gap_marks_its_rows(void **state) {
    (void)state;
    row_builder_mark(builder, START, 100);
    row_builder_gap(builder, START + 3000, START + 8000);
    row_builder_mark(builder, START + 9000, 100);
    row_builder_mark(builder, START + 10000, 100);
    row_builder_gap(builder, START + 9500, START + 10200); /* within the open row */
    row_builder_mark(builder, START + 11000, 100);
    row_builder_mark(builder, START + 12000, 100);
    row_builder_gap(builder, START + 10000, START + 11000); /* told late */
    row_builder_advance(builder, START + 13000);
    const bool gaps[] = {false, true, true, false, true};
    assert_int_equal(seen_count, 5);
    for (int i = 0; i < seen_count; i++) {
        assert_true(((seen[i].row.flags & ENTRY_ROW_GAP) != 0) == gaps[i]);
    }
}

/* After a lost connection: the gap first, then what REST tells of it, then what is live again. */
static void bars_fill_a_gap_that_was_told_before_them(void **state) {
    (void)state;
    row_builder_mark(builder, START, 100);
    row_builder_gap(builder, START + 500, START + 250000);
    for (int i = 1; i < 4; i++) {
        struct row_builder_kline kline = bar(i, 100, 102, 99, 101, 10);
        row_builder_history_kline(builder, &kline);
    }
    row_builder_mark(builder, START + 250000, 100);
    row_builder_advance(builder, START + 251000);
    assert_int_equal(seen_count, 5);
    for (int i = 1; i < 4; i++) {
        assert_true(seen[i].row.begin_ms == START + i * 60000);
        assert_true((seen[i].row.flags & ENTRY_ROW_HISTORY) != 0);
    }
    assert_true((seen[0].row.flags & ENTRY_ROW_GAP) != 0); /* it began in there */
    assert_true((seen[4].row.flags & ENTRY_ROW_GAP) != 0);
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(a_second_becomes_a_row_when_it_is_over),
        CASE(open_interest_turns_volume_into_entries),
        CASE(without_open_interest_half_of_the_volume_opens),
        CASE(the_cadence_of_open_interest_is_learned),
        CASE(entries_know_how_far_the_mark_went),
        CASE(prints_wait_for_a_mark_three_seconds_at_most),
        CASE(funding_moves_the_coordinate_and_is_a_leg),
        CASE(late_and_absurd_facts_change_nothing_but_counts),
        CASE(a_confirmed_jump_is_believed),
        CASE(history_in_any_order_becomes_rows_in_order),
        CASE(liquidations_of_the_past_are_in_their_bars),
        CASE(inverse_bars_open_what_contracts_say),
        CASE(absurd_bars_are_refused),
        CASE(bars_of_the_future_are_refused),
        CASE(funding_can_not_carry_the_coordinate_away),
        CASE(a_gap_marks_its_rows),
        CASE(bars_fill_a_gap_that_was_told_before_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
