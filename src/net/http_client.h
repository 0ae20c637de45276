/* net/http_client.h - REST: GET and POST over HTTPS with status, Retry-After and a cap on the body.
 *
 * Thread: the service's.  Redirects are not followed.  gzip bodies are inflated (cap applies
 * after).  Limits: HTTP_POST_BYTES_MAX of body sent, HTTP_WORD_BYTES of its type and key. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum { HTTP_POST_BYTES_MAX = 64 * 1024, HTTP_WORD_BYTES = 128 };

struct net_service;

struct http_result {
    enum status status; /* OK: an HTTP answer came whole, whatever its code */
    int http_code;      /* 0 without an answer */
    int retry_after_s;  /* -1: no such header */
    int used_weight;    /* X-MBX-USED-WEIGHT-1M, -1: no such header */
    const char *body;   /* valid during the call only; terminated by a NUL beyond len */
    size_t len;
    const char *reason; /* readable, where status is not OK */
};

struct http_client_desc {
    const char *url;       /* https:// ; http:// on loopback only */
    size_t body_bytes_max; /* 0: 16 MiB; more is STATUS_RANGE */
    int timeout_ms;        /* 0: 15,000, for the whole exchange */
    const char *header;    /* "Name: value"; NULL: none; copied */
    void (*on_done)(
        void *user,
        const struct http_result *result); /* exactly once, never during the call that asks */
    void *user;
};

/* What http_client_post sends; copied. */
struct http_post {
    const char *body;
    size_t len;
    const char *content_type;
    const char *key; /* Idempotency-Key, by which a repeated request is known; NULL: none */
};

/* STATUS_OK: on_done will come. Else it will not: STATUS_MALFORMED, STATUS_UNSUPPORTED,
 * STATUS_MEMORY,
 * STATUS_CANCELLED (the service is ending), STATUS_FULL (64 requests under way), STATUS_RANGE (the
 * header is too long or not visible ASCII). */
enum status http_client_get(struct net_service *service, const struct http_client_desc *desc);
/* The same with a body; also STATUS_RANGE: it, its type or its key is too long, or one of these two
 * is not visible ASCII. */
enum status http_client_post(struct net_service *service, const struct http_client_desc *desc,
                             const struct http_post *post);
/* Forget every request of this user: its on_done will not be called. */
void http_client_cancel_user(struct net_service *service, void *user);
