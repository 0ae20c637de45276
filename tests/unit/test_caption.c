/* What the picture says about the estimate, in every state of the model. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "layer/caption.h"

#define NOW_MS  INT64_C(1781654400000) /* 2026-06-17 00:00 UTC */
#define HOUR_MS INT64_C(3600000)

static void model_is_told_in_every_state(void **state) {
    (void)state;
    static const struct {
        struct scene_model model;
        const char *want[CAPTION_LENGTH_COUNT];
    } rows[] = {
        {{0}, {"model: prior, not calibrated yet", "model: prior, not calibrated", "prior"}},
        {{.calibrated_ms = NOW_MS - 2 * HOUR_MS, .calibrated_to = 0.0624f},
         {"calibrated to \xc2\xb1"
          "6.2 %  \xc2\xb7  weights of 22:00",
          "calibrated to \xc2\xb1"
          "6.2 %",
          "\xc2\xb1"
          "6.2 %"}},
        {{.calibrated_ms = NOW_MS - 60 * HOUR_MS, .calibrated_to = 0.0062f, .restored = true},
         {"calibrated to \xc2\xb1"
          "0.62 %  \xc2\xb7  weights kept from 2026-06-14 12:00",
          "calibrated to \xc2\xb1"
          "0.62 %",
          "\xc2\xb1"
          "0.62 %"}},
        {{.calibrated_ms = NOW_MS - HOUR_MS, .calibrated_to = 0.18f, .shape_only = true},
         {"calibrated to \xc2\xb1"
          "18 %  \xc2\xb7  weights of 23:00  \xc2\xb7  shape only (venue prints "
          "a sample)",
          "calibrated to \xc2\xb1"
          "18 %  \xc2\xb7  shape only",
          "\xc2\xb1"
          "18 % shape"}},
        {{.calibrated_ms = NOW_MS - HOUR_MS},
         {"calibrated nowhere yet  \xc2\xb7  weights of 23:00", "calibrated nowhere", "learning"}},
        {{.calibrated_ms = NOW_MS - HOUR_MS, .calibrated_to = NAN},
         {"calibrated nowhere yet  \xc2\xb7  weights of 23:00", "calibrated nowhere", "learning"}},
    };
    char out[CAPTION_BYTES];
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        for (int length = 0; length < CAPTION_LENGTH_COUNT; length++) {
            caption_model(&rows[i].model, NOW_MS, 0, length, out);
            assert_string_equal(out, rows[i].want[length]);
        }
    }
    caption_model(&rows[1].model, NOW_MS, 120, 0, out);
    assert_non_null(strstr(out, "weights of 00:00")); /* two hours east */
    assert_string_equal(caption_model(NULL, NOW_MS, 0, 0, out), "");
}

static void score_is_told_in_every_state(void **state) {
    (void)state;
    static const struct {
        struct scene_model model;
        bool dimmed;
        const char *want[CAPTION_LENGTH_COUNT];
    } rows[] = {
        {{0}, false, {"score: not enough liquidations yet", "score: not yet", ""}},
        {{.scored = true, .score_days = 7, .gain_kernel_nats = 0.312, .predicted_over_seen = 1.028},
         false,
         {"score 7 d +0.31 nats/$ over kernel  \xc2\xb7  predicted/seen 1.03",
          "score 7 d +0.31 nats/$ over kernel", "score 7 d +0.31 nats/$"}},
        {{.scored = true,
          .score_days = 0.25,
          .gain_kernel_nats = -0.12,
          .predicted_over_seen = 2.4},
         true,
         {"dimmed: 6 h score -0.12 nats/$, worse than a plain kernel  \xc2\xb7  predicted/seen "
          "2.40",
          "dimmed: 6 h score -0.12 nats/$, worse than a plain kernel", "dimmed: 6 h -0.12 nats/$"}},
        {{.scored = true, .score_days = 7, .gain_kernel_nats = NAN},
         false,
         {"score: not enough liquidations yet", "score: not yet", ""}},
        {{.score_days = 7, .gain_kernel_nats = -3}, /* not enough to judge, so not to blame */
         false,
         {"score: not enough liquidations yet", "score: not yet", ""}},
    };
    char out[CAPTION_BYTES];
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        assert_int_equal(caption_is_dimmed(&rows[i].model), rows[i].dimmed);
        for (int length = 0; length < CAPTION_LENGTH_COUNT; length++) {
            assert_string_equal(caption_score(&rows[i].model, length, out), rows[i].want[length]);
        }
    }
    assert_string_equal(caption_score(NULL, 0, out), "");
    assert_false(caption_is_dimmed(NULL));
}

