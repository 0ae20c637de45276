/* What the user drew for himself: lines at a price, stops and positions, each with a tag at the
 * price axis and a few words left of the live edge.  A stop says what it sits behind: the estimated
 * USD between the price and it; a position what it makes now, at the pointer, and where its venue
 * would close it. */
#include "view/lines.h"

#include <math.h>

#include "base/number.h"
#include "base/str.h"
#include "layer/layer.h"
#include "layer/stack.h"

/* Pixels at scale 1. */
#define DASH_PX    10.0
#define GAP_PX     6.0
#define DOT_PX     3.0
#define LABEL_H_PX 22.0
#define PAD_PX     8.0
#define BAR_PX     3.0  /* of the line's colour, at a label's left */
#define LIFT_PX    15.0 /* a label stands so far above its line */
#define SHIFT_PX   60.0 /* at most so far from there */
#define EDGE_PX    12.0 /* from the label to the live edge */
#define TAG_H_PX   24.0
#define DOT_TEXT   "  \xc2\xb7  "
#define MINUS      "\xe2\x88\x92"

enum { MARK_MAX = 2 * LINES_MAX, TEXT_BYTES = 160, TEXT_COUNT = 2 };

enum mark_dash { MARK_SOLID, MARK_DASHED, MARK_DOTTED };

/* One horizontal line of the picture: a position has two. */
struct mark {
    double price, y;
    enum mark_dash dash;
    struct theme_color color;
    char texts[TEXT_COUNT][TEXT_BYTES]; /* in full, and short; "": no label */
    int length;                         /* which of them fits */
    double text_w;
};

/* -- words -- */

static const char *format_profit(double usd, char out[NUMBER_TEXT_BYTES]) {
    char number[NUMBER_TEXT_BYTES];
    str_format(out, NUMBER_TEXT_BYTES, "%s%s", usd < 0 ? MINUS : "+",
               number_format_usd(fabs(usd), number));
    return out;
}

/* " · behind $12.3M longs" of what stands between the price and this one; "" where that is not
 * known or not shown. */
static void add_behind(const struct layer_context *context, const char *words, double price,
                       char out[TEXT_BYTES]) {
    static const char *const side_names[2] = {"longs", "shorts"};
    const struct scene_map *map = layer_map_now(context);
    int side = map != NULL && price < map->reference ? 0 : 1;
    enum settings_side other = side == 0 ? SETTINGS_SIDE_SHORT : SETTINGS_SIDE_LONG;
    char number[NUMBER_TEXT_BYTES];
    if (map == NULL || context->frame->settings.side == other) {
        return;
    }
    double usd = map_usd_to(map, side, price, context->settings->band_hidden);
    str_append(out, TEXT_BYTES, "%s%s %s %s", out[0] != '\0' ? DOT_TEXT : "", words,
               number_format_usd(usd, number), side_names[side]);
}

static void write_stop(const struct layer_context *context, const struct lines_item *item,
                       struct mark *mark) {
    str_format(mark->texts[0], TEXT_BYTES, "stop of %s %.6g", item->is_short ? "short" : "long",
               item->qty_base);
    add_behind(context, "sits behind", item->price, mark->texts[0]);
    str_copy(mark->texts[1], TEXT_BYTES, "stop");
    add_behind(context, "behind", item->price, mark->texts[1]);
}

/* The price that the pointer is at; 0: it is in no place with a price. */
static double pointer_price(const struct layer_context *context) {
    const struct picture_frame *frame = context->frame;
    const struct camera_rect *plot = &context->layout->plot;
    double x = frame->pointer_x_px;
    double y = frame->pointer_y_px;
    if (!frame->pointer_inside || frame->pointer_look == PICTURE_POINTER_LINKED) {
        return 0;
    }
    if (frame->pointer_price > 0) {
        return frame->pointer_price;
    }
    bool inside = x >= plot->x && x < plot->x + plot->w && y >= plot->y && y < plot->y + plot->h;
    return inside ? camera_price_from_px(context->camera, y) : 0;
}

