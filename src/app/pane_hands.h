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
/* What a frame shows of it: what is measured, the lines, the legend while a handle is held. */
void pane_hands_show(struct pane *pane, const struct pane_moment *moment,
                     struct picture_frame *frame);

/* Whether an action is run here. */
bool pane_hands_has(enum action action);
/* Run it. False: error says what was wrong and what was expected. */
bool pane_hands_run(struct pane *pane, const struct action_call *call,
                    const struct pane_moment *moment, char error[OPTION_ERROR_BYTES]);
