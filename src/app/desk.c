#include "app/desk.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/desk_instant.h"
#include "app/desk_layouts.h"
#include "app/desk_open.h"
#include "app/desk_panels.h"
#include "app/desk_record.h"
#include "app/desk_replay.h"
#include "app/desk_entries.h"
#include "app/desk_icon.h"
#include "app/desk_ipc.h"
#include "app/desk_renew.h"
#include "app/desk_set.h"
#include "app/pipeline_echo.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/stat.h"
#include "scene/scene.h"

/* The latency shown is the worst of so long, so that it can be read. */
#define LATENCY_SHOWN_NS INT64_C(500000000)
#define DRAIN_EVERY_NS   INT64_C(1000000)

/* -- building up -- */

/* The windows that options and layouts ask for. */
static enum exit_status open_windows(struct desk *desk, const struct app_options *options) {
    char reason[DISPLAY_REASON_BYTES];
    char error[OPTION_ERROR_BYTES];
    static struct desk_spec spec; /* tens of kilobytes: not on the stack */
    enum exit_status status = desk_layouts_begin(desk, options, &spec);
    if (status != EXIT_STATUS_DONE) {
        return status;
    }
    if (desktop_create(&desk->desktop, reason) != STATUS_OK) {
        return app_fail(EXIT_STATUS_FAILED, "view",
                        "%s; liqscope render SOURCE -o FILE draws without one", reason);
    }
    desk_icon_set(desk->desktop);
    desk_clean_open(desk);
    if (!desk_open_spec(desk, &spec, error)) {
        return app_fail(EXIT_STATUS_FAILED, "view",
                        "%s; liqscope render SOURCE -o FILE draws without one", error);
    }
    if (!desk_wall_open(desk, error)) {
        return app_fail(EXIT_STATUS_USAGE, "view", "--%s", error);
    }
    return EXIT_STATUS_DONE;
}

/* A server that an option names may be a simulation. */
static bool has_own_url(const struct option_table *table) {
    return option_text(table, OPT_binance_ws_url)[0] != '\0' ||
           option_text(table, OPT_binance_rest_url)[0] != '\0';
}

int64_t desk_longest_span_ms(const struct desk *desk) {
    double span_ms = 3600e3;
    for (int w = 0; w < desk->window_count; w++) {
        for (int i = 0; i < desk->windows[w]->pane_count; i++) {
            span_ms = fmax(span_ms, pane_span_ms(desk->windows[w]->panes[i]));
        }
    }
    return (int64_t)fmin(span_ms, 86400e3);
}

static enum exit_status start_pipeline(struct desk *desk, const struct app_options *options) {
    char reason[SOURCE_REASON_BYTES], recorded[DESK_RECORD_PATH_BYTES];
    const struct option_table *table = &options->table;
    struct pipeline_desc desc = {
        .sources = &desk->sources,
        .ws_url = option_text(table, OPT_binance_ws_url),
        .rest_url = option_text(table, OPT_binance_rest_url),
        .margins = options->margins,
        .ca_file = option_text(table, OPT_ca_file),
        .proxies = desk->proxies,
        .demo_seed = (uint64_t)option_integer(table, OPT_seed),
        .demo_days = option_number(table, OPT_days),
        .speed = option_number(table, OPT_speed),
        .keep_s = desk_instant_keep_s(desk),
    };
    if (desk_record_resumes(desk) && desk_record_find(desk, recorded)) {
        desc.known = (struct pipeline_known){.path = recorded,
                                             .span_ms = desk_longest_span_ms(desk),
                                             .simulated = has_own_url(table)};
    }
    enum exit_status status = pipeline_start(&desk->source, &desc, reason);
    if (status == EXIT_STATUS_DONE && desk->clean.delay_s > 0) {
        status = pipeline_echo_start(&desk->clean.delayed, &desk->source, desk->clean.delay_s,
                                     options->margins, reason);
    }
    return status == EXIT_STATUS_DONE ? status
                                      : (enum exit_status)app_fail(status, "view", "%s", reason);
}

