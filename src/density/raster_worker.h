/* density/raster_worker.h - the raster thread: requests in, columns out, then it follows the live
 * edge.
 *
 * Thread: created, started and stopped by main; runs as THREAD_RASTER.  Owner: main, one a window.
 * Channels: a mailbox of requests (newest wins) and a ring of struct layers_column; when the ring
 * is full the worker waits, and a newer request ends the wait.  Mailboxes of questions why it is
 * hot and of answers, served between jobs. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/ring.h"
#include "base/thread.h"
#include "density/origin.h"
#include "density/raster.h"

enum {
    RASTER_WORKER_COLUMNS = 32,  /* ring of finished columns, 28 KB each: a millisecond's work */
    RASTER_WORKER_FOLLOW_MS = 50 /* how often it looks for new rows at the live edge */
};

struct raster_worker;

/* columns_ready (borrowed, may be NULL) is woken when columns were put into the ring. NULL: out of
 * memory. */
struct raster_worker *raster_worker_create(struct waker *columns_ready);
void raster_worker_destroy(struct raster_worker *worker); /* stops and joins first; NULL accepted */
bool raster_worker_start(struct raster_worker *worker);   /* false: the system refused a thread */
void raster_worker_stop(struct raster_worker *worker);    /* no request is served any more; joins */

/* -- main thread -- */

/* Ask for a window; whatever the worker was doing is dropped. request->log must outlive the worker
 * or the next request. request_id must not be 0. */
void raster_worker_request(struct raster_worker *worker, const struct raster_request *request);
/* The oldest finished column in place, or NULL; give it back with the second before the next call.
 */
const struct layers_column *raster_worker_column_begin(struct raster_worker *worker);
void raster_worker_column_end(struct raster_worker *worker);

/* Ask why it is hot. The newest question wins; it waits for the raster that is being made and gives
 * way to the next one. Its logs must outlive the worker or the next question; request->stop is not
 * used. id must not be 0. */
void raster_worker_ask(struct raster_worker *worker, const struct origin_request *request);
/* The newest answer; NULL before the first. *fresh: it was not taken before. */
const struct scene_origin *raster_worker_take_answer(struct raster_worker *worker, bool *fresh);

struct raster_worker_stats { /* any thread */
    uint64_t requests, jobs_done, jobs_cancelled, columns;
    uint32_t done_request_id; /* the newest job whose fine pass is complete */
};
void raster_worker_get_stats(const struct raster_worker *worker, struct raster_worker_stats *out);
