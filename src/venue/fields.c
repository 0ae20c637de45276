#include "venue/fields.h"

#include <assert.h>
#include <string.h>

enum status venue_object_begin(struct scan *scan, const char *bytes, size_t len) {
    struct scan_value root;
    scan_init(scan, bytes, len);
    if (scan_read(scan, &root) == SCAN_OBJECT) {
        return STATUS_OK;
    }
    scan_leave(scan, 0);
    return scan_end(scan) ? STATUS_IGNORED : STATUS_MALFORMED;
}

/* The place of key among names, looked for from `first` on: members in the order of names are found
 * at once. count: it is none of them. */
static size_t find_name(struct span key, const char *const *names, size_t count, size_t first) {
    for (size_t i = 0, at = first; i < count; i++, at++) {
        at = at >= count ? 0 : at;
        if (span_equal_text(key, names[at])) {
            return at;
        }
    }
    return count;
}

void venue_fields_read(struct scan *scan, const char *const *names, size_t count,
                       struct venue_field *fields) {
    struct span key;
    size_t next = 0;
    assert(count <= 64);
    for (size_t i = 0; i < count; i++) {
        fields[i].value = (struct scan_value){.type = SCAN_NONE, .text = {"", 0}};
    }
    while (scan_next_member(scan, &key)) {
        const size_t at = find_name(key, names, count, next);
        next = at < count ? at + 1 : next;
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

/* A plain number of more digits than a decimal has: those behind the point that do not fit go. */
static bool parse_long(struct span text, struct decimal *out) {
    enum { DIGIT_COUNT_MAX = 18 };
    const char *point = memchr(text.bytes, '.', text.len);
    size_t digits = 0, end = 0;
    if (point == NULL || text.len > DECIMAL_TEXT_BYTES) {
        return false;
    }
    for (bool leading = true; end < text.len && digits < DIGIT_COUNT_MAX; end++) {
        const char c = text.bytes[end];
        const bool digit = c >= '0' && c <= '9';
        leading = leading && (c == '0' || !digit);
        digits += digit && !leading;
    }
    for (size_t i = end; i < text.len; i++) {
        if (text.bytes[i] < '0' || text.bytes[i] > '9') {
            return false; /* an exponent, or no number */
        }
    }
    return text.bytes + end > point + 1 && decimal_parse(text.bytes, end, out);
}

void venue_field_take(struct scan *scan, struct scan_value *into) {
    if (into == NULL || into->type != SCAN_NONE) {
        scan_skip(scan);
        return;
    }
    const int depth = scan->depth;
    scan_read(scan, into);
    scan_leave(scan, depth);
}

bool venue_decimal(const struct scan_value *value, struct decimal *out) {
    return (value->type == SCAN_STRING || value->type == SCAN_NUMBER) &&
           (decimal_parse(value->text.bytes, value->text.len, out) || parse_long(value->text, out));
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

bool venue_query(const char *path, const char *name, struct span *out) {
    const size_t len = strlen(name);
    const char *at = path == NULL ? NULL : strchr(path, '?');
    for (; at != NULL; at = strchr(at, '&')) {
        at++;
        if (strncmp(at, name, len) == 0 && at[len] == '=') {
            at += len + 1;
            *out = (struct span){at, strcspn(at, "&#")};
            return true;
        }
    }
    *out = (struct span){"", 0};
    return false;
}

bool venue_optional_integer(const struct scan_value *value, int64_t *out, bool *has) {
    *has = !(value->type == SCAN_NONE || value->type == SCAN_NULL ||
             (value->type == SCAN_STRING && value->text.len == 0));
    *out = 0;
    return !*has || scan_integer(value, out);
}
