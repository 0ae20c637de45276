#include "net/ws_client.h"

#include <assert.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "net/http_head.h"
#include "net/inflate.h"
#include "net/service_inside.h"
#include "net/stream.h"
#include "net/ws_frame.h"
#include "net/ws_handshake.h"

enum {
    WS_CONNECT_TIMEOUT_MS = 10000,
    WS_PING_INTERVAL_MS = 20000,
    WS_CLOSE_NORMAL = 1000,
    WS_CLOSE_PROTOCOL = 1002,
    WS_CLOSE_TOO_BIG = 1009,
};

struct ws_client {
    struct net_service *service; /* borrowed */
    struct stream *stream;       /* owned */
    const struct ws_client_ops *ops;
    void *user;
    struct url url;
    char key[WS_KEY_BYTES];
    char header[WS_HEADER_BYTES]; /* of the request, with its line's end; "": none */
    int refused_code, retry_after_s;
    bool opened;  /* the upgrade is through */
    bool deflate; /* offered, then agreed */
    bool keep_window;
    int ping_interval_ms;
    struct net_timer connect_timer, ping_timer;
    int64_t heard_ns; /* when anything came last */
    int64_t pinged_ns;
    bool ping_waits; /* sent at pinged_ns, and nothing was heard since */

    struct ws_frame frame; /* the one whose payload is being read */
    uint64_t frame_left;
    bool in_frame;

    bool in_message; /* its first frame has begun */
    bool binary, compressed;
    char *message; /* owned: fragments joined so far; grows, is used again */
    size_t message_len, message_size;
    unsigned char control[WS_CONTROL_BYTES_MAX];
    size_t control_len;
    struct inflater *inflater; /* owned; with the first compressed message */

    int depth; /* of callbacks that run */
    bool closed;
};

static void ws_client_release(struct ws_client *client) {
    if (!client->closed || client->depth > 0) {
        return;
    }
    inflate_destroy(client->inflater);
    free(client->message);
    free(client);
}

static void ws_client_leave(struct ws_client *client) {
    client->closed = true;
    net_timer_cancel(&client->connect_timer);
    net_timer_cancel(&client->ping_timer);
    stream_close(client->stream);
    client->stream = NULL;
}

/* The outermost callback releases. */
static void ws_client_fail(struct ws_client *client, enum status status, const char *reason) {
    if (client->closed) {
        return;
    }
    ws_client_leave(client);
    client->ops->on_close(client->user, status, reason);
}

static bool ws_client_write_frame(struct ws_client *client, enum ws_opcode opcode,
                                  const void *bytes, size_t len) {
    unsigned char key[4];
    unsigned char head[WS_FRAME_HEAD_BYTES_MAX];
    if (RAND_bytes(key, sizeof(key)) != 1) {
        return false;
    }
    size_t head_len = ws_frame_write_head(head, opcode, len, key);
    unsigned char small[WS_FRAME_HEAD_BYTES_MAX + WS_CONTROL_BYTES_MAX];
    bool fits = head_len + len <= sizeof(small); /* pings and pongs must not allocate */
    unsigned char *frame = fits ? small : malloc(head_len + len);
    if (frame == NULL) {
        return false;
    }
    memcpy(frame, head, head_len);
    if (len > 0) {
        memcpy(frame + head_len, bytes, len);
    }
    ws_frame_mask(frame + head_len, len, key);
    bool ok = stream_write(client->stream, frame, head_len + len);
    if (!fits) {
        free(frame);
    }
    return ok;
}

static void ws_client_write_close(struct ws_client *client, int code) {
    unsigned char payload[2] = {(unsigned char)(code >> 8), (unsigned char)(code & 0xff)};
    (void)ws_client_write_frame(client, WS_CLOSE, payload, sizeof(payload));
}

/* -- what arrives -- */

static void ws_client_deliver(struct ws_client *client, const char *bytes, size_t len) {
    client->ops->on_message(client->user, bytes, len, client->binary, client->heard_ns);
}

