/* The WebSocket client against the own server and against a peer that says what no server should.
 */
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
#include "net/server.h"
#include "net/ws_client.h"
#include "support/net_rig.h"
#include "support/raw_server.h"

enum { MESSAGE_COUNT_MAX = 64, LONG_BYTES = 1500000 };

/* One connection and what came of it. */
struct side {
    struct rig rig;
    struct net_server *server;
    struct ws_client *client;
    char url[256];
    struct ws_client_desc desc;
    enum status open_why;

    /* -- client's thread; read by the test when a counter says so -- */
    atomic_int opened, received, closed;
    size_t lengths[MESSAGE_COUNT_MAX];
    uint32_t checks[MESSAGE_COUNT_MAX];
    char text[256]; /* the newest message, cut */
    int64_t recv_ns;
    enum status status;
    char reason[256];

    /* -- server's thread -- */
    struct server_conn *conn;
    atomic_int server_opened, server_received, server_closed;
    atomic_int refusal;
    char path[256];
};

static uint32_t check_of(const char *bytes, size_t len) {
    return (uint32_t)crc32(0, (const Bytef *)bytes, (uInt)len);
}

static void side_on_open(void *user) {
    struct side *side = user;
    rig_count(&side->opened);
}

static void side_on_message(void *user, const char *bytes, size_t len, bool binary,
                            int64_t recv_ns) {
    (void)binary;
    struct side *side = user;
    int at = atomic_load_explicit(&side->received, memory_order_relaxed);
    if (at < MESSAGE_COUNT_MAX) {
        side->lengths[at] = len;
        side->checks[at] = check_of(bytes, len);
    }
    (void)str_copy_span(side->text, sizeof(side->text), (struct span){bytes, len});
    side->recv_ns = recv_ns;
    rig_count(&side->received);
}

static void side_on_close(void *user, enum status status, const char *reason) {
    struct side *side = user;
    side->status = status;
    (void)str_copy(side->reason, sizeof(side->reason), reason);
    side->client = NULL;
    rig_count(&side->closed);
}

static const struct ws_client_ops side_ops = {side_on_open, side_on_message, side_on_close};

static int peer_on_upgrade(void *user, const struct server_request *request) {
    struct side *side = user;
    (void)str_format(side->path, sizeof(side->path), "%s?%s", request->path, request->query);
    return side->refusal;
}

static void peer_on_open(void *user, struct server_conn *conn,
                         const struct server_request *request) {
    (void)request;
    struct side *side = user;
    side->conn = conn;
    server_conn_set_user(conn, side);
    rig_count(&side->server_opened);
}

static void peer_on_message(void *user, struct server_conn *conn, const char *bytes, size_t len) {
    struct side *side = user;
    assert_ptr_equal(server_conn_user(conn), side);
    (void)server_conn_send(conn, bytes, len, false);
    rig_count(&side->server_received);
}

static void peer_on_close(void *user, struct server_conn *conn) {
    (void)conn;
    struct side *side = user;
    side->conn = NULL;
    rig_count(&side->server_closed);
}

static const struct server_ops peer_ops = {.on_upgrade = peer_on_upgrade,
                                           .on_open = peer_on_open,
                                           .on_message = peer_on_message,
                                           .on_close = peer_on_close};

static void side_open(void *user) {
    struct side *side = user;
    side->desc.url = side->url;
    side->desc.ops = &side_ops;
    side->desc.user = side;
    side->client = ws_client_open(side->rig.client, &side->desc, &side->open_why);
}

/* Against the own server. */
static void side_create(struct side *side, const struct server_desc *wanted) {
    memset(side, 0, sizeof(*side));
    assert_true(rig_create(&side->rig, NULL));
    struct server_desc desc = *wanted;
    desc.ops = &peer_ops;
    desc.user = side;
    enum status why = STATUS_OK;
    side->server = server_create(side->rig.server, &desc, &why);
    assert_non_null(side->server);
    (void)snprintf(side->url, sizeof(side->url),
                   "ws://127.0.0.1:%d/ws/stream?streams=a@b@100ms/c@d&x=1",
                   server_port(side->server));
    assert_true(rig_start(&side->rig));
}

