/* The book log: cells and their means at every cadence, retention, the limit of memory, what is not
 * known, and a reader beside the writer. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/thread.h"
#include "model/book_log.h"
#include "support/near.h"

enum { BIN = 110000, WIDE = 900 };
static const int64_t t0_ms = INT64_C(1750003200000); /* a whole hour */

static struct book_log *book_log;
static struct book_sum sum;

static int set_up(void **state) {
    (void)state;
    book_log = book_log_create();
    memset(&sum, 0, sizeof(sum));
    return book_log != NULL ? 0 : -1;
}

static int tear_down(void **state) {
    (void)state;
    book_log_destroy(book_log);
    return 0;
}

/* A second with bids in one bin and asks in another. */
static bool add(struct book_log *log, int64_t second, int64_t known_ms, double bid, double ask) {
    double usd_ms[2][8] = {{0}};
    usd_ms[0][1] = bid * (double)known_ms;
    usd_ms[1][6] = ask * (double)known_ms;
    return book_log_append(log, &(struct book_log_cell){.begin_ms = t0_ms + second * 1000,
                                                        .known_ms = known_ms,
                                                        .first_bin = BIN,
                                                        .bin_count = 8,
                                                        .usd_ms = {usd_ms[0], usd_ms[1]}});
}

static void look(int64_t from_s, int64_t to_s) {
    book_sum_begin(&sum);
    book_log_sum(book_log, t0_ms + from_s * 1000, t0_ms + to_s * 1000, &sum);
}

static double mean_at(int side, int32_t bin) {
    return sum.known_ms > 0 ? (double)sum.usd_ms[side][bin % BOOK_LOG_BINS] / (double)sum.known_ms
                            : -1;
}

static void amounts_come_back_to_four_digits(void **state) {
    (void)state;
    assert_int_equal(book_log_until_ms(book_log), INT64_MIN);
    assert_true(add(book_log, 0, 1000, 1234567, 42.5));
    assert_int_equal(book_log_until_ms(book_log), t0_ms + 1000);
    look(0, 1);
    assert_int_equal(sum.known_ms, 1000);
    assert_near(mean_at(0, BIN + 1) / 1234567, 1, 4e-4);
    assert_near(mean_at(1, BIN + 6) / 42.5, 1, 4e-4);
    assert_int_equal(sum.low_bin, BIN + 1);
    assert_int_equal(sum.high_bin, BIN + 7);
    assert_near(mean_at(0, BIN + 6), 0, 0);
    assert_false(add(book_log, 0, 1000, 1, 1)); /* out of order */
}

static void coarse_cells_are_means_by_known_time(void **state) {
    (void)state;
    double want = 0;
    for (int s = 0; s < 7200; s++) {
        double usd = 1000 + 10 * (s % 600);
        int64_t known_ms = s % 3 == 0 ? 500 : 1000;
        want += s < 3600 ? usd * (double)known_ms : 0;
        assert_true(add(book_log, s, known_ms, usd, s < 60 ? 900 : 0));
    }
    struct book_log_stats stats;
    book_log_get_stats(book_log, &stats);
    assert_int_equal(stats.rows[ENTRY_LEVEL_1S], 7200);
    assert_int_equal(stats.rows[ENTRY_LEVEL_10S], 720);
    assert_int_equal(stats.rows[ENTRY_LEVEL_1MIN], 120);
    assert_int_equal(stats.rows[ENTRY_LEVEL_5MIN], 24);
    assert_int_equal(stats.rows[ENTRY_LEVEL_1H], 2);
    look(0, 3600); /* one cell of an hour */
    assert_int_equal(sum.known_ms, 3000000);
    assert_near(mean_at(0, BIN + 1) / (want / 3e6), 1, 4e-4);
    assert_near(mean_at(1, BIN + 6) / (900.0 * 50000 / 3e6), 1, 4e-4);
    look(1, 3601); /* the same by finer ones, but for its ends */
    assert_int_equal(sum.known_ms, 3000000);
    assert_near(mean_at(0, BIN + 1) / (want / 3e6), 1, 5e-4);
}

static void time_without_a_book_is_not_known(void **state) {
    (void)state;
    for (int s = 0; s < 100; s++) {
        if (s < 20 || s >= 50) {
            assert_true(add(book_log, s, 1000, s < 20 ? 100 : 400, 0));
        }
    }
    look(20, 50);
    assert_int_equal(sum.known_ms, 0);
    assert_int_equal(sum.high_bin - sum.low_bin, 0);
    look(0, 60); /* 20 s of 100, 10 s of 400: not diluted by what is unknown */
    assert_int_equal(sum.known_ms, 30000);
    assert_near(mean_at(0, BIN + 1), 200, 0.1);
    look(99, 300); /* nor by what is to come */
    assert_int_equal(sum.known_ms, 1000);
    look(-5000, 0);
    assert_int_equal(sum.known_ms, 0);
}

