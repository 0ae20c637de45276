/* Why it is hot: when, at which prices and at which leverage the positions were opened that the
 * estimate has liquidated in a price range; a plate with two small histograms, a bracket around the
 * range, and marks on the price where most were opened.
 *
 * Where there is no room the plate loses the leverage, then the histogram of prices, then the one
 * of time; the range, its USD and the sentence about half of it stay. */
#include <math.h>

#include "base/number.h"
#include "base/str.h"
#include "layer/layer.h"
#include "layer/moment.h"
#include "layer/plate.h"

#define GRAPH_PX       54.0
#define WIDTH_LEAST_PX 300.0
#define GAP_PX         20.0
#define MARK_PX        7.0  /* radius of the largest mark */
#define MARK_SHARE     0.3  /* of the largest bucket: less is not marked */
#define BRACKET_PX     26.0 /* how far the bracket's arms reach */
enum { LOSE_NOTHING, LOSE_TIMES, LOSE_PRICES, LOSE_BANDS };

static const char *const side_names[2] = {"longs", "shorts"};

static struct theme_color side_color(const struct layer_context *context, uint8_t alpha) {
    int side = context->frame->origin->range.side;
    return layer_side_color(context, side == 0 ? POS_LONG : POS_SHORT, 0.84, alpha);
}

static double largest(int count, const double usd[]) {
    double most = 0;
    for (int i = 0; i < count; i++) {
        most = fmax(most, usd[i]);
    }
    return most;
}

/* -- in the field -- */

/* The price when a bucket was in the middle; 0: the field does not reach there. */
static double price_at(const struct layer_context *context, int64_t ms) {
    const struct field *field = context->field;
    if (field == NULL || field->count == 0) {
        return 0;
    }
    const struct field_column *column = field_get_column(field, ms / field->grid.col_ms);
    return column != NULL && (column->flags & LAYERS_COLUMN_EMPTY) == 0 ? column->close : 0;
}

static void draw_marks(struct layer_context *context) {
    const struct scene_origin *origin = context->frame->origin;
    double s = context->layout->scale;
    double most = largest(origin->time_count, origin->time_usd);
    canvas_set_list(context->canvas, CANVAS_PLOT);
    for (int i = 0; i < origin->time_count; i++) {
        int64_t from_ms = origin->time_first_ms + i * origin->time_step_ms;
        int64_t to_ms = from_ms + origin->time_step_ms;
        to_ms = to_ms < origin->at_ms ? to_ms : origin->at_ms;
        int64_t ms = from_ms + (to_ms - from_ms) / 2;
        double share = origin->time_usd[i] / most;
        double price = price_at(context, ms);
        if (share < MARK_SHARE || !(price > 0)) {
            continue;
        }
        double x = camera_px_from_time(context->camera, (double)ms);
        double y = camera_px_from_price(context->camera, price);
        double radius = fmax(3, MARK_PX * sqrt(share)) * s;
        canvas_add_disc(context->canvas, x, y, radius + 1.5 * s, 0, context->theme->halo);
        canvas_add_disc(context->canvas, x, y, radius, 0, side_color(context, 255));
        canvas_add_disc(context->canvas, x, y, radius, 1.5 * s, context->theme->text);
    }
}

/* Around the range, at the time that is asked about. */
static void draw_bracket(struct layer_context *context, double x) {
    const struct origin_range *range = &context->frame->origin->range;
    double s = context->layout->scale;
    double line = fmax(1, round(1.5 * s));
    double top = round(camera_px_from_price(context->camera, range->price_high));
    double bottom = round(camera_px_from_price(context->camera, range->price_low));
    double arm = BRACKET_PX * s;
    struct theme_color color = context->theme->text;
    canvas_set_list(context->canvas, CANVAS_PLOT);
    canvas_add_box(context->canvas, (struct camera_rect){x - arm, top, arm, line}, 0, color);
    canvas_add_box(context->canvas, (struct camera_rect){x - arm, bottom, arm, line}, 0, color);
    canvas_add_box(context->canvas, (struct camera_rect){x - line, top, line, bottom - top + line},
                   0, color);
}

/* -- the plate -- */

