/* The simulated exchange: its service, its clocks and its orders from outside. */
#include "sim/exchange_server.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "sim/exchange_internal.h"

static const double day_ms = 86400e3;
static const double days_usual = 3, burn_in_usual = 4, days_max = 60;
#define TIME_SCALE_MAX 100000.0
enum {
    LAG_COARSE_MS = 600 * 1000,
    LAG_SECONDS_MS = 5000,
    TICK_SLACK_MS = 1,
    LOAD_LOTS_MAX = 50,
    LOAD_PRICES = 97,
    LOAD_BEYOND =
        300 /* the price of bankruptcy, in ticks: venues differ in which they tell where */
};

static const struct server_ops exchange_ops = {
    .on_request = exchange_answer,
    .on_upgrade = exchange_conn_upgrade,
    .on_open = exchange_conn_open,
    .on_message = exchange_conn_message,
    .on_close = exchange_conn_close,
};

/* -- sim thread -- */

static void on_tick(void *user);
static void on_load(void *user);

static void inject(struct exchange_server *server, const struct exchange_injection *injection) {
    int64_t now_ms = clock_wall_ms();
    int64_t ts_ms =
        injection->ts_ms > 0 ? injection->ts_ms : now_ms + exchange_now_ms(server) - server->now_ms;
    if (injection->symbol < 0 || injection->symbol >= server->symbol_count) {
        return;
    }
    struct exchange_symbol *symbol = &server->symbols[injection->symbol];
    /* Send time: never before the event, nor behind what was sent. */
    server->now_ms = server->now_ms > now_ms ? server->now_ms : now_ms;
    if (injection->kind == EXCHANGE_TRADE) {
        struct exchange_trade trade = {
            .ts_ms = ts_ms,
            .price_ticks = injection->price_ticks,
            .qty_lots = injection->qty_lots,
            .side = injection->side,
        };
        exchange_publish_trades(server, symbol, &trade, 1);
    } else if (injection->kind == EXCHANGE_LIQUIDATION) {
        struct market_liquidation liquidation = {
            .ts_ms = ts_ms - (exchange_now_ms(server) - server->now_ms),
            .mark_ts_ms = ts_ms,
            .price_ticks = injection->price_ticks,
            .bankruptcy_ticks = injection->price_ticks,
            .qty_lots = injection->qty_lots,
            .position = (uint8_t)injection->position,
        };
        exchange_publish_forced(server, symbol, &liquidation, false);
    } else {
        server->injected_mark = (double)injection->price_ticks * MARKET_TICK;
        exchange_publish_ticker(server, &server->symbols[0], 1000);
    }
}

static void run_commands(struct exchange_server *server) {
    struct exchange_command_slot slot;
    while (ring_pop(&server->commands, &slot, 1) == 1) {
        const struct exchange_command *command = &slot.command;
        if (command->kind == COMMAND_FAULTS) {
            server->faults = command->u.faults;
            exchange_faults_apply(server);
        } else if (command->kind == COMMAND_INJECT) {
            inject(server, &command->u.injection);
        } else if (command->kind == COMMAND_LIST) {
            exchange_symbol_list(server, command->u.list.base, command->u.list.listed);
        } else {
            server->load = command->u.load;
            server->load_since_ms = clock_wall_ms();
            server->load_done = server->load_forced_done = 0;
            net_timer_schedule(server->service, &server->load_timer, EXCHANGE_LOAD_TICK_MS, on_load,
                               server);
        }
    }
}

static void on_commands(void *user) {
    struct exchange_server *server = user;
    /* relaxed: written on this thread */
    if (atomic_load_explicit(&server->serving, memory_order_relaxed)) {
        run_commands(server);
    }
}

