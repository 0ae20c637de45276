/* json/tree.h - a JSON text as a tree: for REST answers, config and control messages, not for hot
 * streams.
 *
 * cJSON behind a small door. Numbers read as exact text come from their own strings only; a JSON
 * number passes through a double (exact integers up to 2^53), so ids belong to json/scan. Thread:
 * any, one tree one thread.  Limits: TREE_BYTES_MAX of text, TREE_DEPTH_MAX levels. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum { TREE_BYTES_MAX = 16 * 1024 * 1024, TREE_DEPTH_MAX = 64 };

struct tree; /* a value; opaque: keeps cJSON in its room */

/* NULL and *why: STATUS_MALFORMED, or STATUS_RANGE (a limit). */
struct tree *tree_parse(const char *bytes, size_t len, enum status *why);
void tree_destroy(struct tree *root); /* the value tree_parse gave; NULL accepted */

bool tree_is_object(const struct tree *value); /* NULL: false, as below */
bool tree_is_array(const struct tree *value);

/* The first member of this name; NULL: none, or not an object. */
const struct tree *tree_member(const struct tree *object, const char *key);
/* First element, and the one after: `for (e = tree_first(a); e != NULL; e = tree_next(e))`. */
const struct tree *tree_first(const struct tree *array);
const struct tree *tree_next(const struct tree *element);

/* The text of a string; NULL: not a string. Valid as long as the tree. */
const char *tree_text(const struct tree *value);
/* A number's shortest exact text, or a string's own, into out. False: neither, or too long. */
bool tree_number_text(const struct tree *value, char *out, size_t out_bytes);
/* An integer from a number (within 2^53) or from a string. */
bool tree_integer(const struct tree *value, int64_t *out);
bool tree_boolean(const struct tree *value, bool *out);
