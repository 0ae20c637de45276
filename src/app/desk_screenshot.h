/* app/desk_screenshot.h - screenshots of the windows: whose next frame is wanted, what stands in
 * the file beside its pixels, and what became of it.
 *
 * Thread: main.  Owner: the desk.  The frame that is taken is read back once
 * (screenshot_job_read) after its panes were drawn and before anything is drawn over them; the rest
 * is done by record/screenshot_writer on its own thread.  Limit: SCREENSHOT_PENDING_MAX at a time.
 */
#pragma once

#include <stdbool.h>

#include "app/app.h"
#include "record/screenshot_writer.h"

struct desk;
struct desk_window;

struct desk_screenshot {
    struct screenshot_writer writer;
    bool clipboard_told; /* that there is no program for it */
};

/* EXIT_STATUS_USAGE: --screenshot-template is no template; FAILED: no thread. A line was printed.
 */
enum exit_status desk_screenshot_open(struct desk *desk);
void desk_screenshot_close(
    struct desk *desk); /* what was taken is still written; zeroed accepted */

/* The name that a screenshot of the window would have now, as screenshot_pattern_make. */
bool desk_screenshot_pattern(const struct desk *desk, const struct desk_window *window,
                             char out[SCREENSHOT_PATH_BYTES]);
/* Take the window's next frame, which window->shot is filled from when its panes are drawn. file:
 * where to ("": by --screenshot-template). False: error says why not. */
bool desk_screenshot_ask(struct desk *desk, struct desk_window *window, const char *file,
                         char error[OPTION_ERROR_BYTES]);
void desk_screenshot_forget_name(struct desk_window *window); /* and show it no more */
/* After a frame of the window: if it was taken, hand it over to be written. */
/* Give the view a name, which the window's next frame shows, and keep what it stands for. */
void desk_screenshot_name(struct desk *desk, struct desk_window *window);
void desk_screenshot_send(struct desk *desk, struct desk_window *window);
/* Once a frame: tell what became of those that were taken. */
void desk_screenshot_tell(struct desk *desk);
