/* window/input.h - what the user did since the last frame, as plain data.
 *
 * Thread: main.  Filled by display_poll; read by navigator_apply.  Positions are pixels of the
 * target (hidpi is already accounted for).  Limit: INPUT_ACTION_MAX actions a frame; further ones
 * are counted and dropped. */
#pragma once

#include <stdbool.h>

#include "window/keymap.h"

enum { INPUT_ACTION_MAX = 32 };

struct input {
    bool any;   /* something happened: keys, pointer, size, exposure */
    bool quit;  /* the window was closed, or the session ends */
    bool shift; /* held now */
    int action_count;
    enum action actions[INPUT_ACTION_MAX];
    int dropped_count;
    double drag_x_px, drag_y_px; /* moved with the button held */
    double wheel_steps;          /* away from the user positive */
    bool pointer_inside;
    double pointer_x_px, pointer_y_px;
};
