/* The icon inside the program is a picture of what the drawing says: zones above and below a price
 * line, each in its colour, on a dark plate with free corners. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "record/icon.h"

static uint8_t *rgba;
static int width, height;

static const uint8_t *at(double x, double y) {
    return rgba + ((size_t)(y * height) * (size_t)width + (size_t)(x * width)) * 4;
}

static void the_icon_shows_zones_and_price(void **state) {
    (void)state;
    assert_int_equal(icon_read(&width, &height, &rgba), STATUS_OK);
    assert_int_equal(width, 64);
    assert_int_equal(height, 64);
    assert_int_equal(at(0.01, 0.01)[3], 0);  /* corner */
    assert_int_equal(at(0.5, 0.92)[3], 255); /* plate */
    assert_true(at(0.5, 0.92)[0] < 40);
    const uint8_t *shorts = at(0.8, 0.31);
    const uint8_t *longs = at(0.8, 0.69);
    assert_true(shorts[0] > 220 && shorts[2] < 120);
    assert_true(longs[1] > 180 && longs[0] < 160);
    int white_count = 0; /* the price: in every column of the middle */
    for (int x = 10; x < 54; x++) {
        for (int y = 26; y < 38; y++) {
            const uint8_t *pixel = rgba + (y * width + x) * 4;
            if (pixel[0] > 230 && pixel[1] > 230 && pixel[2] > 230) {
                white_count++;
                break;
            }
        }
    }
    assert_int_equal(white_count, 44);
    free(rgba);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_icon_shows_zones_and_price),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