static void ws_client_deliver_compressed(struct ws_client *client, const char *bytes, size_t len) {
    if (client->inflater == NULL) {
        client->inflater = inflate_create(INFLATE_MESSAGE, WS_MESSAGE_BYTES_MAX);
    }
    struct span message = {0};
    enum status status = client->inflater == NULL
                             ? STATUS_MEMORY
                             : inflate_run(client->inflater, bytes, len, &message);
    if (status != STATUS_OK) {
        ws_client_write_close(client, WS_CLOSE_TOO_BIG);
        ws_client_fail(client, status,
                       status == STATUS_RANGE ? "a message is too long"
                                              : "a compressed message is corrupt");
        return;
    }
    if (!client->keep_window) {
        inflate_reset(client->inflater);
    }
    ws_client_deliver(client, message.bytes, message.len);
}

static void ws_client_finish_message(struct ws_client *client, const char *bytes, size_t len) {
    client->in_message = false;
    client->message_len = 0;
    if (client->compressed) {
        ws_client_deliver_compressed(client, bytes, len);
    } else {
        ws_client_deliver(client, bytes, len);
    }
}

static bool ws_client_append(struct ws_client *client, const char *bytes, size_t len) {
    size_t wanted = client->message_len + len;
    if (wanted > client->message_size) {
        size_t size = client->message_size == 0 ? WS_BUFFER_BYTES : client->message_size;
        while (size < wanted) {
            size *= 2;
        }
        char *grown = realloc(client->message, size);
        if (grown == NULL) {
            return false;
        }
        client->message = grown;
        client->message_size = size;
    }
    if (len > 0) {
        memcpy(client->message + client->message_len, bytes, len);
        client->message_len = wanted;
    }
    return true;
}

static void ws_client_peer_closes(struct ws_client *client) {
    char reason[160] = "closed by the peer";
    int code = WS_CLOSE_NORMAL;
    if (client->control_len >= 2) {
        code = client->control[0] << 8 | client->control[1];
        (void)str_append(reason, sizeof(reason), ": %d ", code);
        char text[WS_CONTROL_BYTES_MAX + 1] = "";
        size_t text_len = client->control_len - 2;
        for (size_t i = 0; i < text_len; i++) {
            unsigned char c = client->control[2 + i];
            text[i] = c >= ' ' && c < 127 ? (char)c : '?';
        }
        (void)str_append(reason, sizeof(reason), "%s", text);
    }
    ws_client_write_close(client, code);
    ws_client_fail(client, STATUS_CLOSED, reason);
}

static void ws_client_finish_control(struct ws_client *client) {
    switch (client->frame.opcode) {
    case WS_PING:
        (void)ws_client_write_frame(client, WS_PONG, client->control, client->control_len);
        break;
    case WS_CLOSE:
        ws_client_peer_closes(client);
        break;
    default: /* a pong; heard_ns has been set */
        if (client->ops->on_pong != NULL) {
            client->ops->on_pong(client->user);
        }
        break;
    }
}

/* The head of a frame is here: does it fit into what came before? */
static bool ws_client_begin_frame(struct ws_client *client) {
    const struct ws_frame *frame = &client->frame;
    client->in_frame = true;
    client->frame_left = frame->len;
    if (frame->opcode >= WS_CLOSE) {
        client->control_len = 0;
        return true;
    }
    if (frame->compressed && !client->deflate) {
        return false;
    }
    if (frame->opcode == WS_CONTINUATION) {
        return client->in_message;
    }
    if (client->in_message) {
        return false;
    }
    client->in_message = true;
    client->binary = frame->opcode == WS_BINARY;
    client->compressed = frame->compressed;
    return true;
}

static void ws_client_check_peer(void *user);

static void ws_client_break(struct ws_client *client, enum status status, int code,
                            const char *reason) {
    ws_client_write_close(client, code);
    ws_client_fail(client, status, reason);
}

/* Fragments of a message add up; the announced length counts, so that nothing is stored in vain. */
static bool ws_client_frame_fits(const struct ws_client *client) {
    return client->frame.opcode >= WS_CLOSE ||
           client->frame.len <= WS_MESSAGE_BYTES_MAX - client->message_len;
}

