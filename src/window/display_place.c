/* window/display_place.c - where a window is: its screen, its rectangle, its state.
 *
 * A window belongs to a screen (place.screen), by name.  Where that is unplugged, the window goes
 * to another one, and back when it comes again.  When the user moves it, and the screens have not
 * changed meanwhile (a window manager gathers windows of a screen that goes before we hear of it),
 * it belongs to the screen that it was moved to. */
#include <math.h>
#include <stdlib.h>

#include "base/str.h"
#include "window/display_inside.h"

enum {
    WINDOW_WIDTH_MIN = 320,
    WINDOW_HEIGHT_MIN = 180,
    FRAME_MAX = 64,            /* title bars and borders are no larger */
    REST_TICKS = 250,          /* a window has rested somewhere */
    OWN_MOVE_TICKS = 1500,     /* what follows a move of ours is its echo */
    MONITORS_REST_TICKS = 4000 /* window managers have arranged themselves after a change */
};

/* Whoever captures windows finds them again by these: they never change. */
static const char *title_of(const struct display_place *place) {
    return place->clean ? "liqscope clean feed" : "liqscope";
}

void display_update(struct display *display) {
    int window_width = 0;
    int window_height = 0;
    SDL_DisplayMode mode = {0};
    SDL_GetWindowSize(display->window, &window_width, &window_height);
    SDL_GL_GetDrawableSize(display->window, &display->width_px, &display->height_px);
    display->width_px = display->width_px > 0 ? display->width_px : 1;
    display->height_px = display->height_px > 0 ? display->height_px : 1;
    display->scale_factor =
        window_width > 0 ? fmax(1, (double)display->width_px / window_width) : 1;
    int screen = SDL_GetWindowDisplayIndex(display->window);
    bool known = screen >= 0 && SDL_GetCurrentDisplayMode(screen, &mode) == 0;
    display->refresh_hz = known ? mode.refresh_rate : 0;
}

static struct monitor_rect rect_now(const struct display *display) {
    struct monitor_rect rect = {0};
    SDL_GetWindowPosition(display->window, &rect.x, &rect.y);
    SDL_GetWindowSize(display->window, &rect.w, &rect.h);
    return rect;
}

static void move(struct display *display, struct monitor_rect rect) {
    display->placed_ticks = SDL_GetTicks64();
    SDL_SetWindowPosition(display->window, rect.x, rect.y);
    SDL_SetWindowSize(display->window, rect.w, rect.h);
}

/* It belongs to the screen that it is on now. */
static void adopt_screen(struct display *display) {
    int i = monitor_of_rect(display->monitors, rect_now(display));
    const struct monitor *monitor = &display->monitors->items[i];
    struct monitor_wish *screen = &display->place.screen;
    screen->number = i + 1;
    screen->bounds = monitor->bounds;
    str_copy(screen->name, sizeof screen->name, monitor->name);
    display->away = false;
}

/* The rectangle, from its screen's corner; not that of the full screen. */
static void adopt_rect(struct display *display) {
    if (!display->place.fullscreen) {
        struct monitor_rect rect = rect_now(display);
        rect.x -= display->place.screen.bounds.x;
        rect.y -= display->place.screen.bounds.y;
        display->place.rect = rect;
        display->place.placed = true;
    }
}

/* To the screen it belongs to, or to the one instead of it. */
static void go(struct display *display) {
    enum monitor_match match = MONITOR_ANY;
    int i = monitor_find(display->monitors, &display->place.screen, &match);
    struct monitor_rect bounds = display->monitors->items[i].bounds;
    display->away = match == MONITOR_INSTEAD;
    if (display->place.fullscreen) {
        /* Where no window manager answers (a wall, a bare X server), SDL's full screen changes
         * nothing: the window is brought to its size before. SDL leaves and enters it to change
         * screens. */
        (void)SDL_SetWindowFullscreen(display->window, 0);
        move(display, bounds);
        (void)SDL_SetWindowFullscreen(display->window, SDL_WINDOW_FULLSCREEN_DESKTOP);
    } else if (bounds.w > 0) {
        move(display, monitor_place(bounds, display->place.rect));
    }
    display_update(display);
}

enum status display_open_window(struct display *display, const struct display_place *place) {
    Uint32 flags = SDL_WINDOW_OPENGL | SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI |
                   (place->borderless ? SDL_WINDOW_BORDERLESS : 0U) |
                   (place->on_top ? SDL_WINDOW_ALWAYS_ON_TOP : 0U);
    enum monitor_match match = MONITOR_ANY;
    int screen = monitor_find(display->monitors, &place->screen, &match);
    struct monitor_rect bounds = display->monitors->items[screen].bounds;
    struct monitor_rect rect = place->rect;
    int x = (int)SDL_WINDOWPOS_CENTERED_DISPLAY((unsigned)screen);
    int y = x;
    display->place = *place;
    display->place.fullscreen = false;
    display->away = match == MONITOR_INSTEAD;
    if (place->placed && bounds.w > 0) {
        rect = monitor_place(bounds, rect);
        x = rect.x;
        y = rect.y;
    }
    display->placed_ticks = SDL_GetTicks64();
    display->window = SDL_CreateWindow(title_of(place), x, y, rect.w, rect.h, flags);
    if (display->window == NULL) {
        return STATUS_UNSUPPORTED;
    }
    SDL_SetWindowMinimumSize(display->window, WINDOW_WIDTH_MIN, WINDOW_HEIGHT_MIN);
    if (!display->away) {
        adopt_screen(display);
        adopt_rect(display);
    }
    display_set_fullscreen(display, place->fullscreen);
    return STATUS_OK;
}