/* Against a raw peer. */
static void side_create_raw(struct side *side, const struct raw_server *peer) {
    memset(side, 0, sizeof(*side));
    assert_true(rig_create(&side->rig, NULL));
    (void)snprintf(side->url, sizeof(side->url), "ws://127.0.0.1:%d/", peer->port);
    assert_true(rig_start(&side->rig));
}

static void side_connect(struct side *side) {
    assert_true(rig_run(side->rig.client, side_open, side));
    assert_int_equal(side->open_why, STATUS_OK);
    assert_true(rig_wait(&side->opened, 1));
}

struct sending {
    struct side *side;
    const char *bytes;
    size_t len;
    bool ok;
};

static void client_send(void *user) {
    struct sending *sending = user;
    sending->ok = ws_client_send(sending->side->client, sending->bytes, sending->len);
}

static void server_send(void *user) {
    struct sending *sending = user;
    sending->ok = server_conn_send(sending->side->conn, sending->bytes, sending->len, true);
}

static char *long_create(size_t len) {
    char *bytes = malloc(len);
    assert_non_null(bytes);
    for (size_t i = 0; i < len; i++) {
        bytes[i] = (char)('a' + (i * i / 7 + i) % 26);
    }
    return bytes;
}

static void echo_at(bool no_deflate_server, bool no_deflate_client) {
    static const size_t lengths[] = {0, 1, 125, 126, 127, 65535, 65536, 131072, LONG_BYTES, 5};
    struct side side;
    side_create(&side, &(struct server_desc){.no_deflate = no_deflate_server});
    side.desc.no_deflate = no_deflate_client;
    side_connect(&side);
    assert_string_equal(side.path, "/ws/stream?streams=a@b@100ms/c@d&x=1");
    char *bytes = long_create(LONG_BYTES);
    for (size_t i = 0; i < ARRAY_COUNT(lengths); i++) {
        struct sending sending = {.side = &side, .bytes = bytes, .len = lengths[i]};
        int64_t before_ns = clock_mono_ns();
        assert_true(rig_run(side.rig.client, client_send, &sending));
        assert_true(sending.ok);
        assert_true(rig_wait(&side.received, (int)i + 1));
        assert_int_equal(side.lengths[i], lengths[i]);
        assert_int_equal(side.checks[i], check_of(bytes, lengths[i]));
        assert_true(side.recv_ns >= before_ns && side.recv_ns <= clock_mono_ns());
    }
    free(bytes);
    rig_destroy(&side.rig);
    assert_int_equal(side.closed, 1);
    assert_int_equal(side.status, STATUS_CANCELLED);
    assert_int_equal(side.server_closed, 1);
}

static void messages_of_all_lengths_are_echoed(void **state) {
    (void)state;
    echo_at(true, false);
    echo_at(false, true);
}

static void messages_of_all_lengths_are_echoed_compressed(void **state) {
    (void)state;
    echo_at(false, false);
}

static void many_messages_keep_their_order(void **state) {
    (void)state;
    struct side side;
    side_create(&side, &(struct server_desc){0});
    side_connect(&side);
    assert_true(rig_wait(&side.server_opened, 1));
    char text[MESSAGE_COUNT_MAX][32];
    for (int i = 0; i < MESSAGE_COUNT_MAX; i++) {
        (void)snprintf(text[i], sizeof(text[i]), "message %d", i);
        struct sending sending = {.side = &side, .bytes = text[i], .len = strlen(text[i])};
        assert_true(rig_run(side.rig.server, server_send, &sending));
    }
    assert_true(rig_wait(&side.received, MESSAGE_COUNT_MAX));
    for (int i = 0; i < MESSAGE_COUNT_MAX; i++) {
        assert_int_equal(side.checks[i], check_of(text[i], strlen(text[i])));
    }
    rig_destroy(&side.rig);
}

