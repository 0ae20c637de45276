/* window/display.h - one window, and what the user does in it.
 *
 * Thread: main.  Owner: window/desktop, which opens and closes windows.
 * The swap never waits (interval 0); window/pacer.h keeps the rate. */
#pragma once

#include <stdbool.h>

#include "gfx/target.h"
#include "window/input.h"

struct display;

enum { DISPLAY_REASON_BYTES = 256 };

struct display_desc {
    const char *title;
    int width_px, height_px; /* in the window system's units */
    bool fullscreen;
};

/* Draw into this window from here on. */
void display_begin(struct display *display);
struct target display_target(const struct display *display);
double display_refresh_hz(const struct display *display); /* 0: not known */
/* What happened in it since its last display_end_frame. */
const struct input *display_input(const struct display *display);

bool display_is_fullscreen(const struct display *display);
void display_set_fullscreen(struct display *display, bool fullscreen);
void display_swap(struct display *display);
/* What the user did was taken: its input begins anew. */
void display_end_frame(struct display *display);
