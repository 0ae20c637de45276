/* Lines that follow the price: the moving average of the bars' closes, and the day's
 * volume-weighted average price. */
#include <math.h>

#include "base/str.h"
#include "layer/bars.h"
#include "layer/layer.h"
#include "view/indicator.h"

#define LINE_PX 1.6
#define HALO_PX 3.6
enum { HALO_ALPHA = 120 };

/* When a bar's value is as it is. */
static double end_ms(const struct layer_context *context, int i) {
    const struct bars *bars = context->bars;
    double end = (double)(bars->items[i].begin_ms + bars->interval_ms);
    return i == bars->count - 1 ? fmin(end, (double)context->field->covered_until_ms) : end;
}

/* A line through prices at the bars' ends. 0 and NaN: unknown. new_line tells that a bar's value
 * does not go on from the one before. Returns the last bar drawn; -1: none. */
static int draw_line(struct layer_context *context, const double price[],
                     bool (*new_line)(const struct bars *bars, int i), struct theme_color color) {
    const struct bars *bars = context->bars;
    double s = context->layout->scale;
    int first = 0, last = -1;
    if (!bars_visible(bars, context->camera, &first, &last)) {
        return -1;
    }
    static struct curve_point points[2 * BARS_MAX]; /* main thread only; too large for the stack */
    const struct camera_rect *plot = &context->layout->plot;
    int count = 0;
    int drawn = -1;
    for (int i = first > 0 ? first - 1 : 0; i <= last; i++) {
        bool known = price[i] > 0;
        if (!known || (i > 0 && new_line != NULL && new_line(bars, i))) {
            points[count++] = (struct curve_point){NAN, NAN};
        }
        if (known) {
            points[count++] =
                (struct curve_point){camera_px_from_time(context->camera, end_ms(context, i)),
                                     camera_px_from_price(context->camera, price[i])};
            bool joined = count >= 2 && !isnan(points[count - 2].x);
            drawn = joined ? i : drawn;
        }
    }
    struct curves_line line = {.count = count,
                               .points = points,
                               .from_px = plot->x,
                               .to_px = plot->x + plot->w,
                               .width_px = LINE_PX * s,
                               .color = color,
                               .halo_px = HALO_PX * s,
                               .halo = context->theme->halo};
    line.halo.a = HALO_ALPHA;
    canvas_add_curve(context->canvas, &line);
    return drawn;
}

/* Its name at the line's end, on whichever side of it there is room. */
static void draw_name(struct layer_context *context, int i, double price, const char *utf8,
                      struct theme_color color) {
    double s = context->layout->scale;
    double y = camera_px_from_price(context->camera, price);
    const double shifts[] = {0, -14, 14, -28, 28};
    const struct camera_rect *plot = &context->layout->plot;
    for (size_t k = 0; k < ARRAY_COUNT(shifts); k++) {
        struct label label = {.utf8 = utf8,
                              .size_px = THEME_STRIP_PX,
                              .color = color,
                              .align = LABELS_LEFT,
                              .x = camera_px_from_time(context->camera, end_ms(context, i)) + 9 * s,
                              .middle_y = y + shifts[k] * s};
        struct camera_rect box = labels_measure(context->labels, &label);
        if (box.x + box.w > plot->x + plot->w - 4 * s) { /* no room beyond now: see the note */
            return;
        }
        if (label.middle_y > plot->y + 10 * s && label.middle_y < plot->y + plot->h - 10 * s &&
            labels_add(context->labels, &label)) {
            return;
        }
    }
}

void average_draw(struct layer_context *context) {
    static double close[BARS_MAX]; /* main thread only; too large for the stack */
    static double average[BARS_MAX];
    const struct bars *bars = context->bars;
    char text[16];
    for (int i = 0; i < bars->count; i++) {
        close[i] = bars->items[i].close > 0 ? bars->items[i].close : NAN;
    }
    indicator_average((size_t)bars->count, close, LAYER_AVERAGE_BARS, average);
    canvas_set_list(context->canvas, CANVAS_PLOT);
    int last = draw_line(context, average, NULL, context->theme->average);
    if (last >= 0) {
        str_format(text, sizeof text, "MA %d", LAYER_AVERAGE_BARS);
        draw_name(context, last, average[last], text, context->theme->average);
    }
}

/* Every UTC day begins its own; a bar's value stands at its end, so the first of a day ends after
 * the one that ends at midnight. */
static bool vwap_begins(const struct bars *bars, int i) {
    const int64_t day_ms = 86400000;
    return bars->interval_ms < day_ms &&
           bars->items[i].begin_ms / day_ms != bars->items[i - 1].begin_ms / day_ms;
}

void vwap_draw(struct layer_context *context) {
    static double price[BARS_MAX]; /* main thread only; too large for the stack */
    const struct bars *bars = context->bars;
    for (int i = 0; i < bars->count; i++) {
        price[i] = bars->items[i].vwap;
    }
    canvas_set_list(context->canvas, CANVAS_PLOT);
    int last = draw_line(context, price, vwap_begins, context->theme->vwap);
    if (last >= 0) {
        draw_name(context, last, price[last], "VWAP", context->theme->vwap);
    }
}
