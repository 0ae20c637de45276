/* Small copies of rasters: what they hold, which one is found, which one makes room. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/raster_cache.h"
#include "base/math.h"
#include "support/near.h"

#define NOW_MS INT64_C(1781685000000)

static struct raster_cache *cache;
static struct layers_column *column;
/* Logs are told apart by their address only. */
static struct entry_log *const log_a = (struct entry_log *)&cache;
static struct entry_log *const log_b = (struct entry_log *)&column;

static int set_up(void **state) {
    (void)state;
    cache = raster_cache_create();
    column = aligned_alloc(64, sizeof *column);
    return cache != NULL && column != NULL ? 0 : -1;
}

static int tear_down(void **state) {
    (void)state;
    raster_cache_destroy(cache);
    free(column);
    return 0;
}

static struct raster_request request_of(uint32_t id, const struct entry_log *log, int32_t col_ms,
                                        int32_t col_count, int32_t row_count) {
    return (struct raster_request){.request_id = id,
                                   .log = log,
                                   .grid = {.first_col = NOW_MS / col_ms - col_count + 1,
                                            .col_ms = col_ms,
                                            .col_count = col_count,
                                            .row_count = row_count,
                                            .ln_price_min = 10.9,
                                            .row_height = 0.2 / row_count}};
}

static struct camera camera_of(double span_ms) {
    struct camera camera;
    camera_init(&camera, NOW_MS, span_ms, exp(11), 0.1);
    camera_set_plot(&camera, (struct camera_rect){0, 0, 1200, 600});
    return camera;
}

static uint8_t flags; /* of the next columns */

/* Column n of count: close n + 1, volume 1, a texel of 1 unit in every row of channel 0. */
static void add(const struct raster_request *request, int n) {
    memset(column, 0, sizeof *column);
    column->request_id = request->request_id;
    column->pass = 2;
    column->flags = flags;
    column->col = request->grid.first_col + n;
    column->open = n + 0.5;
    column->high = n + 2;
    column->low = n + 0.25;
    column->close = n + 1;
    column->volume_buy_usd = 1;
    column->liquidated_usd[1] = 2;
    column->oi_usd = n;
    column->print_count = 1;
    column->prints[0] = (struct layers_print){.price = 100, .usd = (float)(n + 1)};
    for (int row = 0; row < request->grid.row_count; row++) {
        column->texels[0][row][0] = half_from_float((float)(row % 4));
        column->certainty[row] = 200;
    }
    raster_cache_add(cache, cache, column);
}

static void fill(const struct raster_request *request, int count) {
    raster_cache_begin(cache, cache, request);
    for (int n = 0; n < count; n++) {
        add(request, n);
    }
}

static void a_copy_keeps_prices_sums_and_means(void **state) {
    (void)state;
    struct raster_request request = request_of(3, log_a, 60000, 2000, 1024);
    struct camera camera = camera_of(86400e3);
    fill(&request, 2000);
    add(&request, 1999); /* again: counted once */
    struct raster_cache_copy copy = raster_cache_find(cache, &request, &camera, NOW_MS);
    assert_true(copy.rate > 0.9);
    assert_int_equal(copy.grid.col_ms, 240000);
    assert_int_equal(copy.grid.row_count, 256);
    assert_near(copy.grid.row_height, request.grid.row_height * 4, 1e-15);
    double volume = 0, liquidated = 0;
    for (int i = 0; i < copy.grid.col_count; i++) {
        const struct layers_column *out = raster_cache_column(cache, &copy, i);
        assert_int_equal(out->col, copy.grid.first_col + i);
        assert_true(out->open > 0 && out->low <= out->open && out->high >= out->close);
        volume += out->volume_buy_usd;
        liquidated += out->liquidated_usd[1];
        if (i > 0 && i + 1 < copy.grid.col_count) {
            assert_near((double)float_from_half(out->texels[0][17][0]), 1.5, 1e-3);
            assert_int_equal(out->certainty[17], 200);
            assert_int_equal(out->print_count, 4);
            assert_near(out->high - out->low, 3 + 1.75, 1e-9);
        }
    }
    assert_near(volume, 2000, 1e-9);
    assert_near(liquidated, 4000, 1e-9);
}

