#include "layer/ground.h"

#include <math.h>

void ground_finish(struct ground *ground) {
    scroll_finish(&ground->scroll);
    *ground = (struct ground){0};
}

void ground_reset(struct ground *ground) {
    scroll_reset(&ground->scroll);
    ground->painted = false;
}

struct painter {
    const struct heatmap *heatmap;
    const struct heatmap_view *view;
};

static void paint(void *user, const struct target *target, const struct scroll_strip *strip) {
    const struct painter *painter = user;
    heatmap_paint(painter->heatmap, target, painter->view, strip);
}

static bool same_rect(const struct target_rect *a, const struct target_rect *b) {
    return a->x == b->x && a->y == b->y && a->w == b->w && a->h == b->h;
}

/* Columns blend into half of each neighbour. */
static void mark_columns(struct ground *ground, const struct field *field, int64_t first,
                         int64_t last) {
    scroll_mark_stale(&ground->scroll, ((double)first - 0.5) * field->grid.col_ms,
                      ((double)last + 1.5) * field->grid.col_ms);
}

/* Forget what does not look like that any more. */
static void forget_changes(struct ground *ground, const struct heatmap_view *view,
                           struct target_rect plot, struct target_rect shown) {
    const struct field *field = view->field;
    struct heatmap_key key = heatmap_key_of(view);
    bool rows_same = ground->shown.y == shown.y && ground->shown.h == shown.h;
    if (!ground->painted || !heatmap_key_is_same(&ground->key, &key) ||
        !same_rect(&ground->plot, &plot) || !rows_same) {
        scroll_reset(&ground->scroll);
    } else if (ground->version != field->version) {
        mark_columns(ground, field, field_oldest_change(field, ground->version),
                     field_newest_change(field, ground->version));
        if (ground->oldest_col != field->oldest_col) {
            mark_columns(ground, field, field->oldest_col, field->oldest_col);
        }
    }
    ground->painted = true;
    ground->key = key;
    ground->plot = plot;
    ground->shown = shown;
    ground->version = field->version;
    ground->oldest_col = field->oldest_col;
}

void ground_draw(struct ground *ground, struct heatmap *heatmap, const struct target *target,
                 const struct heatmap_view *view) {
    const struct camera_rect *plot_px = &view->camera->plot_px;
    struct target_rect plot = {(int)plot_px->x, (int)plot_px->y, (int)plot_px->w, (int)plot_px->h};
    struct target_rect shown;
    if (!heatmap_prepare(heatmap, view) || !heatmap_covered_px(view, &shown)) {
        return;
    }
    struct painter painter = {heatmap, view};
    struct scroll_view scroll = {.place = scroll_place_of(&ground->scroll, view->camera),
                                 .plot = plot,
                                 .shown = shown,
                                 .paint = paint,
                                 .user = &painter};
    forget_changes(ground, view, plot, shown);
    scroll_draw(&ground->scroll, target, &scroll);
}
