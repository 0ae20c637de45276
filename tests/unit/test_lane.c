/* Several instruments of one coin in one raster: fields, volumes and prints are added up in the
 * first one's prices. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/math.h"
#include "base/str.h"
#include "density/raster.h"
#include "support/fact_walk.h"
#include "support/near.h"

enum { COLUMNS_MAX = 512, ROWS = 256, COL_MS = 10000 };
#define ROW_HEIGHT 1e-3

struct taker {
    struct layers_column *columns; /* the newest of each */
    int count;                     /* first to newest */
    int64_t first_col;
    struct layers_column scratch;
};

static struct fact_market market;
static struct raster *raster;
static struct taker *taker, *other;

static struct layers_column *take_begin(void *self) {
    struct taker *it = self;
    memset(&it->scratch, 0xff, sizeof(it->scratch)); /* stale */
    return &it->scratch;
}

static bool take_end(void *self) {
    struct taker *it = self;
    int64_t index = it->scratch.col - it->first_col;
    assert_true(index >= 0 && index < COLUMNS_MAX);
    memcpy(&it->columns[index], &it->scratch, sizeof(it->scratch));
    it->count = (int)index + 1 > it->count ? (int)index + 1 : it->count;
    return true;
}

static struct taker *taker_make(void) {
    struct taker *made = aligned_alloc(64, sizeof(*made));
    memset(made, 0, sizeof(*made));
    made->columns = aligned_alloc(64, sizeof(struct layers_column) * COLUMNS_MAX);
    return made;
}

static void taker_free(struct taker *it) {
    free(it->columns);
    free(it);
}

/* A market like another one, at factor times its prices, for so many seconds. */
static void market_run(struct fact_market *made, double factor, int64_t seconds) {
    *made = (struct fact_market){.log = entry_log_create(ESTIMATOR_BIN_WIDTH)};
    fact_walk_init(&made->walk, 21);
    made->walk.trades_per_s = 1;
    made->walk.ln_price += log(factor);
    made->builder = row_builder_create(&(struct row_builder_desc){.log = made->log});
    fact_market_advance(made, seconds);
}

static int setup(void **state) {
    (void)state;
    raster = raster_create();
    taker = taker_make();
    other = taker_make();
    market_run(&market, 1, 3600);
    return raster != NULL ? 0 : -1;
}

static int teardown(void **state) {
    (void)state;
    raster_destroy(raster);
    fact_market_finish(&market);
    taker_free(taker);
    taker_free(other);
    return 0;
}

static struct raster_request request_of(const struct entry_log *of) {
    const int64_t begin_ms = FACT_WALK_START_MS + 2400000;
    return (struct raster_request){.request_id = 5,
                                   .log = of,
                                   .single_pass = true,
                                   .grid = {.first_col = begin_ms / COL_MS,
                                            .col_ms = COL_MS,
                                            .col_count = 120,
                                            .row_count = ROWS,
                                            .ln_price_min = log(60000) - 0.128,
                                            .row_height = ROW_HEIGHT}};
}

static void run(struct taker *it, const struct raster_request *request) {
    const struct raster_sink sink = {.self = it, .begin = take_begin, .end = take_end};
    it->count = 0;
    it->first_col = request->grid.first_col;
    assert_int_equal(raster_run(raster, request, &sink), STATUS_OK);
    assert_true(it->count > 100);
}

static double texel(const struct layers_column *column, int channel, int row) {
    return (double)float_from_half(column->texels[channel / 4][row][channel % 4]);
}

/* Share of two columns that does not lie on top of each other, b's being times a's. */
static double apart(const struct layers_column *a, const struct layers_column *b, double times) {
    double difference = 0, sum = 0;
    for (int channel = 0; channel < LAYERS_CHANNEL_COUNT; channel++) {
        for (int row = 0; row < ROWS; row++) {
            double x = times * texel(a, channel, row), y = texel(b, channel, row);
            difference += fabs(x - y);
            sum += x + y;
        }
    }
    return sum > 0 ? difference / sum : 0;
}

static double usd_of(const struct layers_column *column) {
    double sum = 0;
    for (int channel = 0; channel < LAYERS_CHANNEL_COUNT; channel++) {
        for (int row = 0; row < ROWS; row++) {
            sum += texel(column, channel, row);
        }
    }
    return sum * LAYERS_UNIT_USD_PER_BP * ROW_HEIGHT / 1e-4;
}

