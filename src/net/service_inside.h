/* net/service_inside.h - what the files of this room know about a service; other rooms include
 * net/service.h.
 *
 * Thread: the service's, but for the queue of posts. */
#pragma once

#include <libwebsockets.h>

#include "base/random.h"
#include "net/proxy.h"
#include "net/service.h"
#include "net/trust.h"

enum { SERVICE_POST_COUNT_MAX = 1024, SERVICE_REQUEST_COUNT_MAX = 64 };

struct resolver;
struct stream;
struct http_request;

struct service_post {
    void (*call)(void *user);
    void *user;
};

struct net_service {
    enum thread_role role;
    struct thread thread;
    struct lws_context *context; /* owned; destroyed by the service's own thread when that ends */
    struct lws_vhost *vhost;     /* borrowed from context: the event loop's side of all streams */
    struct trust trust;
    struct proxy_rules proxies;
    int backoff_first_ms;
    struct resolver *resolver; /* owned */
    struct random random;
    bool closing; /* nothing new may be opened */
    bool running; /* set before its thread exists: until then the creator may call everything */

    struct net_timer *timers;         /* borrowed: those that are scheduled */
    struct stream *streams;           /* owned by their openers; cut off when the service ends */
    struct net_server *servers;       /* owned */
    struct net_server *server_graves; /* owned: destroyed, but the context may still name them */
    struct http_request *requests;    /* owned, under way */
    int request_count;

    bool trickled;       /* streams brought little since the turn before */
    int64_t trickled_ns; /* when they were read last */

    /* -- atomic: any thread sets, the service reads -- */
    atomic_bool stopping;

    /* -- protected by lock -- */
    pthread_mutex_t lock;
    struct service_post posts[SERVICE_POST_COUNT_MAX];
    size_t post_first, post_count;
    bool ended; /* the context is gone, nothing is queued any more */
};

#define service_assert(service)                                                                    \
    do {                                                                                           \
        if ((service)->running) {                                                                  \
            thread_assert((service)->role);                                                        \
        }                                                                                          \
    } while (0)

/* The callback of every stream's descriptor; lives in stream.c. */
int stream_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                    size_t len);
/* Close every stream with STATUS_CANCELLED, telling its owner. */
void stream_cancel_all(struct net_service *service);
