/* layer/gaps.h - what is not known, hatched.  Thread: main. */
#pragma once

#include "layer/layer.h"

/* Hatch the stretches of area (which has the plot's times) of which part is unknown: columns with a
 * gap, and newer gaps that the scene tells of. Gaps of the order book alone do not count. */
void gaps_hatch(struct layer_context *context, const struct camera_rect *area);
