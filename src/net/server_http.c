/* net/server_http.c - HTTP answers of net/server.h, and the dispatch of what libwebsockets reports.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "net/server_inside.h"

enum { ANSWER_HEAD_BYTES = 2048, ANSWER_RUN_BYTES = 32 * 1024 };

/* A new connection whose handshake waits. */
struct server_hold {
    enum server_kind kind;
    struct lws *wsi;
    struct net_timer timer;
};

struct server_answer {
    enum server_kind kind;
    struct net_server *server; /* borrowed */
    struct server_answer *previous, *next;
    struct lws *wsi;
    struct net_timer timer;
    int http_code;
    char content_type[128], header_name[64], header_value[512];
    char *body; /* owned */
    size_t len, sent;
    bool head_sent;
};

/* libwebsockets keeps a query as one fragment an argument. */
static bool server_request_read_query(struct lws *wsi, struct server_request_text *out) {
    size_t at = 0;
    for (int i = 0;; i++) {
        int len = lws_hdr_fragment_length(wsi, WSI_TOKEN_HTTP_URI_ARGS, i);
        if (len <= 0) {
            return true;
        }
        if ((size_t)len + 2 > sizeof(out->query) - at) {
            return false;
        }
        if (i > 0) {
            out->query[at++] = '&';
        }
        if (lws_hdr_copy_fragment(wsi, out->query + at, (int)(sizeof(out->query) - at),
                                  WSI_TOKEN_HTTP_URI_ARGS, i) < 0) {
            return false;
        }
        at += (size_t)len;
    }
}

bool server_request_read(struct lws *wsi, struct server_request_text *out) {
    out->path[0] = '\0';
    out->query[0] = '\0';
    return lws_hdr_copy(wsi, out->path, sizeof(out->path), WSI_TOKEN_GET_URI) >= 0 &&
           server_request_read_query(wsi, out);
}

struct server_request server_request_view(const struct server_request_text *text) {
    return (struct server_request){.path = text->path, .query = text->query};
}

void server_answer_drop(struct server_answer *answer) {
    net_timer_cancel(&answer->timer);
    if (lws_get_opaque_user_data(answer->wsi) == answer) {
        lws_set_opaque_user_data(answer->wsi, NULL);
    }
    if (answer->previous != NULL) {
        answer->previous->next = answer->next;
    } else {
        answer->server->answers = answer->next;
    }
    if (answer->next != NULL) {
        answer->next->previous = answer->previous;
    }
    free(answer->body);
    free(answer);
}

static void server_answer_due(void *user) {
    struct server_answer *answer = user;
    lws_callback_on_writable(answer->wsi);
}

int server_http_request(struct net_server *server, struct lws *wsi) {
    struct server_request_text text;
    struct server_response response = {.http_code = 404};
    if (!server_request_read(wsi, &text)) {
        response.http_code = 414;
    } else if (server->ops->on_request != NULL) {
        response.http_code = 0;
        struct server_request request = server_request_view(&text);
        server->ops->on_request(server->user, &request, &response);
    }
    struct server_answer *answer = calloc(1, sizeof(*answer));
    if (answer == NULL) {
        free(response.body);
        return -1;
    }
    answer->kind = SERVER_ANSWER;
    answer->server = server;
    answer->wsi = wsi;
    answer->http_code = response.http_code != 0 ? response.http_code : 200;
    answer->body = response.body;
    answer->len = response.body != NULL ? response.len : 0;
    const char *type = response.content_type != NULL ? response.content_type : "application/json";
    (void)str_copy(answer->content_type, sizeof(answer->content_type), type);
    if (response.header_name != NULL) {
        (void)str_format(answer->header_name, sizeof(answer->header_name),
                         "%s:", response.header_name);
        (void)str_copy(answer->header_value, sizeof(answer->header_value), response.header_value);
    }
    answer->next = server->answers;
    if (answer->next != NULL) {
        answer->next->previous = answer;
    }
    server->answers = answer;
    lws_set_opaque_user_data(wsi, answer);
    if (response.delay_ms > 0) {
        net_timer_schedule(server->service, &answer->timer, response.delay_ms, server_answer_due,
                           answer);
    } else {
        lws_callback_on_writable(wsi);
    }
    return 0;
}

static int server_answer_write_head(struct server_answer *answer) {
    unsigned char buffer[LWS_PRE + ANSWER_HEAD_BYTES];
    unsigned char *begin = buffer + LWS_PRE;
    unsigned char *at = begin;
    unsigned char *end = buffer + sizeof(buffer) - 1;
    if (lws_add_http_common_headers(answer->wsi, (unsigned)answer->http_code, answer->content_type,
                                    answer->len, &at, end) != 0) {
        return -1;
    }
    if (answer->header_name[0] != '\0' &&
        lws_add_http_header_by_name(answer->wsi, (const unsigned char *)answer->header_name,
                                    (const unsigned char *)answer->header_value,
                                    (int)strlen(answer->header_value), &at, end) != 0) {
        return -1;
    }
    answer->head_sent = true;
    return lws_finalize_write_http_header(answer->wsi, begin, &at, end);
}

