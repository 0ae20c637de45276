/* base/str.h - bounded text.  Thread: any. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define ARRAY_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The compiler checks the arguments of a printf-like function; both positions count from 1. */
#define STR_PRINTF(format_at, first_at) __attribute__((format(printf, format_at, first_at)))

/* A borrowed run of bytes, not terminated. */
struct span {
    const char *bytes;
    size_t len;
};

struct span span_from_text(const char *text);
bool span_equal_text(struct span span, const char *text);

/* Copy text (or a span) into out, always terminated. False: it was cut. */
bool str_copy(char *out, size_t out_bytes, const char *text);
bool str_copy_span(char *out, size_t out_bytes, struct span span);
/* printf into out, always terminated. False: it was cut. */
STR_PRINTF(3, 4) bool str_format(char *out, size_t out_bytes, const char *format, ...);
/* Append printf to the text already in out. False: it was cut. */
STR_PRINTF(3, 4) bool str_append(char *out, size_t out_bytes, const char *format, ...);
/* ASCII case, independent of locale. */
void str_lower(char *text);
bool str_equal_nocase(const char *a, const char *b);
bool str_ends_with(const char *text, const char *suffix);
