#include "app/state_writer.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>

#include "app/state_file.h"
#include "base/str.h"

static void run_writer(void *user) {
    struct state_writer *writer = user;
    const struct state_writer_desc *desc = &writer->desc;
    char kept[STATE_FILE_PATH_BYTES];
    thread_assert(THREAD_WRITER);
    bool ok = true;
    if (desc->keep_old && str_format(kept, sizeof kept, "%s.kept", desc->path)) {
        ok = rename(desc->path, kept) == 0 || errno == ENOENT;
    }
    ok = ok && state_file_replace(desc->path, desc->text, desc->len);
    /* relaxed: the release below publishes it */
    atomic_store_explicit(&writer->error, ok ? 0 : errno, memory_order_relaxed);
    /* release: pairs with main's acquire; the text is its owner's again and error is set */
    atomic_store_explicit(&writer->done, true, memory_order_release);
}

bool state_writer_start(struct state_writer *writer, const struct state_writer_desc *desc) {
    assert(!writer->thread.started);
    writer->desc = *desc;
    /* relaxed: starting the thread orders it */
    atomic_store_explicit(&writer->done, false, memory_order_relaxed);
    return thread_start(&writer->thread, THREAD_WRITER, run_writer, writer);
}

bool state_writer_join(struct state_writer *writer, bool wait, int *error) {
    if (!writer->thread.started) {
        return true;
    }
    /* acquire: pairs with the writer's release */
    if (!wait && !atomic_load_explicit(&writer->done, memory_order_acquire)) {
        return false;
    }
    thread_join(&writer->thread);
    /* relaxed: the writer was joined */
    *error = atomic_load_explicit(&writer->error, memory_order_relaxed);
    return true;
}
