#include "app/file_source.h"

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
    struct event *slots; /* owned: what was read ahead; NULL where the file is alone */
    size_t next, count;  /* of slots: what is still to be given out */
    bool told;           /* -- taker of trouble only -- */
    /* -- atomic: the reading thread writes, the troubled one reads -- */
    atomic_bool done; /* read to its end */
};

struct file_source {
    int count;
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
            read_file(file, file->slots, EVENT_MESSAGE_SLOTS_MAX, &file->count);
        }
        if (file->next < file->count &&
            (found == NULL || file->slots[file->next].ts_ms < found->slots[found->next].ts_ms)) {
            found = file;
        }
    }
    return found;
}

static enum status files_read(void *self, struct event *out, size_t count_max, size_t *count) {
    struct file_source *files = self;
    *count = 0;
    if (files->count == 1) {
        read_file(&files->files[0], out, count_max, count);
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
