#include "layer/plate.h"

#include <limits.h>
#include <math.h>

#include "base/str.h"

/* At scale 1. */
#define PAD_PX     11.0
#define ROW_PX     20.0 /* of the usual text; larger ones take as much more */
#define RULE_PX    9.0  /* more above a ruled row */
#define BETWEEN_PX 20.0 /* least between label and value */
#define BAR_LEAST  56.0 /* room of a bar */
#define BAR_H_PX   7.0
#define EDGE_PX    6.0 /* kept from the area's edges */
/* So far and so often it is moved aside. */
#define SIDE_STEP_PX 90.0
enum { SIDE_STEP_COUNT = 5, PRICE_LOOKS = 12 };

struct plate_row *plate_add(struct plate *plate, const struct theme *theme, int importance) {
    static struct plate_row beyond; /* main thread only */
    struct plate_row *row = &beyond;
    if (plate->count < PLATE_ROW_MAX) {
        row = &plate->rows[plate->count++];
    } else {
        plate->dropped_count++;
    }
    *row = (struct plate_row){.label_color = theme->text_dim,
                              .value_color = theme->text,
                              .label_face = TEXT_SANS,
                              .value_face = TEXT_SANS,
                              .size_px = THEME_STATUS_PX,
                              .importance = importance};
    return row;
}

void plate_add_warning(struct plate *plate, const struct theme *theme, int importance,
                       const char *text) {
    if (text[0] != '\0') {
        struct plate_row *row = plate_add(plate, theme, importance);
        str_copy(row->label, sizeof row->label, text);
        row->label_color = theme->warn;
    }
}

static struct label row_label(const struct plate_row *row, bool value) {
    return (struct label){.utf8 = value ? row->value : row->label,
                          .face = value ? row->value_face : row->label_face,
                          .size_px = row->size_px,
                          .color = value ? row->value_color : row->label_color,
                          .align = value ? LABELS_RIGHT : LABELS_LEFT};
}

static double text_w(struct layer_context *context, const struct plate_row *row, bool value) {
    struct label label = row_label(row, value);
    return label.utf8[0] != '\0' ? labels_measure(context->labels, &label).w : 0;
}

static double row_h(const struct plate_row *row, bool first) {
    double height =
        row->graph_h_px > 0 ? row->graph_h_px : ROW_PX * (double)row->size_px / THEME_STATUS_PX;
    return height + (row->ruled && !first ? RULE_PX : 0);
}

/* Size of the plate with the rows that are no less important than that. */
static void measure(struct plate *plate, struct layer_context *context, int importance) {
    double s = context->layout->scale;
    double width = 0;
    double height = 0;
    bool first = true;
    for (int i = 0; i < plate->count; i++) {
        const struct plate_row *row = &plate->rows[i];
        plate->rects[i] = (struct camera_rect){0};
        if (row->importance > importance) {
            continue;
        }
        double label = text_w(context, row, false);
        double value = text_w(context, row, true);
        double between = label > 0 && value > 0 ? BETWEEN_PX * s : 0;
        between = row->bar > 0 ? fmax(between, (BAR_LEAST + BETWEEN_PX) * s) : between;
        width = fmax(width, label + between + value);
        plate->rects[i] = (struct camera_rect){0, height, 0, round(row_h(row, first) * s)};
        height += plate->rects[i].h;
        first = false;
    }
    plate->rect.w = ceil(width + 2 * PAD_PX * s);
    plate->rect.h = ceil(height + 2 * PAD_PX * 0.7 * s);
}

static bool inside(const struct camera_rect *rect, const struct camera_rect *area) {
    return rect->x >= area->x && rect->y >= area->y && rect->x + rect->w <= area->x + area->w &&
           rect->y + rect->h <= area->y + area->h;
}

/* How much of the price's way lies under the rectangle, 0..PRICE_LOOKS: rather not. */
static int covers_price(const struct layer_context *context, const struct camera_rect *rect) {
    const struct field *field = context->field;
    int count = 0;
    for (int i = 0; field != NULL && i < PRICE_LOOKS; i++) {
        double x = rect->x + rect->w * (i + 0.5) / PRICE_LOOKS;
        int64_t col = (int64_t)floor(camera_time_from_px(context->camera, x) / field->grid.col_ms);
        const struct field_column *column = field_get_column(field, col);
        if (column != NULL && column->close > 0) {
            double y = camera_px_from_price(context->camera, column->close);
            count += y >= rect->y && y <= rect->y + rect->h ? 1 : 0;
        }
    }
    return count;
}

