/* support/hook_server.h - an HTTP server that keeps what is posted to it and answers by a script:
 * plain or over TLS, on loopback, one connection after the other.
 *
 * Thread: one of its own; the test reads after hook_wait or hook_server_stop.  Limits:
 * HOOK_POST_MAX requests of HOOK_BYTES each; further ones are answered and counted. */
#pragma once

#include <openssl/ssl.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/str.h"
#include "support/raw_server.h"

enum { HOOK_POST_MAX = 16, HOOK_BYTES = 8192, HOOK_WAIT_MS = 5000 };

struct hook_server {
    struct raw_server peer;
    SSL_CTX *tls;      /* NULL: plain */
    const int *codes;  /* of the first answers, ended by 0; then 200 */
    const char *extra; /* header lines of every answer, "" or ended by CRLF */
    int silent_count;  /* so many connections are closed without an answer */
    atomic_int count;  /* requests that were read whole */
    char heads[HOOK_POST_MAX][HOOK_BYTES], bodies[HOOK_POST_MAX][HOOK_BYTES];
};

static inline int hook_read(SSL *tls, int fd, char *out, int size) {
    return tls != NULL ? SSL_read(tls, out, size) : (int)recv(fd, out, (size_t)size, 0);
}

/* A head and the body it announces, as one text. False: it did not come whole. */
static inline bool hook_read_request(SSL *tls, int fd, char out[static HOOK_BYTES],
                                     size_t *head_len) {
    size_t len = 0;
    out[0] = '\0';
    for (;;) {
        const char *end = strstr(out, "\r\n\r\n");
        const char *announced = strstr(out, "Content-Length: ");
        if (end != NULL) {
            *head_len = (size_t)(end - out) + 4;
            size_t body = announced != NULL ? strtoul(announced + 16, NULL, 10) : 0;
            if (len >= *head_len + body) {
                return true;
            }
        }
        int some = hook_read(tls, fd, out + len, (int)(HOOK_BYTES - 1 - len));
        if (some <= 0) {
            return false;
        }
        len += (size_t)some;
        out[len] = '\0';
    }
}

static inline void hook_answer(struct hook_server *hook, SSL *tls, int fd) {
    char text[HOOK_BYTES];
    char answer[512];
    size_t head_len = 0;
    if (!hook_read_request(tls, fd, text, &head_len)) {
        return;
    }
    /* relaxed: this thread alone writes it */
    int at = atomic_load_explicit(&hook->count, memory_order_relaxed);
    if (at < HOOK_POST_MAX) {
        (void)str_copy_span(hook->heads[at], HOOK_BYTES, (struct span){text, head_len});
        (void)str_copy(hook->bodies[at], HOOK_BYTES, text + head_len);
    }
    int code = 200;
    for (int i = 0; hook->codes != NULL && i <= at; i++) {
        code = hook->codes[i] != 0 ? hook->codes[i] : 200;
        if (hook->codes[i] == 0) {
            break;
        }
    }
    /* release: pairs with hook_wait; what was posted is complete */
    atomic_store_explicit(&hook->count, at + 1, memory_order_release);
    if (at < hook->silent_count) {
        shutdown(fd, SHUT_WR);
        return;
    }
    (void)str_format(answer, sizeof answer, "HTTP/1.1 %d Said\r\n%sContent-Length: 2\r\n\r\nok",
                     code, hook->extra != NULL ? hook->extra : "");
    if (tls != NULL) {
        (void)SSL_write(tls, answer, (int)strlen(answer));
        (void)SSL_shutdown(tls);
    } else {
        (void)raw_send_text(fd, answer);
        shutdown(fd, SHUT_WR);
    }
}

static inline void hook_serve(int fd, void *user) {
    struct hook_server *hook = user;
    struct timeval limit = {.tv_sec = RAW_WAIT_MS / 1000};
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    SSL *tls = hook->tls != NULL ? SSL_new(hook->tls) : NULL;
    if (tls == NULL || (SSL_set_fd(tls, fd) == 1 && SSL_accept(tls) == 1)) {
        hook_answer(hook, tls, fd);
    }
    SSL_free(tls);
    raw_wait_end(fd);
}

/* cert and key: PEM files, NULL: plain. The rest of hook is the caller's and set before. */
static inline bool hook_server_start(struct hook_server *hook, const char *cert, const char *key) {
    if (cert != NULL) {
        hook->tls = SSL_CTX_new(TLS_server_method());
        if (hook->tls == NULL ||
            SSL_CTX_use_certificate_file(hook->tls, cert, SSL_FILETYPE_PEM) != 1 ||
            SSL_CTX_use_PrivateKey_file(hook->tls, key, SSL_FILETYPE_PEM) != 1) {
            return false;
        }
    }
    return raw_server_start(&hook->peer, hook_serve, hook);
}

static inline void hook_server_stop(struct hook_server *hook) {
    raw_server_stop(&hook->peer);
    SSL_CTX_free(hook->tls);
}

static inline bool hook_wait(struct hook_server *hook, int wanted) {
    int64_t end_ns = clock_mono_ns() + (int64_t)HOOK_WAIT_MS * 1000000;
    /* acquire: pairs with hook_answer */
    while (atomic_load_explicit(&hook->count, memory_order_acquire) < wanted) {
        if (clock_mono_ns() > end_ns) {
            return false;
        }
        clock_sleep_until_ns(clock_mono_ns() + 1000000);
    }
    return true;
}
