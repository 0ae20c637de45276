/* app/desk.h - everything that is open: the windows, the panes in them, and the one pipeline that
 * they all show.
 *
 * Thread: main.  Owner: run_view.  Nothing here waits for another thread: a frame takes the newest
 * scene and what columns are there, draws the windows that are due, and rests until the next one
 * is.
 *
 * Commands of keys, panels, console and control socket meet in one queue; desk_run is the one place
 * that runs them: what concerns the program or a window here, the rest in the focused pane. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "app/app.h"
#include "app/desk_reload.h"
#include "app/desk_screenshot.h"
#include "app/desk_layouts.h"
#include "app/desk_lines.h"
#include "app/desk_alerts.h"
#include "app/desk_clean.h"
#include "app/desk_film.h"
#include "app/desk_instant.h"
#include "app/desk_past.h"
#include "app/desk_seek.h"
#include "app/desk_time_bar.h"
#include "app/desk_wall.h"
#include "app/desk_window.h"
#include "app/frame_meter.h"
#include "app/live_clock.h"
#include "app/pipeline.h"
#include "app/source.h"
#include "window/desktop.h"

/* What the user has to be told: what could not be done, and why. */
struct desk_notice {
    char text[OPTION_ERROR_BYTES]; /* "": nothing yet */
    int64_t mono_ns;               /* when it was said */
    int count;                     /* notices so far */
};

struct ipc;
struct proxy_rules;

struct desk {
    /* In the order of building up. */
    struct source_list sources;
    struct keymap keymap;
    struct desktop *desktop;
    int window_count, focused;
    struct desk_window *windows[DESKTOP_WINDOW_MAX]; /* owned */
    struct pipeline source;                          /* of what was asked for */
    struct desk_past past;                           /* a replay of it, while one looks back */
    struct pipeline *pipeline; /* borrowed: of the two the one that is shown */

    const struct proxy_rules *proxies; /* borrowed */
    struct option_table options;       /* in force; those of pictures are their panes' own */
    struct action_queue queue;         /* of this frame */
    struct desk_notice notice;
    struct desk_alerts alerts;
    struct desk_lines lines;
    struct desk_layouts layouts;
    struct desk_screenshot screenshot;
    struct desk_seek seek;
    struct desk_time_bar time_bar;
    struct desk_film film;
    struct desk_instant instant;
    bool recording; /* it was begun and has not ended, as far as the user was told */
    struct desk_reload reload;
    struct ipc *ipc; /* owned; NULL: no control socket */
    struct frame_meter frames;
    struct live_clock clock;
    struct desk_wall wall;
    struct desk_clean clean;
    struct pane_moment moment; /* of this frame */
    int64_t latency_worst_ns, latency_since_ns;
    int64_t frame_count; /* swaps */
    bool full_told;      /* the log has said when the field was first full */
    bool recorded_told;  /* the recorded part of it was told */
    bool quit;
    bool failed; /* it quits because it could not go on; what was wrong is said */
};

/* Windows, sources and threads; EXIT_STATUS_DONE, or the reason was printed and desk_close is still
 * to be called. */
enum exit_status desk_open(struct desk *desk, const struct app_options *options);
void desk_close(struct desk *desk); /* zeroed accepted */

/* One frame of the windows that are due; rests until then. */
void desk_frame(struct desk *desk);
/* False: error says why it could not be done, as one line for people. */
bool desk_run(struct desk *desk, const struct action_call *call, char error[OPTION_ERROR_BYTES]);
/* The windows have guides, or not, as --guides says now. */
void desk_show_guides(struct desk *desk);
/* The pane that a call names, and its window; NULL: there is none (any more). Panes are numbered
 * through the windows, DESK_PANE_MAX a window. */
struct pane *desk_pane(struct desk *desk, int pane, struct desk_window **window);
/* What the pane sees that sees the longest time, an hour at least and a day at most. */
int64_t desk_longest_span_ms(const struct desk *desk);
/* Tell the user what went wrong, or what was done; panels show it, and the log has it, too. */
STR_PRINTF(2, 3) void desk_notify(struct desk *desk, const char *format, ...);
STR_PRINTF(2, 3) void desk_tell(struct desk *desk, const char *format, ...);
