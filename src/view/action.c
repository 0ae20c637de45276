#include "view/action.h"

#include <assert.h>
#include <string.h>

#include "base/str.h"

static const struct action_row rows[] = {
    [ACTION_NONE] = {"", "", false, "", ""},
#define ACTION(id, name, keys, repeats, takes, help)                                               \
    [ACTION_##id] = {name, keys, repeats, takes, help},
#include "view/actions.def"
#undef ACTION
};
static_assert(ARRAY_COUNT(rows) == ACTION_COUNT, "a row per action");
static_assert(ACTION_PART_LAST - ACTION_PART_FIRST + 1 == SETTINGS_PART_COUNT, "one per part");
static_assert((int)ACTION_PART_CANDLES - (int)ACTION_PART_FIRST == (int)SETTINGS_PART_CANDLES,
              "in the order of the parts");
static_assert(ACTION_BAND_6 - ACTION_BAND_1 + 1 == SETTINGS_BAND_COUNT, "one per band");
static_assert(ACTION_BAND_6_ALONE - ACTION_BAND_1_ALONE + 1 == SETTINGS_BAND_COUNT, "one each");

const struct action_row *action_row(enum action action) {
    assert(action >= ACTION_NONE && action < ACTION_COUNT);
    return &rows[action];
}

enum action action_find(const char *name, size_t len) {
    for (int i = ACTION_NONE + 1; i < ACTION_COUNT; i++) {
        if (strlen(rows[i].name) == len && memcmp(rows[i].name, name, len) == 0) {
            return (enum action)i;
        }
    }
    return ACTION_NONE;
}
