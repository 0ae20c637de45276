#include "app/desk_film.h"

#include <inttypes.h>
#include <time.h>
#include <unistd.h>

#include "app/desk.h"
#include "base/clock.h"
#include "record/film_writer.h"

#define SECOND_NS INT64_C(1000000000)

static int64_t number_at(const struct desk_film *film, int64_t mono_ns) {
    const int64_t passed_ns = mono_ns - film->begin_ns;
    return passed_ns / SECOND_NS * film->fps + passed_ns % SECOND_NS * film->fps / SECOND_NS;
}

/* liqscope-2026-06-17-08-30-05.mp4 among the pictures. */
static bool make_own_path(char out[SCREENSHOT_PATH_BYTES]) {
    const time_t now = (time_t)(clock_wall_ms() / 1000);
    struct tm parts = {0};
    char name[64];
    screenshot_folder(out);
    return gmtime_r(&now, &parts) != NULL &&
           strftime(name, sizeof name, "/liqscope-%Y-%m-%d-%H-%M-%S.mp4", &parts) > 0 &&
           str_append(out, SCREENSHOT_PATH_BYTES, "%s", name);
}

static bool find_path(const char *file, struct desk_film *film, char *error) {
    const bool fits =
        file[0] != '\0' ? str_copy(film->path, sizeof film->path, file) : make_own_path(film->path);
    if (!fits || !frame_recorder_takes(film->path)) {
        str_format(error, OPTION_ERROR_BYTES,
                   "film: \"%.200s\": expected a file ending in .mp4, .mkv or .y4m, a named pipe, "
                   "or rtmp://...",
                   film->path);
        return false;
    }
    if (str_ends_with(film->path, ".mp4") || str_ends_with(film->path, ".mkv") ||
        str_ends_with(film->path, ".y4m")) {
        if (access(film->path, F_OK) == 0) {
            str_format(error, OPTION_ERROR_BYTES, "film: %.200s: is there already", film->path);
            return false;
        }
    }
    return true;
}

static bool begin(struct desk *desk, struct desk_window *window, const char *file, char *error) {
    struct desk_film *film = &desk->film;
    const struct target whole = display_target(window->display);
    *film = (struct desk_film){.width_px = whole.width_px / 2 * 2,
                               .height_px = whole.height_px / 2 * 2,
                               .fps = (int)option_integer(&desk->options, OPT_fps),
                               .number = -1};
    if (!find_path(file, film, error)) {
        return false;
    }
    const struct film_writer_desc desc = {.recorder = {.path = film->path,
                                                       .width_px = film->width_px,
                                                       .height_px = film->height_px,
                                                       .fps = film->fps,
                                                       .gentle = true},
                                          .realtime = frame_recorder_is_stream(film->path)};
    const enum status opened = film_writer_open(&desc, &film->writer);
    if (opened != STATUS_OK) {
        str_format(error, OPTION_ERROR_BYTES, "film: %s",
                   opened == STATUS_IO ? "cannot be begun (without ffmpeg films are .y4m); the log "
                                         "says more"
                                       : status_text(opened));
        return false;
    }
    display_begin(window->display);
    readback_queue_init(&film->queue, film->width_px, film->height_px);
    film->window = window;
    film->begin_ns = clock_mono_ns();
    window->film = film;
    desk_screenshot_name(desk, window);
    window->changed = true;
    desk_tell(desk, "filming into %s; own lines and panels are left out", film->path);
    return true;
}

static void take_one(struct desk_film *film) {
    uint8_t *rgba = film_writer_begin(film->writer, false);
    const int64_t number = readback_queue_take(&film->queue, rgba);
    if (rgba != NULL) {
        film_writer_add(film->writer, number);
    }
}

/* No more pictures come; the thread writes on. Some GL context is current. */
static void end(struct desk *desk) {
    struct desk_film *film = &desk->film;
    if (film->window == NULL) {
        return;
    }
    while (film->queue.count > 0) {
        take_one(film);
    }
    readback_queue_finish(&film->queue);
    for (int w = 0; w < desk->window_count; w++) {
        desk->windows[w]->film = NULL;
        desk_screenshot_forget_name(desk->windows[w]);
        desk->windows[w]->changed = true; /* what was left out of the film comes back */
    }
    film->window = NULL;
    film_writer_end(film->writer, number_at(film, clock_mono_ns()));
}

bool desk_film_toggle(struct desk *desk, struct desk_window *window, const char *file,
                      char error[OPTION_ERROR_BYTES]) {
    if (desk->film.writer == NULL) {
        return begin(desk, window, file, error);
    }
    if (desk->film.window == NULL) {
        str_format(error, OPTION_ERROR_BYTES, "film: %.200s is still being written",
                   desk->film.path);
        return false;
    }
    end(desk);
    return true;
}

void desk_film_read(struct desk_film *film, const struct desk_window *window,
                    const struct target *whole, int64_t mono_ns) {
    const int64_t number = number_at(film, mono_ns);
    if (film->window != window || whole->width_px / 2 * 2 != film->width_px ||
        whole->height_px / 2 * 2 != film->height_px) {
        return; /* desk_film_advance ends it */
    }
    if (film->queue.count == READBACK_QUEUE_MAX) {
        take_one(film);
    }
    if (number > film->number) { /* the window may be faster than the film */
        film->number = number;
        readback_queue_add(&film->queue, whole, number);
    }
}

/* Its window is there no more, or has another size. */
static bool has_lost_its_window(const struct desk *desk) {
    const struct desk_film *film = &desk->film;
    for (int w = 0; w < desk->window_count; w++) {
        if (desk->windows[w] == film->window) {
            const struct target whole = display_target(desk->windows[w]->display);
            return whole.width_px / 2 * 2 != film->width_px ||
                   whole.height_px / 2 * 2 != film->height_px;
        }
    }
    return true;
}

static void tell(struct desk *desk) {
    struct desk_film *film = &desk->film;
    const struct film_writer_stats stats = film_writer_get_stats(film->writer);
    const enum status status = film_writer_close(film->writer);
    film->writer = NULL;
    if (status == STATUS_OK) {
        desk_tell(desk, "film of %.1f s in %s; %" PRId64 " pictures came while none could be taken",
                  (double)stats.written / film->fps, film->path, stats.skipped);
    } else {
        desk_notify(desk, "film %s: not whole; the log says why", film->path);
    }
}

void desk_film_advance(struct desk *desk) {
    struct desk_film *film = &desk->film;
    if (film->window != NULL && has_lost_its_window(desk)) {
        display_begin(desk->windows[0]->display);
        end(desk);
        desk_notify(desk, "film: its window has another size, or is closed; the film ends");
    } else if (film->window != NULL && film_writer_failed(film->writer)) {
        display_begin(desk->windows[0]->display);
        end(desk);
    }
    if (film->writer != NULL && film->window == NULL && film_writer_is_done(film->writer)) {
        tell(desk);
    }
}

void desk_film_close(struct desk *desk) {
    if (desk->film.window != NULL && desk->window_count > 0) {
        display_begin(desk->windows[0]->display);
        end(desk);
    }
    (void)film_writer_close(desk->film.writer);
    desk->film.writer = NULL;
}
