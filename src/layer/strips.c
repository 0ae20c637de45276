/* The strips below the plot: what was traded, open, paid and liquidated at the same times. */
#include <math.h>

#include "base/str.h"
#include "layer/axes.h"
#include "layer/gaps.h"
#include "layer/strip.h"

static const struct {
    enum settings_part part;
    void (*draw)(struct strip *strip);
} strips[] = {
    {SETTINGS_PART_VOLUME, strip_volume_draw},
    {SETTINGS_PART_OPEN_INTEREST, strip_open_interest_draw},
    {SETTINGS_PART_FUNDING, strip_funding_draw},
    {SETTINGS_PART_VOLATILITY, strip_volatility_draw},
    {SETTINGS_PART_RSI, strip_rsi_draw},
    {SETTINGS_PART_LIQUIDATED, strip_liquidated_draw},
};
static_assert(ARRAY_COUNT(strips) == LAYOUT_STRIP_MAX, "a row per strip");

/* The plot's times go on through all strips. */
static void draw_times(struct layer_context *context) {
    const struct layout *layout = context->layout;
    double line = fmax(1, round(layout->scale * 0.75));
    double top = layout->strips[0].head.y;
    double height = layout->time_axis.y - top;
    struct axes_ticks ticks = {0};
    axes_make_ticks(context, &ticks);
    for (int i = 0; i < ticks.time_count; i++) {
        double x = round(camera_px_from_time(context->camera, (double)ticks.times[i].time_ms));
        canvas_add_box(context->canvas, (struct camera_rect){x, top, line, height}, 0,
                       ticks.times[i].major ? context->theme->grid_major : context->theme->grid);
    }
}

static void draw_pointer(struct layer_context *context) {
    const struct layout *layout = context->layout;
    const struct camera_rect *plot = &layout->plot;
    double x = context->frame->pointer_x_px;
    if (!context->frame->pointer_inside || x < plot->x || x >= plot->x + plot->w) {
        return;
    }
    double top = layout->strips[0].head.y;
    double line = fmax(1, round(layout->scale * 0.75));
    struct camera_rect rect = {round(x), top, line, layout->time_axis.y - top};
    canvas_add_box(context->canvas, rect, 0, context->theme->text_faint);
}

/* A rule above, and what is not known hatched. */
static void draw_ground(struct layer_context *context, const struct layout_strip *place) {
    double line = fmax(1, round(context->layout->scale * 0.75));
    struct camera_rect rule = {0, place->head.y, context->layout->width_px, line};
    canvas_add_box(context->canvas, rule, 0, context->theme->rule);
    gaps_hatch(context, &place->graph);
}

void strips_draw(struct layer_context *context) {
    const struct layout *layout = context->layout;
    if (layout->strip_count == 0) {
        return;
    }
    canvas_set_list(context->canvas, CANVAS_OVER);
    if (settings_shows(context->settings, SETTINGS_PART_GRID)) {
        draw_times(context);
    }
    for (int i = 0; i < layout->strip_count; i++) {
        struct strip strip = {.context = context,
                              .place = &layout->strips[i],
                              .bars = context->bars,
                              .first = 0,
                              .last = -1};
        bars_visible(context->bars, context->camera, &strip.first, &strip.last);
        draw_ground(context, strip.place);
        for (size_t k = 0; k < ARRAY_COUNT(strips); k++) {
            if (strips[k].part == strip.place->part) {
                strips[k].draw(&strip);
            }
        }
    }
    draw_pointer(context);
}
