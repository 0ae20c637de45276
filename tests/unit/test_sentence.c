#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/str.h"
#include "scene/sentence.h"

/* The words for a cluster: what is said, and what is left unsaid. */

static const struct map_cluster below = {.side = 0,
                                         .price = 59200,
                                         .price_low = 59100,
                                         .price_high = 59300,
                                         .distance = -0.0213,
                                         .usd = 84.1e6,
                                         .bands_usd = {0, 1e6, 9.1e6, 60e6, 14e6, 0},
                                         .sd = 0.4,
                                         .calibrated = true};

static const char *say(const struct map_cluster *cluster, enum sentence_length length,
                       uint32_t band_hidden, bool learned) {
    static char text[SENTENCE_BYTES];
    struct sentence_desc desc = {.length = length, .band_hidden = band_hidden, .learned = learned};
    return sentence_of_cluster(cluster, &desc, text);
}

static void a_long_cluster_is_sold_below(void **state) {
    (void)state;
    assert_string_equal(say(&below, SENTENCE_WHOLE, 0, true),
                        "about $84.1M of long positions, mostly 25–50x, would be force-sold near "
                        "59,200, 2.1 % below (estimate)");
    assert_string_equal(say(&below, SENTENCE_SHORT, 0, true),
                        "about $84.1M of long positions would be force-sold near 59,200, 2.1 % "
                        "below (estimate)");
    assert_string_equal(say(&below, SENTENCE_GIST, 0, true),
                        "$84.1M of longs at 59,200, 2.1 % below, estimate");
}

static void a_short_cluster_is_bought_above(void **state) {
    (void)state;
    struct map_cluster above = below;
    above.side = 1;
    above.price = 61000.5;
    above.distance = 0.0042;
    above.calibrated = false;
    char text[SENTENCE_BYTES];
    struct sentence_desc desc = {.price_decimals = 1, .learned = true};
    assert_string_equal(
        sentence_of_cluster(&above, &desc, text),
        "about $84.1M of short positions, mostly 25–50x, would be force-bought near "
        "61,000.5, 0.42 % above (estimate, not calibrated so far out)");
    desc.learned = false;
    assert_non_null(strstr(sentence_of_cluster(&above, &desc, text), "not calibrated yet"));
}

static void distance_is_told_from_the_price_that_is_asked(void **state) {
    (void)state;
    char text[SENTENCE_BYTES];
    struct sentence_desc desc = {.length = SENTENCE_GIST, .price_now = 66000};
    assert_string_equal(sentence_of_cluster(&below, &desc, text),
                        "$84.1M of longs at 59,200, 10 % below, estimate");
}

static void hidden_bands_are_neither_counted_nor_named(void **state) {
    (void)state;
    assert_string_equal(say(&below, SENTENCE_GIST, 1u << 3, true),
                        "$24.1M of longs at 59,200, 2.1 % below, estimate");
    assert_non_null(strstr(say(&below, SENTENCE_WHOLE, 1u << 3, true), "mostly 50–100x,"));
    assert_string_equal(say(&below, SENTENCE_WHOLE, 0x3f, true), "");
}

static void mostly_is_half_of_one_or_of_two(void **state) {
    (void)state;
    static const struct {
        double bands_usd[LAYERS_BAND_COUNT];
        const char *want;
    } rows[] = {
        {{0, 0, 0, 5, 5, 0}, "mostly 25–50x"}, /* exactly half is enough; of equals the lower */
        {{0, 0, 3, 2, 4, 1}, "mostly 10–25x and 50–100x"},
        {{2, 2, 2, 2, 2, 2}, ""},
        {{9, 0, 0, 0, 0, 1}, "mostly below 5x"},
        {{1, 0, 0, 0, 0, 9}, "mostly 100x and more"},
        {{0, 0, 0, 0, 0, 0}, ""},
        {{4, 3, 3, 0, 0, 0}, "mostly below 5x and 5–10x"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct map_cluster cluster = below;
        char text[SENTENCE_BYTES];
        memcpy(cluster.bands_usd, rows[i].bands_usd, sizeof cluster.bands_usd);
        assert_string_equal(sentence_leverage(&cluster, 0, text), rows[i].want);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_long_cluster_is_sold_below),
        cmocka_unit_test(a_short_cluster_is_bought_above),
        cmocka_unit_test(distance_is_told_from_the_price_that_is_asked),
        cmocka_unit_test(hidden_bands_are_neither_counted_nor_named),
        cmocka_unit_test(mostly_is_half_of_one_or_of_two),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