static void write_position(const struct layer_context *context, const struct lines_item *item,
                           struct mark *mark) {
    char usd[NUMBER_TEXT_BYTES];
    const char *side = item->is_short ? "short" : "long";
    double there = pointer_price(context);
    str_format(mark->texts[0], TEXT_BYTES, "%s %.6g", side, item->qty_base);
    if (item->leverage > 0) {
        str_append(mark->texts[0], TEXT_BYTES, " at %.4gx", item->leverage);
    }
    str_copy(mark->texts[1], TEXT_BYTES, side);
    if (context->price > 0) {
        double profit = lines_item_profit_usd(item, context->price);
        double share = (context->price / item->price - 1) * (item->is_short ? -100 : 100);
        format_profit(profit, usd);
        str_append(mark->texts[0], TEXT_BYTES, DOT_TEXT "%s (%s%.2f %%)", usd,
                   share < 0 ? MINUS : "+", fabs(share));
        str_append(mark->texts[1], TEXT_BYTES, " %s", usd);
        mark->color = profit < 0 ? context->theme->down : context->theme->up;
    }
    if (there > 0) {
        str_append(mark->texts[0], TEXT_BYTES, DOT_TEXT "at the pointer %s",
                   format_profit(lines_item_profit_usd(item, there), usd));
    }
}

static void write_liquidation(const struct layer_context *context, const struct lines_item *item,
                              struct mark *mark) {
    const char *side = item->is_short ? "short" : "long";
    str_format(mark->texts[0], TEXT_BYTES, "liquidation of this %s", side);
    add_behind(context, "behind", item->liquidation, mark->texts[0]);
    str_copy(mark->texts[1], TEXT_BYTES, "liquidation");
}

/* -- marks -- */

static void add_mark(const struct layer_context *context, const struct lines_item *item,
                     double price, int *count, struct mark marks[MARK_MAX]) {
    double ln_price = log(price);
    if (ln_price < context->camera->ln_bottom || ln_price > context->camera->ln_top) {
        return;
    }
    struct mark *mark = &marks[(*count)++];
    *mark = (struct mark){.price = price,
                          .y = camera_px_from_ln(context->camera, ln_price),
                          .color = context->theme->text};
    if (item->kind == LINES_PLAIN) {
        str_copy(mark->texts[0], TEXT_BYTES, item->label);
        str_copy(mark->texts[1], TEXT_BYTES, item->label);
    } else if (item->kind == LINES_STOP) {
        mark->dash = MARK_DASHED;
        mark->color = context->theme->warn;
        write_stop(context, item, mark);
    } else if (price == item->price) {
        write_position(context, item, mark);
    } else {
        mark->dash = MARK_DOTTED;
        mark->color = context->theme->down;
        write_liquidation(context, item, mark);
    }
}

static int collect(const struct layer_context *context, struct mark marks[MARK_MAX]) {
    const struct lines *lines = context->frame->lines;
    int count = 0;
    for (int i = 0; i < lines->count; i++) {
        const struct lines_item *item = &lines->items[i];
        add_mark(context, item, item->price, &count, marks);
        if (item->liquidation > 0 && item->liquidation != item->price) {
            add_mark(context, item, item->liquidation, &count, marks);
        }
    }
    return count;
}

static void draw_mark(struct layer_context *context, const struct mark *mark) {
    const struct camera_rect *plot = &context->layout->plot;
    double s = context->layout->scale;
    double thick = fmax(1, round(1.4 * s));
    double dash = mark->dash == MARK_DOTTED ? DOT_PX * s : DASH_PX * s;
    double step = round(dash + (mark->dash == MARK_DOTTED ? DOT_PX : GAP_PX) * s);
    double y = round(mark->y - thick / 2);
    struct theme_color color = mark->color;
    struct theme_color rim = context->theme->halo;
    color.a = 225;
    rim.a = 120;
    if (mark->dash == MARK_SOLID) {
        canvas_add_box(context->canvas, (struct camera_rect){plot->x, y - 1, plot->w, thick + 2}, 0,
                       rim);
        canvas_add_box(context->canvas, (struct camera_rect){plot->x, y, plot->w, thick}, 0, color);
        return;
    }
    for (double x = plot->x; x < plot->x + plot->w; x += step) {
        canvas_add_box(context->canvas, (struct camera_rect){x, y, round(dash), thick}, 0, color);
    }
}

/* Its price at the axis, where nothing else stands. */
static void draw_tag(struct layer_context *context, const struct mark *mark) {
    const struct camera_rect *axis = &context->layout->price_axis;
    double s = context->layout->scale;
    char price[NUMBER_TEXT_BYTES];
    struct label label = {.utf8 = number_format_price(mark->price, context->price_decimals, price),
                          .face = TEXT_SANS_STRONG,
                          .size_px = THEME_AXIS_PX,
                          .color = mark->color,
                          .x = axis->x + 12 * s,
                          .middle_y = mark->y};
    struct camera_rect plate = {axis->x + 3 * s, round(mark->y - TAG_H_PX / 2 * s), axis->w - 6 * s,
                                round(TAG_H_PX * s)};
    if (plate.y < axis->y || plate.y + plate.h > axis->y + axis->h ||
        !labels_rect_fits(context->labels, plate) || !labels_add(context->labels, &label)) {
        return;
    }
    canvas_add_box(context->canvas, plate, 3 * s, context->theme->plate);
    canvas_add_frame(context->canvas, plate, 3 * s, fmax(1, round(s)), mark->color);
    labels_reserve(context->labels, plate);
}

