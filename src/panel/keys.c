/* The table of keys: what every key does now, by groups, and what was typed to search it. */
#include <ctype.h>
#include <math.h>
#include <string.h>

#include "base/str.h"
#include "panel/match.h"
#include "panel/sections.h"

#define ROW_H    22
#define KEY_W    118 /* of several keys of one action: what is wider is left out */
#define COLUMN_W 450
#define PADDING  18
#define SCROLL_W 16
#define GAP      14
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
    float h;   /* pixels: its help is folded */
};
/* Where a row lies. */
struct spot {
    int column;
    float top;
};

static int group_of(enum action action) {
    int group = 0;
    for (size_t i = 0; i < ARRAY_COUNT(groups); i++) {
        group = action >= groups[i].first ? (int)i : group;
    }
    return group;
}

/* "Shift+/" is what "?" is typed with. */
static bool is_said(const char *keys, const char *key) {
    bool shifted = strncmp(key, "Shift+", 6) == 0 && ispunct((unsigned char)key[6]);
    size_t len = strlen(keys);
    bool sign = len > 0 && ispunct((unsigned char)keys[len - 1]);
    return shifted && key[7] == '\0' && sign && (len == 1 || keys[len - 2] == ' ');
}

/* The keys that run this: the first, and as many of the others as have room, KEYS_SHOWN in all. */
static void keys_of(const struct widget_context *ui, const struct action_call *call,
                    char out[PANEL_VALUE_BYTES]) {
    const struct panel_model *model = ui->model;
    out[0] = '\0';
    int count = 0;
    for (int i = 0; i < model->key_count && count < KEYS_SHOWN; i++) {
        const struct action_call *other = model->keys[i].call;
        const char *key = model->keys[i].key;
        if (other->action != call->action || strcmp(other->text, call->text) != 0 ||
            is_said(out, key)) {
            continue;
        }
        char more[PANEL_VALUE_BYTES];
        str_format(more, sizeof more, count > 0 ? "%s  %s" : "%s%s", out, key);
        if (count == 0 || gui_text_width(ui->gui, GUI_MONO, more) <= KEY_W * ui->s) {
            (void)str_copy(out, PANEL_VALUE_BYTES, more); /* as long */
            count++;
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
static int collect(const struct widget_context *ui, const char *search, struct row *rows) {
    const struct panel_model *model = ui->model;
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
            keys_of(ui, call, row.keys);
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

/* How high rows are where texts have the width text_w. */
static void measure(const struct widget_context *ui, float text_w, int count, struct row *rows) {
    float line_h = gui_line_height(ui->gui, GUI_BODY);
    for (int i = 0; i < count; i++) {
        float h = gui_text_height(ui->gui, GUI_BODY, text_w, rows[i].help);
        rows[i].h = ROW_H * ui->s + fmaxf(0, h - line_h);
    }
}

static float widest_keys(const struct widget_context *ui, int count, const struct row *rows) {
    float w = KEY_W * ui->s;
    for (int i = 0; i < count; i++) {
        w = fmaxf(w, gui_text_width(ui->gui, GUI_MONO, rows[i].keys));
    }
    return w;
}

static void draw_row(struct widget_context *ui, const struct row *row, struct gui_rect box,
                     float key_w) {
    const struct panel_colors *colors = &ui->model->colors;
    if (row->help[0] == '\0') {
        widget_text(ui, box, WIDGET_LEFT, 0, GUI_STRONG, colors->text, groups[row->group].title);
        return;
    }
    float gap = GAP * ui->s;
    float line_h = gui_line_height(ui->gui, GUI_BODY);
    struct gui_rect first = {box.x, box.y, box.w, ROW_H * ui->s};
    widget_text(ui, first, WIDGET_LEFT, 0, GUI_MONO, colors->accent, row->keys);
    gui_draw_wrapped(ui->gui, GUI_BODY, roundf(box.x + key_w + gap),
                     roundf(box.y + (first.h - line_h) / 2), box.w - key_w - 2 * gap,
                     colors->text_dim, row->help);
}

/* Groups stay whole: each goes to the column that is the shortest so far. How high the highest
 * is. */
static float arrange(const struct row *rows, int count, int columns, float apart,
                     struct spot *spots) {
    float tops[COLUMN_MAX] = {0};
    float highest = 0;
    for (int i = 0; i < count;) {
        int end = i + 1;
        int column = 0;
        for (; end < count && rows[end].help[0] != '\0'; end++) {
        }
        for (int c = 1; c < columns; c++) {
            column = tops[c] < tops[column] ? c : column;
        }
        for (; i < end; i++) {
            spots[i] = (struct spot){column, roundf(tops[column])};
            tops[column] += rows[i].h;
        }
        highest = fmaxf(highest, tops[column]);
        tops[column] += apart;
    }
    return highest;
}

bool overlay_keys(struct panels *panels, struct widget_context *ui) {
    static struct row rows[ROW_MAX]; /* tens of kilobytes: not on the stack */
    static struct spot spots[ROW_MAX];
    const struct panel_model *model = ui->model;
    float s = ui->s;
    int columns = (int)((model->plot.w - 2 * PADDING * s) / (COLUMN_W * s));
    columns = columns < 1 ? 1 : (columns > COLUMN_MAX ? COLUMN_MAX : columns);
    float room = model->plot.w - 16 * s;
    float w = (float)columns * COLUMN_W * s + 2 * PADDING * s;
    w = w > room ? room : w;
    int count = collect(ui, panels->keys_search, rows);
    float column_w = (w - (2 * PADDING + SCROLL_W) * s) / (float)columns;
    float key_w = widest_keys(ui, count, rows);
    measure(ui, column_w - key_w - 2 * GAP * s, count, rows);
    float table_h = arrange(rows, count, columns, ROW_H * s / 2, spots);
    float h = table_h + 100 * s;
    float top = section_top(model);
    float h_max = model->plot.y + model->plot.h - 8 * s - top;
    gui_window_begin(ui->gui, &(struct gui_window_desc){
                                  .id = "keys",
                                  .x = model->plot.x + model->plot.w / 2,
                                  .y = top,
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
    struct gui_rect all = gui_place(ui->gui, 0, table_h);
    for (int i = 0; i < count; i++) {
        struct gui_rect box = {all.x + (float)spots[i].column * column_w, all.y + spots[i].top,
                               column_w, rows[i].h};
        draw_row(ui, &rows[i], box, key_w);
    }
    gui_scroll_end(ui->gui);
    gui_window_end(ui->gui);
    return gui_key_pressed(ui->gui, GUI_KEY_ESCAPE);
}
