#include "app/replay_worker.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mailbox.h"
#include "base/thread.h"

enum {
    BATCH_SLOTS = EVENT_MESSAGE_SLOTS_MAX, /* between two looks for a question */
    RECEIPTS_EVERY_MS = 60000,             /* of event time: they are kept for longer */
    TELL_EVERY_SLOTS = 1 << 17,            /* from one track to the next */
    LOOK_AGAIN_MS = 1000                   /* at the end: whether more was written */
};

struct checkpoint {
    int64_t newest_ms; /* of the events told so far */
    struct file_source_place place;
    struct engine *engine; /* owned; nobody changes it */
};

struct retired {
    struct engine *engine;
    struct event_source source;
};

struct replay_worker {
    struct replay_worker_desc desc;
    struct thread thread;
    struct waker waker;
    struct mailbox tracks; /* of struct replay_track: the worker writes, main takes */
    atomic_bool stopping, over;

    /* -- protected by lock -- */
    pthread_mutex_t lock;
    bool asked, answered;
    int64_t asked_ms, asked_ns;
    struct replay_stand answer;
    int retired_count;
    struct retired retired[REPLAY_RETIRED_MAX];

    /* -- worker only -- */
    struct event_source source; /* owned: of the run through the whole */
    struct file_source *files;
    struct engine *engine; /* owned: of that run */
    int64_t newest_ms, receipts_ms;
    int64_t checkpoint_every, since_checkpoint, since_told;
    int checkpoint_count;
    struct checkpoint checkpoints[REPLAY_CHECKPOINT_MAX];
    struct replay_track track;
    struct event slots[BATCH_SLOTS];
};

/* -- the run through the whole -- */

static int checkpoint_max(const struct replay_worker *worker) {
    struct scene_receipt none[SCENE_RECEIPT_MAX];
    int instruments = 0;
    while (engine_read_receipts(worker->engine, instruments, none) >= 0) {
        instruments++;
    }
    const int fair = REPLAY_CHECKPOINT_MAX / (instruments > 0 ? instruments : 1);
    return fair > 2 ? fair : 2;
}

/* Every second copy goes, the oldest one stays. */
static void thin_out(struct replay_worker *worker) {
    int kept = 0;
    for (int i = 0; i < worker->checkpoint_count; i++) {
        if (i % 2 == 0) {
            worker->checkpoints[kept++] = worker->checkpoints[i];
        } else {
            engine_destroy(worker->checkpoints[i].engine);
        }
    }
    worker->checkpoint_count = kept;
    worker->checkpoint_every *= 2;
}

static void keep_checkpoint(struct replay_worker *worker) {
    if (worker->checkpoint_count >= checkpoint_max(worker)) {
        thin_out(worker);
    }
    struct checkpoint *kept = &worker->checkpoints[worker->checkpoint_count];
    kept->engine = engine_clone(worker->engine); /* without memory: one less */
    kept->newest_ms = worker->newest_ms;
    if (kept->engine != NULL && file_source_tell(worker->files, &kept->place)) {
        worker->checkpoint_count++;
    } else {
        engine_destroy(kept->engine);
    }
    worker->since_checkpoint = 0;
}

static void note_receipts(struct replay_worker *worker) {
    struct scene_receipt receipts[SCENE_RECEIPT_MAX];
    int count = 0;
    for (int i = 0; (count = engine_read_receipts(worker->engine, i, receipts)) >= 0; i++) {
        replay_track_add_receipts(&worker->track, count, receipts);
    }
    worker->receipts_ms = worker->newest_ms;
}

static void tell_track(struct replay_worker *worker) {
    worker->track.until_ms = worker->newest_ms;
    memcpy(mailbox_back(&worker->tracks), &worker->track, sizeof worker->track);
    mailbox_publish(&worker->tracks);
    worker->since_told = 0;
}

static int64_t newest_of(const struct event *slots, size_t count, int64_t newest_ms) {
    for (size_t i = 0; i < count; i++) {
        newest_ms = slots[i].ts_ms > newest_ms ? slots[i].ts_ms : newest_ms;
    }
    return newest_ms;
}