/* Those of the load's trades done .. due that fall on a symbol: every symbol_count-th. */
static void load_symbol(struct exchange_server *server, struct exchange_symbol *symbol,
                        int64_t due) {
    int64_t every = server->symbol_count;
    int64_t n = server->load_done + (symbol->index - server->load_done % every + every) % every;
    int64_t bid_ticks = exchange_symbol_ticks(symbol, market_view(server->market)->bid_ticks);
    size_t count = 0;
    for (; n < due && count < EXCHANGE_BATCH_MAX; n += every) {
        int64_t own = n / every;
        server->batch[count++] = (struct exchange_trade){
            .ts_ms = exchange_now_ms(server),
            .price_ticks = bid_ticks + (own & 1),
            .qty_lots = 1 + own % LOAD_LOTS_MAX,
            .side = own & 1 ? SIDE_BUY : SIDE_SELL,
        };
    }
    if (symbol->listed) {
        exchange_publish_trades(server, symbol, server->batch, count);
        EXCHANGE_COUNT(server->load_sent, (int64_t)count);
    }
}

/* No two of a symbol are alike within their second: size and price tell them apart. */
static void load_forced(struct exchange_server *server, int64_t due) {
    for (; server->load_forced_done < due; server->load_forced_done++) {
        int64_t n = server->load_forced_done;
        struct exchange_symbol *symbol = &server->symbols[n % server->symbol_count];
        int64_t bid_ticks = market_view(server->market)->bid_ticks;
        struct market_liquidation liquidation = {
            .ts_ms = server->now_ms,
            .price_ticks = bid_ticks - n % LOAD_PRICES,
            .bankruptcy_ticks = bid_ticks - n % LOAD_PRICES + (n & 1 ? LOAD_BEYOND : -LOAD_BEYOND),
            .qty_lots = 1 + n / server->symbol_count % LOAD_LOTS_MAX,
            .position = n & 1 ? POS_SHORT : POS_LONG,
        };
        if (symbol->listed) {
            exchange_publish_forced(server, symbol, &liquidation, true);
            EXCHANGE_COUNT(server->load_forced, 1);
        }
    }
}

static void on_load(void *user) {
    struct exchange_server *server = user;
    int64_t now_ms = clock_wall_ms();
    int64_t passed_ms = now_ms - server->load_since_ms;
    int64_t due = passed_ms * server->load.trades_per_s / 1000;
    if (server->load.trades_per_s <= 0 && server->load.liquidations_per_s <= 0) {
        return;
    }
    server->now_ms = server->now_ms > now_ms ? server->now_ms : now_ms;
    for (int i = 0; i < server->symbol_count; i++) {
        load_symbol(server, &server->symbols[i], due);
    }
    server->load_done = due;
    load_forced(server, passed_ms * server->load.liquidations_per_s / 1000);
    net_timer_schedule(server->service, &server->load_timer, EXCHANGE_LOAD_TICK_MS, on_load,
                       server);
}

/* How far the next step may go: 100 ms, or more while the clock is far ahead (a machine that
 * slept). */
static int32_t choose_step(int64_t market_ms, int64_t now_ms) {
    int64_t lag_ms = now_ms - market_ms;
    if (lag_ms > LAG_COARSE_MS && market_ms % MARKET_STEP_COARSE_MS == 0) {
        return MARKET_STEP_COARSE_MS;
    }
    if (lag_ms > LAG_SECONDS_MS && market_ms % 1000 == 0) {
        return 1000;
    }
    return MARKET_STEP_FINE_MS;
}

/* Let the market catch up with the clock and tell what it did. */
static void run_market(struct exchange_server *server, int64_t now_ms) {
    const struct market_view *view = market_view(server->market);
    int64_t market_ms = server->tick_ms;
    /* relaxed: only a reason to give up, seen a little later at worst */
    while (market_ms + EXCHANGE_TICK_MS <= now_ms &&
           !atomic_load_explicit(&server->stopping, memory_order_relaxed)) {
        bool minute_ended = false;
        int32_t step_ms = choose_step(market_ms, now_ms);
        if (market_ms + step_ms > now_ms) {
            break;
        }
        market_ms += step_ms;
        if (!server->desc.frozen) {
            market_step(server->market, step_ms);
            minute_ended = tape_add_step(&server->tape, view);
            server->last_print_id += (int64_t)view->print_count;
            server->injected_mark = view->now_ms % 1000 == 0 ? 0 : server->injected_mark;
        }
        server->tick_ms = market_ms;
        server->now_ms = server->now_ms > market_ms ? server->now_ms : market_ms;
        exchange_publish_step(server, minute_ended);
    }
}

