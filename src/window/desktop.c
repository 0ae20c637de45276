#include "window/desktop.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "gfx/caps.h"
#include "window/display_inside.h"

struct desktop {
    struct caps caps;
    int display_count;
    struct display *displays[DESKTOP_WINDOW_MAX]; /* owned, in the order of opening */
    struct display *focused;                      /* one of them, or NULL */
    bool lost;                                    /* the context is */
    struct monitor_list monitors;
    Uint64 monitors_ticks;                   /* when they last changed */
    SDL_Cursor *cursors[INPUT_CURSOR_COUNT]; /* owned; NULL: not needed so far, or refused */
    enum input_cursor cursor;
    SDL_Surface *icon; /* owned; NULL: none */
};

static enum status fail(enum status status, char *reason, const char *what) {
    str_format(reason, DISPLAY_REASON_BYTES, "%s: %s", what, SDL_GetError());
    return status;
}

static bool env_set(const char *name) {
    const char *value = SDL_getenv(name);
    return value != NULL && value[0] != '\0';
}

/* SDL by itself would fall back to drivers that show nothing, or to the bare console: those have to
 * be asked for by name. */
static enum status init_video(char *reason) {
    bool named = env_set("SDL_VIDEODRIVER");
    if (!named && !env_set("DISPLAY") && !env_set("WAYLAND_DISPLAY")) {
        str_copy(reason, DISPLAY_REASON_BYTES,
                 "no display: neither DISPLAY nor WAYLAND_DISPLAY is set");
        return STATUS_NOT_FOUND;
    }
    if (!named) {
        SDL_SetHint(SDL_HINT_VIDEODRIVER, env_set("WAYLAND_DISPLAY") ? "wayland,x11" : "x11");
    }
    if (SDL_InitSubSystem(SDL_INIT_VIDEO) == 0) {
        return STATUS_OK;
    }
    if (named) {
        str_format(reason, DISPLAY_REASON_BYTES, "no display: SDL_VIDEODRIVER is %s: %s",
                   SDL_getenv("SDL_VIDEODRIVER"), SDL_GetError());
    } else {
        const char *variable = env_set("WAYLAND_DISPLAY") ? "WAYLAND_DISPLAY" : "DISPLAY";
        str_format(reason, DISPLAY_REASON_BYTES, "no display: cannot open %s=%s", variable,
                   SDL_getenv(variable));
    }
    return STATUS_NOT_FOUND;
}

/* The screens as they are now; without any (drivers that show nothing) one of no name. */
static void list_monitors(struct monitor_list *list) {
    int count = SDL_GetNumVideoDisplays();
    *list = (struct monitor_list){.count = count < MONITOR_MAX ? count : MONITOR_MAX};
    for (int i = 0; i < list->count; i++) {
        struct monitor *monitor = &list->items[i];
        SDL_Rect bounds = {0};
        SDL_DisplayMode mode = {0};
        const char *name = SDL_GetDisplayName(i);
        str_copy(monitor->name, sizeof monitor->name, name != NULL ? name : "");
        if (SDL_GetDisplayBounds(i, &bounds) == 0) {
            monitor->bounds = (struct monitor_rect){bounds.x, bounds.y, bounds.w, bounds.h};
        }
        monitor->refresh_hz = SDL_GetCurrentDisplayMode(i, &mode) == 0 ? mode.refresh_rate : 0;
    }
    list->count = list->count > 0 ? list->count : 1;
}

/* What window managers and panels know the windows by, as liqscope.desktop says it too: by itself
 * SDL takes the name of the file that was run. */
static void name_class(void) {
    SDL_setenv("SDL_VIDEO_X11_WMCLASS", "liqscope", 0);
    SDL_setenv("SDL_VIDEO_WAYLAND_WMCLASS", "liqscope", 0);
    SDL_SetHint(SDL_HINT_APP_NAME, "liqscope");
}

