/* layer/axes.h - the ticks that grid and axes share, so that labels and lines stand together.
 * Thread: main. */
#pragma once

#include "layer/layer.h"
#include "view/ticks.h"

struct axes_ticks {
    int price_count, time_count;
    struct ticks_price prices[TICKS_COUNT_MAX];
    struct ticks_time times[TICKS_COUNT_MAX];
};

void axes_make_ticks(const struct layer_context *context, struct axes_ticks *out);
