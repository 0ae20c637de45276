#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "base/str.h"
#include "support/near.h"
#include "view/colormap.h"

static double linear_from_srgb(double c) {
    return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

/* Seen by everybody, and by those who lack the red, the green or the blue cone: G. M. Machado,
 * M. M. Oliveira, L. A. F. Fernandes, "A Physiologically-based Model for Simulation of Color Vision
 * Deficiency", IEEE TVCG 15 (2009), the matrices of severity 1 for linear RGB. */
enum { EYES_ALL, EYES_NO_RED, EYES_NO_GREEN, EYES_NO_BLUE, EYES_COUNT };
static const double eyes[EYES_COUNT][3][3] = {
    [EYES_ALL] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
    [EYES_NO_RED] = {{0.152286, 1.052583, -0.204868},
                     {0.114503, 0.786281, 0.099216},
                     {-0.003882, -0.048116, 1.051998}},
    [EYES_NO_GREEN] = {{0.367322, 0.860646, -0.227968},
                       {0.280085, 0.672501, 0.047413},
                       {-0.011820, 0.042940, 0.968881}},
    [EYES_NO_BLUE] = {{1.255528, -0.076749, -0.178779},
                      {-0.078411, 0.930809, 0.147602},
                      {0.004733, 0.691367, 0.303900}},
};

/* A colour as it is seen: luminance, OKLab and how far it is from grey. */
struct seen {
    double luminance, light, a, b, chroma;
};

static struct seen seen_from_rgb(const float rgb[3], int eye) {
    double linear[3];
    double got[3];
    for (int i = 0; i < 3; i++) {
        linear[i] = linear_from_srgb((double)rgb[i]);
    }
    for (int i = 0; i < 3; i++) {
        double sum = 0;
        for (int c = 0; c < 3; c++) {
            sum += eyes[eye][i][c] * linear[c];
        }
        got[i] = fmin(fmax(sum, 0), 1);
    }
    double l = cbrt(0.4122214708 * got[0] + 0.5363325363 * got[1] + 0.0514459929 * got[2]);
    double m = cbrt(0.2119034982 * got[0] + 0.6806995451 * got[1] + 0.1073969566 * got[2]);
    double s = cbrt(0.0883024619 * got[0] + 0.2817188376 * got[1] + 0.6299787005 * got[2]);
    struct seen seen = {.luminance = 0.2126 * got[0] + 0.7152 * got[1] + 0.0722 * got[2],
                        .light = 0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
                        .a = 1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
                        .b = 0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s};
    seen.chroma = hypot(seen.a, seen.b);
    return seen;
}

static struct seen seen_of(int id, int side, double brightness, int eye) {
    float rgb[3];
    colormap_sample((enum colormap_id)id, side, brightness, rgb);
    return seen_from_rgb(rgb, eye);
}

static double distance(const struct seen *x, const struct seen *y) {
    return sqrt(pow(x->light - y->light, 2) + pow(x->a - y->a, 2) + pow(x->b - y->b, 2));
}

/* More is always further from the background, for everybody's eyes: brighter on dark palettes,
 * darker on light ones. */
static void luminance_runs_one_way_for_all_eyes(void **state) {
    (void)state;
    for (int id = 0; id < COLORMAP_COUNT; id++) {
        double sign = colormap_is_light((enum colormap_id)id) ? -1 : 1;
        for (int n = 0; n < COLORMAP_SIDE_COUNT * EYES_COUNT; n++) {
            double before = seen_of(id, n / EYES_COUNT, 0, n % EYES_COUNT).luminance;
            for (int i = 1; i <= 200; i++) {
                double now = seen_of(id, n / EYES_COUNT, i / 200.0, n % EYES_COUNT).luminance;
                if (!((now - before) * sign > 0)) {
                    fail_msg("%s, side %d, eye %d, at %.1f %%: %g after %g",
                             colormap_key((enum colormap_id)id), n / EYES_COUNT, n % EYES_COUNT,
                             i / 2.0, now, before);
                }
                before = now;
            }
        }
    }
}

static void lightness_runs_evenly(void **state) {
    (void)state;
    for (int id = 0; id < COLORMAP_COUNT; id++) {
        for (int side = 0; side < COLORMAP_SIDE_COUNT; side++) {
            double first = seen_of(id, side, 0, EYES_ALL).light;
            double last = seen_of(id, side, 1, EYES_ALL).light;
            assert_true(fabs(last - first) > 0.6);
            for (int i = 0; i <= 50; i++) {
                double want = first + (last - first) * i / 50;
                assert_near(seen_of(id, side, i / 50.0, EYES_ALL).light, want, 0.01);
            }
        }
    }
}

/* As bright at the same USD, and yet told apart by colour. */
static void sides_are_equal_in_lightness_and_apart_in_colour(void **state) {
    (void)state;
    int safe_count = 0;
    for (int id = 0; id < COLORMAP_COUNT; id++) {
        bool safe = colormap_is_safe((enum colormap_id)id);
        safe_count += safe;
        for (int i = 0; i <= 100; i += 2) {
            struct seen both[COLORMAP_SIDE_COUNT][EYES_COUNT];
            for (int n = 0; n < COLORMAP_SIDE_COUNT * EYES_COUNT; n++) {
                both[n / EYES_COUNT][n % EYES_COUNT] =
                    seen_of(id, n / EYES_COUNT, i / 100.0, n % EYES_COUNT);
            }
            assert_near(both[0][EYES_ALL].light, both[1][EYES_ALL].light, 0.015);
            for (int eye = 0; eye < EYES_COUNT; eye++) {
                double apart = distance(&both[0][eye], &both[1][eye]);
                bool must = !colormap_is_single((enum colormap_id)id) && i >= 30 &&
                            (safe || eye == EYES_ALL);
                if (must && apart < 0.08) { /* four times a difference that is just seen */
                    fail_msg("%s at %d %%, eye %d: sides are only %.3f apart",
                             colormap_key((enum colormap_id)id), i, eye, apart);
                }
                assert_true(!colormap_is_single((enum colormap_id)id) || apart == 0);
            }
        }
    }
    assert_true(safe_count >= 2);
}

static void light_palettes_begin_on_paper_and_dark_ones_on_black(void **state) {
    (void)state;
    int light_count = 0;
    for (int id = 0; id < COLORMAP_COUNT; id++) {
        struct seen first = seen_of(id, 0, 0, EYES_ALL);
        struct seen second = seen_of(id, 1, 0, EYES_ALL);
        bool light = colormap_is_light((enum colormap_id)id);
        light_count += light;
        assert_true(light ? first.light > 0.95 : first.light < 0.2);
        assert_true(first.chroma < 0.02);
        assert_near(distance(&first, &second), 0, 1e-9);
    }
    assert_true(light_count >= 2 && COLORMAP_COUNT - light_count >= 8);
}

static void palettes_are_found_by_key_and_have_words(void **state) {
    (void)state;
    enum colormap_id id = COLORMAP_PERCEPTUAL;
    assert_int_equal(colormap_from_key("hot-cold", &id), STATUS_OK);
    assert_int_equal(id, COLORMAP_HOT_COLD);
    assert_int_equal(colormap_from_key("magna", &id), STATUS_NOT_FOUND);
    assert_int_equal(id, COLORMAP_HOT_COLD);
    for (int i = 0; i < COLORMAP_COUNT; i++) {
        assert_int_equal(colormap_from_key(colormap_key((enum colormap_id)i), &id), STATUS_OK);
        assert_int_equal(id, i);
        const char *words[] = {colormap_color_words(id, 0), colormap_color_words(id, 1)};
        assert_true(strlen(words[0]) >= 3 && strlen(words[1]) >= 3);
        assert_int_equal(strcmp(words[0], words[1]) == 0, colormap_is_single(id));
    }
    /* The keys that say a side's colour mean it. */
    assert_string_equal(colormap_color_words(COLORMAP_RED_SHORT, 1), "red");
    assert_string_equal(colormap_color_words(COLORMAP_RED_LONG, 0), "red");
}

static void less_certain_is_greyer_but_as_light(void **state) {
    (void)state;
    for (int id = 0; id < COLORMAP_COUNT; id++) {
        for (int side = 0; side < COLORMAP_SIDE_COUNT; side++) {
            for (int i = 10; i <= 100; i += 5) {
                struct colormap_look look = {.id = (enum colormap_id)id};
                float half[3];
                float grey[3];
                colormap_look_sample(&look, side, i / 100.0, 0.5, half);
                colormap_look_sample(&look, side, i / 100.0, 0, grey);
                struct seen of_full = seen_of(id, side, i / 100.0, EYES_ALL);
                struct seen of_half = seen_from_rgb(half, EYES_ALL);
                struct seen of_grey = seen_from_rgb(grey, EYES_ALL);
                assert_true(i < 20 || of_full.chroma > 0.04); /* there is something to lose */
                if (of_full.chroma > 0.03) {
                    assert_true(of_half.chroma < of_full.chroma * 0.7);
                    assert_true(of_grey.chroma < of_full.chroma * 0.35);
                    assert_true(of_grey.chroma > of_full.chroma * 0.1); /* sides stay apart */
                }
                assert_near(of_half.light, of_full.light, 0.02);
                assert_near(of_grey.light, of_full.light, 0.02);
            }
        }
    }
}

static void looks_differ_only_where_they_must(void **state) {
    (void)state;
    float full[3];
    float got[3];
    struct colormap_look look = {.certainty = COLORMAP_CERTAINTY_OFF};
    colormap_sample(look.id, 1, 0.6, full);
    colormap_look_sample(&look, 1, 0.6, 0, got);
    assert_memory_equal(got, full, sizeof full);
    look.certainty = COLORMAP_CERTAINTY_SATURATION;
    colormap_look_sample(&look, 1, 0.6, 7, got);
    assert_memory_equal(got, full, sizeof full);
    assert_near(colormap_shown_certainty(-1), 0, 0);
    assert_near(colormap_shown_certainty(0.1), 0, 1e-12);
    assert_near(colormap_shown_certainty(0.4), 0.5, 1e-12);
    assert_near(colormap_shown_certainty(0.7), 1, 1e-12);
    assert_near(colormap_shown_certainty(2), 1, 0);
    enum colormap_certainty certainty = COLORMAP_CERTAINTY_OFF;
    assert_int_equal(colormap_certainty_from_key("hatch", &certainty), STATUS_OK);
    assert_int_equal(certainty, COLORMAP_CERTAINTY_HATCH);
    assert_int_equal(colormap_certainty_from_key("grey", &certainty), STATUS_NOT_FOUND);
    assert_int_equal(certainty, COLORMAP_CERTAINTY_HATCH);
}

/* A dimmed field is nearer to its background; what is background stays so in every look. */
static void dimmed_is_nearer_to_the_background(void **state) {
    (void)state;
    for (int id = 0; id < COLORMAP_COUNT; id++) {
        struct colormap_look look = {.id = (enum colormap_id)id, .dimmed = true};
        struct seen floor_seen = seen_of(id, 1, 0, EYES_ALL);
        struct seen full = seen_of(id, 1, 0.8, EYES_ALL);
        float rgb[3];
        colormap_look_sample(&look, 1, 0.8, 1, rgb);
        struct seen faint = seen_from_rgb(rgb, EYES_ALL);
        double share = (faint.light - floor_seen.light) / (full.light - floor_seen.light);
        assert_true(share > 0.4 && share < 0.7);
        colormap_look_sample(&look, 1, 0, 0, rgb);
        struct seen nothing = seen_from_rgb(rgb, EYES_ALL);
        assert_near(distance(&nothing, &floor_seen), 0, 1e-6);
    }
}

static void table_and_sample_agree(void **state) {
    (void)state;
    static uint8_t table[COLORMAP_SIDE_COUNT][COLORMAP_LEVEL_COUNT][COLORMAP_ENTRY_COUNT][4];
    const struct colormap_look look = {.id = COLORMAP_PERCEPTUAL};
    colormap_look_fill(&look, table);
    float rgb[3];
    colormap_look_sample(&look, 1, 1, 0, rgb);
    assert_near((double)rgb[0] * 255, table[1][0][COLORMAP_ENTRY_COUNT - 1][0], 0.51);
    assert_int_equal(table[0][0][0][3], 255);
    colormap_look_sample(&look, 0, -3, 1, rgb);
    assert_near((double)rgb[2] * 255, table[0][COLORMAP_LEVEL_COUNT - 1][0][2], 0.51);
    colormap_look_sample(&look, 0, 512.0 / 1023, 1, rgb);
    assert_near((double)rgb[2] * 255, table[0][COLORMAP_LEVEL_COUNT - 1][512][2], 0.51);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(luminance_runs_one_way_for_all_eyes),
        cmocka_unit_test(lightness_runs_evenly),
        cmocka_unit_test(sides_are_equal_in_lightness_and_apart_in_colour),
        cmocka_unit_test(light_palettes_begin_on_paper_and_dark_ones_on_black),
        cmocka_unit_test(palettes_are_found_by_key_and_have_words),
        cmocka_unit_test(less_certain_is_greyer_but_as_light),
        cmocka_unit_test(looks_differ_only_where_they_must),
        cmocka_unit_test(dimmed_is_nearer_to_the_background),
        cmocka_unit_test(table_and_sample_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
