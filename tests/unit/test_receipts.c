/* Receipts of swept clusters, on sweeps made by hand and on those of an estimator. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/hash.h"
#include "base/str.h"
#include "density/receipts.h"
#include "market/event.h"
#include "support/near.h"

#define WIDTH ESTIMATOR_BIN_WIDTH
enum { SECOND_MS = 1000, LANE = 0 };

/* A market without a mark of its own: targets are set by hand. */
static struct stage {
    struct receipts receipts;
    struct estimator *estimator;
    struct profile scratch;
    struct scene_receipt out[SCENE_RECEIPT_MAX];
    int64_t now_ms;
} stage;

static int set_up(void **state) {
    (void)state;
    receipts_init(&stage.receipts, WIDTH);
    stage.now_ms = 0;
    stage.estimator = estimator_create(&(struct estimator_desc){.mmr = .004, .evidence = true});
    return stage.estimator != NULL ? 0 : -1;
}

static int tear_down(void **state) {
    (void)state;
    estimator_destroy(stage.estimator);
    return 0;
}

static void target(int side, int32_t low, int32_t high, double least_usd) {
    int32_t *count = &stage.receipts.target_count[side];
    stage.receipts.targets[side][(*count)++] = (struct receipts_range){.low = low, .high = high};
    stage.receipts.least_usd[side] = least_usd;
}

static double price_of(int32_t bin) {
    return exp((bin + 0.5) * WIDTH);
}

/* One bin loses so many USD by the weights in force. */
static void sweep(int side, int32_t bin, double usd) {
    float removed[CLASS_LANES] = {0};
    double rho = (double)estimator_weights(stage.estimator)->rho[LANE];
    removed[LANE] = (float)(usd / (rho * price_of(bin) * 0.5));
    receipts_take_swept(&stage.receipts, &(struct estimator_swept){.ts_ms = stage.now_ms,
                                                                   .side = side,
                                                                   .bin = bin,
                                                                   .share = 1,
                                                                   .extent = 1,
                                                                   .price = price_of(bin),
                                                                   .oi_bound = 0.5,
                                                                   .removed = removed});
}

struct moment {
    int side;
    int32_t from, to; /* bins swept, in this order; from > to for longs; to 0: none */
    double usd;       /* each bin */
    int print_count;
    struct entry_print prints[4];
    uint32_t flags;
};

/* One second of it. */
static void pass(const struct moment *moment) {
    struct entry_row row = {.begin_ms = stage.now_ms,
                            .end_ms = stage.now_ms + SECOND_MS,
                            .print_count = (uint32_t)moment->print_count,
                            .flags = ENTRY_ROW_HAS_MARK | moment->flags};
    stage.now_ms = row.end_ms;
    receipts_begin_row(&stage.receipts, stage.estimator, &row, &stage.scratch);
    int32_t step = moment->to < moment->from ? -1 : 1;
    for (int32_t bin = moment->from; moment->to != 0 && bin != moment->to + step; bin += step) {
        sweep(moment->side, bin, moment->usd);
    }
    receipts_end_row(&stage.receipts, &row, moment->prints);
}

static struct entry_print print_at(int side, int32_t bin, double usd, bool complete) {
    return (struct entry_print){.ts_ms = stage.now_ms + 500,
                                .price = price_of(bin),
                                .usd = (float)usd,
                                .position = side == MODEL_LONG ? POS_LONG : POS_SHORT,
                                .complete = complete};
}

static void wait_s(int seconds) {
    for (int i = 0; i < seconds; i++) {
        pass(&(struct moment){0});
    }
}

static int look(void) {
    return receipts_read(&stage.receipts, stage.out);
}

static void a_sweep_of_a_cluster_tells_expected_beside_seen(void **state) {
    (void)state;
    target(MODEL_LONG, 1000, 1009, 500);
    pass(&(struct moment){.side = MODEL_LONG,
                          .from = 1012,
                          .to = 1003, /* two bins before it count for nobody */
                          .usd = 100,
                          .print_count = 3,
                          .prints = {print_at(MODEL_LONG, 1005, 250, true),
                                     print_at(MODEL_SHORT, 1005, 9000, true),
                                     print_at(MODEL_LONG, 900, 50, true)}}); /* slipped far */
    assert_int_equal(look(), 1);
    const struct scene_receipt *got = &stage.out[0];
    assert_int_equal(got->side, 0);
    assert_near(got->expected_usd, 7 * 100, 1e-3);
    assert_near(got->seen_usd, 300, 1e-9);
    assert_near(got->price_low, exp(1003 * WIDTH), 1e-9);
    assert_near(got->price_high, exp(1010 * WIDTH), 1e-9);
    assert_int_equal(got->from_ms, 0);
    assert_int_equal(got->to_ms, SECOND_MS);
    assert_true(got->open);
    assert_true(got->complete && got->heard);
}

