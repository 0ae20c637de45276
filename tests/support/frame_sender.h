/* support/frame_sender.h - WebSocket frames made ahead, sent as fast as a receiver takes them: TLS
 * or plain, many to a record or one, compressed or not.
 *
 * Thread: its servers have one each; frames are changed only while nobody is connected.  Owner: a
 * bench. */
#pragma once

#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/str.h"
#include "net/gzip.h"
#include "support/raw_server.h"
#include "support/trade_texts.h"

enum { FRAME_HEAD_BYTES = 4, FRAME_BULK_BYTES = 64 * 1024 };

struct frames {
    unsigned char *bytes; /* owned */
    size_t len, size;
    size_t *ends; /* owned: of each frame */
    int count;
};

static inline void frames_finish(struct frames *frames) {
    free(frames->bytes);
    free(frames->ends);
    *frames = (struct frames){0};
}

/* Payloads up to 65,535 bytes. False: out of memory, or longer. */
static inline bool frames_add(struct frames *frames, unsigned byte0, const void *bytes,
                              size_t len) {
    if (len > UINT16_MAX) {
        return false;
    }
    if (frames->size - frames->len < len + FRAME_HEAD_BYTES) {
        size_t size = (frames->size + len + FRAME_HEAD_BYTES) * 2;
        unsigned char *grown = realloc(frames->bytes, size);
        if (grown == NULL) {
            return false;
        }
        frames->bytes = grown;
        frames->size = size;
    }
    unsigned char *out = frames->bytes + frames->len;
    size_t head = 2;
    out[0] = (unsigned char)byte0;
    out[1] = (unsigned char)len;
    if (len > 125) {
        out[1] = 126;
        out[2] = (unsigned char)(len >> 8);
        out[3] = (unsigned char)(len & 0xff);
        head = FRAME_HEAD_BYTES;
    }
    memcpy(out + head, bytes, len);
    frames->len += head + len;
    frames->ends[frames->count++] = frames->len;
    return true;
}

static inline bool frames_add_deflated(struct frames *frames, z_stream *stream, const char *bytes,
                                       size_t len) {
    unsigned char packed[UINT16_MAX];
    stream->next_in = (z_const Bytef *)bytes;
    stream->avail_in = (uInt)len;
    stream->next_out = packed;
    stream->avail_out = sizeof(packed);
    return deflate(stream, Z_SYNC_FLUSH) == Z_OK && stream->avail_out > 0 &&
           frames_add(frames, 0xc1, packed, sizeof(packed) - stream->avail_out - 4);
}

static inline bool frames_add_gzip(struct frames *frames, const char *bytes, size_t len) {
    size_t packed_len = 0;
    char *packed = gzip_pack(bytes, len, 1, &packed_len);
    bool ok = packed != NULL && frames_add(frames, 0x82, packed, packed_len);
    free(packed);
    return ok;
}

enum frames_form { FRAMES_TEXT, FRAMES_GZIP, FRAMES_DEFLATED };

/* frames zeroed. */
static inline bool frames_make(struct frames *frames, const struct trade_texts *texts, int count,
                               enum frames_form form) {
    z_stream stream = {0};
    frames->ends = malloc((size_t)count * sizeof(*frames->ends));
    bool ok = deflateInit2(&stream, 1, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) == Z_OK &&
              frames->ends != NULL;
    for (int i = 0; i < count && ok; i++) {
        size_t begin = i > 0 ? texts->ends[i - 1] : 0;
        const char *text = texts->bytes.bytes + begin;
        size_t len = texts->ends[i] - begin;
        ok = form == FRAMES_GZIP       ? frames_add_gzip(frames, text, len)
             : form == FRAMES_DEFLATED ? frames_add_deflated(frames, &stream, text, len)
                                       : frames_add(frames, 0x81, text, len);
    }
    deflateEnd(&stream);
    return ok;
}

/* -- the sender -- */

