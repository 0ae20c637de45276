/* app/desk_set.h - options that may change while the program runs: those of pictures in their pane,
 * the others in the desk's table and where they act.
 *
 * Thread: main.  One option table for command line, file, console, panels and control socket: a
 * value is read by option_set wherever it comes from. */
#pragma once

#include "app/desk.h"

/* "NAME VALUE", as the actions take it; a text may be empty ("show"). False: error says what was
 * wrong and what was expected, and nothing is changed. */
bool desk_set(struct desk *desk, struct desk_window *window, struct pane *pane, const char *line,
              char error[OPTION_ERROR_BYTES]);
/* "NAME": a flag the other way, a choice the next one. As above. */
bool desk_cycle(struct desk *desk, struct desk_window *window, struct pane *pane, const char *name,
                char error[OPTION_ERROR_BYTES]);
/* One option by its id. As above. */
bool desk_set_option(struct desk *desk, struct desk_window *window, struct pane *pane,
                     enum option_id id, struct span text, char error[OPTION_ERROR_BYTES]);
/* Its value now, as option_set would read it. */
void desk_option_text(const struct desk *desk, const struct desk_window *window,
                      const struct pane *pane, enum option_id id, char out[OPTION_TEXT_BYTES]);
