/* Raster jobs: every column once a pass, bit-equal with the engine's estimator at the finest
 * cadence, coarse passes within their tolerance, following the live edge, cancelling. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "density/raster.h"
#include "support/fact_walk.h"

enum { COLUMNS_MAX = 512, ROWS = 256 };

struct taker {
    struct layers_column *columns[4]; /* by pass: the newest of each column */
    int counts[4];
    int64_t first_col;
    int limit; /* stop after so many; 0: never */
    struct layers_column scratch;
};

static struct fact_market market;
static struct estimator *engine;
static struct raster *raster;
static struct taker *taker;

/* The engine's part, where a case needs it: it is most of the time of the others. */
static bool engine_runs;

static void apply(void *user, const struct entry_row *row, const struct entry_deposit *deposits,
                  const struct entry_print *prints) {
    struct weights learned;
    if (engine_runs) {
        estimator_use_weights(user, market.log, row->weights);
        estimator_apply_row(user, row, deposits, prints);
        if (estimator_take_weights(user, &learned)) {
            entry_log_add_weights(market.log, &learned);
        }
    }
}

static struct layers_column *take_begin(void *self) {
    struct taker *it = self;
    memset(&it->scratch, 0xff, sizeof(it->scratch)); /* stale */
    return &it->scratch;
}

static bool take_end(void *self) {
    struct taker *it = self;
    int64_t index = it->scratch.col - it->first_col;
    assert_true(index >= 0 && index < COLUMNS_MAX);
    assert_in_range(it->scratch.pass, 1, 3);
    memcpy(&it->columns[it->scratch.pass][index], &it->scratch, sizeof(it->scratch));
    it->counts[it->scratch.pass]++;
    return it->limit == 0 || it->counts[1] + it->counts[2] < it->limit;
}

static struct raster_sink sink;

static int setup(void **state) {
    (void)state;
    engine = estimator_create(&(struct estimator_desc){.evidence = true});
    engine_runs = false;
    fact_walk_init(&market.walk, 21);
    market.walk.trades_per_s = 1;
    market.log = entry_log_create(ESTIMATOR_BIN_WIDTH);
    market.builder = row_builder_create(
        &(struct row_builder_desc){.log = market.log, .on_row = apply, .user = engine});
    raster = raster_create();
    taker = calloc(1, sizeof(*taker));
    for (int pass = 1; pass < 4; pass++) {
        taker->columns[pass] = aligned_alloc(64, sizeof(struct layers_column) * COLUMNS_MAX);
    }
    sink = (struct raster_sink){.self = taker, .begin = take_begin, .end = take_end};
    return raster != NULL && engine != NULL ? 0 : -1;
}

static int teardown(void **state) {
    (void)state;
    raster_destroy(raster);
    fact_market_finish(&market);
    estimator_destroy(engine);
    for (int pass = 1; pass < 4; pass++) {
        free(taker->columns[pass]);
    }
    free(taker);
    return 0;
}

static struct raster_request request_of(int64_t begin_ms, int32_t col_ms, int count) {
    taker->first_col = begin_ms / col_ms;
    memset(taker->counts, 0, sizeof(taker->counts));
    return (struct raster_request){.request_id = 77,
                                   .log = market.log,
                                   .grid = {.first_col = begin_ms / col_ms,
                                            .col_ms = col_ms,
                                            .col_count = count,
                                            .row_count = ROWS,
                                            .ln_price_min = log(60000) - 0.128,
                                            .row_height = 1e-3}};
}

static double usd_of(const struct layers_column *column) {
    double sum = 0;
    for (int slice = 0; slice < LAYERS_SLICE_COUNT; slice++) {
        for (int row = 0; row < ROWS; row++) {
            for (int i = 0; i < 4; i++) {
                sum += (double)float_from_half(column->texels[slice][row][i]);
            }
        }
    }
    return sum * LAYERS_UNIT_USD_PER_BP * 10;
}

/* Share of two columns that does not lie on top of each other, 0..1. */
static double apart(const struct layers_column *a, const struct layers_column *b) {
    double difference = 0, sum = 0;
    for (int slice = 0; slice < LAYERS_SLICE_COUNT; slice++) {
        for (int row = 0; row < ROWS; row++) {
            for (int i = 0; i < 4; i++) {
                double x = (double)float_from_half(a->texels[slice][row][i]);
                double y = (double)float_from_half(b->texels[slice][row][i]);
                difference += fabs(x - y);
                sum += x + y;
            }
        }
    }
    return sum > 0 ? difference / sum : 0;
}

/* Over two M-steps: the weights that the engine learns come into force row by row in the replay,
 * too. */
