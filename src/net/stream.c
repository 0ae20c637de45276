#include "net/stream.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/str.h"
#include "net/resolver.h"
#include "net/service_inside.h"

enum {
    STREAM_REASON_BYTES = 256,
    STREAM_ROUND_COUNT_MAX = 16, /* buffers read in a row before others get their turn */
    STREAM_ATTEMPT_MS = 3000,    /* then the next address, if there is one */
};

enum stream_state { STREAM_RESOLVING, STREAM_CONNECTING, STREAM_HANDSHAKE, STREAM_OPEN };

struct stream {
    struct net_service *service;    /* borrowed */
    struct stream *previous, *next; /* among service->streams */
    const struct stream_ops *ops;
    void *user;
    struct url url;
    enum stream_state state;
    struct lws *wsi; /* owned by libwebsockets, which closes fd with it; NULL: none */
    int fd;
    SSL *ssl; /* owned; NULL: plain, or not yet */

    struct resolver_answer answer;
    int address_index;
    struct net_timer start_timer;   /* to begin after stream_open has returned */
    struct net_timer attempt_timer; /* gives up on one of several addresses */
    struct net_timer again_timer;   /* another turn: to write, or to go on reading */
    struct net_timer writable_timer;

    char *queue; /* owned: bytes to send, from queue_begin to queue_end */
    size_t queue_begin, queue_end, queue_size;
    size_t kept; /* bytes at the start of buffer that the owner has not used */
    char buffer[STREAM_BUFFER_BYTES];

    int depth;   /* of callbacks that run: freed only when they have returned */
    bool closed; /* by its owner or through on_close */
};

static void stream_next_attempt(struct stream *stream);
static void stream_turn(struct stream *stream);

/* The descriptor goes, the stream may stay (to try another address). */
static void stream_drop_socket(struct stream *stream) {
    SSL_free(stream->ssl);
    stream->ssl = NULL;
    if (stream->wsi != NULL) {
        lws_set_opaque_user_data(stream->wsi, NULL);
        lws_set_timeout(stream->wsi, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_ASYNC);
        shutdown(stream->fd, SHUT_RDWR); /* now; the descriptor itself is closed in the next turn */
        stream->wsi = NULL;
    }
    stream->fd = -1;
    net_timer_cancel(&stream->attempt_timer);
    net_timer_cancel(&stream->again_timer);
    net_timer_cancel(&stream->writable_timer);
}

static void stream_release(struct stream *stream) {
    if (!stream->closed || stream->depth > 0) {
        return;
    }
    free(stream->queue);
    free(stream);
}

/* No callback after this one; memory goes when the outermost callback has returned. */
static void stream_leave(struct stream *stream) {
    stream->closed = true;
    resolver_forget(stream->service->resolver, stream);
    net_timer_cancel(&stream->start_timer);
    stream_drop_socket(stream);
    if (stream->previous != NULL) {
        stream->previous->next = stream->next;
    } else {
        stream->service->streams = stream->next;
    }
    if (stream->next != NULL) {
        stream->next->previous = stream->previous;
    }
}

/* The outermost callback releases. */
static void stream_fail(struct stream *stream, enum status status, const char *reason) {
    if (stream->closed) {
        return;
    }
    char text[STREAM_REASON_BYTES];
    (void)str_copy(text, sizeof(text), reason); /* it may lie in what is freed now */
    stream_leave(stream);
    stream->ops->on_close(stream->user, status, text);
}

void stream_cancel_all(struct net_service *service) {
    while (service->streams != NULL) {
        struct stream *stream = service->streams;
        stream->depth++;
        stream_fail(stream, STATUS_CANCELLED, "the service has stopped");
        stream->depth--;
        stream_release(stream);
    }
}

/* -- sending -- */

static bool stream_queue_reserve(struct stream *stream, size_t len) {
    size_t waiting = stream->queue_end - stream->queue_begin;
    if (len > STREAM_QUEUE_BYTES_MAX - waiting) {
        return false;
    }
    if (stream->queue_begin > 0) {
        memmove(stream->queue, stream->queue + stream->queue_begin, waiting);
        stream->queue_begin = 0;
        stream->queue_end = waiting;
    }
    if (waiting + len > stream->queue_size) {
        size_t size = stream->queue_size == 0 ? 4096 : stream->queue_size;
        while (size < waiting + len) {
            size *= 2;
        }
        char *grown = realloc(stream->queue, size);
        if (grown == NULL) {
            return false;
        }
        stream->queue = grown;
        stream->queue_size = size;
    }
    return true;
}

static void stream_again(void *user) {
    stream_turn(user);
}

