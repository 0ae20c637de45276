#include "panel/console.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#include "base/str.h"
#include "config/option_table.h"
#include "panel/match.h"

#define WIDTH   640
#define ROW_H   30
#define PADDING 12
/* Above any match_score, in the order in which they are meant. */
enum { SCORE_WORD = 10000, SCORE_NAME = 20000, SCORE_TYPED = 100000, SCORE_CHOICE = 200000 };

void console_open(struct console *console) {
    console->text[0] = '\0';
    console->replacing = false;
    console->error[0] = '\0';
    console->chosen = 0;
    console->moved = false;
    console->history_at = console->history_count;
}

/* -- what can be run -- */

/* Keep the best ones, in order; the earlier of two that fit equally well comes first. */
static int offer(struct console_entry out[CONSOLE_SHOWN_MAX], int count,
                 const struct console_entry *entry) {
    int at = count;
    while (at > 0 && out[at - 1].score < entry->score) {
        at--;
    }
    if (at == CONSOLE_SHOWN_MAX) {
        return count;
    }
    int moved = (count < CONSOLE_SHOWN_MAX ? count : CONSOLE_SHOWN_MAX - 1) - at;
    memmove(&out[at + 1], &out[at], sizeof out[0] * (size_t)moved);
    out[at] = *entry;
    return count < CONSOLE_SHOWN_MAX ? count + 1 : count;
}

static void find_key(const struct panel_model *model, enum action action,
                     char out[PANEL_VALUE_BYTES]) {
    out[0] = '\0';
    for (int i = 0; i < model->key_count; i++) {
        const struct action_call *call = model->keys[i].call;
        if (call->action == action && call->text[0] == '\0') {
            (void)str_copy(out, PANEL_VALUE_BYTES, model->keys[i].key); /* the first is enough */
            return;
        }
    }
}

static bool is_same_letter(char a, char b) {
    bool a_parts = a == ' ' || a == '-' || a == '_';
    bool b_parts = b == ' ' || b == '-' || b == '_';
    return (a_parts && b_parts) || tolower((unsigned char)a) == tolower((unsigned char)b);
}

static bool begins_with(const char *at, const char *text) {
    for (; *text != '\0' && *at != '\0' && is_same_letter(*at, *text); at++, text++) {
    }
    return *text == '\0';
}

/* Whoever types the first letters of a name, or of a word in it, means that one, before any in
 * which the same letters are scattered. */
static int score_of_begin(const char *text, const char *line) {
    static const char set[] = "set ";
    const char *name = strncmp(line, set, sizeof set - 1) == 0 ? line + sizeof set - 1 : line;
    if (text[0] == '\0') {
        return 0;
    }
    if (begins_with(line, text) || begins_with(name, text)) {
        return SCORE_NAME;
    }
    for (const char *at = name; *at != '\0'; at++) {
        if ((*at == '-' || *at == ' ') && begins_with(at + 1, text)) {
            return SCORE_WORD;
        }
    }
    return 0;
}

/* What is typed after the name is the value: only the name has to fit. */
static int score_of(const char *text, const char *line, const char *help) {
    int by_name = match_score(text, line);
    char both[2 * PANEL_TEXT_BYTES];
    str_format(both, sizeof both, "%s %s", line, help);
    int by_help = match_score(text, both) / 2;
    size_t len = strlen(line);
    if (strncmp(text, line, len) == 0 && (text[len] == ' ' || text[len] == '\0')) {
        return SCORE_TYPED + (int)len; /* it is being typed out */
    }
    return (by_name > by_help ? by_name : by_help) + score_of_begin(text, line);
}

/* The choices of an option whose name stands in the line: "set palette v". */
static int find_choices(const struct panel_model *model, const char *text,
                        struct console_entry out[CONSOLE_SHOWN_MAX], int count) {
    static const char set[] = "set ";
    if (strncmp(text, set, sizeof set - 1) != 0) {
        return count;
    }
    const char *name = text + sizeof set - 1;
    size_t name_len = strcspn(name, " ");
    enum option_id id = option_find(name, name_len);
    if (id == OPT_COUNT || name[name_len] != ' ') {
        return count;
    }
    const struct option_row *row = option_row(id);
    const char *choices = row->kind == OPTION_FLAG ? "yes no" : row->choices;
    const char *typed = name + name_len + strspn(name + name_len, " ");
    for (const char *at = choices; at != NULL && *at != '\0'; at += strspn(at, " ")) {
        size_t len = strcspn(at, " ");
        struct console_entry entry = {.help = row->help, .takes = ""};
        char choice[PANEL_VALUE_BYTES];
        (void)str_copy_span(choice, sizeof choice, (struct span){at, len}); /* choices are short */
        str_format(entry.line, sizeof entry.line, "set %.*s %s", (int)name_len, name, choice);
        if (strcmp(choice, model->option_values[id]) == 0) {
            (void)str_copy(entry.value, sizeof entry.value, "now");
        }
        int score = match_score(typed, choice);
        entry.score = score > 0 ? SCORE_CHOICE + score : 0;
        count = entry.score > 0 ? offer(out, count, &entry) : count;
        at += len;
    }
    return count;
}