static void a_short_cluster_is_swept_upward(void **state) {
    (void)state;
    target(MODEL_SHORT, 2000, 2004, 1);
    pass(&(struct moment){.side = MODEL_SHORT, .from = 1998, .to = 2010, .usd = 3});
    assert_int_equal(look(), 1);
    assert_int_equal(stage.out[0].side, 1);
    assert_near(stage.out[0].expected_usd, 15, 1e-4);
    assert_near(stage.out[0].price_high, exp(2005 * WIDTH), 1e-9);
    assert_false(stage.out[0].complete); /* nothing was ever heard of the venue */
    assert_false(stage.out[0].heard);
}

static void a_cluster_swept_further_grows_until_it_is_quiet(void **state) {
    (void)state;
    target(MODEL_LONG, 1000, 1009, 500);
    pass(&(struct moment){.side = MODEL_LONG, .from = 1009, .to = 1006, .usd = 100});
    assert_int_equal(look(), 0); /* too small yet */
    wait_s(200);
    pass(&(struct moment){.side = MODEL_LONG, .from = 1005, .to = 1003, .usd = 100});
    assert_int_equal(look(), 1);
    assert_near(stage.out[0].expected_usd, 700, 1e-3);
    assert_int_equal(stage.out[0].from_ms, 0);
    assert_int_equal(stage.out[0].to_ms, 202 * SECOND_MS);
    wait_s(299);
    look();
    assert_true(stage.out[0].open);
    wait_s(2);
    look();
    assert_false(stage.out[0].open);
    pass(&(struct moment){.side = MODEL_LONG, .from = 1002, .to = 1000, .usd = 500});
    assert_int_equal(look(), 2);
    assert_near(stage.out[0].expected_usd, 700, 1e-3);
    assert_near(stage.out[1].expected_usd, 1500, 1e-3);
}

/* New entries swept again and again where the mark has been do not keep it open, but they count. */
static void a_price_that_hovers_does_not_keep_it_open(void **state) {
    (void)state;
    target(MODEL_LONG, 1000, 1009, 500);
    for (int i = 0; i <= 310; i++) {
        pass(&(struct moment){.side = MODEL_LONG, .from = 1009, .to = 1005, .usd = 100});
        stage.receipts.target_count[MODEL_LONG] = 0; /* what was swept is a target no more */
    }
    assert_int_equal(look(), 1);
    assert_false(stage.out[0].open);
    assert_int_equal(stage.out[0].to_ms, 301 * SECOND_MS);
    assert_near(stage.out[0].expected_usd, 301 * 500, 1);
}

static void prints_that_come_late_or_elsewhere_are_not_seen(void **state) {
    (void)state;
    static const struct {
        int after_s;
        double seen_usd;
    } cases[] = {{0, 70}, {1, 70}, {3, 0}};
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        receipts_init(&stage.receipts, WIDTH);
        target(MODEL_LONG, 1000, 1009, 1);
        pass(&(struct moment){.side = MODEL_LONG, .from = 1009, .to = 1004, .usd = 100});
        wait_s(cases[i].after_s);
        pass(&(struct moment){.print_count = 1, .prints = {print_at(MODEL_LONG, 1006, 70, true)}});
        look();
        assert_near(stage.out[0].seen_usd, cases[i].seen_usd, 1e-9);
    }
    /* Swept beyond the cluster's near edge, far from it: of no cluster. */
    receipts_init(&stage.receipts, WIDTH);
    target(MODEL_LONG, 1000, 1009, 1);
    pass(&(struct moment){.side = MODEL_LONG,
                          .from = 1040,
                          .to = 1009,
                          .usd = 100,
                          .print_count = 1,
                          .prints = {print_at(MODEL_LONG, 1030, 70, true)}});
    look();
    assert_near(stage.out[0].seen_usd, 0, 0);
}

