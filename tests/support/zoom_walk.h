/* support/zoom_walk.h - a window over made-up facts that is zoomed in and out: link, raster worker,
 * cache and picture, off-screen, as run_view puts them together.
 *
 * Thread: the caller's, which plays main; the GL context is its own.  Owner: the caller. */
#pragma once

#include <math.h>

#include "app/picture_link.h"
#include "base/clock.h"
#include "gfx/offscreen.h"
#include "gfx/readback.h"
#include "support/fact_walk.h"

#define ZOOM_DAY_MS 86400e3

struct zoom_walk {
    struct fact_market market;
    int64_t now_ms;
    int width_px, height_px;
    struct offscreen *offscreen;
    struct picture *picture;
    struct raster_worker *worker;
    struct raster_cache *cache;
    struct picture_link link;
    struct picture_inputs inputs;
    struct camera camera;
    int64_t asked_ns; /* when the newest raster was asked for; 0: it has come */
    int64_t frame_count;
    int64_t worst_ns;     /* frame: ask, drain, draw, glFinish */
    int64_t worst_cpu_ns; /* the same in CPU time of the main thread alone */
    int64_t fine_ns;      /* the longest from asking to the fine pass being shown */
    double least_rate;    /* of what was drawn, see raster_cache_rate */
    int bare_count;       /* frames without any field */
};

/* All but the worker's start. False: no GL here, or no memory; zoom_walk_close all the same. */
static inline bool zoom_walk_make(struct zoom_walk *walk, int hours, int width_px, int height_px) {
    *walk = (struct zoom_walk){.width_px = width_px, .height_px = height_px, .least_rate = 1};
    fact_walk_init(&walk->market.walk, 5);
    walk->market.walk.step_sd = 7e-5;
    walk->market.log = entry_log_create(ESTIMATOR_BIN_WIDTH);
    walk->market.builder = row_builder_create(&(struct row_builder_desc){.log = walk->market.log});
    fact_market_advance(&walk->market, (int64_t)hours * 3600);
    walk->now_ms = entry_log_until_ms(walk->market.log);
    if (offscreen_create(width_px, height_px, &walk->offscreen) != STATUS_OK ||
        picture_create(&(struct picture_desc){0}, &walk->picture) != STATUS_OK) {
        return false;
    }
    walk->worker = raster_worker_create(NULL);
    walk->cache = raster_cache_create();
    walk->link = (struct picture_link){
        .picture = walk->picture, .worker = walk->worker, .cache = walk->cache};
    walk->inputs.count = 1;
    walk->inputs.items[0].log = walk->market.log;
    return walk->worker != NULL && walk->cache != NULL;
}

static inline bool zoom_walk_open(struct zoom_walk *walk, int hours, int width_px, int height_px) {
    return zoom_walk_make(walk, hours, width_px, height_px) && raster_worker_start(walk->worker);
}

static inline void zoom_walk_close(struct zoom_walk *walk) {
    raster_worker_destroy(walk->worker);
    raster_cache_destroy(walk->cache);
    picture_destroy(walk->picture);
    offscreen_destroy(walk->offscreen);
    fact_market_finish(&walk->market);
}

/* Look at span_ms up to now, prices in proportion to its root. */
static inline void zoom_walk_look(struct zoom_walk *walk, double span_ms) {
    struct settings settings = settings_default();
    double low = 0, high = 0;
    density_price_range(walk->market.log, walk->now_ms - 3600000, walk->now_ms, 0, &low, &high);
    double ln_span = fmin(fmax(0.12 * sqrt(span_ms / ZOOM_DAY_MS), 0.01), 0.9);
    camera_init(&walk->camera, walk->now_ms, span_ms, exp((low + high) / 2), ln_span);
    camera_set_plot(&walk->camera, picture_plot_px(walk->width_px, walk->height_px, &settings));
}

/* How well what is drawn shows what is looked at; 0: not at all. */
static inline double zoom_walk_rate(const struct zoom_walk *walk) {
    struct layers_grid drawn = picture_drawn_grid(walk->picture);
    return drawn.col_count > 0
               ? raster_cache_rate(&drawn, drawn.first_col, drawn.first_col + drawn.col_count,
                                   &walk->camera, walk->now_ms)
               : 0;
}

static inline void zoom_walk_draw(struct zoom_walk *walk) {
    const struct picture_frame frame = {.target = offscreen_target(walk->offscreen),
                                        .camera = &walk->camera,
                                        .now_ms = walk->now_ms,
                                        .settings = settings_default(),
                                        .text_hidden = true};
    picture_draw(walk->picture, &frame);
}

/* One frame; once the first raster is there, every one must show something. */
static inline void zoom_walk_frame(struct zoom_walk *walk) {
    int64_t begin_ns = clock_mono_ns(), begin_cpu_ns = clock_thread_cpu_ns();
    uint32_t before = walk->link.request_id;
    picture_link_update(&walk->link, &walk->inputs, &walk->camera, walk->now_ms, begin_ns);
    walk->asked_ns = walk->link.request_id != before ? begin_ns : walk->asked_ns;
    picture_link_drain(&walk->link);
    zoom_walk_draw(walk);
    readback_finish();
    int64_t end_ns = clock_mono_ns();
    double rate = zoom_walk_rate(walk);
    walk->bare_count += rate <= 0;
    walk->least_rate = fmin(walk->least_rate, rate);
    walk->worst_ns = end_ns - begin_ns > walk->worst_ns ? end_ns - begin_ns : walk->worst_ns;
    int64_t cpu_ns = clock_thread_cpu_ns() - begin_cpu_ns;
    walk->worst_cpu_ns = cpu_ns > walk->worst_cpu_ns ? cpu_ns : walk->worst_cpu_ns;
    if (walk->asked_ns != 0 && !picture_link_arriving(&walk->link)) {
        int64_t taken_ns = end_ns - walk->asked_ns;
        walk->fine_ns = taken_ns > walk->fine_ns ? taken_ns : walk->fine_ns;
        walk->asked_ns = 0;
    }
    walk->frame_count++;
}

/* Frames until the newest raster is complete; false: it took longer than limit_ms. */
static inline bool zoom_walk_settle(struct zoom_walk *walk, int64_t limit_ms) {
    int64_t end_ns = clock_mono_ns() + limit_ms * 1000000;
    walk->link.asked_ns = 0; /* not held back */
    do {
        zoom_walk_frame(walk);
    } while ((walk->asked_ns != 0 || picture_link_arriving(&walk->link)) &&
             clock_mono_ns() < end_ns);
    return walk->asked_ns == 0;
}

/* The figures begin anew. */
static inline void zoom_walk_forget(struct zoom_walk *walk) {
    walk->frame_count = walk->worst_ns = walk->worst_cpu_ns = walk->fine_ns = 0;
    walk->bare_count = 0;
    walk->least_rate = 1;
}

/* From one span to another by equal factors in so many frames, one each 1/60 s or as soon after it
 * as may be. */
static inline void zoom_walk_zoom(struct zoom_walk *walk, double from_ms, double to_ms,
                                  int frames) {
    int64_t begin_ns = clock_mono_ns();
    for (int i = 0; i <= frames; i++) {
        zoom_walk_look(walk, from_ms * pow(to_ms / from_ms, (double)i / frames));
        zoom_walk_frame(walk);
        clock_sleep_until_ns(begin_ns + (int64_t)i * INT64_C(16666667));
    }
}
