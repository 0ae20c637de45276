/* The HTTP client against the own server and against raw answers, whole and broken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/str.h"
#include "net/http_client.h"
#include "net/server.h"
#include "support/hook_server.h"
#include "support/net_rig.h"
#include "support/raw_server.h"

struct exchange {
    struct rig rig;
    struct net_server *server;
    char url[256];
    struct http_client_desc desc;
    enum status asked;
    int wanted_count; /* requests to make in one go; 0: one */

    /* -- client's thread -- */
    atomic_int done;
    struct http_result result;
    char body[64], reason[128];

    /* -- server's thread -- */
    atomic_int served;
    char path[128], query[128];
    struct server_response response;
    const char *response_body;
    size_t response_len;
};

static void exchange_on_done(void *user, const struct http_result *result) {
    struct exchange *exchange = user;
    exchange->result = *result;
    assert_int_equal(result->body[result->len], '\0');
    (void)str_copy(exchange->body, sizeof(exchange->body), result->body);
    (void)str_copy(exchange->reason, sizeof(exchange->reason), result->reason);
    rig_count(&exchange->done);
}

static void exchange_ask(void *user) {
    struct exchange *exchange = user;
    exchange->desc.url = exchange->url;
    exchange->desc.on_done = exchange_on_done;
    exchange->desc.user = exchange;
    int before = exchange->done;
    for (int i = 0; i < exchange->wanted_count || i == 0; i++) {
        exchange->asked = http_client_get(exchange->rig.client, &exchange->desc);
    }
    assert_int_equal(exchange->done, before); /* never during the call */
}

static void exchange_on_request(void *user, const struct server_request *request,
                                struct server_response *response) {
    struct exchange *exchange = user;
    (void)str_copy(exchange->path, sizeof(exchange->path), request->path);
    (void)str_copy(exchange->query, sizeof(exchange->query), request->query);
    *response = exchange->response;
    if (exchange->response_len > 0) {
        response->body = malloc(exchange->response_len);
        assert_non_null(response->body);
        memcpy(response->body, exchange->response_body, exchange->response_len);
        response->len = exchange->response_len;
    }
    rig_count(&exchange->served);
}

static const struct server_ops exchange_ops = {.on_request = exchange_on_request};

static void exchange_create(struct exchange *exchange) {
    memset(exchange, 0, sizeof(*exchange));
    assert_true(rig_create(&exchange->rig, NULL));
    enum status why = STATUS_OK;
    exchange->server = server_create(
        exchange->rig.server, &(struct server_desc){.ops = &exchange_ops, .user = exchange}, &why);
    assert_non_null(exchange->server);
    (void)snprintf(exchange->url, sizeof(exchange->url),
                   "http://localhost:%d/fapi/v1/depth?symbol=BTCUSDT&limit=1000",
                   server_port(exchange->server));
    assert_true(rig_start(&exchange->rig));
}

static void exchange_once(struct exchange *exchange) {
    int before = exchange->done;
    assert_true(rig_run(exchange->rig.client, exchange_ask, exchange));
    assert_int_equal(exchange->asked, STATUS_OK);
    assert_true(rig_wait(&exchange->done, before + 1));
}

static void answers_of_the_server_arrive_whole(void **state) {
    (void)state;
    struct exchange exchange;
    exchange_create(&exchange);
    exchange.response_body = "{\"lastUpdateId\":1}";
    exchange.response_len = strlen(exchange.response_body);
    exchange.response.header_name = "x-mbx-used-weight-1m";
    exchange.response.header_value = "20";
    exchange_once(&exchange);
    assert_int_equal(exchange.result.status, STATUS_OK);
    assert_int_equal(exchange.result.http_code, 200);
    assert_int_equal(exchange.result.used_weight, 20);
    assert_int_equal(exchange.result.retry_after_s, -1);
    assert_string_equal(exchange.body, exchange.response_body);
    assert_string_equal(exchange.path, "/fapi/v1/depth");
    assert_string_equal(exchange.query, "symbol=BTCUSDT&limit=1000");

    static const int codes[] = {400, 403, 404, 418, 429, 451, 500, 503};
    for (size_t i = 0; i < ARRAY_COUNT(codes); i++) {
        exchange.response.http_code = codes[i];
        exchange.response.header_name = "retry-after";
        exchange.response.header_value = "31";
        exchange_once(&exchange);
        assert_int_equal(exchange.result.status, STATUS_OK);
        assert_int_equal(exchange.result.http_code, codes[i]);
        assert_int_equal(exchange.result.retry_after_s, 31);
    }
    exchange.response_len = 0;
    exchange_once(&exchange);
    assert_int_equal(exchange.result.status, STATUS_OK);
    assert_int_equal(exchange.result.len, 0);
    rig_destroy(&exchange.rig);
}

