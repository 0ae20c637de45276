/* What brightness means in USD per basis point, and which colour is which side. */
#include <math.h>

#include "base/number.h"
#include "base/str.h"
#include "layer/layer.h"

#define BAR_W_PX     300.0
#define BAR_H_PX     9.0
#define FOOT_H_PX    3.0
#define CIRCLES_X_PX 520.0 /* right of the caption */
enum { STEP_COUNT = 100, FOOT_STEP_COUNT = 25 };

/* One ramp of the field's colours, from black to white. */
static void draw_ramp(struct layer_context *context, int side, struct camera_rect rect,
                      double certainty, int steps) {
    for (int i = 0; i < steps; i++) {
        double left = round(rect.x + rect.w * i / steps);
        double right = round(rect.x + rect.w * (i + 1) / steps);
        double brightness = (i + 0.5) / steps;
        canvas_add_box(
            context->canvas, (struct camera_rect){left, rect.y, right - left, rect.h}, 0,
            layer_field_color(context, side == 0 ? POS_LONG : POS_SHORT, brightness, certainty));
    }
}

/* Two ramps above each other, longs over shorts; the foot of each is what is not calibrated. */
static void draw_ramps(struct layer_context *context, double x, double y, double width) {
    double s = context->layout->scale;
    double height = round(BAR_H_PX * s);
    double foot = round(FOOT_H_PX * s);
    for (int side = 0; side < COLORMAP_SIDE_COUNT; side++) {
        double top = y + side * (height + round(3 * s));
        draw_ramp(context, side, (struct camera_rect){x, top, width, height}, 1, STEP_COUNT);
        if (context->look.certainty != COLORMAP_CERTAINTY_OFF) {
            draw_ramp(context, side, (struct camera_rect){x, top + height - foot, width, foot}, 0,
                      FOOT_STEP_COUNT);
        }
    }
}

static void draw_sides(struct layer_context *context, double x, double y) {
    static const char *const names[COLORMAP_SIDE_COUNT] = {"longs", "shorts"};
    double s = context->layout->scale;
    for (int side = 0; side < COLORMAP_SIDE_COUNT; side++) {
        struct label label = {
            .utf8 = names[side],
            .face = TEXT_SANS_STRONG,
            .size_px = THEME_STATUS_PX - 1,
            .color = layer_side_color(context, side == 0 ? POS_LONG : POS_SHORT, 0.84, 255),
            .align = LABELS_RIGHT,
            .x = x - 10 * s,
            .middle_y = y + (side == 0 ? -1.5 : 15.5) * s};
        labels_add(context->labels, &label);
    }
}

/* What the circles are, and the amount of the largest: area grows with USD. */
static void draw_circles(struct layer_context *context) {
    static const char *const names[2] = {"long liquidated", "short liquidated"};
    const struct layout *layout = context->layout;
    double s = layout->scale;
    char usd[NUMBER_TEXT_BYTES];
    char text[64];
    str_format(text, sizeof text, "largest circle %s",
               number_format_usd(context->bubble_usd_max, usd));
    struct label label = {.size_px = THEME_STATUS_PX,
                          .color = context->theme->text_dim,
                          .x = fmax(CIRCLES_X_PX * s, context->caption_right_px + 52 * s),
                          .middle_y = layout->header.h * 0.74};
    for (int i = 0; i < 3; i++) {
        label.utf8 = i < 2 ? names[i] : text;
        if (!labels_add(context->labels, &label)) {
            return; /* no room: the rest is left out as well */
        }
        if (i < 2) {
            canvas_add_disc(context->canvas, label.x - 11 * s, label.middle_y, 6 * s,
                            i == 0 ? 0 : 2 * s,
                            layer_side_color(context, i == 0 ? POS_LONG : POS_SHORT, 0.84, 255));
        }
        struct camera_rect box = labels_measure(context->labels, &label);
        label.x = box.x + box.w + (i == 0 ? 44 : 24) * s;
    }
}

void legend_draw(struct layer_context *context) {
    const struct layout *layout = context->layout;
    double s = layout->scale;
    double width = fmin(BAR_W_PX * s, layout->width_px * 0.28);
    double x = layout->width_px - 24 * s - width;
    double y = round(layout->header.h * 0.2);
    if (context->scale->valid) {
        canvas_set_list(context->canvas, CANVAS_OVER);
        draw_ramps(context, round(x), y, width);
        draw_sides(context, x, y + 5 * s);
        labels_reserve(context->labels, (struct camera_rect){x, y, width, 21 * s});
        for (int i = 0; i < 3; i++) {
            char usd[NUMBER_TEXT_BYTES];
            char text[64];
            double value = scale_usd_at(context->scale, i * 0.5);
            number_format_usd(value, usd);
            str_format(text, sizeof text, i == 2 ? "%s/bp" : "%s", usd);
            struct label label = {.utf8 = text,
                                  .size_px = THEME_STATUS_PX,
                                  .color = context->theme->text_dim,
                                  .align = (enum labels_align)i,
                                  .x = x + width * i * 0.5,
                                  .middle_y = layout->header.h * 0.76};
            labels_add(context->labels, &label);
        }
        struct label word = {.utf8 = "estimate",
                             .size_px = THEME_STATUS_PX,
                             .color = context->theme->text_dim,
                             .align = LABELS_RIGHT,
                             .x = x - 10 * s,
                             .middle_y = layout->header.h * 0.76};
        labels_add(context->labels, &word);
    }
    if (context->bubble_usd_max > 0) {
        canvas_set_list(context->canvas, CANVAS_OVER);
        draw_circles(context);
    }
}
