#include "record/clipboard.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"

#define LOOK_EVERY_NS INT64_C(5000000)

extern char **environ; /* POSIX declares it in no header */

/* Start it with fd as its standard input. 0, or errno's value. A worker's signals are all blocked,
 * and the program ignores SIGPIPE: the child must inherit neither, nor die of a Ctrl-C meant for
 * us. */
static int start(char *const arguments[], int fd, pid_t *child) {
    sigset_t none;
    sigset_t usual;
    posix_spawn_file_actions_t files;
    posix_spawnattr_t how;
    sigemptyset(&none);
    sigemptyset(&usual);
    sigaddset(&usual, SIGPIPE);
    posix_spawnattr_init(&how);
    posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                       POSIX_SPAWN_SETPGROUP);
    posix_spawnattr_setsigmask(&how, &none);
    posix_spawnattr_setsigdefault(&how, &usual);
    posix_spawnattr_setpgroup(&how, 0);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, fd, STDIN_FILENO);
    /* It lives on: it must not keep a pipe open that somebody reads our output from. */
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    int why = posix_spawnp(child, arguments[0], &files, &how, arguments, environ);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&how);
    return why;
}

static bool feed(int fd, size_t size_bytes, const uint8_t *bytes) {
    const struct timeval wait = {.tv_sec = CLIPBOARD_WAIT_MS / 1000,
                                 .tv_usec = CLIPBOARD_WAIT_MS % 1000 * 1000};
    bool good = setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait) == 0;
    while (size_bytes > 0 && good) {
        ssize_t n = send(fd, bytes, size_bytes, MSG_NOSIGNAL);
        good = n > 0 || (n < 0 && errno == EINTR);
        if (n > 0) {
            bytes += n;
            size_bytes -= (size_t)n;
        }
    }
    return good;
}

/* Its end: the program has put a copy of itself into the background. False: it did not end well, or
 * not in time. */
static bool wait_for(pid_t child) {
    int64_t until_ns = clock_mono_ns() + CLIPBOARD_WAIT_MS * INT64_C(1000000);
    int how = 0;
    pid_t ended = waitpid(child, &how, WNOHANG);
    while (ended == 0 && clock_mono_ns() < until_ns) {
        clock_sleep_until_ns(clock_mono_ns() + LOOK_EVERY_NS);
        ended = waitpid(child, &how, WNOHANG);
    }
    if (ended == 0) {
        kill(child, SIGKILL);
        (void)waitpid(child, &how, 0);
        return false;
    }
    return ended == child && WIFEXITED(how) && WEXITSTATUS(how) == 0;
}

static enum clipboard_result give(char *const arguments[], size_t size_bytes, const uint8_t *png) {
    int pair[2] = {-1, -1};
    pid_t child = 0;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
        return CLIPBOARD_REFUSED;
    }
    int why = start(arguments, pair[1], &child);
    close(pair[1]);
    bool fed = why == 0 && feed(pair[0], size_bytes, png);
    close(pair[0]);
    if (why != 0) {
        return why == ENOENT ? CLIPBOARD_NO_PROGRAM : CLIPBOARD_REFUSED;
    }
    return wait_for(child) && fed ? CLIPBOARD_DONE : CLIPBOARD_REFUSED;
}

static bool env_set(const char *name) {
    const char *value = getenv(name);
    return value != NULL && value[0] != '\0';
}

enum clipboard_result clipboard_give_png(size_t size_bytes, const uint8_t *png) {
    static char *const wayland[] = {"wl-copy", "--type", "image/png", NULL};
    static char *const x11[] = {"xclip", "-selection", "clipboard", "-t", "image/png", "-in", NULL};
    enum clipboard_result result = CLIPBOARD_NO_DESKTOP;
    if (env_set("WAYLAND_DISPLAY")) {
        result = give(wayland, size_bytes, png);
    }
    if (result != CLIPBOARD_DONE && env_set("DISPLAY")) {
        enum clipboard_result second = give(x11, size_bytes, png);
        bool told = result == CLIPBOARD_REFUSED && second == CLIPBOARD_NO_PROGRAM;
        result = told ? result : second;
    }
    return result;
}
