/* How well the estimate is calibrated and how it did lately, in words beside the title, and how far
 * from the price that reaches, at the price axis. */
#include <math.h>

#include "base/str.h"
#include "layer/axes.h"
#include "layer/caption.h"
#include "layer/layer.h"

#define MARK_ALPHA  110
#define AXIS_ROW_PX 17.0 /* of a text at the axis */

/* What of the line is written: as long as there is room, the score shortened before the model. */
static const struct {
    int model, score;
} lengths[] = {{0, 0}, {0, 1}, {1, 1}, {1, 2}, {2, 2}, {2, 2}};

static struct theme_color lamp_color(const struct theme *theme, const struct scene_model *model) {
    if (model->calibrated_ms == 0 || !(model->calibrated_to > 0)) {
        return theme->text_faint;
    }
    return model->shape_only ? theme->warn : theme->up;
}

static struct theme_color mark_color(const struct theme *theme) {
    struct theme_color color = theme->text;
    color.a = MARK_ALPHA;
    return color;
}

/* Room for the label, and some air to its right. */
static bool fits_loosely(struct layer_context *context, const struct label *label) {
    struct label further = *label;
    further.x += 20 * context->layout->scale;
    return labels_fits(context->labels, label) && labels_fits(context->labels, &further);
}

static void draw_captions(struct layer_context *context) {
    const struct scene_model *model = &context->instrument->model;
    const struct layout *layout = context->layout;
    double s = layout->scale;
    double x = context->title_right_px + 48 * s;
    for (size_t i = 0; i < ARRAY_COUNT(lengths); i++) {
        char words[CAPTION_BYTES];
        char score[CAPTION_BYTES];
        struct label first = {
            .utf8 = caption_model(model, context->frame->now_ms,
                                  zone_offset_min(context->frame->zone, model->calibrated_ms),
                                  lengths[i].model, words),
            .size_px = THEME_CAPTION_PX,
            .color = context->theme->text,
            .x = x,
            .middle_y = layout->header.h * 0.34};
        struct label second = first;
        struct camera_rect box = labels_measure(context->labels, &first);
        second.utf8 = caption_score(model, lengths[i].score, score);
        second.color = caption_is_dimmed(model) ? context->theme->warn : context->theme->text_dim;
        second.x = box.x + box.w + 26 * s;
        bool scored = score[0] != '\0';
        bool last = i + 1 == ARRAY_COUNT(lengths);
        if (last) { /* a narrow window: below, beside the caption */
            second.x = context->caption_right_px + 26 * s;
            second.middle_y = layout->header.h * 0.74;
        }
        if (fits_loosely(context, &first) && (last || !scored || fits_loosely(context, &second))) {
            labels_add(context->labels, &first);
            canvas_add_disc(context->canvas, x - 13 * s, first.middle_y, 5 * s, 0,
                            lamp_color(context->theme, model));
            if (scored) {
                labels_add(context->labels, &second);
            }
            return;
        }
    }
}

/* The axis' prices come first: beside one of them a percentage stands a row off, on its own side.
 * False: there it would leave the plot; the header tells it all the same. */
static bool place_percent(struct layer_context *context, double *y) {
    const struct camera_rect *plot = &context->layout->plot;
    struct axes_ticks ticks = {0};
    double row = AXIS_ROW_PX * context->layout->scale;
    double highest = plot->y + row / 2;
    double lowest = plot->y + plot->h - row / 2;
    *y = fmax(fmin(*y, lowest), highest);
    axes_make_ticks(context, &ticks);
    for (int i = 0; i < ticks.price_count; i++) {
        double tick_y = camera_px_from_price(context->camera, ticks.prices[i].price);
        if (fabs(tick_y - *y) < row) {
            *y = *y < tick_y ? tick_y - row : tick_y + row;
            break;
        }
    }
    return *y >= highest && *y <= lowest;
}

/* A dashed line from the live edge to the axis, and the distance there. */
static void draw_end(struct layer_context *context, double share) {
    const struct layout *layout = context->layout;
    const struct camera_rect *axis = &layout->price_axis;
    double s = layout->scale;
    double y = round(camera_px_from_price(context->camera, context->price * (1 + share)));
    if (y < layout->plot.y || y > layout->plot.y + layout->plot.h) {
        return;
    }
    double from = camera_px_from_time(context->camera, (double)context->frame->now_ms);
    from = fmin(fmax(from, layout->plot.x), layout->plot.x + layout->plot.w);
    double dash = round(6 * s);
    double thick = fmax(1, round(s));
    for (double x = from; x < axis->x; x += 2 * dash) {
        canvas_add_box(context->canvas, (struct camera_rect){x, y, fmin(dash, axis->x - x), thick},
                       0, mark_color(context->theme));
    }
    char text[32];
    double percent = share * 100;
    str_format(text, sizeof text, "%+.*f %%", fabs(percent) < 10 ? 1 : 0, percent);
    struct label label = {.utf8 = text,
                          .size_px = THEME_STATUS_PX,
                          .color = context->theme->text_dim,
                          .align = LABELS_RIGHT,
                          .x = axis->x + axis->w - 8 * s,
                          .middle_y = y};
    if (place_percent(context, &label.middle_y)) {
        labels_add(context->labels, &label);
    }
}

/* A bar along the axis over the calibrated prices. */
static void draw_range(struct layer_context *context, double share) {
    const struct layout *layout = context->layout;
    double s = layout->scale;
    double top = camera_px_from_price(context->camera, context->price * (1 + share));
    double bottom = camera_px_from_price(context->camera, context->price * (1 - share));
    top = fmax(round(top), layout->plot.y);
    bottom = fmin(round(bottom), layout->plot.y + layout->plot.h);
    if (bottom > top) {
        canvas_add_box(
            context->canvas,
            (struct camera_rect){layout->price_axis.x, top, fmax(2, round(3 * s)), bottom - top}, 0,
            mark_color(context->theme));
    }
    draw_end(context, share);
    draw_end(context, -share);
}

void calibration_draw(struct layer_context *context) {
    if (context->instrument == NULL) {
        return;
    }
    canvas_set_list(context->canvas, CANVAS_OVER);
    if (context->pane == 0) {
        draw_captions(context);
    }
    double reach = (double)context->instrument->model.calibrated_to;
    if (context->price > 0 && context->instrument->model.calibrated_ms != 0 && reach > 0 &&
        reach < 1) {
        draw_range(context, reach);
    }
}
