/* layer/labels.h - texts of a frame, placed so that none covers another: who comes first keeps the
 * place.
 *
 * Thread: main.  Owner: picture.  Limit: LABELS_MAX a frame; what finds no room is left out and
 * counted. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "gfx/text.h"
#include "layer/theme.h"
#include "view/camera.h"

enum { LABELS_MAX = 320, LABELS_TEXT_BYTES = 256 };

enum labels_align { LABELS_LEFT, LABELS_CENTER, LABELS_RIGHT };

struct label {
    const char *utf8; /* borrowed for the call */
    enum text_face face;
    int size_px; /* at scale 1 */
    struct theme_color color;
    enum labels_align align;
    double x, middle_y; /* pixels; capitals are centred on middle_y */
};

struct labels_box {
    struct camera_rect rect;
    char text[LABELS_TEXT_BYTES];
};

struct labels {
    struct text *text; /* owned */
    double scale;
    double width_px, height_px;
    bool hidden; /* places are taken, nothing is written */
    int count;
    int64_t dropped_count; /* met LABELS_MAX, since init */
    struct labels_box boxes[LABELS_MAX];
};

enum status labels_init(struct labels *labels, const char *shader_dir);
void labels_finish(struct labels *labels); /* zeroed accepted */

/* Forget the last frame's. scale multiplies every size. */
void labels_begin(struct labels *labels, double width_px, double height_px, double scale,
                  bool hidden);
/* The room that a label takes, without placing it. */
struct camera_rect labels_measure(struct labels *labels, const struct label *label);
/* Place and write a label. False: it would leave the target or touch another; nothing is written.
 */
bool labels_add(struct labels *labels, const struct label *label);
/* Would labels_add place it? */
bool labels_fits(struct labels *labels, const struct label *label);
/* Is the area inside the target and free of texts and of what is kept free? */
bool labels_rect_fits(const struct labels *labels, struct camera_rect rect);
/* Keep an area free of later labels (a plate, a symbol). */
void labels_reserve(struct labels *labels, struct camera_rect rect);
