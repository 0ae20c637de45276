/* Connections through a proxy: which rule holds, what is said, what is heard, and both clients
 * through a real one, with the host's certificate checked behind it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "net/http_client.h"
#include "net/http_head.h"
#include "net/proxy.h"
#include "net/server.h"
#include "net/ws_client.h"
#include "support/certs.h"
#include "support/net_rig.h"
#include "support/proxy_server.h"

/* -- rules -- */

static struct { const char *https, *HTTPS, *all, *ALL, *no, *NO; } env;

static char *get_env(const char *name) {
    const struct {
        const char *name, *value;
    } rows[] = {{"https_proxy", env.https}, {"HTTPS_PROXY", env.HTTPS}, {"all_proxy", env.all},
                {"ALL_PROXY", env.ALL},     {"no_proxy", env.no},       {"NO_PROXY", env.NO}};
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        if (strcmp(name, rows[i].name) == 0) {
            return (char *)(uintptr_t)rows[i].value;
        }
    }
    return NULL;
}

static void set_env(const char *https, const char *all, const char *no) {
    memset(&env, 0, sizeof env);
    env.HTTPS = https;
    env.ALL = all;
    env.NO = no;
}

static void a_proxys_url_is_taken_apart_or_refused(void **state) {
    (void)state;
    static const struct {
        const char *text;
        enum proxy_kind kind; /* NONE: refused */
        const char *authority, *user, *password;
    } rows[] = {
        {"http://proxy.test:3128", PROXY_CONNECT, "proxy.test:3128", "", ""},
        {"http://proxy.test:3128/", PROXY_CONNECT, "proxy.test:3128", "", ""},
        {"proxy.test", PROXY_CONNECT, "proxy.test:80", "", ""},
        {"10.0.0.1:8080", PROXY_CONNECT, "10.0.0.1:8080", "", ""},
        {"socks5://proxy.test", PROXY_SOCKS5, "proxy.test:1080", "", ""},
        {"socks5h://[::1]:9050", PROXY_SOCKS5, "[::1]:9050", "", ""},
        {"http://me:p%40ss%3aword@proxy.test:1", PROXY_CONNECT, "proxy.test:1", "me", "p@ss:word"},
        {"socks5://me@a@proxy.test:1", PROXY_SOCKS5, "proxy.test:1", "me@a", ""},
        {"https://proxy.test:3128", PROXY_NONE, NULL, NULL, NULL},
        {"socks4://proxy.test:3128", PROXY_NONE, NULL, NULL, NULL},
        {"http://", PROXY_NONE, NULL, NULL, NULL},
        {"http://proxy.test:0", PROXY_NONE, NULL, NULL, NULL},
        {"http://proxy.test:65536", PROXY_NONE, NULL, NULL, NULL},
        {"http://proxy.test:99999999999", PROXY_NONE, NULL, NULL, NULL},
        {"http://proxy.test:", PROXY_NONE, NULL, NULL, NULL},
        {"http://proxy.test:80/path", PROXY_NONE, NULL, NULL, NULL},
        {"http://pro xy.test:80", PROXY_NONE, NULL, NULL, NULL},
        {"http://pro\r\nxy.test:80", PROXY_NONE, NULL, NULL, NULL},
        {"http://me%0d%0a:x@proxy.test:80", PROXY_NONE, NULL, NULL, NULL},
        {"http://me%00:x@proxy.test:80", PROXY_NONE, NULL, NULL, NULL},
        {"http://:x@proxy.test:80", PROXY_NONE, NULL, NULL, NULL},
        {"http://m%3ae:x@proxy.test:80", PROXY_NONE, NULL, NULL, NULL}, /* Basic cannot say it */
        {"http://[::1:80", PROXY_NONE, NULL, NULL, NULL},
        {"http://[proxy]:80", PROXY_NONE, NULL, NULL, NULL},
    };
    set_env(NULL, NULL, NULL);
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct proxy_rules rules;
        char reason[PROXY_REASON_BYTES] = "";
        const bool good = proxy_rules_read(&rules, rows[i].text, get_env, reason);
        if (good != (rows[i].kind != PROXY_NONE)) {
            fail_msg("%s: %s", rows[i].text, good ? "taken" : reason);
        }
        if (good) {
            assert_int_equal(rules.proxy.kind, rows[i].kind);
            assert_string_equal(rules.proxy.authority, rows[i].authority);
            assert_string_equal(rules.proxy.user, rows[i].user);
            assert_string_equal(rules.proxy.password, rows[i].password);
        } else {
            assert_true(strncmp(reason, "proxy: ", 7) == 0);
        }
    }
}

