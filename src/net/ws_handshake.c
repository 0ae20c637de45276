#include "net/ws_handshake.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>

bool ws_handshake_make_key(char out[static WS_KEY_BYTES]) {
    unsigned char nonce[16];
    if (RAND_bytes(nonce, sizeof(nonce)) != 1) {
        return false;
    }
    EVP_EncodeBlock((unsigned char *)out, nonce, sizeof(nonce));
    return true;
}

size_t ws_handshake_write(char out[static WS_REQUEST_BYTES], const struct url *url, const char *key,
                          bool deflate, const char *header) {
    (void)str_format(out, WS_REQUEST_BYTES,
                     "GET %s HTTP/1.1\r\n"
                     "Host: %s\r\n"
                     "User-Agent: liqscope/" LIQSCOPE_VERSION "\r\n"
                     "Upgrade: websocket\r\n"
                     "Connection: Upgrade\r\n"
                     "Sec-WebSocket-Key: %s\r\n"
                     "Sec-WebSocket-Version: 13\r\n"
                     "%s%s\r\n",
                     url->path, url->authority, key,
                     deflate ? "Sec-WebSocket-Extensions: permessage-deflate; "
                               "client_no_context_takeover\r\n"
                             : "",
                     header);
    return strlen(out);
}

void ws_handshake_accept(const char *key, char out[static WS_KEY_BYTES]) {
    char text[WS_KEY_BYTES + 40];
    (void)str_format(text, sizeof(text), "%s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", key);
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned digest_len = 0;
    EVP_Digest(text, strlen(text), digest, &digest_len, EVP_sha1(), NULL);
    EVP_EncodeBlock((unsigned char *)out, digest, (int)digest_len);
}

const char *ws_handshake_check(const struct http_head *head, const char *key, bool *deflate,
                               bool *keep_window) {
    char accept[WS_KEY_BYTES];
    ws_handshake_accept(key, accept);
    if (!head->upgrade_websocket || strcmp(head->ws_accept, accept) != 0) {
        return "the answer is no WebSocket upgrade";
    }
    bool offered = *deflate;
    *deflate = head->ws_extensions[0] != '\0';
    *keep_window = strstr(head->ws_extensions, "server_no_context_takeover") == NULL;
    if (*deflate && (!offered || strncmp(head->ws_extensions, "permessage-deflate", 18) != 0)) {
        return "the peer uses an extension that was not offered";
    }
    return NULL;
}
