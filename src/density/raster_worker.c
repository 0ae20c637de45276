/* density/raster_worker.c - the raster thread. */
#include "density/raster_worker.h"

#include <stdlib.h>
#include <string.h>

#include "base/mailbox.h"

struct raster_worker {
    struct thread thread;
    struct waker wake;           /* of the worker: a request, room in the ring, stop */
    struct waker *columns_ready; /* borrowed; NULL: nobody wants to know */
    struct mailbox requests;     /* main writes, the worker takes */
    struct ring columns;         /* the worker pushes, main pops */
    struct mailbox questions;    /* main writes, the worker takes */
    struct mailbox answers;      /* the worker writes, main takes */
    struct raster *raster;       /* owned; worker only while it runs */
    bool have_wake;

    /* -- atomic -- */
    atomic_bool stopping;  /* main writes */
    atomic_bool waiting;   /* the worker waits for room in the ring */
    atomic_uint newest_id; /* main writes: id of the newest request */
    atomic_uint done_id;   /* the worker writes */
    atomic_uint asked_id;  /* main writes: id of the newest question */
    atomic_uint_fast64_t request_count, done_count, cancelled_count, column_count;

    /* -- worker only -- */
    uint32_t current_id;
    struct origin *origin; /* owned; made with the first question */
    struct origin_request question;
    uint32_t answered_id;
};

struct raster_worker *raster_worker_create(struct waker *columns_ready) {
    struct raster_worker *worker = aligned_alloc(64, (sizeof(*worker) + 63) / 64 * 64);
    if (worker == NULL) {
        return NULL;
    }
    memset(worker, 0, sizeof(*worker));
    worker->columns_ready = columns_ready;
    worker->have_wake = waker_init(&worker->wake);
    worker->raster = raster_create();
    bool complete = worker->have_wake && worker->raster != NULL &&
                    mailbox_init(&worker->requests, sizeof(struct raster_request)) &&
                    mailbox_init(&worker->questions, sizeof(struct origin_request)) &&
                    mailbox_init(&worker->answers, sizeof(struct scene_origin));
    complete = complete &&
               ring_init(&worker->columns, sizeof(struct layers_column), RASTER_WORKER_COLUMNS);
    if (!complete) {
        raster_worker_destroy(worker);
        return NULL;
    }
    return worker;
}

void raster_worker_destroy(struct raster_worker *worker) {
    if (worker == NULL) {
        return;
    }
    raster_worker_stop(worker);
    origin_destroy(worker->origin);
    raster_destroy(worker->raster);
    ring_finish(&worker->columns);
    mailbox_finish(&worker->answers);
    mailbox_finish(&worker->questions);
    mailbox_finish(&worker->requests);
    if (worker->have_wake) {
        waker_finish(&worker->wake);
    }
    free(worker);
}

/* -- worker -- */

static bool superseded(struct raster_worker *worker) {
    /* relaxed: seen a little later at worst; acquire: the id's request has been published */
    return atomic_load_explicit(&worker->stopping, memory_order_relaxed) ||
           atomic_load_explicit(&worker->newest_id, memory_order_acquire) != worker->current_id;
}

static void tell_main(struct raster_worker *worker) {
    if (worker->columns_ready != NULL) {
        waker_wake(worker->columns_ready);
    }
}

static struct layers_column *sink_begin(void *self) {
    struct raster_worker *worker = self;
    struct layers_column *slot = NULL;
    while (!superseded(worker) && (slot = ring_push_begin(&worker->columns)) == NULL) {
        tell_main(worker);
        waker_arm(&worker->wake);
        /* Exchanges on both sides, as in waker_wake: either main's finds that we wait and wakes us,
         * or ours comes later (acquire) and the look below sees the room that main made (its
         * release). */
        atomic_exchange_explicit(&worker->waiting, true, memory_order_acq_rel);
        bool room = ring_push_begin(&worker->columns) != NULL;
        waker_wait(&worker->wake, room || superseded(worker) ? 0 : -1);
        /* relaxed: a wake-up too many does no harm */
        atomic_store_explicit(&worker->waiting, false, memory_order_relaxed);
    }
    return slot;
}

static bool sink_end(void *self) {
    struct raster_worker *worker = self;
    ring_push_end(&worker->columns);
    /* relaxed: a figure for people */
    atomic_fetch_add_explicit(&worker->column_count, 1, memory_order_relaxed);
    tell_main(worker);
    return !superseded(worker);
}

static void serve_request(struct raster_worker *worker, const struct raster_sink *sink) {
    struct raster_request request;
    memcpy(&request, mailbox_front(&worker->requests), sizeof(request));
    worker->current_id = request.request_id;
    enum status status = raster_run(worker->raster, &request, sink);
    if (status == STATUS_OK) {
        /* relaxed: a figure for people; release: whoever sees it finds the job's columns in the
         * ring */
        atomic_fetch_add_explicit(&worker->done_count, 1, memory_order_relaxed);
        atomic_store_explicit(&worker->done_id, request.request_id, memory_order_release);
        tell_main(worker);
    } else {
        /* relaxed: a figure for people */
        atomic_fetch_add_explicit(&worker->cancelled_count, 1, memory_order_relaxed);
    }
}

