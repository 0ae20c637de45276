/* The mark price as a line (or candles), the line of now, and its tag at the axis. */
#include <math.h>

#include "base/number.h"
#include "layer/bars.h"
#include "layer/layer.h"

#define LINE_PX 2.0
#define HALO_PX 4.5
#define DASH_PX 9.0 /* from dash to dash of the line to the tag */
enum { POINT_COUNT_MAX = LAYERS_COL_MAX + FIELD_SPARE_COLUMNS + SCENE_TAIL_MAX + 2 };

static int add_point(const struct layer_context *context, double time_ms, double price, int count,
                     struct curve_point points[POINT_COUNT_MAX]) {
    double x = camera_px_from_time(context->camera, time_ms);
    const struct camera_rect *plot = &context->layout->plot;
    if (!(price > 0) || x < plot->x - 64 || x > plot->x + plot->w + 64 ||
        count == POINT_COUNT_MAX || (count > 0 && x <= points[count - 1].x)) {
        return count;
    }
    double y = camera_px_from_price(context->camera, price);
    /* A point on the way between its neighbours, no further apart than one and a half line widths,
     * shows nothing. */
    if (count >= 2 && x - points[count - 2].x < 1.5 * LINE_PX * context->layout->scale &&
        (points[count - 1].y - points[count - 2].y) * (y - points[count - 1].y) >= 0) {
        count--;
    }
    points[count] = (struct curve_point){x, y};
    return count + 1;
}

/* Closes of the columns, then the marks of the last seconds that no column has yet. */
static int make_points(const struct layer_context *context,
                       struct curve_point points[POINT_COUNT_MAX]) {
    const struct field *field = context->field;
    int count = 0;
    double known_ms = 0;
    if (field != NULL && field->count > 0) {
        for (int64_t col = field->oldest_col; col <= field->newest_col; col++) {
            double end_ms = (double)(col + 1) * field->grid.col_ms;
            if (col == field->newest_col) {
                end_ms = fmin(end_ms, (double)field->covered_until_ms);
            }
            count = add_point(context, end_ms, field_get_column(field, col)->close, count, points);
            known_ms = end_ms;
        }
    }
    if (context->instrument != NULL) {
        const struct scene_instrument *instrument = context->instrument;
        for (int i = 0; i < instrument->tail_count; i++) {
            if ((double)instrument->tail[i].ts_ms > known_ms) {
                count = add_point(context, (double)instrument->tail[i].ts_ms,
                                  instrument->tail[i].mark, count, points);
            }
        }
    }
    return count;
}

static void draw_line(struct layer_context *context) {
    static struct curve_point
        points[POINT_COUNT_MAX]; /* main thread only; too large for the stack */
    int count = make_points(context, points);
    double s = context->layout->scale;
    canvas_add_curve(context->canvas, &(struct curves_line){.count = count,
                                                            .points = points,
                                                            .from_px = context->layout->plot.x,
                                                            .to_px = context->layout->plot.x +
                                                                     context->layout->plot.w,
                                                            .width_px = LINE_PX * s,
                                                            .color = context->theme->price,
                                                            .halo_px = HALO_PX * s,
                                                            .halo = context->theme->halo});
    if (count > 0) {
        struct theme_color glow = context->theme->price;
        glow.a = 60;
        canvas_add_disc(context->canvas, points[count - 1].x, points[count - 1].y, 7 * s, 0, glow);
        canvas_add_disc(context->canvas, points[count - 1].x, points[count - 1].y, 3.5 * s, 0,
                        context->theme->price);
    }
}

static void draw_candle(struct layer_context *context, const struct bar *candle, double left,
                        double right) {
    double s = context->layout->scale;
    double body = fmax(1, (right - left) * 0.72);
    double middle = (left + right) / 2;
    double open = camera_px_from_price(context->camera, candle->open);
    double close = camera_px_from_price(context->camera, candle->close);
    double high = camera_px_from_price(context->camera, candle->high);
    double low = camera_px_from_price(context->camera, candle->low);
    struct theme_color color =
        candle->close >= candle->open ? context->theme->up : context->theme->down;
    struct camera_rect wick = {middle - 0.6 * s, high, 1.2 * s, fmax(1, low - high)};
    struct camera_rect bar = {middle - body / 2, fmin(open, close), body,
                              fmax(1.5 * s, fabs(open - close))};
    struct camera_rect edge = {bar.x - s, bar.y - s, bar.w + 2 * s, bar.h + 2 * s};
    canvas_add_box(context->canvas, edge, 1.5 * s, context->theme->halo);
    canvas_add_box(context->canvas, wick, 0, color);
    canvas_add_box(context->canvas, bar, s, color);
}

static void draw_candles(struct layer_context *context) {
    const struct bars *bars = context->bars;
    int first = 0, last = -1;
    if (!bars_visible(bars, context->camera, &first, &last)) {
        return;
    }
    for (int i = first; i <= last; i++) {
        const struct bar *bar = &bars->items[i];
        if (bar->low > 0) {
            double begin_ms = (double)bar->begin_ms;
            double end_ms = begin_ms + (double)bars->interval_ms;
            draw_candle(context, bar, camera_px_from_time(context->camera, begin_ms),
                        camera_px_from_time(context->camera, end_ms));
        }
    }
}

/* The tag at the axis and the line that leads to it. */
static void draw_tag(struct layer_context *context) {
    const struct layout *layout = context->layout;
    double s = layout->scale;
    double y = camera_px_from_price(context->camera, context->price);
    if (y < layout->plot.y || y > layout->plot.y + layout->plot.h) {
        return;
    }
    struct theme_color faint = context->theme->price;
    faint.a = 110;
    canvas_add_hatch(
        context->canvas,
        (struct camera_rect){layout->plot.x, round(y), layout->plot.w, fmax(1, round(s * 0.75))},
        DASH_PX * s, faint);
    double middle =
        fmin(fmax(y, layout->plot.y + 13 * s), layout->plot.y + layout->plot.h - 13 * s);
    struct camera_rect plate = {layout->price_axis.x + 2 * s, middle - 13 * s,
                                layout->price_axis.w - 4 * s, 26 * s};
    char text[NUMBER_TEXT_BYTES];
    struct label label = {.utf8 = text,
                          .face = TEXT_SANS_STRONG,
                          .size_px = THEME_TAG_PX,
                          .color = context->theme->background,
                          .align = LABELS_LEFT,
                          .x = layout->price_axis.x + 12 * s,
                          .middle_y = middle};
    /* Fewer decimals where the whole price would not fit its plate. */
    int decimals = context->price_decimals;
    do {
        number_format_price(context->price, decimals, text);
    } while (labels_measure(context->labels, &label).w > plate.w - 14 * s && decimals-- > 0);
    canvas_set_list(context->canvas, CANVAS_OVER);
    canvas_add_box(context->canvas, plate, 4 * s, context->theme->text);
    labels_add(context->labels, &label);
    labels_reserve(context->labels,
                   (struct camera_rect){plate.x, plate.y - 4 * s, plate.w, plate.h + 8 * s});
}

void price_draw(struct layer_context *context) {
    canvas_set_list(context->canvas, CANVAS_PLOT);
    if (settings_shows(context->settings, SETTINGS_PART_CANDLES) && context->field != NULL) {
        draw_candles(context);
    } else {
        draw_line(context);
    }
    if (context->price > 0) {
        canvas_set_list(context->canvas, CANVAS_PLOT);
        draw_tag(context);
    }
}
