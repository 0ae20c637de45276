#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/arena.h"

static void memory_is_aligned_zeroed_and_apart(void **state) {
    (void)state;
    struct arena arena = {0};
    assert_true(arena_init(&arena, 4096));
    unsigned char *first = arena_alloc(&arena, 3, 1, 1);
    unsigned char *second = arena_alloc(&arena, 2, 64, 64);
    assert_non_null(first);
    assert_non_null(second);
    assert_int_equal((uintptr_t)second % 64, 0);
    assert_true(second >= first + 3);
    for (size_t i = 0; i < 128; i++) {
        assert_int_equal(second[i], 0);
    }
    arena_finish(&arena);
    arena_finish(&arena);
    arena_finish(NULL);
}

static void limit_is_met_exactly_and_counted(void **state) {
    (void)state;
    struct arena arena = {0};
    assert_true(arena_init(&arena, 256));
    assert_non_null(arena_alloc(&arena, 4, 64, 1));
    assert_int_equal(arena.refused_count, 0);
    assert_null(arena_alloc(&arena, 1, 1, 1));
    assert_int_equal(arena.refused_count, 1);
    assert_non_null(arena_alloc(&arena, 0, 64, 1));
    arena_finish(&arena);
}

static void products_that_overflow_are_refused(void **state) {
    (void)state;
    struct arena arena = {0};
    assert_true(arena_init(&arena, 256));
    assert_null(arena_alloc(&arena, SIZE_MAX, 2, 1));
    assert_null(arena_alloc(&arena, SIZE_MAX / 2 + 1, 2, 1));
    assert_null(arena_alloc(&arena, 1, SIZE_MAX, 64));
    assert_int_equal(arena.refused_count, 3);
    assert_int_equal(arena.used_bytes, 0);
    arena_finish(&arena);
}

static void alignment_at_the_end_does_not_run_over(void **state) {
    (void)state;
    struct arena arena = {0};
    assert_true(arena_init(&arena, 100));
    assert_non_null(arena_alloc(&arena, 97, 1, 1));
    assert_null(arena_alloc(&arena, 1, 1, 64)); /* would begin at 128 */
    assert_int_equal(arena.used_bytes, 97);
    arena_finish(&arena);
}

static void reset_gives_the_same_memory_zeroed(void **state) {
    (void)state;
    struct arena arena = {0};
    assert_true(arena_init(&arena, 256));
    unsigned char *before = arena_alloc(&arena, 256, 1, 1);
    memset(before, 0xff, 256);
    arena_reset(&arena);
    unsigned char *after = arena_alloc(&arena, 256, 1, 1);
    assert_ptr_equal(before, after);
    for (size_t i = 0; i < 256; i++) {
        assert_int_equal(after[i], 0);
    }
    arena_finish(&arena);
}

static void an_arena_without_memory_refuses(void **state) {
    (void)state;
    struct arena arena = {0};
    assert_false(arena_init(&arena, 0));
    assert_null(arena_alloc(&arena, 1, 1, 1));
    assert_int_equal(arena.refused_count, 1);
    arena_reset(&arena);
    arena_finish(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_aligned_zeroed_and_apart),
        cmocka_unit_test(limit_is_met_exactly_and_counted),
        cmocka_unit_test(products_that_overflow_are_refused),
        cmocka_unit_test(alignment_at_the_end_does_not_run_over),
        cmocka_unit_test(reset_gives_the_same_memory_zeroed),
        cmocka_unit_test(an_arena_without_memory_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
