/* The field of an instrument as one number: the layers that a picture of its last hours would be
 * made of, of every leverage band and both sides, around the mark. */
#include <assert.h>
#include <stdlib.h>

#include "base/hash.h"
#include "density/raster.h"
#include "engine/engine.h"

enum { COLUMNS = 64, ROWS = 128 };
#define ROW_HEIGHT 2e-3 /* in ln price: some 13 % to either side */
static_assert((int)ROWS <= (int)LAYERS_ROW_MAX, "a column holds them");

struct field_hash {
    uint64_t hash;
    struct layers_column *column; /* owned */
};

static struct layers_column *begin(void *self) {
    return ((struct field_hash *)self)->column;
}

static bool end(void *self) {
    struct field_hash *field = self;
    const struct layers_column *column = field->column;
    const double facts[] = {column->open,         column->high,        column->low,
                            column->close,        column->oi_usd,      column->volume_buy_usd,
                            column->total_usd[0], column->total_usd[1]};
    field->hash = hash_bytes(field->hash, &column->col, sizeof column->col);
    field->hash = hash_bytes(field->hash, facts, sizeof facts);
    for (int slice = 0; slice < LAYERS_SLICE_COUNT; slice++) {
        field->hash =
            hash_bytes(field->hash, column->texels[slice], ROWS * sizeof column->texels[slice][0]);
    }
    return true;
}

uint64_t engine_field_hash(const struct engine *engine, uint16_t instrument, int64_t span_ms) {
    struct raster_request request = {.request_id = 1, .single_pass = true};
    assert(span_ms > 0);
    request.log = engine_entry_log(engine, instrument);
    if (request.log == NULL || !engine_model(engine, instrument, &request.model)) {
        return 0;
    }
    const struct estimator *estimator = engine_estimator(engine, instrument);
    request.grid.col_ms = layers_col_ms_for_span(span_ms, COLUMNS);
    request.grid.col_count = (int32_t)(span_ms / request.grid.col_ms) + 1;
    request.grid.first_col =
        engine_ts_ms(engine) / request.grid.col_ms - request.grid.col_count + 1;
    request.grid.row_count = ROWS;
    request.grid.row_height = ROW_HEIGHT;
    request.grid.ln_price_min =
        estimator_mark_z(estimator) + estimator_phi(estimator) - ROWS * ROW_HEIGHT / 2;
    struct field_hash field = {.hash = HASH_START,
                               .column = aligned_alloc(64, sizeof *field.column)};
    const struct raster_sink sink = {.self = &field, .begin = begin, .end = end};
    struct raster *raster = raster_create();
    const bool whole =
        raster != NULL && field.column != NULL && raster_run(raster, &request, &sink) == STATUS_OK;
    raster_destroy(raster);
    free(field.column);
    return whole ? field.hash : 0;
}
