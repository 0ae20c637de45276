#include "net/http_client.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "net/http_head.h"
#include "net/inflate.h"
#include "net/service_inside.h"
#include "net/stream.h"
#include "net/ws_client.h"

enum { HTTP_TIMEOUT_MS = 15000, HTTP_BODY_BYTES_FIRST = 16 * 1024 };

struct http_request {
    struct net_service *service;          /* borrowed */
    struct http_request *previous, *next; /* among service->requests */
    struct stream *stream;                /* owned */
    struct url url;
    size_t body_bytes_max;
    void (*on_done)(void *user, const struct http_result *result);
    void *user;
    struct net_timer timer; /* for the whole exchange */

    char *sent; /* owned; the body of a POST, NULL: a GET */
    size_t sent_len;
    char content_type[HTTP_WORD_BYTES], key[HTTP_WORD_BYTES];
    char header[HTTP_WORD_BYTES];

    bool has_head;
    struct http_head head;
    struct http_chunks chunks;
    char *body; /* owned; as sent, before inflating */
    size_t len, size;
};

static void http_request_free(struct http_request *request) {
    struct net_service *service = request->service;
    net_timer_cancel(&request->timer);
    stream_close(request->stream);
    if (request->previous != NULL) {
        request->previous->next = request->next;
    } else {
        service->requests = request->next;
    }
    if (request->next != NULL) {
        request->next->previous = request->previous;
    }
    service->request_count--;
    free(request->sent);
    free(request->body);
    free(request);
}

static void http_request_done(struct http_request *request, enum status status,
                              const char *reason) {
    struct http_result result = {
        .status = status,
        .http_code = request->head.code,
        .retry_after_s = request->has_head ? request->head.retry_after_s : -1,
        .used_weight = request->has_head ? request->head.used_weight : -1,
        .body = request->body != NULL ? request->body : "",
        .len = request->len,
        .reason = reason,
    };
    struct inflater *inflater = NULL;
    if (status == STATUS_OK && request->head.compressed && request->len > 0) {
        struct span body = {0};
        inflater = inflate_create(INFLATE_WHOLE, request->body_bytes_max);
        result.status = inflater == NULL
                            ? STATUS_MEMORY
                            : inflate_run(inflater, request->body, request->len, &body);
        result.reason = result.status == STATUS_RANGE ? "the body is too long"
                                                      : "the compressed body is corrupt";
        result.body = body.bytes;
        result.len = body.len;
    }
    if (result.status != STATUS_OK) {
        result.body = "";
        result.len = 0;
    } else {
        result.reason = status_text(STATUS_OK);
    }
    void (*on_done)(void *user, const struct http_result *result) = request->on_done;
    void *user = request->user;
    /* Out of every list first: on_done may ask for the next one or cancel its user's. */
    char *body = request->body;
    request->body = NULL;
    http_request_free(request);
    on_done(user, &result);
    inflate_destroy(inflater);
    free(body);
}

static bool http_request_append(struct http_request *request, const char *bytes, size_t len) {
    if (request->len + len + 1 > request->size) {
        size_t size = request->size == 0 ? HTTP_BODY_BYTES_FIRST : request->size;
        while (size < request->len + len + 1) {
            size *= 2;
        }
        char *grown = realloc(request->body, size);
        if (grown == NULL) {
            return false;
        }
        request->body = grown;
        request->size = size;
    }
    memcpy(request->body + request->len, bytes, len);
    request->len += len;
    request->body[request->len] = '\0';
    return true;
}

/* False: the request is done (and freed), for better or worse. */
static bool http_request_take_run(struct http_request *request, const char *bytes, size_t len) {
    if (len > request->body_bytes_max - request->len) {
        http_request_done(request, STATUS_RANGE, "the body is too long");
        return false;
    }
    if (len > 0 && !http_request_append(request, bytes, len)) {
        http_request_done(request, STATUS_MEMORY, "out of memory for the body");
        return false;
    }
    return true;
}

