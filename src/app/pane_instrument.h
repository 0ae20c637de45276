/* app/pane_instrument.h - which instrument a pane shows, by name: "VENUE:SYMBOL".
 *
 * Thread: main.  A name may be wanted before the market has told of it; until it comes, the pane
 * shows what it showed. */
#pragma once

#include "app/pane.h"

/* Show the instrument of this name once the scene has it; "": as it is. */
void pane_want_instrument(struct pane *pane, const char *name);
/* The same now. False: the scene has no such one; error names those it has. */
bool pane_set_instrument(struct pane *pane, const struct scene *scene, struct span name,
                         char error[OPTION_ERROR_BYTES]);
/* Once a frame: look for what is wanted. */
void pane_find_instrument(struct pane *pane, const struct scene *scene);
/* What is wanted, or else shown; "" if there is nothing yet. scene may be NULL. */
void pane_instrument_text(const struct pane *pane, const struct scene *scene, size_t out_bytes,
                          char *out);
