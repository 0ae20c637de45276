/* What the order book's colours and the circles are: keys that stand in the header, or where that
 * has no room for them, in a corner of the plot (layer/note.c). */
#include <math.h>

#include "base/number.h"
#include "base/str.h"
#include "layer/book_field.h"
#include "layer/layer.h"

#define BOOK_W_PX 120.0
enum { BOOK_STEP_COUNT = 32 };

/* How far the venue tells its book, and the ramp's ends. Where it is less than a line high, what
 * rests on each side is drawn as a band along the price (layer/book_band.c). */
static void book_words(const struct layer_context *context, int length, size_t bytes, char *out) {
    char low[NUMBER_TEXT_BYTES];
    char high[NUMBER_TEXT_BYTES];
    double reach = context->field != NULL ? book_field_reach(context->field) : 0;
    bool banded = context->book->banded;
    number_format_usd(book_field_usd_at(context->book, 0), low);
    number_format_usd(book_field_usd_at(context->book, 1), high);
    str_format(out, bytes, "%s \xe2\x80\x93 %s/bp", low, high);
    if (reach > 0 && length < 2) {
        str_append(out, bytes, ", %s\xc2\xb1%.*f %%%s", length == 0 ? "told to " : "",
                   reach < 0.01 ? 2 : 1, reach * 100,
                   banded ? (length == 0 ? ", drawn as a band along the price" : ", as a band")
                          : "");
    }
}

/* What rests in the order book has a ramp of its own: facts, and another unit of colour. */
bool legend_add_book(struct layer_context *context, struct legend_key *key) {
    double s = context->layout->scale;
    char text[2 * NUMBER_TEXT_BYTES + 64];
    struct label name = {.utf8 = "resting orders",
                         .size_px = key->size_px,
                         .color = context->theme->text_dim,
                         .x = key->x,
                         .middle_y = key->middle_y};
    struct camera_rect box = labels_measure(context->labels, &name);
    struct camera_rect ramp = {round(box.x + box.w + 10 * s), round(key->middle_y - 5 * s),
                               round(BOOK_W_PX * s), round(10 * s)};
    struct label amounts = name;
    amounts.utf8 = text;
    amounts.x = ramp.x + ramp.w + 8 * s;
    int length_count = context->book->banded ? 2 : 3; /* a band is not understood without it */
    for (int length = 0; length < length_count; length++) {
        book_words(context, length, sizeof text, text);
        box = labels_measure(context->labels, &amounts);
        if (box.x + box.w <= key->right) {
            break;
        }
    }
    if (box.x + box.w > key->right) {
        return false;
    }
    key->x = box.x + box.w;
    if (key->only_measured) {
        return true;
    }
    labels_add(context->labels, &name);
    labels_add(context->labels, &amounts);
    labels_reserve(context->labels, ramp);
    for (int i = 0; i < BOOK_STEP_COUNT; i++) {
        double share = (i + 0.5) / BOOK_STEP_COUNT;
        double left = round(ramp.x + ramp.w * i / BOOK_STEP_COUNT);
        double right = round(ramp.x + ramp.w * (i + 1) / BOOK_STEP_COUNT);
        const uint8_t *rgba = book_field_color(
            context->book, scale_log2_from_usd(book_field_usd_at(context->book, share)));
        canvas_add_box(context->canvas, (struct camera_rect){left, ramp.y, right - left, ramp.h}, 0,
                       (struct theme_color){rgba[0], rgba[1], rgba[2], rgba[3]});
    }
    canvas_add_frame(context->canvas, ramp, 0, 1, context->theme->rule);
    return true;
}

/* The amount of the largest circle (area grows with USD), and of the smallest one shown. */
static void circle_words(const struct layer_context *context, bool whole, size_t bytes, char *out) {
    char usd[NUMBER_TEXT_BYTES];
    out[0] = '\0';
    if (whole) {
        str_append(out, bytes, "largest circle %s",
                   number_format_usd(context->bubble_usd_max, usd));
    }
    if (context->bubble_usd_least > 0) {
        str_append(out, bytes, "%sfrom %s", whole ? ", " : "",
                   number_format_usd(context->bubble_usd_least, usd));
    }
}

/* What the circles are: told whole, or with a word less, or not at all. */
bool legend_add_circles(struct layer_context *context, struct legend_key *key) {
    static const char *const names[2] = {"long liquidated", "short liquidated"};
    double s = context->layout->scale;
    char text[2][64];
    struct label labels[3];
    double x = key->x + 18 * s;
    for (int i = 0; i < 3; i++) {
        labels[i] = (struct label){.utf8 = i < 2 ? names[i] : text[0],
                                   .size_px = key->size_px,
                                   .color = context->theme->text_dim,
                                   .x = x,
                                   .middle_y = key->middle_y};
        struct camera_rect box = labels_measure(context->labels, &labels[i]);
        x = box.x + box.w + (i == 0 ? 44 : 24) * s;
    }
    double end = 0;
    int length = 0;
    for (; length < 3; length++) {
        circle_words(context, length == 0, sizeof text[0], text[0]);
        const struct label *last = &labels[length < 2 && text[0][0] != '\0' ? 2 : 1];
        struct camera_rect box = labels_measure(context->labels, last);
        end = box.x + box.w;
        if (end <= key->right) {
            break;
        }
    }
    if (end > key->right) {
        return false;
    }
    key->x = end;
    for (int i = 0; i < (length < 2 ? 3 : 2) && !key->only_measured; i++) {
        if (labels[i].utf8[0] != '\0') {
            labels_add(context->labels, &labels[i]);
        }
        if (i < 2) {
            canvas_add_disc(context->canvas, labels[i].x - 11 * s, key->middle_y, 6 * s,
                            i == 0 ? 0 : 2 * s,
                            layer_side_color(context, i == 0 ? POS_LONG : POS_SHORT, 0.84, 255));
        }
    }
    return true;
}