/* The payload of the current frame, as far as it is in bytes. Returns how much was used. */
static size_t ws_client_take_payload(struct ws_client *client, const char *bytes, size_t len) {
    size_t take = client->frame_left < len ? (size_t)client->frame_left : len;
    client->frame_left -= take;
    bool frame_ends = client->frame_left == 0;
    client->in_frame = !frame_ends;
    if (client->frame.opcode >= WS_CLOSE) {
        memcpy(client->control + client->control_len, bytes, take);
        client->control_len += take;
        if (frame_ends) {
            ws_client_finish_control(client);
        }
        return take;
    }
    bool ends = frame_ends && client->frame.final;
    if (ends && client->message_len == 0) {
        ws_client_finish_message(client, bytes, take); /* in one piece: not copied */
        return take;
    }
    if (!ws_client_append(client, bytes, take)) {
        ws_client_break(client, STATUS_MEMORY, WS_CLOSE_TOO_BIG, "out of memory for a message");
    } else if (ends) {
        ws_client_finish_message(client, client->message, client->message_len);
    }
    return take;
}

static size_t ws_client_take_frames(struct ws_client *client, const char *bytes, size_t len) {
    size_t at = 0;
    while (!client->closed && (at < len || (client->in_frame && client->frame_left == 0))) {
        if (client->in_frame) {
            at += ws_client_take_payload(client, bytes + at, len - at);
            continue;
        }
        int head_len = ws_frame_parse(bytes + at, len - at, &client->frame);
        if (head_len == 0) {
            break;
        }
        if (head_len < 0 || !ws_client_begin_frame(client)) {
            ws_client_break(client, STATUS_MALFORMED, WS_CLOSE_PROTOCOL,
                            "the peer breaks the WebSocket protocol");
            break;
        }
        if (!ws_client_frame_fits(client)) {
            ws_client_break(client, STATUS_RANGE, WS_CLOSE_TOO_BIG, "a message is too long");
            break;
        }
        at += (size_t)head_len;
    }
    return at;
}

/* The answer to the upgrade request. Returns its length once it is whole. */
static size_t ws_client_take_answer(struct ws_client *client, const char *bytes, size_t len) {
    struct http_head head;
    int head_len = http_head_parse(bytes, len, &head);
    if (head_len == 0) {
        return 0;
    }
    if (head_len < 0) {
        ws_client_fail(client, STATUS_MALFORMED, "the answer is not HTTP");
        return 0;
    }
    if (head.code != 101) {
        char reason[32];
        (void)str_format(reason, sizeof(reason), "HTTP %d", head.code);
        client->refused_code = head.code;
        client->retry_after_s = head.retry_after_s;
        ws_client_fail(client, STATUS_REFUSED, reason);
        return 0;
    }
    const char *wrong =
        ws_handshake_check(&head, client->key, &client->deflate, &client->keep_window);
    if (wrong != NULL) {
        ws_client_fail(client, STATUS_MALFORMED, wrong);
        return 0;
    }
    client->opened = true;
    net_timer_cancel(&client->connect_timer);
    net_timer_schedule(client->service, &client->ping_timer, client->ping_interval_ms,
                       ws_client_check_peer, client);
    client->ops->on_open(client->user);
    return (size_t)head_len;
}

static size_t ws_client_on_bytes(void *user, const char *bytes, size_t len) {
    struct ws_client *client = user;
    client->heard_ns = clock_mono_ns();
    client->ping_waits = false;
    client->depth++;
    size_t used = 0;
    if (!client->opened) {
        used = ws_client_take_answer(client, bytes, len);
    }
    if (client->opened && !client->closed) {
        used += ws_client_take_frames(client, bytes + used, len - used);
    }
    client->depth--;
    ws_client_release(client);
    return used;
}

/* -- time -- */

static void ws_client_connect_late(void *user) {
    struct ws_client *client = user;
    client->depth++;
    ws_client_fail(client, STATUS_TIMEOUT, stream_late_reason(client->stream));
    client->depth--;
    ws_client_release(client);
}

/* Ping after an interval of silence; dead is who answers nothing to that for one and a half more.
 * (Counted from the ping, not from the silence: a machine that slept has not heard anything
 * either.) */
