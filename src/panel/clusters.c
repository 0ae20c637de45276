/* What stands out in the map now, as a ladder of prices with the price now between its sides. */
#include <math.h>

#include "base/number.h"
#include "base/str.h"
#include "panel/sections.h"

#define ROW_H 27

static void draw_cluster(struct widget_context *ui, const struct panel_cluster *row, double usd_max,
                         int index) {
    const struct panel_model *model = ui->model;
    const struct panel_colors *colors = &model->colors;
    char text[NUMBER_TEXT_BYTES];
    float s = ui->s;
    gui_push_id(ui->gui, index);
    struct gui_hit hit = widget_row(ui, "cluster", ROW_H, false, 0);
    struct gui_rect box = hit.rect;
    /* A bar as long as it is large, of its side's colour. */
    float share = (float)(row->usd / usd_max);
    struct gui_rect bar = {box.x, box.y + box.h - 3.5f * s, fmaxf(2 * s, box.w * share), 2 * s};
    gui_draw_rect(ui->gui, bar, 1 * s, widget_fade(section_side_color(model, row->side), 0.85));
    widget_text(ui, box, WIDGET_LEFT, 0, GUI_MONO, colors->text,
                number_format_price(row->price,
                                    model->price_decimals > 1 ? 1 : model->price_decimals, text));
    str_format(text, sizeof text, "%+.2f %%", row->distance * 100);
    struct gui_rect middle = box;
    middle.w = 158 * s;
    widget_text(ui, middle, WIDGET_RIGHT, 0, GUI_SMALL, colors->text_dim, text);
    struct gui_rect usd = box;
    usd.w = box.w - 34 * s;
    widget_text(ui, usd, WIDGET_RIGHT, 0, GUI_MONO,
                row->calibrated ? colors->text : colors->text_dim,
                number_format_usd(row->usd, text));
    str_format(text, sizeof text, "%d", row->rank);
    struct gui_rect badge = {box.x + box.w - 22 * s, box.y + 4 * s, 22 * s, box.h - 8 * s};
    bool pulls = row->rank <= 3;
    if (pulls) {
        gui_draw_rect(ui->gui, badge, 5 * s, widget_ground(ui, 1.4));
    }
    widget_text(ui, badge, WIDGET_MIDDLE, 0, pulls ? GUI_STRONG : GUI_SMALL,
                pulls ? colors->text : colors->text_faint, text);
    if (hit.clicked) {
        action_queue_add_text(ui->queue, ACTION_SHOW_PRICE, "%.10g", row->price);
    }
    gui_pop_id(ui->gui);
}

static void draw_price(struct widget_context *ui) {
    const struct panel_model *model = ui->model;
    char text[NUMBER_TEXT_BYTES];
    float s = ui->s;
    struct gui_rect box = gui_place(ui->gui, 0, 24 * s);
    number_format_price(model->price, model->price_decimals, text);
    float w = gui_text_width(ui->gui, GUI_MONO, text) + 14 * s;
    struct gui_rect line = {box.x, roundf(box.y + box.h / 2), box.w, fmaxf(1, s)};
    gui_draw_rect(ui->gui, line, 0, model->colors.rule);
    struct gui_rect tag = {box.x, box.y + 3 * s, w, box.h - 6 * s};
    gui_draw_rect(ui->gui, tag, 4 * s, model->colors.text);
    widget_text(ui, tag, WIDGET_MIDDLE, 0, GUI_MONO, model->colors.plate, text);
}

void section_clusters(struct panels *panels, struct widget_context *ui) {
    const struct panel_model *model = ui->model;
    char text[PANEL_TEXT_BYTES];
    char number[2][NUMBER_TEXT_BYTES];
    double usd_max = 0;
    (void)panels;
    if (model->cluster_count == 0) {
        widget_note(ui, "Nothing stands out in the map, or there is none yet.");
        return;
    }
    struct gui_rect head = gui_place(ui->gui, 0, 20 * ui->s);
    widget_text(ui, head, WIDGET_LEFT, 0, GUI_SMALL, model->colors.text_faint, "price");
    widget_text(ui, head, WIDGET_RIGHT, -34 * ui->s, GUI_SMALL, model->colors.text_faint,
                "estimate");
    widget_text(ui, head, WIDGET_RIGHT, 0, GUI_SMALL, model->colors.text_faint, "pull");
    for (int i = 0; i < model->cluster_count; i++) {
        usd_max = fmax(usd_max, model->clusters[i].usd);
    }
    bool price_told = false;
    for (int i = 0; i < model->cluster_count; i++) {
        if (!price_told && model->clusters[i].price < model->price) {
            draw_price(ui);
            price_told = true;
        }
        draw_cluster(ui, &model->clusters[i], usd_max, i);
    }
    if (!price_told && model->price > 0) {
        draw_price(ui);
    }
    str_format(
        text, sizeof text,
        "Whole map: longs %s, shorts %s.\nPull is USD over distance; 1 pulls most. A click shows "
        "it.",
        number_format_usd(model->side_usd[0], number[0]),
        number_format_usd(model->side_usd[1], number[1]));
    widget_note(ui, text);
}
