/* Alerts that fire, a line each, where the eye looks first: beside the plot's upper left corner.
 *
 * A plate of the theme's own with a mark and a rim in its colour of warning: seen at once, read
 * without haste, and gone when the rule is normal again. A line that has no room for its sentence
 * says the rule's name; one that has not even room for that is left out. What a panel would cover
 * stands right of that. */
#include <math.h>

#include "base/str.h"
#include "layer/layer.h"

#define ROW_PX    34.0 /* from one plate to the next */
#define PLATE_PX  28.0
#define MARK_PX   24.0 /* room of the mark before the text */
#define MARGIN_PX 12.0

/* False: it has no room. */
static bool put_line(struct layer_context *context, const char *text, double left,
                     double middle_y) {
    const struct layout *layout = context->layout;
    double s = layout->scale;
    const struct theme_color rim = {context->theme->warn.r, context->theme->warn.g,
                                    context->theme->warn.b, 150};
    struct label label = {.utf8 = text,
                          .size_px = THEME_TAG_PX,
                          .color = context->theme->text,
                          .x = left + MARK_PX * s,
                          .middle_y = middle_y};
    struct camera_rect box = labels_measure(context->labels, &label);
    struct camera_rect plate = {round(left), round(middle_y - PLATE_PX / 2 * s),
                                round(box.x + box.w + MARGIN_PX * s - left), round(PLATE_PX * s)};
    if (plate.x + plate.w > layout->plot.x + layout->plot.w - MARGIN_PX * s ||
        plate.y + plate.h > layout->plot.y + layout->plot.h || layer_is_covered(context, &plate) ||
        !labels_rect_fits(context->labels, plate) || !labels_add(context->labels, &label)) {
        return false;
    }
    canvas_set_list(context->canvas, CANVAS_OVER);
    canvas_add_box(context->canvas, plate, 6 * s, context->theme->plate);
    canvas_add_frame(context->canvas, plate, 6 * s, fmax(1, round(1.2 * s)), rim);
    canvas_add_diamond(context->canvas, left + MARK_PX / 2 * s + 1 * s, middle_y, 5.5 * s,
                       context->theme->warn);
    labels_reserve(context->labels, plate);
    return true;
}

/* Beside the corner, else right of a panel that lies there. */
static bool put_beside(struct layer_context *context, const char *text, double middle_y) {
    const struct picture_cover *cover = context->frame->cover;
    double margin = MARGIN_PX * context->layout->scale;
    double left = context->badge_right_px + margin;
    bool placed = put_line(context, text, left, middle_y);
    for (int i = 0; !placed && cover != NULL && i < cover->count; i++) {
        double right = cover->rects[i].x + cover->rects[i].w + margin;
        placed = right > left && put_line(context, text, right, middle_y);
    }
    return placed;
}

void alerts_draw(struct layer_context *context) {
    const struct picture_alerts *alerts = context->frame->alerts;
    double s = context->layout->scale;
    if (alerts == NULL) {
        return;
    }
    for (int i = 0; i < alerts->count && i < PICTURE_ALERT_MAX; i++) {
        char text[PICTURE_ALERT_BYTES + 64];
        char more[32] = "";
        double middle_y = context->layout->plot.y + (31 + ROW_PX * i) * s;
        if (i == PICTURE_ALERT_MAX - 1 && alerts->count > PICTURE_ALERT_MAX) {
            str_format(more, sizeof more, "  (%d more)", alerts->count - PICTURE_ALERT_MAX);
        }
        str_format(text, sizeof text, "%s: %s%s", alerts->items[i].name, alerts->items[i].text,
                   more);
        if (!put_beside(context, text, middle_y)) {
            str_format(text, sizeof text, "%s%s", alerts->items[i].name, more);
            (void)put_beside(context, text, middle_y);
        }
    }
}