/* -- labels -- */

static struct label label_of(const struct layer_context *context, const struct mark *mark) {
    return (struct label){.utf8 = mark->texts[mark->length],
                          .face = TEXT_SANS_STRONG,
                          .size_px = THEME_STATUS_PX,
                          .color = context->theme->text};
}

/* In full if the plot is wide enough for it. */
static void choose_text(const struct layer_context *context, double room, struct mark *mark) {
    for (mark->length = 0; mark->length < TEXT_COUNT; mark->length++) {
        struct label label = label_of(context, mark);
        mark->text_w = labels_measure(context->labels, &label).w;
        if (mark->text_w <= room) {
            return;
        }
    }
    mark->length = 0;
    mark->text_w = 0; /* no label */
}

static double label_w(const struct layer_context *context, const struct mark *mark) {
    return ceil(mark->text_w + (2 * PAD_PX + BAR_PX) * context->layout->scale);
}

static void draw_label(struct layer_context *context, const struct mark *mark, double right,
                       double middle) {
    double s = context->layout->scale;
    struct camera_rect plate = {round(right - label_w(context, mark)),
                                round(middle - LABEL_H_PX / 2 * s), label_w(context, mark),
                                round(LABEL_H_PX * s)};
    struct label label = label_of(context, mark);
    label.x = plate.x + (PAD_PX + BAR_PX) * s;
    label.middle_y = plate.y + plate.h / 2;
    if (!labels_rect_fits(context->labels, plate) || !labels_add(context->labels, &label)) {
        return;
    }
    struct camera_rect bar = {plate.x, plate.y, round(BAR_PX * s), plate.h};
    double end = plate.y + plate.h < mark->y ? plate.y + plate.h : plate.y;
    if (fabs(mark->y - end) > 1) { /* moved away from its line: a thread back to it */
        struct camera_rect thread = {bar.x, fmin(end, mark->y), fmax(1, round(s)),
                                     fabs(mark->y - end)};
        canvas_add_box(context->canvas, thread, 0, mark->color);
    }
    canvas_add_box(context->canvas, plate, 0, context->theme->plate);
    canvas_add_box(context->canvas, bar, 0, mark->color);
    labels_reserve(context->labels, plate);
}

/* All of them at one right edge, none over another, each as near above its line as there is room.
 */
static void draw_labels(struct layer_context *context, int count, struct mark marks[MARK_MAX]) {
    const struct camera_rect *plot = &context->layout->plot;
    double s = context->layout->scale;
    double right = fmin(layer_live_x(context), plot->x + plot->w) - EDGE_PX * s;
    double left = right;
    struct stack_item items[MARK_MAX];
    struct stack_block blocks[STACK_BLOCK_MAX];
    int order[MARK_MAX];
    int item_count = 0;
    for (int i = 0; i < count; i++) {
        choose_text(context, right - plot->x - 4 * PAD_PX * s, &marks[i]);
        if (marks[i].text_w > 0) {
            left = fmin(left, right - label_w(context, &marks[i]));
            order[item_count] = i;
            items[item_count++] = (struct stack_item){
                .wanted = marks[i].y - LIFT_PX * s, .height = LABEL_H_PX * s, .weight = 1};
        }
    }
    const struct stack_desc desc = {.top = plot->y + 3 * s,
                                    .bottom = plot->y + plot->h - 3 * s,
                                    .gap = 3 * s,
                                    .shift_max = SHIFT_PX * s,
                                    .block_count = layer_find_blocks(context, left, right, blocks),
                                    .blocks = blocks};
    stack_place(&desc, item_count, items);
    for (int i = 0; i < item_count; i++) {
        if (items[i].placed) {
            draw_label(context, &marks[order[i]], right, items[i].middle);
        }
    }
}

void lines_draw(struct layer_context *context) {
    struct mark marks[MARK_MAX];
    if (context->frame->lines == NULL || context->frame->lines->count == 0) {
        return;
    }
    int count = collect(context, marks);
    canvas_set_list(context->canvas, CANVAS_PLOT);
    for (int i = 0; i < count; i++) {
        draw_mark(context, &marks[i]);
    }
    canvas_set_list(context->canvas, CANVAS_OVER);
    for (int i = 0; i < count; i++) {
        draw_tag(context, &marks[i]);
    }
    draw_labels(context, count, marks);
}
