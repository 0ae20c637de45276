/* support/exchange_rig.h - the simulated exchange with up to two listeners and a REST client, for
 * its tests.
 *
 * Included after cmocka: what goes wrong here fails the test. Thread: the test's. Messages are kept
 * as text. */
#pragma once

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "net/http_client.h"
#include "net/inflate.h"
#include "net/ws_client.h"
#include "sim/exchange_server.h"
#include "support/net_rig.h"

enum { KEPT_MAX = 4096, TEXT_BYTES = 1024, PATH_BYTES = 256, WAIT_MS = 20000 };

/* -- a client that keeps what it hears -- */

struct ear {
    struct net_service *service;
    char url[PATH_BYTES];
    struct ws_client *client;
    struct ws_client_desc desc;

    /* -- protected by lock -- */
    pthread_mutex_t lock;
    char *texts[KEPT_MAX];
    int count;
    int opened, closed;
    enum status status;
    char reason[128];
};

static inline void ear_on_open(void *user) {
    struct ear *ear = user;
    pthread_mutex_lock(&ear->lock);
    ear->opened++;
    pthread_mutex_unlock(&ear->lock);
}

/* A binary message is a gzip stream; *bytes stays valid as long as the inflater, which the caller
 * destroys. */
static inline struct inflater *ear_unpack(const char **bytes, size_t *len) {
    enum { UNPACKED_MAX = 16 * 1024 * 1024 };
    struct inflater *inflater = inflate_create(INFLATE_WHOLE, UNPACKED_MAX);
    struct span text;
    if (inflater != NULL && inflate_run(inflater, *bytes, *len, &text) == STATUS_OK) {
        *bytes = text.bytes;
        *len = text.len;
    }
    return inflater;
}

static inline void ear_on_message(void *user, const char *bytes, size_t len, bool binary,
                                  int64_t recv_ns) {
    struct ear *ear = user;
    struct inflater *inflater = binary ? ear_unpack(&bytes, &len) : NULL;
    (void)recv_ns;
    pthread_mutex_lock(&ear->lock);
    if (ear->count < KEPT_MAX) {
        char *text = malloc(len + 1);
        if (len > 0) {
            memcpy(text, bytes, len);
        }
        text[len] = '\0';
        ear->texts[ear->count++] = text;
    }
    pthread_mutex_unlock(&ear->lock);
    inflate_destroy(inflater);
}

static inline void ear_on_close(void *user, enum status status, const char *reason) {
    struct ear *ear = user;
    pthread_mutex_lock(&ear->lock);
    ear->closed++;
    ear->client = NULL;
    ear->status = status;
    (void)str_copy(ear->reason, sizeof ear->reason, reason);
    pthread_mutex_unlock(&ear->lock);
}

static inline void ear_open(void *user) {
    static const struct ws_client_ops ops = {
        .on_open = ear_on_open, .on_message = ear_on_message, .on_close = ear_on_close};
    struct ear *ear = user;
    enum status why = STATUS_OK;
    ear->desc = (struct ws_client_desc){.url = ear->url, .ops = &ops, .user = ear};
    ear->client = ws_client_open(ear->service, &ear->desc, &why);
}

static inline void ear_close(void *user) {
    struct ear *ear = user;
    ws_client_close(ear->client);
    ear->client = NULL;
}

struct saying {
    struct ear *ear;
    const char *text;
    bool sent;
};

static inline void ear_say(void *user) {
    struct saying *saying = user;
    saying->sent = saying->ear->client != NULL &&
                   ws_client_send(saying->ear->client, saying->text, strlen(saying->text));
}

/* How many texts contain what. */
static inline int heard(struct ear *ear, const char *what) {
    int count = 0;
    pthread_mutex_lock(&ear->lock);
    for (int i = 0; i < ear->count; i++) {
        count += strstr(ear->texts[i], what) != NULL;
    }
    pthread_mutex_unlock(&ear->lock);
    return count;
}

/* Copy of the n-th text with what in it. */
static inline bool heard_text(struct ear *ear, const char *what, int n, char *out,
                              size_t out_bytes) {
    bool found = false;
    pthread_mutex_lock(&ear->lock);
    for (int i = 0; i < ear->count && !found; i++) {
        if (strstr(ear->texts[i], what) != NULL && n-- == 0) {
            (void)str_copy(out, out_bytes, ear->texts[i]);
            found = true;
        }
    }
    pthread_mutex_unlock(&ear->lock);
    return found;
}

static inline bool wait_heard(struct ear *ear, const char *what, int count) {
    int64_t end_ns = clock_mono_ns() + (int64_t)WAIT_MS * 1000000;
    while (heard(ear, what) < count) {
        if (clock_mono_ns() > end_ns) {
            return false;
        }
        clock_sleep_until_ns(clock_mono_ns() + 2000000);
    }
    return true;
}

