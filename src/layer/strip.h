/* layer/strip.h - what the strips below the plot share: their head of texts, their value and scale
 * at the right, lines over bars.
 *
 * Thread: main.  A new strip adds a draw function and a row in strips.c. */
#pragma once

#include "layer/bars.h"
#include "layer/layer.h"

struct strip { /* one, while it is drawn */
    struct layer_context *context;
    const struct layout_strip *place;
    const struct bars *bars;
    int first, last;      /* bars in view; first > last: none */
    double head_right_px; /* where its head's texts end */
};

/* What a scale goes from and to; NaN is no part of it. */
struct strip_range {
    double low, high;
};

/* The name at the head's left, then what is said beside it. False: no room, nothing is said. */
void strip_title(struct strip *strip, const char *utf8);
bool strip_note(struct strip *strip, const char *utf8, struct theme_color color);
/* The value of now, beside the graph. */
void strip_value(struct strip *strip, const char *utf8, struct theme_color color);
/* A number of the scale beside the graph's height y. */
void strip_scale(struct strip *strip, double y, const char *utf8);
/* A hairline through the graph. */
void strip_rule(struct strip *strip, double y, struct theme_color color);

/* The newest bar in view of which at least half has passed, or the one before it. */
const struct bar *strip_newest(const struct strip *strip);
/* Where a bar begins and ends in the graph, whole pixels, cut off at its edges and where the
 * field's knowledge ends. False: outside. */
bool strip_bar_px(const struct strip *strip, int i, double *left, double *right);
/* A box of bar i between two heights, on whole pixels: the cheapest shape there is. */
void strip_box(struct strip *strip, int i, double y0, double y1, struct theme_color color);
/* y of a value on a scale over the graph's height; outside of it: at its edge. */
double strip_y(const struct strip *strip, struct strip_range range, double value);
/* Lowest and highest of the bars in view; low > high: none is known. */
struct strip_range strip_range_of(const struct strip *strip, const double value[]);
/* Widened by a share of itself; never empty. */
struct strip_range strip_range_pad(struct strip_range range, double share);
/* A line through the values that bars have at their ends; NaN: a gap. value is indexed as
 * bars->items. */
void strip_line(struct strip *strip, const double value[], struct strip_range range,
                struct theme_color color);

/* Room for one number a bar, for the call of a draw function (main thread only). */
double *strip_scratch(int which); /* 0..3 */

void strip_volume_draw(struct strip *strip);
void strip_open_interest_draw(struct strip *strip);
void strip_funding_draw(struct strip *strip);
void strip_volatility_draw(struct strip *strip);
void strip_rsi_draw(struct strip *strip);
void strip_liquidated_draw(struct strip *strip);
