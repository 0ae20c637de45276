/* config/config_file.h - the INI file: [section], name = value, # or ; comments.
 *
 * Thread: main, at start.  Hostile bytes are safe: limits below, every mistake is reported with
 * file and line, and reading goes on.  Values may be quoted; there is no line continuation.  The
 * name of an entry may be quoted, too, and hold '=': "Ctrl+= = zoom-in" ends it at the first '='
 * between blanks, or else at the first that is not its first letter. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "config/option_table.h"

enum {
    CONFIG_FILE_BYTES_MAX = 1024 * 1024,
    CONFIG_LINE_BYTES_MAX = 4096,
    CONFIG_PATH_BYTES = 1024
};

/* A line of a section that holds no options but entries of the user's own naming: [keys], [alerts],
 * [window 1], [pane 1.1]. All texts are terminated and valid until the callback returns. */
struct config_entry {
    const char *section;  /* "window" */
    const char *argument; /* "1" of [window 1]; "": none */
    const char *name, *value;
    int line; /* of the file, from 1 */
};

struct config_report {
    /* One mistake, one line: `heat.conf:14: [heatmap].colormap: "magna": unknown; one of …`. */
    void (*on_error)(void *user, const char *line);
    /* Optional: take an entry. False: error says what was wrong and what was expected, and it is
     * reported with file, line and name. NULL: entries are passed over. */
    bool (*on_entry)(void *user, const struct config_entry *entry, char error[OPTION_ERROR_BYTES]);
    void *user;
};

/* Read a file into table. Returns the number of mistakes; *status says whether the file itself
 * could be read (STATUS_NOT_FOUND, STATUS_IO, STATUS_RANGE: too long), which is reported too, but
 * not NOT_FOUND. */
int config_file_read(const char *path, struct option_table *table,
                     const struct config_report *report, enum status *status);
/* The same from memory; name stands for the file in the reports. */
int config_file_parse(const char *name, const char *bytes, size_t len, struct option_table *table,
                      const struct config_report *report);
/* $XDG_CONFIG_HOME/liqscope/liqscope.conf, or under ~/.config. False: neither is set. */
bool config_file_default_path(char out[CONFIG_PATH_BYTES]);
