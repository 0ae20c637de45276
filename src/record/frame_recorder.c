#include "record/frame_recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/str.h"
#include "record/ffmpeg.h"
#include "record/screenshot.h"

enum { FPS_MAX = 240, SIZE_PX_MAX = 16384 };
enum kind { KIND_Y4M, KIND_FFMPEG, KIND_STREAM, KIND_SERIES };

struct frame_recorder {
    enum kind kind;
    char path[4096];
    char name[256]; /* of it, as it may be said */
    int width_px, height_px;
    int fd;               /* owned unless standard output; -1: none */
    struct ffmpeg ffmpeg; /* zeroed but for these kinds */
    uint8_t *planes;      /* owned: one frame of y4m */
    int64_t frame_count;  /* of a series, written */
    bool failed;
};

bool frame_recorder_is_series(const char *path) {
    const char *at = strchr(path, '%');
    if (at == NULL || !str_ends_with(path, ".png") || strchr(at + 1, '%') != NULL) {
        return false;
    }
    const size_t digits = strspn(at + 1, "0123456789");
    return at[1 + digits] == 'd' && (digits == 0 || (digits == 2 && at[1] == '0' && at[2] > '0'));
}

/* The path of frame number n; false: too long. */
static bool make_series_path(const char *pattern, int64_t n, char *out, size_t out_bytes) {
    const char *at = strchr(pattern, '%');
    const int digits = at[1] == '0' ? at[2] - '0' : 1;
    const char *rest = strchr(at, 'd') + 1;
    return str_format(out, out_bytes, "%.*s%0*lld%s", (int)(at - pattern), pattern, digits,
                      (long long)n, rest);
}

static bool is_pipe(const char *path) {
    struct stat info;
    return stat(path, &info) == 0 && S_ISFIFO(info.st_mode);
}

bool frame_recorder_is_stream(const char *path) {
    return strncmp(path, "rtmp://", 7) == 0 || strncmp(path, "rtmps://", 8) == 0;
}

static bool kind_of_path(const char *path, enum kind *out) {
    if (frame_recorder_is_stream(path)) {
        *out = KIND_STREAM;
    } else if (strcmp(path, "-") == 0 || str_ends_with(path, ".y4m") || is_pipe(path)) {
        *out = KIND_Y4M;
    } else if (frame_recorder_is_series(path)) {
        *out = KIND_SERIES;
    } else if (str_ends_with(path, ".mp4") || str_ends_with(path, ".mkv")) {
        *out = KIND_FFMPEG;
    } else {
        return false;
    }
    return true;
}

bool frame_recorder_takes(const char *path) {
    enum kind kind = KIND_Y4M;
    return kind_of_path(path, &kind);
}

/* Write everything. A reader that went away is an error here, never a signal: SIGPIPE is ignored by
 * the program. */
static bool write_all(struct frame_recorder *recorder, const void *bytes, size_t size_bytes) {
    const uint8_t *at = bytes;
    while (size_bytes > 0 && !recorder->failed) {
        const ssize_t n = write(recorder->fd, at, size_bytes);
        if (n < 0 && errno != EINTR) {
            LOG_ERROR("film %s: frame not written: %s", recorder->name, strerror(errno));
            recorder->failed = true;
        } else if (n > 0) {
            at += n;
            size_bytes -= (size_t)n;
        }
    }
    return !recorder->failed;
}

static enum status start_ffmpeg(struct frame_recorder *recorder,
                                const struct frame_recorder_desc *desc) {
    const struct ffmpeg_desc what = {.path = desc->path,
                                     .width_px = desc->width_px,
                                     .height_px = desc->height_px,
                                     .fps = desc->fps,
                                     .gentle = desc->gentle,
                                     .stream = recorder->kind == KIND_STREAM};
    return ffmpeg_start(&recorder->ffmpeg, &what) == STATUS_OK ? STATUS_OK : STATUS_IO;
}

