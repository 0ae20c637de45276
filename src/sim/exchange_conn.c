/* Connections of the simulated exchange: paths, subscriptions, what they may ask and what they get.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "json/tree.h"
#include "sim/exchange_internal.h"

static const int64_t ping_interval_ms = 180 * 1000;
static const int64_t session_ms = 24 * 3600 * 1000;
enum { CLOSE_POLICY = 1008, CLOSE_GOING_AWAY = 1001, QUEUED_BYTES_MAX = 16 * 1024 * 1024 };

static const struct {
    enum exchange_path path;
    const char *name;
} streams[] = {
#define EXCHANGE_STREAM_ROW(name, path, text) [WIRE_##name] = {path, text},
    EXCHANGE_STREAM_LIST(EXCHANGE_STREAM_ROW)
#undef EXCHANGE_STREAM_ROW
};
static_assert(ARRAY_COUNT(streams) == EXCHANGE_STREAM_COUNT, "a row per stream");
static_assert(EXCHANGE_STREAM_COUNT <= 32, "a bit per stream");

/* The paths of the venue. The ones that were retired in April 2026 still let one in and say
 * nothing. */
static const struct {
    const char *prefix;
    enum exchange_path path;
    bool combined;
} paths[] = {
    {"/public/stream", PATH_PUBLIC, true},  {"/public/ws", PATH_PUBLIC, false},
    {"/market/stream", PATH_MARKET, true},  {"/market/ws", PATH_MARKET, false},
    {"/private/stream", PATH_SILENT, true}, {"/private/ws", PATH_SILENT, false},
    {"/stream", PATH_SILENT, true},         {"/ws", PATH_SILENT, false},
};

/* Index into paths, -1 if none; *rest is what follows a ws path's slash. */
static int find_path(const char *path, const char **rest) {
    for (size_t i = 0; i < ARRAY_COUNT(paths); i++) {
        size_t len = strlen(paths[i].prefix);
        if (strncmp(path, paths[i].prefix, len) != 0) {
            continue;
        }
        *rest = path + len;
        bool ends = **rest == '\0' || (**rest == '/' && !paths[i].combined);
        if (ends) {
            *rest += **rest == '/';
            return (int)i;
        }
    }
    return -1;
}

/* -- subscriptions -- */

static int stream_from_name(const struct exchange_server *server, const char *name) {
    size_t symbol_len = strlen(server->symbol_lower);
    bool own = strncmp(name, server->symbol_lower, symbol_len) == 0;
    for (int i = 0; i < EXCHANGE_STREAM_COUNT; i++) {
        if (streams[i].name[0] == '!' ? strcmp(name, streams[i].name) == 0
                                      : own && strcmp(name + symbol_len, streams[i].name) == 0) {
            return i;
        }
    }
    return -1;
}

static size_t find_name(const struct exchange_conn *conn, const char *name) {
    size_t i = 0;
    while (i < conn->name_count && strcmp(conn->names[i], name) != 0) {
        i++;
    }
    return i;
}

static uint32_t bit_of_name(const struct exchange_server *server, const struct exchange_conn *conn,
                            const char *name) {
    int stream = stream_from_name(server, name);
    return stream >= 0 && streams[stream].path == conn->path ? UINT32_C(1) << stream : 0;
}

/* Unknown names and names of the other path are kept like any other: the venue does not reject
 * them. */
static bool subscribe(const struct exchange_server *server, struct exchange_conn *conn,
                      const char *name) {
    char kept[EXCHANGE_STREAM_BYTES];
    if (!str_copy(kept, sizeof kept, name) || conn->name_count == EXCHANGE_STREAM_MAX) {
        return false;
    }
    if (find_name(conn, kept) < conn->name_count) {
        return true;
    }
    if (conn->name_count == conn->name_size) {
        size_t size = conn->name_size == 0 ? 8 : conn->name_size * 2;
        void *grown = realloc(conn->names, size * sizeof(*conn->names));
        if (grown == NULL) {
            return false;
        }
        conn->names = grown;
        conn->name_size = size;
    }
    memcpy(conn->names[conn->name_count++], kept, sizeof kept);
    conn->streams |= bit_of_name(server, conn, kept);
    return true;
}

