/* Why it is hot: the second replay tells what the estimator reads out, by opening time, entry price
 * and band; hand-made rows have a known answer; strangers' requests are refused. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "density/origin.h"
#include "support/fact_walk.h"
#include "support/near.h"

#define MINUTE_MS INT64_C(60000)
#define HOUR_MS   INT64_C(3600000)

static struct fact_market market;
static struct estimator *engine; /* follows the market's rows */
static struct origin *origin;
static struct scene_origin answer;

static void apply(void *user, const struct entry_row *row, const struct entry_deposit *deposits,
                  const struct entry_print *prints) {
    struct weights learned;
    estimator_use_weights(user, market.log, row->weights);
    estimator_apply_row(user, row, deposits, prints);
    if (estimator_take_weights(user, &learned)) {
        entry_log_add_weights(market.log, &learned);
    }
}

static int setup(void **state) {
    (void)state;
    engine = estimator_create(&(struct estimator_desc){.evidence = true});
    fact_walk_init(&market.walk, 7);
    market.walk.trades_per_s = 1;
    market.walk.step_sd = 3e-4; /* sweeps, and now and then a new centre */
    market.log = entry_log_create(ESTIMATOR_BIN_WIDTH);
    market.builder = row_builder_create(
        &(struct row_builder_desc){.log = market.log, .on_row = apply, .user = engine});
    origin = origin_create();
    return origin != NULL && engine != NULL ? 0 : -1;
}

static int teardown(void **state) {
    (void)state;
    origin_destroy(origin);
    fact_market_finish(&market);
    estimator_destroy(engine);
    return 0;
}

static struct origin_request request_of(int side, double low, double high) {
    return (struct origin_request){
        .id = 5,
        .range = {.side = side, .price_low = low, .price_high = high, .at_ms = INT64_MAX},
        .input_count = 1,
        .inputs = {{.log = market.log}},
        .from_ms = INT64_MIN,
        .finest = true};
}

/* What an estimator reads out in a range of distances from its mark, by band. */
static double read_range(const struct estimator *estimator, int side, double near, double far,
                         double bands[DISTANCE_BAND_COUNT]) {
    static float read[ESTIMATOR_BIN_COUNT][ESTIMATOR_BAND_STRIDE];
    int32_t first = 0, count = 0;
    double width = estimator_bin_width(estimator), sum = 0;
    estimator_bin_range(estimator, &first, &count);
    estimator_read_bands(estimator, side, first, count, read);
    memset(bands, 0, sizeof(double) * DISTANCE_BAND_COUNT);
    for (int32_t i = 0; i < count; i++) {
        double low = ((double)first + i) * width - estimator_mark_z(estimator), high = low + width;
        double from = fmax(side == MODEL_LONG ? -high : low, 0);
        double to = fmax(side == MODEL_LONG ? -low : high, 0);
        double inside = fmin(to, far) - fmax(from, near);
        for (int band = 0; band < DISTANCE_BAND_COUNT && inside > 0; band++) {
            double usd = (double)read[i][band] * (width / 1e-4) * inside / (to - from);
            bands[band] += usd;
            sum += usd;
        }
    }
    return sum;
}

static double sum_of(int count, const double usd[]) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
        assert_true(usd[i] >= 0);
        sum += usd[i];
    }
    return sum;
}

static void assert_sums_close(const struct scene_origin *it) {
    assert_in_range(it->time_count, 1, ORIGIN_TIME_MAX);
    assert_in_range(it->price_count, 1, ORIGIN_PRICE_MAX);
    double times = it->earlier_usd + sum_of(it->time_count, it->time_usd);
    double prices = it->lower_usd + it->higher_usd + sum_of(it->price_count, it->price_usd);
    assert_close(times, it->usd, 1e-9);
    assert_close(prices, it->usd, 1e-9);
    assert_close(sum_of(LAYERS_BAND_COUNT, it->bands_usd), it->usd, 1e-9);
    assert_int_equal(it->time_first_ms % it->time_step_ms, 0);
    assert_true(it->time_first_ms + it->time_count * it->time_step_ms >= it->at_ms);
    assert_true(it->half_low <= it->half_high);
}

/* After minutes of a market that sweeps, through M-steps and new centres: any range, either side.
 */