static void server_close_with_code(void *user) {
    struct side *side = user;
    server_conn_close(side->conn, 1001);
}

static void server_cut(void *user) {
    struct side *side = user;
    server_conn_close(side->conn, 0);
}

static void client_close(void *user) {
    struct side *side = user;
    ws_client_close(side->client);
    side->client = NULL;
}

static void both_ways_of_ending_are_told_apart(void **state) {
    (void)state;
    struct side side;
    side_create(&side, &(struct server_desc){0});
    side_connect(&side);
    assert_true(rig_wait(&side.server_opened, 1));
    assert_true(rig_run(side.rig.server, server_close_with_code, &side));
    assert_true(rig_wait(&side.closed, 1));
    assert_int_equal(side.status, STATUS_CLOSED);
    assert_non_null(strstr(side.reason, "1001"));
    assert_true(rig_wait(&side.server_closed, 1));

    assert_true(rig_run(side.rig.client, side_open, &side));
    assert_true(rig_wait(&side.server_opened, 2));
    assert_true(rig_run(side.rig.server, server_cut, &side));
    assert_true(rig_wait(&side.closed, 2));
    assert_int_equal(side.status, STATUS_CLOSED);
    assert_null(strstr(side.reason, "1001"));

    assert_true(rig_run(side.rig.client, side_open, &side));
    assert_true(rig_wait(&side.server_opened, 3));
    assert_true(rig_run(side.rig.client, client_close, &side));
    assert_true(rig_wait(&side.server_closed, 3));
    rig_destroy(&side.rig);
    assert_int_equal(side.closed, 2); /* none after ws_client_close */
}

static void refusals_carry_their_http_code(void **state) {
    (void)state;
    static const int codes[] = {403, 404, 429, 451, 503};
    struct side side;
    side_create(&side, &(struct server_desc){0});
    for (size_t i = 0; i < ARRAY_COUNT(codes); i++) {
        char want[16];
        (void)snprintf(want, sizeof(want), "HTTP %d", codes[i]);
        side.refusal = codes[i];
        assert_true(rig_run(side.rig.client, side_open, &side));
        assert_true(rig_wait(&side.closed, (int)i + 1));
        assert_int_equal(side.status, STATUS_REFUSED);
        assert_string_equal(side.reason, want);
    }
    assert_int_equal(side.opened, 0);
    assert_int_equal(side.server_opened, 0);
    rig_destroy(&side.rig);
}

static void addresses_that_do_not_answer_are_reported(void **state) {
    (void)state;
    struct side side;
    side_create(&side, &(struct server_desc){0});
    static const struct {
        const char *url;
        enum status open_why, status;
        const char *reason;
    } rows[] = {
        {"ws://127.0.0.1:1/", STATUS_OK, STATUS_IO, "refused"},
        {"ws://localhost:1/", STATUS_OK, STATUS_IO, "refused"},
        {"wss://nowhere.invalid/", STATUS_OK, STATUS_NOT_FOUND, "nowhere.invalid"},
        {"ws://example.com/", STATUS_UNSUPPORTED, STATUS_OK, NULL},
        {"http://127.0.0.1/", STATUS_MALFORMED, STATUS_OK, NULL},
    };
    int closed = 0;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        (void)str_copy(side.url, sizeof(side.url), rows[i].url);
        assert_true(rig_run(side.rig.client, side_open, &side));
        assert_int_equal(side.open_why, rows[i].open_why);
        if (rows[i].open_why == STATUS_OK) {
            assert_true(rig_wait(&side.closed, ++closed));
            assert_int_equal(side.status, rows[i].status);
            assert_non_null(strstr(side.reason, rows[i].reason));
        }
    }
    rig_destroy(&side.rig);
    assert_int_equal(side.closed, closed);
}

