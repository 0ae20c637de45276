/* Facts by column: settled funding and the UTC day's volume-weighted price. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "density/facts.h"
#include "support/near.h"

#define DAY_MS INT64_C(86400000)
#define DAY    INT64_C(20621) /* 2026-06-17 */
enum { COL_MS = 60000, DAY_COLUMNS = 1440 };

static struct facts facts;
static struct layers_column *out;

static int setup(void **state) {
    (void)state;
    out = aligned_alloc(64, sizeof *out);
    return facts_init(&facts) && out != NULL ? 0 : -1;
}

static int teardown(void **state) {
    (void)state;
    facts_finish(&facts);
    free(out);
    return 0;
}

/* A minute's row of trades of usd at price. */
static struct entry_row row_of(int64_t begin_ms, double price, double usd) {
    return (struct entry_row){.begin_ms = begin_ms,
                              .end_ms = begin_ms + COL_MS,
                              .mark_open = price,
                              .mark_high = price,
                              .mark_low = price,
                              .mark_close = price,
                              .last_open = (float)price,
                              .last_high = (float)price,
                              .last_low = (float)price,
                              .last_close = (float)price,
                              .buy_usd = (float)(usd / 2),
                              .sell_usd = (float)(usd / 2),
                              .oi_base = 10};
}

static const struct layers_column *column_at(int64_t col, struct facts_carry *carry) {
    memset(out, 0, sizeof *out);
    facts_write(&facts, col, carry, out);
    return out;
}

/* 100 coins' worth at 50 and 300 at 60: (100 x 50 + 300 x 60) / 400. */
static void vwap_weighs_prices_by_what_was_traded(void **state) {
    (void)state;
    int64_t first = DAY * DAY_COLUMNS;
    struct facts_carry carry = {.end_ms = INT64_MIN};
    facts_begin(&facts, COL_MS);
    for (int i = 0; i < 3; i++) {
        struct entry_row row = row_of(DAY * DAY_MS + i * COL_MS, i == 1 ? 60 : 50,
                                      i == 0 ? 5000 : (i == 1 ? 18000 : 0));
        facts_add(&facts, NULL, &row, first);
    }
    assert_near(column_at(first, &carry)->vwap, 50, 1e-9);
    assert_near(column_at(first + 1, &carry)->vwap, 57.5, 1e-9);
    assert_near(column_at(first + 2, &carry)->vwap, 57.5, 1e-9); /* nothing was traded */
    assert_near(column_at(first + 3, &carry)->vwap, 57.5, 1e-9); /* a silent minute */
}

static void vwap_begins_anew_at_midnight_and_is_unknown_without_the_day_s_beginning(void **state) {
    (void)state;
    int64_t noon = DAY * DAY_COLUMNS + DAY_COLUMNS / 2;
    struct facts_carry carry = {.end_ms = INT64_MIN};
    facts_begin(&facts, COL_MS);
    for (int i = 0; i < DAY_COLUMNS; i++) { /* from noon to noon */
        struct entry_row row = row_of((noon + i) * COL_MS, 50 + i, 1000);
        facts_add(&facts, NULL, &row, noon);
    }
    for (int i = 0; i < DAY_COLUMNS; i++) {
        const struct layers_column *column = column_at(noon + i, &carry);
        if (i < DAY_COLUMNS / 2) {
            assert_near(column->vwap, 0, 0); /* who knows what the morning traded */
        } else if (i == DAY_COLUMNS / 2) {
            assert_near(column->vwap, 50 + i, 1e-4);
        } else {
            assert_true(column->vwap > 50 + DAY_COLUMNS / 2.0 && column->vwap < 50 + i);
        }
    }
}

/* A window that begins in the evening, told of the day before it, shows what the whole day does. */
static void vwap_of_a_window_counts_the_day_before_it(void **state) {
    (void)state;
    int64_t midnight = DAY * DAY_COLUMNS;
    int64_t evening = midnight + 1200;
    double want = 0;
    for (int pass = 0; pass < 2; pass++) {
        struct facts_carry carry = {.end_ms = INT64_MIN};
        facts_begin(&facts, COL_MS);
        for (int i = 0; i <= 1200; i++) {
            struct entry_row row =
                row_of((midnight + i) * COL_MS, 100 + 10 * sin(i * 0.01), 1000 + i);
            if (pass == 1 && i < 1000) {
                facts_add_day(&facts, &row);
            } else {
                facts_add(&facts, NULL, &row, pass == 0 ? midnight : evening);
            }
        }
        double got = column_at(evening, &carry)->vwap;
        want = pass == 0 ? got : want;
        assert_near(got, want, 0);
        assert_in_range((int)got, 90, 110);
    }
}

/* What a longer row settled belongs to the column in which it ends, once. */
static void funding_is_told_in_the_column_that_settled_it(void **state) {
    (void)state;
    int64_t first = DAY * DAY_COLUMNS;
    struct facts_carry carry = {.end_ms = INT64_MIN};
    facts_begin(&facts, COL_MS);
    struct entry_row row = row_of(first * COL_MS, 50, 1000);
    row.funding = 0.0001f;
    facts_add(&facts, NULL, &row, first);
    row = row_of((first + 1) * COL_MS, 50, 1000);
    facts_add(&facts, NULL, &row, first);
    row = row_of((first + 2) * COL_MS, 50, 1000);
    row.end_ms += 4 * COL_MS;
    row.funding = -0.0002f;
    facts_add(&facts, NULL, &row, first);
    static const double want[] = {0.0001, 0, 0, 0, 0, 0, -0.0002, 0};
    for (int i = 0; i < 8; i++) {
        assert_near(column_at(first + i, &carry)->funding, want[i], 1e-9);
    }
}

/* Rows at columns 0 and 3, of the second a gap is told or not; 1 and 2 are silent. */
static void what_lies_before_a_row_behind_a_gap_is_unknown(void **state) {
    (void)state;
    int64_t first = DAY * DAY_COLUMNS;
    for (int gap = 0; gap < 2; gap++) {
        struct facts_carry carry = {.end_ms = INT64_MIN};
        facts_begin(&facts, COL_MS);
        struct entry_row row = row_of(first * COL_MS, 50, 1000);
        facts_add(&facts, NULL, &row, first);
        row = row_of((first + 3) * COL_MS, 55, 1000);
        row.flags = gap ? ENTRY_ROW_GAP : 0;
        facts_add(&facts, NULL, &row, first);
        for (int i = 0; i < 4; i++) {
            const struct layers_column *column = column_at(first + i, &carry);
            assert_true(((column->flags & LAYERS_COLUMN_GAP) != 0) == (gap && i > 0));
            assert_near(column->close, i == 0 || (!gap && i < 3) ? 50 : i == 3 ? 55 : 0, 1e-9);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vwap_weighs_prices_by_what_was_traded),
        cmocka_unit_test(vwap_begins_anew_at_midnight_and_is_unknown_without_the_day_s_beginning),
        cmocka_unit_test(vwap_of_a_window_counts_the_day_before_it),
        cmocka_unit_test(funding_is_told_in_the_column_that_settled_it),
        cmocka_unit_test(what_lies_before_a_row_behind_a_gap_is_unknown),
    };
    return cmocka_run_group_tests_name("facts", tests, setup, teardown);
}
