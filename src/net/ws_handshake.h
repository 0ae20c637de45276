/* net/ws_handshake.h - the HTTP upgrade at the start of a WebSocket connection (RFC 6455 section 4,
 * RFC 7692).
 *
 * Thread: any. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "net/http_head.h"
#include "net/url.h"

enum { WS_KEY_BYTES = 32, WS_HEADER_BYTES = 256, WS_REQUEST_BYTES = URL_PATH_BYTES + 1280 };

/* A fresh Sec-WebSocket-Key. False: no randomness. */
bool ws_handshake_make_key(char out[static WS_KEY_BYTES]);
/* The request, with a header line of the caller's ("" or ended by CR LF); returns its length. */
size_t ws_handshake_write(char out[static WS_REQUEST_BYTES], const struct url *url, const char *key,
                          bool deflate, const char *header);
/* Does a 101 answer fit the key? NULL if so, else what is wrong. *deflate in: it was offered; out:
 * it was agreed; *keep_window: its window lives on from message to message. */
const char *ws_handshake_check(const struct http_head *head, const char *key, bool *deflate,
                               bool *keep_window);
/* The Sec-WebSocket-Accept that answers key. */
void ws_handshake_accept(const char *key, char out[static WS_KEY_BYTES]);
