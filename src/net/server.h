/* net/server.h - the server side: WebSocket and HTTP on one listening port.
 *
 * Used by the simulated exchange and, later, the local API.  Thread: the service's.  Owner: the
 * caller. Binds to loopback unless the descriptor names another address. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct net_service;
struct net_server;
struct server_conn; /* one WebSocket connection */

struct server_request {
    const char *path;   /* "/fapi/v1/depth" */
    const char *query;  /* "symbol=BTCUSDT&limit=1000", "" if none */
    const char *header; /* value of the descriptor's header, "" if none */
    const char *body;   /* of a POST, terminated; NULL: another method */
    size_t body_len;
};

struct server_response {
    int http_code;            /* 0: 200 */
    const char *content_type; /* NULL: application/json */
    char *body;               /* malloc'd, taken over and freed by the server; NULL: empty */
    size_t len;
    const char
        *header_name; /* one further header, NULL: none; borrowed until the handler returns */
    const char *header_value;
    int delay_ms; /* answer this much later */
};

struct server_ops {
    /* Fill response (zeroed). Optional: NULL answers 404. */
    void (*on_request)(void *user, const struct server_request *request,
                       struct server_response *response);
    /* An upgrade is asked for; 0 accepts, else the HTTP code that refuses it (404, 451, …). */
    int (*on_upgrade)(void *user, const struct server_request *request);
    void (*on_open)(void *user, struct server_conn *conn, const struct server_request *request);
    void (*on_message)(void *user, struct server_conn *conn, const char *bytes, size_t len);
    void (*on_close)(void *user, struct server_conn *conn); /* conn is freed after this call */
};

struct server_desc {
    const char *bind_address;         /* NULL: 127.0.0.1 */
    int port;                         /* 0: any free one */
    const char *cert_file, *key_file; /* PEM; both NULL: plain */
    const struct server_ops *ops;
    void *user;
    const char *header; /* a request header that is wanted, "x-size-decimal:"; NULL: none */
    bool no_deflate;
    int accept_delay_ms; /* tests: hold the TLS handshake or upgrade back */
};

/* May be called before net_service_start or on its thread. NULL and *why: STATUS_BUSY (port in
 * use), STATUS_IO (certificate, address), STATUS_MEMORY. */
struct net_server *server_create(struct net_service *service, const struct server_desc *desc,
                                 enum status *why);
int server_port(const struct net_server *server);
void server_destroy(struct net_server *server); /* also freed with its service */

/* Queue a message (copied). False: more than 32 MiB wait on this connection; the caller should
 * close it. */
bool server_conn_send(struct server_conn *conn, const char *bytes, size_t len, bool binary);
size_t server_conn_queued_bytes(const struct server_conn *conn);
void server_conn_ping(struct server_conn *conn, const void *payload, size_t len);
void server_conn_close(struct server_conn *conn,
                       int code); /* 0: cut the TCP connection without a close frame */
/* Tests: neither read nor write any more, as a peer that is gone without a word; false: go on. */
void server_conn_freeze(struct server_conn *conn, bool frozen);
/* How long ago the newest bytes of the client came, pings and pongs included; 0: not known. */
int64_t server_conn_idle_ms(const struct server_conn *conn);
void server_conn_set_user(struct server_conn *conn, void *user);
void *server_conn_user(const struct server_conn *conn);
