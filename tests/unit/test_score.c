/* The score on rows worked by hand: which cells there are, which dollars fall on them, what is left
 * out, and that a rolling score agrees with a full one. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "market/event.h"
#include "score/report.h"
#include "score/score.h"
#include "support/near.h"

#define WIDTH    2e-4
#define START_MS INT64_C(1750032000000) /* 2025-06-16T00:00:00Z */

static struct estimator *estimator;
static struct score *score;
static int64_t now_ms;

static struct score *attach(bool full, struct estimator **out) {
    const struct estimator_desc model = {.evidence = true};
    *out = estimator_create(&model);
    struct score *made = score_create(&(struct score_desc){.model = model, .full = full});
    if (*out != NULL && made != NULL) {
        struct estimator_watcher watcher = score_watcher(made);
        estimator_set_watcher(*out, &watcher);
    }
    return made;
}

static int setup(void **state) {
    (void)state;
    now_ms = START_MS;
    score = attach(true, &estimator);
    return score != NULL && estimator != NULL ? 0 : -1;
}

static int teardown(void **state) {
    (void)state;
    score_destroy(score);
    estimator_destroy(estimator);
    return 0;
}

static struct entry_row row_at(double z) {
    struct entry_row row = {.begin_ms = now_ms,
                            .end_ms = now_ms + 1000,
                            .mark_close = exp(z),
                            .z_open = z,
                            .z_high = z,
                            .z_low = z,
                            .z_close = z,
                            .flags = ENTRY_ROW_HAS_MARK};
    now_ms += 1000;
    return row;
}

static void give(struct score *to, struct estimator *via, const struct entry_row *row,
                 const struct entry_deposit *deposits, const struct entry_print *prints) {
    score_begin_row(to, via, row);
    estimator_apply_row(via, row, deposits, prints);
    score_end_row(to, row, deposits, prints);
}

static void pass(double z, const struct entry_deposit *deposit, const struct entry_print *print) {
    struct entry_row row = row_at(z);
    row.deposit_count = deposit != NULL;
    row.print_count = print != NULL;
    give(score, estimator, &row, deposit, print);
}

/* A long liquidated in the middle of a bin, a moment ago. */
static struct entry_print print_in(int32_t bin, float usd) {
    return (struct entry_print){.ts_ms = now_ms + 500,
                                .price = exp((bin + .5) * WIDTH),
                                .usd = usd,
                                .position = POS_LONG,
                                .complete = 1};
}

static const struct tally_side *first_day(int side) {
    return &score_tally(score)->days[0].side[side];
}

static void a_swept_bin_is_a_cell_whatever_was_in_it(void **state) {
    (void)state;
    pass(10 + WIDTH / 2, NULL, NULL);
    pass(10 - 2.5 * WIDTH, NULL, NULL); /* down through bins 50000, 49999, 49998 and half 49997 */
    pass(10 - 2.5 * WIDTH, NULL, NULL);
    pass(10 - 2.75 * WIDTH, NULL, NULL); /* a further quarter of it: another row, another cell */
    score_finish_rows(score);
    assert_int_equal(first_day(MODEL_LONG)->cells, 5);
    assert_int_equal(first_day(MODEL_SHORT)->cells, 0);
}

static void predictions_are_what_the_weights_say_of_what_went(void **state) {
    (void)state;
    const struct entry_deposit deposit = {.bin = 50000, .base = {200, 100, 50}};
    double usd = 0;
    static float bands[ESTIMATOR_BIN_COUNT][ESTIMATOR_BAND_STRIDE];
    int32_t first = 0, count = 0;
    pass(10 + WIDTH / 2, &deposit, NULL);
    estimator_bin_range(estimator, &first, &count);
    estimator_read_bands(estimator, MODEL_LONG, first, count, bands);
    for (int32_t i = 0; i < count; i++) {
        bool passed = first + i > 49000 && first + i <= 50000;
        for (int band = 0; passed && band < DISTANCE_BAND_COUNT; band++) {
            usd += (double)bands[i][band] * WIDTH / 1e-4;
        }
    }
    pass(10 - 999 * WIDTH, NULL, NULL);
    score_finish_rows(score);
    assert_true(usd > 1000);
    assert_close(first_day(MODEL_LONG)->predicted_usd[SCORE_OURS], usd, 1e-4);
    assert_close(first_day(MODEL_LONG)->predicted_usd[SCORE_FIXED], usd, 1e-4);
}

