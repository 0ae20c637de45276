/* app/desk_replay.h - the pace of a recording: paused, slower, faster, a frame on, ahead to a
 * moment.
 *
 * Thread: main.  Owner: the desk. */
#pragma once

#include <stdbool.h>

#include "config/option_table.h"
#include "scene/scene.h"
#include "view/action_call.h"

struct desk;

/* The event time that a frame of a recording stands for. */
double desk_replay_now_ms(const struct desk *desk, const struct scene *scene);
/* PAUSE SLOWER FASTER FRAME_STEP SKIP, and what app/desk_seek.h runs. Where something is
 * live, they look back into it. False: error says why not. */
bool desk_replay_run(struct desk *desk, const struct action_call *call,
                     char error[OPTION_ERROR_BYTES]);
