/* The rules of the configuration's [alerts], what they see, and which are told. */
#include <math.h>

#include "base/number.h"
#include "base/str.h"
#include "panel/sections.h"

static const char *const state_words[] = {"no data", "normal", "pending", "firing", "recovering"};
static_assert(ARRAY_COUNT(state_words) == PANEL_ALERT_STATE_COUNT, "a word per state");

static struct gui_color state_color(const struct panel_colors *colors,
                                    enum panel_alert_state state) {
    switch (state) {
    case PANEL_ALERT_FIRING:
        return colors->down;
    case PANEL_ALERT_PENDING:
    case PANEL_ALERT_RECOVERING:
        return colors->warn;
    case PANEL_ALERT_NORMAL:
        return colors->up;
    case PANEL_ALERT_NO_DATA:
    default:
        return colors->text_faint;
    }
}

static void draw_alert(struct widget_context *ui, const struct panel_alert *alert) {
    const struct panel_model *model = ui->model;
    const struct panel_colors *colors = &model->colors;
    char text[PANEL_TEXT_BYTES];
    char number[NUMBER_TEXT_BYTES];
    float s = ui->s;
    struct gui_rect box = gui_place(ui->gui, 0, 24 * s);
    struct gui_color lamp = state_color(colors, alert->state);
    widget_lamp(ui, box.x + 5 * s, box.y + box.h / 2, alert->silenced ? colors->text_faint : lamp);
    widget_text_cut(ui, box, 18 * s, box.w - 110 * s, GUI_STRONG, colors->text, alert->name);
    widget_text(ui, box, WIDGET_RIGHT, 0, GUI_SMALL,
                alert->state == PANEL_ALERT_FIRING && !alert->silenced ? lamp : colors->text_dim,
                alert->silenced ? "silenced" : state_words[alert->state]);
    struct gui_rect line = gui_place(ui->gui, 0, 18 * s);
    widget_text_cut(ui, line, 18 * s, line.w - 18 * s, GUI_SMALL, colors->text_dim, alert->rule);
    if (alert->text[0] != '\0') {
        float w = gui_width_left(ui->gui) - 18 * s;
        float h = gui_text_height(ui->gui, GUI_SMALL, w, alert->text);
        line = gui_place(ui->gui, 0, h + 4 * s);
        gui_draw_wrapped(ui->gui, GUI_SMALL, roundf(line.x + 18 * s), roundf(line.y + 2 * s), w,
                         colors->text_dim, alert->text);
    }
    if (alert->fired_ms > 0) {
        number_format_age(model->now_ms - alert->fired_ms, number);
        if (alert->fired_count == 1) {
            str_format(text, sizeof text, "fired once, %s ago", number);
        } else {
            str_format(text, sizeof text, "fired %d times, last %s ago", (int)alert->fired_count,
                       number);
        }
        line = gui_place(ui->gui, 0, 18 * s);
        widget_text(ui, line, WIDGET_LEFT, 18 * s, GUI_SMALL, colors->text_faint, text);
    }
}

static void draw_buttons(struct widget_context *ui, const struct panel_alert *alert) {
    float s = ui->s;
    float w = floorf((gui_width_left(ui->gui) - 24 * s) / 2);
    (void)gui_place(ui->gui, 18 * s, 28 * s);
    gui_same_line(ui->gui, 0);
    if (widget_button(ui, "silence", alert->silenced ? "Tell again" : "Silence 1 h", w)) {
        action_queue_add_text(ui->queue, ACTION_ALERT_SILENCE, "%s %s", alert->name,
                              alert->silenced ? "off" : "1h");
    }
    gui_same_line(ui->gui, 6 * s);
    if (widget_button(ui, "test", "Test", w)) {
        action_queue_add_text(ui->queue, ACTION_ALERT_TEST, "%s", alert->name);
    }
}

void section_alerts(struct panels *panels, struct widget_context *ui) {
    const struct panel_model *model = ui->model;
    (void)panels;
    for (int i = 0; i < model->alert_count; i++) {
        gui_push_id(ui->gui, i);
        draw_alert(ui, &model->alerts[i]);
        draw_buttons(ui, &model->alerts[i]);
        gui_gap(ui->gui, 6 * ui->s);
        gui_pop_id(ui->gui);
    }
    if (model->alert_count == 0) {
        widget_note(ui, "No rules yet. They are written in the configuration file, a line a rule, "
                        "under [alerts].");
    }
}
