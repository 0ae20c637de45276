/* support/fact_walk.h - seeded market facts put straight into a row builder, for tests and benches
 * of the model: a random walk of trades, a mark a second, open interest every ten.  Not a model of
 * anything. */
#pragma once

#include "base/math.h"
#include "base/random.h"
#include "model/row_builder.h"

#define FACT_WALK_START_MS INT64_C(1750000000000)

struct fact_walk {
    struct random random;
    int64_t ts_ms;
    double ln_price, step_sd; /* of one second */
    double oi_base;
    int trades_per_s;
};

static inline void fact_walk_init(struct fact_walk *walk, uint64_t seed) {
    *walk = (struct fact_walk){.ts_ms = FACT_WALK_START_MS,
                               .ln_price = math_log(60000),
                               .step_sd = 1e-4,
                               .oi_base = 80000,
                               .trades_per_s = 4};
    random_init(&walk->random, seed);
}

/* One second of facts. */
static inline void fact_walk_second(struct fact_walk *walk, struct row_builder *builder) {
    struct random *random = &walk->random;
    for (int i = 0; i < walk->trades_per_s; i++) {
        walk->ln_price += walk->step_sd * random_normal(random) / walk->trades_per_s;
        double price = math_exp(walk->ln_price);
        double qty = random_exponential(random) * 8 / walk->trades_per_s;
        row_builder_trade(builder, walk->ts_ms + i * 1000 / walk->trades_per_s, price, qty,
                          qty * price, random_u64(random) % 2 == 0 ? SIDE_BUY : SIDE_SELL);
    }
    walk->ln_price += walk->step_sd * random_normal(random);
    row_builder_mark(builder, walk->ts_ms + 990, math_exp(walk->ln_price));
    if (random_u64(random) % 20 == 0) {
        double away = 3e-4 * random_normal(random);
        row_builder_print(builder, walk->ts_ms + 990, math_exp(walk->ln_price + away),
                          1000 + 50000 * random_exponential(random),
                          random_u64(random) % 2 == 0 ? POS_LONG : POS_SHORT, PRICE_FILL, true);
    }
    if (walk->ts_ms / 1000 % 10 == 0) {
        walk->oi_base += 20 * random_normal(random);
        row_builder_open_interest(builder, walk->ts_ms + 995, walk->oi_base);
    }
    if (walk->ts_ms / 1000 % 28800 == 0) {
        row_builder_funding(builder, walk->ts_ms + 996, 1e-4);
    }
    walk->ts_ms += 1000;
}

/* A market with a log, a builder and (wanted by tests) an estimator of its own on every closed row.
 */
struct fact_market {
    struct fact_walk walk;
    struct entry_log *log;
    struct row_builder *builder;
};

static inline void fact_market_advance(struct fact_market *market, int64_t seconds) {
    for (int64_t i = 0; i < seconds; i++) {
        fact_walk_second(&market->walk, market->builder);
    }
}

static inline void fact_market_finish(struct fact_market *market) {
    row_builder_destroy(market->builder);
    entry_log_destroy(market->log);
}