static void on_tick(void *user) {
    struct exchange_server *server = user;
    int64_t now_ms = clock_wall_ms();
    run_commands(server);
    exchange_script_run(server);
    run_market(server, now_ms);
    exchange_conns_keep(server);
    exchange_faults_keep(server);
    int64_t next_ms = server->tick_ms + EXCHANGE_TICK_MS - clock_wall_ms();
    net_timer_schedule(server->service, &server->tick_timer,
                       next_ms > TICK_SLACK_MS ? next_ms : TICK_SLACK_MS, on_tick, server);
}

/* Runs once, before anybody is answered: the unseen days, then the history, up to now. */
static void on_start(void *user) {
    struct exchange_server *server = user;
    const struct market_view *view = market_view(server->market);
    int64_t now_ms = clock_wall_ms();
    int64_t history_ms = now_ms - (int64_t)(server->desc.days * day_ms);
    while (view->now_ms + MARKET_STEP_COARSE_MS <= now_ms) {
        /* relaxed: as in run_market */
        if (atomic_load_explicit(&server->stopping, memory_order_relaxed)) {
            return;
        }
        market_step(server->market, MARKET_STEP_COARSE_MS);
        if (view->now_ms > history_ms) {
            tape_add_step(&server->tape, view);
        }
        server->last_print_id += (int64_t)view->print_count;
    }
    server->now_ms = server->tick_ms = view->now_ms;
    server->serving_since_ms = now_ms;
    server->rule_begin_ns = clock_mono_ns();
    server->symbols[0].inside->trade_id = server->last_print_id;
    for (int i = 0; i < server->symbol_count; i++) {
        exchange_depth_start(server, &server->symbols[i]);
    }
    /* relaxed: others only wait for it; what they then ask travels through sockets */
    atomic_store_explicit(&server->serving, true, memory_order_relaxed);
    on_tick(server);
}

/* -- owner's thread -- */

static bool send_command(struct exchange_server *server, const struct exchange_command *command) {
    struct exchange_command_slot slot = {.command = *command};
    if (!ring_push(&server->commands, &slot, 1)) {
        return false;
    }
    /* If the post finds no room the next tick, at most 100 ms away, sees the command. */
    (void)net_service_post(server->service, on_commands, server);
    return true;
}

bool exchange_server_set_faults(struct exchange_server *server,
                                const struct exchange_faults *faults) {
    return send_command(server,
                        &(struct exchange_command){.kind = COMMAND_FAULTS, .u.faults = *faults});
}

bool exchange_server_inject(struct exchange_server *server,
                            const struct exchange_injection *injection) {
    assert(injection->price_ticks > 0);
    return send_command(
        server, &(struct exchange_command){.kind = COMMAND_INJECT, .u.injection = *injection});
}

bool exchange_server_set_load(struct exchange_server *server, const struct exchange_load *load) {
    assert(load->trades_per_s >= 0);
    assert(load->liquidations_per_s >= 0);
    return send_command(server, &(struct exchange_command){.kind = COMMAND_LOAD, .u.load = *load});
}

bool exchange_server_list(struct exchange_server *server, const char *base, bool listed) {
    struct exchange_command command = {.kind = COMMAND_LIST, .u.list.listed = listed};
    return str_copy(command.u.list.base, sizeof command.u.list.base, base) &&
           send_command(server, &command);
}

void exchange_server_get_counts(const struct exchange_server *server,
                                struct exchange_counts *counts) {
/* relaxed: counters, by which nobody orders anything */
#define READ(name) atomic_load_explicit(&server->name, memory_order_relaxed)
    *counts = (struct exchange_counts){
        .serving = READ(serving),
        .conns_open = READ(conns_open),
        .conns_opened = READ(conns_opened),
        .conns_refused = READ(conns_refused),
        .messages_sent = READ(messages_sent),
        .messages_received = READ(messages_received),
        .conns_cut = READ(conns_cut),
        .requests = READ(requests),
        .requests_refused = READ(requests_refused),
        .load_sent = READ(load_sent),
        .load_forced = READ(load_forced),
        .hidden_liquidations = READ(hidden_liquidations),
        .unsent = READ(unsent),
    };
#undef READ
}

