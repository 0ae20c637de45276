/* Zooming and panning while the raster worker does next to nothing: it is never started, rasters
 * are made here, as far and as late as each case says.  Time is counted in frames. */
#include <setjmp.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/keep_modules.h"
#include "support/near.h"
#include "support/zoom_walk.h"

#define YEAR_MS    (365 * ZOOM_DAY_MS)
#define HOUR_MS    3600e3
#define MINUTES_MS 300e3
#define LN_SPAN    0.01
#define FRAME_NS   INT64_C(16666667)

enum { ZOOM_FRAMES = 30, HOURS = 1 };

/* How far the worker gets with a raster before the next one is asked for. */
enum progress {
    PROGRESS_NONE,
    PROGRESS_PART,        /* of the coarse pass */
    PROGRESS_ALL_BUT_ONE, /* the coarse pass without its last column */
    PROGRESS_COARSE,
    PROGRESS_BEGUN, /* a column of the fine pass, too */
    PROGRESS_ALL,
    PROGRESS_COUNT
};

static struct zoom_walk walk;
static struct raster *raster;
static struct layers_column column;
static int64_t mono_ns;
static uint32_t served_id;
static int column_limit, column_count;

static struct layers_column *begin_column(void *self) {
    (void)self;
    return column_count < column_limit ? &column : NULL;
}

static bool end_column(void *self) {
    (void)self;
    picture_link_add(&walk.link, &column);
    column_count++;
    return true;
}

static const struct raster_sink sink = {NULL, begin_column, end_column};

/* Make what was asked for last, so far. */
static void serve(enum progress progress) {
    const struct layers_grid *grid = &walk.link.asked.grid;
    /* The log ends in the grid's last column. */
    const int limits[PROGRESS_COUNT] = {
        [PROGRESS_PART] = grid->col_count / 2, [PROGRESS_ALL_BUT_ONE] = grid->col_count - 1,
        [PROGRESS_COARSE] = grid->col_count,   [PROGRESS_BEGUN] = grid->col_count + 1,
        [PROGRESS_ALL] = 2 * LAYERS_COL_MAX,
    };
    column_count = 0;
    column_limit = limits[progress];
    served_id = walk.link.request_id;
    enum status status = raster_run(raster, &walk.link.asked, &sink);
    assert_true(status == STATUS_OK || (status == STATUS_CANCELLED && progress != PROGRESS_ALL));
    if (status == STATUS_OK) {
        picture_link_finish(&walk.link);
    }
}

/* A frame; the raster asked for last comes so many frames after it was. */
static void show(enum progress progress, int late_frames) {
    mono_ns += FRAME_NS;
    if (progress != PROGRESS_NONE && served_id != walk.link.request_id &&
        mono_ns - walk.link.asked_ns >= late_frames * FRAME_NS) {
        serve(progress);
    }
    picture_link_update(&walk.link, &walk.inputs, &walk.camera, walk.now_ms, mono_ns);
    double rate = zoom_walk_rate(&walk);
    walk.bare_count += rate <= 0;
    walk.least_rate = fmin(walk.least_rate, rate);
}

/* Always the same prices: few rows do. */
static void look(double span_ms) {
    zoom_walk_look(&walk, span_ms);
    double ln_mid = (walk.camera.ln_bottom + walk.camera.ln_top) / 2;
    walk.camera.ln_bottom = ln_mid - LN_SPAN / 2;
    walk.camera.ln_top = ln_mid + LN_SPAN / 2;
}

/* Look, and wait until all of it has come. */
static void settle(double span_ms) {
    look(span_ms);
    for (int i = 0; i < 12; i++) {
        show(PROGRESS_ALL, 0);
    }
    assert_int_equal(served_id, walk.link.request_id);
    zoom_walk_forget(&walk);
}

static void zoom(double from_ms, double to_ms, enum progress progress, int late_frames) {
    for (int i = 0; i <= ZOOM_FRAMES; i++) {
        look(from_ms * pow(to_ms / from_ms, (double)i / ZOOM_FRAMES));
        show(progress, late_frames);
    }
}

static int set_up(void **state) {
    (void)state;
    served_id = 0;
    mono_ns = INT64_C(1000000000);
    bool made = zoom_walk_make(&walk, HOURS, 160, 120);
    raster = raster_create();
    keep_modules_now();
    return made && raster != NULL ? 0 : -1;
}

static int tear_down(void **state) {
    (void)state;
    raster_destroy(raster);
    zoom_walk_close(&walk);
    return 0;
}

static void no_frame_of_a_zoom_is_bare(void **state) {
    (void)state;
    static const struct {
        enum progress progress;
        int late_frames;
    } cases[] = {
        {PROGRESS_NONE, 0},        {PROGRESS_PART, 1},   {PROGRESS_ALL_BUT_ONE, 1},
        {PROGRESS_ALL_BUT_ONE, 2}, {PROGRESS_COARSE, 7}, {PROGRESS_BEGUN, 2},
        {PROGRESS_ALL, 8},
    };
    int bare = 0;
    for (int i = 0; i < (int)(sizeof cases / sizeof cases[0]); i++) {
        settle(YEAR_MS);
        zoom(YEAR_MS, MINUTES_MS, cases[i].progress, cases[i].late_frames);
        zoom(MINUTES_MS, YEAR_MS, cases[i].progress, cases[i].late_frames);
        zoom(YEAR_MS, MINUTES_MS, cases[i].progress, cases[i].late_frames);
        if (walk.bare_count > 0) {
            print_error("case %d: %d bare frames\n", i, walk.bare_count);
        }
        bare += walk.bare_count;
    }
    assert_int_equal(bare, 0);
}

/* Dragged out of its own raster: the hour's has it. */
static void what_was_seen_before_stays_in_sight_on_a_drag(void **state) {
    (void)state;
    settle(HOUR_MS);
    settle(MINUTES_MS);
    for (int i = 0; i < ZOOM_FRAMES; i++) {
        camera_pan_px(&walk.camera, walk.camera.plot_px.w * 0.25, 0);
        show(PROGRESS_NONE, 0);
    }
    assert_true(walk.camera.time_right_ms < (double)walk.now_ms - 0.5 * HOUR_MS);
    assert_int_equal(walk.bare_count, 0);
    assert_true(walk.link.copy_count > 0);
}

/* The hour's copy ends where it was left; zoomed in again, what went on since is seen. */
static void a_copy_that_ended_long_ago_gives_way_at_the_live_edge(void **state) {
    (void)state;
    settle(HOUR_MS);
    settle(MINUTES_MS);
    fact_market_advance(&walk.market, 600);
    walk.now_ms = entry_log_until_ms(walk.market.log);
    int columns = 0;
    column_count = 0;
    assert_int_equal(raster_follow(raster, &sink, &columns), STATUS_OK);
    int64_t copies = walk.link.copy_count;
    zoom(MINUTES_MS, HOUR_MS, PROGRESS_NONE, 0);
    zoom(HOUR_MS, MINUTES_MS / 2, PROGRESS_NONE, 0);
    assert_true(walk.link.copy_count > copies);
    assert_int_equal(walk.bare_count, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(no_frame_of_a_zoom_is_bare, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_seen_before_stays_in_sight_on_a_drag, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_copy_that_ended_long_ago_gives_way_at_the_live_edge,
                                        set_up, tear_down),
    };
    return cmocka_run_group_tests_name("zoom_starved", tests, NULL, NULL);
}
