#include "app/pipeline_echo.h"

#include <string.h>

#include "base/str.h"
#include "scene/scene.h"

static bool start_engine(struct pipeline *echo, const struct pipeline *of,
                         const struct margin_set *margins) {
    echo->engine = engine_create(&(struct engine_desc){
        .instruments = of->instruments,
        .demo = of->kind == SOURCE_DEMO,
        .margins = margins,
        .restore = of->store != NULL ? &of->store->restored : NULL,
    });
    if (echo->engine == NULL || !mailbox_init(&echo->scenes, sizeof(struct scene))) {
        return false;
    }
    echo->engine_thread = engine_thread_create(&(struct engine_thread_desc){
        .engine = echo->engine,
        .scenes = &echo->scenes,
        .maps = echo->maps,
        .source_count = 1,
        .wait_when_full = true,
    });
    return echo->engine_thread != NULL && engine_thread_start(echo->engine_thread);
}

enum exit_status pipeline_echo_start(struct pipeline *echo, struct pipeline *of, double delay_s,
                                     const struct margin_set *margins,
                                     char reason[SOURCE_REASON_BYTES]) {
    memset(echo, 0, sizeof *echo);
    echo->kind = of->kind;
    bool good = start_engine(echo, of, margins) &&
                recent_open_source(of->recent, delay_s, &echo->feeds[0].source) == STATUS_OK;
    if (good) {
        const struct event_sink sink = engine_thread_sink(echo->engine_thread, 0);
        const struct event_source *source = &echo->feeds[0].source;
        echo->feed_count = 1;
        good = source->ops->start(source->self, &sink) == STATUS_OK;
    }
    if (!good) {
        pipeline_stop(echo);
        str_format(reason, SOURCE_REASON_BYTES, "clean feed: %s", status_text(STATUS_MEMORY));
        return EXIT_STATUS_FAILED;
    }
    return EXIT_STATUS_DONE;
}