/* At the end once more: the recording may have grown. */
static void look_through(struct replay_worker *worker) {
    size_t count = 0;
    if (worker->source.ops->read(worker->source.self, worker->slots, BATCH_SLOTS, &count) !=
        STATUS_OK) {
        if (!worker->track.whole) {
            note_receipts(worker);
            worker->track.whole = true;
            tell_track(worker);
        }
        return;
    }
    worker->track.whole = false;
    engine_apply(worker->engine, worker->slots, count);
    replay_track_add(&worker->track, worker->slots, count);
    worker->newest_ms = newest_of(worker->slots, count, worker->newest_ms);
    worker->since_checkpoint += (int64_t)count;
    worker->since_told += (int64_t)count;
    if (worker->newest_ms >= worker->receipts_ms + RECEIPTS_EVERY_MS) {
        note_receipts(worker);
    }
    if (worker->since_checkpoint >= worker->checkpoint_every) {
        keep_checkpoint(worker);
    }
    if (worker->since_told >= TELL_EVERY_SLOTS) {
        tell_track(worker);
    }
}

/* -- a question -- */

/* Whether something newer is wanted than what is being done. */
static bool is_dropped(struct replay_worker *worker, int64_t asked_ns) {
    /* relaxed: only asks to end; joining orders the rest */
    if (atomic_load_explicit(&worker->stopping, memory_order_relaxed)) {
        return true;
    }
    pthread_mutex_lock(&worker->lock);
    const bool dropped = worker->asked_ns != asked_ns;
    pthread_mutex_unlock(&worker->lock);
    return dropped;
}

/* The last copy that has not gone past a moment; NULL: from the beginning. */
static const struct checkpoint *checkpoint_before(const struct replay_worker *worker,
                                                  int64_t ts_ms) {
    const struct checkpoint *found = NULL;
    for (int i = 0; i < worker->checkpoint_count; i++) {
        if (worker->checkpoints[i].newest_ms <= ts_ms) {
            found = &worker->checkpoints[i];
        }
    }
    return found;
}

/* Leave out what was told already. */
static bool skip(struct replay_worker *worker, struct replay_stand *stand, size_t left) {
    size_t count = 0;
    while (left > 0 &&
           stand->source.ops->read(stand->source.self, worker->slots, left, &count) == STATUS_OK) {
        left -= count;
    }
    return left == 0;
}

/* Tell the stand's engine all up to the first message after its time. False: something newer is
 * wanted. */
static bool run_to(struct replay_worker *worker, struct replay_stand *stand, int64_t asked_ns) {
    struct file_source_place place;
    size_t count = 0;
    for (;;) {
        const bool told = file_source_tell(stand->files, &place);
        assert(told);
        (void)told;
        if (is_dropped(worker, asked_ns)) {
            return false;
        }
        if (stand->source.ops->read(stand->source.self, worker->slots, BATCH_SLOTS, &count) !=
            STATUS_OK) {
            return true;
        }
        size_t end = 0;
        while (end < count && worker->slots[end].ts_ms <= stand->ts_ms) {
            end += event_message_slots(&worker->slots[end], count - end);
        }
        engine_apply(stand->engine, worker->slots, end);
        if (end < count) {
            file_source_restore(stand->files, &place);
            return skip(worker, stand, end);
        }
    }
}

static void stand_finish(struct replay_stand *stand) {
    engine_destroy(stand->engine);
    event_source_destroy(&stand->source);
    *stand = (struct replay_stand){0};
}

static bool make_stand(struct replay_worker *worker, int64_t ts_ms, int64_t asked_ns,
                       struct replay_stand *out) {
    char reason[SOURCE_REASON_BYTES];
    const struct checkpoint *from = checkpoint_before(worker, ts_ms);
    *out = (struct replay_stand){.ts_ms = ts_ms, .lived_ms = worker->track.lived_ms};
    if (!file_source_open(&worker->desc.sources, worker->desc.instruments, &out->source,
                          &out->files, reason)) {
        return false; /* it was there a moment ago; the picture stays where it is */
    }
    out->engine = from != NULL ? engine_clone(from->engine) : engine_create(&worker->desc.engine);
    if (from != NULL) {
        file_source_restore(out->files, &from->place);
    }
    if (out->engine == NULL || !run_to(worker, out, asked_ns)) {
        stand_finish(out);
        return false;
    }
    return true;
}