static void http_request_take_body(struct http_request *request, const char *bytes, size_t len) {
    const struct http_head *head = &request->head;
    if (head->chunked) {
        while (len > 0 && !request->chunks.ended) {
            struct span run = {0};
            if (!http_chunks_next(&request->chunks, &bytes, &len, &run)) {
                http_request_done(request, STATUS_MALFORMED, "the chunked body is malformed");
                return;
            }
            if (!http_request_take_run(request, run.bytes, run.len)) {
                return;
            }
        }
        if (request->chunks.ended) {
            http_request_done(request, STATUS_OK, NULL);
        }
        return;
    }
    int64_t left = head->content_length - (int64_t)request->len;
    if (head->content_length >= 0 && (int64_t)len > left) {
        len = (size_t)left;
    }
    if (!http_request_take_run(request, bytes, len)) {
        return;
    }
    if (head->content_length >= 0 && (int64_t)request->len == head->content_length) {
        http_request_done(request, STATUS_OK, NULL);
    }
}

/* Returns the bytes used; *gone if the request is done. */
static size_t http_request_take_head(struct http_request *request, const char *bytes, size_t len,
                                     bool *gone) {
    int head_len = http_head_parse(bytes, len, &request->head);
    *gone = true;
    if (head_len < 0) {
        request->head.code = 0;
        http_request_done(request, STATUS_MALFORMED, "the answer is not HTTP");
        return len;
    }
    *gone = false;
    if (head_len == 0 || request->head.code < 200) {
        request->head.code = 0;
        return (size_t)head_len; /* an interim answer: the real one follows */
    }
    request->has_head = true;
    if (request->head.unreadable) {
        *gone = true;
        http_request_done(request, STATUS_UNSUPPORTED, "the body's coding is not known");
        return len;
    }
    if (request->head.code == 204 || request->head.code == 304) {
        request->head.chunked = false;
        request->head.content_length = 0;
    }
    return (size_t)head_len;
}

static size_t http_client_on_bytes(void *user, const char *bytes, size_t len) {
    struct http_request *request = user;
    size_t used = 0;
    while (!request->has_head && used < len) {
        bool gone = false;
        size_t head_len = http_request_take_head(request, bytes + used, len - used, &gone);
        if (gone) {
            return len;
        }
        if (head_len == 0) {
            return used;
        }
        used += head_len;
    }
    if (request->has_head) {
        http_request_take_body(request, bytes + used, len - used);
        return len;
    }
    return used;
}

static void http_client_on_open(void *user) {
    struct http_request *request = user;
    char text[URL_PATH_BYTES + 1024];
    (void)str_format(text, sizeof(text),
                     "%s %s HTTP/1.1\r\n"
                     "Host: %s\r\n"
                     "User-Agent: liqscope/" LIQSCOPE_VERSION "\r\n"
                     "Accept: */*\r\n"
                     "Accept-Encoding: gzip\r\n"
                     "Connection: close\r\n",
                     request->sent != NULL ? "POST" : "GET", request->url.path,
                     request->url.authority);
    if (request->sent != NULL) {
        (void)str_append(text, sizeof(text), "Content-Type: %s\r\nContent-Length: %zu\r\n",
                         request->content_type, request->sent_len);
    }
    if (request->key[0] != '\0') {
        (void)str_append(text, sizeof(text), "Idempotency-Key: %s\r\n", request->key);
    }
    if (request->header[0] != '\0') {
        (void)str_append(text, sizeof(text), "%s\r\n", request->header);
    }
    (void)str_append(text, sizeof(text), "\r\n");
    (void)stream_write(request->stream, text, strlen(text));
    if (request->sent_len > 0) {
        (void)stream_write(request->stream, request->sent, request->sent_len);
    }
}

static void http_client_on_close(void *user, enum status status, const char *reason) {
    struct http_request *request = user;
    request->stream = NULL; /* it has freed itself */
    bool until_close = request->has_head && !request->head.chunked &&
                       request->head.content_length < 0 && status == STATUS_CLOSED;
    if (until_close) {
        http_request_done(request, STATUS_OK, NULL);
    } else {
        http_request_done(request, status, request->has_head ? "the body was cut off" : reason);
    }
}

