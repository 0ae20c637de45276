#include "window/keymap.h"

#include <assert.h>

#include <SDL2/SDL_keycode.h>

#include "base/str.h"

static const struct {
    int32_t code;
    bool shift;
    enum action action;
    const char *key, *help;
} rows[] = {
    {SDLK_q, false, ACTION_QUIT, "q", "quit"},
    {SDLK_ESCAPE, false, ACTION_LEAVE_FULLSCREEN, "Esc", "leave the full screen"},
    {SDLK_f, false, ACTION_FULLSCREEN, "f", "full screen"},
    {SDLK_F11, false, ACTION_FULLSCREEN, "F11", "full screen"},
    {SDLK_END, false, ACTION_FOLLOW, "End", "follow the live edge (so does a double click)"},
    {SDLK_HOME, false, ACTION_FIT_PRICE, "Home", "show the usual range of prices"},
    {SDLK_LEFTBRACKET, false, ACTION_SPAN_SHORTER, "[", "a shorter stretch of time"},
    {SDLK_RIGHTBRACKET, false, ACTION_SPAN_LONGER, "]", "a longer stretch of time"},
    {SDLK_LEFT, false, ACTION_PAN_LEFT, "Left", "back in time (so does dragging)"},
    {SDLK_RIGHT, false, ACTION_PAN_RIGHT, "Right", "forward in time"},
    {SDLK_UP, false, ACTION_PAN_UP, "Up", "higher prices"},
    {SDLK_DOWN, false, ACTION_PAN_DOWN, "Down", "lower prices"},
    {SDLK_PLUS, false, ACTION_ZOOM_IN, "+", "zoom in (so does the wheel; with Shift: prices)"},
    {SDLK_EQUALS, false, ACTION_ZOOM_IN, "=", "zoom in"},
    {SDLK_KP_PLUS, false, ACTION_ZOOM_IN, "keypad +", "zoom in"},
    {SDLK_MINUS, false, ACTION_ZOOM_OUT, "-", "zoom out"},
    {SDLK_KP_MINUS, false, ACTION_ZOOM_OUT, "keypad -", "zoom out"},
    {SDLK_TAB, false, ACTION_INSTRUMENT_NEXT, "Tab", "the next of several instruments"},
    {SDLK_w, false, ACTION_WHY, "w", "why it is hot where the pointer rests"},
    {SDLK_v, false, ACTION_VENUES, "v", "other venues of the coin added up, or this one alone"},
    {SDLK_o, false, ACTION_OPENED_WITHIN, "o",
     "all known positions, or only those opened in the window"},
    {SDLK_1, false, ACTION_BAND(1), "1", "leverage below 5 on or off"},
    {SDLK_2, false, ACTION_BAND(2), "2", "leverage 5 to 10 on or off"},
    {SDLK_3, false, ACTION_BAND(3), "3", "leverage 10 to 25 on or off"},
    {SDLK_4, false, ACTION_BAND(4), "4", "leverage 25 to 50 on or off"},
    {SDLK_5, false, ACTION_BAND(5), "5", "leverage 50 to 100 on or off"},
    {SDLK_6, false, ACTION_BAND(6), "6", "leverage of 100 and more on or off"},
    {SDLK_1, true, ACTION_BAND_1_ALONE, "Shift+1", "leverage below 5 alone, or all"},
    {SDLK_2, true, ACTION_BAND_1_ALONE + 1, "Shift+2", "leverage 5 to 10 alone, or all"},
    {SDLK_3, true, ACTION_BAND_1_ALONE + 2, "Shift+3", "leverage 10 to 25 alone, or all"},
    {SDLK_4, true, ACTION_BAND_1_ALONE + 3, "Shift+4", "leverage 25 to 50 alone, or all"},
    {SDLK_5, true, ACTION_BAND_1_ALONE + 4, "Shift+5", "leverage 50 to 100 alone, or all"},
    {SDLK_6, true, ACTION_BAND_6_ALONE, "Shift+6", "leverage of 100 and more alone, or all"},
    {SDLK_0, false, ACTION_BANDS_ALL, "0", "every leverage"},
    {SDLK_l, false, ACTION_SIDE_LONG, "l", "longs alone, or both sides"},
    {SDLK_s, false, ACTION_SIDE_SHORT, "s", "shorts alone, or both sides"},
    {SDLK_n, false, ACTION_SIDE_NET, "n", "what is left of the larger side, or both sides"},
    {SDLK_s, true, ACTION_SPLIT, "Shift+s", "shorts and longs in panels of their own"},
    {SDLK_c, false, ACTION_PALETTE_NEXT, "c", "next palette"},
    {SDLK_c, true, ACTION_PALETTE_BEFORE, "Shift+c", "the palette before"},
    {SDLK_u, false, ACTION_CERTAINTY_NEXT, "u",
     "what is not calibrated: grey, in stripes, not shown"},
    {SDLK_j, false, ACTION_CURVE_NEXT, "j", "brightness by logarithm, square root, USD itself"},
    {SDLK_F2, false, ACTION_LEAST_NONE, "F2", "show every amount"},
    {SDLK_F3, false, ACTION_LEAST_DOWN, "F3", "show less, too: a lower threshold"},
    {SDLK_F4, false, ACTION_LEAST_UP, "F4", "leave out what is less: a higher threshold"},
    {SDLK_F5, false, ACTION_BLACK_DOWN, "F5", "a lower black point, pinned"},
    {SDLK_F6, false, ACTION_BLACK_UP, "F6", "a higher black point, pinned"},
    {SDLK_F7, false, ACTION_WHITE_DOWN, "F7", "a lower white point, pinned"},
    {SDLK_F8, false, ACTION_WHITE_UP, "F8", "a higher white point, pinned"},
    {SDLK_F9, false, ACTION_SCALE_AUTO, "F9", "black and white point automatic again"},
    {SDLK_z, false, ACTION_PART(FIELD), "z", "estimated liquidations on or off"},
    {SDLK_b, false, ACTION_PART(BOOK), "b", "order book on or off"},
    {SDLK_k, false, ACTION_PART(CANDLES), "k", "candles or price line"},
    {SDLK_k, true, ACTION_PART(PRICE), "Shift+k", "price on or off"},
    {SDLK_m, false, ACTION_PART(MA), "m", "moving average on or off"},
    {SDLK_m, true, ACTION_PART(VWAP), "Shift+m", "volume-weighted average price on or off"},
    {SDLK_d, false, ACTION_PART(BUBBLES), "d", "circles of realised liquidations on or off"},
    {SDLK_e, false, ACTION_PART(RECEIPTS), "e", "receipts of sweeps on or off"},
    {SDLK_x, false, ACTION_PART(CLUSTERS), "x", "cluster labels on or off"},
    {SDLK_x, true, ACTION_PART(MAX_PAIN), "Shift+x", "max pain on or off"},
    {SDLK_p, false, ACTION_PART(PROFILE), "p", "profile on or off"},
    {SDLK_p, true, ACTION_PART(CUMULATIVE), "Shift+p", "cumulative curves on or off"},
    {SDLK_g, false, ACTION_PART(GAUGE), "g", "squeeze gauge on or off"},
    {SDLK_g, true, ACTION_PART(GRID), "Shift+g", "grid on or off"},
    {SDLK_t, false, ACTION_STRIPS, "t", "all strips on or off"},
    {SDLK_v, true, ACTION_PART(VOLUME), "Shift+v", "strip of volume on or off"},
    {SDLK_o, true, ACTION_PART(OPEN_INTEREST), "Shift+o", "strip of open interest on or off"},
    {SDLK_f, true, ACTION_PART(FUNDING), "Shift+f", "strip of funding on or off"},
    {SDLK_y, true, ACTION_PART(VOLATILITY), "Shift+y", "strip of volatility on or off"},
    {SDLK_r, true, ACTION_PART(RSI), "Shift+r", "strip of relative strength on or off"},
    {SDLK_d, true, ACTION_PART(LIQUIDATED), "Shift+d", "strip of realised liquidations on or off"},
    {SDLK_h, false, ACTION_PART(STATUS), "h", "status line on or off"},
    {SDLK_h, true, ACTION_PART(LEGEND), "Shift+h", "legend on or off"},
    {SDLK_z, true, ACTION_PART(GAPS), "Shift+z", "hatching of gaps on or off"},
    {SDLK_l, true, ACTION_LOCAL_TIME, "Shift+l", "this machine's time, or UTC"},
    {SDLK_LEFTBRACKET, true, ACTION_TEXT_SMALLER, "Shift+[", "smaller texts"},
    {SDLK_RIGHTBRACKET, true, ACTION_TEXT_LARGER, "Shift+]", "larger texts"},
    {SDLK_0, true, ACTION_TEXT_FITTING, "Shift+0", "texts as large as the picture asks for"},
    {SDLK_r, false, ACTION_RELOAD_SHADERS, "r", "read the shaders of --shader-dir again"},
};

enum action keymap_action(int32_t key_code, bool shift) {
    enum action found = ACTION_NONE;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        if (rows[i].code == key_code && (rows[i].shift == shift || !rows[i].shift)) {
            found = rows[i].action;
            if (rows[i].shift == shift) {
                break;
            }
        }
    }
    return found;
}

bool keymap_repeats(enum action action) {
    return (action >= ACTION_SPAN_SHORTER && action <= ACTION_ZOOM_OUT) ||
           (action >= ACTION_LEAST_DOWN && action <= ACTION_WHITE_UP);
}

int keymap_row_count(void) {
    return (int)ARRAY_COUNT(rows);
}

struct keymap_row keymap_row(int index) {
    assert(index >= 0);
    assert(index < keymap_row_count());
    return (struct keymap_row){rows[index].action, rows[index].key, rows[index].help};
}
