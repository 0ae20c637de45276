#include "app/desk_screenshot.h"

#include <math.h>
#include <string.h>
#include <time.h>

#include "app/desk.h"
#include "app/pane_instrument.h"
#include "app/picture_command.h"
#include "base/clock.h"
#include "base/number.h"
#include "layer/caption.h"

#define HOUR_MS   INT64_C(3600000)
#define MINUTE_MS INT64_C(60000)

enum { FIELD_BYTES = 64 };

enum exit_status desk_screenshot_open(struct desk *desk) {
    const char *wrong = NULL;
    const char *name = option_text(&desk->options, OPT_screenshot_template);
    if (!screenshot_template_check(name, &wrong)) {
        return (enum exit_status)app_fail(EXIT_STATUS_USAGE, "view",
                                          "--screenshot-template: \"%.40s\": not a field of a "
                                          "name; expected %%I %%V %%w %%d %%t %%n or %%%%",
                                          wrong);
    }
    return screenshot_writer_start(&desk->screenshot.writer)
               ? EXIT_STATUS_DONE
               : (enum exit_status)app_fail(EXIT_STATUS_FAILED, "view",
                                            "cannot start the thread that writes screenshots");
}

void desk_screenshot_close(struct desk *desk) {
    screenshot_writer_stop(&desk->screenshot.writer);
}

bool desk_screenshot_ask(struct desk *desk, struct desk_window *window, const char *file,
                         char error[OPTION_ERROR_BYTES]) {
    if (desk->screenshot.writer.pending_count == SCREENSHOT_PENDING_MAX || window->shot != NULL) {
        str_format(error, OPTION_ERROR_BYTES,
                   "screenshot: %d are still being written; this one is not taken",
                   desk->screenshot.writer.pending_count);
        return false;
    }
    window->shot = screenshot_job_create();
    if (window->shot == NULL) {
        str_copy(error, OPTION_ERROR_BYTES, "screenshot: out of memory");
        return false;
    }
    if (file[0] != '\0' && !screenshot_pattern_make_plain(file, window->shot->pattern)) {
        str_copy(error, OPTION_ERROR_BYTES, "screenshot: too long a name");
        screenshot_job_destroy(window->shot);
        window->shot = NULL;
        return false;
    }
    window->changed = true; /* draw it, even if it would look as before */
    return true;
}

/* -- what stands in the file -- */

static const struct scene_instrument *instrument_of(const struct desk *desk,
                                                    const struct pane *pane) {
    const struct scene *scene = desk->moment.scene;
    bool any = scene != NULL && scene->instrument_count > 0;
    return any ? &scene->instruments[pane_instrument(pane, scene)] : NULL;
}

static const char *venue_text(const struct desk *desk, const struct scene_instrument *instrument) {
    bool known = instrument->venue < VENUE_COUNT;
    return desk->moment.scene->demo ? "simulated market"
                                    : (known ? venue_title((enum venue_id)instrument->venue) : "");
}

/* A stretch of time as it would be said: to the minute, a short one to the second. */
static const char *span_text(double span_ms, char out[OPTION_NAME_BYTES]) {
    int64_t unit_ms = span_ms >= HOUR_MS ? MINUTE_MS : 1000;
    return option_format_span(llround(span_ms / (double)unit_ms) * unit_ms, out);
}

static void add_titles(const struct desk *desk, const struct desk_window *window, char *out) {
    char span[OPTION_NAME_BYTES];
    out[0] = '\0';
    for (int i = 0; i < window->pane_count; i++) {
        const struct pane *pane = window->panes[i];
        const struct scene_instrument *instrument = instrument_of(desk, pane);
        str_append(out, SCREENSHOT_TEXT_BYTES, "%s%s, %s, %s", i > 0 ? "\n" : "",
                   instrument != NULL ? instrument->symbol : "waiting for data",
                   instrument != NULL ? venue_text(desk, instrument) : "",
                   span_text(pane_span_ms(pane), span));
    }
}

/* What the colours mean and how far the estimate is calibrated: the picture says so too, as far as
 * it has room. */
static void add_captions(const struct desk *desk, const struct desk_window *window, char *out) {
    char field[CAPTION_FIELD_BYTES];
    char model[CAPTION_BYTES];
    char score[CAPTION_BYTES];
    out[0] = '\0';
    for (int i = 0; i < window->pane_count; i++) {
        const struct pane *pane = window->panes[i];
        const struct scene_instrument *instrument = instrument_of(desk, pane);
        const struct scene_model *known = instrument != NULL ? &instrument->model : NULL;
        caption_field(&pane->nav.settings, 0, field);
        caption_model(known, (int64_t)desk->moment.now_ms, 0, 0, model);
        caption_score(known, 0, score);
        str_append(out, SCREENSHOT_TEXT_BYTES, "%s%s%s%s%s%s", i > 0 ? "\n" : "", field,
                   model[0] != '\0' ? "; " : "", model, score[0] != '\0' ? "; " : "", score);
    }
}

