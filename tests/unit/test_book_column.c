/* From the book log's bins to a grid's rows: nothing is lost or gained on the way. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/math.h"
#include "base/random.h"
#include "density/book_column.h"
#include "support/near.h"

enum { BIN = 110000, BINS = 800, ROWS = 300 };
static const int64_t t0_ms = INT64_C(1750003200000);

static struct book_log *book_log;
static struct book_column column;
static double usd[2][BINS]; /* as it rests, all the time */

/* Two minutes of a book, bids below the middle, asks above; nothing is known of the third. */
static int set_up(void **state) {
    (void)state;
    static double usd_ms[2][BINS];
    struct random random;
    random_init(&random, 4);
    book_log = book_log_create();
    if (book_log == NULL) {
        return -1;
    }
    for (int i = 0; i < BINS; i++) {
        int side = i < BINS / 2 ? 0 : 1;
        usd[side][i] = i % 5 == 0 ? 0 : 1e5 * random_exponential(&random);
        usd_ms[side][i] = 1000 * usd[side][i];
    }
    for (int s = 0; s < 120; s++) {
        book_log_append(book_log, &(struct book_log_cell){.begin_ms = t0_ms + s * 1000,
                                                          .known_ms = 1000,
                                                          .first_bin = BIN,
                                                          .bin_count = BINS,
                                                          .usd_ms = {usd_ms[0], usd_ms[1]}});
    }
    book_log_close_until(book_log, t0_ms + 3600000);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    book_log_destroy(book_log);
    return 0;
}

static struct layers_grid make_grid(double row_bp, double first_bin) {
    return (struct layers_grid){.first_col = t0_ms / 60000,
                                .col_ms = 60000,
                                .col_count = 3,
                                .row_count = ROWS,
                                .ln_price_min = first_bin * 1e-4,
                                .row_height = row_bp * 1e-4};
}

/* What the rows of a column hold, bids and asks. */
static void row_sums(const struct layers_grid *grid, const uint16_t rows[], double out[2]) {
    out[0] = out[1] = 0;
    for (int row = 0; row < grid->row_count; row++) {
        double value = (double)float_from_half(rows[row]);
        out[value < 0 ? 0 : 1] += (exp2(fabs(value)) - 1) * 1000 * grid->row_height * 1e4;
    }
}

static double bin_sum(int side, double from, double to) {
    double sum = 0;
    for (int i = 0; i < BINS; i++) {
        double part = fmin(to, i + 1.0) - fmax(from, i);
        sum += part > 0 ? usd[side][i] * part : 0;
    }
    return sum;
}

static void rows_hold_what_their_bins_held(void **state) {
    (void)state;
    static const struct {
        double row_bp, first; /* from BIN on */
    } rows[] = {{1, -50}, {1, 100.25}, {1.37, 33.3}, {3, -20.5}, {7.9, -700}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct layers_grid grid = make_grid(rows[i].row_bp, BIN + rows[i].first);
        uint16_t out[ROWS];
        double got[2];
        book_column_begin(&column, &grid);
        book_column_add(&column, &grid, book_log, grid.first_col, 0);
        assert_true(book_column_write(&column, &grid, out));
        row_sums(&grid, out, got);
        double end = rows[i].first + ROWS * rows[i].row_bp;
        double want = bin_sum(0, rows[i].first, end) + bin_sum(1, rows[i].first, end);
        assert_near((got[0] + got[1]) / want, 1, 2e-3); /* halfs */
        if (rows[i].row_bp == 1 && rows[i].first == -50) {
            assert_near(got[0] / bin_sum(0, -50, end), 1, 2e-3);
        }
    }
}

static void another_instrument_lies_where_its_basis_puts_it(void **state) {
    (void)state;
    struct layers_grid grid = make_grid(1, BIN);
    static uint16_t alone[ROWS], both[ROWS];
    double one[2], two[2];
    book_column_begin(&column, &grid);
    book_column_add(&column, &grid, book_log, grid.first_col, 0);
    assert_true(book_column_write(&column, &grid, alone));
    /* What lies 7 bins higher there is 7 rows lower here. */
    book_column_begin(&column, &grid);
    book_column_add(&column, &grid, book_log, grid.first_col, 7e-4);
    assert_true(book_column_write(&column, &grid, both));
    for (int row = 0; row + 7 < ROWS; row++) {
        assert_near(float_from_half(both[row]), float_from_half(alone[row + 7]), 0.01);
    }
    book_column_add(&column, &grid, book_log, grid.first_col, 7e-4);
    assert_true(book_column_write(&column, &grid, both));
    book_column_begin(&column, &grid);
    book_column_add(&column, &grid, book_log, grid.first_col, 7e-4);
    assert_true(book_column_write(&column, &grid, alone));
    row_sums(&grid, alone, one);
    row_sums(&grid, both, two);
    assert_near(two[0] / one[0], 2, 4e-3); /* and they add up */
}

/* Nothing is known of the newest minute, so the hour is asked. */
static void the_reach_is_that_of_the_newest_book(void **state) {
    (void)state;
    double low = 0, high = 0;
    assert_true(book_column_reach(book_log, &low, &high));
    assert_near(low, (BIN + 1) * 1e-4, 1.5e-4); /* the lowest bin may be an empty one */
    assert_near(high, (BIN + BINS) * 1e-4, 1e-9);
    struct book_log *empty = book_log_create();
    assert_non_null(empty);
    assert_false(book_column_reach(empty, &low, &high));
    book_log_destroy(empty);
}

static void what_is_not_known_is_not_written(void **state) {
    (void)state;
    struct layers_grid grid = make_grid(1, BIN);
    uint16_t out[ROWS] = {77};
    book_column_begin(&column, &grid);
    book_column_add(&column, &grid, book_log, grid.first_col + 2, 0);
    assert_false(book_column_write(&column, &grid, out));
    assert_int_equal(out[0], 77);
    /* A column that is known in part is the mean of that part. */
    static uint16_t whole[ROWS], part[ROWS];
    book_column_begin(&column, &grid);
    book_column_add(&column, &grid, book_log, grid.first_col, 0);
    assert_true(book_column_write(&column, &grid, whole));
    grid.col_ms = 3600000;
    book_column_begin(&column, &grid);
    book_column_add(&column, &grid, book_log, t0_ms / 3600000, 0);
    assert_true(book_column_write(&column, &grid, part));
    for (int row = 0; row < ROWS; row++) {
        assert_near(float_from_half(part[row]), float_from_half(whole[row]), 0.01);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_hold_what_their_bins_held),
        cmocka_unit_test(another_instrument_lies_where_its_basis_puts_it),
        cmocka_unit_test(the_reach_is_that_of_the_newest_book),
        cmocka_unit_test(what_is_not_known_is_not_written),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
