#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "app/picture_options.h"
#include "base/random.h"
#include "base/str.h"
#include "market/instrument.h"

#define HOUR_MS 3600e3

static struct option_table table;
static struct settings settings;
static double span_ms;
static char error[OPTION_ERROR_BYTES];

static int start(void **state) {
    (void)state;
    option_table_init(&table);
    settings = settings_default();
    span_ms = 24 * HOUR_MS;
    error[0] = '\0';
    return 0;
}

static bool set(enum option_id id, const char *text) {
    return picture_options_set(&settings, &span_ms, id, span_from_text(text), error);
}

static void every_choice_of_the_table_is_known_to_the_picture(void **state) {
    (void)state;
    static const enum option_id ids[] = {OPT_palette, OPT_certainty, OPT_side, OPT_curve};
    for (size_t i = 0; i < ARRAY_COUNT(ids); i++) {
        const char *word = option_row(ids[i])->choices;
        while (*word != '\0') {
            size_t len = strcspn(word, " ");
            assert_true(
                picture_options_set(&settings, &span_ms, ids[i], (struct span){word, len}, error));
            picture_options_write(&settings, span_ms, &table);
            const char *back = option_text(&table, ids[i]);
            if (strlen(back) != len || memcmp(back, word, len) != 0) {
                fail_msg("%s: \"%.*s\" came back as \"%s\"", option_row(ids[i])->id, (int)len, word,
                         back);
            }
            word += len + strspn(word + len, " ");
        }
    }
}

static void defaults_are_written_as_the_table_has_them(void **state) {
    (void)state;
    static struct option_table written;
    option_table_init(&written);
    picture_options_write(&settings, span_ms, &written);
    for (int i = 0; i < OPT_COUNT; i++) {
        assert_string_equal(option_text(&written, (enum option_id)i),
                            option_text(&table, (enum option_id)i));
    }
}

static struct settings random_settings(struct random *random) {
    struct settings made = settings_default();
    made.palette = (enum colormap_id)(random_u64(random) % COLORMAP_COUNT);
    made.certainty = (enum colormap_certainty)(random_u64(random) % COLORMAP_CERTAINTY_COUNT);
    made.curve = (enum scale_curve)(random_u64(random) % SCALE_CURVE_COUNT);
    made.side = (enum settings_side)(random_u64(random) % SETTINGS_SIDE_COUNT);
    made.black_usd_per_bp = random_uniform(random) * 1e6;
    made.white_usd_per_bp = made.black_usd_per_bp + 1 + random_uniform(random) * 1e6;
    made.least_usd_per_bp = random_uniform(random) * 1e-3;
    made.parts = (uint32_t)random_u64(random) & ((UINT32_C(1) << SETTINGS_PART_COUNT) - 1);
    made.band_hidden = (uint32_t)random_u64(random) & ((UINT32_C(1) << SETTINGS_BAND_COUNT) - 1);
    uint32_t venues = ((UINT32_C(1) << VENUE_COUNT) - 1) & ~UINT32_C(1);
    made.venue_hidden =
        random_u64(random) % 4 == 0 ? UINT32_MAX : (uint32_t)random_u64(random) & venues;
    made.opened_within_window = random_u64(random) % 2 == 0;
    made.split = random_u64(random) % 2 == 0;
    made.local_time = random_u64(random) % 2 == 0;
    made.scale_factor = random_uniform(random) * 8;
    return made;
}

static void whatever_a_picture_holds_comes_back_from_its_texts(void **state) {
    (void)state;
    struct random random;
    random_init(&random, 82);
    for (int i = 0; i < 300; i++) {
        struct settings want = random_settings(&random);
        double want_ms = 5000 + (double)(random_u64(&random) % (400ULL * 86400000 - 5000));
        struct settings got = settings_default();
        picture_options_write(&want, want_ms, &table);
        if (!picture_options_read(&table, &got, error)) {
            fail_msg("round %d: %s", i, error);
        }
        assert_int_equal(option_integer(&table, OPT_window), (int64_t)want_ms);
        assert_int_equal(got.palette, want.palette);
        assert_int_equal(got.certainty, want.certainty);
        assert_int_equal(got.curve, want.curve);
        assert_int_equal(got.side, want.side);
        assert_true(got.black_usd_per_bp == want.black_usd_per_bp);
        assert_true(got.white_usd_per_bp == want.white_usd_per_bp);
        assert_true(got.least_usd_per_bp == want.least_usd_per_bp);
        assert_int_equal(got.parts, want.parts);
        assert_int_equal(got.band_hidden, want.band_hidden);
        assert_int_equal(got.venue_hidden, want.venue_hidden);
        assert_int_equal(got.opened_within_window, want.opened_within_window);
        assert_int_equal(got.split, want.split);
        assert_int_equal(got.local_time, want.local_time);
        assert_true(got.scale_factor == want.scale_factor);
    }
}

static void one_option_changes_alone(void **state) {
    (void)state;
    settings.split = true;
    span_ms = 12345678; /* as a wheel leaves it */
    assert_true(set(OPT_palette, "viridis"));
    assert_string_equal(colormap_key(settings.palette), "viridis");
    assert_true(settings.split);
    assert_true(span_ms == 12345678);
    assert_true(set(OPT_window, "3d"));
    assert_true(span_ms == 72 * HOUR_MS);
    assert_true(set(OPT_show, "+rsi -legend"));
    assert_true(settings_shows(&settings, SETTINGS_PART_RSI));
    assert_true(set(OPT_show, ""));
    assert_int_equal(settings.parts, settings_default().parts);
}

static void what_is_refused_is_answered_and_changes_nothing(void **state) {
    (void)state;
    static const struct {
        enum option_id id;
        const char *text, *error;
    } rows[] = {
        {OPT_curve, "cube", "curve: \"cube\": unknown; one of log, sqrt, linear"},
        {OPT_show, "+rsi bok", "show: \"bok\": unknown part; liqscope help view lists them"},
        {OPT_bands, "7x",
         "bands: \"7x\": unknown; expected all, or some of <5 5-10 10-25 25-50 50-100 100+"},
        {OPT_hide_venue, "mtgox", "hide-venue: \"mtgox\": not a venue, nor all"},
        {OPT_white, "5000", "white: 5000: not above black, which is 10000"},
        {OPT_split, "perhaps", "split: \"perhaps\": neither yes nor no"},
        {OPT_window, "1s", "window: \"1s\": not between 5s and 400d"},
    };
    settings.black_usd_per_bp = 10000;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct settings before = settings;
        assert_false(set(rows[i].id, rows[i].text));
        assert_string_equal(error, rows[i].error);
        assert_memory_equal(&settings, &before, sizeof before);
        assert_true(span_ms == 24 * HOUR_MS);
    }
}

static void what_a_knob_turned_too_far_is_held_at_the_options_end(void **state) {
    (void)state;
    settings.white_usd_per_bp = 1e15;
    assert_true(set(OPT_palette, "paper"));
    assert_true(settings.white_usd_per_bp == option_row(OPT_white)->max);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(every_choice_of_the_table_is_known_to_the_picture, start),
        cmocka_unit_test_setup(defaults_are_written_as_the_table_has_them, start),
        cmocka_unit_test_setup(whatever_a_picture_holds_comes_back_from_its_texts, start),
        cmocka_unit_test_setup(one_option_changes_alone, start),
        cmocka_unit_test_setup(what_is_refused_is_answered_and_changes_nothing, start),
        cmocka_unit_test_setup(what_a_knob_turned_too_far_is_held_at_the_options_end, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
