/* app/desk_clean.h - clean feeds: windows for a stream to capture, that show nothing but pictures.
 *
 * What only the user is meant to see is not in them: panels, pointer, alerts, one's own lines. What
 * everybody has to be told always is: which market, DEMO, REPLAY, what the colours mean, and how
 * much later it is shown.
 *
 * Thread: main.  Owner: the desk. */
#pragma once

#include <stdbool.h>

#include "app/live_clock.h"
#include "app/pane.h"
#include "config/option_table.h"
#include "layer/backdrop.h"

struct desk;
struct display;
struct desk_window;

struct desk_clean {
    struct backdrop backdrop; /* in the GL contexts */
    bool made;
    double delay_s;            /* they show what is live so much later; 0: they do not */
    struct pipeline delayed;   /* what they show then; owned */
    struct live_clock clock;   /* of that */
    struct pane_moment moment; /* of this frame, as clean feeds show it */
};

void desk_clean_open(struct desk *desk); /* before windows are opened */
/* What the panes of a window show. */
struct pipeline *desk_clean_pipeline(struct desk *desk, const struct display *display);

/* What lies in the GL contexts. False: refused (logged). */
bool desk_clean_make(struct desk *desk);
void desk_clean_drop(struct desk *desk); /* before the contexts end; zeroed accepted */
/* Once a frame, before windows are drawn. */
void desk_clean_advance(struct desk *desk);
/* What a frame of the window stands for. */
struct pane_moment *desk_clean_moment(struct desk *desk, const struct desk_window *window);
