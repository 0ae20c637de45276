#include "json/scan.h"

#include <assert.h>
#include <string.h>

/* Eight bytes, the first in the lowest place on any machine. */
static uint64_t load_eight(const char *p) {
    const unsigned char *b = (const unsigned char *)p;
    return (uint64_t)b[0] | (uint64_t)b[1] << 8 | (uint64_t)b[2] << 16 | (uint64_t)b[3] << 24 |
           (uint64_t)b[4] << 32 | (uint64_t)b[5] << 40 | (uint64_t)b[6] << 48 |
           (uint64_t)b[7] << 56;
}

#define BYTES_ONE  UINT64_C(0x0101010101010101)
#define BYTES_HIGH UINT64_C(0x8080808080808080)

/* The high bit of each byte that is a quote, a backslash or a control character. The lowest one set
 * is exact; a borrow can only set false ones above it. */
static uint64_t mark_string_stops(uint64_t eight) {
    const uint64_t quote = eight ^ (BYTES_ONE * '"');
    const uint64_t slash = eight ^ (BYTES_ONE * '\\');
    return (((quote - BYTES_ONE) & ~quote) | ((slash - BYTES_ONE) & ~slash) |
            ((eight - BYTES_ONE * 0x20) & ~eight)) &
           BYTES_HIGH;
}

static size_t index_of_lowest(uint64_t marks) {
    const uint64_t below = (marks & (~marks + 1)) - 1;
    return (size_t)((((below & BYTES_ONE) * BYTES_ONE) >> 56) - 1);
}

static enum scan_type scan_fail(struct scan *scan) {
    if (scan->failed_at == NULL) {
        scan->failed_at = scan->at;
    }
    return SCAN_NONE;
}

static void skip_blanks(struct scan *scan) {
    while (scan->at < scan->end &&
           (*scan->at == ' ' || *scan->at == '\n' || *scan->at == '\r' || *scan->at == '\t')) {
        scan->at++;
    }
}

static int hex_value(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    const char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* Four hex digits at p; -1: not four. */
static int32_t read_hex4(const char *p, const char *end) {
    int32_t unit = 0;
    if (end - p < 4) {
        return -1;
    }
    for (int i = 0; i < 4; i++) {
        const int digit = hex_value(p[i]);
        if (digit < 0) {
            return -1;
        }
        unit = unit * 16 + digit;
    }
    return unit;
}

/* The code point of a backslash-u escape whose digits start at p, a surrogate pair as one; *used
 * counts characters from p. -1: broken, or half a pair. */
static int32_t read_code_point(const char *p, const char *end, int *used) {
    const int32_t first = read_hex4(p, end);
    *used = 4;
    if (first < 0 || (first >= 0xdc00 && first <= 0xdfff)) {
        return -1;
    }
    if (first < 0xd800 || first > 0xdbff) {
        return first;
    }
    if (end - p < 10 || p[4] != '\\' || p[5] != 'u') {
        return -1;
    }
    const int32_t second = read_hex4(p + 6, end);
    if (second < 0xdc00 || second > 0xdfff) {
        return -1;
    }
    *used = 10;
    return 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
}

/* Check the escape whose backslash is at p; returns the place after it, NULL: broken. */
static const char *pass_escape(const char *p, const char *end) {
    int used = 0;
    if (end - p < 2) {
        return NULL;
    }
    switch (p[1]) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
        return p + 2;
    case 'u':
        return read_code_point(p + 2, end, &used) >= 0 ? p + 2 + used : NULL;
    default:
        return NULL;
    }
}

/* The cursor is on the opening quote. */
static enum scan_type read_string(struct scan *scan, struct scan_value *value) {
    const char *p = scan->at + 1;
    const char *const begin = p;
    value->escaped = false;
    for (;;) {
        if (scan->end - p >= 8) {
            const uint64_t marks = mark_string_stops(load_eight(p));
            if (marks == 0) {
                p += 8;
                continue;
            }
            p += index_of_lowest(marks);
        } else if (p == scan->end) {
            scan->at = p;
            return scan_fail(scan);
        }
        if (*p == '"') {
            value->text = (struct span){begin, (size_t)(p - begin)};
            value->type = SCAN_STRING;
            scan->at = p + 1;
            return SCAN_STRING;
        }
        if (*p == '\\') {
            const char *next = pass_escape(p, scan->end);
            if (next == NULL) {
                scan->at = p;
                return scan_fail(scan);
            }
            value->escaped = true;
            p = next;
        } else if ((unsigned char)*p < 0x20) {
            scan->at = p;
            return scan_fail(scan);
        } else {
            p++;
        }
    }
}

static const char *pass_digits(const char *p, const char *end) {
    while (p < end && *p >= '0' && *p <= '9') {
        p++;
    }
    return p;
}

