/* record/ffmpeg.h - frames to the program ffmpeg, a child process fed through a socket.
 *
 * Thread: any, one at a time.  Owner: frame_recorder.  It is looked for on the PATH when a film is
 * begun.  Colours are told as BT.709, limited range, which is what players take a film of that size
 * for. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/status.h"

struct ffmpeg {
    int fd;         /* owned; -1: none */
    pid_t child;    /* 0: none */
    char name[256]; /* of the film, for messages: without what is secret in an address */
};

struct ffmpeg_desc {
    const char *path; /* a file by its ending; or rtmp://, rtmps:// with .stream */
    int width_px, height_px;
    int fps;
    bool gentle; /* it gives way to others where processors are few */
    bool stream; /* steady bits a second, a key frame each two seconds, a silent sound track */
};

/* What may be said of a path: an address is cut behind its host, because the rest is a key. */
const char *ffmpeg_public_name(const char *path, size_t out_bytes, char *out);

/* STATUS_NOT_FOUND: ffmpeg is not on the PATH; STATUS_IO: it cannot be started. Both are logged,
 * and nothing is to be finished. */
enum status ffmpeg_start(struct ffmpeg *ffmpeg, const struct ffmpeg_desc *desc);
/* RGBA bytes of frames. False: it does not read any more; ffmpeg_finish says why. */
bool ffmpeg_write(struct ffmpeg *ffmpeg, const void *bytes, size_t size_bytes);
/* No more frames come: wait for it. False: it failed (logged). Without a child: true. */
bool ffmpeg_finish(struct ffmpeg *ffmpeg);
