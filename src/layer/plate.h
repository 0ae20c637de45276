/* layer/plate.h - a small table on a plate beside a place of the plot: the read-out, and why it is
 * hot.
 *
 * Thread: main.  Owner: the layer that fills it, for one call.  Limits: PLATE_ROW_MAX rows, one
 * graph. A plate never leaves the plot, never covers its place or a text that was there before,
 * never stands under a panel; it loses rows, the least important first, until it has room. */
#pragma once

#include <stdbool.h>

#include "layer/layer.h"

enum { PLATE_ROW_MAX = 32, PLATE_LABEL_BYTES = 64, PLATE_VALUE_BYTES = 48 };

struct plate_row {
    char label[PLATE_LABEL_BYTES]; /* at the left; "" is none */
    char value[PLATE_VALUE_BYTES]; /* at the right; "" is none */
    struct theme_color label_color, value_color;
    enum text_face label_face, value_face;
    int size_px; /* at scale 1 */
    double bar;  /* 0..1 of the room between the two; 0: none */
    struct theme_color bar_color;
    double graph_h_px; /* > 0: room of this height, at scale 1, for the owner to draw in */
    bool ruled;        /* a thin line above it */
    int importance;    /* 0 stays as long as the plate does; the highest go first */
};

struct plate {
    int count, dropped_count; /* rows; those that met PLATE_ROW_MAX */
    struct plate_row rows[PLATE_ROW_MAX];
    struct camera_rect rects[PLATE_ROW_MAX]; /* of the rows, once placed; h 0: dropped */
    struct camera_rect rect;                 /* of the plate, once placed */
};

/* One more row, to be filled: zero but for the usual colours, faces and size. When there is no room
 * it is counted and goes nowhere. */
struct plate_row *plate_add(struct plate *plate, const struct theme *theme, int importance);

/* A row that says what is not counted above; none for "". */
void plate_add_warning(struct plate *plate, const struct theme *theme, int importance,
                       const char *text);

/* Find the plate its room in area beside x, y (pixels), keeping gap_px (at scale 1) from it.
 * width_least_px (at scale 1): it is at least so wide. False: not even the most important rows have
 * room; nothing is drawn. */
struct plate_place {
    struct camera_rect area;
    double x, y, gap_px, width_least_px;
};
bool plate_place(struct plate *plate, struct layer_context *context,
                 const struct plate_place *place);
/* Draw it where it was placed: plate, lines, bars and texts; the place is then taken. */
void plate_draw(const struct plate *plate, struct layer_context *context);
