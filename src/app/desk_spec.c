#include "app/desk_spec.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/picture_options.h"
#include "base/str.h"

/* -- from options -- */

/* "X,Y" as two integers of the window system. False: it is not. */
static bool parse_point(const char *text, int *x, int *y) {
    char *end = NULL;
    long first = strtol(text, &end, 10);
    if (end == text || *end != ',') {
        return false;
    }
    const char *rest = end + 1;
    long second = strtol(rest, &end, 10);
    if (end == rest || *end != '\0' || labs(first) > SHRT_MAX || labs(second) > SHRT_MAX) {
        return false;
    }
    *x = (int)first;
    *y = (int)second;
    return true;
}

static bool read_point(const struct option_table *table, enum option_id id, int *x, int *y,
                       bool *given, char *error) {
    const char *text = option_text(table, id);
    char name[OPTION_NAME_BYTES];
    *given = text[0] != '\0';
    if (*given && !parse_point(text, x, y)) {
        str_format(error, OPTION_ERROR_BYTES,
                   "%s: \"%.40s\": not a place; expected X,Y such as 1920,0", option_name(id, name),
                   text);
        return false;
    }
    return true;
}

static bool read_panels(const struct option_table *table, struct desk_spec_window *out,
                        char *error) {
    char reason[OPTION_ERROR_BYTES];
    const char *text = option_text(table, OPT_panels);
    if (!panels_check(text, reason)) {
        str_format(error, OPTION_ERROR_BYTES, "panels: %s", reason);
        return false;
    }
    if (!str_copy(out->panels, sizeof out->panels, text)) {
        str_format(error, OPTION_ERROR_BYTES, "panels: longer than %d bytes",
                   PANELS_STATE_BYTES - 1);
        return false;
    }
    return true;
}

static bool read_window(const struct option_table *table, struct desk_spec_window *out,
                        char *error) {
    struct display_place *place = &out->place;
    struct monitor_wish *screen = &place->screen;
    const char *arrange = option_text(table, OPT_arrange);
    bool known = false;
    *place = (struct display_place){
        .rect = {.w = table->values[OPT_size].width, .h = table->values[OPT_size].height},
        .fullscreen = option_flag(table, OPT_fullscreen),
        .borderless = option_flag(table, OPT_borderless),
        .on_top = option_flag(table, OPT_on_top),
        .clean = option_flag(table, OPT_clean)};
    out->background = (enum backdrop_kind)option_integer(table, OPT_clean_background);
    screen->number = (int)option_integer(table, OPT_screen);
    if (!str_copy(screen->name, sizeof screen->name, option_text(table, OPT_fs_screen_name))) {
        str_format(error, OPTION_ERROR_BYTES, "fs-screen-name: longer than %d bytes",
                   MONITOR_NAME_BYTES - 1);
        return false;
    }
    if (option_text(table, OPT_screen_size)[0] != '\0') {
        screen->bounds.w = table->values[OPT_screen_size].width;
        screen->bounds.h = table->values[OPT_screen_size].height;
    }
    (void)arrange_from_key(arrange, strlen(arrange), &out->arrange); /* known: a choice */
    return read_panels(table, out, error) &&
           read_point(table, OPT_screen_position, &screen->bounds.x, &screen->bounds.y, &known,
                      error) &&
           read_point(table, OPT_position, &place->rect.x, &place->rect.y, &place->placed, error);
}

static bool read_pane(const struct option_table *table, struct desk_spec_pane *out, char *error) {
    out->span_ms = (double)option_integer(table, OPT_window);
    if (!str_copy(out->instrument, sizeof out->instrument, option_text(table, OPT_instrument))) {
        str_format(error, OPTION_ERROR_BYTES, "instrument: longer than %d bytes",
                   LAYOUT_TEXT_BYTES - 1);
        return false;
    }
    return picture_options_read(table, &out->settings, error);
}

bool desk_spec_from_options(const struct option_table *table, struct desk_spec *out,
                            char error[OPTION_ERROR_BYTES]) {
    memset(out, 0, sizeof *out);
    out->window_count = 1;
    out->windows[0].pane_count = 1;
    return read_window(table, &out->windows[0], error) &&
           read_pane(table, &out->windows[0].panes[0], error);
}

/* -- from layouts -- */

static void put(struct option_table *table, enum option_id id, const char *text) {
    char error[OPTION_ERROR_BYTES];
    (void)option_set(table, id, text, strlen(text), error); /* layouts hold what passed it before */
}

static void put_items(struct option_table *table, const struct desk_layout_items *items) {
    for (int i = 0; i < items->count; i++) {
        put(table, items->items[i].id, items->items[i].text);
    }
}

/* A refusal says whose it was. */
static bool refuse(int window, int pane, char *error) {
    char reason[OPTION_ERROR_BYTES];
    str_copy(reason, sizeof reason, error);
    if (pane < 0) {
        str_format(error, OPTION_ERROR_BYTES, "[window %d].%s", window + 1, reason);
    } else {
        str_format(error, OPTION_ERROR_BYTES, "[pane %d.%d].%s", window + 1, pane + 1, reason);
    }
    return false;
}

