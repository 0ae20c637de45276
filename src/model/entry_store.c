/* model/entry_store.c - chunks behind the entry log. */
#include "model/entry_store.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void entry_store_init(struct entry_store *store, size_t item_bytes, size_t chunk_items) {
    assert(item_bytes > 0);
    assert(chunk_items > 0);
    memset(store, 0, sizeof(*store));
    store->item_bytes = item_bytes;
    store->chunk_items = chunk_items;
}

void entry_store_finish(struct entry_store *store) {
    for (size_t i = 0; i < ENTRY_STORE_CHUNK_MAX; i++) {
        /* relaxed: nobody else is here any more */
        free(atomic_load_explicit(&store->chunks[i], memory_order_relaxed));
    }
    memset(store, 0, sizeof(*store));
}

static size_t directory_slot(const struct entry_store *store, uint64_t index) {
    return (size_t)(index / store->chunk_items % ENTRY_STORE_CHUNK_MAX);
}

void *entry_store_reserve(struct entry_store *store, size_t count, uint64_t *index) {
    assert(count > 0);
    assert(count <= store->chunk_items);
    uint64_t at = store->reserved;
    size_t used = (size_t)(at % store->chunk_items);
    if (used + count > store->chunk_items) {
        at += store->chunk_items - used;
        used = 0;
    }
    size_t slot = directory_slot(store, at);
    /* relaxed: only this thread makes and frees chunks */
    unsigned char *chunk = atomic_load_explicit(&store->chunks[slot], memory_order_relaxed);
    if (used == 0) {
        /* relaxed: only this thread moves first */
        uint64_t first = atomic_load_explicit(&store->first, memory_order_relaxed);
        if (chunk != NULL || at - first >= store->chunk_items * (uint64_t)ENTRY_STORE_CHUNK_MAX) {
            return NULL; /* the ring of chunks is full */
        }
        chunk = malloc(store->item_bytes * store->chunk_items);
        if (chunk == NULL) {
            return NULL;
        }
        /* relaxed: readers reach it only through count, published later with release */
        atomic_store_explicit(&store->chunks[slot], chunk, memory_order_relaxed);
    }
    store->reserved = at + count;
    *index = at;
    return chunk + used * store->item_bytes;
}

void entry_store_publish(struct entry_store *store) {
    /* release: pairs with the readers' acquire; items and chunk pointers below are complete */
    atomic_store_explicit(&store->count, store->reserved, memory_order_release);
}

size_t entry_store_retire(struct entry_store *store, uint64_t index) {
    /* relaxed, here and below: only this thread writes these; no reader is inside, and the one that
     * enters next synchronises with the log's gate */
    uint64_t first = atomic_load_explicit(&store->first, memory_order_relaxed);
    size_t gone = 0;
    while (first + store->chunk_items <= index) {
        size_t slot = directory_slot(store, first);
        free(atomic_load_explicit(&store->chunks[slot], memory_order_relaxed));
        atomic_store_explicit(&store->chunks[slot], NULL, memory_order_relaxed);
        first += store->chunk_items;
        gone++;
    }
    atomic_store_explicit(&store->first, first, memory_order_relaxed);
    return gone;
}

uint64_t entry_store_count(const struct entry_store *store) {
    /* acquire: pairs with entry_store_publish */
    return atomic_load_explicit(&store->count, memory_order_acquire);
}

uint64_t entry_store_first(const struct entry_store *store) {
    /* relaxed: a reader is inside the log's gate, which orders it after the last change */
    return atomic_load_explicit(&store->first, memory_order_relaxed);
}

const void *entry_store_get(const struct entry_store *store, uint64_t index) {
    if (index < entry_store_first(store) || index >= entry_store_count(store)) {
        return NULL;
    }
    /* relaxed: entry_store_count above has acquired the pointer */
    const unsigned char *chunk =
        atomic_load_explicit(&store->chunks[directory_slot(store, index)], memory_order_relaxed);
    return chunk + (size_t)(index % store->chunk_items) * store->item_bytes;
}

size_t entry_store_chunk_count(const struct entry_store *store) {
    uint64_t first = entry_store_first(store);
    return (size_t)((store->reserved - first + store->chunk_items - 1) / store->chunk_items);
}