void display_follow_monitors(struct display *display) {
    enum monitor_match match = MONITOR_ANY;
    int i = monitor_find(display->monitors, &display->place.screen, &match);
    struct monitor_rect bounds = display->monitors->items[i].bounds;
    bool lost = match == MONITOR_INSTEAD && !display->away;
    bool back = match == MONITOR_ITS_OWN && display->away;
    const struct monitor_rect *then = &display->place.screen.bounds;
    bool changed =
        bounds.x != then->x || bounds.y != then->y || bounds.w != then->w || bounds.h != then->h;
    if (lost || back || (match == MONITOR_ITS_OWN && changed)) {
        go(display);
    }
    if (match == MONITOR_ITS_OWN) {
        display->place.screen.bounds = bounds;
    }
    display_update(display);
}

/* A window manager that puts a frame around a window that comes back from the full screen moves it
 * by that frame: once more, now that the frame is known. */
static void correct(struct display *display) {
    enum monitor_match match = MONITOR_ANY;
    int i = monitor_find(display->monitors, &display->place.screen, &match);
    struct monitor_rect want =
        monitor_place(display->monitors->items[i].bounds, display->place.rect);
    struct monitor_rect now = rect_now(display);
    bool small = abs(now.x - want.x) <= FRAME_MAX && abs(now.y - want.y) <= FRAME_MAX;
    bool off = now.x != want.x || now.y != want.y;
    if (display->place.placed && !display->place.fullscreen && small && off) {
        SDL_SetWindowPosition(display->window, want.x, want.y);
    }
}

void display_learn_place(struct display *display, Uint64 now_ticks, Uint64 monitors_ticks) {
    if (display->moved_ticks == 0 || now_ticks - display->moved_ticks < REST_TICKS) {
        return;
    }
    bool echo = display->moved_ticks - display->placed_ticks < OWN_MOVE_TICKS;
    if (echo) {
        correct(display);
    }
    bool unsettled = monitors_ticks != 0 && now_ticks - monitors_ticks < MONITORS_REST_TICKS;
    display->moved_ticks = 0;
    if (!echo && !unsettled && !display->place.fullscreen && !display_is_hidden(display)) {
        adopt_screen(display);
        adopt_rect(display);
    }
}

bool display_is_hidden(const struct display *display) {
    return (SDL_GetWindowFlags(display->window) & (SDL_WINDOW_MINIMIZED | SDL_WINDOW_HIDDEN)) != 0;
}

bool display_is_fullscreen(const struct display *display) {
    return display->place.fullscreen;
}

bool display_is_clean(const struct display *display) {
    return display->place.clean;
}

void display_set_fullscreen(struct display *display, bool fullscreen) {
    if (fullscreen == display->place.fullscreen) {
        return;
    }
    if (fullscreen && !display->away) {
        adopt_screen(display);
        adopt_rect(display);
    }
    display->place.fullscreen = fullscreen;
    if (fullscreen) {
        go(display);
        return;
    }
    (void)SDL_SetWindowFullscreen(display->window, 0);
    go(display);
}

void display_set_borderless(struct display *display, bool borderless) {
    display->place.borderless = borderless;
    SDL_SetWindowBordered(display->window, borderless ? SDL_FALSE : SDL_TRUE);
}

void display_set_on_top(struct display *display, bool on_top) {
    display->place.on_top = on_top;
    SDL_SetWindowAlwaysOnTop(display->window, on_top ? SDL_TRUE : SDL_FALSE);
}

struct display_place display_get_place(const struct display *display) {
    return display->place;
}

void display_set_place(struct display *display, const struct display_place *place) {
    bool fullscreen = place->fullscreen;
    if (display->place.fullscreen) {
        (void)SDL_SetWindowFullscreen(display->window, 0);
    }
    struct monitor_rect rect = rect_now(display);
    display->place = *place;
    if (!place->placed) { /* where it is, but of the size that was asked for */
        display->place.rect.x = rect.x - display->place.screen.bounds.x;
        display->place.rect.y = rect.y - display->place.screen.bounds.y;
    }
    SDL_SetWindowTitle(display->window, title_of(place));
    display_set_borderless(display, place->borderless);
    display_set_on_top(display, place->on_top);
    display->place.fullscreen = fullscreen;
    go(display);
    if (!display->away) {
        enum monitor_match match = MONITOR_ANY;
        int i = monitor_find(display->monitors, &display->place.screen, &match);
        const struct monitor *monitor = &display->monitors->items[i];
        display->place.screen.number = i + 1;
        display->place.screen.bounds = monitor->bounds;
        str_copy(display->place.screen.name, sizeof display->place.screen.name, monitor->name);
    }
}
