#include "app/file_source.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "archive/reader.h"
#include "archive/recording_reader.h"
#include "base/str.h"

struct file {
    struct event_source source;         /* owned */
    struct reader *reader;              /* borrowed; NULL: it is a recording */
    struct recording_reader *recording; /* borrowed; NULL: it is lines */
    struct event *slots;          /* owned: what was read ahead; NULL where the file is alone */
    size_t next, count;           /* of slots: what is still to be given out */
    struct recording_place place; /* of a recording: where slots were read from */
    bool told;                    /* -- taker of trouble only -- */
    /* -- atomic: the reading thread writes, the troubled one reads -- */
    atomic_bool done; /* read to its end */
};

struct file_source {
    int count;
    bool ended; /* -- reading thread only -- the end of all was told */
    struct file files[SOURCE_COUNT_MAX];
};

static void files_destroy(void *self) {
    struct file_source *files = self;
    for (int i = 0; i < files->count; i++) {
        event_source_destroy(&files->files[i].source);
        free(files->files[i].slots);
    }
    free(files);
}

/* Whole messages of a file; none at its end. */
static void read_file(struct file *file, struct event *out, size_t count_max, size_t *count) {
    *count = 0;
    /* relaxed: only this thread writes it */
    if (!atomic_load_explicit(&file->done, memory_order_relaxed) &&
        file->source.ops->read(file->source.self, out, count_max, count) != STATUS_OK) {
        *count = 0;
        /* release: the reader's reason is complete before its file counts as done */
        atomic_store_explicit(&file->done, true, memory_order_release);
    }
}

/* The file whose next message is the oldest, of equals the first named; NULL: all are at their end.
 */
static struct file *oldest(struct file_source *files) {
    struct file *found = NULL;
    for (int i = 0; i < files->count; i++) {
        struct file *file = &files->files[i];
        if (file->next == file->count) {
            file->next = 0;
            if (file->recording != NULL) {
                file->place = recording_reader_tell(file->recording);
            }
            read_file(file, file->slots, EVENT_MESSAGE_SLOTS_MAX, &file->count);
        }
        if (file->next < file->count &&
            (found == NULL || file->slots[file->next].ts_ms < found->slots[found->next].ts_ms)) {
            found = file;
        }
    }
    return found;
}

/* Recordings may have grown since their end was told. */
static void look_again(struct file_source *files) {
    files->ended = false;
    for (int i = 0; i < files->count; i++) {
        if (files->files[i].recording != NULL) {
            /* relaxed: only this thread writes it */
            atomic_store_explicit(&files->files[i].done, false, memory_order_relaxed);
        }
    }
}

static enum status files_read(void *self, struct event *out, size_t count_max, size_t *count) {
    struct file_source *files = self;
    *count = 0;
    if (files->ended) {
        look_again(files);
    }
    if (files->count == 1) {
        read_file(&files->files[0], out, count_max, count);
        files->ended = *count == 0;
        return *count > 0 ? STATUS_OK : STATUS_END;
    }
    struct file *file = NULL;
    while ((file = oldest(files)) != NULL) {
        size_t len = event_message_slots(&file->slots[file->next], file->count - file->next);
        if (len > count_max - *count) {
            return *count > 0 ? STATUS_OK : STATUS_RANGE;
        }
        memcpy(out + *count, file->slots + file->next, sizeof(*out) * len);
        file->next += len;
        *count += len;
    }
    files->ended = *count == 0;
    return *count > 0 ? STATUS_OK : STATUS_END;
}

static bool open_file(struct file *file, const char *path, bool alone,
                      struct instrument_table *instruments, char *reason) {
    static_assert((int)READER_REASON_BYTES == (int)RECORDING_READER_REASON_BYTES, "one buffer");
    char why[READER_REASON_BYTES];
    if (!alone) {
        file->slots = calloc(EVENT_MESSAGE_SLOTS_MAX, sizeof(*file->slots));
        if (file->slots == NULL) {
            str_copy(reason, SOURCE_REASON_BYTES, status_text(STATUS_MEMORY));
            return false;
        }
    }
    const enum status status =
        source_is_recording(path)
            ? recording_reader_open(path, instruments, &file->source, &file->recording, why)
            : reader_open(path, instruments, &file->source, &file->reader, why);
    if (status != STATUS_OK) {
        str_copy(reason, SOURCE_REASON_BYTES, why);
    }
    return status == STATUS_OK;
}

bool file_source_open(const struct source_list *list, struct instrument_table *instruments,
                      struct event_source *source, struct file_source **out,
                      char reason[SOURCE_REASON_BYTES]) {
    static const struct event_source_ops ops = {
        .name = "files", .destroy = files_destroy, .read = files_read};
    struct file_source *files = calloc(1, sizeof *files);
    if (files == NULL) {
        str_copy(reason, SOURCE_REASON_BYTES, status_text(STATUS_MEMORY));
        return false;
    }
    for (int i = 0; i < list->count; i++) {
        files->count++;
        if (!open_file(&files->files[i], list->specs[i].path, list->count == 1, instruments,
                       reason)) {
            files_destroy(files);
            return false;
        }
    }
    *source = (struct event_source){.ops = &ops, .self = files};
    *out = files;
    return true;
}

bool file_source_tell(const struct file_source *files, struct file_source_place *out) {
    for (int i = 0; i < files->count; i++) {
        const struct file *file = &files->files[i];
        if (file->recording == NULL) {
            return false;
        }
        const bool ahead = file->next < file->count;
        out->files[i] = ahead ? file->place : recording_reader_tell(file->recording);
        out->files[i].slots += ahead ? file->next : 0;
    }
    return true;
}

void file_source_restore(struct file_source *files, const struct file_source_place *place) {
    files->ended = false;
    for (int i = 0; i < files->count; i++) {
        struct file *file = &files->files[i];
        assert(file->recording != NULL);
        file->next = file->count = 0;
        recording_reader_restore(file->recording, &place->files[i]);
        /* relaxed: only the reading thread writes it, and this is it */
        atomic_store_explicit(&file->done, false, memory_order_relaxed);
    }
}

bool file_source_times(const struct file_source *files, int64_t *first_ms, int64_t *last_ms) {
    *first_ms = INT64_MAX;
    *last_ms = 0;
    for (int i = 0; i < files->count; i++) {
        const struct file *file = &files->files[i];
        if (file->recording == NULL) {
            return false;
        }
        const struct recording_info info = recording_reader_info(file->recording);
        if (info.slots > 0) {
            *first_ms = info.first_ms < *first_ms ? info.first_ms : *first_ms;
            *last_ms = info.last_ms > *last_ms ? info.last_ms : *last_ms;
        }
    }
    return *first_ms <= *last_ms;
}

const char *file_source_take_trouble(struct file_source *files) {
    for (int i = 0; i < files->count; i++) {
        struct file *file = &files->files[i];
        /* acquire: pairs with read_file's release */
        if (!file->told && atomic_load_explicit(&file->done, memory_order_acquire)) {
            file->told = true;
            const char *why = file->recording != NULL ? recording_reader_reason(file->recording)
                                                      : reader_reason(file->reader);
            if (why[0] != '\0') {
                return why;
            }
        }
    }
    return NULL;
}
