/* gui/gui_input.h - the events of a window between two frames of its panels: what of them is the
 * panels', and what they add up to.
 *
 * Thread: main.  Owner: gui.  Limits: GUI_INPUT_WINDOW_MAX windows that take the pointer,
 * GUI_INPUT_TEXT_BYTES - 1 bytes typed a frame; what is more is left out. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "gui/gui.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    GUI_INPUT_BUTTON_COUNT = 3, /* left, right, middle */
    GUI_INPUT_KEY_COUNT = 512,  /* SDL's scan codes */
    GUI_INPUT_WINDOW_MAX = 32,
    GUI_INPUT_TEXT_BYTES = 256
};

struct gui_input {
    bool shown;      /* panels are on the screen; otherwise no event is theirs */
    bool wants_text; /* a text field is typed in */
    float pointer_x, pointer_y;
    float wheel_steps;
    char text[GUI_INPUT_TEXT_BYTES];
    /* Down now, and gone down since the last frame: a press and its release may lie in one. */
    bool button_down[GUI_INPUT_BUTTON_COUNT], button_hit[GUI_INPUT_BUTTON_COUNT];
    bool key_down[GUI_INPUT_KEY_COUNT], key_hit[GUI_INPUT_KEY_COUNT];
    bool shift, ctrl, alt;
    bool grabbed;   /* a button went down over a panel, and is down still */
    bool elsewhere; /* over the picture */
    int window_count;
    struct gui_rect windows[GUI_INPUT_WINDOW_MAX]; /* of the last frame */
};

void gui_input_init(struct gui_input *input);
/* True: it is the panels'. */
bool gui_input_take(struct gui_input *input, const union SDL_Event *event, double px_per_unit);
bool gui_input_wants_pointer(const struct gui_input *input);
/* The frame has taken them. */
void gui_input_clear_hits(struct gui_input *input);

#ifdef __cplusplus
}
#endif
