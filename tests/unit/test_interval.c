/* From open interest and volume to entries: the identity, the carry, and where the mark has been
 * since. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/random.h"
#include "base/str.h"
#include "model/interval.h"

static struct interval interval;
static struct entry_deposit out[INTERVAL_BIN_MAX];

static void flow_is_half_of_volume_plus_change(void **state) {
    (void)state;
    static const struct {
        double d_oi, volume, net, churn, carry;
    } rows[] = {
        {0, 10, 0, 5, 0},   {4, 10, 4, 3, 0},    {-4, 10, 0, 3, 0}, {10, 10, 10, 0, 0},
        {13, 10, 10, 0, 3}, {-13, 10, 0, 0, -3}, {5, 0, 0, 0, 5},   {0, 0, 0, 0, 0},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct interval_carry carry = {0};
        struct interval_flow flow = interval_split(&carry, 1000, rows[i].d_oi, rows[i].volume);
        assert_true(flow.net == rows[i].net);
        assert_true(flow.churn == rows[i].churn);
        assert_true(carry.base == rows[i].carry);
    }
}

static void what_does_not_fit_is_carried_and_forgotten_after_an_hour(void **state) {
    (void)state;
    struct interval_carry carry = {0};
    interval_split(&carry, 1000, 13, 10);
    struct interval_flow flow = interval_split(&carry, 11000, 1, 10);
    assert_true(flow.net == 4 && flow.churn == 3 && carry.base == 0);

    interval_split(&carry, 20000, 30, 10);
    flow = interval_split(&carry, 20000 + INTERVAL_CARRY_MS - 1, 0, 5);
    assert_true(flow.net == 5 && carry.base == 15);
    flow = interval_split(&carry, 20000 + INTERVAL_CARRY_MS, 0, 5);
    assert_true(flow.net == 0 && flow.churn == 2.5 && carry.base == 0);

    interval_split(&carry, 1000, 13, 10); /* a change of sign is a new violation */
    interval_split(&carry, 1000 + INTERVAL_CARRY_MS / 2, -20, 10);
    assert_true(carry.base == -7);
    interval_split(&carry, 1000 + INTERVAL_CARRY_MS, 0, 1);
    assert_true(carry.base == -6);
}

static void entries_follow_the_volume_by_price(void **state) {
    (void)state;
    interval_init(&interval);
    interval_begin(&interval, 1000);
    interval_add_trade(&interval, 7, 3);
    interval_add_trade(&interval, 5, 1);
    interval_add_trade(&interval, 7, 4);
    size_t count = interval_close(&interval, 11000, 4, out);
    assert_int_equal(count, 2);
    assert_int_equal(out[0].bin, 5);
    assert_int_equal(out[1].bin, 7);
    assert_true(fabs((double)out[0].base[ENTRY_SOURCE_NET] - 4 / 8.0) < 1e-6);
    assert_true(fabs((double)out[1].base[ENTRY_SOURCE_NET] - 4 * 7 / 8.0) < 1e-6);
    assert_true(fabs((double)out[1].base[ENTRY_SOURCE_CHURN] - 2 * 7 / 8.0) < 1e-6);
    assert_true(out[0].base[ENTRY_SOURCE_AMBIENT] == 0);
    assert_int_equal(interval_close(&interval, 12000, 4, out), 0); /* it began anew */
}

static void entries_know_where_the_mark_went_after_them(void **state) {
    (void)state;
    interval_init(&interval);
    interval_begin(&interval, 0);
    interval_add_mark(&interval, 90, 110); /* before the first entry's slice */
    interval_next_slice(&interval);
    interval_add_trade(&interval, 100, 1);
    interval_add_mark(&interval, 98, 103);
    interval_next_slice(&interval);
    interval_add_mark(&interval, 95, 97);
    interval_next_slice(&interval);
    interval_add_trade(&interval, 96, 1);
    interval_add_mark(&interval, 96, 96);
    assert_int_equal(interval_close(&interval, 4000, 0, out), 2);
    assert_int_equal(out[0].bin, 96);
    assert_int_equal(out[0].below_bins, 0);
    assert_int_equal(out[0].above_bins, 0);
    assert_int_equal(out[1].bin, 100);
    assert_int_equal(out[1].below_bins, 5);
    assert_int_equal(out[1].above_bins, 3);
}

static void volume_is_kept_whatever_the_length_and_spread(void **state) {
    (void)state;
    struct random random;
    random_init(&random, 1);
    interval_init(&interval);
    interval_begin(&interval, 0);
    double volume = 0, sum = 0;
    for (int i = 0; i < 20000; i++) {
        int32_t bin = (int32_t)(random_u64(&random) % 9000) - 4500;
        double qty = random_exponential(&random);
        interval_add_trade(&interval, bin, qty);
        volume += qty;
        if (i % 11 == 0) {
            interval_next_slice(&interval);
            interval_add_mark(&interval, bin - 5, bin + 5);
        }
    }
    assert_true(interval.bins_merged > 0);
    size_t count = interval_close(&interval, 1, 0, out);
    assert_true(count <= INTERVAL_BIN_MAX);
    for (size_t i = 0; i < count; i++) {
        sum += (double)out[i].base[ENTRY_SOURCE_CHURN];
        assert_true(i == 0 || out[i - 1].bin < out[i].bin);
    }
    assert_true(fabs(sum / (volume / 2) - 1) < 1e-6);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flow_is_half_of_volume_plus_change),
        cmocka_unit_test(what_does_not_fit_is_carried_and_forgotten_after_an_hour),
        cmocka_unit_test(entries_follow_the_volume_by_price),
        cmocka_unit_test(entries_know_where_the_mark_went_after_them),
        cmocka_unit_test(volume_is_kept_whatever_the_length_and_spread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
