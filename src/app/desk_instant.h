/* app/desk_instant.h - what was just live, saved after the fact: as a recording, and as a film.
 *
 * The pipeline keeps the last stretch of what came (app/recent.h). A thread of its own
 * (THREAD_WRITER) writes that down; then `liqscope render` of the recording, a program of its own
 * that gives way to all others, makes a film of it as the pane looked, in its own time. It is drawn
 * anew: history by the minute, and what calibration had learned by then, are not in it.
 *
 * Thread: main.  Owner: the desk; one at a time. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <sys/types.h>

#include "app/picture_command.h"
#include "app/recent.h"
#include "base/thread.h"
#include "config/option_table.h"
#include "record/screenshot_name.h"

struct desk;
struct desk_window;

struct desk_instant {
    struct recent *recent; /* borrowed, while it is saved */
    char path[SCREENSHOT_PATH_BYTES], film[SCREENSHOT_PATH_BYTES];
    char settings[PICTURE_COMMAND_BYTES]; /* of the pane, as render takes them */
    bool saving;
    pid_t child; /* makes the film; 0: none */

    struct thread thread;
    struct recent_saved saved; /* written by the thread */
    enum status status;
    char reason[RECENT_REASON_BYTES];
    atomic_bool done; /* the thread writes */
};

/* How much of what is live has to be kept, in seconds; 0: nothing. */
double desk_instant_keep_s(const struct desk *desk);
/* Begin. file: the recording (.liq); "": beside the screenshots, by their template. False: error
 * says why not. */
bool desk_instant_save(struct desk *desk, struct desk_window *window, const char *file,
                       char error[OPTION_ERROR_BYTES]);
/* Once a frame: tell what became of it. */
void desk_instant_advance(struct desk *desk);
/* Waits until the recording is written; a film has a moment to be finished, else it is removed, and
 * that is told. */
void desk_instant_close(struct desk *desk);
