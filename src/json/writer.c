#include "json/writer.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

enum { NUMBER_BYTES = 40 };

void writer_begin(struct writer *writer, char *out, size_t capacity) {
    assert(capacity >= 1);
    *writer = (struct writer){.out = out, .capacity = capacity, .first = true};
    out[0] = '\0';
}

static void put(struct writer *writer, const char *bytes, size_t len) {
    if (writer->cut || len >= writer->capacity - writer->len) {
        writer->cut = true;
        return;
    }
    memcpy(writer->out + writer->len, bytes, len);
    writer->len += len;
    writer->out[writer->len] = '\0';
}

static void put_word(struct writer *writer, const char *text) {
    put(writer, text, strlen(text));
}

/* How many bytes at text are one well-formed character beyond ASCII (RFC 3629); 0: none. */
static size_t utf8_len(const unsigned char *text) {
    size_t len = text[0] >= 0xc2 && text[0] < 0xe0   ? 2
                 : text[0] >= 0xe0 && text[0] < 0xf0 ? 3
                 : text[0] >= 0xf0 && text[0] < 0xf5 ? 4
                                                     : 0;
    for (size_t i = 1; i < len; i++) {
        if ((text[i] & 0xc0) != 0x80) { /* a terminating zero ends here, too */
            return 0;
        }
    }
    bool overlong = (text[0] == 0xe0 && text[1] < 0xa0) || (text[0] == 0xf0 && text[1] < 0x90);
    bool beyond = (text[0] == 0xed && text[1] >= 0xa0) || (text[0] == 0xf4 && text[1] >= 0x90);
    return len > 0 && (overlong || beyond) ? 0 : len;
}

static void put_text(struct writer *writer, const char *text) {
    put_word(writer, "\"");
    for (size_t i = 0; text[i] != '\0';) {
        unsigned char c = (unsigned char)text[i];
        size_t len = c < 0x80 ? 1 : utf8_len((const unsigned char *)text + i);
        char escaped[8];
        if (c == '"' || c == '\\') {
            str_format(escaped, sizeof escaped, "\\%c", c);
            put_word(writer, escaped);
        } else if (c < ' ' || c == 0x7f) {
            str_format(escaped, sizeof escaped, "\\u%04x", c);
            put_word(writer, escaped);
        } else if (len == 0) {
            put_word(writer, "\\ufffd");
        } else {
            put(writer, text + i, len);
        }
        i += len > 0 ? len : 1;
    }
    put_word(writer, "\"");
}

static void put_key(struct writer *writer, const char *key) {
    if (!writer->first) {
        put_word(writer, ",");
    }
    writer->first = false;
    if (key != NULL) {
        put_text(writer, key);
        put_word(writer, ":");
    }
}

static void put_value(struct writer *writer, const char *key, const char *value) {
    put_key(writer, key);
    put_word(writer, value);
}

void writer_open_object(struct writer *writer, const char *key) {
    put_value(writer, key, "{");
    writer->first = true;
}

void writer_close_object(struct writer *writer) {
    put_word(writer, "}");
    writer->first = false;
}

void writer_open_array(struct writer *writer, const char *key) {
    put_value(writer, key, "[");
    writer->first = true;
}

void writer_close_array(struct writer *writer) {
    put_word(writer, "]");
    writer->first = false;
}

void writer_text(struct writer *writer, const char *key, const char *text) {
    put_key(writer, key);
    put_text(writer, text);
}

void writer_number(struct writer *writer, const char *key, double number) {
    char text[NUMBER_BYTES];
    if (!isfinite(number)) {
        writer_null(writer, key);
        return;
    }
    str_format(text, sizeof text, "%.15g", number);
    if (strtod(text, NULL) != number) {
        str_format(text, sizeof text, "%.17g", number);
    }
    put_value(writer, key, text);
}

void writer_integer(struct writer *writer, const char *key, int64_t integer) {
    char text[NUMBER_BYTES];
    str_format(text, sizeof text, "%" PRId64, integer);
    put_value(writer, key, text);
}

void writer_flag(struct writer *writer, const char *key, bool flag) {
    put_value(writer, key, flag ? "true" : "false");
}

void writer_null(struct writer *writer, const char *key) {
    put_value(writer, key, "null");
}

void writer_json(struct writer *writer, const char *key, const char *json) {
    put_value(writer, key, json);
}
