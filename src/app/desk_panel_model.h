/* app/desk_panel_model.h - what panels show, out of the scene, the map, the settings and the
 * program's own figures.  Thread: main. */
#pragma once

#include "app/desk.h"
#include "panel/panel_model.h"
#include "panel/panels.h"

/* Figures of a window over time. */
struct desk_panel_meter {
    int frame_count, frame_next;
    float frame_ms[PANEL_FRAME_MAX]; /* a ring */
    /* Rates, taken anew once a second. */
    int64_t since_ns, frames_then, events_then, columns_then, frames_now;
    double frames_per_s, events_per_s, columns_per_s;
    int64_t memory_bytes;
    int64_t filled_ns; /* when the model was given its figures last */
};

void desk_panel_meter_add(struct desk_panel_meter *meter, int64_t took_ns);
/* Everything of the model but its colours and panel_draw_count; what only an open panel shows is
 * left as it was while that is closed. */
void desk_panel_model_fill(struct panel_model *model, const struct desk *desk,
                           const struct desk_window *window, const struct pane_moment *moment,
                           struct desk_panel_meter *meter, const struct panels *panels);
