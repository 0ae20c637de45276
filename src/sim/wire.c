#include "sim/wire.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_BYTES = 1024, DIGITS_MAX = 24 };

static bool reserve(struct wire *wire, size_t more) {
    if (wire->size_bytes - wire->len >= more) {
        return true;
    }
    size_t size = wire->size_bytes > 0 ? wire->size_bytes : FIRST_BYTES;
    while (size - wire->len < more) {
        size *= 2;
    }
    char *grown = realloc(wire->bytes, size);
    if (grown == NULL) {
        wire->failed = true;
        return false;
    }
    wire->bytes = grown;
    wire->size_bytes = size;
    return true;
}

void wire_reset(struct wire *wire) {
    wire->len = 0;
    wire->failed = false;
}

void wire_finish(struct wire *wire) {
    free(wire->bytes);
    *wire = (struct wire){0};
}

void wire_bytes(struct wire *wire, const char *bytes, size_t len) {
    if (len > 0 && reserve(wire, len)) {
        memcpy(wire->bytes + wire->len, bytes, len);
        wire->len += len;
    }
}

void wire_text(struct wire *wire, const char *text) {
    wire_bytes(wire, text, strlen(text));
}

void wire_fixed(struct wire *wire, int64_t value, int places) {
    assert(places >= 0);
    assert(places <= 12);
    char text[DIGITS_MAX + 2];
    size_t at = sizeof text;
    uint64_t rest = value < 0 ? (uint64_t)0 - (uint64_t)value : (uint64_t)value;
    for (int digit = 0; digit <= places || rest > 0; digit++) {
        if (digit == places && places > 0) {
            text[--at] = '.';
        }
        text[--at] = (char)('0' + rest % 10);
        rest /= 10;
    }
    if (value < 0) {
        text[--at] = '-';
    }
    wire_bytes(wire, text + at, sizeof text - at);
}

void wire_integer(struct wire *wire, int64_t value) {
    wire_fixed(wire, value, 0);
}

void wire_rounded(struct wire *wire, double value, int places) {
    double scale = 1;
    for (int i = 0; i < places; i++) {
        scale *= 10;
    }
    double scaled = value * scale;
    wire_fixed(wire, (int64_t)(scaled < 0 ? scaled - .5 : scaled + .5), places);
}

void wire_price(struct wire *wire, int64_t ticks) {
    wire_fixed(wire, ticks * 10, 2);
}

void wire_qty(struct wire *wire, int64_t lots) {
    wire_fixed(wire, lots, 3);
}

void wire_quoted(struct wire *wire, const char *text) {
    static const char hex[] = "0123456789abcdef";
    wire_text(wire, "\"");
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        if (c < 0x20) {
            char escape[] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
            wire_bytes(wire, escape, sizeof escape);
            continue;
        }
        if (c == '"' || c == '\\') {
            wire_text(wire, "\\");
        }
        wire_bytes(wire, text, 1);
    }
    wire_text(wire, "\"");
}
