/* support/net_side.h - one WebSocket connection under test: the client's side, the own server's
 * side, what happened.
 *
 * Thread: fields belong to the thread named above them; the test reads them when a counter says so.
 * After cmocka.h. */
#pragma once

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

static inline uint32_t check_of(const char *bytes, size_t len) {
    return (uint32_t)crc32(0, (const Bytef *)bytes, (uInt)len);
}

static inline void side_on_open(void *user) {
    struct side *side = user;
    rig_count(&side->opened);
}

static inline void side_on_message(void *user, const char *bytes, size_t len, bool binary,
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

static inline void side_on_close(void *user, enum status status, const char *reason) {
    struct side *side = user;
    side->status = status;
    (void)str_copy(side->reason, sizeof(side->reason), reason);
    side->client = NULL;
    rig_count(&side->closed);
}

static const struct ws_client_ops side_ops = {
    .on_open = side_on_open, .on_message = side_on_message, .on_close = side_on_close};

static inline int peer_on_upgrade(void *user, const struct server_request *request) {
    struct side *side = user;
    (void)str_format(side->path, sizeof(side->path), "%s?%s", request->path, request->query);
    return side->refusal;
}

static inline void peer_on_open(void *user, struct server_conn *conn,
                                const struct server_request *request) {
    (void)request;
    struct side *side = user;
    side->conn = conn;
    server_conn_set_user(conn, side);
    rig_count(&side->server_opened);
}

static inline void peer_on_message(void *user, struct server_conn *conn, const char *bytes,
                                   size_t len) {
    struct side *side = user;
    assert_ptr_equal(server_conn_user(conn), side);
    (void)server_conn_send(conn, bytes, len, false);
    rig_count(&side->server_received);
}

static inline void peer_on_close(void *user, struct server_conn *conn) {
    (void)conn;
    struct side *side = user;
    side->conn = NULL;
    rig_count(&side->server_closed);
}

static const struct server_ops peer_ops = {.on_upgrade = peer_on_upgrade,
                                           .on_open = peer_on_open,
                                           .on_message = peer_on_message,
                                           .on_close = peer_on_close};

static inline void side_open(void *user) {
    struct side *side = user;
    side->desc.url = side->url;
    side->desc.ops = &side_ops;
    side->desc.user = side;
    side->client = ws_client_open(side->rig.client, &side->desc, &side->open_why);
}

/* Against the own server. */
static inline void side_create(struct side *side, const struct server_desc *wanted) {
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
static inline void side_create_raw(struct side *side, const struct raw_server *peer) {
    memset(side, 0, sizeof(*side));
    assert_true(rig_create(&side->rig, NULL));
    (void)snprintf(side->url, sizeof(side->url), "ws://127.0.0.1:%d/", peer->port);
    assert_true(rig_start(&side->rig));
}

static inline void side_connect(struct side *side) {
    assert_true(rig_run(side->rig.client, side_open, side));
    assert_int_equal(side->open_why, STATUS_OK);
    assert_true(rig_wait(&side->opened, 1));
}

static inline char *long_create(size_t len) {
    char *bytes = malloc(len);
    assert_non_null(bytes);
    for (size_t i = 0; i < len; i++) {
        bytes[i] = (char)('a' + (i * i / 7 + i) % 26);
    }
    return bytes;
}