static enum status start_y4m(struct frame_recorder *recorder,
                             const struct frame_recorder_desc *desc) {
    size_t pixels = (size_t)desc->width_px * (size_t)desc->height_px;
    recorder->planes = malloc(pixels * 3 / 2);
    if (recorder->planes == NULL) {
        return STATUS_MEMORY;
    }
    recorder->fd = strcmp(desc->path, "-") == 0
                       ? STDOUT_FILENO
                       : open(desc->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (recorder->fd < 0) {
        LOG_ERROR("film %s: cannot be written: %s", recorder->name, strerror(errno));
        return STATUS_IO;
    }
    char head[128];
    str_format(head, sizeof head, "YUV4MPEG2 W%d H%d F%d:1 Ip A1:1 C420jpeg XCOLORRANGE=LIMITED\n",
               desc->width_px, desc->height_px, desc->fps);
    return write_all(recorder, head, strlen(head)) ? STATUS_OK : STATUS_IO;
}

enum status frame_recorder_open(const struct frame_recorder_desc *desc,
                                struct frame_recorder **out) {
    *out = NULL;
    enum kind kind = KIND_Y4M;
    if (!kind_of_path(desc->path, &kind)) {
        return STATUS_UNSUPPORTED;
    }
    bool even = desc->width_px % 2 == 0 && desc->height_px % 2 == 0;
    if (desc->width_px < 1 || desc->height_px < 1 || desc->width_px > SIZE_PX_MAX ||
        desc->height_px > SIZE_PX_MAX || (kind != KIND_SERIES && !even) || desc->fps < 1 ||
        desc->fps > FPS_MAX) {
        return STATUS_RANGE;
    }
    struct frame_recorder *recorder = calloc(1, sizeof *recorder);
    if (recorder == NULL) {
        return STATUS_MEMORY;
    }
    *recorder = (struct frame_recorder){
        .kind = kind, .width_px = desc->width_px, .height_px = desc->height_px, .fd = -1};
    str_copy(recorder->path, sizeof recorder->path, desc->path);
    (void)ffmpeg_public_name(desc->path, sizeof recorder->name, recorder->name);
    enum status status = STATUS_OK;
    if (kind == KIND_FFMPEG || kind == KIND_STREAM) {
        status = start_ffmpeg(recorder, desc);
    } else if (kind == KIND_Y4M) {
        status = start_y4m(recorder, desc);
    }
    if (status != STATUS_OK) {
        frame_recorder_close(recorder);
        return status;
    }
    *out = recorder;
    return STATUS_OK;
}

/* BT.601, limited range, colour averaged over two by two pixels; 16-bit fixed point. */
static void make_planes(const struct frame_recorder *recorder, const uint8_t *rgba) {
    size_t width = (size_t)recorder->width_px;
    size_t height = (size_t)recorder->height_px;
    uint8_t *luma = recorder->planes;
    uint8_t *blue = luma + width * height;
    uint8_t *red = blue + width * height / 4;
    for (size_t y = 0; y < height; y += 2) {
        for (size_t x = 0; x < width; x += 2) {
            int sum[3] = {0};
            for (size_t i = 0; i < 4; i++) {
                size_t at = (y + i / 2) * width + x + i % 2;
                const uint8_t *p = rgba + at * 4;
                luma[at] = (uint8_t)((16829 * p[0] + 33039 * p[1] + 6416 * p[2] + 1081344) >> 16);
                sum[0] += p[0];
                sum[1] += p[1];
                sum[2] += p[2];
            }
            *blue++ =
                (uint8_t)((-9714 * sum[0] - 19070 * sum[1] + 28784 * sum[2] + 33685504) >> 18);
            *red++ = (uint8_t)((28784 * sum[0] - 24103 * sum[1] - 4681 * sum[2] + 33685504) >> 18);
        }
    }
}

enum status frame_recorder_add(struct frame_recorder *recorder, const uint8_t *rgba) {
    size_t pixels = (size_t)recorder->width_px * (size_t)recorder->height_px;
    bool good = false;
    if (recorder->kind == KIND_SERIES) {
        char path[sizeof recorder->path + 32];
        good =
            make_series_path(recorder->path, ++recorder->frame_count, path, sizeof path) &&
            screenshot_write_png(path, recorder->width_px, recorder->height_px, rgba) == STATUS_OK;
    } else if (recorder->kind == KIND_Y4M) {
        make_planes(recorder, rgba);
        good = write_all(recorder, "FRAME\n", 6) &&
               write_all(recorder, recorder->planes, pixels * 3 / 2);
    } else {
        good = ffmpeg_write(&recorder->ffmpeg, rgba, pixels * 4); /* closing says why not */
    }
    return good ? STATUS_OK : STATUS_IO;
}

enum status frame_recorder_close(struct frame_recorder *recorder) {
    if (recorder == NULL) {
        return STATUS_OK;
    }
    bool good = !recorder->failed;
    if (recorder->fd >= 0 && recorder->fd != STDOUT_FILENO && close(recorder->fd) != 0) {
        good = false;
    }
    good = ffmpeg_finish(&recorder->ffmpeg) && good;
    free(recorder->planes);
    free(recorder);
    return good ? STATUS_OK : STATUS_IO;
}
