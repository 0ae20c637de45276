/* app/desk_spec.h - what windows and panes there are, as plain data: read from options and layouts,
 * written back as a layout.
 *
 * Thread: main.  Pure but for static scratch memory. */
#pragma once

#include "app/pane.h"
#include "config/desk_layout.h"
#include "layer/backdrop.h"
#include "panel/panels.h"
#include "view/arrange.h"
#include "window/display.h"

struct desk_spec_pane {
    struct settings settings;
    double span_ms;
    char instrument[LAYOUT_TEXT_BYTES]; /* "VENUE:SYMBOL"; "": the first */
};

struct desk_spec_window {
    struct display_place place;
    enum arrange arrange;
    enum backdrop_kind background;   /* of a clean feed */
    char panels[PANELS_STATE_BYTES]; /* as panels_format writes them; "": as they are */
    int pane_count;                  /* >= 1 */
    struct desk_spec_pane panes[LAYOUT_PANE_MAX];
};

struct desk_spec {
    int window_count;
    struct desk_spec_window windows[LAYOUT_WINDOW_MAX];
};

/* One window with one pane, of the options that are in force. False: error names the option. */
bool desk_spec_from_options(const struct option_table *table, struct desk_spec *out,
                            char error[OPTION_ERROR_BYTES]);
/* Add the windows of a layout: what it does not say is as the options have it, but for the screen
 * and the place of the windows behind the first. As above; nothing is added then. */
bool desk_spec_add(struct desk_spec *spec, const struct desk_layout *layout,
                   const struct option_table *table, char error[OPTION_ERROR_BYTES]);
/* The layout that desk_spec_add would make this of, whatever the options are. */
void desk_spec_write(const struct desk_spec *spec, struct desk_layout *out);
/* A window's place, arrangement and background as options. */
void desk_spec_put_window(const struct desk_spec_window *window, struct option_table *table);
