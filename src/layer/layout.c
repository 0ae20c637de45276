#include "layer/layout.h"

#include <math.h>

/* Sizes at scale 1. The profile appears where the plot keeps this width beside it. */
#define HEADER_H      72.0
#define PRICE_AXIS_W  106.0
#define PROFILE_W     150.0
#define PLOT_W_WANTED 620.0
#define TIME_AXIS_H   32.0
#define STATUS_H      32.0

double layout_scale_for_size(int width_px, int height_px) {
    double by_height = height_px / 1080.0;
    double by_width = width_px / 1600.0;
    double scale = fmin(by_height, by_width);
    /* Small windows are looked at from near: text shrinks more slowly than they do. */
    scale = scale < 1 ? 0.4 + 0.6 * scale : scale;
    return scale < 0.75 ? 0.75 : (scale > 4 ? 4 : scale);
}

struct layout layout_make(int width_px, int height_px, double scale) {
    struct layout out = {.scale = scale > 0 ? scale : layout_scale_for_size(width_px, height_px),
                         .width_px = width_px,
                         .height_px = height_px};
    double s = out.scale;
    double header = round(HEADER_H * s);
    double time = round(TIME_AXIS_H * s);
    double status = round(STATUS_H * s);
    double axis = round(PRICE_AXIS_W * s);
    double profile = width_px - axis >= (PROFILE_W + PLOT_W_WANTED) * s ? round(PROFILE_W * s) : 0;
    double plot_w = fmax(1, width_px - axis - profile);
    double plot_h = fmax(1, height_px - header - time - status);
    out.header = (struct camera_rect){0, 0, width_px, header};
    out.plot = (struct camera_rect){0, header, plot_w, plot_h};
    out.profile = (struct camera_rect){plot_w, header, profile, plot_h};
    out.price_axis = (struct camera_rect){plot_w + profile, header, axis, plot_h};
    out.time_axis = (struct camera_rect){0, header + plot_h, plot_w, time};
    out.status = (struct camera_rect){0, header + plot_h + time, width_px, status};
    return out;
}
