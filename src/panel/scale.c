/* The palettes, and from how many USD a basis point on the field is dark and bright. */
#include <math.h>

#include "base/number.h"
#include "base/str.h"
#include "panel/sections.h"
#include "view/colormap.h"
#include "view/scale.h"

enum { RAMP_STEPS = 20 };
#define NEAREST 1.05 /* white stays so many times above black */

static struct gui_color sample(enum colormap_id id, int side, double brightness) {
    float rgb[3];
    colormap_sample(id, side, brightness, rgb);
    return (struct gui_color){(uint8_t)lroundf(rgb[0] * 255), (uint8_t)lroundf(rgb[1] * 255),
                              (uint8_t)lroundf(rgb[2] * 255), 255};
}

static void draw_palette_ramp(struct widget_context *ui, enum colormap_id id, int side,
                              struct gui_rect box) {
    for (int i = 0; i < RAMP_STEPS; i++) {
        float left = roundf(box.x + box.w * (float)i / RAMP_STEPS);
        float right = roundf(box.x + box.w * (float)(i + 1) / RAMP_STEPS);
        struct gui_rect part = {left, box.y, right - left, box.h};
        gui_draw_ramp(ui->gui, part, sample(id, side, (double)i / RAMP_STEPS),
                      sample(id, side, (double)(i + 1) / RAMP_STEPS));
    }
}

/* Its two ramps, shorts above longs as in the picture; one where both are the same. */
static void draw_swatch(struct widget_context *ui, enum colormap_id id, struct gui_rect box) {
    if (colormap_is_single(id)) {
        draw_palette_ramp(ui, id, 0, box);
    } else {
        struct gui_rect half = {box.x, box.y, box.w, box.h / 2};
        draw_palette_ramp(ui, id, 1, half);
        half.y += half.h;
        draw_palette_ramp(ui, id, 0, half);
    }
    gui_draw_frame(ui->gui, box, 0, 1, widget_fade(ui->model->colors.rule, 0.9));
}

static void draw_palettes(struct widget_context *ui) {
    const struct panel_model *model = ui->model;
    const struct panel_colors *colors = &model->colors;
    float s = ui->s;
    for (int i = 0; i < COLORMAP_COUNT; i++) {
        enum colormap_id id = (enum colormap_id)i;
        bool on = model->settings.palette == id;
        struct gui_hit hit = widget_row(ui, colormap_key(id), 27, on, 0);
        struct gui_rect swatch = {hit.rect.x, roundf(hit.rect.y + 6 * s), roundf(108 * s),
                                  roundf(15 * s)};
        draw_swatch(ui, id, swatch);
        widget_text(ui, hit.rect, WIDGET_LEFT, 118 * s, GUI_BODY,
                    on || hit.hovered ? colors->text : colors->text_dim, colormap_key(id));
        if (on) {
            struct gui_rect tick = {hit.rect.x + hit.rect.w - 16 * s, hit.rect.y, 16 * s,
                                    hit.rect.h};
            icon_draw(ui->gui, ICON_TICK, tick, 14 * s, colors->accent);
        } else if (colormap_is_safe(id) && hit.hovered) {
            widget_text(ui, hit.rect, WIDGET_RIGHT, 0, GUI_SMALL, colors->text_faint,
                        "colour-blind");
        }
        if (hit.clicked) {
            action_queue_add_text(ui->queue, ACTION_SET, "palette %s", colormap_key(id));
        }
    }
}

/* -- the line of USD, and its two handles -- */

/* What the line runs through, USD a basis point: whole decades with room beside both handles; it
 * stays while one of them is dragged. */
static void choose_range(struct panels *panels, double black, double white) {
    if (!panels->scale_held) {
        panels->scale_low = pow(10, floor(log10(black) - 0.3));
        panels->scale_high = pow(10, ceil(log10(white) + 0.3));
    }
}

static double share_of(const struct panels *panels, double usd) {
    double share = log(usd / panels->scale_low) / log(panels->scale_high / panels->scale_low);
    return share < 0 ? 0 : (share > 1 ? 1 : share);
}

static double usd_at(const struct panels *panels, double share) {
    double bounded = share < 0 ? 0 : (share > 1 ? 1 : share);
    double usd = panels->scale_low * pow(panels->scale_high / panels->scale_low, bounded);
    double step = pow(10, floor(log10(usd)) - 1);
    return round(usd / step) * step; /* two figures */
}

static void draw_handle(struct widget_context *ui, struct gui_hit hit, struct gui_color fill,
                        const char *text, bool below) {
    const struct panel_colors *colors = &ui->model->colors;
    float s = ui->s;
    float x = hit.rect.x + hit.rect.w / 2;
    struct gui_rect body = {roundf(x - 4 * s), hit.rect.y, 8 * s, hit.rect.h};
    gui_draw_rect(ui->gui, body, 3 * s, fill);
    gui_draw_frame(ui->gui, body, 3 * s, fmaxf(1, 1.3f * s),
                   hit.hovered || hit.held ? colors->text : colors->text_dim);
    struct gui_rect label = {x, below ? hit.rect.y + hit.rect.h + 2 * s : hit.rect.y - 18 * s, 0,
                             16 * s};
    widget_text(ui, label, WIDGET_MIDDLE, 0, GUI_SMALL, colors->text, text);
}

