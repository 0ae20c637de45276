/* app/desk_record.h - recording live events from the window, and what became of it.
 *
 * Thread: main.  Owner: the desk.  The work is done by archive/recorder on a thread of its own; the
 * picture goes on undisturbed. */
#pragma once

#include <stdbool.h>

#include "app/app.h"

struct desk;

enum { DESK_RECORD_PATH_BYTES = 1024 };
/* Where recordings without a name of their own go, as the recorder is told; nothing is made. False:
 * nowhere. */
bool desk_record_find(const struct desk *desk, char out[DESK_RECORD_PATH_BYTES]);
/* What was recorded there is of these markets: a window may begin with it, and it can be looked
 * back into (--record-resume). */
bool desk_record_resumes(const struct desk *desk);
/* --record: begin with the first event. EXIT_STATUS_FAILED: it cannot; a line was printed. */
enum exit_status desk_record_open(struct desk *desk);
/* Begin, or end what runs. file: that one, without rotation; "": as --record-file and
 * --record-rotate say. False: error says why not. */
bool desk_record_toggle(struct desk *desk, const char *file, char error[OPTION_ERROR_BYTES]);
/* Once a frame: tell if it ended by itself, a full disk, say. */
void desk_record_advance(struct desk *desk);
