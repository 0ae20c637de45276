#include "layer/axes.h"

#include <math.h>

#include "base/number.h"

#define PRICE_STEP_PX 62.0 /* about this far apart, at scale 1 */
/* In a low pane nearer to each other, rather than one alone, which the price's tag may cover. */
#define PRICE_STEP_LEAST_PX 34.0
#define PRICES_LEAST        4.0
#define TIME_STEP_PX        150.0

void axes_make_ticks(const struct layer_context *context, struct axes_ticks *out) {
    const struct camera *camera = context->camera;
    const struct layout *layout = context->layout;
    double low = exp(camera->ln_bottom);
    double high = exp(camera->ln_top);
    double height = layout->plot.h / layout->scale;
    int prices =
        (int)fmax(height / PRICE_STEP_PX, fmin(height / PRICE_STEP_LEAST_PX, PRICES_LEAST));
    int times = (int)(layout->plot.w / (TIME_STEP_PX * layout->scale));
    /* Before the first price the camera stands nowhere: no numbers rather than wrong ones. */
    const struct scene_instrument *instrument = context->instrument;
    bool priced = instrument != NULL && (instrument->mark > 0 || instrument->last > 0);
    out->price_count = priced ? ticks_make_price(low, high, prices, out->prices) : 0;
    out->time_count = ticks_make_time((int64_t)camera->time_left_ms, (int64_t)camera->time_right_ms,
                                      times, context->frame->zone, out->times);
}

static void draw_prices(struct layer_context *context, const struct axes_ticks *ticks) {
    const struct camera_rect *axis = &context->layout->price_axis;
    double s = context->layout->scale;
    for (int i = 0; i < ticks->price_count; i++) {
        char text[NUMBER_TEXT_BYTES];
        int decimals = ticks->prices[i].decimals < context->price_decimals
                           ? context->price_decimals
                           : ticks->prices[i].decimals;
        /* Zeros after the point say nothing on an axis whose steps are whole. */
        decimals = ticks->prices[i].decimals == 0 && ticks->prices[i].price >= 1000 ? 0 : decimals;
        double y = camera_px_from_price(context->camera, ticks->prices[i].price);
        if (y < axis->y + 8 * s || y > axis->y + axis->h - 8 * s) {
            continue;
        }
        struct label label = {.utf8 = number_format_price(ticks->prices[i].price, decimals, text),
                              .size_px = THEME_AXIS_PX,
                              .color = context->theme->text_dim,
                              .align = LABELS_LEFT,
                              .x = axis->x + 12 * s,
                              .middle_y = y};
        labels_add(context->labels, &label);
    }
}

static void draw_times(struct layer_context *context, const struct axes_ticks *ticks) {
    const struct camera_rect *axis = &context->layout->time_axis;
    const char *name = zone_name(context->frame->zone, context->frame->now_ms);
    double middle = axis->y + axis->h * 0.5;
    struct label zone = {.utf8 = name,
                         .size_px = THEME_AXIS_PX,
                         .color = context->theme->text_faint,
                         .align = LABELS_LEFT,
                         .x = context->layout->price_axis.x + 12 * context->layout->scale,
                         .middle_y = middle};
    labels_add(context->labels, &zone);
    for (int i = 0; i < ticks->time_count; i++) {
        struct label label = {
            .utf8 = ticks->times[i].label,
            .face = ticks->times[i].major ? TEXT_SANS_STRONG : TEXT_SANS,
            .size_px = THEME_AXIS_PX,
            .color = ticks->times[i].major ? context->theme->text : context->theme->text_dim,
            .align = LABELS_CENTER,
            .x = camera_px_from_time(context->camera, (double)ticks->times[i].time_ms),
            .middle_y = middle};
        labels_add(context->labels, &label);
    }
}

void axes_draw(struct layer_context *context) {
    struct axes_ticks ticks = {0};
    axes_make_ticks(context, &ticks);
    const struct layout *layout = context->layout;
    double line = fmax(1, round(layout->scale * 0.75));
    canvas_set_list(context->canvas, CANVAS_OVER);
    struct camera_rect below = {0, layout->time_axis.y, layout->width_px, line};
    struct camera_rect beside = {layout->price_axis.x, layout->plot.y, line, layout->plot.h};
    canvas_add_box(context->canvas, below, 0, context->theme->rule);
    canvas_add_box(context->canvas, beside, 0, context->theme->rule);
    draw_prices(context, &ticks);
    draw_times(context, &ticks);
}
