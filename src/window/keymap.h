/* window/keymap.h - which key does what: the defaults of view/actions.def, and what the user binds.
 *
 * Thread: main.  Keys are named as people write them, "Shift+s", "Ctrl+Left", "F11", "Keypad+"; the
 * key codes are SDL's and stay in keymap.c.  Limit: KEYMAP_MAX bindings. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "view/action_call.h"

enum { KEYMAP_MAX = 256, KEYMAP_KEY_BYTES = 32 };

enum keymap_mod { KEYMAP_SHIFT = 1, KEYMAP_CTRL = 2, KEYMAP_ALT = 4 };

struct keymap_row {
    char key[KEYMAP_KEY_BYTES]; /* as it was written */
    int32_t code;               /* SDL's */
    unsigned mods;              /* KEYMAP_... held */
    struct action_call call;
};

struct keymap {
    int count;
    struct keymap_row rows[KEYMAP_MAX];
};

void keymap_init(struct keymap *keymap); /* the defaults */
/* Let key run line, in place of what it did; an empty line: nothing. STATUS_UNKNOWN: no such key;
 * else as action_call_parse; STATUS_FULL. */
enum status keymap_bind(struct keymap *keymap, const char *key, const char *line);
/* What an SDL key code runs with these modifiers held; NULL: nothing. A key that has no command of
 * its own with Shift does what it does without. */
const struct action_call *keymap_find(const struct keymap *keymap, int32_t code, unsigned mods);