static void what_is_found_shows_the_view_best(void **state) {
    (void)state;
    struct raster_request day = request_of(1, log_a, 60000, 1900, 512);
    struct raster_request hour = request_of(2, log_a, 2000, 1900, 512);
    struct raster_request other = request_of(3, log_b, 60000, 1900, 512);
    fill(&day, 1900);
    fill(&hour, 1900);
    struct camera camera = camera_of(86400e3);
    assert_int_equal(raster_cache_find(cache, &day, &camera, NOW_MS).grid.col_ms, 4 * 60000);
    camera = camera_of(3000e3);
    assert_int_equal(raster_cache_find(cache, &day, &camera, NOW_MS).grid.col_ms, 4 * 2000);
    assert_near(raster_cache_find(cache, &other, &camera, NOW_MS).rate, 0, 0);
    struct raster_request opened = day;
    opened.opened_within_window = true;
    assert_near(raster_cache_find(cache, &opened, &camera, NOW_MS).rate, 0, 0);
    camera_pan_px(&camera, 0, 6000); /* far other prices */
    assert_near(raster_cache_find(cache, &day, &camera, NOW_MS).rate, 0, 0);
}

static void what_was_used_last_stays_and_pieces_go_first(void **state) {
    (void)state;
    struct raster_request requests[RASTER_CACHE_ENTRIES + 2];
    struct camera camera = camera_of(86400e3);
    struct raster_request first = request_of(1, log_a, 300000, 400, 256);
    fill(&first, 400);
    for (int i = 0; i < RASTER_CACHE_ENTRIES + 2; i++) {
        requests[i] = request_of((uint32_t)i + 2, log_b, 8000, 400, 256);
        fill(&requests[i], 40); /* stopped early */
    }
    assert_true(raster_cache_find(cache, &first, &camera, NOW_MS).rate > 0.5);
    camera = camera_of(2000e3);
    assert_near(raster_cache_find(cache, &requests[0], &camera, NOW_MS).rate, 0, 0);
    camera = camera_of(86400e3);
    for (int i = 0; i < RASTER_CACHE_ENTRIES + 2; i++) {
        fill(&requests[i], 400);
        assert_true(raster_cache_find(cache, &first, &camera, NOW_MS).rate > 0.5);
    }
    for (int i = 0; i < RASTER_CACHE_ENTRIES; i++) {
        fill(&requests[i], 400);
    }
    assert_near(raster_cache_find(cache, &first, &camera, NOW_MS).rate, 0, 0);
}

/* Most of a view, but not its end: what is then zoomed in on there would be bare. */
static void a_piece_is_not_shown_before_it_is_told_to_be_all(void **state) {
    (void)state;
    struct raster_request request = request_of(1, log_a, 60000, 1900, 512);
    struct camera camera = camera_of(86400e3);
    raster_cache_finish(cache, cache); /* of nothing */
    fill(&request, 1800);
    assert_near(raster_cache_find(cache, &request, &camera, NOW_MS).rate, 0, 0);
    raster_cache_finish(cache, cache);
    assert_true(raster_cache_find(cache, &request, &camera, NOW_MS).rate > 0.8);
    request.request_id = 2;
    request.opened_within_window = true;
    fill(&request, 1899); /* the one that grows is missing */
    assert_near(raster_cache_find(cache, &request, &camera, NOW_MS).rate, 0, 0);
    add(&request, 1899);
    assert_true(raster_cache_find(cache, &request, &camera, NOW_MS).rate > 0.9);
    request = request_of(3, log_b, 60000, 1900, 512);
    fill(&request, 1800); /* another one is not finished */
    assert_near(raster_cache_find(cache, &request, &camera, NOW_MS).rate, 0, 0);
    flags = LAYERS_COLUMN_OPEN;
    add(&request, 1800); /* the log ends there */
    flags = 0;
    struct raster_cache_copy copy = raster_cache_find(cache, &request, &camera, NOW_MS);
    assert_true(copy.rate > 0.7);
    const struct layers_column *last = raster_cache_column(cache, &copy, copy.grid.col_count - 1);
    assert_int_equal(last->flags, LAYERS_COLUMN_OPEN);
}

