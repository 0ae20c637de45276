/* app/desk_record.h - recording live events from the window, and what became of it.
 *
 * Thread: main.  Owner: the desk.  The work is done by archive/recorder on a thread of its own; the
 * picture goes on undisturbed. */
#pragma once

#include <stdbool.h>

#include "app/app.h"

struct desk;

/* --record: begin with the first event. EXIT_STATUS_FAILED: it cannot; a line was printed. */
enum exit_status desk_record_open(struct desk *desk);
/* Begin, or end what runs. file: that one, without rotation; "": as --record-file and
 * --record-rotate say. False: error says why not. */
bool desk_record_toggle(struct desk *desk, const char *file, char error[OPTION_ERROR_BYTES]);
/* Once a frame: tell if it ended by itself, a full disk, say. */
void desk_record_advance(struct desk *desk);
