#include "archive/event_text.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

enum { TEXT_BYTES_FIRST = 4096, PART_BYTES = 160 };

void event_text_finish(struct event_text *text) {
    if (text != NULL) {
        free(text->bytes);
        *text = (struct event_text){0};
    }
}

/* Room for `more` bytes behind the text. */
static bool reserve(struct event_text *text, size_t more) {
    if (text->size_bytes - text->len >= more) {
        return true;
    }
    size_t size = text->size_bytes > 0 ? text->size_bytes : TEXT_BYTES_FIRST;
    while (size - text->len < more) {
        if (size > SIZE_MAX / 2) {
            return false;
        }
        size *= 2;
    }
    char *bytes = realloc(text->bytes, size);
    if (bytes == NULL) {
        return false;
    }
    text->bytes = bytes;
    text->size_bytes = size;
    return true;
}

bool event_text_append(struct event_text *text, const char *bytes, size_t len) {
    if (len == 0 || !reserve(text, len)) {
        return len == 0;
    }
    memcpy(text->bytes + text->len, bytes, len);
    text->len += len;
    return true;
}

bool event_text_put_part(struct event_text *text, const char *part) {
    return event_text_append(text, part, strlen(part));
}

bool event_text_put_string(struct event_text *text, const char *string, size_t len) {
    static const char digits[] = "0123456789abcdef";
    if (!reserve(text, 2 + 6 * len)) {
        return false;
    }
    char *p = text->bytes + text->len;
    *p++ = '"';
    for (size_t i = 0; i < len; i++) {
        const unsigned char c = (unsigned char)string[i];
        if (c == '"' || c == '\\') {
            *p++ = '\\';
            *p++ = (char)c;
        } else if (c < 0x20) {
            memcpy(p, "\\u00", 4);
            p[4] = digits[c >> 4];
            p[5] = digits[c & 15];
            p += 6;
        } else {
            *p++ = (char)c;
        }
    }
    *p++ = '"';
    text->len = (size_t)(p - text->bytes);
    return true;
}

bool event_text_put_decimal(struct event_text *text, const char *lead, struct decimal value) {
    char number[DECIMAL_TEXT_BYTES];
    decimal_format(value, number);
    return event_text_put_part(text, lead) && event_text_put_part(text, number);
}

bool event_text_put_integer(struct event_text *text, const char *lead, int64_t value) {
    char number[PART_BYTES];
    return str_format(number, sizeof number, "%s%" PRId64, lead, value) &&
           event_text_put_part(text, number);
}

bool event_text_put_double(struct event_text *text, const char *lead, double value) {
    char number[PART_BYTES];
    if (!isfinite(value)) {
        return false;
    }
    for (int digits = 15; digits <= 17; digits++) {
        str_format(number, sizeof number, "%s%.*g", lead, digits, value);
        if (strtod(number + strlen(lead), NULL) == value) {
            break;
        }
    }
    return event_text_put_part(text, number);
}
