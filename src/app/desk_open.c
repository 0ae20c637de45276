#include "app/desk_open.h"

#include <assert.h>
#include <stdlib.h>

#include "app/desk_panels.h"
#include "app/pane_instrument.h"
#include "base/clock.h"

static_assert((int)LAYOUT_WINDOW_MAX == (int)DESKTOP_WINDOW_MAX, "a layout's windows can be open");
static_assert((int)LAYOUT_PANE_MAX == (int)DESK_PANE_MAX, "and its panes");

enum { CASCADE = 40 /* a new window is so much to the right of and below the old one */ };

static bool fail(char *error, const char *what, enum status status) {
    str_format(error, OPTION_ERROR_BYTES, "%s: %s", what,
               status == STATUS_NOT_FOUND ? "no font found" : status_text(status));
    return false;
}

/* -- panes -- */

static enum status start_pane(struct desk *desk, struct pane *pane, const struct pane *beside) {
    bool running = desk->pipeline->engine_thread != NULL;
    return running ? pane_start(pane, beside) : STATUS_OK;
}

/* Any one that is open, in any window. */
static const struct pane *find_pane(const struct desk *desk) {
    for (int w = 0; w < desk->window_count; w++) {
        if (desk->windows[w]->pane_count > 0) {
            return desk->windows[w]->panes[0];
        }
    }
    return NULL;
}

static bool add_pane(struct desk *desk, struct desk_window *window,
                     const struct desk_spec_pane *spec, char *error) {
    if (window->pane_count == DESK_PANE_MAX) {
        str_format(error, OPTION_ERROR_BYTES, "%d panes are the most a window has",
                   (int)DESK_PANE_MAX);
        return false;
    }
    const struct pane_desc desc = {.pipeline = desk_clean_pipeline(desk, window->display),
                                   .shader_dir = option_text(&desk->options, OPT_shader_dir),
                                   .beside = find_pane(desk),
                                   .span_ms = spec->span_ms,
                                   .settings = spec->settings};
    struct pane *pane = calloc(1, sizeof *pane);
    enum status status = pane != NULL ? pane_init(pane, &desc) : STATUS_MEMORY;
    if (status == STATUS_OK) {
        status = start_pane(desk, pane, desc.beside);
    }
    if (status != STATUS_OK) {
        if (pane != NULL) {
            pane_stop(pane);
            pane_finish(pane);
        }
        free(pane);
        return fail(error, "cannot prepare the picture", status);
    }
    pane_want_instrument(pane, spec->instrument);
    (void)desk_window_add(window, pane);
    return true;
}

static void take_pane(const struct desk *desk, const struct pane *pane,
                      struct desk_spec_pane *out) {
    *out = (struct desk_spec_pane){.settings = pane->nav.settings, .span_ms = pane_span_ms(pane)};
    pane_instrument_text(pane, desk->moment.scene, sizeof out->instrument, out->instrument);
}

bool desk_start_panes(struct desk *desk, char error[OPTION_ERROR_BYTES]) {
    const struct pane *first = NULL;
    for (int w = 0; w < desk->window_count; w++) {
        for (int i = 0; i < desk->windows[w]->pane_count; i++) {
            struct pane *pane = desk->windows[w]->panes[i];
            enum status status = pane_start(pane, first);
            first = first != NULL ? first : pane;
            if (status != STATUS_OK) {
                return fail(error, "cannot start the raster thread", status);
            }
        }
    }
    return true;
}

/* -- windows -- */

static bool is_kiosk(const struct desk *desk) {
    return option_flag(&desk->options, OPT_kiosk);
}

/* In a kiosk every window fills its screen, whatever a layout says. */
static struct display_place place_of(const struct desk *desk, const struct desk_spec_window *spec) {
    struct display_place place = spec->place;
    place.fullscreen = place.fullscreen || (is_kiosk(desk) && !place.clean);
    return place;
}

/* A layout that says nothing of them leaves them as they are; a kiosk has none. */
static void set_panels(const struct desk *desk, struct desk_window *window,
                       const struct desk_spec_window *spec) {
    if (spec->panels[0] != '\0' && !is_kiosk(desk)) {
        desk_panels_parse(window, spec->panels);
    }
}

