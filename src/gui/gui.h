/* gui/gui.h - panels over a picture: windows that take the pointer and the keyboard, and what is
 * drawn and typed in them.  Dear ImGui lies behind it; nothing of it is seen here.
 *
 * Thread: main, with the GL context current.  Owner: app/desk, one for each window of the program,
 * made when its first panel opens.  Lengths are pixels of the window's target from its top left
 * corner, colours sRGB.  Between gui_begin and gui_end_draw the others may be called; a frame
 * without them costs nothing, and its events are not wanted.
 * Limits: GUI_TEXT_BYTES - 1 bytes of a text field; text drawn is Latin, Greek letters, arrows and
 * the usual signs. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { GUI_TEXT_BYTES = 512 };

struct gui;
union SDL_Event;

struct gui_rect {
    float x, y, w, h;
};
struct gui_color {
    uint8_t r, g, b, a;
};

enum gui_face { GUI_BODY, GUI_SMALL, GUI_STRONG, GUI_MONO, GUI_TITLE, GUI_FACE_COUNT };

/* A font's file, borrowed for the call; which face of it; how high its line is, in ems. */
struct gui_font {
    const char *path;
    int index;
    double height_em;
};
struct gui_desc {
    struct gui_font sans, strong, mono;
};

/* Colours of what ImGui draws by itself: plates of windows, text fields, scroll bars. */
struct gui_colors {
    struct gui_color plate, rule, text, text_dim, field, selection;
};

struct gui_frame {
    int width_px, height_px;
    double scale;    /* of texts and lengths; 1 at 1080 lines, 0.5..4 */
    int64_t mono_ns; /* for a caret that blinks, and double clicks */
    struct gui_colors colors;
};

/* STATUS_NOT_FOUND: a font's file cannot be read; STATUS_UNSUPPORTED: GL refused; STATUS_MEMORY.
 * *out is NULL unless STATUS_OK. */
enum status gui_create(const struct gui_desc *desc, struct gui **out);
void gui_destroy(struct gui *gui); /* NULL accepted; before the GL context */

/* An event of its window; px_per_unit: target pixels of one of the window system's. True: a panel
 * has it, the picture must not. */
bool gui_take_event(struct gui *gui, const union SDL_Event *event, double px_per_unit);
bool gui_wants_pointer(const struct gui *gui); /* it is over a panel, or dragging from one */
bool gui_wants_text(const struct gui *gui);    /* a text field is being typed in */

void gui_begin(struct gui *gui, const struct gui_frame *frame);
/* Of what is drawn from here on, 0..1; a frame begins with 1. */
void gui_set_opacity(struct gui *gui, double opacity);
/* The frame is complete; its windows take events from here on. */
void gui_end(struct gui *gui);
/* Draw it into the framebuffer that is bound, whose row 0 is the bottom one. GL's state is as it
 * was, but for the framebuffer's contents. */
void gui_draw(struct gui *gui);

/* -- a frame that is drawn once and copied as long as it does not change -- */

/* Many small shapes are dear without a graphics card, a copy is not. Worth it: there are many, and
 * all of them opaque (a copy knows no half of an opacity). */
bool gui_is_worth_copying(const struct gui *gui);
/* It is another one than when this was called last: draw it into the texture, cleared within
 * gui_bounds to nothing. */
bool gui_take_change(struct gui *gui);
struct gui_rect gui_bounds(const struct gui *gui); /* of all that gui_draw draws, whole pixels */
/* What its windows cover (those that have a plate; further ones are left out); how many there are.
 */
enum { GUI_PLATE_MAX = 8 };
int gui_list_plates(const struct gui *gui, struct gui_rect out[GUI_PLATE_MAX]);
/* Draw it as it was drawn into a texture of the frame's size (its GL name). */
void gui_draw_copy(struct gui *gui, unsigned texture);

/* No panel is shown any more: events are not wanted until the next frame. */
void gui_hide(struct gui *gui);
int gui_draw_count(const struct gui *gui); /* GL draw calls of the last frame */

/* -- windows -- */