static void total_equals_the_read_out_of_the_estimator(void **state) {
    (void)state;
    struct random random;
    random_init(&random, 3);
    int known = 0;
    for (int round = 0; round < 5; round++) {
        fact_market_advance(&market, 900);
        double mark = math_exp(estimator_mark_z(engine) + estimator_phi(engine));
        for (int side = 0; side < 2; side++) {
            double near = 0.06 * random_uniform(&random) * (round > 0);
            double far = near + 1e-4 + 0.03 * random_uniform(&random);
            double sign = side == MODEL_LONG ? -1 : 1;
            double a = mark * math_exp(sign * near), b = mark * math_exp(sign * far);
            struct origin_request request = request_of(side, fmin(a, b), fmax(a, b));
            request.range.reference = round % 2 == 0 ? mark : 0;
            double bands[DISTANCE_BAND_COUNT];
            double want = read_range(engine, side, near, far, bands);
            assert_int_equal(origin_run(origin, &request, &answer), STATUS_OK);
            assert_int_equal(answer.id, 5);
            assert_int_equal(answer.known, want > 0);
            if (answer.known) {
                known++;
                assert_close(answer.usd, want, 1e-5);
                assert_near(answer.scaled, 1, 0);
                assert_close(answer.mark, mark, 1e-12);
                for (int band = 0; band < DISTANCE_BAND_COUNT; band++) {
                    assert_near(answer.bands_usd[band], bands[band], want * 1e-5);
                }
                assert_sums_close(&answer);
            }
        }
    }
    assert_true(known >= 7);
}

/* -- rows by hand -- */

static void append(int64_t begin_ms, int64_t end_ms, double price, double low, int32_t deposit_bin,
                   float base) {
    struct entry_row row = {.begin_ms = begin_ms,
                            .end_ms = end_ms,
                            .z_open = math_log(price),
                            .z_close = math_log(price),
                            .z_high = math_log(price),
                            .z_low = math_log(low),
                            .flags = ENTRY_ROW_HAS_MARK};
    const struct entry_deposit deposit = {.bin = deposit_bin, .base = {base, 0, 0}};
    assert_true(entry_log_append(market.log, &row, base > 0 ? 1 : 0, &deposit, 0, NULL));
    entry_log_close_until(market.log, end_ms);
}

static int32_t bin_of(double price) {
    return (int32_t)floor(math_log(price) / ESTIMATOR_BIN_WIDTH);
}

/* Ten days of a wave: what is older than a day comes in sums of 10 s, than a week of minutes. */
static void coarser_rows_tell_the_same_within_a_tolerance(void **state) {
    (void)state;
    enum { STEP_MS = 60000, ROWS = 10 * 1440 };
    int64_t ms = 480000 * HOUR_MS;
    for (int i = 0; i < ROWS; i++) {
        double price = 100 * math_exp(0.02 * sin(i / 300.0));
        for (int half = 0; half < 2; half++, ms += STEP_MS / 2) {
            append(ms, ms + STEP_MS / 2, price, price, bin_of(price), i % 5 == 0 ? 3 : 0);
        }
    }
    struct origin_request request = request_of(MODEL_LONG, 93, 96);
    assert_int_equal(origin_run(origin, &request, &answer), STATUS_OK);
    struct scene_origin finest = answer;
    request.finest = false;
    assert_int_equal(origin_run(origin, &request, &answer), STATUS_OK);
    assert_sums_close(&answer);
    assert_true(answer.usd > 0);
    assert_close(answer.usd, finest.usd, 0.01);
    assert_int_equal(answer.time_step_ms, finest.time_step_ms);
    for (int i = 0; i < answer.time_count; i++) {
        assert_near(answer.time_usd[i], finest.time_usd[i], 0.01 * finest.usd);
    }
}

/* What the map says of a range is what is told, if it is near; all parts go with it. */
static void sums_are_brought_to_what_the_map_says(void **state) {
    (void)state;
    int64_t ms = 480000 * HOUR_MS;
    append(ms, ms + MINUTE_MS, 100, 100, bin_of(100), 50);
    struct origin_request request = request_of(MODEL_LONG, 95, 98);
    assert_int_equal(origin_run(origin, &request, &answer), STATUS_OK);
    double usd = answer.usd;
    static const struct {
        double said, want;
    } rows[] = {{1.01, 1.01}, {0.99, 0.99}, {1.5, 1}, {0.5, 1}, {0, 1}, {-1, 1}, {NAN, 1}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        request.range.usd = rows[i].said * usd;
        assert_int_equal(origin_run(origin, &request, &answer), STATUS_OK);
        assert_close(answer.usd, usd * rows[i].want, 1e-12);
        assert_close(answer.scaled, rows[i].want, 1e-12);
        assert_sums_close(&answer);
    }
    request.range.usd = 1.01 * usd; /* the map counts all known positions */
    request.from_ms = ms;
    assert_int_equal(origin_run(origin, &request, &answer), STATUS_OK);
    assert_close(answer.usd, usd, 1e-12);
}

