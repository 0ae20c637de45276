#include "app/calibration_store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "app/calibration_text.h"
#include "app/state_file.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"

enum { LOOK_EVERY_MS = 1000, NS_PER_MS = 1000000 };

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
    ssize_t len = state_file_read(path, bytes, CALIBRATION_TEXT_BYTES_MAX + 1);
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
    if (ok && out->record.heard_ms > clock_wall_ms()) {
        /* Of a clock that ran ahead: what comes now teaches. */
        out->record.heard_ms = clock_wall_ms();
    }
    return ok;
}

/* -- writing -- */

bool calibration_store_write(const char *folder, const struct engine_calibration *item) {
    char path[CALIBRATION_PATH_BYTES];
    char *bytes = malloc(CALIBRATION_TEXT_BYTES_MAX);
    size_t len =
        bytes != NULL ? calibration_text_write(item, bytes, CALIBRATION_TEXT_BYTES_MAX) : 0;
    bool ok = len > 0 && path_of(folder, item->venue, item->symbol, path);
    if (!ok) {
        LOG_WARN("%s: no room for the calibration of %s; it is not kept", folder, item->symbol);
    } else if (!state_file_replace(path, bytes, len)) {
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
