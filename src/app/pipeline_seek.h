/* app/pipeline_seek.h - a recording that is shown goes on from another of its moments.
 *
 * Thread: main.  Owner: the pipeline.  What is shown stays as it is until the engine of the other
 * moment is ready (app/replay_worker.h); then that one takes its place.  A pipeline may also be of
 * recordings alone that something live is looked back into: it has nothing until its first moment
 * is there. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "app/paced_source.h"
#include "app/replay_worker.h"

struct pipeline;
struct pipeline_desc;

/* With the source of a recording: what finds its moments. Without one, nothing can be sought. */
void pipeline_seek_open(struct pipeline *pipeline, const struct pipeline_desc *desc);

/* A pipeline of recordings (borrowed texts; they outlive it) without anything that runs but what
 * finds its moments: ask its seeker for the first one. False: reason is one line for people. */
bool pipeline_seek_begin(struct pipeline *pipeline, const struct pipeline_desc *desc,
                         char reason[SOURCE_REASON_BYTES]);
/* What runs ends where it is, all of it on other threads' time; pipeline_stop, once
 * replay_worker_is_over, costs nothing any more. */
void pipeline_seek_end(struct pipeline *pipeline);

/* Exchange the engine and the source for those of stand, at the same pace (pace: that one;
 * NULL: as it was, but for what was read as fast as it goes: that
 * goes on as it happened). Whoever reads the
 * engine's logs (panes) has stopped before and starts after it. False: out of memory; there is no
 * engine any more. */
bool pipeline_seek_go(struct pipeline *pipeline, struct replay_stand *stand,
                      const struct pace *pace);
