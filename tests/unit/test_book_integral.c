/* Time-weighted resting liquidity, against sums made by hand and by brute force. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/random.h"
#include "state/book_integral.h"
#include "support/event_make.h"
#include "support/near.h"

enum { BEGIN = EVENT_FLAG_BEGIN, END = EVENT_FLAG_END, SNAP = EVENT_FLAG_SNAPSHOT };

static struct book book;
static struct book_integral *integral;

static int set_up(void **state) {
    (void)state;
    integral = book_integral_create();
    return book_init(&book) && integral != NULL ? 0 : -1;
}

static int tear_down(void **state) {
    (void)state;
    book_finish(&book);
    book_integral_destroy(integral);
    return 0;
}

static void put(enum side side, const char *price, const char *qty, unsigned flags) {
    struct event event = make_level(0, 1000, side, price, qty, flags);
    book_apply(&book, &event);
}

static void change(int64_t ts_ms, enum side side, const char *price, const char *qty) {
    put(side, price, qty, BEGIN | END);
    book_integral_change(integral, &book, ts_ms);
}

static void fill(void) {
    put(SIDE_BUY, "100", "2", BEGIN | SNAP);
    put(SIDE_BUY, "99", "1", SNAP);
    put(SIDE_SELL, "101", "3", SNAP);
    put(SIDE_SELL, "102", "4", SNAP | END);
}

static double sum_at(const struct book_integral_sums *sums, int side, double price) {
    int32_t at = book_integral_bin(integral, price) - sums->first_bin;
    return at >= 0 && at < sums->bin_count ? sums->usd_ms[side][at] : 0;
}

static double sum_of(const struct book_integral_sums *sums, int side) {
    double sum = 0;
    for (int i = 0; i < sums->bin_count; i++) {
        sum += sums->usd_ms[side][i];
    }
    return sum;
}

static void levels_count_for_as_long_as_they_rest(void **state) {
    (void)state;
    fill();
    book_integral_begin(integral, &book, 1000);
    change(1250, SIDE_BUY, "100", "5");  /* 2 for 250 ms, 5 for 750 */
    change(1400, SIDE_BUY, "98", "10");  /* comes */
    change(1600, SIDE_SELL, "102", "0"); /* goes: 4 for 600 ms */
    change(1700, SIDE_SELL, "103", "7"); /* comes and goes: 7 for 200 ms */
    change(1900, SIDE_SELL, "103", "0");
    book_integral_end(integral, &book, 2000);
    struct book_integral_sums sums = book_integral_take(integral);
    assert_int_equal(sums.known_ms, 1000);
    assert_near(sum_at(&sums, 0, 100), 100.0 * (2 * 250 + 5 * 750), 1e-6);
    assert_near(sum_at(&sums, 0, 99), 99.0 * 1000, 1e-6);
    assert_near(sum_at(&sums, 0, 98), 98.0 * 10 * 600, 1e-6);
    assert_near(sum_at(&sums, 1, 101), 101.0 * 3 * 1000, 1e-6);
    assert_near(sum_at(&sums, 1, 102), 102.0 * 4 * 600, 1e-6);
    assert_near(sum_at(&sums, 1, 103), 103.0 * 7 * 200, 1e-6);
    assert_near(sum_of(&sums, 0), 375000.0 + 50000 + 99000 + 588000, 1e-5);
    sums = book_integral_take(integral);
    assert_int_equal(sums.known_ms + sums.bin_count, 0); /* what was taken is gone */
}

static void stretches_add_up(void **state) {
    (void)state;
    fill();
    book_integral_begin(integral, &book, 0);
    book_integral_end(integral, &book, 300);
    assert_false(book_integral_is_open(integral));
    change(400, SIDE_BUY, "100", "7"); /* nobody measures: not known, and not counted */
    book_integral_begin(integral, &book, 500);
    book_integral_end(integral, &book, 600);
    struct book_integral_sums sums = book_integral_take(integral);
    assert_int_equal(sums.known_ms, 400);
    assert_near(sum_at(&sums, 0, 100), 100.0 * (2 * 300 + 7 * 100), 1e-6);
    assert_near(sum_at(&sums, 1, 101), 101.0 * 3 * 400, 1e-6);
}