static void add_head(const struct layer_context *context, struct plate *plate) {
    const struct scene_origin *origin = context->frame->origin;
    char low[NUMBER_TEXT_BYTES];
    char high[NUMBER_TEXT_BYTES];
    struct plate_row *row = plate_add(plate, context->theme, LOSE_NOTHING);
    str_copy(row->label, sizeof row->label, "why is it hot?");
    row->label_face = row->value_face = TEXT_SANS_STRONG;
    row->label_color = context->theme->text;
    row->size_px = THEME_TAG_PX;
    if (origin != NULL && origin->known) {
        str_format(row->value, sizeof row->value, "%s %s", number_format_usd(origin->usd, low),
                   side_names[origin->range.side]);
        row->value_color = side_color(context, 255);
    }
    row = plate_add(plate, context->theme, LOSE_NOTHING);
    if (origin == NULL) {
        str_copy(row->label, sizeof row->label, "replaying what was opened \xe2\x80\xa6");
        return;
    }
    str_format(row->label, sizeof row->label, "in %s \xe2\x80\x93 %s",
               number_format_price(origin->range.price_low, context->price_decimals, low),
               number_format_price(origin->range.price_high, context->price_decimals, high));
    if (origin->known) {
        str_copy(row->value, sizeof row->value, "estimate");
        row->value_color = context->theme->text_dim;
        return;
    }
    row = plate_add(plate, context->theme, LOSE_NOTHING);
    str_copy(row->label, sizeof row->label, "nothing is estimated to stand there");
}

/* Room for bars, and the words at both ends of their axis below. Returns the row of the bars. */
static int add_graph(const struct layer_context *context, struct plate *plate, const char *title,
                     int importance) {
    struct plate_row *row = plate_add(plate, context->theme, importance);
    str_copy(row->label, sizeof row->label, title);
    row->ruled = true;
    row = plate_add(plate, context->theme, importance);
    row->graph_h_px = GRAPH_PX;
    return plate->count - 1;
}

static int add_times(const struct layer_context *context, struct plate *plate) {
    const struct scene_origin *origin = context->frame->origin;
    char number[NUMBER_TEXT_BYTES];
    int at = add_graph(context, plate, "opened when", LOSE_TIMES);
    struct plate_row *title = &plate->rows[at - 1];
    str_format(title->value, sizeof title->value, "%s each",
               number_format_span(origin->time_step_ms, number));
    title->value_color = context->theme->text_faint;
    struct plate_row *row = plate_add(plate, context->theme, LOSE_TIMES);
    char time[MOMENT_TEXT_BYTES];
    const struct zone *zone = context->frame->zone;
    str_copy(row->label, sizeof row->label,
             moment_format(zone, origin->time_first_ms, false, time));
    str_copy(row->value, sizeof row->value, moment_format(zone, origin->at_ms, false, time));
    row->value_color = context->theme->text_dim;
    if (origin->earlier_usd > 0.01 * origin->usd) {
        str_append(row->label, sizeof row->label, " (%.0f %% earlier)",
                   100 * origin->earlier_usd / origin->usd);
    }
    return at;
}

static int add_prices(const struct layer_context *context, struct plate *plate) {
    const struct scene_origin *origin = context->frame->origin;
    char number[NUMBER_TEXT_BYTES];
    int at = add_graph(context, plate, "opened at", LOSE_PRICES);
    struct plate_row *title = &plate->rows[at - 1];
    str_format(title->value, sizeof title->value, "%s each",
               number_format_price(origin->price_step, context->price_decimals, number));
    title->value_color = context->theme->text_faint;
    struct plate_row *row = plate_add(plate, context->theme, LOSE_PRICES);
    double end = origin->price_first + origin->price_count * origin->price_step;
    str_copy(row->label, sizeof row->label,
             number_format_price(origin->price_first, context->price_decimals, number));
    str_copy(row->value, sizeof row->value,
             number_format_price(end, context->price_decimals, number));
    row->value_color = context->theme->text_dim;
    return at;
}

