/* The lines through the pointer, its price and time at the axes, and the read-out: exact numbers of
 * the place, from the CPU's copies (layer/read_out).
 *
 * Where the plot has no room for all of the read-out it loses, in this order: the candle, the
 * volume, the sentence of the cluster that the pointer is in, the leverage bands, the sweep's
 * receipt, what was liquidated, the certainty, the order book, then the cell; price, time and what
 * a stop there sits behind stay. */
#include <math.h>
#include <string.h>

#include "base/number.h"
#include "base/str.h"
#include "layer/layer.h"
#include "layer/moment.h"
#include "layer/plate.h"
#include "layer/read_out.h"
#include "scene/sentence.h"

#define NEAR_PX        6.0 /* prints and sweeps so far away count as under the pointer */
#define GAP_PX         16.0
#define ALPHA_OWN      110
#define ALPHA_LINKED   56
#define WIDTH_LEAST_PX 236.0

enum { SENTENCE_ROW_MAX = 3, SENTENCE_ROW_BYTES = 50 };

enum {
    LOSE_NOTHING,
    LOSE_CELL,
    LOSE_BOOK,
    LOSE_CERTAINTY,
    LOSE_SEEN,
    LOSE_RECEIPT,
    LOSE_BANDS,
    LOSE_SENTENCE,
    LOSE_VOLUME,
    LOSE_CANDLE
};

static const char *const side_names[2] = {"longs", "shorts"};

/* Each where it is in the plot; alpha 0..255. */
static void draw_lines(struct layer_context *context, double x, double y, uint8_t alpha) {
    const struct camera_rect *plot = &context->layout->plot;
    double line = fmax(1, round(context->layout->scale * 0.75));
    struct theme_color color = context->theme->text;
    color.a = alpha;
    canvas_set_list(context->canvas, CANVAS_PLOT);
    if (y >= plot->y && y < plot->y + plot->h) {
        canvas_add_box(context->canvas, (struct camera_rect){plot->x, round(y), plot->w, line}, 0,
                       color);
    }
    if (x >= plot->x && x < plot->x + plot->w) {
        canvas_add_box(context->canvas, (struct camera_rect){round(x), plot->y, line, plot->h}, 0,
                       color);
    }
}

/* -- rows of the read-out -- */

static void add_place(const struct layer_context *context, const struct read_out *read,
                      struct plate *plate) {
    char number[NUMBER_TEXT_BYTES];
    struct plate_row *row = plate_add(plate, context->theme, LOSE_NOTHING);
    str_copy(row->label, sizeof row->label,
             number_format_price(read->price, context->price_decimals, number));
    row->label_color = context->theme->text;
    row->label_face = row->value_face = TEXT_SANS_STRONG;
    row->size_px = THEME_TAG_PX;
    if (isfinite(read->distance)) {
        str_format(row->value, sizeof row->value, "%+.2f %% from price", read->distance * 100);
    }
    if (read->has_column) {
        char time[MOMENT_TEXT_BYTES];
        row = plate_add(plate, context->theme, LOSE_NOTHING);
        str_copy(row->label, sizeof row->label,
                 moment_format(context->frame->zone, read->from_ms, true, time));
        str_copy(row->value, sizeof row->value,
                 number_format_span(read->to_ms - read->from_ms, number));
        row->value_color = context->theme->text_dim;
    }
}

static void add_bands(const struct layer_context *context, const struct read_out *read, int side,
                      struct plate *plate) {
    double most = 0;
    for (int band = 0; band < LAYERS_BAND_COUNT; band++) {
        most = fmax(most, read->bands_usd[side][band]);
    }
    for (int band = LAYERS_BAND_COUNT - 1; band >= 0; band--) {
        double usd = read->bands_usd[side][band];
        char number[NUMBER_TEXT_BYTES];
        if (usd <= 0) {
            continue;
        }
        struct plate_row *row = plate_add(plate, context->theme, LOSE_BANDS);
        str_copy(row->label, sizeof row->label, layers_band_names[band]);
        str_copy(row->value, sizeof row->value, number_format_usd(usd, number));
        row->bar = usd / most;
        row->bar_color = layer_side_color(context, side == 0 ? POS_LONG : POS_SHORT, 0.84, 220);
    }
}

