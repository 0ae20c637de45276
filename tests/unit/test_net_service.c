/* Posts from many threads, timers, back-off, names, and ending at any moment. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/str.h"
#include "base/thread.h"
#include "net/resolver.h"
#include "net/server.h"
#include "net/url.h"
#include "net/ws_client.h"
#include "support/net_rig.h"

enum { POSTER_COUNT = 4, POST_COUNT = 3000 };

static struct net_service *service_create(void) {
    enum status why = STATUS_OK;
    struct net_service *service =
        net_service_create(&(struct net_service_desc){.jitter_seed = 5}, &why);
    assert_non_null(service);
    return service;
}

struct poster {
    struct net_service *service;
    struct thread thread;
    int seen; /* service thread only */
    bool ordered;
    struct poster_item {
        struct poster *poster;
        int number;
    } items[POST_COUNT];
};

static void poster_take(void *user) {
    const struct poster_item *item = user;
    assert_int_equal(thread_current_role(), THREAD_NET);
    item->poster->ordered &= item->number == item->poster->seen;
    item->poster->seen++;
}

static void poster_run(void *user) {
    struct poster *poster = user;
    for (int i = 0; i < POST_COUNT; i++) {
        poster->items[i] = (struct poster_item){poster, i};
        while (!net_service_post(poster->service, poster_take, &poster->items[i])) {
            clock_sleep_until_ns(clock_mono_ns() + 50000); /* the queue is full */
        }
    }
}

static void nothing(void *user) {
    (void)user;
}

static void posts_of_many_threads_all_run_in_order(void **state) {
    (void)state;
    static struct poster posters[POSTER_COUNT];
    struct net_service *service = service_create();
    assert_true(net_service_start(service));
    for (int i = 0; i < POSTER_COUNT; i++) {
        posters[i] = (struct poster){.service = service, .ordered = true};
        assert_true(thread_start(&posters[i].thread, THREAD_ANY, poster_run, &posters[i]));
    }
    for (int i = 0; i < POSTER_COUNT; i++) {
        thread_join(&posters[i].thread);
    }
    assert_true(rig_run(service, nothing, NULL));
    for (int i = 0; i < POSTER_COUNT; i++) {
        assert_int_equal(posters[i].seen, POST_COUNT);
        assert_true(posters[i].ordered);
    }
    net_service_stop(service);
    assert_false(net_service_post(service, nothing, NULL));
    net_service_destroy(service);
}

static void full_queue_refuses(void **state) {
    (void)state;
    struct net_service *service = service_create();
    for (int i = 0; i < 1024; i++) {
        assert_true(net_service_post(service, nothing, NULL));
    }
    assert_false(net_service_post(service, nothing, NULL));
    net_service_destroy(service); /* never started */
    net_service_destroy(NULL);
}

struct clockwork {
    struct net_service *service;
    struct net_timer first, second, never;
    atomic_int fired;
    int order[8];
    int64_t begin_ns, end_ns;
};

static void clockwork_second(void *user) {
    struct clockwork *clockwork = user;
    clockwork->order[clockwork->fired] = 2;
    clockwork->end_ns = clock_mono_ns();
    rig_count(&clockwork->fired);
}

static void clockwork_first(void *user) {
    struct clockwork *clockwork = user;
    clockwork->order[clockwork->fired] = 1;
    net_timer_cancel(&clockwork->never);
    rig_count(&clockwork->fired);
    if (clockwork->fired < 3) {
        net_timer_schedule(clockwork->service, &clockwork->first, 1, clockwork_first, clockwork);
    }
}

static void clockwork_never(void *user) {
    struct clockwork *clockwork = user;
    clockwork->order[7] = 7;
}

static void clockwork_begin(void *user) {
    struct clockwork *clockwork = user;
    struct net_timer zeroed = {0};
    net_timer_cancel(&zeroed);
    clockwork->begin_ns = clock_mono_ns();
    net_timer_schedule(clockwork->service, &clockwork->second, 1, clockwork_never, clockwork);
    net_timer_schedule(clockwork->service, &clockwork->second, 30, clockwork_second, clockwork);
    net_timer_schedule(clockwork->service, &clockwork->never, 20, clockwork_never, clockwork);
    net_timer_schedule(clockwork->service, &clockwork->first, 1, clockwork_first, clockwork);
}

