#include "app/desk_keys.h"

#include <string.h>

#include "base/str.h"

static bool tell_action(const char *line, char *error) {
    size_t len = strcspn(line, " \t");
    int best = option_name_distance_limit(len);
    enum action near = ACTION_NONE;
    for (int i = ACTION_NONE + 1; i < ACTION_COUNT; i++) {
        const char *name = action_row((enum action)i)->name;
        int distance = option_name_distance(line, len, name, strlen(name), best);
        if (distance < best) {
            best = distance;
            near = (enum action)i;
        }
    }
    str_format(error, OPTION_ERROR_BYTES, "\"%.*s\": unknown action", len < 60 ? (int)len : 60,
               line);
    if (near != ACTION_NONE) {
        str_append(error, OPTION_ERROR_BYTES, "; did you mean %s?", action_row(near)->name);
    } else {
        str_append(error, OPTION_ERROR_BYTES, "; liqscope help view lists them");
    }
    return false;
}

static bool tell_argument(const char *line, char *error) {
    size_t len = strcspn(line, " \t");
    const struct action_row *row = action_row(action_find(line, len));
    bool takes = row->takes[0] != '\0';
    str_format(error, OPTION_ERROR_BYTES, "\"%.60s\": %s %s%s%s", line,
               takes ? "not whole; expected" : "takes nothing; expected", row->name,
               takes ? " " : "", row->takes);
    return false;
}

bool desk_keys_bind(struct keymap *keymap, const struct config_entry *entry,
                    char error[OPTION_ERROR_BYTES]) {
    const char *line = entry->value + strspn(entry->value, " \t");
    switch (keymap_bind(keymap, entry->name, line)) {
    case STATUS_OK:
        return true;
    case STATUS_UNKNOWN:
        str_format(error, OPTION_ERROR_BYTES,
                   "not a key; expected one such as s, Shift+s, Ctrl+Left, F11, Equals or Keypad+");
        return false;
    case STATUS_NOT_FOUND:
        return tell_action(line, error);
    case STATUS_MALFORMED:
        return tell_argument(line, error);
    case STATUS_RANGE:
        str_format(error, OPTION_ERROR_BYTES,
                   "\"%.40s...\": too long a command; expected less "
                   "than %d bytes after its name",
                   line, ACTION_TEXT_BYTES);
        return false;
    default:
        str_format(error, OPTION_ERROR_BYTES, "more than %d keys", KEYMAP_MAX);
        return false;
    }
}