/* The cell: its prices, then each side that stands in it with its leverage bands. */
static void add_cell(const struct layer_context *context, const struct read_out *read,
                     struct plate *plate) {
    char low[NUMBER_TEXT_BYTES];
    char high[NUMBER_TEXT_BYTES];
    struct plate_row *row = plate_add(plate, context->theme, LOSE_CELL);
    row->ruled = true;
    str_format(row->label, sizeof row->label, "in %s \xe2\x80\x93 %s",
               number_format_price(read->price_low, context->price_decimals, low),
               number_format_price(read->price_high, context->price_decimals, high));
    int larger = read->usd[1] > read->usd[0] ? 1 : 0;
    if (read->usd[larger] <= 0) {
        str_copy(row->value, sizeof row->value, "nothing");
        row->value_color = context->theme->text_dim;
        return;
    }
    for (int i = 0; i < 2; i++) {
        int side = i == 0 ? larger : 1 - larger;
        if (read->usd[side] <= 0) {
            continue;
        }
        char number[NUMBER_TEXT_BYTES];
        row = plate_add(plate, context->theme, LOSE_CELL);
        str_copy(row->label, sizeof row->label, side_names[side]);
        str_copy(row->value, sizeof row->value, number_format_usd(read->usd[side], number));
        row->label_face = row->value_face = TEXT_SANS_STRONG;
        row->label_color = row->value_color =
            layer_side_color(context, side == 0 ? POS_LONG : POS_SHORT, 0.84, 255);
        add_bands(context, read, side, plate);
    }
    row = plate_add(plate, context->theme, LOSE_CERTAINTY);
    str_copy(row->label, sizeof row->label, "calibrated");
    str_format(row->value, sizeof row->value, "%.0f %%", read->certainty * 100);
}

/* What rests in the order book at the cell's prices. */
static void add_book(const struct layer_context *context, const struct read_out *read,
                     struct plate *plate) {
    if (!read->has_book) {
        return;
    }
    char number[NUMBER_TEXT_BYTES];
    struct plate_row *row = plate_add(plate, context->theme, LOSE_BOOK);
    const char *side = read->book_bids ? "bids" : "asks";
    str_format(row->label, sizeof row->label, "order book%s%s", read->book_usd > 0 ? ", " : "",
               read->book_usd > 0 ? side : "");
    str_copy(row->value, sizeof row->value,
             read->book_usd > 0 ? number_format_usd(read->book_usd, number) : "nothing");
}

/* Break a text between words into rows of about one length. Their number; 0: it needs more than
 * SENTENCE_ROW_MAX. */
static int break_lines(const char *text, char lines[SENTENCE_ROW_MAX][PLATE_LABEL_BYTES]) {
    size_t length = strlen(text);
    size_t row_count = (length + SENTENCE_ROW_BYTES - 1) / SENTENCE_ROW_BYTES;
    int count = 0;
    while (*text != '\0') {
        size_t left = row_count > (size_t)count ? row_count - (size_t)count : 1;
        size_t aim = (strlen(text) + left - 1) / left; /* the first end of a word from there on */
        size_t end = aim < strlen(text) ? aim + strcspn(text + aim, " ") : strlen(text);
        if (count == SENTENCE_ROW_MAX || end >= PLATE_LABEL_BYTES) {
            return 0;
        }
        str_format(lines[count++], PLATE_LABEL_BYTES, "%.*s", (int)end, text);
        text += end + strspn(text + end, " ");
    }
    return count;
}

/* The cluster of now whose prices the pointer is in, in plain words: the whole sentence where it
 * fits into the rows, else a shorter one. */
static void add_sentence(const struct layer_context *context, double price, struct plate *plate) {
    const struct scene_map *map = layer_map_now(context);
    const struct map_cluster *cluster = NULL;
    for (int i = 0; map != NULL && i < map->cluster_count; i++) {
        const struct map_cluster *one = &map->clusters[i];
        bool hidden =
            context->settings->side == (one->side == 0 ? SETTINGS_SIDE_SHORT : SETTINGS_SIDE_LONG);
        if (!hidden && price >= one->price_low && price <= one->price_high) {
            cluster = one;
        }
    }
    char lines[SENTENCE_ROW_MAX][PLATE_LABEL_BYTES];
    int count = 0;
    for (int length = 0; cluster != NULL && count == 0 && length < SENTENCE_LENGTH_COUNT;
         length++) {
        char text[SENTENCE_BYTES];
        layer_cluster_sentence(context, cluster, (enum sentence_length)length, text);
        count = break_lines(text, lines);
    }
    for (int i = 0; i < count; i++) {
        struct plate_row *row = plate_add(plate, context->theme, LOSE_SENTENCE);
        row->ruled = i == 0;
        row->label_color = context->theme->text;
        str_copy(row->label, sizeof row->label, lines[i]);
    }
}

