/* model/entry_store.h - an append-only run of items in chunks that never move.
 *
 * Thread: one writer appends and retires, readers look at items below the published count.  Owner:
 * entry_log. Limit: ENTRY_STORE_CHUNK_MAX chunks at a time; the directory is a ring, so indices
 * grow for ever. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ENTRY_STORE_CHUNK_MAX = 4096 };

struct entry_store {
    size_t item_bytes, chunk_items;
    _Atomic(unsigned char *) chunks[ENTRY_STORE_CHUNK_MAX]; /* a share of each, CHUNK_HEAD ahead */
    atomic_uint_fast64_t count; /* items ever appended; release: they are complete */
    atomic_uint_fast64_t first; /* oldest item still there, a multiple of chunk_items */
    uint64_t reserved;          /* writer only: end of what was handed out */
};

void entry_store_init(struct entry_store *store, size_t item_bytes, size_t chunk_items);
void entry_store_finish(struct entry_store *store);
/* The same items at the same indices, to be gone on with; nobody writes to source meanwhile. What
 * is full is shared by both, whichever ends first. False: out of memory, and it is empty. */
bool entry_store_init_copy(struct entry_store *store, const struct entry_store *source);

/* Writer: room for count (1..chunk_items) items side by side, zeroed or stale; *index is the first
 * one's. The rest of a chunk that is too short is left out. NULL: out of memory or chunks. */
void *entry_store_reserve(struct entry_store *store, size_t count, uint64_t *index);
void entry_store_publish(struct entry_store *store); /* all that was reserved is complete */

/* Writer, while no reader is inside: free whole chunks below index. Returns how many chunks went.
 */
size_t entry_store_retire(struct entry_store *store, uint64_t index);

uint64_t entry_store_count(const struct entry_store *store); /* acquire */
uint64_t entry_store_first(const struct entry_store *store);
/* Item index, first <= index < count; NULL outside. */
const void *entry_store_get(const struct entry_store *store, uint64_t index);
size_t entry_store_chunk_count(const struct entry_store *store);
