/* window/keymap.h - which key does what: one table for the loop, the help and the tests.
 *
 * Thread: main.  Plain data; the key codes are SDL's and stay in keymap.c. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum action {
    ACTION_NONE,
    ACTION_QUIT,
    ACTION_LEAVE_FULLSCREEN,
    ACTION_FULLSCREEN,
    ACTION_FOLLOW,
    ACTION_FIT_PRICE,
    ACTION_SPAN_SHORTER,
    ACTION_SPAN_LONGER,
    ACTION_PAN_LEFT,
    ACTION_PAN_RIGHT,
    ACTION_PAN_UP,
    ACTION_PAN_DOWN,
    ACTION_ZOOM_IN,
    ACTION_ZOOM_OUT,
    ACTION_INSTRUMENT_NEXT,
    ACTION_PALETTE_NEXT,
    ACTION_CERTAINTY_NEXT,
    ACTION_BAND_1, /* the six leverage bands, lowest first */
    ACTION_BAND_2,
    ACTION_BAND_3,
    ACTION_BAND_4,
    ACTION_BAND_5,
    ACTION_BAND_6,
    ACTION_SIDE_LONG,
    ACTION_SIDE_SHORT,
    ACTION_CANDLES,
    ACTION_PROFILE,
    ACTION_STATUS,
    ACTION_OPENED_WITHIN,
    ACTION_VENUES,
    ACTION_RELOAD_SHADERS,
    ACTION_COUNT
};

/* The action of an SDL key code; ACTION_NONE if it has none. */
enum action keymap_action(int32_t key_code);

struct keymap_row {
    enum action action;
    const char *key;  /* "[" */
    const char *help; /* "a shorter stretch of time" */
};
int keymap_row_count(void);
struct keymap_row keymap_row(int index);
