#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "gfx/readback.h"
#include "support/golden.h"

/* A picture in a part of a framebuffer is the picture alone, whichever way the rows run, and
 * touches nothing beside it. */

enum { WIDTH = 400, HEIGHT = 240, PART_X = 31, PART_Y = 17, WHOLE_W = 480, WHOLE_H = 330 };

static struct golden stage;

static const uint8_t *pixel(const uint8_t *rgba, int width, int x, int y) {
    return rgba + ((size_t)y * (size_t)width + (size_t)x) * 4;
}

/* Of the whole framebuffer: the picture within its part, the ground's colour around it. A few edges
 * round otherwise where they lie at other coordinates. */
static void compare(const uint8_t *alone, const uint8_t *whole, const char *which) {
    int wrong_inside = 0;
    int wrong_around = 0;
    for (int y = 0; y < WHOLE_H; y++) {
        for (int x = 0; x < WHOLE_W; x++) {
            static const uint8_t ground[4] = {255, 0, 255, 255};
            int at_x = x - PART_X;
            int at_y = y - PART_Y;
            bool inside = at_x >= 0 && at_x < WIDTH && at_y >= 0 && at_y < HEIGHT;
            const uint8_t *want = inside ? pixel(alone, WIDTH, at_x, at_y) : ground;
            bool wrong = memcmp(pixel(whole, WHOLE_W, x, y), want, 4) != 0;
            wrong_inside += wrong && inside;
            wrong_around += wrong && !inside;
        }
    }
    if (wrong_inside * 2000 > WIDTH * HEIGHT || wrong_around > 0) {
        fail_msg("%s: of %d pixels %d differ, and %d around them", which, WIDTH * HEIGHT,
                 wrong_inside, wrong_around);
    }
}

static void a_part_shows_what_a_window_of_its_size_does(void **state) {
    (void)state;
    static uint8_t alone[WIDTH * HEIGHT * 4];
    static uint8_t got[WHOLE_W * WHOLE_H * 4];
    golden_fill(&stage, NULL);
    struct camera camera = golden_camera(&stage, 0, NULL);
    struct picture_frame frame = golden_frame(&stage, &camera);
    for (int top_down = 0; top_down < 2; top_down++) {
        golden_resize(&stage, WIDTH, HEIGHT);
        frame.target = offscreen_target(stage.offscreen);
        frame.target.top_down = top_down == 1;
        picture_draw(stage.picture, &frame);
        readback_rgba(&frame.target, sizeof alone, alone);
        golden_resize(&stage, WHOLE_W, WHOLE_H);
        struct target whole = offscreen_target(stage.offscreen);
        whole.top_down = top_down == 1;
        target_begin(&whole, TARGET_BLEND_NONE);
        target_clear((const float[4]){1, 0, 1, 1});
        frame.target = target_part(&whole, (struct target_rect){PART_X, PART_Y, WIDTH, HEIGHT});
        picture_draw(stage.picture, &frame);
        readback_rgba(&whole, sizeof got, got);
        compare(alone, got, top_down == 1 ? "rows top down" : "rows bottom up");
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_part_shows_what_a_window_of_its_size_does,
                                        golden_open_test, golden_close_test),
    };
    golden_use(&stage, WIDTH, HEIGHT);
    return cmocka_run_group_tests(tests, golden_open_group, golden_close_group);
}
