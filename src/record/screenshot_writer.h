/* record/screenshot_writer.h - screenshots on a thread of their own: no frame waits for a file, for
 * compression, or for whoever takes the clipboard.
 *
 * Thread: main owns it and adds; the rest happens on its thread (THREAD_ENCODER).
 * Limit: SCREENSHOT_PENDING_MAX pictures at a time, then it refuses. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ring.h"
#include "base/status.h"
#include "base/str.h"
#include "base/thread.h"
#include "gfx/target.h"
#include "record/clipboard.h"
#include "record/screenshot_name.h"

enum { SCREENSHOT_PENDING_MAX = 4, SCREENSHOT_TEXT_MAX = 9, SCREENSHOT_TEXT_BYTES = 2048 };

struct screenshot_job {
    int width_px, height_px; /* of the frame; 0: not taken yet */
    uint8_t *rgba;           /* owned: rows top down, 4 x width_px bytes each */
    char pattern[SCREENSHOT_PATH_BYTES];
    int text_count;
    struct {
        const char *key; /* static storage */
        char text[SCREENSHOT_TEXT_BYTES];
    } texts[SCREENSHOT_TEXT_MAX];

    /* -- how it went: written by the thread -- */
    enum status status;
    int why; /* errno's value with STATUS_IO */
    char path[SCREENSHOT_PATH_BYTES];
    size_t file_bytes;
    enum clipboard_result clipboard; /* with STATUS_OK */
};

struct screenshot_writer {
    struct ring jobs, done; /* of struct screenshot_job *: main -> thread, and back */
    struct waker waker;
    struct thread thread;
    int pending_count; /* main only: added and not yet taken */
    /* -- atomic: main writes, all read -- */
    atomic_bool stopping;
};

struct screenshot_job *screenshot_job_create(void);      /* NULL: out of memory */
void screenshot_job_destroy(struct screenshot_job *job); /* NULL accepted */
/* Room for a frame of that size (1 and more each). False: out of memory. */
bool screenshot_job_reserve(struct screenshot_job *job, int width_px, int height_px);
/* Main, with the context current: what target shows now is the picture. False: out of memory. */
bool screenshot_job_read(struct screenshot_job *job, const struct target *target);
/* A text of the file, made as by printf; one that is too long is cut. */
STR_PRINTF(3, 4)
void screenshot_job_add_text(struct screenshot_job *job, const char *key, const char *format, ...);

bool screenshot_writer_start(struct screenshot_writer *writer); /* false: memory, or no thread */
/* What was added is still written. Zeroed accepted. */
void screenshot_writer_stop(struct screenshot_writer *writer);
/* Takes a job over that has its picture. False: SCREENSHOT_PENDING_MAX are not done yet; the job
 * stays the caller's.
 */
bool screenshot_writer_add(struct screenshot_writer *writer, struct screenshot_job *job);
/* One that is done, for the caller to destroy; NULL: none. */
struct screenshot_job *screenshot_writer_take(struct screenshot_writer *writer);
