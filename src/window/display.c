#include "window/display.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <SDL2/SDL.h>

#include "base/str.h"
#include "gfx/caps.h"

enum { WINDOW_WIDTH_MIN = 320, WINDOW_HEIGHT_MIN = 180 };

struct display {
    SDL_Window *window;    /* owned */
    SDL_GLContext context; /* owned */
    struct caps caps;
    int width_px, height_px;
    double scale_factor;
    SDL_Rect windowed; /* where the window goes back to from the full screen */
    bool fullscreen, dragging;
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

static enum status create_window(struct display *display, const struct display_desc *desc,
                                 char *reason) {
    Uint32 flags = SDL_WINDOW_OPENGL | SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI;
    SDL_GL_SetAttribute(SDL_GL_CONTEXT_MAJOR_VERSION, 3);
    SDL_GL_SetAttribute(SDL_GL_CONTEXT_MINOR_VERSION, 3);
    SDL_GL_SetAttribute(SDL_GL_CONTEXT_PROFILE_MASK, SDL_GL_CONTEXT_PROFILE_CORE);
    SDL_GL_SetAttribute(SDL_GL_DOUBLEBUFFER, 1);
    SDL_GL_SetAttribute(SDL_GL_DEPTH_SIZE, 0);
    SDL_GL_SetAttribute(SDL_GL_STENCIL_SIZE, 0);
    display->window = SDL_CreateWindow(desc->title, SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED,
                                       desc->width_px, desc->height_px, flags);
    if (display->window == NULL) {
        return fail(STATUS_UNSUPPORTED, reason, "cannot open a window");
    }
    SDL_SetWindowMinimumSize(display->window, WINDOW_WIDTH_MIN, WINDOW_HEIGHT_MIN);
    display_set_fullscreen(display, desc->fullscreen);
    display->context = SDL_GL_CreateContext(display->window);
    if (display->context == NULL) {
        return fail(STATUS_UNSUPPORTED, reason, "no OpenGL 3.3 core context");
    }
    return STATUS_OK;
}

static caps_proc get_proc(const char *name) {
    /* ISO C forbids object-to-function casts; POSIX and SDL promise that this one works. */
    void *object = SDL_GL_GetProcAddress(name);
    caps_proc proc = NULL;
    memcpy(&proc, &object, sizeof proc);
    return proc;
}

static void update_size(struct display *display) {
    int window_width = 0;
    int window_height = 0;
    SDL_GetWindowSize(display->window, &window_width, &window_height);
    SDL_GL_GetDrawableSize(display->window, &display->width_px, &display->height_px);
    display->width_px = display->width_px > 0 ? display->width_px : 1;
    display->height_px = display->height_px > 0 ? display->height_px : 1;
    display->scale_factor =
        window_width > 0 ? fmax(1, (double)display->width_px / window_width) : 1;
}

enum status display_create(const struct display_desc *desc, struct display **out,
                           char reason[DISPLAY_REASON_BYTES]) {
    *out = NULL;
    struct display *display = calloc(1, sizeof *display);
    if (display == NULL) {
        str_copy(reason, DISPLAY_REASON_BYTES, "out of memory");
        return STATUS_MEMORY;
    }
    enum status status = init_video(reason);
    if (status == STATUS_OK) {
        status = create_window(display, desc, reason);
    }
    if (status == STATUS_OK) {
        SDL_GL_SetSwapInterval(0);
        status = caps_load(get_proc, &display->caps);
        if (status != STATUS_OK) {
            str_copy(reason, DISPLAY_REASON_BYTES, "this machine's OpenGL is older than 3.3 core");
        }
    }
    if (status != STATUS_OK) {
        display_destroy(display);
        return status;
    }
    update_size(display);
    *out = display;
    return STATUS_OK;
}

void display_destroy(struct display *display) {
    if (display == NULL) {
        return;
    }
    if (display->context != NULL) {
        SDL_GL_DeleteContext(display->context);
    }
    if (display->window != NULL) {
        SDL_DestroyWindow(display->window);
    }
    SDL_Quit();
    free(display);
}

struct target display_target(const struct display *display) {
    return (struct target){.width_px = display->width_px, .height_px = display->height_px};
}

double display_refresh_hz(const struct display *display) {
    SDL_DisplayMode mode;
    int index = SDL_GetWindowDisplayIndex(display->window);
    if (index < 0 || SDL_GetCurrentDisplayMode(index, &mode) != 0) {
        return 0;
    }
    return mode.refresh_rate;
}

static void add_action(struct input *input, enum action action) {
    if (action == ACTION_NONE) {
        return;
    }
    if (input->action_count == INPUT_ACTION_MAX) {
        input->dropped_count++;
        return;
    }
    input->actions[input->action_count++] = action;
}

static void take_motion(struct display *display, struct input *input,
                        const SDL_MouseMotionEvent *motion) {
    if (display->dragging) {
        input->drag_x_px += motion->xrel * display->scale_factor;
        input->drag_y_px += motion->yrel * display->scale_factor;
    }
}

static void take_button(struct display *display, struct input *input,
                        const SDL_MouseButtonEvent *button) {
    if (button->button != SDL_BUTTON_LEFT) {
        return;
    }
    display->dragging = button->state == SDL_PRESSED;
    if (button->state == SDL_PRESSED && button->clicks == 2) {
        add_action(input, ACTION_FOLLOW);
    }
    /* Off-screen drivers cannot capture; dragging then ends at the window's edge. */
    SDL_CaptureMouse(display->dragging ? SDL_TRUE : SDL_FALSE);
}

static void take_event(struct display *display, struct input *input, const SDL_Event *event) {
    switch (event->type) {
    case SDL_QUIT:
        input->quit = true;
        break;
    case SDL_WINDOWEVENT:
        if (event->window.event == SDL_WINDOWEVENT_CLOSE) {
            input->quit = true;
        }
        update_size(display);
        break;
    case SDL_KEYDOWN: {
        bool shift = (event->key.keysym.mod & KMOD_SHIFT) != 0;
        enum action action = keymap_action(event->key.keysym.sym, shift);
        if (event->key.repeat == 0 || keymap_repeats(action)) {
            add_action(input, action);
        }
        break;
    }
    case SDL_MOUSEMOTION:
        take_motion(display, input, &event->motion);
        break;
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP:
        take_button(display, input, &event->button);
        break;
    case SDL_MOUSEWHEEL: {
        /* Shift turns the wheel sideways on some systems: both axes mean one thing here. */
        float steps = event->wheel.preciseY != 0 ? event->wheel.preciseY : event->wheel.preciseX;
        bool flipped = event->wheel.direction == SDL_MOUSEWHEEL_FLIPPED;
        input->wheel_steps += flipped ? -steps : steps;
        break;
    }
    default:
        break;
    }
}

void display_poll(struct display *display, struct input *input) {
    SDL_Event event;
    int x = 0;
    int y = 0;
    memset(input, 0, sizeof *input);
    while (SDL_PollEvent(&event)) {
        take_event(display, input, &event);
        input->any = true;
    }
    SDL_GetMouseState(&x, &y);
    input->shift = (SDL_GetModState() & KMOD_SHIFT) != 0;
    input->pointer_inside = SDL_GetMouseFocus() == display->window;
    input->pointer_x_px = x * display->scale_factor;
    input->pointer_y_px = y * display->scale_factor;
}

void display_set_fullscreen(struct display *display, bool fullscreen) {
    if (fullscreen == display->fullscreen) {
        return;
    }
    SDL_Rect screen = {0};
    SDL_Rect *windowed = &display->windowed;
    if (fullscreen) {
        SDL_GetWindowPosition(display->window, &windowed->x, &windowed->y);
        SDL_GetWindowSize(display->window, &windowed->w, &windowed->h);
        /* Where no window manager answers (a wall, a bare X server), SDL's full screen changes
         * nothing: the window is brought to its size before. */
        if (SDL_GetDisplayBounds(SDL_GetWindowDisplayIndex(display->window), &screen) == 0) {
            SDL_SetWindowPosition(display->window, screen.x, screen.y);
            SDL_SetWindowSize(display->window, screen.w, screen.h);
        }
        (void)SDL_SetWindowFullscreen(display->window, SDL_WINDOW_FULLSCREEN_DESKTOP);
    } else {
        (void)SDL_SetWindowFullscreen(display->window, 0);
        SDL_SetWindowSize(display->window, windowed->w, windowed->h);
        SDL_SetWindowPosition(display->window, windowed->x, windowed->y);
    }
    display->fullscreen = fullscreen;
    update_size(display);
}

void display_swap(struct display *display) {
    SDL_GL_SwapWindow(display->window);
}