static void ws_client_check_peer(void *user) {
    struct ws_client *client = user;
    int64_t now_ns = clock_mono_ns();
    int64_t silent_ms = (now_ns - client->heard_ns) / 1000000;
    int64_t waited_ms = client->ping_waits ? (now_ns - client->pinged_ns) / 1000000 : 0;
    int64_t patience_ms = (int64_t)client->ping_interval_ms * 3 / 2;
    int64_t next_ms = client->ping_interval_ms;
    if (client->ping_waits && waited_ms >= patience_ms) {
        client->depth++;
        ws_client_fail(client, STATUS_TIMEOUT, "the peer answers no ping");
        client->depth--;
        ws_client_release(client);
        return;
    }
    if (client->ping_waits) {
        next_ms = patience_ms - waited_ms;
    } else if (silent_ms < client->ping_interval_ms) {
        next_ms = client->ping_interval_ms - silent_ms;
    } else {
        client->ping_waits = ws_client_write_frame(client, WS_PING, NULL, 0);
        client->pinged_ns = now_ns;
    }
    net_timer_schedule(client->service, &client->ping_timer, next_ms, ws_client_check_peer, client);
}

/* -- life -- */

static void ws_client_on_stream_open(void *user) {
    struct ws_client *client = user;
    char request[WS_REQUEST_BYTES];
    size_t len =
        ws_handshake_write(request, &client->url, client->key, client->deflate, client->header);
    (void)stream_write(client->stream, request, len);
}

static void ws_client_on_stream_close(void *user, enum status status, const char *reason) {
    struct ws_client *client = user;
    client->stream = NULL; /* it has freed itself */
    client->depth++;
    ws_client_fail(client, status, reason);
    client->depth--;
    ws_client_release(client);
}

static const struct stream_ops ws_client_stream_ops = {
    .on_open = ws_client_on_stream_open,
    .on_bytes = ws_client_on_bytes,
    .on_close = ws_client_on_stream_close,
};

/* False: it is too long, or could end its line. */
static bool ws_client_set_header(struct ws_client *client, const char *header) {
    for (const char *c = header; *c != '\0'; c++) {
        if (*c < ' ' || *c > '~') {
            return false;
        }
    }
    return str_format(client->header, sizeof(client->header), "%s\r\n", header);
}

struct ws_client *ws_client_open(struct net_service *service, const struct ws_client_desc *desc,
                                 enum status *why) {
    service_assert(service);
    assert(desc->ops != NULL);
    struct url url;
    *why = url_parse(desc->url, "wss", "ws", &url);
    if (*why != STATUS_OK) {
        return NULL;
    }
    *why = service->closing ? STATUS_CANCELLED : STATUS_MEMORY;
    struct ws_client *client = calloc(1, sizeof(*client));
    if (client == NULL) {
        return NULL;
    }
    if (desc->header != NULL && !ws_client_set_header(client, desc->header)) {
        *why = STATUS_MALFORMED;
        free(client);
        return NULL;
    }
    client->service = service;
    client->ops = desc->ops;
    client->user = desc->user;
    client->url = url;
    client->retry_after_s = -1;
    client->deflate = !desc->no_deflate;
    client->ping_interval_ms =
        desc->ping_interval_ms > 0 ? desc->ping_interval_ms : WS_PING_INTERVAL_MS;
    if (ws_handshake_make_key(client->key)) {
        client->stream = stream_open(service, &url, &ws_client_stream_ops, client);
    }
    if (client->stream == NULL) {
        free(client);
        return NULL;
    }
    int timeout_ms =
        desc->connect_timeout_ms > 0 ? desc->connect_timeout_ms : WS_CONNECT_TIMEOUT_MS;
    net_timer_schedule(service, &client->connect_timer, timeout_ms, ws_client_connect_late, client);
    *why = STATUS_OK;
    return client;
}

bool ws_client_send(struct ws_client *client, const char *text, size_t len) {
    service_assert(client->service);
    return client->opened && !client->closed && ws_client_write_frame(client, WS_TEXT, text, len);
}

bool ws_client_ping(struct ws_client *client) {
    service_assert(client->service);
    return client->opened && !client->closed && ws_client_write_frame(client, WS_PING, NULL, 0);
}

void ws_client_refusal(const struct ws_client *client, int *http_code, int *retry_after_s) {
    *http_code = client->refused_code;
    *retry_after_s = client->retry_after_s;
}

void ws_client_close(struct ws_client *client) {
    if (client == NULL || client->closed) {
        return;
    }
    service_assert(client->service);
    if (client->opened) {
        ws_client_write_close(client, WS_CLOSE_NORMAL);
    }
    ws_client_leave(client);
    ws_client_release(client);
}