int console_find(const struct panel_model *model, const char *text,
                 struct console_entry out[CONSOLE_SHOWN_MAX]) {
    int count = find_choices(model, text, out, 0);
    for (int i = ACTION_NONE + 1; i < ACTION_COUNT; i++) {
        const struct action_row *row = action_row((enum action)i);
        struct console_entry entry = {.help = row->help, .takes = row->takes};
        (void)str_copy(entry.line, sizeof entry.line, row->name); /* names are short */
        find_key(model, (enum action)i, entry.key);
        entry.score = score_of(text, entry.line, row->help);
        count = entry.score > 0 ? offer(out, count, &entry) : count;
    }
    for (int i = 0; i < OPT_COUNT; i++) {
        const struct option_row *row = option_row((enum option_id)i);
        char name[OPTION_NAME_BYTES];
        if (!row->live) {
            continue;
        }
        struct console_entry entry = {.help = row->help, .takes = "VALUE"};
        str_format(entry.line, sizeof entry.line, "set %s", option_name((enum option_id)i, name));
        (void)str_copy(entry.value, sizeof entry.value, model->option_values[i]);
        entry.score = score_of(text, entry.line, row->help);
        count = entry.score > 0 ? offer(out, count, &entry) : count;
    }
    return count;
}

/* -- running -- */

static void remember(struct console *console, const char *line) {
    int count = console->history_count;
    if (count > 0 && strcmp(console->history[count - 1], line) == 0) {
        return;
    }
    if (count == CONSOLE_HISTORY_MAX) {
        memmove(console->history[0], console->history[1],
                sizeof console->history[0] * (CONSOLE_HISTORY_MAX - 1));
        count--;
    }
    (void)str_copy(console->history[count], GUI_TEXT_BYTES, line); /* it was typed in one */
    console->history_count = count + 1;
    console->history_at = console->history_count;
}

bool console_run(struct console *console, const char *line, struct action_queue *queue) {
    struct action_call call = {.pane = ACTION_PANE_FOCUSED};
    enum status status = action_call_parse(line, strlen(line), &call);
    size_t len = strcspn(line, " ");
    const struct action_row *row = action_row(action_find(line, len));
    switch (status) {
    case STATUS_OK:
        console->error[0] = '\0';
        remember(console, line);
        call.pane = ACTION_PANE_FOCUSED;
        action_queue_add(queue, &call);
        return true;
    case STATUS_NOT_FOUND:
        str_format(console->error, sizeof console->error, "\"%.40s\": no action is called so",
                   line);
        break;
    case STATUS_MALFORMED:
        str_format(console->error, sizeof console->error,
                   row->takes[0] != '\0' ? "%s: takes %s" : "%s: takes nothing%s", row->name,
                   row->takes);
        break;
    default:
        str_format(console->error, sizeof console->error, "%.40s: too long", line);
        break;
    }
    return false;
}

/* -- the window -- */

void console_type(struct console *console, const char *text) {
    (void)str_copy(console->replace, GUI_TEXT_BYTES, text); /* both hold as much */
    console->replacing = true;
}

/* Up and Down: through what is offered; from an empty line, through what was run. */
static void move(struct console *console, int by, int count) {
    bool through_history = !console->moved && (console->text[0] == '\0' ||
                                               console->history_at < console->history_count);
    if (through_history && (by < 0 || console->history_at < console->history_count)) {
        int at = console->history_at + by;
        if (at >= 0 && at <= console->history_count) {
            console->history_at = at;
            console_type(console, at < console->history_count ? console->history[at] : "");
        }
        return;
    }
    console->chosen += console->moved || by < 0 ? by : (console->chosen == 0 ? 1 : by);
    console->chosen = console->chosen < 0 ? 0 : console->chosen;
    console->chosen = console->chosen >= count ? (count > 0 ? count - 1 : 0) : console->chosen;
    console->moved = true;
}

/* What stands in the line when an entry is taken over: with a blank where a value is to follow. */
static void complete(struct console *console, const struct console_entry *entry) {
    char line[GUI_TEXT_BYTES];
    str_format(line, sizeof line, entry->takes[0] != '\0' ? "%s " : "%s", entry->line);
    console_type(console, line);
    console->moved = false;
    console->chosen = 0;
    console->history_at = console->history_count;
}

static bool needs_value(const struct console_entry *entry) {
    return entry->takes[0] != '\0' && entry->takes[0] != '[';
}

/* Enter: the line if it is a command, else what is chosen. True: it ran. */
static bool enter(struct console *console, struct widget_context *ui,
                  const struct console_entry *entries, int count) {
    struct action_call call = {.pane = ACTION_PANE_FOCUSED};
    bool whole = action_call_parse(console->text, strlen(console->text), &call) == STATUS_OK;
    if (count > 0 && (console->moved || !whole)) {
        const struct console_entry *entry = &entries[console->chosen];
        size_t len = strlen(entry->line);
        bool typed_out = strncmp(console->text, entry->line, len) == 0 && console->text[len] == ' ';
        if (needs_value(entry) && !typed_out) {
            complete(console, entry);
            return false;
        }
        if (!typed_out) {
            return console_run(console, entry->line, ui->queue);
        }
    }
    return console->text[0] != '\0' && console_run(console, console->text, ui->queue);
}

