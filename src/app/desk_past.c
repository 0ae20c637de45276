#include "app/desk_past.h"

#include <string.h>

#include "app/desk.h"
#include "app/desk_open.h"
#include "app/desk_record.h"
#include "app/pane_instrument.h"
#include "app/pipeline_seek.h"
#include "model/entry_log.h"
#include "view/action.h"

bool desk_past_is_shown(const struct desk *desk) {
    return desk->pipeline == &desk->past.pipeline;
}

bool desk_past_is_wanted(const struct desk *desk) {
    return desk_past_is_shown(desk) || desk->past.entering;
}

struct pipeline *desk_past_sought(struct desk *desk) {
    return desk->past.entering ? &desk->past.pipeline : desk->pipeline;
}

static void finish(struct desk_past *past) {
    pipeline_stop(&past->pipeline);
    past->entering = past->leaving = false;
}

/* The recording that goes on from one file to the next, if what is live is recorded into it, or was
 * before. */
static bool find_name(const struct desk *desk, const char *current,
                      char out[DESK_RECORD_PATH_BYTES]) {
    return desk_record_find(desk, out) && desk_record_resumes(desk) &&
           (current[0] == '\0' || past_files_has(out, current));
}

/* The recording that is under way, or was last, around a moment. */
static bool find_recording(struct desk *desk, int64_t ts_ms, char *error) {
    struct desk_past *past = &desk->past;
    char name[DESK_RECORD_PATH_BYTES];
    const struct recorder_stats stats = recorder_get_stats(desk->source.recorder);
    const size_t len = strlen(stats.path);
    past->files.count = 0;
    if (find_name(desk, stats.path, name)) {
        past_files_choose(name, ts_ms, desk_longest_span_ms(desk), &past->files);
    } else if (len > 0 && len + 1 < sizeof stats.path) { /* else it may be cut */
        past_files_only(stats.path, &past->files);
    }
    past->sources = (struct source_list){.count = past->files.count};
    for (int i = 0; i < past->files.count; i++) {
        past->sources.specs[i] =
            (struct source_spec){.kind = SOURCE_FILE, .path = past->files.paths[i]};
    }
    if (past->files.count == 0) {
        str_copy(error, OPTION_ERROR_BYTES,
                 "this is live and nothing of it has been recorded (r or --record begins); a "
                 "recording can be looked back into, paused, and has a speed");
    }
    return past->files.count > 0;
}

static bool open_past(struct desk *desk, int64_t ts_ms, char *error) {
    struct desk_past *past = &desk->past;
    char reason[SOURCE_REASON_BYTES];
    if (past->leaving) {
        finish(past); /* the one before */
    }
    if (!find_recording(desk, ts_ms, error)) {
        return false;
    }
    const struct pipeline_desc desc = {.sources = &past->sources, .margins = desk->lines.margins};
    if (!pipeline_seek_begin(&past->pipeline, &desc, reason)) {
        str_copy(error, OPTION_ERROR_BYTES, reason);
        return false;
    }
    past->entering = true;
    return true;
}

bool desk_past_holds(const struct desk *desk, int64_t ts_ms) {
    return ts_ms >= desk->past.files.from_ms && ts_ms < desk->past.files.until_ms;
}

bool desk_past_enter(struct desk *desk, int64_t ts_ms, bool paused,
                     char error[OPTION_ERROR_BYTES]) {
    if (desk_past_is_wanted(desk) && !desk_past_holds(desk, ts_ms)) {
        desk_past_leave(desk); /* for others of its files */
    }
    if (!desk_past_is_wanted(desk) && !open_past(desk, ts_ms, error)) {
        return false;
    }
    desk->past.paused = paused;
    return desk_seek_go(desk, ts_ms, error);
}

/* -- which pipeline is shown -- */

static void stop_panes(struct desk *desk) {
    for (int w = 0; w < desk->window_count; w++) {
        for (int i = 0; i < desk->windows[w]->pane_count; i++) {
            pane_stop(desk->windows[w]->panes[i]);
        }
    }
}

/* The panes, stopped, show this one; instruments have other places in it. */
static void change_to(struct desk *desk, struct pipeline *pipeline) {
    for (int w = 0; w < desk->window_count; w++) {
        for (int i = 0; i < desk->windows[w]->pane_count; i++) {
            struct pane *pane = desk->windows[w]->panes[i];
            char name[PANE_INSTRUMENT_BYTES];
            if (pane->pipeline == &desk->clean.delayed) {
                continue; /* what goes out on a stream, later than it is, goes on */
            }
            pane_instrument_text(pane, desk->moment.scene, sizeof name, name);
            pane_want_instrument(pane, name);
            pane->pipeline = pipeline;
            pane->nav.camera.following = true;
        }
        desk->windows[w]->changed = true;
    }
    desk->pipeline = pipeline;
    desk->moment.scene = NULL; /* it was the other one's */
    desk->time_bar = (struct desk_time_bar){0};
    desk->seek.loop_from_ms = desk->seek.loop_to_ms = 0;
}

