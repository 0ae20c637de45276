/* Connections of the simulated exchange: paths, subscriptions, manners, and their end. */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "sim/exchange_internal.h"

enum { REFUSED_NOT_FOUND = 404 };

/* NULL: not a path of the venue; *tail is what follows the slash. */
static const struct exchange_path *find_path(const struct exchange_server *server, const char *path,
                                             const char **tail) {
    for (int i = 0; i < server->dialect->path_count; i++) {
        const struct exchange_path *row = &server->dialect->paths[i];
        size_t len = strlen(row->path);
        if (strncmp(path, row->path, len) != 0) {
            continue;
        }
        *tail = path + len;
        if (**tail == '\0' || (**tail == '/' && row->tail)) {
            *tail += **tail == '/';
            return row;
        }
    }
    return NULL;
}

/* -- the life of a connection -- */

int exchange_conn_upgrade(void *user, const struct server_request *request) {
    struct exchange_server *server = user;
    const struct exchange_dialect *dialect = server->dialect;
    const char *tail = NULL;
    int refusal = server->faults.upgrade_code;
    if (refusal == 0 && find_path(server, request->path, &tail) == NULL) {
        refusal = REFUSED_NOT_FOUND;
    }
    /* relaxed: written on this thread */
    int64_t open = atomic_load_explicit(&server->conns_open, memory_order_relaxed);
    if (refusal == 0 && dialect->conns_max > 0 && open >= dialect->conns_max) {
        refusal = dialect->conns_max_code;
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
    const char *tail = NULL;
    const struct exchange_path *path = find_path(server, request->path, &tail);
    int messages_per_s = server->dialect->messages_per_s;
    int64_t *said_ms = messages_per_s > 0 ? calloc((size_t)messages_per_s, sizeof(*said_ms)) : NULL;
    if (place == NULL || path == NULL || (messages_per_s > 0 && said_ms == NULL)) {
        EXCHANGE_COUNT(server->conns_refused, 1);
        server_conn_close(conn, EXCHANGE_CLOSE_POLICY);
        free(said_ms);
        return;
    }
    int64_t rule_ms = exchange_rule_ms(server);
    *place = (struct exchange_conn){
        .conn = conn,
        .path = path,
        .variant = path->variant,
        .opened_ms = rule_ms,
        .heard_ms = rule_ms,
        .sent_ms = rule_ms,
        .pinged_ms = rule_ms,
        .said_ms = said_ms,
    };
    server_conn_set_user(conn, place);
    EXCHANGE_COUNT(server->conns_opened, 1);
    EXCHANGE_COUNT(server->conns_open, 1);
    if (server->dialect->opened != NULL) {
        wire_reset(&server->reply);
        server->dialect->opened(server, place, tail, request, &server->reply);
        exchange_send(server, place, server->reply.bytes, server->reply.len);
        exchange_publish_first(server, place);
    }
}

void exchange_conn_close(void *user, struct server_conn *conn) {
    struct exchange_server *server = user;
    struct exchange_conn *place = server_conn_user(conn);
    if (place == NULL) {
        return;
    }
    free(place->names);
    free(place->said_ms);
    *place = (struct exchange_conn){0};
    exchange_wanted_update(server);
    EXCHANGE_COUNT(server->conns_open, -1);
}

void exchange_conn_end(struct exchange_conn *conn, int code) {
    if (!conn->closing) {
        conn->closing = true;
        server_conn_close(conn->conn, code);
    }
}

void exchange_conns_end(struct exchange_server *server, int code) {
    for (int i = 0; i < EXCHANGE_CONN_MAX; i++) {
        if (server->conns[i].conn != NULL) {
            exchange_conn_end(&server->conns[i], code);
        }
    }
}

/* -- subscriptions -- */

static uint32_t *wanted_of(struct exchange_conn *conn, const struct exchange_symbol *symbol) {
    return symbol != NULL ? &conn->wanted[symbol->index] : &conn->wanted_all;
}

bool exchange_subscribe(struct exchange_server *server, struct exchange_conn *conn, int channel,
                        const struct exchange_symbol *symbol) {
    const struct exchange_channel *row = &server->dialect->channels[channel];
    uint32_t bit = UINT32_C(1) << channel;
    uint32_t *wanted = wanted_of(conn, symbol);
    if ((*wanted & bit) != 0) {
        return false;
    }
    /* On the wrong path, and on a retired one, it is accepted and stays silent. */
    if (!conn->path->silent && row->group == conn->path->group) {
        if (row->first) {
            *(symbol != NULL ? &conn->first_due[symbol->index] : &conn->first_due_all) |= bit;
        }
        if (row->tells == TELLS_BOOK && symbol != NULL) {
            conn->first_due[symbol->index] |= bit; /* its chain begins now */
        }
        *wanted |= bit;
    }
    return true;
}

bool exchange_unsubscribe(struct exchange_server *server, struct exchange_conn *conn, int channel,
                          const struct exchange_symbol *symbol) {
    uint32_t bit = UINT32_C(1) << channel;
    uint32_t *wanted = wanted_of(conn, symbol);
    if ((*wanted & bit) == 0) {
        return false;
    }
    *wanted &= ~bit;
    exchange_wanted_update(server);
    return true;
}

static size_t find_name(const struct exchange_conn *conn, const char *name) {
    size_t i = 0;
    while (i < conn->name_count && strcmp(conn->names[i], name) != 0) {
        i++;
    }
    return i;
}

bool exchange_name_add(struct exchange_conn *conn, const char *name) {
    char kept[EXCHANGE_STREAM_BYTES];
    if (!str_copy(kept, sizeof kept, name)) {
        return false;
    }
    if (find_name(conn, kept) < conn->name_count) {
        return true;
    }
    if (conn->name_count == EXCHANGE_NAME_MAX) {
        return false;
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
    return true;
}

bool exchange_name_remove(struct exchange_conn *conn, const char *name) {
    size_t at = find_name(conn, name);
    if (at == conn->name_count) {
        return false;
    }
    memmove(conn->names[at], conn->names[at + 1], (--conn->name_count - at) * sizeof(*conn->names));
    return true;
}

/* -- what a client says -- */

/* More than its share within a second of the rule clock, and the connection is cut. */
static bool speaks_too_fast(const struct exchange_server *server, struct exchange_conn *conn,
                            int64_t rule_ms) {
    size_t per_s = (size_t)server->dialect->messages_per_s;
    if (per_s == 0) {
        return false;
    }
    int64_t *oldest = &conn->said_ms[conn->said_count % per_s];
    bool fast = conn->said_count >= per_s && rule_ms - *oldest < 1000;
    *oldest = rule_ms;
    conn->said_count++;
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
    conn->heard_ms = exchange_rule_ms(server);
    if (speaks_too_fast(server, conn, conn->heard_ms)) {
        EXCHANGE_COUNT(server->conns_cut, 1);
        exchange_conn_end(conn, EXCHANGE_CLOSE_POLICY);
        return;
    }
    wire_reset(&server->reply);
    server->dialect->hear(server, conn, bytes, len, &server->reply);
    if (server->reply.failed) {
        EXCHANGE_COUNT(server->unsent, 1);
    } else {
        exchange_send(server, conn, server->reply.bytes, server->reply.len);
    }
    exchange_publish_first(server, conn);
}

/* -- manners -- */

static bool is_idle(const struct exchange_server *server, const struct exchange_conn *conn,
                    int64_t rule_ms) {
    int64_t newest_ms = conn->heard_ms;
    switch (server->dialect->idle) {
    case IDLE_BYTES:
        return (double)server_conn_idle_ms(conn->conn) * server->desc.time_scale >
               server->dialect->idle_ms;
    case IDLE_SILENCE:
        newest_ms = conn->sent_ms > newest_ms ? conn->sent_ms : newest_ms;
        return rule_ms - newest_ms > server->dialect->idle_ms;
    case IDLE_MESSAGES:
        return rule_ms - newest_ms > server->dialect->idle_ms;
    case IDLE_NEVER:
    default:
        return false;
    }
}

static void keep_conn(struct exchange_server *server, struct exchange_conn *conn, int64_t rule_ms) {
    const struct exchange_dialect *dialect = server->dialect;
    const struct exchange_server_desc *desc = &server->desc;
    int64_t ping_ms = desc->ping_interval_ms > 0 ? desc->ping_interval_ms : dialect->ping_frame_ms;
    int64_t session_ms = desc->session_ms_max > 0 ? desc->session_ms_max : dialect->session_ms;
    if (ping_ms > 0 && rule_ms - conn->pinged_ms >= ping_ms) {
        char payload[24];
        (void)str_format(payload, sizeof payload, "%lld", (long long)exchange_now_ms(server));
        server_conn_ping(conn->conn, payload, strlen(payload));
        conn->pinged_ms = rule_ms;
    }
    if (dialect->keep != NULL && !server->faults.stale) {
        wire_reset(&server->reply);
        dialect->keep(server, conn, rule_ms, &server->reply);
        exchange_send(server, conn, server->reply.bytes, server->reply.len);
    }
    if (session_ms > 0 && rule_ms - conn->opened_ms >= session_ms) {
        exchange_conn_end(conn, EXCHANGE_CLOSE_GOING_AWAY);
    } else if (conn->cut_ms > 0 && rule_ms >= conn->cut_ms) {
        exchange_conn_end(conn, EXCHANGE_CLOSE_GOING_AWAY);
    } else if (is_idle(server, conn, rule_ms)) {
        EXCHANGE_COUNT(server->conns_cut, 1);
        exchange_conn_end(conn, EXCHANGE_CLOSE_POLICY);
    }
}

void exchange_conns_keep(struct exchange_server *server) {
    int64_t rule_ms = exchange_rule_ms(server);
    for (int i = 0; i < EXCHANGE_CONN_MAX; i++) {
        struct exchange_conn *conn = &server->conns[i];
        if (conn->conn == NULL) {
            continue;
        }
        if (!conn->closing) {
            keep_conn(server, conn, rule_ms);
        } else if (conn->frozen_ms > 0 && rule_ms - conn->frozen_ms > EXCHANGE_FROZEN_MS) {
            conn->frozen_ms = 0;
            server_conn_close(conn->conn, 0);
        }
    }
}
