/* app/desk_past.h - what is live is looked back into: its recording is replayed in all panes, while
 * the live pipeline runs on beside it and nothing of it is lost.
 *
 * Thread: main.  Owner: the desk.  What is shown stays until the first moment of the past is there,
 * and goes live again at once.  Of a recording in several files those around the moment are shown;
 * another moment may take others.  Costs a second engine and what app/replay_worker.h keeps, until
 * it is live again. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "app/past_files.h"
#include "app/pipeline.h"
#include "app/source.h"
#include "config/option_table.h"

struct desk;
struct replay_stand;

struct desk_past {
    struct pipeline pipeline; /* of the recording; its seeker is NULL: there is none */
    struct past_files files;
    struct source_list sources; /* of them */
    bool offered;  /* it was told that what is older than the live one can be replayed */
    bool entering; /* its first moment is not there yet: the live one is shown */
    bool paused;   /* it is to stand still there */
    bool leaving;  /* it is not shown any more, and taken apart */
};

/* Whether panes show the past of something live. */
bool desk_past_is_shown(const struct desk *desk);
/* Whether it is, or will be. */
bool desk_past_is_wanted(const struct desk *desk);
/* Show the recording of what is live from a moment on, standing still or not. False: error says why
 * not: nothing is recorded, say. */
bool desk_past_enter(struct desk *desk, int64_t ts_ms, bool paused, char error[OPTION_ERROR_BYTES]);
/* Whether a moment lies in the files that are, or will be, shown. */
bool desk_past_holds(const struct desk *desk, int64_t ts_ms);
/* Once a frame: whoever has scrolled back beyond what is live is told how to go on, if that was
 * recorded. */
void desk_past_offer(struct desk *desk);
/* Live again; nothing to be done where it is. */
void desk_past_leave(struct desk *desk);
/* The pipeline that moments are sought in. */
struct pipeline *desk_past_sought(struct desk *desk);
/* Its first moment is there: panes show it. False: out of memory. */
bool desk_past_show(struct desk *desk, struct replay_stand *stand);
/* Once a frame: a replay that has caught up with what is live ends; what was left is freed. */
void desk_past_advance(struct desk *desk);
void desk_past_close(struct desk *desk); /* after the panes; zeroed accepted */