struct frame_sender {
    const struct frames *frames; /* borrowed: those of the next connection */
    bool single;                 /* one record, or one write, a message */
    bool deflated;               /* permessage-deflate is answered */
    SSL_CTX *tls;                /* borrowed */
    struct raw_server secure, plain;
};

struct frame_peer {
    SSL *ssl; /* NULL: plain */
    int fd;
};

static inline int frame_peer_read(const struct frame_peer *peer, char *bytes, size_t size) {
    return peer->ssl != NULL ? SSL_read(peer->ssl, bytes, (int)size)
                             : (int)recv(peer->fd, bytes, size, 0);
}

static inline bool frame_peer_write(const struct frame_peer *peer, const void *bytes, size_t len) {
    return peer->ssl != NULL ? SSL_write(peer->ssl, bytes, (int)len) > 0
                             : raw_send(peer->fd, bytes, len);
}

static inline bool frame_sender_upgrade(const struct frame_sender *sender,
                                        const struct frame_peer *peer) {
    char request[RAW_REQUEST_BYTES] = "";
    size_t len = 0;
    while (strstr(request, "\r\n\r\n") == NULL) {
        int some = frame_peer_read(peer, request + len, sizeof(request) - len - 1);
        if (some <= 0) {
            return false;
        }
        len += (size_t)some;
        request[len] = '\0';
    }
    const char *at = strstr(request, "Sec-WebSocket-Key: ");
    char key[WS_KEY_BYTES];
    char accept_key[WS_KEY_BYTES];
    char answer[512];
    if (at == NULL) {
        return false;
    }
    at += strlen("Sec-WebSocket-Key: ");
    (void)str_copy_span(key, sizeof(key), (struct span){at, strcspn(at, "\r")});
    ws_handshake_accept(key, accept_key);
    (void)str_format(answer, sizeof(answer),
                     "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: "
                     "Upgrade\r\nSec-WebSocket-Accept: %s\r\n%s\r\n",
                     accept_key,
                     sender->deflated ? "Sec-WebSocket-Extensions: permessage-deflate\r\n" : "");
    return frame_peer_write(peer, answer, strlen(answer));
}

static inline void frame_sender_send(const struct frame_sender *sender,
                                     const struct frame_peer *peer) {
    const struct frames *frames = sender->frames;
    size_t at = 0;
    for (int i = 0; i < frames->count && sender->single; i++) {
        if (!frame_peer_write(peer, frames->bytes + at, frames->ends[i] - at)) {
            return;
        }
        at = frames->ends[i];
    }
    while (at < frames->len) {
        size_t run = frames->len - at < FRAME_BULK_BYTES ? frames->len - at : FRAME_BULK_BYTES;
        if (!frame_peer_write(peer, frames->bytes + at, run)) {
            return;
        }
        at += run;
    }
    char bytes[256];
    (void)frame_peer_read(peer, bytes, sizeof(bytes)); /* until the receiver closes */
}

static inline void frame_sender_serve_plain(int fd, void *user) {
    const struct frame_sender *sender = user;
    struct frame_peer peer = {.fd = fd};
    if (frame_sender_upgrade(sender, &peer)) {
        frame_sender_send(sender, &peer);
    }
}

static inline void frame_sender_serve_tls(int fd, void *user) {
    const struct frame_sender *sender = user;
    struct frame_peer peer = {.fd = fd, .ssl = SSL_new(sender->tls)};
    if (peer.ssl != NULL && SSL_set_fd(peer.ssl, fd) == 1 && SSL_accept(peer.ssl) == 1 &&
        frame_sender_upgrade(sender, &peer)) {
        frame_sender_send(sender, &peer);
    }
    SSL_free(peer.ssl);
}

static inline bool frame_sender_start(struct frame_sender *sender, SSL_CTX *tls) {
    sender->tls = tls;
    return raw_server_start(&sender->secure, frame_sender_serve_tls, sender) &&
           raw_server_start(&sender->plain, frame_sender_serve_plain, sender);
}

static inline void frame_sender_stop(struct frame_sender *sender) {
    raw_server_stop(&sender->secure);
    raw_server_stop(&sender->plain);
}
