/* venue/fields.h - the members of a JSON object by name, as spans of the text; nothing is copied.
 *
 * Thread: the parser's.  Owner: the caller, on its stack.  Members may come in any order; the first
 * of duplicates counts; what is not named is passed over. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "json/scan.h"
#include "market/decimal.h"

struct venue_field {
    struct scan_value value; /* SCAN_NONE: not there, and its text is empty */
    struct scan inside;      /* arrays and objects: a scan that has entered it */
};

/* Begin a text and enter the object that it is. STATUS_IGNORED: it is other JSON; STATUS_MALFORMED:
 * none. The scan is over then. */
enum status venue_object_begin(struct scan *scan, const char *bytes, size_t len);

/* The members of the object that the scan has entered, to its end: fields[i] is that of names[i].
 * count <= 64. Names in the order of the wire are found fastest. */
void venue_fields_read(struct scan *scan, const char *const *names, size_t count,
                       struct venue_field *fields);

/* The value at the cursor into *into: the first of its name counts, what nobody wants (NULL) is
 * passed over. Of an array or object only its type is kept. */
void venue_field_take(struct scan *scan, struct scan_value *into);

/* A number as text or number. Digits beyond the eighteenth are cut off (an index price that was
 * computed may have twenty). False: neither, out of range, or "" (which stands for no value). */
bool venue_decimal(const struct scan_value *value, struct decimal *out);
/* There, and a number that is not "": has says so. False: there and not a number. null and "" are
 * no value. */
bool venue_optional_decimal(const struct scan_value *value, struct decimal *out, bool *has);
bool venue_text_is(const struct scan_value *value, const char *text);
/* There, and an integer: has says so. False: there and none. null and "" are no value. */
bool venue_optional_integer(const struct scan_value *value, int64_t *out, bool *has);

/* What a request's path says after "name=", as written. False: nothing. */
bool venue_query(const char *path, const char *name, struct span *out);
