/* layer/canvas.h - flat shapes of a frame: boxes, discs, rings, lines, hatching; three draws a
 * list, whatever they are cut off at.
 *
 * Thread: main.  Owner: picture.  Limits: CANVAS_PLOT_MAX and CANVAS_OVER_MAX quads a frame of
 * upright boxes and as many of everything else, counted beyond.
 *
 * Shapes are painted in the order in which they were added, as far as that can be seen: upright
 * boxes are drawn first, without a distance to compute, because software GL fills them ten times
 * faster; a box that lies over an earlier shape of another kind is drawn with those. Curves come
 * after the boxes and before everything else. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "gfx/buffer.h"
#include "gfx/program.h"
#include "gfx/target.h"
#include "layer/curves.h"
#include "layer/theme.h"
#include "view/camera.h"

enum {
    CANVAS_PLOT_MAX = 40960,
    CANVAS_OVER_MAX = 8192,
    CANVAS_CELLS = 64,
    CANVAS_BOUNDS_MAX = 1024
};

/* PLOT is cut off at the plot's edges (canvas_set_plot), OVER is painted after it over everything.
 */
enum canvas_list { CANVAS_PLOT, CANVAS_OVER, CANVAS_LIST_COUNT };

struct canvas_box;   /* six vertices of one colour, canvas.c */
struct canvas_shape; /* six vertices with a distance field, canvas.c */

struct canvas_part { /* one list */
    struct buffer box_buffer, shape_buffer;
    struct canvas_box *boxes;    /* owned */
    struct canvas_shape *shapes; /* owned */
    int box_count, shape_count;
    uint64_t shaped[CANVAS_CELLS]; /* bit x of row y: a shape reaches into this cell */
    /* Where shapes are; beyond the limit only the cells are known, and boxes over them cost more.
     */
    struct camera_rect bounds[CANVAS_BOUNDS_MAX];
    int bounds_count;
};

struct canvas {
    struct program box_program, shape_program;
    struct curves curves;
    struct canvas_part parts[CANVAS_LIST_COUNT];
    double cell_w, cell_h;   /* pixels */
    struct camera_rect plot; /* what PLOT is cut off at, whole pixels */
    enum canvas_list list;   /* shapes go here */
    int64_t dropped_count;   /* since init */
};

bool canvas_init(struct canvas *canvas, const char *shader_dir); /* false: memory or shader */
bool canvas_reload(struct canvas *canvas); /* shaders; false: some old one goes on */
void canvas_finish(struct canvas *canvas); /* zeroed accepted */

/* Start a frame for a target of that size. */
void canvas_begin(struct canvas *canvas, double width_px, double height_px);
/* What of the target the shapes of PLOT that follow may reach: one list serves the plots of two
 * panes. */
void canvas_set_plot(struct canvas *canvas, struct camera_rect plot);
void canvas_set_list(struct canvas *canvas, enum canvas_list list);
/* A box with corners of radius_px. Without corners, and with edges on whole pixels, it costs least.
 */
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
/* A line of many points, for a fraction of what its segments would cost. */
void canvas_add_curve(struct canvas *canvas, const struct curves_line *curve);
/* A disc, or with ring_px > 0 its outer ring of that width. */
void canvas_add_disc(struct canvas *canvas, double x, double y, double radius_px, double ring_px,
                     struct theme_color color);
/* A square on its corner, radius_px from its middle to each. */
void canvas_add_diamond(struct canvas *canvas, double x, double y, double radius_px,
                        struct theme_color color);
int canvas_count(const struct canvas *canvas); /* quads of the frame so far */

/* Draw one list and empty it. */
void canvas_draw(struct canvas *canvas, enum canvas_list list, const struct target *target);
