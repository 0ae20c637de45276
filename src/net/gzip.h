/* net/gzip.h - a text as a gzip stream, as some exchanges send every message.
 *
 * Thread: any; no state.  Used by the simulated exchange. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* The gzip stream of len bytes: malloc'd, the caller frees it, *packed_len long. NULL: out of
 * memory. level 1 (fast) .. 9. */
char *gzip_pack(const char *bytes, size_t len, int level, size_t *packed_len);
