#include "window/keymap.h"

#include <assert.h>
#include <string.h>

#include <SDL2/SDL_keyboard.h>

#include "base/str.h"

/* Names that people know and SDL writes otherwise. */
static const struct {
    const char *name;
    SDL_Keycode code;
} own_names[] = {
    {"Esc", SDLK_ESCAPE},
    {"Enter", SDLK_RETURN},
    {"PgUp", SDLK_PAGEUP},
    {"PgDn", SDLK_PAGEDOWN},
    {"Keypad+", SDLK_KP_PLUS},
    {"Keypad-", SDLK_KP_MINUS},
    {"Backtick", SDLK_BACKQUOTE},
    /* Those that mean something else in a configuration file. */
    {"Equals", SDLK_EQUALS},
    {"Hash", SDLK_HASH},
    {"Semicolon", SDLK_SEMICOLON},
    {"LeftBracket", SDLK_LEFTBRACKET},
    {"RightBracket", SDLK_RIGHTBRACKET},
};

static SDL_Keycode code_from_name(const char *name) {
    for (size_t i = 0; i < ARRAY_COUNT(own_names); i++) {
        if (SDL_strcasecmp(name, own_names[i].name) == 0) {
            return own_names[i].code;
        }
    }
    return SDL_GetKeyFromName(name);
}

/* "Ctrl+Shift+Left" into a code and modifiers; SDLK_UNKNOWN: not a key. */
static SDL_Keycode parse_key(const char *text, unsigned *mods) {
    static const struct {
        const char *name;
        unsigned mod;
    } prefixes[] = {{"Shift+", KEYMAP_SHIFT}, {"Ctrl+", KEYMAP_CTRL}, {"Alt+", KEYMAP_ALT}};
    *mods = 0;
    for (size_t i = 0; i < ARRAY_COUNT(prefixes); i++) {
        size_t len = strlen(prefixes[i].name);
        if (SDL_strncasecmp(text, prefixes[i].name, len) == 0) {
            *mods |= prefixes[i].mod;
            text += len;
            i = (size_t)-1; /* in any order */
        }
    }
    return code_from_name(text);
}

static void add_default(struct keymap *keymap, enum action action, const char *keys) {
    char key[KEYMAP_KEY_BYTES];
    for (const char *at = keys; *at != '\0'; at += strspn(at, " ")) {
        size_t len = strcspn(at, " ");
        bool good = str_copy_span(key, sizeof key, (struct span){at, len}) &&
                    keymap_bind(keymap, key, action_row(action)->name) == STATUS_OK;
        assert(good && "a key of actions.def is not one");
        (void)good;
        at += len;
    }
}

void keymap_init(struct keymap *keymap) {
    memset(keymap, 0, sizeof *keymap);
    for (int i = ACTION_NONE + 1; i < ACTION_COUNT; i++) {
        add_default(keymap, (enum action)i, action_row((enum action)i)->keys);
    }
}

static int find(const struct keymap *keymap, int32_t code, unsigned mods) {
    for (int i = 0; i < keymap->count; i++) {
        if (keymap->rows[i].code == code && keymap->rows[i].mods == mods) {
            return i;
        }
    }
    return -1;
}

enum status keymap_bind(struct keymap *keymap, const char *key, const char *line) {
    struct keymap_row row = {0};
    row.code = parse_key(key, &row.mods);
    if (row.code == SDLK_UNKNOWN || !str_copy(row.key, sizeof row.key, key)) {
        return STATUS_UNKNOWN;
    }
    bool nothing = line[strspn(line, " \t")] == '\0';
    enum status status = nothing ? STATUS_OK : action_call_parse(line, strlen(line), &row.call);
    if (status != STATUS_OK) {
        return status;
    }
    int at = find(keymap, row.code, row.mods);
    if (at < 0 && keymap->count == KEYMAP_MAX) {
        return STATUS_FULL;
    }
    keymap->rows[at >= 0 ? at : keymap->count++] = row;
    return STATUS_OK;
}

const struct action_call *keymap_find(const struct keymap *keymap, int32_t code, unsigned mods) {
    int at = find(keymap, code, mods);
    if (at < 0) {
        at = find(keymap, code, mods & ~(unsigned)KEYMAP_SHIFT);
    }
    bool bound = at >= 0 && keymap->rows[at].call.action != ACTION_NONE;
    return bound ? &keymap->rows[at].call : NULL;
}
