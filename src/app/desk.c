#include "app/desk.h"

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
#include "app/pipeline_options.h"
#include "base/clock.h"
#include "base/log.h"

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
    struct pipeline_desc desc = pipeline_options_desc(options, &desk->sources);
    desc.demo_seed = (uint64_t)option_integer(table, OPT_seed);
    desc.demo_days = option_number(table, OPT_days);
    desc.speed = option_number(table, OPT_speed);
    desc.keep_s = desk_instant_keep_s(desk);
    if (desk_record_resumes(desk) && desk_record_find(desk, recorded)) {
        desc.known = (struct pipeline_known){.path = recorded,
                                             .span_ms = desk_longest_span_ms(desk),
                                             .simulated = pipeline_options_own_url(table)};
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
