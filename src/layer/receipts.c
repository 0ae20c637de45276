/* Receipts: where the price ran through a cluster, what that was expected to liquidate, and what
 * was seen. A bracket over the prices that were swept, at the time when it ended; words for the
 * largest ones, as far as they find room. */
#include <math.h>

#include "base/number.h"
#include "base/str.h"
#include "layer/layer.h"

#define LABEL_ROOM_PX 260.0 /* a label for so much width of the plot */
#define SHARE_LEAST   0.1   /* of the largest one in view: the rest stays without words */
#define BRACKET_PX    5.0
#define PLOT_W_WHOLE  900.0 /* narrower plots have the short words */
#define AWAY_PX       24.0  /* from the prices to the words */
#define LEAD_PX_MAX   110.0 /* they stand at most so far off */
enum { TEXT_BYTES = 96, LABELLED_MAX = 12 };

static double size_of(const struct scene_receipt *receipt) {
    return fmax(receipt->expected_usd, receipt->seen_usd);
}

static bool is_in_view(const struct layer_context *context, const struct scene_receipt *receipt) {
    const struct camera *camera = context->camera;
    enum settings_side other = receipt->side == 0 ? SETTINGS_SIDE_SHORT : SETTINGS_SIDE_LONG;
    return context->settings->side != other && receipt->price_low > 0 &&
           (double)receipt->to_ms > camera->time_left_ms &&
           (double)receipt->to_ms < camera->time_right_ms &&
           log(receipt->price_high) > camera->ln_bottom && log(receipt->price_low) < camera->ln_top;
}

static const char *words(const struct scene_receipt *receipt, bool whole, char out[TEXT_BYTES]) {
    char expected[NUMBER_TEXT_BYTES];
    char seen[NUMBER_TEXT_BYTES];
    number_format_usd(receipt->expected_usd, expected);
    number_format_usd(receipt->seen_usd, seen);
    str_format(out, TEXT_BYTES, whole ? "expected %s, seen %s%s" : "exp. %s, seen %s%s", expected,
               receipt->complete != 0 ? "" : "\xe2\x89\xa5 ", seen);
    if (receipt->complete == 0 && !(receipt->seen_usd > 0) && receipt->open == 0) {
        str_format(out, TEXT_BYTES, whole ? "expected %s, none published" : "exp. %s, none told",
                   expected);
    } else if (receipt->open != 0) {
        str_append(out, TEXT_BYTES, " so far");
    } else if (receipt->complete == 0 && whole) {
        str_append(out, TEXT_BYTES, " (throttled)");
    }
    return out;
}

/* A vertical line with feet that point back in time. */
static void draw_bracket(struct layer_context *context, const struct scene_receipt *receipt) {
    double s = context->layout->scale;
    double thin = fmax(1, round(1.2 * s));
    double foot = round(BRACKET_PX * s);
    double x = round(camera_px_from_time(context->camera, (double)receipt->to_ms));
    double top = round(camera_px_from_price(context->camera, receipt->price_high));
    double bottom = round(camera_px_from_price(context->camera, receipt->price_low));
    bottom = fmax(bottom, top + 3 * thin);
    struct theme_color color = context->theme->text;
    canvas_add_box(context->canvas, (struct camera_rect){x, top, thin, bottom - top}, 0, color);
    canvas_add_box(context->canvas, (struct camera_rect){x - foot, top, foot, thin}, 0, color);
    canvas_add_box(context->canvas, (struct camera_rect){x - foot, bottom - thin, foot, thin}, 0,
                   color);
}

/* The lowest (longs) or highest price of the columns between two pixels, at most or at least that
 * of the receipt. */
