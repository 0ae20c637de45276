/* net/http_head.h - what an HTTP/1.1 server answers: the head, and chunked bodies.
 *
 * Thread: any.  Limits: HTTP_HEAD_BYTES_MAX for a head; lines of a chunked body
 * HTTP_CHUNK_LINE_BYTES_MAX. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

enum { HTTP_HEAD_BYTES_MAX = 32 * 1024, HTTP_CHUNK_LINE_BYTES_MAX = 1024 };

struct http_head {
    int code;               /* 100 … 599 */
    int64_t content_length; /* -1: none given */
    bool chunked;
    bool compressed;        /* gzip or deflate */
    bool unreadable;        /* a transfer or content coding that we did not ask for */
    int retry_after_s;      /* -1: none, or a date */
    int used_weight;        /* X-MBX-USED-WEIGHT-1M, -1: none */
    bool upgrade_websocket; /* Upgrade: websocket */
    char ws_accept[64];     /* Sec-WebSocket-Accept */
    char ws_extensions[256];
};

/* Length of the head with its empty line, 0 if more bytes are needed, -1 if it is none or too long.
 */
int http_head_parse(const char *bytes, size_t len, struct http_head *out);

/* Takes a chunked body apart; zero-initialised. */
struct http_chunks {
    int state;
    uint64_t left; /* bytes of this chunk */
    int line_len;
    bool ended;
};

/* The next run of body bytes in [*bytes, *bytes + *len), which moves behind what was used; a run of
 * length 0 when the input is used up or the body has ended. False: not a chunked body. */
bool http_chunks_next(struct http_chunks *chunks, const char **bytes, size_t *len,
                      struct span *out);
