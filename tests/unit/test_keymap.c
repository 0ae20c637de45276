#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include <SDL2/SDL_keycode.h>

#include "base/str.h"
#include "window/keymap.h"

static struct keymap keymap;

static int start(void **state) {
    (void)state;
    keymap_init(&keymap);
    return 0;
}

static enum action action_of(int32_t code, unsigned mods) {
    const struct action_call *call = keymap_find(&keymap, code, mods);
    return call != NULL ? call->action : ACTION_NONE;
}

static void every_knob_and_every_move_has_a_key(void **state) {
    (void)state;
    for (int action = ACTION_CAMERA_FIRST; action <= ACTION_KNOB_LAST; action++) {
        bool found = action > ACTION_CAMERA_LAST && action < ACTION_KNOB_FIRST;
        for (int i = 0; i < keymap.count; i++) {
            found = found || (int)keymap.rows[i].call.action == action;
        }
        if (!found) {
            fail_msg("%s has no key", action_row((enum action)action)->name);
        }
    }
}

/* A key that two rows of actions.def name would be bound once only. */
static void no_key_does_two_things(void **state) {
    (void)state;
    int named = 0;
    for (int action = ACTION_NONE + 1; action < ACTION_COUNT; action++) {
        const char *keys = action_row((enum action)action)->keys;
        for (const char *at = keys; *at != '\0'; at += strspn(at, " ")) {
            at += strcspn(at, " ");
            named++;
        }
        assert_true(strlen(keys) <= 25); /* the help's column */
        assert_true(strlen(action_row((enum action)action)->help) > 3);
    }
    assert_int_equal(keymap.count, named);
}

/* What is written is what is pressed: SDL's code of a character is that character. */
static void keys_are_written_as_they_are_pressed(void **state) {
    (void)state;
    for (int i = 0; i < keymap.count; i++) {
        const struct keymap_row *row = &keymap.rows[i];
        bool shift = strncmp(row->key, "Shift+", 6) == 0;
        const char *key = row->key + (shift ? 6 : 0);
        if (strlen(key) == 1) {
            assert_int_equal(row->code, key[0]);
            assert_int_equal(row->mods, shift ? KEYMAP_SHIFT : 0);
        }
    }
}

static void shift_falls_back_to_the_plain_key(void **state) {
    (void)state;
    assert_int_equal(action_of('q', 0), ACTION_QUIT);
    assert_int_equal(action_of('q', KEYMAP_SHIFT), ACTION_QUIT);
    assert_int_equal(action_of('1', 0), ACTION_BAND(1));
    assert_int_equal(action_of('1', KEYMAP_SHIFT), ACTION_BAND_1_ALONE);
    assert_int_equal(keymap_bind(&keymap, "Shift+F12", "quit"), STATUS_OK);
    assert_int_equal(action_of(SDLK_F12, KEYMAP_SHIFT), ACTION_QUIT);
    assert_int_equal(action_of(SDLK_F12, 0), ACTION_NONE); /* but not the other way round */
    assert_int_equal(action_of('q', KEYMAP_CTRL), ACTION_NONE);
    assert_int_equal(action_of(0, 0), ACTION_NONE);
}

static void a_binding_takes_the_place_of_a_default(void **state) {
    (void)state;
    int count = keymap.count;
    assert_int_equal(keymap_bind(&keymap, "q", "palette-next"), STATUS_OK);
    assert_int_equal(action_of('q', 0), ACTION_PALETTE_NEXT);
    assert_int_equal(keymap.count, count);
    assert_int_equal(keymap_bind(&keymap, "ctrl+Shift+q", "quit"), STATUS_OK);
    assert_int_equal(action_of('q', KEYMAP_CTRL | KEYMAP_SHIFT), ACTION_QUIT);
    assert_int_equal(action_of('q', KEYMAP_CTRL), ACTION_NONE);
    assert_int_equal(keymap_bind(&keymap, "c", "  "), STATUS_OK);
    assert_int_equal(action_of('c', 0), ACTION_NONE);
}

static void what_is_no_key_or_no_command_is_refused(void **state) {
    (void)state;
    char key[200];
    memset(key, 'x', sizeof key - 1);
    key[sizeof key - 1] = '\0';
    assert_int_equal(keymap_bind(&keymap, "", "quit"), STATUS_UNKNOWN);
    assert_int_equal(keymap_bind(&keymap, "Shift+", "quit"), STATUS_UNKNOWN);
    assert_int_equal(keymap_bind(&keymap, key, "quit"), STATUS_UNKNOWN);
    assert_int_equal(keymap_bind(&keymap, "q", "dance"), STATUS_NOT_FOUND);
    assert_int_equal(keymap_bind(&keymap, "q", "quit now"), STATUS_MALFORMED);
    assert_int_equal(action_of('q', 0), ACTION_QUIT); /* as it was */
    while (keymap.count < KEYMAP_MAX) {
        keymap.rows[keymap.count++] = (struct keymap_row){.code = -1};
    }
    assert_int_equal(keymap_bind(&keymap, "Ctrl+F12", "quit"), STATUS_FULL);
}

static void steps_repeat_and_switches_do_not(void **state) {
    (void)state;
    assert_true(action_row(ACTION_PAN_LEFT)->repeats && action_row(ACTION_ZOOM_OUT)->repeats);
    assert_true(action_row(ACTION_WHITE_UP)->repeats && action_row(ACTION_LEAST_DOWN)->repeats);
    assert_false(action_row(ACTION_QUIT)->repeats || action_row(ACTION_PART(CANDLES))->repeats);
    assert_false(action_row(ACTION_PALETTE_NEXT)->repeats || action_row(ACTION_BAND(2))->repeats);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(every_knob_and_every_move_has_a_key, start),
        cmocka_unit_test_setup(no_key_does_two_things, start),
        cmocka_unit_test_setup(keys_are_written_as_they_are_pressed, start),
        cmocka_unit_test_setup(shift_falls_back_to_the_plain_key, start),
        cmocka_unit_test_setup(a_binding_takes_the_place_of_a_default, start),
        cmocka_unit_test_setup(what_is_no_key_or_no_command_is_refused, start),
        cmocka_unit_test(steps_repeat_and_switches_do_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
