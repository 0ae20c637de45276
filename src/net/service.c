#include "net/service.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "net/resolver.h"
#include "net/server_inside.h"
#include "net/service_inside.h"
#include "net/ws_client.h"

enum {
    LWS_TIMEOUT_S = 60,
    SERVICE_FD_COUNT_MAX = 512,
    SERVICE_HEAD_BYTES_MAX = 8192,
    SERVICE_GATHER_US = 500,
    BACKOFF_MS_FIRST = 1000,
    BACKOFF_RISE_MAX = 60 /* the longest is so many times the first */
};

/* What net_timer.opaque holds. */
struct timer_inside {
    lws_sorted_usec_list_t sul;
    struct net_timer *previous, *next; /* among service->timers */
};
static_assert(sizeof(struct timer_inside) <= sizeof(((struct net_timer *)0)->opaque),
              "a timer's inside fits its opaque part");
static_assert(offsetof(struct net_timer, opaque) == 0, "a sul's address is its timer's");

static const struct lws_protocols service_protocols[] = {
    {.name = "stream", .callback = stream_callback, .rx_buffer_size = WS_BUFFER_BYTES},
    {0},
};

/* libwebsockets calls a peer's misbehaviour an error; what matters comes to our callers with a
 * status. */
static void service_log(int level, const char *line) {
    (void)level;
    LOG_DEBUG("libwebsockets: %.*s", (int)strcspn(line, "\n"), line);
}

static void service_log_init(void) {
    lws_set_log_level(LLL_ERR | LLL_WARN, service_log);
}

static void service_wake(void *user) {
    struct net_service *service = user;
    lws_cancel_service(service->context);
}

static bool service_context_create(struct net_service *service) {
    struct lws_context_creation_info info = {
        .port = CONTEXT_PORT_NO_LISTEN,
        .protocols = service_protocols,
        .gid = -1,
        .uid = -1,
        .pt_serv_buf_size = WS_BUFFER_BYTES,
        .fd_limit_per_thread = SERVICE_FD_COUNT_MAX,
        .max_http_header_data = SERVICE_HEAD_BYTES_MAX,
        .timeout_secs = LWS_TIMEOUT_S,
        .options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS | LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT,
        .user = service,
    };
    service->context = lws_create_context(&info);
    if (service->context == NULL) {
        return false;
    }
    /* Streams bring their own TLS: their vhost has none. */
    info.options = 0;
    info.vhost_name = "streams";
    service->vhost = lws_create_vhost(service->context, &info);
    return service->vhost != NULL;
}

struct net_service *net_service_create(const struct net_service_desc *desc, enum status *why) {
    static pthread_once_t log_once = PTHREAD_ONCE_INIT;
    pthread_once(&log_once, service_log_init);
    *why = STATUS_MEMORY;
    struct net_service *service = calloc(1, sizeof(*service));
    if (service == NULL) {
        return NULL;
    }
    service->role = desc->role != THREAD_ANY ? desc->role : THREAD_NET;
    service->backoff_first_ms =
        desc->backoff_first_ms > 0 ? desc->backoff_first_ms : BACKOFF_MS_FIRST;
    if (desc->proxies != NULL) {
        service->proxies = *desc->proxies;
    }
    pthread_mutex_init(&service->lock, NULL);
    uint64_t seed = desc->jitter_seed != 0 ? desc->jitter_seed : (uint64_t)clock_mono_ns();
    random_init(&service->random, seed);
    *why = trust_init(&service->trust, desc->ca_file);
    if (*why != STATUS_OK) {
        net_service_destroy(service);
        return NULL;
    }
    *why = STATUS_MEMORY;
    if (!service_context_create(service)) {
        net_service_destroy(service);
        return NULL;
    }
    service->resolver = resolver_create(service_wake, service);
    if (service->resolver == NULL) {
        net_service_destroy(service);
        return NULL;
    }
    *why = STATUS_OK;
    return service;
}

static void service_run_posts(struct net_service *service) {
    pthread_mutex_lock(&service->lock);
    /* Only what is there now: a call that posts itself again must not keep the loop here. */
    for (size_t left = service->post_count; left > 0; left--) {
        struct service_post post = service->posts[service->post_first];
        service->post_first = (service->post_first + 1) % SERVICE_POST_COUNT_MAX;
        service->post_count--;
        pthread_mutex_unlock(&service->lock);
        post.call(post.user);
        pthread_mutex_lock(&service->lock);
    }
    bool more = service->post_count > 0;
    pthread_mutex_unlock(&service->lock);
    if (more) {
        lws_cancel_service(service->context);
    }
}

/* Everything that is open is closed, its owners are told, and libwebsockets is left.  On the
 * service's thread. */
static void service_end(struct net_service *service) {
    service->closing = true;
    stream_cancel_all(service);
    while (service->servers != NULL) {
        server_destroy(service->servers);
    }
    while (service->timers != NULL) {
        net_timer_cancel(service->timers);
    }
    resolver_destroy(service->resolver);
    service->resolver = NULL;
    pthread_mutex_lock(&service->lock);
    service->ended = true;
    service->post_count = 0;
    pthread_mutex_unlock(&service->lock);
    if (service->context != NULL) {
        lws_context_destroy(service->context);
        service->context = NULL;
    }
    server_free_graves(service);
}

