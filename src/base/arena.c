#include "base/arena.h"

#include <assert.h>
#include <stdint.h>
#include <sys/mman.h>

bool arena_init(struct arena *arena, size_t size_bytes) {
    *arena = (struct arena){0};
    if (size_bytes == 0) {
        return false;
    }
    /* Anonymous pages come zeroed and cost nothing until they are touched. */
    void *bytes =
        mmap(NULL, size_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (bytes == MAP_FAILED) {
        return false;
    }
    arena->bytes = bytes;
    arena->size_bytes = size_bytes;
    return true;
}

void arena_finish(struct arena *arena) {
    if (arena == NULL || arena->bytes == NULL) {
        return;
    }
    munmap(arena->bytes, arena->size_bytes);
    *arena = (struct arena){0};
}

void *arena_alloc(struct arena *arena, size_t count, size_t size_bytes, size_t align) {
    assert(align > 0);
    assert(align <= 64);
    assert((align & (align - 1)) == 0);
    const size_t begin = (arena->used_bytes + align - 1) & ~(align - 1);
    const size_t room = begin <= arena->size_bytes ? arena->size_bytes - begin : 0;
    /* Dividing the room, never multiplying the request: the product may overflow. */
    if (arena->bytes == NULL || (size_bytes != 0 && count > room / size_bytes)) {
        arena->refused_count++;
        return NULL;
    }
    arena->used_bytes = begin + count * size_bytes;
    return arena->bytes + begin;
}

void arena_reset(struct arena *arena) {
    if (arena->bytes != NULL) {
        memset(arena->bytes, 0, arena->used_bytes);
    }
    arena->used_bytes = 0;
}