enum status desktop_create(struct desktop **out, char reason[DISPLAY_REASON_BYTES]) {
    *out = NULL;
    struct desktop *desktop = calloc(1, sizeof *desktop);
    if (desktop == NULL) {
        str_copy(reason, DISPLAY_REASON_BYTES, "out of memory");
        return STATUS_MEMORY;
    }
    name_class();
    enum status status = init_video(reason);
    if (status != STATUS_OK) {
        desktop_destroy(desktop);
        return status;
    }
    /* A window's close button is its own; the last one's, too, is answered by the desk. */
    SDL_SetHint(SDL_HINT_QUIT_ON_LAST_WINDOW_CLOSE, "0");
    list_monitors(&desktop->monitors);
    SDL_GL_SetAttribute(SDL_GL_CONTEXT_MAJOR_VERSION, 3);
    SDL_GL_SetAttribute(SDL_GL_CONTEXT_MINOR_VERSION, 3);
    SDL_GL_SetAttribute(SDL_GL_CONTEXT_PROFILE_MASK, SDL_GL_CONTEXT_PROFILE_CORE);
    SDL_GL_SetAttribute(SDL_GL_DOUBLEBUFFER, 1);
    SDL_GL_SetAttribute(SDL_GL_DEPTH_SIZE, 0);
    SDL_GL_SetAttribute(SDL_GL_STENCIL_SIZE, 0);
    *out = desktop;
    return STATUS_OK;
}

void desktop_destroy(struct desktop *desktop) {
    if (desktop == NULL) {
        return;
    }
    while (desktop->display_count > 0) {
        desktop_close(desktop, desktop->displays[desktop->display_count - 1]);
    }
    for (int i = 0; i < INPUT_CURSOR_COUNT; i++) {
        SDL_FreeCursor(desktop->cursors[i]);
    }
    SDL_FreeSurface(desktop->icon);
    SDL_Quit();
    free(desktop);
}

static caps_proc get_proc(const char *name) {
    /* ISO C forbids object-to-function casts; POSIX and SDL promise that this one works. */
    void *object = SDL_GL_GetProcAddress(name);
    caps_proc proc = NULL;
    memcpy(&proc, &object, sizeof proc);
    return proc;
}

/* One that tells when the driver was reset, where there is such a thing. */
static SDL_GLContext create_context(SDL_Window *window) {
    SDL_GL_SetAttribute(SDL_GL_CONTEXT_RESET_NOTIFICATION, SDL_GL_CONTEXT_RESET_LOSE_CONTEXT);
    SDL_GL_SetAttribute(SDL_GL_CONTEXT_FLAGS, SDL_GL_CONTEXT_ROBUST_ACCESS_FLAG);
    SDL_GLContext context = SDL_GL_CreateContext(window);
    if (context == NULL) {
        SDL_GL_SetAttribute(SDL_GL_CONTEXT_RESET_NOTIFICATION,
                            SDL_GL_CONTEXT_RESET_NO_NOTIFICATION);
        SDL_GL_SetAttribute(SDL_GL_CONTEXT_FLAGS, 0);
        context = SDL_GL_CreateContext(window);
    }
    return context;
}

/* The window's own; shares objects with those that there are. */
static enum status make_context(struct desktop *desktop, struct display *display, char *reason) {
    const struct display *other = NULL;
    for (int i = 0; i < desktop->display_count; i++) {
        other = desktop->displays[i]->context != NULL ? desktop->displays[i] : other;
    }
    if (other != NULL) {
        SDL_GL_MakeCurrent(other->window, other->context);
    }
    SDL_GL_SetAttribute(SDL_GL_SHARE_WITH_CURRENT_CONTEXT, other != NULL);
    display->context = create_context(display->window);
    if (display->context == NULL) {
        return fail(STATUS_UNSUPPORTED, reason, "no OpenGL 3.3 core context");
    }
    SDL_GL_SetSwapInterval(0);
    enum status status = caps_load(get_proc, &desktop->caps);
    if (status != STATUS_OK) {
        str_copy(reason, DISPLAY_REASON_BYTES, "this machine's OpenGL is older than 3.3 core");
        return status;
    }
    context_init(&display->own);
    return STATUS_OK;
}

