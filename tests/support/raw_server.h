/* support/raw_server.h - a peer that says exactly what a test tells it to: plain TCP on loopback,
 * one thread.
 *
 * Thread: serve(fd, user) runs on the server's own thread, once for each connection, one after the
 * other; the descriptor is closed when it returns.  Limit: RAW_WAIT_MS for each read. */
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/thread.h"
#include "net/ws_frame.h"
#include "net/ws_handshake.h"

enum { RAW_WAIT_MS = 3000, RAW_REQUEST_BYTES = 8192 };

struct raw_server {
    int fd, port;
    int stop[2]; /* a pipe: its end tells the thread to leave */
    struct thread thread;
    void (*serve)(int fd, void *user);
    void *user;
};

static inline bool raw_readable(int fd, int stop_fd, int wait_ms) {
    struct pollfd fds[2] = {{.fd = fd, .events = POLLIN}, {.fd = stop_fd, .events = POLLIN}};
    return poll(fds, stop_fd >= 0 ? 2 : 1, wait_ms) > 0 && (fds[0].revents & POLLIN) != 0;
}

static inline void raw_server_run(void *user) {
    struct raw_server *server = user;
    while (raw_readable(server->fd, server->stop[0], -1)) {
        int fd = accept(server->fd, NULL, NULL);
        if (fd >= 0) {
            server->serve(fd, server->user);
            close(fd);
        }
    }
}

static inline bool raw_server_start(struct raw_server *server, void (*serve)(int fd, void *user),
                                    void *user) {
    *server = (struct raw_server){.serve = serve, .user = user};
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);
    server->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool ok = server->fd >= 0 && pipe(server->stop) == 0 &&
              bind(server->fd, (struct sockaddr *)(void *)&address, len) == 0 &&
              listen(server->fd, 16) == 0 &&
              getsockname(server->fd, (struct sockaddr *)(void *)&address, &len) == 0;
    server->port = ntohs(address.sin_port);
    return ok && thread_start(&server->thread, THREAD_ANY, raw_server_run, server);
}

static inline void raw_server_stop(struct raw_server *server) {
    close(server->stop[1]);
    thread_join(&server->thread);
    close(server->stop[0]);
    close(server->fd);
}

static inline bool raw_send(int fd, const void *bytes, size_t len) {
    for (size_t sent = 0; sent < len;) {
        ssize_t some = send(fd, (const char *)bytes + sent, len - sent, MSG_NOSIGNAL);
        if (some <= 0) {
            return false;
        }
        sent += (size_t)some;
    }
    return true;
}

static inline bool raw_send_text(int fd, const char *text) {
    return raw_send(fd, text, strlen(text));
}

/* Read until the end of a request's head. False: it did not come. */
static inline bool raw_read_request(int fd, char out[static RAW_REQUEST_BYTES]) {
    size_t len = 0;
    out[0] = '\0';
    while (strstr(out, "\r\n\r\n") == NULL) {
        if (len + 1 >= RAW_REQUEST_BYTES || !raw_readable(fd, -1, RAW_WAIT_MS)) {
            return false;
        }
        ssize_t some = recv(fd, out + len, RAW_REQUEST_BYTES - len - 1, 0);
        if (some <= 0) {
            return false;
        }
        len += (size_t)some;
        out[len] = '\0';
    }
    return true;
}

/* Answer a WebSocket upgrade; extensions: NULL or the value of Sec-WebSocket-Extensions. */
static inline bool raw_upgrade(int fd, const char *extensions) {
    char request[RAW_REQUEST_BYTES];
    if (!raw_read_request(fd, request)) {
        return false;
    }
    const char *at = strstr(request, "Sec-WebSocket-Key: ");
    if (at == NULL) {
        return false;
    }
    char key[WS_KEY_BYTES];
    char accept_key[WS_KEY_BYTES];
    at += strlen("Sec-WebSocket-Key: ");
    (void)snprintf(key, sizeof(key), "%.*s", (int)strcspn(at, "\r"), at);
    ws_handshake_accept(key, accept_key);
    char answer[512];
    (void)snprintf(answer, sizeof(answer),
                   "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: "
                   "Upgrade\r\nSec-WebSocket-Accept: %s\r\n%s%s%s\r\n",
                   accept_key, extensions != NULL ? "Sec-WebSocket-Extensions: " : "",
                   extensions != NULL ? extensions : "", extensions != NULL ? "\r\n" : "");
    return raw_send_text(fd, answer);
}

/* One frame, not masked: byte0 has FIN, RSV1 and the opcode. */
static inline bool raw_send_frame(int fd, unsigned byte0, const void *bytes, size_t len) {
    unsigned char head[10] = {(unsigned char)byte0};
    size_t head_len = 2;
    if (len < 126) {
        head[1] = (unsigned char)len;
    } else {
        int len_bytes = len <= UINT16_MAX ? 2 : 8;
        head[1] = len_bytes == 2 ? 126 : 127;
        for (int i = len_bytes - 1; i >= 0; i--) {
            head[head_len++] = (unsigned char)((uint64_t)len >> (8 * i) & 0xff);
        }
    }
    return raw_send(fd, head, head_len) && raw_send(fd, bytes, len);
}

/* Read one of the client's (masked, short) frames into out; returns the payload's length, -1 if
 * none came. */
static inline int raw_read_frame(int fd, unsigned *byte0, unsigned char out[static 126]) {
    unsigned char head[6];
    for (size_t got = 0; got < sizeof(head);) {
        ssize_t some =
            raw_readable(fd, -1, RAW_WAIT_MS) ? recv(fd, head + got, sizeof(head) - got, 0) : 0;
        if (some <= 0) {
            return -1;
        }
        got += (size_t)some;
    }
    int len = head[1] & 0x7f;
    *byte0 = head[0];
    for (int got = 0; got < len;) {
        ssize_t some = len < 126 ? recv(fd, out + got, (size_t)(len - got), 0) : 0;
        if (some <= 0) {
            return -1;
        }
        got += (int)some;
    }
    ws_frame_mask(out, (size_t)len, head + 2);
    return (head[1] & 0x80) != 0 ? len : -1;
}

/* Wait until the peer has closed (what it still sends is thrown away). */
static inline void raw_wait_end(int fd) {
    char bytes[4096];
    while (raw_readable(fd, -1, RAW_WAIT_MS) && recv(fd, bytes, sizeof(bytes), 0) > 0) {
    }
}
