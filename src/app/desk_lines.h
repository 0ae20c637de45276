/* app/desk_lines.h - the user's own lines, stops and positions: kept in
 * $XDG_STATE_HOME/liqscope/lines.conf, private to him, from run to run.
 *
 * Thread: main; the file is written by a thread of its own, so that no frame waits for a disk.
 * Owner: the desk.  Limits: view/lines.h.  A file that is not understood in every line is kept
 * beside the new one as lines.conf.kept. */
#pragma once

#include <stdbool.h>

#include "app/state_file.h"
#include "app/state_writer.h"
#include "margin/margin.h"
#include "scene/scene.h"
#include "view/lines.h"

/* Who sees them, in the order of --privacy's choices. */
enum desk_lines_privacy { DESK_LINES_SCREEN, DESK_LINES_SHOW, DESK_LINES_HIDE };

struct desk_lines {
    struct lines_book book;
    const struct margin_set *margins; /* borrowed; NULL: the program's own */
    enum desk_lines_privacy privacy;
    char path[STATE_FILE_PATH_BYTES]; /* "": nowhere to keep them */
    bool keep_old;                    /* the file held what was not understood */
    bool changed;                     /* not yet handed to the writer */
    struct state_writer writer;
    char *text; /* owned; the writer's while it runs */
    size_t text_len;
};

/* Read what was kept. Whatever is wrong with it is logged, line by line, and no reason not to
 * start. */
void desk_lines_open(struct desk_lines *lines, const struct margin_set *margins);
/* Write what is not written yet, and wait for it. */
void desk_lines_close(struct desk_lines *lines); /* zeroed accepted */

/* "binance_usdm:BTCUSDT", of a simulated market "demo:BTCUSDT": whose lines they are. */
const char *desk_lines_key(const struct scene *scene, int instrument, char out[LINES_KEY_BYTES]);
/* Whether they are left out of a frame; shot: it is for a screenshot. */
bool desk_lines_hides(const struct desk_lines *lines, bool shot);
/* They were changed: keep them. */
void desk_lines_touch(struct desk_lines *lines);
/* Once a frame: hand what was changed to the writer. False: what was written last went wrong;
 * error holds errno, told once. */
bool desk_lines_advance(struct desk_lines *lines, int *error);

/* Where the venue of an instrument would liquidate a position that has its leverage told, as an
 * isolated one by the first margin tier that fits it; 0: that is not known. */
double desk_lines_liquidation(const struct margin_set *margins, enum venue_id venue,
                              const char *symbol, const struct lines_item *item);