static void slow_upgrades_time_out(void **state) {
    (void)state;
    struct side side;
    side_create(&side, &(struct server_desc){.accept_delay_ms = 400});
    side.desc.connect_timeout_ms = 100;
    assert_true(rig_run(side.rig.client, side_open, &side));
    assert_true(rig_wait(&side.closed, 1));
    assert_int_equal(side.status, STATUS_TIMEOUT);
    assert_int_equal(side.opened, 0);
    side.desc.connect_timeout_ms = 3000;
    side_connect(&side); /* held back, but not for ever */
    rig_destroy(&side.rig);
}

/* -- peers that break or bend the rules -- */

struct script {
    atomic_int served;
    const char *extensions;
    const char *bytes; /* sent after the upgrade */
    size_t len;
};

static void serve_bytes(int fd, void *user) {
    struct script *script = user;
    if (raw_upgrade(fd, script->extensions) && raw_send(fd, script->bytes, script->len)) {
        raw_wait_end(fd);
    }
    rig_count(&script->served);
}

static void broken_frames_end_the_connection(void **state) {
    (void)state;
    static const struct {
        const char *extensions, *bytes;
        size_t len;
        enum status status;
    } rows[] = {
        {NULL, "\x81\x82qqqqab", 8, STATUS_MALFORMED},     /* masked */
        {NULL, "\x80\x01x", 3, STATUS_MALFORMED},          /* continues nothing */
        {NULL, "\x01\x01x\x81\x01y", 6, STATUS_MALFORMED}, /* a message in a message */
        {NULL, "\xc1\x01x", 3, STATUS_MALFORMED},          /* compressed, not agreed */
        {NULL, "\x82\x7f\x00\x00\x00\x00\x01\x00\x00\x01zz", 12, STATUS_RANGE}, /* announced */
        {"permessage-deflate", "\xc1\x03\xff\xff\xff", 5, STATUS_MALFORMED},
        {"permessage-bzip", "", 0, STATUS_MALFORMED},
        {NULL,
         "\x88\x05\x03\xf4"
         "bye",
         7, STATUS_CLOSED}, /* 1012, which is a code like others */
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct script script = {
            .extensions = rows[i].extensions, .bytes = rows[i].bytes, .len = rows[i].len};
        struct raw_server peer;
        assert_true(raw_server_start(&peer, serve_bytes, &script));
        struct side side;
        side_create_raw(&side, &peer);
        assert_true(rig_run(side.rig.client, side_open, &side));
        assert_true(rig_wait(&side.closed, 1));
        assert_int_equal(side.status, rows[i].status);
        if (rows[i].status == STATUS_CLOSED) {
            assert_string_equal(side.reason, "closed by the peer: 1012 bye");
        }
        rig_destroy(&side.rig);
        raw_server_stop(&peer);
        assert_int_equal(side.received, 0);
    }
}

static void serve_fragments(int fd, void *user) {
    struct script *script = user;
    unsigned byte0 = 0;
    unsigned char pong[126];
    bool ok = raw_upgrade(fd, script->extensions) && raw_send_frame(fd, 0x01, "he", 2) &&
              raw_send_frame(fd, 0x89, "are you there", 13) && raw_send_frame(fd, 0x00, "", 0) &&
              raw_read_frame(fd, &byte0, pong) == 13 && byte0 == 0x8a &&
              memcmp(pong, "are you there", 13) == 0 && raw_send_frame(fd, 0x8a, "stray", 5) &&
              raw_send_frame(fd, 0x00, "ll", 2) && raw_send_frame(fd, 0x89, "", 0) &&
              raw_read_frame(fd, &byte0, pong) == 0 && byte0 == 0x8a &&
              raw_send_frame(fd, 0x80, "o", 1);
    /* Not compressed although it might be: allowed, and usual for short messages. */
    ok = ok && raw_send_frame(fd, 0x81, "plain", 5);
    char full[125];
    memset(full, 'p', sizeof(full));
    ok = ok && raw_send_frame(fd, 0x89, full, sizeof(full)) &&
         raw_read_frame(fd, &byte0, pong) == 125 && memcmp(pong, full, 125) == 0;
    /* A message of single bytes, each a frame and a packet of its own. */
    char *bytes = script->len > 0 ? (char *)calloc(1, script->len) : NULL;
    for (size_t i = 0; ok && i < script->len; i++) {
        unsigned first = i == 0 ? 0x02 : 0x00;
        unsigned last = i + 1 == script->len ? 0x80 : 0x00;
        ok = raw_send_frame(fd, first | last, bytes + i, 1);
    }
    free(bytes);
    if (ok) {
        rig_count(&script->served);
        raw_wait_end(fd);
    }
}

