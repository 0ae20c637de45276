/* window/knobs.h - what a key does to the settings of a picture.
 *
 * Thread: main.  Pure: no SDL, no GL; the navigator and the tests turn them. */
#pragma once

#include <stdbool.h>

#include "view/action.h"
#include "view/settings.h"

struct knobs {
    /* The scale as it was last drawn, where a pinned point starts from; 0: not known yet. */
    double black_usd_per_bp, white_usd_per_bp;
    double scale_factor;    /* of texts, that the picture's size asks for; 0: not known yet */
    uint32_t strips_hidden; /* those that the strips' own key switched off together */
};

/* Change what action changes, and nothing else. False: action is none of a knob's. */
bool knobs_turn(struct knobs *knobs, struct settings *settings, enum action action);
/* The next round amount (1 1.5 2 3 5 7 times a power of ten), less (-1) or more (+1); usd > 0. */
double knobs_next_amount(double usd, int direction);
