/* net/server_conn.c - WebSocket connections of net/server.h. */
#include <assert.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/str.h"
#include "net/server_inside.h"
#include "net/service_inside.h"
#include "net/ws_client.h"

enum {
    CONN_QUEUE_BYTES_MAX = 32 * 1024 * 1024,
    CONN_WRITE_COUNT_MAX = 32, /* messages in a turn, while the socket takes them */
    CONN_PING_BYTES_MAX = 125,
};

struct server_message {
    struct server_message *next;
    size_t len;
    bool binary;
    unsigned char bytes[]; /* LWS_PRE, then len */
};

struct server_conn {
    enum server_kind kind;
    struct net_server *server; /* borrowed */
    struct server_conn *previous, *next;
    struct lws *wsi;
    struct server_request_text request;
    void *user;
    bool opened; /* on_open was called, on_close is due */

    struct server_message *first, *last; /* owned: to be sent */
    size_t queued_bytes;
    unsigned char ping[LWS_PRE + CONN_PING_BYTES_MAX];
    size_t ping_len;
    bool ping_due;
    int close_code; /* > 0: to be closed when the queue is empty */
    bool frozen;

    char *received; /* owned: fragments joined so far */
    size_t received_len, received_size;
};

int server_conn_upgrade(struct net_server *server, struct lws *wsi) {
    struct server_conn *conn = calloc(1, sizeof(*conn));
    if (conn == NULL) {
        return -1;
    }
    int refusal = 414;
    if (server_request_read(server, wsi, &conn->request)) {
        struct server_request request = server_request_view(&conn->request);
        refusal =
            server->ops->on_upgrade != NULL ? server->ops->on_upgrade(server->user, &request) : 0;
    }
    if (refusal != 0) {
        free(conn);
        return lws_return_http_status(wsi, (unsigned)refusal, NULL) != 0 ? -1 : 1;
    }
    conn->kind = SERVER_CONN;
    conn->server = server;
    conn->wsi = wsi;
    conn->next = server->conns;
    if (conn->next != NULL) {
        conn->next->previous = conn;
    }
    server->conns = conn;
    lws_set_opaque_user_data(wsi, conn);
    return 0;
}

int server_conn_established(struct server_conn *conn) {
    /* Its defaults of 1 KiB would cut every message into small fragments. */
    (void)lws_set_extension_option(conn->wsi, "permessage-deflate", "tx_buf_size", "16");
    (void)lws_set_extension_option(conn->wsi, "permessage-deflate", "rx_buf_size", "16");
    conn->opened = true;
    if (conn->server->ops->on_open != NULL) {
        struct server_request request = server_request_view(&conn->request);
        conn->server->ops->on_open(conn->server->user, conn, &request);
    }
    return 0;
}

void server_conn_gone(struct server_conn *conn) {
    struct net_server *server = conn->server;
    if (conn->previous != NULL) {
        conn->previous->next = conn->next;
    } else {
        server->conns = conn->next;
    }
    if (conn->next != NULL) {
        conn->next->previous = conn->previous;
    }
    if (conn->opened && server->ops->on_close != NULL) {
        conn->wsi = NULL;
        server->ops->on_close(server->user, conn);
    }
    while (conn->first != NULL) {
        struct server_message *message = conn->first;
        conn->first = message->next;
        free(message);
    }
    free(conn->received);
    free(conn);
}

void server_conn_drop(struct server_conn *conn) {
    lws_set_opaque_user_data(conn->wsi, NULL);
    lws_set_timeout(conn->wsi, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_ASYNC);
    server_conn_gone(conn);
}

static int server_conn_write_message(struct server_conn *conn) {
    struct server_message *message = conn->first;
    conn->first = message->next;
    if (conn->first == NULL) {
        conn->last = NULL;
    }
    conn->queued_bytes -= message->len;
    int written = lws_write(conn->wsi, message->bytes + LWS_PRE, message->len,
                            message->binary ? LWS_WRITE_BINARY : LWS_WRITE_TEXT);
    free(message);
    return written;
}

/* Whether the socket took the last message whole. With compression libwebsockets may still hold a
 * part of it, which only the slower question knows, a system call each. */
static bool server_conn_takes_more(const struct server_conn *conn) {
    return conn->server->no_deflate ? lws_partial_buffered(conn->wsi) == 0
                                    : lws_send_pipe_choked(conn->wsi) == 0;
}

/* on: what is written waits, so that messages of one turn travel in as few packets as they fit. */
static void server_conn_cork(const struct server_conn *conn, bool on) {
    int value = on;
    (void)setsockopt(lws_get_socket_fd(conn->wsi), IPPROTO_TCP, TCP_CORK, &value, sizeof(value));
}

/* False: the connection is broken. */
static bool server_conn_write_queue(struct server_conn *conn) {
    bool ok = true;
    bool several = conn->first != NULL && conn->first->next != NULL;
    if (several) {
        server_conn_cork(conn, true);
    }
    for (int i = 0; i < CONN_WRITE_COUNT_MAX && conn->first != NULL && ok; i++) {
        if (i > 0 && !server_conn_takes_more(conn)) {
            break;
        }
        ok = server_conn_write_message(conn) >= 0;
    }
    if (several) {
        server_conn_cork(conn, false);
    }
    return ok;
}

