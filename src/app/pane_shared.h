/* app/pane_shared.h - what panes have in common where that is wanted: one scale, one crosshair, one
 * stretch of time.
 *
 * Thread: main.  Owner: the desk, which fills it before a frame; panes are borrowed for it. */
#pragma once

#include <stdbool.h>

#include "layer/picture.h"
#include "market/instrument.h"

struct pane;
struct pane_moment;

enum pane_link { PANE_LINK_NO, PANE_LINK_CROSSHAIR, PANE_LINK_TIME };

struct pane_shared {
    const struct pane *leader; /* whose scale all others have; NULL: each its own */
    enum pane_link link;
    const struct pane *pointed;       /* in which the pointer is; NULL: in none, or not linked */
    double time_ms, price;            /* where it points */
    char base[INSTRUMENT_BASE_BYTES]; /* the coin whose price that is */
    const struct pane *steered; /* whose stretch of time all others have; NULL: each its own */
};

/* Say where the pointer of this pane is; NULL: nowhere. */
void pane_shared_point(struct pane_shared *shared, const struct pane *pane,
                       const struct pane_moment *moment);
/* Take over the stretch of time, once the camera was moved. */
void pane_shared_steer(struct pane *pane, const struct pane_shared *shared);
/* True: the pane would look different for what is shared. */
bool pane_shared_news(const struct pane *pane, const struct pane_shared *shared);
/* Before it is drawn: scale and crosshair into the frame. */
void pane_shared_show(struct pane *pane, const struct pane_moment *moment,
                      struct picture_frame *frame);
