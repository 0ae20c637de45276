/* app/desk_frame.c - a frame of the desk: what the user did, what came, every window that is due.
 */
#include <inttypes.h>
#include <string.h>

#include "app/desk.h"
#include "app/desk_ipc.h"
#include "app/desk_open.h"
#include "app/desk_panels.h"
#include "app/desk_record.h"
#include "app/desk_renew.h"
#include "app/desk_replay.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/stat.h"
#include "scene/scene.h"

/* The latency shown is the worst of so long, so that it can be read. */
#define LATENCY_SHOWN_NS INT64_C(500000000)
#define DRAIN_EVERY_NS   INT64_C(1000000)

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
