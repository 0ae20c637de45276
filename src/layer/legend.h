/* layer/legend.h - where the legend of the field lies, for those who draw it and for hands that
 * take hold of it.  Thread: any; pure. */
#pragma once

#include "layer/layout.h"

/* Black stands at x, white at x + w; the ramps go on for `beyond` at either end. Pixels. */
struct legend_place {
    double x, w, y, h, beyond;
    double amounts_y; /* middle of the row of amounts below: black's left, white's right */
};
struct legend_place legend_place_of(const struct layout *layout);

/* Where on the legend (0 black .. 1 white, and beyond) x_px lies for a handle that is dragged:
 * outside the ramps, where there is little room, a pixel counts six-fold. */
double legend_share_from_px(const struct legend_place *place, double x_px);