static enum exit_status start_panes(struct desk *desk) {
    char error[OPTION_ERROR_BYTES];
    return desk_start_panes(desk, error) ? EXIT_STATUS_DONE
                                         : app_fail(EXIT_STATUS_FAILED, "view", "%s", error);
}

enum exit_status desk_open(struct desk *desk, const struct app_options *options) {
    char reason[SOURCE_REASON_BYTES];
    desk->pipeline = &desk->source;
    desk->options = options->table;
    desk->proxies = options->proxies;
    enum exit_status status = source_list_resolve(options, &desk->sources, reason);
    if (status != EXIT_STATUS_DONE) {
        return app_fail(status, "view", "%s", reason);
    }
    status = desk_screenshot_open(desk);
    if (status == EXIT_STATUS_DONE) {
        status = desk_ipc_open(desk);
    }
    if (status != EXIT_STATUS_DONE) {
        return status;
    }
    desk_lines_open(&desk->lines, options->margins);
    desk->moment.lines = &desk->lines;
    desk->moment.queue = &desk->queue;
    desk_entries_get_keys(options->entries, &desk->keymap);
    desk_reload_open(desk, options);
    status = open_windows(desk, options);
    if (status == EXIT_STATUS_DONE) {
        status = start_pipeline(desk, options);
    }
    if (status == EXIT_STATUS_DONE) {
        status = desk_record_open(desk);
    }
    if (status == EXIT_STATUS_DONE) {
        status = desk_alerts_open(desk, &options->entries->alerts);
    }
    if (status == EXIT_STATUS_DONE) {
        status = start_panes(desk);
    }
    live_clock_init(&desk->clock, 1);
    return status;
}

void desk_close(struct desk *desk) {
    desk_ipc_close(desk);
    desk_film_close(desk);
    desk_instant_close(desk);
    desk_layouts_end(desk);
    for (int w = 0; w < desk->window_count; w++) {
        for (int i = 0; i < desk->windows[w]->pane_count; i++) {
            pane_stop(desk->windows[w]->panes[i]);
        }
    }
    desk_alerts_close(desk);
    pipeline_stop(&desk->clean.delayed);
    desk_past_close(desk);
    pipeline_stop(&desk->source);
    for (int w = 0; w < desk->window_count; w++) {
        desk_panels_close(desk->windows[w]);
        while (desk->windows[w]->pane_count > 0) {
            desk_window_remove(desk->windows[w], desk->windows[w]->pane_count - 1);
        }
    }
    desk_wall_drop(desk);
    desk_clean_drop(desk);
    desktop_destroy(desk->desktop);
    desk_lines_close(&desk->lines);
    desk_screenshot_close(desk);
    for (int w = 0; w < desk->window_count; w++) {
        screenshot_job_destroy(desk->windows[w]->shot);
        free(desk->windows[w]);
    }
    memset(desk, 0, sizeof *desk);
}

/* -- a frame -- */

/* The event time that this frame stands for. */
static double frame_time_ms(struct desk *desk, const struct scene *scene, bool fresh,
                            int64_t mono_ns) {
    if (scene == NULL || scene->ts_ms == 0) {
        return 0; /* history alone: what time it is comes with the first live event */
    }
    if (desk->pipeline->paced != NULL) {
        return desk_replay_now_ms(desk, scene);
    }
    if (fresh) {
        live_clock_observe(&desk->clock, scene->ts_ms, scene->recv_ns);
    }
    return live_clock_now(&desk->clock, mono_ns);
}

/* Socket to pixel, of a frame that was shown. */
static void note_latency(struct desk *desk, bool fresh, int64_t swapped_ns) {
    const struct scene *scene = desk->moment.scene;
    if (fresh && scene != NULL && scene->recv_ns != 0) {
        int64_t latency_ns = swapped_ns - scene->recv_ns;
        if (latency_ns > desk->latency_worst_ns) {
            desk->latency_worst_ns = latency_ns;
        }
    }
    if (swapped_ns - desk->latency_since_ns >= LATENCY_SHOWN_NS) {
        desk->moment.latency_ns = desk->latency_worst_ns;
        desk->latency_worst_ns = 0;
        desk->latency_since_ns = swapped_ns;
    }
}

