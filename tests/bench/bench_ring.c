/* Events a second and latency through base/ring, beside ck_ring (where libck-dev is) and a ring
 * behind a mutex.
 *
 * Two threads, pinned to two processors where there are two. Rounds are taken in turn, so that a
 * machine that changes its mind in between changes it for all; figures are medians over rounds.
 * Argument: rounds (default 7). */
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/syscall.h>

#if BENCH_CK
#include <ck_ring.h>
#endif

#include "base/clock.h"
#include "base/ring.h"
#include "base/thread.h"
#include "market/event.h"
#include "support/bench_machine.h"

enum {
    CAPACITY = 4096,
    BATCH = 64,
    BULK_COUNT = 2000000,
    PACED_COUNT = 50000,
    PACE_NS = 2000,
    ROUND_MAX = 31
};

/* -- the rivals: each with a push of one slot and a pop of up to BATCH -- */

static struct ring own_ring;

static bool own_push(const struct event *event) {
    return ring_push(&own_ring, event, 1);
}

static size_t own_pop_one(struct event *out) {
    return ring_pop(&own_ring, out, 1);
}

static size_t own_pop_batch(struct event *out) {
    return ring_pop(&own_ring, out, BATCH);
}

static struct event mutex_slots[CAPACITY];
static size_t mutex_head;
static size_t mutex_tail;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static bool mutex_push(const struct event *event) {
    pthread_mutex_lock(&mutex);
    const bool room = mutex_tail - mutex_head < CAPACITY;
    if (room) {
        mutex_slots[mutex_tail++ % CAPACITY] = *event;
    }
    pthread_mutex_unlock(&mutex);
    return room;
}

static size_t mutex_pop(struct event *out) {
    pthread_mutex_lock(&mutex);
    const bool waiting = mutex_tail != mutex_head;
    if (waiting) {
        *out = mutex_slots[mutex_head++ % CAPACITY];
    }
    pthread_mutex_unlock(&mutex);
    return waiting ? 1 : 0;
}

#if BENCH_CK
CK_RING_PROTOTYPE(event, event)
static struct ck_ring ck;
static struct event ck_slots[CAPACITY];

static bool ck_push(struct event *event) {
    return ck_ring_enqueue_spsc_event(&ck, ck_slots, event);
}

static size_t ck_pop(struct event *out) {
    return ck_ring_dequeue_spsc_event(&ck, ck_slots, out) ? 1 : 0;
}
#endif

/* -- the loops, written out for each rival so that its calls are inlined -- */

static atomic_bool consumer_ready;
static int64_t latency_ns[PACED_COUNT];
static uint64_t sum;

/* Pins the calling thread; a machine with one processor, or one that says no, goes without. */
static void pin(unsigned cpu) {
    unsigned long mask = 1ul << cpu;
    if (sysconf(_SC_NPROCESSORS_ONLN) > 1) {
        syscall(SYS_sched_setaffinity, 0, sizeof mask, &mask);
    }
}

#define LOOPS(name, push, pop)                                                                     \
    static void name##_consume_bulk(void *user) {                                                  \
        struct event out[BATCH];                                                                   \
        (void)user;                                                                                \
        pin(1);                                                                                    \
        atomic_store(&consumer_ready, true);                                                       \
        for (size_t seen = 0; seen < BULK_COUNT;) {                                                \
            const size_t count = pop(out);                                                         \
            for (size_t i = 0; i < count; i++) {                                                   \
                sum += (uint64_t)out[i].ts_ms;                                                     \
            }                                                                                      \
            seen += count;                                                                         \
        }                                                                                          \
    }                                                                                              \
    static void name##_produce_bulk(void) {                                                        \
        struct event event = {.kind = EVENT_TRADE};                                                \
        for (int64_t i = 1; i <= BULK_COUNT; i++) {                                                \
            event.ts_ms = i;                                                                       \
            while (!push(&event)) {                                                                \
            }                                                                                      \
        }                                                                                          \
    }                                                                                              \
    static void name##_consume_paced(void *user) {                                                 \
        struct event out[BATCH];                                                                   \
        (void)user;                                                                                \
        pin(1);                                                                                    \
        atomic_store(&consumer_ready, true);                                                       \
        for (size_t seen = 0; seen < PACED_COUNT;) {                                               \
            const size_t count = pop(out);                                                         \
            for (size_t i = 0; i < count; i++) {                                                   \
                latency_ns[seen++] = clock_mono_ns() - out[i].recv_ns;                             \
            }                                                                                      \
        }                                                                                          \
    }                                                                                              \
    static void name##_produce_paced(void) {                                                       \
        struct event event = {.kind = EVENT_TRADE};                                                \
        int64_t next_ns = clock_mono_ns();                                                         \
        for (int i = 0; i < PACED_COUNT; i++) {                                                    \
            while (clock_mono_ns() < next_ns) {                                                    \
            }                                                                                      \
            next_ns = clock_mono_ns() + PACE_NS;                                                   \
            event.recv_ns = clock_mono_ns();                                                       \
            while (!push(&event)) {                                                                \
            }                                                                                      \
        }                                                                                          \
    }

LOOPS(own_one, own_push, own_pop_one)
LOOPS(own_batch, own_push, own_pop_batch)
LOOPS(mutex, mutex_push, mutex_pop)
#if BENCH_CK
LOOPS(ck, ck_push, ck_pop)
#endif

