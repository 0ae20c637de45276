#include "record/screenshot_writer.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "gfx/readback.h"
#include "record/screenshot.h"

/* What a ring carries; its slots are cache lines. */
union slot {
    struct screenshot_job *job;
    unsigned char line[64];
};

struct screenshot_job *screenshot_job_create(void) {
    return calloc(1, sizeof(struct screenshot_job));
}

bool screenshot_job_reserve(struct screenshot_job *job, int width_px, int height_px) {
    assert(width_px >= 1);
    assert(height_px >= 1);
    free(job->rgba);
    job->rgba = malloc((size_t)width_px * (size_t)height_px * 4);
    job->width_px = job->rgba != NULL ? width_px : 0;
    job->height_px = job->rgba != NULL ? height_px : 0;
    return job->rgba != NULL;
}

bool screenshot_job_read(struct screenshot_job *job, const struct target *target) {
    if (!screenshot_job_reserve(job, target->width_px, target->height_px)) {
        return false;
    }
    readback_rgba(target, (size_t)target->width_px * (size_t)target->height_px * 4, job->rgba);
    return true;
}

void screenshot_job_destroy(struct screenshot_job *job) {
    if (job != NULL) {
        free(job->rgba);
        free(job);
    }
}

void screenshot_job_add_text(struct screenshot_job *job, const char *key, const char *format, ...) {
    assert(job->text_count < SCREENSHOT_TEXT_MAX);
    va_list args;
    va_start(args, format);
    vsnprintf(job->texts[job->text_count].text, SCREENSHOT_TEXT_BYTES, format, args);
    va_end(args);
    job->texts[job->text_count++].key = key;
}

/* -- its thread -- */

static bool write_whole(int fd, size_t size_bytes, const uint8_t *bytes) {
    while (size_bytes > 0) {
        ssize_t put = write(fd, bytes, size_bytes);
        if (put < 0 && errno != EINTR) {
            return false;
        }
        if (put > 0) {
            bytes += put;
            size_bytes -= (size_t)put;
        }
    }
    return true;
}

/* A file that cannot be written to its end does not stay. */
static enum status write_file(struct screenshot_job *job, const uint8_t *png) {
    int fd = -1;
    enum status status = screenshot_pattern_create(job->pattern, job->path, &fd);
    job->why = status == STATUS_IO ? errno : 0;
    if (status != STATUS_OK) {
        return status;
    }
    bool good = write_whole(fd, job->file_bytes, png);
    job->why = good ? 0 : errno;
    if (close(fd) != 0 && good) {
        job->why = errno;
        good = false;
    }
    if (!good) {
        unlink(job->path);
    }
    return good ? STATUS_OK : STATUS_IO;
}

static void do_job(struct screenshot_job *job) {
    struct screenshot_text texts[SCREENSHOT_TEXT_MAX];
    for (int i = 0; i < job->text_count; i++) {
        texts[i] = (struct screenshot_text){job->texts[i].key, job->texts[i].text};
    }
    const struct screenshot_desc desc = {
        .width_px = job->width_px,
        .height_px = job->height_px,
        .rgba = job->rgba,
        .text_count = (size_t)job->text_count,
        .texts = texts,
    };
    uint8_t *png = NULL;
    job->status = screenshot_encode_png(&desc, &png, &job->file_bytes);
    if (job->status == STATUS_OK) {
        job->status = write_file(job, png);
    }
    if (job->status == STATUS_OK) {
        job->clipboard = clipboard_give_png(job->file_bytes, png);
    }
    free(png);
    free(job->rgba);
    job->rgba = NULL;
}

static void run_encoder(void *user) {
    struct screenshot_writer *writer = user;
    thread_assert(THREAD_ENCODER);
    bool stopping = false;
    while (!stopping) {
        union slot slot;
        waker_arm(&writer->waker);
        /* acquire: pairs with main's release; what it added before is in the ring */
        stopping = atomic_load_explicit(&writer->stopping, memory_order_acquire);
        if (ring_count(&writer->jobs) == 0) {
            waker_wait(&writer->waker, stopping ? 0 : -1);
        }
        while (ring_pop(&writer->jobs, &slot, 1) == 1) {
            do_job(slot.job);
            bool pushed = ring_push(&writer->done, &slot, 1);
            assert(pushed && "as many as may be pending have room");
            (void)pushed;
        }
    }
}

/* -- main -- */

bool screenshot_writer_start(struct screenshot_writer *writer) {
    memset(writer, 0, sizeof *writer);
    writer->waker.fd = -1;
    bool good = ring_init(&writer->jobs, sizeof(union slot), SCREENSHOT_PENDING_MAX) &&
                ring_init(&writer->done, sizeof(union slot), SCREENSHOT_PENDING_MAX) &&
                waker_init(&writer->waker) &&
                thread_start(&writer->thread, THREAD_ENCODER, run_encoder, writer);
    if (!good) {
        screenshot_writer_stop(writer);
    }
    return good;
}

void screenshot_writer_stop(struct screenshot_writer *writer) {
    if (writer->jobs.slots == NULL) {
        return; /* never made */
    }
    if (writer->thread.started) {
        /* release: pairs with the thread's acquire */
        atomic_store_explicit(&writer->stopping, true, memory_order_release);
        waker_wake(&writer->waker);
        thread_join(&writer->thread);
    }
    for (struct screenshot_job *job = screenshot_writer_take(writer); job != NULL;
         job = screenshot_writer_take(writer)) {
        screenshot_job_destroy(job);
    }
    waker_finish(&writer->waker);
    ring_finish(&writer->done);
    ring_finish(&writer->jobs);
}

bool screenshot_writer_add(struct screenshot_writer *writer, struct screenshot_job *job) {
    union slot slot = {.line = {0}};
    assert(job->rgba != NULL);
    slot.job = job;
    if (writer->pending_count == SCREENSHOT_PENDING_MAX || !ring_push(&writer->jobs, &slot, 1)) {
        return false;
    }
    writer->pending_count++;
    waker_wake(&writer->waker);
    return true;
}

struct screenshot_job *screenshot_writer_take(struct screenshot_writer *writer) {
    union slot slot;
    if (writer->done.slots == NULL || ring_pop(&writer->done, &slot, 1) == 0) {
        return NULL;
    }
    writer->pending_count--;
    return slot.job;
}
