#include "app/desk_wall.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "app/desk.h"
#include "app/desk_layouts.h"
#include "base/clock.h"

enum { NS_PER_S = 1000000000 };

bool desk_wall_accepts(enum option_id id, struct span text, char error[OPTION_ERROR_BYTES]) {
    struct wall_hours hours;
    char hours_text[32];
    if (id == OPT_quiet_hours && (!str_copy_span(hours_text, sizeof hours_text, text) ||
                                  !wall_hours_parse(hours_text, &hours))) {
        str_format(error, OPTION_ERROR_BYTES,
                   "quiet-hours: \"%.*s\": expected HH:MM-HH:MM such as 22:00-07:00, or nothing",
                   text.len < 40 ? (int)text.len : 40, text.bytes);
        return false;
    }
    return true;
}

static bool make_dim(struct desk *desk) {
    const char *dir = option_text(&desk->options, OPT_shader_dir);
    return dim_init(&desk->wall.dim, dir[0] != '\0' ? dir : NULL);
}

bool desk_wall_make(struct desk *desk) {
    desk->wall.made = make_dim(desk);
    return desk->wall.made;
}

void desk_wall_drop(struct desk *desk) {
    if (desk->wall.made) {
        dim_finish(&desk->wall.dim);
        desk->wall.made = false;
    }
}

void desk_wall_follow(struct desk *desk) {
    struct desk_wall *wall = &desk->wall;
    (void)wall_hours_parse(option_text(&desk->options, OPT_quiet_hours), &wall->quiet);
    wall->shift_by_px = (int)option_integer(&desk->options, OPT_pixel_shift);
    wall->looked_s = -1;
    wall->turn = 0;
    wall->begin_ns = clock_mono_ns();
    desktop_keep_awake(desk->desktop, option_flag(&desk->options, OPT_keep_awake));
}

bool desk_wall_open(struct desk *desk, char error[OPTION_ERROR_BYTES]) {
    struct desk_wall *wall = &desk->wall;
    const char *quiet = option_text(&desk->options, OPT_quiet_hours);
    if (!desk_wall_accepts(OPT_quiet_hours, span_from_text(quiet), error)) {
        return false;
    }
    if (!desk_wall_make(desk) || !desk_clean_make(desk)) {
        str_copy(error, OPTION_ERROR_BYTES, "cannot prepare the picture: a shader was refused");
        return false;
    }
    wall->light = 1;
    wall->kiosk = option_flag(&desk->options, OPT_kiosk);
    if (wall->kiosk) {
        desktop_hide_pointer(desk->desktop);
    }
    desk_wall_follow(desk);
    return true;
}

bool desk_wall_forbids(const struct desk *desk, enum action action) {
    switch (action) {
    case ACTION_QUIT:
    case ACTION_BACK:
    case ACTION_FULLSCREEN:
    case ACTION_LEAVE_FULLSCREEN:
    case ACTION_WINDOW_NEW:
    case ACTION_WINDOW_CLOSE:
    case ACTION_CLEAN_FEED:
    case ACTION_PANE_CLOSE:
    case ACTION_PANELS:
    case ACTION_PANEL:
    case ACTION_KEYS:
    case ACTION_STATISTICS:
    case ACTION_CONSOLE:
        return desk->wall.kiosk;
    default:
        return false;
    }
}

/* -- by the clock -- */

static int second_of_day(void) {
    time_t now = (time_t)(clock_wall_ms() / 1000);
    struct tm local = {0};
    return localtime_r(&now, &local) != NULL
               ? local.tm_hour * 3600 + local.tm_min * 60 + local.tm_sec
               : 0;
}

