/* window/display.h - one window, and what the user does in it.
 *
 * Thread: main.  Owner: window/desktop, which opens and closes windows.
 * The swap never waits (interval 0); window/pacer.h keeps the rate. */
#pragma once

#include <stdbool.h>

#include "gfx/target.h"
#include "window/input.h"
#include "window/monitor.h"

struct display;
struct gui;

enum { DISPLAY_REASON_BYTES = 256 };

/* Where a window is, or should be: plain data, as layouts keep it. */
struct display_place {
    struct monitor_wish screen; /* the one it belongs to, even while it is not there */
    struct monitor_rect rect;   /* outside of the full screen, from that screen's corner; in the
                                   window system's units */
    bool placed;                /* rect's corner counts; else the window system chooses */
    bool fullscreen, borderless, on_top;
    bool clean; /* a clean feed: what broadcasters capture; no hand but its close button acts */
};

/* Its GL context is current and its window drawn into from here on. */
void display_begin(struct display *display);
struct target display_target(const struct display *display);
double display_refresh_hz(const struct display *display); /* 0: not known */
/* What happened in it since its last display_end_frame. */
const struct input *display_input(const struct display *display);

/* Who gets its events first from now on (borrowed); NULL: nobody. */
void display_set_gui(struct display *display, struct gui *gui);

/* Nobody can see it: it is minimised. */
bool display_is_hidden(const struct display *display);
bool display_is_fullscreen(const struct display *display);
bool display_is_clean(const struct display *display);
/* The same window in every state: nothing of these makes it anew. */
void display_set_fullscreen(struct display *display, bool fullscreen);
void display_set_borderless(struct display *display, bool borderless);
void display_set_on_top(struct display *display, bool on_top);
struct display_place display_get_place(const struct display *display);
/* Move it: to its screen if that is there, else to one instead. */
void display_set_place(struct display *display, const struct display_place *place);
void display_swap(struct display *display);
/* What the user did was taken: its input begins anew. */
void display_end_frame(struct display *display);
