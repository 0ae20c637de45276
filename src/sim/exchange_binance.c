/* Binance's streams: what can be subscribed to, and what is answered. */
#include "sim/exchange_binance.h"

#include <string.h>

#include "base/str.h"
#include "sim/market.h"

enum { STREAM_BYTES = 64 };

static const struct exchange_channel usdm_channels[] = {
#define USDM_ROW(id, what, place, text, every, ms)                                                 \
    {.tells = what, .group = place, .name = text, .all = every, .interval_ms = ms},
    BINANCE_STREAM_LIST(USDM_ROW)
#undef USDM_ROW
};

static const struct exchange_channel coinm_channels[] = {
#define COINM_ROW(id, what, place, text, every, ms)                                                \
    {.tells = what, .name = text, .all = every, .interval_ms = ms},
    BINANCE_STREAM_LIST(COINM_ROW)
#undef COINM_ROW
        {.tells = TELLS_TICKER, .name = "@indexPrice@1s", .interval_ms = 1000},
};

/* The paths that were retired in April 2026 still let one in and say nothing. */
static const struct exchange_path usdm_paths[] = {
    {"/public/stream", .variant = BINANCE_WRAPPED, .group = BINANCE_PUBLIC},
    {"/public/ws", .tail = true, .group = BINANCE_PUBLIC},
    {"/market/stream", .variant = BINANCE_WRAPPED, .group = BINANCE_MARKET},
    {"/market/ws", .tail = true, .group = BINANCE_MARKET},
    {"/private/stream", .variant = BINANCE_WRAPPED, .silent = true},
    {"/private/ws", .tail = true, .silent = true},
    {"/stream", .variant = BINANCE_WRAPPED, .silent = true},
    {"/ws", .tail = true, .silent = true},
};

static const struct exchange_path coinm_paths[] = {
    {"/stream", .variant = BINANCE_WRAPPED},
    {"/ws", .tail = true},
};

bool exchange_binance_is_coinm(const struct exchange_server *server) {
    return exchange_venue(server) == VENUE_BINANCE_COINM;
}

const struct exchange_channel *exchange_binance_channel(const struct exchange_server *server,
                                                        int channel) {
    return exchange_binance_is_coinm(server) ? &coinm_channels[channel] : &usdm_channels[channel];
}

static bool spell_usdm(const char *base, char out[EXCHANGE_SYMBOL_BYTES]) {
    return str_format(out, EXCHANGE_SYMBOL_BYTES, "%sUSDT", base);
}

static bool spell_coinm(const char *base, char out[EXCHANGE_SYMBOL_BYTES]) {
    return str_format(out, EXCHANGE_SYMBOL_BYTES, "%sUSD_PERP", base);
}

/* -- subscriptions -- */

/* The channel and symbol that a stream's name means; -1: none that is known. */
static int find_stream(const struct exchange_server *server, const char *name,
                       const struct exchange_symbol **symbol) {
    const struct exchange_channel *rows =
        exchange_binance_is_coinm(server) ? coinm_channels : usdm_channels;
    int count = exchange_binance_is_coinm(server) ? WIRE_USDM_COUNT + 1 : WIRE_USDM_COUNT;
    size_t symbol_len = strcspn(name, "@");
    *symbol = NULL;
    for (int i = 0; i < count; i++) {
        bool all = rows[i].all;
        if (strcmp(all ? name : name + symbol_len, rows[i].name) != 0) {
            continue;
        }
        char lower[STREAM_BYTES];
        /* The index is a pair's: btcusd@indexPrice@1s. */
        bool named = str_format(lower, sizeof lower, "%.*s%s", (int)symbol_len, name,
                                i == WIRE_INDEX_1S ? "_perp" : "");
        *symbol = all || !named ? NULL : exchange_symbol_find(server, lower, strlen(lower), true);
        return all || *symbol != NULL ? i : -1;
    }
    return -1;
}

/* Unknown names and names of the other path are kept like any other: the venue does not reject
 * them. */
static void subscribe(struct exchange_server *server, struct exchange_conn *conn,
                      const char *name) {
    const struct exchange_symbol *symbol = NULL;
    int channel = find_stream(server, name, &symbol);
    if (exchange_name_add(conn, name) && channel >= 0) {
        (void)exchange_subscribe(server, conn, channel, symbol);
    }
}

static void unsubscribe(struct exchange_server *server, struct exchange_conn *conn,
                        const char *name) {
    const struct exchange_symbol *symbol = NULL;
    int channel = find_stream(server, name, &symbol);
    if (exchange_name_remove(conn, name) && channel >= 0) {
        (void)exchange_unsubscribe(server, conn, channel, symbol);
    }
}