/* All that is known of a recording is in the scene: its end was told first, as a gap's begin. */
static bool is_recorded_whole(const struct scene *scene) {
    const struct scene_instrument *instrument = &scene->instruments[0];
    bool whole = scene->instrument_count > 0 && instrument->ahead && instrument->gap_count > 0;
    for (int i = 0; whole && i < instrument->gap_count; i++) {
        whole = instrument->gaps[i].from_ms <= instrument->ts_ms;
    }
    return whole;
}

/* Moments of the start, for the log and the bench that reads it: the first frame, the first with
 * all in it that was recorded before, and the first with the whole field in it. */
static void note_start(struct desk *desk, int64_t swapped_ns) {
    const struct scene *scene = desk->moment.scene;
    if (desk->frame_count == 0) {
        LOG_INFO("view: first frame at %" PRId64 " ns monotonic", swapped_ns);
    }
    if (desk->full_told || scene == NULL) {
        return;
    }
    if (!desk->recorded_told && is_recorded_whole(scene) &&
        pane_is_full(desk->windows[0]->panes[0])) {
        LOG_INFO("view: recorded field at %" PRId64 " ns monotonic", swapped_ns);
        desk->recorded_told = true;
    }
    bool recorded = desk->pipeline->kind == SOURCE_FILE;
    bool live = recorded || (scene->feed_count > 0 && scene->feeds[0].state == FEED_LIVE &&
                             scene->instrument_count > 0 && !scene->instruments[0].ahead);
    if (live && pane_is_full(desk->windows[0]->panes[0])) {
        LOG_INFO("view: field full at %" PRId64 " ns monotonic", swapped_ns);
        desk->full_told = true;
    }
}

static void drain_panes(struct desk *desk) {
    for (int w = 0; w < desk->window_count; w++) {
        for (int i = 0; i < desk->windows[w]->pane_count; i++) {
            pane_drain(desk->windows[w]->panes[i]);
        }
    }
}

static bool any_arriving(const struct desk *desk) {
    for (int w = 0; w < desk->window_count; w++) {
        for (int i = 0; i < desk->windows[w]->pane_count; i++) {
            if (picture_link_arriving(&desk->windows[w]->panes[i]->link)) {
                return true;
            }
        }
    }
    return false;
}

/* Sleep until the next frame is due; while a raster is arriving, take its columns meanwhile, or its
 * worker would wait for room in their ring. */
static void rest_until(struct desk *desk, int64_t due_ns) {
    while (any_arriving(desk) && clock_mono_ns() + DRAIN_EVERY_NS + DRAIN_EVERY_NS < due_ns) {
        drain_panes(desk);
        clock_sleep_until_ns(clock_mono_ns() + DRAIN_EVERY_NS);
    }
    clock_sleep_until_ns(due_ns);
}

static void frame_window(struct desk *desk, struct desk_window *window) {
    bool pointed = display_input(window->display)->pointer_inside;
    int64_t begin_ns = clock_mono_ns();
    if (window->shot != NULL) {
        desk_screenshot_name(desk, window);
    }
    struct desk_window_frame frame = desk_window_run(window, desk_clean_moment(desk, window),
                                                     window == desk->windows[desk->focused]);
    if (pointed) {
        desktop_set_cursor(desk->desktop, window->panes[window->focused]->hands.cursor);
    }
    desk_screenshot_send(desk, window);
    if (frame.drawn) {
        stat_add(STAT_frames_drawn, 1);
        note_latency(desk, frame.fresh && !display_is_clean(window->display), clock_mono_ns());
        desk_panels_note_frame(window, clock_mono_ns() - begin_ns);
        frame_meter_add(&desk->frames, begin_ns, clock_mono_ns());
    }
    note_start(desk, clock_mono_ns());
    desk->frame_count++;
    int64_t late_count = window->pacer.late_count;
    window->begin_ns = pacer_frame_done(&window->pacer, clock_mono_ns());
    stat_add(STAT_frames_late, window->pacer.late_count - late_count);
}

