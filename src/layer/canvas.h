/* layer/canvas.h - flat shapes of a frame: boxes, discs, rings, lines, hatching; one instanced draw
 * a list.
 *
 * Thread: main.  Owner: picture.  Limits: CANVAS_PLOT_MAX and CANVAS_OVER_MAX shapes a frame,
 * counted beyond. Shapes are painted in the order in which they were added. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "gfx/buffer.h"
#include "gfx/program.h"
#include "gfx/target.h"
#include "layer/theme.h"
#include "view/camera.h"

enum { CANVAS_PLOT_MAX = 24576, CANVAS_OVER_MAX = 8192 };

/* PLOT is cut off at the plot's edges, OVER is painted after it over everything. */
enum canvas_list { CANVAS_PLOT, CANVAS_OVER, CANVAS_LIST_COUNT };

struct canvas_shape; /* one instance, canvas.c */

struct canvas {
    struct program program;
    struct buffer buffers[CANVAS_LIST_COUNT];
    struct canvas_shape *shapes[CANVAS_LIST_COUNT]; /* owned */
    int counts[CANVAS_LIST_COUNT];
    enum canvas_list list; /* shapes go here */
    int64_t dropped_count; /* since init */
};

bool canvas_init(struct canvas *canvas, const char *shader_dir); /* false: memory or shader */
void canvas_finish(struct canvas *canvas);                       /* zeroed accepted */

void canvas_set_list(struct canvas *canvas, enum canvas_list list);
/* A box with corners of radius_px. */
void canvas_add_box(struct canvas *canvas, struct camera_rect rect, double radius_px,
                    struct theme_color color);
/* Its outline, line_px wide, inside the box. */
void canvas_add_frame(struct canvas *canvas, struct camera_rect rect, double radius_px,
                      double line_px, struct theme_color color);
/* Diagonal stripes every period_px. */
void canvas_add_hatch(struct canvas *canvas, struct camera_rect rect, double period_px,
                      struct theme_color color);
void canvas_add_line(struct canvas *canvas, double x0, double y0, double x1, double y1,
                     double width_px, struct theme_color color);
/* A disc, or with ring_px > 0 its outer ring of that width. */
void canvas_add_disc(struct canvas *canvas, double x, double y, double radius_px, double ring_px,
                     struct theme_color color);

/* Draw one list (cut off at clip) and empty it. */
void canvas_draw(struct canvas *canvas, enum canvas_list list, const struct target *target,
                 struct camera_rect clip);
