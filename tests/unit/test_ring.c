#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sched.h>

#include "base/hash.h"
#include "base/random.h"
#include "base/ring.h"
#include "base/thread.h"

struct slot {
    uint64_t number, run_begin, run_len, check;
    uint64_t filler[4];
};

static struct slot slot_make(uint64_t number, uint64_t run_begin, uint64_t run_len) {
    struct slot slot = {.number = number, .run_begin = run_begin, .run_len = run_len};
    for (size_t i = 0; i < 4; i++) {
        slot.filler[i] = number * 0x9e3779b97f4a7c15u + i;
    }
    slot.check = hash_bytes(HASH_START, slot.filler, sizeof slot.filler);
    return slot;
}

static void odd_sizes_are_refused_and_capacity_is_a_power_of_two(void **state) {
    (void)state;
    struct ring ring = {0};
    assert_false(ring_init(&ring, 0, 8));
    assert_false(ring_init(&ring, 63, 8));
    assert_false(ring_init(&ring, 96, 8));
    assert_false(ring_init(&ring, 64, 0));
    assert_false(ring_init(&ring, 64, SIZE_MAX));
    assert_false(ring_init(&ring, 64, SIZE_MAX / 64 + 1));
    ring_finish(&ring);
    assert_true(ring_init(&ring, 64, 5));
    assert_int_equal(ring_capacity(&ring), 8);
    assert_int_equal((uintptr_t)ring.slots % 64, 0);
    ring_finish(&ring);
    ring_finish(&ring);
    ring_finish(NULL);
    assert_int_equal(ring_capacity(&ring), 0);
}

static void indices_sit_on_lines_of_their_own(void **state) {
    (void)state;
    assert_int_equal(offsetof(struct ring, tail) % 64, 0);
    assert_int_equal(offsetof(struct ring, head) % 64, 0);
    assert_true(offsetof(struct ring, head) - offsetof(struct ring, tail) >= 64);
    assert_true(sizeof(struct ring) - offsetof(struct ring, head) >= 64);
}

static void run_that_does_not_fit_writes_nothing(void **state) {
    (void)state;
    struct ring ring = {0};
    struct slot in[9] = {{0}};
    struct slot out[9] = {{0}};
    for (uint64_t i = 0; i < 9; i++) {
        in[i] = slot_make(i, 0, 0);
    }
    assert_true(ring_init(&ring, sizeof in[0], 8));
    assert_true(ring_push(&ring, in, 5));
    assert_false(ring_push(&ring, in, 4));
    assert_int_equal(ring_count(&ring), 5);
    assert_false(ring_push(&ring, in, 9));
    assert_true(ring_push(&ring, in + 5, 3));
    assert_null(ring_push_begin(&ring));
    assert_int_equal(ring_pop(&ring, out, 9), 8);
    assert_memory_equal(in, out, 8 * sizeof in[0]);
    assert_int_equal(ring_pop(&ring, out, 9), 0);
    assert_null(ring_pop_begin(&ring));
    assert_true(ring_push(&ring, in, 0));
    assert_int_equal(ring_count(&ring), 0);
    ring_finish(&ring);
}

static void runs_wrap_round_the_edge_whole(void **state) {
    (void)state;
    struct ring ring = {0};
    assert_true(ring_init(&ring, sizeof(struct slot), 8));
    uint64_t pushed = 0;
    uint64_t popped = 0;
    for (size_t turn = 0; turn < 100; turn++) {
        struct slot in[7] = {{0}};
        struct slot out[7] = {{0}};
        const size_t count = 1 + turn % 7;
        for (size_t i = 0; i < count; i++) {
            in[i] = slot_make(pushed++, 0, 0);
        }
        assert_true(ring_push(&ring, in, count));
        assert_int_equal(ring_pop(&ring, out, 7), count);
        for (size_t i = 0; i < count; i++) {
            const struct slot want = slot_make(popped++, 0, 0);
            assert_memory_equal(&out[i], &want, sizeof want);
        }
    }
    ring_finish(&ring);
}