/* When and where half of it was opened, and at which leverage most. */
static void add_sentences(const struct layer_context *context, struct plate *plate) {
    const struct scene_origin *origin = context->frame->origin;
    char low[NUMBER_TEXT_BYTES];
    char high[NUMBER_TEXT_BYTES];
    struct plate_row *row = plate_add(plate, context->theme, LOSE_NOTHING);
    row->ruled = true;
    str_copy(row->label, sizeof row->label, "half of it since");
    str_copy(row->value, sizeof row->value,
             moment_format(context->frame->zone, origin->half_ms, false, low));
    row = plate_add(plate, context->theme, LOSE_NOTHING);
    str_copy(row->label, sizeof row->label, "middle half at");
    str_format(row->value, sizeof row->value, "%s \xe2\x80\x93 %s",
               number_format_price(origin->half_low, context->price_decimals, low),
               number_format_price(origin->half_high, context->price_decimals, high));
    double most = largest(LAYERS_BAND_COUNT, origin->bands_usd);
    bool first = true;
    for (int band = LAYERS_BAND_COUNT - 1; band >= 0; band--) {
        if (origin->bands_usd[band] > 0.01 * origin->usd) {
            row = plate_add(plate, context->theme, LOSE_BANDS);
            row->ruled = first;
            first = false;
            str_copy(row->label, sizeof row->label, layers_band_names[band]);
            str_format(row->value, sizeof row->value, "%s  %.0f %%",
                       number_format_usd(origin->bands_usd[band], low),
                       100 * origin->bands_usd[band] / origin->usd);
            row->bar = origin->bands_usd[band] / most;
            row->bar_color = side_color(context, 220);
        }
    }
}

static void draw_bars(struct layer_context *context, struct camera_rect rect, int count,
                      const double usd[]) {
    double s = context->layout->scale;
    double most = largest(count, usd);
    canvas_set_list(context->canvas, CANVAS_OVER);
    for (int i = 0; i < count; i++) {
        double left = round(rect.x + rect.w * i / count);
        double right = round(rect.x + rect.w * (i + 1) / count);
        double height = round(rect.h * usd[i] / most);
        double gap = right - left > 3 * s ? fmax(1, round(s)) : 0;
        if (height >= 1) {
            canvas_add_box(context->canvas,
                           (struct camera_rect){left, rect.y + rect.h - height,
                                                fmax(right - left - gap, 1), height},
                           0, side_color(context, 235));
        }
    }
    canvas_add_box(context->canvas,
                   (struct camera_rect){rect.x, rect.y + rect.h, rect.w, fmax(1, round(s))}, 0,
                   context->theme->rule);
}

static void draw_plate(struct layer_context *context, double x, double y) {
    static struct plate plate; /* main thread only; too large for the stack */
    const struct scene_origin *origin = context->frame->origin;
    bool known = origin != NULL && origin->known;
    int times = 0;
    int prices = 0;
    plate.count = plate.dropped_count = 0;
    add_head(context, &plate);
    if (known) {
        times = add_times(context, &plate);
        prices = add_prices(context, &plate);
        add_sentences(context, &plate);
    }
    const struct plate_place place = {.area = context->layout->plot,
                                      .x = x,
                                      .y = y,
                                      .gap_px = GAP_PX,
                                      .width_least_px = known ? WIDTH_LEAST_PX : 0};
    if (!plate_place(&plate, context, &place)) {
        return;
    }
    plate_draw(&plate, context);
    if (times > 0 && plate.rects[times].h > 0) {
        draw_bars(context, plate.rects[times], origin->time_count, origin->time_usd);
    }
    if (prices > 0 && plate.rects[prices].h > 0) {
        draw_bars(context, plate.rects[prices], origin->price_count, origin->price_usd);
    }
}

void why_draw(struct layer_context *context) {
    const struct picture_frame *frame = context->frame;
    const struct scene_origin *origin = frame->origin;
    const struct camera_rect *plot = &context->layout->plot;
    double x = frame->pointer_x_px;
    double y = frame->pointer_y_px;
    bool answered = origin != NULL && origin->id != 0;
    if (!answered && !(frame->origin_asked && frame->pointer_inside)) {
        return;
    }
    /* Apart, a side is asked about in its own pane. */
    if (answered && context->pane_count > 1 && (context->pane == 0) != (origin->range.side == 1)) {
        return;
    }
    if (answered) {
        double ln_middle = (log(origin->range.price_low) + log(origin->range.price_high)) / 2;
        int64_t at_ms = origin->at_ms > 0 ? origin->at_ms : frame->now_ms;
        x = fmin(camera_px_from_time(context->camera, (double)at_ms), plot->x + plot->w);
        y = camera_px_from_ln(context->camera, ln_middle);
    }
    if (x < plot->x || x > plot->x + plot->w || y < plot->y || y >= plot->y + plot->h) {
        return;
    }
    if (answered && origin->known) {
        draw_bracket(context, x);
        draw_marks(context);
    }
    draw_plate(context, x - BRACKET_PX * context->layout->scale, y);
}
