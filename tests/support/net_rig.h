/* support/net_rig.h - for tests of net: two services (a client's and a server's), calls run on
 * their threads.
 *
 * Thread: the test's.  Waiting is bounded by RIG_WAIT_MS; who runs out of time gets false. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#include "base/clock.h"
#include "net/service.h"

enum { RIG_WAIT_MS = 5000 };

struct rig {
    struct net_service *client, *server;
};

/* ca_file: what the client trusts besides the system's store; NULL: nothing more. */
static inline bool rig_create(struct rig *rig, const char *ca_file) {
    enum status why = STATUS_OK;
    memset(rig, 0, sizeof(*rig));
    rig->client = net_service_create(
        &(struct net_service_desc){.ca_file = ca_file, .role = THREAD_NET, .jitter_seed = 1}, &why);
    rig->server = net_service_create(&(struct net_service_desc){.role = THREAD_SIM}, &why);
    return rig->client != NULL && rig->server != NULL;
}

/* After the servers have been made. */
static inline bool rig_start(struct rig *rig) {
    return net_service_start(rig->client) && net_service_start(rig->server);
}

static inline void rig_destroy(struct rig *rig) {
    net_service_destroy(rig->client);
    net_service_destroy(rig->server);
}

/* Wait until *counter >= wanted. */
static inline bool rig_wait(const atomic_int *counter, int wanted) {
    int64_t end_ns = clock_mono_ns() + (int64_t)RIG_WAIT_MS * 1000000;
    /* acquire: what was written before the counter rose is read after this */
    while (atomic_load_explicit(counter, memory_order_acquire) < wanted) {
        if (clock_mono_ns() > end_ns) {
            return false;
        }
        clock_sleep_until_ns(clock_mono_ns() + 200000);
    }
    return true;
}

static inline void rig_count(atomic_int *counter) {
    /* release: pairs with rig_wait */
    atomic_fetch_add_explicit(counter, 1, memory_order_release);
}

struct rig_call {
    void (*call)(void *user);
    void *user;
    atomic_int done;
};

static inline void rig_run_call(void *user) {
    struct rig_call *call = user;
    call->call(call->user);
    rig_count(&call->done);
}

/* Run call(user) on the service's thread and wait for its end. */
static inline bool rig_run(struct net_service *service, void (*call)(void *user), void *user) {
    struct rig_call run = {.call = call, .user = user};
    return net_service_post(service, rig_run_call, &run) && rig_wait(&run.done, 1);
}