static void slots_in_place_and_copied_ones_mix(void **state) {
    (void)state;
    struct ring ring = {0};
    assert_true(ring_init(&ring, sizeof(struct slot), 2));
    for (uint64_t i = 0; i < 10; i++) {
        struct slot *room = ring_push_begin(&ring);
        assert_non_null(room);
        *room = slot_make(2 * i, 0, 0);
        assert_int_equal(ring_count(&ring), 0); /* not before the end of the push */
        ring_push_end(&ring);
        const struct slot copied = slot_make(2 * i + 1, 0, 0);
        assert_true(ring_push(&ring, &copied, 1));
        const struct slot *oldest = ring_pop_begin(&ring);
        assert_non_null(oldest);
        assert_int_equal(oldest->number, 2 * i);
        ring_pop_end(&ring);
        struct slot out = {0};
        assert_int_equal(ring_pop(&ring, &out, 1), 1);
        assert_int_equal(out.number, 2 * i + 1);
    }
    ring_finish(&ring);
}

/* Two threads: runs of 1 to 32 slots through a ring of 64; the consumer checks order, contents and
 * that it never sees a run without its end. */
enum { STRESS_SLOTS = 300000, RUN_MAX = 32 };

struct stress {
    struct ring ring;
    uint64_t bad_order, bad_contents, torn_runs, seen;
};

static void stress_produce(void *user) {
    struct stress *stress = user;
    struct random random;
    random_init(&random, 7);
    for (uint64_t next = 0; next < STRESS_SLOTS;) {
        struct slot run[RUN_MAX] = {{0}};
        uint64_t len = 1 + random_u64(&random) % RUN_MAX;
        len = len < STRESS_SLOTS - next ? len : STRESS_SLOTS - next;
        for (uint64_t i = 0; i < len; i++) {
            run[i] = slot_make(next + i, next, len);
        }
        if (len == 1) {
            struct slot *room = NULL;
            while ((room = ring_push_begin(&stress->ring)) == NULL) {
                sched_yield();
            }
            *room = run[0];
            ring_push_end(&stress->ring);
        } else {
            while (!ring_push(&stress->ring, run, len)) {
                sched_yield();
            }
        }
        next += len;
    }
}

static void stress_consume(struct stress *stress) {
    struct slot out[48] = {{0}};
    while (stress->seen < STRESS_SLOTS) {
        const size_t count = ring_pop(&stress->ring, out, 48);
        if (count == 0) {
            sched_yield();
        }
        for (size_t i = 0; i < count; i++) {
            const struct slot want = slot_make(out[i].number, out[i].run_begin, out[i].run_len);
            stress->bad_order += out[i].number != stress->seen;
            stress->bad_contents += memcmp(&want, &out[i], sizeof want) != 0;
            stress->seen++;
        }
        /* A run was pushed whole: its last slot is either popped already or waiting. */
        if (count > 0) {
            const struct slot *last = &out[count - 1];
            const uint64_t left = last->run_begin + last->run_len - stress->seen;
            stress->torn_runs += ring_count(&stress->ring) < left;
        }
    }
}

static void two_threads_lose_and_tear_nothing(void **state) {
    (void)state;
    static struct stress stress;
    struct thread producer = {0};
    assert_true(ring_init(&stress.ring, sizeof(struct slot), 64));
    assert_true(thread_start(&producer, THREAD_ANY, stress_produce, &stress));
    stress_consume(&stress);
    thread_join(&producer);
    assert_int_equal(stress.bad_order, 0);
    assert_int_equal(stress.bad_contents, 0);
    assert_int_equal(stress.torn_runs, 0);
    assert_int_equal(stress.seen, STRESS_SLOTS);
    assert_int_equal(ring_count(&stress.ring), 0);
    ring_finish(&stress.ring);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(odd_sizes_are_refused_and_capacity_is_a_power_of_two),
        cmocka_unit_test(indices_sit_on_lines_of_their_own),
        cmocka_unit_test(run_that_does_not_fit_writes_nothing),
        cmocka_unit_test(runs_wrap_round_the_edge_whole),
        cmocka_unit_test(slots_in_place_and_copied_ones_mix),
        cmocka_unit_test(two_threads_lose_and_tear_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