/* What a stop at the pointer sits behind. */
static void add_behind(const struct layer_context *context, const struct read_out *read,
                       struct plate *plate) {
    if (read->behind_side < 0) {
        return;
    }
    char number[NUMBER_TEXT_BYTES];
    struct plate_row *row = plate_add(plate, context->theme, LOSE_NOTHING);
    row->ruled = true;
    str_copy(row->label, sizeof row->label, "a stop here is behind");
    str_format(row->value, sizeof row->value, "%s%s %s",
               read->behind_at_least ? "\xe2\x89\xa5 " : "",
               number_format_usd(read->behind_usd, number), side_names[read->behind_side]);
    row->value_face = TEXT_SANS_STRONG;
    row->value_color =
        layer_side_color(context, read->behind_side == 0 ? POS_LONG : POS_SHORT, 0.84, 255);
}

static void add_facts(const struct layer_context *context, const struct read_out *read,
                      struct plate *plate) {
    char number[NUMBER_TEXT_BYTES];
    char other[NUMBER_TEXT_BYTES];
    for (int side = 0; side < 2; side++) {
        if (read->seen_usd[side] > 0) {
            struct plate_row *row = plate_add(plate, context->theme, LOSE_SEEN);
            str_format(row->label, sizeof row->label, "%s liquidated here", side_names[side]);
            str_format(row->value, sizeof row->value, "%s%s",
                       read->seen_at_least ? "\xe2\x89\xa5 " : "",
                       number_format_usd(read->seen_usd[side], number));
        }
    }
    if (read->has_receipt) {
        struct plate_row *row = plate_add(plate, context->theme, LOSE_RECEIPT);
        str_copy(row->label, sizeof row->label, "swept: expected / seen");
        str_format(row->value, sizeof row->value, "%s / %s%s",
                   number_format_usd(read->receipt.expected_usd, number),
                   read->receipt.complete != 0 ? "" : "\xe2\x89\xa5 ",
                   number_format_usd(read->receipt.seen_usd, other));
    }
    if (read->open > 0) {
        struct plate_row *row = plate_add(plate, context->theme, LOSE_CANDLE);
        row->ruled = true;
        str_copy(row->label, sizeof row->label, "open \xe2\x80\x93 close");
        str_format(row->value, sizeof row->value, "%s \xe2\x80\x93 %s",
                   number_format_price(read->open, context->price_decimals, number),
                   number_format_price(read->close, context->price_decimals, other));
        row->value_color = read->close >= read->open ? context->theme->up : context->theme->down;
        row = plate_add(plate, context->theme, LOSE_CANDLE);
        str_copy(row->label, sizeof row->label, "low \xe2\x80\x93 high");
        str_format(row->value, sizeof row->value, "%s \xe2\x80\x93 %s",
                   number_format_price(read->low, context->price_decimals, number),
                   number_format_price(read->high, context->price_decimals, other));
    }
    if (read->volume_usd > 0) {
        struct plate_row *row = plate_add(plate, context->theme, LOSE_VOLUME);
        str_copy(row->label, sizeof row->label, "volume");
        str_format(row->value, sizeof row->value, "%s, %.0f %% bought",
                   number_format_usd(read->volume_usd, number),
                   read->volume_buy_usd / read->volume_usd * 100);
    }
}

static void draw_read_out(struct layer_context *context, double x, double y) {
    static struct plate plate; /* main thread only; too large for the stack */
    const struct camera *camera = context->camera;
    double near_px = NEAR_PX * context->layout->scale;
    double time_ms = camera_time_from_px(camera, x);
    double ln_price = camera_ln_from_px(camera, y);
    const struct read_out_query query = {
        .field = context->field,
        /* The map counts all known positions; where the field does not, it alone is asked. */
        .map = context->settings->opened_within_window ? NULL : context->frame->map,
        .instrument = context->instrument,
        .settings = context->settings,
        .time_ms = time_ms,
        .ln_price = ln_price,
        .near_ms = camera_time_from_px(camera, x + near_px) - time_ms,
        .near_ln = ln_price - camera_ln_from_px(camera, y + near_px),
        .price_now = context->price,
    };
    struct read_out read;
    char filter[READ_OUT_FILTER_BYTES];
    read_out_make(&query, &read);
    plate.count = plate.dropped_count = 0;
    add_place(context, &read, &plate);
    plate_add_warning(&plate, context->theme, LOSE_NOTHING,
                      read_out_filter(context->settings, filter));
    if (read.has_cell) {
        add_cell(context, &read, &plate);
        add_book(context, &read, &plate);
    }
    add_behind(context, &read, &plate);
    add_sentence(context, read.price, &plate);
    add_facts(context, &read, &plate);
    const struct plate_place place = {.area = context->layout->plot,
                                      .x = x,
                                      .y = y,
                                      .gap_px = GAP_PX,
                                      .width_least_px = WIDTH_LEAST_PX};
    if (plate_place(&plate, context, &place)) {
        plate_draw(&plate, context);
    }
}

