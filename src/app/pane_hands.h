/* app/pane_hands.h - what the user does in a pane with mouse and words: hands (window/hands.h), his
 * own lines, and the actions that take a price or a time.
 *
 * Thread: main.  Owner: app/pane. */
#pragma once

#include <stdbool.h>

#include "app/pane.h"

/* What the pointer did since the last frame. */
void pane_hands_apply(struct pane *pane, const struct input *input,
                      const struct pane_moment *moment);
