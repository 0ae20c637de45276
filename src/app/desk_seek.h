/* app/desk_seek.h - other moments of a recording: sought by time, jumped to by what happened there,
 * and a stretch that is replayed again and again.
 *
 * Thread: main.  Owner: the desk. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "config/option_table.h"
#include "view/action_call.h"

struct desk;

struct desk_seek {
    int64_t wanted_ms;                /* asked for and not there yet; 0: nothing */
    int64_t loop_from_ms, loop_to_ms; /* 0: none */
    int64_t count;                    /* moments reached so far */
    double took_ms;                   /* the newest: from the question to its engine in place */
};

/* Go to a moment of the recording, from its first to its last. False: error says why not. */
bool desk_seek_go(struct desk *desk, int64_t ts_ms, char error[OPTION_ERROR_BYTES]);
/* SEEK SEEK_BACK SEEK_ON JUMP LOOP REPLAY, of a recording. */
bool desk_seek_run(struct desk *desk, const struct action_call *call,
                   char error[OPTION_ERROR_BYTES]);
/* A command of replays where something live is shown: its recording is shown, from that moment on
 * (app/desk_past.h). False: error says why not. */
bool desk_seek_enter(struct desk *desk, const struct action_call *call,
                     char error[OPTION_ERROR_BYTES]);
/* Once a frame, before its scene is taken: an engine that has come to its moment takes the place of
 * the one that is shown. */
void desk_seek_advance(struct desk *desk);
