#include "venue/dialect.h"

#include <assert.h>

static bool is_plain(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' ||
           c == '-' || c == '.';
}

bool venue_url_encode(const char *text, char *out, size_t out_bytes) {
    static const char digits[] = "0123456789ABCDEF";
    size_t len = 0;
    assert(out_bytes > 0);
    for (const char *at = text; *at != '\0'; at++) {
        const unsigned char byte = (unsigned char)*at;
        const size_t wide = is_plain(*at) ? 1 : 3;
        if (len + wide >= out_bytes) {
            out[0] = '\0';
            return false;
        }
        if (wide == 1) {
            out[len++] = *at;
        } else {
            out[len++] = '%';
            out[len++] = digits[byte >> 4];
            out[len++] = digits[byte & 15];
        }
    }
    out[len] = '\0';
    return true;
}
