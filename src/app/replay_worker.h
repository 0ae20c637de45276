/* app/replay_worker.h - to any moment of a recording: an engine that stands there, and the source
 * that goes on from it.
 *
 * What an engine is at a moment follows from every event before it, and only that makes it right.
 * So the worker runs one engine through the whole recording, once and as fast as it goes, and keeps
 * copies of it on the way (checkpoints).  A moment is reached from the copy before it: another
 * copy, told the events in between.  The state is that of a straight run, whatever was asked
 * before.
 *
 * Thread: created, asked and destroyed by main; it runs one of its own (THREAD_READER).  Channels:
 * one question (newest wins), one answer, old engines to be taken apart (REPLAY_RETIRED_MAX), and a
 * mailbox of struct replay_track.  Limits: REPLAY_CHECKPOINT_MAX copies; when they are full, every
 * second one goes and they are made half as often. A recording that is still written is looked
 * through as it grows.  Only recordings (.liq), which can be read from
 * any place. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "app/file_source.h"
#include "app/replay_track.h"
#include "engine/engine.h"

enum {
    REPLAY_CHECKPOINT_MAX = 32,      /* of one instrument; of several so many fewer */
    REPLAY_CHECKPOINT_SLOTS = 16384, /* from one to the next, at first */
    REPLAY_RETIRED_MAX = 4
};

struct replay_worker;

struct replay_worker_desc {
    struct source_list sources;           /* all of them recordings; paths stay until destroyed */
    struct instrument_table *instruments; /* borrowed until destroyed */
    struct engine_desc engine;            /* as the engine that is shown was made */
    int64_t checkpoint_slots;             /* 0: REPLAY_CHECKPOINT_SLOTS */
};

/* NULL: out of memory, or a file cannot be read. */
struct replay_worker *replay_worker_create(const struct replay_worker_desc *desc);
void replay_worker_destroy(struct replay_worker *worker); /* stops and joins; NULL accepted */
/* Ask it to take everything apart on its own time; then is_over says when destroying it costs
 * nothing any more. Nothing may be asked of it. */
void replay_worker_end(struct replay_worker *worker);
bool replay_worker_is_over(const struct replay_worker *worker);

/* Go to a moment; what was asked before and is not answered yet is dropped. */
void replay_worker_ask(struct replay_worker *worker, int64_t ts_ms);

/* An engine that was told all up to the first message after ts_ms, and a source of what follows. */
struct replay_stand {
    int64_t ts_ms;
    struct engine *engine;      /* owned by whoever took it */
    struct event_source source; /* the same */
    struct file_source *files;  /* borrowed: of source */
    int64_t taken_ns;           /* from the question to here */
    int64_t lived_ms;           /* as the track has it */
};
/* The answer to the newest question, once. False: not yet. */
bool replay_worker_take(struct replay_worker *worker, struct replay_stand *out);
bool replay_worker_is_busy(struct replay_worker *worker); /* a question is not answered yet */
/* Take apart what is not needed any more, elsewhere than on main's time. Nobody reads it. */
void replay_worker_retire(struct replay_worker *worker, struct engine *engine,
                          struct event_source source);
/* What is known of the recording so far; NULL before anything is. Until the next call. */
const struct replay_track *replay_worker_track(struct replay_worker *worker);
