#include "net/stream.h"

#include <errno.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/str.h"
#include "net/stream_inside.h"

enum {
    STREAM_ROUND_COUNT_MAX = 16, /* buffers read in a row before others get their turn */
    STREAM_TRICKLE_BYTES = 8192, /* a turn that brings less may come later and bring more */
};

static void stream_turn(struct stream *stream);

void stream_drop_socket(struct stream *stream) {
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

void stream_release(struct stream *stream) {
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
void stream_fail(struct stream *stream, enum status status, const char *reason) {
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
void stream_want_writable(struct stream *stream) {
    if (stream->writable_timer.service == NULL) {
        net_timer_schedule(stream->service, &stream->writable_timer, 0, stream_ask_writable,
                           stream);
    }
}

bool stream_queue_bytes(struct stream *stream, const void *bytes, size_t len) {
    if (!stream_queue_reserve(stream, len)) {
        return false;
    }
    if (len > 0) {
        memcpy(stream->queue + stream->queue_end, bytes, len);
        stream->queue_end += len;
    }
    stream_want_turn(stream);
    return true;
}

bool stream_write(struct stream *stream, const void *bytes, size_t len) {
    service_assert(stream->service);
    return !stream->closed && stream->state == STREAM_OPEN &&
           stream_queue_bytes(stream, bytes, len);
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

bool stream_flush(struct stream *stream) {
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

static enum stream_read_result stream_read_some(struct stream *stream, char *bytes, size_t size,
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

enum stream_read_result stream_fill(struct stream *stream, size_t *end) {
    *end = stream->kept;
    enum stream_read_result result = READ_SOME;
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
        enum stream_read_result result = stream_fill(stream, &end);
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
            stream->service->trickled = round == 0 && end < STREAM_TRICKLE_BYTES;
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
    if (stream->state != STREAM_OPEN) {
        stream_connect_turn(stream);
    } else if (!stream_flush(stream)) {
        stream_fail(stream, STATUS_CLOSED, "the connection was cut");
    } else {
        stream_read(stream);
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
            stream_cut(stream);
            stream->depth--;
            stream_release(stream);
        }
        return 0;
    }
    default:
        return 0;
    }
}
