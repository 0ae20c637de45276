/* What somebody measures: a rectangle from one place to another, an arrow each way, and a plate
 * with the differences, what stands between the prices now, and what was liquidated inside. */
#include "layer/measure.h"

#include <math.h>
#include <stdlib.h>

#include "base/number.h"
#include "base/str.h"
#include "layer/layer.h"
#include "layer/plate.h"
#include "layer/read_out.h"

#define GAP_PX         12.0
#define WIDTH_LEAST_PX 236.0
#define HEAD_PX        6.0 /* of an arrow */

enum { LOSE_NOTHING, LOSE_BETWEEN, LOSE_SEEN };

/* -- the numbers -- */

static bool side_shown(const struct settings *settings, int side) {
    return settings->side != (side == 0 ? SETTINGS_SIDE_SHORT : SETTINGS_SIDE_LONG);
}

static void add_prints(const struct field_column *column, const struct measure *measure,
                       struct measure_out *out) {
    double first_ms = fmin(measure->from_ms, measure->to_ms);
    double last_ms = fmax(measure->from_ms, measure->to_ms);
    double low = fmin(measure->from_price, measure->to_price);
    double high = fmax(measure->from_price, measure->to_price);
    out->seen = out->seen || column->print_count > 0;
    for (int i = 0; i < column->print_count; i++) {
        const struct layers_print *print = &column->prints[i];
        double ts_ms = (double)print->ts_ms;
        if (ts_ms >= first_ms && ts_ms <= last_ms && print->price >= low && print->price <= high) {
            out->seen_usd[print->position == POS_SHORT ? 1 : 0] += (double)print->usd;
            out->seen_at_least = out->seen_at_least || print->complete == 0;
        }
    }
    out->seen_at_least = out->seen_at_least || column->print_count == LAYERS_COLUMN_PRINT_MAX;
}

static void read_prints(const struct measure_query *query, struct measure_out *out) {
    const struct field *field = query->field;
    const struct measure *measure = query->measure;
    double col_ms = field->grid.col_ms;
    double first = floor(fmin(measure->from_ms, measure->to_ms) / col_ms);
    double last = floor(fmax(measure->from_ms, measure->to_ms) / col_ms);
    /* What lies in the future is not there for anybody. */
    last = fmin(last, (double)field->newest_col);
    out->seen_at_least = first < (double)field->oldest_col;
    first = fmax(first, (double)field->oldest_col);
    for (int64_t col = (int64_t)first; (double)col <= last; col++) {
        const struct field_column *column = field_get_column(field, col);
        if (column == NULL || (column->flags & LAYERS_COLUMN_EMPTY) != 0) {
            out->seen_at_least = true;
            continue;
        }
        out->seen = out->seen || query->heard;
        add_prints(column, measure, out);
    }
}

void measure_read(const struct measure_query *query, struct measure_out *out) {
    const struct measure *measure = query->measure;
    double low = fmin(measure->from_price, measure->to_price);
    double high = fmax(measure->from_price, measure->to_price);
    *out = (struct measure_out){.price_delta = measure->to_price - measure->from_price,
                                .ratio = measure->to_price / measure->from_price - 1,
                                .span_ms = (int64_t)(measure->to_ms - measure->from_ms),
                                .usd = {-1, -1}};
    for (int side = 0; side < 2; side++) {
        if (query->map != NULL && side_shown(query->settings, side)) {
            out->usd[side] =
                map_usd_between(query->map, side, low, high, query->settings->band_hidden);
        }
    }
    if (query->field != NULL && query->field->count > 0) {
        read_prints(query, out);
    }
}

const char *measure_format_span(int64_t span_ms, char out[MEASURE_SPAN_BYTES]) {
    static const struct {
        int64_t ms;
        const char *name;
    } units[] = {{86400000, "d"}, {3600000, "h"}, {60000, "min"}, {1000, "s"}};
    enum { COUNT = ARRAY_COUNT(units) };
    int64_t left = llabs(span_ms);
    size_t first = 0;
    while (first + 1 < COUNT && left < units[first].ms) {
        first++;
    }
    /* Rounded to the smaller of the two units, so that "60 min" is never written. */
    size_t second = first + 1 < COUNT ? first + 1 : first;
    left = (left + units[second].ms / 2) / units[second].ms * units[second].ms;
    if (first > 0 && left >= units[first - 1].ms) {
        first--;
        second = first + 1;
    }
    str_format(out, MEASURE_SPAN_BYTES, "%lld %s", (long long)(left / units[first].ms),
               units[first].name);
    left %= units[first].ms;
    if (second != first && left >= units[second].ms) {
        str_append(out, MEASURE_SPAN_BYTES, " %lld %s", (long long)(left / units[second].ms),
                   units[second].name);
    }
    return out;
}

/* -- the drawing -- */

static void draw_arrow(struct layer_context *context, double x0, double y0, double x1, double y1,
                       struct theme_color color) {
    double s = context->layout->scale;
    double thin = fmax(1, round(s));
    double length = hypot(x1 - x0, y1 - y0);
    if (length < 2 * HEAD_PX * s) {
        return;
    }
    double along_x = (x1 - x0) / length * HEAD_PX * s;
    double along_y = (y1 - y0) / length * HEAD_PX * s;
    canvas_add_line(context->canvas, x0, y0, x1, y1, thin, color);
    canvas_add_line(context->canvas, x1, y1, x1 - along_x - along_y * 0.6,
                    y1 - along_y + along_x * 0.6, 1.4 * thin, color);
    canvas_add_line(context->canvas, x1, y1, x1 - along_x + along_y * 0.6,
                    y1 - along_y - along_x * 0.6, 1.4 * thin, color);
}

