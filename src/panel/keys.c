/* The table of keys: what every key does now, by groups, and what was typed to search it. */
#include <string.h>

#include "base/str.h"
#include "panel/match.h"
#include "panel/sections.h"

#define ROW_H    22
#define KEY_W    104
#define COLUMN_W 450
#define PADDING  18
enum { COLUMN_MAX = 4, KEYS_SHOWN = 2, ROW_MAX = ACTION_COUNT + PANEL_KEY_MAX };

/* The groups of view/actions.def, by the action that each begins with. */
static const struct {
    enum action first;
    const char *title;
} groups[] = {
    {ACTION_NONE, "Program and windows"},          {ACTION_CAMERA_FIRST, "Time and prices"},
    {ACTION_INSTRUMENT_NEXT, "What is looked at"}, {ACTION_KNOB_FIRST, "Colours and scale"},
    {ACTION_BAND_1, "Leverage and sides"},         {ACTION_PART_FIRST, "Parts of the picture"},
};

struct row {
    const char *help;
    char keys[PANEL_VALUE_BYTES];
    int group; /* of a heading: its own, with help "" */
};

static int group_of(enum action action) {
    int group = 0;
    for (size_t i = 0; i < ARRAY_COUNT(groups); i++) {
        group = action >= groups[i].first ? (int)i : group;
    }
    return group;
}

/* The keys that run this, KEYS_SHOWN at most. */
static void keys_of(const struct panel_model *model, const struct action_call *call,
                    char out[PANEL_VALUE_BYTES]) {
    out[0] = '\0';
    int count = 0;
    for (int i = 0; i < model->key_count && count < KEYS_SHOWN; i++) {
        const struct action_call *other = model->keys[i].call;
        if (other->action == call->action && strcmp(other->text, call->text) == 0) {
            count++;
            (void)str_append(out, PANEL_VALUE_BYTES, out[0] != '\0' ? "  %s" : "%s",
                             model->keys[i].key);
        }
    }
}

static bool is_first(const struct panel_model *model, int at) {
    const struct action_call *call = model->keys[at].call;
    for (int i = 0; i < at; i++) {
        const struct action_call *other = model->keys[i].call;
        if (other->action == call->action && strcmp(other->text, call->text) == 0) {
            return false;
        }
    }
    return call->action != ACTION_NONE;
}

/* Rows that fit what is searched, group by group. */
static int collect(const struct panel_model *model, const char *search, struct row *rows) {
    int count = 0;
    for (int group = 0; group < (int)ARRAY_COUNT(groups); group++) {
        int heading = count;
        rows[count++] = (struct row){.help = "", .group = group};
        for (int i = 0; i < model->key_count && count < ROW_MAX; i++) {
            const struct action_call *call = model->keys[i].call;
            if (group_of(call->action) != group || !is_first(model, i)) {
                continue;
            }
            struct row row = {.help = action_row(call->action)->help, .group = group};
            char text[2 * PANEL_TEXT_BYTES];
            keys_of(model, call, row.keys);
            str_format(text, sizeof text, "%s %s %s", row.help, action_row(call->action)->name,
                       row.keys);
            if (match_score(search, text) > 0) {
                rows[count++] = row;
            }
        }
        count = count == heading + 1 ? heading : count; /* nothing fits: no heading either */
    }
    return count;
}

static void draw_row(struct widget_context *ui, const struct row *row, struct gui_rect box) {
    const struct panel_colors *colors = &ui->model->colors;
    float s = ui->s;
    if (row->help[0] == '\0') {
        widget_text(ui, box, WIDGET_LEFT, 0, GUI_STRONG, colors->text, groups[row->group].title);
        return;
    }
    float key_room = KEY_W * s;
    widget_text_cut(ui, box, 0, key_room - 6 * s, GUI_MONO, colors->accent, row->keys);
    widget_text_cut(ui, box, key_room, box.w - key_room - 14 * s, GUI_BODY, colors->text_dim,
                    row->help);
}

/* Groups stay whole: each goes to the column that is the shortest so far. tops: of each column, in
 * rows; place: column and row of each. How many rows the longest has. */
static int arrange(const struct row *rows, int count, int columns, int (*place)[2]) {
    int tops[COLUMN_MAX] = {0};
    int longest = 0;
    for (int i = 0; i < count;) {
        int end = i + 1;
        int column = 0;
        for (; end < count && rows[end].help[0] != '\0'; end++) {
        }
        for (int c = 1; c < columns; c++) {
            column = tops[c] < tops[column] ? c : column;
        }
        for (; i < end; i++) {
            place[i][0] = column;
            place[i][1] = tops[column]++;
        }
        longest = tops[column] > longest ? tops[column] : longest;
        tops[column]++; /* between groups */
    }
    return longest;
}

bool overlay_keys(struct panels *panels, struct widget_context *ui) {
    static struct row rows[ROW_MAX]; /* tens of kilobytes: not on the stack */
    static int place[ROW_MAX][2];
    const struct panel_model *model = ui->model;
    float s = ui->s;
    int columns = (int)((model->plot.w - 2 * PADDING * s) / (COLUMN_W * s));
    columns = columns < 1 ? 1 : (columns > COLUMN_MAX ? COLUMN_MAX : columns);
    float room = model->plot.w - 16 * s;
    float w = (float)columns * COLUMN_W * s + 2 * PADDING * s;
    w = w > room ? room : w;
    int count = collect(model, panels->keys_search, rows);
    int lines = arrange(rows, count, columns, place);
    float h = (float)lines * ROW_H * s + 100 * s;
    float h_max = model->plot.h - 16 * s;
    gui_window_begin(ui->gui, &(struct gui_window_desc){
                                  .id = "keys",
                                  .x = model->plot.x + model->plot.w / 2,
                                  .y = model->plot.y + 8 * s,
                                  .w = w,
                                  .h = h < h_max ? h : h_max,
                                  .pivot_x = 0.5f,
                                  .padding = PADDING * s,
                                  .rounding = 12 * s,
                                  .raised = true,
                              });
    struct gui_rect head = gui_place(ui->gui, 0, 26 * s);
    widget_text(ui, head, WIDGET_LEFT, 0, GUI_TITLE, model->colors.text, "Keys");
    widget_text(ui, head, WIDGET_RIGHT, 0, GUI_SMALL, model->colors.text_faint, "Esc closes");
    gui_gap(ui->gui, 6 * s);
    (void)widget_search(ui, "##keys", "Search a key or what it does", ui->opened,
                        panels->keys_search);
    gui_scroll_begin(ui->gui, "table", 0);
    struct gui_rect all = gui_place(ui->gui, 0, (float)lines * ROW_H * s);
    float column_w = all.w / (float)columns;
    for (int i = 0; i < count; i++) {
        struct gui_rect box = {all.x + (float)place[i][0] * column_w,
                               all.y + (float)place[i][1] * ROW_H * s, column_w, ROW_H * s};
        draw_row(ui, &rows[i], box);
    }
    gui_scroll_end(ui->gui);
    gui_window_end(ui->gui);
    return gui_key_pressed(ui->gui, GUI_KEY_ESCAPE);
}