struct gui_window_desc {
    const char *id;
    float x, y, w, h;        /* h 0: as high as what is in it, h_max at most; w 0: as wide */
    float pivot_x, pivot_y;  /* which of its points lies at x, y: 0, 0 its top left corner */
    float h_max;             /* 0: any */
    float padding, rounding; /* inside, and of its corners */
    bool bare;               /* no plate */
    bool passive;            /* the pointer goes through */
    bool raised;             /* before the others, and it has the keyboard when it opens */
};
/* Every begin has its end. */
void gui_window_begin(struct gui *gui, const struct gui_window_desc *desc);
void gui_window_end(struct gui *gui);
struct gui_rect gui_window_rect(const struct gui *gui); /* of the one that is begun */
/* A part of the window of its own height that scrolls. */
void gui_scroll_begin(struct gui *gui, const char *id, float h);
void gui_scroll_end(struct gui *gui);
/* Scroll so that what was placed last is seen. */
void gui_scroll_here(struct gui *gui);

/* -- layout: boxes follow one another downwards, their heights in whole pixels -- */

/* A box of the window's; w 0: the rest of the line. */
struct gui_rect gui_place(struct gui *gui, float w, float h);
void gui_same_line(struct gui *gui, float gap); /* the next box stands right of the last one */
void gui_gap(struct gui *gui, float h);
void gui_same_line_if(struct gui *gui, float gap, float w); /* where w fits beside it */
struct gui_rect gui_get_place(const struct gui *gui);       /* where the next box lies; h is 0 */
void gui_set_place(struct gui *gui, float x, float y);      /* the next box's corner */
float gui_width_left(const struct gui *gui);                /* of the line */

/* What the pointer does in a box of the window's. */
struct gui_hit {
    struct gui_rect rect;
    bool hovered, held, clicked, double_clicked;
    float x, y; /* the pointer, from the box's corner */
};
struct gui_hit gui_area(struct gui *gui, const char *id, float w, float h);
/* Names are unique between a push and its pop. */
void gui_push_id(struct gui *gui, int id);
void gui_pop_id(struct gui *gui);

/* -- drawing, in the window that is begun; outside its part that is seen nothing appears -- */

/* Before all windows instead, and without one, until the end. */
void gui_front_begin(struct gui *gui);
void gui_front_end(struct gui *gui);

void gui_draw_rect(struct gui *gui, struct gui_rect rect, float rounding, struct gui_color color);
void gui_draw_frame(struct gui *gui, struct gui_rect rect, float rounding, float width,
                    struct gui_color color);
/* From left to right, from one colour to the other. */
void gui_draw_ramp(struct gui *gui, struct gui_rect rect, struct gui_color left,
                   struct gui_color right);
/* Through count points x, y. */
void gui_draw_line(struct gui *gui, int count, const float (*points)[2], float width,
                   struct gui_color color);
void gui_draw_polygon(struct gui *gui, int count, const float (*points)[2],
                      struct gui_color color); /* convex */
/* width 0: filled. */
void gui_draw_circle(struct gui *gui, float x, float y, float r, float width,
                     struct gui_color color);
/* Its box's top left corner at x, y. */
void gui_draw_text(struct gui *gui, enum gui_face face, float x, float y, struct gui_color color,
                   const char *utf8);
/* Folded at w. */
void gui_draw_wrapped(struct gui *gui, enum gui_face face, float x, float y, float w,
                      struct gui_color color, const char *utf8);
float gui_text_width(const struct gui *gui, enum gui_face face, const char *utf8);
float gui_text_height(const struct gui *gui, enum gui_face face, float w, const char *utf8);
float gui_line_height(const struct gui *gui, enum gui_face face);

/* -- typing -- */

enum gui_edit { GUI_EDIT_CHANGED = 1, GUI_EDIT_ENTERED = 2, GUI_EDIT_ACTIVE = 4 };
struct gui_edit_desc {
    const char *id, *hint;
    enum gui_face face;
    float w;             /* 0: the rest of the line */
    bool focus;          /* it gets the keyboard now */
    const char *replace; /* takes the place of what is there; NULL: nothing does */
};
/* A line of text; GUI_EDIT_... of what happened. */
unsigned gui_edit(struct gui *gui, const struct gui_edit_desc *desc, char text[GUI_TEXT_BYTES]);

enum gui_key {
    GUI_KEY_ESCAPE,
    GUI_KEY_ENTER,
    GUI_KEY_TAB,
    GUI_KEY_UP,
    GUI_KEY_DOWN,
    GUI_KEY_PAGE_UP,
    GUI_KEY_PAGE_DOWN,
    GUI_KEY_COUNT
};
bool gui_key_pressed(const struct gui *gui, enum gui_key key); /* in this frame, or again */

#ifdef __cplusplus
}
#endif
