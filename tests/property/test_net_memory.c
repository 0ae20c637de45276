/* Messages of every shape arrive without an allocation once the buffers have grown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "net/ws_client.h"
#include "support/alloc_count.h"
#include "support/net_rig.h"
#include "support/raw_server.h"

enum { LONG_BYTES = 300000, PACKED_BYTES = 20000, ROUND_COUNT = 40, ROUND_MESSAGES = 4 };

struct shapes {
    char *plain;                        /* owned */
    unsigned char packed[PACKED_BYTES]; /* plain, compressed by itself */
    size_t packed_len;
    atomic_int may_go_on; /* the second half waits for the counting to begin */
};

struct receiver {
    struct rig rig;
    char url[64];
    atomic_int received, closed;
    int bad;
};

static bool send_round(int fd, const struct shapes *shapes) {
    unsigned byte0 = 0;
    unsigned char pong[126];
    return raw_send_frame(fd, 0x81, shapes->plain, 200) &&
           raw_send_frame(fd, 0x01, shapes->plain, 100000) && raw_send_frame(fd, 0x89, "ping", 4) &&
           raw_read_frame(fd, &byte0, pong) == 4 &&
           raw_send_frame(fd, 0x80, shapes->plain + 100000, LONG_BYTES - 100000) &&
           raw_send_frame(fd, 0xc1, shapes->packed, shapes->packed_len) &&
           raw_send_frame(fd, 0x82, shapes->plain, LONG_BYTES);
}

static void serve_shapes(int fd, void *user) {
    struct shapes *shapes = user;
    bool ok = raw_upgrade(fd, "permessage-deflate");
    for (int round = 0; ok && round < 2 * ROUND_COUNT; round++) {
        if (round == ROUND_COUNT) {
            ok = rig_wait(&shapes->may_go_on, 1);
        }
        ok = ok && send_round(fd, shapes);
    }
    raw_wait_end(fd);
}

static void receiver_on_open(void *user) {
    (void)user;
}

static void receiver_on_message(void *user, const char *bytes, size_t len, bool binary,
                                int64_t recv_ns) {
    struct receiver *receiver = user;
    (void)bytes;
    (void)binary;
    (void)recv_ns;
    static const size_t lengths[ROUND_MESSAGES] = {200, LONG_BYTES, LONG_BYTES, LONG_BYTES};
    receiver->bad += len != lengths[receiver->received % ROUND_MESSAGES];
    rig_count(&receiver->received);
}

static void receiver_on_close(void *user, enum status status, const char *reason) {
    struct receiver *receiver = user;
    if (status != STATUS_CANCELLED) {
        fprintf(stderr, "closed: %s\n", reason);
        receiver->bad++;
    }
    rig_count(&receiver->closed);
}

static const struct ws_client_ops receiver_ops = {
    .on_open = receiver_on_open, .on_message = receiver_on_message, .on_close = receiver_on_close};

static void receiver_open(void *user) {
    struct receiver *receiver = user;
    enum status why = STATUS_OK;
    assert_non_null(ws_client_open(
        receiver->rig.client,
        &(struct ws_client_desc){.url = receiver->url, .ops = &receiver_ops, .user = receiver},
        &why));
}

static void steady_reception_allocates_nothing(void **state) {
    (void)state;
    static struct shapes shapes;
    shapes.plain = malloc(LONG_BYTES);
    assert_non_null(shapes.plain);
    memset(shapes.plain, 'p', LONG_BYTES);
    z_stream stream = {0};
    assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY), Z_OK);
    stream.next_in = (Bytef *)shapes.plain;
    stream.avail_in = LONG_BYTES;
    stream.next_out = shapes.packed;
    stream.avail_out = PACKED_BYTES;
    assert_int_equal(deflate(&stream, Z_SYNC_FLUSH), Z_OK);
    shapes.packed_len = PACKED_BYTES - stream.avail_out - 4;
    deflateEnd(&stream);

    struct raw_server peer;
    assert_true(raw_server_start(&peer, serve_shapes, &shapes));
    struct receiver receiver = {0};
    assert_true(rig_create(&receiver.rig, NULL) && rig_start(&receiver.rig));
    (void)snprintf(receiver.url, sizeof(receiver.url), "ws://127.0.0.1:%d/", peer.port);
    assert_true(rig_run(receiver.rig.client, receiver_open, &receiver));
    assert_true(rig_wait(&receiver.received, ROUND_COUNT * ROUND_MESSAGES));
    alloc_count_begin();
    rig_count(&shapes.may_go_on);
    bool all = rig_wait(&receiver.received, 2 * ROUND_COUNT * ROUND_MESSAGES);
    int64_t calls = alloc_count_end();
    assert_true(all);
    assert_int_equal(calls, 0);
    rig_destroy(&receiver.rig);
    raw_server_stop(&peer);
    assert_int_equal(receiver.bad, 0);
    free(shapes.plain);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steady_reception_allocates_nothing),
    };
    return cmocka_run_group_tests_name("net_memory", tests, NULL, NULL);
}