static void look_at_clock(struct desk *desk, int64_t seconds) {
    struct desk_wall *wall = &desk->wall;
    double least = option_number(&desk->options, OPT_quiet_light);
    int second = second_of_day() % 86400;
    wall->light = wall_light(&wall->quiet, least, second);
    wall->quiet_now = wall_light(&wall->quiet, 0, second) < 1;
    wall->shift = wall_shift_at(wall->shift_by_px, seconds);
    for (int w = 0; w < desk->window_count; w++) {
        struct desk_window *window = desk->windows[w];
        const struct wall_shift *had = &window->shift;
        if (display_is_clean(window->display)) {
            continue; /* a stream is neither darker at night nor moved */
        }
        window->changed = window->changed || window->light != wall->light ||
                          had->x_px != wall->shift.x_px || had->y_px != wall->shift.y_px ||
                          window->shift_by_px != wall->shift_by_px;
        window->light = wall->light;
        window->dim = &wall->dim;
        window->shift = wall->shift;
        window->shift_by_px = wall->shift_by_px;
    }
}

/* The word of a list that has its turn (len 0: the list is empty). */
static struct span turn_of(const char *words, int turn) {
    int count = 0;
    for (const char *w = words + strspn(words, " "); *w != '\0'; w += strspn(w, " ")) {
        w += strcspn(w, " ");
        count++;
    }
    const char *at = words + strspn(words, " ");
    for (int i = 0; count > 0 && i < turn % count; i++) {
        at += strcspn(at, " ");
        at += strspn(at, " ");
    }
    return (struct span){at, strcspn(at, " ")};
}

/* The next instrument in every pane, the next pane large, or the next of the layouts. */
static void take_turn(struct desk *desk) {
    const char *what = option_text(&desk->options, OPT_rotate_what);
    struct action_call call = {.action = ACTION_LAYOUT, .pane = ACTION_PANE_FOCUSED};
    if (strcmp(what, "instruments") == 0) {
        for (int w = 0; w < desk->window_count; w++) {
            for (int i = 0; i < desk->windows[w]->pane_count; i++) {
                call.action = ACTION_INSTRUMENT_NEXT;
                call.pane = w * DESK_PANE_MAX + i;
                action_queue_add(&desk->queue, &call);
            }
        }
    } else if (strcmp(what, "panes") == 0) {
        for (int w = 0; w < desk->window_count; w++) {
            struct desk_window *window = desk->windows[w];
            window->solo = true;
            window->focused = (window->focused + 1) % window->pane_count;
            window->changed = true;
        }
    } else if (str_copy_span(call.text, sizeof call.text, turn_of(what, desk->wall.turn - 1)) &&
               call.text[0] != '\0') {
        action_queue_add(&desk->queue, &call);
    }
}

/* -- what panes share -- */

static void share(struct desk *desk) {
    struct pane_shared *shared = &desk->moment.shared;
    struct desk_window *window = desk->windows[desk->focused];
    struct pane *pointed = NULL;
    for (int w = 0; w < desk->window_count; w++) {
        for (int i = 0; i < desk->windows[w]->pane_count; i++) {
            struct pane *pane = desk->windows[w]->panes[i];
            pointed = pane->pointer_shown ? pane : pointed;
        }
    }
    shared->link = (enum pane_link)option_integer(&desk->options, OPT_link);
    shared->leader =
        option_flag(&desk->options, OPT_scale_lock) ? desk->windows[0]->panes[0] : NULL;
    shared->steered = shared->link == PANE_LINK_TIME ? window->panes[window->focused] : NULL;
    pane_shared_point(shared, pointed, &desk->moment);
}

void desk_wall_advance(struct desk *desk) {
    struct desk_wall *wall = &desk->wall;
    double rotate_s = option_number(&desk->options, OPT_rotate);
    int64_t passed_ns = desk->moment.mono_ns - wall->begin_ns;
    int64_t seconds = passed_ns / NS_PER_S;
    if (seconds != wall->looked_s) {
        wall->looked_s = seconds;
        look_at_clock(desk, seconds);
    }
    int turn = rotate_s > 0 ? wall_turn((double)passed_ns / NS_PER_S, rotate_s, INT32_MAX) : 0;
    if (turn != wall->turn) {
        wall->turn = turn;
        take_turn(desk);
    }
    share(desk);
}
