/* bench_estimator - what the model costs: deposits, sweeps, read-outs, rows and trades a second on
 * one core. */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "model/estimator.h"
#include "model/unit_map.h"
#include "support/bench_machine.h"
#include "support/fact_walk.h"

static void apply(void *user, const struct entry_row *row, const struct entry_deposit *deposits,
                  const struct entry_print *prints) {
    estimator_apply_row(user, row, deposits, prints);
}

static void bench_chain(struct estimator *estimator, int trades_per_s, int64_t seconds) {
    struct fact_market market = {0};
    fact_walk_init(&market.walk, 7);
    market.walk.trades_per_s = trades_per_s;
    market.log = entry_log_create(ESTIMATOR_BIN_WIDTH);
    market.builder = row_builder_create(
        &(struct row_builder_desc){.log = market.log, .on_row = apply, .user = estimator});
    estimator_reset(estimator);
    int64_t begin_ns = clock_thread_cpu_ns();
    fact_market_advance(&market, seconds);
    double cpu_s = (double)(clock_thread_cpu_ns() - begin_ns) / 1e9;
    struct entry_log_stats stats;
    entry_log_get_stats(market.log, &stats);
    printf("chain, %d trades a second: %.2f M trades/s, %.0f rows/s, log %.1f MB\n", trades_per_s,
           (double)trades_per_s * (double)seconds / cpu_s / 1e6, (double)seconds / cpu_s,
           (double)stats.bytes / 1e6);
    fact_market_finish(&market);
}

/* The generator alone, to be taken off. */
static void bench_generator(int trades_per_s, int64_t seconds) {
    struct random random;
    random_init(&random, 7);
    volatile double sum = 0;
    int64_t begin_ns = clock_thread_cpu_ns();
    for (int64_t i = 0; i < seconds * trades_per_s; i++) {
        sum += math_exp(1e-4 * random_normal(&random)) + random_exponential(&random) +
               (double)(random_u64(&random) % 2);
    }
    double cpu_s = (double)(clock_thread_cpu_ns() - begin_ns) / 1e9;
    printf("of which the generator takes %.0f ns a trade\n",
           cpu_s * 1e9 / (double)(seconds * trades_per_s));
}

/* Trades alone on a builder: what the engine pays for one. */
static void bench_trades(struct estimator *estimator) {
    enum { COUNT = 1 << 20, PRICES = 4096 };
    struct entry_log *log = entry_log_create(ESTIMATOR_BIN_WIDTH);
    struct row_builder *builder = row_builder_create(
        &(struct row_builder_desc){.log = log, .on_row = apply, .user = estimator});
    double *prices = malloc(sizeof(*prices) * PRICES);
    struct random random;
    random_init(&random, 5);
    double ln_price = math_log(60000);
    for (int i = 0; i < PRICES; i++) {
        ln_price += 2e-5 * random_normal(&random);
        prices[i] = math_exp(ln_price);
    }
    estimator_reset(estimator);
    int64_t begin_ns = clock_thread_cpu_ns();
    for (int i = 0; i < COUNT; i++) { /* a market of 2,000 trades a second */
        int64_t ts_ms = FACT_WALK_START_MS + i / 2;
        double price = prices[i % PRICES];
        row_builder_trade(builder, ts_ms, price, 0.1, 0.1 * price, SIDE_BUY);
        if (i % 400 == 0) {
            row_builder_mark(builder, ts_ms, price);
        }
        if (i % 20000 == 0) {
            row_builder_open_interest(builder, ts_ms, 80000 + i % 100);
        }
    }
    double cpu_s = (double)(clock_thread_cpu_ns() - begin_ns) / 1e9;
    printf("trades through row builder and estimator: %.2f M/s (%.0f ns a trade)\n",
           COUNT / cpu_s / 1e6, cpu_s * 1e9 / COUNT);
    free(prices);
    row_builder_destroy(builder);
    entry_log_destroy(log);
}

static void bench_map(void) {
    enum { DEPOSITS = 20000, SWEEPS = 2000, READS = 500 };
    static struct distance_ladder ladder;
    static float bands[ESTIMATOR_BIN_COUNT][ESTIMATOR_BAND_STRIDE];
    struct unit_map map;
    distance_ladder_init(&ladder, ESTIMATOR_BIN_WIDTH, .004, 0, 125);
    unit_map_init(&map, ESTIMATOR_BIN_WIDTH);
    float amount[CLASS_LANES];
    struct unit_map_lost lost;
    for (int lane = 0; lane < CLASS_LANES; lane++) {
        amount[lane] = lane % 4 == 3 ? 0 : 1;
    }
    int64_t begin_ns = clock_thread_cpu_ns();
    for (int i = 0; i < DEPOSITS; i++) {
        struct unit_map_entry entry = {
            .bin = i * 37 % 600 - 300, .phase = i / 2 % DISTANCE_PHASE_COUNT, .base = {1, 1, 1}};
        unit_map_deposit(&map, i % 2, &ladder, amount, 1, &entry, &lost);
    }
    double ns = (double)(clock_thread_cpu_ns() - begin_ns);
    printf("deposit of one side: %.0f ns (%d taps, three sources each)\n", ns / DEPOSITS,
           ladder.taps[0][0].count);

    for (int bins = 512; bins <= ESTIMATOR_BIN_COUNT / 2; bins *= 8) {
        begin_ns = clock_thread_cpu_ns();
        for (int i = 0; i < READS; i++) {
            unit_map_read(&map, MODEL_LONG, &ladder, amount, -bins, bins, bands);
        }
        ns = (double)(clock_thread_cpu_ns() - begin_ns);
        printf("read-out of %d bins: %.1f us (%.1f ns a bin)\n", bins, ns / READS / 1e3,
               ns / READS / bins);
    }

    int64_t bins = 0;
    double sweep_ns = 0;
    for (int i = 0; i < 20; i++) {
        for (int j = 0; j < 200; j++) {
            struct unit_map_entry entry = {
                .bin = j, .phase = j % DISTANCE_PHASE_COUNT, .base = {1, 1, 1}};
            unit_map_deposit(&map, MODEL_LONG, &ladder, amount, 1, &entry, &lost);
        }
        struct unit_map_swept swept = {{0}};
        struct unit_map_leg down = {.z_from = 0, .z_to = -0.3}, up = {.z_from = -0.3, .z_to = 0};
        begin_ns = clock_thread_cpu_ns();
        bins += unit_map_sweep(&map, &down, &swept);
        bins += unit_map_sweep(&map, &up, &swept);
        sweep_ns += (double)(clock_thread_cpu_ns() - begin_ns);
    }
    printf("sweep: %.1f ns a bin with content\n", sweep_ns / (double)bins);
    unit_map_finish(&map);
}

