/* The liquidations that were published, newest first. */
#include "base/number.h"
#include "base/str.h"
#include "panel/sections.h"

#define ROW_H     22
#define HEIGHT    250
#define LARGE_USD 100000.0 /* stands out */

static void draw_row(struct widget_context *ui, const struct panel_liquidation *row) {
    const struct panel_model *model = ui->model;
    const struct panel_colors *colors = &model->colors;
    char text[NUMBER_TEXT_BYTES];
    float s = ui->s;
    struct gui_rect box = gui_place(ui->gui, 0, ROW_H * s);
    bool large = row->usd >= LARGE_USD;
    widget_text(ui, box, WIDGET_LEFT, 0, GUI_SMALL, colors->text_faint,
                number_format_age(model->now_ms - row->ts_ms, text));
    widget_lamp(ui, box.x + 56 * s, box.y + box.h / 2, section_side_color(model, row->side));
    widget_text(ui, box, WIDGET_LEFT, 66 * s, GUI_SMALL, colors->text_dim,
                row->side == 0 ? "long" : "short");
    struct gui_rect usd = {box.x, box.y, 164 * s, box.h};
    widget_text(ui, usd, WIDGET_RIGHT, 0, large ? GUI_STRONG : GUI_MONO,
                large ? colors->text : colors->text_dim, number_format_usd(row->usd, text));
    widget_text(ui, box, WIDGET_RIGHT, -10 * s, GUI_MONO, colors->text_dim,
                number_format_price(row->price, row->decimals, text));
}

void section_tape(struct panels *panels, struct widget_context *ui) {
    const struct panel_model *model = ui->model;
    (void)panels;
    if (model->tape_count == 0) {
        widget_note(ui, "None was published in this time; not every venue publishes them.");
        return;
    }
    bool sampled = false;
    float h = ROW_H * ui->s * (float)model->tape_count;
    gui_scroll_begin(ui->gui, "tape", h < HEIGHT * ui->s ? h : HEIGHT * ui->s);
    for (int i = 0; i < model->tape_count; i++) {
        sampled = sampled || !model->tape[i].complete;
        draw_row(ui, &model->tape[i]);
    }
    gui_scroll_end(ui->gui);
    if (sampled) {
        widget_note(ui, "The venue publishes only some of them: this is a lower bound.");
    }
}
