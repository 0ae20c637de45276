/* support/proxy_server.h - a proxy on loopback that does what a test wants: CONNECT, SOCKS5, or a
 * plain relay, and everything wrong that one can do.
 *
 * Whatever host it is asked for, it connects to 127.0.0.1:target_port: names that exist nowhere are
 * good enough, and show that it was asked to look them up.
 * Thread: one of its own for all connections (PROXY_PAIRS_MAX at once); what is atomic may be set
 * and read by the test meanwhile. */
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/thread.h"

enum { PROXY_PAIRS_MAX = 32, PROXY_HEAD_BYTES = 4096, PROXY_ASKED_BYTES = 300, PROXY_TURN_MS = 5 };

enum proxy_manner {
    MANNER_CONNECT, /* an HTTP proxy */
    MANNER_SOCKS,   /* SOCKS5, with a password if one is set */
    MANNER_RELAY,   /* no proxy at all: passes bytes on from the first */
    MANNER_SAY      /* says `says` to whatever it is told first, and then hangs up, or not */
};

struct proxy_pair {
    int client, host; /* -1: none */
    bool through;     /* bytes pass */
    int stage;        /* of SOCKS5 */
    char head[PROXY_HEAD_BYTES];
    size_t head_len;
};

struct proxy_server {
    /* -- set before its start -- */
    enum proxy_manner manner;
    const char *user, *password; /* NULL: nobody is asked */
    const void *says;            /* of MANNER_SAY */
    size_t says_len;
    bool stays; /* of MANNER_SAY: does not hang up */

    /* -- atomic: the test's and the proxy's -- */
    atomic_int target_port;
    atomic_bool down;  /* nobody is let in, and who is in is cut off */
    atomic_int opened; /* connections that it made to a host */
    atomic_int asked;  /* how often it was asked for a host */

    /* -- the proxy's; read when asked says so -- */
    char host[PROXY_ASKED_BYTES]; /* that was asked for last, "host:port" */

    int fd, port;
    atomic_bool stopping;
    struct thread thread;
    struct proxy_pair pairs[PROXY_PAIRS_MAX];
};

static inline void proxy_drop(struct proxy_pair *pair) {
    if (pair->client >= 0) {
        close(pair->client);
    }
    if (pair->host >= 0) {
        close(pair->host);
    }
    pair->client = pair->host = -1;
    pair->through = false;
    pair->stage = 0;
    pair->head_len = 0;
}

static inline void proxy_send(int fd, const void *bytes, size_t len) {
    for (size_t sent = 0; sent < len;) {
        const ssize_t some = send(fd, (const char *)bytes + sent, len - sent, MSG_NOSIGNAL);
        if (some <= 0) {
            return; /* the other side's end is met by the next recv */
        }
        sent += (size_t)some;
    }
}

static inline bool proxy_reach(struct proxy_server *proxy, struct proxy_pair *pair) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    to.sin_port = htons((uint16_t)atomic_load(&proxy->target_port));
    pair->host = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(pair->host, (struct sockaddr *)(void *)&to, sizeof to) != 0) {
        return false;
    }
    pair->through = true;
    atomic_fetch_add(&proxy->opened, 1);
    return true;
}

static inline void proxy_note(struct proxy_server *proxy, const char *host, int port) {
    (void)snprintf(proxy->host, sizeof proxy->host, "%s:%d", host, port);
    atomic_fetch_add(&proxy->asked, 1);
}