static void long_bodies_arrive_and_the_cap_holds(void **state) {
    (void)state;
    enum { BODY_BYTES = 3000000 };
    struct exchange exchange;
    exchange_create(&exchange);
    char *body = calloc(1, BODY_BYTES);
    assert_non_null(body);
    exchange.response_body = body;
    exchange.response_len = BODY_BYTES;
    exchange_once(&exchange);
    assert_int_equal(exchange.result.status, STATUS_OK);
    assert_int_equal(exchange.result.len, BODY_BYTES);
    exchange.desc.body_bytes_max = BODY_BYTES;
    exchange_once(&exchange);
    assert_int_equal(exchange.result.status, STATUS_OK);
    exchange.desc.body_bytes_max = BODY_BYTES - 1;
    exchange_once(&exchange);
    assert_int_equal(exchange.result.status, STATUS_RANGE);
    assert_int_equal(exchange.result.http_code, 200);
    assert_int_equal(exchange.result.len, 0);
    rig_destroy(&exchange.rig);
    free(body);
}

static size_t gzip_bytes(const char *bytes, size_t len, char *out, size_t out_size) {
    z_stream stream = {0};
    assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    stream.next_in = (z_const Bytef *)bytes;
    stream.avail_in = (uInt)len;
    stream.next_out = (Bytef *)out;
    stream.avail_out = (uInt)out_size;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    deflateEnd(&stream);
    return out_size - stream.avail_out;
}

static void gzip_bodies_are_inflated_up_to_the_cap(void **state) {
    (void)state;
    enum { BOMB_BYTES = 20000000, PACKED_BYTES = 100000 };
    struct exchange exchange;
    exchange_create(&exchange);
    char *plain = calloc(1, BOMB_BYTES);
    char *packed = malloc(PACKED_BYTES);
    assert_non_null(plain);
    assert_non_null(packed);
    exchange.response.header_name = "content-encoding";
    exchange.response.header_value = "gzip";
    exchange.response_body = packed;

    exchange.response_len = gzip_bytes("{\"a\":[1,2,3]}", 13, packed, PACKED_BYTES);
    exchange_once(&exchange);
    assert_int_equal(exchange.result.status, STATUS_OK);
    assert_string_equal(exchange.body, "{\"a\":[1,2,3]}");

    exchange.response_len -= 1;
    exchange_once(&exchange);
    assert_int_equal(exchange.result.status, STATUS_MALFORMED);

    exchange.response_len = gzip_bytes(plain, BOMB_BYTES, packed, PACKED_BYTES);
    exchange_once(&exchange);
    assert_int_equal(exchange.result.status, STATUS_RANGE);

    exchange.response.header_value = "br";
    exchange_once(&exchange);
    assert_int_equal(exchange.result.status, STATUS_UNSUPPORTED);
    rig_destroy(&exchange.rig);
    free(plain);
    free(packed);
}

static void slow_answers_time_out_and_late_ones_pass(void **state) {
    (void)state;
    struct exchange exchange;
    exchange_create(&exchange);
    exchange.response.delay_ms = 80;
    exchange.desc.timeout_ms = 40;
    exchange_once(&exchange);
    assert_int_equal(exchange.result.status, STATUS_TIMEOUT);
    assert_int_equal(exchange.result.http_code, 0);
    exchange.desc.timeout_ms = 0;
    exchange_once(&exchange);
    assert_int_equal(exchange.result.status, STATUS_OK);
    assert_int_equal(exchange.done, 2);
    rig_destroy(&exchange.rig);
}

static void cancel_all(void *user) {
    struct exchange *exchange = user;
    http_client_cancel_user(exchange->rig.client, exchange);
}

