/* base/copy.h - a copy of some bytes in memory of its own.
 *
 * Thread: any.  Owner: the caller, by free. */
#pragma once

#include <stdlib.h>
#include <string.h>

/* NULL: out of memory, or bytes is NULL. size_bytes > 0. */
static inline void *copy_bytes(const void *bytes, size_t size_bytes) {
    void *copy = bytes != NULL ? malloc(size_bytes) : NULL;
    return copy != NULL ? memcpy(copy, bytes, size_bytes) : NULL;
}
