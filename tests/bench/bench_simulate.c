/* bench_simulate - what the simulated market costs, and whether it is as hard as the plan wants it.
 *
 * Costs: milliseconds a simulated day run ahead (ten-second steps) and told (one-second steps; both
 * must stay near 100, so that days cost no waiting), a live step, slots a second of the event
 * source, the exchange's depth.  Hardness: liquidated a day over open interest, seventeen days of
 * three seeds a regime after four of growth. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "sim/ladder.h"
#include "sim/market.h"
#include "sim/source.h"
#include "support/bench_machine.h"

enum {
    DAYS = 10,
    STEPS_PER_DAY = 8640,
    FINE_STEPS = 36000,
    READ_SLOTS = 4096,
    LADDERS = 2000,
    HARD_DAYS = 17,
    HARD_SEEDS = 3
};

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
    for (int i = 0; i < 10 * STEPS_PER_DAY; i++) {
        market_step(market, 1000);
    }
    printf("told: %.1f ms a day in steps of a second\n", seconds_since(begin_ns) * 1e3);
    begin_ns = clock_mono_ns();
    for (int i = 0; i < FINE_STEPS; i++) {
        market_step(market, MARKET_STEP_FINE_MS);
    }
    printf("live: %.1f us a step of %d ms\n", seconds_since(begin_ns) / FINE_STEPS * 1e6,
           MARKET_STEP_FINE_MS);
    market_destroy(market);
    return true;
}

/* Liquidated a day over the mean open interest of what a source of this regime and seed tells. */
static double hardness(enum regime_id regime, uint64_t seed) {
    int64_t begin_ms = SOURCE_SIM_START_MS;
    int64_t half_ms = HARD_DAYS * INT64_C(43200000);
    struct market *market = market_create(&(struct market_desc){
        .seed = seed,
        .regime = regime,
        .start_ms = begin_ms - SOURCE_SIM_BURN_IN_DAYS * INT64_C(86400000),
        .second_half_ms = begin_ms + half_ms,
    });
    if (market == NULL) {
        return 0;
    }
    const struct market_view *view = market_view(market);
    struct market_totals before;
    struct market_totals after;
    double oi_usd = 0;
    while (view->now_ms < begin_ms) {
        market_step(market, MARKET_STEP_COARSE_MS);
    }
    market_get_totals(market, &before);
    int64_t steps = 0;
    for (; view->now_ms < begin_ms + 2 * half_ms; steps++) {
        market_step(market, 1000);
        oi_usd += (double)view->oi_lots * MARKET_LOT * view->mark;
    }
    market_get_totals(market, &after);
    double liquidated = after.liquidated_usd[0] + after.liquidated_usd[1] -
                        before.liquidated_usd[0] - before.liquidated_usd[1];
    market_destroy(market);
    return liquidated / HARD_DAYS / (oi_usd / (double)steps);
}

static void bench_hardness(void) {
    static const double wanted[REGIME_COUNT] = {
        [REGIME_A] = .068, [REGIME_B] = .0035, [REGIME_C] = .21, [REGIME_AC] = .13};
    for (int regime = 0; regime < REGIME_COUNT; regime++) {
        printf("regime %s: liquidated a day", regime_name((enum regime_id)regime));
        double sum = 0;
        for (uint64_t seed = 1; seed <= HARD_SEEDS; seed++) {
            double share = hardness((enum regime_id)regime, seed);
            printf(" %.2f", share * 100);
            sum += share;
        }
        printf(", mean %.2f %% of open interest (the plan: %g %%)\n", sum / HARD_SEEDS * 100,
               wanted[regime] * 100);
    }
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
    bench_hardness();
    bool done = bench_market() && bench_ladder() && bench_source();
    return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
