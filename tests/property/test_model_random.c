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
#include "base/str.h"
#include "model/estimator.h"
#include "support/fact_walk.h"
#include "support/field_check.h"

enum { SEEDS = 6, HOSTILE_FACTS = 6000 };

static void apply(void *user, const struct entry_row *row, const struct entry_deposit *deposits,
                  const struct entry_print *prints) {
    estimator_apply_row(user, row, deposits, prints);
}

static void check_state(const struct estimator *estimator, uint64_t seed) {
    char step[32];
    str_format(step, sizeof(step), "seed %d", (int)seed);
    field_check(estimator, step);
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
        check_state(estimator, 42);
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
                check_state(estimator, seed);
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

/* Any double at all, and now and then a market's. */
static double wild_double(struct random *random, double usual) {
    uint64_t bits = random_u64(random);
    double any = 0;
    memcpy(&any, &bits, sizeof(any));
    switch (bits % 32) {
    case 0:
        return any;
    case 1:
        return wild_value(random);
    default:
        return usual;
    }
}

static void wild_row(struct random *random, double *z, struct entry_row *row) {
    *z = random_u64(random) % 16 == 0 ? 100 * (random_uniform(random) - 0.5)
                                      : *z + 2e-3 * random_normal(random);
    row->begin_ms = row->end_ms;
    row->end_ms += 1000;
    if (random_u64(random) % 16 == 0) {
        row->end_ms += (int64_t)(random_u64(random) % (UINT64_C(1) << (random_u64(random) % 44)));
    } else if (random_u64(random) % 16 == 0) {
        row->begin_ms -= 5000; /* overlaps the one before: late */
    }
    row->z_open = wild_double(random, *z);
    row->z_high = wild_double(random, *z + 1e-3 * random_uniform(random));
    row->z_low = wild_double(random, *z - 1e-3 * random_uniform(random));
    row->z_close = wild_double(random, *z);
    row->phi = wild_double(random, row->phi + 1e-4 * random_normal(random));
    row->phi = fabs(row->phi) < 200 ? row->phi : 0;
    row->oi_base = wild_double(random, 1e5);
    row->flags =
        (uint32_t)random_u64(random) % 16 | (random_u64(random) % 8 ? ENTRY_ROW_HAS_MARK : 0);
}

static void wild_lists(struct random *random, double z, struct entry_row *row,
                       struct entry_deposit deposits[8], struct entry_print prints[4]) {
    row->deposit_count = (uint32_t)(random_u64(random) % 8);
    for (uint32_t i = 0; i < row->deposit_count; i++) {
        int32_t near =
            (int32_t)(z / ESTIMATOR_BIN_WIDTH) + (int32_t)(random_u64(random) % 200) - 100;
        deposits[i] = (struct entry_deposit){
            .bin = random_u64(random) % 16 == 0 ? (int32_t)(uint32_t)random_u64(random) : near,
            .below_bins = random_u64(random) % 8 == 0 ? UINT16_MAX : 0,
            .above_bins = (uint16_t)(random_u64(random) % 64)};
        for (int source = 0; source < ENTRY_SOURCE_COUNT; source++) {
            deposits[i].base[source] = (float)wild_double(random, 10 * random_uniform(random));
        }
    }
    row->print_count = (uint32_t)(random_u64(random) % 4);
    for (uint32_t i = 0; i < row->print_count; i++) {
        prints[i] =
            (struct entry_print){.ts_ms = row->end_ms - (int64_t)(random_u64(random) % 9000),
                                 .price = wild_double(random, math_exp(z + row->phi)),
                                 .usd = (float)wild_double(random, 1e4),
                                 .position = (uint8_t)(random_u64(random) % 4),
                                 .complete = (uint8_t)(random_u64(random) % 2)};
    }
}

/* Rows that no builder makes, straight into the estimator: bits of any kind in every number, years
 * long, out of order, and other weights in force now and then, as a log may bring them. */
static void the_estimator_survives_any_row(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct random random;
        random_init(&random, 1000 + seed);
        struct estimator *estimator = estimator_create(
            &(struct estimator_desc){.evidence = seed % 2 == 0, .inverse = seed % 3 == 0});
        struct entry_log *log = entry_log_create(ESTIMATOR_BIN_WIDTH);
        struct entry_row row = {.end_ms = FACT_WALK_START_MS};
        struct entry_deposit deposits[8];
        struct entry_print prints[4];
        double z = 11;
        for (int i = 0; i < 1200; i++) {
            wild_row(&random, &z, &row);
            wild_lists(&random, z, &row, deposits, prints);
            estimator_apply_row(estimator, &row, deposits, prints);
            struct weights learned;
            bool changed = estimator_take_weights(estimator, &learned);
            if (random_u64(&random) % 64 == 0) {
                learned = *estimator_weights(estimator);
                for (int lane = 0; lane < CLASS_LANES; lane++) {
                    learned.rho[lane] *= (float)(2 * random_uniform(&random));
                }
                changed = true;
            }
            if (changed) {
                estimator_use_weights(estimator, log, entry_log_add_weights(log, &learned));
            }
            if (i % 300 == 299) {
                check_state(estimator, seed);
            }
        }
        struct estimator_stats stats;
        estimator_get_stats(estimator, &stats);
        assert_true(stats.rows > 200);
        assert_true(stats.rows_late > 20);
        assert_true(stats.rows_refused > 20);
        assert_true(stats.deposits > 200);
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
        cmocka_unit_test(the_estimator_survives_any_row),
        cmocka_unit_test(rows_give_the_same_bits_however_they_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
