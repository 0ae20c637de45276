/* window/hands.h - what the mouse and the touchpad do in a picture: which part of it is under the
 * pointer decides what a drag, a wheel step, two fingers or a double click mean there.
 *
 * Thread: main.  Pure: no SDL, no GL, no clock; tests drive it with made-up input.
 *
 *   plot        drag pans; wheel zooms time about the pointer, with Shift prices; sideways pans;
 *               Ctrl+drag, the middle button, or any drag in measure mode measures
 *   price axis  drag stretches prices, wheel zooms them, double click fits them (beside it, on the
 *               profile, a drag moves them)
 *   time axis   drag stretches time, wheel zooms it (on the strips a drag pans it)
 *   legend      its two handles are dragged, double click frees one; wheel moves white, with Shift
 *               black; a click on an end's amount asks for a value
 *   lines       of one's own are dragged */
#pragma once

#include <stdbool.h>

#include "layer/layout.h"
#include "view/action_call.h"
#include "view/lines.h"
#include "view/measure.h"
#include "window/input.h"
#include "window/navigator.h"

enum { HANDS_CAMERA_MAX = 2 };

/* The parts of a picture that hands tell apart. */
enum hands_place {
    HANDS_NOWHERE,
    HANDS_PLOT,
    HANDS_LINE, /* one of one's own, in the plot or at the price axis */
    HANDS_PROFILE,
    HANDS_PRICE_AXIS,
    HANDS_STRIPS,
    HANDS_TIME_AXIS,
    HANDS_BLACK, /* the legend's handles */
    HANDS_WHITE,
    HANDS_BLACK_AMOUNT, /* and the amounts below them */
    HANDS_WHITE_AMOUNT,
    HANDS_LEGEND
};

/* What a frame's hands reach into. */
struct hands_view {
    struct layout layout;
    /* The plot, or of a split one the upper and the lower part: each has prices of its own. */
    int camera_count;
    struct camera cameras[HANDS_CAMERA_MAX];
    struct lines *lines; /* those that are shown; NULL: none */
    int price_decimals;  /* to which a line that is dragged is rounded */
};

struct hands {
    /* -- a drag, from the button's press to its release -- */
    enum hands_place grabbed; /* HANDS_NOWHERE: no drag */
    bool measuring;           /* it measures */
    bool moved;               /* far enough to be one, and no click */
    bool moved_up_down;       /* and its height counts */
    double drag_x_px, drag_y_px;
    int line;           /* which line is held, while grabbed is HANDS_LINE */
    double line_off_px; /* from it down to the pointer when it was taken */
    bool lines_changed; /* a line was let go somewhere else: to be kept; the owner clears it */
    double legend_black_usd_per_bp, legend_white_usd_per_bp; /* the legend stays so while one of
                                                                its handles is held; 0: it is not */
    double wheel_rest;                                       /* of a step over the legend */

    struct measure measure;
    bool measure_mode; /* the left button measures, too */
    enum input_cursor cursor;
};

/* What the user did since the last frame. Commands that are not the picture's own (the console)
 * go to queue. */
void hands_apply(struct hands *hands, struct navigator *nav, const struct hands_view *view,
                 const struct input *input, struct action_queue *queue);
/* Put away what was measured, and measure mode. False: there was nothing. */
bool hands_back(struct hands *hands);

/* What lies at a place of the picture; *line is set where it is a line. */
enum hands_place hands_find_place(const struct navigator *nav, const struct hands_view *view,
                                  double x_px, double y_px, int *line);
/* Time and price (in the part of the plot nearest to it) of a place. */
void hands_read_place(const struct hands_view *view, double x_px, double y_px, double *time_ms,
                      double *price);
