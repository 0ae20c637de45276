/* Maps beside true positions: likeness worked by hand, the file's lines, hostile ones included. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "score/score.h"
#include "score/truth.h"
#include "support/near.h"

#define WIDTH    2e-4
#define SIX_H    INT64_C(21600000)
#define START_MS (80000 * SIX_H)
#define HEADER   "id,from_ms,to_ms,position,leverage,cross,stop_first,qty,entry,liquidation_price"

static struct estimator *estimator;
static struct score *score;
static struct truth *truth;

static int setup(void **state) {
    (void)state;
    const struct estimator_desc model = {.evidence = true};
    truth = truth_create();
    estimator = estimator_create(&model);
    score = score_create(&(struct score_desc){.model = model, .full = true, .truth = truth});
    return truth != NULL && estimator != NULL && score != NULL ? 0 : -1;
}

static int teardown(void **state) {
    (void)state;
    score_destroy(score);
    estimator_destroy(estimator);
    truth_destroy(truth);
    return 0;
}

static void pass(int64_t begin_ms, const struct entry_deposit *deposit) {
    double z = 10 + WIDTH / 2;
    struct entry_row row = {.begin_ms = begin_ms,
                            .end_ms = begin_ms + 1000,
                            .z_open = z,
                            .z_high = z,
                            .z_low = z,
                            .z_close = z,
                            .deposit_count = deposit != NULL,
                            .flags = ENTRY_ROW_HAS_MARK};
    score_begin_row(score, estimator, &row);
    estimator_apply_row(estimator, &row, deposit, NULL);
    score_end_row(score, &row, deposit, NULL);
}

/* Entries at the mark, a snapshot six hours on. */
static void make_map(void) {
    const struct entry_deposit deposit = {.bin = 50000, .base = {200, 100, 50}};
    pass(START_MS + 1000, &deposit);
    pass(START_MS + 2000, NULL);
    pass(START_MS + SIX_H - 1000, NULL); /* the map ages as rows come */
    pass(START_MS + SIX_H, NULL);
}

/* Positions that stand exactly where our map says, scaled. */
static void make_truth_like_the_map(double scale) {
    static float usd[ESTIMATOR_BIN_COUNT];
    int32_t first = 0, count = 0;
    estimator_bin_range(estimator, &first, &count);
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        score_read_map(score, estimator, SCORE_OURS, side, first, count, usd);
        for (int32_t i = 0; i < count; i++) {
            for (int part = 0; part < 10 && usd[i] > 0; part++) { /* as even as within a bin */
                double price = exp((first + i + .05 + .1 * part) * WIDTH);
                truth_add_span(truth,
                               &(struct truth_span){.from_ms = START_MS + 5,
                                                    .to_ms = START_MS + SIX_H + 1,
                                                    .side = side,
                                                    .qty_base = scale * (double)usd[i] / price / 10,
                                                    .liquidation_price = price});
            }
        }
    }
}

static void a_map_that_is_the_truth_overlaps_wholly(void **state) {
    (void)state;
    struct truth_report report;
    make_map();
    make_truth_like_the_map(.5);
    truth_measure(truth, 0, INT64_MAX, &report);
    assert_int_equal(report.snapshots, 1);
    assert_true(truth_is_of(truth, score));
    assert_true(report.near[SCORE_OURS].overlap > .99);
    assert_true(report.near[SCORE_OURS].r > .999);
    assert_true(report.near[SCORE_OURS].w1_bp < .2);
    assert_close(report.near[SCORE_OURS].mass, 2, .001);
    assert_true(report.far[SCORE_OURS].overlap > .99);
    assert_true(report.far[SCORE_OURS].w1_bp < .5);
    assert_true(report.near[SCORE_KERNEL].overlap < report.near[SCORE_OURS].overlap);
    /* Halves that are alike could be foretold; a single position could not. */
    assert_true(report.near_r_attainable > .99);
    assert_true(report.near_r_attainable <= 1);
}

static void one_position_is_compared_where_it_stands(void **state) {
    (void)state;
    struct truth_report report;
    make_map();
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        double z = 10 + WIDTH / 2 + (side == MODEL_LONG ? -.0205 : .0205);
        truth_add_span(truth, &(struct truth_span){.from_ms = START_MS,
                                                   .to_ms = START_MS + 2 * SIX_H,
                                                   .side = side,
                                                   .qty_base = 1,
                                                   .liquidation_price = exp(z)});
    }
    truth_measure(truth, 0, INT64_MAX, &report);
    assert_int_equal(report.snapshots, 1); /* of two that the span meets, one has a map */
    assert_close(report.positions, 2, 0);
    assert_true(report.near[SCORE_OURS].overlap > 0);
    assert_true(report.near[SCORE_OURS].overlap < .3);
    assert_close(report.far[SCORE_OURS].overlap, 0, 0);
    assert_close(report.near_r_attainable, 0, 0);
    assert_close(report.far[SCORE_OURS].mass, 0, 0); /* no truth there */
}

