#include "net/ws_frame.h"

int ws_frame_parse(const char *bytes, size_t len, struct ws_frame *out) {
    if (len < 2) {
        return 0;
    }
    const unsigned char *at = (const unsigned char *)bytes;
    unsigned opcode = at[0] & 0x0fU;
    bool control = opcode >= WS_CLOSE;
    bool known = opcode <= WS_BINARY || (control && opcode <= WS_PONG);
    bool final = (at[0] & 0x80U) != 0;
    bool compressed = (at[0] & 0x40U) != 0;
    bool masked = (at[1] & 0x80U) != 0;
    unsigned short_len = at[1] & 0x7fU;
    if (!known || masked || (at[0] & 0x30U) != 0) {
        return -1;
    }
    if ((control && (!final || compressed || short_len > WS_CONTROL_BYTES_MAX)) ||
        (opcode == WS_CONTINUATION && compressed)) {
        return -1;
    }
    size_t len_bytes = short_len == 127 ? 8 : short_len == 126 ? 2 : 0;
    if (len < 2 + len_bytes) {
        return 0;
    }
    uint64_t payload_len = len_bytes == 0 ? short_len : 0;
    for (size_t i = 0; i < len_bytes; i++) {
        payload_len = payload_len << 8 | at[2 + i];
    }
    if (payload_len > INT64_MAX) {
        return -1;
    }
    *out = (struct ws_frame){.opcode = (enum ws_opcode)opcode,
                             .final = final,
                             .compressed = compressed,
                             .len = payload_len};
    return (int)(2 + len_bytes);
}

size_t ws_frame_write_head(unsigned char out[static WS_FRAME_HEAD_BYTES_MAX], enum ws_opcode opcode,
                           size_t len, const unsigned char key[static 4]) {
    size_t at = 0;
    out[at++] = (unsigned char)(0x80U | (unsigned)opcode);
    int len_bytes = len < 126 ? 0 : len <= UINT16_MAX ? 2 : 8;
    unsigned short_len = len_bytes == 0 ? (unsigned)len : len_bytes == 2 ? 126U : 127U;
    out[at++] = (unsigned char)(0x80U | short_len);
    for (int i = len_bytes - 1; i >= 0; i--) {
        out[at++] = (unsigned char)((uint64_t)len >> (8 * i) & 0xffU);
    }
    for (int i = 0; i < 4; i++) {
        out[at++] = key[i];
    }
    return at;
}

void ws_frame_mask(unsigned char *bytes, size_t len, const unsigned char key[static 4]) {
    for (size_t i = 0; i < len; i++) {
        bytes[i] ^= key[i & 3];
    }
}
