/* record/frame_recorder.h - a film: raw frames to ffmpeg, to a .y4m file, or to standard output.
 *
 * Thread: the caller's; every frame that is added is written, waiting if it must (films run on a
 * virtual clock, nothing is dropped).  Owner: render.  ffmpeg is a child process fed through a
 * socket; it must be on the PATH for .mp4, .mkv. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

struct frame_recorder;

struct frame_recorder_desc {
    const char *path; /* ends in .mp4, .mkv or .y4m; "-": RGBA bytes on standard output; or a series
                         (frame_recorder_is_series) */
    int width_px,
        height_px; /* even for .mp4, .mkv and .y4m (their colour is stored at half size) */
    int fps;       /* 1..240 */
};

/* Whether a path stands for a series of PNG files: it ends in .png and has one %d or %04d (any
 * number of digits from 1 to 9), and no other percent sign. Frames are numbered from 1. */
bool frame_recorder_is_series(const char *path);

/* STATUS_UNSUPPORTED: another ending; STATUS_RANGE: size or fps; STATUS_IO: the file or ffmpeg
 * cannot be started (logged); STATUS_MEMORY. *out is NULL unless STATUS_OK. */
enum status frame_recorder_open(const struct frame_recorder_desc *desc,
                                struct frame_recorder **out);
/* Write one frame: RGBA8, rows top down, 4 x width bytes each. STATUS_IO: the reader is gone
 * (logged once). */
enum status frame_recorder_add(struct frame_recorder *recorder, const uint8_t *rgba);
/* Finish the file and wait for ffmpeg. STATUS_IO: it failed, and the log says with what. NULL
 * accepted: STATUS_OK. */
enum status frame_recorder_close(struct frame_recorder *recorder);
