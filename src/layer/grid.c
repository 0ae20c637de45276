/* Thin lines at round prices and times, behind everything but the field. */
#include <math.h>

#include "layer/axes.h"
#include "layer/layer.h"

void grid_draw(struct layer_context *context) {
    struct axes_ticks ticks = {0};
    axes_make_ticks(context, &ticks);
    const struct camera_rect *plot = &context->layout->plot;
    double line = fmax(1, round(context->layout->scale * 0.75));
    canvas_set_list(context->canvas, CANVAS_PLOT);
    for (int i = 0; i < ticks.price_count; i++) {
        double y = round(camera_px_from_price(context->camera, ticks.prices[i].price));
        canvas_add_box(context->canvas, (struct camera_rect){plot->x, y, plot->w, line}, 0,
                       context->theme->grid);
    }
    for (int i = 0; i < ticks.time_count; i++) {
        double x = round(camera_px_from_time(context->camera, (double)ticks.times[i].time_ms));
        canvas_add_box(context->canvas, (struct camera_rect){x, plot->y, line, plot->h}, 0,
                       ticks.times[i].major ? context->theme->grid_major : context->theme->grid);
    }
}
