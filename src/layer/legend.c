/* What brightness means in USD per basis point, and which colour is which side: a ramp a side from
 * a little below the black point to a little above the white point, with a handle at each, round
 * amounts between, the threshold, and how the two points came about. Beside it the keys of
 * layer/legend_keys.c that have room. */
#include <math.h>

#include "base/number.h"
#include "base/str.h"
#include "layer/layer.h"
#include "layer/legend.h"

#define BAR_W_PX     300.0
#define BAR_SHARE    0.28  /* of a narrow picture */
#define NAMES_W_PX   150.0 /* left of the ramps */
#define MARGIN_PX    24.0
#define BEYOND_PX    8.0 /* of the ramps outside the handles */
#define BAR_H_PX     9.0
#define BAR_GAP_PX   3.0
#define FOOT_H_PX    3.0
#define TEXT_ROW     0.76 /* of the header's height */
#define HELD_LOG2    1e-6 /* of rounding */
#define OUTSIDE_GAIN 6.0
enum { STEP_COUNT = 64, FOOT_STEP_COUNT = 16, ROUND_COUNT_MAX = 24 };

struct legend_place legend_place_of(const struct layout *layout) {
    double s = layout->scale;
    double width = fmin(BAR_W_PX * s, layout->width_px * BAR_SHARE);
    double beyond = round(BEYOND_PX * s);
    return (struct legend_place){.x = round(layout->width_px - MARGIN_PX * s - width) + beyond,
                                 .w = fmax(1, round(width) - 2 * beyond),
                                 .y = round(layout->header.h * 0.17),
                                 .h = round(BAR_H_PX * s) * 2 + round(BAR_GAP_PX * s),
                                 .beyond = beyond,
                                 .amounts_y = layout->header.h * TEXT_ROW};
}

double legend_share_from_px(const struct legend_place *place, double x_px) {
    double share = (x_px - place->x) / place->w;
    double outside = share < 0 ? share : fmax(share - 1, 0);
    return share - outside + OUTSIDE_GAIN * outside;
}

double legend_left_px(const struct layer_context *context) {
    const struct legend_place place = legend_place_of(context->layout);
    return place.x - place.beyond - NAMES_W_PX * context->layout->scale;
}

static bool is_held(const struct layer_context *context) {
    return context->frame->legend_white_usd_per_bp > 0;
}

/* What the legend runs along: the scale, but while a handle is held the scale as it was when that
 * was taken, so that the handle stays under the pointer. */
static struct scale axis_of(const struct layer_context *context) {
    const struct picture_frame *frame = context->frame;
    struct scale axis = *context->scale;
    if (is_held(context)) {
        scale_pin(&axis, frame->legend_black_usd_per_bp, frame->legend_white_usd_per_bp);
    }
    return axis;
}

/* One ramp of the field's colours: nothing below the threshold. */
static void draw_ramp(struct layer_context *context, int side, struct camera_rect rect,
                      double certainty, int steps) {
    const struct scale axis = axis_of(context);
    double least = context->scale->least_log2;
    for (int i = 0; i < steps; i++) {
        double left = round(rect.x + rect.w * i / steps);
        double right = round(rect.x + rect.w * (i + 1) / steps);
        double brightness = (i + 0.5) / steps;
        double usd = scale_usd_at(&axis, brightness);
        bool shown = scale_log2_from_usd(usd) >= least;
        brightness = is_held(context) ? scale_brightness(context->scale, usd) : brightness;
        canvas_add_box(context->canvas, (struct camera_rect){left, rect.y, right - left, rect.h}, 0,
                       layer_field_color(context, side == 0 ? POS_LONG : POS_SHORT,
                                         shown ? brightness : 0, certainty));
    }
}