static void absurd_prices_change_nothing(void **state) {
    (void)state;
    fill();
    book_integral_begin(integral, &book, 0);
    change(100, SIDE_BUY, "0.0001", "1000000000");
    change(100, SIDE_SELL, "900000000", "1000");
    change(100, SIDE_SELL, "110", "1000"); /* within the arrays, beyond reach */
    change(500, SIDE_BUY, "100", "0");
    book_integral_end(integral, &book, 1000);
    struct book_integral_sums sums = book_integral_take(integral);
    assert_near(sum_of(&sums, 0), 100.0 * 2 * 500 + 99.0 * 1000, 1e-5);
    assert_near(sum_of(&sums, 1), 101.0 * 3000 + 102.0 * 4000, 1e-5);
    assert_int_equal(book_integral_clipped_count(integral), 0);
}

static void an_empty_book_is_not_known(void **state) {
    (void)state;
    put(SIDE_BUY, "100", "0", BEGIN | SNAP | END);
    book_integral_begin(integral, &book, 0);
    book_integral_end(integral, &book, 1000);
    assert_int_equal(book_integral_take(integral).known_ms, 0);
}

static void bins_hold_their_prices(void **state) {
    (void)state;
    struct random random;
    random_init(&random, 3);
    for (int i = 0; i < 20000; i++) {
        double price = exp(40 * random_uniform(&random) - 20);
        price = i % 2 == 0 ? price : 100 * exp(0.1 * random_uniform(&random));
        int32_t bin = book_integral_bin(integral, price);
        double at = log(price) / BOOK_BIN_WIDTH - bin;
        if (!(at > -1e-6 && at < 1 + 1e-6)) {
            fail_msg("price %.17g: bin %d is %.9g off", price, bin, at);
        }
    }
}

/* Any rhythm of changes: the same as adding up the whole book each millisecond. */
static void integral_equals_adding_each_millisecond(void **state) {
    (void)state;
    struct random random;
    double want[2] = {0};
    random_init(&random, 11);
    fill();
    book_integral_begin(integral, &book, 0);
    for (int ms = 0; ms < 1500; ms++) {
        while (random_uniform(&random) < 0.4) {
            bool buy = random_u64(&random) % 2 == 0;
            int away = (int)(random_u64(&random) % 30) + 1;
            char price[32], qty[32];
            snprintf(price, sizeof price, "%.1f", 100.5 + (buy ? -0.1 : 0.1) * away);
            snprintf(qty, sizeof qty, "%d.%03d", (int)(random_u64(&random) % 3),
                     (int)(random_u64(&random) % 1000));
            change(ms, buy ? SIDE_BUY : SIDE_SELL, price, random_u64(&random) % 3 == 0 ? "0" : qty);
        }
        for (int side = 0; side < 2; side++) {
            const struct book_side *levels = side == 0 ? &book.bids : &book.asks;
            for (int i = 0; i < levels->count; i++) {
                want[side] += decimal_to_double(
                                  decimal_from_i64(levels->levels[i].price, book.price_exponent)) *
                              decimal_to_double(
                                  decimal_from_i64(levels->levels[i].qty_base, book.qty_exponent));
            }
        }
        if (ms % 700 == 699) { /* somewhere in between a stretch ends and another begins */
            book_integral_end(integral, &book, ms + 1);
            book_integral_begin(integral, &book, ms + 1);
        }
    }
    book_integral_end(integral, &book, 1500);
    struct book_integral_sums sums = book_integral_take(integral);
    assert_int_equal(sums.known_ms, 1500);
    assert_near(sum_of(&sums, 0) / want[0], 1, 1e-12);
    assert_near(sum_of(&sums, 1) / want[1], 1, 1e-12);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(levels_count_for_as_long_as_they_rest, set_up, tear_down),
        cmocka_unit_test_setup_teardown(stretches_add_up, set_up, tear_down),
        cmocka_unit_test_setup_teardown(absurd_prices_change_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_empty_book_is_not_known, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bins_hold_their_prices, set_up, tear_down),
        cmocka_unit_test_setup_teardown(integral_equals_adding_each_millisecond, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