/* "a/b/c" of an address. */
static void subscribe_list(struct exchange_server *server, struct exchange_conn *conn,
                           const char *list) {
    while (*list != '\0' && *list != '&') {
        size_t len = strcspn(list, "/&");
        char name[STREAM_BYTES];
        if (len > 0 && str_copy_span(name, sizeof name, (struct span){list, len})) {
            subscribe(server, conn, name);
        }
        list += len;
        list += *list == '/';
    }
}

static void opened(struct exchange_server *server, struct exchange_conn *conn, const char *tail,
                   const struct server_request *request, struct wire *greeting) {
    (void)greeting;
    if (conn->path->variant == BINANCE_BARE) {
        subscribe_list(server, conn, tail);
    } else if (strncmp(request->query, "streams=", 8) == 0) {
        subscribe_list(server, conn, request->query + 8);
    }
}

/* -- what a client says -- */

static void reply_invalid(struct wire *reply, const char *what, size_t column) {
    wire_text(reply, "{\"error\":{\"code\":2,\"msg\":\"Invalid request: ");
    wire_text(reply, what);
    wire_text(reply, " at line 1 column ");
    wire_integer(reply, (int64_t)column);
    wire_text(reply, "\"},\"id\":null}");
}

static void reply_list(const struct exchange_conn *conn, struct wire *reply) {
    wire_text(reply, "{\"result\":[");
    for (size_t i = 0; i < conn->name_count; i++) {
        wire_text(reply, i > 0 ? "," : "");
        wire_quoted(reply, conn->names[i]);
    }
    wire_text(reply, "],\"id\":");
}

static void reply_request(struct exchange_server *server, struct exchange_conn *conn,
                          const struct tree *request, size_t len, struct wire *reply) {
    const char *method = tree_text(tree_member(request, "method"));
    const struct tree *params = tree_member(request, "params");
    if (!tree_is_object(request) || method == NULL) {
        reply_invalid(reply, "missing field `method`", len);
        return;
    }
    bool adds = strcmp(method, "SUBSCRIBE") == 0;
    bool removes = strcmp(method, "UNSUBSCRIBE") == 0;
    if (strcmp(method, "LIST_SUBSCRIPTIONS") == 0) {
        reply_list(conn, reply);
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
    /* The id comes back as it was sent: a number, a text, or null. */
    exchange_put_echo(reply, tree_member(request, "id"));
    wire_text(reply, "}");
}

static void hear(struct exchange_server *server, struct exchange_conn *conn, const char *bytes,
                 size_t len, struct wire *reply) {
    enum status why = STATUS_OK;
    struct tree *request = tree_parse(bytes, len, &why);
    if (request == NULL) {
        wire_text(reply,
                  "{\"code\":3,\"msg\":\"Invalid JSON: expected value at line 1 column 1\"}");
    } else {
        reply_request(server, conn, request, len, reply);
    }
    tree_destroy(request);
}

/* -- the tables -- */

#define BINANCE_RULES                                                                              \
    .forced = FORCED_LARGEST, .messages_per_s = 10, .ping_frame_ms = 180 * 1000,                   \
    .idle = IDLE_BYTES, .idle_ms = 600 * 1000, .session_ms = 24 * 3600 * 1000,                     \
    .rest_weight_max = 2400, .rest_window_ms = 60 * 1000,                                          \
    .rest_weight_header = "X-MBX-USED-WEIGHT-1M", .opened = opened, .hear = hear,                  \
    .trades = exchange_binance_write_trades, .liquidations = exchange_binance_write_liquidations,  \
    .book = exchange_binance_write_book, .ticker = exchange_binance_write_ticker,                  \
    .kline = exchange_binance_write_kline, .contract = exchange_binance_write_contract,            \
    .odd = exchange_binance_write_odd, .refuse = exchange_binance_refuse

const struct exchange_dialect exchange_binance_usdm = {
    .venue = VENUE_BINANCE_USDM,
    .paths = usdm_paths,
    .path_count = ARRAY_COUNT(usdm_paths),
    .channels = usdm_channels,
    .channel_count = ARRAY_COUNT(usdm_channels),
    .spell = spell_usdm,
    .routes = exchange_binance_usdm_routes,
    .route_count = EXCHANGE_BINANCE_USDM_ROUTES,
    BINANCE_RULES,
};

const struct exchange_dialect exchange_binance_coinm = {
    .venue = VENUE_BINANCE_COINM,
    .paths = coinm_paths,
    .path_count = ARRAY_COUNT(coinm_paths),
    .channels = coinm_channels,
    .channel_count = ARRAY_COUNT(coinm_channels),
    .spell = spell_coinm,
    .routes = exchange_binance_coinm_routes,
    .route_count = EXCHANGE_BINANCE_COINM_ROUTES,
    BINANCE_RULES,
};