/* False: the pair is done. */
static inline bool proxy_take_connect(struct proxy_server *proxy, struct proxy_pair *pair) {
    char host[256] = "", want[512];
    int port = 0;
    pair->head[pair->head_len] = '\0';
    if (strstr(pair->head, "\r\n\r\n") == NULL) {
        return true;
    }
    if (sscanf(pair->head, "CONNECT %255[^: ]:%d HTTP/1.1\r\n", host, &port) != 2) {
        static const char bad[] = "HTTP/1.1 400 Bad Request\r\n\r\n";
        proxy_send(pair->client, bad, sizeof bad - 1);
        return false;
    }
    proxy_note(proxy, host, port);
    (void)snprintf(want, sizeof want, "\r\nProxy-Authorization: Basic %s\r\n",
                   proxy->password != NULL ? proxy->password : "");
    if (proxy->user != NULL && strstr(pair->head, want) == NULL) {
        static const char refused[] = "HTTP/1.1 407 Proxy Authentication Required\r\n"
                                      "Proxy-Authenticate: Basic realm=\"here\"\r\n"
                                      "Content-Length: 4\r\n\r\nnope";
        proxy_send(pair->client, refused, sizeof refused - 1);
        return false;
    }
    if (!proxy_reach(proxy, pair)) {
        static const char bad[] = "HTTP/1.1 502 Bad Gateway\r\n\r\n";
        proxy_send(pair->client, bad, sizeof bad - 1);
        return false;
    }
    /* In pieces, after an interim answer. */
    static const char said[] =
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 200 Connection established\r\n"
        "Via: here\r\n\r\n";
    proxy_send(pair->client, said, 30);
    proxy_send(pair->client, said + 30, sizeof said - 1 - 30);
    return true;
}

enum { SOCKS_ASKS_METHOD, SOCKS_ASKS_PASSWORD, SOCKS_ASKS_HOST };

static inline bool proxy_take_socks(struct proxy_server *proxy, struct proxy_pair *pair) {
    const unsigned char *head = (const unsigned char *)pair->head;
    const unsigned char method = proxy->user != NULL ? 2 : 0;
    if (pair->stage == SOCKS_ASKS_METHOD) {
        if (pair->head_len < 2 || pair->head_len < 2U + head[1]) {
            return true;
        }
        const bool offered = memchr(head + 2, method, head[1]) != NULL;
        proxy_send(pair->client, (const unsigned char[]){5, offered ? method : 0xff}, 2);
        pair->stage = method == 2 ? SOCKS_ASKS_PASSWORD : SOCKS_ASKS_HOST;
        pair->head_len = 0;
        return offered;
    }
    if (pair->stage == SOCKS_ASKS_PASSWORD) {
        char want[600];
        const int len = snprintf(want, sizeof want, "\1%c%s%c%s", (int)strlen(proxy->user),
                                 proxy->user, (int)strlen(proxy->password), proxy->password);
        if (pair->head_len < (size_t)len) {
            return pair->head_len < 2;
        }
        const bool good = memcmp(head, want, (size_t)len) == 0;
        proxy_send(pair->client, (const unsigned char[]){1, !good}, 2);
        pair->stage = SOCKS_ASKS_HOST;
        pair->head_len = 0;
        return good;
    }
    if (pair->head_len < 5 || head[3] != 3 || pair->head_len < 7U + head[4]) {
        return pair->head_len < 5 || head[3] == 3;
    }
    char host[256];
    (void)snprintf(host, sizeof host, "%.*s", head[4], pair->head + 5);
    proxy_note(proxy, host, head[5 + head[4]] << 8 | head[6 + head[4]]);
    const bool good = proxy_reach(proxy, pair);
    const unsigned char said[10] = {5, good ? 0 : 5, 0, 1, 127, 0, 0, 1, 0, 80};
    proxy_send(pair->client, said, 3); /* in pieces */
    proxy_send(pair->client, said + 3, sizeof said - 3);
    return good;
}

/* What the client has said before bytes pass. False: the pair is done. */
static inline bool proxy_take(struct proxy_server *proxy, struct proxy_pair *pair) {
    const ssize_t got = recv(pair->client, pair->head + pair->head_len,
                             sizeof pair->head - 1 - pair->head_len, MSG_DONTWAIT);
    if (got <= 0) {
        return false;
    }
    pair->head_len += (size_t)got;
    switch (proxy->manner) {
    case MANNER_CONNECT:
        return proxy_take_connect(proxy, pair);
    case MANNER_SOCKS:
        return proxy_take_socks(proxy, pair);
    default:
        atomic_fetch_add(&proxy->asked, 1);
        proxy_send(pair->client, proxy->says, proxy->says_len);
        return proxy->stays;
    }
}

