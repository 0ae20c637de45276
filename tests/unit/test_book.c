/* The order book: snapshots, deltas, exact rescaling, gaps, crossing, limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/hash.h"
#include "state/book.h"
#include "support/event_make.h"

enum { BEGIN = EVENT_FLAG_BEGIN, END = EVENT_FLAG_END, SNAP = EVENT_FLAG_SNAPSHOT };

static void put(struct book *book, enum side side, const char *price, const char *qty,
                unsigned flags) {
    struct event event = make_level(0, 1000, side, price, qty, flags);
    event.u.level.update_id = 7;
    book_apply(book, &event);
}

static void assert_best(const struct book *book, const char *bid, const char *ask) {
    double bid_price = 0.0;
    double ask_price = 0.0;
    book_best_prices(book, &bid_price, &ask_price);
    char want[64];
    char got[64];
    snprintf(got, sizeof(got), "%g %g", bid_price, ask_price);
    snprintf(want, sizeof(want), "%s %s", bid, ask);
    assert_string_equal(got, want);
}

static void fill_simple(struct book *book) {
    put(book, SIDE_BUY, "100.5", "2", BEGIN | SNAP);
    put(book, SIDE_BUY, "100.4", "1", SNAP);
    put(book, SIDE_SELL, "100.6", "3", SNAP);
    put(book, SIDE_SELL, "100.8", "4", SNAP | END);
}

static void snapshot_gives_best_prices(void **state) {
    (void)state;
    struct book book;
    assert_true(book_init(&book));
    assert_best(&book, "0", "0");
    fill_simple(&book);
    assert_true(book_is_valid(&book));
    assert_best(&book, "100.5", "100.6");
    struct decimal price = {0};
    struct decimal qty = {0};
    assert_true(book_best_ask(&book, &price, &qty));
    assert_int_equal(decimal_compare(price, make_decimal("100.6")), 0);
    assert_int_equal(decimal_compare(qty, make_decimal("3")), 0);
    assert_int_equal(book.update_id, 7);
    book_finish(&book);
}

static void snapshot_order_does_not_matter(void **state) {
    (void)state;
    struct book ordered;
    struct book shuffled;
    assert_true(book_init(&ordered));
    assert_true(book_init(&shuffled));
    fill_simple(&ordered);
    put(&shuffled, SIDE_SELL, "100.8", "4", BEGIN | SNAP);
    put(&shuffled, SIDE_BUY, "100.4", "1", SNAP);
    put(&shuffled, SIDE_SELL, "100.6", "3", SNAP);
    put(&shuffled, SIDE_BUY, "100.5", "2", SNAP | END);
    assert_true(book_hash(HASH_START, &ordered) == book_hash(HASH_START, &shuffled));
    book_finish(&ordered);
    book_finish(&shuffled);
}

static void deltas_set_insert_and_remove(void **state) {
    (void)state;
    struct book book;
    assert_true(book_init(&book));
    fill_simple(&book);
    put(&book, SIDE_BUY, "100.5", "0", BEGIN);
    put(&book, SIDE_SELL, "100.7", "9", 0);
    put(&book, SIDE_SELL, "100.6", "0", END);
    assert_best(&book, "100.4", "100.7");
    assert_int_equal(book.asks.count, 2);
    put(&book, SIDE_BUY, "55", "0", BEGIN | END); /* removing an unknown level is normal */
    assert_best(&book, "100.4", "100.7");
    assert_int_equal(book.refused_count, 0);
    book_finish(&book);
}

static void finer_prices_rescale_exactly(void **state) {
    (void)state;
    struct book book;
    assert_true(book_init(&book));
    put(&book, SIDE_BUY, "61800", "1", BEGIN | SNAP);
    put(&book, SIDE_SELL, "61801", "0.5", SNAP | END);
    put(&book, SIDE_BUY, "61800.00000001", "0.00025", BEGIN | END);
    struct decimal price = {0};
    struct decimal qty = {0};
    assert_true(book_best_bid(&book, &price, &qty));
    assert_int_equal(decimal_compare(price, make_decimal("61800.00000001")), 0);
    assert_int_equal(decimal_compare(qty, make_decimal("0.00025")), 0);
    put(&book, SIDE_BUY, "61800.00000001", "0", BEGIN | END);
    assert_true(book_best_bid(&book, &price, &qty));
    assert_int_equal(decimal_compare(price, make_decimal("61800")), 0);
    assert_int_equal(decimal_compare(qty, make_decimal("1")), 0);
    book_finish(&book);
}

static void absurd_numbers_are_refused(void **state) {
    (void)state;
    static const struct {
        int64_t price;
        int exponent;
        int64_t qty;
    } cases[] = {
        {0, 0, 1},         {-5, 0, 1},        {5, 0, -1},   {5, -60, 1},       {5, 60, 1},
        {INT64_MAX, 0, 1}, {5, 0, INT64_MAX}, {5, -100, 1}, {INT64_MIN, 0, 1},
    };
    struct book book;
    assert_true(book_init(&book));
    fill_simple(&book);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct event event = make_level(0, 1000, SIDE_BUY, "1", "1", BEGIN | END);
        event.u.level.price = cases[i].price;
        event.exponent_a = (int8_t)cases[i].exponent;
        event.u.level.qty_base = cases[i].qty;
        book_apply(&book, &event);
        assert_int_equal(book.refused_count, (int64_t)i + 1);
        assert_best(&book, "100.5", "100.6");
    }
    book_finish(&book);
}

