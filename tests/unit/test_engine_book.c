/* From book events to the book log: time, what is unknown, and the same bits whatever the batches.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/engine.h"
#include "engine/engine_book.h"
#include "model/book_log.h"
#include "support/event_make.h"
#include "support/market_walk.h"
#include "support/near.h"

enum { BEGIN = EVENT_FLAG_BEGIN, END = EVENT_FLAG_END, SNAP = EVENT_FLAG_SNAPSHOT };

static const int64_t t0_ms = INT64_C(1750003200000);
static struct instrument_table *table;
static struct book_sum sum;
static uint16_t btc;

static int set_up(void **state) {
    table = instrument_table_create();
    btc = instrument_add(table, VENUE_BINANCE_USDM, "BTCUSDT", 7);
    *state = engine_create(&(struct engine_desc){.instruments = table});
    memset(&sum, 0, sizeof(sum));
    return table != NULL && *state != NULL ? 0 : -1;
}

static int tear_down(void **state) {
    engine_destroy(*state);
    instrument_table_destroy(table);
    return 0;
}

static void put(struct engine *engine, int64_t at_ms, enum side side, const char *price,
                const char *qty, unsigned flags) {
    struct event event = make_level(btc, t0_ms + at_ms, side, price, qty, flags);
    engine_apply(engine, &event, 1);
}

static void trade(struct engine *engine, int64_t at_ms) {
    struct event event = make_trade(btc, t0_ms + at_ms, SIDE_BUY, "100", "1");
    engine_apply(engine, &event, 1);
}

static void snapshot(struct engine *engine, int64_t at_ms) {
    put(engine, at_ms, SIDE_BUY, "100", "2", BEGIN | SNAP);
    put(engine, at_ms, SIDE_SELL, "101", "3", SNAP | END);
}

/* Bids and asks in USD x ms of [from, to), and for how long that is known. */
static int64_t look(struct engine *engine, int64_t from_ms, int64_t to_ms, double usd_ms[2]) {
    const struct book_log *log = engine_book_log(engine, btc);
    assert_non_null(log);
    book_sum_begin(&sum);
    book_log_sum(log, t0_ms + from_ms, t0_ms + to_ms, &sum);
    for (int side = 0; side < 2; side++) {
        usd_ms[side] = 0;
        for (int32_t bin = sum.low_bin; bin < sum.high_bin; bin++) {
            usd_ms[side] += (double)sum.usd_ms[side][(uint32_t)bin % BOOK_LOG_BINS];
        }
    }
    return sum.known_ms;
}

static void seconds_hold_what_rested_in_them(void **state) {
    struct engine *engine = *state;
    double usd_ms[2];
    trade(engine, 0);
    assert_null(engine_book_log(engine, btc));
    snapshot(engine, 500);
    put(engine, 1250, SIDE_BUY, "100", "4", BEGIN | END);
    put(engine, 2500, SIDE_SELL, "101", "0", BEGIN);
    put(engine, 2500, SIDE_SELL, "102", "1", END);
    trade(engine, 6000); /* time passes without the book */
    assert_int_equal(look(engine, 0, 1000, usd_ms), 500);
    assert_near(usd_ms[0] / (200.0 * 500), 1, 1e-3);
    assert_int_equal(look(engine, 1000, 2000, usd_ms), 1000);
    assert_near(usd_ms[0] / (200.0 * 250 + 400.0 * 750), 1, 1e-3);
    assert_int_equal(look(engine, 2000, 3000, usd_ms), 1000);
    assert_near(usd_ms[1] / (303.0 * 500 + 102.0 * 500), 1, 1e-3);
    assert_int_equal(look(engine, 3000, 5000, usd_ms), 2000);
    assert_near(usd_ms[0] / (400.0 * 2000), 1, 1e-3);
    assert_int_equal(look(engine, 5000, 6000, usd_ms), 0); /* not told yet */
    engine_finish(engine);
    assert_int_equal(look(engine, 5000, 7000, usd_ms), 1000);
}

static void snapshots_replace_each_other(void **state) {
    struct engine *engine = *state;
    double usd_ms[2];
    trade(engine, 0);
    snapshot(engine, 0);
    put(engine, 600, SIDE_BUY, "90", "5", BEGIN | SNAP);
    put(engine, 600, SIDE_SELL, "91", "1", SNAP | END);
    put(engine, 1000, SIDE_SELL, "91", "1", BEGIN | END);
    assert_int_equal(look(engine, 0, 1000, usd_ms), 1000);
    assert_near(usd_ms[0] / (200.0 * 600 + 450.0 * 400), 1, 1e-3);
    assert_near(usd_ms[1] / (303.0 * 600 + 91.0 * 400), 1, 1e-3);
}

