/* sim/exchange_internal.h - the inside of the simulated exchange, shared by exchange_*.c.
 *
 * Thread: THREAD_SIM, except what a ruler says otherwise.  Owner: exchange_server.c. */
#pragma once

#include <stdatomic.h>

#include "base/ring.h"
#include "net/server.h"
#include "net/service.h"
#include "sim/exchange_server.h"
#include "sim/ladder.h"
#include "sim/tape.h"
#include "sim/throttle.h"
#include "sim/wire.h"

/* Streams that are served: identifier, path on which they speak, name (after the symbol unless it
 * starts with "!"). */
#define EXCHANGE_STREAM_LIST(X)                                                                    \
    X(AGG_TRADE, PATH_MARKET, "@aggTrade")                                                         \
    X(FORCE_ORDER, PATH_MARKET, "@forceOrder")                                                     \
    X(FORCE_ORDER_ALL, PATH_MARKET, "!forceOrder@arr")                                             \
    X(MARK_3S, PATH_MARKET, "@markPrice")                                                          \
    X(MARK_1S, PATH_MARKET, "@markPrice@1s")                                                       \
    X(MARK_ALL_3S, PATH_MARKET, "!markPrice@arr")                                                  \
    X(MARK_ALL_1S, PATH_MARKET, "!markPrice@arr@1s")                                               \
    X(KLINE_1M, PATH_MARKET, "@kline_1m")                                                          \
    X(CONTRACT_INFO, PATH_MARKET, "!contractInfo")                                                 \
    X(DEPTH_250, PATH_PUBLIC, "@depth")                                                            \
    X(DEPTH_500, PATH_PUBLIC, "@depth@500ms")                                                      \
    X(DEPTH_100, PATH_PUBLIC, "@depth@100ms")                                                      \
    X(BOOK_TICKER, PATH_PUBLIC, "@bookTicker")                                                     \
    X(TRADE, PATH_PUBLIC, "@trade")

enum exchange_path { PATH_NONE, PATH_PUBLIC, PATH_MARKET, PATH_SILENT };

enum exchange_stream {
#define EXCHANGE_STREAM_ENUM(name, path, text) WIRE_##name,
    EXCHANGE_STREAM_LIST(EXCHANGE_STREAM_ENUM)
#undef EXCHANGE_STREAM_ENUM
        EXCHANGE_STREAM_COUNT
};

enum {
    EXCHANGE_TICK_MS = 100,
    EXCHANGE_LOAD_TICK_MS = 10,
    EXCHANGE_MESSAGES_PER_S = 10,
    EXCHANGE_DEPTH_COUNT = 3,
    EXCHANGE_HELD_MAX = 256,
    EXCHANGE_SYMBOL_BYTES = 32,
    EXCHANGE_COMMAND_MAX = 1024
};

struct exchange_conn {
    struct server_conn *conn; /* borrowed; NULL: a free place */
    bool combined;            /* /stream: payloads are wrapped */
    enum exchange_path path;
    uint32_t streams;                     /* bit enum exchange_stream: to be delivered */
    char (*names)[EXCHANGE_STREAM_BYTES]; /* owned; what it subscribed to, known or not */
    size_t name_count, name_size;
    int64_t opened_ms, pinged_ms;
    int64_t message_ms[EXCHANGE_MESSAGES_PER_S]; /* times of its newest messages, a ring */
    size_t message_count;
    bool closing;
};

struct exchange_depth { /* one speed of the depth stream */
    enum exchange_stream stream;
    int64_t interval_ms;
    struct ladder sent; /* the book as its readers know it */
    int64_t sent_id;
};

struct exchange_held { /* a depth update that is to come late */
    int64_t due_ms;
    enum exchange_stream stream;
    char *bytes; /* owned */
    size_t len;
};

struct exchange_snapshot {
    struct ladder ladder;
    int64_t update_id, ts_ms;
};

struct exchange_step { /* of a script */
    int64_t at_ms;     /* since serving began */
    int name;          /* see exchange_script.c */
    int value;
    char text[EXCHANGE_STREAM_BYTES];
};

struct exchange_command { /* from the owner's thread, through a ring */
    enum { COMMAND_FAULTS, COMMAND_INJECT, COMMAND_LOAD } kind;
    union {
        struct exchange_faults faults;
        struct exchange_injection injection;
        int trades_per_s;
    } u;
};

struct exchange_command_slot {
    alignas(64) struct exchange_command command;
};