/* Every palette with every choice of what is left out, in every length: never empty, never longer
 * than there is room, never silent about what is missing. */
static void field_is_explained_whatever_is_chosen(void **state) {
    (void)state;
    static const uint32_t bands[] = {0, 0x3f, 0x37, 0x1e};
    enum { EACH = COLORMAP_CERTAINTY_COUNT * SETTINGS_SIDE_COUNT * 4 * 2 };
    for (int n = 0; n < COLORMAP_COUNT * EACH; n++) {
        struct settings settings = settings_default();
        settings.palette = (enum colormap_id)(n / EACH);
        settings.certainty = (enum colormap_certainty)(n % COLORMAP_CERTAINTY_COUNT);
        settings.side = (enum settings_side)(n / COLORMAP_CERTAINTY_COUNT % SETTINGS_SIDE_COUNT);
        settings.band_hidden = bands[n / (COLORMAP_CERTAINTY_COUNT * SETTINGS_SIDE_COUNT) % 4];
        settings.least_usd_per_bp = n % EACH >= EACH / 2 ? 250000 : 0;
        size_t before = CAPTION_FIELD_BYTES - 1;
        for (int length = 0; length < CAPTION_FIELD_LENGTH_COUNT; length++) {
            char out[CAPTION_FIELD_BYTES];
            caption_field(&settings, length, out);
            assert_int_equal(strncmp(out, "Estimated liquidation density", 29), 0);
            assert_int_equal(caption_tells_certainty(&settings, length),
                             settings.certainty == COLORMAP_CERTAINTY_OFF ||
                                 strstr(out, "not calibrated") != NULL);
            assert_true(strlen(out) <= before); /* nothing was cut off, and shorter is shorter */
            before = strlen(out);
            assert_int_equal(strstr(out, "longs alone") != NULL,
                             settings.side == SETTINGS_SIDE_LONG);
            assert_int_equal(strstr(out, "shorts alone") != NULL,
                             settings.side == SETTINGS_SIDE_SHORT);
            assert_int_equal(strstr(out, length < 6 ? "net of the two sides" : "  net") != NULL,
                             settings.side == SETTINGS_SIDE_NET);
            bool few = settings.band_hidden != 0 && settings.band_hidden != 0x3f;
            assert_int_equal(strstr(out, "no leverage band shown") != NULL,
                             settings.band_hidden == 0x3f);
            assert_int_equal(strstr(out, "  leverage ") != NULL, few && length < 6);
            assert_int_equal(strstr(out, "x") != NULL, few && length == 6);
            assert_int_equal(strstr(out, length < 6 ? "from $250k/bp" : "\xe2\x89\xa5 $250k/bp") !=
                                 NULL,
                             settings.least_usd_per_bp > 0);
            assert_int_equal(strstr(out, "grey: not calibrated") != NULL,
                             length < 5 && settings.certainty == COLORMAP_CERTAINTY_SATURATION);
            assert_int_equal(strstr(out, "striped: not calibrated") != NULL,
                             length < 5 && settings.certainty == COLORMAP_CERTAINTY_HATCH);
            bool light = colormap_is_light(settings.palette);
            assert_int_equal(strstr(out, "darker is more") != NULL, length < 2 && light);
            assert_int_equal(strstr(out, "brighter is more") != NULL, length < 2 && !light);
            for (int side = 0; side < 2 && length < 3; side++) {
                bool shown =
                    settings.side != (side == 0 ? SETTINGS_SIDE_SHORT : SETTINGS_SIDE_LONG);
                const char *words = colormap_color_words(settings.palette, side);
                assert_true(!shown || strstr(out, words) != NULL);
            }
        }
    }
}

