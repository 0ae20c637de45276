#include "layer/scroll.h"

#include <math.h>

#include "base/floor.h"

enum {
    SLICES = 16
}; /* a ring is painted ahead in so many frames that have nothing else to paint */

/* A camera's span is the difference of two times of 1.8e12 ms, each good to 2.4e-4 ms; the whole of
 * that over the shortest span. Over a plot of 8,000 pixels it is 0.008 pixels. */
#define SAME_LENGTH 1e-6

static int64_t least(int64_t a, int64_t b) {
    return a < b ? a : b;
}

static int64_t most(int64_t a, int64_t b) {
    return a > b ? a : b;
}

static bool is_empty(struct scroll_span span) {
    return span.from >= span.to;
}

static void rings_finish(struct scroll *scroll) {
    for (int i = 0; i < SCROLL_PHASE_COUNT; i++) {
        texture_finish(&scroll->rings[i].color);
    }
}

void scroll_finish(struct scroll *scroll) {
    rings_finish(scroll);
    *scroll = (struct scroll){0};
}

void scroll_reset(struct scroll *scroll) {
    for (int i = 0; i < SCROLL_PHASE_COUNT; i++) {
        scroll->rings[i].kept = scroll->rings[i].stale = (struct scroll_span){0};
    }
}

/* Rings of that size, once. False: there is no room for them. */
static bool make_rings(struct scroll *scroll, int width_px, int height_px) {
    if (scroll->width_px == width_px && scroll->height_px == height_px) {
        return !scroll->refused;
    }
    rings_finish(scroll);
    scroll_reset(scroll);
    scroll->width_px = width_px;
    scroll->height_px = height_px;
    scroll->refused = false;
    struct texture_desc desc = {.width = width_px,
                                .height = height_px,
                                .format = TEXTURE_BGRA8,
                                .undefined = true,
                                .label = "scroll"};
    for (int i = 0; i < SCROLL_PHASE_COUNT && !scroll->refused; i++) {
        struct scroll_ring *ring = &scroll->rings[i];
        scroll->refused =
            !texture_init(&ring->color, &desc) || !target_init_texture(&ring->target, &ring->color);
    }
    if (scroll->refused) {
        rings_finish(scroll);
    }
    return !scroll->refused;
}

struct scroll_place scroll_place_of(struct scroll *scroll, const struct camera *camera) {
    double length = (camera->time_right_ms - camera->time_left_ms) / camera->plot_px.w;
    if (!(fabs(length - scroll->ms_per_px) <= length * SAME_LENGTH)) {
        /* To 24 bits: the same span at another date, rounded otherwise, gives the same length. */
        scroll->ms_per_px = (double)(float)length;
        scroll_reset(scroll);
    }
    int64_t quarters =
        (int64_t)floor(camera->time_left_ms / scroll->ms_per_px * SCROLL_PHASE_COUNT + 0.5);
    int64_t column = floor_div(quarters, SCROLL_PHASE_COUNT);
    return (struct scroll_place){.ms_per_px = scroll->ms_per_px,
                                 .column = column,
                                 .phase = (int)(quarters - column * SCROLL_PHASE_COUNT)};
}

static double shift_of(int phase) {
    return (double)phase / SCROLL_PHASE_COUNT;
}

int64_t scroll_column_of_time(const struct scroll_place *place, double time_ms) {
    return (int64_t)floor(time_ms / place->ms_per_px - shift_of(place->phase));
}

void scroll_mark_stale(struct scroll *scroll, double from_ms, double to_ms) {
    for (int i = 0; i < SCROLL_PHASE_COUNT && scroll->ms_per_px > 0; i++) {
        struct scroll_ring *ring = &scroll->rings[i];
        struct scroll_place place = {.ms_per_px = scroll->ms_per_px, .phase = i};
        /* A column's middle may lie on the other side of the edge of what changed. */
        struct scroll_span span = {scroll_column_of_time(&place, from_ms) - 1,
                                   scroll_column_of_time(&place, to_ms) + 2};
        span.from = most(span.from, ring->kept.from);
        span.to = least(span.to, ring->kept.to);
        if (is_empty(span)) {
            continue;
        }
        bool had = !is_empty(ring->stale);
        ring->stale.from = had ? least(ring->stale.from, span.from) : span.from;
        ring->stale.to = had ? most(ring->stale.to, span.to) : span.to;
    }
}

/* From the first part's top to the last one's bottom, in the ring. */
static struct target_rect painted_rows(const struct scroll_view *view) {
    const struct target_rect *last = &view->shown[view->shown_count - 1];
    return (struct target_rect){.y = view->shown[0].y - view->plot.y,
                                .h = last->y + last->h - view->shown[0].y};
}

/* Paint columns into the ring, in two parts where they lie around its seam. Every lap around the
 * ring has its own viewport, the same for each of its columns: what a pixel becomes does not depend
 * on which strip it was painted with. */
