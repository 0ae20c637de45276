/* What of the estimate is shown: leverage, side, amount, whose positions. */
#include <math.h>

#include "base/number.h"
#include "base/str.h"
#include "panel/sections.h"

/* The amounts that the slider runs through, USD a basis point; at its left end nothing is left
 * out. */
#define LEAST_LOW  1e3
#define LEAST_HIGH 1e9

static const char *const band_titles[SETTINGS_BAND_COUNT] = {
    "Below 5x", "5x to 10x", "10x to 25x", "25x to 50x", "50x to 100x", "100x and more"};

static void draw_bands(struct widget_context *ui) {
    const struct panel_model *model = ui->model;
    uint32_t all = (1U << SETTINGS_BAND_COUNT) - 1;
    uint32_t hidden = model->settings.band_hidden & all;
    float only_w = 46 * ui->s;
    widget_caption(ui, "Leverage of the positions");
    for (int band = 0; band < SETTINGS_BAND_COUNT; band++) {
        bool on = (hidden >> band & 1) == 0;
        bool alone = hidden == (all & ~(1U << band));
        gui_push_id(ui->gui, band);
        ui->row_right = only_w;
        if (widget_switch(ui, "band", band_titles[band], on, "")) {
            action_queue_add_action(ui->queue, ACTION_BAND(band + 1));
        }
        ui->row_right = 0;
        gui_same_line(ui->gui, 0);
        struct gui_hit hit = gui_area(ui->gui, "only", only_w, 26 * ui->s);
        widget_text(ui, hit.rect, WIDGET_RIGHT, 0, GUI_SMALL,
                    hit.hovered ? model->colors.text
                                : (alone ? model->colors.accent : model->colors.text_faint),
                    alone ? "all" : "only");
        if (hit.clicked) {
            action_queue_add_action(ui->queue, (enum action)(ACTION_BAND_1_ALONE + band));
        }
        gui_pop_id(ui->gui);
    }
}

static void draw_side(struct widget_context *ui) {
    static const char *const texts[] = {"Both", "Longs", "Shorts", "Net"};
    static const char *const values[SETTINGS_SIDE_COUNT] = {"both", "long", "short", "net"};
    widget_caption(ui, "Side");
    int clicked =
        widget_segments(ui, "side", SETTINGS_SIDE_COUNT, texts, (int)ui->model->settings.side);
    if (clicked >= 0) {
        action_queue_add_text(ui->queue, ACTION_SET, "side %s", values[clicked]);
    }
}

static void draw_least(struct widget_context *ui) {
    const struct panel_model *model = ui->model;
    char number[NUMBER_TEXT_BYTES];
    double least = model->settings.least_usd_per_bp;
    struct gui_rect head = gui_place(ui->gui, 0, 26 * ui->s);
    widget_text(ui, head, WIDGET_LEFT, 0, GUI_SMALL, model->colors.text_faint, "Least shown");
    widget_text(ui, head, WIDGET_RIGHT, 0, GUI_MONO,
                least > 0 ? model->colors.text : model->colors.text_dim,
                least > 0 ? number_format_usd_round(least, number) : "everything");
    double share = least > 0 ? log(least / LEAST_LOW) / log(LEAST_HIGH / LEAST_LOW) : 0;
    if (widget_slider(ui, "least", &share)) {
        double usd = LEAST_LOW * pow(LEAST_HIGH / LEAST_LOW, share);
        double step = pow(10, floor(log10(usd)) - 1);
        usd = share <= 0.005 ? 0 : round(usd / step) * step; /* two figures */
        action_queue_add_text(ui->queue, ACTION_SET, "least %.0f", usd);
    }
}

void section_filters(struct panels *panels, struct widget_context *ui) {
    const struct panel_model *model = ui->model;
    (void)panels;
    draw_bands(ui);
    gui_gap(ui->gui, 6 * ui->s);
    draw_side(ui);
    gui_gap(ui->gui, 6 * ui->s);
    draw_least(ui);
    gui_gap(ui->gui, 6 * ui->s);
    if (widget_switch(ui, "within", "Opened in the window only",
                      model->settings.opened_within_window,
                      section_key(model, ACTION_OPENED_WITHIN))) {
        action_queue_add_action(ui->queue, ACTION_OPENED_WITHIN);
    }
    if (widget_switch(ui, "split", "Shorts and longs apart", model->settings.split,
                      section_key(model, ACTION_SPLIT))) {
        action_queue_add_action(ui->queue, ACTION_SPLIT);
    }
}
