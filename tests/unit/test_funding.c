/* Funding: the rate in force is applied exactly once a settlement. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/hash.h"
#include "state/funding.h"
#include "support/near.h"

enum { HOUR_MS = 3600 * 1000 };
static const int64_t t0_ms = INT64_C(1700000000000) / (8 * HOUR_MS) * (8 * HOUR_MS);

static struct funding_update update_at(int64_t ts_ms, double rate, int64_t next_ms) {
    return (struct funding_update){
        .ts_ms = ts_ms, .has_rate = true, .rate = rate, .has_next = true, .next_ms = next_ms};
}

static void the_rate_in_force_is_applied_once(void **state) {
    (void)state;
    struct funding funding = FUNDING_START;
    double rate = 0.0;
    assert_false(funding_advance(&funding, t0_ms, &rate));
    struct funding_update first = update_at(t0_ms, 1e-4, t0_ms + 8 * HOUR_MS);
    assert_false(funding_apply(&funding, &first, &rate));
    struct funding_update second = update_at(t0_ms + 1000, 2e-4, t0_ms + 8 * HOUR_MS);
    assert_false(funding_apply(&funding, &second, &rate));
    assert_false(funding_advance(&funding, t0_ms + 8 * HOUR_MS - 1, &rate));
    assert_true(funding_advance(&funding, t0_ms + 8 * HOUR_MS, &rate));
    assert_near(rate, 2e-4, 0);
    assert_false(funding_advance(&funding, t0_ms + 8 * HOUR_MS, &rate));
    assert_false(funding_advance(&funding, t0_ms + 80 * HOUR_MS, &rate));
    assert_int_equal(funding.settled_count, 1);
    /* The message after it still names the settlement that has passed: not again. */
    struct funding_update stale = update_at(t0_ms + 8 * HOUR_MS + 5, 3e-4, t0_ms + 8 * HOUR_MS);
    assert_false(funding_apply(&funding, &stale, &rate));
    assert_false(funding_advance(&funding, t0_ms + 9 * HOUR_MS, &rate));
}

static void a_clock_ahead_settles_with_the_message(void **state) {
    (void)state;
    struct funding funding = FUNDING_START;
    double rate = 0.0;
    int64_t due_ms = t0_ms + 8 * HOUR_MS;
    struct funding_update first = update_at(t0_ms, 1e-4, due_ms);
    funding_apply(&funding, &first, &rate);
    struct funding_update ahead = update_at(due_ms - 200, 5e-5, due_ms + 8 * HOUR_MS);
    assert_true(funding_apply(&funding, &ahead, &rate));
    assert_near(rate, 1e-4, 0);
    assert_false(funding_advance(&funding, due_ms + 1, &rate));
    /* Long before its time it is only another schedule. */
    struct funding_update changed = update_at(due_ms + HOUR_MS, 5e-5, due_ms + 12 * HOUR_MS);
    assert_false(funding_apply(&funding, &changed, &rate));
    assert_int_equal(funding.settled_count, 1);
}

static void an_interval_carries_the_schedule_on(void **state) {
    (void)state;
    struct funding funding = FUNDING_START;
    double rate = 0.0;
    struct funding_update hourly = {.ts_ms = t0_ms + 20 * 60000,
                                    .has_rate = true,
                                    .rate = 1e-5,
                                    .has_interval = true,
                                    .interval_h = 1};
    funding_apply(&funding, &hourly, &rate);
    assert_int_equal(funding.next_ms, t0_ms + HOUR_MS);
    assert_true(funding_advance(&funding, t0_ms + HOUR_MS + 30, &rate));
    assert_int_equal(funding.next_ms, t0_ms + 2 * HOUR_MS);
    /* A stretch of silence over several: once, and on with the schedule. */
    assert_true(funding_advance(&funding, t0_ms + 5 * HOUR_MS + 1, &rate));
    assert_int_equal(funding.next_ms, t0_ms + 6 * HOUR_MS);
    assert_int_equal(funding.settled_count, 2);
}

static void absurd_values_are_refused(void **state) {
    (void)state;
    struct funding funding = FUNDING_START;
    double rate = 0.0;
    struct funding_update cases[] = {
        update_at(t0_ms, NAN, 0),
        update_at(t0_ms, 0.9, 0),
        {.ts_ms = t0_ms, .has_next = true, .next_ms = t0_ms - 1},
        {.ts_ms = t0_ms, .has_next = true, .next_ms = t0_ms + INT64_C(400) * 24 * HOUR_MS},
        {.ts_ms = t0_ms, .has_interval = true, .interval_h = 0},
        {.ts_ms = t0_ms, .has_interval = true, .interval_h = -8},
        {.ts_ms = t0_ms, .has_interval = true, .interval_h = INT32_MAX},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_false(funding_apply(&funding, &cases[i], &rate));
        assert_int_equal(funding.refused_count, (int64_t)i + 1);
        assert_true(isnan(funding.rate));
        assert_int_equal(funding.next_ms, 0);
    }
    /* A settlement without a known rate passes without one. */
    struct funding_update no_rate = {.ts_ms = t0_ms, .has_next = true, .next_ms = t0_ms + HOUR_MS};
    funding_apply(&funding, &no_rate, &rate);
    assert_false(funding_advance(&funding, t0_ms + HOUR_MS, &rate));
    assert_int_equal(funding.settled_count, 0);
    struct funding other = funding;
    assert_true(funding_hash(HASH_START, &funding) == funding_hash(HASH_START, &other));
    other.next_ms = 5;
    assert_false(funding_hash(HASH_START, &funding) == funding_hash(HASH_START, &other));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rate_in_force_is_applied_once),
        cmocka_unit_test(a_clock_ahead_settles_with_the_message),
        cmocka_unit_test(an_interval_carries_the_schedule_on),
        cmocka_unit_test(absurd_values_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
