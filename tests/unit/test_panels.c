#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/str.h"
#include "panel/panels.h"

/* When panels are seen, and what of them is kept. Time is made up: nanoseconds. */

#define SECOND INT64_C(1000000000)

static struct panels panels;
static struct panels_input input;

static int begin(void **state) {
    (void)state;
    panels_init(&panels);
    input = (struct panels_input){.mono_ns = SECOND, .pointer_inside = true};
    (void)panels_advance(&panels, &input);
    return 0;
}

/* So long without an event. */
static bool pass(int64_t ns) {
    bool different = false;
    for (int64_t gone = 0; gone < ns; gone += SECOND / 60) {
        input.mono_ns += SECOND / 60;
        different = panels_advance(&panels, &input) || different;
    }
    return different;
}

static void nothing_is_seen_until_the_pointer_moves(void **state) {
    (void)state;
    assert_false(pass(SECOND));
    assert_false(panels_visible(&panels));
    input.pointer_x_px = 5;
    assert_true(pass(SECOND));
    assert_true(panels_visible(&panels));
    assert_true(panels.opacity == 1);
}

static void they_fade_while_the_pointer_rests(void **state) {
    (void)state;
    input.pointer_x_px = 5;
    (void)pass(3 * SECOND);
    assert_true(panels_visible(&panels));
    assert_true(pass(10 * SECOND));
    assert_false(panels_visible(&panels));
    assert_false(pass(SECOND)); /* and cost no frame any more */
}

static void over_a_panel_or_typing_they_stay(void **state) {
    (void)state;
    input.pointer_x_px = 5;
    input.over = true;
    (void)pass(30 * SECOND);
    assert_true(panels.opacity == 1);
    input.over = false;
    input.typing = true;
    (void)pass(30 * SECOND);
    assert_true(panels.opacity == 1);
    input.typing = false;
    (void)pass(SECOND);
    assert_true(panels.opacity == 0);
}

static void pinned_ones_stay_while_something_is_open(void **state) {
    (void)state;
    panels_toggle_pinned(&panels);
    panels_toggle_panel(&panels, PANEL_TAPE);
    (void)pass(60 * SECOND);
    assert_true(panels_visible(&panels));
    panels_toggle_panel(&panels, PANEL_TAPE);
    (void)pass(60 * SECOND);
    assert_false(panels_visible(&panels));
}

static void a_kiosk_has_none(void **state) {
    (void)state;
    input.forbidden = true;
    input.pointer_x_px = 5;
    panels_toggle_overlay(&panels, PANELS_KEYS);
    panels_toggle_statistics(&panels);
    toasts_take(&panels.toasts, "saved", 1, input.mono_ns);
    (void)pass(SECOND);
    assert_false(panels_visible(&panels));
}

static void a_notice_is_told_once_and_goes(void **state) {
    (void)state;
    toasts_take(&panels.toasts, "saved", 1, input.mono_ns);
    toasts_take(&panels.toasts, "saved", 1, input.mono_ns);
    assert_int_equal(panels.toasts.count, 1);
    assert_true(pass(SECOND));
    assert_true(panels_visible(&panels));
    (void)pass(10 * SECOND);
    assert_int_equal(panels.toasts.count, 0);
    assert_false(panels_visible(&panels));
}

static void more_notices_than_fit_drop_the_oldest(void **state) {
    (void)state;
    char text[16];
    for (int i = 1; i <= TOAST_MAX + 2; i++) {
        str_format(text, sizeof text, "%d", i);
        toasts_take(&panels.toasts, text, i, input.mono_ns);
    }
    assert_int_equal(panels.toasts.count, TOAST_MAX);
    assert_string_equal(panels.toasts.items[0].text, "3");
}

static void escape_closes_what_lies_over_the_picture(void **state) {
    (void)state;
    assert_false(panels_dismiss(&panels));
    panels_toggle_overlay(&panels, PANELS_CONSOLE);
    assert_true(panels_dismiss(&panels));
    assert_int_equal(panels.overlay, PANELS_NO_OVERLAY);
    panels_toggle_overlay(&panels, PANELS_KEYS);
    panels_toggle_overlay(&panels, PANELS_KEYS); /* the same key again */
    assert_int_equal(panels.overlay, PANELS_NO_OVERLAY);
}

