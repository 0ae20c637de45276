/* Exchange server -> TLS -> feed -> ring -> engine thread -> raster worker -> off-screen frame ->
 * pixels.
 *
 * The market stands still once it serves, so that what the test injects is the only thing that
 * moves. What a part of the picture adds is found by drawing the same scene with and without it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/keep_modules.h"
#include "support/picture_pipeline.h"

enum {
    WIDTH = 960,
    HEIGHT = 540,
    PIXELS = WIDTH * HEIGHT,
    WAIT_MS = 30000,
    WATCH_MS = 4000,
    SPAN_MS = 3600 * 1000
};
#define LN_SPAN 0.12

static struct pipeline pipe_line;
static struct picture_pipeline view;
static uint8_t frame_a[PIXELS * 4], frame_b[PIXELS * 4];

static void draw(uint32_t hidden, uint8_t *out) {
    picture_pipeline_draw(&view, hidden, true);
    offscreen_read_rgba(view.offscreen, (size_t)PIXELS * 4, out);
}

/* Pixels of a rectangle in which the two frames differ, and their middle. */
struct difference {
    int count;
    double x_px, y_px;
};

static struct difference compare_in(struct camera_rect rect) {
    struct difference found = {0};
    for (int y = (int)rect.y; y < (int)(rect.y + rect.h); y++) {
        for (int x = (int)rect.x; x < (int)(rect.x + rect.w); x++) {
            size_t at = ((size_t)y * WIDTH + (size_t)x) * 4;
            if (memcmp(frame_a + at, frame_b + at, 3) != 0) {
                found.count++;
                found.x_px += x + 0.5;
                found.y_px += y + 0.5;
            }
        }
    }
    if (found.count > 0) {
        found.x_px /= found.count;
        found.y_px /= found.count;
    }
    return found;
}

static bool history_is_in(const struct scene *scene) {
    return pipeline_is_full(scene) && scene->instruments[0].history_until_ms > 0;
}

static int set_up(void **state) {
    (void)state;
    log_set_level(LOG_LEVEL_ERROR);
    struct pipeline_desc desc = {
        .server = {.seed = 8, .days = 0.15, .burn_in_days = 0.5, .frozen = true},
        .certificate = "good",
        .history_ms = 3 * 3600 * 1000};
    if (!pipeline_open(&pipe_line, &desc) || !pipeline_wait(&pipe_line, history_is_in, WAIT_MS)) {
        return -1;
    }
    bool opened = picture_pipeline_open(&view, &pipe_line, WIDTH, HEIGHT);
    keep_modules_now();
    return opened && picture_pipeline_ask(&view, SPAN_MS, LN_SPAN) &&
                   picture_pipeline_wait_field(&view, WAIT_MS)
               ? 0
               : -1;
}

static int tear_down(void **state) {
    (void)state;
    picture_pipeline_close(&view);
    pipeline_close(&pipe_line);
    return 0;
}

static void the_field_is_drawn(void **state) {
    (void)state;
    assert_true(view.columns > 100);
    draw(0, frame_a);
    draw(SETTINGS_BIT(FIELD), frame_b);
    struct camera_rect plot = view.camera.plot_px;
    struct difference found = compare_in(plot);
    double share = found.count / (plot.w * plot.h);
    print_message("field: %.0f %% of the plot\n", share * 100.0);
    assert_true(share > 0.2);
    /* And nothing beside it moved: the same scene twice gives the same picture. */
    draw(0, frame_b);
    found = compare_in((struct camera_rect){0, 0, WIDTH, HEIGHT});
    assert_int_equal(found.count, 0);
}

static int64_t injected_ms;

static bool has_print(const struct scene *scene) {
    const struct scene_instrument *now = &scene->instruments[0];
    return now->print_count > 0 && now->prints[now->print_count - 1].ts_ms == injected_ms;
}

static void check_circle(double price) {
    picture_pipeline_drain(&view);
    draw(0, frame_a);
    draw(SETTINGS_BIT(BUBBLES), frame_b);
    double x_px = camera_px_from_time(&view.camera, (double)injected_ms);
    double y_px = camera_px_from_price(&view.camera, price);
    struct difference found =
        compare_in((struct camera_rect){x_px - 40.0, y_px - 40.0, 80.0, 80.0});
    if (found.count < 20 || fabs(found.x_px - x_px) > 6.0 || fabs(found.y_px - y_px) > 6.0) {
        fail_msg("%d pixels about %.1f, %.1f; expected at %.1f, %.1f", found.count, found.x_px,
                 found.y_px, x_px, y_px);
    }
}

static void a_liquidation_is_a_circle_at_its_place(void **state) {
    (void)state;
    pipeline_take(&pipe_line, 100); /* the scene of the set-up may be seconds old */
    const struct scene_instrument *now = &pipe_line.scene->instruments[0];
    int64_t ticks = (int64_t)(now->mark * 1.02 * 10.0);
    injected_ms = now->ts_ms + 20;
    struct exchange_injection injection = {.kind = EXCHANGE_LIQUIDATION,
                                           .ts_ms = injected_ms,
                                           .price_ticks = ticks,
                                           .qty_lots = 50000, /* 50 BTC */
                                           .position = POS_SHORT};
    assert_true(exchange_server_inject(pipe_line.server, &injection));
    assert_true(pipeline_wait(&pipe_line, has_print, WAIT_MS));
    /* It stays, first known from the scene, then from the row of the log that it went into. */
    int64_t until_ns = clock_mono_ns() + WATCH_MS * INT64_C(1000000);
    do {
        check_circle((double)ticks / 10.0);
        pipeline_take(&pipe_line, 100);
    } while (clock_mono_ns() < until_ns);
}

static void demo_is_written_on_it(void **state) {
    (void)state;
    static struct picture_text_box boxes[256];
    draw(0, frame_a);
    int count = picture_get_text_boxes(view.picture, 256, boxes);
    int found = -1;
    for (int i = 0; i < count; i++) {
        found = strstr(boxes[i].text, "DEMO") != NULL ? i : found;
    }
    assert_true(found >= 0);
    struct scene *quiet = malloc(sizeof(*quiet));
    assert_non_null(quiet);
    *quiet = *pipe_line.scene;
    quiet->demo = false;
    const struct scene *kept = pipe_line.scene;
    pipe_line.scene = quiet;
    draw(0, frame_b);
    pipe_line.scene = kept;
    free(quiet);
    struct camera_rect box = {boxes[found].x, boxes[found].y, boxes[found].w, boxes[found].h};
    struct difference drawn = compare_in(box);
    print_message("\"%s\": %d of %.0f pixels\n", boxes[found].text, drawn.count, box.w * box.h);
    assert_true(drawn.count > box.w * box.h / 20.0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_field_is_drawn),
        cmocka_unit_test(a_liquidation_is_a_circle_at_its_place),
        cmocka_unit_test(demo_is_written_on_it),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
