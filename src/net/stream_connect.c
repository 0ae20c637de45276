#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/str.h"
#include "net/stream_inside.h"

enum { STREAM_ATTEMPT_MS = 3000 /* then the next address, if there is one */ };

static void stream_next_attempt(struct stream *stream);

/* Whom the connection is made to, for people: the proxy, if there is one. */
static const char *stream_peer(const struct stream *stream) {
    return stream->proxy != NULL ? stream->proxy->authority : stream->url.authority;
}

const char *stream_late_reason(const struct stream *stream) {
    static const char *const reasons[] = {
        [STREAM_RESOLVING] = "no name server answers",
        [STREAM_CONNECTING] = "no connection in time",
        [STREAM_PROXY] = "proxy does not answer",
        [STREAM_HANDSHAKE] = "no TLS handshake in time",
        [STREAM_OPEN] = "no answer in time",
    };
    return stream->state == STREAM_CONNECTING && stream->proxy != NULL
               ? "no connection to the proxy"
               : reasons[stream->state];
}

static void stream_attempt_failed(struct stream *stream, enum status status, const char *what) {
    char reason[STREAM_REASON_BYTES];
    const bool of_proxy = stream->proxy != NULL && stream->state == STREAM_CONNECTING;
    (void)str_format(reason, sizeof(reason), "%s: %s%s",
                     of_proxy ? stream_peer(stream) : stream->url.authority, what,
                     of_proxy ? " (proxy)" : "");
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

static void stream_begin_tls(struct stream *stream) {
    stream->ssl =
        trust_connect(&stream->service->trust, stream->fd, stream->url.host, stream->url.numeric);
    if (stream->ssl == NULL) {
        stream_fail(stream, STATUS_MEMORY, "out of memory for TLS");
        return;
    }
    stream->state = STREAM_HANDSHAKE;
    stream_handshake(stream);
}

/* -- through a proxy -- */

static void stream_proxy_failed(struct stream *stream, const char *what) {
    char reason[STREAM_REASON_BYTES];
    (void)str_format(reason, sizeof(reason), "%s: %s", stream->proxy->authority, what);
    stream_fail(stream, STATUS_REFUSED, reason);
}

static void stream_begin_proxy(struct stream *stream) {
    struct proxy_answer answer;
    stream->state = STREAM_PROXY;
    stream->kept = 0;
    stream->queue_begin = stream->queue_end = 0;
    proxy_talk_begin(&stream->talk, stream->proxy, &stream->url, &answer);
    if (!stream_queue_bytes(stream, answer.out, answer.out_len)) {
        stream_fail(stream, STATUS_MEMORY, "out of memory for the proxy");
    }
}

/* What the proxy has said so far. The host speaks second: bytes behind the proxy's last word are
 * nobody's. */
static void stream_read_proxy(struct stream *stream) {
    struct proxy_answer answer;
    enum proxy_step step = PROXY_SAYS;
    size_t end = 0, at = 0;
    const enum stream_read_result result = stream_fill(stream, &end);
    while (step == PROXY_SAYS) {
        size_t used = 0;
        step = proxy_talk_take(&stream->talk, stream->buffer + at, end - at, &used, &answer);
        at += used;
        if (step == PROXY_SAYS && !stream_queue_bytes(stream, answer.out, answer.out_len)) {
            stream_fail(stream, STATUS_MEMORY, "out of memory for the proxy");
            return;
        }
    }
    memmove(stream->buffer, stream->buffer + at, end - at);
    stream->kept = end - at;
    if (step == PROXY_FAILED) {
        stream_proxy_failed(stream, answer.reason);
    } else if (step == PROXY_CONNECTED && stream->kept > 0) {
        stream_proxy_failed(stream, "proxy says too much");
    } else if (result == READ_END || result == READ_BROKEN) {
        stream_proxy_failed(stream, "proxy has hung up");
    } else if (step == PROXY_CONNECTED) {
        stream->queue_begin = stream->queue_end = 0; /* what a hasty proxy has not waited for */
        stream_begin_tls(stream);
    }
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
    if (stream->proxy != NULL) {
        stream_begin_proxy(stream);
    } else if (stream->url.tls) {
        stream_begin_tls(stream);
    } else {
        stream_opened(stream);
    }
}

static socklen_t stream_sockaddr(const struct stream *stream, struct sockaddr_storage *out) {
    const char *address = stream->answer.addresses[stream->address_index];
    const int port = stream->proxy != NULL ? stream->proxy->port : stream->url.port;
    memset(out, 0, sizeof(*out));
    struct sockaddr_in *v4 = (struct sockaddr_in *)(void *)out;
    if (inet_pton(AF_INET, address, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons((uint16_t)port);
        return sizeof(*v4);
    }
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)(void *)out;
    (void)inet_pton(AF_INET6, address, &v6->sin6_addr);
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons((uint16_t)port);
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
        const bool proxy = stream->proxy != NULL;
        (void)str_format(reason, sizeof(reason), "cannot resolve %s: %s%s",
                         proxy ? stream->proxy->host : stream->url.host, answer->reason,
                         proxy ? " (proxy)" : "");
        stream_fail(stream, STATUS_NOT_FOUND, reason);
    } else {
        stream_next_attempt(stream);
    }
    stream->depth--;
    stream_release(stream);
}

void stream_start(void *user) {
    struct stream *stream = user;
    const struct proxy_rules *rules = &stream->service->proxies;
    stream->proxy = proxy_rules_find(rules, &stream->url);
    if (stream->proxy != NULL && rules->objection[0] != '\0') {
        stream->depth++;
        stream_fail(stream, STATUS_UNSUPPORTED, rules->objection);
        stream->depth--;
        stream_release(stream);
        return;
    }
    const char *host = stream->proxy != NULL ? stream->proxy->host : stream->url.host;
    if (stream->proxy != NULL ? stream->proxy->numeric : stream->url.numeric) {
        struct resolver_answer answer = {.count = 1};
        (void)str_copy(answer.addresses[0], RESOLVER_ADDRESS_BYTES, host);
        stream_answered(stream, &answer);
        return;
    }
    if (!resolver_ask(stream->service->resolver, host, stream_answered, stream)) {
        stream->depth++;
        stream_fail(stream, STATUS_FULL, "too many names are being resolved");
        stream->depth--;
        stream_release(stream);
    }
}

/* -- turns -- */

void stream_connect_turn(struct stream *stream) {
    switch (stream->state) {
    case STREAM_CONNECTING:
        stream_check_connect(stream);
        break;
    case STREAM_PROXY:
        if (stream_flush(stream)) {
            stream_read_proxy(stream);
        } else {
            stream_proxy_failed(stream, "proxy has hung up");
        }
        break;
    case STREAM_HANDSHAKE:
        stream_handshake(stream);
        break;
    case STREAM_RESOLVING:
    case STREAM_OPEN:
    default:
        break;
    }
}

void stream_cut(struct stream *stream) {
    if (stream->state == STREAM_PROXY) {
        stream_proxy_failed(stream, "proxy has hung up");
    } else {
        stream_fail(stream, STATUS_CLOSED, "the connection was cut");
    }
}
