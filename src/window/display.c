#include "window/display.h"

#include <string.h>

#include "gui/gui.h"
#include "window/display_inside.h"

enum { FAILED_SWAPS_MAX = 3 }; /* in a row: the context is lost */
#define PINCH_LN 3.0           /* spread over the whole touchpad: twenty-fold */

void display_begin(struct display *display) {
    display->refused = SDL_GL_MakeCurrent(display->window, display->context) != 0;
    context_use(&display->own);
}

struct target display_target(const struct display *display) {
    return (struct target){.width_px = display->width_px, .height_px = display->height_px};
}

double display_refresh_hz(const struct display *display) {
    return display->refresh_hz;
}

const struct input *display_input(const struct display *display) {
    return &display->input;
}

static unsigned mods_of(Uint16 held) {
    return ((held & KMOD_SHIFT) != 0 ? KEYMAP_SHIFT : 0U) |
           ((held & KMOD_CTRL) != 0 ? KEYMAP_CTRL : 0U) |
           ((held & KMOD_ALT) != 0 ? KEYMAP_ALT : 0U);
}

static void take_key(const SDL_KeyboardEvent *key, const struct keymap *keymap,
                     struct action_queue *queue) {
    const struct action_call *call = keymap_find(keymap, key->keysym.sym, mods_of(key->keysym.mod));
    if (call != NULL && (key->repeat == 0 || action_row(call->action)->repeats)) {
        action_queue_add(queue, call);
    }
}

static void take_motion(struct display *display, const SDL_MouseMotionEvent *motion) {
    if (display->dragging) {
        display->input.drag_x_px += motion->xrel * display->scale_factor;
        display->input.drag_y_px += motion->yrel * display->scale_factor;
    }
}

static enum input_button button_of(Uint8 button) {
    switch (button) {
    case SDL_BUTTON_LEFT:
        return INPUT_BUTTON_LEFT;
    case SDL_BUTTON_MIDDLE:
        return INPUT_BUTTON_MIDDLE;
    case SDL_BUTTON_RIGHT:
        return INPUT_BUTTON_RIGHT;
    default:
        return INPUT_BUTTON_NONE;
    }
}

/* One button at a time: another one that goes down meanwhile does nothing. */
static void take_button(struct display *display, const SDL_MouseButtonEvent *event) {
    struct input *input = &display->input;
    enum input_button button = button_of(event->button);
    bool down = event->state == SDL_PRESSED;
    if (button == INPUT_BUTTON_NONE || display->dragging == down ||
        (!down && button != input->button)) {
        return;
    }
    display->dragging = down;
    input->released = input->released || !down;
    if (down) {
        input->button = button;
        input->pressed = true;
        input->double_clicked = event->clicks == 2;
        input->press_x_px = event->x * display->scale_factor;
        input->press_y_px = event->y * display->scale_factor;
    }
    /* Off-screen drivers cannot capture; dragging then ends at the window's edge. */
    SDL_CaptureMouse(display->dragging ? SDL_TRUE : SDL_FALSE);
}

static void take_wheel(struct input *input, const SDL_MouseWheelEvent *wheel) {
    double sign = wheel->direction == SDL_MOUSEWHEEL_FLIPPED ? -1 : 1;
    input->wheel_steps += sign * (double)wheel->preciseY;
    input->wheel_x_steps += sign * (double)wheel->preciseX;
}

/* Two fingers: how much they spread, as a share of the touchpad or the screen. */
static void take_gesture(struct input *input, const SDL_MultiGestureEvent *gesture) {
    if (gesture->numFingers == 2) {
        input->pinch_ln += (double)gesture->dDist * PINCH_LN;
    }
}

static void take_window_event(struct display *display, Uint8 event) {
    display->input.closed = display->input.closed || event == SDL_WINDOWEVENT_CLOSE;
    if (event == SDL_WINDOWEVENT_MOVED || event == SDL_WINDOWEVENT_SIZE_CHANGED) {
        display->moved_ticks = SDL_GetTicks64();
    }
    display_update(display);
}

void display_take_event(struct display *display, const SDL_Event *event,
                        const struct keymap *keymap, struct action_queue *queue) {
    struct input *input = &display->input;
    if (display->place.clean && event->type != SDL_WINDOWEVENT) {
        return; /* what goes out on a stream is changed by nobody's hand on it */
    }
    input->any = true;
    if (display->gui != NULL && gui_take_event(display->gui, event, display->scale_factor)) {
        return;
    }
    switch (event->type) {
    case SDL_WINDOWEVENT:
        take_window_event(display, event->window.event);
        break;
    case SDL_KEYDOWN:
        take_key(&event->key, keymap, queue);
        break;
    case SDL_MOUSEMOTION:
        take_motion(display, &event->motion);
        break;
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP:
        take_button(display, &event->button);
        break;
    case SDL_MOUSEWHEEL:
        take_wheel(input, &event->wheel);
        break;
    case SDL_MULTIGESTURE:
        take_gesture(input, &event->mgesture);
        break;
    default:
        break;
    }
}

void display_end_input(struct display *display) {
    struct input *input = &display->input;
    int x = 0;
    int y = 0;
    SDL_GetMouseState(&x, &y);
    input->dragging = display->dragging;
    input->shift = (SDL_GetModState() & KMOD_SHIFT) != 0;
    input->ctrl = (SDL_GetModState() & KMOD_CTRL) != 0;
    bool panels = display->gui != NULL && gui_wants_pointer(display->gui);
    input->pointer_inside =
        SDL_GetMouseFocus() == display->window && !panels && !display->place.clean;
    input->pointer_x_px = x * display->scale_factor;
    input->pointer_y_px = y * display->scale_factor;
}

void display_set_gui(struct display *display, struct gui *gui) {
    display->gui = gui;
}

void display_swap(struct display *display) {
    SDL_ClearError(); /* the swap returns nothing, but drivers that fail say why */
    SDL_GL_SwapWindow(display->window);
    display->failed_swaps = SDL_GetError()[0] != '\0' ? display->failed_swaps + 1 : 0;
    if (display->failed_swaps == FAILED_SWAPS_MAX) {
        display->failed_swaps = 0;
        display->refused = true;
    }
}

void display_end_frame(struct display *display) {
    struct input *input = &display->input;
    *input = (struct input){
        .button = input->button, .press_x_px = input->press_x_px, .press_y_px = input->press_y_px};
}
