/* panel/widget.h - what panels are made of: headings, switches, chips, rows, buttons, in the
 * picture's own colours and proportions.
 *
 * Thread: main, between gui_begin and gui_end_draw.  Lengths are at scale 1. */
#pragma once

#include <stdbool.h>

#include "gui/gui.h"
#include "panel/icon.h"
#include "panel/panel_model.h"
#include "view/action_call.h"

/* What every panel is given. */
struct widget_context {
    struct gui *gui;
    const struct panel_model *model;
    struct action_queue *queue; /* what the user does goes here, and nowhere else */
    float s;                    /* pixels of a length of 1 */
    float row_right;            /* pixels that widget_switch leaves free at its right */
    int chip_count;             /* since widget_chips_begin */
    bool opened;                /* the panel is drawn for the first time since it was opened */
};

enum widget_align { WIDGET_LEFT, WIDGET_RIGHT, WIDGET_MIDDLE };

struct gui_color widget_fade(struct gui_color color, double share); /* its opacity times share */
/* A quiet ground for what can be pressed; strong: it is on, or pressed. */
struct gui_color widget_ground(const struct widget_context *ui, double strength);

/* Text in a box, in the middle of its height, at its left or right edge + dx or in the middle. */
void widget_text(const struct widget_context *ui, struct gui_rect box, enum widget_align align,
                 float dx, enum gui_face face, struct gui_color color, const char *utf8);
/* The same, cut with "…" where it is wider than w pixels. */
void widget_text_cut(const struct widget_context *ui, struct gui_rect box, float dx, float w,
                     enum gui_face face, struct gui_color color, const char *utf8);

enum widget_heading { WIDGET_HEADING_FOLD = 1, WIDGET_HEADING_CLOSE = 2 };
/* The heading of a panel: WIDGET_HEADING_... of what was clicked. */
unsigned widget_heading(struct widget_context *ui, const char *title, const char *note, bool folded,
                        bool closable);
/* A small heading inside a panel. */
void widget_caption(struct widget_context *ui, const char *text);
/* A line of explanation, folded. */
void widget_note(struct widget_context *ui, const char *text);

/* A row with a box to tick; hint: a key, at the right. True: clicked. */
bool widget_switch(struct widget_context *ui, const char *id, const char *text, bool on,
                   const char *hint);
/* A row that lights up under the pointer; right: pixels of it that stay free for something else. */
struct gui_hit widget_row(struct widget_context *ui, const char *id, float h, bool selected,
                          float right);
bool widget_button(struct widget_context *ui, const char *id, const char *text, float w);
bool widget_icon_button(struct widget_context *ui, const char *id, enum icon icon, float size,
                        bool on);
/* Several of one line, of equal width; the one clicked, or -1. */
int widget_segments(struct widget_context *ui, const char *id, int count, const char *const *texts,
                    int selected);
/* share 0..1 of a line with a handle; true: it was dragged, *share is where to. */
bool widget_slider(struct widget_context *ui, const char *id, double *share);
/* A switch that is as wide as its text; several follow one another and fold. w 0: as its text. */
bool widget_chip(struct widget_context *ui, const char *id, const char *text, bool on, float w);
void widget_chips_begin(struct widget_context *ui);
/* A name at the left, a value at the right. */
void widget_value(struct widget_context *ui, const char *name, const char *value,
                  struct gui_color color);
/* A line of text to search by; true: it has changed. */
bool widget_search(struct widget_context *ui, const char *id, const char *hint, bool focus,
                   char text[GUI_TEXT_BYTES]);
/* A dot that says good or bad. */
void widget_lamp(const struct widget_context *ui, float x, float middle_y, struct gui_color color);
