/* density/origin.h - why it is hot: a second replay of the entry log that keeps, for one price
 * range, what is left of every opening.
 *
 * Thread: the caller's (raster worker, or the one thread of render and levels).  Owner: whoever
 * called origin_create.  Limits: ORIGIN_BIN_MAX bins of the map (a tenth of the price), kept at
 * ORIGIN_SLOT_MAX slots of time and of price each; memory 5 MB, and an estimator's while it runs.
 * Values are estimates. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "density/raster.h"
#include "scene/origin.h"

enum { ORIGIN_BIN_MAX = 512, ORIGIN_SLOT_MAX = 512 };

struct origin;

struct origin *origin_create(void);         /* NULL: out of memory */
void origin_destroy(struct origin *origin); /* NULL accepted */

struct origin_request {
    uint32_t id; /* comes back in the answer; not 0 */
    struct origin_range range;
    /* As a raster has them: the first one's prices, others by their basis. Logs are borrowed and
     * outlive the call. */
    int input_count;
    struct raster_input inputs[RASTER_INPUT_MAX];
    int64_t from_ms;          /* start from an empty map there; INT64_MIN: all that is known */
    bool finest;              /* the finest rows that are left, however many; else see origin.c */
    bool (*stop)(void *user); /* asked now and then: true gives up; NULL: never */
    void *user;               /* borrowed */
};

/* Answer. STATUS_RANGE: the request breaks a limit; STATUS_CANCELLED: stop said so; STATUS_MEMORY.
 * Where there is nothing to tell, STATUS_OK and known is false. */
enum status origin_run(struct origin *origin, const struct origin_request *request,
                       struct scene_origin *out);
