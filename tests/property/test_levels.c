/* What must hold of levels and clusters whatever the market did: the field's dollars are conserved,
 * clusters never hold more, nothing crosses the mark, and equal instruments add up. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "density/clusters.h"
#include "density/survey.h"
#include "support/entry_field.h"
#include "support/fact_walk.h"

enum { SEEDS = 8, STRETCHES = 5, MARKETS = 2 };

struct market {
    struct fact_market facts;
    struct estimator *estimator;
};

static struct profile profile, twice;
static struct survey survey;
static struct scene_map map;

static void apply(void *user, const struct entry_row *row, const struct entry_deposit *deposits,
                  const struct entry_print *prints) {
    estimator_apply_row(user, row, deposits, prints);
}

static void market_start(struct market *market, uint64_t seed, double ln_price) {
    *market = (struct market){.estimator = estimator_create(&(struct estimator_desc){.mmr = .004})};
    fact_walk_init(&market->facts.walk, seed);
    market->facts.walk.trades_per_s = 1;
    market->facts.walk.ln_price = ln_price;
    market->facts.log = entry_log_create(ESTIMATOR_BIN_WIDTH);
    market->facts.builder = row_builder_create(&(struct row_builder_desc){
        .log = market->facts.log, .on_row = apply, .user = market->estimator});
}

static void market_end(struct market *market) {
    fact_market_finish(&market->facts);
    estimator_destroy(market->estimator);
}

/* Now and then a price that nobody expected, open interest of another size, or hours of silence. */
static void market_shock(struct market *market, struct random *chance) {
    struct fact_walk *walk = &market->facts.walk;
    switch (random_u64(chance) % 5) {
    case 0:
        walk->ln_price += 0.6 * random_normal(chance);
        break;
    case 1:
        walk->oi_base *= exp(6 * random_uniform(chance) - 3);
        break;
    case 2:
        walk->ts_ms += (int64_t)(random_uniform(chance) * 5e7) / 1000 * 1000;
        break;
    case 3:
        walk->step_sd = 1e-5 * exp(7 * random_uniform(chance));
        break;
    default:
        break;
    }
}

static void check_near(uint64_t seed, const char *what, double got, double want, double share) {
    if (!(fabs(got - want) <= share * fabs(want) + 1e-9)) {
        fail_msg("seed %d: %s: got %.12g, want %.12g within %g", (int)seed, what, got, want, share);
    }
}

static void check_clusters(uint64_t seed, double reference) {
    double usd[MODEL_SIDE_COUNT] = {0};
    map.cluster_count = clusters_find(&profile, 0.8, map.clusters, &map.cluster_left_out);
    for (int i = 0; i < map.cluster_count; i++) {
        const struct map_cluster *item = &map.clusters[i];
        bool finite = isfinite(item->price) && isfinite(item->usd) && isfinite(item->sd) &&
                      isfinite(item->magnet_usd) && isfinite(item->distance);
        bool inside = item->side == MODEL_LONG ? item->price_high <= reference * (1 + 1e-12)
                                               : item->price_low >= reference * (1 - 1e-12);
        if (!finite || !inside || !(item->usd > 0) || item->price < item->price_low ||
            item->price > item->price_high) {
            fail_msg("seed %d: cluster %d: %.12g in [%.12g, %.12g], %.12g USD", (int)seed, i,
                     item->price, item->price_low, item->price_high, item->usd);
        }
        usd[item->side] += item->usd;
    }
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        assert_true(usd[side] <= profile.sides[side].total_usd * (1 + 1e-5));
    }
}

/* The map of one of them: all its dollars, nothing odd, and a max pain that can be paid. */
static void check_map(uint64_t seed, const struct estimator *estimator) {
    if (!survey_begin(&survey, estimator)) {
        return;
    }
    survey_finish(&survey, &map);
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        double usd = map.sides[side].beyond_usd;
        for (int i = 0; i < map.level_count; i++) {
            double level = map_level_usd(&map.sides[side], i, 0);
            assert_true(isfinite(level) && level >= 0);
            usd += level;
        }
        check_near(seed, "the map", usd, entry_field_usd(estimator, side), 1e-5);
        double before = 0;
        for (int i = 0; i < MAP_SHARE_COUNT; i++) {
            double within = map_usd_within(&map, side, map_shares[i], 0);
            assert_true(within >= before && within <= usd * (1 + 1e-9));
            before = within;
        }
    }
    assert_true(isfinite(map.max_pain) && map.max_pain >= 0);
    int side = map.max_pain < map.reference ? MODEL_LONG : MODEL_SHORT;
    if (map.max_pain > 0) {
        check_near(seed, "max pain", map.max_pain_usd, map_usd_to(&map, side, map.max_pain, 0),
                   1e-5);
    }
}

static void check_profile(uint64_t seed, struct market markets[MARKETS]) {
    double reference = 0, want[MODEL_SIDE_COUNT] = {0};
    for (int i = 0; i < MARKETS; i++) {
        const struct estimator *estimator = markets[i].estimator;
        if (reference == 0 && estimator_has_mark(estimator)) {
            reference = exp(estimator_mark_z(estimator) + estimator_phi(estimator));
            assert_true(profile_begin(&profile, &(struct profile_desc){.reference = reference}));
            assert_true(profile_begin(&twice, &(struct profile_desc){.reference = reference}));
        }
        if (reference == 0 || !profile_add(&profile, estimator)) {
            continue;
        }
        profile_add(&twice, estimator);
        profile_add(&twice, estimator);
        for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
            want[side] += entry_field_usd(estimator, side);
        }
    }
    if (reference == 0) {
        return;
    }
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        const struct profile_side *got = &profile.sides[side];
        check_near(seed, "levels and beyond", got->total_usd + got->beyond_usd, want[side], 1e-9);
        for (int i = 0; i < profile.level_count; i++) {
            assert_true(isfinite(got->usd[i]) && got->usd[i] >= 0);
            check_near(seed, "twice", (double)twice.sides[side].usd[i], 2 * (double)got->usd[i],
                       1e-5);
        }
    }
    check_clusters(seed, reference);
    check_map(seed, markets[0].estimator);
}

static void levels_hold_the_field_whatever_the_market_did(void **state) {
    (void)state;
    int found = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct market markets[MARKETS];
        struct random chance;
        random_init(&chance, seed);
        for (int i = 0; i < MARKETS; i++) {
            market_start(&markets[i], seed * 10 + (uint64_t)i, 10 + 0.01 * i);
        }
        for (int stretch = 0; stretch < STRETCHES; stretch++) {
            for (int i = 0; i < MARKETS; i++) {
                market_shock(&markets[i], &chance);
                fact_market_advance(&markets[i].facts, 40);
            }
            check_profile(seed, markets);
            found += map.cluster_count;
        }
        for (int i = 0; i < MARKETS; i++) {
            market_end(&markets[i]);
        }
    }
    assert_true(found > SEEDS * STRETCHES);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels_hold_the_field_whatever_the_market_did),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
