#include "gui/gui_input.h"

#include <assert.h>
#include <string.h>

#include <SDL2/SDL_events.h>

#include "base/str.h"

/* Where no pointer is. */
#define NOWHERE_PX (-1e6f)

static_assert((int)GUI_INPUT_KEY_COUNT == (int)SDL_NUM_SCANCODES, "a place per scan code");

void gui_input_init(struct gui_input *input) {
    memset(input, 0, sizeof *input);
    input->pointer_x = NOWHERE_PX;
    input->pointer_y = NOWHERE_PX;
}

static bool over_panel(const struct gui_input *input) {
    for (int i = 0; i < input->window_count; i++) {
        const struct gui_rect *at = &input->windows[i];
        if (input->pointer_x >= at->x && input->pointer_x < at->x + at->w &&
            input->pointer_y >= at->y && input->pointer_y < at->y + at->h) {
            return true;
        }
    }
    return false;
}

bool gui_input_wants_pointer(const struct gui_input *input) {
    return input->shown && (input->grabbed || (!input->elsewhere && over_panel(input)));
}

static bool any_button(const struct gui_input *input) {
    return input->button_down[0] || input->button_down[1] || input->button_down[2];
}

static void move_pointer(struct gui_input *input, int x, int y, double px_per_unit) {
    input->pointer_x = (float)(x * px_per_unit);
    input->pointer_y = (float)(y * px_per_unit);
}

static int button_index(Uint8 button) {
    switch (button) {
    case SDL_BUTTON_LEFT:
        return 0;
    case SDL_BUTTON_RIGHT:
        return 1;
    case SDL_BUTTON_MIDDLE:
        return 2;
    default:
        return -1;
    }
}

/* Who had the first button that went down has them all until the last one is up again. */
static bool take_button(struct gui_input *input, const SDL_MouseButtonEvent *button) {
    int which = button_index(button->button);
    if (which < 0) {
        return gui_input_wants_pointer(input);
    }
    bool down = button->state == SDL_PRESSED;
    if (down && !any_button(input)) {
        input->grabbed = over_panel(input);
        input->elsewhere = !input->grabbed;
    }
    bool wanted = input->grabbed;
    input->button_down[which] = down;
    input->button_hit[which] = input->button_hit[which] || down;
    if (!any_button(input)) {
        input->grabbed = false;
        input->elsewhere = false;
    }
    return wanted;
}

static bool take_key(struct gui_input *input, const SDL_KeyboardEvent *key) {
    int code = (int)key->keysym.scancode;
    if (code < 0 || code >= GUI_INPUT_KEY_COUNT) {
        return false;
    }
    /* A release is told even when the field has gone meanwhile. */
    bool down = key->state == SDL_PRESSED && input->wants_text;
    input->key_down[code] = down;
    input->key_hit[code] = input->key_hit[code] || down;
    input->shift = (key->keysym.mod & KMOD_SHIFT) != 0;
    input->ctrl = (key->keysym.mod & KMOD_CTRL) != 0;
    input->alt = (key->keysym.mod & KMOD_ALT) != 0;
    /* Function keys write nothing: they go on doing what they do. */
    bool function = code >= SDL_SCANCODE_F1 && code <= SDL_SCANCODE_F12;
    return input->wants_text && !function;
}

bool gui_input_take(struct gui_input *input, const union SDL_Event *event, double px_per_unit) {
    if (!input->shown) {
        return false;
    }
    switch (event->type) {
    case SDL_MOUSEMOTION:
        move_pointer(input, event->motion.x, event->motion.y, px_per_unit);
        return gui_input_wants_pointer(input);
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP:
        move_pointer(input, event->button.x, event->button.y, px_per_unit);
        return take_button(input, &event->button);
    case SDL_MOUSEWHEEL:
        if (!gui_input_wants_pointer(input)) {
            return false;
        }
        input->wheel_steps += event->wheel.preciseY;
        return true;
    case SDL_TEXTINPUT:
        if (input->wants_text) {
            (void)str_append(input->text, sizeof input->text, "%s", event->text.text);
        }
        return input->wants_text;
    case SDL_KEYDOWN:
    case SDL_KEYUP:
        return take_key(input, &event->key);
    case SDL_WINDOWEVENT:
        if (event->window.event == SDL_WINDOWEVENT_LEAVE && !any_button(input)) {
            input->pointer_x = NOWHERE_PX;
            input->pointer_y = NOWHERE_PX;
        }
        return false;
    default:
        return false;
    }
}

void gui_input_clear_hits(struct gui_input *input) {
    memset(input->button_hit, 0, sizeof input->button_hit);
    memset(input->key_hit, 0, sizeof input->key_hit);
    input->text[0] = '\0';
    input->wheel_steps = 0;
}