static bool add_window(struct desk_spec_window *out, const struct desk_layout_window *window,
                       struct option_table *table, int index, char *error) {
    static struct option_table of_pane; /* tens of kilobytes: not on the stack */
    put_items(table, &window->own);
    if (!read_window(table, out, error)) {
        return refuse(index, -1, error);
    }
    out->pane_count = window->pane_count > 0 ? window->pane_count : 1;
    for (int i = 0; i < out->pane_count; i++) {
        of_pane = *table;
        put_items(&of_pane, &window->panes[i]);
        if (!read_pane(&of_pane, &out->panes[i], error)) {
            return refuse(index, i, error);
        }
    }
    return true;
}

bool desk_spec_add(struct desk_spec *spec, const struct desk_layout *layout,
                   const struct option_table *table, char error[OPTION_ERROR_BYTES]) {
    static struct option_table of_window; /* as above */
    int had = spec->window_count;
    if (had + layout->window_count > LAYOUT_WINDOW_MAX) {
        str_format(error, OPTION_ERROR_BYTES, "%d windows; at most %d are possible",
                   had + layout->window_count, LAYOUT_WINDOW_MAX);
        return false;
    }
    for (int w = 0; w < layout->window_count; w++) {
        of_window = *table;
        if (had + w > 0) {
            put(&of_window, OPT_screen, "0");
            put(&of_window, OPT_fs_screen_name, "");
            put(&of_window, OPT_position, "");
        }
        struct desk_spec_window *out = &spec->windows[had + w];
        memset(out, 0, sizeof *out);
        if (!add_window(out, &layout->windows[w], &of_window, w, error)) {
            return false;
        }
    }
    spec->window_count = had + layout->window_count;
    return true;
}

/* -- and back -- */

STR_PRINTF(3, 4)
static void put_format(struct option_table *table, enum option_id id, const char *format, ...) {
    char text[OPTION_TEXT_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    put(table, id, text);
}

static const char *yes_or_no(bool flag) {
    return flag ? "yes" : "no";
}

/* As --clean-background has it. */
static const char *background_key(enum backdrop_kind kind) {
    static const char *const keys[BACKDROP_KIND_COUNT] = {[BACKDROP_PICTURE] = "picture",
                                                          [BACKDROP_GREEN] = "green",
                                                          [BACKDROP_BLUE] = "blue",
                                                          [BACKDROP_MAGENTA] = "magenta"};
    return keys[kind];
}

void desk_spec_put_window(const struct desk_spec_window *window, struct option_table *table) {
    const struct display_place *place = &window->place;
    const struct monitor_wish *screen = &place->screen;
    put(table, OPT_fs_screen_name, screen->name);
    put_format(table, OPT_screen, "%d", screen->number);
    put(table, OPT_screen_size, "");
    put(table, OPT_screen_position, "");
    put(table, OPT_position, "");
    if (screen->bounds.w > 0) {
        put_format(table, OPT_screen_size, "%dx%d", screen->bounds.w, screen->bounds.h);
        put_format(table, OPT_screen_position, "%d,%d", screen->bounds.x, screen->bounds.y);
    }
    if (place->placed) {
        put_format(table, OPT_position, "%d,%d", place->rect.x, place->rect.y);
    }
    put_format(table, OPT_size, "%dx%d", place->rect.w, place->rect.h);
    put(table, OPT_fullscreen, yes_or_no(place->fullscreen));
    put(table, OPT_borderless, yes_or_no(place->borderless));
    put(table, OPT_on_top, yes_or_no(place->on_top));
    put(table, OPT_clean, yes_or_no(place->clean));
    put(table, OPT_clean_background, background_key(window->background));
    put(table, OPT_arrange, arrange_key(window->arrange));
    put(table, OPT_panels, window->panels);
}

/* Every option of a kind: one that is empty too, or it would be as the options have it then. */
static void keep(const struct option_table *table, enum desk_layout_kind kind,
                 struct desk_layout_items *items) {
    char error[OPTION_ERROR_BYTES];
    for (int i = 0; i < OPT_COUNT; i++) {
        enum option_id id = (enum option_id)i;
        if (desk_layout_kind(id) == kind) {
            /* What is longer than a layout holds is left out: it is then as the options have it. */
            (void)desk_layout_set(items, kind, id, span_from_text(option_text(table, id)), error);
        }
    }
}

static void write_window(const struct desk_spec_window *window, struct option_table *table,
                         struct desk_layout_items *items) {
    desk_spec_put_window(window, table);
    keep(table, LAYOUT_OF_WINDOW, items);
}

static void write_pane(const struct desk_spec_pane *pane, struct option_table *table,
                       struct desk_layout_items *items) {
    picture_options_write(&pane->settings, pane->span_ms, table);
    put(table, OPT_instrument, pane->instrument);
    keep(table, LAYOUT_OF_PANE, items);
}

void desk_spec_write(const struct desk_spec *spec, struct desk_layout *out) {
    static struct option_table table; /* as above */
    option_table_init(&table);
    memset(out, 0, sizeof *out);
    out->window_count = spec->window_count;
    for (int w = 0; w < spec->window_count; w++) {
        const struct desk_spec_window *window = &spec->windows[w];
        write_window(window, &table, &out->windows[w].own);
        out->windows[w].pane_count = window->pane_count;
        for (int i = 0; i < window->pane_count; i++) {
            write_pane(&window->panes[i], &table, &out->windows[w].panes[i]);
        }
    }
}
