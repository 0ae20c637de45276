/* net/service.h - one libwebsockets context and the thread that serves it.
 *
 * Thread: everything in this room runs on the service's own thread (role in the descriptor), except
 * where a comment says "any thread".  Owner: app (live feeds) or sim (the exchange server has a
 * service of its own). TLS certificates are always verified: a CA file can be added, nothing can
 * switch verification off. Plain ws:// and http:// are accepted for loopback only.  Names are
 * resolved on a helper thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "base/thread.h"

struct proxy_rules;
struct net_service; /* opaque: keeps libwebsockets in its room */

struct net_service_desc {
    const char *ca_file;   /* PEM of further trusted authorities; NULL: the system's store only */
    enum thread_role role; /* THREAD_NET, THREAD_SIM or THREAD_ALERT; 0 means THREAD_NET */
    const struct proxy_rules *proxies; /* net/proxy.h; copied; NULL: everything directly */
    uint64_t jitter_seed;              /* for back-off jitter; 0: from the clock */

    /* -- tests -- */
    int backoff_first_ms; /* 0: 1,000 */
};

/* NULL and *why set if the CA file cannot be read or the context cannot be made. */
struct net_service *net_service_create(const struct net_service_desc *desc, enum status *why);
void net_service_destroy(struct net_service *service); /* stops and joins; closes what is open */

bool net_service_start(struct net_service *service); /* false: no thread */
void net_service_stop(
    struct net_service *service); /* any thread; returns when the thread has ended */

/* Any thread: run call(user) on the service thread soon, in order. False: the queue (1,024) is
 * full. */
bool net_service_post(struct net_service *service, void (*call)(void *user), void *user);

/* Service thread: call(user) once, after delay_ms. The timer's memory is the caller's and stays
 * valid until it has fired or is cancelled. Scheduling again moves it. */
struct net_timer {
    void *opaque[16];
    struct net_service *service;
    void (*call)(void *user);
    void *user;
};
void net_timer_schedule(struct net_service *service, struct net_timer *timer, int64_t delay_ms,
                        void (*call)(void *user), void *user);
void net_timer_cancel(struct net_timer *timer); /* zeroed accepted */

/* Delay before try `attempt` (0, 1, …): 1 2 4 … 60 s (sixty times the first), each with +-20 %
 * jitter. */
int64_t net_service_backoff_ms(struct net_service *service, int attempt);
