#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "view/arrange.h"

/* How pictures share a window. */

static void every_pixel_belongs_to_one_picture(void **state) {
    (void)state;
    enum { WIDTH = 37, HEIGHT = 23 };
    for (int how = 0; how < ARRANGE_COUNT; how++) {
        for (int count = 1; count <= 6; count++) {
            int owners[HEIGHT][WIDTH] = {0};
            for (int i = 0; i < count; i++) {
                struct arrange_rect r = arrange_place((enum arrange)how, count, i, WIDTH, HEIGHT);
                assert_true(r.x >= 0 && r.y >= 0 && r.x + r.w <= WIDTH && r.y + r.h <= HEIGHT);
                for (int y = r.y; y < r.y + r.h; y++) {
                    for (int x = r.x; x < r.x + r.w; x++) {
                        owners[y][x]++;
                    }
                }
            }
            for (int k = 0; k < WIDTH * HEIGHT; k++) {
                if (owners[k / WIDTH][k % WIDTH] != 1) {
                    fail_msg("%s of %d: pixel %d,%d has %d pictures",
                             arrange_key((enum arrange)how), count, k % WIDTH, k / WIDTH,
                             owners[k / WIDTH][k % WIDTH]);
                }
            }
        }
    }
}

static void check(enum arrange how, int count, int i, int w, int h, struct arrange_rect want) {
    struct arrange_rect got = arrange_place(how, count, i, w, h);
    if (memcmp(&got, &want, sizeof got) != 0) {
        fail_msg("%s, %d of %d in %dx%d: %d,%d %dx%d; expected %d,%d %dx%d", arrange_key(how), i,
                 count, w, h, got.x, got.y, got.w, got.h, want.x, want.y, want.w, want.h);
    }
}

static void cells_are_where_people_expect_them(void **state) {
    (void)state;
    check(ARRANGE_AUTO, 1, 0, 1920, 1080, (struct arrange_rect){0, 0, 1920, 1080});
    check(ARRANGE_AUTO, 2, 1, 3840, 1080, (struct arrange_rect){1920, 0, 1920, 1080});
    check(ARRANGE_AUTO, 2, 1, 1080, 1920, (struct arrange_rect){0, 960, 1080, 960});
    check(ARRANGE_AUTO, 4, 3, 1920, 1080, (struct arrange_rect){960, 540, 960, 540});
    check(ARRANGE_AUTO, 3, 2, 1920, 1080, (struct arrange_rect){0, 540, 1920, 540});
    check(ARRANGE_COLUMNS, 3, 1, 100, 50, (struct arrange_rect){33, 0, 33, 50});
    check(ARRANGE_ROWS, 3, 2, 100, 50, (struct arrange_rect){0, 33, 100, 17});
    check(ARRANGE_MAIN, 3, 0, 900, 600, (struct arrange_rect){0, 0, 600, 600});
    check(ARRANGE_MAIN, 3, 2, 900, 600, (struct arrange_rect){600, 300, 300, 300});
    check(ARRANGE_MAIN, 1, 0, 900, 600, (struct arrange_rect){0, 0, 900, 600});
}

static void a_rim_leaves_at_least_a_pixel(void **state) {
    (void)state;
    const struct arrange_rect wide = {10, 20, 30, 8};
    struct arrange_rect inside = arrange_inside(wide, 3);
    assert_int_equal(inside.x, 13);
    assert_int_equal(inside.y, 23);
    assert_int_equal(inside.w, 24);
    assert_int_equal(inside.h, 2);
    inside = arrange_inside(wide, 4);
    assert_memory_equal(&inside, &wide, sizeof wide);
    assert_true(arrange_contains(wide, 10, 20));
    assert_true(arrange_contains(wide, 39.9, 27.9));
    assert_false(arrange_contains(wide, 40, 20));
    assert_false(arrange_contains(wide, 9.9, 20));
}

static void names_are_known(void **state) {
    (void)state;
    enum arrange how = ARRANGE_ROWS;
    for (int i = 0; i < ARRANGE_COUNT; i++) {
        const char *key = arrange_key((enum arrange)i);
        assert_true(arrange_from_key(key, strlen(key), &how));
        assert_int_equal(how, i);
    }
    assert_false(arrange_from_key("row", 3, &how));
    assert_int_equal(how, ARRANGE_COUNT - 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_pixel_belongs_to_one_picture),
        cmocka_unit_test(cells_are_where_people_expect_them),
        cmocka_unit_test(a_rim_leaves_at_least_a_pixel),
        cmocka_unit_test(names_are_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
