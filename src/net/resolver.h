/* net/resolver.h - names to addresses, on a thread of its own so that no feed waits for a name
 * server.
 *
 * Thread: resolver_ask, resolver_forget, resolver_deliver and resolver_destroy on the service's;
 * getaddrinfo on THREAD_RESOLVER, which starts with the first question.  Owner: the service. Limit:
 * RESOLVER_ASKED_MAX questions under way. */
#pragma once

#include <stdbool.h>

enum { RESOLVER_ASKED_MAX = 64, RESOLVER_ADDRESS_MAX = 8, RESOLVER_ADDRESS_BYTES = 46 };

struct resolver;

struct resolver_answer {
    int count; /* 0: not found */
    char addresses[RESOLVER_ADDRESS_MAX]
                  [RESOLVER_ADDRESS_BYTES]; /* numeric, in the system's order of preference */
    const char *reason;                     /* why there is none; static storage */
};

typedef void (*resolver_fn)(void *user, const struct resolver_answer *answer);

/* wake(wake_user) is called from the resolver's thread when resolver_deliver has something to do.
 * NULL: memory. */
struct resolver *resolver_create(void (*wake)(void *wake_user), void *wake_user);
/* Returns at once: a look-up that is under way is left to end by itself and is then forgotten. */
void resolver_destroy(struct resolver *resolver);

/* on_answer(user, …) comes later, out of resolver_deliver. False: too many are under way, or no
 * thread. */
bool resolver_ask(struct resolver *resolver, const char *host, resolver_fn on_answer, void *user);
void resolver_forget(struct resolver *resolver, void *user); /* no answer for this user any more */
void resolver_deliver(struct resolver *resolver);            /* hand out what has been found */