static void add_instruments(const struct desk *desk, const struct desk_window *window, char *out) {
    out[0] = '\0';
    for (int i = 0; i < window->pane_count; i++) {
        const struct scene_instrument *instrument = instrument_of(desk, window->panes[i]);
        if (instrument != NULL && instrument->venue < VENUE_COUNT) {
            str_append(out, SCREENSHOT_TEXT_BYTES, "%s%s:%s", out[0] != '\0' ? "\n" : "",
                       venue_key((enum venue_id)instrument->venue), instrument->symbol);
        }
    }
}

/* The live edge that a picture of this stretch of time would have; 0: not known. */
static int64_t edge_ms(const struct desk *desk, const struct pane *pane) {
    const struct camera *camera = &pane->nav.camera;
    double edge = camera->time_left_ms + CAMERA_LIVE_FRACTION * pane_span_ms(pane);
    return desk->moment.now_ms > 0 ? (int64_t)fmin(edge, desk->moment.now_ms) : 0;
}

/* A price with the digits of the instrument's tick, as the picture has it. */
static const char *price_text(const struct scene_instrument *instrument, double ln_price,
                              char out[NUMBER_TEXT_BYTES]) {
    const double price = exp(ln_price);
    const struct decimal tick = instrument != NULL ? instrument->tick : (struct decimal){0};
    return number_format_price(price, number_decimals_of_tick(tick.mantissa, tick.exponent, price),
                               out);
}

static void add_windows(const struct desk *desk, const struct desk_window *window, char *out) {
    char low[NUMBER_TEXT_BYTES];
    char high[NUMBER_TEXT_BYTES];
    char span[OPTION_NAME_BYTES];
    char from[CLOCK_TEXT_BYTES];
    char to[CLOCK_TEXT_BYTES];
    out[0] = '\0';
    for (int i = 0; i < window->pane_count; i++) {
        const struct camera *camera = &window->panes[i]->nav.camera;
        const struct scene_instrument *instrument = instrument_of(desk, window->panes[i]);
        str_append(out, SCREENSHOT_TEXT_BYTES, "%s%s, %s to %s, prices %s to %s", i > 0 ? "\n" : "",
                   span_text(pane_span_ms(window->panes[i]), span),
                   clock_format_utc((int64_t)camera->time_left_ms / 1000 * 1000, from),
                   clock_format_utc((int64_t)camera->time_right_ms / 1000 * 1000, to),
                   price_text(instrument, camera->ln_bottom, low),
                   price_text(instrument, camera->ln_top, high));
    }
}

static void add_settings(const struct desk *desk, const struct desk_window *window, char *out) {
    char command[PICTURE_COMMAND_BYTES];
    out[0] = '\0';
    for (int i = 0; i < window->pane_count; i++) {
        const struct pane *pane = window->panes[i];
        const struct picture_command_desc desc = {
            .sources = &desk->sources,
            .options = &desk->options,
            .settings = &pane->nav.settings,
            .span_ms = pane_span_ms(pane),
            .at_ms = edge_ms(desk, pane),
            .width_px = pane->target.width_px,
            .height_px = pane->target.height_px,
        };
        if (picture_command_write(&desc, command)) { /* half a command would be another one */
            str_append(out, SCREENSHOT_TEXT_BYTES, "%s%s", i > 0 ? "\n" : "", command);
        }
    }
}

void desk_screenshot_name(struct desk *desk, struct desk_window *window) {
    char instruments[PANE_INSTRUMENT_BYTES] = "";
    char reason[MAP_ID_REASON_BYTES];
    struct pane *pane = window->panes[window->focused];
    const struct map_id_desc what = {.sources = &desk->sources,
                                     .options = &desk->options,
                                     .settings = &pane->nav.settings,
                                     .span_ms = pane_span_ms(pane),
                                     .width_px = pane->target.width_px,
                                     .height_px = pane->target.height_px,
                                     .at_ms = edge_ms(desk, pane),
                                     .instruments = instruments};
    window->shot_id.text[0] = '\0';
    if (what.width_px == 0) {
        return; /* nothing was drawn yet */
    }
    pane_instrument_text(pane, desk->moment.scene, sizeof instruments, instruments);
    if (!map_id_make(&what, &window->shot_id)) {
        window->shot_id.text[0] = '\0';
        return;
    }
    pane->map_id = window->shot_id.text;
    if (!map_id_keep(&window->shot_id, reason)) {
        desk_notify(desk, "map ID %s: %s", window->shot_id.text, reason);
    }
}

