/* app/desk_wall.h - a desk that nobody sits at: kiosk, quiet hours, pixel shift, turns; and what
 * all panes share.
 *
 * Thread: main.  Owner: the desk. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "app/app.h"
#include "layer/dim.h"
#include "view/action.h"
#include "view/wall.h"

struct desk;

struct desk_wall {
    bool kiosk, made;
    struct dim dim; /* in the GL contexts */
    struct wall_hours quiet;
    double light;
    bool quiet_now; /* within the quiet hours */
    struct wall_shift shift;
    int shift_by_px;
    int64_t begin_ns, looked_s;
    int turn; /* of the rotation */
};

/* False: --quiet-hours is none; error says so. */
bool desk_wall_open(struct desk *desk, char error[OPTION_ERROR_BYTES]);
/* What lies in the GL contexts; again after others were made. */
bool desk_wall_make(struct desk *desk);
void desk_wall_drop(struct desk *desk); /* before the contexts end; zeroed accepted */
/* Once a frame, before windows are drawn. */
void desk_wall_advance(struct desk *desk);
/* An option of [wall] has another value. */
void desk_wall_follow(struct desk *desk);
/* It checks what option_set cannot. False: error says what was expected. */
bool desk_wall_accepts(enum option_id id, struct span text, char error[OPTION_ERROR_BYTES]);
/* In a kiosk nobody ends it, leaves it or opens anything, but by quit-now. */
bool desk_wall_forbids(const struct desk *desk, enum action action);
