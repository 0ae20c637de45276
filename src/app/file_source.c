#include "app/file_source.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "archive/reader.h"
#include "base/str.h"

struct file_source {
    int count;
    struct event_source sources[SOURCE_COUNT_MAX]; /* owned */
    struct reader *readers[SOURCE_COUNT_MAX];      /* borrowed */
    /* -- atomic: the reading thread writes, the troubled one reads -- */
    atomic_int done_count; /* files read to their end */
    /* -- taker of trouble only -- */
    int told_count;
};

static void files_destroy(void *self) {
    struct file_source *files = self;
    for (int i = 0; i < files->count; i++) {
        event_source_destroy(&files->sources[i]);
    }
    free(files);
}

static enum status files_read(void *self, struct event *out, size_t count_max, size_t *count) {
    struct file_source *files = self;
    /* relaxed: only this thread writes it */
    int current = atomic_load_explicit(&files->done_count, memory_order_relaxed);
    *count = 0;
    while (current < files->count) {
        struct event_source *source = &files->sources[current];
        enum status status = source->ops->read(source->self, out, count_max, count);
        if (status == STATUS_OK) {
            return STATUS_OK;
        }
        current++;
        /* release: the reader's reason is complete before its file counts as done */
        atomic_store_explicit(&files->done_count, current, memory_order_release);
    }
    return STATUS_END;
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
        char why[READER_REASON_BYTES];
        enum status status = reader_open(list->specs[i].path, instruments, &files->sources[i],
                                         &files->readers[i], why);
        if (status != STATUS_OK) {
            str_copy(reason, SOURCE_REASON_BYTES, why);
            files_destroy(files);
            return false;
        }
        files->count++;
    }
    *source = (struct event_source){.ops = &ops, .self = files};
    *out = files;
    return true;
}

const char *file_source_take_trouble(struct file_source *files) {
    /* acquire: pairs with files_read's release */
    int done_count = atomic_load_explicit(&files->done_count, memory_order_acquire);
    while (files->told_count < done_count) {
        const char *why = reader_reason(files->readers[files->told_count++]);
        if (why[0] != '\0') {
            return why;
        }
    }
    return NULL;
}
