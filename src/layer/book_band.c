/* The order book where its venue tells so little of it that its field would lie under the price's
 * own line: a band along the price, the asks' above and the bids' below, each bar in the colour of
 * what its side holds on average, USD per basis point, in the book's own scale. */
#include <math.h>

#include "layer/bars.h"
#include "layer/book_field.h"
#include "layer/layer.h"

#define SEEN_PX 8.0 /* a side, beside the price line: a field that is higher needs no band */
#define BAND_PX 6.0
#define GAP_PX  4.0 /* from the price */

bool book_band_is_wanted(const struct field *field, const struct camera *camera, double scale) {
    double reach = book_field_reach(field);
    double reach_px = reach / (camera->ln_top - camera->ln_bottom) * camera->plot_px.h;
    return reach > 0 && reach_px < SEEN_PX * scale;
}

/* The newest column of a bar of which the book is known; -1: none. */
static int64_t known_column(const struct field *field, int64_t begin_ms, int64_t end_ms) {
    int64_t col = (end_ms - 1) / field->grid.col_ms;
    col = col < field->newest_col ? col : field->newest_col;
    int64_t first = begin_ms / field->grid.col_ms;
    first = first > field->oldest_col ? first : field->oldest_col;
    while (col >= first && !field->book.known[field_slot(field, col)]) {
        col--;
    }
    return col >= first ? col : -1;
}

/* The mean of what rests on each side, bids and asks, USD per bp, over the rows that have any; a
 * row counts as the larger side's. False: nothing is known. */
static bool mean_of_sides(const struct field *field, int64_t col, double out[2]) {
    const int16_t *extent = field->book.extent[field_slot(field, col)];
    double usd[2] = {0};
    int rows[2] = {0};
    for (int row = extent[0]; row < extent[1]; row++) {
        double usd_per_bp = 0;
        bool bids = false;
        if (field_get_book(field, col, row, &usd_per_bp, &bids) && usd_per_bp > 0) {
            usd[bids ? 0 : 1] += usd_per_bp;
            rows[bids ? 0 : 1]++;
        }
    }
    for (int side = 0; side < 2; side++) { /* rows too high to tell the sides apart: both alike */
        out[side] =
            rows[side] > 0 ? usd[side] / rows[side] : usd[1 - side] / fmax(rows[1 - side], 1);
    }
    return rows[0] + rows[1] > 0;
}

static void draw_bar(struct layer_context *context, const struct bar *bar, int64_t interval_ms) {
    double mean[2];
    int64_t col = known_column(context->field, bar->begin_ms, bar->begin_ms + interval_ms);
    if (!(bar->low > 0) || col < 0 || !mean_of_sides(context->field, col, mean)) {
        return;
    }
    double s = context->layout->scale;
    double left = round(camera_px_from_time(context->camera, (double)bar->begin_ms));
    double end_ms = fmin((double)(bar->begin_ms + interval_ms), (double)context->frame->now_ms);
    double right = round(camera_px_from_time(context->camera, end_ms));
    double h = round(BAND_PX * s);
    const double y[2] = {round(camera_px_from_price(context->camera, bar->low) + GAP_PX * s),
                         round(camera_px_from_price(context->camera, bar->high) - GAP_PX * s) - h};
    for (int side = 0; side < 2 && right > left; side++) {
        const uint8_t *rgba = book_field_color(context->book, scale_log2_from_usd(mean[side]));
        canvas_add_box(context->canvas, (struct camera_rect){left, y[side], right - left, h}, 0,
                       (struct theme_color){rgba[0], rgba[1], rgba[2], rgba[3]});
    }
}

void book_band_draw(struct layer_context *context) {
    const struct bars *bars = context->bars;
    int first = 0, last = -1;
    if (context->book == NULL || !context->book->banded ||
        !bars_visible(bars, context->camera, &first, &last)) {
        return;
    }
    canvas_set_list(context->canvas, CANVAS_PLOT);
    for (int i = first; i <= last; i++) {
        draw_bar(context, &bars->items[i], bars->interval_ms);
    }
}