/* A side's ramp, its ends drawn out past the handles; the foot of it is what is not calibrated. */
static void draw_side(struct layer_context *context, int side, struct camera_rect rect,
                      double beyond) {
    double foot = round(FOOT_H_PX * context->layout->scale);
    int position = side == 0 ? POS_LONG : POS_SHORT;
    struct camera_rect left = {rect.x - beyond, rect.y, beyond, rect.h};
    struct camera_rect right = {rect.x + rect.w, rect.y, beyond, rect.h};
    canvas_add_box(context->canvas, left, 0, layer_field_color(context, position, 0, 1));
    canvas_add_box(context->canvas, right, 0, layer_field_color(context, position, 1, 1));
    draw_ramp(context, side, rect, 1, STEP_COUNT);
    if (context->look.certainty != COLORMAP_CERTAINTY_OFF) {
        struct camera_rect low = {rect.x, rect.y + rect.h - foot, rect.w, foot};
        draw_ramp(context, side, low, 0, FOOT_STEP_COUNT);
    }
}

static void add_name(struct layer_context *context, const char *name,
                     const struct legend_place *place, double middle_y, struct theme_color color,
                     enum text_face face) {
    double s = context->layout->scale;
    struct label label = {.utf8 = name,
                          .face = face,
                          .size_px = THEME_STATUS_PX - 1,
                          .color = color,
                          .align = LABELS_RIGHT,
                          .x = place->x - place->beyond - 10 * s,
                          .middle_y = middle_y};
    labels_add(context->labels, &label);
}

/* The ramps that are in use: one for both sides if the palette has no other, one side's if only
 * that one is shown. */
static void draw_ramps(struct layer_context *context, const struct legend_place *place) {
    static const char *const names[COLORMAP_SIDE_COUNT] = {"longs", "shorts"};
    enum settings_side shown = context->settings->side;
    bool single = colormap_is_single(context->settings->palette);
    double s = context->layout->scale;
    double gap = round(BAR_GAP_PX * s);
    bool alone = shown == SETTINGS_SIDE_LONG || shown == SETTINGS_SIDE_SHORT;
    for (int side = 0; side < COLORMAP_SIDE_COUNT; side++) {
        bool left_out = (shown == SETTINGS_SIDE_SHORT && side == 0) ||
                        (shown == SETTINGS_SIDE_LONG && side == 1) ||
                        (single && !alone && side == 1);
        if (left_out) {
            continue;
        }
        bool both = single && !alone;
        double h = both || alone ? place->h : (place->h - gap) / 2;
        double y = both || alone || side == 0 ? place->y : place->y + h + gap;
        draw_side(context, side, (struct camera_rect){place->x, y, place->w, h}, place->beyond);
        double middle =
            place->y + place->h / 2 + (both || alone ? 0 : (side == 0 ? -8.5 : 8.5) * s);
        add_name(context, both ? "longs, shorts" : names[side], place, middle,
                 single ? context->theme->text
                        : layer_side_color(context, side == 0 ? POS_LONG : POS_SHORT, 0.84, 255),
                 TEXT_SANS_STRONG);
    }
}

/* A point of the scale: a bar across the ramps, and a knob where it is held. */
static void draw_handle(struct layer_context *context, const struct legend_place *place,
                        double share, bool held) {
    double s = context->layout->scale;
    double x = place->x + place->w * share;
    double thick = fmax(2, round(2 * s));
    double over = round(3 * s);
    struct camera_rect bar = {round(x - thick / 2), place->y - over, thick, place->h + 2 * over};
    struct camera_rect rim = {bar.x - 1, bar.y, bar.w + 2, bar.h};
    canvas_add_box(context->canvas, rim, 0, context->theme->background);
    canvas_add_box(context->canvas, bar, 0, context->theme->text);
    if (held) {
        canvas_add_disc(context->canvas, x, bar.y + bar.h, 3.5 * s, 0, context->theme->text);
    }
}