static void a_wrong_proxys_password_is_not_repeated(void **state) {
    (void)state;
    struct proxy_rules rules;
    char reason[PROXY_REASON_BYTES];
    set_env("ftp://me:secret@proxy.test:80", NULL, NULL);
    assert_false(proxy_rules_read(&rules, "ftp://me:secret@proxy.test", get_env, reason));
    assert_null(strstr(reason, "secret"));
    assert_true(proxy_rules_read(&rules, "", get_env, reason));
    assert_null(strstr(rules.objection, "secret"));
    assert_non_null(strstr(rules.objection, "HTTPS_PROXY: "));
}

static const char *way_to(const struct proxy_rules *rules, const char *text) {
    struct url url;
    const char *plain = strncmp(text, "ws", 2) == 0 ? "ws" : "http";
    const char *tls = strncmp(text, "ws", 2) == 0 ? "wss" : "https";
    assert_int_equal(url_parse(text, tls, plain, &url), STATUS_OK);
    const struct proxy *proxy = proxy_rules_find(rules, &url);
    return proxy == NULL ? "directly" : proxy->host;
}

static void the_rules_say_which_way(void **state) {
    (void)state;
    struct proxy_rules rules;
    char reason[PROXY_REASON_BYTES];
    set_env(NULL, NULL, "a.test");
    assert_true(proxy_rules_read(&rules, "", get_env, reason));
    assert_string_equal(way_to(&rules, "wss://b.test/"), "directly");
    set_env(NULL, "socks5://all", NULL);
    assert_true(proxy_rules_read(&rules, "", get_env, reason));
    assert_string_equal(way_to(&rules, "wss://b.test/"), "all");
    set_env("http://https", "socks5://all", "a.test, .c.test *.d.test,10.0.0.7 e.test:9443");
    assert_true(proxy_rules_read(&rules, "", get_env, reason));
    assert_string_equal(way_to(&rules, "wss://b.test/"), "https");
    assert_string_equal(way_to(&rules, "https://b.test/"), "https");
    assert_string_equal(way_to(&rules, "wss://A.test/"), "directly");
    assert_string_equal(way_to(&rules, "wss://x.a.test/"), "directly");
    assert_string_equal(way_to(&rules, "wss://xa.test/"), "https");
    assert_string_equal(way_to(&rules, "wss://x.c.test/"), "directly");
    assert_string_equal(way_to(&rules, "wss://x.d.test/"), "directly");
    assert_string_equal(way_to(&rules, "wss://10.0.0.7/"), "directly");
    assert_string_equal(way_to(&rules, "wss://110.0.0.7/"), "https");
    assert_string_equal(way_to(&rules, "wss://e.test:9443/"), "directly");
    assert_string_equal(way_to(&rules, "wss://e.test/"), "https");
    /* What is on this machine never goes out of it. */
    assert_string_equal(way_to(&rules, "ws://127.0.0.1:1/"), "directly");
    assert_string_equal(way_to(&rules, "wss://localhost/"), "directly");
    assert_string_equal(way_to(&rules, "https://[::1]/"), "directly");
    assert_true(proxy_rules_read(&rules, "socks5://option", get_env, reason));
    assert_string_equal(way_to(&rules, "wss://b.test/"), "option");
    assert_string_equal(way_to(&rules, "wss://a.test/"), "directly");
    assert_true(proxy_rules_read(&rules, "none", get_env, reason));
    assert_string_equal(way_to(&rules, "wss://b.test/"), "directly");
    set_env("http://https", NULL, "*");
    assert_true(proxy_rules_read(&rules, "", get_env, reason));
    assert_string_equal(way_to(&rules, "wss://b.test/"), "directly");
    env.https = "http://lower";
    env.no = "";
    assert_true(proxy_rules_read(&rules, "", get_env, reason));
    assert_string_equal(way_to(&rules, "wss://b.test/"), "lower");
}

/* -- what is heard: whole, byte by byte, and wrong -- */

struct hearing {
    const char *proxy, *bytes;
    size_t len;
    enum proxy_step step; /* in the end */
    const char *reason;
};
#define HEARD(text) (text), sizeof(text) - 1

