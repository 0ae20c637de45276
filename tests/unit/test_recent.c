/* What is kept of the last stretch: pushed again later, in order, and saved with what a replay
 * needs of what was before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/recent.h"
#include "base/clock.h"
#include "support/event_make.h"
#include "support/recording_read.h"

#define NS_PER_MS INT64_C(1000000)
enum { TRADES = 3 * EVENT_MESSAGE_SLOTS_MAX, KEEP_S = 10, WAIT_MS = 30000 };
static const int64_t day_ms = 1760000000000;

struct heard {
    pthread_mutex_t lock;
    int64_t count, last_ms, disorder, early;
    int64_t delay_ns;
};

static bool hear(void *self, const struct event *slots, size_t count) {
    struct heard *heard = self;
    pthread_mutex_lock(&heard->lock);
    heard->early += clock_mono_ns() < slots[0].recv_ns + heard->delay_ns;
    heard->disorder += slots[0].ts_ms < heard->last_ms;
    heard->last_ms = slots[0].ts_ms;
    heard->count += (int64_t)count;
    pthread_mutex_unlock(&heard->lock);
    return true;
}

static int64_t heard_count(struct heard *heard) {
    pthread_mutex_lock(&heard->lock);
    const int64_t count = heard->count;
    pthread_mutex_unlock(&heard->lock);
    return count;
}

static bool nothing(void *self, const struct event *slots, size_t count) {
    (void)self;
    (void)slots;
    return count > 0;
}

static const struct event_sink deaf = {.push = nothing};

/* One a millisecond of both clocks, from `first` on. */
static void push_trades(const struct event_sink *sink, int64_t first, int64_t count,
                        int64_t begin_ns) {
    for (int64_t i = first; i < first + count; i++) {
        struct event trade = make_trade(0, day_ms + i, SIDE_BUY, "61800.1", "0.5");
        trade.recv_ns = begin_ns + i * NS_PER_MS;
        assert_true(event_sink_push(sink, &trade, 1));
    }
}

static void what_came_comes_again_later_and_in_order(void **state) {
    (void)state;
    struct instrument_table *table = make_table();
    struct heard heard = {.delay_ns = 200 * NS_PER_MS};
    /* All of it: nothing falls out before a source that waits for a processor has read it. */
    struct recent *recent = recent_create(table, 2 * TRADES / 1000);
    const struct event_sink tee = recent_tee(recent, 0, &deaf);
    const struct event_sink sink = {.self = &heard, .push = hear};
    struct event_source source;
    pthread_mutex_init(&heard.lock, NULL);
    assert_int_equal(recent_open_source(recent, 0.2, &source), STATUS_OK);
    assert_int_equal(source.ops->start(source.self, &sink), STATUS_OK);
    push_trades(&tee, 0, TRADES, clock_mono_ns() - TRADES * NS_PER_MS);
    const int64_t end_ns = clock_mono_ns() + WAIT_MS * NS_PER_MS;
    while (heard_count(&heard) < TRADES && clock_mono_ns() < end_ns) {
        clock_sleep_until_ns(clock_mono_ns() + NS_PER_MS);
    }
    source.ops->stop(source.self);
    event_source_destroy(&source);
    recent_destroy(recent);
    instrument_table_destroy(table);
    assert_int_equal(heard.count, TRADES);
    assert_int_equal(heard.disorder, 0);
    assert_int_equal(heard.early, 0);
}

struct content {
    int64_t trades, klines, interest, liquidations, first_trade_ms;
    bool history_first; /* what was before stands before what happened */
};

static void count_slot(void *user, const struct event *slot) {
    struct content *content = user;
    const bool history = (slot->flags & EVENT_FLAG_HISTORY) != 0;
    content->history_first = content->history_first && (!history || content->trades == 0);
    if (content->first_trade_ms == 0 && slot->kind == EVENT_TRADE) {
        content->first_trade_ms = slot->ts_ms;
    }
    content->trades += slot->kind == EVENT_TRADE;
    content->klines += history && slot->kind == EVENT_KLINE;
    content->interest += history && slot->kind == EVENT_OPEN_INTEREST;
    content->liquidations += history && slot->kind == EVENT_LIQUIDATION;
}