/* Look on until the moment has been passed, so that the next question finds copies there, and
 * something was live. */
static bool look_until(struct replay_worker *worker, int64_t ts_ms, int64_t asked_ns) {
    if (worker->track.whole && worker->newest_ms <= ts_ms) {
        look_through(worker);
    }
    while (!worker->track.whole && (worker->newest_ms <= ts_ms || worker->track.lived_ms == 0)) {
        if (is_dropped(worker, asked_ns)) {
            return false;
        }
        look_through(worker);
    }
    return true;
}

static void answer(struct replay_worker *worker, int64_t ts_ms, int64_t asked_ns) {
    struct replay_stand stand;
    const bool made =
        look_until(worker, ts_ms, asked_ns) && make_stand(worker, ts_ms, asked_ns, &stand);
    pthread_mutex_lock(&worker->lock);
    const bool wanted = worker->asked_ns == asked_ns;
    if (wanted) {
        worker->asked = false;
        if (made) {
            stand.taken_ns = clock_mono_ns() - asked_ns;
            worker->answer = stand;
            worker->answered = true;
        }
    }
    pthread_mutex_unlock(&worker->lock);
    if (made && !wanted) {
        stand_finish(&stand);
    }
}

/* -- the thread -- */

static bool take_retired(struct replay_worker *worker, struct retired *out) {
    pthread_mutex_lock(&worker->lock);
    const bool any = worker->retired_count > 0;
    if (any) {
        *out = worker->retired[--worker->retired_count];
    }
    pthread_mutex_unlock(&worker->lock);
    return any;
}

static bool take_question(struct replay_worker *worker, int64_t *ts_ms, int64_t *asked_ns) {
    pthread_mutex_lock(&worker->lock);
    const bool any = worker->asked;
    *ts_ms = worker->asked_ms;
    *asked_ns = worker->asked_ns;
    pthread_mutex_unlock(&worker->lock);
    return any;
}

/* What it holds most of: copies, and what was handed back. */
static void take_apart(struct replay_worker *worker) {
    struct retired retired;
    while (take_retired(worker, &retired)) {
        engine_destroy(retired.engine);
        event_source_destroy(&retired.source);
    }
    for (int i = 0; i < worker->checkpoint_count; i++) {
        engine_destroy(worker->checkpoints[i].engine);
    }
    worker->checkpoint_count = 0;
    engine_destroy(worker->engine);
    worker->engine = NULL;
    /* relaxed: joining orders the rest */
    atomic_store_explicit(&worker->over, true, memory_order_relaxed);
}

static void run(void *user) {
    struct replay_worker *worker = user;
    for (;;) {
        int64_t ts_ms = 0, asked_ns = 0;
        struct retired retired;
        waker_arm(&worker->waker);
        /* relaxed: only asks to end; joining orders the rest */
        if (atomic_load_explicit(&worker->stopping, memory_order_relaxed)) {
            take_apart(worker);
            return;
        }
        if (take_question(worker, &ts_ms, &asked_ns)) {
            answer(worker, ts_ms, asked_ns);
        } else if (take_retired(worker, &retired)) {
            engine_destroy(retired.engine);
            event_source_destroy(&retired.source);
        } else if (!worker->track.whole) {
            look_through(worker);
        } else {
            waker_wait(&worker->waker, LOOK_AGAIN_MS);
            look_through(worker);
        }
    }
}

/* -- main -- */

