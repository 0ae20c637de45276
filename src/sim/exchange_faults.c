/* What no exchange should do, and some do. */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "net/gzip.h"
#include "sim/exchange_internal.h"

enum { MEGABYTE = 1024 * 1024, BOMB_MB_MAX = 1024, GZIP_BEST = 9 };

static const char *const senseless[] = {
    "{",
    "pong",
    "{\"e\":\"aggTrade\",",
    "[]",
    "null",
    "{}",
    "{\"stream\":null,\"data\":[1,2,{\"e\":\"forceOrder\",\"o\":[]}]}",
    "{\"data\":{\"data\":[{}]},\"topic\":7,\"channel\":[],\"arg\":null,\"ch\":{}}",
    "{\"a\":1,\"a\":{\"a\":2},\"a\":[NaN,Infinity,-Infinity,1e999,-0.0]}",
    "{\"e\":\"depthUpdate\",\"U\":1e999,\"u\":-5,\"pu\":\"\",\"b\":[[]],\"a\":[[\"1\"]]}",
    "\xff\xfe garbage",
    "<html><body>502 Bad Gateway</body></html>",
    "\"\\ud800\\u0000\"",
};

static void send_everybody(struct exchange_server *server, const char *bytes, size_t len) {
    for (int i = 0; i < EXCHANGE_CONN_MAX; i++) {
        if (server->conns[i].conn != NULL) {
            exchange_send(server, &server->conns[i], bytes, len);
        }
    }
}

/* As a frame of its own kind, unpacked. */
static void send_binary(struct exchange_server *server, const char *bytes, size_t len) {
    for (int i = 0; i < EXCHANGE_CONN_MAX; i++) {
        struct exchange_conn *conn = &server->conns[i];
        if (conn->conn != NULL && !conn->closing) {
            (void)server_conn_send(conn->conn, bytes, len, true);
        }
    }
}

static void send_garbage(struct exchange_server *server) {
    int which = server->garbage_at++ % (int)ARRAY_COUNT(senseless);
    const char *text = senseless[which];
    if ((unsigned char)text[0] == 0xff) {
        /* Not valid UTF-8 travels as binary, else the client's library ends the connection by
         * itself. */
        send_binary(server, text, strlen(text));
    } else {
        send_everybody(server, text, strlen(text));
    }
}

/* The next kind that the venue has. */
static void send_odd(struct exchange_server *server) {
    struct exchange_words words = exchange_words_of(server, &server->symbols[0], -1);
    bool written = false;
    for (int i = 0; i < ODD_COUNT && !written && server->dialect->odd != NULL; i++) {
        wire_reset(&server->payload);
        enum exchange_odd odd = (enum exchange_odd)(server->odd_at++ % ODD_COUNT);
        written = server->dialect->odd(&words, odd, &server->payload);
    }
    if (written && !server->payload.failed) {
        send_everybody(server, server->payload.bytes, server->payload.len);
    }
}

/* So many times one byte between two texts. */
static void send_long(struct exchange_server *server, const char *before, char byte, size_t count,
                      const char *after) {
    struct wire *out = &server->payload;
    char run[1024];
    memset(run, byte, sizeof run);
    wire_reset(out);
    wire_text(out, before);
    for (size_t left = count; left > 0;) {
        size_t len = left < sizeof run ? left : sizeof run;
        wire_bytes(out, run, len);
        left -= len;
    }
    wire_text(out, after);
    if (!out->failed) {
        send_everybody(server, out->bytes, out->len);
    }
    wire_finish(out); /* nothing else needs so much room */
}

static void send_bomb(struct exchange_server *server, size_t megabytes) {
    size_t len = (megabytes < BOMB_MB_MAX ? megabytes : BOMB_MB_MAX) * MEGABYTE;
    char *blank = malloc(len);
    size_t packed_len = 0;
    if (blank == NULL) {
        return;
    }
    memset(blank, ' ', len);
    char *packed = gzip_pack(blank, len, GZIP_BEST, &packed_len);
    if (packed != NULL) {
        send_binary(server, packed, packed_len);
    }
    free(packed);
    free(blank);
}

static void send_corrupt(struct exchange_server *server) {
    static const char text[] = "{\"ping\":18212553000}";
    size_t len = 0;
    char *packed = gzip_pack(text, sizeof text - 1, 1, &len);
    if (packed != NULL && len > 12) {
        packed[11] = (char)~packed[11];
        send_binary(server, packed, server->faults.corrupt_count % 2 == 0 ? len : len / 2);
    }
    free(packed);
}

static void freeze_conns(struct exchange_server *server) {
    for (int i = 0; i < EXCHANGE_CONN_MAX; i++) {
        struct exchange_conn *conn = &server->conns[i];
        if (conn->conn != NULL && !conn->closing) {
            conn->closing = true;
            conn->frozen_ms = exchange_rule_ms(server);
            server_conn_freeze(conn->conn, true);
        }
    }
}

static void give_notice(struct exchange_server *server) {
    wire_reset(&server->payload);
    if (server->dialect->notice != NULL) {
        server->dialect->notice(server, &server->payload);
        send_everybody(server, server->payload.bytes, server->payload.len);
    }
    for (int i = 0; i < EXCHANGE_CONN_MAX; i++) {
        if (server->conns[i].conn != NULL) {
            server->conns[i].cut_ms = exchange_rule_ms(server) + server->dialect->notice_ms;
        }
    }
}

void exchange_faults_apply(struct exchange_server *server) {
    struct exchange_faults *faults = &server->faults;
    if (faults->disconnect) {
        exchange_conns_end(server, faults->disconnect_code);
    }
    if (faults->half_open) {
        freeze_conns(server);
    }
    if (faults->notice) {
        give_notice(server);
    }
    if (faults->huge_bytes > 0) {
        send_long(server, "{\"a\":\"", 'x', (size_t)faults->huge_bytes, "\"}");
    }
    if (faults->nested_levels > 0) {
        send_long(server, "", '[', (size_t)faults->nested_levels, "");
    }
    if (faults->bomb_mb > 0 && server->dialect->gzip) {
        send_bomb(server, (size_t)faults->bomb_mb);
    }
    faults->disconnect = faults->half_open = faults->notice = false;
    faults->huge_bytes = faults->nested_levels = faults->bomb_mb = 0;
}

void exchange_faults_keep(struct exchange_server *server) {
    struct exchange_faults *faults = &server->faults;
    if (faults->garbage_count > 0) {
        send_garbage(server);
        faults->garbage_count--;
    }
    if (faults->odd_count > 0) {
        send_odd(server);
        faults->odd_count--;
    }
    if (faults->corrupt_count > 0 && server->dialect->gzip) {
        send_corrupt(server);
    }
    faults->corrupt_count -= faults->corrupt_count > 0;
}