/* Fill in what the descriptor leaves open. */
static enum status check_desc(struct exchange_server *server) {
    struct exchange_server_desc *desc = &server->desc;
    desc->venue = desc->venue == VENUE_NONE ? VENUE_BINANCE_USDM : desc->venue;
    desc->symbol = desc->symbol != NULL ? desc->symbol : MARKET_SYMBOL;
    desc->symbol_count = desc->symbol_count == 0 ? 1 : desc->symbol_count;
    desc->book_levels = desc->book_levels == 0 ? LADDER_LEVEL_MAX : desc->book_levels;
    desc->time_scale = desc->time_scale == 0 ? 1 : desc->time_scale;
    desc->days = desc->days == 0 ? days_usual : desc->days;
    desc->burn_in_days = desc->burn_in_days == 0 ? burn_in_usual : desc->burn_in_days;
    desc->burn_in_days = desc->burn_in_days < 0 ? 0 : desc->burn_in_days;
    server->faults = desc->faults;
    server->dialect = exchange_dialect_find(desc->venue);
    bool fits = desc->days > 0 && desc->days <= days_max && desc->burn_in_days <= days_max &&
                desc->book_levels > 0 && desc->book_levels <= LADDER_LEVEL_MAX &&
                desc->symbol_count > 0 && desc->symbol_count <= EXCHANGE_SYMBOL_MAX &&
                desc->time_scale >= 1 && desc->time_scale <= TIME_SCALE_MAX &&
                str_ends_with(desc->symbol, MARKET_QUOTE);
    return server->dialect == NULL ? STATUS_UNSUPPORTED : fits ? STATUS_OK : STATUS_RANGE;
}

/* The descriptor's symbol, then SIM001 and so on. */
static enum status create_symbols(struct exchange_server *server) {
    const char *symbol = server->desc.symbol;
    char base[EXCHANGE_BASE_BYTES];
    struct span own = {symbol, strlen(symbol) - strlen(MARKET_QUOTE)};
    for (int i = 0; i < server->dialect->channel_count; i++) {
        if (server->dialect->channels[i].tells == TELLS_BOOK) {
            server->depth_channels[server->depth_count++] = i;
        }
    }
    if (own.len == 0 || !str_copy_span(base, sizeof base, own)) {
        return STATUS_RANGE;
    }
    for (int i = 0; i < server->desc.symbol_count; i++) {
        if (i > 0) {
            (void)str_format(base, sizeof base, "SIM%03d", i);
        }
        if (exchange_symbol_add(server, base) == NULL) {
            return STATUS_MEMORY;
        }
    }
    server->first_symbol_count = server->symbol_count;
    server->desc.symbol = NULL; /* the caller's text ends here */
    return STATUS_OK;
}

static bool create_market(struct exchange_server *server) {
    double span_ms = (server->desc.days + server->desc.burn_in_days) * day_ms;
    int64_t now_ms = clock_wall_ms();
    int64_t start_ms = now_ms - (int64_t)span_ms;
    server->market = market_create(&(struct market_desc){
        .seed = server->desc.seed,
        .regime = server->desc.regime,
        .start_ms = start_ms - start_ms % MARKET_STEP_COARSE_MS,
        .second_half_ms = start_ms + (int64_t)(span_ms / 2),
    });
    server->ladder = calloc(1, sizeof(*server->ladder));
    server->cut = calloc(1, sizeof(*server->cut));
    server->changes = calloc(2 * 2 * LADDER_LEVEL_MAX, sizeof(*server->changes));
    server->batch = calloc(EXCHANGE_BATCH_MAX, sizeof(*server->batch));
    server->forced_pending = calloc(EXCHANGE_FORCED_PENDING_MAX, sizeof(*server->forced_pending));
    server->forced_rows = calloc(EXCHANGE_FORCED_PENDING_MAX, sizeof(*server->forced_rows));
    server->forced_kept = calloc(EXCHANGE_FORCED_KEPT_MAX, sizeof(*server->forced_kept));
    bool taped = tape_init(&server->tape);
    bool ringed =
        ring_init(&server->commands, sizeof(struct exchange_command_slot), EXCHANGE_COMMAND_MAX);
    return server->market != NULL && server->ladder != NULL && server->cut != NULL &&
           server->changes != NULL && server->batch != NULL && server->forced_pending != NULL &&
           server->forced_rows != NULL && server->forced_kept != NULL && taped && ringed;
}

