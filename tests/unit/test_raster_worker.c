/* The raster's thread: the newest request is served, columns follow the live edge while the engine
 * writes, the newest question is answered. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "density/raster_worker.h"
#include "support/fact_walk.h"

static struct fact_market market;
static struct scene_origin answer;

static int setup(void **state) {
    (void)state;
    fact_walk_init(&market.walk, 21);
    market.walk.trades_per_s = 1;
    market.log = entry_log_create(ESTIMATOR_BIN_WIDTH);
    market.builder = row_builder_create(&(struct row_builder_desc){.log = market.log});
    return market.log != NULL && market.builder != NULL ? 0 : -1;
}

static int teardown(void **state) {
    (void)state;
    fact_market_finish(&market);
    return 0;
}

static struct raster_request raster_request_of(int32_t col_ms, int columns, int rows) {
    return (struct raster_request){.log = market.log,
                                   .grid = {.first_col = FACT_WALK_START_MS / col_ms,
                                            .col_ms = col_ms,
                                            .col_count = columns,
                                            .row_count = rows,
                                            .ln_price_min = log(60000) - 0.128,
                                            .row_height = 1e-3}};
}

static void the_worker_serves_the_newest_request_and_follows(void **state) {
    (void)state;
    fact_market_advance(&market, 1000);
    struct raster_worker *worker = raster_worker_create(NULL);
    assert_non_null(worker);
    assert_true(raster_worker_start(worker));
    struct raster_request request = raster_request_of(10000, 150, 256);
    for (uint32_t id = 1; id <= 5; id++) { /* nobody drains: the ring fills, requests supersede */
        request.request_id = id;
        raster_worker_request(worker, &request);
    }
    int seen = 0, live = 0;
    bool open = false;
    struct raster_worker_stats stats = {0};
    int64_t deadline_ns = clock_mono_ns() + INT64_C(20000000000);
    while ((live < 3 || !open) && clock_mono_ns() < deadline_ns) {
        const struct layers_column *column = raster_worker_column_begin(worker);
        if (column == NULL) {
            raster_worker_get_stats(worker, &stats);
            if (stats.done_request_id == 5) {
                fact_market_advance(&market, 11); /* the engine goes on */
            }
            clock_sleep_until_ns(clock_mono_ns() + 1000000);
            continue;
        }
        seen += column->request_id == 5;
        live += column->pass == 3;
        open = open || (column->pass == 3 && (column->flags & LAYERS_COLUMN_OPEN) != 0);
        raster_worker_column_end(worker);
    }
    assert_true(live >= 3 && open);
    assert_true(seen >= 101);
    raster_worker_get_stats(worker, &stats);
    assert_true(stats.done_request_id == 5 && stats.requests == 5);
    request.request_id = 6;
    raster_worker_request(worker, &request);
    raster_worker_destroy(worker); /* in the middle of a job */
}

static const struct scene_origin *wait_for_answer(struct raster_worker *worker, uint32_t id) {
    const struct scene_origin *got = NULL;
    bool fresh = false;
    int64_t until_ns = clock_mono_ns() + INT64_C(20000000000);
    while ((got = raster_worker_take_answer(worker, &fresh)) == NULL || got->id != id) {
        assert_true(clock_mono_ns() < until_ns);
        while (raster_worker_column_begin(worker) != NULL) {
            raster_worker_column_end(worker); /* or it would wait for room */
        }
        clock_sleep_until_ns(clock_mono_ns() + 1000000);
    }
    assert_true(fresh);
    return got;
}

/* Questions are answered between jobs, the newest one in the end, also one that was impossible. */
static void the_worker_answers_the_newest_question(void **state) {
    (void)state;
    fact_market_advance(&market, 900);
    double price = math_exp(market.walk.ln_price);
    struct origin *origin = origin_create();
    struct origin_request request = {
        .range = {.side = MODEL_LONG, .price_low = price * 0.95, .price_high = price * 0.97},
        .input_count = 1,
        .inputs = {{.log = market.log}},
        .from_ms = INT64_MIN,
        .finest = true};
    request.id = 5;
    request.range.at_ms = INT64_MAX;
    assert_non_null(origin);
    assert_int_equal(origin_run(origin, &request, &answer), STATUS_OK);
    assert_true(answer.known && answer.usd > 0);
    origin_destroy(origin);
    struct raster_worker *worker = raster_worker_create(NULL);
    bool fresh = true;
    assert_non_null(worker);
    assert_null(raster_worker_take_answer(worker, &fresh));
    assert_false(fresh);
    assert_true(raster_worker_start(worker));
    struct raster_request raster = raster_request_of(1000, 200, 64);
    raster.request_id = 3;
    raster_worker_request(worker, &raster);
    for (uint32_t id = 6; id < 20; id++) {
        request.id = id;
        raster_worker_ask(worker, &request);
    }
    const struct scene_origin *got = wait_for_answer(worker, 19);
    answer.id = 19;
    assert_memory_equal(got, &answer, sizeof answer);
    request.id = 20;
    request.range.price_high = -1;
    raster_worker_ask(worker, &request);
    got = wait_for_answer(worker, 20);
    assert_false(got->known);
    raster_worker_destroy(worker);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_worker_serves_the_newest_request_and_follows, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(the_worker_answers_the_newest_question, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
