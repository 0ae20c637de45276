#include "panel/widget.h"

#include <math.h>
#include <string.h>

#include "base/str.h"

/* Lengths at scale 1. */
#define HEADING_H 34
#define ROW_H     26
#define CHIP_H    25
#define CHIP_GAP  5
#define BOX       15
#define ROUNDING  5

struct gui_color widget_fade(struct gui_color color, double share) {
    color.a = (uint8_t)lround(color.a * share);
    return color;
}

struct gui_color widget_ground(const struct widget_context *ui, double strength) {
    /* The text's colour, thin: a little lighter on dark, a little darker on light. */
    struct gui_color color = ui->model->colors.text;
    color.a = (uint8_t)lround(255 * 0.11 * strength);
    return color;
}

static float text_top(const struct widget_context *ui, struct gui_rect box, enum gui_face face) {
    return roundf(box.y + (box.h - gui_line_height(ui->gui, face)) / 2);
}

void widget_text(const struct widget_context *ui, struct gui_rect box, enum widget_align align,
                 float dx, enum gui_face face, struct gui_color color, const char *utf8) {
    float w = gui_text_width(ui->gui, face, utf8);
    float x = box.x + dx;
    if (align == WIDGET_RIGHT) {
        x = box.x + box.w + dx - w;
    } else if (align == WIDGET_MIDDLE) {
        x = box.x + (box.w - w) / 2 + dx;
    }
    gui_draw_text(ui->gui, face, roundf(x), text_top(ui, box, face), color, utf8);
}

void widget_text_cut(const struct widget_context *ui, struct gui_rect box, float dx, float w,
                     enum gui_face face, struct gui_color color, const char *utf8) {
    char text[PANEL_TEXT_BYTES];
    (void)str_copy(text, sizeof text - 4, utf8);
    size_t len = strlen(text);
    while (len > 0 && gui_text_width(ui->gui, face, text) > w) {
        do {
            len--;
        } while (len > 0 && ((unsigned char)text[len] & 0xC0) == 0x80); /* whole characters */
        text[len] = '\0';
        (void)str_append(text, sizeof text, "…");
    }
    widget_text(ui, box, WIDGET_LEFT, dx, face, color, text);
}

unsigned widget_heading(struct widget_context *ui, const char *title, const char *note, bool folded,
                        bool closable) {
    const struct panel_colors *colors = &ui->model->colors;
    float s = ui->s;
    float close_w = closable ? 30 * s : 0;
    unsigned happened = 0;
    struct gui_hit hit =
        gui_area(ui->gui, "heading", gui_width_left(ui->gui) - close_w, HEADING_H * s);
    struct gui_color ink = hit.hovered ? colors->text : colors->text_dim;
    struct gui_rect fold = {hit.rect.x, hit.rect.y, 18 * s, hit.rect.h};
    icon_draw(ui->gui, folded ? ICON_FOLDED : ICON_OPEN, fold, 12 * s, ink);
    widget_text(ui, hit.rect, WIDGET_LEFT, 22 * s, GUI_STRONG, colors->text, title);
    if (note[0] != '\0') {
        widget_text(ui, hit.rect, WIDGET_RIGHT, closable ? 0 : -6 * s, GUI_SMALL,
                    colors->text_faint, note);
    }
    happened |= hit.clicked ? WIDGET_HEADING_FOLD : 0U;
    if (closable) {
        gui_same_line(ui->gui, 0);
        struct gui_hit close = gui_area(ui->gui, "close", close_w, HEADING_H * s);
        icon_draw(ui->gui, ICON_CLOSE, close.rect, 11 * s,
                  close.hovered ? colors->text : colors->text_faint);
        happened |= close.clicked ? WIDGET_HEADING_CLOSE : 0U;
    }
    return happened;
}

void widget_caption(struct widget_context *ui, const char *text) {
    struct gui_rect box = gui_place(ui->gui, 0, 24 * ui->s);
    box.y += 2 * ui->s;
    widget_text(ui, box, WIDGET_LEFT, 0, GUI_SMALL, ui->model->colors.text_faint, text);
}

