/* model/entry_store.c - chunks behind the entry log. */
#include "model/entry_store.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* A chunk is preceded by how many stores have it. Only full ones are in more than one. */
enum { CHUNK_HEAD = 64 };
struct chunk_head {
    atomic_int share_count;
};
static_assert(sizeof(struct chunk_head) <= CHUNK_HEAD, "items keep their alignment");

static struct chunk_head *head_of(unsigned char *chunk) {
    return (struct chunk_head *)(void *)(chunk - CHUNK_HEAD);
}

static unsigned char *chunk_create(size_t size_bytes) {
    unsigned char *block = malloc(CHUNK_HEAD + size_bytes);
    if (block == NULL) {
        return NULL;
    }
    atomic_init(&head_of(block + CHUNK_HEAD)->share_count, 1);
    return block + CHUNK_HEAD;
}

static void chunk_leave(unsigned char *chunk) {
    /* acq_rel: what others did with it comes before the last one's freeing */
    if (chunk != NULL &&
        atomic_fetch_sub_explicit(&head_of(chunk)->share_count, 1, memory_order_acq_rel) == 1) {
        free(chunk - CHUNK_HEAD);
    }
}

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
        chunk_leave(atomic_load_explicit(&store->chunks[i], memory_order_relaxed));
    }
    memset(store, 0, sizeof(*store));
}

static size_t directory_slot(const struct entry_store *store, uint64_t index) {
    return (size_t)(index / store->chunk_items % ENTRY_STORE_CHUNK_MAX);
}

/* The chunk that is still being filled, into memory of its own. */
static unsigned char *copy_open(const struct entry_store *source, const unsigned char *chunk) {
    unsigned char *copy = chunk_create(source->item_bytes * source->chunk_items);
    if (copy != NULL) {
        memcpy(copy, chunk, source->item_bytes * (size_t)(source->reserved % source->chunk_items));
    }
    return copy;
}

bool entry_store_init_copy(struct entry_store *store, const struct entry_store *source) {
    entry_store_init(store, source->item_bytes, source->chunk_items);
    const uint64_t first = entry_store_first(source);
    for (uint64_t at = first; at < source->reserved; at += source->chunk_items) {
        const size_t slot = directory_slot(source, at);
        /* relaxed, here and below: the source stands still, and the copy is nobody else's yet */
        unsigned char *chunk = atomic_load_explicit(&source->chunks[slot], memory_order_relaxed);
        if (source->reserved - at < source->chunk_items) {
            chunk = copy_open(source, chunk);
            if (chunk == NULL) {
                entry_store_finish(store);
                return false;
            }
        } else {
            atomic_fetch_add_explicit(&head_of(chunk)->share_count, 1, memory_order_relaxed);
        }
        atomic_store_explicit(&store->chunks[slot], chunk, memory_order_relaxed);
    }
    atomic_init(&store->first, first);
    atomic_init(&store->count, entry_store_count(source));
    store->reserved = source->reserved;
    return true;
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
        chunk = chunk_create(store->item_bytes * store->chunk_items);
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
        chunk_leave(atomic_load_explicit(&store->chunks[slot], memory_order_relaxed));
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