static void an_absurd_first_price_does_not_bind_the_next_snapshot(void **state) {
    (void)state;
    struct book book;
    assert_true(book_init(&book));
    struct event event = make_level(0, 1000, SIDE_BUY, "1", "1", BEGIN | END | SNAP);
    event.exponent_a = -60;
    book_apply(&book, &event);
    fill_simple(&book);
    assert_best(&book, "100.5", "100.6");
    assert_int_equal(book.bids.count, 2);
    book_finish(&book);
}

static void gap_invalidates_until_snapshot(void **state) {
    (void)state;
    struct book book;
    assert_true(book_init(&book));
    put(&book, SIDE_BUY, "99", "1", BEGIN | END);
    assert_int_equal(book.early_count, 1);
    assert_false(book_is_valid(&book));
    fill_simple(&book);
    book_invalidate(&book);
    assert_false(book_is_valid(&book));
    put(&book, SIDE_BUY, "99", "1", BEGIN | END);
    assert_false(book_is_valid(&book));
    assert_best(&book, "0", "0");
    fill_simple(&book);
    assert_best(&book, "100.5", "100.6");
    book_finish(&book);
}

static void half_a_message_is_not_shown(void **state) {
    (void)state;
    struct book book;
    assert_true(book_init(&book));
    fill_simple(&book);
    put(&book, SIDE_BUY, "100.55", "1", BEGIN);
    assert_best(&book, "0", "0");
    put(&book, SIDE_NONE, "1", "1", END); /* a slot without a level */
    assert_best(&book, "100.55", "100.6");
    book_finish(&book);
}

static void a_cut_snapshot_is_forgotten(void **state) {
    (void)state;
    struct book book;
    assert_true(book_init(&book));
    put(&book, SIDE_BUY, "100.5", "2", BEGIN | SNAP);
    put(&book, SIDE_BUY, "100.4", "2", SNAP);
    put(&book, SIDE_BUY, "100.3", "2", BEGIN | END); /* a delta begins, the END never came */
    assert_false(book_is_valid(&book));
    assert_int_equal(book.bids.count, 0);
    fill_simple(&book);
    assert_best(&book, "100.5", "100.6");
    put(&book, SIDE_BUY, "100.3", "2", 0); /* outside any message */
    assert_int_equal(book.refused_count, 1);
    book_finish(&book);
}

static void crossed_books_are_hidden_until_they_uncross(void **state) {
    (void)state;
    struct book book;
    assert_true(book_init(&book));
    fill_simple(&book);
    put(&book, SIDE_BUY, "100.6", "1", BEGIN | END);
    assert_int_equal(book.crossed_count, 1);
    assert_best(&book, "0", "0");
    put(&book, SIDE_SELL, "100.6", "0", BEGIN | END);
    assert_best(&book, "100.6", "100.8");
    book_finish(&book);
}

static void one_sided_and_empty_books_are_valid(void **state) {
    (void)state;
    struct book book;
    assert_true(book_init(&book));
    put(&book, SIDE_BUY, "5", "1", BEGIN | SNAP | END);
    assert_true(book_is_valid(&book));
    assert_best(&book, "5", "0");
    put(&book, SIDE_NONE, "5", "1", BEGIN | SNAP | END);
    assert_true(book_is_valid(&book));
    assert_best(&book, "0", "0");
    book_finish(&book);
}

static void the_farthest_level_gives_way(void **state) {
    (void)state;
    struct book book;
    assert_true(book_init(&book));
    char price[32];
    for (int i = 0; i < BOOK_LEVEL_MAX + 10; i++) {
        snprintf(price, sizeof(price), "%d", 20000 - i);
        unsigned flags = SNAP | (i == 0 ? BEGIN : 0) | (i == BOOK_LEVEL_MAX + 9 ? END : 0);
        put(&book, SIDE_BUY, price, "1", flags);
    }
    assert_int_equal(book.bids.count, BOOK_LEVEL_MAX);
    assert_int_equal(book.dropped_count, 10);
    assert_best(&book, "20000", "0");
    put(&book, SIDE_BUY, "20001", "1", BEGIN | END);
    assert_best(&book, "20001", "0");
    assert_int_equal(book.bids.count, BOOK_LEVEL_MAX);
    assert_int_equal(book.dropped_count, 11);
    put(&book, SIDE_BUY, "1", "1", BEGIN | END); /* itself the farthest */
    assert_int_equal(book.dropped_count, 12);
    assert_int_equal(book.bids.levels[0].price, 20000 - BOOK_LEVEL_MAX + 2);
    book_finish(&book);
    book_finish(&book); /* a zeroed book is accepted */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(snapshot_gives_best_prices),
        cmocka_unit_test(snapshot_order_does_not_matter),
        cmocka_unit_test(deltas_set_insert_and_remove),
        cmocka_unit_test(finer_prices_rescale_exactly),
        cmocka_unit_test(absurd_numbers_are_refused),
        cmocka_unit_test(an_absurd_first_price_does_not_bind_the_next_snapshot),
        cmocka_unit_test(gap_invalidates_until_snapshot),
        cmocka_unit_test(half_a_message_is_not_shown),
        cmocka_unit_test(a_cut_snapshot_is_forgotten),
        cmocka_unit_test(crossed_books_are_hidden_until_they_uncross),
        cmocka_unit_test(one_sided_and_empty_books_are_valid),
        cmocka_unit_test(the_farthest_level_gives_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
