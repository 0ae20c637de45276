/* support/alloc_count.h - counts calls of malloc and its kin between begin and end, in the whole
 * program.
 *
 * Included by one file of a program that is linked with ALLOC_COUNT_WRAPS (tests/CMakeLists.txt):
 * the linker sends every call of our code here.  What the C library allocates for itself is not
 * seen. */
#pragma once

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

static _Atomic int64_t alloc_calls;
static atomic_bool alloc_counting;

static inline void alloc_seen(void) {
    if (atomic_load(&alloc_counting)) {
        atomic_fetch_add(&alloc_calls, 1);
    }
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void *__real_aligned_alloc(size_t align, size_t size);
int __real_posix_memalign(void **out, size_t align, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
void *__wrap_aligned_alloc(size_t align, size_t size);
int __wrap_posix_memalign(void **out, size_t align, size_t size);

void *__wrap_malloc(size_t size) {
    alloc_seen();
    return __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size) {
    alloc_seen();
    return __real_calloc(count, size);
}

void *__wrap_realloc(void *block, size_t size) {
    alloc_seen();
    return __real_realloc(block, size);
}

void *__wrap_aligned_alloc(size_t align, size_t size) {
    alloc_seen();
    return __real_aligned_alloc(align, size);
}

int __wrap_posix_memalign(void **out, size_t align, size_t size) {
    alloc_seen();
    return __real_posix_memalign(out, align, size);
}

static inline void alloc_count_begin(void) {
    atomic_store(&alloc_calls, 0);
    atomic_store(&alloc_counting, true);
}

static inline int64_t alloc_count_end(void) {
    atomic_store(&alloc_counting, false);
    return atomic_load(&alloc_calls);
}
