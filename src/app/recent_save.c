/* What was kept, as a recording: with what a recording that began then begins (recorder_head), and
 * what came since. */
#include <stdlib.h>

#include "app/recent_inside.h"
#include "archive/recording_writer.h"
#include "base/str.h"

/* As it was when the kept stretch began; what all save from: it stands still meanwhile. */
struct view {
    struct recent *recent;
    struct recent_block *last;
    size_t last_count;
    struct recording_writer *writer;
    struct recent_saved *saved;
};

static bool take_head(void *self, const struct event *slots, size_t count) {
    struct view *view = self;
    return recording_writer_add(view->writer, slots, count);
}

static bool save_head(struct view *view, int64_t ts_ms) {
    struct recorder_head *head = &view->recent->head;
    const struct event_sink sink = {.self = view, .push = take_head};
    struct event *before = NULL;
    const size_t count = head->begin(head->self, ts_ms, true, &before);
    bool good = count == 0 || recording_writer_add(view->writer, before, count);
    free(before);
    for (int i = 0; i < INSTRUMENT_COUNT_MAX && good; i++) {
        good = head->give(head->self, (uint16_t)i, ts_ms, &sink);
    }
    return good;
}

/* Of slots that happened, not of what was filled back. */
static void note_times(struct recent_saved *saved, const struct event *slots, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (event_is_live(&slots[i])) {
            saved->begin_ms = saved->begin_ms != 0 ? saved->begin_ms : slots[i].ts_ms;
            saved->end_ms = slots[i].ts_ms > saved->end_ms ? slots[i].ts_ms : saved->end_ms;
        }
    }
}

static bool save_blocks(struct view *view) {
    bool good = true;
    const struct recent_block *block = view->recent->first;
    for (bool over = false; good && !over; block = block->next) {
        over = block == view->last;
        const size_t count = over ? view->last_count : block->count;
        good = recording_writer_add(view->writer, block->slots, count);
        view->saved->slots += (int64_t)count;
    }
    return good;
}

static void find_times(struct view *view) {
    const struct recent_block *block = view->recent->first;
    for (bool over = false; !over; block = block->next) {
        over = block == view->last;
        note_times(view->saved, block->slots, over ? view->last_count : block->count);
    }
}

static enum status save(struct view *view, const char *path, char *reason) {
    enum status status = STATUS_OK;
    const struct recording_writer_desc desc = {.path = path,
                                               .instruments = view->recent->instruments};
    find_times(view);
    if (view->saved->end_ms == 0) {
        str_copy(reason, RECENT_REASON_BYTES, "nothing happened yet that could be saved");
        return STATUS_NOT_FOUND;
    }
    view->writer = recording_writer_open(&desc, &status, reason);
    if (view->writer == NULL) {
        return status;
    }
    const bool good = save_head(view, view->saved->begin_ms) && save_blocks(view);
    if (!good) {
        str_copy(reason, RECENT_REASON_BYTES, recording_writer_reason(view->writer));
    }
    char why[RECORDING_WRITER_REASON_BYTES];
    const bool closed = recording_writer_close(view->writer, why);
    if (good && !closed) {
        str_copy(reason, RECENT_REASON_BYTES, why);
    }
    return good && closed ? STATUS_OK : STATUS_IO;
}

enum status recent_save(struct recent *recent, const char *path, struct recent_saved *saved,
                        char reason[RECENT_REASON_BYTES]) {
    struct view view = {.recent = recent, .saved = saved};
    static_assert((int)RECENT_REASON_BYTES == (int)RECORDING_WRITER_REASON_BYTES, "passed on");
    *saved = (struct recent_saved){0};
    reason[0] = '\0';
    pthread_mutex_lock(&recent->lock);
    const bool busy = recent->saving, empty = recent->last == NULL;
    if (!busy && !empty) {
        recent->saving = true;
        view.last = recent->last;
        view.last_count = recent->last->count;
    }
    pthread_mutex_unlock(&recent->lock);
    if (busy || empty) {
        str_copy(reason, RECENT_REASON_BYTES, busy ? "is being saved" : "nothing came yet");
        return busy ? STATUS_BUSY : STATUS_NOT_FOUND;
    }
    const enum status status = save(&view, path, reason);
    pthread_mutex_lock(&recent->lock);
    recent->saving = false;
    pthread_mutex_unlock(&recent->lock);
    return status;
}
