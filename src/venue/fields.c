#include "venue/fields.h"

#include <assert.h>
#include <string.h>

static size_t find_name(struct span key, const char *const *names, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (strncmp(names[i], key.bytes, key.len) == 0 && names[i][key.len] == '\0') {
            return i;
        }
    }
    return count;
}

void venue_fields_read(struct scan *scan, const char *const *names, size_t count,
                       struct venue_field *fields) {
    struct span key;
    assert(count <= 64);
    for (size_t i = 0; i < count; i++) {
        fields[i].value.type = SCAN_NONE;
    }
    while (scan_next_member(scan, &key)) {
        const size_t at = find_name(key, names, count);
        if (at == count || fields[at].value.type != SCAN_NONE) {
            scan_skip(scan);
            continue;
        }
        const int depth = scan->depth;
        const enum scan_type type = scan_read(scan, &fields[at].value);
        if (type == SCAN_ARRAY || type == SCAN_OBJECT) {
            fields[at].inside = *scan;
            scan_leave(scan, depth);
        }
    }
}

bool venue_decimal(const struct scan_value *value, struct decimal *out) {
    return (value->type == SCAN_STRING || value->type == SCAN_NUMBER) &&
           decimal_parse(value->text.bytes, value->text.len, out);
}

bool venue_optional_decimal(const struct scan_value *value, struct decimal *out, bool *has) {
    *has = !(value->type == SCAN_NONE || value->type == SCAN_NULL ||
             (value->type == SCAN_STRING && value->text.len == 0));
    *out = (struct decimal){0};
    return !*has || venue_decimal(value, out);
}

bool venue_text_is(const struct scan_value *value, const char *text) {
    return value->type == SCAN_STRING && span_equal_text(value->text, text);
}
