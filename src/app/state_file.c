#include "app/state_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"

/* The folders above the file, private to the user, as the specification asks. */
static void make_folders(const char *path) {
    char above[STATE_FILE_PATH_BYTES];
    if (!str_copy(above, sizeof above, path)) {
        return; /* the file cannot be opened, then */
    }
    for (char *slash = strchr(above + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        (void)mkdir(above, 0700); /* what is there already, or cannot be, shows at the end */
        *slash = '/';
    }
}

static bool write_whole(int fd, const char *bytes, size_t len) {
    size_t done = 0;
    while (done < len) {
        ssize_t put = write(fd, bytes + done, len - done);
        if (put < 0 && errno != EINTR) {
            return false;
        }
        done += put > 0 ? (size_t)put : 0;
    }
    return fsync(fd) == 0;
}

bool state_file_folder(char out[STATE_FILE_PATH_BYTES]) {
    const char *base = getenv("XDG_STATE_HOME");
    if (base != NULL && base[0] == '/') { /* the specification: relative paths are ignored */
        return str_format(out, STATE_FILE_PATH_BYTES, "%s/liqscope", base);
    }
    const char *home = getenv("HOME");
    return home != NULL && home[0] == '/' &&
           str_format(out, STATE_FILE_PATH_BYTES, "%s/.local/state/liqscope", home);
}

ssize_t state_file_read(const char *path, char *out, size_t out_bytes) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return -1;
    }
    size_t len = 0;
    ssize_t got = 1;
    while (got > 0 && len < out_bytes) {
        got = read(fd, out + len, out_bytes - len);
        len += got > 0 ? (size_t)got : 0;
    }
    int why = errno;
    close(fd);
    errno = why;
    return got < 0 ? -1 : (ssize_t)len;
}

bool state_file_replace(const char *path, const char *bytes, size_t len) {
    char beside[STATE_FILE_PATH_BYTES];
    if (!str_format(beside, sizeof beside, "%s.%ld", path, (long)getpid())) {
        errno = ENAMETOOLONG;
        return false;
    }
    make_folders(path);
    int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) {
        return false;
    }
    bool ok = write_whole(fd, bytes, len);
    ok = close(fd) == 0 && ok;
    ok = ok && rename(beside, path) == 0;
    if (!ok) {
        int why = errno;
        unlink(beside);
        errno = why;
    }
    return ok;
}
