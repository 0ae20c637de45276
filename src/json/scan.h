/* json/scan.h - one pass over a JSON text, no allocation: for hot streams.
 *
 * Strict RFC 8259 (a byte-order mark in front is passed over): what it accepts, cJSON reads the
 * same way, and numbers keep their text. Values are spans of the input; escapes are checked while
 * scanning and decoded on demand. Members come in the order of the text, duplicates included.
 * Thread: any.  Limit: SCAN_DEPTH_MAX open arrays and objects; deeper is a failure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

enum { SCAN_DEPTH_MAX = 64, SCAN_KEY_BYTES = 32 };

enum scan_type {
    SCAN_NONE, /* failed */
    SCAN_NULL,
    SCAN_FALSE,
    SCAN_TRUE,
    SCAN_NUMBER,
    SCAN_STRING,
    SCAN_ARRAY,
    SCAN_OBJECT
};

struct scan_value {
    enum scan_type type;
    bool escaped;     /* string: contains escapes; text is as written */
    struct span text; /* string: between the quotes; number: its digits; else empty */
};

struct scan {
    const char *at, *end;
    const char *failed_at; /* where it stopped being JSON; NULL while all is well */
    uint64_t objects;      /* bit d: the open container at depth d + 1 is an object */
    int depth;
    bool fresh;               /* a container was just entered: no comma is due */
    char key[SCAN_KEY_BYTES]; /* the newest key, where it had escapes */
};

/* bytes is borrowed until the scan is over. */
void scan_init(struct scan *scan, const char *bytes, size_t len);

/* Read the value at the cursor. A scalar is passed over; an array or object is entered, and the
 * caller steps through it with the two functions below until they say false. SCAN_NONE: not JSON.
 */
enum scan_type scan_read(struct scan *scan, struct scan_value *value);

/* In an object: step to the next member's value. False: its end was passed (or the scan failed). A
 * key with escapes is decoded if it fits SCAN_KEY_BYTES, else given as written. */
bool scan_next_member(struct scan *scan, struct span *key);
/* In an array: step to the next element. False: its end was passed (or the scan failed). */
bool scan_next_element(struct scan *scan);

/* Read a flat array at the cursor, [1,"2"]: up to max scalars into values, *count of all there are.
 * False: not an array, or with containers in it; it is passed over all the same. */
bool scan_read_row(struct scan *scan, struct scan_value *values, size_t max, size_t *count);

/* Pass over the value at the cursor, whatever it is. False: not JSON. */
bool scan_skip(struct scan *scan);
/* Pass over what is left of the containers opened since the scan was `depth` deep. */
bool scan_leave(struct scan *scan, int depth);

/* True if one whole value was read and nothing but blanks follows. */
bool scan_end(struct scan *scan);

/* Decode a string's escapes into out (UTF-8, not terminated). False: not a string, or longer than
 * out_bytes. */
bool scan_decode(const struct scan_value *value, char *out, size_t out_bytes, size_t *len);

/* Whether text is UTF-8: the scanner lets other bytes pass, a name that is kept should not. */
bool scan_is_utf8(const char *text, size_t len);

/* An integer as text or number, exact. False: another type or shape, or out of int64. */
bool scan_integer(const struct scan_value *value, int64_t *out);
