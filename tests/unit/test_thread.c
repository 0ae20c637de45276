#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/ring.h"
#include "base/thread.h"

struct seen {
    enum thread_role role;
    char name[16];
    bool term_blocked;
    int nice;
};

static void look_around(void *user) {
    struct seen *seen = user;
    sigset_t mask;
    seen->role = thread_current_role();
    prctl(PR_GET_NAME, seen->name);
    sigemptyset(&mask);
    pthread_sigmask(SIG_BLOCK, NULL, &mask);
    seen->term_blocked = sigismember(&mask, SIGTERM) == 1;
    seen->nice = getpriority(PRIO_PROCESS, 0);
}

static void thread_has_its_role_name_and_no_signals(void **state) {
    (void)state;
    struct thread thread = {0};
    struct seen seen = {0};
    sigset_t mask;
    assert_true(thread_start(&thread, THREAD_ENGINE, look_around, &seen));
    thread_join(&thread);
    thread_join(&thread);
    thread_join(NULL);
    assert_int_equal(seen.role, THREAD_ENGINE);
    assert_string_equal(seen.name, "liq-engine");
    assert_true(seen.term_blocked);
    assert_int_equal(thread_current_role(), THREAD_ANY);
    sigemptyset(&mask);
    pthread_sigmask(SIG_BLOCK, NULL, &mask);
    assert_false(sigismember(&mask, SIGTERM)); /* the starter keeps its own */
}

static void background_gives_way_and_the_engine_does_not(void **state) {
    (void)state;
    int own = getpriority(PRIO_PROCESS, 0);
    const struct {
        enum thread_role role;
        bool gives_way;
    } cases[] = {
        {THREAD_NET, false}, {THREAD_ENGINE, false}, {THREAD_RASTER, true}, {THREAD_SIM, true}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct thread thread = {0};
        struct seen seen = {0};
        assert_true(thread_start(&thread, cases[i].role, look_around, &seen));
        thread_join(&thread);
        assert_true(own == 19 || (seen.nice > own) == cases[i].gives_way);
    }
    assert_int_equal(getpriority(PRIO_PROCESS, 0), own);
}

static void main_declares_itself(void **state) {
    (void)state;
    thread_set_role(THREAD_MAIN);
    thread_assert(THREAD_MAIN);
    assert_int_equal(thread_current_role(), THREAD_MAIN);
    thread_set_role(THREAD_ANY);
}

static void wake_before_the_wait_is_not_lost(void **state) {
    (void)state;
    struct waker waker = {.fd = -1};
    assert_true(waker_init(&waker));
    waker_arm(&waker);
    waker_wake(&waker);
    const int64_t begin = clock_mono_ns();
    waker_wait(&waker, 10000);
    assert_true(clock_mono_ns() - begin < INT64_C(5000000000));
    waker_finish(&waker);
    waker_finish(&waker);
    waker_finish(NULL);
}

static void nobody_asleep_costs_no_system_call(void **state) {
    (void)state;
    struct waker waker = {.fd = -1};
    uint64_t count = 0;
    assert_true(waker_init(&waker));
    waker_wake(&waker);
    assert_true(read(waker.fd, &count, sizeof count) < 0); /* nothing was written */
    waker_finish(&waker);
}

static void wait_ends_by_itself(void **state) {
    (void)state;
    struct waker waker = {.fd = -1};
    assert_true(waker_init(&waker));
    waker_arm(&waker);
    const int64_t begin = clock_mono_ns();
    waker_wait(&waker, 3);
    assert_true(clock_mono_ns() - begin >= 2000000);
    assert_int_equal(atomic_load(&waker.sleeping), 0);
    waker_finish(&waker);
}

/* Ping-pong through rings of one: each side sleeps until the other has answered. A lost wake-up
 * shows as a wait of the full timeout. */
enum { ROUND_COUNT = 3000, WAIT_MS_MAX = 10000 };

struct side {
    struct ring *in, *out;
    struct waker *own, *other;
    uint64_t slots_lost;
};

static uint64_t wait_slot(struct side *side) {
    uint64_t slot[8] = {0};
    while (ring_pop(side->in, slot, 1) == 0) {
        waker_arm(side->own);
        if (ring_pop(side->in, slot, 1) != 0) {
            break;
        }
        waker_wait(side->own, WAIT_MS_MAX);
    }
    return slot[0];
}

static void send_slot(struct side *side, uint64_t value) {
    const uint64_t slot[8] = {value};
    side->slots_lost += !ring_push(side->out, slot, 1);
    waker_wake(side->other);
}

static void answer_all(void *user) {
    struct side *side = user;
    for (uint64_t i = 0; i < ROUND_COUNT; i++) {
        send_slot(side, wait_slot(side) + 1);
    }
}

static void two_sleepers_never_miss_a_wake_up(void **state) {
    (void)state;
    static struct ring there;
    static struct ring back;
    static struct waker here_waker;
    static struct waker there_waker;
    struct thread thread = {0};
    uint64_t wrong = 0;
    assert_true(ring_init(&there, 64, 1));
    assert_true(ring_init(&back, 64, 1));
    assert_true(waker_init(&here_waker));
    assert_true(waker_init(&there_waker));
    struct side here = {&back, &there, &here_waker, &there_waker, 0};
    struct side far = {&there, &back, &there_waker, &here_waker, 0};
    const int64_t begin = clock_mono_ns();
    assert_true(thread_start(&thread, THREAD_ANY, answer_all, &far));
    for (uint64_t i = 0; i < ROUND_COUNT; i++) {
        send_slot(&here, 10 * i);
        wrong += wait_slot(&here) != 10 * i + 1;
    }
    thread_join(&thread);
    assert_true(clock_mono_ns() - begin < (int64_t)WAIT_MS_MAX * 1000000);
    assert_int_equal(wrong, 0);
    assert_int_equal(here.slots_lost + far.slots_lost, 0);
    waker_finish(&here_waker);
    waker_finish(&there_waker);
    ring_finish(&there);
    ring_finish(&back);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(thread_has_its_role_name_and_no_signals),
        cmocka_unit_test(background_gives_way_and_the_engine_does_not),
        cmocka_unit_test(main_declares_itself),
        cmocka_unit_test(wake_before_the_wait_is_not_lost),
        cmocka_unit_test(nobody_asleep_costs_no_system_call),
        cmocka_unit_test(wait_ends_by_itself),
        cmocka_unit_test(two_sleepers_never_miss_a_wake_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
