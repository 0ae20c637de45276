/* What the candles and the lines along the price are made of, and what else is in the picture and
 * was not said in the header: rows of keys on a plate in a corner of the plot. */
#include <math.h>

#include "base/str.h"
#include "layer/bars.h"
#include "layer/layer.h"

#define ROW_H_PX     21.0
#define PAD_PX       10.0
#define GAP_PX       24.0 /* between keys */
#define SWATCH_W_PX  18.0
#define HEIGHT_SHARE 0.3 /* of the plot's, at most */
enum { KEY_MAX = 8, KEY_BYTES = 64 };

struct key {
    enum { KEY_TEXT, KEY_LINE, KEY_BOOK, KEY_CIRCLES } kind;
    struct theme_color color; /* of a line */
    char text[KEY_BYTES];
    double w;
    int row;
};

struct keys {
    int count, row_count;
    double w; /* of the widest row */
    struct key items[KEY_MAX];
};

static struct key *add_key(struct keys *keys, int kind) {
    struct key *key = &keys->items[keys->count++];
    *key = (struct key){.kind = kind};
    return key;
}

static void add_line(struct keys *keys, struct theme_color color, const char *text) {
    struct key *key = add_key(keys, KEY_LINE);
    key->color = color;
    str_copy(key->text, sizeof key->text, text);
}

/* The most important last: it stands lowest, and stays where there is little room. */
static void collect(const struct layer_context *context, struct keys *keys) {
    const struct settings *settings = context->settings;
    bool legend = settings_shows(settings, SETTINGS_PART_LEGEND);
    char interval[BARS_TEXT_BYTES] = "";
    char text[KEY_BYTES];
    if (settings_shows(settings, SETTINGS_PART_CUMULATIVE) && context->layout->profile.w > 0) {
        add_line(keys, context->theme->price, "at the right: sum from the price outward");
    }
    bool bars = context->bars->count > 0;
    if (bars) {
        bars_interval_text(context->bars->interval_ms, interval);
    }
    if (bars && settings_shows(settings, SETTINGS_PART_CANDLES)) {
        str_format(add_key(keys, KEY_TEXT)->text, KEY_BYTES, "%s candles", interval);
    }
    if (bars && settings_shows(settings, SETTINGS_PART_MA)) {
        str_format(text, sizeof text, "MA: mean of %d closes of %s", LAYER_AVERAGE_BARS, interval);
        add_line(keys, context->theme->average, text);
    }
    if (bars && settings_shows(settings, SETTINGS_PART_VWAP)) {
        add_line(keys, context->theme->vwap, "VWAP: of the UTC day");
    }
    if (legend && context->book != NULL && !context->book_told) {
        add_key(keys, KEY_BOOK);
    }
    if (legend && context->bubble_usd_max > 0 && !context->circles_told) {
        add_key(keys, KEY_CIRCLES);
    }
    if (settings_shows(settings, SETTINGS_PART_FIELD) && !context->certainty_told) {
        bool striped = context->look.certainty == COLORMAP_CERTAINTY_HATCH;
        str_copy(add_key(keys, KEY_TEXT)->text, KEY_BYTES,
                 striped ? "striped: not calibrated" : "grey: not calibrated");
    }
}

