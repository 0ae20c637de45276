/* support/pipeline.h - the whole way of the data for tests and benches: simulated exchange, TLS,
 * feed, ring, engine thread, scenes.
 *
 * Thread: the test's, which plays main.  Owner: the test.  Everything is real but the market. */
#pragma once

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mailbox.h"
#include "base/thread.h"
#include "engine/engine.h"
#include "engine/engine_thread.h"
#include "net/service.h"
#include "scene/scene.h"
#include "sim/exchange_server.h"
#include "support/certs.h"
#include "support/exchange_process.h"
#include "venue/venue.h"

struct pipeline_desc {
    struct exchange_server_desc server; /* certificate files are filled in here */
    const char *certificate;            /* of certs.h: "good", "expired" …; NULL: plain */
    int64_t history_ms;                 /* 0: two hours; < 0: none */
    int stall_ms;                       /* 0: the feed's own */
    size_t ring_slots;
    bool hold_engine; /* start its thread later, with pipeline_start_engine */
    struct event_sink (*wrap_sink)(struct event_sink sink); /* between feed and ring; NULL: none */
    struct exchange_process *outside; /* serves instead of a thread; borrowed; NULL: a thread */
};

struct pipeline {
    struct certs certs;
    bool has_certs;
    bool stopped;
    struct exchange_server *server; /* NULL: it is outside */
    struct exchange_process *outside;
    struct instrument_table *table;
    struct net_service *service;
    struct engine *engine;
    struct engine_thread *thread;
    struct mailbox scenes;
    struct waker published;
    struct event_source source;
    struct venue_feed *feed;
    uint16_t instrument;
    const struct scene *scene; /* newest taken; zeroed before the first */
    int64_t scene_count;
};

static inline bool pipeline_fail(const char *what) {
    fprintf(stderr, "pipeline: %s\n", what);
    return false;
}

static inline bool pipeline_open_server(struct pipeline *pipe, const struct pipeline_desc *desc) {
    struct exchange_server_desc server = desc->server;
    char cert[CERTS_PATH_BYTES];
    char key[CERTS_PATH_BYTES];
    if (desc->certificate != NULL) {
        pipe->has_certs = certs_create(&pipe->certs);
        if (!pipe->has_certs) {
            return pipeline_fail("no certificates");
        }
        server.cert_file = certs_path(&pipe->certs, desc->certificate, "pem", cert);
        server.key_file = certs_path(&pipe->certs, desc->certificate, "key", key);
    }
    if (desc->outside != NULL) {
        pipe->outside = desc->outside;
        return exchange_process_start(pipe->outside, &server) ||
               pipeline_fail("the exchange's process does not serve");
    }
    enum status why = STATUS_OK;
    pipe->server = exchange_server_create(&server, &why);
    if (pipe->server == NULL || !exchange_server_start(pipe->server)) {
        return pipeline_fail(status_text(why));
    }
    for (int i = 0; i < 6000; i++) {
        struct exchange_counts counts = {0};
        exchange_server_get_counts(pipe->server, &counts);
        if (counts.serving) {
            return true;
        }
        clock_sleep_until_ns(clock_mono_ns() + 10000000);
    }
    return pipeline_fail("the exchange does not serve");
}

static inline bool pipeline_open_engine(struct pipeline *pipe, const struct pipeline_desc *desc) {
    pipe->table = instrument_table_create();
    if (pipe->table == NULL || !waker_init(&pipe->published) ||
        !mailbox_init(&pipe->scenes, sizeof(struct scene))) {
        return pipeline_fail("no memory");
    }
    pipe->instrument = instrument_add(pipe->table, VENUE_BINANCE_USDM, "BTCUSDT", 7);
    pipe->scene = mailbox_front(&pipe->scenes);
    pipe->engine = engine_create(&(struct engine_desc){
        .instruments = pipe->table, .wanted_count = 1, .wanted = {pipe->instrument}});
    if (pipe->engine == NULL) {
        return pipeline_fail("no engine");
    }
    pipe->thread =
        engine_thread_create(&(struct engine_thread_desc){.engine = pipe->engine,
                                                          .scenes = &pipe->scenes,
                                                          .ring_slots = desc->ring_slots,
                                                          .published = &pipe->published});
    return pipe->thread != NULL || pipeline_fail("no engine thread");
}