/* As a stream would: what was not used comes again, with step bytes more. */
static enum proxy_step hear(const struct hearing *row, size_t step, struct proxy_answer *answer,
                            size_t *left) {
    static struct proxy_rules rules;
    struct proxy_talk talk;
    struct url url;
    char reason[PROXY_REASON_BYTES];
    enum proxy_step now = PROXY_WAITS;
    size_t begin = 0;
    set_env(NULL, NULL, NULL);
    assert_true(proxy_rules_read(&rules, row->proxy, get_env, reason));
    assert_int_equal(url_parse("wss://b.test:9443/", "wss", "ws", &url), STATUS_OK);
    proxy_talk_begin(&talk, &rules.proxy, &url, answer);
    assert_true(answer->out_len > 0 && answer->out_len < sizeof answer->out);
    for (size_t end = 0; end < row->len && (now == PROXY_WAITS || now == PROXY_SAYS);) {
        end = end + step < row->len ? end + step : row->len;
        do {
            size_t used = 0;
            char *copy = malloc(end - begin + 1); /* so that a byte too far is seen */
            assert_non_null(copy);
            memcpy(copy, row->bytes + begin, end - begin);
            char *exact = realloc(copy, end - begin > 0 ? end - begin : 1);
            assert_non_null(exact);
            now = proxy_talk_take(&talk, exact, end - begin, &used, answer);
            assert_true(used <= end - begin);
            begin += used;
            free(exact);
        } while (now == PROXY_SAYS);
    }
    *left = row->len - begin;
    return now;
}