static void timers_fire_in_time_move_and_are_cancelled(void **state) {
    (void)state;
    struct clockwork clockwork = {.service = service_create()};
    assert_true(net_service_start(clockwork.service));
    assert_true(rig_run(clockwork.service, clockwork_begin, &clockwork));
    assert_true(rig_wait(&clockwork.fired, 4));
    static const int want[] = {1, 1, 1, 2};
    assert_memory_equal(clockwork.order, want, sizeof(want));
    assert_int_equal(clockwork.order[7], 0);
    assert_true(clockwork.end_ns - clockwork.begin_ns >= 30 * 1000000);
    assert_true(rig_run(clockwork.service, clockwork_begin, &clockwork)); /* left running */
    net_service_destroy(clockwork.service);
    net_timer_cancel(&clockwork.second); /* the service is gone, and has let go of it */
}

static void backoff_doubles_up_to_a_minute_with_jitter(void **state) {
    (void)state;
    struct net_service *service = service_create();
    static const int64_t wants_ms[] = {1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000};
    bool differs = false;
    for (int attempt = 0; attempt < 8; attempt++) {
        int64_t first_ms = net_service_backoff_ms(service, attempt);
        for (int again = 0; again < 50; again++) {
            int64_t delay_ms = net_service_backoff_ms(service, attempt);
            differs |= delay_ms != first_ms;
            assert_in_range(delay_ms, wants_ms[attempt] * 8 / 10, wants_ms[attempt] * 12 / 10);
        }
    }
    assert_true(differs);
    assert_in_range(net_service_backoff_ms(service, 1000000), 48000, 72000);
    net_service_destroy(service);
}

struct asking {
    struct resolver *resolver;
    atomic_int woken, answered;
    struct resolver_answer answer;
};

static void asking_wake(void *user) {
    struct asking *asking = user;
    rig_count(&asking->woken);
}

static void asking_answered(void *user, const struct resolver_answer *answer) {
    struct asking *asking = user;
    asking->answer = *answer;
    rig_count(&asking->answered);
}

static void names_are_resolved_forgotten_and_refused(void **state) {
    (void)state;
    static struct asking asking;
    asking = (struct asking){0};
    asking.resolver = resolver_create(asking_wake, &asking);
    assert_non_null(asking.resolver);
    assert_true(resolver_ask(asking.resolver, "localhost", asking_answered, &asking));
    assert_true(rig_wait(&asking.woken, 1));
    assert_int_equal(asking.answered, 0); /* not before it is asked for */
    resolver_deliver(asking.resolver);
    assert_int_equal(asking.answered, 1);
    assert_true(asking.answer.count >= 1);
    assert_true(url_address_is_loopback(asking.answer.addresses[0]));

    assert_true(resolver_ask(asking.resolver, "no such name.invalid", asking_answered, &asking));
    assert_true(rig_wait(&asking.woken, 2));
    resolver_deliver(asking.resolver);
    assert_int_equal(asking.answer.count, 0);
    assert_non_null(asking.answer.reason);

    /* A forgotten question is never answered, and does not hold up the next one. Whether the thread
     * had begun to work on it, and so wakes for it, is chance. */
    static struct asking forgotten;
    forgotten = (struct asking){0};
    assert_true(resolver_ask(asking.resolver, "localhost", asking_answered, &forgotten));
    resolver_forget(asking.resolver, &forgotten);
    assert_true(resolver_ask(asking.resolver, "localhost", asking_answered, &asking));
    for (int woken = 3; asking.answered < 3; woken++) {
        assert_true(rig_wait(&asking.woken, woken));
        resolver_deliver(asking.resolver);
    }
    assert_int_equal(asking.answered, 3);
    assert_int_equal(forgotten.answered, 0);

    int accepted = 0;
    while (accepted <= RESOLVER_ASKED_MAX &&
           resolver_ask(asking.resolver, "localhost", asking_answered, &asking)) {
        accepted++;
    }
    assert_int_equal(accepted, RESOLVER_ASKED_MAX);
    resolver_destroy(asking.resolver); /* with questions under way */
}