static bool asked_anew(struct raster_worker *worker, uint32_t id) {
    /* acquire: the id's question has been published */
    return atomic_load_explicit(&worker->asked_id, memory_order_acquire) != id;
}

static bool question_stops(void *user) {
    struct raster_worker *worker = user;
    return superseded(worker) || asked_anew(worker, worker->question.id);
}

/* Answer the newest question; one that a raster's request interrupts is begun again after it. */
static void serve_question(struct raster_worker *worker) {
    enum status status = STATUS_MEMORY;
    if (mailbox_take(&worker->questions)) {
        memcpy(&worker->question, mailbox_front(&worker->questions), sizeof(worker->question));
        worker->question.stop = question_stops;
        worker->question.user = worker;
    }
    struct scene_origin *answer = mailbox_back(&worker->answers);
    *answer = (struct scene_origin){.id = worker->question.id, .range = worker->question.range};
    worker->origin = worker->origin != NULL ? worker->origin : origin_create();
    if (worker->origin != NULL) {
        status = origin_run(worker->origin, &worker->question, answer);
    }
    if (status != STATUS_CANCELLED) {
        /* What could not be found out is told as not known. */
        worker->answered_id = worker->question.id;
        mailbox_publish(&worker->answers);
        tell_main(worker);
    }
}

static void worker_run(void *user) {
    struct raster_worker *worker = user;
    thread_assert(THREAD_RASTER);
    const struct raster_sink sink = {.self = worker, .begin = sink_begin, .end = sink_end};
    /* acquire: pairs with raster_worker_stop */
    while (!atomic_load_explicit(&worker->stopping, memory_order_acquire)) {
        if (mailbox_take(&worker->requests)) {
            serve_request(worker, &sink);
            continue;
        }
        if (asked_anew(worker, worker->answered_id)) {
            serve_question(worker);
            continue;
        }
        int columns = 0;
        if (worker->current_id != 0) {
            raster_follow(worker->raster, &sink, &columns);
        }
        waker_arm(&worker->wake);
        bool idle = !superseded(worker) && !asked_anew(worker, worker->answered_id);
        waker_wait(&worker->wake,
                   idle ? (worker->current_id != 0 ? RASTER_WORKER_FOLLOW_MS : -1) : 0);
    }
}

/* -- main -- */

bool raster_worker_start(struct raster_worker *worker) {
    /* relaxed: the thread does not run yet, and starting it orders this */
    atomic_store_explicit(&worker->stopping, false, memory_order_relaxed);
    return thread_start(&worker->thread, THREAD_RASTER, worker_run, worker);
}

void raster_worker_stop(struct raster_worker *worker) {
    if (worker->thread.started) {
        /* release: what main did before is done before the worker ends */
        atomic_store_explicit(&worker->stopping, true, memory_order_release);
        waker_wake(&worker->wake);
        thread_join(&worker->thread);
    }
}

void raster_worker_request(struct raster_worker *worker, const struct raster_request *request) {
    memcpy(mailbox_back(&worker->requests), request, sizeof(*request));
    mailbox_publish(&worker->requests);
    /* relaxed: a figure for people; release: the request is in the mailbox before the worker gives
     * up the one it serves */
    atomic_fetch_add_explicit(&worker->request_count, 1, memory_order_relaxed);
    atomic_store_explicit(&worker->newest_id, request->request_id, memory_order_release);
    waker_wake(&worker->wake);
}

void raster_worker_ask(struct raster_worker *worker, const struct origin_request *request) {
    memcpy(mailbox_back(&worker->questions), request, sizeof(*request));
    mailbox_publish(&worker->questions);
    /* release: the question is in the mailbox before the worker looks for it */
    atomic_store_explicit(&worker->asked_id, request->id, memory_order_release);
    waker_wake(&worker->wake);
}

const struct scene_origin *raster_worker_take_answer(struct raster_worker *worker, bool *fresh) {
    *fresh = mailbox_take(&worker->answers);
    const struct scene_origin *answer = mailbox_front(&worker->answers);
    return answer->id != 0 ? answer : NULL;
}

const struct layers_column *raster_worker_column_begin(struct raster_worker *worker) {
    return ring_pop_begin(&worker->columns);
}

void raster_worker_column_end(struct raster_worker *worker) {
    ring_pop_end(&worker->columns);
    /* release: the room is made before the worker can see it; acquire: see sink_begin */
    if (atomic_exchange_explicit(&worker->waiting, false, memory_order_acq_rel)) {
        waker_wake(&worker->wake);
    }
}

void raster_worker_get_stats(const struct raster_worker *worker, struct raster_worker_stats *out) {
    /* relaxed: figures for people; acquire: the finished request's columns are in the ring */
    *out = (struct raster_worker_stats){
        .requests = atomic_load_explicit(&worker->request_count, memory_order_relaxed),
        .jobs_done = atomic_load_explicit(&worker->done_count, memory_order_relaxed),
        .jobs_cancelled = atomic_load_explicit(&worker->cancelled_count, memory_order_relaxed),
        .columns = atomic_load_explicit(&worker->column_count, memory_order_relaxed),
        .done_request_id = atomic_load_explicit(&worker->done_id, memory_order_acquire),
    };
}