static void what_a_proxy_says_is_understood_or_refused(void **state) {
    (void)state;
    static const char http[] = "http://p.test", user[] = "http://me:pw@p.test";
    static const char socks[] = "socks5://p.test", named[] = "socks5://me:pw@p.test";
    static const struct hearing rows[] = {
        {http, HEARD("HTTP/1.1 200 OK\r\n\r\n"), PROXY_CONNECTED, ""},
        {http, HEARD("HTTP/1.0 299 Ok\r\nA: b\r\n\r\n"), PROXY_CONNECTED, ""},
        {http, HEARD("HTTP/1.1 100 Wait\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"), PROXY_CONNECTED, ""},
        {http, HEARD("HTTP/1.1 200 OK\r\n"), PROXY_WAITS, ""},
        {http, HEARD("HTTP/1.1 407 No\r\n\r\n"), PROXY_FAILED, "proxy HTTP 407, no password"},
        {user, HEARD("HTTP/1.1 407 No\r\n\r\n"), PROXY_FAILED, "proxy HTTP 407, bad password"},
        {http, HEARD("HTTP/1.1 403 No\r\n\r\n"), PROXY_FAILED, "proxy HTTP 403, not allowed"},
        {http, HEARD("HTTP/1.1 503 No\r\n\r\n"), PROXY_FAILED, "proxy HTTP 503, no way there"},
        {http, HEARD("HTTP/1.1 301 No\r\n\r\n"), PROXY_FAILED, "proxy HTTP 301"},
        {http, HEARD("SSH-2.0-OpenSSH\r\n\r\n"), PROXY_FAILED, "proxy answers no HTTP"},
        {http, HEARD("HTTP/1.1 200 OK\r\nnonsense\r\n\r\n"), PROXY_FAILED, "proxy answers no HTTP"},
        {http, HEARD("\0\0\0\n\0\n\n\n"), PROXY_FAILED, "proxy answers no HTTP"},
        {socks, HEARD("\5\0\5\0\0\1\1\2\3\4\0\120"), PROXY_CONNECTED, ""},
        {socks, HEARD("\5\0\5\0\0\3\4here\0\120"), PROXY_CONNECTED, ""},
        {socks, HEARD("\5\0\5\0\0\4\1\2\3\4\1\2\3\4\1\2\3\4\1\2\3\4\0\120"), PROXY_CONNECTED, ""},
        {socks, HEARD("\5\0\5\0\0\1\1\2\3\4\0"), PROXY_WAITS, ""},
        {socks, HEARD("\5\0\5\0\0\3"), PROXY_WAITS, ""},
        {socks, HEARD("\5\0\5\0\0\3\377"), PROXY_WAITS, ""},
        {socks, HEARD("\5\0\5\0\0\2\0\0\0\0"), PROXY_FAILED, "proxy speaks no SOCKS5"},
        {socks, HEARD("\5\2"), PROXY_FAILED, "proxy speaks no SOCKS5"},
        {socks, HEARD("\5\377"), PROXY_FAILED, "proxy wants a password"},
        {socks, HEARD("\5\0\5\2"), PROXY_FAILED, "proxy forbids it"},
        {socks, HEARD("\5\0\5\5"), PROXY_FAILED, "proxy was refused there"},
        {socks, HEARD("\5\0\5\377"), PROXY_FAILED, "proxy failed"},
        {socks, HEARD("HTTP/1.1 400 Bad"), PROXY_FAILED, "proxy speaks no SOCKS5"},
        {named, HEARD("\5\2\1\0\5\0\0\1\1\2\3\4\0\120"), PROXY_CONNECTED, ""},
        {named, HEARD("\5\0\5\0\0\1\1\2\3\4\0\120"), PROXY_CONNECTED, ""},
        {named, HEARD("\5\2\1\1"), PROXY_FAILED, "proxy refuses the password"},
        {named, HEARD("\5\2\5\0"), PROXY_FAILED, "proxy speaks no SOCKS5"},
        {named, HEARD("\5\377"), PROXY_FAILED, "proxy takes no password"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        for (size_t step = 1; step <= rows[i].len; step += rows[i].len > 1 ? rows[i].len - 1 : 1) {
            struct proxy_answer answer;
            size_t left = 0;
            const enum proxy_step got = hear(&rows[i], step, &answer, &left);
            if (got != rows[i].step || strcmp(answer.reason, rows[i].reason) != 0) {
                fail_msg("row %zu by %zu: step %d \"%s\"", i, step, (int)got, answer.reason);
            }
            assert_true(got != PROXY_CONNECTED || left == 0);
            assert_true(strlen(answer.reason) < 30); /* a lamp's room */
        }
    }
}

static void a_head_without_end_is_not_waited_for(void **state) {
    (void)state;
    static char text[HTTP_HEAD_BYTES_MAX + 64] = "HTTP/1.1 200 OK\r\nA: ";
    memset(text + 20, 'x', sizeof text - 20);
    const struct hearing row = {"http://p.test", text, sizeof text, PROXY_FAILED, ""};
    struct proxy_answer answer;
    size_t left = 0;
    assert_int_equal(hear(&row, 1024, &answer, &left), PROXY_FAILED);
    assert_string_equal(answer.reason, "proxy answers no HTTP");
}

static void what_is_said_is_as_the_standards_have_it(void **state) {
    (void)state;
    struct proxy_rules rules;
    struct proxy_talk talk;
    struct proxy_answer answer;
    struct url url;
    char reason[PROXY_REASON_BYTES];
    size_t used = 0;
    set_env(NULL, NULL, NULL);
    assert_int_equal(url_parse("wss://[2001:db8::1]:9443/", "wss", "ws", &url), STATUS_OK);
    assert_true(proxy_rules_read(&rules, "http://Aladdin:open%20sesame@p.test", get_env, reason));
    proxy_talk_begin(&talk, &rules.proxy, &url, &answer);
    answer.out[answer.out_len] = '\0';
    assert_non_null(strstr(answer.out, "CONNECT [2001:db8::1]:9443 HTTP/1.1\r\n"));
    /* The example of RFC 7617. */
    assert_non_null(
        strstr(answer.out, "\r\nProxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n"));
    assert_true(proxy_rules_read(&rules, "socks5://me:pw@p.test", get_env, reason));
    proxy_talk_begin(&talk, &rules.proxy, &url, &answer);
    assert_int_equal(answer.out_len, 4);
    assert_memory_equal(answer.out, "\5\2\0\2", 4);
    assert_int_equal(proxy_talk_take(&talk, "\5\2", 2, &used, &answer), PROXY_SAYS);
    assert_int_equal(answer.out_len, 7);
    assert_memory_equal(answer.out, "\1\2me\2pw", 7);
    assert_int_equal(proxy_talk_take(&talk, "\1\0", 2, &used, &answer), PROXY_SAYS);
    assert_int_equal(answer.out_len, 22);
    assert_memory_equal(answer.out, "\5\1\0\4\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1\x24\xe3", 22);
}

/* -- both clients, through a real one -- */

struct trip {
    struct rig rig;
    struct proxy_server proxy;
    struct ws_client *client;
    int timeout_ms;
    atomic_int received, closed, answered;
    enum status status, http_status;
    int http_code;
    char reason[256], http_reason[256];
};

static struct certs certs;

static void trip_on_open(void *user) {
    struct trip *trip = user;
    (void)ws_client_send(trip->client, "ping", 4);
}

static void trip_on_message(void *user, const char *bytes, size_t len, bool binary,
                            int64_t recv_ns) {
    struct trip *trip = user;
    (void)binary;
    (void)recv_ns;
    assert_true(span_equal_text((struct span){bytes, len}, "ping"));
    rig_count(&trip->received);
}

static void trip_on_close(void *user, enum status status, const char *reason) {
    struct trip *trip = user;
    trip->status = status;
    trip->client = NULL;
    (void)str_copy(trip->reason, sizeof trip->reason, reason);
    rig_count(&trip->closed);
}

static const struct ws_client_ops trip_ops = {
    .on_open = trip_on_open, .on_message = trip_on_message, .on_close = trip_on_close};

static void trip_on_done(void *user, const struct http_result *result) {
    struct trip *trip = user;
    trip->http_status = result->status;
    trip->http_code = result->http_code;
    (void)str_copy(trip->http_reason, sizeof trip->http_reason, result->reason);
    rig_count(&trip->answered);
}

static void peer_on_message(void *user, struct server_conn *conn, const char *bytes, size_t len) {
    (void)user;
    (void)server_conn_send(conn, bytes, len, false);
}

static const struct server_ops peer_ops = {.on_message = peer_on_message};

static void trip_open(void *user) {
    struct trip *trip = user;
    enum status why = STATUS_OK;
    trip->client =
        ws_client_open(trip->rig.client,
                       &(struct ws_client_desc){.url = "wss://venue.example.test:9443/ws",
                                                .ops = &trip_ops,
                                                .user = trip,
                                                .connect_timeout_ms = trip->timeout_ms},
                       &why);
    assert_non_null(trip->client);
    why = http_client_get(trip->rig.client,
                          &(struct http_client_desc){.url = "https://venue.example.test/x",
                                                     .on_done = trip_on_done,
                                                     .user = trip,
                                                     .timeout_ms = trip->timeout_ms});
    assert_int_equal(why, STATUS_OK);
}

/* A host with that certificate behind the proxy that trip->proxy describes; url: how the proxy is
 * named, with %d for its port. */
static void trip_begin(struct trip *trip, const char *certificate, const char *url) {
    char ca[CERTS_PATH_BYTES], cert[CERTS_PATH_BYTES], key[CERTS_PATH_BYTES], text[128];
    char reason[PROXY_REASON_BYTES];
    struct proxy_rules rules;
    enum status why = STATUS_OK;
    assert_true(proxy_server_start(&trip->proxy));
    (void)snprintf(text, sizeof text, url, trip->proxy.port);
    set_env(NULL, NULL, NULL);
    assert_true(proxy_rules_read(&rules, text, get_env, reason));
    trip->rig.client = net_service_create(
        &(struct net_service_desc){.ca_file = certs_path(&certs, "ca", "pem", ca),
                                   .role = THREAD_NET,
                                   .jitter_seed = 1,
                                   .proxies = &rules},
        &why);
    trip->rig.server = net_service_create(&(struct net_service_desc){.role = THREAD_SIM}, &why);
    assert_true(trip->rig.client != NULL && trip->rig.server != NULL);
    struct net_server *server = server_create(
        trip->rig.server,
        &(struct server_desc){.ops = &peer_ops,
                              .cert_file = certs_path(&certs, certificate, "pem", cert),
                              .key_file = certs_path(&certs, certificate, "key", key)},
        &why);
    assert_non_null(server);
    atomic_store(&trip->proxy.target_port, server_port(server));
    assert_true(rig_start(&trip->rig));
    assert_true(rig_run(trip->rig.client, trip_open, trip));
}

static void trip_end(struct trip *trip) {
    rig_destroy(&trip->rig);
    proxy_server_stop(&trip->proxy);
}

static void both_clients_go_through(void **state) {
    (void)state;
    static const struct {
        enum proxy_manner manner;
        const char *user, *password, *url;
    } rows[] = {
        {MANNER_CONNECT, NULL, NULL, "http://127.0.0.1:%d"},
        {MANNER_CONNECT, "me", "bWU6cDp3", "http://me:p%%3Aw@localhost:%d"},
        {MANNER_SOCKS, NULL, NULL, "socks5://127.0.0.1:%d"},
        {MANNER_SOCKS, "me", "p:w", "socks5h://me:p%%3Aw@127.0.0.1:%d"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct trip trip = {.proxy = {.manner = rows[i].manner,
                                      .user = rows[i].user,
                                      .password = rows[i].password}};
        trip_begin(&trip, "good", rows[i].url);
        const bool good = rig_wait(&trip.received, 1) && rig_wait(&trip.answered, 1);
        trip_end(&trip);
        if (!good || trip.http_status != STATUS_OK || trip.http_code != 404) {
            fail_msg("%s: %s; %s", rows[i].url, trip.reason, trip.http_reason);
        }
        assert_int_equal(trip.proxy.asked, 2);
        /* The name is the proxy's to look up. */
        assert_true(strcmp(trip.proxy.host, "venue.example.test:9443") == 0 ||
                    strcmp(trip.proxy.host, "venue.example.test:443") == 0);
    }
}

static void the_host_behind_it_is_checked(void **state) {
    (void)state;
    static const char *const bad[] = {"wrong", "stranger"};
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        struct trip trip = {.proxy = {.manner = MANNER_CONNECT}};
        trip_begin(&trip, bad[i], "http://127.0.0.1:%d");
        const bool ended = rig_wait(&trip.closed, 1) && rig_wait(&trip.answered, 1);
        trip_end(&trip);
        assert_true(ended);
        assert_int_equal(trip.status, STATUS_UNTRUSTED);
        assert_int_equal(trip.http_status, STATUS_UNTRUSTED);
        assert_int_equal(trip.received, 0);
    }
}

static void a_proxy_that_refuses_is_quoted(void **state) {
    (void)state;
    static char endless[HTTP_HEAD_BYTES_MAX + 4096];
    memset(endless, 'x', sizeof endless);
    memcpy(endless, "HTTP/1.1 200 OK\r\n", 17);
    static const struct {
        const char *url;
        const void *says;
        size_t len;
        bool stays;
        const char *reason;
    } rows[] = {
        {"http://127.0.0.1:%d", HEARD("HTTP/1.1 407 No\r\n\r\n"), true,
         "proxy HTTP 407, no password"},
        {"http://me:x@127.0.0.1:%d", HEARD("HTTP/1.1 407 No\r\n\r\n"), false,
         "proxy HTTP 407, bad password"},
        {"http://127.0.0.1:%d", HEARD("HTTP/1.1 403 No\r\n\r\n"), false,
         "proxy HTTP 403, not allowed"},
        {"http://127.0.0.1:%d", HEARD("HTTP/1.1 200 OK\r\n\r\nmore"), true, "proxy says too much"},
        {"http://127.0.0.1:%d", HEARD("HTTP/1.1 200 OK\r\n"), false, "proxy has hung up"},
        {"http://127.0.0.1:%d", HEARD(""), false, "proxy has hung up"},
        {"http://127.0.0.1:%d", endless, sizeof endless, true, "proxy answers no HTTP"},
        {"http://127.0.0.1:%d", HEARD("\377\0\n\n\n"), true, "proxy answers no HTTP"},
        {"socks5://127.0.0.1:%d", HEARD("\5\377"), true, "proxy wants a password"},
        {"socks5://127.0.0.1:%d", HEARD("\5\0\5\2"), true, "proxy forbids it"},
        {"socks5://127.0.0.1:%d", HEARD("\5\0\5\0\0\1\1\2\3\4\0\120 more"), true,
         "proxy says too much"},
        {"socks5://127.0.0.1:%d", HEARD("HTTP/1.1 400 Bad\r\n\r\n"), false,
         "proxy speaks no SOCKS5"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct trip trip = {.proxy = {.manner = MANNER_SAY,
                                      .says = rows[i].says,
                                      .says_len = rows[i].len,
                                      .stays = rows[i].stays}};
        char want[128];
        trip_begin(&trip, "good", rows[i].url);
        const bool ended = rig_wait(&trip.closed, 1) && rig_wait(&trip.answered, 1);
        trip_end(&trip);
        assert_true(ended);
        (void)snprintf(want, sizeof want, "127.0.0.1:%d: %s", trip.proxy.port, rows[i].reason);
        assert_string_equal(trip.reason, want);
        assert_string_equal(trip.http_reason, want);
        assert_int_equal(trip.status, STATUS_REFUSED);
        assert_int_equal(trip.http_code, 0);
    }
}

/* A proxy that takes no connection, one that says nothing, one whose name is nowhere. */
static void a_proxy_that_is_not_there_is_named(void **state) {
    (void)state;
    struct trip trip = {.proxy = {.manner = MANNER_SAY, .says = "", .stays = true},
                        .timeout_ms = 300};
    trip_begin(&trip, "good", "http://127.0.0.1:%d");
    bool ended = rig_wait(&trip.closed, 1) && rig_wait(&trip.answered, 1);
    trip_end(&trip);
    assert_true(ended);
    assert_string_equal(trip.reason, "proxy does not answer");
    assert_string_equal(trip.http_reason, "proxy does not answer");
    assert_int_equal(trip.status, STATUS_TIMEOUT);

    struct trip nobody = {.proxy = {.manner = MANNER_CONNECT}};
    trip_begin(&nobody, "good", "http://127.0.0.1:1"); /* nobody listens there */
    ended = rig_wait(&nobody.closed, 1) && rig_wait(&nobody.answered, 1);
    trip_end(&nobody);
    assert_true(ended);
    assert_string_equal(nobody.reason, "127.0.0.1:1: Connection refused (proxy)");
    assert_int_equal(nobody.status, STATUS_IO);
}

/* A connection that stands is cut with its proxy, and told so. */
static void a_proxy_that_dies_cuts_what_went_through(void **state) {
    (void)state;
    struct trip trip = {.proxy = {.manner = MANNER_SOCKS}};
    trip_begin(&trip, "good", "socks5://127.0.0.1:%d");
    const bool there = rig_wait(&trip.received, 1);
    atomic_store(&trip.proxy.down, true);
    const bool ended = rig_wait(&trip.closed, 1);
    trip_end(&trip);
    assert_true(there && ended);
    assert_int_equal(trip.status, STATUS_CLOSED);
}

/* Nothing goes around a proxy that the environment names and that cannot be used. */
static void an_unusable_proxy_is_no_way_around_it(void **state) {
    (void)state;
    struct trip trip = {.timeout_ms = 5000};
    struct proxy_rules rules;
    char reason[PROXY_REASON_BYTES];
    enum status why = STATUS_OK;
    set_env("https://proxy.test:443", NULL, NULL);
    assert_true(proxy_rules_read(&rules, "", get_env, reason));
    trip.rig.client = net_service_create(
        &(struct net_service_desc){.role = THREAD_NET, .jitter_seed = 1, .proxies = &rules}, &why);
    assert_non_null(trip.rig.client);
    assert_true(net_service_start(trip.rig.client));
    assert_true(rig_run(trip.rig.client, trip_open, &trip));
    const bool ended = rig_wait(&trip.closed, 1) && rig_wait(&trip.answered, 1);
    net_service_destroy(trip.rig.client);
    assert_true(ended);
    assert_string_equal(
        trip.reason, "HTTPS_PROXY: unusable proxy, only http:// and socks5:// proxies can be used");
    assert_int_equal(trip.status, STATUS_UNSUPPORTED);
    assert_string_equal(trip.http_reason, trip.reason);
}

static int make_certs(void **state) {
    (void)state;
    return certs_create(&certs) ? 0 : -1;
}

static int remove_certs(void **state) {
    (void)state;
    certs_remove(&certs);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_proxys_url_is_taken_apart_or_refused),
        cmocka_unit_test(a_wrong_proxys_password_is_not_repeated),
        cmocka_unit_test(the_rules_say_which_way),
        cmocka_unit_test(what_a_proxy_says_is_understood_or_refused),
        cmocka_unit_test(a_head_without_end_is_not_waited_for),
        cmocka_unit_test(what_is_said_is_as_the_standards_have_it),
        cmocka_unit_test(both_clients_go_through),
        cmocka_unit_test(the_host_behind_it_is_checked),
        cmocka_unit_test(a_proxy_that_refuses_is_quoted),
        cmocka_unit_test(a_proxy_that_is_not_there_is_named),
        cmocka_unit_test(a_proxy_that_dies_cuts_what_went_through),
        cmocka_unit_test(an_unusable_proxy_is_no_way_around_it),
    };
    return cmocka_run_group_tests_name("net_proxy", tests, make_certs, remove_certs);
}
