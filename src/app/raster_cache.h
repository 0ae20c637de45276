/* app/raster_cache.h - small copies of the rasters shown last, to show at once when one comes back.
 *
 * Thread: main.  Owner: the panes of a desk, which all share one: whoever took it last destroys it.
 * Each of them fills an entry of its own (`filler`: who; never read), and finds them all.  Going
 * back to a time frame, or zooming in and out again, would otherwise show a stretched raster until
 * the new one has come. A copy has at most RASTER_CACHE_COLUMNS x RASTER_CACHE_ROWS cells (rows are
 * means of rows, columns every so manieth one) and the facts of all its columns: 4.5 MB, so that
 * all take 18 MB at most. Nothing is allocated after creation, and pages that no copy needed are
 * never touched.  Deterministic. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "density/raster.h"
#include "scene/layers.h"
#include "view/camera.h"

enum { RASTER_CACHE_ENTRIES = 4, RASTER_CACHE_COLUMNS = 512, RASTER_CACHE_ROWS = 256 };

struct raster_cache;

struct raster_cache *raster_cache_create(void); /* NULL: out of memory */
/* One more user of it. */
struct raster_cache *raster_cache_share(struct raster_cache *cache);
void raster_cache_destroy(struct raster_cache *cache); /* of one user; NULL accepted */

/* The filler's columns that are added from now on are of request; the least useful copy makes room.
 * Nothing is kept of a raster that another filler is keeping already. */
void raster_cache_begin(struct raster_cache *cache, const void *filler,
                        const struct raster_request *request);
/* Keep a column of the filler's newest request, in any order and again; others are ignored. */
void raster_cache_add(struct raster_cache *cache, const void *filler,
                      const struct layers_column *column);
/* No more columns of the filler's newest request will come but the live edge's. */
void raster_cache_finish(struct raster_cache *cache, const void *filler);
/* The filler is gone; what it kept stays. */
void raster_cache_leave(struct raster_cache *cache, const void *filler);

/* How well a grid, of which columns [first_col, end_col) are there, shows what the camera sees up
 * to now_ms: the share of it that is covered, less where its cells are too large. 0..1. */
double raster_cache_rate(const struct layers_grid *grid, int64_t first_col, int64_t end_col,
                         const struct camera *camera, int64_t now_ms);

/* A copy to be shown: its grid, and columns [0, col_count) to be had one by one. */
struct raster_cache_copy {
    double rate; /* raster_cache_rate of it; 0: there is none */
    struct layers_grid grid;
    int entry;
};
/* The best copy of a raster that came to its end, or was finished, for request (the same inputs and
 * reading; where only positions opened within the window count, the same left edge) and camera. */
struct raster_cache_copy raster_cache_find(struct raster_cache *cache,
                                           const struct raster_request *request,
                                           const struct camera *camera, int64_t now_ms);
/* Column i of a copy just found; valid until the next call. */
struct layers_column *raster_cache_column(struct raster_cache *cache,
                                          const struct raster_cache_copy *copy, int i);
