/* What is not known is hatched, and what was back-filled is told apart from what was seen. */
#include "layer/gaps.h"

#include <math.h>

#define HATCH_PERIOD_PX 9.0
#define DASH_PX         16.0
#define JOIN_PX         2.0 /* gaps nearer together than that are drawn as one */

struct hatching {
    struct layer_context *context;
    const struct camera_rect *area;
    double left, right; /* pixels, not drawn yet; right <= left: nothing */
};

static void flush(struct hatching *hatching) {
    if (hatching->right > hatching->left) {
        struct camera_rect rect = {hatching->left, hatching->area->y,
                                   hatching->right - hatching->left, hatching->area->h};
        canvas_add_hatch(hatching->context->canvas, rect,
                         HATCH_PERIOD_PX * hatching->context->layout->scale,
                         hatching->context->theme->hatch);
    }
    hatching->left = hatching->right = 0;
}

static void hatch(struct hatching *hatching, double from_ms, double to_ms) {
    const struct camera *camera = hatching->context->camera;
    const struct camera_rect *area = hatching->area;
    double left = fmax(camera_px_from_time(camera, from_ms), area->x);
    double right = fmin(camera_px_from_time(camera, to_ms), area->x + area->w);
    if (right < area->x || left > area->x + area->w || right <= left) {
        return;
    }
    right = fmax(right, left + 1); /* a gap shorter than a pixel is still a gap */
    if (hatching->right > hatching->left && left <= hatching->right + JOIN_PX) {
        hatching->right = fmax(hatching->right, right);
        return;
    }
    flush(hatching);
    hatching->left = left;
    hatching->right = right;
}

/* Runs of columns of which part is unknown. */
static void hatch_columns(struct hatching *hatching) {
    const struct field *field = hatching->context->field;
    int64_t begin = 0;
    bool open = false;
    for (int64_t col = field->oldest_col; col <= field->newest_col + 1; col++) {
        const struct field_column *column = field_get_column(field, col);
        bool gap = column != NULL && (column->flags & LAYERS_COLUMN_GAP) != 0;
        if (gap && !open) {
            begin = col;
        } else if (!gap && open) {
            hatch(hatching, (double)begin * field->grid.col_ms, (double)col * field->grid.col_ms);
        }
        open = gap;
    }
}

/* Gaps newer than the field's columns; the order book's do not touch the field. */
static void hatch_scene(struct hatching *hatching) {
    const struct scene_instrument *instrument = hatching->context->instrument;
    const struct field *field = hatching->context->field;
    double known_ms = field != NULL ? (double)(field->newest_col + 1) * field->grid.col_ms : 0;
    for (int i = 0; i < instrument->gap_count; i++) {
        const struct scene_gap *gap = &instrument->gaps[i];
        double to_ms = (double)(gap->to_ms != 0 ? gap->to_ms : hatching->context->frame->now_ms);
        if (gap->stream != STREAM_BOOK && to_ms > known_ms) {
            hatch(hatching, fmax((double)gap->from_ms, known_ms), to_ms);
        }
    }
}

void gaps_hatch(struct layer_context *context, const struct camera_rect *area) {
    struct hatching hatching = {.context = context, .area = area};
    if (context->field != NULL) {
        hatch_columns(&hatching);
    }
    if (context->instrument != NULL) {
        hatch_scene(&hatching);
    }
    flush(&hatching);
}

static void draw_history_edge(struct layer_context *context) {
    const struct layout *layout = context->layout;
    double s = layout->scale;
    double x = camera_px_from_time(context->camera, (double)context->instrument->history_until_ms);
    if (x < layout->plot.x + 1 || x > layout->plot.x + layout->plot.w) {
        return;
    }
    x = round(x);
    struct theme_color color = context->theme->text;
    color.a = 150;
    struct camera_rect line = {x, layout->plot.y, fmax(1, round(s)), layout->plot.h};
    canvas_add_hatch(context->canvas, line, DASH_PX * s, color); /* so thin, it is a dashed line */
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
    gaps_hatch(context, &context->layout->plot);
    if (context->instrument != NULL && context->instrument->history_until_ms > 0) {
        draw_history_edge(context);
    }
}
