/* How many trades a second one core applies to state, rows, estimator and entry log; and a mixed
 * stream. No arguments. */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "engine/engine.h"
#include "model/entry_log.h"
#include "support/bench_machine.h"
#include "support/market_walk.h"

enum { SLOT_MAX = 1 << 19, BATCH = 256, REPEAT = 5 };

/* Time of the stream moves on with each round, so that no round is late. */
static void shift(struct event *events, size_t count, int64_t by_ms) {
    for (size_t i = 0; i < count; i++) {
        events[i].ts_ms += by_ms;
        if (events[i].kind == EVENT_FUNDING) {
            events[i].u.funding.next_ms += by_ms;
        }
    }
}

/* trades_only: trades with a mark a second and open interest each ten; per_second: trades a second
 * of event time. */
static void measure(const char *name, bool trades_only, int per_second) {
    struct instrument_table *table = instrument_table_create();
    uint16_t index = instrument_add(table, VENUE_BINANCE_USDM, "BTCUSDT", 7);
    struct event *events = calloc(SLOT_MAX, sizeof(*events));
    struct market_walk walk;
    market_walk_init(&walk, 7, index);
    walk.trades_only = trades_only;
    size_t count = 0;
    int64_t last_ms = 0;
    for (int i = 0; count + MARKET_WALK_MESSAGE_MAX <= SLOT_MAX; i++) {
        /* The walk steps 20 ms: squeeze its clock to the wanted rate. */
        size_t made = market_walk_next(&walk, events + count);
        int64_t ts_ms = MARKET_WALK_START_MS + (int64_t)i * 1000 / per_second;
        for (size_t k = 0; k < made; k++) {
            events[count + k].ts_ms = ts_ms;
        }
        count += made;
        last_ms = ts_ms;
    }
    double best = 0.0;
    double rates[REPEAT] = {0};
    struct engine *engine = engine_create(&(struct engine_desc){.instruments = table});
    for (int round = 0; round < REPEAT; round++) {
        int64_t begin_ns = clock_thread_cpu_ns();
        for (size_t at = 0; at < count; at += BATCH) {
            size_t n = count - at < BATCH ? count - at : BATCH;
            engine_apply(engine, events + at, n);
        }
        double seconds = (double)(clock_thread_cpu_ns() - begin_ns) * 1e-9;
        rates[round] = (double)count / seconds;
        best = rates[round] > best ? rates[round] : best;
        shift(events, count, last_ms - MARKET_WALK_START_MS + 1000);
    }
    struct engine_counts counts = engine_counts(engine);
    struct entry_log_stats stats = {0};
    entry_log_get_stats(engine_entry_log(engine, index), &stats);
    printf("%-34s best %6.2f M slots/s  all", name, best * 1e-6);
    for (int round = 0; round < REPEAT; round++) {
        printf(" %.2f", rates[round] * 1e-6);
    }
    printf("  rows %llu, left out %lld\n", (unsigned long long)stats.rows[0],
           (long long)(counts.late + counts.jumped + counts.malformed + counts.other_instrument));
    engine_destroy(engine);
    free(events);
    instrument_table_destroy(table);
}

int main(void) {
    bench_machine_print(stdout);
    printf("engine_apply, one core, CPU time of the thread, %d slots a round\n", SLOT_MAX);
    measure("trades, 50 a second", true, 50);
    measure("trades, 1,000 a second", true, 1000);
    measure("trades, 50,000 a second", true, 50000);
    measure("all kinds, 50 trades a second", false, 50);
    measure("all kinds, 1,000 trades a second", false, 1000);
    return 0;
}
