/* Sums outward from the price, over the profile's bars: how many USD of longs stand between the
 * price and any price below it, of shorts any above it. They share one axis of USD, which starts at
 * the profile's left edge; its round numbers stand at both ends. */
#include <math.h>

#include "base/number.h"
#include "layer/layer.h"
#include "layer/profile.h"

#define STEP_PX      4.0  /* between two points of a curve, at scale 1 */
#define STRAIGHT_PX  0.35 /* points so near to a straight line are left out */
#define AXIS_END_PX  14.0 /* right of the axis' largest sum */
#define TICK_ROOM_PX 48.0 /* a tick's number needs this, with its plate and a gap */
enum { POINT_COUNT_MAX = 1024, TICK_COUNT_MAX = 3 };

struct curve {
    double usd_max; /* at the axis' right end */
    double ln_from; /* the price that both sums start from */
};

static double x_of(const struct layer_context *context, const struct curve *curve, double usd) {
    const struct camera_rect *area = &context->layout->profile;
    double end = area->w - AXIS_END_PX * context->layout->scale;
    return area->x + usd / curve->usd_max * end;
}

static double sum_to(const struct layer_context *context, const struct curve *curve, int side,
                     double ln) {
    return side == 0 ? profile_usd(context->profile, side, ln, curve->ln_from)
                     : profile_usd(context->profile, side, curve->ln_from, ln);
}

/* The runs (x for a pixel of y) of all lines from a point that pass what was left out after it.
 * Held against its neighbours alone, a point of a slow bend would always be left out. */
struct sleeve {
    double run_min, run_max;
};

static const struct sleeve sleeve_open = {-INFINITY, INFINITY};

static double run_of(const struct curve_point *from, const struct curve_point *to) {
    return (to->x - from->x) / (to->y - from->y);
}

static bool sleeve_takes(const struct sleeve *sleeve, double run) {
    return run >= sleeve->run_min && run <= sleeve->run_max;
}

static void sleeve_narrow(struct sleeve *sleeve, double run, double length) {
    sleeve->run_min = fmax(sleeve->run_min, run - STRAIGHT_PX / length);
    sleeve->run_max = fmin(sleeve->run_max, run + STRAIGHT_PX / length);
}

/* Points from the price, or the plot's edge where that is out of view, to the outer edge. */
static int make_points(const struct layer_context *context, const struct curve *curve, int side,
                       struct curve_point points[POINT_COUNT_MAX]) {
    const struct camera_rect *area = &context->layout->profile;
    double sign = side == 0 ? 1 : -1;
    double start = camera_px_from_ln(context->camera, curve->ln_from);
    start = fmin(fmax(start, area->y), area->y + area->h);
    double end = side == 0 ? area->y + area->h : area->y;
    double step = STEP_PX * context->layout->scale;
    int steps = (int)ceil(fabs(end - start) / step);
    int count = 0;
    struct sleeve sleeve = sleeve_open;
    for (int i = 0; i <= steps && count < POINT_COUNT_MAX; i++) {
        double y = i < steps ? start + sign * step * i : end;
        double usd = sum_to(context, curve, side, camera_ln_from_px(context->camera, y));
        struct curve_point point = {x_of(context, curve, usd), y};
        if (count >= 2 && sleeve_takes(&sleeve, run_of(&points[count - 2], &point))) {
            count--;
        } else {
            sleeve = sleeve_open;
        }
        points[count++] = point;
        if (count >= 2) {
            const struct curve_point *from = &points[count - 2];
            sleeve_narrow(&sleeve, run_of(from, &point), fabs(point.y - from->y));
        }
    }
    return count;
}

static void draw_curve(struct layer_context *context, const struct curve *curve, int side) {
    static struct curve_point
        points[POINT_COUNT_MAX]; /* main thread only; too large for the stack */
    const struct camera_rect *area = &context->layout->profile;
    int count = make_points(context, curve, side, points);
    double s = context->layout->scale;
    canvas_add_curve(context->canvas, &(struct curves_line){.count = count,
                                                            .points = points,
                                                            .upright = true,
                                                            .from_px = area->y,
                                                            .to_px = area->y + area->h,
                                                            .width_px = 1.8 * s,
                                                            .color = context->theme->price,
                                                            .halo_px = 4.5 * s,
                                                            .halo = context->theme->halo});
}

