/* Which instrument is looked at, over how much time, and whose others are added up. */
#include <math.h>
#include <string.h>

#include "base/number.h"
#include "base/str.h"
#include "panel/match.h"
#include "panel/sections.h"

#define ROW_H 44

static const struct {
    const char *text;
    double ms;
} spans[] = {
    {"30m", 30 * 60e3},   {"1h", 3600e3},        {"4h", 4 * 3600e3},    {"12h", 12 * 3600e3},
    {"24h", 86400e3},     {"48h", 2 * 86400e3},  {"3d", 3 * 86400e3},   {"1w", 7 * 86400e3},
    {"2w", 14 * 86400e3}, {"1mo", 30 * 86400e3}, {"3mo", 90 * 86400e3}, {"1y", 365 * 86400e3},
};

static void draw_instrument(struct widget_context *ui, const struct panel_instrument *row,
                            int index) {
    const struct panel_model *model = ui->model;
    const struct panel_colors *colors = &model->colors;
    char text[NUMBER_TEXT_BYTES + 8];
    char number[NUMBER_TEXT_BYTES];
    float s = ui->s;
    gui_push_id(ui->gui, index);
    struct gui_hit hit = widget_row(ui, "instrument", ROW_H, row->shown, 0);
    struct gui_rect upper = {hit.rect.x, hit.rect.y + 4 * s, hit.rect.w, 19 * s};
    struct gui_rect lower = {hit.rect.x, hit.rect.y + 22 * s, hit.rect.w, 17 * s};
    widget_text(ui, upper, WIDGET_LEFT, 0, GUI_STRONG, colors->text, row->symbol);
    widget_text(ui, lower, WIDGET_LEFT, 0, GUI_SMALL, colors->text_dim,
                model->demo ? "Simulated market" : row->venue);
    if (row->price > 0) {
        widget_text(ui, upper, WIDGET_RIGHT, 0, GUI_MONO, colors->text,
                    number_format_price(row->price, row->decimals, number));
    }
    if (row->oi_usd > 0) {
        str_format(text, sizeof text, "OI %s", number_format_usd(row->oi_usd, number));
        widget_text(ui, lower, WIDGET_RIGHT, 0, GUI_SMALL, colors->text_dim, text);
    }
    if (hit.clicked && !row->shown) {
        action_queue_add_text(ui->queue, ACTION_INSTRUMENT, "%s:%s", row->key, row->symbol);
    }
    gui_pop_id(ui->gui);
}

static void draw_instruments(struct panels *panels, struct widget_context *ui) {
    const struct panel_model *model = ui->model;
    int found = 0;
    if (model->instrument_count > 1) {
        (void)widget_search(ui, "##market", "Search symbol or venue", false, panels->market_search);
    }
    for (int i = 0; i < model->instrument_count; i++) {
        const struct panel_instrument *row = &model->instruments[i];
        char text[PANEL_TEXT_BYTES];
        str_format(text, sizeof text, "%s %s %s", row->symbol, row->base, row->venue);
        bool fits = model->instrument_count == 1 || match_score(panels->market_search, text) > 0;
        if (fits) {
            draw_instrument(ui, row, i);
            found++;
        }
    }
    if (found == 0) {
        widget_note(ui, model->instrument_count == 0 ? "No market yet: its source is connecting."
                                                     : "Nothing here is called so.");
    }
}

static void draw_spans(struct widget_context *ui) {
    widget_caption(ui, "Time across the picture");
    widget_chips_begin(ui);
    float w = floorf((gui_width_left(ui->gui) - 15 * ui->s) / 4 - 1);
    for (size_t i = 0; i < ARRAY_COUNT(spans); i++) {
        bool on = fabs(ui->model->span_ms - spans[i].ms) < spans[i].ms * 0.005;
        if (widget_chip(ui, spans[i].text, spans[i].text, on, w)) {
            action_queue_add_text(ui->queue, ACTION_SET, "window %s", spans[i].text);
        }
    }
}

/* hide-venue with one more or one less. */
static void hide_venue(struct widget_context *ui, enum venue_id venue, bool hide) {
    uint32_t hidden = ui->model->settings.venue_hidden;
    char list[PANEL_TEXT_BYTES] = "";
    hidden = hide ? hidden | 1U << venue : hidden & ~(1U << venue);
    for (int v = VENUE_NONE + 1; v < VENUE_COUNT; v++) {
        if ((hidden >> v & 1) != 0) {
            (void)str_append(list, sizeof list, " %s", venue_key((enum venue_id)v));
        }
    }
    action_queue_add_text(ui->queue, ACTION_SET, "hide-venue%s", list);
}

static void draw_venues(struct widget_context *ui) {
    const struct panel_model *model = ui->model;
    bool any = false;
    for (int i = 0; i < model->instrument_count; i++) {
        const struct panel_instrument *row = &model->instruments[i];
        if (!row->same_coin) {
            continue;
        }
        if (!any) {
            widget_caption(ui, "Added to it, of the same coin");
            any = true;
        }
        char text[PANEL_TEXT_BYTES];
        str_format(text, sizeof text, "%s  %s", row->venue, row->symbol);
        enum venue_id venue = venue_from_key(row->key, strlen(row->key));
        bool on = (model->settings.venue_hidden >> venue & 1) == 0;
        gui_push_id(ui->gui, 100 + i);
        if (widget_switch(ui, "venue", text, on, row->added || !on ? "" : "no price")) {
            hide_venue(ui, venue, on);
        }
        gui_pop_id(ui->gui);
    }
}

void section_market(struct panels *panels, struct widget_context *ui) {
    draw_instruments(panels, ui);
    gui_gap(ui->gui, 4 * ui->s);
    draw_spans(ui);
    draw_venues(ui);
}