/* Two openings, at 100 and at 104, an hour apart: where only the second one's 100x longs stand, all
 * of it is told as of its minute and its price. */
static void openings_are_told_at_their_time_and_price(void **state) {
    (void)state;
    int64_t first_ms = 480000 * HOUR_MS, second_ms = first_ms + HOUR_MS;
    append(first_ms, first_ms + MINUTE_MS, 100, 100, bin_of(100), 50);
    append(second_ms, second_ms + MINUTE_MS, 104, 104, bin_of(104), 20);
    append(second_ms + MINUTE_MS, second_ms + 10 * MINUTE_MS, 104, 104, 0, 0);
    /* Longs of 104 at about 2 % below; those of 100 would have to be above their entry. */
    struct origin_request request = request_of(MODEL_LONG, 101.5, 102.5);
    assert_int_equal(origin_run(origin, &request, &answer), STATUS_OK);
    assert_true(answer.known);
    assert_sums_close(&answer);
    assert_int_equal(answer.known_from_ms, first_ms);
    double in_its_minute = 0;
    for (int i = 0; i < answer.time_count; i++) {
        int64_t at_ms = answer.time_first_ms + i * answer.time_step_ms;
        bool inside = at_ms + answer.time_step_ms > second_ms && at_ms < second_ms + MINUTE_MS;
        in_its_minute += inside ? answer.time_usd[i] : 0;
    }
    assert_close(in_its_minute, answer.usd, 1e-9);
    assert_true(answer.half_ms >= second_ms && answer.half_ms <= second_ms + MINUTE_MS);
    int price = (int)floor((answer.half_low - answer.price_first) / answer.price_step);
    assert_in_range(price, 0, answer.price_count - 1);
    assert_true(answer.price_step >= 0.02 && answer.price_step <= 0.1);
    double around = 0; /* a slot of prices may lie across an edge */
    for (int i = price > 0 ? price - 1 : 0; i <= price + 1 && i < answer.price_count; i++) {
        around += answer.price_usd[i];
    }
    assert_close(around, answer.usd, 0.01);
    assert_near(answer.half_low, 104, 0.1);
    /* Lower down both stand. */
    request = request_of(MODEL_LONG, 90, 95);
    assert_int_equal(origin_run(origin, &request, &answer), STATUS_OK);
    assert_sums_close(&answer);
    double early = 0, late = 0;
    for (int i = 0; i < answer.time_count; i++) {
        bool after = answer.time_first_ms + i * answer.time_step_ms >= second_ms;
        *(after ? &late : &early) += answer.time_usd[i];
    }
    assert_true(early > 0 && late > 0);
    /* Looked at before the second one was opened, and with the first one not counted. */
    request.range.at_ms = second_ms;
    assert_int_equal(origin_run(origin, &request, &answer), STATUS_OK);
    assert_close(sum_of(answer.time_count, answer.time_usd) + answer.earlier_usd, answer.usd, 1e-9);
    assert_true(answer.at_ms <= second_ms && answer.mark < 101);
    request.range.at_ms = INT64_MAX;
    request.from_ms = second_ms;
    assert_int_equal(origin_run(origin, &request, &answer), STATUS_OK);
    assert_true(answer.known && answer.time_first_ms >= second_ms - answer.time_step_ms);
    assert_near(answer.half_low, 104, 0.1);
}

/* A wick takes what was opened before it; what is opened after it stands. */
static void what_was_swept_is_not_told(void **state) {
    (void)state;
    int64_t ms = 480000 * HOUR_MS;
    append(ms, ms + MINUTE_MS, 100, 100, bin_of(100), 50);
    append(ms + MINUTE_MS, ms + 2 * MINUTE_MS, 100, 96, 0, 0);
    struct origin_request request = request_of(MODEL_LONG, 97, 98);
    assert_int_equal(origin_run(origin, &request, &answer), STATUS_OK);
    assert_false(answer.known);
    append(ms + 2 * MINUTE_MS, ms + 3 * MINUTE_MS, 100, 100, bin_of(100), 10);
    assert_int_equal(origin_run(origin, &request, &answer), STATUS_OK);
    assert_true(answer.known);
    assert_true(answer.half_ms >= ms + 2 * MINUTE_MS);
    request = request_of(MODEL_LONG, 94, 95.9);
    assert_int_equal(origin_run(origin, &request, &answer), STATUS_OK);
    assert_true(answer.half_ms < ms + MINUTE_MS);
}

/* The same market seen elsewhere, a percent higher: told in the first one's prices, both counted.
 */
