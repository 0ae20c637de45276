#include "config/desk_layout.h"

#include <string.h>

enum { SHOWN_BYTES = 40 };

static const enum option_id window_options[] = {
    OPT_screen,   OPT_fs_screen_name, OPT_screen_size,     OPT_screen_position, OPT_size,
    OPT_position, OPT_fullscreen,     OPT_borderless,      OPT_on_top,          OPT_arrange,
    OPT_panels,   OPT_clean,          OPT_clean_background};

enum desk_layout_kind desk_layout_kind(enum option_id id) {
    for (size_t i = 0; i < ARRAY_COUNT(window_options); i++) {
        if (window_options[i] == id) {
            return LAYOUT_OF_WINDOW;
        }
    }
    const struct option_row *row = option_row(id);
    bool look = row->live && strcmp(row->section, "picture") == 0 &&
                (row->commands & COMMAND_BIT(render)) != 0;
    return look || id == OPT_instrument ? LAYOUT_OF_PANE : LAYOUT_NEITHER;
}

static struct desk_layout_item *find_item(struct desk_layout_items *items, enum option_id id) {
    for (int i = 0; i < items->count; i++) {
        if (items->items[i].id == id) {
            return &items->items[i];
        }
    }
    return NULL;
}

bool desk_layout_set(struct desk_layout_items *items, enum desk_layout_kind kind, enum option_id id,
                     struct span text, char error[OPTION_ERROR_BYTES]) {
    static struct option_table scratch; /* tens of kilobytes: not on the stack */
    if (desk_layout_kind(id) != kind) {
        str_format(error, OPTION_ERROR_BYTES, "is no option of a %s",
                   kind == LAYOUT_OF_PANE ? "pane" : "window");
        return false;
    }
    if (text.len >= LAYOUT_TEXT_BYTES) {
        str_format(error, OPTION_ERROR_BYTES, "%zu bytes; expected less than %d", text.len,
                   (int)LAYOUT_TEXT_BYTES);
        return false;
    }
    if (!option_set(&scratch, id, text.bytes, text.len, error)) {
        return false;
    }
    struct desk_layout_item *item = find_item(items, id);
    if (item == NULL && items->count == LAYOUT_ITEM_MAX) {
        str_format(error, OPTION_ERROR_BYTES, "more than %d options", (int)LAYOUT_ITEM_MAX);
        return false;
    }
    item = item != NULL ? item : &items->items[items->count++];
    item->id = id;
    return str_copy_span(item->text, sizeof item->text, text);
}

/* -- a file -- */

/* "3" or, with_pane, "3.2"; counted from 1. False: neither. */
static bool parse_numbers(const char *text, bool with_pane, int *window, int *pane) {
    *window = text[0] - '0';
    bool good = *window >= 1 && *window <= LAYOUT_WINDOW_MAX;
    if (!with_pane) {
        return good && text[1] == '\0';
    }
    good = good && text[1] == '.' && text[2] != '\0';
    *pane = good ? text[2] - '0' : 0;
    return good && *pane >= 1 && *pane <= LAYOUT_PANE_MAX && text[3] == '\0';
}

/* The window or pane of a section, made if it is the next one. */
static struct desk_layout_items *find_section(struct desk_layout *layout,
                                              const struct config_entry *entry, bool is_pane,
                                              char *error) {
    int window = 0;
    int pane = 0;
    if (!parse_numbers(entry->argument, is_pane, &window, &pane)) {
        str_format(error, OPTION_ERROR_BYTES, "[%s %.*s]: expected %s", entry->section,
                   (int)SHOWN_BYTES, entry->argument,
                   is_pane ? "the window's number and the pane's, [pane 1.1] to [pane 8.4]"
                           : "its number, [window 1] to [window 8]");
        return NULL;
    }
    if (window > layout->window_count + 1) {
        str_format(error, OPTION_ERROR_BYTES, "window %d; expected %d, the next one", window,
                   layout->window_count + 1);
        return NULL;
    }
    struct desk_layout_window *of = &layout->windows[window - 1];
    if (is_pane && pane > of->pane_count + 1) {
        str_format(error, OPTION_ERROR_BYTES, "pane %d.%d; expected %d.%d, the next one", window,
                   pane, window, of->pane_count + 1);
        return NULL;
    }
    layout->window_count += window > layout->window_count;
    of->pane_count += is_pane && pane > of->pane_count;
    return is_pane ? &of->panes[pane - 1] : &of->own;
}

static enum option_id find_option(struct span name, char *error) {
    enum option_id id = option_find(name.bytes, name.len);
    if (id == OPT_COUNT) {
        char known[OPTION_NAME_BYTES];
        enum option_id near = option_find_near(name.bytes, name.len, COMMAND_BIT(view));
        str_copy(error, OPTION_ERROR_BYTES, "unknown option");
        if (near != OPT_COUNT && desk_layout_kind(near) != LAYOUT_NEITHER) {
            str_append(error, OPTION_ERROR_BYTES, "; did you mean %s?", option_name(near, known));
        }
    }
    return id;
}

