/* net/ws_client.h - a WebSocket connection to an exchange.
 *
 * Thread: the service's.  Owner: the caller, until ws_client_close.  Fragments are joined; a
 * message above WS_MESSAGE_BYTES_MAX closes the connection (STATUS_RANGE).  permessage-deflate is
 * offered.  A peer that answers no ping within 1.5 ping intervals (30 s) is dead (STATUS_TIMEOUT).
 * No retry here: the venue decides (net_service_backoff_ms). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct net_service;
struct ws_client;

enum { WS_MESSAGE_BYTES_MAX = 16 * 1024 * 1024, WS_BUFFER_BYTES = 64 * 1024 };

struct ws_client_ops {
    void (*on_open)(void *user);
    /* A whole text or binary message; bytes are valid during the call only. recv_ns:
     * monotonic, when its last bytes were read from the socket. */
    void (*on_message)(void *user, const char *bytes, size_t len, bool binary, int64_t recv_ns);
    /* The connection is gone (or never came) and the client is freed after this call; always called
     * exactly once, except after ws_client_close. reason is readable text: "certificate has
     * expired", "HTTP 451", … */
    void (*on_close)(void *user, enum status status, const char *reason);
    void (*on_pong)(void *user); /* an answer to a ping; may be NULL */
};

struct ws_client_desc {
    const char *url; /* wss://host[:port]/path?query ; ws:// on loopback only */
    const struct ws_client_ops *ops;
    void *user;             /* borrowed */
    int connect_timeout_ms; /* 0: 10,000; name look-up, TCP, TLS and upgrade together */
    int ping_interval_ms;   /* 0: 20,000; a ping when nothing was received for that long */
    bool no_deflate;
    const char *header; /* "Name: value" of the upgrade request; NULL: none; copied */
};

/* NULL and *why: STATUS_MALFORMED (url, or a header that is not visible ASCII), STATUS_UNSUPPORTED
 * (plain text beyond loopback), STATUS_MEMORY, STATUS_CANCELLED (the service is ending). Failures
 * of the network come through on_close, never during this call. */
struct ws_client *ws_client_open(struct net_service *service, const struct ws_client_desc *desc,
                                 enum status *why);
/* Queue a text message. False: not open, or 4 MiB wait already. */
bool ws_client_send(struct ws_client *client, const char *text, size_t len);
/* A ping of ours, beside those that look after a silent peer. False: not open. */
bool ws_client_ping(struct ws_client *client);
/* During on_close: what refused the upgrade. *http_code 0: nothing did; *retry_after_s -1: not
 * said.
 */
void ws_client_refusal(const struct ws_client *client, int *http_code, int *retry_after_s);
void ws_client_close(struct ws_client *client); /* NULL accepted; no callback follows */
