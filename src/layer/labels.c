#include "layer/labels.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/str.h"

#define GAP_PX 3.0 /* between two labels, at scale 1 */

enum status labels_init(struct labels *labels, const char *shader_dir) {
    *labels = (struct labels){.scale = 1};
    return text_create(shader_dir, &labels->text);
}

void labels_finish(struct labels *labels) {
    text_destroy(labels->text);
    labels->text = NULL;
}

void labels_begin(struct labels *labels, double width_px, double height_px, double scale,
                  bool hidden) {
    labels->width_px = width_px;
    labels->height_px = height_px;
    labels->scale = scale;
    labels->hidden = hidden;
    labels->count = 0;
}

static struct text_style label_style(const struct labels *labels, const struct label *label) {
    int size = (int)lround(label->size_px * labels->scale);
    struct text_style style = {
        .face = label->face,
        .size_px = size < 6 ? 6 : (size > TEXT_SIZE_PX_MAX ? TEXT_SIZE_PX_MAX : size)};
    memcpy(style.rgba, &label->color, sizeof style.rgba);
    return style;
}

struct camera_rect labels_measure(struct labels *labels, const struct label *label) {
    struct text_style style = label_style(labels, label);
    double width = text_width(labels->text, &style, label->utf8);
    double shift = label->align == LABELS_LEFT ? 0 : (label->align == LABELS_CENTER ? 0.5 : 1);
    double cap = text_cap_height(labels->text, &style);
    double descent = style.size_px * 0.24;
    return (struct camera_rect){label->x - width * shift, label->middle_y - cap / 2, width,
                                cap + descent};
}

static bool box_is_free(const struct labels *labels, const struct camera_rect *rect) {
    double gap = GAP_PX * labels->scale;
    if (rect->x < 0 || rect->y < 0 || rect->x + rect->w > labels->width_px ||
        rect->y + rect->h > labels->height_px) {
        return false;
    }
    for (int i = 0; i < labels->count; i++) {
        const struct camera_rect *other = &labels->boxes[i].rect;
        if (rect->x < other->x + other->w + gap && other->x < rect->x + rect->w + gap &&
            rect->y < other->y + other->h && other->y < rect->y + rect->h) {
            return false;
        }
    }
    return true;
}

static bool take_box(struct labels *labels, const struct camera_rect *rect, const char *utf8) {
    if (labels->count == LABELS_MAX) {
        labels->dropped_count++;
        return false;
    }
    struct labels_box *box = &labels->boxes[labels->count++];
    box->rect = *rect;
    str_copy(box->text, sizeof box->text, utf8);
    return true;
}

bool labels_fits(struct labels *labels, const struct label *label) {
    struct camera_rect rect = labels_measure(labels, label);
    return box_is_free(labels, &rect);
}

bool labels_rect_fits(const struct labels *labels, struct camera_rect rect) {
    return box_is_free(labels, &rect);
}

bool labels_add(struct labels *labels, const struct label *label) {
    struct camera_rect rect = labels_measure(labels, label);
    if (!box_is_free(labels, &rect) || !take_box(labels, &rect, label->utf8)) {
        return false;
    }
    if (!labels->hidden) {
        struct text_style style = label_style(labels, label);
        double cap = text_cap_height(labels->text, &style);
        text_add(labels->text, &style, rect.x, label->middle_y + cap / 2, label->utf8);
    }
    return true;
}

void labels_reserve(struct labels *labels, struct camera_rect rect) {
    take_box(labels, &rect, "");
}
