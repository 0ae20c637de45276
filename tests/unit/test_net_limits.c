/* What a WebSocket or HTTP library tends to get wrong at its edges, and the clients must not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "net/http_client.h"
#include "support/net_side.h"

/* -- HTTP -- */

struct exchange {
    struct rig rig;
    char url[4300];
    const char *answer;
    size_t request_line_len;
    atomic_int done;
    enum status status;
    int http_code;
    char body[16];
};

static void serve_answer(int fd, void *user) {
    struct exchange *exchange = user;
    char request[RAW_REQUEST_BYTES];
    if (raw_read_request(fd, request)) {
        exchange->request_line_len = strcspn(request, "\r");
        (void)raw_send_text(fd, exchange->answer);
        raw_wait_end(fd);
    }
}

static void exchange_on_done(void *user, const struct http_result *result) {
    struct exchange *exchange = user;
    exchange->status = result->status;
    exchange->http_code = result->http_code;
    (void)str_copy(exchange->body, sizeof(exchange->body), result->body);
    rig_count(&exchange->done);
}

static void exchange_ask(void *user) {
    struct exchange *exchange = user;
    struct http_client_desc desc = {
        .url = exchange->url, .timeout_ms = 1000, .on_done = exchange_on_done, .user = exchange};
    assert_int_equal(http_client_get(exchange->rig.client, &desc), STATUS_OK);
}

static void exchange_run(struct exchange *exchange, size_t path_len, const char *answer) {
    memset(exchange, 0, sizeof(*exchange));
    exchange->answer = answer;
    struct raw_server peer;
    assert_true(raw_server_start(&peer, serve_answer, exchange));
    int len = snprintf(exchange->url, sizeof(exchange->url), "http://127.0.0.1:%d/", peer.port);
    memset(exchange->url + len, 'p', path_len - 1);
    assert_true(rig_create(&exchange->rig, NULL) && rig_start(&exchange->rig));
    assert_true(rig_run(exchange->rig.client, exchange_ask, exchange));
    assert_true(rig_wait(&exchange->done, 1));
    rig_destroy(&exchange->rig);
    raw_server_stop(&peer);
}

static void long_paths_are_asked_whole(void **state) {
    (void)state;
    static const size_t lengths[] = {1, 2000, 2048, 4000};
    for (size_t i = 0; i < ARRAY_COUNT(lengths); i++) {
        static struct exchange exchange;
        exchange_run(&exchange, lengths[i], "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        if (exchange.status != STATUS_OK ||
            exchange.request_line_len != lengths[i] + strlen("GET  HTTP/1.1")) {
            fail_msg("a path of %zu bytes: %s, the request line had %zu", lengths[i],
                     status_text(exchange.status), exchange.request_line_len);
        }
    }
}

static void chunked_bodies_may_have_extensions_trailers_and_capitals(void **state) {
    (void)state;
    static const char *const answers[] = {
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;a=b\r\nok\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nA: b\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    };
    for (size_t i = 0; i < ARRAY_COUNT(answers); i++) {
        static struct exchange exchange;
        exchange_run(&exchange, 1, answers[i]);
        if (exchange.status != STATUS_OK || strcmp(exchange.body, "ok") != 0) {
            fail_msg("%s\ngot %s, \"%s\"", answers[i], status_text(exchange.status), exchange.body);
        }
    }
}

/* -- permessage-deflate -- */

enum { PLAIN_BYTES = 140000 };

struct mixture {
    char *plain; /* owned */
    bool all_plain;
    size_t lengths[MESSAGE_COUNT_MAX];
    uint32_t checks[MESSAGE_COUNT_MAX];
};

/* Cut into up to three frames; the first one's RSV1 says whether the message is compressed. */
static bool send_message(int fd, struct random *random, bool compressed, const void *bytes,
                         size_t len) {
    int frame_count = (int)(random_u64(random) % 3) + 1;
    bool ok = true;
    size_t at = 0;
    for (int i = 0; ok && i < frame_count; i++) {
        bool last = i + 1 == frame_count;
        size_t part = last ? len - at : random_u64(random) % (len - at + 1);
        unsigned first = compressed ? 0x42 : 0x02;
        ok = raw_send_frame(fd, (i == 0 ? first : 0) | (last ? 0x80 : 0), (const char *)bytes + at,
                            part);
        at += part;
    }
    return ok;
}

static void serve_mixture(int fd, void *user) {
    struct mixture *mixture = user;
    struct random random;
    random_init(&random, 3);
    z_stream stream = {0};
    Bytef *packed = malloc(PLAIN_BYTES);
    bool ok = packed != NULL && raw_upgrade(fd, "permessage-deflate") &&
              deflateInit2(&stream, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) == Z_OK;
    for (int i = 0; ok && i < MESSAGE_COUNT_MAX; i++) {
        size_t len = mixture->lengths[i];
        if (mixture->all_plain || len == 0 || random_u64(&random) % 2 == 0) {
            ok = send_message(fd, &random, false, mixture->plain, len);
            continue;
        }
        stream.next_in = (Bytef *)mixture->plain;
        stream.avail_in = (uInt)len;
        stream.next_out = packed;
        stream.avail_out = PLAIN_BYTES;
        (void)deflate(&stream, Z_SYNC_FLUSH);
        ok = send_message(fd, &random, true, packed, PLAIN_BYTES - stream.avail_out - 4);
    }
    deflateEnd(&stream);
    free(packed);
    raw_wait_end(fd);
}

static void plain_and_compressed_messages_of_all_lengths_may_alternate(void **state) {
    (void)state;
    static const size_t lengths[] = {0,     1,     125,   126,   127,   5000,   65531,
                                     65532, 65535, 65536, 65537, 70000, 131072, PLAIN_BYTES};
    static struct mixture mixture;
    mixture.plain = long_create(PLAIN_BYTES);
    for (int i = 0; i < MESSAGE_COUNT_MAX; i++) {
        mixture.lengths[i] = lengths[(size_t)i * 5 % ARRAY_COUNT(lengths)];
        mixture.checks[i] = check_of(mixture.plain, mixture.lengths[i]);
    }
    for (int all_plain = 0; all_plain < 2; all_plain++) {
        mixture.all_plain = all_plain != 0;
        struct raw_server peer;
        assert_true(raw_server_start(&peer, serve_mixture, &mixture));
        static struct side side;
        side_create_raw(&side, &peer);
        side_connect(&side);
        bool all = rig_wait(&side.received, MESSAGE_COUNT_MAX);
        rig_destroy(&side.rig);
        raw_server_stop(&peer);
        assert_true(all);
        assert_memory_equal(side.lengths, mixture.lengths, sizeof(side.lengths));
        assert_memory_equal(side.checks, mixture.checks, sizeof(side.checks));
    }
    free(mixture.plain);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(long_paths_are_asked_whole),
        cmocka_unit_test(chunked_bodies_may_have_extensions_trailers_and_capitals),
        cmocka_unit_test(plain_and_compressed_messages_of_all_lengths_may_alternate),
    };
    return cmocka_run_group_tests_name("net_limits", tests, NULL, NULL);
}