/* A second in which every bin has another amount. */
static bool add_wide(struct book_log *log, int64_t second, double usd_ms[2][WIDE]) {
    for (int i = 0; i < WIDE; i++) {
        bool bid = i < WIDE / 2;
        usd_ms[0][i] = bid ? 1e6 * (double)(1 + (second + i) % 900) : 0;
        usd_ms[1][i] = bid ? 0 : 2e6 * (double)(1 + (second + i) % 900);
    }
    return book_log_append(log, &(struct book_log_cell){.begin_ms = t0_ms + second * 1000,
                                                        .known_ms = 1000,
                                                        .first_bin = BIN,
                                                        .bin_count = WIDE,
                                                        .usd_ms = {usd_ms[0], usd_ms[1]}});
}

static void memory_is_bounded_and_old_seconds_go_first(void **state) {
    (void)state;
    static double usd_ms[2][WIDE];
    struct book_log_stats stats;
    int second = 0;
    for (; second < 4000; second++) {
        assert_true(add_wide(book_log, second, usd_ms));
    }
    book_log_get_stats(book_log, &stats);
    assert_true(stats.bytes < BOOK_LOG_BYTES_MAX);
    assert_true(stats.chunks_retired > 0);
    assert_int_equal(stats.rows_lost, 0);
    look(0, 1); /* the second is gone; its ten seconds are not */
    assert_int_equal(sum.known_ms, 1000);
    assert_near(mean_at(0, BIN) / (1e3 * 5.5), 1, 1e-3); /* of seconds 0..9: 1..10 */
    look(second - 1, second);
    assert_near(mean_at(0, BIN) / (1e3 * (1 + (second - 1) % 900)), 1, 1e-3);
    look(0, 600); /* and over ten of them it makes no difference */
    assert_int_equal(sum.known_ms, 600000);
}

static void what_is_too_far_apart_is_left_out_and_counted(void **state) {
    (void)state;
    double usd_ms[1] = {5000};
    const double *both[2] = {usd_ms, usd_ms};
    struct book_log_cell cell = {.begin_ms = t0_ms,
                                 .known_ms = 1000,
                                 .first_bin = 0,
                                 .bin_count = 1,
                                 .usd_ms = {both[0], both[1]}};
    assert_true(book_log_append(book_log, &cell));
    cell.begin_ms += 1000;
    cell.first_bin = 10000;
    assert_true(book_log_append(book_log, &cell));
    assert_true(add(book_log, 20, 1000, 1, 1));
    struct book_log_stats stats;
    book_log_get_stats(book_log, &stats);
    assert_true(stats.bins_clipped > 0);
    look(0, 2);
    assert_true(sum.clipped_count == 0 || sum.high_bin - sum.low_bin <= BOOK_LOG_BINS);
    assert_int_equal(sum.known_ms, 2000);
}

/* -- a reader beside the writer -- */

static atomic_bool writing;
static atomic_int read_count;

static void read_all(void *user) {
    const struct book_log *log = user;
    struct book_sum *own = calloc(1, sizeof(*own));
    /* acquire: pairs with the writer's release at the end */
    while (own != NULL && atomic_load_explicit(&writing, memory_order_acquire)) {
        int64_t until_ms = book_log_until_ms(log);
        for (int64_t back_s = 1; until_ms != INT64_MIN && back_s < 4000; back_s *= 4) {
            book_sum_begin(own);
            book_log_sum(log, until_ms - back_s * 1000, until_ms, own);
            if (own->known_ms > back_s * 1000) {
                atomic_store_explicit(&read_count, -1000000, memory_order_relaxed);
            }
        }
        /* relaxed: a figure */
        atomic_fetch_add_explicit(&read_count, 1, memory_order_relaxed);
    }
    free(own);
}

static void a_reader_does_not_disturb_the_writer(void **state) {
    (void)state;
    static double usd_ms[2][WIDE];
    struct thread thread = {0};
    atomic_store_explicit(&writing, true, memory_order_relaxed); /* the thread starts later */
    assert_true(thread_start(&thread, THREAD_RASTER, read_all, book_log));
    int second = 0;
    for (; second < 3000; second++) {
        add_wide(book_log, second, usd_ms);
    }
    /* release: pairs with the reader's acquire */
    atomic_store_explicit(&writing, false, memory_order_release);
    thread_join(&thread);
    struct book_log_stats stats;
    book_log_get_stats(book_log, &stats);
    assert_int_equal(stats.rows[ENTRY_LEVEL_1S] + stats.rows_lost, 3000);
    assert_true(stats.bytes < BOOK_LOG_BYTES_MAX);
    assert_true(atomic_load_explicit(&read_count, memory_order_relaxed) >= 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(amounts_come_back_to_four_digits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(coarse_cells_are_means_by_known_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(time_without_a_book_is_not_known, set_up, tear_down),
        cmocka_unit_test_setup_teardown(memory_is_bounded_and_old_seconds_go_first, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_is_too_far_apart_is_left_out_and_counted, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_reader_does_not_disturb_the_writer, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