static void cancelled_requests_stay_silent_and_too_many_are_refused(void **state) {
    (void)state;
    struct exchange exchange;
    exchange_create(&exchange);
    exchange.wanted_count = 65;
    assert_true(rig_run(exchange.rig.client, exchange_ask, &exchange));
    assert_int_equal(exchange.asked, STATUS_FULL);
    assert_true(rig_wait(&exchange.done, 64));
    exchange.response.delay_ms = 30;
    exchange.wanted_count = 64;
    assert_true(rig_run(exchange.rig.client, exchange_ask, &exchange));
    assert_int_equal(exchange.asked, STATUS_OK);
    assert_true(rig_run(exchange.rig.client, cancel_all, &exchange));
    exchange.wanted_count = 1;
    exchange_once(&exchange); /* the look-ups of the cancelled ones do not stand in its way */
    assert_int_equal(exchange.result.status, STATUS_OK);
    assert_int_equal(exchange.done, 65);
    exchange.response.delay_ms = 5000;
    assert_true(rig_run(exchange.rig.client, exchange_ask, &exchange));
    rig_destroy(&exchange.rig);
    assert_int_equal(exchange.done, 66);
    assert_int_equal(exchange.result.status, STATUS_CANCELLED);
}

static void urls_that_cannot_be_asked_are_refused_at_once(void **state) {
    (void)state;
    struct exchange exchange;
    exchange_create(&exchange);
    (void)str_copy(exchange.url, sizeof(exchange.url), "http://example.com/");
    assert_true(rig_run(exchange.rig.client, exchange_ask, &exchange));
    assert_int_equal(exchange.asked, STATUS_UNSUPPORTED);
    (void)str_copy(exchange.url, sizeof(exchange.url), "wss://127.0.0.1/");
    assert_true(rig_run(exchange.rig.client, exchange_ask, &exchange));
    assert_int_equal(exchange.asked, STATUS_MALFORMED);
    (void)str_copy(exchange.url, sizeof(exchange.url), "http://127.0.0.1:1/");
    exchange_once(&exchange);
    assert_int_equal(exchange.result.status, STATUS_IO);
    assert_int_equal(exchange.result.http_code, 0);
    assert_int_equal(exchange.done, 1);
    rig_destroy(&exchange.rig);
}

static void serve_text(int fd, void *user) {
    const char *const *text = user;
    char request[RAW_REQUEST_BYTES];
    if (raw_read_request(fd, request)) {
        (void)raw_send_text(fd, *text);
        shutdown(fd, SHUT_WR);
        raw_wait_end(fd);
    }
}

static void raw_answers_are_understood_or_refused(void **state) {
    (void)state;
    static const struct {
        const char *text, *body;
        enum status status;
        int code;
    } rows[] = {
        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "hello", STATUS_OK, 200},
        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello and more", "hello", STATUS_OK, 200},
        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell", "", STATUS_CLOSED, 200},
        {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "", STATUS_OK, 200},
        {"HTTP/1.1 204 No Content\r\n\r\n", "", STATUS_OK, 204},
        {"HTTP/1.0 200 OK\r\n\r\nuntil the end", "until the end", STATUS_OK, 200},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n",
         "abc", STATUS_OK, 200},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n", "", STATUS_CLOSED,
         200},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nab\r\n", "", STATUS_CLOSED, 200},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxy\r\n", "", STATUS_MALFORMED, 200},
        {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", "x",
         STATUS_OK, 200},
        {"HTTP/1.1 302 Found\r\nLocation: https://elsewhere.test/\r\nContent-Length: 0\r\n\r\n", "",
         STATUS_OK, 302},
        {"HTTP/1.1 429 Slow down\r\nRetry-After: Wed, 21 Oct 2026 07:28:00 GMT\r\n"
         "Content-Length: 0\r\n\r\n",
         "", STATUS_OK, 429},
        {"HTTP/1.1 200 OK\r\nContent-Len", "", STATUS_CLOSED, 0},
        {"SSH-2.0-OpenSSH\r\n", "", STATUS_MALFORMED, 0},
        {"", "", STATUS_CLOSED, 0},
    };
    const char *text = NULL;
    struct raw_server peer;
    assert_true(raw_server_start(&peer, serve_text, &text));
    struct exchange exchange;
    memset(&exchange, 0, sizeof(exchange));
    assert_true(rig_create(&exchange.rig, NULL) && rig_start(&exchange.rig));
    (void)snprintf(exchange.url, sizeof(exchange.url), "http://127.0.0.1:%d/", peer.port);
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        text = rows[i].text;
        exchange_once(&exchange);
        if (exchange.result.status != rows[i].status || exchange.result.http_code != rows[i].code ||
            strcmp(exchange.body, rows[i].body) != 0) {
            fail_msg("%s\ngot %s, %d, \"%s\" (%s)", text, status_text(exchange.result.status),
                     exchange.result.http_code, exchange.body, exchange.reason);
        }
        assert_int_equal(exchange.result.retry_after_s, -1);
    }
    rig_destroy(&exchange.rig);
    raw_server_stop(&peer);
}