static inline bool pipeline_open_feed(struct pipeline *pipe, const struct pipeline_desc *desc) {
    char ca[CERTS_PATH_BYTES];
    struct net_service_desc service = {.role = THREAD_NET, .jitter_seed = 1};
    if (pipe->has_certs) {
        service.ca_file = certs_path(&pipe->certs, "ca", "pem", ca);
    }
    enum status why = STATUS_OK;
    pipe->service = net_service_create(&service, &why);
    if (pipe->service == NULL || !net_service_start(pipe->service)) {
        return pipeline_fail(status_text(why));
    }
    static const char *const symbols[] = {"BTCUSDT"};
    struct venue_feed_desc feed = {
        .service = pipe->service,
        .instruments = pipe->table,
        .symbols = symbols,
        .symbol_count = 1,
        .ws_url = pipe->outside != NULL ? pipe->outside->address.ws_url
                                        : exchange_server_ws_base_url(pipe->server),
        .rest_url = pipe->outside != NULL ? pipe->outside->address.rest_url
                                          : exchange_server_rest_base_url(pipe->server),
        .history_ms = desc->history_ms != 0 ? desc->history_ms : 2 * 3600 * 1000,
        .oi_poll_ms = 500,
        .stall_ms = desc->stall_ms,
        .demo = true,
    };
    why = venue_open_source(VENUE_BINANCE_USDM, &feed, &pipe->source, &pipe->feed);
    if (why != STATUS_OK) {
        return pipeline_fail(status_text(why));
    }
    struct event_sink sink = engine_thread_sink(pipe->thread, 0);
    if (desc->wrap_sink != NULL) {
        sink = desc->wrap_sink(sink);
    }
    why = pipe->source.ops->start(pipe->source.self, &sink);
    return why == STATUS_OK || pipeline_fail(status_text(why));
}

static inline bool pipeline_start_engine(struct pipeline *pipe) {
    return engine_thread_start(pipe->thread) || pipeline_fail("no engine thread");
}

/* False: says why on standard error; pipeline_close all the same. */
static inline bool pipeline_open(struct pipeline *pipe, const struct pipeline_desc *desc) {
    *pipe = (struct pipeline){.published = {.fd = -1}};
    return pipeline_open_server(pipe, desc) && pipeline_open_engine(pipe, desc) &&
           (desc->hold_engine || pipeline_start_engine(pipe)) && pipeline_open_feed(pipe, desc);
}

/* No more events: the feed has stopped, the engine has applied what it pushed. */
static inline void pipeline_stop(struct pipeline *pipe) {
    if (pipe->stopped) {
        return;
    }
    pipe->stopped = true;
    if (pipe->source.ops != NULL) {
        pipe->source.ops->stop(pipe->source.self);
    }
    if (pipe->thread != NULL) {
        engine_thread_stop(pipe->thread);
    }
}

static inline void pipeline_close(struct pipeline *pipe) {
    pipeline_stop(pipe);
    event_source_destroy(&pipe->source);
    net_service_destroy(pipe->service);
    engine_thread_destroy(pipe->thread);
    engine_destroy(pipe->engine);
    mailbox_finish(&pipe->scenes);
    waker_finish(&pipe->published);
    instrument_table_destroy(pipe->table);
    exchange_server_destroy(pipe->server);
    if (pipe->outside != NULL) {
        exchange_process_end(pipe->outside);
    }
    if (pipe->has_certs) {
        certs_remove(&pipe->certs);
    }
}

/* Take the newest scene, waiting up to timeout_ms for one. */
static inline bool pipeline_take(struct pipeline *pipe, int timeout_ms) {
    waker_arm(&pipe->published);
    bool taken = mailbox_take(&pipe->scenes);
    waker_wait(&pipe->published, taken ? 0 : timeout_ms);
    if (!taken) {
        taken = mailbox_take(&pipe->scenes);
    }
    if (taken) {
        pipe->scene = mailbox_front(&pipe->scenes);
        pipe->scene_count++;
    }
    return taken;
}

/* Take scenes until one is as wanted; false after timeout_ms. */
static inline bool pipeline_wait(struct pipeline *pipe, bool (*wanted)(const struct scene *),
                                 int timeout_ms) {
    int64_t until_ns = clock_mono_ns() + (int64_t)timeout_ms * 1000000;
    while (clock_mono_ns() < until_ns) {
        if (pipeline_take(pipe, 50) && wanted(pipe->scene)) {
            return true;
        }
    }
    const struct scene *scene = pipe->scene;
    const struct scene_instrument *view = &scene->instruments[0];
    fprintf(stderr,
            "pipeline: not within %d ms. Last scene %llu: %d instruments, mark %g, book %d, oi %g, "
            "estimate %g, history until %lld, %d gaps, %d prints, applied %lld, lost %lld, "
            "malformed %lld\n",
            timeout_ms, (unsigned long long)scene->sequence, scene->instrument_count, view->mark,
            view->book_valid, view->oi_base, view->estimate_usd[0],
            (long long)view->history_until_ms, view->gap_count, view->print_count,
            (long long)scene->events_applied, (long long)scene->events_lost,
            (long long)scene->events_malformed);
    for (int i = 0; i < scene->feed_count; i++) {
        fprintf(stderr, "pipeline: feed %d: state %d \"%s\"\n", scene->feeds[i].venue,
                scene->feeds[i].state, scene->feeds[i].reason);
    }
    return false;
}

/* Everything that a healthy feed brings has come. */
static inline bool pipeline_is_full(const struct scene *scene) {
    const struct scene_instrument *view = &scene->instruments[0];
    return scene->instrument_count == 1 && scene->feed_count == 1 &&
           scene->feeds[0].state == FEED_LIVE && view->mark > 0.0 && view->last > 0.0 &&
           view->index > 0.0 && view->book_valid && view->bid > 0.0 && view->ask > view->bid &&
           view->oi_base > 0.0 && view->estimate_usd[0] > 0.0 && view->estimate_usd[1] > 0.0;
}
