#include "layer/profile.h"

#include <math.h>
#include <stddef.h>

#include "base/number.h"
#include "base/str.h"
#include "layer/layer.h"
#include "layer/span.h"

#define BAR_STEP_PX 2.0
#define BP          1e-4 /* a basis point in ln price */
enum { BAR_COUNT_MAX = 4096 };

static double rule_px(const struct layer_context *context) {
    return fmax(1, round(context->layout->scale * 0.75));
}

static void sum_rows(struct profile *profile, const struct field *field) {
    if (profile->field == field && profile->version == field->version) {
        return;
    }
    profile->field = field;
    profile->version = field->version;
    profile->row_count = field->grid.row_count;
    profile->ln_price_min = field->grid.ln_price_min;
    profile->row_height = field->grid.row_height;
    for (int row = 0; row < profile->row_count; row++) {
        double usd[2] = {0};
        field_get_usd(field, field->newest_col, row, usd);
        profile->certainty[row] = (float)field_get_certainty(field, field->newest_col, row);
        for (int side = 0; side < 2; side++) {
            profile->row_sum[row + 1][side] =
                profile->row_sum[row][side] + usd[side] * profile->row_height / BP;
        }
    }
}

static void sum_levels(struct profile *profile, const struct scene_map *map,
                       const struct settings *settings) {
    if (profile->mapped && profile->map_ts_ms == map->ts_ms &&
        profile->map_instrument == map->instrument &&
        profile->band_hidden == settings->band_hidden && profile->side == settings->side) {
        return;
    }
    profile->mapped = true;
    profile->map_ts_ms = map->ts_ms;
    profile->map_instrument = map->instrument;
    profile->band_hidden = settings->band_hidden;
    profile->side = settings->side;
    profile->ln_reference = log(map->reference);
    profile->level_height = map->level_height;
    profile->level_count = map->level_count;
    for (int side = 0; side < 2; side++) {
        bool shown = settings->side != (side == 0 ? SETTINGS_SIDE_SHORT : SETTINGS_SIDE_LONG);
        double *sum = profile->level_sum[side];
        for (int level = 0; level < map->level_count; level++) {
            double usd = shown ? map_level_usd(&map->sides[side], level, settings->band_hidden) : 0;
            sum[level + 1] = sum[level] + usd;
            /* As the field tells it: 255 x (1 - sd / 2), see scene/layers.h. */
            double sure = 1 - (double)map->sides[side].sd[level] / 2;
            profile->level_certainty[side][level] = (float)fmin(fmax(sure, 0), 1);
        }
    }
}

void profile_update(struct profile *profile, const struct profile_view *view) {
    const struct scene_map *map = view->map;
    double reach = 0;
    if (map != NULL && map->level_count > 0 && map->reference > 0 &&
        !view->settings->opened_within_window) {
        sum_levels(profile, map, view->settings);
        reach = profile->level_count * profile->level_height;
    } else {
        profile->mapped = false;
    }
    bool wanted = !profile->mapped || view->ln_low < profile->ln_reference - reach ||
                  view->ln_high > profile->ln_reference + reach;
    if (wanted && view->field != NULL && view->field->count > 0) {
        sum_rows(profile, view->field);
    } else {
        profile->field = NULL;
        profile->row_count = 0;
    }
}

double profile_ln_reference(const struct profile *profile) {
    return profile->mapped ? profile->ln_reference : (double)NAN;
}

/* sums[i x stride] at a real place, between its entries by share. */
static double sum_at(const double *sums, size_t stride, int count, double place) {
    if (place <= 0) {
        return 0;
    }
    if (place >= count) {
        return sums[(size_t)count * stride];
    }
    int below = (int)place;
    double low = sums[(size_t)below * stride];
    return low + (sums[(size_t)(below + 1) * stride] - low) * (place - below);
}

static double rows_usd(const struct profile *profile, int side, double ln_low, double ln_high) {
    if (profile->row_count == 0 || ln_high <= ln_low) {
        return 0;
    }
    double low = (ln_low - profile->ln_price_min) / profile->row_height;
    double high = (ln_high - profile->ln_price_min) / profile->row_height;
    return sum_at(&profile->row_sum[0][side], 2, profile->row_count, high) -
           sum_at(&profile->row_sum[0][side], 2, profile->row_count, low);
}