static void run_queue(struct desk *desk) {
    char error[OPTION_ERROR_BYTES];
    for (int i = 0; i < desk->queue.count; i++) {
        if (!desk_run(desk, &desk->queue.items[i], error)) {
            desk_notify(desk, "%s", error);
        }
    }
    desk->queue.count = 0;
}

static void keep_lines(struct desk *desk) {
    int error = 0;
    if (!desk_lines_advance(&desk->lines, &error)) {
        desk_notify(desk, "%s: %s; lines of your own are not kept", desk->lines.path,
                    strerror(error));
    }
}

/* Close buttons, and which window has the keyboard. */
static void follow_desktop(struct desk *desk) {
    const struct display *focused = desktop_focused(desk->desktop);
    for (int w = desk->window_count - 1; w >= 0; w--) {
        struct desk_window *window = desk->windows[w];
        if (display_input(window->display)->closed && !desk->wall.kiosk) {
            desk_window_closed(desk, window);
        }
    }
    for (int w = 0; w < desk->window_count; w++) {
        if (desk->windows[w]->display == focused && desk->focused != w &&
            !display_is_clean(focused)) {
            desk->windows[desk->focused]->changed = true; /* its rim goes out */
            desk->windows[w]->changed = true;
            desk->focused = w;
        }
    }
}

void desk_show_guides(struct desk *desk) {
    for (int w = 0; w < desk->window_count; w++) {
        const bool wanted =
            option_flag(&desk->options, OPT_guides) && !display_is_clean(desk->windows[w]->display);
        desk->windows[w]->changed = desk->windows[w]->changed || desk->windows[w]->guides != wanted;
        desk->windows[w]->guides = wanted;
    }
}

void desk_frame(struct desk *desk) {
    desk->quit = !desktop_poll(desk->desktop, &desk->keymap, &desk->queue) || desk->quit;
    follow_desktop(desk);
    if (desktop_is_lost(desk->desktop)) {
        desk_renew(desk);
    }
    run_queue(desk);
    if (desk->failed) {
        return;
    }
    desk_ipc_serve(desk);
    desk_reload_advance(desk);
    desk_screenshot_tell(desk);
    desk_record_advance(desk);
    desk_film_advance(desk);
    desk_instant_advance(desk);
    desk_show_guides(desk); /* a window may be new */
    struct pane_moment *moment = &desk->moment;
    moment->mono_ns = clock_mono_ns();
    keep_lines(desk);
    desk->lines.privacy = (enum desk_lines_privacy)option_integer(&desk->options, OPT_privacy);
    moment->lines_hidden = desk_lines_hides(&desk->lines, false);
    desk_layouts_advance(desk, moment->mono_ns);
    desk_seek_advance(desk);
    desk_past_advance(desk);
    desk_past_offer(desk);
    bool fresh = false;
    moment->scene = pipeline_take_scene(desk->pipeline, &fresh);
    moment->now_ms = frame_time_ms(desk, moment->scene, fresh, moment->mono_ns);
    moment->time_bar = desk_time_bar_advance(desk);
    desk_alerts_advance(desk, fresh);
    desk_wall_advance(desk);
    desk_clean_advance(desk);
    int64_t due_ns = INT64_MAX;
    for (int w = 0; w < desk->window_count; w++) {
        struct desk_window *window = desk->windows[w];
        if (window->begin_ns <= moment->mono_ns) {
            frame_window(desk, window);
        }
        due_ns = window->begin_ns < due_ns ? window->begin_ns : due_ns;
    }
    rest_until(desk, due_ns);
}

struct pane *desk_pane(struct desk *desk, int pane, struct desk_window **window) {
    int w = pane == ACTION_PANE_FOCUSED ? desk->focused : pane / DESK_PANE_MAX;
    if (pane < ACTION_PANE_FOCUSED || w >= desk->window_count) {
        return NULL;
    }
    *window = desk->windows[w];
    int i = pane == ACTION_PANE_FOCUSED ? (*window)->focused : pane % DESK_PANE_MAX;
    return i < (*window)->pane_count ? (*window)->panes[i] : NULL;
}