static void an_opened_panel_switches_the_bar_on(void **state) {
    (void)state;
    panels_toggle(&panels);
    assert_false(panels.shown);
    panels_toggle_panel(&panels, PANEL_LAYERS);
    assert_true(panels.shown);
    assert_int_equal(panels.open, 1U << PANEL_LAYERS);
}

static void names_are_found_and_unique(void **state) {
    (void)state;
    for (int i = 0; i < PANEL_COUNT; i++) {
        const char *name = panel_name((enum panel_id)i);
        assert_int_equal(panel_find(name, strlen(name)), i);
    }
    assert_int_equal(panel_find("layer", 5), PANEL_COUNT);
    assert_int_equal(panel_find("", 0), PANEL_COUNT);
}

static void what_is_open_is_kept(void **state) {
    (void)state;
    char text[PANELS_STATE_BYTES];
    char again[PANELS_STATE_BYTES];
    panels_toggle_panel(&panels, PANEL_MARKET);
    panels_toggle_panel(&panels, PANEL_CAPTURE);
    panels.folded = 1U << PANEL_CAPTURE;
    panels_toggle_pinned(&panels);
    panels_toggle_statistics(&panels);
    assert_string_equal(panels_format(&panels, text), "shown pin statistics market capture-folded");
    panels_init(&panels);
    panels_parse(&panels, text);
    assert_string_equal(panels_format(&panels, again), text);
    panels_parse(&panels, "  hidden  tape nonsense -folded tape-folded-folded ");
    assert_string_equal(panels_format(&panels, again), "hidden tape");
    panels_parse(&panels, "");
    assert_int_equal(panels.open, 0);
    assert_string_equal(panels_format(&panels, again), "shown");
}

static void a_word_that_is_not_known_is_told(void **state) {
    (void)state;
    char error[OPTION_ERROR_BYTES] = "";
    assert_true(panels_check("", error));
    assert_true(panels_check(" hidden shown pin statistics  tape clusters-folded ", error));
    assert_string_equal(error, "");
    static const char *const wrong[] = {"tpae", "-folded", "tape-folded-folded", "pinned", "Tape"};
    for (size_t i = 0; i < ARRAY_COUNT(wrong); i++) {
        char text[64];
        char want[64];
        str_format(text, sizeof text, "tape %s pin", wrong[i]);
        str_format(want, sizeof want, "\"%s\": unknown; one of shown hidden pin", wrong[i]);
        assert_false(panels_check(text, error));
        if (strstr(error, want) != error || strstr(error, " capture") == NULL) {
            fail_msg("%s: %s", text, error);
        }
    }
}

static void all_of_them_have_room_in_the_text(void **state) {
    (void)state;
    char text[PANELS_STATE_BYTES];
    panels.open = (1U << PANEL_COUNT) - 1;
    panels.folded = panels.open;
    panels.pinned = panels.statistics = true;
    uint32_t open = panels.open;
    (void)panels_format(&panels, text);
    panels_parse(&panels, text);
    assert_int_equal(panels.open, open);
    assert_int_equal(panels.folded, open);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(nothing_is_seen_until_the_pointer_moves, begin),
        cmocka_unit_test_setup(they_fade_while_the_pointer_rests, begin),
        cmocka_unit_test_setup(over_a_panel_or_typing_they_stay, begin),
        cmocka_unit_test_setup(pinned_ones_stay_while_something_is_open, begin),
        cmocka_unit_test_setup(a_kiosk_has_none, begin),
        cmocka_unit_test_setup(a_notice_is_told_once_and_goes, begin),
        cmocka_unit_test_setup(more_notices_than_fit_drop_the_oldest, begin),
        cmocka_unit_test_setup(escape_closes_what_lies_over_the_picture, begin),
        cmocka_unit_test_setup(an_opened_panel_switches_the_bar_on, begin),
        cmocka_unit_test_setup(names_are_found_and_unique, begin),
        cmocka_unit_test_setup(what_is_open_is_kept, begin),
        cmocka_unit_test_setup(a_word_that_is_not_known_is_told, begin),
        cmocka_unit_test_setup(all_of_them_have_room_in_the_text, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