static void drop_context(struct display *display) {
    if (display->context != NULL) {
        context_finish(&display->own);
        SDL_GL_DeleteContext(display->context);
        display->context = NULL;
    }
}

static enum status open_window(struct desktop *desktop, const struct display_place *place,
                               struct display *display, char *reason) {
    display->monitors = &desktop->monitors;
    if (display_open_window(display, place) != STATUS_OK) {
        return fail(STATUS_UNSUPPORTED, reason, "cannot open a window");
    }
    enum status status = make_context(desktop, display, reason);
    display_update(display);
    return status;
}

enum status desktop_open(struct desktop *desktop, const struct display_place *place,
                         struct display **out, char reason[DISPLAY_REASON_BYTES]) {
    *out = NULL;
    if (desktop->display_count == DESKTOP_WINDOW_MAX) {
        str_format(reason, DISPLAY_REASON_BYTES, "more than %d windows", DESKTOP_WINDOW_MAX);
        return STATUS_FULL;
    }
    struct display *display = calloc(1, sizeof *display);
    if (display == NULL) {
        str_copy(reason, DISPLAY_REASON_BYTES, "out of memory");
        return STATUS_MEMORY;
    }
    desktop->displays[desktop->display_count++] = display;
    enum status status = open_window(desktop, place, display, reason);
    if (status != STATUS_OK) {
        desktop_close(desktop, display);
        return status;
    }
    if (desktop->icon != NULL) {
        SDL_SetWindowIcon(display->window, desktop->icon);
    }
    *out = display;
    return STATUS_OK;
}

void desktop_set_icon(struct desktop *desktop, int width_px, int height_px, const uint8_t *rgba) {
    SDL_Surface *icon =
        SDL_CreateRGBSurfaceWithFormat(0, width_px, height_px, 32, SDL_PIXELFORMAT_RGBA32);
    for (int y = 0; icon != NULL && y < height_px; y++) {
        memcpy((uint8_t *)icon->pixels + (size_t)y * (size_t)icon->pitch,
               rgba + (size_t)y * (size_t)width_px * 4, (size_t)width_px * 4);
    }
    SDL_FreeSurface(desktop->icon);
    desktop->icon = icon;
}

void desktop_close(struct desktop *desktop, struct display *display) {
    int kept = 0;
    for (int i = 0; i < desktop->display_count; i++) {
        if (desktop->displays[i] != display) {
            desktop->displays[kept++] = desktop->displays[i];
        }
    }
    assert(kept == desktop->display_count - 1);
    desktop->display_count = kept;
    desktop->focused = desktop->focused == display ? NULL : desktop->focused;
    drop_context(display);
    if (display->window != NULL) {
        SDL_DestroyWindow(display->window);
    }
    free(display);
    if (desktop->display_count > 0) { /* what is shared goes on being made */
        display_begin(desktop->displays[0]);
    }
}

bool desktop_is_lost(const struct desktop *desktop) {
    bool refused = false;
    for (int i = 0; i < desktop->display_count; i++) {
        refused = refused || desktop->displays[i]->refused;
    }
    return desktop->lost || refused || caps_context_lost();
}

enum status desktop_renew(struct desktop *desktop, char reason[DISPLAY_REASON_BYTES]) {
    enum status status = STATUS_OK;
    for (int i = 0; i < desktop->display_count; i++) {
        drop_context(desktop->displays[i]);
        desktop->displays[i]->refused = false;
    }
    desktop->lost = false;
    for (int i = 0; i < desktop->display_count && status == STATUS_OK; i++) {
        status = make_context(desktop, desktop->displays[i], reason);
    }
    return status;
}

struct display *desktop_focused(const struct desktop *desktop) {
    return desktop->focused;
}

void desktop_keep_awake(struct desktop *desktop, bool awake) {
    (void)desktop; /* SDL's, one for the program */
    if (awake) {
        SDL_DisableScreenSaver();
    } else {
        SDL_EnableScreenSaver();
    }
}

void desktop_hide_pointer(struct desktop *desktop) {
    (void)desktop; /* as above */
    SDL_ShowCursor(SDL_DISABLE);
}

