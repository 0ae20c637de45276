/* app/engine_replay.h - recorded or simulated events through an engine, one thread, no clock: same
 * input, same state.
 *
 * Thread: the caller's.  Owner: run_levels, run_score, picture_replay. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "app/source.h"
#include "engine/engine.h"
#include "sim/source.h"

struct engine_replay;
struct margin_set;
struct truth;

struct engine_replay_desc {
    const struct source_list *sources; /* demo, or files; borrowed for the call */
    struct source_sim_desc demo;       /* what the demo is; instruments are filled in */
    const struct margin_set *margins;  /* as engine_desc has it; NULL: the program's own */
    bool full_score;                   /* as engine_desc has them */
    struct truth *truth;               /* borrowed */
};

/* EXIT_STATUS_DONE and *out, or reason says what failed. */
enum exit_status engine_replay_create(const struct engine_replay_desc *desc,
                                      struct engine_replay **out, char reason[SOURCE_REASON_BYTES]);
void engine_replay_destroy(struct engine_replay *replay); /* NULL accepted */

/* Apply every event up to until_ms (INT64_MAX: all). Events of a source come in its order; the
 * first later one ends the step. Rows are closed when the source ends. */
void engine_replay_advance(struct engine_replay *replay, int64_t until_ms);
/* Times of what was applied so far: the first and the newest event. False: none yet. */
bool engine_replay_times(const struct engine_replay *replay, int64_t *first_ms, int64_t *newest_ms);
struct engine *engine_replay_engine(struct engine_replay *replay); /* borrowed */
const struct instrument_table *engine_replay_instruments(const struct engine_replay *replay);
/* Trouble that files had, one line a call; NULL: no more. */
const char *engine_replay_take_trouble(struct engine_replay *replay);

/* First and newest event time of all that the sources hold, by reading them once. False: they have
 * none, or cannot be read (reason). */
bool engine_replay_find_times(const struct engine_replay_desc *desc, int64_t *first_ms,
                              int64_t *newest_ms, char reason[SOURCE_REASON_BYTES]);
