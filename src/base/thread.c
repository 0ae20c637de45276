#include "base/thread.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/str.h"

static _Thread_local enum thread_role current_role = THREAD_ANY;

/* At most 15 bytes: what the kernel keeps. */
static const char *const role_names[] = {"liqscope",   "liq-main",    "liq-net",    "liq-resolve",
                                         "liq-sim",    "liq-reader",  "liq-engine", "liq-raster",
                                         "liq-writer", "liq-encoder", "liq-alert"};
static_assert(ARRAY_COUNT(role_names) == THREAD_ROLE_COUNT, "a name per role");

/* How far a role gives way where processors are few (nice, 0..19): what nobody waits for within a
 * frame. The simulated market stands for another machine; it takes what is left. */
static const int role_nice[THREAD_ROLE_COUNT] = {
    [THREAD_SIM] = 5, [THREAD_RASTER] = 5, [THREAD_WRITER] = 5, [THREAD_ENCODER] = 5};

static void *thread_main(void *user) {
    struct thread *thread = user;
    current_role = thread->role;
    prctl(PR_SET_NAME, role_names[thread->role]);
    if (role_nice[thread->role] > 0) {
        /* Linux keeps one a thread. Where it is refused, frames come late more often: no failure.
         */
        (void)setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + role_nice[thread->role]);
    }
    thread->run(thread->user);
    return NULL;
}

bool thread_start(struct thread *thread, enum thread_role role, void (*run)(void *), void *user) {
    assert((unsigned)role < THREAD_ROLE_COUNT);
    *thread = (struct thread){.role = role, .run = run, .user = user};
    /* Signals are the main thread's: a worker inherits a mask that blocks them all. */
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0) {
        return false;
    }
    thread->started = pthread_create(&thread->handle, NULL, thread_main, thread) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return thread->started;
}

void thread_join(struct thread *thread) {
    if (thread == NULL || !thread->started) {
        return;
    }
    pthread_join(thread->handle, NULL);
    thread->started = false;
}

enum thread_role thread_current_role(void) {
    return current_role;
}

void thread_set_role(enum thread_role role) {
    assert((unsigned)role < THREAD_ROLE_COUNT);
    current_role = role;
}

bool waker_init(struct waker *waker) {
    atomic_init(&waker->sleeping, 0);
    waker->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    return waker->fd >= 0;
}

void waker_finish(struct waker *waker) {
    if (waker == NULL || waker->fd < 0) {
        return;
    }
    close(waker->fd);
    waker->fd = -1;
}

void waker_wake(struct waker *waker) {
    /* Both sides exchange the one flag, so one of two things is true. Ours comes after the
     * sleeper's: we read 1 and write to the eventfd. Or ours comes first: the sleeper's exchange
     * reads what we wrote, and its second look for work sees all we did before (release here,
     * acquire there). A plain load here could pass our own earlier store, and the wake-up would be
     * lost. acquire is not needed for work, but keeps the eventfd write behind the exchange */
    if (atomic_exchange_explicit(&waker->sleeping, 0, memory_order_acq_rel) == 1) {
        const uint64_t one = 1;
        const ssize_t written = write(waker->fd, &one, sizeof one);
        (void)written; /* full (2^64 - 1 wake-ups pending) means awake already */
    }
}

void waker_arm(struct waker *waker) {
    /* acquire: pairs with waker_wake's release, see there; release: continues the chain of
     * exchanges */
    atomic_exchange_explicit(&waker->sleeping, 1, memory_order_acq_rel);
}

void waker_wait(struct waker *waker, int timeout_ms) {
    struct pollfd slot = {.fd = waker->fd, .events = POLLIN};
    if (poll(&slot, 1, timeout_ms) > 0) {
        uint64_t count = 0;
        const ssize_t got = read(waker->fd, &count, sizeof count);
        (void)got; /* nothing there: a spurious turn, which the caller's loop allows for */
    }
    /* acquire: what the waker did before is visible to the turn that follows. If the waker took the
     * flag after our poll timed out, its write makes the next wait return at once, which is
     * harmless. */
    atomic_exchange_explicit(&waker->sleeping, 0, memory_order_acq_rel);
}
