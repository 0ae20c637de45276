#include "app/desk_entries.h"

#include <assert.h>
#include <string.h>

#include "app/desk_keys.h"

static_assert((int)ALERT_ERROR_BYTES <= (int)OPTION_ERROR_BYTES, "an error fits its reader's room");

bool desk_entries_take(void *user, const struct config_entry *entry,
                       char error[OPTION_ERROR_BYTES]) {
    struct desk_entries *entries = user;
    if (strcmp(entry->section, "alerts") == 0) {
        if (!alert_rules_add(&entries->alerts, entry->name, strlen(entry->name), entry->value,
                             strlen(entry->value), error)) {
            return false;
        }
        entries->alert_lines[entries->alerts.count - 1] = entry->line;
        return true;
    }
    if (strcmp(entry->section, "keys") == 0) {
        if (entries->keymap.count == 0) {
            keymap_init(&entries->keymap);
        }
        return desk_keys_bind(&entries->keymap, entry, error);
    }
    return desk_layout_take(&entries->layout, entry, error); /* [window N], [pane N.M] */
}

void desk_entries_get_keys(const struct desk_entries *entries, struct keymap *out) {
    if (entries != NULL && entries->keymap.count > 0) {
        *out = entries->keymap;
    } else {
        keymap_init(out);
    }
}
