/* support/picture_pipeline.h - from scenes on to pixels: raster worker, picture, off-screen frame.
 *
 * Thread: the test's, which plays main; the GL context is its own.  Owner: the test.  Use with
 * pipeline.h. */
#pragma once

#include <math.h>

#include "density/raster_worker.h"
#include "gfx/offscreen.h"
#include "gfx/readback.h"
#include "layer/picture.h"
#include "support/pipeline.h"
#include "view/camera.h"

struct picture_pipeline {
    struct pipeline *pipe; /* borrowed */
    int width_px, height_px;
    struct offscreen *offscreen;
    struct picture *picture;
    struct raster_worker *worker;
    struct waker columns_ready;
    struct camera camera;
    uint32_t request_id;
    int64_t columns; /* handed to the picture */
};

/* False: no GL here, or no memory. picture_pipeline_close all the same. */
static inline bool picture_pipeline_open(struct picture_pipeline *view, struct pipeline *pipe,
                                         int width_px, int height_px) {
    *view = (struct picture_pipeline){
        .pipe = pipe, .width_px = width_px, .height_px = height_px, .columns_ready = {.fd = -1}};
    if (offscreen_create(width_px, height_px, &view->offscreen) != STATUS_OK ||
        picture_create(&(struct picture_desc){0}, &view->picture) != STATUS_OK ||
        !waker_init(&view->columns_ready)) {
        return false;
    }
    view->worker = raster_worker_create(&view->columns_ready);
    return view->worker != NULL && raster_worker_start(view->worker);
}

static inline void picture_pipeline_close(struct picture_pipeline *view) {
    raster_worker_destroy(view->worker);
    picture_destroy(view->picture);
    offscreen_destroy(view->offscreen);
    waker_finish(&view->columns_ready);
}

/* Point the camera at the live edge and ask for its field. */
static inline bool picture_pipeline_ask(struct picture_pipeline *view, int64_t span_ms,
                                        double ln_span) {
    const struct scene_instrument *now = &view->pipe->scene->instruments[0];
    camera_init(&view->camera, now->ts_ms, (double)span_ms, now->mark, ln_span);
    struct settings settings = settings_default();
    camera_set_plot(&view->camera, picture_plot_px(view->width_px, view->height_px, &settings));
    struct raster_request request = {.request_id = ++view->request_id};
    request.log = engine_entry_log(view->pipe->engine, view->pipe->instrument);
    if (request.log == NULL ||
        !engine_model(view->pipe->engine, view->pipe->instrument, &request.model)) {
        return false;
    }
    struct layers_grid *grid = &request.grid;
    grid->col_ms = layers_col_ms_for_span(span_ms, LAYERS_COL_MAX / 2);
    grid->first_col = (int64_t)view->camera.time_left_ms / grid->col_ms;
    grid->col_count = (int32_t)(span_ms / grid->col_ms) + 1;
    grid->row_count = 512;
    grid->row_height = fmax(1e-4, ln_span / grid->row_count);
    grid->ln_price_min = log(now->mark) - grid->row_height * grid->row_count / 2.0;
    if (picture_set_grid(view->picture, request.request_id, grid) != STATUS_OK) {
        return false;
    }
    raster_worker_request(view->worker, &request);
    return true;
}

static inline void picture_pipeline_drain(struct picture_pipeline *view) {
    const struct layers_column *column = NULL;
    while ((column = raster_worker_column_begin(view->worker)) != NULL) {
        view->columns += picture_add_column(view->picture, column) ? 1 : 0;
        raster_worker_column_end(view->worker);
    }
}

/* Wait until the field that was asked for is there. */
static inline bool picture_pipeline_wait_field(struct picture_pipeline *view, int timeout_ms) {
    int64_t until_ns = clock_mono_ns() + (int64_t)timeout_ms * 1000000;
    while (clock_mono_ns() < until_ns) {
        waker_arm(&view->columns_ready);
        picture_pipeline_drain(view);
        struct raster_worker_stats stats = {0};
        raster_worker_get_stats(view->worker, &stats);
        if (stats.done_request_id == view->request_id) {
            picture_pipeline_drain(view);
            picture_finish_request(view->picture, view->request_id);
            return true;
        }
        waker_wait(&view->columns_ready, 20);
    }
    return false;
}

/* Draw the newest scene that was taken, to the end; columns that came since are handed over before,
 * by picture_pipeline_drain. */
static inline void picture_pipeline_draw(struct picture_pipeline *view, uint32_t hidden,
                                         bool settled) {
    const struct scene *scene = view->pipe->scene;
    camera_follow(&view->camera, (double)scene->ts_ms);
    struct picture_frame frame = {.target = offscreen_target(view->offscreen),
                                  .scene = scene,
                                  .camera = &view->camera,
                                  .now_ms = scene->ts_ms,
                                  .settings = settings_default(),
                                  .settled = settled};
    frame.settings.parts &= ~hidden;
    picture_draw(view->picture, &frame);
    readback_finish();
}
