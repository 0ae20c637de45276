/* bench_simulate - what the simulated market costs: a day ahead, a live second, the event source,
 * the exchange's depth.
 *
 * Prints milliseconds a simulated day in coarse steps (must stay near 100, so that days ahead cost
 * no waiting), the share of a core that live stepping takes, and slots a second of the event
 * source. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "sim/ladder.h"
#include "sim/market.h"
#include "sim/source.h"
#include "support/bench_machine.h"

enum { DAYS = 10, STEPS_PER_DAY = 8640, FINE_STEPS = 36000, READ_SLOTS = 4096, LADDERS = 2000 };

static double seconds_since(int64_t begin_ns) {
    return (double)(clock_mono_ns() - begin_ns) / 1e9;
}

static bool bench_market(void) {
    struct market *market = market_create(&(struct market_desc){
        .seed = 1, .start_ms = SOURCE_SIM_START_MS - SOURCE_SIM_START_MS % MARKET_STEP_COARSE_MS});
    if (market == NULL) {
        return false;
    }
    struct market_totals totals;
    int64_t begin_ns = clock_mono_ns();
    for (int i = 0; i < DAYS * STEPS_PER_DAY; i++) {
        market_step(market, MARKET_STEP_COARSE_MS);
    }
    double coarse_s = seconds_since(begin_ns);
    market_get_totals(market, &totals);
    printf("run ahead: %.1f ms a day over %d days; %" PRId64 " positions opened, %" PRId64
           " open, %" PRId64 " liquidated\n",
           coarse_s / DAYS * 1e3, DAYS, totals.opened_count, totals.open_count,
           totals.liquidated_count);
    begin_ns = clock_mono_ns();
    for (int i = 0; i < FINE_STEPS; i++) {
        market_step(market, MARKET_STEP_FINE_MS);
    }
    printf("live: %.1f us a step of %d ms\n", seconds_since(begin_ns) / FINE_STEPS * 1e6,
           MARKET_STEP_FINE_MS);
    market_destroy(market);
    return true;
}

static bool bench_ladder(void) {
    struct ladder *ladders = calloc(2, sizeof(*ladders));
    struct ladder_level *changes = calloc(2 * LADDER_LEVEL_MAX, sizeof(*changes));
    if (ladders == NULL || changes == NULL) {
        free(ladders);
        free(changes);
        return false;
    }
    size_t changed = 0;
    int64_t begin_ns = clock_mono_ns();
    for (int i = 0; i < LADDERS; i++) {
        struct ladder *now = &ladders[i % 2];
        ladder_make(now, 1, 1000000 + i % 40, 1000000 + i * (int64_t)MARKET_STEP_FINE_MS);
        for (int side = 0; side < 2; side++) {
            changed += ladder_diff(&ladders[(i + 1) % 2], now, side, changes);
        }
    }
    printf("order book: %.1f us an update, %.0f changes in each\n",
           seconds_since(begin_ns) / LADDERS * 1e6, (double)changed / LADDERS);
    free(changes);
    free(ladders);
    return true;
}

static bool bench_source(void) {
    struct instrument_table *instruments = instrument_table_create();
    struct event *slots = calloc(READ_SLOTS, sizeof(*slots));
    struct event_source source = {0};
    bool made = instruments != NULL && slots != NULL &&
                source_sim_create(&(struct source_sim_desc){.instruments = instruments, .seed = 1},
                                  &source) == STATUS_OK;
    int64_t begin_ns = clock_mono_ns();
    size_t total = 0;
    size_t count = 0;
    while (made && source.ops->read(source.self, slots, READ_SLOTS, &count) == STATUS_OK) {
        total += count;
    }
    printf("event source: three days after four unseen ones, %zu slots in %.2f s\n", total,
           seconds_since(begin_ns));
    event_source_destroy(&source);
    free(slots);
    instrument_table_destroy(instruments);
    return made;
}

int main(void) {
    bench_machine_print(stdout);
    bool done = bench_market() && bench_ladder() && bench_source();
    return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
