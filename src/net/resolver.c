#include "net/resolver.h"

#include <arpa/inet.h>
#include <assert.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/str.h"
#include "base/thread.h"

enum question_state { QUESTION_NONE, QUESTION_WAITING, QUESTION_ASKED, QUESTION_ANSWERED };

struct question {
    enum question_state state;
    uint64_t sequence; /* order of asking */
    char host[256];
    resolver_fn on_answer; /* NULL: forgotten */
    void *user;            /* borrowed */
    struct resolver_answer answer;
};

/* Freed by whichever of the two leaves last: the owner must not wait for a name server that takes
 * half a minute. */
struct resolver {
    struct thread thread;
    pthread_mutex_t lock;
    pthread_cond_t asked;
    /* -- protected by lock -- */
    struct question questions[RESOLVER_ASKED_MAX];
    uint64_t sequence;
    void (*wake)(void *wake_user); /* NULL once the owner has left */
    void *wake_user;
    bool running;
};

static void resolver_free(struct resolver *resolver) {
    pthread_cond_destroy(&resolver->asked);
    pthread_mutex_destroy(&resolver->lock);
    free(resolver);
}

struct resolver *resolver_create(void (*wake)(void *wake_user), void *wake_user) {
    struct resolver *resolver = calloc(1, sizeof(*resolver));
    if (resolver == NULL) {
        return NULL;
    }
    pthread_mutex_init(&resolver->lock, NULL);
    pthread_cond_init(&resolver->asked, NULL);
    resolver->wake = wake;
    resolver->wake_user = wake_user;
    return resolver;
}

static void resolver_look_up(const char *host, struct resolver_answer *answer) {
    memset(answer, 0, sizeof(*answer));
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG};
    struct addrinfo *found = NULL;
    int error = getaddrinfo(host, NULL, &hints, &found);
    if (error != 0 && error != EAI_AGAIN) {
        /* A machine whose only interface is loopback has no configured address family. */
        hints.ai_flags = 0;
        error = getaddrinfo(host, NULL, &hints, &found);
    }
    if (error != 0) {
        answer->reason = gai_strerror(error);
        return;
    }
    for (struct addrinfo *at = found; at != NULL && answer->count < RESOLVER_ADDRESS_MAX;
         at = at->ai_next) {
        const void *bytes = NULL;
        if (at->ai_family == AF_INET) {
            bytes = &((const struct sockaddr_in *)(const void *)at->ai_addr)->sin_addr;
        } else if (at->ai_family == AF_INET6) {
            bytes = &((const struct sockaddr_in6 *)(const void *)at->ai_addr)->sin6_addr;
        }
        if (bytes != NULL && inet_ntop(at->ai_family, bytes, answer->addresses[answer->count],
                                       RESOLVER_ADDRESS_BYTES) != NULL) {
            answer->count++;
        }
    }
    answer->reason = answer->count > 0 ? NULL : "no address";
    freeaddrinfo(found);
}

/* The oldest question in that state, NULL if none. Call with the lock held. */
static struct question *resolver_oldest(struct resolver *resolver, enum question_state state) {
    struct question *oldest = NULL;
    for (int i = 0; i < RESOLVER_ASKED_MAX; i++) {
        struct question *question = &resolver->questions[i];
        if (question->state == state && (oldest == NULL || question->sequence < oldest->sequence)) {
            oldest = question;
        }
    }
    return oldest;
}

static void resolver_run(void *user) {
    struct resolver *resolver = user;
    pthread_mutex_lock(&resolver->lock);
    while (resolver->wake != NULL) {
        struct question *question = resolver_oldest(resolver, QUESTION_WAITING);
        if (question == NULL) {
            pthread_cond_wait(&resolver->asked, &resolver->lock);
            continue;
        }
        question->state = QUESTION_ASKED;
        char host[sizeof(question->host)];
        (void)str_copy(host, sizeof(host), question->host);
        pthread_mutex_unlock(&resolver->lock);
        struct resolver_answer answer;
        resolver_look_up(host, &answer);
        pthread_mutex_lock(&resolver->lock);
        question->answer = answer;
        question->state = QUESTION_ANSWERED;
        if (resolver->wake != NULL) {
            resolver->wake(resolver->wake_user);
        }
    }
    pthread_mutex_unlock(&resolver->lock);
    resolver_free(resolver);
}

void resolver_destroy(struct resolver *resolver) {
    if (resolver == NULL) {
        return;
    }
    pthread_mutex_lock(&resolver->lock);
    bool running = resolver->running;
    pthread_t handle = resolver->thread.handle;
    resolver->wake = NULL;
    if (running) {
        pthread_detach(handle); /* under the lock: the thread frees resolver only after taking it */
    }
    pthread_cond_signal(&resolver->asked);
    pthread_mutex_unlock(&resolver->lock);
    if (!running) {
        resolver_free(resolver);
    }
}

bool resolver_ask(struct resolver *resolver, const char *host, resolver_fn on_answer, void *user) {
    assert(on_answer != NULL);
    bool ok = false;
    pthread_mutex_lock(&resolver->lock);
    if (!resolver->running) {
        resolver->running =
            thread_start(&resolver->thread, THREAD_RESOLVER, resolver_run, resolver);
    }
    struct question *question = resolver_oldest(resolver, QUESTION_NONE);
    if (resolver->running && question != NULL &&
        str_copy(question->host, sizeof(question->host), host)) {
        question->on_answer = on_answer;
        question->user = user;
        question->sequence = ++resolver->sequence;
        question->state = QUESTION_WAITING;
        pthread_cond_signal(&resolver->asked);
        ok = true;
    }
    pthread_mutex_unlock(&resolver->lock);
    return ok;
}

void resolver_forget(struct resolver *resolver, void *user) {
    pthread_mutex_lock(&resolver->lock);
    for (int i = 0; i < RESOLVER_ASKED_MAX; i++) {
        struct question *question = &resolver->questions[i];
        if (question->state == QUESTION_NONE || question->user != user) {
            continue;
        }
        question->on_answer = NULL;
        if (question->state != QUESTION_ASKED) {
            question->state = QUESTION_NONE; /* nobody works on it: its place is free */
        }
    }
    pthread_mutex_unlock(&resolver->lock);
}

void resolver_deliver(struct resolver *resolver) {
    for (;;) {
        pthread_mutex_lock(&resolver->lock);
        struct question *question = resolver_oldest(resolver, QUESTION_ANSWERED);
        if (question == NULL) {
            pthread_mutex_unlock(&resolver->lock);
            return;
        }
        resolver_fn on_answer = question->on_answer;
        void *user = question->user;
        struct resolver_answer answer = question->answer;
        question->state = QUESTION_NONE;
        question->sequence = 0;
        pthread_mutex_unlock(&resolver->lock);
        if (on_answer != NULL) {
            on_answer(user, &answer);
        }
    }
}
