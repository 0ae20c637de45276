/* Max pain: a dotted line from the live edge to the price axis, a diamond, and the price. */
#include <math.h>

#include "base/number.h"
#include "base/str.h"
#include "layer/layer.h"

#define DIAMOND_PX 5.5
#define DOT_PX     2.0

static void draw_diamond(struct layer_context *context, double x, double y) {
    double s = context->layout->scale;
    canvas_add_diamond(context->canvas, x, y, (DIAMOND_PX + 2) * s, context->theme->halo);
    canvas_add_diamond(context->canvas, x, y, DIAMOND_PX * s, context->theme->warn);
}

/* "max pain 97,310" in the stretch right of now, or "max pain" there and the price at the axis. */
static void draw_texts(struct layer_context *context, double price, double live_x, double y) {
    const struct camera_rect *plot = &context->layout->plot;
    double s = context->layout->scale;
    char text[NUMBER_TEXT_BYTES + 16];
    char number[NUMBER_TEXT_BYTES];
    number_format_price(price, price >= 1000 ? 0 : context->price_decimals, number);
    str_format(text, sizeof text, "max pain %s", number);
    struct label label = {.utf8 = text,
                          .size_px = THEME_STATUS_PX - 1,
                          .color = context->theme->warn,
                          .align = LABELS_RIGHT,
                          .x = plot->x + plot->w - 12 * s,
                          .middle_y = y};
    struct camera_rect box = labels_measure(context->labels, &label);
    bool whole = box.x - 8 * s > live_x;
    if (!whole) {
        label.utf8 = "max pain";
        box = labels_measure(context->labels, &label);
    }
    struct camera_rect plate = {box.x - 6 * s, y - 10 * s, box.w + 12 * s, 20 * s};
    if (labels_rect_fits(context->labels, plate) && labels_add(context->labels, &label)) {
        layer_draw_plate(context, plate);
        labels_reserve(context->labels, plate);
    }
    struct label at_axis = label;
    at_axis.utf8 = number;
    at_axis.align = LABELS_LEFT;
    at_axis.x = context->layout->price_axis.x + 24 * s;
    if (!whole) {
        labels_add(context->labels, &at_axis);
    }
}

/* At the axis, where nothing is written yet: the price's tag may stand there. */
static void draw_mark(struct layer_context *context, double y) {
    double s = context->layout->scale;
    double x = context->layout->price_axis.x + 11 * s;
    double r = (DIAMOND_PX + 2) * s;
    struct camera_rect box = {x - r, y - r, 2 * r, 2 * r};
    if (labels_rect_fits(context->labels, box)) {
        draw_diamond(context, x, y);
    }
}

void max_pain_draw(struct layer_context *context) {
    const struct scene_map *map = layer_map_now(context);
    const struct layout *layout = context->layout;
    double live_x = layer_live_x(context);
    double price = map != NULL ? layer_max_pain(context, map) : 0;
    if (!(price > 0) || live_x > layout->plot.x + layout->plot.w) {
        return;
    }
    double s = layout->scale;
    double y = camera_px_from_price(context->camera, price);
    if (y < layout->plot.y + 12 * s || y > layout->plot.y + layout->plot.h - 12 * s) {
        return;
    }
    canvas_set_list(context->canvas, CANVAS_OVER);
    double dot = fmax(2, round(DOT_PX * s));
    struct theme_color color = context->theme->warn;
    color.a = 170;
    for (double x = round(live_x); x < layout->price_axis.x; x += 3 * dot) {
        canvas_add_box(context->canvas, (struct camera_rect){x, round(y), dot, fmax(1, dot / 2)}, 0,
                       color);
    }
    draw_mark(context, round(y));
    draw_texts(context, price, live_x, round(y));
}
