/* Who feeds the picture, how fresh it is, what was lost and what is not published. */
#include "base/number.h"
#include "base/str.h"
#include "panel/sections.h"

static const char *const state_words[] = {
    [FEED_OFF] = "off",      [FEED_CONNECTING] = "connecting", [FEED_LIVE] = "live",
    [FEED_STALE] = "silent", [FEED_LOST] = "reconnecting",     [FEED_FAULT] = "refused",
};

static struct gui_color state_color(const struct panel_colors *colors, enum feed_state state) {
    switch (state) {
    case FEED_LIVE:
        return colors->up;
    case FEED_CONNECTING:
    case FEED_STALE:
        return colors->warn;
    case FEED_LOST:
    case FEED_FAULT:
        return colors->down;
    case FEED_OFF:
    default:
        return colors->text_faint;
    }
}

/* How much comes, what of it is missing. */
static void draw_hearing(struct widget_context *ui, const struct panel_feed *feed) {
    const struct scene_hearing *hearing = &feed->hearing;
    char text[PANEL_TEXT_BYTES], number[NUMBER_TEXT_BYTES], more[NUMBER_TEXT_BYTES];
    const int64_t minutes = (hearing->window_ms + 59999) / 60000;
    if (hearing->window_ms == 0) {
        return;
    }
    str_format(text, sizeof text, "%s messages/s, %s",
               number_format_count((int64_t)(hearing->per_s + .5), number),
               hearing->gap_count == 0   ? "no gap"
               : hearing->gap_count == 1 ? "one gap"
                                         : "");
    if (hearing->gap_count > 1) {
        (void)str_append(text, sizeof text, "%s gaps",
                         number_format_count(hearing->gap_count, more));
    }
    struct gui_rect line = gui_place(ui->gui, 0, 18 * ui->s);
    widget_text(ui, line, WIDGET_LEFT, 18 * ui->s, GUI_SMALL, ui->model->colors.text_dim, text);
    /* A gap is never rounded away. */
    const double percent = hearing->share * 100;
    const double shown = hearing->gap_count > 0 && percent > 99.9 ? 99.9 : percent;
    str_format(text, sizeof text, "about %.*f %% of the last %s min heard", shown >= 100 ? 0 : 1,
               shown, number_format_count(minutes, number));
    line = gui_place(ui->gui, 0, 18 * ui->s);
    widget_text(ui, line, WIDGET_LEFT, 18 * ui->s, GUI_SMALL,
                hearing->gap_count > 0 ? ui->model->colors.warn : ui->model->colors.text_dim, text);
}

static void draw_feed(struct widget_context *ui, const struct panel_feed *feed) {
    const struct panel_colors *colors = &ui->model->colors;
    char text[PANEL_TEXT_BYTES];
    char number[NUMBER_TEXT_BYTES];
    float s = ui->s;
    struct gui_rect box = gui_place(ui->gui, 0, 24 * s);
    widget_lamp(ui, box.x + 5 * s, box.y + box.h / 2, state_color(colors, feed->state));
    widget_text(ui, box, WIDGET_LEFT, 18 * s, GUI_BODY, colors->text, feed->title);
    const char *word = feed->state <= FEED_FAULT ? state_words[feed->state] : "off";
    if (feed->age_ms >= 0) {
        str_format(text, sizeof text, "%s, %s", word,
                   number_format_age(feed->age_ms / 1000 * 1000, number));
    } else {
        (void)str_copy(text, sizeof text, word);
    }
    widget_text(ui, box, WIDGET_RIGHT, 0, GUI_SMALL, colors->text_dim, text);
    if (feed->lost_count > 0) {
        str_format(text, sizeof text, "%s events lost, stretches without them are hatched",
                   number_format_count(feed->lost_count, number));
        struct gui_rect line = gui_place(ui->gui, 0, 18 * s);
        widget_text(ui, line, WIDGET_LEFT, 18 * s, GUI_SMALL, colors->warn, text);
    }
    if (feed->reason[0] != '\0') {
        struct gui_rect line = gui_place(ui->gui, 0, 18 * s);
        widget_text(ui, line, WIDGET_LEFT, 18 * s, GUI_SMALL,
                    feed->state == FEED_LIVE ? colors->warn : colors->down, feed->reason);
    }
    draw_hearing(ui, feed);
    if (feed->unpublished[0] != '\0') {
        widget_note(ui, feed->unpublished);
    }
}

void section_feeds(struct panels *panels, struct widget_context *ui) {
    const struct panel_model *model = ui->model;
    (void)panels;
    for (int i = 0; i < model->feed_count; i++) {
        draw_feed(ui, &model->feeds[i]);
    }
    if (model->feed_count == 0) {
        widget_note(ui, "No live feed: this is a recording, or nothing is connected yet.");
    }
}