static void unsubscribe(const struct exchange_server *server, struct exchange_conn *conn,
                        const char *name) {
    size_t at = find_name(conn, name);
    if (at < conn->name_count) {
        conn->streams &= ~bit_of_name(server, conn, name);
        memmove(conn->names[at], conn->names[at + 1],
                (--conn->name_count - at) * sizeof(*conn->names));
    }
}

/* "a/b/c" of an address. */
static void subscribe_list(const struct exchange_server *server, struct exchange_conn *conn,
                           const char *list) {
    while (*list != '\0' && *list != '&') {
        size_t len = strcspn(list, "/&");
        char name[EXCHANGE_STREAM_BYTES];
        if (len > 0 && len < sizeof name) {
            memcpy(name, list, len);
            name[len] = '\0';
            subscribe(server, conn, name);
        }
        list += len;
        list += *list == '/';
    }
}

/* -- the life of a connection -- */

int exchange_conn_upgrade(void *user, const struct server_request *request) {
    struct exchange_server *server = user;
    const char *rest = NULL;
    int refusal = server->faults.upgrade_code;
    if (refusal == 0 && find_path(request->path, &rest) < 0) {
        refusal = 404;
    }
    if (refusal != 0) {
        EXCHANGE_COUNT(server->conns_refused, 1);
    }
    return refusal;
}

void exchange_conn_open(void *user, struct server_conn *conn,
                        const struct server_request *request) {
    struct exchange_server *server = user;
    struct exchange_conn *place = NULL;
    for (int i = 0; i < EXCHANGE_CONN_MAX && place == NULL; i++) {
        place = server->conns[i].conn == NULL ? &server->conns[i] : NULL;
    }
    const char *rest = NULL;
    int path = find_path(request->path, &rest);
    if (place == NULL || path < 0) {
        EXCHANGE_COUNT(server->conns_refused, 1);
        server_conn_close(conn, CLOSE_POLICY);
        return;
    }
    int64_t now_ms = clock_wall_ms();
    *place = (struct exchange_conn){
        .conn = conn,
        .combined = paths[path].combined,
        .path = paths[path].path,
        .opened_ms = now_ms,
        .pinged_ms = now_ms,
    };
    server_conn_set_user(conn, place);
    if (!place->combined) {
        subscribe_list(server, place, rest);
    } else if (strncmp(request->query, "streams=", 8) == 0) {
        subscribe_list(server, place, request->query + 8);
    }
    EXCHANGE_COUNT(server->conns_opened, 1);
    EXCHANGE_COUNT(server->conns_open, 1);
}

void exchange_conn_close(void *user, struct server_conn *conn) {
    struct exchange_server *server = user;
    struct exchange_conn *place = server_conn_user(conn);
    if (place == NULL) {
        return;
    }
    free(place->names);
    *place = (struct exchange_conn){0};
    EXCHANGE_COUNT(server->conns_open, -1);
}

static void end_conn(struct exchange_conn *conn, int code) {
    if (!conn->closing) {
        conn->closing = true;
        server_conn_close(conn->conn, code);
    }
}

static void send_to(struct exchange_server *server, struct exchange_conn *conn, const char *bytes,
                    size_t len) {
    if (conn->closing) {
        return;
    }
    if (server_conn_queued_bytes(conn->conn) > QUEUED_BYTES_MAX ||
        !server_conn_send(conn->conn, bytes, len, false)) {
        EXCHANGE_COUNT(server->conns_cut, 1);
        end_conn(conn, 0);
        return;
    }
    EXCHANGE_COUNT(server->messages_sent, 1);
}

/* -- what a client says -- */

static void reply_bad_json(struct wire *reply) {
    wire_text(reply, "{\"code\":3,\"msg\":\"Invalid JSON: expected value at line 1 column 1\"}");
}

static void reply_invalid(struct wire *reply, const char *what, size_t column) {
    wire_text(reply, "{\"error\":{\"code\":2,\"msg\":\"Invalid request: ");
    wire_text(reply, what);
    wire_text(reply, " at line 1 column ");
    wire_integer(reply, (int64_t)column);
    wire_text(reply, "\"},\"id\":null}");
}

/* The id comes back as it was sent: a number, a text, or null. */
static void put_id(struct wire *reply, const struct tree *id) {
    char number[32];
    if (tree_text(id) != NULL) {
        wire_quoted(reply, tree_text(id));
    } else if (tree_number_text(id, number, sizeof number)) {
        wire_text(reply, number);
    } else {
        wire_text(reply, "null");
    }
    wire_text(reply, "}");
}