static void a_second_input_is_moved_by_its_basis(void **state) {
    (void)state;
    int64_t ms = 480000 * HOUR_MS;
    append(ms, ms + MINUTE_MS, 100, 100, bin_of(100), 50);
    struct origin_request request = request_of(MODEL_LONG, 95, 98);
    assert_int_equal(origin_run(origin, &request, &answer), STATUS_OK);
    struct scene_origin alone = answer;
    struct entry_log *first = market.log, *second = entry_log_create(ESTIMATOR_BIN_WIDTH);
    market.log = second;
    double higher = 100 * math_exp(50 * ESTIMATOR_BIN_WIDTH);
    append(ms, ms + MINUTE_MS, higher, higher, bin_of(100) + 50, 50);
    market.log = first;
    request.inputs[request.input_count++] = (struct raster_input){.log = second};
    assert_int_equal(origin_run(origin, &request, &answer), STATUS_OK);
    entry_log_destroy(second);
    /* Its coins are a percent dearer. */
    assert_close(answer.usd, alone.usd * (1 + higher / 100), 1e-6);
    assert_near(answer.half_high, alone.half_high, 0.05);
    assert_sums_close(&answer);
}

/* -- strangers -- */

static bool stop_now(void *user) {
    (*(int *)user)++;
    return true;
}

static void impossible_requests_are_refused(void **state) {
    (void)state;
    struct origin_request request = request_of(MODEL_LONG, 50000, 51000);
    assert_int_equal(origin_run(origin, &request, &answer), STATUS_OK); /* an empty log */
    assert_false(answer.known);
    fact_market_advance(&market, 600);
    static const struct {
        int side;
        double low, high, reference;
        enum status want;
        bool known;
    } rows[] = {
        {0, 57000, 58000, 0, STATUS_OK, true},
        {-1, 57000, 58000, 0, STATUS_OK, true},
        {0, 58000, 57000, 0, STATUS_RANGE, false},
        {0, -1, 58000, 0, STATUS_RANGE, false},
        {0, 0, 58000, 0, STATUS_RANGE, false},
        {0, NAN, 58000, 0, STATUS_RANGE, false},
        {0, 57000, NAN, 0, STATUS_RANGE, false},
        {0, 57000, INFINITY, 0, STATUS_RANGE, false},
        {2, 57000, 58000, 0, STATUS_RANGE, false},
        {-2, 57000, 58000, 0, STATUS_RANGE, false},
        {0, 57000, 58000, NAN, STATUS_RANGE, false},
        {0, 57000, 58000, -1, STATUS_RANGE, false},
        {0, 1e-9, 2e-9, 0, STATUS_RANGE, false},
        {0, 30000, 58000, 0, STATUS_RANGE, false}, /* more bins than there is room for */
        {1, 57000, 58000, 0, STATUS_OK, false},    /* no short stands below the mark */
        {0, 70000, 71000, 0, STATUS_OK, false},
        {0, 1e-9, 1.01e-9, 0, STATUS_OK, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        request = request_of(rows[i].side, rows[i].low, rows[i].high);
        request.range.reference = rows[i].reference;
        enum status got = origin_run(origin, &request, &answer);
        if (got != rows[i].want || answer.known != rows[i].known) {
            fail_msg("row %zu: status %d, expected %d; known %d", i, (int)got, (int)rows[i].want,
                     (int)answer.known);
        }
    }
    request = request_of(MODEL_LONG, 57000, 58000);
    request.input_count = 0;
    assert_int_equal(origin_run(origin, &request, &answer), STATUS_RANGE);
    request.input_count = RASTER_INPUT_MAX + 1;
    assert_int_equal(origin_run(origin, &request, &answer), STATUS_RANGE);
    request = request_of(MODEL_LONG, 57000, 58000);
    request.range.at_ms = INT64_MIN;
    assert_int_equal(origin_run(origin, &request, &answer), STATUS_OK);
    assert_false(answer.known);
    int asked = 0;
    request = request_of(MODEL_LONG, 57000, 58000);
    request.stop = stop_now;
    request.user = &asked;
    assert_int_equal(origin_run(origin, &request, &answer), STATUS_CANCELLED);
    assert_int_equal(asked, 1);
    origin_destroy(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(total_equals_the_read_out_of_the_estimator, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(coarser_rows_tell_the_same_within_a_tolerance, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(openings_are_told_at_their_time_and_price, setup, teardown),
        cmocka_unit_test_setup_teardown(sums_are_brought_to_what_the_map_says, setup, teardown),
        cmocka_unit_test_setup_teardown(what_was_swept_is_not_told, setup, teardown),
        cmocka_unit_test_setup_teardown(a_second_input_is_moved_by_its_basis, setup, teardown),
        cmocka_unit_test_setup_teardown(impossible_requests_are_refused, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
