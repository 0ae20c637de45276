/* app/pane_time_bar.h - hands on the time bar of a recording: a click or a drag goes there.
 *
 * Thread: main.  Owner: the pane.  It is there while the pointer is awake, as panels are. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "layer/picture.h"
#include "window/input.h"

struct pane;
struct pane_moment;

struct pane_time_bar {
    bool shown, pointed, held; /* in this frame; held: it is dragged */
    int64_t asked_ms;          /* where a drag went last */
};

/* What is left of the input for the rest of the picture. pane->pointer_shown is that of this
 * frame. */
struct input pane_time_bar_take(struct pane *pane, const struct input *input,
                                const struct pane_moment *moment);
void pane_time_bar_show(const struct pane *pane, const struct pane_moment *moment,
                        struct picture_frame *frame);