/* Messages that come one by one, each in a TLS record and a packet of its own, cost a turn of the
 * event loop each: ten times what it takes to read and parse them. So turns that bring little are
 * SERVICE_GATHER_US apart. The first one after a silence is not held up; what gathers meanwhile
 * waits in the kernel. */
static void service_gather(struct net_service *service) {
    if (!service->trickled) {
        return;
    }
    service->trickled = false;
    clock_sleep_until_ns(service->trickled_ns + SERVICE_GATHER_US * INT64_C(1000));
    service->trickled_ns = clock_mono_ns();
}

static void service_run(void *user) {
    struct net_service *service = user;
    /* acquire: pairs with the release in net_service_stop; whatever it did before is visible here
     */
    while (!atomic_load_explicit(&service->stopping, memory_order_acquire)) {
        if (lws_service(service->context, 0) < 0) {
            LOG_ERROR("network service: the event loop failed; no connection works any more");
            break;
        }
        resolver_deliver(service->resolver);
        service_run_posts(service);
        service_gather(service);
    }
    service_end(service);
}

bool net_service_start(struct net_service *service) {
    assert(!service->thread.started);
    service->running = true;
    if (!thread_start(&service->thread, service->role, service_run, service)) {
        service->running = false;
        return false;
    }
    return true;
}

void net_service_stop(struct net_service *service) {
    if (service == NULL || !service->thread.started) {
        return;
    }
    /* release: see service_run */
    atomic_store_explicit(&service->stopping, true, memory_order_release);
    pthread_mutex_lock(&service->lock);
    if (!service->ended) {
        lws_cancel_service(service->context);
    }
    pthread_mutex_unlock(&service->lock);
    thread_join(&service->thread);
}

void net_service_destroy(struct net_service *service) {
    if (service == NULL) {
        return;
    }
    net_service_stop(service);
    if (!service->ended) {
        service_end(service); /* it never ran */
    }
    trust_finish(&service->trust);
    pthread_mutex_destroy(&service->lock);
    free(service);
}

bool net_service_post(struct net_service *service, void (*call)(void *user), void *user) {
    assert(call != NULL);
    pthread_mutex_lock(&service->lock);
    bool ok = !service->ended && service->post_count < SERVICE_POST_COUNT_MAX;
    if (ok) {
        size_t at = (service->post_first + service->post_count) % SERVICE_POST_COUNT_MAX;
        service->posts[at] = (struct service_post){.call = call, .user = user};
        service->post_count++;
        /* Under the lock: the context cannot be destroyed meanwhile.  One wake-up serves a run of
         * posts. */
        if (service->post_count == 1) {
            lws_cancel_service(service->context);
        }
    }
    pthread_mutex_unlock(&service->lock);
    return ok;
}

static struct timer_inside *timer_inside(struct net_timer *timer) {
    return (struct timer_inside *)(void *)timer->opaque;
}

static void timer_unlink(struct net_timer *timer) {
    struct timer_inside *inside = timer_inside(timer);
    if (inside->previous != NULL) {
        timer_inside(inside->previous)->next = inside->next;
    } else {
        timer->service->timers = inside->next;
    }
    if (inside->next != NULL) {
        timer_inside(inside->next)->previous = inside->previous;
    }
    timer->service = NULL;
}

static void timer_fire(lws_sorted_usec_list_t *sul) {
    struct net_timer *timer = (struct net_timer *)(void *)sul;
    timer_unlink(timer);
    timer->call(timer->user); /* may schedule the timer again or free it */
}

void net_timer_schedule(struct net_service *service, struct net_timer *timer, int64_t delay_ms,
                        void (*call)(void *user), void *user) {
    service_assert(service);
    assert(call != NULL);
    net_timer_cancel(timer);
    if (service->closing) {
        return;
    }
    memset(timer, 0, sizeof(*timer));
    timer->service = service;
    timer->call = call;
    timer->user = user;
    struct timer_inside *inside = timer_inside(timer);
    inside->next = service->timers;
    if (inside->next != NULL) {
        timer_inside(inside->next)->previous = timer;
    }
    service->timers = timer;
    lws_usec_t delay_us = delay_ms > 0 ? (lws_usec_t)delay_ms * 1000 : 1;
    lws_sul_schedule(service->context, 0, &inside->sul, timer_fire, delay_us);
}

void net_timer_cancel(struct net_timer *timer) {
    if (timer->service == NULL) {
        return;
    }
    service_assert(timer->service);
    lws_sul_cancel(&timer_inside(timer)->sul);
    timer_unlink(timer);
}

int64_t net_service_backoff_ms(struct net_service *service, int attempt) {
    service_assert(service);
    const int64_t first_ms = service->backoff_first_ms, most_ms = first_ms * BACKOFF_RISE_MAX;
    int64_t delay_ms = first_ms;
    for (int i = 0; i < attempt && delay_ms < most_ms; i++) {
        delay_ms *= 2;
    }
    delay_ms = delay_ms < most_ms ? delay_ms : most_ms;
    double jitter = 0.8 + 0.4 * random_uniform(&service->random);
    return (int64_t)((double)delay_ms * jitter);
}
