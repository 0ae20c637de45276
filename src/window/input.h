/* window/input.h - what the user did in one window since the last frame, as plain data.
 *
 * Thread: main.  Filled by desktop_poll; read by whoever runs the window's panes.  Positions are
 * pixels of the window's target (hidpi is already accounted for).  Commands of keys go into the
 * queue that desktop_poll was given. */
#pragma once

#include <stdbool.h>

struct input {
    bool any;    /* something happened: keys, pointer, size, exposure */
    bool closed; /* the window's close button */
    bool shift;  /* held now */
    bool dragging;
    bool pressed, double_clicked;      /* the left button, in this frame, at press_..._px */
    double press_x_px, press_y_px;     /* where the button went down last */
    double drag_x_px, drag_y_px;       /* moved with the button held */
    double wheel_steps, wheel_x_steps; /* away from the user, to the right: positive */
    bool pointer_inside;
    double pointer_x_px, pointer_y_px;
};