static void fragments_are_joined_around_control_frames(void **state) {
    (void)state;
    static const char *const extensions[] = {NULL, "permessage-deflate"};
    for (size_t i = 0; i < ARRAY_COUNT(extensions); i++) {
        struct script script = {.extensions = extensions[i], .len = 1000};
        struct raw_server peer;
        assert_true(raw_server_start(&peer, serve_fragments, &script));
        struct side side;
        side_create_raw(&side, &peer);
        side_connect(&side);
        assert_true(rig_wait(&side.received, 3));
        assert_int_equal(side.checks[0], check_of("hello", 5));
        assert_int_equal(side.checks[1], check_of("plain", 5));
        assert_int_equal(side.lengths[2], 1000);
        assert_true(rig_wait(&script.served, 1));
        rig_destroy(&side.rig);
        raw_server_stop(&peer);
    }
}

static void serve_too_long(int fd, void *user) {
    struct script *script = user;
    enum { PART_BYTES = 1 << 20 };
    char *part = calloc(1, PART_BYTES);
    bool ok = part != NULL && raw_upgrade(fd, NULL);
    /* The cap itself passes, in sixteen frames; one byte more does not. */
    for (int i = 0; ok && i < 16; i++) {
        ok = raw_send_frame(fd, i == 0 ? 0x02 : i == 15 ? 0x80 : 0x00, part, PART_BYTES);
    }
    for (int i = 0; ok && i < 16; i++) {
        ok = raw_send_frame(fd, i == 0 ? 0x02 : 0x00, part, PART_BYTES);
    }
    ok = ok && raw_send_frame(fd, 0x80, "x", 1);
    free(part);
    raw_wait_end(fd);
    rig_count(&script->served);
}

static void message_above_the_cap_ends_the_connection(void **state) {
    (void)state;
    struct script script = {0};
    struct raw_server peer;
    assert_true(raw_server_start(&peer, serve_too_long, &script));
    struct side side;
    side_create_raw(&side, &peer);
    side_connect(&side);
    assert_true(rig_wait(&side.closed, 1));
    assert_int_equal(side.status, STATUS_RANGE);
    assert_int_equal(side.received, 1);
    assert_int_equal(side.lengths[0], WS_MESSAGE_BYTES_MAX);
    rig_destroy(&side.rig);
    raw_server_stop(&peer);
}

static void serve_bomb(int fd, void *user) {
    struct script *script = user;
    enum { PLAIN_BYTES = WS_MESSAGE_BYTES_MAX + 1000, PACKED_BYTES = 200000 };
    z_stream stream = {0};
    Bytef *plain = calloc(1, PLAIN_BYTES);
    Bytef *packed = malloc(PACKED_BYTES);
    if (plain != NULL && packed != NULL && raw_upgrade(fd, "permessage-deflate") &&
        deflateInit2(&stream, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) == Z_OK) {
        stream.next_in = plain;
        stream.avail_in = PLAIN_BYTES;
        stream.next_out = packed;
        stream.avail_out = PACKED_BYTES;
        (void)deflate(&stream, Z_SYNC_FLUSH);
        (void)raw_send_frame(fd, 0xc2, packed, PACKED_BYTES - stream.avail_out - 4);
        deflateEnd(&stream);
        raw_wait_end(fd);
    }
    free(plain);
    free(packed);
    rig_count(&script->served);
}