int server_http_writeable(struct server_answer *answer) {
    struct lws *wsi = answer->wsi;
    if (!answer->head_sent) {
        if (server_answer_write_head(answer) != 0) {
            return -1;
        }
        if (answer->len > 0) {
            lws_callback_on_writable(wsi);
            return 0;
        }
    } else if (answer->sent < answer->len) {
        unsigned char buffer[LWS_PRE + ANSWER_RUN_BYTES];
        size_t left = answer->len - answer->sent;
        size_t run = left < ANSWER_RUN_BYTES ? left : ANSWER_RUN_BYTES;
        memcpy(buffer + LWS_PRE, answer->body + answer->sent, run);
        bool last = run == left;
        if (lws_write(wsi, buffer + LWS_PRE, run, last ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP) <
            0) {
            return -1;
        }
        answer->sent += run;
        if (!last) {
            lws_callback_on_writable(wsi);
            return 0;
        }
    }
    server_answer_drop(answer);
    return lws_http_transaction_completed(wsi) != 0 ? -1 : 0;
}

static void server_hold_over(void *user) {
    struct server_hold *hold = user;
    lws_set_opaque_user_data(hold->wsi, NULL);
    lws_rx_flow_control(hold->wsi, 1);
    free(hold);
}

static int server_hold_back(struct net_server *server, struct lws *wsi) {
    struct server_hold *hold = calloc(1, sizeof(*hold));
    if (hold == NULL) {
        return -1;
    }
    hold->kind = SERVER_HOLD;
    hold->wsi = wsi;
    lws_set_opaque_user_data(wsi, hold);
    lws_rx_flow_control(wsi, 0);
    net_timer_schedule(server->service, &hold->timer, server->accept_delay_ms, server_hold_over,
                       hold);
    return 0;
}

/* The connection is going: whatever it points at goes too. */
static void server_wsi_gone(struct lws *wsi) {
    enum server_kind *kind = lws_get_opaque_user_data(wsi);
    if (kind == NULL) {
        return;
    }
    lws_set_opaque_user_data(wsi, NULL);
    if (*kind == SERVER_HOLD) {
        struct server_hold *hold = (struct server_hold *)(void *)kind;
        net_timer_cancel(&hold->timer);
        free(hold);
    } else if (*kind == SERVER_ANSWER) {
        server_answer_drop((struct server_answer *)(void *)kind);
    } else {
        server_conn_gone((struct server_conn *)(void *)kind);
    }
}

int server_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                    size_t len) {
    (void)user;
    struct lws_vhost *vhost = lws_get_vhost(wsi);
    struct net_server *server = vhost != NULL ? lws_get_vhost_user(vhost) : NULL;
    bool alive = server != NULL && !server->destroyed;
    enum server_kind *kind = NULL;
    switch (reason) {
    case LWS_CALLBACK_FILTER_NETWORK_CONNECTION:
        return alive ? 0 : -1;
    case LWS_CALLBACK_SERVER_NEW_CLIENT_INSTANTIATED:
        return alive && server->accept_delay_ms > 0 ? server_hold_back(server, wsi) : 0;
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
        return alive ? server_conn_upgrade(server, wsi) : -1;
    case LWS_CALLBACK_HTTP:
        return alive ? server_http_request(server, wsi) : -1;
    case LWS_CALLBACK_HTTP_WRITEABLE:
    case LWS_CALLBACK_SERVER_WRITEABLE:
    case LWS_CALLBACK_ESTABLISHED:
    case LWS_CALLBACK_RECEIVE:
        kind = lws_get_opaque_user_data(wsi);
        break;
    case LWS_CALLBACK_CLOSED:
    case LWS_CALLBACK_CLOSED_HTTP:
    case LWS_CALLBACK_WSI_DESTROY:
        server_wsi_gone(wsi);
        return 0;
    default:
        return 0;
    }
    if (kind == NULL) {
        return reason == LWS_CALLBACK_HTTP_WRITEABLE ? 0 : -1;
    }
    if (*kind == SERVER_ANSWER) {
        return reason == LWS_CALLBACK_HTTP_WRITEABLE
                   ? server_http_writeable((struct server_answer *)(void *)kind)
                   : 0;
    }
    struct server_conn *conn = (struct server_conn *)(void *)kind;
    switch (reason) {
    case LWS_CALLBACK_ESTABLISHED:
        return server_conn_established(conn);
    case LWS_CALLBACK_SERVER_WRITEABLE:
        return server_conn_writeable(conn);
    case LWS_CALLBACK_RECEIVE:
        return server_conn_receive(conn, in, len);
    default:
        return 0;
    }
}
