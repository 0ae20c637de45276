/* app/property_desk.c - the program, its windows and its figures. */
#include <string.h>

#include "app/property_values.h"
#include "app/replay_worker.h"
#include "base/clock.h"
#include "base/process.h"
#include "base/stat.h"

static int pane_number(const struct desk *desk, const struct pane *pane) {
    for (int w = 0; w < desk->window_count; w++) {
        for (int i = 0; i < desk->windows[w]->pane_count; i++) {
            if (desk->windows[w]->panes[i] == pane) {
                return w * DESK_PANE_MAX + i;
            }
        }
    }
    return ACTION_PANE_FOCUSED;
}

void property_write_windows(const struct property_look *look, struct writer *out, const char *key) {
    const struct desk *desk = look->desk;
    writer_open_array(out, key);
    for (int w = 0; w < desk->window_count; w++) {
        const struct desk_window *window = desk->windows[w];
        struct target target = display_target(window->display);
        writer_open_object(out, NULL);
        writer_integer(out, "window", w);
        writer_flag(out, "focused", w == desk->focused);
        writer_flag(out, "fullscreen", display_is_fullscreen(window->display));
        writer_integer(out, "width_px", target.width_px);
        writer_integer(out, "height_px", target.height_px);
        writer_number(out, "refresh_hz", display_refresh_hz(window->display));
        writer_integer(out, "panes", window->pane_count);
        writer_close_object(out);
    }
    writer_close_array(out);
}

static void write_pane(const struct desk *desk, int w, int i, struct writer *out) {
    const struct desk_window *window = desk->windows[w];
    const struct pane *pane = window->panes[i];
    const struct scene *scene = desk->moment.scene;
    char span[OPTION_NAME_BYTES];
    writer_open_object(out, NULL);
    writer_integer(out, "pane", w * DESK_PANE_MAX + i);
    writer_integer(out, "window", w);
    writer_flag(out, "focused", w == desk->focused && i == window->focused);
    if (scene != NULL && scene->instrument_count > 0) {
        const struct scene_instrument *shown = &scene->instruments[pane_instrument(pane, scene)];
        writer_text(out, "venue", venue_key((enum venue_id)shown->venue));
        writer_text(out, "symbol", shown->symbol);
    }
    writer_text(out, "span", option_format_span((int64_t)(pane_span_ms(pane) + 0.5), span));
    writer_flag(out, "following", pane->nav.camera.following);
    writer_close_object(out);
}

void property_write_panes(const struct property_look *look, struct writer *out, const char *key) {
    writer_open_array(out, key);
    for (int w = 0; w < look->desk->window_count; w++) {
        for (int i = 0; i < look->desk->windows[w]->pane_count; i++) {
            write_pane(look->desk, w, i, out);
        }
    }
    writer_close_array(out);
}

void property_write_pane(const struct property_look *look, struct writer *out, const char *key) {
    writer_integer(out, key, pane_number(look->desk, look->pane));
}

void property_write_following(const struct property_look *look, struct writer *out,
                              const char *key) {
    writer_flag(out, key, look->pane->nav.camera.following);
}

void property_write_field_full(const struct property_look *look, struct writer *out,
                               const char *key) {
    writer_flag(out, key, pane_is_full(look->pane));
}

void property_write_scale(const struct property_look *look, struct writer *out, const char *key) {
    const struct knobs *knobs = &look->pane->nav.knobs;
    const struct settings *settings = &look->pane->nav.settings;
    writer_open_object(out, key);
    writer_number(out, "black_usd_per_bp", knobs->black_usd_per_bp);
    writer_number(out, "white_usd_per_bp", knobs->white_usd_per_bp);
    writer_flag(out, "pinned", settings->black_usd_per_bp > 0 || settings->white_usd_per_bp > 0);
    writer_close_object(out);
}

void property_write_frame_rate(const struct property_look *look, struct writer *out,
                               const char *key) {
    writer_number(out, key, frame_meter_read(&look->desk->frames, clock_mono_ns()).per_s);
}

void property_write_frame_ms(const struct property_look *look, struct writer *out,
                             const char *key) {
    struct frame_figures figures = frame_meter_read(&look->desk->frames, clock_mono_ns());
    writer_open_object(out, key);
    writer_number(out, "p50", figures.p50_ms);
    writer_number(out, "p99", figures.p99_ms);
    writer_number(out, "max", figures.max_ms);
    writer_close_object(out);
}

void property_write_socket_to_pixel(const struct property_look *look, struct writer *out,
                                    const char *key) {
    int64_t latency_ns = look->desk->moment.latency_ns;
    if (latency_ns > 0) {
        writer_number(out, key, (double)latency_ns * 1e-6);
    } else {
        writer_null(out, key);
    }
}

void property_write_recording(const struct property_look *look, struct writer *out,
                              const char *key) {
    struct recorder *recorder = look->desk->source.recorder;
    const struct recorder_stats stats =
        recorder != NULL ? recorder_get_stats(recorder) : (struct recorder_stats){.slots = 0};
    writer_open_object(out, key);
    writer_flag(out, "running", stats.running);
    writer_text(out, "file", stats.path);
    writer_integer(out, "events", stats.slots);
    writer_integer(out, "lost", stats.lost);
    writer_text(out, "reason", stats.reason);
    writer_close_object(out);
}

void property_write_memory(const struct property_look *look, struct writer *out, const char *key) {
    (void)look;
    writer_integer(out, key, process_resident_bytes());
}

