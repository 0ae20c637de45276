/* net/stream_inside.h - what stream.c (bytes in and out) and stream_connect.c (names, addresses,
 * proxies, TLS) share.
 *
 * Thread: the service's.  Functions that may end a stream leave its memory to whoever has raised
 * its depth: stream_release. */
#pragma once

#include <sys/types.h>

#include "net/resolver.h"
#include "net/service_inside.h"
#include "net/stream.h"

enum { STREAM_REASON_BYTES = 256 };

enum stream_state {
    STREAM_RESOLVING,
    STREAM_CONNECTING,
    STREAM_PROXY, /* connected, and the proxy is asked for the host */
    STREAM_HANDSHAKE,
    STREAM_OPEN
};

struct stream {
    struct net_service *service;    /* borrowed */
    struct stream *previous, *next; /* among service->streams */
    const struct stream_ops *ops;
    void *user;
    struct url url;
    const struct proxy *proxy; /* borrowed from the service; NULL: directly */
    struct proxy_talk talk;
    enum stream_state state;
    struct lws *wsi; /* owned by libwebsockets, which closes fd with it; NULL: none */
    int fd;
    SSL *ssl; /* owned; NULL: plain, or not yet */

    struct resolver_answer answer;
    int address_index;
    struct net_timer start_timer;   /* to begin after stream_open has returned */
    struct net_timer attempt_timer; /* gives up on one of several addresses */
    struct net_timer again_timer;   /* another turn: to write, or to go on reading */
    struct net_timer writable_timer;

    char *queue; /* owned: bytes to send, from queue_begin to queue_end */
    size_t queue_begin, queue_end, queue_size;
    size_t kept; /* bytes at the start of buffer that the owner has not used */
    char buffer[STREAM_BUFFER_BYTES];

    int depth;   /* of callbacks that run: freed only when they have returned */
    bool closed; /* by its owner or through on_close */
};

/* -- stream.c -- */
void stream_drop_socket(struct stream *stream); /* it may stay, to try another address */
void stream_fail(struct stream *stream, enum status status, const char *reason);
void stream_release(struct stream *stream); /* free it, if it is closed and nothing of it runs */
bool stream_queue_bytes(struct stream *stream, const void *bytes, size_t len);
/* False: broken. What does not go now waits for the descriptor to be writable. */
bool stream_flush(struct stream *stream);
void stream_want_writable(struct stream *stream);

enum stream_read_result { READ_SOME, READ_LATER, READ_END, READ_BROKEN };
/* Fill the buffer behind what was kept, as far as there is something to read. */
enum stream_read_result stream_fill(struct stream *stream, size_t *end);

/* -- stream_connect.c -- */
void stream_start(void *user); /* of a stream that was opened: resolve, connect */
/* The descriptor stirs in one of the states before STREAM_OPEN. */
void stream_connect_turn(struct stream *stream);
/* It was cut off, in whatever state. */
void stream_cut(struct stream *stream);
