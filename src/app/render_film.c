/* A film on a virtual clock: every frame is drawn and written, however long it takes. */
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "app/render.h"
#include "base/clock.h"
#include "record/frame_recorder.h"

#define SECOND_NS INT64_C(1000000000)
/* A film begins so long after the source's first event: the price is known by then. */
#define FILM_LEAD_MS INT64_C(120000)
/* A film without --speed lasts about so long. */
#define FILM_SECONDS_DEFAULT 20.0

/* What of event time a film shows, and how much of it a frame. */
struct film {
    int64_t from_ms, to_ms;
    double step_ms;
    int64_t frame_count;
};

static int plan_film(struct render *render, struct film *film) {
    const struct option_table *table = &render->options->table;
    const struct picture_replay_desc desc = render_replay_desc(render);
    char reason[SOURCE_REASON_BYTES];
    int64_t first_ms = 0;
    int64_t newest_ms = 0;
    if (!picture_replay_find_times(&desc, &first_ms, &newest_ms, reason)) {
        return render_fail(EXIT_STATUS_FAILED, reason);
    }
    film->to_ms = option_given(table, OPT_to) ? option_integer(table, OPT_to) : newest_ms;
    film->from_ms = option_given(table, OPT_from) ? option_integer(table, OPT_from)
                                                  : film->to_ms - (int64_t)render->span_ms;
    int64_t earliest_ms = first_ms + FILM_LEAD_MS;
    film->from_ms = film->from_ms > earliest_ms ? film->from_ms : earliest_ms;
    if (film->from_ms >= film->to_ms) {
        char begin[CLOCK_TEXT_BYTES];
        char end[CLOCK_TEXT_BYTES];
        return app_fail(EXIT_STATUS_FAILED, "render",
                        "--from, --to: nothing between them; the source holds %s to %s",
                        clock_format_utc(first_ms, begin), clock_format_utc(newest_ms, end));
    }
    double speed = option_number(table, OPT_speed);
    double span_ms = (double)(film->to_ms - film->from_ms);
    speed = speed > 0 ? speed : span_ms / (FILM_SECONDS_DEFAULT * 1e3);
    film->step_ms = speed * 1e3 / (double)option_integer(table, OPT_fps);
    film->frame_count = (int64_t)(span_ms / film->step_ms) + 1;
    return EXIT_STATUS_DONE;
}

/* On a terminal, once a second: how far it is, and how long it will take. */
static void tell_progress(int64_t done, int64_t count, int64_t begin_ns, int64_t *told_ns) {
    const int64_t now_ns = clock_mono_ns();
    const bool over = done == count;
    if (!isatty(STDERR_FILENO) || (!over && now_ns - *told_ns < SECOND_NS)) {
        return;
    }
    const double seconds = (double)(now_ns - begin_ns) * 1e-9;
    const double left = seconds / (double)done * (double)(count - done);
    *told_ns = now_ns;
    fprintf(stderr, "\rframe %" PRId64 " of %" PRId64 " (%d %%), %.1f a second, %.0f s left   %s",
            done, count, (int)(100 * done / count), (double)done / seconds, left, over ? "\n" : "");
}

static int draw_film(struct render *render, const struct film *film,
                     struct frame_recorder *recorder) {
    int status = EXIT_STATUS_DONE;
    const int64_t begin_ns = clock_mono_ns();
    int64_t told_ns = begin_ns;
    for (int64_t i = 0; i < film->frame_count && status == EXIT_STATUS_DONE; i++) {
        int64_t now_ms = film->from_ms + (int64_t)((double)i * film->step_ms);
        picture_replay_advance(render->replay, now_ms);
        status = render_draw(render, now_ms);
        if (status == EXIT_STATUS_DONE && frame_recorder_add(recorder, render->rgba) != STATUS_OK) {
            status = EXIT_STATUS_FAILED; /* the recorder has said why */
        }
        tell_progress(i + 1, film->frame_count, begin_ns, &told_ns);
    }
    return status;
}

int render_film(struct render *render) {
    struct frame_recorder *recorder = NULL;
    struct film film = {0};
    int status = plan_film(render, &film);
    if (status != EXIT_STATUS_DONE) {
        return status;
    }
    const struct frame_recorder_desc desc = {
        .path = render->path,
        .width_px = render->width_px,
        .height_px = render->height_px,
        .fps = (int)option_integer(&render->options->table, OPT_fps),
    };
    enum status opened = frame_recorder_open(&desc, &recorder);
    if (opened != STATUS_OK) {
        return opened == STATUS_IO ? EXIT_STATUS_FAILED /* it has said why */
                                   : render_fail(EXIT_STATUS_FAILED, status_text(opened));
    }
    status = draw_film(render, &film, recorder);
    render_tell_trouble(render);
    if (frame_recorder_close(recorder) != STATUS_OK) {
        status = EXIT_STATUS_FAILED;
    }
    return status;
}
