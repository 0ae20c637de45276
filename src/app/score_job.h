/* app/score_job.h - a source through the engine, with the full score watching.
 *
 * Thread: main.  Owner: run_score.  What streams is what streams live; memory does not grow with
 * the source but by a day's sums and the truth's snapshots. */
#pragma once

#include "app/source.h"
#include "engine/engine.h"
#include "market/event_source.h"
#include "score/truth.h"
#include "sim/source.h"

struct score_job_desc {
    const struct source_list *sources; /* borrowed */
    const char *truth_path;            /* "": none, but the demo's own */
    struct source_sim_desc demo;       /* where the source is demo */
};

struct score_job {
    /* In the order of building up. */
    struct instrument_table *instruments; /* owned */
    struct truth *truth;                  /* owned; NULL: there is none */
    struct engine *engine;                /* owned */
    struct event_source source;           /* owned */
    struct file_source *files;            /* borrowed; NULL for the demo */
    struct event *slots;                  /* owned */
};

/* Read all of it. EXIT_STATUS_DONE, else reason is one line for people. Lines of a file that are no
 * events are told on standard error and passed over. */
enum exit_status score_job_run(struct score_job *job, const struct score_job_desc *desc,
                               char reason[SOURCE_REASON_BYTES]);
void score_job_finish(struct score_job *job); /* zeroed accepted */
