/* From a year to five minutes and back: every frame shows a field, and what was seen before comes
 * back at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/keep_modules.h"
#include "support/near.h"
#include "support/zoom_walk.h"

#define YEAR_MS    (365 * ZOOM_DAY_MS)
#define MINUTES_MS 300e3

enum { WAIT_MS = 30000 };

static struct zoom_walk walk;

static int set_up(void **state) {
    (void)state;
    bool opened = zoom_walk_open(&walk, 5, 640, 360);
    keep_modules_now();
    return opened ? 0 : -1;
}

static int tear_down(void **state) {
    (void)state;
    zoom_walk_close(&walk);
    return 0;
}

static void every_frame_of_a_zoom_has_a_field(void **state) {
    (void)state;
    zoom_walk_look(&walk, YEAR_MS);
    assert_true(zoom_walk_settle(&walk, WAIT_MS));
    zoom_walk_forget(&walk);
    zoom_walk_zoom(&walk, YEAR_MS, MINUTES_MS, 30);
    assert_true(zoom_walk_settle(&walk, WAIT_MS));
    assert_int_equal(walk.bare_count, 0);
    struct layers_grid drawn = picture_drawn_grid(walk.picture);
    assert_true(drawn.col_ms <= 2000); /* the fine one of the five minutes has come */
    print_message("in: %d frames, worst %.1f ms, fine after %.0f ms at most\n",
                  (int)walk.frame_count, (double)walk.worst_ns / 1e6, (double)walk.fine_ns / 1e6);
}

static void a_time_frame_seen_before_is_shown_at_once(void **state) {
    (void)state;
    zoom_walk_look(&walk, ZOOM_DAY_MS);
    assert_true(zoom_walk_settle(&walk, WAIT_MS));
    zoom_walk_look(&walk, MINUTES_MS);
    assert_true(zoom_walk_settle(&walk, WAIT_MS));
    int64_t copies = walk.link.copy_count;
    zoom_walk_forget(&walk);
    walk.link.asked_ns = 0; /* not held back */
    zoom_walk_look(&walk, ZOOM_DAY_MS);
    zoom_walk_frame(&walk);
    assert_int_equal(walk.link.copy_count, copies + 1);
    assert_true(walk.least_rate > 0.5); /* five minutes stretched would cover nothing of a day */
    assert_true(zoom_walk_settle(&walk, WAIT_MS));
    struct layers_grid drawn = picture_drawn_grid(walk.picture);
    assert_int_equal(drawn.col_ms, walk.link.grid.col_ms);
    assert_int_equal(drawn.first_col, walk.link.grid.first_col);
}

/* The worker is done, but as many of its columns as the ring holds have not been taken yet. */
static void a_raster_is_there_when_its_last_column_is_drained(void **state) {
    (void)state;
    zoom_walk_look(&walk, ZOOM_DAY_MS / 4);
    assert_true(zoom_walk_settle(&walk, WAIT_MS));
    struct raster_worker_stats stats;
    raster_worker_get_stats(walk.worker, &stats);
    uint64_t taken = stats.columns;
    uint32_t before = walk.link.request_id;
    int64_t end_ns = clock_mono_ns() + INT64_C(1000000) * WAIT_MS;
    zoom_walk_look(&walk, ZOOM_DAY_MS);
    walk.link.asked_ns = 0;
    picture_link_update(&walk.link, &walk.inputs, &walk.camera, walk.now_ms, clock_mono_ns());
    assert_true(walk.link.request_id != before);
    while (stats.done_request_id != walk.link.request_id && clock_mono_ns() < end_ns) {
        const struct layers_column *column = NULL;
        raster_worker_get_stats(walk.worker, &stats);
        if (stats.columns - taken < RASTER_WORKER_COLUMNS) {
            clock_sleep_until_ns(clock_mono_ns() + 200000);
        } else if ((column = raster_worker_column_begin(walk.worker)) != NULL) {
            picture_link_add(&walk.link, column);
            raster_worker_column_end(walk.worker);
            taken++;
        }
    }
    assert_int_equal(stats.done_request_id, walk.link.request_id);
    assert_true(picture_link_arriving(&walk.link));
    assert_true(picture_link_drain(&walk.link) > 0);
    assert_false(picture_link_arriving(&walk.link));
    struct layers_grid drawn = picture_drawn_grid(walk.picture);
    assert_int_equal(drawn.first_col, walk.link.grid.first_col);
    assert_int_equal(drawn.col_ms, walk.link.grid.col_ms);
}

static void another_reading_is_another_raster(void **state) {
    (void)state;
    zoom_walk_look(&walk, ZOOM_DAY_MS / 4);
    assert_true(zoom_walk_settle(&walk, WAIT_MS));
    uint32_t all = walk.link.request_id;
    walk.inputs.opened_within_window = true;
    walk.link.asked_ns = 0;
    assert_true(zoom_walk_settle(&walk, WAIT_MS));
    assert_true(walk.link.request_id != all);
    assert_true(walk.link.asked.opened_within_window);
    /* Its left edge is the window's, and stays while the window moves on a little. */
    int64_t edge_ms = walk.link.grid.first_col * walk.link.grid.col_ms;
    assert_true(fabs((double)edge_ms - walk.camera.time_left_ms) <= walk.link.grid.col_ms);
    uint32_t opened = walk.link.request_id;
    fact_market_advance(&walk.market, 60);
    walk.now_ms = entry_log_until_ms(walk.market.log);
    camera_follow(&walk.camera, (double)walk.now_ms);
    walk.link.asked_ns = 0;
    zoom_walk_frame(&walk);
    assert_int_equal(walk.link.request_id, opened);
    walk.inputs.opened_within_window = false;
    walk.link.asked_ns = 0;
    assert_true(zoom_walk_settle(&walk, WAIT_MS));
    assert_false(walk.link.asked.opened_within_window);
}

static void the_live_edge_goes_on_after_a_copy(void **state) {
    (void)state;
    zoom_walk_look(&walk, 3600e3);
    assert_true(zoom_walk_settle(&walk, WAIT_MS));
    zoom_walk_look(&walk, ZOOM_DAY_MS);
    assert_true(zoom_walk_settle(&walk, WAIT_MS));
    walk.link.asked_ns = 0;
    zoom_walk_look(&walk, 3600e3);
    assert_true(zoom_walk_settle(&walk, WAIT_MS));
    int64_t last = walk.link.last_col;
    fact_market_advance(&walk.market, 300);
    walk.now_ms = entry_log_until_ms(walk.market.log);
    camera_follow(&walk.camera, (double)walk.now_ms);
    int64_t end_ns = clock_mono_ns() + INT64_C(1000000) * WAIT_MS;
    int64_t newest = walk.now_ms / walk.link.grid.col_ms - 1;
    while (walk.link.last_col < newest && clock_mono_ns() < end_ns) {
        zoom_walk_frame(&walk);
    }
    assert_true(walk.link.last_col > last);
    assert_true(walk.link.last_col >= newest);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_frame_of_a_zoom_has_a_field),
        cmocka_unit_test(a_time_frame_seen_before_is_shown_at_once),
        cmocka_unit_test(a_raster_is_there_when_its_last_column_is_drained),
        cmocka_unit_test(another_reading_is_another_raster),
        cmocka_unit_test(the_live_edge_goes_on_after_a_copy),
    };
    return cmocka_run_group_tests_name("zoom", tests, set_up, tear_down);
}