static void draw_rectangle(struct layer_context *context, const struct camera_rect *ends, bool up) {
    double x1 = ends->x + ends->w;
    double y1 = ends->y + ends->h;
    const struct camera_rect rect = {round(fmin(ends->x, x1)), round(fmin(ends->y, y1)),
                                     fmax(1, round(fabs(ends->w))), fmax(1, round(fabs(ends->h)))};
    struct theme_color color = up ? context->theme->up : context->theme->down;
    struct theme_color fill = color;
    fill.a = 46;
    canvas_set_list(context->canvas, CANVAS_PLOT);
    canvas_add_box(context->canvas, rect, 0, fill);
    canvas_add_frame(context->canvas, rect, 0, fmax(1, round(context->layout->scale)), color);
    draw_arrow(context, rect.x + rect.w / 2, ends->y, rect.x + rect.w / 2, y1, color);
    draw_arrow(context, ends->x, rect.y + rect.h / 2, x1, rect.y + rect.h / 2, color);
}

static void add_differences(const struct layer_context *context, const struct measure_out *read,
                            struct plate *plate) {
    char number[NUMBER_TEXT_BYTES];
    char span[MEASURE_SPAN_BYTES];
    struct plate_row *row = plate_add(plate, context->theme, LOSE_NOTHING);
    const char *sign = read->price_delta < 0 ? "\xe2\x88\x92" : "+";
    number_format_price(fabs(read->price_delta), context->price_decimals, number);
    str_format(row->label, sizeof row->label, "%s%s", sign, number);
    str_format(row->value, sizeof row->value, "%s%.2f %%", sign, fabs(read->ratio) * 100);
    row->label_color = row->value_color =
        read->price_delta < 0 ? context->theme->down : context->theme->up;
    row->label_face = row->value_face = TEXT_SANS_STRONG;
    row->size_px = THEME_TAG_PX;
    row = plate_add(plate, context->theme, LOSE_NOTHING);
    str_format(row->label, sizeof row->label, "%s%s", read->span_ms < 0 ? "back " : "",
               measure_format_span(read->span_ms, span));
    row->label_color = context->theme->text;
}

static void add_between(const struct layer_context *context, const struct measure_out *read,
                        struct plate *plate) {
    static const char *const names[2] = {"longs there now, estimate", "shorts there now, estimate"};
    char number[NUMBER_TEXT_BYTES];
    bool first = true;
    for (int side = 1; side >= 0; side--) { /* as in the picture: shorts above */
        if (read->usd[side] < 0) {
            continue;
        }
        struct plate_row *row = plate_add(plate, context->theme, LOSE_BETWEEN);
        row->ruled = first;
        first = false;
        str_copy(row->label, sizeof row->label, names[side]);
        str_copy(row->value, sizeof row->value, number_format_usd(read->usd[side], number));
        row->value_face = TEXT_SANS_STRONG;
        row->value_color = layer_side_color(context, side == 0 ? POS_LONG : POS_SHORT, 0.84, 255);
    }
}

static void add_seen(const struct layer_context *context, const struct measure_out *read,
                     struct plate *plate) {
    static const char *const names[2] = {"longs liquidated in it", "shorts liquidated in it"};
    char number[NUMBER_TEXT_BYTES];
    for (int side = 1; side >= 0 && read->seen; side--) {
        struct plate_row *row = plate_add(plate, context->theme, LOSE_SEEN);
        row->ruled = side == 1;
        str_copy(row->label, sizeof row->label, names[side]);
        str_format(row->value, sizeof row->value, "%s%s",
                   read->seen_at_least ? "\xe2\x89\xa5 " : "",
                   number_format_usd(read->seen_usd[side], number));
    }
}

static void draw_plate(struct layer_context *context, double x, double y) {
    static struct plate plate; /* main thread only; too large for the stack */
    const struct scene_instrument *instrument = context->instrument;
    struct measure_out read;
    char filter[READ_OUT_FILTER_BYTES];
    const struct measure_query query = {.measure = context->frame->measure,
                                        .field = context->field,
                                        .map = layer_map_now(context),
                                        .heard = instrument != NULL && instrument->print_count > 0,
                                        .settings = &context->frame->settings};
    measure_read(&query, &read);
    plate.count = plate.dropped_count = 0;
    add_differences(context, &read, &plate);
    plate_add_warning(&plate, context->theme, LOSE_BETWEEN,
                      read_out_filter(&context->frame->settings, filter));
    add_between(context, &read, &plate);
    add_seen(context, &read, &plate);
    const struct plate_place place = {.area = context->layout->plot,
                                      .x = x,
                                      .y = y,
                                      .gap_px = GAP_PX,
                                      .width_least_px = WIDTH_LEAST_PX};
    if (plate_place(&plate, context, &place)) {
        plate_draw(&plate, context);
    }
}

void measure_draw(struct layer_context *context) {
    const struct measure *measure = context->frame->measure;
    const struct camera_rect *plot = &context->layout->plot;
    if (measure == NULL || !measure->shown) {
        return;
    }
    double x = camera_px_from_time(context->camera, measure->from_ms);
    double y = camera_px_from_price(context->camera, measure->from_price);
    double x1 = camera_px_from_time(context->camera, measure->to_ms);
    double y1 = camera_px_from_price(context->camera, measure->to_price);
    const struct camera_rect ends = {x, y, x1 - x, y1 - y};
    draw_rectangle(context, &ends, measure->to_price >= measure->from_price);
    /* Of two parts of a split plot the plate is in that of the end's side of the price. */
    bool lower = measure->to_price < context->price;
    if (context->pane_count == 1 || lower == (context->pane == 1)) {
        draw_plate(context, fmin(fmax(x1, plot->x), plot->x + plot->w),
                   fmin(fmax(y1, plot->y), plot->y + plot->h));
    }
}