bool desk_layout_take(struct desk_layout *layout, const struct config_entry *entry,
                      char error[OPTION_ERROR_BYTES]) {
    bool is_pane = strcmp(entry->section, "pane") == 0;
    struct desk_layout_items *items = find_section(layout, entry, is_pane, error);
    if (items == NULL) {
        return false;
    }
    enum option_id id = find_option(span_from_text(entry->name), error);
    return id != OPT_COUNT && desk_layout_set(items, is_pane ? LAYOUT_OF_PANE : LAYOUT_OF_WINDOW,
                                              id, span_from_text(entry->value), error);
}

/* -- a command line's text -- */

/* The value at *at, up to a blank, '|' or ';', or between quotation marks. False: the closing one
 * is missing. */
static bool take_value(const char **at, struct span *out) {
    char quote = **at;
    if (quote == '"' || quote == '\'') {
        const char *end = strchr(*at + 1, quote);
        if (end == NULL) {
            return false;
        }
        *out = (struct span){*at + 1, (size_t)(end - *at - 1)};
        *at = end + 1;
        return true;
    }
    *out = (struct span){*at, strcspn(*at, " \t|;")};
    *at += out->len;
    return true;
}

/* One NAME=VALUE or NAME into the window or its newest pane. */
static bool take_setting(struct desk_layout_window *window, const char **at, char *error) {
    struct span name = {*at, strcspn(*at, " \t=|;")};
    struct span value = {"yes", 3};
    char reason[OPTION_ERROR_BYTES];
    int shown = name.len < SHOWN_BYTES ? (int)name.len : SHOWN_BYTES;
    *at += name.len;
    if (**at == '=') {
        (*at)++;
        if (!take_value(at, &value)) {
            str_format(error, OPTION_ERROR_BYTES, "%.*s: closing quotation mark is missing", shown,
                       name.bytes);
            return false;
        }
    }
    enum option_id id = find_option(name, reason);
    enum desk_layout_kind kind = id != OPT_COUNT ? desk_layout_kind(id) : LAYOUT_NEITHER;
    bool good = id != OPT_COUNT;
    if (good && kind == LAYOUT_NEITHER) {
        str_copy(reason, sizeof reason, "is no option of a window or a pane");
        good = false;
    }
    struct desk_layout_items *items =
        kind == LAYOUT_OF_PANE ? &window->panes[window->pane_count - 1] : &window->own;
    if (good && desk_layout_set(items, kind, id, value, reason)) {
        return true;
    }
    str_format(error, OPTION_ERROR_BYTES, "%.*s: %s", shown, name.bytes, reason);
    return false;
}

static bool begin_window(struct desk_layout *layout, struct desk_layout_window **window,
                         char *error) {
    if (layout->window_count == LAYOUT_WINDOW_MAX) {
        str_format(error, OPTION_ERROR_BYTES, "more than %d windows", (int)LAYOUT_WINDOW_MAX);
        return false;
    }
    *window = &layout->windows[layout->window_count++];
    (*window)->pane_count = 1;
    return true;
}

static bool begin_pane(struct desk_layout_window *window, char *error) {
    if (window->pane_count == LAYOUT_PANE_MAX) {
        str_format(error, OPTION_ERROR_BYTES, "more than %d panes", (int)LAYOUT_PANE_MAX);
        return false;
    }
    window->pane_count++;
    return true;
}

bool desk_layout_add_text(struct desk_layout *layout, const char *text,
                          char error[OPTION_ERROR_BYTES]) {
    struct desk_layout_window *window = NULL;
    const char *at = text + strspn(text, " \t");
    bool good = begin_window(layout, &window, error);
    while (good && *at != '\0') {
        if (*at == ';') {
            good = begin_window(layout, &window, error);
            at++;
        } else if (*at == '|') {
            good = begin_pane(window, error);
            at++;
        } else {
            good = take_setting(window, &at, error);
        }
        at += strspn(at, " \t");
    }
    return good;
}

/* -- back to text -- */

static void write_items(const struct desk_layout_items *items, char *out, size_t size) {
    for (int i = 0; i < items->count; i++) {
        char name[OPTION_NAME_BYTES];
        str_append(out, size, "%s = \"%s\"\n", option_name(items->items[i].id, name),
                   items->items[i].text);
    }
}

size_t desk_layout_write(const struct desk_layout *layout, char *out, size_t size) {
    out[0] = '\0';
    for (int w = 0; w < layout->window_count; w++) {
        const struct desk_layout_window *window = &layout->windows[w];
        str_append(out, size, "%s[window %d]\n", w > 0 ? "\n" : "", w + 1);
        write_items(&window->own, out, size);
        for (int i = 0; i < window->pane_count; i++) {
            str_append(out, size, "[pane %d.%d]\n", w + 1, i + 1);
            write_items(&window->panes[i], out, size);
        }
    }
    size_t len = strlen(out);
    return len + 1 < size ? len : 0;
}
