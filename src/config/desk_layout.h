/* config/desk_layout.h - which windows there are, on which screens, and the panes in each: a layout
 * as text.
 *
 *     [window 1]                       options of a window: fs-screen-name, size, position, ...
 *     fs-screen-name = DP-1
 *     [pane 1.1]                       options of a picture: window, palette, show, instrument, ...
 *     window = 4h
 *     [pane 1.2]
 *     window = 3d
 *
 * and on a command line, "screen=2 window=4h | window=3d ; palette=paper": windows apart by ';',
 * panes by '|', NAME=VALUE apart by blanks, NAME alone is a switch turned on, values with blanks
 * in quotation marks.
 *
 * Thread: main.  Hostile bytes are safe: every value is checked as option_set does.  Limits below;
 * what is beyond one is refused. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"
#include "config/config_file.h"
#include "config/option_table.h"

enum {
    LAYOUT_WINDOW_MAX = 8,
    LAYOUT_PANE_MAX = 4,     /* a window */
    LAYOUT_ITEM_MAX = 32,    /* options of one window or pane */
    LAYOUT_TEXT_BYTES = 256, /* of a value */
    LAYOUT_FILE_BYTES = 128 * 1024
};

/* Whose an option is. */
enum desk_layout_kind { LAYOUT_NEITHER, LAYOUT_OF_WINDOW, LAYOUT_OF_PANE };
enum desk_layout_kind desk_layout_kind(enum option_id id);

struct desk_layout_item {
    enum option_id id;
    char text[LAYOUT_TEXT_BYTES];
};
struct desk_layout_items {
    int count;
    struct desk_layout_item items[LAYOUT_ITEM_MAX];
};
struct desk_layout_window {
    struct desk_layout_items own;
    int pane_count; /* those that were named; a window has one at least all the same */
    struct desk_layout_items panes[LAYOUT_PANE_MAX];
};
struct desk_layout {
    int window_count; /* 0: it says nothing of windows */
    struct desk_layout_window windows[LAYOUT_WINDOW_MAX];
};

/* Give a window's or a pane's option a value, in place of what it had. False: error says why. */
bool desk_layout_set(struct desk_layout_items *items, enum desk_layout_kind kind, enum option_id id,
                     struct span text, char error[OPTION_ERROR_BYTES]);
/* A line of a file's [window N] or [pane N.M]; sections are numbered from 1 without a gap. False:
 * error says what was wrong and what was expected. */
bool desk_layout_take(struct desk_layout *layout, const struct config_entry *entry,
                      char error[OPTION_ERROR_BYTES]);
/* Add the windows of a command line's text. As above; some may have been added then. */
bool desk_layout_add_text(struct desk_layout *layout, const char *text,
                          char error[OPTION_ERROR_BYTES]);
/* As a file, terminated; its length, or 0: longer than size. */
size_t desk_layout_write(const struct desk_layout *layout, char *out, size_t size);