static void notify(struct desk *desk, enum log_level level, const char *format, va_list args) {
    static struct log_site site;
    vsnprintf(desk->notice.text, sizeof desk->notice.text, format, args);
    desk->notice.mono_ns = clock_mono_ns();
    desk->notice.count++;
    log_write(level, &site, "view: %s", desk->notice.text);
}

void desk_notify(struct desk *desk, const char *format, ...) {
    va_list args;
    va_start(args, format);
    notify(desk, LOG_LEVEL_WARN, format, args);
    va_end(args);
}

void desk_tell(struct desk *desk, const char *format, ...) {
    va_list args;
    va_start(args, format);
    notify(desk, LOG_LEVEL_INFO, format, args);
    va_end(args);
}

/* FULLSCREEN BACK LEAVE_FULLSCREEN */
static void change_screen(struct desk_window *window, struct pane *pane, enum action action) {
    if (action == ACTION_FULLSCREEN) {
        display_set_fullscreen(window->display, !display_is_fullscreen(window->display));
    } else if (action == ACTION_LEAVE_FULLSCREEN ||
               !(desk_panels_dismiss(window) || hands_back(&pane->hands))) {
        display_set_fullscreen(window->display, false);
    }
}

bool desk_run(struct desk *desk, const struct action_call *call, char error[OPTION_ERROR_BYTES]) {
    struct desk_window *window = NULL;
    struct pane *pane = desk_pane(desk, call->pane, &window);
    if (pane == NULL) {
        str_format(error, OPTION_ERROR_BYTES, "%s: no pane %d", action_row(call->action)->name,
                   call->pane);
        return false;
    }
    if (desk_wall_forbids(desk, call->action)) {
        return true; /* nobody is there to be told */
    }
    switch (call->action) {
    case ACTION_QUIT:
    case ACTION_QUIT_NOW:
        desk->quit = true;
        break;
    case ACTION_FULLSCREEN:
    case ACTION_BACK:
    case ACTION_LEAVE_FULLSCREEN:
        change_screen(window, pane, call->action);
        break;
    case ACTION_SCREENSHOT:
        return desk_screenshot_ask(desk, window, call->text, error);
    case ACTION_FILM:
        return desk_film_toggle(desk, window, call->text, error);
    case ACTION_INSTANT_REPLAY:
        return desk_instant_save(desk, window, call->text, error);
    case ACTION_RECORD:
        return desk_record_toggle(desk, call->text, error);
    case ACTION_PANELS:
    case ACTION_PANEL:
    case ACTION_KEYS:
    case ACTION_STATISTICS:
    case ACTION_CONSOLE:
        return desk_panels_run(window, call, error);
    case ACTION_INSTRUMENT:
        return desk_panels_show_instrument(desk, pane, call->text, error);
    case ACTION_RESET_GRAPHICS:
        desk_renew(desk);
        break;
    case ACTION_LAYOUT:
    case ACTION_LAYOUT_SAVE:
        return desk_layouts_run(desk, call, error);
    case ACTION_ALERT_TEST:
    case ACTION_ALERT_SILENCE:
    case ACTION_ALERTS_MUTE:
        return desk_alerts_run(desk, call, error);
    case ACTION_SET:
        return desk_set(desk, window, pane, call->text, error);
    case ACTION_CYCLE:
        return desk_cycle(desk, window, pane, call->text, error);
    default:
        if (call->action >= ACTION_REPLAY_FIRST && call->action <= ACTION_REPLAY_LAST) {
            return desk_replay_run(desk, call, error);
        }
        if (call->action == ACTION_FOLLOW || call->action == ACTION_LIVE) {
            desk_past_leave(desk);
        }
        if (desk_open_has(call->action)) {
            return desk_open_run(desk, window, pane, call->action, error);
        }
        return pane_run(pane, call, &desk->moment, display_input(window->display)->shift, error);
    }
    return true;
}
