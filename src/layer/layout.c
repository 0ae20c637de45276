#include "layer/layout.h"

#include <assert.h>
#include <math.h>

#include "base/str.h"

/* Sizes at scale 1. The profile appears where the plot keeps this width beside it. */
#define HEADER_H      72.0
#define PRICE_AXIS_W  106.0
#define PROFILE_W     150.0
#define PLOT_W_WANTED 620.0
#define TIME_AXIS_H   32.0
#define STATUS_H      32.0
/* Strips appear where the plot keeps this height above them: the four that are shown by default fit
 * into 1280 x 720. */
#define PLOT_H_WANTED 510.0
#define STRIP_H       62.0
#define STRIP_HEAD_H  18.0
#define STRIP_FOOT_H  3.0

/* Who gets a place first. */
static const enum settings_part strip_order[] = {
    SETTINGS_PART_LIQUIDATED, SETTINGS_PART_RSI,           SETTINGS_PART_VOLATILITY,
    SETTINGS_PART_VOLUME,     SETTINGS_PART_OPEN_INTEREST, SETTINGS_PART_FUNDING,
};
static_assert(ARRAY_COUNT(strip_order) == LAYOUT_STRIP_MAX, "a place per strip");

double layout_scale_for_size(int width_px, int height_px) {
    double by_height = height_px / 1080.0;
    double by_width = width_px / 1600.0;
    double scale = fmin(by_height, by_width);
    /* Small windows are looked at from near: text shrinks more slowly than they do. */
    scale = scale < 1 ? 0.4 + 0.6 * scale : scale;
    return scale < 0.75 ? 0.75 : (scale > 4 ? 4 : scale);
}

/* The strips that are shown, as bits of settings parts, and how many they are. */
static uint32_t choose_strips(const struct settings *settings, double room, double strip_h,
                              int *count) {
    uint32_t chosen = 0;
    *count = 0;
    for (size_t i = 0; i < ARRAY_COUNT(strip_order); i++) {
        if (settings_shows(settings, strip_order[i]) && (*count + 1) * strip_h <= room) {
            chosen |= UINT32_C(1) << strip_order[i];
            (*count)++;
        }
    }
    return chosen;
}

static void place_strips(struct layout *layout, uint32_t chosen, double top, double strip_h) {
    double plot_w = layout->plot.w;
    double head_h = round(STRIP_HEAD_H * layout->scale);
    double foot_h = round(STRIP_FOOT_H * layout->scale);
    for (int part = 0; part < SETTINGS_PART_COUNT; part++) {
        if ((chosen >> part & 1) == 0) {
            continue;
        }
        layout->strips[layout->strip_count++] = (struct layout_strip){
            .part = (enum settings_part)part,
            .head = {0, top, plot_w, head_h},
            .graph = {0, top + head_h, plot_w, strip_h - head_h - foot_h},
            .side = {plot_w, top, layout->width_px - plot_w, strip_h},
        };
        top += strip_h;
    }
}

struct layout layout_make(int width_px, int height_px, const struct settings *settings) {
    double s = settings->scale_factor > 0 ? settings->scale_factor
                                          : layout_scale_for_size(width_px, height_px);
    struct layout out = {.scale = s, .width_px = width_px, .height_px = height_px};
    double header = round(HEADER_H * s);
    double time = round(TIME_AXIS_H * s);
    double status = settings_shows(settings, SETTINGS_PART_STATUS) ? round(STATUS_H * s) : 0;
    double axis = round(PRICE_AXIS_W * s);
    bool profiled = settings_shows(settings, SETTINGS_PART_PROFILE) &&
                    width_px - axis >= (PROFILE_W + PLOT_W_WANTED) * s;
    double profile = profiled ? round(PROFILE_W * s) : 0;
    double plot_w = fmax(1, width_px - axis - profile);
    double plot_h = fmax(1, height_px - header - time - status);
    double strip_h = round(STRIP_H * s);
    int strip_count = 0;
    uint32_t strips = choose_strips(settings, plot_h - PLOT_H_WANTED * s, strip_h, &strip_count);
    double strips_h = strip_count * strip_h;
    plot_h -= strips_h;
    out.header = (struct camera_rect){0, 0, width_px, header};
    out.plot = (struct camera_rect){0, header, plot_w, plot_h};
    out.profile = (struct camera_rect){plot_w, header, profile, plot_h};
    out.price_axis = (struct camera_rect){plot_w + profile, header, axis, plot_h};
    place_strips(&out, strips, header + plot_h, strip_h);
    out.time_axis = (struct camera_rect){0, header + plot_h + strips_h, plot_w, time};
    out.status = (struct camera_rect){0, out.time_axis.y + time, width_px, status};
    return out;
}