static void finest_replay_is_bit_equal_with_the_engine(void **state) {
    (void)state;
    engine_runs = true;
    static struct weights prior, first;
    struct row_builder_kline bar = {.interval_ms = 60000,
                                    .open = 60000,
                                    .high = 60100,
                                    .low = 59900,
                                    .close = 60050,
                                    .volume_base = 300};
    for (int i = 0; i < 60; i++) { /* history first, as in a live start */
        bar.open_ms = FACT_WALK_START_MS / 60000 * 60000 - 60000 * (int64_t)(60 - i);
        row_builder_history_kline(market.builder, &bar);
    }
    prior = *estimator_weights(engine);
    fact_market_advance(&market, 900);
    row_builder_advance(market.builder, market.walk.ts_ms);
    struct raster_request request = request_of(FACT_WALK_START_MS - 600000, 20000, 80);
    request.finest = true;
    assert_int_equal(raster_run(raster, &request, &sink), STATUS_OK);
    assert_true(estimator_field_hash(raster_estimator(raster)) == estimator_field_hash(engine));
    first = *estimator_weights(engine);
    assert_memory_not_equal(&first, &prior, sizeof(prior));
    assert_memory_equal(estimator_weights(raster_estimator(raster)), &first, sizeof(first));
    int columns = 0;
    fact_market_advance(&market, 533);
    assert_int_equal(raster_follow(raster, &sink, &columns), STATUS_OK);
    assert_true(columns > 5);
    assert_true(estimator_field_hash(raster_estimator(raster)) == estimator_field_hash(engine));
    assert_memory_not_equal(estimator_weights(engine), &first, sizeof(first));
}

static void every_column_comes_once_a_pass_and_in_order(void **state) {
    (void)state;
    fact_market_advance(&market, 200);
    market.walk.ts_ms += 120000; /* silence of two minutes */
    fact_market_advance(&market, 405);
    struct raster_request request = request_of(FACT_WALK_START_MS - 60000, 10000, 400);
    assert_int_equal(raster_run(raster, &request, &sink), STATUS_OK);
    int whole = (int)((entry_log_until_ms(market.log) / 10000) - taker->first_col);
    assert_int_equal(taker->counts[1], whole + 1); /* and the open one */
    assert_int_equal(taker->counts[2], whole + 1);
    for (int i = 0; i < whole; i++) {
        const struct layers_column *column = &taker->columns[2][i];
        assert_true(column->col == taker->first_col + i && column->request_id == 77);
        assert_int_equal((column->flags & LAYERS_COLUMN_EMPTY) != 0, i < 6);
        assert_int_equal(column->flags & LAYERS_COLUMN_OPEN, 0);
        if (i >= 7) {
            assert_true(column->low > 0 && column->low <= column->open &&
                        column->high >= column->close && usd_of(column) > 0);
            assert_true(column->open == taker->columns[2][i - 1].close);
        }
    }
    for (int pass = 1; pass <= 2; pass++) {
        assert_true(taker->columns[pass][whole].flags & LAYERS_COLUMN_OPEN);
        assert_true(usd_of(&taker->columns[pass][whole]) > 0);
    }
    /* Volumes are those of the trades, silence has none. */
    assert_true(taker->columns[2][15].volume_buy_usd > 0);
    assert_true(taker->columns[2][32].volume_buy_usd == 0);
}

static void coarser_cadences_agree_within_tolerance(void **state) {
    (void)state;
    fact_market_advance(&market, 5600);
    struct raster_request request = request_of(FACT_WALK_START_MS + 3600000, 20000, 200);
    request.finest = true;
    request.single_pass = true;
    assert_int_equal(raster_run(raster, &request, &sink), STATUS_OK);
    struct layers_column *exact = taker->columns[2];
    struct layers_column *other = taker->columns[3];
    taker->columns[2] = other;
    taker->columns[3] = exact;
    request.finest = request.single_pass = false;
    assert_int_equal(raster_run(raster, &request, &sink), STATUS_OK);
    double fine_apart = 0, coarse_apart = 0, fine_usd = 0, coarse_usd = 0, exact_usd = 0;
    for (int i = 0; i < 95; i++) {
        fine_apart += apart(&other[i], &exact[i]) / 95;
        coarse_apart += apart(&taker->columns[1][i], &exact[i]) / 95;
        fine_usd += usd_of(&other[i]);
        coarse_usd += usd_of(&taker->columns[1][i]);
        exact_usd += usd_of(&exact[i]);
    }
    print_message("10 s rows: %.2f %% apart, mass %+.2f %%; coarse pass: %.2f %%, %+.2f %%\n",
                  fine_apart * 100, (fine_usd / exact_usd - 1) * 100, coarse_apart * 100,
                  (coarse_usd / exact_usd - 1) * 100);
    assert_true(taker->counts[1] >= 95);
    assert_true(fine_apart < 0.04);
    assert_true(fabs(fine_usd / exact_usd - 1) < 0.05);
    assert_true(coarse_apart < 0.12); /* it lays neighbouring entries down as one */
    assert_true(fabs(coarse_usd / exact_usd - 1) < 0.06);
}

