#include "base/str.h"

struct span span_from_text(const char *text) {
    return (struct span){.bytes = text, .len = strlen(text)};
}

bool span_equal_text(struct span span, const char *text) {
    const size_t len = strlen(text);
    return span.len == len && (len == 0 || memcmp(span.bytes, text, len) == 0);
}

bool str_copy(char *out, size_t out_bytes, const char *text) {
    return str_copy_span(out, out_bytes, span_from_text(text));
}

bool str_copy_span(char *out, size_t out_bytes, struct span span) {
    if (out_bytes == 0) {
        return false;
    }
    const size_t len = span.len < out_bytes ? span.len : out_bytes - 1;
    if (len > 0) {
        memmove(out, span.bytes, len);
    }
    out[len] = '\0';
    return len == span.len;
}

static bool format_into(char *out, size_t out_bytes, const char *format, va_list args) {
    const int len = vsnprintf(out, out_bytes, format, args);
    return len >= 0 && (size_t)len < out_bytes;
}

bool str_format(char *out, size_t out_bytes, const char *format, ...) {
    if (out_bytes == 0) {
        return false;
    }
    va_list args;
    va_start(args, format);
    const bool whole = format_into(out, out_bytes, format, args);
    va_end(args);
    return whole;
}

bool str_append(char *out, size_t out_bytes, const char *format, ...) {
    const size_t used = strnlen(out, out_bytes);
    if (used >= out_bytes) {
        return false;
    }
    va_list args;
    va_start(args, format);
    const bool whole = format_into(out + used, out_bytes - used, format, args);
    va_end(args);
    return whole;
}

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

void str_lower(char *text) {
    for (; *text != '\0'; text++) {
        *text = lower(*text);
    }
}

bool str_equal_nocase(const char *a, const char *b) {
    while (*a != '\0' && lower(*a) == lower(*b)) {
        a++;
        b++;
    }
    return lower(*a) == lower(*b);
}

bool str_ends_with(const char *text, const char *suffix) {
    const size_t text_len = strlen(text);
    const size_t len = strlen(suffix);
    return len <= text_len && memcmp(text + text_len - len, suffix, len) == 0;
}
