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

static void colours_are_explained_as_they_are_shown(void **state) {
    (void)state;
    for (int i = 0; i < COLORMAP_CERTAINTY_COUNT; i++) {
        for (int length = 0; length < CAPTION_LENGTH_COUNT; length++) {
            const char *text = caption_colors((enum colormap_certainty)i, length);
            assert_int_equal(strncmp(text, "Estimated", 9), 0);
            bool says_grey = strstr(text, "grey: not calibrated") != NULL;
            bool says_striped = strstr(text, "striped: not calibrated") != NULL;
            assert_int_equal(says_grey, length < 2 && i == COLORMAP_CERTAINTY_SATURATION);
            assert_int_equal(says_striped, length < 2 && i == COLORMAP_CERTAINTY_HATCH);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(model_is_told_in_every_state),
        cmocka_unit_test(score_is_told_in_every_state),
        cmocka_unit_test(colours_are_explained_as_they_are_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