void widget_note(struct widget_context *ui, const char *text) {
    float w = gui_width_left(ui->gui);
    float h = gui_text_height(ui->gui, GUI_SMALL, w, text);
    struct gui_rect box = gui_place(ui->gui, 0, h + 6 * ui->s);
    gui_draw_wrapped(ui->gui, GUI_SMALL, box.x, box.y + 3 * ui->s, w, ui->model->colors.text_faint,
                     text);
}

struct gui_hit widget_row(struct widget_context *ui, const char *id, float h, bool selected,
                          float right) {
    struct gui_hit hit = gui_area(ui->gui, id, gui_width_left(ui->gui) - right, h * ui->s);
    double strength = selected ? 1 : (hit.held ? 0.9 : (hit.hovered ? 0.55 : 0));
    if (strength > 0) {
        struct gui_rect box = hit.rect;
        box.x -= 6 * ui->s;
        box.w += (right > 0 ? 6 : 12) * ui->s;
        gui_draw_rect(ui->gui, box, ROUNDING * ui->s, widget_ground(ui, strength));
    }
    return hit;
}

bool widget_switch(struct widget_context *ui, const char *id, const char *text, bool on,
                   const char *hint) {
    const struct panel_colors *colors = &ui->model->colors;
    float s = ui->s;
    struct gui_hit hit = widget_row(ui, id, ROW_H, false, ui->row_right);
    struct gui_rect box = {hit.rect.x, roundf(hit.rect.y + (hit.rect.h - BOX * s) / 2), BOX * s,
                           BOX * s};
    if (on) {
        gui_draw_rect(ui->gui, box, 4 * s, colors->accent);
        struct gui_color ink = colors->light ? (struct gui_color){255, 255, 255, 255}
                                             : (struct gui_color){11, 14, 21, 255};
        icon_draw(ui->gui, ICON_TICK, box, BOX * s, ink);
    } else {
        gui_draw_frame(ui->gui, box, 4 * s, fmaxf(1, 1.2f * s), widget_fade(colors->text_dim, 0.7));
    }
    widget_text(ui, hit.rect, WIDGET_LEFT, 25 * s, GUI_BODY,
                on || hit.hovered ? colors->text : colors->text_dim, text);
    if (hint[0] != '\0') {
        widget_text(ui, hit.rect, WIDGET_RIGHT, 0, GUI_SMALL, colors->text_faint, hint);
    }
    return hit.clicked;
}

bool widget_button(struct widget_context *ui, const char *id, const char *text, float w) {
    const struct panel_colors *colors = &ui->model->colors;
    float width = w > 0 ? w : gui_text_width(ui->gui, GUI_BODY, text) + 22 * ui->s;
    struct gui_hit hit = gui_area(ui->gui, id, width, 28 * ui->s);
    double strength = hit.held ? 1.9 : (hit.hovered ? 1.4 : 0.8);
    gui_draw_rect(ui->gui, hit.rect, ROUNDING * ui->s, widget_ground(ui, strength));
    widget_text(ui, hit.rect, WIDGET_MIDDLE, 0, GUI_BODY, colors->text, text);
    return hit.clicked;
}

bool widget_icon_button(struct widget_context *ui, const char *id, enum icon icon, float size,
                        bool on) {
    const struct panel_colors *colors = &ui->model->colors;
    struct gui_hit hit = gui_area(ui->gui, id, size, size);
    double strength = hit.held ? 1.6 : (hit.hovered ? 1 : (on ? 0.8 : 0));
    if (strength > 0) {
        gui_draw_rect(ui->gui, hit.rect, 6 * ui->s, widget_ground(ui, strength));
    }
    struct gui_color ink = on ? colors->accent : (hit.hovered ? colors->text : colors->text_dim);
    icon_draw(ui->gui, icon, hit.rect, size * 0.5f, ink);
    return hit.clicked;
}