static void inflated_message_above_the_cap_ends_the_connection(void **state) {
    (void)state;
    struct script script = {0};
    struct raw_server peer;
    assert_true(raw_server_start(&peer, serve_bomb, &script));
    struct side side;
    side_create_raw(&side, &peer);
    side_connect(&side);
    assert_true(rig_wait(&side.closed, 1));
    assert_int_equal(side.status, STATUS_RANGE);
    assert_int_equal(side.received, 0);
    rig_destroy(&side.rig);
    raw_server_stop(&peer);
}

static void serve_silence(int fd, void *user) {
    struct script *script = user;
    unsigned byte0 = 0;
    unsigned char payload[126];
    if (raw_upgrade(fd, NULL) && raw_read_frame(fd, &byte0, payload) == 0 && byte0 == 0x89) {
        rig_count(&script->served); /* a ping came; no pong goes back */
    }
    raw_wait_end(fd);
}

static void peer_that_answers_no_ping_is_dead(void **state) {
    (void)state;
    struct script script = {0};
    struct raw_server peer;
    assert_true(raw_server_start(&peer, serve_silence, &script));
    struct side side;
    side_create_raw(&side, &peer);
    side.desc.ping_interval_ms = 60;
    side_connect(&side);
    assert_true(rig_wait(&side.closed, 1));
    assert_int_equal(side.status, STATUS_TIMEOUT);
    assert_int_equal(script.served, 1);
    rig_destroy(&side.rig);
    raw_server_stop(&peer);
}

static void peer_that_answers_pings_lives(void **state) {
    (void)state;
    struct side side;
    side_create(&side, &(struct server_desc){0});
    side.desc.ping_interval_ms = 100;
    side_connect(&side);
    clock_sleep_until_ns(clock_mono_ns() + 450 * 1000000);
    assert_int_equal(side.closed, 0);
    rig_destroy(&side.rig);
}

static void server_overflow(void *user) {
    struct side *side = user;
    char *bytes = long_create(LONG_BYTES);
    size_t queued = 0;
    while (server_conn_send(side->conn, bytes, LONG_BYTES, true)) {
        queued += LONG_BYTES;
        assert_int_equal(server_conn_queued_bytes(side->conn), queued);
        assert_true(queued <= 32u << 20);
    }
    assert_true(queued > 30u << 20);
    free(bytes);
}

static void queue_of_the_server_has_an_end(void **state) {
    (void)state;
    struct side side;
    side_create(&side, &(struct server_desc){.no_deflate = true});
    side_connect(&side);
    assert_true(rig_wait(&side.server_opened, 1));
    assert_true(rig_run(side.rig.server, server_overflow, &side));
    assert_true(rig_wait(&side.received, 21)); /* and what it has taken arrives */
    rig_destroy(&side.rig);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_of_all_lengths_are_echoed),
        cmocka_unit_test(messages_of_all_lengths_are_echoed_compressed),
        cmocka_unit_test(many_messages_keep_their_order),
        cmocka_unit_test(both_ways_of_ending_are_told_apart),
        cmocka_unit_test(refusals_carry_their_http_code),
        cmocka_unit_test(addresses_that_do_not_answer_are_reported),
        cmocka_unit_test(slow_upgrades_time_out),
        cmocka_unit_test(broken_frames_end_the_connection),
        cmocka_unit_test(fragments_are_joined_around_control_frames),
        cmocka_unit_test(message_above_the_cap_ends_the_connection),
        cmocka_unit_test(inflated_message_above_the_cap_ends_the_connection),
        cmocka_unit_test(peer_that_answers_no_ping_is_dead),
        cmocka_unit_test(peer_that_answers_pings_lives),
        cmocka_unit_test(queue_of_the_server_has_an_end),
    };
    return cmocka_run_group_tests_name("net_ws", tests, NULL, NULL);
}