static void stream_want_turn(struct stream *stream) {
    if (stream->again_timer.service == NULL) {
        net_timer_schedule(stream->service, &stream->again_timer, 0, stream_again, stream);
    }
}

static void stream_ask_writable(void *user) {
    struct stream *stream = user;
    lws_callback_on_writable(stream->wsi);
}

/* Later, because libwebsockets forgets what a descriptor asks for while its own writable callback
 * runs. */
static void stream_want_writable(struct stream *stream) {
    if (stream->writable_timer.service == NULL) {
        net_timer_schedule(stream->service, &stream->writable_timer, 0, stream_ask_writable,
                           stream);
    }
}

bool stream_write(struct stream *stream, const void *bytes, size_t len) {
    service_assert(stream->service);
    if (stream->closed || stream->state != STREAM_OPEN || !stream_queue_reserve(stream, len)) {
        return false;
    }
    if (len > 0) {
        memcpy(stream->queue + stream->queue_end, bytes, len);
        stream->queue_end += len;
    }
    stream_want_turn(stream);
    return true;
}

/* How much went out, 0 if nothing goes now, -1 if the connection is broken. */
static ssize_t stream_send_some(struct stream *stream, const char *bytes, size_t len) {
    if (stream->ssl == NULL) {
        ssize_t sent = send(stream->fd, bytes, len, MSG_NOSIGNAL);
        if (sent < 0 && (errno == EAGAIN || errno == EINTR)) {
            return 0;
        }
        return sent;
    }
    ERR_clear_error();
    size_t sent = 0;
    if (SSL_write_ex(stream->ssl, bytes, len, &sent) == 1) {
        return (ssize_t)sent;
    }
    int error = SSL_get_error(stream->ssl, 0);
    return error == SSL_ERROR_WANT_WRITE || error == SSL_ERROR_WANT_READ ? 0 : -1;
}

/* False: broken. What does not go now waits for the descriptor to be writable. */
static bool stream_flush(struct stream *stream) {
    while (stream->queue_begin < stream->queue_end) {
        ssize_t sent = stream_send_some(stream, stream->queue + stream->queue_begin,
                                        stream->queue_end - stream->queue_begin);
        if (sent < 0) {
            return false;
        }
        if (sent == 0) {
            stream_want_writable(stream);
            return true;
        }
        stream->queue_begin += (size_t)sent;
    }
    return true;
}

void stream_close(struct stream *stream) {
    if (stream == NULL || stream->closed) {
        return;
    }
    service_assert(stream->service);
    if (stream->state == STREAM_OPEN) {
        (void)stream_flush(stream);
        if (stream->ssl != NULL) {
            ERR_clear_error();
            (void)SSL_shutdown(stream->ssl);
        }
    }
    stream_leave(stream);
    stream_release(stream);
}

/* -- receiving -- */

enum read_result { READ_SOME, READ_LATER, READ_END, READ_BROKEN };

static enum read_result stream_read_some(struct stream *stream, char *bytes, size_t size,
                                         size_t *len) {
    *len = 0;
    if (stream->ssl == NULL) {
        ssize_t got = recv(stream->fd, bytes, size, 0);
        if (got < 0) {
            return errno == EAGAIN || errno == EINTR ? READ_LATER : READ_BROKEN;
        }
        *len = (size_t)got;
        return got == 0 ? READ_END : READ_SOME;
    }
    ERR_clear_error();
    if (SSL_read_ex(stream->ssl, bytes, size, len) == 1) {
        return READ_SOME;
    }
    switch (SSL_get_error(stream->ssl, 0)) {
    case SSL_ERROR_WANT_READ:
        return READ_LATER;
    case SSL_ERROR_WANT_WRITE:
        stream_want_writable(stream);
        return READ_LATER;
    case SSL_ERROR_ZERO_RETURN:
        return READ_END;
    default:
        /* Most servers end without a closing alert. */
        return ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING ? READ_END
                                                                                      : READ_BROKEN;
    }
}

/* Fill the buffer behind what was kept, as far as there is something to read. */
static enum read_result stream_fill(struct stream *stream, size_t *end) {
    *end = stream->kept;
    enum read_result result = READ_SOME;
    while (result == READ_SOME && *end < sizeof(stream->buffer)) {
        size_t len = 0;
        result =
            stream_read_some(stream, stream->buffer + *end, sizeof(stream->buffer) - *end, &len);
        *end += len;
    }
    return result;
}