/* Right or left of the place, below or above it, else as far as the area lets it; further to the
 * side where something else is in the way. Of those that are free the one that is near and leaves
 * the price in sight. */
static bool find_room(struct plate *plate, struct layer_context *context,
                      const struct plate_place *place) {
    double s = context->layout->scale;
    double gap = place->gap_px * s;
    double edge = EDGE_PX * s;
    const struct camera_rect area = {place->area.x + edge, place->area.y + edge,
                                     place->area.w - 2 * edge, place->area.h - 2 * edge};
    struct camera_rect rect = plate->rect;
    const double ys[] = {place->y + gap, place->y - gap - rect.h, area.y + area.h - rect.h, area.y};
    int least = INT_MAX;
    for (int step = 0; step < SIDE_STEP_COUNT; step++) {
        double aside = gap + step * SIDE_STEP_PX * s;
        for (int i = 0; i < 2 * (int)ARRAY_COUNT(ys); i++) {
            rect.x = round(i % 2 == 0 ? place->x + aside : place->x - aside - rect.w);
            rect.y = round(ys[i / 2]);
            int cost = step * PRICE_LOOKS / 2 + i / 2;
            if (cost < least && inside(&rect, &area) && labels_rect_fits(context->labels, rect) &&
                !layer_is_covered(context, &rect)) {
                cost += covers_price(context, &rect);
                if (cost < least) {
                    least = cost;
                    plate->rect = rect;
                }
            }
        }
    }
    return least < INT_MAX;
}

bool plate_place(struct plate *plate, struct layer_context *context,
                 const struct plate_place *place) {
    int most = 0;
    for (int i = 0; i < plate->count; i++) {
        most = plate->rows[i].importance > most ? plate->rows[i].importance : most;
    }
    double s = context->layout->scale;
    for (int importance = most; importance >= 0; importance--) {
        measure(plate, context, importance);
        plate->rect.w = fmax(plate->rect.w, ceil(place->width_least_px * s));
        if (find_room(plate, context, place)) {
            for (int i = 0; i < plate->count; i++) {
                struct camera_rect *row = &plate->rects[i];
                row->x = plate->rect.x + round(PAD_PX * s);
                row->w = plate->rect.w - 2 * round(PAD_PX * s);
                row->y += plate->rect.y + round(PAD_PX * 0.7 * s);
            }
            return true;
        }
    }
    return false;
}

static void draw_row(struct layer_context *context, const struct plate_row *row,
                     struct camera_rect rect, bool first) {
    double s = context->layout->scale;
    if (row->ruled && !first) {
        double above = round(RULE_PX * s);
        canvas_add_box(context->canvas,
                       (struct camera_rect){rect.x, rect.y + round(above * 0.4), rect.w,
                                            fmax(1, round(s * 0.75))},
                       0, context->theme->rule);
        rect.y += above;
        rect.h -= above;
    }
    double middle = rect.y + rect.h / 2;
    double label_w = text_w(context, row, false);
    double value_w = text_w(context, row, true);
    struct label label = row_label(row, false);
    label.x = rect.x;
    label.middle_y = middle;
    struct label value = row_label(row, true);
    value.x = rect.x + rect.w;
    value.middle_y = middle;
    if (label_w > 0) {
        labels_add(context->labels, &label);
    }
    if (value_w > 0) {
        labels_add(context->labels, &value);
    }
    if (row->bar > 0) {
        /* Bars of all rows begin at one place and have the same room. */
        double room = BAR_LEAST * s;
        double width = fmax(round(room * fmin(row->bar, 1)), fmax(1, round(s)));
        double height = round(BAR_H_PX * s);
        double left = rect.x + round(rect.w * 0.5 - room * 0.5);
        left = fmax(left, rect.x + label_w + BETWEEN_PX * 0.5 * s);
        canvas_add_box(context->canvas,
                       (struct camera_rect){round(left), round(middle - height / 2), width, height},
                       1.5 * s, row->bar_color);
    }
}

void plate_draw(const struct plate *plate, struct layer_context *context) {
    double s = context->layout->scale;
    canvas_set_list(context->canvas, CANVAS_OVER);
    struct theme_color solid = context->theme->plate;
    solid.a = 240; /* numbers are read on it */
    canvas_add_box(context->canvas, plate->rect, 6 * s, solid);
    canvas_add_frame(context->canvas, plate->rect, 6 * s, fmax(1, s), context->theme->rule);
    bool first = true;
    for (int i = 0; i < plate->count; i++) {
        if (plate->rects[i].h > 0) {
            draw_row(context, &plate->rows[i], plate->rects[i], first);
            first = false;
        }
    }
    labels_reserve(context->labels, plate->rect);
}
