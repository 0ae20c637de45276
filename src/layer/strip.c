#include "layer/strip.h"

#include <assert.h>
#include <math.h>

#define LINE_PX 1.6
#define EDGE_PX 12.0 /* texts stand so far from the edges */
enum { ANCHOR_BARS = 64 };

double *strip_scratch(int which) {
    static double numbers[4][BARS_MAX]; /* main thread only; too large for the stack */
    assert(which >= 0 && which < 4);
    return numbers[which];
}

static double head_middle(const struct strip *strip) {
    return strip->place->head.y + strip->place->head.h * 0.58;
}

void strip_title(struct strip *strip, const char *utf8) {
    double s = strip->context->layout->scale;
    struct label label = {.utf8 = utf8,
                          .face = TEXT_SANS_STRONG,
                          .size_px = THEME_STRIP_PX,
                          .color = strip->context->theme->text_dim,
                          .x = strip->place->head.x + EDGE_PX * s,
                          .middle_y = head_middle(strip)};
    labels_add(strip->context->labels, &label);
    struct camera_rect box = labels_measure(strip->context->labels, &label);
    strip->head_right_px = box.x + box.w;
}

bool strip_note(struct strip *strip, const char *utf8, struct theme_color color) {
    double s = strip->context->layout->scale;
    struct label label = {.utf8 = utf8,
                          .size_px = THEME_STRIP_PX,
                          .color = color,
                          .x = strip->head_right_px + 14 * s,
                          .middle_y = head_middle(strip)};
    struct camera_rect box = labels_measure(strip->context->labels, &label);
    if (box.x + box.w > strip->place->head.x + strip->place->head.w - 4 * s ||
        !labels_add(strip->context->labels, &label)) {
        return false;
    }
    strip->head_right_px = box.x + box.w;
    return true;
}

/* Below the profile, or, where there is none, over the scale. */
void strip_value(struct strip *strip, const char *utf8, struct theme_color color) {
    const struct layout *layout = strip->context->layout;
    const struct camera_rect *graph = &strip->place->graph;
    bool beside = layout->profile.w > 0;
    double x = beside ? strip->place->side.x : layout->price_axis.x;
    struct label label = {.utf8 = utf8,
                          .face = TEXT_SANS_STRONG,
                          .size_px = THEME_CAPTION_PX,
                          .color = color,
                          .x = x + EDGE_PX * layout->scale,
                          .middle_y = beside ? graph->y + graph->h / 2 : head_middle(strip)};
    labels_add(strip->context->labels, &label);
}

void strip_scale(struct strip *strip, double y, const char *utf8) {
    double s = strip->context->layout->scale;
    const struct camera_rect *graph = &strip->place->graph;
    struct label label = {.utf8 = utf8,
                          .size_px = THEME_STRIP_PX - 1,
                          .color = strip->context->theme->text_faint,
                          .x = strip->context->layout->price_axis.x + EDGE_PX * s,
                          .middle_y = fmin(fmax(y, graph->y + 6 * s), graph->y + graph->h - 8 * s)};
    labels_add(strip->context->labels, &label);
}

void strip_rule(struct strip *strip, double y, struct theme_color color) {
    const struct camera_rect *graph = &strip->place->graph;
    double line = fmax(1, round(strip->context->layout->scale * 0.75));
    canvas_add_box(strip->context->canvas, (struct camera_rect){graph->x, round(y), graph->w, line},
                   0, color);
}

const struct bar *strip_newest(const struct strip *strip) {
    const struct bar *bar = &strip->bars->items[strip->last];
    int64_t passed_ms = strip->context->field->covered_until_ms - bar->begin_ms;
    bool young = strip->last > strip->first && passed_ms < strip->bars->interval_ms / 2;
    return young ? bar - 1 : bar;
}