static void what_the_venue_does_not_tell_is_said(void **state) {
    (void)state;
    target(MODEL_LONG, 1000, 1009, 1);
    struct moment told = {.side = MODEL_LONG,
                          .from = 1009,
                          .to = 1008,
                          .usd = 100,
                          .print_count = 1,
                          .prints = {print_at(MODEL_LONG, 1009, 70, true)}};
    pass(&told);
    look();
    assert_true(stage.out[0].complete);
    pass(&(struct moment){
        .side = MODEL_LONG, .from = 1007, .to = 1006, .usd = 1, .flags = ENTRY_ROW_GAP});
    look();
    assert_false(stage.out[0].complete); /* a gap */
    receipts_init(&stage.receipts, WIDTH);
    target(MODEL_LONG, 1000, 1009, 1);
    told.prints[0] = print_at(MODEL_LONG, 1009, 70, false);
    pass(&told);
    look();
    assert_false(stage.out[0].complete);
}

static void history_has_no_receipts(void **state) {
    (void)state;
    target(MODEL_LONG, 1000, 1009, 1);
    pass(&(struct moment){.side = MODEL_LONG, .from = 1009, .to = 1007, .usd = 100});
    assert_int_equal(look(), 1);
    pass(&(struct moment){
        .side = MODEL_LONG, .from = 1006, .to = 1003, .usd = 100, .flags = ENTRY_ROW_HISTORY});
    assert_int_equal(look(), 1);
    assert_near(stage.out[0].expected_usd, 300, 1e-3); /* as it was, and closed */
    assert_false(stage.out[0].open);
}

static void the_newest_are_kept_and_each_cluster_has_its_own(void **state) {
    (void)state;
    enum { ROUNDS = 7 };
    for (int round = 0; round < ROUNDS; round++) {
        stage.receipts.target_count[MODEL_SHORT] = 0;
        for (int i = 0; i < 10; i++) {
            target(MODEL_SHORT, 100 * i + 10, 100 * i + 19, 1);
        }
        pass(&(struct moment){.side = MODEL_SHORT, .from = 1, .to = 1000, .usd = 10 * (round + 1)});
        stage.receipts.target_count[MODEL_SHORT] = 0;
        wait_s(301);
    }
    assert_int_equal(look(), SCENE_RECEIPT_MAX);
    assert_int_equal(stage.receipts.count, 10 * ROUNDS);
    for (int i = 0; i < SCENE_RECEIPT_MAX; i++) {
        int round = (10 * ROUNDS - SCENE_RECEIPT_MAX + i) / 10;
        assert_near(stage.out[i].expected_usd, 100 * (round + 1), 1e-2);
        assert_false(stage.out[i].open);
    }
}

static void too_many_at_a_time_end_the_oldest(void **state) {
    (void)state;
    for (int i = 0; i < 12; i++) {
        target(MODEL_LONG, 100 * i + 10, 100 * i + 19, 1);
        target(MODEL_SHORT, 10000 + 100 * i, 10000 + 100 * i + 9, 1);
    }
    pass(&(struct moment){.side = MODEL_LONG, .from = 1200, .to = 1, .usd = 10});
    pass(&(struct moment){.side = MODEL_SHORT, .from = 9999, .to = 11200, .usd = 10});
    assert_int_equal(stage.receipts.open_count, RECEIPTS_OPEN_MAX);
    assert_int_equal(stage.receipts.ended_early, 24 - RECEIPTS_OPEN_MAX);
    assert_int_equal(look(), 24);
    for (int i = 0; i < 24; i++) {
        assert_near(stage.out[i].expected_usd, 100, 1e-2);
        assert_int_equal(stage.out[i].open, i >= 24 - RECEIPTS_OPEN_MAX);
    }
}

/* -- with an estimator: what is expected is what the map held there before -- */

static void hear(void *user, const struct estimator_swept *swept) {
    receipts_take_swept(user, swept);
}