static void what_is_not_alive_or_stops_first_is_left_out(void **state) {
    (void)state;
    struct truth_report report;
    make_map();
    const struct truth_span spans[] = {
        {.from_ms = START_MS + SIX_H + 1, .to_ms = START_MS + SIX_H + 9},
        {.from_ms = START_MS, .to_ms = START_MS + SIX_H}, /* ends as the snapshot is taken */
        {.from_ms = START_MS, .to_ms = START_MS + 2 * SIX_H, .stop_first = true},
    };
    for (size_t i = 0; i < sizeof spans / sizeof spans[0]; i++) {
        struct truth_span span = spans[i];
        span.qty_base = 1;
        span.liquidation_price = exp(9.98);
        truth_add_span(truth, &span);
    }
    truth_add_span(truth, &(struct truth_span){.to_ms = INT64_C(4102444800000), .qty_base = 1});
    truth_measure(truth, 0, INT64_MAX, &report);
    assert_int_equal(report.snapshots, 0);
    assert_int_equal(report.spans, 4);
}

static void endless_spans_meet_a_limit_that_is_counted(void **state) {
    (void)state;
    struct truth_report report;
    truth_add_span(truth, &(struct truth_span){.to_ms = INT64_C(4102444800000),
                                               .qty_base = 1,
                                               .liquidation_price = 5});
    truth_measure(truth, 0, INT64_MAX, &report);
    assert_true(report.snapshots_lost > 0);
}

static void lines_are_read_and_refused_with_what_was_expected(void **state) {
    (void)state;
    static const struct {
        const char *line, *reason; /* NULL: fine */
    } lines[] = {
        {HEADER, NULL},
        {"814,1728000000000,1728021600001,long,20,0,0,0.043,100012.3,95414.38", NULL},
        {"815,1728000000000,1728021600001,short,2.5,1,1,1e-3,100012.3,0", NULL},
        {"", "expected 10 fields, got 1"},
        {"1,2,3,long,20,0,0,0.043,100012.3", "expected 10 fields, got 9"},
        {"1,2,3,long,20,0,0,0.043,100012.3,4,5", "expected 10 fields, got 11"},
        {"x,2,3,long,20,0,0,1,1,1", "id: expected a number, got \"x\""},
        {"1,-2,3,long,20,0,0,1,1,1", "from_ms: expected milliseconds since 1970, got \"-2\""},
        {"1,2,1e300,long,20,0,0,1,1,1", "to_ms: expected milliseconds since 1970, got \"1e300\""},
        {"1,3,2,long,20,0,0,1,1,1", "to_ms: expected no less than from_ms"},
        {"1,2,3,LONG,20,0,0,1,1,1", "position: expected long or short, got \"LONG\""},
        {"1,2,3,long,nan,0,0,1,1,1", "leverage: expected a number from 0 to 1000, got \"nan\""},
        {"1,2,3,long,20,2,0,1,1,1", "cross: expected 0 or 1, got \"2\""},
        {"1,2,3,long,20,0,yes,1,1,1", "stop_first: expected 0 or 1, got \"yes\""},
        {"1,2,3,long,20,0,0,-1,1,1", "qty: expected base coin, 0 to 1e12, got \"-1\""},
        {"1,2,3,long,20,0,0,1,1,\x1b[2J", "liquidation_price: expected a price from 0 to 1e12, got "
                                          "\"?[2J\""},
        {"1,2,3,long,20,0,0,1,1,111111111111111111111111111111111111111",
         "liquidation_price: expected a price from 0 to 1e12, got "
         "\"1111111111111111111111111111111...\""},
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        char reason[TRUTH_REASON_BYTES] = "";
        bool ok = truth_add_line(truth, lines[i].line, strlen(lines[i].line), reason);
        assert_int_equal(ok, lines[i].reason == NULL);
        assert_string_equal(reason, lines[i].reason == NULL ? "" : lines[i].reason);
    }
    struct truth_report report;
    truth_measure(truth, 0, INT64_MAX, &report);
    assert_int_equal(report.spans, 2);
}

static void a_file_without_its_header_is_refused(void **state) {
    (void)state;
    char reason[TRUTH_REASON_BYTES] = "";
    const char *line = "814,1728000000000,1728021600001,long,20,0,0,0.043,100012.3,95414.38";
    assert_false(truth_add_line(truth, line, strlen(line), reason));
    assert_string_equal(reason, "expected the header " HEADER);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_map_that_is_the_truth_overlaps_wholly, setup, teardown),
        cmocka_unit_test_setup_teardown(one_position_is_compared_where_it_stands, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_not_alive_or_stops_first_is_left_out, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(endless_spans_meet_a_limit_that_is_counted, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(lines_are_read_and_refused_with_what_was_expected, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_file_without_its_header_is_refused, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
