/* What must hold for any facts: the mass account closes, nothing is negative or not a number, rows
 * come in order, and the same rows give the same bits however they were cut into calls. */
#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/random.h"
#include "model/estimator.h"
#include "support/fact_walk.h"

enum { SEEDS = 6, HOSTILE_FACTS = 6000 };

static void apply(void *user, const struct entry_row *row, const struct entry_deposit *deposits,
                  const struct entry_print *prints) {
    estimator_apply_row(user, row, deposits, prints);
}

static float bands[ESTIMATOR_BIN_COUNT][ESTIMATOR_BAND_STRIDE];

static void check_state(const struct estimator *estimator, uint64_t seed, double tolerance) {
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        struct estimator_mass mass;
        estimator_get_mass(estimator, side, &mass);
        double balance = mass.deposited - mass.swept - mass.decayed - mass.clipped;
        double map = estimator_sum_map(estimator, side);
        double scale = mass.deposited + 1e-9;
        if (!(fabs(balance - mass.held) <= 1e-9 * scale) ||
            !(fabs(map - mass.held) <= tolerance * scale)) {
            fail_msg("seed %" PRIu64 " side %d: balance %.12g, held %.12g, in the map %.12g", seed,
                     side, balance, mass.held, map);
        }
        int32_t first = 0, count = 0;
        estimator_bin_range(estimator, &first, &count);
        estimator_read_bands(estimator, side, first, count, bands);
        for (int32_t i = 0; i < count; i++) {
            for (int band = 0; band < ESTIMATOR_BAND_STRIDE; band++) {
                if (!(bands[i][band] >= 0) || !isfinite(bands[i][band])) {
                    fail_msg("seed %" PRIu64 ": bin %d band %d reads %g", seed, i, band,
                             (double)bands[i][band]);
                }
            }
        }
    }
    struct estimator_totals totals;
    estimator_read_totals(estimator, &totals);
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        assert_true(isfinite(totals.estimate_usd[side]) && totals.estimate_usd[side] >= 0);
        assert_true(isfinite(totals.unallocated_usd[side]) && totals.unallocated_usd[side] >= 0);
    }
}

static void mass_closes_on_a_walking_market(void **state) {
    (void)state;
    struct estimator *estimator = estimator_create(&(struct estimator_desc){.evidence = true});
    struct fact_market market = {0};
    fact_walk_init(&market.walk, 42);
    market.walk.step_sd = 4e-4;
    market.log = entry_log_create(ESTIMATOR_BIN_WIDTH);
    market.builder = row_builder_create(
        &(struct row_builder_desc){.log = market.log, .on_row = apply, .user = estimator});
    for (int hour = 0; hour < 4; hour++) {
        fact_market_advance(&market, 1500);
        check_state(estimator, 42, 1e-6);
    }
    const struct calibration *calibration = estimator_calibration(estimator);
    assert_true(calibration->attributed_total_usd > 0);
    fact_market_finish(&market);
    estimator_destroy(estimator);
}

static double wild_value(struct random *random) {
    static const double wild[] = {0, -1, NAN, INFINITY, -INFINITY, 1e-310, 1e300, 1e-9, 1e12, 1e15};
    switch (random_u64(random) % 8) {
    case 0:
        return wild[random_u64(random) % (sizeof(wild) / sizeof(wild[0]))];
    case 1:
        return math_exp(40 * (random_uniform(random) - 0.5));
    default:
        return 60000 * math_exp(0.02 * random_normal(random));
    }
}

static int64_t wild_time(struct random *random, int64_t *now_ms) {
    switch (random_u64(random) % 64) {
    case 0:
        return (int64_t)random_u64(random);
    case 1:
        return *now_ms += INT64_C(86400000) * (int64_t)(random_u64(random) % 400);
    case 2:
        return *now_ms - (int64_t)(random_u64(random) % 100000);
    default:
        return *now_ms += (int64_t)(random_u64(random) % 3000);
    }
}

