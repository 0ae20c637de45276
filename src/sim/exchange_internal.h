/* sim/exchange_internal.h - the inside of the simulated exchange, shared by exchange_*.c but the
 * dialects.
 *
 * Thread: THREAD_SIM, except what a ruler says otherwise.  Owner: exchange_server.c. */
#pragma once

#include <stdatomic.h>

#include "base/ring.h"
#include "net/server.h"
#include "net/service.h"
#include "sim/exchange_dialect.h"
#include "sim/exchange_server.h"
#include "sim/ladder.h"
#include "sim/tape.h"
#include "sim/throttle.h"
#include "sim/wire.h"

enum {
    EXCHANGE_TICK_MS = 100,
    EXCHANGE_LOAD_TICK_MS = 10,
    EXCHANGE_HELD_MAX = 1024,
    EXCHANGE_COMMAND_MAX = 1024,
    EXCHANGE_FORCED_PENDING_MAX = 16384, /* liquidations of a batch */
    EXCHANGE_FORCED_KEPT_MAX = 4096,     /* for REST */
    EXCHANGE_BATCH_MAX = MARKET_PRINT_MAX,
    EXCHANGE_SHADOW_LEVELS = 40, /* a side of the books of further symbols */
    EXCHANGE_CLOSE_POLICY = 1008,
    EXCHANGE_CLOSE_GOING_AWAY = 1001,
    EXCHANGE_FROZEN_MS = 120 * 1000 /* rule clock: then a half-open connection is cut after all */
};

struct exchange_depth { /* one channel of a symbol's book */
    int channel;
    struct ladder sent; /* the book as its readers know it */
    int64_t sent_id, number, level_id, sent_ms;
};

struct exchange_snapshot {
    struct ladder ladder;
    int64_t update_id, ts_ms;
};

struct exchange_symbol_inside {
    struct ladder now;
    int64_t update_id;
    struct exchange_depth *depths;         /* owned, server->depth_count */
    struct exchange_snapshot snapshots[2]; /* two older books for snapshot_age_ms */
    int64_t touch_ticks, touch_lots[2];    /* as the best prices were last told */
    struct throttle throttle;
    int64_t trade_id, forced_id; /* the newest */
    struct exchange_trade recent[EXCHANGE_RECENT_MAX];
    size_t recent_first, recent_count;
};

struct exchange_held { /* a book message that is to come late */
    int64_t due_ms;
    bool after; /* the one that follows it */
    int channel, variant;
    const struct exchange_symbol *symbol;
    char *bytes; /* owned */
    size_t len;
};

struct exchange_step { /* of a script */
    int64_t at_ms;     /* since serving began */
    int name;          /* see exchange_script.c */
    int value;
    char text[EXCHANGE_STREAM_BYTES];
};

struct exchange_command { /* from the owner's thread, through a ring */
    enum { COMMAND_FAULTS, COMMAND_INJECT, COMMAND_LOAD, COMMAND_LIST } kind;
    union {
        struct exchange_faults faults;
        struct exchange_injection injection;
        struct exchange_load load;
        struct {
            char base[EXCHANGE_BASE_BYTES];
            bool listed;
        } list;
    } u;
};

struct exchange_command_slot {
    alignas(64) struct exchange_command command;
};

struct exchange_server {
    /* -- set before start, then read only -- */
    struct exchange_server_desc desc;
    const struct exchange_dialect *dialect;
    char ws_base_url[EXCHANGE_URL_BYTES], rest_base_url[EXCHANGE_URL_BYTES];
    struct net_service *service; /* owned */
    struct net_server *listener; /* owned by the service */
    struct exchange_step script[EXCHANGE_SCRIPT_MAX];
    size_t script_count;
    int first_symbol_count; /* those of the descriptor: their names never change */

    /* -- owner's thread writes, sim thread reads -- */
    struct ring commands; /* of struct exchange_command_slot */
    atomic_bool stopping;

    /* -- sim thread only -- */
    struct exchange_symbol symbols[EXCHANGE_SYMBOL_MAX];
    int symbol_count, depth_count;
    int depth_channels[EXCHANGE_CHANNEL_MAX];
    struct market *market; /* owned */
    struct tape tape;
    struct net_timer tick_timer, load_timer;
    struct exchange_faults faults;
    size_t script_at;
    int64_t rule_begin_ns;
    int64_t serving_since_ms;
    int64_t tick_ms;       /* up to here the market has told everything */
    int64_t now_ms;        /* the time of what is sent: tick_ms, or later for what was injected */
    int64_t last_print_id; /* of the market */
    double injected_mark;  /* of symbol 0; 0: the market's own */
    int64_t own[EXCHANGE_OWN_MAX];
    struct exchange_load load;
    int64_t load_since_ms, load_done, load_forced_done;

