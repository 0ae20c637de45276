/* Sums of rows, the walk over levels, retiring, and two threads. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/thread.h"
#include "model/entry_log.h"

#define START INT64_C(1750003200000) /* an hour */

static struct entry_row make_row(int64_t begin_ms, int64_t span_ms, double z) {
    return (struct entry_row){.begin_ms = begin_ms,
                              .end_ms = begin_ms + span_ms,
                              .mark_open = exp(z),
                              .mark_high = exp(z + 1e-3),
                              .mark_low = exp(z - 1e-3),
                              .mark_close = exp(z),
                              .z_open = z,
                              .z_high = z + 1e-3,
                              .z_low = z - 1e-3,
                              .z_close = z,
                              .buy_usd = 2,
                              .sell_usd = 3,
                              .oi_base = 100,
                              .oi_dt_base_s = (double)span_ms / 10,
                              .flags = ENTRY_ROW_HAS_MARK};
}

static bool append(struct entry_log *log, int64_t begin_ms, int64_t span_ms, double z) {
    struct entry_row row = make_row(begin_ms, span_ms, z);
    struct entry_deposit deposit = {.bin = (int32_t)floor(z / 2e-4), .base = {1, 2, 4}};
    struct entry_print print = {.ts_ms = begin_ms, .price = 5, .usd = 7, .position = 1};
    return entry_log_append(log, &row, 1, &deposit, 1, &print);
}

static int count_rows(struct entry_log *log, enum entry_level_id level, int64_t from_ms,
                      int64_t until_ms, double *net, double *oi_dt) {
    struct entry_cursor cursor;
    const struct entry_row *row = NULL;
    int count = 0;
    int64_t last_ms = INT64_MIN;
    entry_cursor_init(&cursor, log, level, from_ms);
    *net = *oi_dt = 0;
    entry_log_read_begin(log);
    while ((row = entry_cursor_next(&cursor, until_ms)) != NULL) {
        const struct entry_deposit *deposits = entry_log_deposits(log, row);
        for (uint32_t i = 0; i < row->deposit_count; i++) {
            *net += (double)deposits[i].base[ENTRY_SOURCE_NET];
            assert_true(i == 0 || deposits[i - 1].bin < deposits[i].bin);
        }
        for (uint32_t i = 0; i < row->print_count; i++) {
            assert_true(entry_log_print(log, row, i)->ts_ms >= row->begin_ms);
            assert_true(entry_log_print(log, row, i)->ts_ms < row->end_ms);
        }
        *oi_dt += row->oi_dt_base_s;
        assert_true(row->begin_ms >= last_ms);
        last_ms = row->end_ms;
        count++;
    }
    entry_log_read_end(log);
    return count;
}

static void coarse_rows_are_sums_of_fine_ones(void **state) {
    (void)state;
    struct entry_log *log = entry_log_create(2e-4);
    const int seconds = 7200 + 73;
    for (int i = 0; i < seconds; i++) {
        assert_true(append(log, START + 1000 * (int64_t)i, 1000, 1 + 1e-4 * (i % 50)));
    }
    static const int rows[] = {7273, 727 + 3, 121 + 1 + 3, 24 + 1 + 1 + 3, 2 + 1 + 1 + 3};
    for (int level = 0; level < ENTRY_LEVEL_COUNT; level++) {
        double net = 0, oi_dt = 0;
        int count = count_rows(log, (enum entry_level_id)level, START, INT64_MAX / 2, &net, &oi_dt);
        assert_int_equal(count, rows[level]); /* whole cells, then finer and finer up to the end */
        assert_true(net == seconds);
        assert_true(fabs(oi_dt - seconds * 100) < 1e-6);
    }
    entry_log_destroy(log);
}

static void a_coarse_row_keeps_path_and_reach(void **state) {
    (void)state;
    struct entry_log *log = entry_log_create(2e-4);
    append(log, START, 1000, 1.0);
    append(log, START + 1000, 1000, 0.99); /* low after the first row's high */
    append(log, START + 5000, 1000, 1.01); /* high after the low */
    entry_log_close_until(log, START + 10000);
    struct entry_cursor cursor;
    entry_cursor_init(&cursor, log, ENTRY_LEVEL_10S, START);
    const struct entry_row *row = entry_cursor_next(&cursor, START + 10000);
    assert_non_null(row);
    assert_int_equal(row->end_ms - row->begin_ms, 10000);
    assert_true(row->z_open == 1.0 && row->z_close == 1.01);
    assert_true(row->z_low == 0.99 - 1e-3 && row->z_high == 1.01 + 1e-3);
    assert_true((row->flags & ENTRY_ROW_HIGH_FIRST) == 0);
    assert_true(row->buy_usd == 6 && row->sell_usd == 9);
    assert_int_equal(row->deposit_count, 3);
    assert_int_equal(row->print_count, 3);
    const struct entry_deposit *deposits = entry_log_deposits(log, row);
    assert_int_equal(deposits[1].bin, 5000);
    assert_int_equal(deposits[1].below_bins, 5000 - (int)floor((0.99 - 1e-3) / 2e-4));
    assert_int_equal(deposits[1].above_bins, (int)floor((1.01 + 1e-3) / 2e-4) - 5000);
    assert_int_equal(deposits[2].below_bins, 0); /* the last one: nothing came after it */
    entry_log_destroy(log);
}