struct exchange_server {
    /* -- set before start, then read only -- */
    struct exchange_server_desc desc;
    char symbol[EXCHANGE_SYMBOL_BYTES], symbol_lower[EXCHANGE_SYMBOL_BYTES];
    char base[EXCHANGE_SYMBOL_BYTES]; /* the symbol without its quote */
    char ws_base_url[EXCHANGE_URL_BYTES], rest_base_url[EXCHANGE_URL_BYTES];
    struct net_service *service; /* owned */
    struct net_server *listener; /* owned by the service */
    struct exchange_step script[EXCHANGE_SCRIPT_MAX];
    size_t script_count;

    /* -- owner's thread writes, sim thread reads -- */
    struct ring commands; /* of struct exchange_command_slot */
    atomic_bool stopping;

    /* -- sim thread only -- */
    struct market *market; /* owned */
    struct tape tape;
    struct throttle throttle;
    struct net_timer tick_timer, load_timer;
    struct exchange_faults faults;
    size_t script_at;
    int64_t serving_since_ms;
    int64_t tick_ms;       /* up to here the market has told everything */
    int64_t now_ms;        /* the time of what is sent: tick_ms, or later for what was injected */
    int64_t last_print_id; /* of the market */
    double injected_mark;  /* 0: the market's own */
    int64_t extra_ids;     /* trades published beside the market's */
    int64_t coinm_count;
    int load_per_s;
    int64_t load_since_ms, load_done;

    struct ladder *ladder;        /* owned; the book now */
    struct ladder_level *changes; /* owned; scratch, 2 x LADDER_LEVEL_MAX */
    int64_t update_id;
    struct exchange_depth *depths;       /* owned, EXCHANGE_DEPTH_COUNT */
    struct exchange_snapshot *snapshots; /* owned: two older books for snapshot_age_ms */
    struct exchange_held held[EXCHANGE_HELD_MAX];
    size_t held_count;
    int64_t touch_ticks, touch_lots[2]; /* as bookTicker last said */

    struct exchange_conn conns[EXCHANGE_CONN_MAX];
    struct wire payload, wrapped, reply;
    int64_t weight_minute, weight_used;
    char header_value[32];

    /* -- atomic: sim thread writes, all read -- */
    atomic_bool serving;
    _Atomic int64_t conns_open, conns_opened, conns_refused, messages_sent, messages_received,
        conns_cut, requests, requests_refused, load_sent, hidden_liquidations, unsent;
};

/* Counters have one writer; nobody orders anything by them. */
#define EXCHANGE_COUNT(counter, amount)                                                            \
    atomic_fetch_add_explicit(&(counter), (amount), memory_order_relaxed)

/* -- exchange_conn.c -- */
int exchange_conn_upgrade(void *user, const struct server_request *request);
void exchange_conn_open(void *user, struct server_conn *conn, const struct server_request *request);
void exchange_conn_message(void *user, struct server_conn *conn, const char *bytes, size_t len);
void exchange_conn_close(void *user, struct server_conn *conn);
/* A payload to everybody who subscribed to the stream on its own path. */
void exchange_broadcast(struct exchange_server *server, enum exchange_stream stream,
                        const char *bytes, size_t len);
bool exchange_wanted(const struct exchange_server *server, enum exchange_stream stream);
void exchange_conns_end(struct exchange_server *server, int code);
/* Pings, the end of long sessions, garbage. */
void exchange_conns_keep(struct exchange_server *server);

/* -- exchange_stream.c: the market's newest step, and single events, on the wire -- */
void exchange_publish_step(struct exchange_server *server, bool minute_ended);
void exchange_publish_print(struct exchange_server *server, const struct market_print *print);
void exchange_publish_liquidation(struct exchange_server *server,
                                  const struct market_liquidation *liquidation);
void exchange_publish_mark(struct exchange_server *server);
double exchange_mark(const struct exchange_server *server);

/* -- exchange_depth.c: the book on the wire -- */
void exchange_depth_start(struct exchange_server *server);
void exchange_depth_step(struct exchange_server *server);
void exchange_depth_finish(struct exchange_server *server);
/* {"lastUpdateId":…} with up to limit levels a side. */
void exchange_depth_snapshot(struct exchange_server *server, size_t limit, struct wire *out);

/* -- exchange_rest.c -- */
void exchange_answer(void *user, const struct server_request *request,
                     struct server_response *response);

/* -- exchange_script.c -- */
void exchange_script_run(struct exchange_server *server);
/* One-shot switches of the present faults. */
void exchange_faults_apply(struct exchange_server *server);