static void the_live_edge_pushes_the_oldest_out(void **state) {
    (void)state;
    struct raster_request request = request_of(9, log_a, 60000, 2000, 64);
    raster_cache_begin(cache, cache, &request);
    for (int n = 0; n < 3000; n++) {
        add(&request, n);
    }
    struct camera camera = camera_of(86400e3);
    struct raster_cache_copy copy =
        raster_cache_find(cache, &request, &camera, NOW_MS + 1000 * 60000);
    assert_true(copy.rate > 0 && copy.grid.col_count <= RASTER_CACHE_COLUMNS);
    const struct layers_column *newest = raster_cache_column(cache, &copy, copy.grid.col_count - 1);
    assert_near(newest->close, 3000, 0);
    add(&request, 3); /* too old by now */
    raster_cache_find(cache, &request, &camera, NOW_MS);
    assert_true(raster_cache_column(cache, &copy, 0)->low > 900);
}

static void coarse_cells_rate_less_than_fine_ones(void **state) {
    (void)state;
    struct camera camera = camera_of(86400e3);
    struct layers_grid grid = request_of(1, log_a, 60000, 1900, 512).grid;
    double fine = raster_cache_rate(&grid, grid.first_col, grid.first_col + 1900, &camera, NOW_MS);
    assert_near(fine, 1, 0.01);
    double half = raster_cache_rate(&grid, grid.first_col + 1900 - 720, grid.first_col + 1900,
                                    &camera, NOW_MS);
    assert_near(half, 720.0 * 60000 / (86400e3 * CAMERA_LIVE_FRACTION), 0.01);
    camera = camera_of(300e3);
    assert_true(raster_cache_rate(&grid, grid.first_col, grid.first_col + 1900, &camera, NOW_MS) <
                0.05);
}

static void panes_share_what_they_keep(void **state) {
    (void)state;
    struct raster_request mine = request_of(7, log_a, 60000, 1440, 512);
    struct raster_request its = request_of(7, log_b, 60000, 1440, 512); /* its own count of ids */
    struct camera camera = camera_of(86400e3);
    const int other = 0;
    struct raster_cache *shared = raster_cache_share(cache);
    fill(&mine, 1440);
    raster_cache_begin(shared, &other, &mine); /* kept already */
    raster_cache_begin(shared, &other, &its);
    assert_near(raster_cache_find(shared, &its, &camera, NOW_MS).rate, 0, 0);
    add(&mine, 1439); /* goes on being the first one's */
    assert_true(raster_cache_find(shared, &mine, &camera, NOW_MS).rate > 0.9);
    raster_cache_finish(shared, &other); /* nothing came of it: still none */
    assert_near(raster_cache_find(shared, &its, &camera, NOW_MS).rate, 0, 0);
    raster_cache_leave(shared, cache);
    add(&mine, 0); /* of nobody: not taken */
    raster_cache_destroy(shared);
    assert_true(raster_cache_find(cache, &mine, &camera, NOW_MS).rate > 0.9);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(panes_share_what_they_keep, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_copy_keeps_prices_sums_and_means, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_found_shows_the_view_best, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_used_last_stays_and_pieces_go_first, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_piece_is_not_shown_before_it_is_told_to_be_all, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_live_edge_pushes_the_oldest_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(coarse_cells_rate_less_than_fine_ones, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("raster_cache", tests, NULL, NULL);
}
