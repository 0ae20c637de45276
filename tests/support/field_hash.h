/* support/field_hash.h - a hash of the density field of an engine's instrument.
 *
 * Thread: the caller's; the engine stands still. */
#pragma once

#include <math.h>

#include "base/hash.h"
#include "density/raster.h"
#include "engine/engine.h"

enum { FIELD_HASH_ROWS = 128 };

static inline struct layers_column *field_hash_begin(void *self) {
    (void)self;
    static struct layers_column column;
    return &column;
}

static inline bool field_hash_end(void *self) {
    uint64_t *hash = self;
    const struct layers_column *column = field_hash_begin(NULL);
    const double facts[] = {column->open,         column->high,        column->low,
                            column->close,        column->oi_usd,      column->volume_buy_usd,
                            column->total_usd[0], column->total_usd[1]};
    *hash = hash_bytes(*hash, &column->col, sizeof(column->col));
    *hash = hash_bytes(*hash, facts, sizeof(facts));
    for (int slice = 0; slice < LAYERS_SLICE_COUNT; slice++) {
        *hash = hash_bytes(*hash, column->texels[slice],
                           FIELD_HASH_ROWS * sizeof(column->texels[slice][0]));
    }
    return true;
}

/* Of the last span_ms; 0: the instrument has no field yet. */
static inline uint64_t field_hash(const struct engine *engine, uint16_t instrument,
                                  int64_t span_ms) {
    uint64_t hash = HASH_START;
    struct raster_request request = {.request_id = 1, .single_pass = true};
    request.log = engine_entry_log(engine, instrument);
    if (request.log == NULL || !engine_model(engine, instrument, &request.model)) {
        return 0;
    }
    const struct estimator *estimator = engine_estimator(engine, instrument);
    request.grid.col_ms = layers_col_ms_for_span(span_ms, 64);
    request.grid.col_count = (int32_t)(span_ms / request.grid.col_ms) + 1;
    request.grid.first_col =
        engine_ts_ms(engine) / request.grid.col_ms - request.grid.col_count + 1;
    request.grid.row_count = FIELD_HASH_ROWS;
    request.grid.row_height = 2e-3;
    request.grid.ln_price_min =
        estimator_mark_z(estimator) + estimator_phi(estimator) - FIELD_HASH_ROWS * 1e-3;
    struct raster *raster = raster_create();
    const struct raster_sink sink = {
        .self = &hash, .begin = field_hash_begin, .end = field_hash_end};
    const bool whole = raster != NULL && raster_run(raster, &request, &sink) == STATUS_OK;
    raster_destroy(raster);
    return whole ? hash : 0;
}