int server_conn_writeable(struct server_conn *conn) {
    if (conn->frozen) {
        return 0;
    }
    if (conn->ping_due) {
        conn->ping_due = false;
        if (lws_write(conn->wsi, conn->ping + LWS_PRE, conn->ping_len, LWS_WRITE_PING) < 0) {
            return -1;
        }
    }
    if (!server_conn_write_queue(conn)) {
        return -1;
    }
    if (conn->first != NULL) {
        lws_callback_on_writable(conn->wsi);
    } else if (conn->close_code > 0) {
        lws_close_reason(conn->wsi, (enum lws_close_status)conn->close_code, NULL, 0);
        return -1;
    }
    return 0;
}

static bool server_conn_append(struct server_conn *conn, const char *bytes, size_t len) {
    size_t wanted = conn->received_len + len;
    if (wanted > WS_MESSAGE_BYTES_MAX) {
        return false;
    }
    if (wanted > conn->received_size) {
        size_t size = conn->received_size == 0 ? WS_BUFFER_BYTES : conn->received_size;
        while (size < wanted) {
            size *= 2;
        }
        char *grown = realloc(conn->received, size);
        if (grown == NULL) {
            return false;
        }
        conn->received = grown;
        conn->received_size = size;
    }
    if (len > 0) {
        memcpy(conn->received + conn->received_len, bytes, len);
    }
    conn->received_len = wanted;
    return true;
}

int server_conn_receive(struct server_conn *conn, const char *bytes, size_t len) {
    const struct net_server *server = conn->server;
    if (lws_is_first_fragment(conn->wsi)) {
        conn->received_len = 0;
    }
    if (!server_conn_append(conn, bytes, len)) {
        lws_close_reason(conn->wsi, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE, NULL, 0);
        return -1;
    }
    if (!lws_is_final_fragment(conn->wsi)) {
        return 0;
    }
    size_t received_len = conn->received_len;
    conn->received_len = 0;
    if (server->ops->on_message != NULL) {
        server->ops->on_message(server->user, conn, conn->received, received_len);
    }
    return 0;
}

bool server_conn_send(struct server_conn *conn, const char *bytes, size_t len, bool binary) {
    service_assert(conn->server->service);
    if (conn->wsi == NULL || conn->close_code > 0 ||
        len > CONN_QUEUE_BYTES_MAX - conn->queued_bytes) {
        return false;
    }
    struct server_message *message = malloc(sizeof(*message) + LWS_PRE + len);
    if (message == NULL) {
        return false;
    }
    message->next = NULL;
    message->len = len;
    message->binary = binary;
    if (len > 0) {
        memcpy(message->bytes + LWS_PRE, bytes, len);
    }
    if (conn->last != NULL) {
        conn->last->next = message;
    } else {
        conn->first = message;
        lws_callback_on_writable(conn->wsi);
    }
    conn->last = message;
    conn->queued_bytes += len;
    return true;
}

size_t server_conn_queued_bytes(const struct server_conn *conn) {
    return conn->queued_bytes;
}

void server_conn_ping(struct server_conn *conn, const void *payload, size_t len) {
    service_assert(conn->server->service);
    assert(len <= CONN_PING_BYTES_MAX);
    if (conn->wsi == NULL) {
        return;
    }
    if (len > 0) {
        memcpy(conn->ping + LWS_PRE, payload, len);
    }
    conn->ping_len = len;
    conn->ping_due = true;
    lws_callback_on_writable(conn->wsi);
}

void server_conn_close(struct server_conn *conn, int code) {
    service_assert(conn->server->service);
    if (conn->wsi == NULL) {
        return;
    }
    if (code > 0) {
        conn->close_code = code;
        lws_callback_on_writable(conn->wsi);
        return;
    }
    /* With linger at zero the kernel answers with a reset instead of a close. */
    struct linger reset = {.l_onoff = 1, .l_linger = 0};
    (void)setsockopt(lws_get_socket_fd(conn->wsi), SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
    lws_set_timeout(conn->wsi, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_ASYNC);
}

void server_conn_freeze(struct server_conn *conn, bool frozen) {
    service_assert(conn->server->service);
    if (conn->wsi == NULL || conn->frozen == frozen) {
        return;
    }
    conn->frozen = frozen;
    lws_rx_flow_control(conn->wsi, frozen ? 0 : 1);
    if (!frozen) {
        lws_callback_on_writable(conn->wsi);
    }
}

int64_t server_conn_idle_ms(const struct server_conn *conn) {
    struct tcp_info info = {0};
    socklen_t len = sizeof(info);
    bool known = conn->wsi != NULL &&
                 getsockopt(lws_get_socket_fd(conn->wsi), IPPROTO_TCP, TCP_INFO, &info, &len) == 0;
    return known ? (int64_t)info.tcpi_last_data_recv : 0;
}

void server_conn_set_user(struct server_conn *conn, void *user) {
    conn->user = user;
}

void *server_conn_user(const struct server_conn *conn) {
    return conn->user;
}
