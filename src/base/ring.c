#include "base/ring.h"

#include <assert.h>
#include <stdint.h>

bool ring_init(struct ring *ring, size_t slot_bytes, size_t capacity) {
    *ring = (struct ring){0};
    if (slot_bytes == 0 || slot_bytes % 64 != 0 || capacity == 0) {
        return false;
    }
    size_t count = 1;
    while (count < capacity) {
        if (count > SIZE_MAX / 2) {
            return false;
        }
        count *= 2;
    }
    if (count > SIZE_MAX / slot_bytes) {
        return false;
    }
    ring->slots = aligned_alloc(64, count * slot_bytes);
    if (ring->slots == NULL) {
        return false;
    }
    /* Touch every page now; the steady state meets no page fault. */
    memset(ring->slots, 0, count * slot_bytes);
    ring->slot_bytes = slot_bytes;
    ring->mask = count - 1;
    atomic_init(&ring->tail, 0);
    atomic_init(&ring->head, 0);
    return true;
}

void ring_finish(struct ring *ring) {
    if (ring == NULL) {
        return;
    }
    free(ring->slots);
    ring->slots = NULL;
}

size_t ring_capacity(const struct ring *ring) {
    return ring->slots == NULL ? 0 : ring->mask + 1;
}

size_t ring_count(struct ring *ring) {
    /* head first: read the other way round, the consumer could pass the tail that was read, and the
     * difference would be negative.
     * acquire (head): keeps the load of tail behind it; acquire (tail): the counted slots are
     * complete */
    const size_t head = atomic_load_explicit(&ring->head, memory_order_acquire);
    const size_t tail = atomic_load_explicit(&ring->tail, memory_order_acquire);
    return tail - head;
}

/* Producer: is there room for count slots after tail? Looks at the shared index only when the
 * cached one says no. */
static bool has_room(struct ring *ring, size_t tail, size_t count) {
    const size_t capacity = ring->mask + 1;
    if (count <= capacity - (tail - ring->head_cached)) {
        return true;
    }
    /* acquire: pairs with the consumer's release; it has done reading before we overwrite */
    ring->head_cached = atomic_load_explicit(&ring->head, memory_order_acquire);
    return count <= capacity - (tail - ring->head_cached);
}

/* Consumer: how many slots wait after head; looks at the shared index only when fewer than wanted
 * are known of. */
static size_t count_waiting(struct ring *ring, size_t head) {
    if (ring->tail_cached == head) {
        /* acquire: pairs with the producer's release; the slots are complete before we see them */
        ring->tail_cached = atomic_load_explicit(&ring->tail, memory_order_acquire);
    }
    return ring->tail_cached - head;
}

bool ring_push(struct ring *ring, const void *slots, size_t count) {
    assert(ring->slots != NULL);
    /* relaxed: only this thread stores tail */
    const size_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
    if (count > ring->mask + 1 || !has_room(ring, tail, count)) {
        return false;
    }
    const size_t begin = tail & ring->mask;
    const size_t to_edge = ring->mask + 1 - begin;
    const size_t first = count < to_edge ? count : to_edge;
    const unsigned char *from = slots;
    memcpy(ring->slots + begin * ring->slot_bytes, from, first * ring->slot_bytes);
    if (count > first) {
        memcpy(ring->slots, from + first * ring->slot_bytes, (count - first) * ring->slot_bytes);
    }
    /* release: the slots are complete before the consumer can see the new tail; one store for the
     * whole run, so it never sees half a message */
    atomic_store_explicit(&ring->tail, tail + count, memory_order_release);
    return true;
}

void *ring_push_begin(struct ring *ring) {
    assert(ring->slots != NULL);
    /* relaxed: only this thread stores tail */
    const size_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
    if (!has_room(ring, tail, 1)) {
        return NULL;
    }
    return ring->slots + (tail & ring->mask) * ring->slot_bytes;
}

void ring_push_end(struct ring *ring) {
    /* relaxed: only this thread stores tail */
    const size_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
    assert(tail - ring->head_cached <= ring->mask);
    /* release: the slot is complete before the consumer can see the new tail */
    atomic_store_explicit(&ring->tail, tail + 1, memory_order_release);
}

size_t ring_pop(struct ring *ring, void *out, size_t count_max) {
    assert(ring->slots != NULL);
    /* relaxed: only this thread stores head */
    const size_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
    const size_t waiting = count_waiting(ring, head);
    const size_t count = waiting < count_max ? waiting : count_max;
    if (count == 0) {
        return 0;
    }
    const size_t begin = head & ring->mask;
    const size_t to_edge = ring->mask + 1 - begin;
    const size_t first = count < to_edge ? count : to_edge;
    unsigned char *to = out;
    memcpy(to, ring->slots + begin * ring->slot_bytes, first * ring->slot_bytes);
    if (count > first) {
        memcpy(to + first * ring->slot_bytes, ring->slots, (count - first) * ring->slot_bytes);
    }
    /* release: our reads are done before the producer can see the room */
    atomic_store_explicit(&ring->head, head + count, memory_order_release);
    return count;
}

const void *ring_pop_begin(struct ring *ring) {
    assert(ring->slots != NULL);
    /* relaxed: only this thread stores head */
    const size_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
    if (count_waiting(ring, head) == 0) {
        return NULL;
    }
    return ring->slots + (head & ring->mask) * ring->slot_bytes;
}

void ring_pop_end(struct ring *ring) {
    /* relaxed: only this thread stores head */
    const size_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
    assert(ring->tail_cached != head);
    /* release: our reads of the slot are done before the producer can see the room */
    atomic_store_explicit(&ring->head, head + 1, memory_order_release);
}
