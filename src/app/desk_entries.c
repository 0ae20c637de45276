#include "app/desk_entries.h"

#include <assert.h>
#include <string.h>

static_assert((int)ALERT_ERROR_BYTES <= (int)OPTION_ERROR_BYTES, "an error fits its reader's room");

bool desk_entries_take(void *user, const struct config_entry *entry,
                       char error[OPTION_ERROR_BYTES]) {
    struct desk_entries *entries = user;
    if (strcmp(entry->section, "alerts") == 0) {
        return alert_rules_add(&entries->alerts, entry->name, strlen(entry->name), entry->value,
                               strlen(entry->value), error);
    }
    return true;
}