static void reply_list(struct exchange_server *server, const struct exchange_conn *conn) {
    wire_text(&server->reply, "{\"result\":[");
    for (size_t i = 0; i < conn->name_count; i++) {
        wire_text(&server->reply, i > 0 ? "," : "");
        wire_quoted(&server->reply, conn->names[i]);
    }
    wire_text(&server->reply, "],\"id\":");
}

static void reply_request(struct exchange_server *server, struct exchange_conn *conn,
                          const struct tree *request, size_t len) {
    struct wire *reply = &server->reply;
    const char *method = tree_text(tree_member(request, "method"));
    const struct tree *params = tree_member(request, "params");
    if (!tree_is_object(request) || method == NULL) {
        reply_invalid(reply, "missing field `method`", len);
        return;
    }
    bool adds = strcmp(method, "SUBSCRIBE") == 0;
    bool removes = strcmp(method, "UNSUBSCRIBE") == 0;
    if (strcmp(method, "LIST_SUBSCRIPTIONS") == 0) {
        reply_list(server, conn);
    } else if (!adds && !removes) {
        reply_invalid(reply,
                      "unknown variant, expected one of `SUBSCRIBE`, `UNSUBSCRIBE`, "
                      "`LIST_SUBSCRIPTIONS`, `SET_PROPERTY`, `GET_PROPERTY`",
                      len);
        return;
    } else if (!tree_is_array(params)) {
        reply_invalid(reply, "missing field `params`", len);
        return;
    } else {
        for (const struct tree *e = tree_first(params); e != NULL; e = tree_next(e)) {
            if (tree_text(e) != NULL && adds) {
                subscribe(server, conn, tree_text(e));
            } else if (tree_text(e) != NULL) {
                unsubscribe(server, conn, tree_text(e));
            }
        }
        wire_text(reply, "{\"result\":null,\"id\":");
    }
    put_id(reply, tree_member(request, "id"));
}

/* More than ten messages within a second, and the connection is cut. */
static bool speaks_too_fast(struct exchange_conn *conn, int64_t now_ms) {
    int64_t *oldest = &conn->message_ms[conn->message_count % EXCHANGE_MESSAGES_PER_S];
    bool fast = conn->message_count >= EXCHANGE_MESSAGES_PER_S && now_ms - *oldest < 1000;
    *oldest = now_ms;
    conn->message_count++;
    return fast;
}

void exchange_conn_message(void *user, struct server_conn *server_conn, const char *bytes,
                           size_t len) {
    struct exchange_server *server = user;
    struct exchange_conn *conn = server_conn_user(server_conn);
    if (conn == NULL || conn->closing) {
        return;
    }
    EXCHANGE_COUNT(server->messages_received, 1);
    if (speaks_too_fast(conn, clock_wall_ms())) {
        EXCHANGE_COUNT(server->conns_cut, 1);
        end_conn(conn, CLOSE_POLICY);
        return;
    }
    enum status why = STATUS_OK;
    struct tree *request = tree_parse(bytes, len, &why);
    wire_reset(&server->reply);
    if (request == NULL) {
        reply_bad_json(&server->reply);
    } else {
        reply_request(server, conn, request, len);
    }
    tree_destroy(request);
    if (!server->reply.failed) {
        send_to(server, conn, server->reply.bytes, server->reply.len);
    }
}

/* -- what everybody gets -- */

bool exchange_wanted(const struct exchange_server *server, enum exchange_stream stream) {
    for (int i = 0; i < EXCHANGE_CONN_MAX; i++) {
        if (server->conns[i].streams >> stream & 1) {
            return true;
        }
    }
    return false;
}

static bool is_silent(const struct exchange_server *server, const char *name) {
    const char *silent = server->faults.silent_stream;
    return silent[0] != '\0' && (strcmp(silent, "*") == 0 || strcmp(silent, name) == 0);
}