/* When a bar's value is as it is: at its end, or as far as the field reaches. */
static double bar_end_ms(const struct strip *strip, int i) {
    double end_ms = (double)(strip->bars->items[i].begin_ms + strip->bars->interval_ms);
    const struct field *field = strip->context->field;
    return i == strip->bars->count - 1 ? fmin(end_ms, (double)field->covered_until_ms) : end_ms;
}

/* x of a bar's edge on a whole pixel. The roundings hang on the bar and not on where the picture
 * has scrolled to, so that bars move along without changing their widths. */
static double edge_px(const struct strip *strip, double ms) {
    const struct camera *camera = strip->context->camera;
    double px_per_ms = camera->plot_px.w / (camera->time_right_ms - camera->time_left_ms);
    double anchor_ms = (double)strip->bars->interval_ms * ANCHOR_BARS;
    anchor_ms *= floor(camera->time_left_ms / anchor_ms);
    return camera->plot_px.x + round((ms - anchor_ms) * px_per_ms) -
           round((camera->time_left_ms - anchor_ms) * px_per_ms);
}

bool strip_bar_px(const struct strip *strip, int i, double *left, double *right) {
    const struct camera_rect *graph = &strip->place->graph;
    double begin_ms = (double)strip->bars->items[i].begin_ms;
    double end_ms = begin_ms + (double)strip->bars->interval_ms;
    *left = edge_px(strip, begin_ms);
    *right = edge_px(strip, end_ms);
    double gap = *right - *left >= 4 ? fmax(1, round((*right - *left) * 0.12)) : 0;
    double known = ceil(camera_px_from_time(strip->context->camera, bar_end_ms(strip, i)));
    *left = fmax(*left, graph->x);
    *right = fmin(fmin(*right - gap, known), graph->x + graph->w);
    return *right > *left;
}

void strip_box(struct strip *strip, int i, double y0, double y1, struct theme_color color) {
    double left = 0, right = 0;
    double top = round(fmin(y0, y1)), bottom = round(fmax(y0, y1));
    if (bottom > top && strip_bar_px(strip, i, &left, &right)) {
        canvas_add_box(strip->context->canvas,
                       (struct camera_rect){left, top, right - left, bottom - top}, 0, color);
    }
}

double strip_y(const struct strip *strip, struct strip_range range, double value) {
    const struct camera_rect *graph = &strip->place->graph;
    double share = (value - range.low) / (range.high - range.low);
    return graph->y + graph->h * (1 - fmin(fmax(share, 0), 1));
}

struct strip_range strip_range_of(const struct strip *strip, const double value[]) {
    struct strip_range range = {INFINITY, -INFINITY};
    for (int i = strip->first; i <= strip->last; i++) {
        if (!isnan(value[i])) {
            range.low = fmin(range.low, value[i]);
            range.high = fmax(range.high, value[i]);
        }
    }
    return range;
}

struct strip_range strip_range_pad(struct strip_range range, double share) {
    double pad = (range.high - range.low) * share;
    pad = pad > 0 ? pad : fmax(fabs(range.high) * 1e-3, 1e-12);
    return (struct strip_range){range.low - pad, range.high + pad};
}

void strip_line(struct strip *strip, const double value[], struct strip_range range,
                struct theme_color color) {
    static struct curve_point points[BARS_MAX]; /* main thread only; too large for the stack */
    const struct camera_rect *graph = &strip->place->graph;
    int from = strip->first > 0 ? strip->first - 1 : 0;
    int to = strip->last + 1 < strip->bars->count ? strip->last + 1 : strip->last;
    for (int i = from; i <= to; i++) {
        points[i - from] =
            (struct curve_point){camera_px_from_time(strip->context->camera, bar_end_ms(strip, i)),
                                 isnan(value[i]) ? NAN : strip_y(strip, range, value[i])};
    }
    canvas_add_curve(strip->context->canvas,
                     &(struct curves_line){.count = to - from + 1,
                                           .points = points,
                                           .from_px = graph->x,
                                           .to_px = graph->x + graph->w,
                                           .width_px = LINE_PX * strip->context->layout->scale,
                                           .color = color});
}
