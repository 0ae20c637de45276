#include "layer/profile.h"

#include <math.h>

#include "base/number.h"
#include "layer/layer.h"

#define BAR_STEP_PX 2.0

void profile_update(struct profile *profile, const struct field *field) {
    if (profile->field == field && profile->version == field->version) {
        return;
    }
    profile->field = field;
    profile->version = field->version;
    profile->row_count = field->grid.row_count;
    for (int row = 0; row < profile->row_count; row++) {
        double usd[2] = {0};
        field_get_usd(field, field->newest_col, row, usd);
        profile->usd_per_bp[row][0] = (float)usd[0];
        profile->usd_per_bp[row][1] = (float)usd[1];
        profile->certainty[row] = (float)field_get_certainty(field, field->newest_col, row);
    }
}

void profile_mean(const struct profile *profile, double row_first, double row_last,
                  double out_usd[2]) {
    out_usd[0] = out_usd[1] = 0;
    double first = fmax(row_first, 0);
    double last = fmin(row_last, profile->row_count);
    for (int row = (int)first; row < last; row++) {
        double part = fmin(row + 1, last) - fmax(row, first);
        out_usd[0] += (double)profile->usd_per_bp[row][0] * part;
        out_usd[1] += (double)profile->usd_per_bp[row][1] * part;
    }
    double rows = row_last - row_first;
    out_usd[0] /= rows;
    out_usd[1] /= rows;
}

static double row_at(const struct layer_context *context, double y) {
    const struct layers_grid *grid = &context->field->grid;
    return (camera_ln_from_px(context->camera, y) - grid->ln_price_min) / grid->row_height;
}

/* Of the row in the middle of the bar whose top is y. */
static double bar_certainty(const struct layer_context *context, double y, double step) {
    double row = floor(row_at(context, y + step / 2));
    bool inside = row >= 0 && row < context->profile->row_count;
    return inside ? (double)context->profile->certainty[(int)row] : 0;
}

/* Mean USD per bp of the bar whose top is y. */
static void bar_usd(const struct layer_context *context, double y, double step, double out[2]) {
    double top = row_at(context, y);
    double bottom = row_at(context, y + step);
    profile_mean(context->profile, bottom, top, out);
}

/* Totals of each side between the plot's edges. */
static void draw_totals(struct layer_context *context) {
    const struct layers_grid *grid = &context->field->grid;
    const struct layout *layout = context->layout;
    double s = layout->scale;
    double first = (context->camera->ln_bottom - grid->ln_price_min) / grid->row_height;
    double last = (context->camera->ln_top - grid->ln_price_min) / grid->row_height;
    double mean[2] = {0};
    profile_mean(context->profile, first, last, mean);
    double bp = (context->camera->ln_top - context->camera->ln_bottom) * 1e4;
    for (int side = 0; side < 2; side++) {
        char text[NUMBER_TEXT_BYTES];
        struct label label = {
            .utf8 = number_format_usd(mean[side] * bp, text),
            .face = TEXT_SANS_STRONG,
            .size_px = THEME_CAPTION_PX,
            .color = layer_side_color(context, side == 0 ? POS_LONG : POS_SHORT, 0.84, 255),
            .align = LABELS_RIGHT,
            .x = layout->profile.x + layout->profile.w - 10 * s,
            .middle_y = side == 0 ? layout->profile.y + layout->profile.h - 16 * s
                                  : layout->profile.y + 18 * s};
        struct camera_rect box = labels_measure(context->labels, &label);
        struct camera_rect plate = {box.x - 6 * s, label.middle_y - 12 * s, box.w + 12 * s, 24 * s};
        if (labels_add(context->labels, &label)) {
            canvas_add_box(context->canvas, plate, 4 * s, context->theme->plate);
        }
    }
}

void profile_draw(struct layer_context *context) {
    const struct camera_rect *area = &context->layout->profile;
    if (area->w <= 0 || context->field == NULL || context->field->count == 0) {
        return;
    }
    profile_update(context->profile, context->field);
    double s = context->layout->scale;
    double step = fmax(2, round(BAR_STEP_PX * s));
    double usd_max = 0;
    for (double y = area->y; y < area->y + area->h; y += step) {
        double usd[2] = {0};
        bar_usd(context, y, step, usd);
        usd_max = fmax(usd_max, fmax(usd[0], usd[1]));
    }
    canvas_set_list(context->canvas, CANVAS_OVER);
    double line = fmax(1, round(s * 0.75));
    canvas_add_box(context->canvas, (struct camera_rect){area->x, area->y, line, area->h}, 0,
                   context->theme->rule);
    for (double y = area->y; usd_max > 0 && y + step <= area->y + area->h; y += step) {
        double usd[2] = {0};
        bar_usd(context, y, step, usd);
        for (int side = 0; side < 2; side++) {
            double width = usd[side] / usd_max * (area->w - 14 * s);
            double brightness = scale_brightness(context->scale, usd[side]);
            if (width >= 0.5) {
                struct theme_color color =
                    layer_field_color(context, side == 0 ? POS_LONG : POS_SHORT,
                                      0.3 + 0.7 * brightness, bar_certainty(context, y, step));
                struct camera_rect bar = {area->x + line + 1, y, width, step};
                canvas_add_box(context->canvas, bar, 0, color);
            }
        }
    }
    draw_totals(context);
}
