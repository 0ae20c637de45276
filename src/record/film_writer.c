#include "record/film_writer.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/ring.h"
#include "base/thread.h"

#define SECOND_NS INT64_C(1000000000)
/* A picture may come so late after its frame is due before the one before is shown again. */
#define GRACE_FRAMES 2

struct picture {
    uint8_t *rgba; /* owned by the writer */
    int64_t number;
};
union slot {
    struct picture picture;
    unsigned char line[64];
};

struct film_writer {
    struct frame_recorder *recorder; /* owned; its thread's until it is done */
    int fps;
    bool realtime;
    uint8_t *memory;         /* owned: all pictures */
    struct ring added, free; /* main -> thread, and back */
    struct waker thread_waker, main_waker;
    struct thread thread;

    /* -- main only -- */
    uint8_t *filling; /* of film_writer_begin; NULL: none */
    bool ended;

    /* -- the thread only -- */
    struct picture last; /* written last; rgba NULL: none yet */
    int64_t next;        /* number of the frame to be written next */
    int64_t begin_ns;    /* when frame 0 was due, in real time */
    enum status closed;

    /* -- atomic -- */
    atomic_bool stopping, failed, done;      /* main writes the first, the thread the others */
    _Atomic int64_t count;                   /* of frames, told by film_writer_end; main writes */
    _Atomic int64_t written, repeated, late; /* the thread writes */
    _Atomic int64_t refused;                 /* main writes */
};

/* -- the thread -- */

/* relaxed, here and for failed and the figures below: each is told alone, and nothing else is read
 * because of it. */
static bool has_failed(const struct film_writer *writer) {
    return atomic_load_explicit(&writer->failed, memory_order_relaxed);
}

static int64_t figure(const _Atomic int64_t *counter) {
    return atomic_load_explicit(counter, memory_order_relaxed); /* relaxed: as above */
}

static void count(_Atomic int64_t *counter) {
    atomic_fetch_add_explicit(counter, 1, memory_order_relaxed); /* relaxed: as above */
}

static void write_last(struct film_writer *writer) {
    if (!has_failed(writer) &&
        frame_recorder_add(writer->recorder, writer->last.rgba) != STATUS_OK) {
        /* relaxed: as above */
        atomic_store_explicit(&writer->failed, true, memory_order_relaxed);
    }
    writer->next++;
    count(&writer->written);
}

static void repeat_until(struct film_writer *writer, int64_t number) {
    while (writer->last.rgba != NULL && writer->next < number && !has_failed(writer)) {
        write_last(writer);
        count(&writer->repeated);
    }
}

static void take_picture(struct film_writer *writer, const struct picture *picture) {
    union slot old = {.picture = writer->last};
    repeat_until(writer, picture->number);
    writer->last = *picture;
    if (old.picture.rgba == NULL) {
        writer->begin_ns = clock_mono_ns() - picture->number * (SECOND_NS / writer->fps);
    }
    if (picture->number >= writer->next) {
        writer->next = picture->number; /* the first one may have any */
        write_last(writer);
    } else {
        count(&writer->late); /* its time was filled; from here on it is what is repeated */
    }
    if (old.picture.rgba != NULL) {
        const bool pushed = ring_push(&writer->free, &old, 1);
        assert(pushed && "as many as there are have room");
        (void)pushed;
        waker_wake(&writer->main_waker);
    }
}

/* The frames that are due by now, while a stream is watched. */
static int64_t due_number(const struct film_writer *writer) {
    const int64_t passed_ns = clock_mono_ns() - writer->begin_ns;
    return passed_ns / SECOND_NS * writer->fps + passed_ns % SECOND_NS * writer->fps / SECOND_NS -
           GRACE_FRAMES;
}

static int wait_ms(const struct film_writer *writer) {
    return writer->realtime && writer->last.rgba != NULL ? 1000 / writer->fps + 1 : -1;
}

static void run_encoder(void *user) {
    struct film_writer *writer = user;
    thread_assert(THREAD_ENCODER);
    bool stopping = false;
    while (!stopping) {
        union slot slot;
        waker_arm(&writer->thread_waker);
        /* acquire: pairs with main's release; what it added before is in the ring */
        stopping = atomic_load_explicit(&writer->stopping, memory_order_acquire);
        if (ring_count(&writer->added) == 0) {
            waker_wait(&writer->thread_waker, stopping ? 0 : wait_ms(writer));
        }
        while (ring_pop(&writer->added, &slot, 1) == 1) {
            take_picture(writer, &slot.picture);
        }
        if (writer->realtime && !stopping) {
            repeat_until(writer, due_number(writer));
        }
    }
    repeat_until(writer, figure(&writer->count)); /* told before stopping was */
    writer->closed = frame_recorder_close(writer->recorder);
    writer->recorder = NULL;
    waker_wake(&writer->main_waker);
    /* release: closed is written before */
    atomic_store_explicit(&writer->done, true, memory_order_release);
}

