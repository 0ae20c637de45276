#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include <SDL2/SDL_events.h>

#include "gui/gui_input.h"

/* Which events are the panels' and which the picture's, and that nothing between two frames is
 * lost. */

static struct gui_input input;

/* Panels on the screen, one of them from 100, 100 to 200, 200. */
static int show(void **state) {
    (void)state;
    gui_input_init(&input);
    input.shown = true;
    input.window_count = 1;
    input.windows[0] = (struct gui_rect){100, 100, 100, 100};
    return 0;
}

static bool move(int x, int y) {
    SDL_Event event = {.motion = {.type = SDL_MOUSEMOTION, .x = x, .y = y}};
    return gui_input_take(&input, &event, 1);
}

static bool press(int x, int y, bool down) {
    SDL_Event event = {.button = {.type = down ? SDL_MOUSEBUTTONDOWN : SDL_MOUSEBUTTONUP,
                                  .button = SDL_BUTTON_LEFT,
                                  .state = down ? SDL_PRESSED : SDL_RELEASED,
                                  .x = x,
                                  .y = y}};
    return gui_input_take(&input, &event, 1);
}

static bool key(SDL_Scancode code, bool down) {
    SDL_Event event = {.key = {.type = down ? SDL_KEYDOWN : SDL_KEYUP,
                               .state = down ? SDL_PRESSED : SDL_RELEASED,
                               .keysym = {.scancode = code}}};
    return gui_input_take(&input, &event, 1);
}

static void hidden_panels_want_nothing(void **state) {
    (void)state;
    input.shown = false;
    assert_false(move(150, 150));
    assert_false(press(150, 150, true));
    assert_false(key(SDL_SCANCODE_A, true));
    assert_false(gui_input_wants_pointer(&input));
}

static void a_click_over_a_panel_is_its_own(void **state) {
    (void)state;
    assert_true(move(150, 150));
    assert_true(press(150, 150, true));
    assert_true(press(150, 150, false));
    assert_true(input.button_hit[0]); /* both came before the frame, which still sees a press */
    assert_false(input.button_down[0]);
    gui_input_clear_hits(&input);
    assert_false(input.button_hit[0]);
}

static void a_drag_stays_with_who_began_it(void **state) {
    (void)state;
    assert_true(press(150, 150, true));
    assert_true(move(500, 500));
    assert_true(press(500, 500, false));
    assert_false(move(500, 500));
    assert_false(press(50, 50, true));
    assert_false(move(150, 150));
    assert_false(gui_input_wants_pointer(&input));
    assert_false(press(150, 150, false));
    assert_true(move(151, 150));
}

static void the_wheel_turns_what_it_is_over(void **state) {
    (void)state;
    SDL_Event wheel = {.wheel = {.type = SDL_MOUSEWHEEL, .preciseY = 1.5f}};
    (void)move(50, 50);
    assert_false(gui_input_take(&input, &wheel, 1));
    assert_true(input.wheel_steps == 0);
    (void)move(150, 150);
    assert_true(gui_input_take(&input, &wheel, 1));
    assert_true(gui_input_take(&input, &wheel, 1));
    assert_true(input.wheel_steps == 3);
}

static void keys_are_typed_only_in_a_text_field(void **state) {
    (void)state;
    SDL_Event text = {.text = {.type = SDL_TEXTINPUT, .text = "a"}};
    assert_false(key(SDL_SCANCODE_A, true));
    assert_false(gui_input_take(&input, &text, 1));
    input.wants_text = true;
    assert_true(key(SDL_SCANCODE_A, true));
    assert_true(gui_input_take(&input, &text, 1));
    assert_true(gui_input_take(&input, &text, 1));
    assert_string_equal(input.text, "aa");
    assert_true(input.key_down[SDL_SCANCODE_A]);
    input.wants_text = false; /* the field goes while the key is down */
    assert_false(key(SDL_SCANCODE_A, false));
    assert_false(input.key_down[SDL_SCANCODE_A]);
}

static void function_keys_go_on_while_typing(void **state) {
    (void)state;
    input.wants_text = true;
    assert_false(key(SDL_SCANCODE_F11, true));
    assert_true(key(SDL_SCANCODE_LEFT, true));
}

static void more_text_than_fits_is_cut(void **state) {
    (void)state;
    SDL_Event text = {.text = {.type = SDL_TEXTINPUT, .text = "0123456789"}};
    input.wants_text = true;
    for (int i = 0; i < 100; i++) {
        assert_true(gui_input_take(&input, &text, 1));
    }
    assert_int_equal(strlen(input.text), GUI_INPUT_TEXT_BYTES - 1);
}

static void units_of_the_window_system_become_pixels(void **state) {
    (void)state;
    SDL_Event event = {.motion = {.type = SDL_MOUSEMOTION, .x = 75, .y = 60}};
    assert_true(gui_input_take(&input, &event, 2));
    assert_true(input.pointer_x == 150 && input.pointer_y == 120);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(hidden_panels_want_nothing, show),
        cmocka_unit_test_setup(a_click_over_a_panel_is_its_own, show),
        cmocka_unit_test_setup(a_drag_stays_with_who_began_it, show),
        cmocka_unit_test_setup(the_wheel_turns_what_it_is_over, show),
        cmocka_unit_test_setup(keys_are_typed_only_in_a_text_field, show),
        cmocka_unit_test_setup(function_keys_go_on_while_typing, show),
        cmocka_unit_test_setup(more_text_than_fits_is_cut, show),
        cmocka_unit_test_setup(units_of_the_window_system_become_pixels, show),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
