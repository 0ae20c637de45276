/* app/desk_film.h - a film of a window, as a screenshot would show it, begun and ended while it
 * runs.
 *
 * Thread: main.  Owner: the desk; one at a time.  Nothing waits: a picture is read back two frames
 * after it was drawn, and a thread of its own writes it (record/film_writer.h); where that is
 * behind, the film shows a picture once more, counted.  The window is drawn when something changes,
 * as ever; the film has its own steady rate. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "app/map_id.h"
#include "gfx/readback.h"
#include "record/screenshot_name.h"

struct desk;
struct desk_window;
struct film_writer;

struct desk_film {
    struct film_writer *writer;       /* owned; NULL: none is made */
    const struct desk_window *window; /* of which; NULL: it has ended and is being written */
    struct readback_queue queue;
    int width_px, height_px, fps; /* of the film */
    int64_t begin_ns;
    int64_t number; /* of the picture that was asked for last; -1: none yet */
    char path[SCREENSHOT_PATH_BYTES];
};

/* Begin, or end what runs. file: where to (as of `render -o`; "": one of its own in the folder of
 * pictures). False: error says why not. */
bool desk_film_toggle(struct desk *desk, struct desk_window *window, const char *file,
                      char error[OPTION_ERROR_BYTES]);
/* Before a frame of the window is shown: if it is filmed, take it. */
void desk_film_read(struct desk_film *film, const struct desk_window *window,
                    const struct target *whole, int64_t mono_ns);
/* Once a frame: end it if its window has gone or changed its size; tell what became of it. */
void desk_film_advance(struct desk *desk);
/* End it, and wait until it is written: before the windows close. */
void desk_film_close(struct desk *desk);
