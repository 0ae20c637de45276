#include "config/option_table.h"

#include <assert.h>
#include <string.h>

#include "base/str.h"
#include "config/option_parse.h"

static const struct option_row rows[] = {
#define OPT(id_, section_, kind_, ...)                                                             \
    [OPT_##id_] = {.id = #id_, .section = #section_, .kind = OPTION_##kind_, __VA_ARGS__},
#include "config/options.def"
#undef OPT
};
static_assert(ARRAY_COUNT(rows) == OPT_COUNT, "a row per option");

enum { SLIPS_MAX = 2, LETTERS_A_SLIP = 3, DISTANCE_NAME_MAX = 64 };

const struct option_row *option_row(enum option_id id) {
    assert((unsigned)id < OPT_COUNT);
    return &rows[id];
}

const char *option_name(enum option_id id, char out[OPTION_NAME_BYTES]) {
    bool whole = str_copy(out, OPTION_NAME_BYTES, option_row(id)->id);
    assert(whole);
    (void)whole;
    for (char *c = out; *c != '\0'; c++) {
        if (*c == '_') {
            *c = '-';
        }
    }
    return out;
}

enum option_id option_find(const char *name, size_t len) {
    for (int i = 0; i < OPT_COUNT; i++) {
        char known[OPTION_NAME_BYTES];
        option_name((enum option_id)i, known);
        size_t same = 0;
        while (same < len && known[same] != '\0' &&
               known[same] == (name[same] == '_' ? '-' : name[same])) {
            same++;
        }
        if (same == len && known[same] == '\0') {
            return (enum option_id)i;
        }
    }
    return OPT_COUNT;
}

static int min_int(int a, int b) {
    return a < b ? a : b;
}

int option_name_distance(const char *a, size_t a_len, const char *b, size_t b_len, int limit) {
    /* Three rows of the edit table are enough for swaps of neighbours. */
    int table[3][DISTANCE_NAME_MAX + 1];
    if (a_len > DISTANCE_NAME_MAX || b_len > DISTANCE_NAME_MAX) {
        return limit;
    }
    for (size_t j = 0; j <= b_len; j++) {
        table[0][j] = (int)j;
    }
    for (size_t i = 1; i <= a_len; i++) {
        int *row = table[i % 3];
        const int *above = table[(i - 1) % 3];
        row[0] = (int)i;
        for (size_t j = 1; j <= b_len; j++) {
            int replace = above[j - 1] + (a[i - 1] != b[j - 1]);
            row[j] = min_int(replace, 1 + min_int(above[j], row[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                row[j] = min_int(row[j], table[(i - 2) % 3][j - 2] + 1);
            }
        }
    }
    return min_int(table[a_len % 3][b_len], limit);
}

int option_name_distance_limit(size_t len) {
    size_t slips = len / LETTERS_A_SLIP;
    return (int)(slips < SLIPS_MAX ? slips : SLIPS_MAX) + 1;
}

enum option_id option_find_near(const char *name, size_t len, unsigned commands) {
    enum option_id best = OPT_COUNT;
    int best_distance = option_name_distance_limit(len);
    for (int i = 0; i < OPT_COUNT; i++) {
        char known[OPTION_NAME_BYTES];
        option_name((enum option_id)i, known);
        if ((rows[i].commands & commands) == 0) {
            continue;
        }
        int distance = option_name_distance(name, len, known, strlen(known), best_distance);
        if (distance < best_distance && distance < (int)strlen(known)) {
            best = (enum option_id)i;
            best_distance = distance;
        }
    }
    return best;
}

void option_table_init(struct option_table *table) {
    memset(table, 0, sizeof *table);
    for (int i = 0; i < OPT_COUNT; i++) {
        char error[OPTION_ERROR_BYTES];
        if (rows[i].def[0] != '\0') {
            bool set =
                option_set(table, (enum option_id)i, rows[i].def, strlen(rows[i].def), error);
            assert(set);
            (void)set;
        }
        table->values[i].given = false;
    }
}

bool option_set(struct option_table *table, enum option_id id, const char *text, size_t len,
                char error[OPTION_ERROR_BYTES]) {
    struct option_value value = {.given = true};
    struct span span = {text, len};
    if (memchr(text, '\0', len) != NULL || !str_copy_span(value.text, sizeof value.text, span)) {
        str_format(error, OPTION_ERROR_BYTES, "value too long or not text; at most %d bytes",
                   OPTION_TEXT_BYTES - 1);
        return false;
    }
    if (!option_parse(option_row(id), &value, error)) {
        return false;
    }
    table->values[id] = value;
    return true;
}

static const struct option_value *value_of_kind(const struct option_table *table, enum option_id id,
                                                unsigned kinds) {
    assert((unsigned)id < OPT_COUNT);
    assert(((1U << rows[id].kind) & kinds) != 0);
    (void)kinds;
    return &table->values[id];
}

bool option_flag(const struct option_table *table, enum option_id id) {
    return value_of_kind(table, id, 1U << OPTION_FLAG)->flag;
}

int64_t option_integer(const struct option_table *table, enum option_id id) {
    unsigned kinds = 1U << OPTION_INT | 1U << OPTION_CHOICE | 1U << OPTION_SPAN | 1U << OPTION_TIME;
    return value_of_kind(table, id, kinds)->integer;
}

double option_number(const struct option_table *table, enum option_id id) {
    return value_of_kind(table, id, 1U << OPTION_FLOAT)->number;
}

const char *option_text(const struct option_table *table, enum option_id id) {
    return table->values[id].text;
}

bool option_given(const struct option_table *table, enum option_id id) {
    return table->values[id].given;
}
