/* Which mark price is in force: published, or made from trades where marks are rare. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "base/hash.h"
#include "state/mark.h"
#include "support/near.h"

static void published_marks_rule(void **state) {
    (void)state;
    struct mark mark = {0};
    assert_false(mark_trade(&mark, 1000, 99.0));
    assert_true(mark_publish(&mark, 1500, 100.0));
    assert_near(mark.in_force, 100.0, 0);
    assert_near(mark.basis, 1.0, 1e-12);
    assert_false(mark_trade(&mark, 2000, 120.0)); /* a wick of the last price sweeps nothing */
    assert_near(mark.in_force, 100.0, 0);
    assert_false(mark_publish(&mark, 1400, 101.0));
    assert_int_equal(mark.late_count, 1);
}

static void rare_marks_are_bridged_by_trades_and_basis(void **state) {
    (void)state;
    struct mark mark = {0};
    mark_trade(&mark, 900, 99.0);
    mark_publish(&mark, 1000, 100.0);
    assert_false(mark_trade(&mark, 1000 + MARK_RARE_MS - 1, 98.0));
    assert_true(mark_trade(&mark, 1000 + MARK_RARE_MS, 98.0));
    assert_near(mark.in_force, 99.0, 1e-12);
    assert_false(mark_trade(&mark, 1000 + MARK_RARE_MS + MARK_MADE_EVERY_MS - 1, 97.0));
    assert_true(mark_trade(&mark, 1000 + MARK_RARE_MS + MARK_MADE_EVERY_MS, 97.0));
    assert_near(mark.in_force, 98.0, 1e-12);
    /* The venue's own is older than the newest made one, and still better. */
    assert_true(mark_publish(&mark, 1000 + MARK_RARE_MS + 10, 99.0));
    assert_near(mark.in_force, 99.0, 0);
    assert_int_equal(mark.in_force_ms, 1000 + MARK_RARE_MS + MARK_MADE_EVERY_MS);
    assert_near(mark.basis, 1.2, 1e-12);
}

static void without_marks_the_last_price_serves(void **state) {
    (void)state;
    struct mark mark = {0};
    assert_false(mark_trade(&mark, 10000, 50.0));
    assert_true(mark_trade(&mark, 10000 + MARK_RARE_MS, 51.0));
    assert_near(mark.in_force, 51.0, 0);
}

static void absurd_prices_are_refused(void **state) {
    (void)state;
    struct mark mark = {0};
    assert_true(mark_publish(&mark, 1000, 100.0));
    const double absurd[] = {0.0, -1.0, NAN, INFINITY, 100.0 * MARK_JUMP_MAX * 1.01, 0.001};
    for (size_t i = 0; i < sizeof(absurd) / sizeof(absurd[0]); i++) {
        assert_false(mark_publish(&mark, 2000, absurd[i]));
        assert_int_equal(mark.refused_count, (int64_t)i + 1);
        assert_near(mark.in_force, 100.0, 0);
    }
    assert_false(mark_trade(&mark, 2000, NAN));
    mark_set_index(&mark, -3.0);
    assert_near(mark.index, 0.0, 0);
}

static void a_confirmed_jump_is_taken(void **state) {
    (void)state;
    struct mark mark = {0};
    mark_publish(&mark, 1000, 100.0);
    assert_false(mark_publish(&mark, 2000, 1000.0));
    assert_false(mark_publish(&mark, 3000, 1001.0));
    assert_true(mark_publish(&mark, 4000, 1002.0));
    assert_near(mark.in_force, 1002.0, 0);
    /* One good price in between starts the count anew. */
    assert_false(mark_publish(&mark, 5000, 1.0));
    assert_false(mark_publish(&mark, 6000, 1.0));
    assert_true(mark_publish(&mark, 7000, 1003.0));
    assert_false(mark_publish(&mark, 8000, 1.0));
}

static void the_tail_keeps_the_newest(void **state) {
    (void)state;
    struct mark mark = {0};
    for (int i = 0; i < MARK_TAIL_MAX + 5; i++) {
        assert_true(mark_publish(&mark, 1000 + i, 100.0 + i * 0.1));
    }
    assert_int_equal(mark.tail_count, MARK_TAIL_MAX);
    assert_int_equal(mark_tail_at(&mark, 0)->ts_ms, 1005);
    assert_int_equal(mark_tail_at(&mark, MARK_TAIL_MAX - 1)->ts_ms, 1000 + MARK_TAIL_MAX + 4);
    struct mark other = mark;
    assert_true(mark_hash(HASH_START, &mark) == mark_hash(HASH_START, &other));
    mark_publish(&other, 3000, 100.0);
    assert_false(mark_hash(HASH_START, &mark) == mark_hash(HASH_START, &other));
}

static void bars_move_the_mark_only(void **state) {
    (void)state;
    struct mark mark = {0};
    assert_true(mark_bar(&mark, 60000, 10.0));
    assert_near(mark.in_force, 10.0, 0);
    assert_near(mark.mark, 0.0, 0);
    assert_near(mark.last, 10.0, 0);
    assert_false(mark_bar(&mark, 59999, 11.0));
    assert_int_equal(mark.late_count, 1);
    assert_false(mark_bar(&mark, 60001, -1.0));
    /* A last price that is long past says nothing about the basis. */
    assert_true(mark_publish(&mark, 60000 + MARK_LAST_OLD_MS + 1, 12.0));
    assert_false(mark.has_basis);
    mark_trade(&mark, 60000 + MARK_LAST_OLD_MS + 2, 11.0);
    assert_true(mark_publish(&mark, 60000 + MARK_LAST_OLD_MS + 3, 12.0));
    assert_near(mark.basis, 1.0, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_marks_rule),
        cmocka_unit_test(rare_marks_are_bridged_by_trades_and_basis),
        cmocka_unit_test(without_marks_the_last_price_serves),
        cmocka_unit_test(absurd_prices_are_refused),
        cmocka_unit_test(a_confirmed_jump_is_taken),
        cmocka_unit_test(the_tail_keeps_the_newest),
        cmocka_unit_test(bars_move_the_mark_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
