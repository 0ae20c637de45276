/* layer/layout.h - where the parts of the picture lie, in whole pixels.  Thread: any; pure. */
#pragma once

#include <stdbool.h>

#include "view/camera.h"

struct layout {
    double scale; /* of text and marks */
    int width_px, height_px;
    struct camera_rect header;  /* title, caption, legend */
    struct camera_rect plot;    /* the field */
    struct camera_rect profile; /* sums per price; w 0 where there is no room */
    struct camera_rect price_axis;
    struct camera_rect time_axis;
    struct camera_rect status;
};

/* scale 0: layout_scale_for_size. Every part is at least one pixel. */
struct layout layout_make(int width_px, int height_px, double scale);
double layout_scale_for_size(int width_px, int height_px);
