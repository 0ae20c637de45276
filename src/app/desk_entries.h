/* app/desk_entries.h - what the configuration's sections of entries hold, which are no options:
 * [keys], [alerts], [window N] and [pane N.M].
 *
 * Thread: main.  A build without the picture has no use for them and passes them over. */
#pragma once

#include "config/config_file.h"
#include "config/desk_layout.h"
#include "control/alert_rule.h"
#include "window/keymap.h"

struct desk_entries {
    struct keymap keymap; /* the default ones with [keys] over them; count 0: no [keys] */
    struct alert_rules alerts;
    int alert_lines[ALERT_RULE_MAX]; /* of the file, a rule each */
    struct desk_layout layout;       /* windows of the first start; as those of --layout */
};

/* config_report's on_entry; user: a struct desk_entries. */
bool desk_entries_take(void *user, const struct config_entry *entry,
                       char error[OPTION_ERROR_BYTES]);
/* The keys that are in force with these entries (NULL: none were read). */
void desk_entries_get_keys(const struct desk_entries *entries, struct keymap *out);