void exchange_broadcast(struct exchange_server *server, enum exchange_stream stream,
                        const char *bytes, size_t len) {
    char name[EXCHANGE_STREAM_BYTES];
    bool global = streams[stream].name[0] == '!';
    str_format(name, sizeof name, "%s%s", global ? "" : server->symbol_lower, streams[stream].name);
    if (is_silent(server, name)) {
        return;
    }
    struct wire *wrapped = &server->wrapped;
    wire_reset(wrapped);
    for (int i = 0; i < EXCHANGE_CONN_MAX; i++) {
        struct exchange_conn *conn = &server->conns[i];
        if (conn->conn == NULL || !(conn->streams >> stream & 1)) {
            continue;
        }
        if (!conn->combined) {
            send_to(server, conn, bytes, len);
            continue;
        }
        if (wrapped->len == 0) {
            wire_text(wrapped, "{\"stream\":\"");
            wire_text(wrapped, name);
            wire_text(wrapped, "\",\"data\":");
            wire_bytes(wrapped, bytes, len);
            wire_text(wrapped, "}");
        }
        if (wrapped->failed) {
            EXCHANGE_COUNT(server->unsent, 1);
            return;
        }
        send_to(server, conn, wrapped->bytes, wrapped->len);
    }
}

void exchange_conns_end(struct exchange_server *server, int code) {
    for (int i = 0; i < EXCHANGE_CONN_MAX; i++) {
        if (server->conns[i].conn != NULL) {
            end_conn(&server->conns[i], code);
        }
    }
}

/* What no exchange should send, each kind in turn. */
static void send_garbage(struct exchange_server *server, struct exchange_conn *conn, int which) {
    static const char wrong_types[] = "{\"stream\":\"btcusdt@aggTrade\",\"data\":"
                                      "{\"e\":\"aggTrade\",\"E\":\"x\",\"s\":7,\"p\":{}}}";
    static const char *const senseless[] = {
        "",
        "{",
        "pong",
        "{\"e\":\"aggTrade\",",
        wrong_types,
        "{\"e\":\"aggTrade\",\"E\":1,\"s\":\"BTCUSDT\",\"a\":1,\"p\":\"NaN\",\"q\":\"-1\",\"T\":1}",
        "{\"stream\":null,\"data\":[1,2,{\"e\":\"forceOrder\",\"o\":[]}]}",
        "{\"e\":\"forceOrder\",\"E\":1,\"o\":{\"s\":\"BTCUSDT\",\"S\":\"HOLD\",\"q\":\"1\"}}",
        "{\"e\":\"depthUpdate\",\"U\":1e999,\"u\":-5,\"pu\":\"\",\"b\":[[]],\"a\":[[\"1\"]]}",
        "\xff\xfe\x00garbage",
        "<html><body>502 Bad Gateway</body></html>",
    };
    static const char opening = '[';
    if (which % (int)(ARRAY_COUNT(senseless) + 1) == (int)ARRAY_COUNT(senseless)) {
        wire_reset(&server->reply);
        for (int i = 0; i < 5000; i++) {
            wire_bytes(&server->reply, &opening, 1);
        }
        send_to(server, conn, server->reply.bytes, server->reply.len);
        return;
    }
    const char *text = senseless[which % (int)(ARRAY_COUNT(senseless) + 1)];
    /* Not valid UTF-8 travels as binary, else the client's library ends the connection by itself.
     */
    bool binary = (unsigned char)text[0] == 0xff;
    server_conn_send(conn->conn, text, strlen(text), binary);
}

void exchange_conns_keep(struct exchange_server *server) {
    int64_t ping_ms =
        server->desc.ping_interval_ms > 0 ? server->desc.ping_interval_ms : ping_interval_ms;
    int64_t age_ms_max = server->desc.session_ms_max > 0 ? server->desc.session_ms_max : session_ms;
    int64_t now_ms = clock_wall_ms();
    for (int i = 0; i < EXCHANGE_CONN_MAX; i++) {
        struct exchange_conn *conn = &server->conns[i];
        if (conn->conn == NULL || conn->closing) {
            continue;
        }
        if (server->faults.garbage_count > 0) {
            send_garbage(server, conn, server->faults.garbage_count);
        }
        if (now_ms - conn->pinged_ms >= ping_ms) {
            char payload[24];
            str_format(payload, sizeof payload, "%lld", (long long)now_ms);
            server_conn_ping(conn->conn, payload, strlen(payload));
            conn->pinged_ms = now_ms;
        }
        if (now_ms - conn->opened_ms >= age_ms_max) {
            end_conn(conn, CLOSE_GOING_AWAY);
        }
    }
    server->faults.garbage_count -= server->faults.garbage_count > 0;
}
