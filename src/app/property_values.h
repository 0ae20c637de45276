/* app/property_values.h - the properties that can only be read: name, kind, unit, help, and what
 * writes each.  Thread: main.  An unknown value is null. */
#pragma once

#include "app/desk.h"
#include "json/writer.h"

/* What a property is asked of. */
struct property_look {
    const struct desk *desk;
    const struct desk_window *window;
    const struct pane *pane;
    const struct scene *scene;                 /* NULL before the first */
    const struct scene_instrument *instrument; /* the pane's; NULL: none yet */
};

struct property_row {
    const char *name, *kind, *unit, *help; /* kind: number integer flag text list object */
    void (*write)(const struct property_look *look, struct writer *out, const char *key);
};

extern const struct property_row property_rows[];
extern const int property_row_count;

/* -- app/property_desk.c: the program, its windows and its figures -- */
typedef void property_write_fn(const struct property_look *look, struct writer *out,
                               const char *key);
property_write_fn property_write_windows, property_write_panes, property_write_pane,
    property_write_following, property_write_field_full, property_write_scale,
    property_write_frame_rate, property_write_frame_ms, property_write_socket_to_pixel,
    property_write_recording, property_write_replay_time, property_write_replay,
    property_write_memory, property_write_heap, property_write_history, property_write_recent,
    property_write_counters, property_write_sources, property_write_version, property_write_demo,
    property_write_now, property_write_notice, property_write_alerts;
