/* window/navigator.h - how what the user does moves the camera and changes what is shown.
 *
 * Thread: main.  Pure: no SDL, no GL, no clock; tests drive it with made-up input. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "view/camera.h"
#include "view/settings.h"
#include "window/knobs.h"

struct navigator {
    struct camera camera;
    struct settings settings;
    struct knobs knobs; /* its scale is written by whoever draws */
    int instrument;     /* which of the scene's, modulo how many there are; 0..11 */
    bool why;           /* why it is hot at the pointer is wanted */
    bool price_free;    /* the user chose the prices: they are not slid along any more */
    bool placed;        /* a first price is known and the camera stands there */
    bool wants_range;   /* the prices of the visible time should be fitted: call navigator_fit */
    bool book_alone;    /* what the prices were fitted for */
    double followed_ms; /* event time of the last navigator_advance */
};

struct navigator_desc {
    double span_ms; /* time across the plot */
    struct settings settings;
};

void navigator_init(struct navigator *nav, const struct navigator_desc *desc);
/* The least height of the picture in ln price for a stretch of time: grows with its square root. */
double navigator_ln_span(double span_ms);
/* Follow event time and price (0: not known). The first price, a leap of time that leaves what was
 * on screen behind (history arrives), and the order book when it comes to be shown alone, ask for a
 * fit. */
void navigator_advance(struct navigator *nav, double now_ms, double price);
/* Show prices e^ln_low .. e^ln_high with room for the field around them (while the order book is
 * shown alone, with little room); ln_low >= ln_high: nothing is known, fit around price. Answers
 * wants_range. */
void navigator_fit(struct navigator *nav, double ln_low, double ln_high, double price);
/* False: action is none of a navigator's (the window's, say). shift is held: zoom prices. */
bool navigator_run(struct navigator *nav, enum action action, bool shift);
/* Show so much time (CAMERA_SPAN_MS_MIN..MAX, else the nearest) about the middle, or up to now. */
void navigator_set_span(struct navigator *nav, double span_ms);
/* What hands do (window/hands.h): drag the picture by pixels, zoom about a pixel by factor (> 1
 * sees less). Prices that were moved are the user's until FOLLOW or FIT_PRICE. */
void navigator_pan_px(struct navigator *nav, double x_px, double y_px);
void navigator_zoom_time(struct navigator *nav, double factor, double about_x_px);
void navigator_zoom_price(struct navigator *nav, double factor, double about_y_px);
/* Look at another instrument of the scene, at its own prices. */
void navigator_show_instrument(struct navigator *nav, int instrument);
/* Put a price (> 0), or a time, into the middle of the plot; the other axis stays. */
void navigator_show_price(struct navigator *nav, double price);
void navigator_go(struct navigator *nav, double time_ms);
/* The next time frame of 1m 5m 15m (minutes) 1h 4h 12h 24h 48h 3d 1w 2w 1mo 3mo 6mo 1y, shorter
 * (-1) or longer (+1). */
double navigator_next_span(double span_ms, int direction);