int widget_segments(struct widget_context *ui, const char *id, int count, const char *const *texts,
                    int selected) {
    const struct panel_colors *colors = &ui->model->colors;
    float s = ui->s;
    float w = floorf(gui_width_left(ui->gui) / (float)count);
    int clicked = -1;
    for (int i = 0; i < count; i++) {
        char name[48];
        str_format(name, sizeof name, "%s%d", id, i);
        if (i > 0) {
            gui_same_line(ui->gui, 0);
        }
        struct gui_hit hit = gui_area(ui->gui, name, w, 27 * s);
        struct gui_rect box = hit.rect;
        box.x += i > 0 ? 1.5f * s : 0;
        box.w -= i > 0 ? 1.5f * s : 0;
        double strength = i == selected ? 2 : (hit.hovered ? 1.2 : 0.6);
        gui_draw_rect(ui->gui, box, ROUNDING * s, widget_ground(ui, strength));
        widget_text(ui, box, WIDGET_MIDDLE, 0, i == selected ? GUI_STRONG : GUI_BODY,
                    i == selected ? colors->text : colors->text_dim, texts[i]);
        clicked = hit.clicked ? i : clicked;
    }
    return clicked;
}

bool widget_slider(struct widget_context *ui, const char *id, double *share) {
    const struct panel_colors *colors = &ui->model->colors;
    float s = ui->s;
    struct gui_hit hit = gui_area(ui->gui, id, 0, 22 * s);
    float r = 6.5f * s;
    double at = *share < 0 ? 0 : (*share > 1 ? 1 : *share);
    if (hit.held) {
        at = ((double)hit.x - r) / ((double)hit.rect.w - 2 * r);
        at = at < 0 ? 0 : (at > 1 ? 1 : at);
    }
    float middle = hit.rect.y + hit.rect.h / 2;
    float x = hit.rect.x + r + (hit.rect.w - 2 * r) * (float)at;
    struct gui_rect track = {hit.rect.x, middle - 2 * s, hit.rect.w, 4 * s};
    gui_draw_rect(ui->gui, track, 2 * s, widget_ground(ui, 1.2));
    track.w = x - track.x;
    gui_draw_rect(ui->gui, track, 2 * s, widget_fade(colors->accent, 0.7));
    gui_draw_circle(ui->gui, x, middle, r, 0,
                    hit.hovered || hit.held ? colors->text : colors->text_dim);
    bool dragged = hit.held && at != *share;
    *share = at;
    return dragged;
}

void widget_chips_begin(struct widget_context *ui) {
    ui->chip_count = 0;
}

bool widget_chip(struct widget_context *ui, const char *id, const char *text, bool on, float w) {
    const struct panel_colors *colors = &ui->model->colors;
    float s = ui->s;
    float width = w > 0 ? w : gui_text_width(ui->gui, GUI_BODY, text) + 20 * s;
    if (ui->chip_count++ > 0) {
        gui_same_line_if(ui->gui, CHIP_GAP * s, width);
    }
    struct gui_hit hit = gui_area(ui->gui, id, width, (CHIP_H + CHIP_GAP) * s);
    struct gui_rect box = {hit.rect.x, hit.rect.y, width, CHIP_H * s};
    double strength = on ? 1.7 : (hit.hovered ? 1.1 : 0.5);
    gui_draw_rect(ui->gui, box, ROUNDING * s, widget_ground(ui, strength));
    if (on) {
        gui_draw_frame(ui->gui, box, ROUNDING * s, fmaxf(1, s), widget_fade(colors->accent, 0.75));
    }
    widget_text(ui, box, WIDGET_MIDDLE, 0, GUI_BODY,
                on || hit.hovered ? colors->text : colors->text_dim, text);
    return hit.clicked;
}

void widget_value(struct widget_context *ui, const char *name, const char *value,
                  struct gui_color color) {
    struct gui_rect box = gui_place(ui->gui, 0, 21 * ui->s);
    widget_text(ui, box, WIDGET_LEFT, 0, GUI_BODY, ui->model->colors.text_dim, name);
    widget_text(ui, box, WIDGET_RIGHT, 0, GUI_MONO, color, value);
}

bool widget_search(struct widget_context *ui, const char *id, const char *hint, bool focus,
                   char text[GUI_TEXT_BYTES]) {
    const struct gui_edit_desc desc = {.id = id, .hint = hint, .face = GUI_BODY, .focus = focus};
    bool changed = (gui_edit(ui->gui, &desc, text) & GUI_EDIT_CHANGED) != 0;
    gui_gap(ui->gui, 6 * ui->s);
    return changed;
}

void widget_lamp(const struct widget_context *ui, float x, float middle_y, struct gui_color color) {
    gui_draw_circle(ui->gui, x, middle_y, 4 * ui->s, 0, color);
}
