/* engine/engine_clone.c - an engine of its own that stands where another one does.
 *
 * What is plain is copied as it is; whatever owns memory makes its own; finished stretches of the
 * logs are shared (model/entry_store.h). */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/copy.h"
#include "engine/engine_instrument.h"

/* Whatever is owned; what fails is NULL. */
static bool clone_parts(struct engine_instrument *made, const struct engine_instrument *source) {
    made->log = entry_log_clone(source->log);
    made->estimator = estimator_clone(source->estimator);
    made->score = score_clone(source->score);
    made->builder = made->log != NULL ? row_builder_clone(source->builder, made->log, made) : NULL;
    memset(&made->book, 0, sizeof(made->book));
    bool whole = engine_book_init_copy(&made->book, &source->book);
    whole = candles_init_copy(&made->candles, &source->candles) && whole;
    return whole && made->log != NULL && made->estimator != NULL && made->score != NULL &&
           made->builder != NULL;
}

struct engine_instrument *engine_instrument_clone(const struct engine_instrument *source,
                                                  const struct engine_desc *desc,
                                                  struct survey *survey) {
    struct engine_instrument *made = copy_bytes(source, sizeof(*source));
    if (made == NULL) {
        return NULL;
    }
    made->desc = desc;
    made->survey = survey;
    if (!clone_parts(made, source)) {
        engine_instrument_destroy(made);
        return NULL;
    }
    engine_instrument_watch(made);
    return made;
}