static enum scan_type read_number(struct scan *scan, struct scan_value *value) {
    const char *const begin = scan->at;
    const char *const end = scan->end;
    const char *p = begin + (*begin == '-');
    const char *digits = p;
    p = pass_digits(p, end);
    bool valid = p > digits && (*digits != '0' || p == digits + 1);
    if (valid && p < end && *p == '.') {
        digits = ++p;
        p = pass_digits(p, end);
        valid = p > digits;
    }
    if (valid && p < end && (*p == 'e' || *p == 'E')) {
        p++;
        if (p < end && (*p == '+' || *p == '-')) {
            p++;
        }
        digits = p;
        p = pass_digits(p, end);
        valid = p > digits;
    }
    if (!valid) {
        return scan_fail(scan);
    }
    value->type = SCAN_NUMBER;
    value->text = (struct span){begin, (size_t)(p - begin)};
    scan->at = p;
    return SCAN_NUMBER;
}

static enum scan_type read_word(struct scan *scan, struct scan_value *value, const char *word,
                                enum scan_type type) {
    const size_t len = strlen(word);
    if ((size_t)(scan->end - scan->at) < len || memcmp(scan->at, word, len) != 0) {
        return scan_fail(scan);
    }
    scan->at += len;
    value->type = type;
    return type;
}

static enum scan_type enter(struct scan *scan, struct scan_value *value, enum scan_type type) {
    if (scan->depth == SCAN_DEPTH_MAX) {
        return scan_fail(scan);
    }
    const uint64_t bit = UINT64_C(1) << scan->depth;
    scan->objects = type == SCAN_OBJECT ? scan->objects | bit : scan->objects & ~bit;
    scan->depth++;
    scan->at++;
    scan->fresh = true;
    value->type = type;
    return type;
}

void scan_init(struct scan *scan, const char *bytes, size_t len) {
    assert(bytes != NULL || len == 0);
    scan->at = bytes;
    scan->end = len > 0 ? bytes + len : bytes;
    scan->failed_at = NULL;
    scan->objects = 0;
    scan->depth = 0;
    scan->fresh = false;
    if (len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) {
        scan->at += 3;
    }
}

enum scan_type scan_read(struct scan *scan, struct scan_value *value) {
    value->type = SCAN_NONE;
    value->escaped = false;
    value->text = (struct span){NULL, 0};
    if (scan->failed_at != NULL) {
        return SCAN_NONE;
    }
    skip_blanks(scan);
    if (scan->at == scan->end) {
        return scan_fail(scan);
    }
    switch (*scan->at) {
    case '"':
        return read_string(scan, value);
    case '{':
        return enter(scan, value, SCAN_OBJECT);
    case '[':
        return enter(scan, value, SCAN_ARRAY);
    case 't':
        return read_word(scan, value, "true", SCAN_TRUE);
    case 'f':
        return read_word(scan, value, "false", SCAN_FALSE);
    case 'n':
        return read_word(scan, value, "null", SCAN_NULL);
    default:
        return read_number(scan, value);
    }
}

/* Common to both kinds of container: pass a comma, or the closing mark. False: closed or failed. */
static bool step(struct scan *scan, char close) {
    if (scan->failed_at != NULL) {
        return false;
    }
    assert(scan->depth > 0);
    skip_blanks(scan);
    if (scan->at == scan->end) {
        scan_fail(scan);
        return false;
    }
    if (*scan->at == close) {
        scan->at++;
        scan->depth--;
        scan->fresh = false;
        return false;
    }
    if (!scan->fresh) {
        if (*scan->at != ',') {
            scan_fail(scan);
            return false;
        }
        scan->at++;
        skip_blanks(scan);
    }
    scan->fresh = false;
    return true;
}

bool scan_next_member(struct scan *scan, struct span *key) {
    struct scan_value text;
    if (!step(scan, '}')) {
        return false;
    }
    assert((scan->objects >> (scan->depth - 1) & 1) != 0);
    if (scan->at == scan->end || *scan->at != '"') {
        scan_fail(scan);
        return false;
    }
    if (read_string(scan, &text) == SCAN_NONE) {
        return false;
    }
    *key = text.text;
    if (text.escaped) {
        size_t len = 0;
        if (scan_decode(&text, scan->key, sizeof scan->key, &len)) {
            *key = (struct span){scan->key, len};
        }
    }
    skip_blanks(scan);
    if (scan->at == scan->end || *scan->at != ':') {
        scan_fail(scan);
        return false;
    }
    scan->at++;
    return true;
}

bool scan_next_element(struct scan *scan) {
    assert(scan->failed_at != NULL || scan->depth > 0);
    assert(scan->failed_at != NULL || (scan->objects >> (scan->depth - 1) & 1) == 0);
    return step(scan, ']');
}

