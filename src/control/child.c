#include "control/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static bool is_added(const char *const *added, const char *variable) {
    size_t name_len = strcspn(variable, "=") + 1;
    for (; *added != NULL; added++) {
        if (strncmp(*added, variable, name_len) == 0) {
            return true;
        }
    }
    return false;
}

/* Ours with what is added, or stands instead; the caller frees the array, the texts are borrowed.
 * NULL: no memory. */
static char **make_environment(const char *const *added) {
    size_t count = 0;
    while (environ[count] != NULL) {
        count++;
    }
    for (size_t i = 0; added[i] != NULL; i++) {
        count++;
    }
    char **out = calloc(count + 1, sizeof *out);
    if (out == NULL) {
        return NULL;
    }
    size_t at = 0;
    for (size_t i = 0; environ[i] != NULL; i++) {
        if (!is_added(added, environ[i])) {
            out[at++] = environ[i];
        }
    }
    for (size_t i = 0; added[i] != NULL; i++) {
        out[at++] = (char *)(uintptr_t)added[i]; /* posix_spawn takes char * and writes nothing */
    }
    return out;
}

static bool set_attributes(posix_spawnattr_t *attributes) {
    sigset_t all;
    sigset_t none;
    sigfillset(&all);
    sigemptyset(&none);
    short flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
    return posix_spawnattr_setflags(attributes, flags) == 0 &&
           posix_spawnattr_setpgroup(attributes, 0) == 0 &&
           posix_spawnattr_setsigdefault(attributes, &all) == 0 &&
           posix_spawnattr_setsigmask(attributes, &none) == 0;
}

static bool set_files(posix_spawn_file_actions_t *files, int input_fd) {
    return posix_spawn_file_actions_adddup2(files, input_fd, STDIN_FILENO) == 0 &&
           posix_spawn_file_actions_addopen(files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0) == 0 &&
           posix_spawn_file_actions_addclosefrom_np(files, STDERR_FILENO + 1) == 0;
}

static enum status spawn(const struct child_desc *desc, int input_fd, pid_t *out) {
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_t files;
    char **environment = make_environment(desc->environment);
    if (environment == NULL) {
        return STATUS_MEMORY;
    }
    int refused = ENOMEM;
    if (posix_spawnattr_init(&attributes) == 0) {
        if (posix_spawn_file_actions_init(&files) == 0) {
            if (set_attributes(&attributes) && set_files(&files, input_fd)) {
                refused = posix_spawnp(out, desc->arguments[0], &files, &attributes,
                                       (char *const *)(uintptr_t)desc->arguments, environment);
            }
            posix_spawn_file_actions_destroy(&files);
        }
        posix_spawnattr_destroy(&attributes);
    }
    free(environment);
    return refused == 0        ? STATUS_OK
           : refused == ENOENT ? STATUS_NOT_FOUND
           : refused == ENOMEM ? STATUS_MEMORY
                               : STATUS_IO;
}

enum status child_start(const struct child_desc *desc, pid_t *out) {
    int ends[2] = {-1, -1};
    if (desc->input_len > CHILD_INPUT_BYTES_MAX) {
        return STATUS_RANGE;
    }
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return STATUS_IO;
    }
    /* An empty pipe holds 64 KB, or one page where the user has many: that is still all of it or an
     * end that is cut, never a wait. */
    (void)fcntl(ends[1], F_SETFL, O_NONBLOCK);
    enum status status = spawn(desc, ends[0], out);
    if (status == STATUS_OK) {
        ssize_t written = write(ends[1], desc->input, desc->input_len);
        (void)written; /* a child that reads nothing may be gone already */
    }
    close(ends[0]);
    close(ends[1]);
    return status;
}

enum child_state child_look(pid_t child, int *code) {
    int end = 0;
    pid_t got = waitpid(child, &end, WNOHANG);
    if (got == 0 || (got < 0 && errno == EINTR)) {
        return CHILD_RUNS;
    }
    *code = got < 0 ? -1 : WIFEXITED(end) ? WEXITSTATUS(end) : 128 + WTERMSIG(end);
    return *code == 0 ? CHILD_ENDED_WELL : CHILD_ENDED_BADLY;
}

void child_kill(pid_t child) {
    (void)kill(-child, SIGKILL);
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {
    }
}
