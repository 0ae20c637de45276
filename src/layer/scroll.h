/* layer/scroll.h - a picture that moves in time: its pixels are kept, so that a step of the scroll
 * paints only what is new.
 *
 * Thread: main.  Owner: ground.  Limit: SCROLL_PHASE_COUNT pictures of the plot's size (4 bytes a
 * pixel each).
 *
 * Time is cut into pixel columns of ms_per_px, numbered from the epoch, and into quarters of them:
 * a view stands at the nearest quarter, an eighth of a pixel from its place at most, whatever the
 * date and however long it has scrolled.  Each of the four phases has a ring of whole pixel
 * columns; column n of a phase lies in the ring's column n mod width.  Showing a phase paints the
 * columns that its ring lacks, or that were declared stale, and copies the rest: one copy, or two
 * around the ring's seam.  A frame that had nothing to paint paints a part of the next phase.  The
 * same view gives the same pixels, drawn at once or after a scroll. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "gfx/target.h"
#include "gfx/texture.h"
#include "view/camera.h"

enum { SCROLL_PHASE_COUNT = 4, SCROLL_SHOWN_MAX = 2 };

struct scroll_span { /* pixel columns from..to-1; from == to: none */
    int64_t from, to;
};

struct scroll_ring {
    struct texture color;
    struct target target;
    struct scroll_span kept, stale;
};

struct scroll {
    struct scroll_ring rings[SCROLL_PHASE_COUNT];
    int width_px, height_px; /* of the rings; 0: none */
    bool refused;            /* the driver has no room for that size: everything is painted */
    double ms_per_px;
};

/* Where a camera stands on the scroll. */
struct scroll_place {
    double ms_per_px;
    int64_t column; /* at the plot's left edge */
    int phase;      /* quarters of a pixel that the columns are shifted by */
};

/* What is to be painted: the viewport is the plot, wherever it lies in the target, and `left_ms`
 * the time at its left edge; only `part` of the target may change. `column` is the number of the
 * viewport's first pixel column. */
struct scroll_strip {
    struct target_rect viewport, part;
    double left_ms, ms_per_px;
    int64_t column;
};
typedef void (*scroll_paint_fn)(void *user, const struct target *target,
                                const struct scroll_strip *strip);

void scroll_finish(struct scroll *scroll); /* zeroed accepted, and is how a scroll starts */

/* Where the camera's plot stands. Keeps the scroll's pixel length where the camera's differs by no
 * more than the rounding of its edges; else everything that is kept is forgotten. */
struct scroll_place scroll_place_of(struct scroll *scroll, const struct camera *camera);
/* The pixel column that a time lies in, of the place's phase. */
int64_t scroll_column_of_time(const struct scroll_place *place, double time_ms);

/* Forget what is kept: every pixel may look different now. */
void scroll_reset(struct scroll *scroll);
/* What lies between these times may look different now. */
void scroll_mark_stale(struct scroll *scroll, double from_ms, double to_ms);

struct scroll_view {
    struct scroll_place place;
    struct target_rect plot; /* in the target */
    /* The parts of it that are copied, >= 1 pixel, one above the other and equally wide. What lies
     * between them is painted as it comes. */
    int shown_count;
    struct target_rect shown[SCROLL_SHOWN_MAX];
    scroll_paint_fn paint;
    void *user; /* borrowed, handed to paint */
};
void scroll_draw(struct scroll *scroll, const struct target *target,
                 const struct scroll_view *view);
