/* window/keymap.h - which key does what: one table for the loop, the help and the tests.
 *
 * Thread: main.  Plain data; the key codes are SDL's and stay in keymap.c. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "view/settings.h"

enum action {
    ACTION_NONE,
    ACTION_QUIT,
    ACTION_LEAVE_FULLSCREEN,
    ACTION_FULLSCREEN,
    ACTION_FOLLOW, /* from here on: what moves the camera */
    ACTION_FIT_PRICE,
    ACTION_SPAN_SHORTER,
    ACTION_SPAN_LONGER,
    ACTION_PAN_LEFT,
    ACTION_PAN_RIGHT,
    ACTION_PAN_UP,
    ACTION_PAN_DOWN,
    ACTION_ZOOM_IN,
    ACTION_ZOOM_OUT, /* up to here */
    ACTION_INSTRUMENT_NEXT,
    ACTION_WHY,
    ACTION_RELOAD_SHADERS,
    ACTION_PALETTE_NEXT, /* from here on: what changes the settings (window/knobs.h) */
    ACTION_PALETTE_BEFORE,
    ACTION_CERTAINTY_NEXT,
    ACTION_CURVE_NEXT,
    ACTION_LEAST_NONE,
    ACTION_LEAST_DOWN,
    ACTION_LEAST_UP,
    ACTION_BLACK_DOWN,
    ACTION_BLACK_UP,
    ACTION_WHITE_DOWN,
    ACTION_WHITE_UP,
    ACTION_SCALE_AUTO,
    ACTION_BAND_1, /* the six leverage bands, lowest first */
    ACTION_BAND_6 = ACTION_BAND_1 + SETTINGS_BAND_COUNT - 1,
    ACTION_BAND_1_ALONE,
    ACTION_BAND_6_ALONE = ACTION_BAND_1_ALONE + SETTINGS_BAND_COUNT - 1,
    ACTION_BANDS_ALL,
    ACTION_SIDE_LONG, /* in the order of enum settings_side */
    ACTION_SIDE_SHORT,
    ACTION_SIDE_NET,
    ACTION_SPLIT,
    ACTION_OPENED_WITHIN,
    ACTION_VENUES,
    ACTION_LOCAL_TIME,
    ACTION_TEXT_SMALLER,
    ACTION_TEXT_LARGER,
    ACTION_TEXT_FITTING,
    ACTION_STRIPS,
    ACTION_PART_FIRST, /* a part on or off, in the order of enum settings_part */
    ACTION_PART_LAST = ACTION_PART_FIRST + SETTINGS_PART_COUNT - 1,
    ACTION_COUNT
};
#define ACTION_PART(name) ((enum action)(ACTION_PART_FIRST + SETTINGS_PART_##name))
#define ACTION_BAND(n)    ((enum action)(ACTION_BAND_1 + (n)-1)) /* 1..6 */

/* The action of an SDL key code, with Shift held or not; ACTION_NONE if it has none. A key that has
 * no action of its own with Shift does what it does without. */
enum action keymap_action(int32_t key_code, bool shift);
/* A key that is held down goes on doing it: steps do, switches do not. */
bool keymap_repeats(enum action action);

struct keymap_row {
    enum action action;
    const char *key;  /* "[" */
    const char *help; /* "a shorter stretch of time" */
};
int keymap_row_count(void);
struct keymap_row keymap_row(int index);
