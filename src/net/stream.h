/* net/stream.h - a byte stream to a host, over TLS or plain: what WebSocket and HTTP clients are
 * made of.
 *
 * libwebsockets waits for the descriptor, OpenSSL encrypts, getaddrinfo runs on the resolver's
 * thread; where the service's rules name a proxy, it is asked first (net/proxy.h); the bytes go to
 * the owner in place, in runs of up to STREAM_BUFFER_BYTES.
 *
 * The clients of libwebsockets 4.1.6 were built and measured here, too, and are not used.  They
 * repeat the first fragment of an uncompressed message without end once compression is agreed (its
 * issue 2794), turn close codes from 1012 on into 1002, accept masked frames from a server, take
 * "100 Continue" for the answer, cut request lines at 2,047 bytes, refuse chunk trailers, end a
 * truncated chunked body as if it were whole, and lose the reason of a failed connection; they
 * carried 460,000 parsed trades a second over TLS where this carries 1,220,000
 * (tests/bench/README.md).  The server side is theirs.
 *
 * Thread: the service's.  Owner: whoever opened it, until stream_close or on_close.
 * Limits: STREAM_QUEUE_BYTES_MAX wait to be sent. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "net/url.h"

enum { STREAM_BUFFER_BYTES = 64 * 1024, STREAM_QUEUE_BYTES_MAX = 4 * 1024 * 1024 };

struct net_service;
struct stream;

struct stream_ops {
    void (*on_open)(void *user); /* TCP and TLS are up */
    /* Returns how many of the bytes it has used; the others come again, with more behind them.
     * Using none of a full buffer is a programmer's error. */
    size_t (*on_bytes)(void *user, const char *bytes, size_t len);
    /* The stream is gone and freed after this call; once, and not after stream_close. */
    void (*on_close)(void *user, enum status status, const char *reason);
};

/* NULL: out of memory, or the service is ending. Failures of the network come through on_close,
 * never during this call. ops is static, user borrowed, url copied. */
struct stream *stream_open(struct net_service *service, const struct url *url,
                           const struct stream_ops *ops, void *user);
/* Queue bytes (copied). False: not open or too much waits. */
bool stream_write(struct stream *stream, const void *bytes, size_t len);
/* What it is waiting for, for people, where an owner has waited too long: "proxy does not
 * answer". */
const char *stream_late_reason(const struct stream *stream);
/* What waits is sent if it goes at once; then closed. No callback follows; NULL accepted. */
void stream_close(struct stream *stream);
