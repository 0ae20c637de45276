/* config/config_print.h - the configuration in force as a file that config_file_read takes: every
 * option with its help, those at their default commented out, and the entries of the user's own.
 *
 * Thread: main. */
#pragma once

#include <stdio.h>

#include "config/config_file.h"

/* The options, by section. Those of the command line alone are left out; a text that no line can
 * hold (with a line break in it) is commented out, and so is one with a password, which is left
 * out. */
void config_print_options(const struct option_table *table, FILE *out);

struct config_print_entries {
    FILE *out;
    char section[OPTION_NAME_BYTES], argument[CONFIG_LINE_BYTES_MAX]; /* printed last */
};
/* config_report's on_entry; user: a struct config_print_entries, zeroed but for out. Always true.
 */
bool config_print_entry(void *user, const struct config_entry *entry,
                        char error[OPTION_ERROR_BYTES]);
