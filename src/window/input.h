/* window/input.h - what the user did in one window since its last frame, as plain data.
 *
 * Thread: main.  Filled by desktop_poll; read by whoever runs the window's panes.  Positions are
 * pixels of the window's target (hidpi is already accounted for).  Commands of keys go into the
 * queue that desktop_poll was given. */
#pragma once

#include <stdbool.h>

enum input_button { INPUT_BUTTON_NONE, INPUT_BUTTON_LEFT, INPUT_BUTTON_MIDDLE, INPUT_BUTTON_RIGHT };

/* The pointer's shapes, which say what a drag would do. */
enum input_cursor {
    INPUT_CURSOR_ARROW,
    INPUT_CURSOR_MOVE, /* the picture goes along */
    INPUT_CURSOR_UP_DOWN,
    INPUT_CURSOR_LEFT_RIGHT,
    INPUT_CURSOR_CROSS, /* it measures */
    INPUT_CURSOR_HAND,  /* a click does something */
    INPUT_CURSOR_COUNT
};

struct input {
    bool any;                 /* something happened: keys, pointer, size, exposure */
    bool closed;              /* the window's close button */
    bool shift, ctrl;         /* held now */
    bool dragging;            /* a button is held */
    enum input_button button; /* which one went down last: whose the next four lines are */
    bool pressed, released, double_clicked; /* in this frame; pressed at press_..._px */
    double press_x_px, press_y_px;          /* where the button went down last */
    double drag_x_px, drag_y_px;            /* moved with the button held */
    double wheel_steps, wheel_x_steps; /* away from the user, to the right: positive; of touchpads
                                          fractions of a step */
    double pinch_ln;                   /* ln of how far two fingers were spread; 0: not */
    bool pointer_inside;
    double pointer_x_px, pointer_y_px;
};