/* Draw a key at x, or only measure it. Returns its width; 0: it has no room. */
static double put_key(struct layer_context *context, const struct key *key, double x,
                      double middle_y, double right, bool measured) {
    double s = context->layout->scale;
    struct legend_key place = {.x = x,
                               .middle_y = middle_y,
                               .right = right,
                               .size_px = THEME_STRIP_PX,
                               .only_measured = measured};
    if (key->kind == KEY_BOOK || key->kind == KEY_CIRCLES) {
        bool fits = key->kind == KEY_BOOK ? legend_add_book(context, &place)
                                          : legend_add_circles(context, &place);
        return fits ? place.x - x : 0;
    }
    double swatch = key->kind == KEY_LINE ? (SWATCH_W_PX + 7) * s : 0;
    struct label label = {.utf8 = key->text,
                          .size_px = THEME_STRIP_PX,
                          .color = context->theme->text_dim,
                          .x = x + swatch,
                          .middle_y = middle_y};
    struct camera_rect box = labels_measure(context->labels, &label);
    if (!measured && labels_add(context->labels, &label) && swatch > 0) {
        double h = fmax(2, round(2 * s));
        canvas_add_box(context->canvas,
                       (struct camera_rect){x, round(middle_y - h / 2), SWATCH_W_PX * s, h}, 0,
                       key->color);
    }
    double w = box.x + box.w - x;
    return x + w <= right ? w : 0;
}

/* Fill rows from the bottom up; what is wider than the plot is left out. */
static void arrange(struct layer_context *context, struct keys *keys, double width) {
    double s = context->layout->scale;
    double x = 0;
    for (int i = keys->count - 1; i >= 0; i--) {
        struct key *key = &keys->items[i];
        key->w = put_key(context, key, 0, 0, width, true);
        if (x > 0 && x + GAP_PX * s + key->w > width) {
            keys->row_count++;
            x = 0;
        }
        key->row = keys->row_count;
        x += key->w > 0 ? (x > 0 ? GAP_PX * s : 0) + key->w : 0;
        keys->w = fmax(keys->w, x);
    }
    keys->row_count += x > 0;
}

static void draw_rows(struct layer_context *context, const struct keys *keys,
                      struct camera_rect plate, int row_count) {
    double s = context->layout->scale;
    canvas_set_list(context->canvas, CANVAS_OVER);
    layer_draw_plate(context, plate);
    for (int row = 0; row < row_count; row++) {
        double x = plate.x + PAD_PX * s;
        double middle_y = plate.y + plate.h - (row + 0.5) * ROW_H_PX * s;
        for (int i = 0; i < keys->count; i++) {
            const struct key *key = &keys->items[i];
            if (key->row == row && key->w > 0) {
                put_key(context, key, x, middle_y, INFINITY, false);
                x += key->w + GAP_PX * s;
            }
        }
    }
    labels_reserve(context->labels, plate);
    context->note_top_px = plate.y;
}

/* By which the view can be opened again, beside the time axis, where nothing else wants to be. */
static void draw_map_id(struct layer_context *context) {
    const struct layout *layout = context->layout;
    char text[48];
    if (context->frame->map_id == NULL) {
        return;
    }
    str_format(text, sizeof text, "map %s", context->frame->map_id);
    struct label label = {.utf8 = text,
                          .size_px = THEME_STRIP_PX,
                          .color = context->theme->text_dim,
                          .x = layout->plot.x + layout->plot.w + 8 * layout->scale,
                          .middle_y = layout->time_axis.y + layout->time_axis.h / 2};
    labels_add(context->labels, &label);
}

void note_draw(struct layer_context *context) {
    const struct camera_rect *plot = &context->layout->plot;
    const struct picture_cover *cover = context->frame->cover;
    double s = context->layout->scale;
    double left = plot->x + fmax(8, cover != NULL ? cover->left_px : 0) * s;
    double width = fmin(layer_live_x(context), plot->x + plot->w) - left - 2 * PAD_PX * s;
    struct keys keys = {0};
    draw_map_id(context);
    collect(context, &keys);
    arrange(context, &keys, width);
    for (int rows = keys.row_count; rows > 0; rows--) {
        double h = rows * ROW_H_PX * s;
        struct camera_rect plate = {left, plot->y + plot->h - 7 * s - h, keys.w + 2 * PAD_PX * s,
                                    h};
        if (h <= HEIGHT_SHARE * plot->h && labels_rect_fits(context->labels, plate)) {
            draw_rows(context, &keys, plate, rows);
            return;
        }
    }
}
