#include "app/calibration_store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/calibration_text.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"

enum { LOOK_EVERY_MS = 1000, NS_PER_MS = 1000000 };

bool calibration_store_folder(char out[CALIBRATION_PATH_BYTES]) {
    const char *base = getenv("XDG_STATE_HOME");
    if (base != NULL && base[0] == '/') { /* the specification: relative paths are ignored */
        return str_format(out, CALIBRATION_PATH_BYTES, "%s/liqscope", base);
    }
    const char *home = getenv("HOME");
    return home != NULL && home[0] == '/' &&
           str_format(out, CALIBRATION_PATH_BYTES, "%s/.local/state/liqscope", home);
}

/* Letters, digits, '-', '_' and '.' stand for themselves, whatever else a venue calls its
 * instruments as %XX. */
static bool path_of(const char *folder, enum venue_id venue, const char *symbol,
                    char out[CALIBRATION_PATH_BYTES]) {
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
    bool fits = str_format(out, CALIBRATION_PATH_BYTES, "%s/%s-", folder, venue_key(venue));
    for (const char *c = symbol; *c != '\0' && fits; c++) {
        fits = str_append(out, CALIBRATION_PATH_BYTES, strchr(plain, *c) != NULL ? "%c" : "%%%02X",
                          (unsigned char)*c);
    }
    return fits && str_append(out, CALIBRATION_PATH_BYTES, ".json");
}

/* -- reading -- */

/* The whole file into out. Its length; -1: errno says why; out_bytes: it is longer. */
static ssize_t read_whole(const char *path, char *out, size_t out_bytes) {
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

static bool refuse(const char *path, const char *reason) {
    LOG_WARN("%s: %s; the estimate starts from the prior", path, reason);
    return false;
}

bool calibration_store_read(const char *folder, enum venue_id venue, const char *symbol,
                            struct engine_calibration *out) {
    char path[CALIBRATION_PATH_BYTES], reason[CALIBRATION_REASON_BYTES];
    if (!path_of(folder, venue, symbol, path)) {
        return refuse(folder, "too long a path");
    }
    char *bytes = malloc(CALIBRATION_TEXT_BYTES_MAX + 1);
    if (bytes == NULL) {
        return refuse(path, "out of memory");
    }
    ssize_t len = read_whole(path, bytes, CALIBRATION_TEXT_BYTES_MAX + 1);
    bool ok = false;
    if (len >= 0) {
        ok = calibration_text_parse(bytes, (size_t)len, out, reason);
        if (ok && (out->venue != venue || strcmp(out->symbol, symbol) != 0)) {
            str_copy(reason, sizeof reason, "of another instrument");
            ok = false;
        }
        ok = ok || refuse(path, reason);
    } else if (errno != ENOENT && errno != ENOTDIR) {
        ok = refuse(path, strerror(errno));
    }
    free(bytes);
    return ok;
}

/* -- writing -- */

/* The folder and those above it, private to the user, as the specification asks. */
static bool make_folder(const char *folder) {
    char path[CALIBRATION_PATH_BYTES];
    if (!str_copy(path, sizeof path, folder)) {
        return false;
    }
    for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        (void)mkdir(path, 0700); /* what is there already, or cannot be, shows at the end */
        *slash = '/';
    }
    return mkdir(path, 0700) == 0 || errno == EEXIST;
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

/* Beside it, synced, and renamed over it. */
static bool replace_file(const char *path, const char *bytes, size_t len) {
    char beside[CALIBRATION_PATH_BYTES];
    if (!str_format(beside, sizeof beside, "%s.%ld", path, (long)getpid())) {
        errno = ENAMETOOLONG;
        return false;
    }
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

bool calibration_store_write(const char *folder, const struct engine_calibration *item) {
    char path[CALIBRATION_PATH_BYTES];
    char *bytes = malloc(CALIBRATION_TEXT_BYTES_MAX);
    size_t len =
        bytes != NULL ? calibration_text_write(item, bytes, CALIBRATION_TEXT_BYTES_MAX) : 0;
    bool ok = len > 0 && path_of(folder, item->venue, item->symbol, path);
    if (!ok) {
        LOG_WARN("%s: no room for the calibration of %s; it is not kept", folder, item->symbol);
    } else if (!make_folder(folder) || !replace_file(path, bytes, len)) {
        LOG_WARN("%s: %s; the calibration is not kept", path, strerror(errno));
        ok = false;
    }
    free(bytes);
    return ok;
}

/* -- the writer -- */

/* A file that could be read, but is of other distances: only the engine could tell. */
static void tell_refusals(struct calibration_store *store,
                          const struct engine_calibrations *learned) {
    for (int i = 0; i < learned->count; i++) {
        const struct engine_calibration *item = &learned->items[i];
        char path[CALIBRATION_PATH_BYTES];
        if (item->refused && !store->refusal_told[i] &&
            path_of(store->folder, item->venue, item->symbol, path)) {
            refuse(path, "of other margin facts than the venue's");
            store->refusal_told[i] = true;
        }
    }
}

static void write_learned(struct calibration_store *store) {
    if (!mailbox_take(&store->learned)) {
        return;
    }
    const struct engine_calibrations *learned = mailbox_front(&store->learned);
    tell_refusals(store, learned);
    for (int i = 0; i < learned->count; i++) {
        if (learned->items[i].learned) {
            calibration_store_write(store->folder, &learned->items[i]);
        }
    }
    store->written_ns = clock_mono_ns();
}

static void run_writer(void *user) {
    struct calibration_store *store = user;
    thread_assert(THREAD_WRITER);
    bool stopping = false;
    while (!stopping) {
        waker_arm(&store->waker);
        /* acquire: pairs with the owner's release; the engine's last news are in the mailbox */
        stopping = atomic_load_explicit(&store->stopping, memory_order_acquire);
        waker_wait(&store->waker, stopping ? 0 : LOOK_EVERY_MS);
        int64_t since_ns = clock_mono_ns() - store->written_ns;
        if (stopping || store->written_ns == 0 ||
            since_ns >= (int64_t)CALIBRATION_STORE_EVERY_MS * NS_PER_MS) {
            write_learned(store);
        }
    }
}

bool calibration_store_init(struct calibration_store *store, const char *folder) {
    memset(store, 0, sizeof *store);
    store->waker.fd = -1;
    bool ok = str_copy(store->folder, sizeof store->folder, folder) && waker_init(&store->waker) &&
              mailbox_init(&store->learned, sizeof(struct engine_calibrations));
    if (!ok) {
        waker_finish(&store->waker);
    }
    return ok;
}

void calibration_store_load(struct calibration_store *store, enum venue_id venue,
                            const char *symbol) {
    struct engine_calibrations *restored = &store->restored;
    if (restored->count < SCENE_INSTRUMENT_MAX &&
        calibration_store_read(store->folder, venue, symbol, &restored->items[restored->count])) {
        restored->count++;
    }
}

bool calibration_store_start(struct calibration_store *store) {
    return thread_start(&store->thread, THREAD_WRITER, run_writer, store);
}

void calibration_store_finish(struct calibration_store *store) {
    if (store->learned.bytes == NULL) {
        return; /* never made */
    }
    if (store->thread.started) {
        /* release: pairs with the writer's acquire */
        atomic_store_explicit(&store->stopping, true, memory_order_release);
        waker_wake(&store->waker);
        thread_join(&store->thread);
    }
    waker_finish(&store->waker);
    mailbox_finish(&store->learned);
}
