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

static void paint(void *user, const struct target *target, const struct scroll_strip *strip) {
    const struct ground_view *view = user;
    if (view->heatmap != NULL) {
        heatmap_paint(view->heatmap, target, &view->heat, strip);
    } else {
        target_set_scissor(target, strip->part);
        target_clear(view->background);
    }
    if (view->book != NULL) {
        book_field_paint(view->book, target, &view->book_view, strip);
    }
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

static bool looks_same(const struct ground *ground, const struct ground_view *view,
                       const struct heatmap_key *key, const struct book_key *book_key) {
    return ground->painted && ground->heat == (view->heatmap != NULL) &&
           ground->book == (view->book != NULL) && heatmap_key_is_same(&ground->key, key) &&
           (view->book == NULL || book_key_is_same(&ground->book_key, book_key));
}

/* Forget what does not look like that any more. */
static void forget_changes(struct ground *ground, const struct ground_view *view,
                           struct target_rect plot, struct target_rect shown) {
    const struct field *field = view->heat.field;
    struct heatmap_key key = heatmap_key_of(&view->heat);
    struct book_key book_key = {0};
    if (view->book != NULL) {
        book_key = book_field_key(view->book);
    }
    bool rows_same = ground->shown.y == shown.y && ground->shown.h == shown.h;
    if (!looks_same(ground, view, &key, &book_key) || !same_rect(&ground->plot, &plot) ||
        !rows_same) {
        scroll_reset(&ground->scroll);
    } else if (ground->version != field->version) {
        mark_columns(ground, field, field_oldest_change(field, ground->version),
                     field_newest_change(field, ground->version));
        if (ground->oldest_col != field->oldest_col) {
            mark_columns(ground, field, field->oldest_col, field->oldest_col);
        }
    }
    ground->painted = true;
    ground->heat = view->heatmap != NULL;
    ground->book = view->book != NULL;
    ground->key = key;
    ground->book_key = book_key;
    ground->plot = plot;
    ground->shown = shown;
    ground->version = field->version;
    ground->oldest_col = field->oldest_col;
}

void ground_draw(struct ground *ground, const struct target *target,
                 const struct ground_view *view) {
    const struct camera_rect *plot_px = &view->heat.camera->plot_px;
    struct target_rect plot = {(int)plot_px->x, (int)plot_px->y, (int)plot_px->w, (int)plot_px->h};
    struct target_rect shown;
    struct ground_view painted = *view;
    if (view->heatmap != NULL && !heatmap_prepare(view->heatmap, &view->heat)) {
        painted.heatmap = NULL;
    }
    if ((painted.heatmap == NULL && view->book == NULL) ||
        !heatmap_covered_px(&view->heat, &shown)) {
        return;
    }
    struct scroll_view scroll = {.place = scroll_place_of(&ground->scroll, view->heat.camera),
                                 .plot = plot,
                                 .shown = shown,
                                 .paint = paint,
                                 .user = &painted};
    forget_changes(ground, &painted, plot, shown);
    scroll_draw(&ground->scroll, target, &scroll);
}