void desktop_set_cursor(struct desktop *desktop, enum input_cursor cursor) {
    static const SDL_SystemCursor shapes[INPUT_CURSOR_COUNT] = {
        [INPUT_CURSOR_ARROW] = SDL_SYSTEM_CURSOR_ARROW,
        [INPUT_CURSOR_MOVE] = SDL_SYSTEM_CURSOR_SIZEALL,
        [INPUT_CURSOR_UP_DOWN] = SDL_SYSTEM_CURSOR_SIZENS,
        [INPUT_CURSOR_LEFT_RIGHT] = SDL_SYSTEM_CURSOR_SIZEWE,
        [INPUT_CURSOR_CROSS] = SDL_SYSTEM_CURSOR_CROSSHAIR,
        [INPUT_CURSOR_HAND] = SDL_SYSTEM_CURSOR_HAND,
    };
    if (cursor == desktop->cursor) {
        return;
    }
    desktop->cursor = cursor; /* a driver without cursors is asked once for each change */
    if (desktop->cursors[cursor] == NULL) {
        desktop->cursors[cursor] = SDL_CreateSystemCursor(shapes[cursor]);
    }
    if (desktop->cursors[cursor] != NULL) {
        SDL_SetCursor(desktop->cursors[cursor]);
    }
}

/* Whose event it is; NULL: of no window. */
static struct display *find_display(const struct desktop *desktop, const SDL_Event *event) {
    Uint32 id = 0;
    switch (event->type) {
    case SDL_WINDOWEVENT:
        id = event->window.windowID;
        break;
    case SDL_KEYDOWN:
    case SDL_KEYUP:
        id = event->key.windowID;
        break;
    case SDL_TEXTINPUT:
        id = event->text.windowID;
        break;
    case SDL_MOUSEMOTION:
        id = event->motion.windowID;
        break;
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP:
        id = event->button.windowID;
        break;
    case SDL_MOUSEWHEEL:
        id = event->wheel.windowID;
        break;
    case SDL_MULTIGESTURE: { /* it names no window: the one under the pointer */
        SDL_Window *window = SDL_GetMouseFocus();
        id = window != NULL ? SDL_GetWindowID(window) : 0;
        break;
    }
    default:
        return NULL;
    }
    SDL_Window *window = SDL_GetWindowFromID(id);
    for (int i = 0; i < desktop->display_count; i++) {
        if (desktop->displays[i]->window == window) {
            return desktop->displays[i];
        }
    }
    return NULL;
}

const struct caps *desktop_caps(const struct desktop *desktop) {
    return &desktop->caps;
}

const struct monitor_list *desktop_monitors(const struct desktop *desktop) {
    return &desktop->monitors;
}

/* Screens that came, went or changed: windows follow them. */
static void follow_monitors(struct desktop *desktop) {
    list_monitors(&desktop->monitors);
    desktop->monitors_ticks = SDL_GetTicks64();
    for (int i = 0; i < desktop->display_count; i++) {
        display_follow_monitors(desktop->displays[i]);
    }
}

bool desktop_poll(struct desktop *desktop, const struct keymap *keymap,
                  struct action_queue *queue) {
    SDL_Event event;
    bool goes_on = true;
    while (SDL_PollEvent(&event)) {
        struct display *display = find_display(desktop, &event);
        goes_on = goes_on && event.type != SDL_QUIT;
        if (event.type == SDL_RENDER_DEVICE_RESET) {
            desktop->lost = true;
        }
        if (event.type == SDL_DISPLAYEVENT) {
            follow_monitors(desktop);
        }
        if (display == NULL) {
            continue;
        }
        if (event.type == SDL_WINDOWEVENT && event.window.event == SDL_WINDOWEVENT_FOCUS_GAINED) {
            desktop->focused = display;
        }
        display_take_event(display, &event, keymap, queue);
    }
    for (int i = 0; i < desktop->display_count; i++) {
        display_end_input(desktop->displays[i]);
        display_learn_place(desktop->displays[i], SDL_GetTicks64(), desktop->monitors_ticks);
    }
    return goes_on;
}
