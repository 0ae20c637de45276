/* What is not known is hatched, and what was back-filled is told apart from what was seen. */
#include <math.h>

#include "layer/layer.h"

#define HATCH_PERIOD_PX 9.0

static void hatch(struct layer_context *context, double from_ms, double to_ms) {
    const struct camera_rect *plot = &context->layout->plot;
    double left = fmax(camera_px_from_time(context->camera, from_ms), plot->x);
    double right = fmin(camera_px_from_time(context->camera, to_ms), plot->x + plot->w);
    /* A gap shorter than a pixel is still a gap. */
    if (right >= plot->x && left <= plot->x + plot->w && right > left) {
        struct camera_rect rect = {left, plot->y, fmax(right - left, 1), plot->h};
        canvas_add_hatch(context->canvas, rect, HATCH_PERIOD_PX * context->layout->scale,
                         context->theme->hatch);
    }
}

/* Runs of columns of which part is unknown. */
static void hatch_columns(struct layer_context *context) {
    const struct field *field = context->field;
    int64_t begin = 0;
    bool open = false;
    for (int64_t col = field->oldest_col; col <= field->newest_col + 1; col++) {
        const struct field_column *column = field_get_column(field, col);
        bool gap = column != NULL && (column->flags & LAYERS_COLUMN_GAP) != 0;
        if (gap && !open) {
            begin = col;
        } else if (!gap && open) {
            hatch(context, (double)begin * field->grid.col_ms, (double)col * field->grid.col_ms);
        }
        open = gap;
    }
}

/* Gaps newer than the field's columns; the order book's do not touch the field. */
static void hatch_scene(struct layer_context *context) {
    const struct scene_instrument *instrument = context->instrument;
    double known_ms = 0;
    if (context->field != NULL) {
        known_ms = (double)(context->field->newest_col + 1) * context->field->grid.col_ms;
    }
    for (int i = 0; i < instrument->gap_count; i++) {
        const struct scene_gap *gap = &instrument->gaps[i];
        double to_ms = (double)(gap->to_ms != 0 ? gap->to_ms : context->frame->now_ms);
        if (gap->stream != STREAM_BOOK && to_ms > known_ms) {
            hatch(context, fmax((double)gap->from_ms, known_ms), to_ms);
        }
    }
}

static void draw_history_edge(struct layer_context *context) {
    const struct layout *layout = context->layout;
    double s = layout->scale;
    double x = camera_px_from_time(context->camera, (double)context->instrument->history_until_ms);
    if (x < layout->plot.x + 1 || x > layout->plot.x + layout->plot.w) {
        return;
    }
    x = round(x);
    double dash = round(5 * s);
    for (double y = layout->plot.y; y < layout->plot.y + layout->plot.h; y += 3 * dash) {
        canvas_add_box(context->canvas, (struct camera_rect){x, y, fmax(1, round(s)), dash}, 0,
                       (struct theme_color){255, 255, 255, 90});
    }
    struct label label = {.utf8 = "back-filled",
                          .size_px = THEME_STATUS_PX,
                          .color = context->theme->text_dim,
                          .align = LABELS_RIGHT,
                          .x = x - 8 * s,
                          .middle_y = layout->plot.y + layout->plot.h - 14 * s};
    labels_add(context->labels, &label);
}

void gaps_draw(struct layer_context *context) {
    canvas_set_list(context->canvas, CANVAS_PLOT);
    if (context->field != NULL) {
        hatch_columns(context);
    }
    if (context->instrument != NULL) {
        hatch_scene(context);
        if (context->instrument->history_until_ms > 0) {
            draw_history_edge(context);
        }
    }
}