static void long_rows_stand_in_finer_levels_as_they_are(void **state) {
    (void)state;
    struct entry_log *log = entry_log_create(2e-4);
    for (int i = 0; i < 60; i++) {
        assert_true(append(log, START + 60000 * (int64_t)i, 60000, 1));
    }
    double net = 0, oi_dt = 0;
    assert_int_equal(count_rows(log, ENTRY_LEVEL_1S, START, INT64_MAX / 2, &net, &oi_dt), 60);
    assert_int_equal(count_rows(log, ENTRY_LEVEL_1H, START, INT64_MAX / 2, &net, &oi_dt), 1);
    assert_true(net == 60);
    entry_log_destroy(log);
}

static void rows_out_of_order_are_refused(void **state) {
    (void)state;
    struct entry_log *log = entry_log_create(2e-4);
    assert_true(append(log, START, 1000, 1));
    assert_false(append(log, START, 1000, 1));
    assert_false(append(log, START - 5000, 1000, 1));
    entry_log_close_until(log, START + 60000);
    assert_false(append(log, START + 59000, 1000, 1));
    assert_true(append(log, START + 60000, 1000, 1));
    assert_null(entry_log_create(0));
    assert_null(entry_log_create(NAN));
    entry_log_destroy(log);
}

static void years_of_silence_cost_nothing(void **state) {
    (void)state;
    struct entry_log *log = entry_log_create(2e-4);
    const int64_t year_ms = INT64_C(31536000000);
    for (int i = 0; i < 50; i++) {
        append(log, START + i * year_ms, 1000, 1);
    }
    double net = 0, oi_dt = 0;
    assert_int_equal(count_rows(log, ENTRY_LEVEL_1H, 0, INT64_MAX / 2, &net, &oi_dt), 50);
    assert_true(net == 50);
    struct entry_log_stats stats;
    entry_log_get_stats(log, &stats);
    assert_true(stats.bytes < 3000000);
    entry_log_destroy(log);
}

static void old_fine_rows_go_and_coarse_ones_stand_in(void **state) {
    (void)state;
    struct entry_log *log = entry_log_create(2e-4);
    const int count = 60000; /* a row every 5 s: 3.5 days */
    entry_log_read_begin(log);
    for (int i = 0; i < count / 2; i++) {
        append(log, START + 5000 * (int64_t)i, 1000, 1);
    }
    struct entry_log_stats stats;
    entry_log_get_stats(log, &stats);
    assert_true(stats.retire_waits > 0); /* a reader was inside: nothing went */
    double net = 0, oi_dt = 0;
    assert_int_equal(count_rows(log, ENTRY_LEVEL_1S, START, INT64_MAX / 2, &net, &oi_dt),
                     count / 2);
    entry_log_read_end(log);
    for (int i = count / 2; i < count; i++) {
        append(log, START + 5000 * (int64_t)i, 1000, 1);
    }
    int rows = count_rows(log, ENTRY_LEVEL_1S, START, INT64_MAX / 2, &net, &oi_dt);
    assert_true(net == count); /* everything is there, older parts in 10 s rows */
    assert_true(rows < count * 3 / 4);
    entry_log_destroy(log);
}

struct race {
    struct entry_log *log;
    int64_t step_ms;
    atomic_bool done;
};

enum { RACE_ROWS = 20000 };

static void race_write(void *user) {
    struct race *race = user;
    for (int i = 0; i < RACE_ROWS; i++) {
        append(race->log, START + race->step_ms * i, 1000, 1 + 1e-5 * (i % 100));
    }
    atomic_store(&race->done, true);
}

/* The net base coin that a reader sees who follows a writer. */
static double race_read(int64_t step_ms) {
    struct race race = {.log = entry_log_create(2e-4), .step_ms = step_ms};
    struct thread thread = {0};
    assert_true(thread_start(&thread, THREAD_ENGINE, race_write, &race));
    struct entry_cursor cursor;
    entry_cursor_init(&cursor, race.log, ENTRY_LEVEL_1MIN, START);
    double net = 0;
    bool last_round = false;
    while (!last_round) {
        last_round = atomic_load(&race.done);
        const struct entry_row *row = NULL;
        entry_log_read_begin(race.log);
        while ((row = entry_cursor_next(&cursor, INT64_MAX / 2)) != NULL) {
            const struct entry_deposit *deposits = entry_log_deposits(race.log, row);
            for (uint32_t i = 0; i < row->deposit_count; i++) {
                net += (double)deposits[i].base[ENTRY_SOURCE_NET];
            }
        }
        entry_log_read_end(race.log);
    }
    thread_join(&thread);
    entry_log_destroy(race.log);
    return net;
}

static void a_reader_beside_the_writer_sees_whole_rows(void **state) {
    (void)state;
    assert_true(race_read(4000) == RACE_ROWS); /* within a day: nothing is retired */
}

static void a_reader_beside_the_retiring_writer_loses_next_to_nothing(void **state) {
    (void)state;
    double net = race_read(30000); /* a week: fine rows go while it reads */
    assert_true(net <= RACE_ROWS && net > RACE_ROWS * 0.99);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(coarse_rows_are_sums_of_fine_ones),
        cmocka_unit_test(a_coarse_row_keeps_path_and_reach),
        cmocka_unit_test(long_rows_stand_in_finer_levels_as_they_are),
        cmocka_unit_test(rows_out_of_order_are_refused),
        cmocka_unit_test(years_of_silence_cost_nothing),
        cmocka_unit_test(old_fine_rows_go_and_coarse_ones_stand_in),
        cmocka_unit_test(a_reader_beside_the_writer_sees_whole_rows),
        cmocka_unit_test(a_reader_beside_the_retiring_writer_loses_next_to_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