struct posting {
    struct exchange exchange;
    struct http_post post;
};

static void post_once(void *user) {
    struct posting *posting = user;
    struct exchange *exchange = &posting->exchange;
    exchange->desc.url = exchange->url;
    exchange->desc.on_done = exchange_on_done;
    exchange->desc.user = exchange;
    exchange->asked = http_client_post(exchange->rig.client, &exchange->desc, &posting->post);
}

static void a_post_carries_its_body_and_words_that_would_break_it_are_refused(void **state) {
    (void)state;
    static struct hook_server hook;
    static struct posting posting;
    static char body[HTTP_POST_BYTES_MAX + 1];
    memset(&posting, 0, sizeof posting);
    struct exchange *exchange = &posting.exchange;
    assert_true(hook_server_start(&hook, NULL, NULL));
    assert_true(rig_create(&exchange->rig, NULL) && rig_start(&exchange->rig));
    (void)snprintf(exchange->url, sizeof(exchange->url), "http://127.0.0.1:%d/a?b", hook.peer.port);
    posting.post = (struct http_post){
        .body = "{\"a\":1}", .len = 7, .content_type = "application/json", .key = "k1"};
    assert_true(rig_run(exchange->rig.client, post_once, &posting));
    assert_int_equal(exchange->asked, STATUS_OK);
    assert_true(rig_wait(&exchange->done, 1));
    assert_int_equal(exchange->result.http_code, 200);
    assert_string_equal(exchange->body, "ok");
    assert_string_equal(hook.bodies[0], "{\"a\":1}");
    assert_memory_equal(hook.heads[0], "POST /a?b HTTP/1.1\r\n", 20);
    assert_non_null(strstr(hook.heads[0], "\r\nContent-Type: application/json\r\n"
                                          "Content-Length: 7\r\nIdempotency-Key: k1\r\n\r\n"));
    posting.post.key = NULL;
    posting.post.len = 0;
    assert_true(rig_run(exchange->rig.client, post_once, &posting));
    assert_true(rig_wait(&exchange->done, 2));
    assert_non_null(strstr(hook.heads[1], "\r\nContent-Length: 0\r\n\r\n"));

    static const struct http_post bad[] = {
        {.body = "", .content_type = "text/plain\r\nX: y"},
        {.body = "", .content_type = "text/plain", .key = "a\nb"},
        {.body = body, .len = sizeof body, .content_type = "text/plain"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        posting.post = bad[i];
        assert_true(rig_run(exchange->rig.client, post_once, &posting));
        assert_int_equal(exchange->asked, STATUS_RANGE);
    }
    rig_destroy(&exchange->rig);
    hook_server_stop(&hook);
    assert_int_equal(hook.count, 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_of_the_server_arrive_whole),
        cmocka_unit_test(long_bodies_arrive_and_the_cap_holds),
        cmocka_unit_test(gzip_bodies_are_inflated_up_to_the_cap),
        cmocka_unit_test(slow_answers_time_out_and_late_ones_pass),
        cmocka_unit_test(cancelled_requests_stay_silent_and_too_many_are_refused),
        cmocka_unit_test(urls_that_cannot_be_asked_are_refused_at_once),
        cmocka_unit_test(raw_answers_are_understood_or_refused),
        cmocka_unit_test(a_post_carries_its_body_and_words_that_would_break_it_are_refused),
    };
    return cmocka_run_group_tests_name("net_http", tests, NULL, NULL);
}