static void step(double z_from, double z_to, uint32_t deposit_count,
                 const struct entry_deposit *deposits) {
    struct entry_row row = {.begin_ms = stage.now_ms,
                            .end_ms = stage.now_ms + SECOND_MS,
                            .deposit_count = deposit_count,
                            .z_open = z_from,
                            .z_high = fmax(z_from, z_to),
                            .z_low = fmin(z_from, z_to),
                            .z_close = z_to,
                            .flags = ENTRY_ROW_HAS_MARK | ENTRY_ROW_HIGH_FIRST};
    stage.now_ms = row.end_ms;
    receipts_begin_row(&stage.receipts, stage.estimator, &row, &stage.scratch);
    estimator_apply_row(stage.estimator, &row, deposits, NULL);
    receipts_end_row(&stage.receipts, &row, NULL);
}

static double held_between(double low, double high) {
    static float bands[ESTIMATOR_BIN_COUNT][ESTIMATOR_BAND_STRIDE];
    int32_t first = 0, count = 0;
    double usd = 0;
    estimator_bin_range(stage.estimator, &first, &count);
    estimator_read_bands(stage.estimator, MODEL_LONG, first, count, bands);
    for (int32_t i = 0; i < count; i++) {
        double price = price_of(first + i);
        for (int band = 0; price > low && price < high && band < DISTANCE_BAND_COUNT; band++) {
            usd += (double)bands[i][band] * WIDTH / 1e-4;
        }
    }
    return usd;
}

static void what_is_expected_is_what_the_map_held(void **state) {
    (void)state;
    const double z = (int)(log(1000) / WIDTH) * WIDTH + WIDTH / 4;
    const struct entry_deposit deposit = {.bin = (int32_t)floor(z / WIDTH), .base = {5000, 0, 0}};
    const struct estimator_watcher watcher = {.swept = hear, .user = &stage.receipts};
    estimator_set_watcher(stage.estimator, &watcher);
    step(z, z, 1, &deposit);
    stage.now_ms += RECEIPTS_LOOK_MS; /* and the clusters of it are looked up */
    step(z, z, 0, NULL);
    assert_true(stage.receipts.target_count[MODEL_LONG] > 2);
    double held[RECEIPTS_OPEN_MAX], far_z = z - 0.03;
    struct receipts_range targets[MAP_CLUSTER_SIDE_MAX];
    int count = 0;
    for (int i = 0; i < stage.receipts.target_count[MODEL_LONG]; i++) {
        const struct receipts_range range = stage.receipts.targets[MODEL_LONG][i];
        if (range.low * WIDTH > far_z + WIDTH) { /* swept whole */
            targets[count] = range;
            held[count++] = held_between(exp(range.low * WIDTH), exp((range.high + 1) * WIDTH));
        }
    }
    assert_true(count >= 2);
    step(z, far_z, 0, NULL);
    assert_int_equal(stage.receipts.open_count >= count, 1);
    for (int i = 0; i < count; i++) { /* nearest first, as the mark met them */
        const struct receipts_episode *episode = &stage.receipts.open[i];
        assert_int_equal(episode->swept.low, targets[i].low);
        assert_int_equal(episode->swept.high, targets[i].high);
        assert_true(held[i] > 0);
        assert_near(episode->receipt.expected_usd, held[i], 1e-4 * held[i]);
    }
    assert_true(look() > 0);
}

static void state_that_differs_hashes_differently(void **state) {
    (void)state;
    target(MODEL_LONG, 1000, 1009, 1);
    uint64_t empty = receipts_hash(HASH_START, &stage.receipts);
    pass(&(struct moment){.side = MODEL_LONG, .from = 1009, .to = 1007, .usd = 100});
    uint64_t one = receipts_hash(HASH_START, &stage.receipts);
    pass(&(struct moment){.print_count = 1, .prints = {print_at(MODEL_LONG, 1008, 70, true)}});
    uint64_t seen = receipts_hash(HASH_START, &stage.receipts);
    assert_true(empty != one && one != seen && empty != seen);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_sweep_of_a_cluster_tells_expected_beside_seen, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_short_cluster_is_swept_upward, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_cluster_swept_further_grows_until_it_is_quiet, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_price_that_hovers_does_not_keep_it_open, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(prints_that_come_late_or_elsewhere_are_not_seen, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_the_venue_does_not_tell_is_said, set_up, tear_down),
        cmocka_unit_test_setup_teardown(history_has_no_receipts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_newest_are_kept_and_each_cluster_has_its_own, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(too_many_at_a_time_end_the_oldest, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_expected_is_what_the_map_held, set_up, tear_down),
        cmocka_unit_test_setup_teardown(state_that_differs_hashes_differently, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
