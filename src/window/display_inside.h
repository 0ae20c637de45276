/* window/display_inside.h - what desktop.c and display.c share of a window. Thread: main. */
#pragma once

#include <SDL2/SDL.h>

#include "view/action_call.h"
#include "window/display.h"
#include "window/keymap.h"

struct display {
    SDL_Window *window;    /* owned */
    SDL_GLContext context; /* borrowed from the desktop */
    int width_px, height_px;
    double scale_factor;
    SDL_Rect windowed; /* where the window goes back to from the full screen */
    bool fullscreen, dragging;
    struct input input;
};

void display_update_size(struct display *display);
/* One of its own events. */
void display_take_event(struct display *display, const SDL_Event *event,
                        const struct keymap *keymap, struct action_queue *queue);
void display_end_input(struct display *display);
