/* app/picture_link.h - between the picture and the raster worker: what to ask for, and when.
 *
 * Thread: main.  Owner: run_view, run_render.  A request is made when the camera leaves the
 * raster's margin, when the zoom has doubled or halved since, or when other instruments or another
 * reading are shown; not more often than PICTURE_LINK_ASK_MS, but at once where nothing is drawn of
 * what the camera sees and a copy of an earlier raster has it: however slow the worker is, what was
 * seen before stays in sight. Nothing here waits or allocates. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "app/raster_cache.h"
#include "density/raster_worker.h"
#include "engine/engine.h"
#include "layer/picture.h"
#include "view/camera.h"
#include "window/navigator.h"

enum {
    PICTURE_LINK_ASK_MS = 150,       /* the worker's coarse pass needs 50 ms */
    PICTURE_LINK_DRAIN_COLUMNS = 256 /* a frame; 24 KB each */
};

/* The grid for what the camera sees, with a margin of a third of the time to the left and of half
 * the prices above and below. Columns end at now_ms or at a third right of what is seen, whichever
 * is earlier. tight: no margin of time (the replay begins at the left edge). */
struct layers_grid picture_link_grid(const struct camera *camera, int64_t now_ms, bool tight);

struct picture_link {
    struct picture *picture;      /* borrowed */
    struct raster_worker *worker; /* borrowed; NULL: rasters are made by the caller */
    struct raster_cache *cache;   /* borrowed; NULL: an old raster is only stretched */
    struct raster_request asked;  /* the newest one; its logs are borrowed */
    uint32_t request_id;          /* of the newest request; 0: none yet */
    uint32_t finished_id;         /* the newest one all of whose columns were added */
    struct layers_grid grid;
    int64_t last_col;        /* newest column that came for it */
    double span_ms, ln_span; /* of the camera that asked */
    int64_t asked_ns;
    int64_t copy_count; /* out of the cache that were shown so far */
    bool live;          /* the grid's end was the live edge */
};

/* What the raster is made of: the instrument at place shown of the scene, the others that are added
 * to it (scene_is_added with the settings' hidden venues), and which of their positions. */
struct picture_inputs {
    int count; /* 0: the instrument has no log yet */
    bool opened_within_window;
    struct raster_input items[RASTER_INPUT_MAX];
};
struct picture_inputs picture_inputs_of(const struct engine *engine, const struct scene *scene,
                                        int shown, const struct settings *settings);

/* Fit the navigator's prices to its time: to those of the shown instrument, with the field around
 * them; while its order book is shown alone, to how far that is known as well, and no wider than
 * else. price > 0. */
void picture_inputs_fit(const struct picture_inputs *inputs, struct navigator *nav, int64_t now_ms,
                        double price);

/* If the newest raster does not serve the camera any more: tell the picture of the next grid and
 * fill *request (true); who calls then makes or sends it. Until its columns come, the picture goes
 * on with what it drew, or with a copy out of the cache where that shows much more, or anything at
 * all. */
bool picture_link_plan(struct picture_link *link, const struct picture_inputs *inputs,
                       const struct camera *camera, int64_t now_ms, struct raster_request *request);
/* A column of the newest request to the picture; others are dropped. */
void picture_link_add(struct picture_link *link, const struct layers_column *column);
/* All columns of the newest request have been added, but those of a live edge. */
void picture_link_finish(struct picture_link *link);

/* -- with a worker -- */

/* Plan, and send the request to the worker. */
void picture_link_update(struct picture_link *link, const struct picture_inputs *inputs,
                         const struct camera *camera, int64_t now_ms, int64_t mono_ns);
/* Hand finished columns to the picture, PICTURE_LINK_DRAIN_COLUMNS at most, and tell it when they
 * were all of the newest request; how many. */
int picture_link_drain(struct picture_link *link);
/* Columns of the newest request are still to come, or to be drained. */
bool picture_link_arriving(const struct picture_link *link);
