/* window/display_inside.h - what desktop.c, display.c and display_place.c share of a window.
 * Thread: main. */
#pragma once

#include <SDL2/SDL.h>

#include "base/status.h"
#include "gfx/context.h"
#include "view/action_call.h"
#include "window/display.h"
#include "window/keymap.h"

struct display {
    SDL_Window *window;                  /* owned */
    SDL_GLContext context;               /* owned; shares its objects with all others */
    struct context own;                  /* what drawing needs in it */
    const struct monitor_list *monitors; /* borrowed from the desktop */
    int width_px, height_px;
    double scale_factor, refresh_hz;
    struct display_place place;
    bool away;           /* its screen is not there: it is on another one meanwhile */
    Uint64 moved_ticks;  /* when it last was moved by somebody else than us; 0: not since taken */
    Uint64 placed_ticks; /* when we last moved it */
    bool dragging;
    int failed_swaps; /* in a row */
    bool refused;     /* it could not be drawn into: the context is lost */
    struct gui *gui;  /* borrowed; NULL: no panels */
    struct input input;
};

/* One of its own events. */
void display_take_event(struct display *display, const SDL_Event *event,
                        const struct keymap *keymap, struct action_queue *queue);
void display_end_input(struct display *display);

/* -- display_place.c -- */

/* The window, hidden nowhere: on its screen, at its place. */
enum status display_open_window(struct display *display, const struct display_place *place);
/* Size, scale and rate again, after the window or its screen changed. */
void display_update(struct display *display);
/* The list of screens changed: leave one that is gone, go back to one's own. */
void display_follow_monitors(struct display *display);
/* Where the user put it, once it has rested there; ticks of SDL. */
void display_learn_place(struct display *display, Uint64 now_ticks, Uint64 monitors_ticks);
