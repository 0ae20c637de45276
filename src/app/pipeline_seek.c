#include "app/pipeline_seek.h"

#include <string.h>

#include "app/pipeline.h"
#include "base/log.h"
#include "base/str.h"
#include "scene/scene.h"

static void make_seeker(struct pipeline *pipeline, const struct pipeline_desc *desc) {
    pipeline->seeker = replay_worker_create(&(struct replay_worker_desc){
        .sources = *desc->sources,
        .instruments = pipeline->instruments,
        .engine = {.margins = desc->margins},
    });
}

void pipeline_seek_open(struct pipeline *pipeline, const struct pipeline_desc *desc) {
    for (int i = 0; i < desc->sources->count; i++) {
        if (!source_is_recording(desc->sources->specs[i].path)) {
            return; /* lines are read from their beginning */
        }
    }
    make_seeker(pipeline, desc);
    if (pipeline->seeker == NULL) {
        LOG_WARN("the recording can only be replayed forward: it cannot be read twice");
    }
}

bool pipeline_seek_begin(struct pipeline *pipeline, const struct pipeline_desc *desc,
                         char reason[SOURCE_REASON_BYTES]) {
    memset(pipeline, 0, sizeof *pipeline);
    pipeline->kind = SOURCE_FILE;
    pipeline->instruments = instrument_table_create();
    if (pipeline->instruments != NULL && mailbox_init(&pipeline->scenes, sizeof(struct scene))) {
        make_seeker(pipeline, desc);
    }
    if (pipeline->seeker == NULL) {
        str_format(reason, SOURCE_REASON_BYTES, "%.200s: nothing to be replayed is in it yet",
                   desc->sources->specs[0].path);
        pipeline_stop(pipeline);
        return false;
    }
    return true;
}

/* What runs ends where it is; its engine and source are taken apart elsewhere. How many scenes it
 * has shown. */
static uint64_t leave_old(struct pipeline *pipeline) {
    struct pipeline_feed *feed = &pipeline->feeds[0];
    if (pipeline->engine_thread == NULL) {
        return 0;
    }
    engine_thread_abandon(pipeline->engine_thread);
    const uint64_t scene_count = engine_thread_scene_count(pipeline->engine_thread);
    feed->source.ops->stop(feed->source.self);
    engine_thread_destroy(pipeline->engine_thread);
    replay_worker_retire(pipeline->seeker, pipeline->engine, feed->source);
    pipeline->engine_thread = NULL;
    pipeline->engine = NULL;
    pipeline->feed_count = 0;
    pipeline->paced = NULL;
    pipeline->files = NULL;
    return scene_count;
}

void pipeline_seek_end(struct pipeline *pipeline) {
    (void)leave_old(pipeline);
    replay_worker_end(pipeline->seeker);
}

bool pipeline_seek_go(struct pipeline *pipeline, struct replay_stand *stand,
                      const struct pace *wanted) {
    struct pipeline_feed *feed = &pipeline->feeds[0];
    struct pace pace = wanted != NULL ? *wanted : paced_source_get(pipeline->paced);
    const uint64_t scene_count = leave_old(pipeline);
    pace.skip_to_ms = 0;
    pace.speed = pace.speed > 0 ? pace.speed : 1; /* else it would be at the end at once */
    pipeline->engine = stand->engine;
    pipeline->engine_thread = engine_thread_create(&(struct engine_thread_desc){
        .engine = pipeline->engine,
        .scenes = &pipeline->scenes,
        .maps = pipeline->maps,
        .source_count = 1,
        .wait_when_full = true,
        .scene_count = scene_count,
    });
    *feed = (struct pipeline_feed){.source = stand->source};
    pipeline->feed_count = 1;
    pipeline->files = stand->files;
    const int64_t ts_ms = stand->ts_ms;
    *stand = (struct replay_stand){0};
    if (pipeline->engine_thread == NULL || !engine_thread_start(pipeline->engine_thread) ||
        paced_source_open(feed->source, pace.speed, &feed->source, &pipeline->paced) != STATUS_OK) {
        return false;
    }
    paced_source_begin(pipeline->paced, &pace, ts_ms);
    const struct event_sink sink = engine_thread_sink(pipeline->engine_thread, 0);
    return feed->source.ops->start(feed->source.self, &sink) == STATUS_OK;
}