/* Everything of a window: its panes, its panels, the window itself. */
static void close_window(struct desk *desk, struct desk_window *window) {
    int kept = 0;
    display_begin(window->display);
    desk_panels_close(window);
    backdrop_copy_finish(&window->unkeyed);
    while (window->pane_count > 0) {
        desk_window_remove(window, window->pane_count - 1);
    }
    desktop_close(desk->desktop, window->display);
    screenshot_job_destroy(window->shot);
    for (int i = 0; i < desk->window_count; i++) {
        if (desk->windows[i] != window) {
            desk->windows[kept++] = desk->windows[i];
        }
    }
    assert(kept == desk->window_count - 1);
    desk->window_count = kept;
    desk->windows[kept] = NULL;
    desk->focused = desk->focused < kept ? desk->focused : 0;
    free(window);
}

static bool open_window(struct desk *desk, const struct desk_spec_window *spec, char *error) {
    const struct display_place place = place_of(desk, spec);
    char reason[DISPLAY_REASON_BYTES];
    struct desk_window *window = calloc(1, sizeof *window);
    if (window == NULL) {
        return fail(error, "window", STATUS_MEMORY);
    }
    if (desktop_open(desk->desktop, &place, &window->display, reason) != STATUS_OK) {
        str_copy(error, OPTION_ERROR_BYTES, reason);
        free(window);
        return false;
    }
    desk->windows[desk->window_count++] = window;
    window->arrange = spec->arrange;
    window->background = spec->background;
    for (int i = 0; i < spec->pane_count; i++) {
        if (!add_pane(desk, window, &spec->panes[i], error)) {
            close_window(desk, window);
            return false;
        }
    }
    window->focused = 0;
    if (!desk_panels_open(desk, window)) {
        close_window(desk, window);
        return fail(error, "window", STATUS_MEMORY);
    }
    set_panels(desk, window, spec);
    window->begin_ns = clock_mono_ns();
    pacer_init(&window->pacer, display_refresh_hz(window->display), window->begin_ns);
    return true;
}

/* -- the whole desk -- */

static bool set_window(struct desk *desk, struct desk_window *window,
                       const struct desk_spec_window *spec, char *error) {
    const struct display_place place = place_of(desk, spec);
    display_set_place(window->display, &place);
    window->arrange = spec->arrange;
    window->background = spec->background;
    window->solo = false; /* panes as they were kept: all of them */
    window->changed = true;
    set_panels(desk, window, spec);
    const bool other = window->pane_count > 0 &&
                       window->panes[0]->pipeline != desk_clean_pipeline(desk, window->display);
    while (window->pane_count > (other ? 0 : spec->pane_count)) {
        desk_window_remove(window, window->pane_count - 1);
    }
    for (int i = 0; i < window->pane_count; i++) {
        struct pane *pane = window->panes[i];
        navigator_init(&pane->nav, &(struct navigator_desc){.span_ms = spec->panes[i].span_ms,
                                                            .settings = spec->panes[i].settings});
        pane_want_instrument(pane, spec->panes[i].instrument);
    }
    bool good = true;
    while (good && window->pane_count < spec->pane_count) {
        good = add_pane(desk, window, &spec->panes[window->pane_count], error);
    }
    window->focused = 0;
    return good;
}

bool desk_open_spec(struct desk *desk, const struct desk_spec *spec,
                    char error[OPTION_ERROR_BYTES]) {
    assert(spec->window_count > 0);
    bool good = true;
    for (int w = 0; w < spec->window_count && good; w++) {
        good = w < desk->window_count ? set_window(desk, desk->windows[w], &spec->windows[w], error)
                                      : open_window(desk, &spec->windows[w], error);
    }
    while (good && desk->window_count > spec->window_count) {
        close_window(desk, desk->windows[desk->window_count - 1]);
    }
    return good;
}

static void take_window(const struct desk *desk, const struct desk_window *window,
                        struct desk_spec_window *out) {
    out->place = display_get_place(window->display);
    out->arrange = window->arrange;
    out->background = window->background;
    (void)desk_panels_format(window, out->panels);
    out->pane_count = window->pane_count;
    for (int i = 0; i < window->pane_count; i++) {
        take_pane(desk, window->panes[i], &out->panes[i]);
    }
}

void desk_take_spec(const struct desk *desk, struct desk_spec *out) {
    memset(out, 0, sizeof *out);
    out->window_count = desk->window_count;
    for (int w = 0; w < desk->window_count; w++) {
        take_window(desk, desk->windows[w], &out->windows[w]);
    }
}