static double outermost(const struct layer_context *context, const struct scene_receipt *receipt,
                        double left, double right) {
    const struct field *field = context->field;
    double price = receipt->side == 0 ? receipt->price_low : receipt->price_high;
    if (field == NULL) {
        return price;
    }
    int64_t col = (int64_t)(camera_time_from_px(context->camera, left) / field->grid.col_ms);
    int64_t last = (int64_t)(camera_time_from_px(context->camera, right) / field->grid.col_ms);
    col = col > field->oldest_col ? col : field->oldest_col;
    for (; col <= last && col <= field->newest_col; col++) {
        const struct field_column *column = field_get_column(field, col);
        if (column->low > 0) {
            price = receipt->side == 0 ? fmin(price, column->low) : fmax(price, column->high);
        }
    }
    return price;
}

/* Beyond the way that the price went there, with a line to the bracket. */
static bool draw_words(struct layer_context *context, const struct scene_receipt *receipt,
                       bool whole) {
    const struct camera_rect *plot = &context->layout->plot;
    double s = context->layout->scale;
    double sign = receipt->side == 0 ? 1 : -1;
    double x = camera_px_from_time(context->camera, (double)receipt->to_ms);
    double y = camera_px_from_price(context->camera,
                                    receipt->side == 0 ? receipt->price_low : receipt->price_high);
    char text[TEXT_BYTES];
    struct label label = {.utf8 = words(receipt, whole, text),
                          .size_px = THEME_STATUS_PX - 1,
                          .color = context->theme->text,
                          .align = LABELS_CENTER,
                          .x = x};
    double half = labels_measure(context->labels, &label).w / 2 + 6 * s;
    label.x = fmin(fmax(x, plot->x + half + 6 * s), layer_live_x(context) - half);
    double far = outermost(context, receipt, label.x - half, label.x + half);
    label.middle_y = camera_px_from_price(context->camera, far) + sign * AWAY_PX * s;
    struct camera_rect plate = {label.x - half, label.middle_y - 10 * s, 2 * half, 20 * s};
    if (plate.y < plot->y || plate.y + plate.h > plot->y + plot->h ||
        fabs(label.middle_y - y) > LEAD_PX_MAX * s || !labels_rect_fits(context->labels, plate) ||
        !labels_add(context->labels, &label)) {
        return false;
    }
    labels_reserve(context->labels, plate);
    struct theme_color line = context->theme->text;
    line.a = 150;
    double thin = fmax(1, round(s));
    double to = receipt->side == 0 ? plate.y : plate.y + plate.h;
    canvas_set_list(context->canvas, CANVAS_PLOT);
    canvas_add_box(context->canvas,
                   (struct camera_rect){round(x), round(fmin(y, to)), thin, round(fabs(to - y))}, 0,
                   line);
    canvas_set_list(context->canvas, CANVAS_OVER);
    layer_draw_plate(context, plate);
    return true;
}

void receipts_draw(struct layer_context *context) {
    const struct scene_instrument *instrument = context->instrument;
    const struct camera_rect *plot = &context->layout->plot;
    double s = context->layout->scale;
    bool done[SCENE_RECEIPT_MAX] = {false};
    double largest = 0;
    int room = (int)(plot->w / (LABEL_ROOM_PX * s));
    room = room < LABELLED_MAX ? room : LABELLED_MAX;
    for (int i = 0; instrument != NULL && i < instrument->receipt_count; i++) {
        const struct scene_receipt *receipt = &instrument->receipts[i];
        done[i] = !is_in_view(context, receipt);
        largest = done[i] ? largest : fmax(largest, size_of(receipt));
    }
    while (room > 0 && largest > 0) {
        int next = -1;
        for (int i = 0; i < instrument->receipt_count; i++) {
            if (!done[i] && size_of(&instrument->receipts[i]) >= SHARE_LEAST * largest &&
                (next < 0 ||
                 size_of(&instrument->receipts[i]) > size_of(&instrument->receipts[next]))) {
                next = i;
            }
        }
        if (next < 0) {
            return;
        }
        done[next] = true;
        room--;
        if (draw_words(context, &instrument->receipts[next], plot->w > PLOT_W_WHOLE * s)) {
            canvas_set_list(context->canvas, CANVAS_PLOT);
            draw_bracket(context, &instrument->receipts[next]);
        }
    }
}