static bool add_amount(struct layer_context *context, const struct legend_place *place,
                       const char *text, double share, enum labels_align align) {
    double shift =
        align == LABELS_LEFT ? -place->beyond : (align == LABELS_RIGHT ? place->beyond : 0);
    struct label label = {.utf8 = text,
                          .size_px = THEME_STATUS_PX,
                          .color = context->theme->text_dim,
                          .align = align,
                          .x = place->x + place->w * share + shift,
                          .middle_y = place->amounts_y};
    struct label wider = label; /* air on both sides */
    wider.x += align == LABELS_CENTER ? 8 * context->layout->scale : 0;
    struct label other = label;
    other.x -= align == LABELS_CENTER ? 8 * context->layout->scale : 0;
    return labels_fits(context->labels, &wider) && labels_fits(context->labels, &other) &&
           labels_add(context->labels, &label);
}

static void draw_tick(struct layer_context *context, const struct legend_place *place, double share,
                      struct theme_color color) {
    double s = context->layout->scale;
    double thick = fmax(1, round(s));
    canvas_add_box(context->canvas,
                   (struct camera_rect){round(place->x + place->w * share - thick / 2),
                                        place->y + place->h + round(s), thick, round(4 * s)},
                   0, color);
}

/* Round amounts between the ends, the rounder ones first. */
static void draw_round_amounts(struct layer_context *context, const struct legend_place *place) {
    static const int mantissas[] = {1, 5, 2, 3, 4};
    const struct scale axis = axis_of(context);
    double black = scale_usd_at(&axis, 0);
    double white = scale_usd_at(&axis, 1);
    int decade = (int)floor(log10(fmax(black, white * 1e-4)));
    for (size_t m = 0; m < ARRAY_COUNT(mantissas); m++) {
        for (int i = 0; i < ROUND_COUNT_MAX; i++) {
            double usd = mantissas[m] * pow(10, decade + i);
            char text[NUMBER_TEXT_BYTES];
            if (usd >= white) {
                break;
            }
            double share = scale_brightness(&axis, usd);
            number_format_usd_round(usd, text);
            if (usd > black && share > 0 &&
                add_amount(context, place, text, share, LABELS_CENTER)) {
                draw_tick(context, place, share, context->theme->text_faint);
            }
        }
    }
}

/* How the scale came about: its curve, and who holds its ends. */
static const char *scale_words(const struct layer_context *context, bool short_form,
                               char out[NUMBER_TEXT_BYTES]) {
    const struct settings *settings = context->settings;
    bool black = settings->black_usd_per_bp > 0;
    bool white = settings->white_usd_per_bp > 0;
    const char *held =
        black ? (white ? "pinned" : "black pinned") : (white ? "white pinned" : "auto");
    str_format(out, NUMBER_TEXT_BYTES, short_form ? "%s%s, %s" : "%s%s \xc2\xb7 %s",
               short_form ? "" : "estimate \xc2\xb7 ", scale_curve_key(settings->curve), held);
    return out;
}

static void draw_words(struct layer_context *context, const struct legend_place *place) {
    double s = context->layout->scale;
    for (int i = 0; i < 2; i++) {
        char text[NUMBER_TEXT_BYTES];
        struct label label = {.utf8 = scale_words(context, i == 1, text),
                              .size_px = THEME_STATUS_PX - 1,
                              .color = context->theme->text_dim,
                              .align = LABELS_RIGHT,
                              .x = place->x - place->beyond - 10 * s,
                              .middle_y = place->amounts_y};
        struct camera_rect box = labels_measure(context->labels, &label);
        box.x -= 14 * s; /* air after the caption */
        if (labels_rect_fits(context->labels, box) && labels_add(context->labels, &label)) {
            return;
        }
    }
}

