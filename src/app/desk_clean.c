#include "app/desk_clean.h"

#include "app/desk.h"

#define NS_PER_S 1e9

void desk_clean_open(struct desk *desk) {
    const bool live = desk->sources.specs[0].kind != SOURCE_FILE;
    desk->clean.delay_s = live ? option_number(&desk->options, OPT_clean_delay) : 0;
    live_clock_init(&desk->clean.clock, 1);
}

struct pipeline *desk_clean_pipeline(struct desk *desk, const struct display *display) {
    return desk->clean.delay_s > 0 && display_is_clean(display) ? &desk->clean.delayed
                                                                : desk->pipeline;
}

/* What was, so much later. */
static void look_back(struct desk_clean *clean) {
    struct pane_moment *moment = &clean->moment;
    bool fresh = false;
    moment->scene = pipeline_take_scene(&clean->delayed, &fresh);
    moment->delay_s = clean->delay_s;
    moment->now_ms = 0;
    if (moment->scene != NULL && moment->scene->ts_ms != 0) {
        if (fresh) {
            live_clock_observe(&clean->clock, moment->scene->ts_ms, moment->scene->recv_ns);
        }
        moment->now_ms =
            live_clock_now(&clean->clock, moment->mono_ns - (int64_t)(clean->delay_s * NS_PER_S));
    }
}

bool desk_clean_make(struct desk *desk) {
    const char *dir = option_text(&desk->options, OPT_shader_dir);
    desk->clean.made = backdrop_init(&desk->clean.backdrop, dir[0] != '\0' ? dir : NULL);
    return desk->clean.made;
}

void desk_clean_drop(struct desk *desk) {
    for (int w = 0; w < desk->window_count; w++) {
        backdrop_copy_finish(&desk->windows[w]->unkeyed);
    }
    if (desk->clean.made) {
        backdrop_finish(&desk->clean.backdrop);
        desk->clean.made = false;
    }
}

void desk_clean_advance(struct desk *desk) {
    struct pane_moment *moment = &desk->clean.moment;
    *moment = desk->moment;
    moment->alerts = NULL;
    moment->shared = (struct pane_shared){.leader = NULL};
    moment->time_bar = NULL;
    moment->cover = NULL;
    moment->latency_ns = 0;
    if (desk->clean.delay_s > 0) {
        look_back(&desk->clean);
    }
    for (int w = 0; w < desk->window_count; w++) {
        struct desk_window *window = desk->windows[w];
        window->backdrop = desk->clean.made ? &desk->clean.backdrop : NULL;
        window->deaf = desk->wall.kiosk || display_is_clean(window->display);
    }
}

struct pane_moment *desk_clean_moment(struct desk *desk, const struct desk_window *window) {
    return display_is_clean(window->display) ? &desk->clean.moment : &desk->moment;
}
