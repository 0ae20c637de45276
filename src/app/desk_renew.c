#include "app/desk_renew.h"

#include "app/desk.h"
#include "app/desk_panels.h"
#include "base/clock.h"
#include "base/log.h"

#define TRY_EVERY_NS INT64_C(500000000)

/* Names in the lost context are given up; calls into it do nothing, or what they should. */
static void drop_all(struct desk *desk) {
    for (int w = 0; w < desk->window_count; w++) {
        struct desk_window *window = desk->windows[w];
        desk_panels_drop(window);
        for (int i = 0; i < window->pane_count; i++) {
            pane_finish(window->panes[i]);
        }
    }
    desk_wall_drop(desk);
    desk_clean_drop(desk);
}

static bool make_all(struct desk *desk) {
    const char *dir = option_text(&desk->options, OPT_shader_dir);
    const struct pane *first = NULL;
    bool good = desk_wall_make(desk) && desk_clean_make(desk);
    for (int w = 0; w < desk->window_count; w++) {
        struct desk_window *window = desk->windows[w];
        for (int i = 0; i < window->pane_count && good; i++) {
            good = pane_renew(window->panes[i], dir, first) == STATUS_OK;
            first = first != NULL ? first : window->panes[i];
        }
        window->changed = true;
    }
    return good;
}

void desk_renew(struct desk *desk) {
    char reason[DISPLAY_REASON_BYTES] = "";
    LOG_WARN("view: the graphics context is made anew");
    desk_film_close(desk); /* whole up to here */
    drop_all(desk);
    for (int i = 0; i < DESK_RENEW_TRIES; i++) {
        if (desktop_renew(desk->desktop, reason) == STATUS_OK) {
            if (make_all(desk)) {
                return;
            }
            drop_all(desk);
            str_copy(reason, sizeof reason, "the picture could not be prepared in it");
        }
        clock_sleep_until_ns(clock_mono_ns() + TRY_EVERY_NS);
    }
    (void)app_fail(EXIT_STATUS_FAILED, "view", "no graphics any more: %s", reason);
    desk->failed = desk->quit = true;
}