static void a_gap_is_unknown_until_the_next_snapshot(void **state) {
    struct engine *engine = *state;
    double usd_ms[2];
    trade(engine, 0);
    snapshot(engine, 0);
    trade(engine, 3500);
    struct event gap = make_gap(btc, STREAM_BOOK, t0_ms + 3300, t0_ms + 3500);
    engine_apply(engine, &gap, 1);
    put(engine, 5000, SIDE_BUY, "100", "4", BEGIN | END); /* early: not of a known book */
    snapshot(engine, 8250);
    trade(engine, 12000);
    assert_int_equal(look(engine, 0, 3000, usd_ms), 3000);
    assert_int_equal(look(engine, 3000, 4000, usd_ms), 300);
    assert_near(usd_ms[0] / (200.0 * 300), 1, 1e-3);
    assert_int_equal(look(engine, 4000, 8000, usd_ms), 0);
    assert_int_equal(look(engine, 8000, 9000, usd_ms), 750);
}

static void a_crossed_book_is_unknown(void **state) {
    struct engine *engine = *state;
    double usd_ms[2];
    trade(engine, 0);
    snapshot(engine, 0);
    put(engine, 1400, SIDE_BUY, "101", "9", BEGIN | END); /* crosses */
    put(engine, 1700, SIDE_BUY, "101", "0", BEGIN | END);
    trade(engine, 5000);
    assert_int_equal(look(engine, 1000, 2000, usd_ms), 700);
    assert_near(usd_ms[0] / (200.0 * 700), 1, 1e-3);
    assert_near(usd_ms[1] / (303.0 * 700), 1, 1e-3);
}

static void a_silent_book_is_not_believed_for_ever(void **state) {
    struct engine *engine = *state;
    double usd_ms[2];
    trade(engine, 0);
    snapshot(engine, 0);
    for (int s = 1; s <= 200; s++) {
        trade(engine, s * 1000);
    }
    assert_int_equal(look(engine, 0, 300000, usd_ms), ENGINE_BOOK_STALE_MS);
    put(engine, 200000, SIDE_BUY, "100", "4", BEGIN | END); /* it speaks again */
    trade(engine, 210000);
    assert_int_equal(look(engine, 200000, 209000, usd_ms), 9000);
}

static void half_a_message_and_times_that_go_back_do_no_harm(void **state) {
    struct engine *engine = *state;
    double usd_ms[2];
    put(engine, 0, SIDE_BUY, "100", "4", BEGIN | SNAP | END); /* before any time is known */
    trade(engine, 0);
    snapshot(engine, 0);
    put(engine, 1500, SIDE_BUY, "100", "7", BEGIN); /* its end is lost */
    trade(engine, 4000);
    put(engine, 900, SIDE_BUY, "100", "1", BEGIN | END); /* late: counts from 1500 on */
    put(engine, -900000000, SIDE_BUY, "100", "2", BEGIN | END);
    put(engine, 5000, SIDE_BUY, "100", "2", BEGIN | END);
    trade(engine, 9000);
    assert_int_equal(look(engine, 0, 1000, usd_ms), 1000);
    assert_int_equal(look(engine, 1000, 8000, usd_ms), 7000);
    assert_near(usd_ms[0] / (200.0 * 7000), 1, 1e-3);
}

/* Everything that a log holds, by cadence. */
static double digest(const struct book_log *log, int64_t from_ms, int64_t until_ms) {
    double sum_of_all = 0;
    for (int64_t t_ms = from_ms; t_ms < until_ms; t_ms += 10000) {
        book_sum_begin(&sum);
        book_log_sum(log, t_ms, t_ms + 10000, &sum);
        sum_of_all += (double)sum.known_ms;
        for (int32_t bin = sum.low_bin; bin < sum.high_bin; bin++) {
            uint32_t at = (uint32_t)bin % BOOK_LOG_BINS;
            sum_of_all = sum_of_all * 0.999 + (double)(sum.usd_ms[0][at] - sum.usd_ms[1][at]);
        }
    }
    return sum_of_all;
}

static void any_batch_size_gives_the_same_bits(void **state) {
    (void)state;
    size_t count = 0;
    struct event *events = market_walk_make(9, btc, 30000, &count);
    static const size_t batches[] = {30000, 1, 7, 256};
    double want = 0;
    for (size_t i = 0; i < sizeof(batches) / sizeof(batches[0]); i++) {
        struct engine *engine = engine_create(&(struct engine_desc){.instruments = table});
        assert_non_null(engine);
        for (size_t at = 0; at < count; at += batches[i]) {
            engine_apply(engine, events + at, count - at < batches[i] ? count - at : batches[i]);
        }
        engine_finish(engine);
        const struct book_log *log = engine_book_log(engine, btc);
        assert_non_null(log);
        double got = digest(log, MARKET_WALK_START_MS, events[count - 1].ts_ms);
        want = i == 0 ? got : want;
        assert_true(got != 0);
        assert_true(memcmp(&got, &want, sizeof(got)) == 0);
        engine_destroy(engine);
    }
    free(events);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(seconds_hold_what_rested_in_them, set_up, tear_down),
        cmocka_unit_test_setup_teardown(snapshots_replace_each_other, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_gap_is_unknown_until_the_next_snapshot, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_crossed_book_is_unknown, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_silent_book_is_not_believed_for_ever, set_up, tear_down),
        cmocka_unit_test_setup_teardown(half_a_message_and_times_that_go_back_do_no_harm, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(any_batch_size_gives_the_same_bits, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