static void http_client_late(void *user) {
    struct http_request *request = user;
    http_request_done(request, STATUS_TIMEOUT,
                      request->has_head ? "no whole answer in time"
                                        : stream_late_reason(request->stream));
}

static const struct stream_ops http_client_stream_ops = {
    .on_open = http_client_on_open,
    .on_bytes = http_client_on_bytes,
    .on_close = http_client_on_close,
};

/* A header's word from a caller: nothing in it may end its line. */
static bool copy_word(char out[HTTP_WORD_BYTES], const char *word) {
    for (const char *c = word; *c != '\0'; c++) {
        if (*c < ' ' || *c > '~') {
            return false;
        }
    }
    return str_copy(out, HTTP_WORD_BYTES, word);
}

static enum status http_request_set_post(struct http_request *request,
                                         const struct http_post *post) {
    if (post->len > HTTP_POST_BYTES_MAX || !copy_word(request->content_type, post->content_type) ||
        (post->key != NULL && !copy_word(request->key, post->key))) {
        return STATUS_RANGE;
    }
    request->sent = malloc(post->len + 1);
    if (request->sent == NULL) {
        return STATUS_MEMORY;
    }
    memcpy(request->sent, post->body, post->len);
    request->sent_len = post->len;
    return STATUS_OK;
}

/* The request's memory, or NULL and *why. */
static struct http_request *http_request_create(struct net_service *service,
                                                const struct http_client_desc *desc,
                                                const struct http_post *post, enum status *why) {
    struct http_request *request = calloc(1, sizeof(*request));
    if (request == NULL) {
        *why = STATUS_MEMORY;
        return NULL;
    }
    *why = url_parse(desc->url, "https", "http", &request->url);
    if (*why == STATUS_OK && post != NULL) {
        *why = http_request_set_post(request, post);
    }
    if (*why == STATUS_OK && desc->header != NULL && !copy_word(request->header, desc->header)) {
        *why = STATUS_RANGE;
    }
    request->service = service;
    request->on_done = desc->on_done;
    request->user = desc->user;
    request->body_bytes_max =
        desc->body_bytes_max > 0 ? desc->body_bytes_max : WS_MESSAGE_BYTES_MAX;
    if (*why == STATUS_OK) {
        request->stream = stream_open(service, &request->url, &http_client_stream_ops, request);
        *why = request->stream != NULL ? STATUS_OK : STATUS_MEMORY;
    }
    if (*why != STATUS_OK) {
        free(request->sent);
        free(request);
        return NULL;
    }
    return request;
}

static enum status http_client_ask(struct net_service *service, const struct http_client_desc *desc,
                                   const struct http_post *post) {
    service_assert(service);
    assert(desc->on_done != NULL);
    if (service->closing) {
        return STATUS_CANCELLED;
    }
    if (service->request_count >= SERVICE_REQUEST_COUNT_MAX) {
        return STATUS_FULL;
    }
    enum status why = STATUS_OK;
    struct http_request *request = http_request_create(service, desc, post, &why);
    if (request == NULL) {
        return why;
    }
    request->next = service->requests;
    if (request->next != NULL) {
        request->next->previous = request;
    }
    service->requests = request;
    service->request_count++;
    net_timer_schedule(service, &request->timer,
                       desc->timeout_ms > 0 ? desc->timeout_ms : HTTP_TIMEOUT_MS, http_client_late,
                       request);
    return STATUS_OK;
}

enum status http_client_get(struct net_service *service, const struct http_client_desc *desc) {
    return http_client_ask(service, desc, NULL);
}

enum status http_client_post(struct net_service *service, const struct http_client_desc *desc,
                             const struct http_post *post) {
    return http_client_ask(service, desc, post);
}

void http_client_cancel_user(struct net_service *service, void *user) {
    service_assert(service);
    for (struct http_request *at = service->requests, *next = NULL; at != NULL; at = next) {
        next = at->next;
        if (at->user == user) {
            http_request_free(at);
        }
    }
}
