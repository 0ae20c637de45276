/* record/frame_recorder.h - frames into a film: a file, a pipe, a stream or a series of pictures.
 *
 * Thread: any, one at a time; every call waits until its frame is taken (a virtual clock, nothing
 * is dropped).  Owner: film_writer.  ffmpeg makes .mp4, .mkv and streams; it must be on the PATH
 * for them. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

struct frame_recorder;

struct frame_recorder_desc {
    /* Ends in .mp4, .mkv or .y4m; "-": y4m on standard output; a named pipe, which is y4m, too;
     * rtmp:// or rtmps://; or a series (frame_recorder_is_series). */
    const char *path;
    int width_px, height_px; /* even but for a series (colour is stored at half size) */
    int fps;                 /* 1..240 */
    bool gentle;             /* ffmpeg gives way to others */
};

/* Whether a path is one of those. */
bool frame_recorder_takes(const char *path);
/* Whether it has to be given its frames at the pace at which they are watched. */
bool frame_recorder_is_stream(const char *path);
/* Whether a path stands for a series of PNG files: it ends in .png and has one %d or %04d (any
 * number of digits from 1 to 9), and no other percent sign. Frames are numbered from 1. */
bool frame_recorder_is_series(const char *path);

/* STATUS_UNSUPPORTED: not a path of these; STATUS_RANGE: size or fps; STATUS_IO: the file or ffmpeg
 * cannot be started (logged); STATUS_MEMORY. *out is NULL unless STATUS_OK. A named pipe waits for
 * who reads it. */
enum status frame_recorder_open(const struct frame_recorder_desc *desc,
                                struct frame_recorder **out);
/* Write one frame: RGBA8, rows top down, 4 x width bytes each. STATUS_IO: the reader is gone (the
 * log says why, now or when it is closed). */
enum status frame_recorder_add(struct frame_recorder *recorder, const uint8_t *rgba);
/* Finish the file and wait for ffmpeg. STATUS_IO: it failed, and the log says with what. NULL
 * accepted: STATUS_OK. */
enum status frame_recorder_close(struct frame_recorder *recorder);