static void add_texts(const struct desk *desk, const struct desk_window *window,
                      struct screenshot_job *job) {
    char text[SCREENSHOT_TEXT_BYTES];
    char when[CLOCK_TEXT_BYTES];
    char sources[PICTURE_COMMAND_BYTES];
    screenshot_job_add_text(job, "Software", "liqscope %s", LIQSCOPE_VERSION);
    screenshot_job_add_text(job, "Creation Time", "%s",
                            clock_format_utc(clock_wall_ms() / 1000 * 1000, when));
    add_titles(desk, window, text);
    screenshot_job_add_text(job, "Title", "%s", text);
    add_captions(desk, window, text);
    screenshot_job_add_text(job, "Description", "%s", text);
    (void)picture_command_write_sources(&desk->sources, sources);
    screenshot_job_add_text(job, "source", "%s", sources);
    add_instruments(desk, window, text);
    screenshot_job_add_text(job, "instrument", "%s", text);
    add_windows(desk, window, text);
    screenshot_job_add_text(job, "window", "%s", text);
    add_settings(desk, window, text);
    screenshot_job_add_text(job, "settings", "%s", text);
    screenshot_job_add_text(job, "map", "%s", window->shot_id.text);
}

/* -- where it goes -- */

bool desk_screenshot_pattern(const struct desk *desk, const struct desk_window *window,
                             char out[SCREENSHOT_PATH_BYTES]) {
    const struct pane *pane = window->panes[window->focused];
    const struct scene_instrument *instrument = instrument_of(desk, pane);
    time_t now = (time_t)(clock_wall_ms() / 1000);
    struct tm parts = {0};
    char span[OPTION_NAME_BYTES];
    char date[FIELD_BYTES];
    char of_day[FIELD_BYTES];
    char folder[SCREENSHOT_PATH_BYTES];
    const char *wrong = NULL;
    const char *name = option_text(&desk->options, OPT_screenshot_template);
    bool timed = (pane->nav.settings.local_time ? localtime_r(&now, &parts)
                                                : gmtime_r(&now, &parts)) != NULL;
    if (!timed || strftime(date, sizeof date, "%Y-%m-%d", &parts) == 0 ||
        strftime(of_day, sizeof of_day, "%H-%M-%S", &parts) == 0 ||
        !screenshot_template_check(name, &wrong)) {
        return false;
    }
    const struct screenshot_fields fields = {
        .instrument = instrument != NULL ? instrument->symbol : "waiting",
        .venue = desk->moment.scene != NULL && desk->moment.scene->demo ? "demo"
                 : instrument != NULL && instrument->venue < VENUE_COUNT
                     ? venue_key((enum venue_id)instrument->venue)
                     : "none",
        .window = span_text(pane_span_ms(pane), span),
        .date = date,
        .time = of_day,
    };
    screenshot_folder(folder);
    return screenshot_pattern_make(name, &fields, folder, out);
}

void desk_screenshot_forget_name(struct desk_window *window) {
    for (int i = 0; i < window->pane_count; i++) {
        window->panes[i]->map_id = NULL;
    }
}

void desk_screenshot_send(struct desk *desk, struct desk_window *window) {
    struct screenshot_job *job = window->shot;
    if (job == NULL || job->rgba == NULL) {
        return; /* not asked, or not drawn yet */
    }
    if (window->film == NULL) { /* a film goes on with it */
        desk_screenshot_forget_name(window);
    }
    window->shot = NULL;
    if (job->pattern[0] == '\0' && !desk_screenshot_pattern(desk, window, job->pattern)) {
        desk_notify(desk, "screenshot: no name can be made of screenshot-template \"%.200s\"",
                    option_text(&desk->options, OPT_screenshot_template));
        screenshot_job_destroy(job);
        return;
    }
    add_texts(desk, window, job);
    if (!screenshot_writer_add(&desk->screenshot.writer, job)) {
        desk_notify(desk, "screenshot: %d are still being written; this one was dropped",
                    SCREENSHOT_PENDING_MAX);
        screenshot_job_destroy(job);
    }
}

/* -- what became of it -- */

static const char *clipboard_text(struct desk_screenshot *screenshot,
                                  enum clipboard_result clipboard) {
    switch (clipboard) {
    case CLIPBOARD_DONE:
        return ", and on the clipboard";
    case CLIPBOARD_REFUSED:
        return "; the clipboard did not take it";
    case CLIPBOARD_NO_PROGRAM:
        if (!screenshot->clipboard_told) {
            screenshot->clipboard_told = true;
            return "; for the clipboard install xclip (X11) or wl-clipboard (Wayland)";
        }
        return "";
    default:
        return "";
    }
}

void desk_screenshot_tell(struct desk *desk) {
    struct screenshot_job *job = NULL;
    while ((job = screenshot_writer_take(&desk->screenshot.writer)) != NULL) {
        if (job->status == STATUS_OK) {
            desk_tell(desk, "saved to %s%s", job->path,
                      clipboard_text(&desk->screenshot, job->clipboard));
        } else if (job->status == STATUS_IO) {
            desk_notify(desk, "screenshot %s: not written: %s", job->path, strerror(job->why));
        } else if (job->status == STATUS_FULL) {
            desk_notify(desk, "screenshot %s: not written: all %d numbers are taken", job->path,
                        SCREENSHOT_NUMBER_MAX);
        } else {
            desk_notify(desk, "screenshot: not written: %s", status_text(job->status));
        }
        screenshot_job_destroy(job);
    }
}