static void the_same_instrument_twice_doubles_everything_but_the_candle(void **state) {
    (void)state;
    struct raster_request request = request_of(market.log);
    run(taker, &request);
    request.more_count = 1;
    request.more[0].log = market.log;
    run(other, &request);
    assert_int_equal(other->count, taker->count);
    double prints = 0;
    for (int i = 0; i < taker->count; i++) {
        const struct layers_column *one = &taker->columns[i], *two = &other->columns[i];
        assert_true(usd_of(one) > 0);
        assert_near(apart(one, two, 2), 0, 1e-3);
        assert_int_equal(one->flags, two->flags);
        assert_near(two->open, one->open, 0);
        assert_near(two->high, one->high, 0);
        assert_near(two->low, one->low, 0);
        assert_near(two->close, one->close, 0);
        assert_near(two->volume_buy_usd, 2 * one->volume_buy_usd, 1e-6);
        assert_near(two->volume_sell_usd, 2 * one->volume_sell_usd, 1e-6);
        assert_near(two->oi_usd, 2 * one->oi_usd, 1e-3);
        assert_near(two->total_usd[0], 2 * one->total_usd[0], 1e-3);
        assert_near(two->liquidated_usd[1], 2 * one->liquidated_usd[1], 1e-6);
        assert_int_equal(two->print_count, 2 * one->print_count);
        for (int row = 0; row < ROWS; row++) {
            assert_in_range(two->certainty[row] + 1, one->certainty[row], one->certainty[row] + 2);
        }
        prints += one->print_count;
    }
    assert_true(prints > 10);
}

/* The other venue trades 1.7 % higher: on the first one's chart its levels lie where the first
 * one's are. Fields differ by where bins begin, not by where they lie. */
static void a_basis_is_taken_out(void **state) {
    (void)state;
    struct fact_market dear;
    market_run(&dear, 1.017, 3600);
    struct raster_request request = request_of(market.log);
    run(taker, &request);
    request.more_count = 1;
    request.more[0].log = dear.log;
    run(other, &request);
    for (int i = 0; i < taker->count; i++) {
        const struct layers_column *one = &taker->columns[i], *two = &other->columns[i];
        double got = usd_of(two), want = (1 + 1.017) * usd_of(one);
        assert_near(got, want, 0.01 * want);
        if (apart(one, two, 2.017) > 0.05) {
            fail_msg("column %d: %g of it lies elsewhere", i, apart(one, two, 2.017));
        }
        assert_near(two->close, one->close, 0);
        for (int k = 0; k < two->print_count; k++) { /* within what the mark was near */
            assert_near(two->prints[k].price, one->close, 0.005 * one->close);
        }
    }
    fact_market_finish(&dear);
}

static void which_one_is_first_moves_the_prices_only(void **state) {
    (void)state;
    struct fact_market dear;
    market_run(&dear, 1.001, 3600);
    struct raster_request request = request_of(market.log);
    request.more_count = 1;
    request.more[0].log = dear.log;
    run(taker, &request);
    request.log = dear.log;
    request.more[0].log = market.log;
    run(other, &request);
    for (int i = 0; i < taker->count; i++) {
        double want = usd_of(&taker->columns[i]);
        assert_near(usd_of(&other->columns[i]), want, 0.01 * want);
        assert_near(other->columns[i].close, 1.001 * taker->columns[i].close, 1);
    }
    fact_market_finish(&dear);
}

/* The second one ends in the middle of the window: after five minutes it is out, and the gap is
 * told. */
static void one_that_falls_silent_is_left_out(void **state) {
    (void)state;
    struct fact_market brief;
    market_run(&brief, 1, 2700);
    struct raster_request request = request_of(market.log);
    run(taker, &request);
    request.more_count = 1;
    request.more[0].log = brief.log;
    run(other, &request);
    assert_near(apart(&taker->columns[20], &other->columns[20], 2), 0, 1e-3);
    assert_int_equal(other->columns[20].flags & LAYERS_COLUMN_GAP, 0);
    const struct layers_column *one = &taker->columns[100], *two = &other->columns[100];
    assert_near(apart(one, two, 1), 0, 1e-3);
    assert_near(two->total_usd[0], one->total_usd[0], 1e-3);
    assert_int_equal(two->flags & LAYERS_COLUMN_GAP, LAYERS_COLUMN_GAP);
    fact_market_finish(&brief);
}

static void one_that_has_not_begun_adds_nothing(void **state) {
    (void)state;
    struct entry_log *empty = entry_log_create(ESTIMATOR_BIN_WIDTH);
    struct raster_request request = request_of(market.log);
    run(taker, &request);
    request.more_count = 3;
    request.more[0].log = request.more[1].log = request.more[2].log = empty;
    run(other, &request);
    for (int i = 0; i < taker->count; i++) {
        assert_near(apart(&taker->columns[i], &other->columns[i], 1), 0, 1e-6);
        assert_int_equal(taker->columns[i].flags, other->columns[i].flags);
    }
    entry_log_destroy(empty);
}

