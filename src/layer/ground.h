/* layer/ground.h - what lies beneath everything else: the field, kept on a scroll.
 *
 * Thread: main.  Owner: picture, one a pane. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "layer/heatmap.h"
#include "layer/scroll.h"

struct ground {
    struct scroll scroll;
    bool painted;           /* key, rects, version and oldest_col are those of what is kept */
    struct heatmap_key key; /* what the kept pixels look like */
    struct target_rect plot, shown;
    uint64_t version; /* of the field */
    int64_t oldest_col;
};

void ground_finish(struct ground *ground); /* zeroed accepted, and is how a ground starts */
/* Forget what is kept (a shader has changed). */
void ground_reset(struct ground *ground);
/* Draw the part of the field that lies in the camera's plot into target. */
void ground_draw(struct ground *ground, struct heatmap *heatmap, const struct target *target,
                 const struct heatmap_view *view);