    struct ladder *ladder, *cut;  /* owned; scratch */
    struct ladder_level *changes; /* owned; scratch, 2 sides x 2 x LADDER_LEVEL_MAX */
    struct exchange_trade *batch; /* owned; scratch, EXCHANGE_BATCH_MAX */
    struct exchange_liquidation *forced_pending, *forced_rows; /* owned, ..._PENDING_MAX */
    size_t forced_pending_count;
    int64_t forced_flushed_ms;                /* rule clock */
    struct exchange_liquidation *forced_kept; /* owned: a ring, ..._KEPT_MAX */
    size_t forced_kept_first, forced_kept_count;
    struct exchange_held held[EXCHANGE_HELD_MAX];
    size_t held_count;

    struct exchange_conn conns[EXCHANGE_CONN_MAX];
    uint32_t wanted[EXCHANGE_SYMBOL_MAX], wanted_all; /* by any connection */
    struct wire payload, reply;
    int garbage_at, odd_at;
    int64_t weight_window, weight_used;
    char header_value[32];

    /* -- atomic: sim thread writes, all read -- */
    atomic_bool serving;
    _Atomic int64_t conns_open, conns_opened, conns_refused, messages_sent, messages_received,
        conns_cut, requests, requests_refused, load_sent, load_forced, hidden_liquidations, unsent;
};

/* Counters have one writer; nobody orders anything by them. */
#define EXCHANGE_COUNT(counter, amount)                                                            \
    atomic_fetch_add_explicit(&(counter), (amount), memory_order_relaxed)

/* -- exchange_symbols.c -- */
/* Add a coin's perpetual, listed; NULL: out of memory, too many, or a name too long. */
struct exchange_symbol *exchange_symbol_add(struct exchange_server *server, const char *base);
void exchange_symbols_finish(struct exchange_server *server);
int64_t exchange_symbol_ticks(const struct exchange_symbol *symbol, int64_t market_ticks);
/* List or delist by base; a new one is added. */
void exchange_symbol_list(struct exchange_server *server, const char *base, bool listed);
struct exchange_words exchange_words_of(struct exchange_server *server,
                                        const struct exchange_symbol *symbol, int channel);

/* -- exchange_conn.c: connections -- */
int exchange_conn_upgrade(void *user, const struct server_request *request);
void exchange_conn_open(void *user, struct server_conn *conn, const struct server_request *request);
void exchange_conn_message(void *user, struct server_conn *conn, const char *bytes, size_t len);
void exchange_conn_close(void *user, struct server_conn *conn);
void exchange_conns_end(struct exchange_server *server, int code);
/* Pings, idle and long sessions, what the dialect keeps saying. */
void exchange_conns_keep(struct exchange_server *server);

/* -- exchange_send.c: texts on their way -- */
/* The texts of bytes, one a line, to one connection. */
void exchange_send(struct exchange_server *server, struct exchange_conn *conn, const char *bytes,
                   size_t len);
/* The same to everybody of a variant who subscribed; symbol NULL: to a channel of all. */
void exchange_broadcast(struct exchange_server *server, int channel,
                        const struct exchange_symbol *symbol, int variant, const char *bytes,
                        size_t len);
bool exchange_wanted(const struct exchange_server *server, int channel,
                     const struct exchange_symbol *symbol);
bool exchange_wanted_by(const struct exchange_server *server, int channel,
                        const struct exchange_symbol *symbol, int variant);
bool exchange_is_silent(const struct exchange_server *server, int channel,
                        const struct exchange_symbol *symbol);
void exchange_wanted_update(struct exchange_server *server);

/* -- exchange_publish.c: the market's newest step, and single events, on the wire -- */
void exchange_publish_step(struct exchange_server *server, bool minute_ended);
/* Trades of one symbol, by time; ids are given here. */
void exchange_publish_trades(struct exchange_server *server, struct exchange_symbol *symbol,
                             struct exchange_trade *rows, size_t count);
/* held: by the venue's rule; else it goes out with what waits already, or alone, at once. */
void exchange_publish_forced(struct exchange_server *server, struct exchange_symbol *symbol,
                             const struct market_liquidation *liquidation, bool held);
void exchange_publish_ticker(struct exchange_server *server, const struct exchange_symbol *symbol,
                             int64_t interval_ms_max);
void exchange_publish_touch(struct exchange_server *server, const struct exchange_symbol *symbol);
void exchange_publish_contract(struct exchange_server *server,
                               const struct exchange_symbol *symbol);
/* What who has just subscribed gets. */
void exchange_publish_first(struct exchange_server *server, struct exchange_conn *conn);

/* -- exchange_depth.c: the book on the wire -- */
void exchange_depth_start(struct exchange_server *server, struct exchange_symbol *symbol);
void exchange_depth_step(struct exchange_server *server);
void exchange_depth_finish(struct exchange_server *server);
/* The book that the channel's next delta follows on, ready for whoever begins to read it. */
void exchange_depth_first(struct exchange_server *server, struct exchange_symbol *symbol,
                          int channel, struct exchange_book *book);

/* -- exchange_rest.c -- */
void exchange_answer(void *user, const struct server_request *request,
                     struct server_response *response);

/* -- exchange_script.c -- */
void exchange_script_run(struct exchange_server *server);
/* -- exchange_faults.c -- */
/* One-shot switches of the present faults. */
void exchange_faults_apply(struct exchange_server *server);
/* What comes one each 100 ms. */
void exchange_faults_keep(struct exchange_server *server);
