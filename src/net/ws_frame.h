/* net/ws_frame.h - WebSocket framing (RFC 6455), the client's side.
 *
 * Thread: any.  A frame on the wire:
 *
 *     byte 0   FIN RSV1 RSV2 RSV3 opcode(4)       RSV1: the message is compressed
 * (permessage-deflate) byte 1   MASK len(7)                        126: 16-bit length follows, 127:
 * 64-bit then     length (0, 2 or 8 bytes, big endian), key (4 bytes if MASK), payload (xor key if
 * MASK)
 *
 * A client masks, a server does not. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WS_FRAME_HEAD_BYTES_MAX = 14, WS_CONTROL_BYTES_MAX = 125 };

enum ws_opcode {
    WS_CONTINUATION = 0,
    WS_TEXT = 1,
    WS_BINARY = 2,
    WS_CLOSE = 8,
    WS_PING = 9,
    WS_PONG = 10,
};

struct ws_frame {
    enum ws_opcode opcode;
    bool final;
    bool compressed;
    uint64_t len; /* of the payload */
};

/* The head of a frame from a server. Returns its length in bytes, 0 if more bytes are needed, -1 if
 * it breaks the protocol (masked, unknown opcode, RSV2 or RSV3, fragmented or long control frame).
 */
int ws_frame_parse(const char *bytes, size_t len, struct ws_frame *out);

/* Write the head of a client's frame with that key; returns its length (<=
 * WS_FRAME_HEAD_BYTES_MAX). */
size_t ws_frame_write_head(unsigned char out[static WS_FRAME_HEAD_BYTES_MAX], enum ws_opcode opcode,
                           size_t len, const unsigned char key[static 4]);
/* xor len bytes with the key, in place. */
void ws_frame_mask(unsigned char *bytes, size_t len, const unsigned char key[static 4]);