static inline bool wait_number(struct ear *ear, const int *number, int wanted) {
    int64_t end_ns = clock_mono_ns() + (int64_t)WAIT_MS * 1000000;
    for (;;) {
        pthread_mutex_lock(&ear->lock);
        bool reached = *number >= wanted;
        pthread_mutex_unlock(&ear->lock);
        if (reached || clock_mono_ns() > end_ns) {
            return reached;
        }
        clock_sleep_until_ns(clock_mono_ns() + 1000000);
    }
}

/* -- the exchange and its clients -- */

struct stage {
    struct exchange_server *server;
    struct net_service *service;
    struct ear ears[2];
};

static inline struct stage *stage_create(const struct exchange_server_desc *wanted) {
    struct stage *stage = calloc(1, sizeof(*stage));
    struct exchange_server_desc desc = *wanted;
    enum status why = STATUS_OK;
    desc.seed = 5;
    desc.days = desc.days > 0 ? desc.days : .1;
    desc.burn_in_days = -1;
    stage->server = exchange_server_create(&desc, &why);
    assert_non_null(stage->server);
    assert_true(exchange_server_start(stage->server));
    stage->service = net_service_create(&(struct net_service_desc){.role = THREAD_NET}, &why);
    assert_non_null(stage->service);
    assert_true(net_service_start(stage->service));
    return stage;
}

static inline void stage_destroy(struct stage *stage) {
    for (int i = 0; i < 2; i++) {
        struct ear *ear = &stage->ears[i];
        if (ear->service != NULL) {
            assert_true(rig_run(stage->service, ear_close, ear));
        }
    }
    net_service_destroy(stage->service);
    exchange_server_destroy(stage->server);
    for (int i = 0; i < 2; i++) {
        for (int k = 0; k < stage->ears[i].count; k++) {
            free(stage->ears[i].texts[k]);
        }
    }
    free(stage);
}

static inline struct ear *listen_to(struct stage *stage, int which, const char *path) {
    struct ear *ear = &stage->ears[which];
    pthread_mutex_init(&ear->lock, NULL);
    ear->service = stage->service;
    (void)snprintf(ear->url, sizeof ear->url, "%s%s", exchange_server_ws_base_url(stage->server),
                   path);
    assert_true(rig_run(stage->service, ear_open, ear));
    return ear;
}

static inline void say(struct ear *ear, const char *text) {
    struct saying saying = {.ear = ear, .text = text};
    assert_true(rig_run(ear->service, ear_say, &saying));
    assert_true(saying.sent);
}

/* -- REST -- */

struct answer {
    char url[PATH_BYTES];
    struct net_service *service;
    atomic_int done;
    enum status status;
    int http_code, retry_after_s, used_weight;
    char *body;
};

static inline void on_answer(void *user, const struct http_result *result) {
    struct answer *answer = user;
    answer->status = result->status;
    answer->http_code = result->http_code;
    answer->retry_after_s = result->retry_after_s;
    answer->used_weight = result->used_weight;
    answer->body = calloc(1, result->len + 1);
    if (result->len > 0) {
        memcpy(answer->body, result->body, result->len);
    }
    rig_count(&answer->done);
}

static inline void ask_now(void *user) {
    struct answer *answer = user;
    http_client_get(answer->service, &(struct http_client_desc){
                                         .url = answer->url, .on_done = on_answer, .user = answer});
}

/* The caller frees body. */
static inline struct answer ask(struct stage *stage, const char *path) {
    struct answer answer = {.service = stage->service};
    (void)snprintf(answer.url, sizeof answer.url, "%s%s",
                   exchange_server_rest_base_url(stage->server), path);
    assert_true(rig_run(stage->service, ask_now, &answer));
    assert_true(rig_wait(&answer.done, 1));
    return answer;
}

static inline void expect_answer(struct stage *stage, const char *path, int code,
                                 const char *part) {
    struct answer answer = ask(stage, path);
    if (answer.http_code != code || strstr(answer.body, part) == NULL) {
        fail_msg("%s: got %d %.200s, want %d with %s", path, answer.http_code, answer.body, code,
                 part);
    }
    free(answer.body);
}

/* The integer after "key": in text; -1 without. */
static inline int64_t integer_of(const char *text, const char *key) {
    char quoted[32];
    (void)snprintf(quoted, sizeof quoted, "\"%s\":", key);
    const char *at = strstr(text, quoted);
    return at != NULL ? strtoll(at + strlen(quoted), NULL, 10) : -1;
}