static void wild_fact(struct random *random, struct row_builder *builder, int64_t *now_ms) {
    int64_t ts_ms = wild_time(random, now_ms);
    double a = wild_value(random), b = wild_value(random), c = wild_value(random);
    switch (random_u64(random) % 10) {
    case 0:
    case 1:
    case 2:
        row_builder_trade(builder, ts_ms, a, b, c, (enum side)(random_u64(random) % 4));
        break;
    case 3:
    case 4:
        row_builder_mark(builder, ts_ms, a);
        break;
    case 5:
        row_builder_open_interest(builder, ts_ms, b);
        break;
    case 6:
        row_builder_funding(builder, ts_ms, (random_uniform(random) - 0.5) * 0.3);
        break;
    case 7:
        row_builder_print(builder, ts_ms, a, b, (enum position)(random_u64(random) % 4),
                          (enum price_kind)(random_u64(random) % 5), true);
        break;
    case 8: {
        struct row_builder_kline bar = {.open_ms = ts_ms - ts_ms % 60000,
                                        .interval_ms = 60000,
                                        .open = a,
                                        .high = b,
                                        .low = c,
                                        .close = wild_value(random),
                                        .volume_base = wild_value(random),
                                        .taker_buy_base = wild_value(random),
                                        .usd = wild_value(random)};
        row_builder_history_kline(builder, &bar);
        break;
    }
    default:
        row_builder_gap(builder, ts_ms, ts_ms + (int64_t)(random_u64(random) % 100000) - 50000);
        row_builder_advance(builder, ts_ms);
    }
}

static void nothing_breaks_on_hostile_facts(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct random random;
        random_init(&random, seed);
        struct estimator *estimator = estimator_create(&(struct estimator_desc){.evidence = true});
        struct entry_log *log = entry_log_create(ESTIMATOR_BIN_WIDTH);
        struct row_builder *builder = row_builder_create(
            &(struct row_builder_desc){.log = log, .on_row = apply, .user = estimator});
        int64_t now_ms = FACT_WALK_START_MS;
        for (int i = 0; i < HOSTILE_FACTS; i++) {
            wild_fact(&random, builder, &now_ms);
            if (i % 2000 == 1999) {
                check_state(estimator, seed, 1e-5);
            }
        }
        struct estimator_stats stats;
        estimator_get_stats(estimator, &stats);
        assert_true(stats.rows > 100);
        assert_int_equal(stats.rows_late, 0);
        assert_int_equal(stats.rows_refused, 0);
        row_builder_destroy(builder);
        entry_log_destroy(log);
        estimator_destroy(estimator);
    }
}

/* Live rows and the same rows read back from the log give the same bits, one by one or in runs. */
static void rows_give_the_same_bits_however_they_are_cut(void **state) {
    (void)state;
    struct estimator *live = estimator_create(&(struct estimator_desc){.evidence = true});
    struct estimator *replay = estimator_create(&(struct estimator_desc){.evidence = false});
    struct fact_market market = {0};
    fact_walk_init(&market.walk, 9);
    market.log = entry_log_create(ESTIMATOR_BIN_WIDTH);
    market.builder = row_builder_create(
        &(struct row_builder_desc){.log = market.log, .on_row = apply, .user = live});
    struct entry_cursor cursor;
    entry_cursor_init(&cursor, market.log, ENTRY_LEVEL_1S, 0);
    static const int cuts[] = {1, 7, 300, 2, 900, 60};
    for (int i = 0; i < 6; i++) {
        fact_market_advance(&market, cuts[i]);
        const struct entry_row *row = NULL;
        while ((row = entry_cursor_next(&cursor, INT64_MAX / 2)) != NULL) {
            estimator_apply_row(replay, row, entry_log_deposits(market.log, row), NULL);
        }
        assert_true(estimator_field_hash(replay) == estimator_field_hash(live));
    }
    fact_market_finish(&market);
    estimator_destroy(live);
    estimator_destroy(replay);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mass_closes_on_a_walking_market),
        cmocka_unit_test(nothing_breaks_on_hostile_facts),
        cmocka_unit_test(rows_give_the_same_bits_however_they_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