struct figures {
    double rate, p50_ns, p90_ns, p99_ns;
};

struct rival {
    const char *name;
    void (*consume_bulk)(void *);
    void (*produce_bulk)(void);
    void (*consume_paced)(void *);
    void (*produce_paced)(void);
    struct figures rounds[ROUND_MAX];
};

#define RIVAL(title, prefix)                                                                       \
    {                                                                                              \
        .name = title, .consume_bulk = prefix##_consume_bulk,                                      \
        .produce_bulk = prefix##_produce_bulk, .consume_paced = prefix##_consume_paced,            \
        .produce_paced = prefix##_produce_paced                                                    \
    }

static struct rival rivals[] = {
    RIVAL("base/ring, batch pop", own_batch),
    RIVAL("base/ring, single pop", own_one),
#if BENCH_CK
    RIVAL("ck_ring spsc", ck),
#endif
    RIVAL("mutex ring", mutex),
};
enum { RIVAL_COUNT = sizeof rivals / sizeof rivals[0] };

static int compare_i64(const void *a, const void *b) {
    const int64_t x = *(const int64_t *)a;
    const int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static int compare_double(const void *a, const void *b) {
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Runs produce here and consume on a thread; nanoseconds from the first push to the last pop. */
static int64_t run_pair(void (*consume)(void *), void (*produce)(void)) {
    struct thread thread = {0};
    atomic_store(&consumer_ready, false);
    if (!thread_start(&thread, THREAD_ANY, consume, NULL)) {
        fprintf(stderr, "bench_ring: no second thread\n");
        exit(1);
    }
    while (!atomic_load(&consumer_ready)) {
    }
    const int64_t begin_ns = clock_mono_ns();
    produce();
    thread_join(&thread);
    return clock_mono_ns() - begin_ns;
}

static void run_round(struct rival *rival, int round) {
    struct figures *figures = &rival->rounds[round];
    sum = 0;
    const int64_t bulk_ns = run_pair(rival->consume_bulk, rival->produce_bulk);
    if (sum != (uint64_t)BULK_COUNT * (BULK_COUNT + 1) / 2) {
        fprintf(stderr, "bench_ring: %s lost events\n", rival->name);
        exit(1);
    }
    run_pair(rival->consume_paced, rival->produce_paced);
    qsort(latency_ns, PACED_COUNT, sizeof latency_ns[0], compare_i64);
    figures->rate = BULK_COUNT / ((double)bulk_ns * 1e-9);
    figures->p50_ns = (double)latency_ns[PACED_COUNT / 2];
    figures->p90_ns = (double)latency_ns[PACED_COUNT / 10 * 9];
    figures->p99_ns = (double)latency_ns[PACED_COUNT / 100 * 99];
}

static double median(const struct rival *rival, int rounds, size_t offset) {
    double values[ROUND_MAX] = {0};
    for (int i = 0; i < rounds; i++) {
        memcpy(&values[i], (const char *)&rival->rounds[i] + offset, sizeof values[i]);
    }
    qsort(values, (size_t)rounds, sizeof values[0], compare_double);
    return values[rounds / 2];
}

int main(int argc, char **argv) {
    long rounds = argc > 1 ? strtol(argv[1], NULL, 10) : 7;
    rounds = rounds < 1 ? 1 : rounds > ROUND_MAX ? ROUND_MAX : rounds;
    bench_machine_print(stdout);
    if (!ring_init(&own_ring, sizeof(struct event), CAPACITY)) {
        return 1;
    }
#if BENCH_CK
    ck_ring_init(&ck, CAPACITY);
#endif
    pin(0);
    for (int round = 0; round < rounds; round++) {
        for (size_t i = 0; i < RIVAL_COUNT; i++) {
            run_round(&rivals[i], round);
        }
    }
    printf("# %d-byte slots, ring of %d, %ld rounds in turn, medians; latency at one event each %d "
           "ns, "
           "two clock readings included\n",
           (int)sizeof(struct event), CAPACITY, rounds, PACE_NS);
    printf("%-24s %12s %8s %8s %8s %10s\n", "ring", "events/s", "p50 ns", "p90 ns", "p99 ns",
           "x mutex");
    const double base =
        median(&rivals[RIVAL_COUNT - 1], (int)rounds, offsetof(struct figures, rate));
    for (size_t i = 0; i < RIVAL_COUNT; i++) {
        const double rate = median(&rivals[i], (int)rounds, offsetof(struct figures, rate));
        printf("%-24s %12.0f %8.0f %8.0f %8.0f %10.2f\n", rivals[i].name, rate,
               median(&rivals[i], (int)rounds, offsetof(struct figures, p50_ns)),
               median(&rivals[i], (int)rounds, offsetof(struct figures, p90_ns)),
               median(&rivals[i], (int)rounds, offsetof(struct figures, p99_ns)), rate / base);
    }
#if BENCH_CK
    printf("base/ring with batch pop / ck_ring: %.2f\n",
           median(&rivals[0], (int)rounds, offsetof(struct figures, rate)) /
               median(&rivals[2], (int)rounds, offsetof(struct figures, rate)));
#else
    printf("without ck_ring: libck-dev was not there at build time\n");
#endif
    ring_finish(&own_ring);
    return 0;
}
