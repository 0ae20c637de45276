/* density/raster.h - the field of one window, made by replaying the entry log.
 *
 * Thread: the caller's (raster worker, or the one thread of render and tests).  Owner: whoever
 * called raster_create.  Limits: LAYERS_COL_MAX columns, LAYERS_ROW_MAX rows, LAYERS_BAND_COUNT
 * bands x 2 sides. The values are estimates; see model/estimator.h for what they assume. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "model/book_log.h"
#include "model/entry_log.h"
#include "model/estimator.h"
#include "scene/layers.h"
#include "scene/scene.h"

enum {
    RASTER_INPUT_MAX = SCENE_INSTRUMENT_MAX,
    RASTER_LAG_MS = 5000 /* an input that is behind the first by at most so much is waited for */
};

struct raster_input {
    const struct entry_log *log; /* borrowed, outlives the job */
    const struct book_log *book; /* borrowed, outlives the job; NULL: not wanted, or none yet */
    struct estimator_desc model; /* as the engine's estimator of this instrument */
};

struct raster_request {
    uint32_t request_id;         /* comes back in every column */
    const struct entry_log *log; /* borrowed, outlives the job */
    const struct book_log *book; /* as in raster_input */
    struct estimator_desc model; /* as the engine's estimator of this instrument */
    /* Further instruments of the same coin: their fields and books, shifted by their basis,
     * volumes, open interest and prints are added to the first one's, whose the candles and prices
     * are. */
    int more_count;
    struct raster_input more[RASTER_INPUT_MAX - 1];
    struct layers_grid grid;
    bool opened_within_window; /* start from an empty map at the window's left edge */
    bool single_pass;          /* render: skip the coarse pass */
    bool finest;               /* tests: replay everything at the finest cadence */
};

/* Takes a finished column; false stops the job. May be slow: a full ring is waited for in it. */
struct raster_sink {
    void *self;
    /* The column to fill, zeroed or stale; NULL stops the job. */
    struct layers_column *(*begin)(void *self);
    bool (*end)(void *self); /* the column is complete; false stops the job */
};

struct raster;

struct raster *raster_create(void);         /* NULL: out of memory */
void raster_destroy(struct raster *raster); /* NULL accepted */

/* Make every column of the grid, oldest first, a coarse pass (pass 1) and then a fine one (pass 2).
 * Columns of time that has not come yet are left out; the one at the end of the log, with which
 * either pass ends, is marked LAYERS_COLUMN_OPEN. STATUS_RANGE: the request breaks a limit.
 * STATUS_CANCELLED: the sink stopped it. STATUS_MEMORY. */
enum status raster_run(struct raster *raster, const struct raster_request *request,
                       const struct raster_sink *sink);

/* After raster_run: apply what the log has got since and make the columns that changed (pass 3),
 * newly finished ones and the open one; columns beyond the grid's last one go on at the same column
 * width. *columns counts them. Where a past has come that was not there then, all of the grid's
 * columns are made once more (pass 2). */
enum status raster_follow(struct raster *raster, const struct raster_sink *sink, int *columns);

/* The first input's estimator at the place the replay has reached. Valid until the next call. */
const struct estimator *raster_estimator(const struct raster *raster);

/* A price range for a window: that of its prices (mark, last), widened by margin_ln (>= 0; 0: a
 * tenth of the range, 2 % at least) so that the field around it is seen. False: the log knows no
 * price in [from_ms, to_ms). */
bool density_price_range(const struct entry_log *log, int64_t from_ms, int64_t to_ms,
                         double margin_ln, double *ln_price_min, double *ln_price_max);