enum { OLD_HOURS = 200, OLD_ENTRIES = 24 };

/* Hours of a wandering price with entries in every bin that was met. */
static struct entry_log *hours_of_entries(int64_t first_ms) {
    struct entry_log *made = entry_log_create(ESTIMATOR_BIN_WIDTH);
    struct random random;
    random_init(&random, 4);
    double z = log(60000);
    for (int hour = 0; hour < OLD_HOURS; hour++) {
        struct entry_deposit deposits[OLD_ENTRIES] = {{0}};
        double next = z + 2e-3 * random_normal(&random);
        int32_t bin = (int32_t)floor(fmin(z, next) / ESTIMATOR_BIN_WIDTH) - OLD_ENTRIES / 2;
        for (int i = 0; i < OLD_ENTRIES; i++) {
            deposits[i] = (struct entry_deposit){
                .bin = bin + i, .base = {(float)random_exponential(&random) * 50, 4, 1}};
        }
        struct entry_row row = {.begin_ms = first_ms + hour * INT64_C(3600000),
                                .z_open = z,
                                .z_high = fmax(z, next),
                                .z_low = fmin(z, next),
                                .z_close = next,
                                .oi_base = 1e6,
                                .oi_dt_base_s = 3.6e9,
                                .flags = ENTRY_ROW_HAS_MARK};
        row.end_ms = row.begin_ms + 3600000;
        row.mark_open = exp(row.z_open);
        row.mark_high = exp(row.z_high);
        row.mark_low = exp(row.z_low);
        row.mark_close = exp(row.z_close);
        assert_true(entry_log_append(made, &row, OLD_ENTRIES, deposits, 0, NULL));
        z = next;
    }
    return made;
}

/* What is older than two days before the window is laid down four bins at a time: the field of the
 * window is the exact one's to within the tolerance of coarser cadences. */
static void old_history_agrees_with_an_exact_replay(void **state) {
    (void)state;
    const int64_t first_ms = FACT_WALK_START_MS / 3600000 * 3600000;
    struct entry_log *made = hours_of_entries(first_ms);
    struct raster_request request =
        request_of(first_ms + (OLD_HOURS - 8) * INT64_C(3600000), 3600000, 8);
    request.log = made;
    request.single_pass = true;
    request.finest = true;
    assert_int_equal(raster_run(raster, &request, &sink), STATUS_OK);
    struct layers_column *exact = taker->columns[2];
    taker->columns[2] = taker->columns[3];
    taker->columns[3] = exact;
    request.finest = false;
    assert_int_equal(raster_run(raster, &request, &sink), STATUS_OK);
    double worst = 0, usd = 0, exact_usd = 0;
    for (int i = 0; i < 8; i++) {
        worst = fmax(worst, apart(&taker->columns[2][i], &exact[i]));
        usd += usd_of(&taker->columns[2][i]);
        exact_usd += usd_of(&exact[i]);
    }
    print_message("old history: %.2f %% apart, mass %+.3f %%\n", worst * 100,
                  (usd / exact_usd - 1) * 100);
    assert_true(exact_usd > 0);
    assert_true(worst > 0); /* it was laid down otherwise */
    assert_true(worst < 0.04);
    assert_true(fabs(usd / exact_usd - 1) < 0.01);
    raster_destroy(raster); /* it knows the log */
    raster = raster_create();
    entry_log_destroy(made);
}

static void opened_within_the_window_starts_empty(void **state) {
    (void)state;
    fact_market_advance(&market, 1800);
    struct raster_request request = request_of(FACT_WALK_START_MS + 900000, 30000, 30);
    assert_int_equal(raster_run(raster, &request, &sink), STATUS_OK);
    double all = usd_of(&taker->columns[2][0]);
    request.opened_within_window = true;
    assert_int_equal(raster_run(raster, &request, &sink), STATUS_OK);
    double opened = usd_of(&taker->columns[2][0]);
    assert_true(opened > 0 && opened < all / 5);
    assert_true(usd_of(&taker->columns[2][28]) > 5 * opened);
}