/* -- commands -- */

bool desk_open_has(enum action action) {
    return action >= ACTION_WINDOW_NEW && action <= ACTION_PANE_NEXT;
}

/* Beside the old one, with what its focused pane shows. */
static bool new_window(struct desk *desk, struct desk_window *window, struct pane *pane,
                       char *error) {
    static struct desk_spec_window spec; /* some kilobytes: not on the stack */
    if (desk->window_count == DESKTOP_WINDOW_MAX) {
        str_format(error, OPTION_ERROR_BYTES, "%d windows are the most", (int)DESKTOP_WINDOW_MAX);
        return false;
    }
    spec = (struct desk_spec_window){.place = display_get_place(window->display), .pane_count = 1};
    spec.place.fullscreen = false;
    spec.place.rect.x += CASCADE;
    spec.place.rect.y += CASCADE;
    take_pane(desk, pane, &spec.panes[0]);
    return open_window(desk, &spec, error);
}

enum { CLEAN_WIDTH = 1920, CLEAN_HEIGHT = 1080 }; /* what streams have */

/* One of what the pane shows, or none. */
static bool toggle_clean(struct desk *desk, struct pane *pane, char *error) {
    static struct desk_spec_window spec; /* some kilobytes: not on the stack */
    bool any = false;
    for (int w = desk->window_count - 1; w >= 0; w--) {
        if (display_is_clean(desk->windows[w]->display)) {
            desk_window_closed(desk, desk->windows[w]);
            any = true;
        }
    }
    if (any) {
        return true;
    }
    if (desk->window_count == DESKTOP_WINDOW_MAX) {
        str_format(error, OPTION_ERROR_BYTES, "%d windows are the most", (int)DESKTOP_WINDOW_MAX);
        return false;
    }
    spec = (struct desk_spec_window){
        .place = {.clean = true, .rect = {.w = CLEAN_WIDTH, .h = CLEAN_HEIGHT}},
        .background = (enum backdrop_kind)option_integer(&desk->options, OPT_clean_background),
        .pane_count = 1};
    take_pane(desk, pane, &spec.panes[0]);
    return open_window(desk, &spec, error);
}

static bool split_pane(struct desk *desk, struct desk_window *window, struct pane *pane,
                       char *error) {
    struct desk_spec_pane spec;
    take_pane(desk, pane, &spec);
    return add_pane(desk, window, &spec, error);
}

/* There is one to sit at beside this one. */
static bool has_other(const struct desk *desk, const struct desk_window *window) {
    bool any = false;
    for (int w = 0; w < desk->window_count; w++) {
        any = any || (desk->windows[w] != window && !display_is_clean(desk->windows[w]->display));
    }
    return any;
}

void desk_window_closed(struct desk *desk, struct desk_window *window) {
    if (desk->window_count == 1 ||
        (!display_is_clean(window->display) && !has_other(desk, window))) {
        desk->quit = true; /* what is remembered still has it */
    } else {
        close_window(desk, window);
    }
}

static int index_of(const struct desk_window *window, const struct pane *pane) {
    int i = 0;
    while (i < window->pane_count - 1 && window->panes[i] != pane) {
        i++;
    }
    return i;
}

bool desk_open_run(struct desk *desk, struct desk_window *window, struct pane *pane,
                   enum action action, char error[OPTION_ERROR_BYTES]) {
    assert(desk_open_has(action));
    switch (action) {
    case ACTION_WINDOW_NEW:
        return new_window(desk, window, pane, error);
    case ACTION_WINDOW_CLOSE:
        desk_window_closed(desk, window);
        return true;
    case ACTION_CLEAN_FEED:
        return toggle_clean(desk, pane, error);
    case ACTION_PANE_SPLIT:
        return split_pane(desk, window, pane, error);
    case ACTION_PANE_CLOSE:
        if (window->pane_count > 1) {
            desk_window_remove(window, index_of(window, pane));
        } else {
            desk_window_closed(desk, window);
        }
        return true;
    case ACTION_PANE_SOLO:
        window->solo = !window->solo;
        window->changed = true;
        return true;
    default:
        window->focused = (window->focused + 1) % window->pane_count;
        window->changed = true;
        return true;
    }
}