/* The largest of 1, 2 and 5 times a power of ten that is at most usd. */
static double round_down(double usd) {
    double power = pow(10, floor(log10(usd)));
    double first = usd / power;
    return power * (first >= 5 ? 5 : (first >= 2 ? 2 : 1));
}

/* Two or three round sums, the same ones at both ends. */
struct axis {
    double tick;
    int every, count; /* ticks every, 2 every .. count are shown */
};

static struct axis axis_of(const struct layer_context *context, const struct curve *curve) {
    struct axis axis = {.tick = round_down(curve->usd_max / 2), .every = 1};
    axis.count = (int)(curve->usd_max / axis.tick);
    while (axis.count / axis.every > TICK_COUNT_MAX ||
           x_of(context, curve, axis.tick * axis.every) - context->layout->profile.x <
               TICK_ROOM_PX * context->layout->scale) {
        axis.every++;
    }
    return axis;
}

static void draw_lines(struct layer_context *context, const struct curve *curve,
                       const struct axis *axis) {
    const struct camera_rect *area = &context->layout->profile;
    double thin = fmax(1, round(context->layout->scale * 0.75));
    for (int i = axis->every; i <= axis->count; i += axis->every) {
        double x = round(x_of(context, curve, axis->tick * i));
        canvas_add_box(context->canvas, (struct camera_rect){x, area->y, thin, area->h}, 0,
                       context->theme->grid_major);
    }
}

static bool shows_side(const struct layer_context *context, int side) {
    return context->settings->side != (side == 0 ? SETTINGS_SIDE_SHORT : SETTINGS_SIDE_LONG);
}

/* Inside of the totals' plates, over the curves. */
static void draw_sums(struct layer_context *context, const struct curve *curve,
                      const struct axis *axis) {
    const struct camera_rect *area = &context->layout->profile;
    double s = context->layout->scale;
    for (int i = axis->every; i <= axis->count; i += axis->every) {
        double x = round(x_of(context, curve, axis->tick * i));
        for (int side = 0; side < 2; side++) {
            if (!shows_side(context, side)) {
                continue; /* a pane of one side has its sums at that side's end */
            }
            char text[NUMBER_TEXT_BYTES];
            struct label label = {.utf8 = number_format_usd_round(axis->tick * i, text),
                                  .size_px = THEME_STATUS_PX - 2,
                                  .color = context->theme->text_dim,
                                  .align = LABELS_CENTER,
                                  .x = fmin(x, area->x + area->w - 17 * s),
                                  .middle_y =
                                      side == 1 ? area->y + 58 * s : area->y + area->h - 58 * s};
            struct camera_rect box = labels_measure(context->labels, &label);
            struct camera_rect plate = {box.x - 3 * s, label.middle_y - 9 * s, box.w + 6 * s,
                                        18 * s};
            if (labels_add(context->labels, &label)) {
                layer_draw_plate(context, plate);
            }
        }
    }
}

void cumulative_draw(struct layer_context *context) {
    double from = profile_ln_reference(context->profile);
    from = isfinite(from) || !(context->price > 0) ? from : log(context->price);
    if (!isfinite(from) || context->layout->profile.w <= 0) {
        return;
    }
    canvas_set_list(context->canvas, CANVAS_OVER);
    struct curve curve = {.ln_from = from};
    for (int side = 0; side < 2; side++) {
        double ln = side == 0 ? context->camera->ln_bottom : context->camera->ln_top;
        curve.usd_max = fmax(curve.usd_max, sum_to(context, &curve, side, ln));
    }
    if (!(curve.usd_max > 0)) {
        return;
    }
    const struct axis axis = axis_of(context, &curve);
    draw_lines(context, &curve, &axis);
    for (int side = 0; side < 2; side++) {
        double ln = side == 0 ? context->camera->ln_bottom : context->camera->ln_top;
        if (shows_side(context, side) && sum_to(context, &curve, side, ln) > 0) {
            draw_curve(context, &curve, side);
        }
    }
    draw_sums(context, &curve, &axis);
}
