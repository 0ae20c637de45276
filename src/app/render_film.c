/* A film on a virtual clock: every frame is drawn and written, however long it takes. In real time,
 * frames that come late are filled by the one before. */
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "app/render.h"
#include "base/clock.h"
#include "record/film_writer.h"

#define SECOND_NS INT64_C(1000000000)
/* A film begins so long after the source's first event: the price is known by then. */
#define FILM_LEAD_MS INT64_C(120000)
/* A film without --speed lasts about so long. */
#define FILM_SECONDS_DEFAULT 20.0

/* Sixty frames of a second that divides into them are sixty, whatever is lost in the division. */
#define ROUNDING 1e-6
/* Figures stand still for so long of watching: a quarter of a second can just be read. */
#define HOLD_S 0.25

/* What of event time a film shows, and how much of it a frame. */
struct film {
    int64_t from_ms, to_ms;
    double speed, step_ms;
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
    double usual = render->realtime ? 1 : span_ms / (FILM_SECONDS_DEFAULT * 1e3);
    speed = speed > 0 ? speed : usual;
    film->speed = speed;
    film->step_ms = speed * 1e3 / (double)option_integer(table, OPT_fps);
    film->frame_count = (int64_t)(span_ms / film->step_ms + ROUNDING);
    film->frame_count = film->frame_count > 1 ? film->frame_count : 1;
    return EXIT_STATUS_DONE;
}

void render_tell_progress(struct render_progress *progress, int64_t done, int64_t count) {
    const int64_t now_ns = clock_mono_ns();
    const bool over = done == count;
    progress->begin_ns = progress->begin_ns != 0 ? progress->begin_ns : now_ns;
    progress->told_ns = progress->told_ns != 0 ? progress->told_ns : now_ns;
    if (!isatty(STDERR_FILENO) || (!over && now_ns - progress->told_ns < SECOND_NS)) {
        return;
    }
    const double seconds = (double)(now_ns - progress->begin_ns) * 1e-9;
    const double left = seconds / (double)done * (double)(count - done);
    progress->told_ns = now_ns;
    if (count > 0) {
        fprintf(stderr,
                "\rframe %" PRId64 " of %" PRId64 " (%d %%), %.1f a second, %.0f s left   %s", done,
                count, (int)(100 * done / count), (double)done / seconds, left, over ? "\n" : "");
    } else {
        fprintf(stderr, "\rframe %" PRId64 ", %.0f s   ", done, seconds);
    }
}

struct film_writer *render_open_film(const struct render *render, int *status) {
    struct film_writer *writer = NULL;
    const struct film_writer_desc desc = {
        .recorder = {.path = render->path,
                     .width_px = render->width_px,
                     .height_px = render->height_px,
                     .fps = (int)option_integer(&render->options->table, OPT_fps)},
        .realtime = render->realtime,
    };
    enum status opened = film_writer_open(&desc, &writer);
    *status = EXIT_STATUS_DONE;
    if (opened != STATUS_OK) {
        *status = opened == STATUS_IO ? EXIT_STATUS_FAILED /* it has said why */
                                      : render_fail(EXIT_STATUS_FAILED, status_text(opened));
    }
    return writer;
}

int render_close_film(const struct render *render, struct film_writer *writer, int64_t count) {
    film_writer_end(writer, count);
    while (!film_writer_is_done(writer)) {
        clock_sleep_until_ns(clock_mono_ns() + SECOND_NS / 100);
    }
    const struct film_writer_stats stats = film_writer_get_stats(writer);
    if (render->realtime && stats.repeated + stats.skipped > 0) {
        fprintf(stderr,
                "liqscope render: %" PRId64 " frames, %" PRId64
                " of them the one before once more, %" PRId64 " pictures came too late; a smaller "
                "--size or --fps is drawn faster\n",
                stats.written, stats.repeated, stats.skipped);
    }
    return film_writer_close(writer) == STATUS_OK ? EXIT_STATUS_DONE : EXIT_STATUS_FAILED;
}

/* In real time: wait until frame i is due, or go on to the one whose turn it is by now. */
static int64_t keep_pace(const struct render *render, int64_t begin_ns, int64_t i) {
    const int64_t fps = option_integer(&render->options->table, OPT_fps);
    const int64_t now_ns = clock_mono_ns();
    const int64_t due_ns = begin_ns + i * SECOND_NS / fps;
    if (now_ns < due_ns) {
        clock_sleep_until_ns(due_ns);
        return i;
    }
    return i + (now_ns - due_ns) / (SECOND_NS / fps);
}

static int draw_film(struct render *render, const struct film *film, struct film_writer *writer) {
    int status = EXIT_STATUS_DONE;
    struct render_progress progress = {0};
    int64_t begin_ns = 0;
    picture_replay_set_hold(render->replay, (int64_t)(film->speed * 1e3 * HOLD_S));
    for (int64_t i = 0; i < film->frame_count && !render_is_interrupted(); i++) {
        if (render->realtime && i > 0) {
            i = keep_pace(render, begin_ns, i);
        }
        uint8_t *rgba = film_writer_begin(writer, true);
        if (rgba == NULL) {
            return EXIT_STATUS_FAILED; /* the recorder says why */
        }
        int64_t now_ms = film->from_ms + (int64_t)((double)i * film->step_ms);
        picture_replay_advance(render->replay, now_ms < film->to_ms ? now_ms : film->to_ms);
        if (render->map_id.text[0] == '\0') {
            render_name_view(render, (struct map_id_desc){.from_ms = film->from_ms,
                                                          .to_ms = film->to_ms,
                                                          .speed = film->speed});
        }
        status = render_draw(render, now_ms, rgba);
        if (status != EXIT_STATUS_DONE) {
            return status;
        }
        begin_ns = begin_ns != 0 ? begin_ns : clock_mono_ns();
        film_writer_add(writer, i);
        render_tell_progress(&progress, i + 1, film->frame_count);
    }
    if (!render_is_interrupted()) { /* what is left behind the last frame: hashes are of the end */
        picture_replay_advance(render->replay, film->to_ms);
        picture_replay_finish(render->replay);
    }
    return status;
}

int render_film(struct render *render) {
    struct film film = {0};
    int status = plan_film(render, &film);
    if (status != EXIT_STATUS_DONE) {
        return status;
    }
    struct film_writer *writer = render_open_film(render, &status);
    if (writer == NULL) {
        return status;
    }
    status = draw_film(render, &film, writer);
    render_tell_trouble(render);
    const bool whole = status == EXIT_STATUS_DONE && !render_is_interrupted();
    int closed = render_close_film(render, writer, whole ? film.frame_count : 0);
    return status == EXIT_STATUS_DONE ? closed : status;
}
