/* app/desk_keys.h - the [keys] of the configuration file: `Shift+s = set side short` lets a key run
 * a command, `d =` lets it do nothing.
 *
 * Thread: main.  Owner: app/desk_entries. */
#pragma once

#include "config/config_file.h"
#include "window/keymap.h"

/* Bind what an entry says over what keymap has. False: error says what was wrong with key or
 * command and what was expected. */
bool desk_keys_bind(struct keymap *keymap, const struct config_entry *entry,
                    char error[OPTION_ERROR_BYTES]);