bool scan_leave(struct scan *scan, int depth) {
    struct scan_value value;
    struct span key;
    while (scan->failed_at == NULL && scan->depth > depth) {
        const bool in_object = (scan->objects >> (scan->depth - 1) & 1) != 0;
        if (in_object ? scan_next_member(scan, &key) : scan_next_element(scan)) {
            scan_read(scan, &value);
        }
    }
    return scan->failed_at == NULL;
}

bool scan_read_row(struct scan *scan, struct scan_value *values, size_t max, size_t *count) {
    struct scan_value value;
    const int depth = scan->depth;
    bool flat = scan_read(scan, &value) == SCAN_ARRAY;
    *count = 0;
    while (flat && step(scan, ']')) {
        struct scan_value *into = *count < max ? &values[*count] : &value;
        const enum scan_type type = scan_read(scan, into);
        flat = type != SCAN_ARRAY && type != SCAN_OBJECT;
        (*count)++;
    }
    return scan_leave(scan, depth) && flat;
}

bool scan_skip(struct scan *scan) {
    struct scan_value value;
    const int depth = scan->depth;
    scan_read(scan, &value);
    return scan_leave(scan, depth);
}

bool scan_end(struct scan *scan) {
    if (scan->failed_at != NULL || scan->depth > 0) {
        return false;
    }
    skip_blanks(scan);
    if (scan->at != scan->end) {
        scan_fail(scan);
    }
    return scan->failed_at == NULL;
}

static size_t write_utf8(int32_t code, char out[4]) {
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xc0 | (code >> 6));
        out[1] = (char)(0x80 | (code & 0x3f));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xe0 | (code >> 12));
        out[1] = (char)(0x80 | ((code >> 6) & 0x3f));
        out[2] = (char)(0x80 | (code & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | (code >> 18));
    out[1] = (char)(0x80 | ((code >> 12) & 0x3f));
    out[2] = (char)(0x80 | ((code >> 6) & 0x3f));
    out[3] = (char)(0x80 | (code & 0x3f));
    return 4;
}

/* The bytes of the (checked) escape at p; *used counts characters. */
static size_t decode_escape(const char *p, const char *end, char out[4], int *used) {
    static const char letters[] = "\"\\/bfnrt", bytes[] = "\"\\/\b\f\n\r\t";
    if (p[1] == 'u') {
        const int32_t code = read_code_point(p + 2, end, used);
        *used += 2;
        return write_utf8(code, out);
    }
    *used = 2;
    out[0] = bytes[strchr(letters, p[1]) - letters];
    return 1;
}

bool scan_decode(const struct scan_value *value, char *out, size_t out_bytes, size_t *len) {
    if (value->type != SCAN_STRING) {
        return false;
    }
    const char *p = value->text.bytes;
    const char *const end = p + value->text.len;
    size_t count = 0;
    while (p < end) {
        char unit[4] = {*p};
        size_t unit_len = 1;
        int used = 1;
        if (*p == '\\') {
            unit_len = decode_escape(p, end, unit, &used);
        }
        if (out_bytes - count < unit_len) {
            return false;
        }
        memcpy(out + count, unit, unit_len);
        count += unit_len;
        p += used;
    }
    *len = count;
    return true;
}

bool scan_is_utf8(const char *text, size_t len) {
    static const int32_t smallest[] = {0, 0x80, 0x800, 0x10000}; /* longer forms are not allowed */
    for (size_t i = 0; i < len;) {
        const unsigned char lead = (unsigned char)text[i++];
        const int more = lead < 0x80 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
        if ((lead >= 0x80 && lead < 0xc2) || lead > 0xf4 || len - i < (size_t)more) {
            return false;
        }
        int32_t code = more == 0 ? lead : lead & (0x3f >> more);
        for (int k = 0; k < more; k++, i++) {
            if (((unsigned char)text[i] & 0xc0) != 0x80) {
                return false;
            }
            code = code << 6 | ((unsigned char)text[i] & 0x3f);
        }
        if (code < smallest[more] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
            return false;
        }
    }
    return true;
}

bool scan_integer(const struct scan_value *value, int64_t *out) {
    if (value->type != SCAN_NUMBER && value->type != SCAN_STRING) {
        return false;
    }
    const char *p = value->text.bytes;
    const char *const end = p + value->text.len;
    const bool negative = p < end && *p == '-';
    uint64_t magnitude = 0;
    p += negative;
    if (p == end || end - p > 19) {
        return false;
    }
    for (; p < end; p++) {
        if (*p < '0' || *p > '9') {
            return false;
        }
        magnitude = magnitude * 10 + (uint64_t)(*p - '0');
    }
    if (magnitude > (uint64_t)INT64_MAX) {
        return false;
    }
    *out = negative ? -(int64_t)magnitude : (int64_t)magnitude;
    return true;
}