double profile_usd(const struct profile *profile, int side, double ln_low, double ln_high) {
    if (!profile->mapped) {
        return rows_usd(profile, side, ln_low, ln_high);
    }
    double reach = profile->level_count * profile->level_height;
    double first = ln_low - profile->ln_reference;
    double last = ln_high - profile->ln_reference;
    double from = side == 0 ? -last : first;
    double to = side == 0 ? -first : last;
    const double *sums = profile->level_sum[side];
    double usd = sum_at(sums, 1, profile->level_count, to / profile->level_height) -
                 sum_at(sums, 1, profile->level_count, from / profile->level_height);
    if (to > reach) { /* further out than the map */
        double near = fmax(from, reach);
        usd += side == 0 ? rows_usd(profile, side, ln_low, profile->ln_reference - near)
                         : rows_usd(profile, side, profile->ln_reference + near, ln_high);
    }
    return usd;
}

double profile_certainty(const struct profile *profile, int side, double ln_price) {
    double away = ln_price - profile->ln_reference;
    double level = floor((side == 0 ? -away : away) / profile->level_height);
    if (profile->mapped && level >= 0 && level < profile->level_count) {
        return (double)profile->level_certainty[side][(int)level];
    }
    double row = floor((ln_price - profile->ln_price_min) / profile->row_height);
    bool inside = profile->row_count > 0 && row >= 0 && row < profile->row_count;
    return inside ? (double)profile->certainty[(int)row] : 0;
}

/* -- bars -- */

/* The next bar's colour is the same and its width is nearly: they are drawn as one. */
struct bar {
    double y, h, width;
    struct theme_color color;
};

static void draw_bar(struct layer_context *context, const struct bar *bar) {
    const struct camera_rect *area = &context->layout->profile;
    if (bar->width >= 1) {
        canvas_add_box(
            context->canvas,
            (struct camera_rect){area->x + rule_px(context) + 1, bar->y, bar->width, bar->h}, 0,
            bar->color);
    }
}

/* Add a bar below the one in hand, which is drawn once it ends. */
static void extend_bar(struct layer_context *context, struct bar *hand, const struct bar *next) {
    const struct theme_color a = hand->color;
    const struct theme_color b = next->color;
    bool alike = hand->width == next->width && hand->y + hand->h == next->y && a.r == b.r &&
                 a.g == b.g && a.b == b.b;
    if (alike) {
        hand->h += next->h;
    } else {
        draw_bar(context, hand);
        *hand = *next;
    }
}

static void draw_bars(struct layer_context *context, int count, float usd[][2], double usd_max,
                      double step) {
    const struct camera_rect *area = &context->layout->profile;
    double width_max = area->w - 14 * context->layout->scale;
    for (int side = 0; side < 2; side++) {
        struct bar hand = {0};
        for (int i = 0; i < count; i++) {
            double here = (double)usd[i][side];
            struct bar bar = {
                .y = area->y + i * step, .h = step, .width = round(here / usd_max * width_max)};
            if (bar.width >= 1) {
                double middle = camera_ln_from_px(context->camera, bar.y + step / 2);
                double brightness = scale_brightness(context->scale, here);
                bar.color = layer_field_color(context, side == 0 ? POS_LONG : POS_SHORT,
                                              0.3 + 0.7 * brightness,
                                              profile_certainty(context->profile, side, middle));
            }
            extend_bar(context, &hand, &bar);
        }
        draw_bar(context, &hand);
    }
}

/* USD per bp of every bar from the top, both sides, and the largest. Returns how many there are. */
static int measure_bars(const struct layer_context *context, double step,
                        float usd[BAR_COUNT_MAX][2], double *usd_max) {
    const struct camera_rect *area = &context->layout->profile;
    double height_bp = (camera_ln_from_px(context->camera, area->y) -
                        camera_ln_from_px(context->camera, area->y + step)) /
                       BP;
    int count = 0;
    *usd_max = 0;
    for (; count < BAR_COUNT_MAX && (count + 1) * step <= area->h; count++) {
        double high = camera_ln_from_px(context->camera, area->y + count * step);
        for (int side = 0; side < 2; side++) {
            double sum = profile_usd(context->profile, side, high - height_bp * BP, high);
            usd[count][side] = (float)(sum / height_bp);
            *usd_max = fmax(*usd_max, sum / height_bp);
        }
    }
    return count;
}