void property_write_heap(const struct property_look *look, struct writer *out, const char *key) {
    const struct process_heap heap = process_read_heap();
    (void)look;
    writer_open_object(out, key);
    writer_integer(out, "used", heap.used_bytes);
    writer_integer(out, "free", heap.free_bytes);
    writer_close_object(out);
}

void property_write_history(const struct property_look *look, struct writer *out, const char *key) {
    writer_integer(out, key, look->scene != NULL ? look->scene->history_bytes : 0);
}

void property_write_recent(const struct property_look *look, struct writer *out, const char *key) {
    struct recent *recent = look->desk->source.recent;
    struct recent_stats stats = {0};
    if (recent != NULL) {
        recent_get_stats(recent, &stats);
    }
    writer_open_object(out, key);
    writer_number(out, "s", stats.keep_s);
    writer_integer(out, "slots", stats.slots);
    writer_integer(out, "bytes", stats.bytes);
    writer_integer(out, "older-bytes", stats.older_bytes);
    writer_close_object(out);
}

void property_write_counters(const struct property_look *look, struct writer *out,
                             const char *key) {
    (void)look;
    writer_open_object(out, key);
    for (int i = 0; i < STAT_COUNT; i++) {
        writer_integer(out, stat_name((enum stat_id)i), stat_get((enum stat_id)i));
    }
    writer_close_object(out);
}

void property_write_sources(const struct property_look *look, struct writer *out, const char *key) {
    const struct source_list *sources = &look->desk->sources;
    writer_open_array(out, key);
    for (int i = 0; i < sources->count; i++) {
        const struct source_spec *spec = &sources->specs[i];
        char text[64];
        str_format(text, sizeof text, "%s:%s", venue_key(spec->venue), spec->symbol);
        writer_text(out, NULL,
                    spec->kind == SOURCE_DEMO   ? "demo"
                    : spec->kind == SOURCE_LIVE ? text
                                                : spec->path);
    }
    writer_close_array(out);
}

void property_write_version(const struct property_look *look, struct writer *out, const char *key) {
    (void)look;
    writer_text(out, key, LIQSCOPE_VERSION);
}

void property_write_demo(const struct property_look *look, struct writer *out, const char *key) {
    writer_flag(out, key, look->scene != NULL && look->scene->demo);
}

void property_write_now(const struct property_look *look, struct writer *out, const char *key) {
    double now_ms = look->desk->moment.now_ms;
    if (now_ms > 0) {
        writer_integer(out, key, (int64_t)now_ms);
    } else {
        writer_null(out, key);
    }
}

void property_write_replay_time(const struct property_look *look, struct writer *out,
                                const char *key) {
    if (look->desk->pipeline->paced != NULL) {
        writer_integer(out, key, paced_source_now_ms(look->desk->pipeline->paced));
    } else {
        writer_null(out, key);
    }
}

static void write_time(struct writer *out, const char *key, int64_t ts_ms) {
    if (ts_ms != 0) {
        writer_integer(out, key, ts_ms);
    } else {
        writer_null(out, key);
    }
}

void property_write_replay(const struct property_look *look, struct writer *out, const char *key) {
    const struct pipeline *pipeline = look->desk->pipeline;
    const struct desk_seek *seek = &look->desk->seek;
    if (pipeline->paced == NULL) {
        writer_null(out, key);
        return;
    }
    const struct pace pace = paced_source_get(pipeline->paced);
    const struct replay_track *track =
        pipeline->seeker != NULL ? replay_worker_track(pipeline->seeker) : NULL;
    writer_open_object(out, key);
    writer_flag(out, "of_live", desk_past_is_shown(look->desk));
    writer_number(out, "speed", pace.speed);
    writer_flag(out, "paused", pace.paused);
    write_time(out, "begin_ms", track != NULL ? track->first_ms : 0);
    write_time(out, "end_ms", track != NULL ? track->last_ms : 0);
    writer_flag(out, "looked_through", track != NULL && track->whole);
    write_time(out, "seeking_ms", seek->wanted_ms);
    writer_integer(out, "seeks", seek->count);
    writer_number(out, "seek_took_ms", seek->took_ms);
    write_time(out, "loop_from_ms", seek->loop_from_ms);
    write_time(out, "loop_to_ms", seek->loop_to_ms);
    writer_close_object(out);
}

void property_write_notice(const struct property_look *look, struct writer *out, const char *key) {
    const struct desk_notice *notice = &look->desk->notice;
    writer_open_object(out, key);
    writer_integer(out, "count", notice->count);
    writer_text(out, "text", notice->text);
    writer_close_object(out);
}

void property_write_alerts(const struct property_look *look, struct writer *out, const char *key) {
    const struct desk_alerts *alerts = &look->desk->alerts;
    writer_open_array(out, key);
    for (int i = 0; i < alerts->count; i++) {
        const struct desk_alert *item = &alerts->items[i];
        writer_open_object(out, NULL);
        writer_text(out, "name", item->name);
        writer_text(out, "rule", item->rule);
        writer_text(out, "state", alert_state_name(item->status.state));
        writer_text(out, "text", item->status.text);
        writer_integer(out, "fired_ms", item->status.fired_ms);
        writer_flag(out, "silenced", item->status.silenced_until_ms != 0);
        writer_close_object(out);
    }
    writer_close_array(out);
}