/* False: one of them has ended. */
static inline bool proxy_pass(int from, int to) {
    char bytes[16384];
    const ssize_t got = recv(from, bytes, sizeof bytes, MSG_DONTWAIT);
    if (got > 0) {
        proxy_send(to, bytes, (size_t)got);
    }
    return got > 0;
}

static inline void proxy_accept(struct proxy_server *proxy) {
    const int fd = accept(proxy->fd, NULL, NULL);
    struct proxy_pair *pair = NULL;
    for (int i = 0; i < PROXY_PAIRS_MAX && pair == NULL; i++) {
        pair = proxy->pairs[i].client < 0 ? &proxy->pairs[i] : NULL;
    }
    if (fd < 0 || pair == NULL || atomic_load(&proxy->down)) {
        close(fd);
        return;
    }
    pair->client = fd;
    if (proxy->manner == MANNER_RELAY && !proxy_reach(proxy, pair)) {
        proxy_drop(pair);
    }
}

static inline void proxy_serve(struct proxy_server *proxy, struct proxy_pair *pair,
                               const struct pollfd fds[2]) {
    bool good = !atomic_load(&proxy->down);
    if (good && fds[0].revents != 0) {
        good = pair->through ? proxy_pass(pair->client, pair->host) : proxy_take(proxy, pair);
    }
    if (good && fds[1].revents != 0) {
        good = proxy_pass(pair->host, pair->client);
    }
    if (!good) {
        proxy_drop(pair);
    }
}

static inline void proxy_server_run(void *user) {
    struct proxy_server *proxy = user;
    while (!atomic_load(&proxy->stopping)) {
        struct pollfd fds[1 + 2 * PROXY_PAIRS_MAX] = {{.fd = proxy->fd, .events = POLLIN}};
        for (int i = 0; i < PROXY_PAIRS_MAX; i++) {
            fds[1 + 2 * i] = (struct pollfd){.fd = proxy->pairs[i].client, .events = POLLIN};
            fds[2 + 2 * i] = (struct pollfd){.fd = proxy->pairs[i].host, .events = POLLIN};
        }
        (void)poll(fds, 1 + 2 * PROXY_PAIRS_MAX, PROXY_TURN_MS);
        for (int i = 0; i < PROXY_PAIRS_MAX; i++) {
            if (proxy->pairs[i].client >= 0) {
                proxy_serve(proxy, &proxy->pairs[i], fds + 1 + (ptrdiff_t)2 * i);
            }
        }
        if (fds[0].revents != 0) {
            proxy_accept(proxy);
        }
    }
    for (int i = 0; i < PROXY_PAIRS_MAX; i++) {
        proxy_drop(&proxy->pairs[i]);
    }
}

/* What is to be set is set. */
static inline bool proxy_server_start(struct proxy_server *proxy) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);
    for (int i = 0; i < PROXY_PAIRS_MAX; i++) {
        proxy->pairs[i].client = proxy->pairs[i].host = -1;
    }
    proxy->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool ok = proxy->fd >= 0 && bind(proxy->fd, (struct sockaddr *)(void *)&address, len) == 0 &&
              listen(proxy->fd, 64) == 0 &&
              getsockname(proxy->fd, (struct sockaddr *)(void *)&address, &len) == 0;
    proxy->port = ntohs(address.sin_port);
    return ok && thread_start(&proxy->thread, THREAD_ANY, proxy_server_run, proxy);
}

static inline void proxy_server_stop(struct proxy_server *proxy) {
    atomic_store(&proxy->stopping, true);
    thread_join(&proxy->thread);
    close(proxy->fd);
}