static void paint_span(const struct scroll *scroll, const struct scroll_ring *ring,
                       const struct scroll_view *view, struct scroll_span span) {
    int64_t width = scroll->width_px;
    struct target_rect rows = painted_rows(view);
    while (!is_empty(span)) {
        int64_t lap = floor_div(span.from, width) * width;
        int64_t to = least(span.to, lap + width);
        struct scroll_strip strip = {
            .viewport = {0, 0, scroll->width_px, scroll->height_px},
            .part = {(int)(span.from - lap), rows.y, (int)(to - span.from), rows.h},
            .left_ms = ((double)lap + shift_of(view->place.phase)) * scroll->ms_per_px,
            .ms_per_px = scroll->ms_per_px,
            .column = lap};
        view->paint(view->user, &ring->target, &strip);
        span.from = to;
    }
}

/* Paint what the ring lacks of wanted. False: nothing. */
static bool complete_ring(const struct scroll *scroll, struct scroll_ring *ring,
                          const struct scroll_view *view, struct scroll_span wanted) {
    struct scroll_span have = {most(wanted.from, ring->kept.from), least(wanted.to, ring->kept.to)};
    struct scroll_span stale = {most(have.from, ring->stale.from), least(have.to, ring->stale.to)};
    ring->kept = wanted;
    ring->stale = (struct scroll_span){0};
    /* The live edge: changed and new in one, with what was painted ahead between them. */
    if (!is_empty(stale) && have.to - stale.to <= scroll->width_px / SLICES) {
        have.to = stale.from;
        stale = (struct scroll_span){0};
    }
    if (is_empty(have) || (wanted.from < have.from && have.to < wanted.to)) {
        target_begin(&ring->target, TARGET_BLEND_NONE);
        paint_span(scroll, ring, view, wanted);
        return true;
    }
    const struct scroll_span spans[] = {{wanted.from, have.from}, stale, {have.to, wanted.to}};
    bool begun = false;
    for (int i = 0; i < 3; i++) {
        if (!is_empty(spans[i]) && !begun) {
            target_begin(&ring->target, TARGET_BLEND_NONE);
            begun = true;
        }
        paint_span(scroll, ring, view, spans[i]);
    }
    return begun;
}

/* Paint a slice of what the ring of the next phase lacks, from its newest columns back: where all
 * that was kept has to go, because the scale moves, the phases that follow do not each hold up the
 * frame that comes to them. */
static void paint_ahead(struct scroll *scroll, const struct scroll_view *view,
                        struct scroll_span wanted) {
    struct scroll_view next = *view;
    next.place.phase = (view->place.phase + 1) % SCROLL_PHASE_COUNT;
    if (next.place.phase == 0) {
        next.place.column++;
        wanted.from++;
        wanted.to++;
    }
    struct scroll_ring *ring = &scroll->rings[next.place.phase];
    struct scroll_span have = {most(wanted.from, ring->kept.from), least(wanted.to, ring->kept.to)};
    if (is_empty(have)) {
        have = (struct scroll_span){wanted.to, wanted.to};
        ring->stale = (struct scroll_span){0};
    }
    bool newer = have.to < wanted.to;
    struct scroll_span span = {have.to, wanted.to};
    if (!newer) {
        int64_t from = have.from - 1 - scroll->width_px / SLICES;
        span = (struct scroll_span){most(wanted.from, from), have.from};
    }
    int64_t seam = floor_div(span.to - 1, scroll->width_px) * scroll->width_px;
    if (seam > span.from) { /* one draw is enough */
        span.to = newer ? seam : span.to;
        span.from = newer ? span.from : seam;
    }
    if (!is_empty(span)) {
        target_begin(&ring->target, TARGET_BLEND_NONE);
        paint_span(scroll, ring, &next, span);
        ring->kept = (struct scroll_span){least(have.from, span.from), most(have.to, span.to)};
    }
}

static void copy_ring(const struct scroll *scroll, const struct scroll_ring *ring,
                      const struct target *target, const struct scroll_view *view,
                      struct scroll_span span) {
    int64_t width = scroll->width_px;
    int x = view->shown[0].x;
    while (!is_empty(span)) {
        int64_t lap = floor_div(span.from, width) * width;
        int64_t to = least(span.to, lap + width);
        for (int i = 0; i < view->shown_count; i++) {
            const struct target_rect *shown = &view->shown[i];
            struct target_rect rect = {(int)(span.from - lap), shown->y - view->plot.y,
                                       (int)(to - span.from), shown->h};
            target_copy(&ring->target, rect, target, x, shown->y);
        }
        x += (int)(to - span.from);
        span.from = to;
    }
}

void scroll_draw(struct scroll *scroll, const struct target *target,
                 const struct scroll_view *view) {
    int64_t from = view->place.column + view->shown[0].x - view->plot.x;
    struct scroll_span wanted = {from, from + view->shown[0].w};
    if (!target->tile && make_rings(scroll, view->plot.w, view->plot.h)) {
        struct scroll_ring *ring = &scroll->rings[view->place.phase];
        bool painted = complete_ring(scroll, ring, view, wanted);
        copy_ring(scroll, ring, target, view, wanted);
        if (!painted) {
            paint_ahead(scroll, view, wanted);
        }
        return;
    }
    target_begin(target, TARGET_BLEND_NONE);
    struct scroll_strip strip = {
        .viewport = view->plot,
        .left_ms = ((double)view->place.column + shift_of(view->place.phase)) * scroll->ms_per_px,
        .ms_per_px = scroll->ms_per_px,
        .column = view->place.column};
    for (int i = 0; i < view->shown_count; i++) {
        strip.part = view->shown[i];
        view->paint(view->user, target, &strip);
    }
}
