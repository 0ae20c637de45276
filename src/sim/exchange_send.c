/* Texts of the simulated exchange on their way to its clients. */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "net/gzip.h"
#include "sim/exchange_internal.h"

enum { QUEUED_BYTES_MAX = 16 * 1024 * 1024, GZIP_LEVEL = 1 };

static uint32_t bit_of(int channel) {
    return UINT32_C(1) << channel;
}

bool exchange_wanted(const struct exchange_server *server, int channel,
                     const struct exchange_symbol *symbol) {
    uint32_t bits = symbol != NULL ? server->wanted[symbol->index] : server->wanted_all;
    return (bits & bit_of(channel)) != 0;
}

static bool conn_wants(const struct exchange_conn *conn, int channel,
                       const struct exchange_symbol *symbol) {
    uint32_t bits = symbol != NULL ? conn->wanted[symbol->index] : conn->wanted_all;
    return conn->conn != NULL && !conn->closing && (bits & bit_of(channel)) != 0;
}

bool exchange_wanted_by(const struct exchange_server *server, int channel,
                        const struct exchange_symbol *symbol, int variant) {
    for (int i = 0; i < EXCHANGE_CONN_MAX && exchange_wanted(server, channel, symbol); i++) {
        if (server->conns[i].variant == variant && conn_wants(&server->conns[i], channel, symbol)) {
            return true;
        }
    }
    return false;
}

void exchange_wanted_update(struct exchange_server *server) {
    memset(server->wanted, 0, sizeof server->wanted);
    server->wanted_all = 0;
    for (int i = 0; i < EXCHANGE_CONN_MAX; i++) {
        const struct exchange_conn *conn = &server->conns[i];
        for (int k = 0; k < server->symbol_count && conn->conn != NULL; k++) {
            server->wanted[k] |= conn->wanted[k];
        }
        server->wanted_all |= conn->conn != NULL ? conn->wanted_all : 0;
    }
}

/* Whether a text is one of a list with commas between. */
static bool is_among(const char *list, const char *text) {
    const size_t len = strlen(text);
    while (*list != '\0') {
        size_t name_len = strcspn(list, ",");
        if (name_len == len && len > 0 && memcmp(list, text, len) == 0) {
            return true;
        }
        list += name_len + (list[name_len] == ',');
    }
    return false;
}

bool exchange_is_silent(const struct exchange_server *server, int channel,
                        const struct exchange_symbol *symbol) {
    const char *silent = server->faults.silent_stream;
    const char *name = server->dialect->channels[channel].name;
    char whole[EXCHANGE_STREAM_BYTES * 2];
    if (server->faults.stale || strcmp(silent, "*") == 0) {
        return true;
    }
    if (silent[0] == '\0') {
        return false;
    }
    (void)str_format(whole, sizeof whole, "%s%s", symbol != NULL ? symbol->lower : "", name);
    return is_among(silent, name) || is_among(silent, whole) ||
           (symbol != NULL && is_among(silent, symbol->name));
}

/* One message; false: the reader is too slow, or gone. */
static bool send_bytes(struct exchange_server *server, struct exchange_conn *conn,
                       const char *bytes, size_t len, bool binary) {
    if (server_conn_queued_bytes(conn->conn) > QUEUED_BYTES_MAX ||
        !server_conn_send(conn->conn, bytes, len, binary)) {
        EXCHANGE_COUNT(server->conns_cut, 1);
        exchange_conn_end(conn, 0);
        return false;
    }
    EXCHANGE_COUNT(server->messages_sent, 1);
    return true;
}

/* The message at the begin of bytes, up to a newline; packed as the venue does. */
struct parcel {
    const char *bytes, *next; /* next: what follows it */
    size_t len;
    char *packed; /* owned; NULL: plain */
};

/* False: nothing is left. What cannot be packed is passed over and counted. */
static bool next_parcel(struct exchange_server *server, const char *bytes, const char *end,
                        struct parcel *parcel) {
    while (bytes < end) {
        const char *newline = memchr(bytes, '\n', (size_t)(end - bytes));
        const char *stop = newline != NULL ? newline : end;
        *parcel = (struct parcel){.bytes = bytes, .len = (size_t)(stop - bytes)};
        parcel->next = stop + (newline != NULL);
        bool empty = parcel->len == 0;
        if (!empty && server->dialect->gzip) {
            parcel->packed = gzip_pack(bytes, parcel->len, GZIP_LEVEL, &parcel->len);
            parcel->bytes = parcel->packed;
            EXCHANGE_COUNT(server->unsent, parcel->packed == NULL);
        }
        if (!empty && parcel->bytes != NULL) {
            return true;
        }
        bytes = parcel->next;
    }
    return false;
}

void exchange_send(struct exchange_server *server, struct exchange_conn *conn, const char *bytes,
                   size_t len) {
    const char *end = bytes + len;
    struct parcel parcel;
    while (!conn->closing && next_parcel(server, bytes, end, &parcel)) {
        conn->sent_ms = exchange_rule_ms(server);
        (void)send_bytes(server, conn, parcel.bytes, parcel.len, parcel.packed != NULL);
        bytes = parcel.next;
        free(parcel.packed);
    }
}

void exchange_broadcast(struct exchange_server *server, int channel,
                        const struct exchange_symbol *symbol, int variant, const char *bytes,
                        size_t len) {
    const char *end = bytes + len;
    struct parcel parcel;
    int64_t rule_ms = exchange_rule_ms(server);
    while (next_parcel(server, bytes, end, &parcel)) {
        for (int i = 0; i < EXCHANGE_CONN_MAX; i++) {
            struct exchange_conn *conn = &server->conns[i];
            if (conn->variant == variant && conn_wants(conn, channel, symbol)) {
                conn->sent_ms = rule_ms;
                (void)send_bytes(server, conn, parcel.bytes, parcel.len, parcel.packed != NULL);
            }
        }
        bytes = parcel.next;
        free(parcel.packed);
    }
}
