#include "layer/ground.h"

#include <assert.h>
#include <string.h>

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

/* The rows that are shown, whatever their width is. */
static bool same_rows(const struct ground *ground, const struct scroll_view *scroll) {
    bool same = ground->shown_count == scroll->shown_count;
    for (int i = 0; i < scroll->shown_count && same; i++) {
        same = ground->shown[i].y == scroll->shown[i].y && ground->shown[i].h == scroll->shown[i].h;
    }
    return same;
}

/* Forget what does not look like that any more. */
static void forget_changes(struct ground *ground, const struct ground_view *view,
                           const struct scroll_view *scroll) {
    const struct field *field = view->heat.field;
    struct heatmap_key key = heatmap_key_of(&view->heat);
    struct book_key book_key = {0};
    if (view->book != NULL) {
        book_key = book_field_key(view->book);
    }
    if (!looks_same(ground, view, &key, &book_key) || !same_rect(&ground->plot, &scroll->plot) ||
        !same_rows(ground, scroll)) {
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
    ground->plot = scroll->plot;
    ground->shown_count = scroll->shown_count;
    memcpy(ground->shown, scroll->shown, sizeof ground->shown);
    ground->version = field->version;
    ground->oldest_col = field->oldest_col;
}

void ground_draw(struct ground *ground, const struct target *target,
                 const struct ground_view *view) {
    static_assert((int)SCROLL_SHOWN_MAX == (int)HEATMAP_PANE_MAX, "a part a pane");
    struct ground_view painted = *view;
    if (view->heatmap != NULL && !heatmap_prepare(view->heatmap, &view->heat)) {
        painted.heatmap = NULL;
    }
    if (painted.heatmap == NULL && view->book == NULL) {
        return;
    }
    struct scroll_view scroll = {.place = scroll_place_of(&ground->scroll, view->heat.camera),
                                 .plot = heatmap_plot_px(&view->heat),
                                 .paint = paint,
                                 .user = &painted};
    scroll.shown_count = heatmap_covered_px(&view->heat, scroll.shown);
    if (scroll.shown_count > 0) {
        forget_changes(ground, &painted, &scroll);
        scroll_draw(&ground->scroll, target, &scroll);
    }
}
