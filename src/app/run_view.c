/* app/run_view.c - the windows: build up, a frame loop, tear down. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>

#include "app/app.h"
#include "app/desk.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/process.h"

static volatile sig_atomic_t interrupted;

static void on_signal(int number) {
    (void)number;
    interrupted = 1;
}

static enum exit_status loop(struct desk *desk, const struct app_options *options) {
    int64_t frame_limit = option_integer(&options->table, OPT_frames);
    double limit_ns = option_number(&options->table, OPT_seconds) * 1e9;
    int64_t begin_ns = clock_mono_ns();
    while (!desk->quit && !interrupted) {
        desk_frame(desk);
        const struct scene *scene = desk->moment.scene;
        if (scene_is_refused(scene)) { /* a window that stays empty helps nobody */
            return app_fail(EXIT_STATUS_FAILED, "view", "%s: refused: %s",
                            venue_key((enum venue_id)scene->feeds[0].venue),
                            scene->feeds[0].reason);
        }
        const char *trouble = pipeline_take_trouble(desk->pipeline);
        if (trouble != NULL) {
            fprintf(stderr, "liqscope view: %s\n", trouble);
        }
        if (frame_limit > 0 && desk->frame_count >= frame_limit) {
            break;
        }
        if (limit_ns > 0 && (double)(clock_mono_ns() - begin_ns) >= limit_ns) {
            break;
        }
    }
    double seconds = (double)(clock_mono_ns() - begin_ns) / 1e9;
    LOG_INFO("view: %" PRId64 " frames in %.1f s (%.1f a second), %" PRId64 " late",
             desk->frame_count, seconds, (double)desk->frame_count / seconds,
             desk->windows[0]->pacer.late_count);
    return desk->failed ? EXIT_STATUS_FAILED : EXIT_STATUS_DONE;
}

/* The moment that a map ID stands for: a recording is replayed from there and stands still; of a
 * live market its stretch of time is shown, as far as it is known. */
static void go_to(struct desk *desk, int64_t at_ms) {
    char text[CLOCK_TEXT_BYTES];
    const bool recorded = desk->pipeline->kind == SOURCE_FILE;
    action_queue_add_text(&desk->queue, recorded ? ACTION_SEEK : ACTION_GO, "%s",
                          clock_format_utc(at_ms, text));
    if (recorded) {
        action_queue_add_action(&desk->queue, ACTION_PAUSE);
    }
}

int run_view(const struct app_options *options) {
    static struct desk desk; /* holds a path's text; one a process */
    struct sigaction action = {.sa_handler = on_signal};
    process_keep_heap_whole();
    enum exit_status status = desk_open(&desk, options);
    if (status == EXIT_STATUS_DONE && options->open_at_ms != 0) {
        go_to(&desk, options->open_at_ms);
    }
    if (status == EXIT_STATUS_DONE) {
        sigaction(SIGINT, &action, NULL);
        sigaction(SIGTERM, &action, NULL);
        status = loop(&desk, options);
    }
    desk_close(&desk);
    return (int)status;
}