/* -- main -- */

static bool make_pictures(struct film_writer *writer, const struct frame_recorder_desc *desc) {
    const size_t bytes = (size_t)desc->width_px * (size_t)desc->height_px * 4;
    writer->memory = malloc(bytes * FILM_WRITER_FRAME_COUNT);
    for (size_t i = 0; writer->memory != NULL && i < FILM_WRITER_FRAME_COUNT; i++) {
        const union slot slot = {.picture = {.rgba = writer->memory + i * bytes}};
        (void)ring_push(&writer->free, &slot, 1);
    }
    return writer->memory != NULL;
}

enum status film_writer_open(const struct film_writer_desc *desc, struct film_writer **out) {
    *out = NULL;
    struct film_writer *writer = calloc(1, sizeof *writer);
    if (writer == NULL) {
        return STATUS_MEMORY;
    }
    writer->fps = desc->recorder.fps;
    writer->realtime = desc->realtime;
    writer->thread_waker.fd = writer->main_waker.fd = -1;
    enum status status = frame_recorder_open(&desc->recorder, &writer->recorder);
    if (status == STATUS_OK &&
        !(ring_init(&writer->added, sizeof(union slot), FILM_WRITER_FRAME_COUNT) &&
          ring_init(&writer->free, sizeof(union slot), FILM_WRITER_FRAME_COUNT) &&
          make_pictures(writer, &desc->recorder) && waker_init(&writer->thread_waker) &&
          waker_init(&writer->main_waker) &&
          thread_start(&writer->thread, THREAD_ENCODER, run_encoder, writer))) {
        status = STATUS_MEMORY;
    }
    if (status != STATUS_OK) {
        (void)film_writer_close(writer);
        return status;
    }
    *out = writer;
    return STATUS_OK;
}

uint8_t *film_writer_begin(struct film_writer *writer, bool wait) {
    union slot slot;
    assert(writer->filling == NULL && !writer->ended);
    while (!film_writer_failed(writer)) {
        waker_arm(&writer->main_waker);
        if (ring_pop(&writer->free, &slot, 1) == 1) {
            writer->filling = slot.picture.rgba;
            return writer->filling;
        }
        if (!wait) {
            count(&writer->refused);
            return NULL;
        }
        waker_wait(&writer->main_waker, 100); /* a film that fails meanwhile is seen, too */
    }
    return NULL;
}

void film_writer_add(struct film_writer *writer, int64_t number) {
    const union slot slot = {.picture = {.rgba = writer->filling, .number = number}};
    assert(writer->filling != NULL);
    writer->filling = NULL;
    const bool pushed = ring_push(&writer->added, &slot, 1);
    assert(pushed && "as many as there are have room");
    (void)pushed;
    waker_wake(&writer->thread_waker);
}

bool film_writer_failed(const struct film_writer *writer) {
    return has_failed(writer);
}

struct film_writer_stats film_writer_get_stats(const struct film_writer *writer) {
    return (struct film_writer_stats){.written = figure(&writer->written),
                                      .repeated = figure(&writer->repeated),
                                      .skipped = figure(&writer->late) + figure(&writer->refused)};
}

void film_writer_end(struct film_writer *writer, int64_t number) {
    if (writer->ended || !writer->thread.started) {
        return;
    }
    writer->ended = true;
    /* relaxed: published by the release below */
    atomic_store_explicit(&writer->count, number, memory_order_relaxed);
    /* release: pairs with the thread's acquire */
    atomic_store_explicit(&writer->stopping, true, memory_order_release);
    waker_wake(&writer->thread_waker);
}

bool film_writer_is_done(const struct film_writer *writer) {
    /* acquire: pairs with the thread's release */
    return atomic_load_explicit(&writer->done, memory_order_acquire);
}

enum status film_writer_close(struct film_writer *writer) {
    if (writer == NULL) {
        return STATUS_OK;
    }
    film_writer_end(writer, 0);
    thread_join(&writer->thread);
    (void)frame_recorder_close(writer->recorder); /* of one that was never started */
    const enum status status = film_writer_failed(writer) ? STATUS_IO : writer->closed;
    waker_finish(&writer->main_waker);
    waker_finish(&writer->thread_waker);
    ring_finish(&writer->free);
    ring_finish(&writer->added);
    free(writer->memory);
    free(writer);
    return status;
}