/* -- at the axes -- */

static void draw_axis_tag(struct layer_context *context, const char *text, struct label *label,
                          struct camera_rect plate) {
    label->utf8 = text;
    label->size_px = THEME_AXIS_PX;
    label->color = context->theme->text;
    if (labels_rect_fits(context->labels, plate) && labels_add(context->labels, label)) {
        canvas_set_list(context->canvas, CANVAS_OVER);
        canvas_add_box(context->canvas, plate, 4 * context->layout->scale, context->theme->rule);
        labels_reserve(context->labels, plate);
    }
}

static void draw_price_tag(struct layer_context *context, double y) {
    const struct layout *layout = context->layout;
    double s = layout->scale;
    char price[NUMBER_TEXT_BYTES];
    number_format_price(camera_price_from_px(context->camera, y), context->price_decimals, price);
    struct label at_price = {.x = layout->price_axis.x + 12 * s, .middle_y = y};
    draw_axis_tag(context, price, &at_price,
                  (struct camera_rect){layout->price_axis.x + 2 * s, y - 13 * s,
                                       layout->price_axis.w - 4 * s, 26 * s});
}

static void draw_time_tag(struct layer_context *context, double x) {
    const struct layout *layout = context->layout;
    const struct camera_rect *plot = &layout->plot;
    double s = layout->scale;
    char clock[MOMENT_TEXT_BYTES];
    moment_format(context->frame->zone, (int64_t)camera_time_from_px(context->camera, x), true,
                  clock);
    struct label at_time = {.x = fmin(fmax(x, plot->x + 70 * s), plot->x + plot->w - 70 * s),
                            .middle_y = layout->time_axis.y + layout->time_axis.h * 0.5,
                            .align = LABELS_CENTER};
    draw_axis_tag(context, clock, &at_time,
                  (struct camera_rect){at_time.x - 68 * s, layout->time_axis.y + 3 * s, 136 * s,
                                       layout->time_axis.h - 6 * s});
}

/* The pointer of another picture: lines and their values, of what the two have in common. */
static void draw_linked(struct layer_context *context) {
    const struct picture_frame *frame = context->frame;
    const struct camera_rect *plot = &context->layout->plot;
    double x = frame->pointer_time_ms > 0
                   ? camera_px_from_time(context->camera, frame->pointer_time_ms)
                   : -1;
    double y =
        frame->pointer_price > 0 ? camera_px_from_price(context->camera, frame->pointer_price) : -1;
    draw_lines(context, x, y, ALPHA_LINKED);
    if (y >= plot->y && y < plot->y + plot->h) {
        draw_price_tag(context, y);
    }
    if (x >= plot->x && x < plot->x + plot->w) {
        draw_time_tag(context, x);
    }
}

void crosshair_draw(struct layer_context *context) {
    const struct camera_rect *plot = &context->layout->plot;
    const struct picture_frame *frame = context->frame;
    double x = frame->pointer_x_px;
    double y = frame->pointer_y_px;
    if (frame->pointer_look == PICTURE_POINTER_LINKED) {
        draw_linked(context);
        return;
    }
    if (frame->pointer_price > 0) {
        bool lower = frame->pointer_price < context->price;
        if (context->pane_count > 1 && lower != (context->pane == 1)) {
            return;
        }
        x = camera_px_from_time(context->camera, frame->pointer_time_ms);
        y = camera_px_from_price(context->camera, frame->pointer_price);
    }
    if (!frame->pointer_inside || x < plot->x || x >= plot->x + plot->w || y < plot->y ||
        y >= plot->y + plot->h) {
        return;
    }
    draw_lines(context, x, y, ALPHA_OWN);
    draw_price_tag(context, y);
    draw_time_tag(context, x);
    if (frame->pointer_look == PICTURE_POINTER_FULL) {
        draw_read_out(context, x, y);
    }
}