static void field_is_explained_in_these_words(void **state) {
    (void)state;
    static const struct {
        enum colormap_id palette;
        enum settings_side side;
        uint32_t band_hidden;
        double least;
        int length;
        const char *want;
    } rows[] = {
        {COLORMAP_PERCEPTUAL, SETTINGS_SIDE_BOTH, 0, 0, 0,
         "Estimated liquidation density, USD per basis point of price  \xc2\xb7  longs blue to "
         "mint, "
         "shorts violet to yellow, brighter is more  \xc2\xb7  grey: not calibrated (prior)"},
        {COLORMAP_PERCEPTUAL, SETTINGS_SIDE_BOTH, 0, 0, 2,
         "Estimated liquidation density  \xc2\xb7  longs blue to mint, shorts violet to yellow  "
         "\xc2\xb7  grey: not calibrated"},
        {COLORMAP_PERCEPTUAL, SETTINGS_SIDE_BOTH, 0, 0, 3,
         "Estimated liquidation density  \xc2\xb7  longs blue\xe2\x80\x93mint, shorts "
         "violet\xe2\x80\x93yellow  \xc2\xb7  grey: not calibrated"},
        {COLORMAP_PERCEPTUAL, SETTINGS_SIDE_BOTH, 0, 0, 4,
         "Estimated liquidation density  \xc2\xb7  longs blue, shorts violet  \xc2\xb7  grey: not "
         "calibrated"},
        {COLORMAP_PERCEPTUAL, SETTINGS_SIDE_BOTH, 0, 0, 5,
         "Estimated liquidation density  \xc2\xb7  longs blue, shorts violet"},
        {COLORMAP_PERCEPTUAL, SETTINGS_SIDE_BOTH, 0, 0, 6, "Estimated liquidation density"},
        {COLORMAP_PAPER, SETTINGS_SIDE_SHORT, 0, 0, 1,
         "Estimated liquidation density, USD per bp  \xc2\xb7  shorts alone, orange to crimson, "
         "darker is more  \xc2\xb7  grey: not calibrated"},
        {COLORMAP_VIRIDIS, SETTINGS_SIDE_BOTH, 0, 0, 5,
         "Estimated liquidation density  \xc2\xb7  longs and shorts alike, violet to yellow"},
        {COLORMAP_VIRIDIS, SETTINGS_SIDE_NET, 0x0c, 1e6, 5,
         "Estimated liquidation density  \xc2\xb7  net of the two sides, longs and shorts alike, "
         "violet to yellow  \xc2\xb7  leverage <10, 50+ only  \xc2\xb7  from $1M/bp"},
        {COLORMAP_RED_LONG, SETTINGS_SIDE_NET, 0x2d, 0, 6,
         "Estimated liquidation density  \xc2\xb7  net  \xc2\xb7  5\xe2\x80\x93"
         "10x, 50\xe2\x80\x93"
         "100x"},
        {COLORMAP_RED_LONG, SETTINGS_SIDE_BOTH, 0x3f, 0, 6,
         "Estimated liquidation density  \xc2\xb7  no leverage band shown"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct settings settings = settings_default();
        char out[CAPTION_FIELD_BYTES];
        settings.palette = rows[i].palette;
        settings.side = rows[i].side;
        settings.band_hidden = rows[i].band_hidden;
        settings.least_usd_per_bp = rows[i].least;
        assert_string_equal(caption_field(&settings, rows[i].length, out), rows[i].want);
    }
    struct settings split = settings_default();
    char panes[CAPTION_FIELD_BYTES];
    split.split = true;
    split.side = SETTINGS_SIDE_NET; /* each panel shows its side whole */
    assert_string_equal(caption_field(&split, 5, panes),
                        "Estimated liquidation density  \xc2\xb7  above shorts violet, below longs "
                        "blue");
    assert_string_equal(caption_field(&split, 6, panes),
                        "Estimated liquidation density  \xc2\xb7  shorts above, longs below");
    split.palette = COLORMAP_DEEP_RED;
    assert_string_equal(caption_field(&split, 5, panes),
                        "Estimated liquidation density  \xc2\xb7  shorts above, longs below, red");
    split.side = SETTINGS_SIDE_LONG;
    assert_string_equal(caption_field(&split, 5, panes),
                        "Estimated liquidation density  \xc2\xb7  longs alone, red");
    struct settings hidden = settings_default();
    char out[CAPTION_FIELD_BYTES];
    hidden.parts &= ~SETTINGS_BIT(FIELD);
    assert_string_equal(caption_field(&hidden, 5, out), "Estimated liquidation density: not shown");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(model_is_told_in_every_state),
        cmocka_unit_test(score_is_told_in_every_state),
        cmocka_unit_test(field_is_explained_whatever_is_chosen),
        cmocka_unit_test(field_is_explained_in_these_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
