/* app/desk_entries.h - what the configuration's sections of entries hold: [alerts], and others
 * that are no options.
 *
 * Thread: main.  A build without the picture has no use for them and passes them over. */
#pragma once

#include "config/config_file.h"
#include "control/alert_rule.h"

struct desk_entries {
    struct alert_rules alerts;
};

/* config_report's on_entry; user: a struct desk_entries. */
bool desk_entries_take(void *user, const struct config_entry *entry,
                       char error[OPTION_ERROR_BYTES]);
