/* base/arena.h - memory for start-up and reconfiguration: bump allocation, freed all at once.
 *
 * Thread: the owner's.  Owner: whoever called arena_init.  Limit: the size given at init, counted
 * in refused_count when reached; memory comes zeroed. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct arena {
    unsigned char *bytes; /* owned */
    size_t size_bytes, used_bytes;
    size_t refused_count; /* allocations that met the limit */
};

bool arena_init(struct arena *arena, size_t size_bytes); /* false: out of memory */
void arena_finish(struct arena *arena);                  /* NULL and zeroed accepted */

/* count objects of size_bytes, aligned to align (a power of two, <= 64), zeroed. NULL when the
 * limit is met or the product overflows. */
void *arena_alloc(struct arena *arena, size_t count, size_t size_bytes, size_t align);
void arena_reset(struct arena *arena); /* keeps the memory, forgets (and zeroes) the contents */
