#include "window/keymap.h"

#include <assert.h>

#include <SDL2/SDL_keycode.h>

#include "base/str.h"

static const struct {
    int32_t code;
    enum action action;
    const char *key, *help;
} rows[] = {
    {SDLK_q, ACTION_QUIT, "q", "quit"},
    {SDLK_ESCAPE, ACTION_LEAVE_FULLSCREEN, "Esc", "leave the full screen"},
    {SDLK_f, ACTION_FULLSCREEN, "f", "full screen"},
    {SDLK_F11, ACTION_FULLSCREEN, "F11", "full screen"},
    {SDLK_END, ACTION_FOLLOW, "End", "follow the live edge (so does a double click)"},
    {SDLK_HOME, ACTION_FIT_PRICE, "Home", "show the usual range of prices"},
    {SDLK_LEFTBRACKET, ACTION_SPAN_SHORTER, "[", "a shorter stretch of time"},
    {SDLK_RIGHTBRACKET, ACTION_SPAN_LONGER, "]", "a longer stretch of time"},
    {SDLK_LEFT, ACTION_PAN_LEFT, "Left", "back in time (so does dragging)"},
    {SDLK_RIGHT, ACTION_PAN_RIGHT, "Right", "forward in time"},
    {SDLK_UP, ACTION_PAN_UP, "Up", "higher prices"},
    {SDLK_DOWN, ACTION_PAN_DOWN, "Down", "lower prices"},
    {SDLK_PLUS, ACTION_ZOOM_IN, "+", "zoom in (so does the wheel; with Shift: prices)"},
    {SDLK_EQUALS, ACTION_ZOOM_IN, "=", "zoom in"},
    {SDLK_KP_PLUS, ACTION_ZOOM_IN, "keypad +", "zoom in"},
    {SDLK_MINUS, ACTION_ZOOM_OUT, "-", "zoom out"},
    {SDLK_KP_MINUS, ACTION_ZOOM_OUT, "keypad -", "zoom out"},
    {SDLK_TAB, ACTION_INSTRUMENT_NEXT, "Tab", "the next of several instruments"},
    {SDLK_c, ACTION_PALETTE_NEXT, "c", "next palette"},
    {SDLK_u, ACTION_CERTAINTY_NEXT, "u", "what is not calibrated: grey, in stripes, not shown"},
    {SDLK_1, ACTION_BAND_1, "1", "leverage below 5 on or off"},
    {SDLK_2, ACTION_BAND_2, "2", "leverage 5 to 10 on or off"},
    {SDLK_3, ACTION_BAND_3, "3", "leverage 10 to 25 on or off"},
    {SDLK_4, ACTION_BAND_4, "4", "leverage 25 to 50 on or off"},
    {SDLK_5, ACTION_BAND_5, "5", "leverage 50 to 100 on or off"},
    {SDLK_6, ACTION_BAND_6, "6", "leverage of 100 and more on or off"},
    {SDLK_l, ACTION_SIDE_LONG, "l", "longs alone, or both sides"},
    {SDLK_s, ACTION_SIDE_SHORT, "s", "shorts alone, or both sides"},
    {SDLK_k, ACTION_CANDLES, "k", "candles or price line"},
    {SDLK_p, ACTION_PROFILE, "p", "profile on or off"},
    {SDLK_h, ACTION_STATUS, "h", "status line on or off"},
    {SDLK_o, ACTION_OPENED_WITHIN, "o", "all known positions, or only those opened in the window"},
    {SDLK_v, ACTION_VENUES, "v", "other venues of the coin added up, or this one alone"},
    {SDLK_r, ACTION_RELOAD_SHADERS, "r", "read the shaders of --shader-dir again"},
};

enum action keymap_action(int32_t key_code) {
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        if (rows[i].code == key_code) {
            return rows[i].action;
        }
    }
    return ACTION_NONE;
}

int keymap_row_count(void) {
    return (int)ARRAY_COUNT(rows);
}

struct keymap_row keymap_row(int index) {
    assert(index >= 0);
    assert(index < keymap_row_count());
    return (struct keymap_row){rows[index].action, rows[index].key, rows[index].help};
}