bool desk_past_show(struct desk *desk, struct replay_stand *stand) {
    struct desk_past *past = &desk->past;
    const struct pace pace = {.speed = 1, .paused = past->paused};
    stop_panes(desk);
    change_to(desk, &past->pipeline);
    past->entering = false;
    return pipeline_seek_go(&past->pipeline, stand, &pace);
}

void desk_past_leave(struct desk *desk) {
    struct desk_past *past = &desk->past;
    char error[OPTION_ERROR_BYTES];
    if (!desk_past_is_wanted(desk)) {
        return;
    }
    desk->seek.wanted_ms = 0;
    if (desk_past_is_shown(desk)) {
        stop_panes(desk);
        change_to(desk, &desk->source);
        live_clock_init(&desk->clock, 1);
        if (!desk_start_panes(desk, error)) {
            (void)app_fail(EXIT_STATUS_FAILED, "view", "%s", error);
            desk->failed = desk->quit = true;
        }
        desk_tell(desk, "live again");
    }
    pipeline_seek_end(&past->pipeline);
    past->entering = false;
    past->leaving = true;
}

void desk_past_advance(struct desk *desk) {
    struct desk_past *past = &desk->past;
    if (past->leaving && replay_worker_is_over(past->pipeline.seeker)) {
        finish(past);
    }
    if (!desk_past_is_shown(desk) || desk->seek.wanted_ms != 0) {
        return;
    }
    const bool caught_up = paced_source_is_at_end(past->pipeline.paced) &&
                           !paced_source_get(past->pipeline.paced).paused;
    if (caught_up && past->files.until_ms != INT64_MAX) {
        char error[OPTION_ERROR_BYTES];
        (void)desk_past_enter(desk, past->files.until_ms, false, error); /* else live again */
    } else if (caught_up && recorder_get_stats(desk->source.recorder).running) {
        desk_past_leave(desk);
    }
}

/* -- what is older than the live one -- */

static const char *find_key(const struct desk *desk, enum action action) {
    for (int i = 0; i < desk->keymap.count; i++) {
        if (desk->keymap.rows[i].call.action == action) {
            return desk->keymap.rows[i].key;
        }
    }
    return action_row(action)->name; /* a command, then */
}

/* When what the focused pane has of its instrument begins, if it was scrolled to before that;
 * INT64_MIN: it was not. */
static int64_t begin_before(struct desk *desk) {
    struct desk_window *window = NULL;
    const struct pane *pane = desk_pane(desk, ACTION_PANE_FOCUSED, &window);
    const struct scene *scene = desk->moment.scene;
    if (pane == NULL || scene == NULL || scene->instrument_count == 0 ||
        pane->pipeline != &desk->source || pane->nav.camera.following) {
        return INT64_MIN;
    }
    const uint16_t shown = scene->instruments[pane_instrument(pane, scene)].instrument;
    const struct entry_log *log = engine_entry_log(desk->source.engine, shown);
    const int64_t first_ms = log != NULL ? entry_log_first_ms(log) : INT64_MIN;
    const bool beyond = first_ms != INT64_MAX && pane->nav.camera.time_left_ms < (double)first_ms;
    return beyond ? first_ms : INT64_MIN;
}

void desk_past_offer(struct desk *desk) {
    struct desk_past *past = &desk->past;
    char name[DESK_RECORD_PATH_BYTES];
    const bool live = desk->pipeline == &desk->source && desk->source.recorder != NULL;
    const int64_t begin_ms = live && !past->entering ? begin_before(desk) : INT64_MIN;
    const bool told = past->offered;
    past->offered = begin_ms != INT64_MIN;
    if (told || !past->offered) {
        return;
    }
    const struct recorder_stats stats = recorder_get_stats(desk->source.recorder);
    if (find_name(desk, stats.path, name) && past_files_begin_ms(name) < begin_ms) {
        desk_tell(desk, "what is older was recorded: %s replays it from here, %s is live again",
                  find_key(desk, ACTION_REPLAY), find_key(desk, ACTION_FOLLOW));
    }
}

void desk_past_close(struct desk *desk) {
    if (desk->past.pipeline.instruments != NULL) {
        finish(&desk->past);
    }
}
