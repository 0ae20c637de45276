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
    struct server_request_text *posted; /* owned: of a POST whose body is coming; else NULL */
    char *received;                     /* owned: its body so far, terminated */
    size_t received_len;
    bool too_long;
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

bool server_request_read(const struct net_server *server, struct lws *wsi,
                         struct server_request_text *out) {
    out->path[0] = '\0';
    out->query[0] = '\0';
    out->header[0] = '\0';
    out->posted = lws_hdr_total_length(wsi, WSI_TOKEN_POST_URI) > 0;
    int header_len = (int)strlen(server->header);
    if (header_len > 0 && lws_hdr_custom_copy(wsi, out->header, sizeof(out->header), server->header,
                                              header_len) < 0) {
        out->header[0] = '\0'; /* not sent, or longer than any that means something */
    }
    return lws_hdr_copy(wsi, out->path, sizeof(out->path),
                        out->posted ? WSI_TOKEN_POST_URI : WSI_TOKEN_GET_URI) >= 0 &&
           server_request_read_query(wsi, out);
}

struct server_request server_request_view(const struct server_request_text *text) {
    return (struct server_request){
        .path = text->path, .query = text->query, .header = text->header};
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
    free(answer->posted);
    free(answer->received);
    free(answer);
}

static void server_answer_due(void *user) {
    struct server_answer *answer = user;
    lws_callback_on_writable(answer->wsi);
}

/* Let the owner answer what is known of the request now; it goes out when the socket takes it. */
static int server_answer_make(struct server_answer *answer, const struct server_request *request,
                              int refusal) {
    struct net_server *server = answer->server;
    struct server_response response = {.http_code = refusal != 0 ? refusal : 404};
    if (refusal == 0 && server->ops->on_request != NULL) {
        response.http_code = 0;
        server->ops->on_request(server->user, request, &response);
    }
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
    if (response.delay_ms > 0) {
        net_timer_schedule(server->service, &answer->timer, response.delay_ms, server_answer_due,
                           answer);
    } else {
        lws_callback_on_writable(answer->wsi);
    }
    return 0;
}

static bool server_expects_body(struct lws *wsi) {
    char text[16] = "";
    (void)lws_hdr_copy(wsi, text, sizeof(text), WSI_TOKEN_HTTP_CONTENT_LENGTH);
    return text[strspn(text, "0")] != '\0';
}

int server_http_request(struct net_server *server, struct lws *wsi) {
    struct server_answer *answer = calloc(1, sizeof(*answer));
    struct server_request_text *text = calloc(1, sizeof(*text));
    if (answer == NULL || text == NULL) {
        free(answer);
        free(text);
        return -1;
    }
    answer->kind = SERVER_ANSWER;
    answer->server = server;
    answer->wsi = wsi;
    answer->posted = text;
    answer->next = server->answers;
    if (answer->next != NULL) {
        answer->next->previous = answer;
    }
    server->answers = answer;
    lws_set_opaque_user_data(wsi, answer);
    bool read = server_request_read(server, wsi, text);
    if (read && text->posted && server_expects_body(wsi)) {
        return 0; /* server_http_body_end answers */
    }
    struct server_request request = server_request_view(text);
    request.body = text->posted ? "" : NULL;
    return server_answer_make(answer, &request, read ? 0 : 414);
}

int server_http_body(struct server_answer *answer, const char *bytes, size_t len) {
    answer->too_long = answer->too_long || len > SERVER_BODY_BYTES_MAX - answer->received_len;
    if (answer->too_long || len == 0) {
        return 0;
    }
    char *grown = realloc(answer->received, answer->received_len + len + 1);
    if (grown == NULL) {
        return -1;
    }
    answer->received = grown;
    memcpy(grown + answer->received_len, bytes, len);
    answer->received_len += len;
    grown[answer->received_len] = '\0';
    return 0;
}

int server_http_body_end(struct server_answer *answer) {
    struct server_request request = server_request_view(answer->posted);
    request.body = answer->received != NULL ? answer->received : "";
    request.body_len = answer->received_len;
    return server_answer_make(answer, &request, answer->too_long ? 413 : 0);
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

static int server_answer_callback(struct server_answer *answer, enum lws_callback_reasons reason,
                                  const char *bytes, size_t len) {
    switch (reason) {
    case LWS_CALLBACK_HTTP_WRITEABLE:
        return server_http_writeable(answer);
    case LWS_CALLBACK_HTTP_BODY:
        return server_http_body(answer, bytes, len);
    case LWS_CALLBACK_HTTP_BODY_COMPLETION:
        return server_http_body_end(answer);
    default:
        return 0;
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
    case LWS_CALLBACK_HTTP_BODY:
    case LWS_CALLBACK_HTTP_BODY_COMPLETION:
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
        return server_answer_callback((struct server_answer *)(void *)kind, reason, in, len);
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