static struct content read_file(const char *path) {
    struct content content = {.history_first = true};
    recording_read(path, count_slot, &content);
    return content;
}

static void what_fell_out_leaves_its_history_behind(void **state) {
    (void)state;
    char path[] = "/tmp/recent_XXXXXX.liq", reason[RECENT_REASON_BYTES];
    struct instrument_table *table = make_table();
    struct recent *recent = recent_create(table, 1);
    const struct event_sink tee = recent_tee(recent, 0, &deaf);
    struct recent_saved saved;
    const int64_t begin_ns = clock_mono_ns();
    assert_int_equal(recent_save(recent, path, &saved, reason), STATUS_NOT_FOUND);
    const int fd = mkstemps(path, 4);
    assert_true(fd >= 0);
    close(fd);
    struct event slots[2];
    slots[0] = make_event(EVENT_KLINE, 0, day_ms - 60000);
    slots[1] = make_event(EVENT_KLINE_VOLUME, 0, day_ms - 60000);
    slots[0].flags = EVENT_FLAG_BEGIN | EVENT_FLAG_CLOSED;
    slots[1].flags = EVENT_FLAG_END | EVENT_FLAG_CLOSED;
    slots[0].u.kline.open = slots[0].u.kline.high = slots[0].u.kline.low = 61800;
    slots[0].u.kline.close = 61800;
    slots[0].u.kline.interval_s = 60;
    slots[0].recv_ns = slots[1].recv_ns = begin_ns;
    assert_true(event_sink_push(&tee, slots, 2));
    for (int i = 0; i < 4; i++) { /* of two minutes */
        struct event interest = make_open_interest(0, day_ms + i * 30000, "1000");
        interest.recv_ns = begin_ns;
        assert_true(event_sink_push(&tee, &interest, 1));
    }
    struct event forced = make_liquidation(0, day_ms + 5, POS_LONG, "61800.1", "0.5");
    forced.recv_ns = begin_ns;
    assert_true(event_sink_push(&tee, &forced, 1));
    push_trades(&tee, 0, TRADES, begin_ns);
    struct recent_stats stats;
    recent_get_stats(recent, &stats);
    const enum status status = recent_save(recent, path, &saved, reason);
    if (status != STATUS_OK) {
        fail_msg("%s", reason);
    }
    const struct content content = read_file(path);
    assert_int_equal(unlink(path), 0);
    recent_destroy(recent);
    instrument_table_destroy(table);
    assert_int_equal(content.klines, 1);
    assert_in_range(content.interest, 2, 3);
    assert_int_equal(content.liquidations, 1);
    assert_true(content.history_first);
    /* A second and a block at most are kept, at the end without a hole. */
    assert_in_range(content.trades, 1000, 2 * EVENT_MESSAGE_SLOTS_MAX);
    assert_int_equal(content.first_trade_ms, day_ms + TRADES - content.trades);
    assert_int_equal(saved.begin_ms, content.first_trade_ms);
    assert_int_equal(saved.end_ms, day_ms + TRADES - 1);
    assert_int_equal(saved.slots, content.trades);
    assert_int_equal(stats.slots, saved.slots);
    /* Two blocks at most are not full: the newest, and the one set aside. */
    const int64_t block_bytes = EVENT_MESSAGE_SLOTS_MAX * (int64_t)sizeof(struct event);
    assert_in_range(stats.bytes, stats.slots * (int64_t)sizeof(struct event),
                    stats.slots * (int64_t)sizeof(struct event) + 3 * block_bytes);
    assert_in_range(stats.older_bytes, sizeof(struct event), block_bytes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_came_comes_again_later_and_in_order),
        cmocka_unit_test(what_fell_out_leaves_its_history_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
