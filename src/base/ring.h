/* base/ring.h - lock-free single-producer single-consumer ring of fixed-size slots.
 *
 * Thread: one producer, one consumer, any pair.  Owner: whoever called ring_init.
 * Limits: capacity is a power of two; slot_bytes a multiple of 64 (a slot never shares a cache
 * line). Each side keeps a cached copy of the other's index and re-reads the shared one only when
 * the cached one says full or empty. Runs are pushed all or nothing, so a reader never sees half a
 * message. */
#pragma once

#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct ring {
    unsigned char *slots; /* owned, capacity x slot_bytes, 64-byte aligned */
    size_t slot_bytes, mask;

    /* -- producer -- */
    alignas(64) atomic_size_t tail; /* slots ever written; producer stores, consumer loads */
    size_t head_cached;             /* producer only */

    /* -- consumer -- */
    alignas(64) atomic_size_t head; /* slots ever read; consumer stores, producer loads */
    size_t tail_cached;             /* consumer only */
};

/* capacity is rounded up to a power of two. False: out of memory, or an argument of zero, or
 * slot_bytes not a multiple of 64. */
bool ring_init(struct ring *ring, size_t slot_bytes, size_t capacity);
void ring_finish(struct ring *ring); /* NULL and zeroed accepted */
size_t ring_capacity(const struct ring *ring);
size_t ring_count(struct ring *ring); /* slots waiting; exact only on the consumer's side */

/* Producer: copy count slots in, all or nothing. False: not enough room, nothing written. */
bool ring_push(struct ring *ring, const void *slots, size_t count);
/* Producer: the next slot to fill in place, or NULL when full; ring_push_end publishes it. */
void *ring_push_begin(struct ring *ring);
void ring_push_end(struct ring *ring);

/* Consumer: copy up to count_max slots out; returns how many (0: empty). */
size_t ring_pop(struct ring *ring, void *out, size_t count_max);
/* Consumer: the oldest slot in place, or NULL when empty; ring_pop_end gives it back. */
const void *ring_pop_begin(struct ring *ring);
void ring_pop_end(struct ring *ring);
