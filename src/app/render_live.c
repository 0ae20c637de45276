/* A film of a live market: the window's pipeline and pane, drawn off-screen at the pace of the
 * clock. */
#include <stdio.h>

#include "app/desk_lines.h"
#include "app/live_clock.h"
#include "app/pane.h"
#include "app/picture_options.h"
#include "app/pipeline.h"
#include "app/pipeline_options.h"
#include "app/render.h"
#include "base/clock.h"
#include "record/film_writer.h"
#include "scene/scene.h"

#define SECOND_NS      INT64_C(1000000000)
#define DRAIN_EVERY_NS INT64_C(1000000)

struct live {
    /* In the order of building up. */
    struct pipeline pipeline;
    struct pane pane;
    struct film_writer *writer;

    struct live_clock clock;
    struct pane_moment moment;
    struct desk_lines lines; /* none: they are the window's */
    int64_t begin_ns;        /* of the film */
};

static enum exit_status start(struct render *render, struct live *live) {
    char reason[SOURCE_REASON_BYTES];
    const struct option_table *table = &render->options->table;
    const struct pipeline_desc desc = pipeline_options_desc(render->options, &render->sources);
    const struct pane_desc pane = {.pipeline = &live->pipeline,
                                   .shader_dir = option_text(table, OPT_shader_dir),
                                   .span_ms = render->span_ms,
                                   .settings = render->settings};
    enum status status = pane_init(&live->pane, &pane);
    if (status != STATUS_OK) {
        return (enum exit_status)app_fail(
            EXIT_STATUS_FAILED, "render", "cannot prepare the picture: %s",
            status == STATUS_NOT_FOUND ? "no font found" : status_text(status));
    }
    enum exit_status started = pipeline_start(&live->pipeline, &desc, reason);
    if (started != EXIT_STATUS_DONE) {
        return (enum exit_status)render_fail(started, reason);
    }
    return pane_start(&live->pane, NULL) == STATUS_OK
               ? EXIT_STATUS_DONE
               : (enum exit_status)render_fail(EXIT_STATUS_FAILED, status_text(STATUS_MEMORY));
}

static void stop(struct live *live) {
    pane_stop(&live->pane); /* its raster reads the engine's log */
    pipeline_stop(&live->pipeline);
    pane_finish(&live->pane);
}

/* Bring the pane to now, and draw it. */
static void draw(struct render *render, struct live *live, uint8_t *rgba) {
    struct pane_moment *moment = &live->moment;
    const struct input nobody = {0};
    const struct target target = offscreen_target(render->offscreen);
    moment->mono_ns = clock_mono_ns();
    moment->lines = &live->lines;
    moment->scene = pipeline_take_scene(&live->pipeline, &moment->fresh);
    moment->now_ms = 0;
    if (moment->scene != NULL && moment->scene->ts_ms != 0) {
        if (moment->fresh) {
            live_clock_observe(&live->clock, moment->scene->ts_ms, moment->scene->recv_ns);
        }
        moment->now_ms = live_clock_now(&live->clock, moment->mono_ns);
    }
    (void)pane_advance(&live->pane, &target, &nobody, moment);
    pane_draw(&live->pane, moment);
    offscreen_read_tile(render->offscreen, 0, render_frame_bytes(render), rgba);
}

/* Until frame `number` is due, columns are taken: the raster's worker waits for nobody else. */
static void rest_until(struct live *live, int64_t due_ns) {
    while (picture_link_arriving(&live->pane.link) &&
           clock_mono_ns() + 2 * DRAIN_EVERY_NS < due_ns) {
        pane_drain(&live->pane);
        clock_sleep_until_ns(clock_mono_ns() + DRAIN_EVERY_NS);
    }
    clock_sleep_until_ns(due_ns);
}

static bool is_over(const struct render *render, const struct live *live) {
    const double limit_s = option_number(&render->options->table, OPT_seconds);
    const int64_t now_ns = clock_mono_ns();
    return render_is_interrupted() ||
           (limit_s > 0 && live->begin_ns != 0 &&
            (double)(now_ns - live->begin_ns) >= limit_s * (double)SECOND_NS);
}

static int draw_film(struct render *render, struct live *live, int64_t *number) {
    const int64_t fps = option_integer(&render->options->table, OPT_fps);
    struct render_progress progress = {0};
    for (*number = 0; !is_over(render, live); (*number)++) {
        if (live->begin_ns != 0) {
            const int64_t late_ns = clock_mono_ns() - (live->begin_ns + *number * SECOND_NS / fps);
            *number += late_ns > 0 ? late_ns / (SECOND_NS / fps) : 0;
            rest_until(live, live->begin_ns + *number * SECOND_NS / fps);
        }
        uint8_t *rgba = film_writer_begin(live->writer, live->begin_ns == 0);
        if (film_writer_failed(live->writer)) {
            return EXIT_STATUS_FAILED; /* the recorder says why */
        }
        if (rgba == NULL) {
            continue; /* the encoder is behind; the frame before is shown once more */
        }
        draw(render, live, rgba);
        live->begin_ns = live->begin_ns != 0 ? live->begin_ns : clock_mono_ns();
        film_writer_add(live->writer, *number);
        render_tell_progress(&progress, *number + 1, 0);
        if (scene_is_refused(live->moment.scene)) {
            return render_fail(EXIT_STATUS_FAILED, live->moment.scene->feeds[0].reason);
        }
    }
    return EXIT_STATUS_DONE;
}

int render_live(struct render *render) {
    static struct live live; /* one a process */
    int64_t count = 0;
    int status = EXIT_STATUS_DONE;
    if (offscreen_tile_count(render->offscreen) > 1) {
        return render_fail(EXIT_STATUS_FAILED, "--size: a live film is not drawn in tiles; it is "
                                               "larger than the graphics here can draw at once");
    }
    live_clock_init(&live.clock, 1);
    status = (int)start(render, &live);
    if (status == EXIT_STATUS_DONE) {
        live.writer = render_open_film(render, &status);
    }
    if (live.writer != NULL) {
        status = draw_film(render, &live, &count);
        int closed = render_close_film(render, live.writer, count);
        status = status == EXIT_STATUS_DONE ? closed : status;
    }
    stop(&live);
    return status;
}
