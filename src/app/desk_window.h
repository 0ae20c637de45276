/* app/desk_window.h - one window of the desk: its panes, where each of them lies, and its own pace.
 *
 * Thread: main.  Owner: app/desk.  A pane gets what the user does over it: the pointer and the
 * wheel where they are, a drag where it began.  The pane that was pointed at last is the focused
 * one, which keys go to. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "app/desk_film.h"
#include "app/map_id.h"
#include "app/pane.h"
#include "layer/backdrop.h"
#include "layer/dim.h"
#include "record/screenshot_writer.h"
#include "view/arrange.h"
#include "view/wall.h"
#include "window/display.h"
#include "window/pacer.h"

enum { DESK_PANE_MAX = 4 /* a window */ };

struct desk_panels;

struct desk_window {
    struct display *display;    /* borrowed from the desktop */
    struct desk_panels *panels; /* owned */
    struct pacer pacer;
    int64_t begin_ns; /* when its next frame begins */
    enum arrange arrange;
    enum backdrop_kind background;   /* of a clean feed */
    struct backdrop_copy unkeyed;    /* its picture before another background came into it */
    const struct backdrop *backdrop; /* borrowed; NULL: there is none */
    int pane_count, focused;
    struct pane *panes[DESK_PANE_MAX]; /* owned */
    int pressed;                       /* in which the button went down */
    double pointer_x_px, pointer_y_px; /* where the pointer was in the frame before */
    uint64_t scene_sequence;           /* of its last frame */
    bool solo;                         /* the focused pane alone is shown */
    bool deaf;                         /* the pointer does nothing: a kiosk, a clean feed */
    double light;                      /* 1: all of it; see layer/dim.h */
    const struct dim *dim;             /* borrowed; NULL: not dimmed */
    struct wall_shift shift;           /* where the picture lies within its margin */
    int shift_by_px;                   /* half of that margin; 0: none */
    bool guides;                       /* over what is shown, not what is filmed or saved */
    bool changed;                      /* panes came, went or were pointed at: draw */
    struct map_id shot_id;             /* what its picture is called */
    struct desk_film *film;            /* borrowed: it is filmed; NULL: it is not */
    struct screenshot_job *shot;       /* owned: wants its next frame; NULL: nobody does */
};

/* What a frame of a window came to. */
struct desk_window_frame {
    bool drawn;
    bool fresh; /* its scene was not in the frame before */
};

/* Where pane i lies, in pixels of the window. */
struct arrange_rect desk_window_rect(const struct desk_window *window, int i);
/* Advance its panes and, if anything would look different, draw and show it. active: it is the one
 * that has the keyboard. moment->fresh is the window's own after it. */
struct desk_window_frame desk_window_run(struct desk_window *window, struct pane_moment *moment,
                                         bool active);

/* Put a pane behind the others (false: DESK_PANE_MAX are there), or stop it, end it and take it
 * out. */
bool desk_window_add(struct desk_window *window, struct pane *pane);
void desk_window_remove(struct desk_window *window, int i);
