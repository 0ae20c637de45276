#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "layer/labels.h"
#include "support/golden.h"

/* The badge of alerts: there while one fires and no part of the picture else, with room of its own
 * at every size. */

enum { WIDTH = 1280, HEIGHT = 720 };

static struct golden stage;
static struct picture_text_box boxes[LABELS_MAX];
static int box_count;
static const struct picture_cover *cover;

static uint8_t *draw(const struct picture_alerts *alerts, bool demo) {
    stage.market.scene.demo = demo;
    struct camera camera = golden_camera(&stage, 0, NULL);
    struct picture_frame frame = golden_frame(&stage, &camera);
    frame.alerts = alerts;
    frame.cover = cover;
    uint8_t *pixels = golden_draw(&stage, &frame);
    box_count = picture_get_text_boxes(stage.picture, LABELS_MAX, boxes);
    return pixels;
}

static const struct picture_text_box *box_of(const char *text) {
    for (int i = 0; i < box_count; i++) {
        if (strncmp(boxes[i].text, text, strlen(text)) == 0) {
            return &boxes[i];
        }
    }
    return NULL;
}

static struct picture_alerts two_alerts(void) {
    return (struct picture_alerts){
        .number = 1,
        .count = 2,
        .items = {{"near", "BTCUSDT 61,800.0 is 0.42 % from about $12.3M of longs at 61,540.0"},
                  {"burst", "BTCUSDT 61,800.0: $6.10M of longs liquidated in 1 min"}}};
}

static void it_is_part_of_the_picture_only_while_it_is_there(void **state) {
    (void)state;
    const size_t size = (size_t)4 * WIDTH * HEIGHT;
    const struct picture_alerts none = {.number = 3};
    const struct picture_alerts two = two_alerts();
    golden_fill(&stage, NULL);
    free(draw(NULL, true)); /* the first frame of a field eases its scale */
    uint8_t *without = draw(NULL, true);
    uint8_t *with = draw(&two, true);
    assert_memory_not_equal(without, with, size);
    assert_non_null(box_of("near: BTCUSDT 61,800.0 is 0.42 %"));
    assert_non_null(box_of("burst: "));
    assert_true(box_of("burst: ")->y > box_of("near: ")->y);
    uint8_t *empty = draw(&none, true);
    assert_memory_equal(without, empty, size);
    free(without);
    free(with);
    free(empty);
}

static void it_covers_no_text_and_says_less_where_there_is_less_room(void **state) {
    (void)state;
    static const struct {
        int w, h;
    } sizes[] = {{3840, 2160}, {1920, 1080}, {1280, 720}, {640, 360}, {400, 300}};
    struct picture_alerts many = two_alerts();
    many.count = 7;
    (void)str_copy(many.items[2].name, sizeof many.items[2].name, "swept");
    (void)str_copy(many.items[2].text, sizeof many.items[2].text, "BTCUSDT swept");
    golden_fill(&stage, NULL);
    for (size_t i = 0; i < ARRAY_COUNT(sizes); i++) {
        for (int demo = 0; demo < 2; demo++) {
            golden_resize(&stage, sizes[i].w, sizes[i].h);
            free(draw(&many, demo != 0));
            const struct picture_text_box *near = box_of("near");
            assert_non_null(near);
            assert_non_null(box_of("swept"));
            assert_non_null(strstr(box_of("swept")->text, "(4 more)"));
            for (int k = 0; k < box_count; k++) {
                bool apart = &boxes[k] == near || boxes[k].x >= near->x + near->w ||
                             boxes[k].x + boxes[k].w <= near->x ||
                             boxes[k].y >= near->y + near->h || boxes[k].y + boxes[k].h <= near->y;
                /* A plate lies around its own text, and is kept free under no other name. */
                assert_true(apart || boxes[k].text[0] == '\0');
            }
        }
    }
    free(draw(NULL, false));
    assert_null(box_of("near"));
}

static void none_stands_under_a_panel(void **state) {
    (void)state;
    const struct picture_alerts two = two_alerts();
    golden_fill(&stage, NULL);
    free(draw(&two, true));
    const struct picture_text_box first = *box_of("near: "), second = *box_of("burst: ");
    const struct picture_cover panel = {.count = 1,
                                        .rects = {{second.x - 20, second.y - 4, 150, 400}}};
    cover = &panel;
    free(draw(&two, true));
    cover = NULL;
    assert_true(box_of("near: ")->x == first.x); /* above it */
    assert_non_null(box_of("burst: "));
    assert_true(box_of("burst: ")->x > panel.rects[0].x + panel.rects[0].w);
    assert_true(box_of("burst: ")->y == second.y);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(it_is_part_of_the_picture_only_while_it_is_there,
                                        golden_open_test, golden_close_test),
        cmocka_unit_test_setup_teardown(it_covers_no_text_and_says_less_where_there_is_less_room,
                                        golden_open_test, golden_close_test),
        cmocka_unit_test_setup_teardown(none_stands_under_a_panel, golden_open_test,
                                        golden_close_test),
    };
    golden_use(&stage, WIDTH, HEIGHT);
    return cmocka_run_group_tests(tests, golden_open_group, golden_close_group);
}
