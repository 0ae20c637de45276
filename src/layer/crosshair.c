/* Exact numbers under the pointer, from the CPU's copy of the field. */
#include <math.h>

#include "base/clock.h"
#include "base/number.h"
#include "base/str.h"
#include "layer/layer.h"

static void draw_lines(struct layer_context *context, double x, double y) {
    const struct camera_rect *plot = &context->layout->plot;
    double line = fmax(1, round(context->layout->scale * 0.75));
    struct theme_color color = {255, 255, 255, 110};
    canvas_set_list(context->canvas, CANVAS_PLOT);
    canvas_add_box(context->canvas, (struct camera_rect){plot->x, round(y), plot->w, line}, 0,
                   color);
    canvas_add_box(context->canvas, (struct camera_rect){round(x), plot->y, line, plot->h}, 0,
                   color);
}

/* Two lines on a plate beside the pointer, on the side where there is room. */
static void draw_read_out(struct layer_context *context, double x, double y) {
    const struct layers_grid *grid = &context->field->grid;
    const struct layout *layout = context->layout;
    double s = layout->scale;
    int64_t col = (int64_t)floor(camera_time_from_px(context->camera, x) / grid->col_ms);
    double ln = camera_ln_from_px(context->camera, y);
    double usd[2] = {0};
    int row = (int)floor((ln - grid->ln_price_min) / grid->row_height);
    field_get_usd(context->field, col, row, usd);
    char amount[NUMBER_TEXT_BYTES];
    char text[96];
    int side = usd[1] > usd[0] ? 1 : 0;
    str_format(text, sizeof text, "%s %s/bp", side == 1 ? "shorts" : "longs",
               number_format_usd(usd[side], amount));
    if (context->price > 0) { /* how far the price is from here */
        str_append(text, sizeof text, "  \xc2\xb7  %+.2f %%", (exp(ln) / context->price - 1) * 100);
    }
    if (usd[side] > 0) {
        str_append(text, sizeof text, "  \xc2\xb7  certainty %.0f %%",
                   field_get_certainty(context->field, col, row) * 100);
    }
    bool left = x > layout->plot.x + layout->plot.w * 0.7;
    struct label label = {
        .utf8 = text,
        .face = TEXT_SANS_STRONG,
        .size_px = THEME_CAPTION_PX,
        .color = layer_side_color(context, side == 1 ? POS_SHORT : POS_LONG, 0.84, 255),
        .align = left ? LABELS_RIGHT : LABELS_LEFT,
        .x = x + (left ? -24 : 24) * s,
        .middle_y = fmax(y - 24 * s, layout->plot.y + 20 * s)};
    struct camera_rect box = labels_measure(context->labels, &label);
    struct camera_rect plate = {box.x - 10 * s, label.middle_y - 14 * s, box.w + 20 * s, 28 * s};
    if (labels_add(context->labels, &label)) {
        canvas_set_list(context->canvas, CANVAS_OVER);
        canvas_add_box(context->canvas, plate, 5 * s, context->theme->plate);
        canvas_add_frame(context->canvas, plate, 5 * s, fmax(1, s), context->theme->rule);
        labels_reserve(context->labels, plate);
    }
}

static void draw_axis_tag(struct layer_context *context, const char *text, struct label *label,
                          struct camera_rect plate) {
    label->utf8 = text;
    label->size_px = THEME_AXIS_PX;
    label->color = context->theme->text;
    if (labels_add(context->labels, label)) {
        canvas_set_list(context->canvas, CANVAS_OVER);
        canvas_add_box(context->canvas, plate, 4 * context->layout->scale, context->theme->rule);
        labels_reserve(context->labels, plate);
    }
}

void crosshair_draw(struct layer_context *context) {
    const struct layout *layout = context->layout;
    const struct camera_rect *plot = &layout->plot;
    double x = context->frame->pointer_x_px;
    double y = context->frame->pointer_y_px;
    if (!context->frame->pointer_inside || x < plot->x || x >= plot->x + plot->w || y < plot->y ||
        y >= plot->y + plot->h) {
        return;
    }
    double s = layout->scale;
    draw_lines(context, x, y);
    if (context->field != NULL && context->field->count > 0) {
        draw_read_out(context, x, y);
    }
    char price[NUMBER_TEXT_BYTES];
    number_format_price(camera_price_from_px(context->camera, y), context->price_decimals, price);
    struct label at_price = {.x = layout->price_axis.x + 12 * s, .middle_y = y};
    draw_axis_tag(context, price, &at_price,
                  (struct camera_rect){layout->price_axis.x + 2 * s, y - 13 * s,
                                       layout->price_axis.w - 4 * s, 26 * s});
    int64_t ms = (int64_t)camera_time_from_px(context->camera, x);
    char utc[CLOCK_TEXT_BYTES];
    char clock[24];
    clock_format_utc(zone_local_ms(context->frame->zone, ms) / 1000 * 1000, utc);
    str_format(clock, sizeof clock, "%.5s %.8s", utc + 5, utc + 11);
    struct label at_time = {.x = fmin(fmax(x, plot->x + 70 * s), plot->x + plot->w - 70 * s),
                            .middle_y = layout->time_axis.y + layout->time_axis.h * 0.5,
                            .align = LABELS_CENTER};
    draw_axis_tag(context, clock, &at_time,
                  (struct camera_rect){at_time.x - 68 * s, layout->time_axis.y + 3 * s, 136 * s,
                                       layout->time_axis.h - 6 * s});
}