/* Only the price decides: the map has nothing at all here. */
static void a_print_is_shared_by_price_among_neighbours(void **state) {
    (void)state;
    pass(10 + WIDTH / 2, NULL, NULL);
    struct entry_print print = print_in(49999, 400);
    pass(10 - 3 * WIDTH, NULL, &print); /* cells 50000, 49999, 49998, 49997 */
    score_finish_rows(score);
    const struct tally *tally = score_tally(score);
    assert_int_equal(tally->days[0].side[MODEL_LONG].prints, 1);
    assert_close(first_day(MODEL_LONG)->seen_usd, 400, 1e-6);
    assert_close(first_day(MODEL_LONG)->unexplained_usd, 400, 1e-6);
    assert_close(first_day(MODEL_LONG)->nowhere_usd, 0, 0);
    assert_int_equal(tally->hit_count[MODEL_LONG], 0); /* the day is closed */
    assert_int_equal(tally->hits[MODEL_LONG][0].index, 0);
    assert_close((double)tally->hits[MODEL_LONG][0].seen_usd, 100, 1e-6);
    assert_close((double)tally->hits[MODEL_LONG][1].seen_usd, 200, 1e-6);
    assert_close((double)tally->hits[MODEL_LONG][2].seen_usd, 100, 1e-6);
}

/* Two rows pass one bin: the dollars go where the price range is. */
static void a_bin_passed_in_parts_is_shared_by_extent(void **state) {
    (void)state;
    pass(10 + WIDTH / 2, NULL, NULL);
    pass(10 - .5 * WIDTH, NULL, NULL); /* half of bin 49999, after 50000 */
    struct entry_print print = print_in(49999, 400);
    pass(10 - .9 * WIDTH, NULL, &print); /* four fifths of the rest: .4 of the bin */
    score_finish_rows(score);
    const struct tally_hit *hits = score_tally(score)->hits[MODEL_LONG];
    double sum = .25 + .5 * .5 + .5 * .4;
    assert_close((double)hits[0].seen_usd, 400 * .25 / sum, 1e-4);
    assert_close((double)hits[1].seen_usd, 400 * .5 * .5 / sum, 1e-4);
    assert_close((double)hits[2].seen_usd, 400 * .5 * .4 / sum, 1e-4);
}

static void a_print_beyond_the_swept_range_goes_to_its_end(void **state) {
    (void)state;
    pass(10 + WIDTH / 2, NULL, NULL);
    struct entry_print print = print_in(49000, 400); /* filled far below where it was triggered */
    pass(10 - 3 * WIDTH, NULL, &print);
    score_finish_rows(score);
    assert_close((double)score_tally(score)->hits[MODEL_LONG][0].seen_usd, 400, 1e-6);
    assert_int_equal(score_tally(score)->hits[MODEL_LONG][0].index, 3);
}

static void a_print_that_nothing_was_swept_around_is_nowhere(void **state) {
    (void)state;
    pass(10 + WIDTH / 2, NULL, NULL);
    pass(10 - 3 * WIDTH, NULL, NULL);
    for (int i = 0; i < 5; i++) {
        pass(10 - 3 * WIDTH, NULL, NULL);
    }
    struct entry_print print = print_in(49999, 400);
    pass(10 - 3 * WIDTH, NULL, &print);
    print.position = POS_SHORT;
    print.ts_ms = now_ms;
    pass(10 - 6 * WIDTH, NULL, &print); /* only longs were swept */
    score_finish_rows(score);
    assert_close(first_day(MODEL_LONG)->nowhere_usd, 400, 1e-6);
    assert_close(first_day(MODEL_SHORT)->nowhere_usd, 400, 1e-6);
    assert_close(first_day(MODEL_LONG)->seen_usd, 0, 0);
}

static void rows_with_gaps_and_history_make_no_cells(void **state) {
    (void)state;
    pass(10 + WIDTH / 2, NULL, NULL);
    struct entry_row gap = row_at(10 - 3 * WIDTH);
    struct entry_print print = print_in(49999, 400);
    gap.flags |= ENTRY_ROW_GAP;
    gap.print_count = 1;
    print.ts_ms = gap.begin_ms;
    give(score, estimator, &gap, NULL, &print);
    struct entry_row bar = row_at(10 - 9 * WIDTH);
    bar.end_ms = bar.begin_ms + 60000;
    now_ms = bar.end_ms;
    bar.flags |= ENTRY_ROW_HISTORY;
    give(score, estimator, &bar, NULL, NULL);
    score_finish_rows(score);
    struct score_stats stats;
    score_get_stats(score, &stats);
    assert_int_equal(stats.cells, 0);
    assert_int_equal(stats.cells_left_out, 4);
    assert_close(stats.left_out_usd, 400, 1e-6);
}

