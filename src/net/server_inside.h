/* net/server_inside.h - what server.c, server_conn.c and server_http.c share.
 *
 * Thread: the service's.  A connection of libwebsockets points (opaque) at one of: nothing, a
 * server_hold (its handshake is being held back), a server_answer (HTTP), a server_conn
 * (WebSocket); each begins with its kind. */
#pragma once

#include <libwebsockets.h>

#include "net/server.h"
#include "net/service.h"

enum {
    SERVER_TIMEOUT_S = 60,
    SERVER_PATH_BYTES = 4096,
    SERVER_FILE_BYTES = 1024,
    SERVER_HEADER_BYTES = 64,
    SERVER_BODY_BYTES_MAX = 64 * 1024
};

enum server_kind { SERVER_NOTHING, SERVER_HOLD, SERVER_ANSWER, SERVER_CONN };

struct server_answer;

struct net_server {
    struct net_service *service; /* borrowed */
    struct lws_vhost *vhost;     /* borrowed from the context */
    bool destroyed;              /* refuses whoever connects */
    struct net_server *previous, *next;
    const struct server_ops *ops;
    void *user;
    int accept_delay_ms;
    bool no_deflate;
    struct server_conn *conns;     /* owned */
    struct server_answer *answers; /* owned: those under way */
    char name[32], address[64];
    char cert_file[SERVER_FILE_BYTES], key_file[SERVER_FILE_BYTES];
    char header[SERVER_HEADER_BYTES]; /* that requests are asked for, with its colon; "": none */
};

/* A request as text that stays while it is needed. */
struct server_request_text {
    char path[SERVER_PATH_BYTES], query[SERVER_PATH_BYTES], header[SERVER_HEADER_BYTES];
    bool posted;
};

int server_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                    size_t len);

/* Path, query and header of the request being handled; false: too long. */
bool server_request_read(const struct net_server *server, struct lws *wsi,
                         struct server_request_text *out);
struct server_request server_request_view(const struct server_request_text *text);

/* -- server_http.c -- */
int server_http_request(struct net_server *server, struct lws *wsi);
/* Further bytes of a POST, and their end. */
int server_http_body(struct server_answer *answer, const char *bytes, size_t len);
int server_http_body_end(struct server_answer *answer);
int server_http_writeable(struct server_answer *answer);
void server_answer_drop(struct server_answer *answer); /* cut off, or done: free it */

/* -- server_conn.c -- */
int server_conn_upgrade(struct net_server *server, struct lws *wsi);
int server_conn_established(struct server_conn *conn);
int server_conn_writeable(struct server_conn *conn);
int server_conn_receive(struct server_conn *conn, const char *bytes, size_t len);
void server_conn_gone(struct server_conn *conn); /* its wsi is closing: tell the owner, free */
void server_conn_drop(struct server_conn *conn); /* cut it, tell the owner, free */

void server_free_graves(struct net_service *service);