static enum status listen_on(struct exchange_server *server) {
    const struct exchange_server_desc *desc = &server->desc;
    enum status why = STATUS_OK;
    const char *address = desc->bind_address != NULL ? desc->bind_address : "127.0.0.1";
    bool tls = desc->cert_file != NULL;
    server->service = net_service_create(&(struct net_service_desc){.role = THREAD_SIM}, &why);
    if (server->service == NULL) {
        return why;
    }
    server->listener = server_create(server->service,
                                     &(struct server_desc){
                                         .bind_address = address,
                                         .port = desc->port,
                                         .cert_file = desc->cert_file,
                                         .key_file = desc->key_file,
                                         .ops = &exchange_ops,
                                         .user = server,
                                         .no_deflate = desc->no_deflate || server->dialect->plain,
                                         .header = server->dialect->header,
                                         .accept_delay_ms = desc->handshake_delay_ms,
                                     },
                                     &why);
    if (server->listener == NULL) {
        return why;
    }
    int port = server_port(server->listener);
    /* An IPv6 address stands in brackets; the address of all interfaces is reached through
     * loopback. */
    bool v6 = strchr(address, ':') != NULL;
    const char *host = strcmp(address, "0.0.0.0") == 0 ? "127.0.0.1"
                       : strcmp(address, "::") == 0    ? "::1"
                                                       : address;
    str_format(server->ws_base_url, EXCHANGE_URL_BYTES, "%s://%s%s%s:%d", tls ? "wss" : "ws",
               v6 ? "[" : "", host, v6 ? "]" : "", port);
    str_format(server->rest_base_url, EXCHANGE_URL_BYTES, "%s://%s%s%s:%d", tls ? "https" : "http",
               v6 ? "[" : "", host, v6 ? "]" : "", port);
    return STATUS_OK;
}

struct exchange_server *exchange_server_create(const struct exchange_server_desc *desc,
                                               enum status *why) {
    struct exchange_server *server = aligned_alloc(64, sizeof(*server));
    if (server == NULL) {
        *why = STATUS_MEMORY;
        return NULL;
    }
    memset(server, 0, sizeof(*server));
    server->desc = *desc;
    *why = check_desc(server);
    if (*why == STATUS_OK) {
        *why = create_symbols(server);
    }
    if (*why == STATUS_OK) {
        *why = listen_on(server);
    }
    if (*why == STATUS_OK && !create_market(server)) {
        *why = STATUS_MEMORY;
    }
    if (*why != STATUS_OK) {
        exchange_server_destroy(server);
        return NULL;
    }
    return server;
}

bool exchange_server_start(struct exchange_server *server) {
    return net_service_post(server->service, on_start, server) &&
           net_service_start(server->service);
}

void exchange_server_destroy(struct exchange_server *server) {
    if (server == NULL) {
        return;
    }
    /* relaxed: the join below orders everything else */
    atomic_store_explicit(&server->stopping, true, memory_order_relaxed);
    net_service_destroy(server->service); /* ends the connections: on_close frees what they hold */
    exchange_depth_finish(server);
    wire_finish(&server->payload);
    wire_finish(&server->reply);
    tape_finish(&server->tape);
    ring_finish(&server->commands);
    market_destroy(server->market);
    exchange_symbols_finish(server);
    free(server->ladder);
    free(server->cut);
    free(server->changes);
    free(server->batch);
    free(server->forced_pending);
    free(server->forced_rows);
    free(server->forced_kept);
    free(server);
}

int exchange_server_port(const struct exchange_server *server) {
    return server_port(server->listener);
}

const char *exchange_server_ws_base_url(const struct exchange_server *server) {
    return server->ws_base_url;
}

const char *exchange_server_rest_base_url(const struct exchange_server *server) {
    return server->rest_base_url;
}

const char *exchange_server_symbol(const struct exchange_server *server, int index) {
    return index >= 0 && index < server->first_symbol_count ? server->symbols[index].name : NULL;
}
