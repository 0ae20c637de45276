#include "record/ffmpeg.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/str.h"

enum { NOT_RUN = 127, ARGUMENT_MAX = 64, GENTLE_NICE = 10 };
#define STREAM_BITS_A_PIXEL 0.07 /* 4.4 Mbit/s at 1920 x 1080, 30 a second */
#define STREAM_KBIT_MIN     1000.0

const char *ffmpeg_public_name(const char *path, size_t out_bytes, char *out) {
    const char *host = strstr(path, "://");
    if (host == NULL) {
        (void)str_copy(out, out_bytes, path);
        return out;
    }
    host += 3;
    const char *user = strpbrk(host, "@/");
    if (user != NULL && *user == '@') {
        host = user + 1; /* a name and a password stood before it */
    }
    (void)str_format(out, out_bytes, "%.*s://%.*s/...", (int)(strstr(path, "://") - path), path,
                     (int)strcspn(host, "/?"), host);
    return out;
}

static bool is_on_path(const char *program) {
    const char *at = getenv("PATH");
    at = at != NULL ? at : "/usr/bin:/bin";
    while (*at != '\0') {
        const size_t len = strcspn(at, ":");
        char path[4096];
        if (str_format(path, sizeof path, "%.*s/%s", (int)len, at, program) &&
            access(path, X_OK) == 0) {
            return true;
        }
        at += len + (at[len] == ':');
    }
    return false;
}

/* -- its command line -- */

struct arguments {
    int count;
    char *items[ARGUMENT_MAX]; /* borrowed; the last one NULL */
};

/* Words apart by blanks, in place. */
static void add_words(struct arguments *arguments, char *text) {
    char *rest = NULL;
    for (char *word = strtok_r(text, " ", &rest);
         word != NULL && arguments->count < ARGUMENT_MAX - 1; word = strtok_r(NULL, " ", &rest)) {
        arguments->items[arguments->count++] = word;
    }
}

static bool write_words(const struct ffmpeg_desc *desc, size_t out_bytes, char *out) {
    const double kbit =
        (double)desc->width_px * desc->height_px * desc->fps * STREAM_BITS_A_PIXEL / 1000;
    const int rate = (int)(kbit > STREAM_KBIT_MIN ? kbit : STREAM_KBIT_MIN);
    bool fits = str_format(out, out_bytes,
                           "ffmpeg -hide_banner -loglevel error -y -f rawvideo -pix_fmt rgba "
                           "-s %dx%d -r %d -i pipe:0 ",
                           desc->width_px, desc->height_px, desc->fps);
    if (desc->stream) { /* several services take no stream without sound */
        fits = fits && str_append(out, out_bytes,
                                  "-f lavfi -i anullsrc=r=44100:cl=stereo -shortest -c:a aac "
                                  "-b:a 96k ");
    }
    fits = fits && str_append(out, out_bytes,
                              "-vf scale=out_color_matrix=bt709:out_range=tv,format=yuv420p "
                              "-colorspace bt709 -color_primaries bt709 -color_trc bt709 "
                              "-c:v libx264 -preset veryfast ");
    return fits &&
           (desc->stream ? str_append(out, out_bytes,
                                      "-b:v %dk -maxrate %dk -bufsize %dk -g %d -sc_threshold 0 "
                                      "-f flv",
                                      rate, rate, 2 * rate, 2 * desc->fps)
                         : str_append(out, out_bytes, "-crf 18 -movflags +faststart"));
}

/* -- the child -- */

/* In the child: frames come on standard input; what ffmpeg has to say goes to our standard error.
 * A process group of its own: what ends us at a terminal lets it end the film in peace. Nothing
 * here takes a lock that another thread may have held at the fork. */
static void run_child(char *const arguments[], int fd, bool gentle) {
    (void)setpgid(0, 0);
    if (gentle) {
        (void)setpriority(PRIO_PROCESS, 0, GENTLE_NICE);
    }
    if (dup2(fd, STDIN_FILENO) >= 0 && dup2(STDERR_FILENO, STDOUT_FILENO) >= 0) {
        execvp(arguments[0], arguments);
    }
    _exit(NOT_RUN);
}

enum status ffmpeg_start(struct ffmpeg *ffmpeg, const struct ffmpeg_desc *desc) {
    char words[1024];
    char path[4096];
    struct arguments arguments = {0};
    int pair[2] = {-1, -1};
    *ffmpeg = (struct ffmpeg){.fd = -1};
    (void)ffmpeg_public_name(desc->path, sizeof ffmpeg->name, ffmpeg->name);
    if (!is_on_path("ffmpeg")) {
        LOG_ERROR("film %s: ffmpeg is not installed (looked for on the PATH); without it films "
                  "are .y4m, or a series frame-%%04d.png",
                  ffmpeg->name);
        return STATUS_NOT_FOUND;
    }
    /* "file:": a name that begins with a dash, or looks like an address, is a file all the same. */
    if (!write_words(desc, sizeof words, words) ||
        !str_format(path, sizeof path, "%s%s", desc->stream ? "" : "file:", desc->path)) {
        LOG_ERROR("film %s: too long a name", ffmpeg->name);
        return STATUS_IO;
    }
    add_words(&arguments, words);
    arguments.items[arguments.count++] = path;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
        LOG_ERROR("film %s: no socket for ffmpeg: %s", ffmpeg->name, strerror(errno));
        return STATUS_IO;
    }
    ffmpeg->child = fork();
    if (ffmpeg->child == 0) {
        run_child(arguments.items, pair[1], desc->gentle);
    }
    close(pair[1]);
    if (ffmpeg->child < 0) {
        ffmpeg->child = 0;
        close(pair[0]);
        LOG_ERROR("film %s: ffmpeg not started: %s", ffmpeg->name, strerror(errno));
        return STATUS_IO;
    }
    ffmpeg->fd = pair[0];
    return STATUS_OK;
}

bool ffmpeg_write(struct ffmpeg *ffmpeg, const void *bytes, size_t size_bytes) {
    const char *at = bytes;
    while (size_bytes > 0) {
        const ssize_t n = send(ffmpeg->fd, at, size_bytes, MSG_NOSIGNAL);
        if (n < 0 && errno != EINTR) {
            return false;
        }
        if (n > 0) {
            at += n;
            size_bytes -= (size_t)n;
        }
    }
    return true;
}

bool ffmpeg_finish(struct ffmpeg *ffmpeg) {
    int state = 0;
    if (ffmpeg->child <= 0) {
        return true;
    }
    close(ffmpeg->fd);
    while (waitpid(ffmpeg->child, &state, 0) < 0) {
        if (errno != EINTR) {
            LOG_ERROR("film %s: ffmpeg is lost: %s", ffmpeg->name, strerror(errno));
            return false;
        }
    }
    *ffmpeg = (struct ffmpeg){.fd = -1};
    const bool good = WIFEXITED(state) && WEXITSTATUS(state) == 0;
    if (WIFEXITED(state) && WEXITSTATUS(state) == NOT_RUN) {
        LOG_ERROR("film: ffmpeg cannot be run; no film was made");
    } else if (WIFSIGNALED(state)) {
        LOG_ERROR("film: ffmpeg was ended by signal %d; the film is not whole", WTERMSIG(state));
    } else if (!good) {
        LOG_ERROR("film: ffmpeg failed with status %d (what it said stands above); the film is not "
                  "whole",
                  WEXITSTATUS(state));
    }
    return good;
}