/* A second that sweeps 35 bins and back, with so many prints in it; CPU ns a second. */
static double learning_row_ns(bool evidence, int print_count, int64_t *bins) {
    enum { ROWS = 20000 };
    struct estimator *estimator = estimator_create(&(struct estimator_desc){.evidence = evidence});
    static struct entry_print prints[64];
    const double z = math_log(60000);
    struct entry_deposit deposit = {.bin = (int32_t)(z / ESTIMATOR_BIN_WIDTH), .base = {1, 1, 1}};
    double ns = 0;
    for (int i = 0; i < ROWS; i++) {
        int64_t begin_ms = FACT_WALK_START_MS + (int64_t)i * 1000;
        struct entry_row row = {.begin_ms = begin_ms,
                                .end_ms = begin_ms + 999,
                                .z_open = z,
                                .z_high = z,
                                .z_low = z - 0.007,
                                .z_close = z,
                                .oi_base = 80000,
                                .print_count = (uint32_t)print_count,
                                .flags = ENTRY_ROW_HAS_MARK};
        for (int k = 0; k < print_count; k++) {
            prints[k] = (struct entry_print){.ts_ms = begin_ms + 500,
                                             .price = math_exp(z - 1e-4 * k),
                                             .usd = 1000,
                                             .position = POS_LONG,
                                             .complete = 1};
        }
        int64_t begin_ns = clock_thread_cpu_ns();
        estimator_apply_row(estimator, &row, NULL, prints);
        ns += (double)(clock_thread_cpu_ns() - begin_ns);
        row.begin_ms += 999; /* entries for the next second, apart from what is measured */
        row.end_ms++;
        row.z_low = z;
        row.print_count = 0;
        row.deposit_count = 1;
        estimator_apply_row(estimator, &row, &deposit, NULL);
    }
    struct estimator_stats stats;
    estimator_get_stats(estimator, &stats);
    *bins = (int64_t)stats.bins_swept / ROWS;
    estimator_destroy(estimator);
    return ns / ROWS;
}

static void bench_learning(void) {
    enum { PRINTS = 64, STEPS = 20000 };
    int64_t bins = 0;
    double bare = learning_row_ns(false, 0, &bins), quiet = learning_row_ns(true, 0, &bins);
    double busy = learning_row_ns(true, PRINTS, &bins);
    printf("row that sweeps %lld bins: %.1f us, learning from it %.1f us (+%.0f ns a bin)\n",
           (long long)bins, bare / 1e3, quiet / 1e3, (quiet - bare) / (double)bins);
    printf("print given to its classes: %.0f ns\n", (busy - quiet) / PRINTS);

    static struct distance_ladder ladder;
    static struct calibration_evidence evidence;
    struct weights prior;
    struct calibration_output output;
    distance_ladder_init(&ladder, ESTIMATOR_BIN_WIDTH, .004, 0, 125);
    weights_set_prior(&prior, &ladder, &(struct weights_prior_desc){0});
    for (int lane = 0; lane < CLASS_LANES; lane++) {
        evidence.exposed_usd[lane] = 1e8;
        evidence.attributed_usd[lane] = 1e6;
    }
    volatile float sum = 0;
    int64_t begin_ns = clock_thread_cpu_ns();
    for (int i = 0; i < STEPS; i++) {
        evidence.attributed_usd[i % CLASS_LANES] += 1;
        calibration_step(
            &(struct calibration_input){
                .evidence = &evidence, .ladder = &ladder, .prior = &prior, .a0_usd = 1e6},
            &output);
        sum += output.weights.rho[0];
    }
    printf("M-step: %.2f us\n", (double)(clock_thread_cpu_ns() - begin_ns) / STEPS / 1e3);
}

int main(void) {
    bench_machine_print(stdout);
    struct estimator *estimator = estimator_create(&(struct estimator_desc){.evidence = true});
    bench_map();
    bench_learning();
    bench_trades(estimator);
    bench_chain(estimator, 4, 86400);
    bench_chain(estimator, 200, 3600);
    bench_generator(200, 3600);
    estimator_destroy(estimator);
    return 0;
}
