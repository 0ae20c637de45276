/* app/desk_open.h - windows and panes come and go: at the start, by command, by layout.
 *
 * Thread: main.  Owner: app/desk.  All errors are one line for people; where something could not be
 * opened, what is open stays. */
#pragma once

#include "app/desk.h"
#include "app/desk_spec.h"

/* Make the desk as spec says: windows that are open are moved and set, further ones opened, others
 * closed; panes alike. Before the pipeline runs panes are not started yet. */
bool desk_open_spec(struct desk *desk, const struct desk_spec *spec,
                    char error[OPTION_ERROR_BYTES]);
/* The desk as it is now. */
void desk_take_spec(const struct desk *desk, struct desk_spec *out);

/* Start the panes, once the pipeline runs. */
bool desk_start_panes(struct desk *desk, char error[OPTION_ERROR_BYTES]);
/* The user wants it closed: the last one ends the program. */
void desk_window_closed(struct desk *desk, struct desk_window *window);

/* window-new, window-close, pane-split, pane-close, pane-solo, pane-next. A new window or pane
 * shows what the focused pane does; closing the last window ends the program. */
bool desk_open_has(enum action action);
bool desk_open_run(struct desk *desk, struct desk_window *window, struct pane *pane,
                   enum action action, char error[OPTION_ERROR_BYTES]);
