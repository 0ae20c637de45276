/* layer/curves.h - thin lines of many points: one span a pixel, coloured by one fragment program.
 *
 * Thread: main.  Owner: canvas.  Limits: CURVES_MAX curves a frame, CURVES_LENGTH_MAX pixels along;
 * what is beyond is counted or cut off.
 *
 * A line may have a halo, a wider one beneath it: both are coloured at once.
 *
 * A line of 1,500 segments costs software GL 12,000 instructions a segment as turned boxes. Here
 * the CPU works out which stretch of every pixel column (or row) the line covers; these spans are a
 * row of a texture, and a few upright rectangles along the line look them up. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "gfx/buffer.h"
#include "gfx/program.h"
#include "gfx/target.h"
#include "gfx/texture.h"
#include "layer/theme.h"
#include "view/camera.h"

enum { CURVES_MAX = 32, CURVES_LENGTH_MAX = 8192, CURVES_TILES_MAX = 8192, CURVES_LIST_COUNT = 2 };

struct curve_point {
    double x, y; /* pixels from the top left of the target; NaN: a break in the line */
};

struct curves_line {
    int count;
    const struct curve_point *points; /* borrowed for the call */
    bool upright;          /* runs up and down rather than along: spans lie across pixel rows */
    double from_px, to_px; /* cut off along its way */
    double width_px;
    struct theme_color color;
    double halo_px; /* the halo's whole width; 0: none */
    struct theme_color halo;
};

struct curve_tile; /* six vertices, curves.c */

struct curves {
    struct program program;
    struct texture spans;
    float (*numbers)[4]; /* owned, CURVES_MAX x CURVES_LENGTH_MAX: low and high edge of each span,
                            of the line and of its halo */
    int curve_count;     /* rows in use this frame */
    struct {
        struct buffer buffer;
        struct curve_tile *tiles; /* owned */
        int count;
    } lists[CURVES_LIST_COUNT];
};

bool curves_init(struct curves *curves, const char *shader_dir); /* false: memory or shader */
void curves_finish(struct curves *curves);                       /* zeroed accepted */

void curves_begin(struct curves *curves); /* a frame */
struct curves_reach {
    struct camera_rect limits; /* whole pixels: the curve is cut off there */
    void (*mark)(void *user, struct camera_rect rect); /* called with each rectangle it reaches */
    void *user;                                        /* borrowed, handed to mark */
};
/* Add a curve to a list. False: a limit was met, nothing or not all of it is drawn. */
bool curves_add(struct curves *curves, int list, const struct curves_line *curve,
                const struct curves_reach *reach);
int curves_count(const struct curves *curves); /* rectangles of the frame so far */
/* Draw a list and empty it; the target is set, to TARGET_BLEND_ALPHA. */
void curves_draw(struct curves *curves, int list, const struct target *target);
