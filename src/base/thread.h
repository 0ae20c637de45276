/* base/thread.h - threads by role, and a wake-up that sleeps without spinning.
 *
 * Thread: any.  Roles are those of style.md's table; entry points assert theirs. */
#pragma once

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

enum thread_role {
    THREAD_ANY, /* not declared: tests and tools may call everything */
    THREAD_MAIN,
    THREAD_NET,
    THREAD_RESOLVER,
    THREAD_SIM,
    THREAD_READER,
    THREAD_ENGINE,
    THREAD_RASTER,
    THREAD_WRITER,
    THREAD_ENCODER,
    THREAD_ALERT,
    THREAD_ROLE_COUNT
};

struct thread {
    pthread_t handle;
    enum thread_role role;
    void (*run)(void *user);
    void *user; /* borrowed, outlives the thread */
    bool started;
};

/* Start run(user) on a thread of that role (named after it, and of less weight than its starter if
 * nobody waits for that role within a frame). False: the system refused. */
bool thread_start(struct thread *thread, enum thread_role role, void (*run)(void *), void *user);
void thread_join(struct thread *thread); /* NULL and never-started accepted */

enum thread_role thread_current_role(void);
void thread_set_role(enum thread_role role); /* main declares itself */
#define thread_assert(wanted)                                                                      \
    assert(thread_current_role() == THREAD_ANY || thread_current_role() == (wanted))

/* Sleep until woken: an eventfd with a flag that spares the system call when nobody sleeps. */
struct waker {
    int fd; /* owned; -1 when not initialised */
    atomic_int sleeping;
};
bool waker_init(struct waker *waker); /* false: the system refused */
void waker_finish(struct waker *waker);
void waker_wake(struct waker *waker); /* any thread */
/* The sleeper: arm, look once more for work, then wait. A wake-up after arm ends the wait at once.
 */
void waker_arm(struct waker *waker);
void waker_wait(struct waker *waker, int timeout_ms); /* -1: for ever; disarms */