static void draw_threshold(struct layer_context *context, const struct legend_place *place) {
    const struct scale scale = axis_of(context);
    if (!(scale.least_log2 > 0)) {
        return;
    }
    double least = scale_usd_from_log2(scale.least_log2);
    double share = scale.least_log2 >= scale.white_log2 ? 1 : scale_brightness(&scale, least);
    char usd[NUMBER_TEXT_BYTES];
    char text[NUMBER_TEXT_BYTES + 8];
    str_format(text, sizeof text, "\xe2\x89\xa5 %s", number_format_usd_round(least, usd));
    draw_tick(context, place, share, context->theme->warn);
    if (share > 0 && share < 1) {
        double s = context->layout->scale;
        double thick = fmax(1, round(s));
        canvas_add_box(context->canvas,
                       (struct camera_rect){round(place->x + place->w * share - thick / 2),
                                            place->y, thick, place->h},
                       0, context->theme->warn);
        add_amount(context, place, text, share, LABELS_CENTER);
    }
}

/* Where a point of the scale stands on the legend, 0..1; beyond its ends a little further. */
static double share_of_point(const struct layer_context *context, const struct legend_place *place,
                             double log2_value) {
    const struct scale axis = axis_of(context);
    double over = 0.6 * place->beyond / place->w;
    if (!is_held(context)) {
        return log2_value >= axis.white_log2 ? 1 : 0;
    }
    if (log2_value <= axis.black_log2) {
        return log2_value < axis.black_log2 - HELD_LOG2 ? -over : 0;
    }
    return log2_value > axis.white_log2 + HELD_LOG2
               ? 1 + over
               : scale_brightness(&axis, scale_usd_from_log2(log2_value));
}

/* Both points with their amounts. */
static void draw_points(struct layer_context *context, const struct legend_place *place) {
    const struct scale *scale = context->scale;
    double black = share_of_point(context, place, scale->black_log2);
    double white = share_of_point(context, place, scale->white_log2);
    char usd[NUMBER_TEXT_BYTES];
    char text[NUMBER_TEXT_BYTES + 8];
    draw_handle(context, place, black, context->settings->black_usd_per_bp > 0);
    draw_handle(context, place, white, context->settings->white_usd_per_bp > 0);
    str_format(text, sizeof text, "%s/bp", number_format_usd(scale_usd_at(scale, 1), usd));
    add_amount(context, place, text, fmin(white, 1), white >= 1 ? LABELS_RIGHT : LABELS_CENTER);
    number_format_usd(scale_usd_at(scale, 0), usd);
    add_amount(context, place, usd, fmax(black, 0), black <= 0 ? LABELS_LEFT : LABELS_CENTER);
}

static void draw_scale(struct layer_context *context) {
    const struct legend_place place = legend_place_of(context->layout);
    struct camera_rect whole = {place.x - place.beyond, place.y, place.w + 2 * place.beyond,
                                place.h};
    canvas_set_list(context->canvas, CANVAS_OVER);
    draw_ramps(context, &place);
    canvas_add_frame(context->canvas, whole, 0, 1, context->theme->rule);
    labels_reserve(context->labels, whole);
    draw_points(context, &place);
    draw_threshold(context, &place);
    draw_round_amounts(context, &place);
    draw_words(context, &place);
}

/* The header's second line, behind what stands there. */
static struct legend_key header_key(const struct layer_context *context, double gap_px) {
    return (struct legend_key){.x = context->caption_right_px + gap_px * context->layout->scale,
                               .middle_y = context->layout->header.h * 0.74,
                               .right = legend_left_px(context),
                               .size_px = THEME_STATUS_PX};
}

void legend_draw(struct layer_context *context) {
    canvas_set_list(context->canvas, CANVAS_OVER);
    if (context->scale->valid && settings_shows(context->settings, SETTINGS_PART_FIELD)) {
        draw_scale(context);
    }
    /* Circles first: they are there more often, and take less. */
    struct legend_key key = header_key(context, 34);
    context->circles_told = !(context->bubble_usd_max > 0) || legend_add_circles(context, &key);
    context->caption_right_px =
        context->bubble_usd_max > 0 && context->circles_told ? key.x : context->caption_right_px;
    key = header_key(context, 34);
    context->book_told = context->book == NULL || legend_add_book(context, &key);
    context->caption_right_px =
        context->book != NULL && context->book_told ? key.x : context->caption_right_px;
}