static void hostile_prints_change_nothing(void **state) {
    (void)state;
    static const struct {
        double price;
        float usd;
    } hostile[] = {{NAN, 1},    {-1, 1},           {0, 1},    {INFINITY, 1}, {20000, NAN},
                   {20000, -5}, {20000, INFINITY}, {1e300, 1}};
    pass(10 + WIDTH / 2, NULL, NULL);
    for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++) {
        struct entry_print print = print_in(49999, hostile[i].usd);
        print.price = hostile[i].price;
        pass(10 - (double)i * WIDTH, NULL, &print);
    }
    score_finish_rows(score);
    assert_close(first_day(MODEL_LONG)->seen_usd + first_day(MODEL_LONG)->nowhere_usd, 0, 0);
    assert_int_equal(first_day(MODEL_LONG)->prints, 0);
}

static void more_cells_than_may_wait_count_early(void **state) {
    (void)state;
    pass(10, NULL, NULL);
    for (int i = 0; i < 60; i++) { /* half a map down or up each tenth of a second */
        struct entry_row row = row_at(i % 2 == 0 ? 9.5 : 10);
        row.end_ms = now_ms = row.begin_ms + 100;
        give(score, estimator, &row, NULL, NULL);
    }
    score_finish_rows(score);
    struct score_stats stats;
    score_get_stats(score, &stats);
    assert_true(stats.cells_early > 0);
    assert_true(stats.cells > SCORE_CELL_MAX);
    assert_int_equal(stats.cells, first_day(MODEL_LONG)->cells + first_day(MODEL_SHORT)->cells);
}

/* A frozen map foretells what is reached first: content of the first pass, not of the second. */
static void the_frozen_hour_counts_first_reaches(void **state) {
    (void)state;
    const struct entry_deposit deposit = {.bin = 50000, .base = {200, 100, 50}};
    pass(10 + WIDTH / 2, &deposit, NULL);
    now_ms = START_MS + 3600000 - 1000;
    pass(10 + WIDTH / 2, NULL, NULL); /* the map ages as rows come */
    pass(10 + WIDTH / 2, NULL, NULL); /* the next hour begins */
    struct entry_print print = print_in(49900, 5000);
    pass(10 - 199.5 * WIDTH, NULL, &print);
    now_ms += 20000;
    pass(10 + WIDTH / 2, NULL, NULL);
    print = print_in(49900, 7000);
    pass(10 - 199.5 * WIDTH, NULL, &print); /* the same way once more */
    score_finish_rows(score);
    struct frozen_sum sum;
    frozen_measure(score_frozen(score), 0, INT32_MAX, &sum);
    assert_int_equal(sum.windows, 1);
    assert_int_equal(sum.cells, 201 + 1); /* and the half of its own bin on the way up again */
    assert_close(sum.seen_usd, 5000, 1e-6);
    assert_close(sum.predicted_over_seen[SCORE_OURS] * 5000,
                 first_day(MODEL_LONG)->predicted_usd[SCORE_OURS], .02);
    assert_close(sum.pooled_nats[SCORE_OURS], sum.within_nats[SCORE_OURS], 1e-9);
}

/* A seeded walk with entries and prints into any number of scores at once. */
static void walk(struct score *scores[], struct estimator *estimators[], int count, int rows,
                 bool prints) {
    struct random random;
    double z = 10;
    random_init(&random, 3);
    for (int i = 0; i < rows; i++) {
        double from = z;
        z += random_normal(&random) * 4 * WIDTH;
        struct entry_row row = row_at(z);
        row.oi_base = 1000;
        row.oi_dt_base_s = 1000;
        row.z_open = from;
        row.z_low = z < from ? z : from;
        row.z_high = z > from ? z : from;
        struct entry_deposit deposit = {.bin = (int32_t)floor(z / WIDTH), .base = {2, 1, .1F}};
        struct entry_print print = print_in((int32_t)floor(z / WIDTH), 2000);
        print.ts_ms = row.begin_ms;
        print.position = z < from ? POS_LONG : POS_SHORT;
        row.deposit_count = 1;
        row.print_count = prints && i % 7 == 0;
        for (int k = 0; k < count; k++) {
            give(scores[k], estimators[k], &row, &deposit, &print);
        }
        now_ms += i % 20 == 19 ? 1200000 : 0; /* silence: days pass */
    }
}

