/* app/picture_why.h - why it is hot at the pointer: the question to the raster worker, and the
 * answer for the frame.
 *
 * Thread: main.  Owner: run_view.  A question is asked when the pointer has rested, and again when
 * it has moved or the answer is old; the worker replays meanwhile, no frame waits for it. */
#pragma once

#include "app/picture_link.h"
#include "scene/origin.h"

struct picture_why {
    uint32_t id; /* of the newest question; 0: none */
    double asked_x_px, asked_y_px;
    int64_t asked_ns;
    const struct scene_origin *answer; /* the newest; borrowed from the worker; NULL: none yet */
};

struct picture_why_look { /* what there is to ask about; borrowed for the call */
    struct raster_worker *worker;
    const struct engine *engine;
    const struct scene_map *map; /* NULL: not known; nothing is asked */
    const struct camera *camera;
    double pointer_x_px, pointer_y_px; /* inside the plot; else nothing new is asked */
    int64_t rested_ns;                 /* since the pointer moved */
    int64_t from_ms; /* positions opened before do not count; INT64_MIN: all known */
    int64_t mono_ns;
    double scale; /* of marks: how near counts as at the pointer */
};

/* What the pointer means: the cluster there at the live edge, else the levels there, then. */
bool picture_why_range(const struct scene_map *map, const struct camera *camera, double x_px,
                       double y_px, double scale, struct origin_range *out);
/* Ask if it is time, take an answer if there is one. True: the picture changes by it. */
bool picture_why_update(struct picture_why *why, const struct picture_why_look *look);
/* Nobody wants to know any more: what comes is not taken. */
void picture_why_end(struct picture_why *why);