/* Runs under the pointer while it is held; the USD it stands at. */
static double drag_handle(struct panels *panels, struct widget_context *ui, const char *id,
                          struct gui_rect line, double usd, struct gui_color fill, bool below) {
    float s = ui->s;
    float w = 18 * s;
    char number[NUMBER_TEXT_BYTES];
    float x = line.x + line.w * (float)share_of(panels, usd);
    gui_set_place(ui->gui, x - w / 2, line.y - 4 * s);
    struct gui_hit hit = gui_area(ui->gui, id, w, line.h + 8 * s);
    if (hit.held && fabsf(hit.x - w / 2) > 0.5f) {
        usd = usd_at(panels, ((double)hit.rect.x + hit.x - line.x) / line.w);
    }
    panels->scale_held = panels->scale_held || hit.held;
    draw_handle(ui, hit, fill, number_format_usd_round(usd, number), below);
    return usd;
}

static void draw_ends(struct panels *panels, struct widget_context *ui) {
    const struct panel_model *model = ui->model;
    float s = ui->s;
    double black = model->black_usd_per_bp;
    double white = model->white_usd_per_bp;
    struct gui_rect all = gui_place(ui->gui, 0, 66 * s);
    if (!(black > 0) || !(white > black)) {
        widget_text(ui, all, WIDGET_LEFT, 0, GUI_SMALL, model->colors.text_faint,
                    "Nothing was drawn yet.");
        return;
    }
    choose_range(panels, black, white);
    panels->scale_held = false;
    struct gui_rect line = {all.x + 9 * s, all.y + 24 * s, all.w - 18 * s, 16 * s};
    gui_draw_rect(ui->gui, line, 3 * s, widget_ground(ui, 0.7));
    float left = roundf(line.x + line.w * (float)share_of(panels, black));
    float right = roundf(line.x + line.w * (float)share_of(panels, white));
    struct gui_rect between = {left, line.y, right - left, line.h};
    struct gui_rect after = {right, line.y, line.x + line.w - right, line.h};
    draw_swatch(ui, model->settings.palette, between);
    gui_draw_rect(ui->gui, after, 0, sample(model->settings.palette, 1, 1));
    double black_now =
        drag_handle(panels, ui, "black", line, black, sample(model->settings.palette, 0, 0), true);
    double white_now =
        drag_handle(panels, ui, "white", line, white, sample(model->settings.palette, 1, 1), false);
    gui_set_place(ui->gui, all.x, all.y + all.h);
    if (black_now != black && black_now * NEAREST < white) {
        action_queue_add_text(ui->queue, ACTION_SET, "black %.0f", black_now);
    }
    if (white_now != white && white_now > black * NEAREST) {
        action_queue_add_text(ui->queue, ACTION_SET, "white %.0f", white_now);
    }
}

static void draw_scale(struct panels *panels, struct widget_context *ui) {
    static const char *const held_texts[] = {"Automatic", "Pinned"};
    static const char *const curve_texts[] = {"Log", "Square root", "Linear"};
    static const char *const certainty_texts[] = {"Grey", "Stripes", "Hidden"};
    static const char *const certainty_values[] = {"saturation", "hatch", "off"};
    const struct panel_model *model = ui->model;
    bool held = model->settings.black_usd_per_bp > 0 || model->settings.white_usd_per_bp > 0;
    widget_caption(ui, "Scale, USD a basis point of price");
    draw_ends(panels, ui);
    int clicked = widget_segments(ui, "held", 2, held_texts, held ? 1 : 0);
    if (clicked == 0) {
        action_queue_add_action(ui->queue, ACTION_SCALE_AUTO);
    } else if (clicked == 1 && model->white_usd_per_bp > 0) {
        action_queue_add_text(ui->queue, ACTION_SET, "black %.0f", model->black_usd_per_bp);
        action_queue_add_text(ui->queue, ACTION_SET, "white %.0f", model->white_usd_per_bp);
    }
    gui_gap(ui->gui, 6 * ui->s);
    widget_caption(ui, "Brightness grows with");
    clicked =
        widget_segments(ui, "curve", SCALE_CURVE_COUNT, curve_texts, (int)model->settings.curve);
    if (clicked >= 0) {
        action_queue_add_text(ui->queue, ACTION_SET, "curve %s",
                              scale_curve_key((enum scale_curve)clicked));
    }
    gui_gap(ui->gui, 6 * ui->s);
    widget_caption(ui, "What is not calibrated");
    clicked = widget_segments(ui, "certainty", COLORMAP_CERTAINTY_COUNT, certainty_texts,
                              (int)model->settings.certainty);
    if (clicked >= 0) {
        action_queue_add_text(ui->queue, ACTION_SET, "certainty %s", certainty_values[clicked]);
    }
}

void section_scale(struct panels *panels, struct widget_context *ui) {
    draw_palettes(ui);
    gui_gap(ui->gui, 4 * ui->s);
    draw_scale(panels, ui);
}