/* What follows the live edge ends where a new job would. */
static void follow_goes_on_with_all_of_them(void **state) {
    (void)state;
    struct fact_market dear;
    market_run(&dear, 1.002, 3590); /* two seconds of lag are waited for, then more is not */
    struct raster_request request = request_of(market.log);
    request.more_count = 1;
    request.more[0].log = dear.log;
    run(taker, &request);
    const struct raster_sink sink = {.self = taker, .begin = take_begin, .end = take_end};
    int columns = 0, sum = 0;
    for (int i = 0; i < 40; i++) {
        fact_market_advance(&market, 3);
        fact_market_advance(&dear, i == 0 ? 11 : 3);
        assert_int_equal(raster_follow(raster, &sink, &columns), STATUS_OK);
        sum += columns;
    }
    assert_true(sum >= 40);
    request.grid.col_count += 12;
    request.finest = true;
    run(other, &request);
    assert_int_equal(other->count, taker->count);
    for (int i = 121; i < taker->count - 1; i++) {
        assert_near(apart(&taker->columns[i], &other->columns[i], 1), 0, 0.02);
        assert_near(taker->columns[i].oi_usd, other->columns[i].oi_usd, 1e-3);
    }
    fact_market_finish(&dear);
}

/* A venue's past comes when its back-fill is through, which may be after the job began: bars of
 * more than the window, and then what is live. */
static void a_past_that_comes_later_is_in_every_column(void **state) {
    (void)state;
    enum { BARS = 59, MINUTE_MS = 60000 };
    struct fact_market late = {.log = entry_log_create(ESTIMATOR_BIN_WIDTH)};
    late.builder = row_builder_create(&(struct row_builder_desc){.log = late.log});
    struct raster_request request = request_of(market.log);
    request.more_count = 1;
    request.more[0].log = late.log;
    run(taker, &request);
    const int64_t first_ms = FACT_WALK_START_MS - FACT_WALK_START_MS % MINUTE_MS + MINUTE_MS;
    for (int i = 0; i < BARS; i++) {
        const struct row_builder_kline kline = {.open_ms = first_ms + (int64_t)i * MINUTE_MS,
                                                .interval_ms = MINUTE_MS,
                                                .open = 60000,
                                                .high = 60030,
                                                .low = 59970,
                                                .close = 60000,
                                                .volume_base = 1000,
                                                .taker_buy_base = 500};
        row_builder_history_kline(late.builder, &kline);
        row_builder_history_open_interest(late.builder, kline.open_ms, 80000);
    }
    row_builder_mark(late.builder, first_ms + BARS * MINUTE_MS + 900, 60000);
    fact_market_advance(&market, 60);
    const struct raster_sink sink = {.self = taker, .begin = take_begin, .end = take_end};
    int columns = 0;
    for (int i = 0; i < 3; i++) {
        fact_market_advance(&market, 3);
        assert_int_equal(raster_follow(raster, &sink, &columns), STATUS_OK);
    }
    assert_true(columns <= 3); /* the columns of before come once more only once */
    request.grid.col_count = taker->count;
    run(other, &request);
    for (int i = 0; i < taker->count - 1; i++) {
        assert_near(apart(&taker->columns[i], &other->columns[i], 1), 0, 0.02);
        assert_near(taker->columns[i].total_usd[0] / other->columns[i].total_usd[0], 1, 1e-3);
    }
    fact_market_finish(&late);
}

static void broken_inputs_are_refused(void **state) {
    (void)state;
    const struct raster_sink sink = {.self = taker, .begin = take_begin, .end = take_end};
    struct raster_request request = request_of(market.log);
    request.more_count = RASTER_INPUT_MAX;
    assert_int_equal(raster_run(raster, &request, &sink), STATUS_RANGE);
    request.more_count = -1;
    assert_int_equal(raster_run(raster, &request, &sink), STATUS_RANGE);
    request.more_count = 1;
    request.more[0].log = NULL;
    assert_int_equal(raster_run(raster, &request, &sink), STATUS_RANGE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_same_instrument_twice_doubles_everything_but_the_candle,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(a_basis_is_taken_out, setup, teardown),
        cmocka_unit_test_setup_teardown(which_one_is_first_moves_the_prices_only, setup, teardown),
        cmocka_unit_test_setup_teardown(one_that_falls_silent_is_left_out, setup, teardown),
        cmocka_unit_test_setup_teardown(one_that_has_not_begun_adds_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(follow_goes_on_with_all_of_them, setup, teardown),
        cmocka_unit_test_setup_teardown(a_past_that_comes_later_is_in_every_column, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(broken_inputs_are_refused, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
