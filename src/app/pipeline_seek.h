/* app/pipeline_seek.h - a recording that is shown goes on from another of its moments.
 *
 * Thread: main.  Owner: the pipeline.  What is shown stays as it is until the engine of the other
 * moment is ready (app/replay_worker.h); then that one takes its place. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "app/replay_worker.h"

struct pipeline;
struct pipeline_desc;

/* With the source of a recording: what finds its moments. Without one, nothing can be sought. */
void pipeline_seek_open(struct pipeline *pipeline, const struct pipeline_desc *desc);

/* Exchange the engine and the source for those of stand, at the same pace. Whoever reads the
 * engine's logs (panes) has stopped before and starts after it. False: out of memory; there is no
 * engine any more. */
bool pipeline_seek_go(struct pipeline *pipeline, struct replay_stand *stand);
