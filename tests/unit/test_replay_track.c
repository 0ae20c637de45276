/* What a recording's time bar and jumps know: where events were, gaps, large liquidations, sweeps.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>

#include "app/replay_track.h"
#include "support/event_make.h"

static struct replay_track track;
enum { SPAN_MS = 1024000 };
static const int64_t t0_ms = INT64_C(1750000000000);

static int set_up(void **state) {
    (void)state;
    replay_track_init(&track, t0_ms, t0_ms + SPAN_MS - 1);
    return 0;
}

static void add(struct event event) {
    replay_track_add(&track, &event, 1);
}

static void add_liquidation(int64_t at_ms, const char *qty) {
    add(make_liquidation(0, t0_ms + at_ms, POS_LONG, "1000", qty));
}

static void add_gap(int64_t from_ms, int64_t to_ms) {
    struct event gap = make_event(EVENT_GAP, 0, t0_ms + to_ms);
    gap.u.gap.from_ms = t0_ms + from_ms;
    gap.u.gap.to_ms = t0_ms + to_ms;
    add(gap);
}

/* When, from t0 on; -1: none. */
static int64_t find(enum track_find what, bool before, int64_t from_ms, double least_usd) {
    const struct track_question question = {
        .what = what, .before = before, .least_usd = least_usd, .from_ms = t0_ms + from_ms};
    int64_t ts_ms = 0;
    return replay_track_find(&track, &question, &ts_ms) ? ts_ms - t0_ms : -1;
}

static void slots_are_counted_by_time(void **state) {
    (void)state;
    add(make_trade(0, t0_ms, SIDE_BUY, "1000", "1"));
    add(make_trade(0, t0_ms + 999, SIDE_BUY, "1000", "1"));
    add(make_trade(0, t0_ms + 1000, SIDE_BUY, "1000", "1"));
    add(make_trade(0, t0_ms + SPAN_MS - 1, SIDE_BUY, "1000", "1"));
    add(make_trade(0, t0_ms - 1, SIDE_BUY, "1000", "1")); /* history lies before */
    assert_int_equal(track.bins[0], 2);
    assert_int_equal(track.bins[1], 1);
    assert_int_equal(track.bins[TRACK_BIN_COUNT - 1], 1);
    assert_int_equal(track.bin_max, 2);
    assert_int_equal(track.slot_count, 5);
}

/* Trades of the past are no part of it. */
static void the_first_live_one_is_known(void **state) {
    (void)state;
    struct event past = make_trade(0, t0_ms + 10, SIDE_BUY, "1000", "1");
    past.flags |= EVENT_FLAG_HISTORY;
    add(past);
    add_gap(0, 20);
    assert_int_equal(track.lived_ms, 0);
    add(make_trade(0, t0_ms + 30, SIDE_BUY, "1000", "1"));
    add(make_trade(0, t0_ms + 25, SIDE_BUY, "1000", "1"));
    assert_int_equal(track.lived_ms, t0_ms + 30);
}

/* Of a recording that is being written. */
static void a_longer_recording_has_longer_bins(void **state) {
    (void)state;
    add(make_trade(0, t0_ms + 500, SIDE_BUY, "1000", "1"));
    add(make_trade(0, t0_ms + 1500, SIDE_BUY, "1000", "1"));
    add(make_trade(0, t0_ms + 3 * (int64_t)SPAN_MS, SIDE_BUY, "1000", "1"));
    assert_int_equal(track.last_ms, t0_ms + 3 * (int64_t)SPAN_MS);
    assert_int_equal(track.bin_ms, 4000);
    assert_int_equal(track.bins[0], 2);
    assert_int_equal(track.bins[3 * SPAN_MS / 4000], 1);
    assert_true(replay_track_count(&track, 0, 0.5) == 2);
    assert_true(fabs(replay_track_count(&track, 0, 1) - 3) < 1e-3);
}

static void large_ones_are_found_on_both_sides(void **state) {
    (void)state;
    add_liquidation(5000, "1");
    add_liquidation(9000, "50");
    add_liquidation(7000, "2"); /* of another venue, a little late */
    assert_int_equal(find(TRACK_FIND_LIQUIDATION, false, 0, 0), 5000);
    assert_int_equal(find(TRACK_FIND_LIQUIDATION, false, 5000, 0), 7000);
    assert_int_equal(find(TRACK_FIND_LIQUIDATION, false, 0, 10000), 9000);
    assert_int_equal(find(TRACK_FIND_LIQUIDATION, true, 9000, 0), 7000);
    assert_int_equal(find(TRACK_FIND_LIQUIDATION, true, 9000, 10000), -1);
    assert_int_equal(find(TRACK_FIND_LIQUIDATION, false, 9000, 0), -1);
    assert_int_equal(find(TRACK_FIND_SWEEP, false, 0, 0), -1);
}

static void gaps_that_touch_are_one(void **state) {
    (void)state;
    add_gap(1000, 5000);
    add_gap(2000, 6000); /* of another stream */
    add_gap(9000, 9500);
    add_gap(8000, 7000); /* ends before it begins */
    assert_int_equal(track.gap_count, 2);
    assert_int_equal(track.gaps[0].to_ms, t0_ms + 6000);
    assert_int_equal(find(TRACK_FIND_GAP, false, 0, 0), 1000);
    assert_int_equal(find(TRACK_FIND_GAP, false, 1000, 0), 9000);
    assert_int_equal(find(TRACK_FIND_GAP, true, 9000, 0), 1000);
}

static void sweeps_are_brought_up_to_date(void **state) {
    (void)state;
    struct scene_receipt receipts[2] = {{.from_ms = t0_ms + 4000, .expected_usd = 1e6},
                                        {.from_ms = t0_ms + 8000, .expected_usd = 2e5}};
    replay_track_add_receipts(&track, 2, receipts);
    receipts[1].expected_usd = 3e6; /* it went on */
    replay_track_add_receipts(&track, 2, receipts);
    assert_int_equal(track.mark_count, 2);
    assert_int_equal(find(TRACK_FIND_SWEEP, false, 0, 2e6), 8000);
    assert_int_equal(find(TRACK_FIND_SWEEP, true, 8000, 0), 4000);
}

static void when_full_the_smaller_ones_go(void **state) {
    (void)state;
    const struct scene_receipt receipt = {.from_ms = t0_ms + 1, .expected_usd = 5};
    replay_track_add_receipts(&track, 1, &receipt);
    for (int i = 1; i <= 3 * TRACK_MARK_MAX; i++) {
        char qty[16];
        (void)snprintf(qty, sizeof qty, "%d", i % 997 + 1);
        add_liquidation(i, qty);
    }
    assert_true(track.mark_count <= TRACK_MARK_MAX);
    assert_true(track.marks_lost > TRACK_MARK_MAX);
    assert_true(track.least_usd > 500e3);
    assert_int_equal(find(TRACK_FIND_SWEEP, false, 0, 0), 1);
    assert_int_equal(find(TRACK_FIND_LIQUIDATION, false, 0, 997000), 996);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(slots_are_counted_by_time, set_up),
        cmocka_unit_test_setup(the_first_live_one_is_known, set_up),
        cmocka_unit_test_setup(a_longer_recording_has_longer_bins, set_up),
        cmocka_unit_test_setup(large_ones_are_found_on_both_sides, set_up),
        cmocka_unit_test_setup(gaps_that_touch_are_one, set_up),
        cmocka_unit_test_setup(sweeps_are_brought_up_to_date, set_up),
        cmocka_unit_test_setup(when_full_the_smaller_ones_go, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
