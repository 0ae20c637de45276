#include "venue/rest_line.h"

#include <string.h>

#include "json/scan.h"

/* -- intervals -- */

int32_t rest_line_interval_s(struct span text) {
    static const struct {
        const char *unit;
        int32_t seconds;
    } units[] = {{"", 60},       {"m", 60},     {"min", 60},    {"s", 1},        {"sec", 1},
                 {"h", 3600},    {"H", 3600},   {"hour", 3600}, {"d", 86400},    {"D", 86400},
                 {"day", 86400}, {"w", 604800}, {"W", 604800},  {"week", 604800}};
    size_t digits = 0;
    int32_t count = 0;
    while (digits < text.len && digits < 4 && text.bytes[digits] >= '0' &&
           text.bytes[digits] <= '9') {
        count = count * 10 + (text.bytes[digits++] - '0');
    }
    if (digits == 0) {
        count = 1; /* "D" */
    }
    const struct span unit = {text.bytes + digits, text.len - digits};
    for (size_t i = 0; i < ARRAY_COUNT(units) && text.len > 0; i++) {
        if (span_equal_text(unit, units[i].unit)) {
            return count * units[i].seconds;
        }
    }
    return 0;
}

/* -- queries -- */

static int hex_digit(char c) {
    static const char digits[] = "0123456789abcdef";
    const char *at = c == '\0' ? NULL : strchr(digits, c >= 'A' && c <= 'F' ? c + 32 : c);
    return at == NULL ? -1 : (int)(at - digits);
}

/* False: it does not fit; out is then "". */
static bool decode(struct span text, char *out, size_t out_bytes) {
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.bytes[i];
        const int high = c == '%' && i + 2 < text.len ? hex_digit(text.bytes[i + 1]) : -1;
        const int low = high < 0 ? -1 : hex_digit(text.bytes[i + 2]);
        if (low >= 0) {
            c = (char)(high * 16 + low);
            i += 2;
        }
        if (len + 1 >= out_bytes || c == '\0') {
            out[0] = '\0';
            return false;
        }
        out[len++] = c;
    }
    out[len] = '\0';
    return true;
}

static bool is_one_of(struct span name, const char *const *names, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (span_equal_text(name, names[i])) {
            return true;
        }
    }
    return false;
}

static void read_parameter(struct span name, struct span value, struct rest_line *out) {
    static const char *const symbols[] = {
        "symbol",          "instId", "contract",   "contract_code",
        "instrument_name", "coin",   "product_id", "pair"};
    static const char *const intervals[] = {"interval",     "bar",        "period",
                                            "intervalTime", "resolution", "granularity"};
    if (out->symbol[0] == '\0' && is_one_of(name, symbols, ARRAY_COUNT(symbols))) {
        decode(value, out->symbol, sizeof out->symbol);
    } else if (out->interval_s == 0 && is_one_of(name, intervals, ARRAY_COUNT(intervals))) {
        out->interval_s = rest_line_interval_s(value);
    }
}

static void read_query(struct rest_line *out) {
    const char *at = strchr(out->path, '?');
    while (at != NULL && *++at != '\0') {
        const size_t len = strcspn(at, "&");
        const char *equals = memchr(at, '=', len);
        if (equals != NULL) {
            const struct span name = {at, (size_t)(equals - at)};
            const struct span value = {equals + 1, len - name.len - 1};
            read_parameter(name, value, out);
        }
        at = at[len] == '\0' ? NULL : at + len;
    }
}

/* -- the line -- */

/* The value at the cursor, as it is written. */
static struct span read_raw(struct scan *scan) {
    const char *begin = NULL;
    struct scan before = *scan;
    struct scan_value value;
    if (!scan_skip(scan)) {
        return (struct span){NULL, 0};
    }
    scan_read(&before, &value);
    switch (value.type) {
    case SCAN_ARRAY:
    case SCAN_OBJECT:
        begin = before.at - 1;
        break;
    case SCAN_STRING:
        begin = value.text.bytes - 1;
        break;
    case SCAN_NUMBER:
        begin = value.text.bytes;
        break;
    default:
        begin = before.at - (value.type == SCAN_FALSE ? 5 : 4); /* a literal */
        break;
    }
    return (struct span){begin, (size_t)(scan->at - begin)};
}

bool rest_line_read(const char *bytes, size_t len, struct rest_line *out, bool *is_rest) {
    struct scan scan;
    struct scan_value value;
    struct span key;
    size_t path_len = 0;
    *is_rest = false;
    scan_init(&scan, bytes, len);
    if (scan_read(&scan, &value) != SCAN_OBJECT || !scan_next_member(&scan, &key) ||
        !span_equal_text(key, "_rest")) {
        return false;
    }
    *is_rest = true;
    out->path[0] = out->symbol[0] = '\0';
    out->interval_s = 0;
    out->body = (struct span){NULL, 0};
    if (scan_read(&scan, &value) != SCAN_STRING) {
        return false;
    }
    if (scan_decode(&value, out->path, sizeof out->path - 1, &path_len)) {
        out->path[path_len] = '\0';
    } else {
        out->path[0] = '\0';
    }
    while (scan_next_member(&scan, &key)) {
        if (out->body.bytes == NULL && span_equal_text(key, "body")) {
            out->body = read_raw(&scan);
        } else {
            scan_skip(&scan);
        }
    }
    read_query(out);
    return out->body.bytes != NULL && scan_end(&scan);
}