/* -- totals -- */

/* What the totals count, from the fullest that has room. */
static const char *reach_words(const struct layer_context *context, int length,
                               char out[SPAN_TEXT_BYTES]) {
    char span[SPAN_TEXT_BYTES];
    if (context->settings->opened_within_window) {
        str_format(out, SPAN_TEXT_BYTES, length == 0 ? "opened within %s, est." : "in %s, est.",
                   span_text(context, span));
    } else {
        str_copy(out, SPAN_TEXT_BYTES, length == 0 ? "in view, estimate" : "in view, est.");
    }
    return out;
}

/* The sum of a side between the plot's edges, and what it is of. */
static void draw_total(struct layer_context *context, int side) {
    static const char *const names[2] = {"longs", "shorts"};
    const struct camera_rect *area = &context->layout->profile;
    double s = context->layout->scale;
    double usd =
        profile_usd(context->profile, side, context->camera->ln_bottom, context->camera->ln_top);
    char text[NUMBER_TEXT_BYTES];
    char words[SPAN_TEXT_BYTES];
    bool shown = context->settings->side != (side == 0 ? SETTINGS_SIDE_SHORT : SETTINGS_SIDE_LONG);
    if (!shown) {
        return;
    }
    struct camera_rect plate = {area->x + 4 * s, side == 1 ? area->y + 4 * s : 0, area->w - 8 * s,
                                42 * s};
    plate.y = side == 1 ? plate.y : area->y + area->h - plate.h - 4 * s;
    struct label total = {
        .utf8 = number_format_usd(usd, text),
        .face = TEXT_SANS_STRONG,
        .size_px = THEME_CAPTION_PX,
        .color = layer_side_color(context, side == 0 ? POS_LONG : POS_SHORT, 0.84, 255),
        .align = LABELS_RIGHT,
        .x = plate.x + plate.w - 8 * s,
        .middle_y = plate.y + 13 * s};
    struct label name = total;
    name.utf8 = names[side];
    name.face = TEXT_SANS;
    name.align = LABELS_LEFT;
    name.x = plate.x + 8 * s;
    struct label reach = {.size_px = THEME_STATUS_PX - 1,
                          .color = context->theme->text_dim,
                          .align = LABELS_LEFT,
                          .x = plate.x + 8 * s,
                          .middle_y = plate.y + 31 * s};
    for (int length = 0; length < 2; length++) {
        reach.utf8 = reach_words(context, length, words);
        if (labels_measure(context->labels, &reach).w <= plate.w - 14 * s) {
            break;
        }
    }
    if (labels_rect_fits(context->labels, plate)) {
        layer_draw_plate(context, plate);
        labels_add(context->labels, &total);
        labels_add(context->labels, &name);
        labels_add(context->labels, &reach);
        labels_reserve(context->labels, plate);
    }
}

void profile_draw(struct layer_context *context) {
    static float usd[BAR_COUNT_MAX][2]; /* main thread only; too large for the stack */
    const struct camera_rect *area = &context->layout->profile;
    if (area->w <= 0) {
        return;
    }
    const struct profile_view view = {.field = context->field,
                                      .map = context->frame->map,
                                      .settings = context->settings,
                                      .ln_low = context->camera->ln_bottom,
                                      .ln_high = context->camera->ln_top};
    profile_update(context->profile, &view);
    if (context->profile->row_count == 0 && !context->profile->mapped) {
        return;
    }
    canvas_set_list(context->canvas, CANVAS_OVER);
    canvas_add_box(context->canvas,
                   (struct camera_rect){area->x, area->y, rule_px(context), area->h}, 0,
                   context->theme->rule);
    double step = fmax(2, round(BAR_STEP_PX * context->layout->scale));
    double usd_max = 0;
    int count = measure_bars(context, step, usd, &usd_max);
    if (usd_max > 0) {
        draw_bars(context, count, usd, usd_max, step);
    }
}

void totals_draw(struct layer_context *context) {
    if (context->layout->profile.w > 0 &&
        (context->profile->row_count > 0 || context->profile->mapped)) {
        canvas_set_list(context->canvas, CANVAS_OVER);
        draw_total(context, 1);
        draw_total(context, 0);
    }
}
