/* Ladders and names of the layers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"
#include "scene/layers.h"

static void bands_are_half_open(void **state) {
    (void)state;
    static const struct {
        double leverage;
        int band;
    } rows[] = {{0, 0},  {1, 0},    {4.999, 0}, {5, 1},    {9.99, 1}, {10, 2},
                {25, 3}, {49.9, 3}, {50, 4},    {99.9, 4}, {100, 5},  {1000, 5}};
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        assert_int_equal(layers_band_of_leverage(rows[i].leverage), rows[i].band);
    }
    for (int band = 0; band < LAYERS_BAND_COUNT; band++) {
        assert_non_null(layers_band_names[band]);
    }
}

static void columns_are_the_smallest_that_fit(void **state) {
    (void)state;
    static const struct {
        int64_t span_ms;
        int count_max;
        int32_t col_ms;
    } rows[] = {{1000, 1, 1000},          {1001, 1, 2000},   {86400000, 1440, 60000},
                {86400001, 1440, 120000}, {0, 10, 1000},     {-5, 10, 1000},
                {INT64_MAX, 1, 43200000}, {10000, 0, 10000}, {3600000, 2048, 2000}};
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        assert_int_equal(layers_col_ms_for_span(rows[i].span_ms, rows[i].count_max),
                         rows[i].col_ms);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bands_are_half_open),
        cmocka_unit_test(columns_are_the_smallest_that_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
