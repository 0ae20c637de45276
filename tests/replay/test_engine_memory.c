/* The steady state of the data thread allocates nothing but the chunks of the log. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/engine.h"
#include "model/entry_log.h"
#include "support/alloc_count.h"
#include "support/market_walk.h"

enum { WARM_STEPS = 30000, STEADY_STEPS = 60000 }; /* 10 and 20 minutes of event time */

static void nothing_is_allocated_per_event(void **state) {
    (void)state;
    struct instrument_table *table = instrument_table_create();
    uint16_t btc = instrument_add(table, VENUE_BINANCE_USDM, "BTCUSDT", 7);
    struct engine *engine = engine_create(&(struct engine_desc){.instruments = table});
    struct market_walk walk;
    market_walk_init(&walk, 11, btc);
    static struct event events[MARKET_WALK_MESSAGE_MAX];
    static struct scene scene;
    for (int i = 0; i < WARM_STEPS; i++) {
        engine_apply(engine, events, market_walk_next(&walk, events));
    }
    struct entry_log_stats before = {0};
    struct entry_log_stats after = {0};
    entry_log_get_stats(engine_entry_log(engine, btc), &before);
    int64_t slots = 0;
    alloc_count_begin();
    for (int i = 0; i < STEADY_STEPS; i++) {
        size_t count = market_walk_next(&walk, events);
        engine_apply(engine, events, count);
        slots += (int64_t)count;
        if (i % 10 == 0) {
            engine_fill_scene(engine, &scene);
        }
    }
    int64_t calls = alloc_count_end();
    entry_log_get_stats(engine_entry_log(engine, btc), &after);
    /* Chunks are whole megabytes or parts of one: none that is smaller than a page. */
    int64_t chunks_max = (int64_t)(after.bytes - before.bytes) / 4096;
    print_message("%lld slots: %lld allocations, log grew by %lld bytes\n", (long long)slots,
                  (long long)calls, (long long)(after.bytes - before.bytes));
    assert_true(calls <= chunks_max);
    assert_true(calls <= 64);
    engine_destroy(engine);
    instrument_table_destroy(table);
}

static void the_counter_counts(void **state) {
    (void)state;
    alloc_count_begin();
    void *volatile block = malloc(10);
    free(block);
    assert_int_equal(alloc_count_end(), 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_counter_counts),
        cmocka_unit_test(nothing_is_allocated_per_event),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
