/* window/display.h - one window with a GL 3.3 core context, and what the user does in it.
 *
 * Thread: main.  Owner: run_view.  Limit: one display a process.
 * The swap never waits (interval 0); window/pacer.h keeps the rate. */
#pragma once

#include <stdbool.h>

#include "base/status.h"
#include "gfx/target.h"
#include "window/input.h"

struct display;

enum { DISPLAY_REASON_BYTES = 256 };

struct display_desc {
    const char *title;
    int width_px, height_px; /* in the window system's units */
    bool fullscreen;
};

/* STATUS_NOT_FOUND: there is no display (reason says what was looked for); STATUS_UNSUPPORTED: no
 * GL 3.3 core; STATUS_MEMORY. *out is NULL unless STATUS_OK; reason is one line for people. */
enum status display_create(const struct display_desc *desc, struct display **out,
                           char reason[DISPLAY_REASON_BYTES]);
void display_destroy(
    struct display *display); /* NULL accepted; after everything made in its context */

struct target display_target(const struct display *display);
double display_refresh_hz(const struct display *display); /* 0: not known */

/* What happened since the last call; never waits. */
void display_poll(struct display *display, struct input *input);
void display_set_fullscreen(struct display *display, bool fullscreen);
void display_swap(struct display *display);