static void draw_entry(struct console *console, struct widget_context *ui,
                       const struct console_entry *entry, int index) {
    const struct panel_colors *colors = &ui->model->colors;
    float s = ui->s;
    gui_push_id(ui->gui, index);
    struct gui_hit hit = widget_row(ui, "entry", ROW_H, index == console->chosen, 0);
    float at = 4 * s;
    widget_text(ui, hit.rect, WIDGET_LEFT, at, GUI_BODY, colors->text, entry->line);
    at += gui_text_width(ui->gui, GUI_BODY, entry->line) + 8 * s;
    widget_text(ui, hit.rect, WIDGET_LEFT, at, GUI_SMALL, colors->text_faint, entry->takes);
    at += gui_text_width(ui->gui, GUI_SMALL, entry->takes) + 12 * s;
    const char *right = entry->value[0] != '\0' ? entry->value : entry->key;
    float right_w = fminf(gui_text_width(ui->gui, GUI_MONO, right), 150 * s);
    struct gui_rect value = {hit.rect.x + hit.rect.w - right_w - 4 * s, hit.rect.y, right_w,
                             hit.rect.h};
    widget_text_cut(ui, value, 0, right_w + 2 * s, GUI_MONO,
                    entry->value[0] != '\0' ? colors->accent : colors->text_dim, right);
    widget_text_cut(ui, hit.rect, at, hit.rect.w - at - right_w - 20 * s, GUI_SMALL,
                    colors->text_dim, entry->help);
    if (hit.clicked) {
        if (needs_value(entry)) {
            complete(console, entry);
        } else {
            (void)console_run(console, entry->line, ui->queue);
        }
    }
    gui_pop_id(ui->gui);
}

static bool draw_line(struct console *console, struct widget_context *ui,
                      const struct console_entry *entries, int count) {
    const struct gui_edit_desc desc = {
        .id = "##console",
        .hint = "What is to be done? An action, or: set OPTION VALUE",
        .face = GUI_BODY,
        .focus = ui->opened,
        .replace = console->replacing ? console->replace : NULL,
    };
    unsigned did = gui_edit(ui->gui, &desc, console->text);
    /* The line takes it once it has the keyboard. */
    console->replacing = console->replacing && (did & GUI_EDIT_ACTIVE) == 0;
    if ((did & GUI_EDIT_CHANGED) != 0) {
        console->chosen = 0;
        console->moved = false;
        console->error[0] = '\0';
    }
    if ((did & GUI_EDIT_ACTIVE) != 0 && gui_key_pressed(ui->gui, GUI_KEY_UP)) {
        move(console, -1, count);
    }
    if ((did & GUI_EDIT_ACTIVE) != 0 && gui_key_pressed(ui->gui, GUI_KEY_DOWN)) {
        move(console, 1, count);
    }
    if (gui_key_pressed(ui->gui, GUI_KEY_TAB) && count > 0) {
        complete(console, &entries[console->chosen]);
    }
    return (did & GUI_EDIT_ENTERED) != 0;
}

bool console_draw(struct console *console, struct widget_context *ui) {
    static struct console_entry entries[CONSOLE_SHOWN_MAX]; /* kilobytes: not on the stack */
    const struct panel_model *model = ui->model;
    float s = ui->s;
    float w = fminf(WIDTH * s, model->plot.w - 24 * s);
    int count = console_find(model, console->text, entries);
    const struct action_queue *queue = ui->queue;
    int queued = queue->count;
    float room = model->plot.h - 110 * s;
    int shown = (int)(room / (ROW_H * s));
    shown = shown < 1 ? 1 : (shown > count ? count : shown);
    gui_window_begin(ui->gui, &(struct gui_window_desc){
                                  .id = "console",
                                  .x = model->plot.x + model->plot.w / 2,
                                  .y = model->plot.y + 0.08f * model->plot.h,
                                  .w = w,
                                  .h_max = model->plot.h - 16 * s,
                                  .pivot_x = 0.5f,
                                  .padding = PADDING * s,
                                  .rounding = 12 * s,
                                  .raised = true,
                              });
    bool entered = draw_line(console, ui, entries, count);
    gui_gap(ui->gui, 6 * s);
    if (entered && enter(console, ui, entries, count)) {
        gui_window_end(ui->gui);
        return true;
    }
    if (console->error[0] != '\0') {
        struct gui_rect line = gui_place(ui->gui, 0, 24 * s);
        widget_text_cut(ui, line, 4 * s, line.w - 8 * s, GUI_BODY, model->colors.down,
                        console->error);
    }
    int first = console->chosen >= shown ? console->chosen - shown + 1 : 0;
    for (int i = first; i < first + shown && i < count; i++) {
        draw_entry(console, ui, &entries[i], i);
    }
    gui_window_end(ui->gui);
    return queue->count > queued || gui_key_pressed(ui->gui, GUI_KEY_ESCAPE);
}