static void stream_read(struct stream *stream) {
    for (int round = 0; round < STREAM_ROUND_COUNT_MAX; round++) {
        size_t end = 0;
        enum read_result result = stream_fill(stream, &end);
        if (end > stream->kept) {
            size_t used = stream->ops->on_bytes(stream->user, stream->buffer, end);
            if (stream->closed) {
                return;
            }
            assert(used <= end && end - used < sizeof(stream->buffer));
            memmove(stream->buffer, stream->buffer + used, end - used);
            stream->kept = end - used;
        }
        if (result == READ_LATER) {
            return;
        }
        if (result == READ_END || result == READ_BROKEN) {
            stream_fail(stream, STATUS_CLOSED,
                        result == READ_END ? "the peer has closed the connection"
                                           : "the connection was cut");
            return;
        }
    }
    /* OpenSSL may hold bytes that no descriptor will announce. */
    stream_want_turn(stream);
}

/* -- connecting -- */

static void stream_attempt_failed(struct stream *stream, enum status status, const char *what) {
    char reason[STREAM_REASON_BYTES];
    (void)str_format(reason, sizeof(reason), "%s: %s", stream->url.authority, what);
    stream_drop_socket(stream);
    stream->address_index++;
    if (stream->address_index < stream->answer.count) {
        stream_next_attempt(stream);
    } else {
        stream_fail(stream, status, reason);
    }
}

static void stream_attempt_late(void *user) {
    struct stream *stream = user;
    stream->depth++;
    stream_attempt_failed(stream, STATUS_TIMEOUT, "connection timed out");
    stream->depth--;
    stream_release(stream);
}

static void stream_opened(struct stream *stream) {
    net_timer_cancel(&stream->attempt_timer);
    stream->state = STREAM_OPEN;
    stream->ops->on_open(stream->user);
}

static void stream_handshake(struct stream *stream) {
    ERR_clear_error();
    int result = SSL_connect(stream->ssl);
    if (result == 1) {
        stream_opened(stream);
        return;
    }
    switch (SSL_get_error(stream->ssl, result)) {
    case SSL_ERROR_WANT_READ:
        return;
    case SSL_ERROR_WANT_WRITE:
        stream_want_writable(stream);
        return;
    default:
        break;
    }
    const char *objection = trust_objection(stream->ssl);
    if (objection != NULL) {
        char reason[STREAM_REASON_BYTES];
        (void)str_format(reason, sizeof(reason), "%s: %s", stream->url.authority, objection);
        stream_fail(stream, STATUS_UNTRUSTED, reason);
        return;
    }
    const char *text = ERR_reason_error_string(ERR_peek_last_error());
    char reason[STREAM_REASON_BYTES];
    (void)str_format(reason, sizeof(reason), "TLS handshake failed (%s)",
                     text != NULL ? text : "connection closed");
    stream_attempt_failed(stream, STATUS_IO, reason);
}

/* The descriptor stirs while connect is under way. */
static void stream_check_connect(struct stream *stream) {
    int error = 0;
    socklen_t len = sizeof(error);
    getsockopt(stream->fd, SOL_SOCKET, SO_ERROR, &error, &len);
    if (error != 0) {
        stream_attempt_failed(stream, STATUS_IO, strerror(error));
        return;
    }
    struct sockaddr_storage peer;
    len = sizeof(peer);
    if (getpeername(stream->fd, (struct sockaddr *)(void *)&peer, &len) != 0) {
        return;
    }
    if (!stream->url.tls) {
        stream_opened(stream);
        return;
    }
    stream->ssl =
        trust_connect(&stream->service->trust, stream->fd, stream->url.host, stream->url.numeric);
    if (stream->ssl == NULL) {
        stream_fail(stream, STATUS_MEMORY, "out of memory for TLS");
        return;
    }
    stream->state = STREAM_HANDSHAKE;
    stream_handshake(stream);
}

static socklen_t stream_sockaddr(const struct stream *stream, struct sockaddr_storage *out) {
    const char *address = stream->answer.addresses[stream->address_index];
    memset(out, 0, sizeof(*out));
    struct sockaddr_in *v4 = (struct sockaddr_in *)(void *)out;
    if (inet_pton(AF_INET, address, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons((uint16_t)stream->url.port);
        return sizeof(*v4);
    }
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)(void *)out;
    (void)inet_pton(AF_INET6, address, &v6->sin6_addr);
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons((uint16_t)stream->url.port);
    return sizeof(*v6);
}

