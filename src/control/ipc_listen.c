#include "control/ipc_listen.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/str.h"

enum { BACKLOG = 16 };
static_assert(sizeof((struct ipc_listener *)0)->path == sizeof((struct sockaddr_un *)0)->sun_path,
              "as large as the system's");

static bool set_ways(int fd) {
    int flags = fcntl(fd, F_GETFL);
    return flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0 &&
           fcntl(fd, F_SETFD, FD_CLOEXEC) == 0;
}

static struct sockaddr_un address_of(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)str_copy(address.sun_path, sizeof address.sun_path, path); /* its length was looked at */
    return address;
}

static enum status fail(enum status status, char *reason, const char *path, const char *text) {
    str_format(reason, IPC_REASON_BYTES, "\"%.120s\": %s", path, text);
    return status;
}

/* Make room at path: a socket that nobody listens at any more is removed. */
static enum status clear_path(const char *path, char *reason) {
    struct stat info;
    if (lstat(path, &info) != 0) {
        return errno == ENOENT ? STATUS_OK : fail(STATUS_IO, reason, path, strerror(errno));
    }
    if (!S_ISSOCK(info.st_mode)) {
        return fail(STATUS_IO, reason, path, "is there already and is no socket");
    }
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    struct sockaddr_un address = address_of(path);
    if (fd < 0 || !set_ways(fd)) {
        enum status status = fail(STATUS_IO, reason, path, strerror(errno));
        if (fd >= 0) {
            close(fd);
        }
        return status;
    }
    int error = connect(fd, (const struct sockaddr *)&address, sizeof address) == 0 ? 0 : errno;
    close(fd);
    if (error == 0 || error == EAGAIN) { /* EAGAIN: it listens, and many wait for it */
        return fail(STATUS_BUSY, reason, path, "another program listens there already");
    }
    if (error != ECONNREFUSED) {
        return fail(STATUS_IO, reason, path, strerror(error));
    }
    return unlink(path) == 0 || errno == ENOENT ? STATUS_OK
                                                : fail(STATUS_IO, reason, path, strerror(errno));
}

/* The mode is set before the socket has a name: nobody can connect in between. */
static bool listen_at(int fd, const char *path) {
    struct sockaddr_un address = address_of(path);
    return set_ways(fd) && fchmod(fd, S_IRUSR | S_IWUSR) == 0 &&
           bind(fd, (const struct sockaddr *)&address, sizeof address) == 0;
}

enum status ipc_listen_open(const char *path, struct ipc_listener *out,
                            char reason[IPC_REASON_BYTES]) {
    *out = (struct ipc_listener){.fd = -1};
    if (path[0] == '\0' || !str_copy(out->path, sizeof out->path, path)) {
        char text[64];
        str_format(text, sizeof text, "not a path of 1 to %zu bytes", sizeof out->path - 1);
        return fail(STATUS_RANGE, reason, path, text);
    }
    enum status status = clear_path(path, reason);
    if (status != STATUS_OK) {
        return status;
    }
    struct stat info;
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd < 0) {
        return fail(STATUS_IO, reason, path, strerror(errno));
    }
    if (!listen_at(fd, path)) {
        status = fail(STATUS_IO, reason, path, strerror(errno));
        close(fd);
        return status;
    }
    if (listen(fd, BACKLOG) != 0 || lstat(path, &info) != 0) {
        status = fail(STATUS_IO, reason, path, strerror(errno));
        unlink(path);
        close(fd);
        return status;
    }
    out->fd = fd;
    out->dev = info.st_dev;
    out->ino = info.st_ino;
    return STATUS_OK;
}

void ipc_listen_close(struct ipc_listener *listener) {
    struct stat info;
    if (listener->fd < 0) {
        return;
    }
    if (lstat(listener->path, &info) == 0 && info.st_dev == listener->dev &&
        info.st_ino == listener->ino) {
        unlink(listener->path);
    }
    close(listener->fd);
    listener->fd = -1;
}

int ipc_listen_accept(const struct ipc_listener *listener) {
    int fd = accept(listener->fd, NULL, NULL);
    if (fd >= 0 && !set_ways(fd)) {
        close(fd);
        return -1;
    }
    return fd;
}