static void a_rolling_score_agrees_with_a_full_one(void **state) {
    (void)state;
    struct estimator *other = NULL;
    struct score *rolling = attach(false, &other);
    struct score *scores[] = {score, rolling};
    struct estimator *estimators[] = {estimator, other};
    struct score_rolling figures;
    assert_non_null(rolling);
    walk(scores, estimators, 2, 6000, true);
    score_get_rolling(rolling, &figures);
    assert_true(figures.judged);
    assert_true(figures.days > 2);
    score_finish_rows(score);
    score_finish_rows(rolling);
    const struct tally *full = score_tally(score), *week = score_tally(rolling);
    assert_true(week->day_count >= 3);
    for (int i = 1; i < week->day_count; i++) { /* the first one holds the warm-up's end */
        const struct tally_day *day = &week->days[i];
        const struct tally_day *same = NULL;
        for (int k = 0; k < full->day_count; k++) {
            same = full->days[k].day == day->day ? &full->days[k] : same;
        }
        assert_non_null(same);
        for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
            assert_true(day->side[side].seen_usd > 0);
            for (int model = 0; model < SCORE_ROLLING_MODELS; model++) {
                assert_close(day->side[side].gain_usd[model], same->side[side].gain_usd[model],
                             1e-12);
                assert_close(day->side[side].predicted_usd[model],
                             same->side[side].predicted_usd[model], 1e-12);
            }
        }
    }
    score_destroy(rolling);
    estimator_destroy(other);
}

static void a_report_is_the_same_twice(void **state) {
    (void)state;
    static struct report first, again;
    walk(&score, &estimator, 1, 6000, true);
    score_finish_rows(score);
    assert_true(report_make(score, 1, &first));
    assert_true(report_make(score, 1, &again));
    assert_memory_equal(&first, &again, sizeof first);
    assert_int_equal(first.verdict, REPORT_ENOUGH);
    assert_true(first.complete);
    assert_int_equal(first.models[SCORE_OURS].of, first.models[SCORE_KERNEL].of);
    assert_int_equal(first.models[SCORE_OURS].wins, 0); /* never ahead of itself */
    assert_close(first.models[SCORE_OURS].ahead.value, 0, 0);
    double sum = 0, seen = 0;
    for (int i = 0; i < REPORT_DECILES; i++) {
        sum += first.deciles[i].predicted_usd;
        seen += first.deciles[i].seen_usd;
    }
    assert_close(seen, first.seen_usd[REPORT_BOTH], 1e-4);
    assert_close(sum / (seen + first.nowhere_usd),
                 first.models[SCORE_OURS].predicted_over_seen[REPORT_BOTH], 1e-4);
}

static void too_little_is_said_to_be_too_little(void **state) {
    (void)state;
    static struct report report;
    assert_true(report_make(score, 4, &report)); /* no row at all */
    assert_int_equal(report.verdict, REPORT_NO_LIQUIDATIONS);
    walk(&score, &estimator, 1, 600, false);
    struct entry_print print = print_in(50000, 900);
    pass(9.9, NULL, &print);
    score_finish_rows(score);
    assert_true(report_make(score, 0, &report));
    assert_int_equal(report.verdict, REPORT_FEW_PRINTS);
    assert_false(report.models[SCORE_KERNEL].ahead.known);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_swept_bin_is_a_cell_whatever_was_in_it, setup, teardown),
        cmocka_unit_test_setup_teardown(predictions_are_what_the_weights_say_of_what_went, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_print_is_shared_by_price_among_neighbours, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_bin_passed_in_parts_is_shared_by_extent, setup, teardown),
        cmocka_unit_test_setup_teardown(a_print_beyond_the_swept_range_goes_to_its_end, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_print_that_nothing_was_swept_around_is_nowhere, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(rows_with_gaps_and_history_make_no_cells, setup, teardown),
        cmocka_unit_test_setup_teardown(hostile_prints_change_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(more_cells_than_may_wait_count_early, setup, teardown),
        cmocka_unit_test_setup_teardown(the_frozen_hour_counts_first_reaches, setup, teardown),
        cmocka_unit_test_setup_teardown(a_rolling_score_agrees_with_a_full_one, setup, teardown),
        cmocka_unit_test_setup_teardown(a_report_is_the_same_twice, setup, teardown),
        cmocka_unit_test_setup_teardown(too_little_is_said_to_be_too_little, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
