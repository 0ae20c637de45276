/* layer/layout.h - where the parts of the picture lie, in whole pixels.  Thread: any; pure. */
#pragma once

#include <stdbool.h>

#include "view/camera.h"
#include "view/settings.h"

enum { LAYOUT_STRIP_MAX = 6 };

/* A small graph of its own below the plot, on the plot's time axis. */
struct layout_strip {
    enum settings_part part;
    struct camera_rect head;  /* its title */
    struct camera_rect graph; /* below the head; the plot's x and w */
    struct camera_rect side;  /* right of both, to the picture's edge: value and scale */
};

struct layout {
    double scale; /* of text and marks */
    int width_px, height_px;
    struct camera_rect header;  /* title, caption, legend */
    struct camera_rect plot;    /* the field */
    struct camera_rect profile; /* sums per price; w 0 where it is off or has no room */
    struct camera_rect price_axis;
    int strip_count; /* from top to bottom, in the order of SETTINGS_PART_LIST */
    struct layout_strip strips[LAYOUT_STRIP_MAX];
    struct camera_rect time_axis; /* below the plot and the strips */
    struct camera_rect status;    /* h 0 where it is off */
};

/* Lay out the parts that settings shows. Its scale_factor 0: layout_scale_for_size. As many of the
 * strips that are asked for as leave the plot its height: first the realised liquidations, then
 * those that have to be switched on (RSI, volatility), then volume, open interest, funding. Every
 * other part is at least one pixel. */
struct layout layout_make(int width_px, int height_px, const struct settings *settings);
double layout_scale_for_size(int width_px, int height_px);
