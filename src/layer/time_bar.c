#include "layer/time_bar.h"

#include <math.h>

#include "layer/layer.h"
#include "layer/moment.h"

/* At scale 1. */
#define BAR_H_PX     58.0
#define INSET_PX     12.0
#define TEXT_H_PX    24.0 /* of the line of times, above the bins */
#define FOOT_PX      8.0
#define TEXT_UP_PX   11.0 /* its middle above the bins */
#define STEP_PX      3.0  /* of a bin, with one of air */
#define PLOT_H_LEAST 200.0
#define PLOT_W_LEAST 320.0
#define HATCH_PX     7.0

struct camera_rect time_bar_rect(const struct layout *layout) {
    const double s = layout->scale;
    const struct camera_rect plot = layout->plot, axis = layout->time_axis;
    if (plot.w < PLOT_W_LEAST * s || plot.h < PLOT_H_LEAST * s) {
        return (struct camera_rect){0};
    }
    const double inset = round(INSET_PX * s), h = round(BAR_H_PX * s);
    return (struct camera_rect){plot.x + inset, axis.y + axis.h - h, plot.w - 2 * inset, h};
}

/* The part of it that times are laid out on. */
static struct camera_rect track_of(const struct layout *layout) {
    const struct camera_rect rect = time_bar_rect(layout);
    const double s = layout->scale, inset = round(INSET_PX * s), top = round(TEXT_H_PX * s);
    return (struct camera_rect){rect.x + inset, rect.y + top, fmax(rect.w - 2 * inset, 1),
                                rect.h - top - round(FOOT_PX * s)};
}

int64_t time_bar_ms_from_px(const struct time_bar *bar, const struct layout *layout, double x_px) {
    const struct camera_rect track = track_of(layout);
    const double share = fmin(fmax((x_px - track.x) / track.w, 0), 1);
    return bar->first_ms + (int64_t)(share * (double)(bar->last_ms - bar->first_ms));
}

static double px_of(const struct time_bar *bar, struct camera_rect track, int64_t ts_ms) {
    const double span_ms = (double)(bar->last_ms - bar->first_ms);
    const double share = (double)(ts_ms - bar->first_ms) / span_ms;
    return track.x + fmin(fmax(share, 0), 1) * track.w;
}

/* The most of the bins that a step of the bar covers, so that a burst is never hidden. */
static float densest(const struct time_bar *bar, double from, double to) {
    const int first = (int)(from * TIME_BAR_BIN_COUNT);
    const int end = (int)fmin(ceil(to * TIME_BAR_BIN_COUNT), TIME_BAR_BIN_COUNT);
    float most = 0;
    for (int i = first; i < end; i++) {
        most = fmaxf(most, bar->density[i]);
    }
    return most;
}

static void draw_density(struct layer_context *context, struct camera_rect track) {
    const struct time_bar *bar = context->frame->time_bar;
    const double step = fmax(2, round(STEP_PX * context->layout->scale));
    const double air = step > 2 ? 1 : 0;
    const int count = (int)(track.w / step);
    const double at = px_of(bar, track, bar->at_ms);
    struct theme_color past = context->theme->text_dim, later = past;
    later.a = (uint8_t)(later.a * 45 / 100);
    for (int i = 0; i < count; i++) {
        const double x = track.x + i * step;
        const double h =
            round(track.h * (double)densest(bar, (double)i / count, (double)(i + 1) / count));
        if (h >= 1) {
            const struct camera_rect box = {round(x), track.y + track.h - h, step - air, h};
            canvas_add_box(context->canvas, box, 0, x <= at ? past : later);
        }
    }
}