struct replay_worker *replay_worker_create(const struct replay_worker_desc *desc) {
    char reason[SOURCE_REASON_BYTES];
    int64_t first_ms = 0, last_ms = 0;
    struct replay_worker *worker = calloc(1, sizeof *worker);
    if (worker == NULL) {
        return NULL;
    }
    worker->desc = *desc;
    worker->desc.engine.instruments = desc->instruments;
    worker->checkpoint_every =
        desc->checkpoint_slots > 0 ? desc->checkpoint_slots : REPLAY_CHECKPOINT_SLOTS;
    worker->waker.fd = -1;
    pthread_mutex_init(&worker->lock, NULL);
    bool whole = waker_init(&worker->waker) &&
                 mailbox_init(&worker->tracks, sizeof(struct replay_track)) &&
                 file_source_open(&worker->desc.sources, desc->instruments, &worker->source,
                                  &worker->files, reason);
    worker->engine = engine_create(&worker->desc.engine);
    whole =
        whole && worker->engine != NULL && file_source_times(worker->files, &first_ms, &last_ms);
    if (whole) {
        replay_track_init(&worker->track, first_ms, last_ms);
        tell_track(worker);
        whole = thread_start(&worker->thread, THREAD_READER, run, worker);
    }
    if (!whole) {
        replay_worker_destroy(worker);
        return NULL;
    }
    return worker;
}

void replay_worker_destroy(struct replay_worker *worker) {
    if (worker == NULL) {
        return;
    }
    if (worker->thread.started) {
        replay_worker_end(worker);
        thread_join(&worker->thread);
    }
    take_apart(worker); /* what came after its end, or before it had begun */
    if (worker->answered) {
        stand_finish(&worker->answer);
    }
    event_source_destroy(&worker->source);
    mailbox_finish(&worker->tracks);
    waker_finish(&worker->waker);
    pthread_mutex_destroy(&worker->lock);
    free(worker);
}

void replay_worker_end(struct replay_worker *worker) {
    /* relaxed: joining orders the rest */
    atomic_store_explicit(&worker->stopping, true, memory_order_relaxed);
    waker_wake(&worker->waker);
}

bool replay_worker_is_over(const struct replay_worker *worker) {
    return atomic_load_explicit(&worker->over, memory_order_relaxed); /* relaxed: see take_apart */
}

void replay_worker_ask(struct replay_worker *worker, int64_t ts_ms) {
    struct replay_stand late = {0};
    pthread_mutex_lock(&worker->lock);
    if (worker->answered) {
        late = worker->answer;
        worker->answered = false;
    }
    const int64_t now_ns = clock_mono_ns();
    worker->asked = true;
    worker->asked_ms = ts_ms;
    worker->asked_ns = now_ns > worker->asked_ns ? now_ns : worker->asked_ns + 1;
    pthread_mutex_unlock(&worker->lock);
    waker_wake(&worker->waker);
    if (late.engine != NULL) {
        replay_worker_retire(worker, late.engine, late.source);
    }
}

bool replay_worker_take(struct replay_worker *worker, struct replay_stand *out) {
    pthread_mutex_lock(&worker->lock);
    const bool any = worker->answered;
    if (any) {
        *out = worker->answer;
        worker->answered = false;
    }
    pthread_mutex_unlock(&worker->lock);
    return any;
}

bool replay_worker_is_busy(struct replay_worker *worker) {
    pthread_mutex_lock(&worker->lock);
    const bool busy = worker->asked || worker->answered;
    pthread_mutex_unlock(&worker->lock);
    return busy;
}

void replay_worker_retire(struct replay_worker *worker, struct engine *engine,
                          struct event_source source) {
    pthread_mutex_lock(&worker->lock);
    const bool room = worker->retired_count < REPLAY_RETIRED_MAX;
    if (room) {
        worker->retired[worker->retired_count++] =
            (struct retired){.engine = engine, .source = source};
    }
    pthread_mutex_unlock(&worker->lock);
    if (room) {
        waker_wake(&worker->waker);
    } else {
        engine_destroy(engine);
        event_source_destroy(&source);
    }
}

const struct replay_track *replay_worker_track(struct replay_worker *worker) {
    (void)mailbox_take(&worker->tracks);
    const struct replay_track *track = mailbox_front(&worker->tracks);
    return track->last_ms != 0 ? track : NULL;
}
