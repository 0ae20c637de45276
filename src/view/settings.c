#include "view/settings.h"

#include <assert.h>
#include <string.h>

#include "base/str.h"

static const struct {
    const char *key;
    bool shown;
    const char *help;
} parts[] = {
#define SETTINGS_ROW(name, key, shown, help) {key, shown, help},
    SETTINGS_PART_LIST(SETTINGS_ROW)
#undef SETTINGS_ROW
};

static const char *const side_keys[] = {
#define SETTINGS_ROW(name, key) key,
    SETTINGS_SIDE_LIST(SETTINGS_ROW)
#undef SETTINGS_ROW
};

static const char *const band_keys[SETTINGS_BAND_COUNT] = {"<5",    "5-10",   "10-25",
                                                           "25-50", "50-100", "100+"};

#define PARTS_ALL ((UINT32_C(1) << SETTINGS_PART_COUNT) - 1)
#define BANDS_ALL ((UINT32_C(1) << SETTINGS_BAND_COUNT) - 1)

struct settings settings_default(void) {
    struct settings settings = {0};
    for (int i = 0; i < SETTINGS_PART_COUNT; i++) {
        settings.parts |= parts[i].shown ? UINT32_C(1) << i : 0;
    }
    return settings;
}

const char *settings_part_key(enum settings_part part) {
    return parts[part].key;
}

const char *settings_part_help(enum settings_part part) {
    return parts[part].help;
}

/* The next word of a list, its length; 0 at the end. */
static size_t next_word(const char **at) {
    *at += strspn(*at, " ,");
    return strcspn(*at, " ,");
}

static bool is_word(const char *word, size_t len, const char *key) {
    return strlen(key) == len && memcmp(word, key, len) == 0;
}

enum status settings_parse_parts(const char *text, uint32_t *out, const char **wrong) {
    uint32_t wanted = *out;
    size_t len = 0;
    for (const char *at = text; (len = next_word(&at)) > 0; at += len) {
        bool off = at[0] == '-';
        const char *word = at + (off || at[0] == '+' ? 1 : 0);
        size_t word_len = len - (size_t)(word - at);
        int part = 0;
        if (is_word(at, len, "none") || is_word(at, len, "all")) {
            wanted = at[0] == 'a' ? PARTS_ALL : 0;
            continue;
        }
        while (part < SETTINGS_PART_COUNT && !is_word(word, word_len, parts[part].key)) {
            part++;
        }
        if (part == SETTINGS_PART_COUNT) {
            *wrong = at;
            return STATUS_NOT_FOUND;
        }
        uint32_t bit = UINT32_C(1) << part;
        wanted = off ? wanted & ~bit : wanted | bit;
    }
    *out = wanted;
    return STATUS_OK;
}

enum status settings_parse_bands(const char *text, uint32_t *band_hidden, const char **wrong) {
    uint32_t shown = 0;
    size_t len = 0;
    for (const char *at = text; (len = next_word(&at)) > 0; at += len) {
        int band = 0;
        while (band < SETTINGS_BAND_COUNT && !is_word(at, len, band_keys[band])) {
            band++;
        }
        if (band == SETTINGS_BAND_COUNT && !is_word(at, len, "all")) {
            *wrong = at;
            return STATUS_NOT_FOUND;
        }
        shown |= band == SETTINGS_BAND_COUNT ? BANDS_ALL : UINT32_C(1) << band;
    }
    *band_hidden = BANDS_ALL & ~shown;
    return STATUS_OK;
}

static void add_word(char *out, const char *sign, const char *word) {
    bool whole =
        str_append(out, SETTINGS_TEXT_BYTES, "%s%s%s", out[0] != '\0' ? " " : "", sign, word);
    assert(whole); /* all words together fit */
    (void)whole;
}

const char *settings_format_parts(uint32_t shown, char out[SETTINGS_TEXT_BYTES]) {
    uint32_t changed = (shown ^ settings_default().parts) & PARTS_ALL;
    out[0] = '\0';
    for (int i = 0; i < SETTINGS_PART_COUNT; i++) {
        if ((changed >> i & 1) != 0) {
            add_word(out, (shown >> i & 1) != 0 ? "+" : "-", parts[i].key);
        }
    }
    return out;
}

const char *settings_format_bands(uint32_t band_hidden, char out[SETTINGS_TEXT_BYTES]) {
    out[0] = '\0';
    if ((band_hidden & BANDS_ALL) == 0) {
        add_word(out, "", "all");
        return out;
    }
    for (int i = 0; i < SETTINGS_BAND_COUNT; i++) {
        if ((band_hidden >> i & 1) == 0) {
            add_word(out, "", band_keys[i]);
        }
    }
    return out;
}

const char *settings_side_key(enum settings_side side) {
    return side_keys[side];
}

enum status settings_side_from_key(const char *key, enum settings_side *out) {
    for (int i = 0; i < SETTINGS_SIDE_COUNT; i++) {
        if (strcmp(key, side_keys[i]) == 0) {
            *out = (enum settings_side)i;
            return STATUS_OK;
        }
    }
    return STATUS_NOT_FOUND;
}