static void draw_spans(struct layer_context *context, struct camera_rect track) {
    const struct time_bar *bar = context->frame->time_bar;
    const double s = context->layout->scale;
    for (int i = 0; i < bar->gap_count && i < TIME_BAR_GAP_MAX; i++) {
        const double left = round(px_of(bar, track, bar->gaps[i].from_ms));
        const double right = round(px_of(bar, track, bar->gaps[i].to_ms));
        const struct camera_rect rect = {left, track.y, fmax(right - left, fmax(1, round(s))),
                                         track.h};
        canvas_add_hatch(context->canvas, rect, HATCH_PX * s, context->theme->warn);
    }
    if (bar->until_ms < bar->last_ms) { /* not looked through yet */
        const double left = round(px_of(bar, track, bar->until_ms));
        const struct camera_rect rest = {left, track.y + track.h - fmax(1, round(s)),
                                         track.x + track.w - left, fmax(1, round(s))};
        canvas_add_box(context->canvas, rest, 0, context->theme->rule);
    }
    if (bar->loop_to_ms != 0) {
        struct theme_color color = context->theme->price;
        const double left = round(px_of(bar, track, bar->loop_from_ms));
        const double right = round(px_of(bar, track, bar->loop_to_ms));
        const struct camera_rect rect = {left, track.y, fmax(right - left, 2), track.h};
        color.a = 50;
        canvas_add_box(context->canvas, rect, 0, color);
        canvas_add_frame(context->canvas, rect, 0, fmax(1, round(s)), context->theme->price);
    }
}

/* A line across the bar at a moment. */
static void draw_line(struct layer_context *context, struct camera_rect track, int64_t ts_ms,
                      struct theme_color color) {
    const double s = context->layout->scale;
    const double x = round(px_of(context->frame->time_bar, track, ts_ms));
    const double w = fmax(2, round(2 * s)), over = round(3 * s);
    const struct camera_rect line = {x - floor(w / 2), track.y - over, w, track.h + 2 * over};
    canvas_add_box(context->canvas, line, 0, color);
}

/* The moment itself above its line, within the bar. */
static void write_moment(struct layer_context *context, struct camera_rect track, int64_t ts_ms,
                         struct theme_color color, bool seconds) {
    char text[MOMENT_TEXT_BYTES];
    struct label label = {.utf8 = moment_format(context->frame->zone, ts_ms, seconds, text),
                          .size_px = THEME_STATUS_PX,
                          .color = color,
                          .align = LABELS_CENTER,
                          .x = px_of(context->frame->time_bar, track, ts_ms),
                          .middle_y = track.y - TEXT_UP_PX * context->layout->scale};
    const struct camera_rect box = labels_measure(context->labels, &label);
    label.x += fmax(track.x - box.x, 0) - fmax(box.x + box.w - track.x - track.w, 0);
    (void)labels_add(context->labels, &label);
}

static const struct time_bar *bar_of(const struct layer_context *context) {
    const struct time_bar *bar = context->frame->time_bar;
    const bool shown =
        bar != NULL && bar->last_ms > bar->first_ms && time_bar_rect(context->layout).w > 0;
    return shown ? bar : NULL;
}

void time_bar_write(struct layer_context *context) {
    const struct time_bar *bar = bar_of(context);
    const struct theme *theme = context->theme;
    if (bar == NULL) {
        return;
    }
    const struct camera_rect track = track_of(context->layout);
    const int64_t at_ms = bar->wanted_ms != 0 ? bar->wanted_ms : bar->at_ms;
    if (context->frame->time_bar_pointed) {
        const double x = context->frame->pointer_x_px;
        write_moment(context, track, time_bar_ms_from_px(bar, context->layout, x), theme->text,
                     true);
    }
    write_moment(context, track, at_ms, theme->price, true);
    write_moment(context, track, bar->first_ms, theme->text_dim, false);
    write_moment(context, track, bar->last_ms, theme->text_dim, false);
    labels_reserve(context->labels, time_bar_rect(context->layout));
}

void time_bar_draw(struct layer_context *context) {
    const struct time_bar *bar = bar_of(context);
    if (bar == NULL) {
        return;
    }
    const struct camera_rect rect = time_bar_rect(context->layout);
    const struct camera_rect track = track_of(context->layout);
    canvas_set_list(context->canvas, CANVAS_OVER);
    layer_draw_plate(context, rect);
    draw_density(context, track);
    draw_spans(context, track);
    if (context->frame->time_bar_pointed) {
        const double x = context->frame->pointer_x_px;
        draw_line(context, track, time_bar_ms_from_px(bar, context->layout, x),
                  context->theme->text_dim);
    }
    draw_line(context, track, bar->wanted_ms != 0 ? bar->wanted_ms : bar->at_ms,
              context->theme->price);
}