struct ending {
    struct rig rig;
    char url[64];
    atomic_int opened, closed;
    struct net_server *server;
};

static void ending_on_open(void *user) {
    struct ending *ending = user;
    rig_count(&ending->opened);
}

static void ending_on_message(void *user, const char *bytes, size_t len, bool binary,
                              int64_t recv_ns) {
    (void)user;
    (void)bytes;
    (void)len;
    (void)binary;
    (void)recv_ns;
}

static void ending_open(void *user);

static void ending_on_close(void *user, enum status status, const char *reason) {
    struct ending *ending = user;
    (void)reason;
    assert_true(status == STATUS_CANCELLED || status == STATUS_CLOSED);
    rig_count(&ending->closed);
    if (status == STATUS_CANCELLED) {
        ending_open(ending); /* refused: the service is ending */
    }
}

static const struct ws_client_ops ending_ops = {
    .on_open = ending_on_open, .on_message = ending_on_message, .on_close = ending_on_close};

static void ending_open(void *user) {
    struct ending *ending = user;
    enum status why = STATUS_OK;
    (void)ws_client_open(
        ending->rig.client,
        &(struct ws_client_desc){.url = ending->url, .ops = &ending_ops, .user = ending}, &why);
}

static const struct server_ops ending_server_ops = {0};

static void ending_create(struct ending *ending) {
    memset(ending, 0, sizeof(*ending));
    assert_true(rig_create(&ending->rig, NULL));
    enum status why = STATUS_OK;
    ending->server =
        server_create(ending->rig.server, &(struct server_desc){.ops = &ending_server_ops}, &why);
    assert_non_null(ending->server);
    (void)str_format(ending->url, sizeof(ending->url), "ws://localhost:%d/",
                     server_port(ending->server));
    assert_true(rig_start(&ending->rig));
}

static void service_ends_with_connections_in_every_state(void **state) {
    (void)state;
    for (int delay_us = 0; delay_us < 4000; delay_us += 400) {
        struct ending ending;
        ending_create(&ending);
        for (int i = 0; i < 4; i++) {
            assert_true(rig_run(ending.rig.client, ending_open, &ending));
        }
        clock_sleep_until_ns(clock_mono_ns() + delay_us * 1000);
        rig_destroy(&ending.rig);
        assert_int_equal(ending.closed, 4);
    }
}

static void ending_destroy_server(void *user) {
    struct ending *ending = user;
    server_destroy(ending->server);
}

static void destroyed_server_cuts_its_connections_and_refuses_more(void **state) {
    (void)state;
    struct ending ending;
    ending_create(&ending);
    assert_true(rig_run(ending.rig.client, ending_open, &ending));
    assert_true(rig_wait(&ending.opened, 1));
    assert_true(rig_run(ending.rig.server, ending_destroy_server, &ending));
    assert_true(rig_wait(&ending.closed, 1));
    assert_true(rig_run(ending.rig.client, ending_open, &ending));
    assert_true(rig_wait(&ending.closed, 2));
    assert_int_equal(ending.opened, 1);
    rig_destroy(&ending.rig);
}

static void port_is_free_again_after_the_service(void **state) {
    (void)state;
    struct ending ending;
    ending_create(&ending);
    int port = server_port(ending.server);
    rig_destroy(&ending.rig);
    struct rig other;
    enum status why = STATUS_OK;
    assert_true(rig_create(&other, NULL));
    assert_non_null(server_create(
        other.server, &(struct server_desc){.ops = &ending_server_ops, .port = port}, &why));
    rig_destroy(&other);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(posts_of_many_threads_all_run_in_order),
        cmocka_unit_test(full_queue_refuses),
        cmocka_unit_test(timers_fire_in_time_move_and_are_cancelled),
        cmocka_unit_test(backoff_doubles_up_to_a_minute_with_jitter),
        cmocka_unit_test(names_are_resolved_forgotten_and_refused),
        cmocka_unit_test(service_ends_with_connections_in_every_state),
        cmocka_unit_test(destroyed_server_cuts_its_connections_and_refuses_more),
        cmocka_unit_test(port_is_free_again_after_the_service),
    };
    return cmocka_run_group_tests_name("net_service", tests, NULL, NULL);
}