static void kept_history_changes_no_bit(void **state) {
    (void)state;
    fact_market_advance(&market, 2 * 3600 + 600);
    struct raster_request first = request_of(FACT_WALK_START_MS + 3660000, 60000, 8);
    struct raster_request later = request_of(FACT_WALK_START_MS + 7260000, 60000, 8);
    assert_int_equal(raster_run(raster, &later, &sink), STATUS_OK);
    uint64_t fresh = estimator_hash(raster_estimator(raster));
    raster_destroy(raster);
    raster = raster_create();
    taker->first_col = first.grid.first_col;
    assert_int_equal(raster_run(raster, &first, &sink), STATUS_OK);
    taker->first_col = later.grid.first_col;
    assert_int_equal(raster_run(raster, &later, &sink), STATUS_OK);
    assert_true(estimator_hash(raster_estimator(raster)) == fresh);
}

static void follow_ends_with_the_columns_of_a_new_job(void **state) {
    (void)state;
    fact_market_advance(&market, 700);
    struct raster_request request = request_of(FACT_WALK_START_MS, 10000, 200);
    request.finest = true;
    assert_int_equal(raster_run(raster, &request, &sink), STATUS_OK);
    for (int i = 0; i < 40; i++) {
        int columns = 0;
        fact_market_advance(&market, 1 + i % 13);
        assert_int_equal(raster_follow(raster, &sink, &columns), STATUS_OK);
    }
    int last = (int)(entry_log_until_ms(market.log) / 10000 - taker->first_col);
    assert_true(last > 80 && last < 200);
    assert_true(taker->columns[3][last].flags & LAYERS_COLUMN_OPEN);
    assert_int_equal(raster_run(raster, &request, &sink), STATUS_OK);
    for (int i = 72; i < last; i++) {
        const struct layers_column *live = &taker->columns[3][i], *again = &taker->columns[2][i];
        assert_int_equal(live->flags & LAYERS_COLUMN_OPEN, 0);
        assert_true(live->open == again->open && live->high == again->high &&
                    live->volume_buy_usd == again->volume_buy_usd &&
                    live->print_count == again->print_count);
        for (int slice = 0; slice < LAYERS_SLICE_COUNT; slice++) {
            assert_memory_equal(live->texels[slice], again->texels[slice],
                                sizeof(live->texels[slice][0]) * ROWS);
        }
    }
}

static void broken_requests_are_refused_and_sinks_can_stop(void **state) {
    (void)state;
    fact_market_advance(&market, 600);
    struct raster_request good = request_of(FACT_WALK_START_MS, 10000, 60);
    struct raster_request bad[8];
    for (int i = 0; i < 8; i++) {
        bad[i] = good;
    }
    bad[0].log = NULL;
    bad[1].grid.col_ms = 0;
    bad[2].grid.col_count = LAYERS_COL_MAX + 1;
    bad[3].grid.row_count = 0;
    bad[4].grid.row_count = LAYERS_ROW_MAX + 1;
    bad[5].grid.row_height = NAN;
    bad[6].grid.ln_price_min = INFINITY;
    bad[7].grid.first_col = -1;
    for (int i = 0; i < 8; i++) {
        assert_int_equal(raster_run(raster, &bad[i], &sink), STATUS_RANGE);
    }
    taker->limit = 5;
    assert_int_equal(raster_run(raster, &good, &sink), STATUS_CANCELLED);
    assert_int_equal(taker->counts[1] + taker->counts[2], 5);
    int columns = 0;
    assert_int_equal(raster_follow(raster, &sink, &columns), STATUS_OK);
    assert_int_equal(columns, 0);
}

static void price_range_holds_the_prices_and_a_margin(void **state) {
    (void)state;
    double low = 0, high = 0;
    assert_false(density_price_range(market.log, 0, INT64_MAX / 2, 0, &low, &high));
    row_builder_mark(market.builder, FACT_WALK_START_MS, 100);
    row_builder_mark(market.builder, FACT_WALK_START_MS + 500, 110);
    row_builder_advance(market.builder, FACT_WALK_START_MS + 2000);
    assert_true(density_price_range(market.log, FACT_WALK_START_MS, FACT_WALK_START_MS + 60000,
                                    0.05, &low, &high));
    assert_true(fabs(low - (log(100) - 0.05)) < 1e-9 && fabs(high - (log(110) + 0.05)) < 1e-9);
    assert_false(density_price_range(market.log, 0, 1000, 0, &low, &high));
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(finest_replay_is_bit_equal_with_the_engine),
        CASE(every_column_comes_once_a_pass_and_in_order),
        CASE(coarser_cadences_agree_within_tolerance),
        CASE(old_history_agrees_with_an_exact_replay),
        CASE(opened_within_the_window_starts_empty),
        CASE(kept_history_changes_no_bit),
        CASE(follow_ends_with_the_columns_of_a_new_job),
        CASE(broken_requests_are_refused_and_sinks_can_stop),
        CASE(price_range_holds_the_prices_and_a_margin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
