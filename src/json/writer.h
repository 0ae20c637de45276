/* json/writer.h - a JSON text written member by member into memory of the caller's.
 *
 * Thread: any, one writer one thread.  Pure; never allocates.  What does not fit is left out and
 * told (writer->cut): the text is then no JSON.  Texts are strangers': quotes, control characters
 * and bytes that are no UTF-8 are made harmless. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct writer {
    char *out; /* borrowed; always terminated */
    size_t capacity, len;
    bool first; /* nothing stands in the innermost object or array yet */
    bool cut;   /* something did not fit */
};

void writer_begin(struct writer *writer, char *out, size_t capacity); /* capacity >= 1 */

/* Key NULL: an element of an array, or the text's one value. */
void writer_open_object(struct writer *writer, const char *key);
void writer_close_object(struct writer *writer);
void writer_open_array(struct writer *writer, const char *key);
void writer_close_array(struct writer *writer);
void writer_text(struct writer *writer, const char *key, const char *text);
void writer_number(struct writer *writer, const char *key, double number); /* not finite: null */
void writer_integer(struct writer *writer, const char *key, int64_t integer);
void writer_flag(struct writer *writer, const char *key, bool flag);
void writer_null(struct writer *writer, const char *key);
/* A value that is JSON already. */
void writer_json(struct writer *writer, const char *key, const char *json);