static int stream_socket(const struct stream *stream) {
    struct sockaddr_storage to;
    socklen_t len = stream_sockaddr(stream, &to);
    int fd = socket(to.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return -1;
    }
    int on = 1;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    if (connect(fd, (struct sockaddr *)(void *)&to, len) != 0 && errno != EINPROGRESS) {
        int error = errno;
        close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

static void stream_next_attempt(struct stream *stream) {
    const char *address = stream->answer.addresses[stream->address_index];
    if (!stream->url.tls && !url_address_is_loopback(address)) {
        stream_attempt_failed(stream, STATUS_UNSUPPORTED, "plain text beyond loopback");
        return;
    }
    stream->state = STREAM_CONNECTING;
    stream->fd = stream_socket(stream);
    if (stream->fd < 0) {
        stream_attempt_failed(stream, STATUS_IO, strerror(errno));
        return;
    }
    lws_adopt_desc_t adopt = {
        .vh = stream->service->vhost,
        .type = LWS_ADOPT_RAW_FILE_DESC,
        .fd.filefd = stream->fd,
        .vh_prot_name = "stream",
        .opaque = stream,
    };
    stream->wsi = lws_adopt_descriptor_vhost_via_info(&adopt);
    if (stream->wsi == NULL) {
        close(stream->fd);
        stream->fd = -1;
        stream_fail(stream, STATUS_MEMORY, "no room for another connection");
        return;
    }
    stream_want_writable(stream);
    if (stream->address_index + 1 < stream->answer.count) {
        net_timer_schedule(stream->service, &stream->attempt_timer, STREAM_ATTEMPT_MS,
                           stream_attempt_late, stream);
    }
}

static void stream_answered(void *user, const struct resolver_answer *answer) {
    struct stream *stream = user;
    stream->depth++;
    stream->answer = *answer;
    if (answer->count == 0) {
        char reason[STREAM_REASON_BYTES];
        (void)str_format(reason, sizeof(reason), "cannot resolve %s: %s", stream->url.host,
                         answer->reason);
        stream_fail(stream, STATUS_NOT_FOUND, reason);
    } else {
        stream_next_attempt(stream);
    }
    stream->depth--;
    stream_release(stream);
}

static void stream_start(void *user) {
    struct stream *stream = user;
    if (stream->url.numeric) {
        struct resolver_answer answer = {.count = 1};
        (void)str_copy(answer.addresses[0], RESOLVER_ADDRESS_BYTES, stream->url.host);
        stream_answered(stream, &answer);
        return;
    }
    if (!resolver_ask(stream->service->resolver, stream->url.host, stream_answered, stream)) {
        stream->depth++;
        stream_fail(stream, STATUS_FULL, "too many names are being resolved");
        stream->depth--;
        stream_release(stream);
    }
}

struct stream *stream_open(struct net_service *service, const struct url *url,
                           const struct stream_ops *ops, void *user) {
    service_assert(service);
    if (service->closing) {
        return NULL;
    }
    struct stream *stream = calloc(1, sizeof(*stream));
    if (stream == NULL) {
        return NULL;
    }
    stream->service = service;
    stream->url = *url;
    stream->ops = ops;
    stream->user = user;
    stream->fd = -1;
    stream->next = service->streams;
    if (stream->next != NULL) {
        stream->next->previous = stream;
    }
    service->streams = stream;
    net_timer_schedule(service, &stream->start_timer, 0, stream_start, stream);
    return stream;
}

/* One turn: go on with whatever can go on. */
static void stream_turn(struct stream *stream) {
    stream->depth++;
    switch (stream->state) {
    case STREAM_RESOLVING:
        break;
    case STREAM_CONNECTING:
        stream_check_connect(stream);
        break;
    case STREAM_HANDSHAKE:
        stream_handshake(stream);
        break;
    case STREAM_OPEN:
        if (!stream_flush(stream)) {
            stream_fail(stream, STATUS_CLOSED, "the connection was cut");
            break;
        }
        stream_read(stream);
        break;
    }
    stream->depth--;
    stream_release(stream);
}

int stream_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                    size_t len) {
    (void)user;
    (void)in;
    (void)len;
    switch (reason) {
    case LWS_CALLBACK_RAW_RX_FILE:
    case LWS_CALLBACK_RAW_WRITEABLE_FILE: {
        struct stream *stream = lws_get_opaque_user_data(wsi);
        if (stream == NULL) {
            return -1;
        }
        stream_turn(stream);
        return 0;
    }
    case LWS_CALLBACK_RAW_CLOSE_FILE: {
        struct stream *stream = lws_get_opaque_user_data(wsi);
        if (stream != NULL) {
            stream->wsi = NULL; /* libwebsockets closes the descriptor itself */
            stream->depth++;
            stream_fail(stream, STATUS_CLOSED, "the connection was cut");
            stream->depth--;
            stream_release(stream);
        }
        return 0;
    }
    default:
        return 0;
    }
}
