/* Squeeze gauge: how many USD of longs and of shorts stand within 0.5, 1, 2 and 5 % of the price,
 * and which side has more: a small table in the plot's lower left corner, where the field is
 * oldest. Each bar shows the sides' shares of what stands within that distance, about a line in the
 * middle. */
#include <math.h>

#include "base/number.h"
#include "base/str.h"
#include "layer/layer.h"

/* Sizes at scale 1; the plot keeps the rest. */
#define ROW_H_PX      20.0
#define HEAD_H_PX     44.0
#define PAD_PX        12.0
#define NAME_W_PX     56.0
#define USD_W_PX      62.0
#define BAR_W_PX      110.0
#define BALANCE_W_PX  54.0
#define BAR_H_PX      8.0
#define MARGIN_PX     16.0
#define PLOT_W_WANTED 960.0
#define PLOT_H_WANTED 430.0
#define GAUGE_W_PX    (2 * PAD_PX + NAME_W_PX + 2 * USD_W_PX + BAR_W_PX + BALANCE_W_PX)

static void put(struct layer_context *context, const char *text, enum labels_align align, double x,
                double middle_y, struct theme_color color, enum text_face face) {
    struct label label = {.utf8 = text,
                          .face = face,
                          .size_px = THEME_STATUS_PX - 1,
                          .color = color,
                          .align = align,
                          .x = x,
                          .middle_y = middle_y};
    labels_add(context->labels, &label);
}

struct columns { /* x of the table's columns */
    double name, longs, bar, middle, shorts, balance;
};

static struct columns columns_of(double left, double s) {
    struct columns at = {.name = left + PAD_PX * s};
    at.longs = at.name + (NAME_W_PX + USD_W_PX - 8) * s; /* right-aligned */
    at.bar = at.longs + 8 * s;
    at.middle = at.bar + BAR_W_PX / 2 * s;
    at.shorts = at.bar + (BAR_W_PX + 8) * s;
    at.balance = left + (GAUGE_W_PX - PAD_PX) * s; /* right-aligned */
    return at;
}

static void draw_head(struct layer_context *context, const struct columns *at, double y) {
    double s = context->layout->scale;
    put(context, "Squeeze gauge, estimate", LABELS_LEFT, at->name, y + 13 * s, context->theme->text,
        TEXT_SANS_STRONG);
    double row = y + 33 * s;
    put(context, "within", LABELS_LEFT, at->name, row, context->theme->text_faint, TEXT_SANS);
    put(context, "longs", LABELS_RIGHT, at->longs, row,
        layer_side_color(context, POS_LONG, 0.84, 255), TEXT_SANS);
    put(context, "shorts", LABELS_LEFT, at->shorts, row,
        layer_side_color(context, POS_SHORT, 0.84, 255), TEXT_SANS);
    put(context, "long", LABELS_RIGHT, at->balance, row, context->theme->text_faint, TEXT_SANS);
}

static void draw_row(struct layer_context *context, const struct scene_map *map, int ring,
                     const struct columns *at, double middle_y) {
    double s = context->layout->scale;
    uint32_t hidden = context->settings->band_hidden;
    double share = map_shares[ring];
    char text[NUMBER_TEXT_BYTES];
    str_format(text, sizeof text, "\xc2\xb1%g %%", 100 * share);
    put(context, text, LABELS_LEFT, at->name, middle_y, context->theme->text_dim, TEXT_SANS);
    double usd[2];
    for (int side = 0; side < 2; side++) {
        usd[side] = map_usd_within(map, side, share, hidden);
        put(context, number_format_usd(usd[side], text), side == 0 ? LABELS_RIGHT : LABELS_LEFT,
            side == 0 ? at->longs : at->shorts, middle_y, context->theme->text, TEXT_SANS);
    }
    double balance = map_balance(map, share, hidden);
    str_copy(text, sizeof text, "\xe2\x80\x93");
    if (isfinite(balance)) {
        str_format(text, sizeof text, "%.0f %%", 100 * balance);
    }
    put(context, text, LABELS_RIGHT, at->balance, middle_y, context->theme->text_dim, TEXT_SANS);
    double half = BAR_W_PX / 2 * s;
    double h = round(BAR_H_PX * s);
    double y = round(middle_y - h / 2);
    for (int side = 0; side < 2 && isfinite(balance); side++) {
        double w = round(half * (side == 0 ? balance : 1 - balance));
        canvas_add_box(context->canvas,
                       (struct camera_rect){round(at->middle) - (side == 0 ? w : 0), y, w, h}, 0,
                       layer_side_color(context, side == 0 ? POS_LONG : POS_SHORT, 0.7, 255));
    }
}

/* Max pain, with its distance: here it is told even where its price is out of view. */
static void draw_foot(struct layer_context *context, const struct scene_map *map,
                      const struct columns *at, double middle_y) {
    char text[NUMBER_TEXT_BYTES * 2];
    char price[NUMBER_TEXT_BYTES];
    number_format_price(map->max_pain, map->max_pain >= 1000 ? 0 : context->price_decimals, price);
    str_format(text, sizeof text, "%s  (%+.1f %%)", price,
               (map->max_pain / map->reference - 1) * 100);
    put(context, "max pain", LABELS_LEFT, at->name, middle_y, context->theme->warn, TEXT_SANS);
    put(context, text, LABELS_RIGHT, at->balance, middle_y, context->theme->text, TEXT_SANS);
}

void gauge_draw(struct layer_context *context) {
    const struct scene_map *map = layer_map_now(context);
    const struct camera_rect *plot = &context->layout->plot;
    double s = context->layout->scale;
    if (map == NULL || plot->w < PLOT_W_WANTED * s || plot->h < PLOT_H_WANTED * s ||
        context->settings->side == SETTINGS_SIDE_LONG ||
        context->settings->side == SETTINGS_SIDE_SHORT) {
        return;
    }
    const struct picture_cover *cover = context->frame->cover;
    double left = fmax(MARGIN_PX, cover != NULL ? cover->left_px : 0) * s;
    bool foot = layer_max_pain(context, map) > 0 &&
                settings_shows(context->settings, SETTINGS_PART_MAX_PAIN);
    double h = round((HEAD_H_PX + (MAP_SHARE_COUNT + foot) * ROW_H_PX + PAD_PX / 2) * s);
    double bottom = plot->y + plot->h - MARGIN_PX * s;
    bottom = context->note_top_px > 0 ? fmin(bottom, context->note_top_px - 8 * s) : bottom;
    struct camera_rect plate = {plot->x + left, bottom - h, GAUGE_W_PX * s, h};
    if (!labels_rect_fits(context->labels, plate)) {
        return;
    }
    struct columns at = columns_of(plate.x, s);
    canvas_set_list(context->canvas, CANVAS_OVER);
    layer_draw_plate(context, plate);
    draw_head(context, &at, plate.y);
    for (int ring = 0; ring < MAP_SHARE_COUNT; ring++) {
        draw_row(context, map, ring, &at, plate.y + (HEAD_H_PX + (ring + 0.5) * ROW_H_PX) * s);
    }
    if (foot) {
        draw_foot(context, map, &at,
                  plate.y + (HEAD_H_PX + (MAP_SHARE_COUNT + 0.5) * ROW_H_PX) * s);
    }
    double line = fmax(1, round(s));
    canvas_add_box(context->canvas,
                   (struct camera_rect){round(at.middle), plate.y + HEAD_H_PX * s, line,
                                        MAP_SHARE_COUNT * ROW_H_PX * s},
                   0, context->theme->text_dim);
    labels_reserve(context->labels, plate);
}
