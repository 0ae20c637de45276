/* OKX's streams: what can be subscribed to, what is answered, and each message around its rows. */
#include "sim/exchange_okx.h"

#include <string.h>

#include "base/str.h"

enum { GROUP_PUBLIC, GROUP_BUSINESS };
enum { OWN_HOUR_MS, OWN_OPERATIONS }; /* of a connection: since when, and how many */
enum { HOUR_MS = 3600 * 1000, OPERATIONS_AN_HOUR = 480 };
enum { ERROR_ILLEGAL = 60012, ERROR_TOO_FREQUENT = 60014, ERROR_CHANNEL = 60018, ERROR_OP = 60019 };

enum wire_channel {
    WIRE_TRADES,
    WIRE_TRADES_ALL,
    WIRE_LIQUIDATIONS,
    WIRE_BOOKS,
    WIRE_BOOKS5,
    WIRE_BBO,
    WIRE_MARK,
    WIRE_INDEX,
    WIRE_FUNDING,
    WIRE_INTEREST,
    WIRE_TICKERS,
    WIRE_CANDLES,
    WIRE_INSTRUMENTS,
    WIRE_COUNT
};

static const struct exchange_channel channels[] = {
    [WIRE_TRADES] = {.tells = TELLS_TRADES, .name = "trades"},
    [WIRE_TRADES_ALL] = {.tells = TELLS_TRADES, .name = "trades-all", .group = GROUP_BUSINESS},
    /* The first push may repeat what was told before. */
    [WIRE_LIQUIDATIONS] = {.tells = TELLS_LIQUIDATIONS,
                           .name = "liquidation-orders",
                           .all = true,
                           .first = true},
    [WIRE_BOOKS] = {.tells = TELLS_BOOK,
                    .name = "books",
                    .first = true,
                    .level_max = 400,
                    .quiet_ms = 60 * 1000},
    [WIRE_BOOKS5] =
        {.tells = TELLS_BOOK, .name = "books5", .first = true, .whole = true, .level_max = 5},
    [WIRE_BBO] = {.tells = TELLS_TOUCH, .name = "bbo-tbt", .first = true},
    [WIRE_MARK] = {.tells = TELLS_TICKER, .name = "mark-price", .first = true, .interval_ms = 1000},
    [WIRE_INDEX] = {.tells = TELLS_TICKER,
                    .name = "index-tickers",
                    .first = true,
                    .interval_ms = 1000},
    [WIRE_FUNDING] = {.tells = TELLS_TICKER,
                      .name = "funding-rate",
                      .first = true,
                      .interval_ms = 30000},
    [WIRE_INTEREST] = {.tells = TELLS_TICKER,
                       .name = "open-interest",
                       .first = true,
                       .interval_ms = 3000},
    [WIRE_TICKERS] = {.tells = TELLS_TICKER, .name = "tickers", .first = true},
    [WIRE_CANDLES] = {.tells = TELLS_KLINE,
                      .name = "candle1m",
                      .group = GROUP_BUSINESS,
                      .first = true,
                      .interval_ms = 1000},
    [WIRE_INSTRUMENTS] = {.tells = TELLS_CONTRACT, .name = "instruments", .all = true},
};
static_assert(ARRAY_COUNT(channels) == WIRE_COUNT, "a row each");

static const struct exchange_path paths[] = {
    {.path = "/ws/v5/public", .group = GROUP_PUBLIC},
    {.path = "/ws/v5/business", .group = GROUP_BUSINESS},
};

static bool spell(const char *base, char out[EXCHANGE_SYMBOL_BYTES]) {
    return str_format(out, EXCHANGE_SYMBOL_BYTES, "%s-USDT-SWAP", base);
}

/* -- what is answered -- */

/* The arguments' members in the venue's order; liquidation-orders knows no instrument. */
static void put_arg(const struct tree *arg, struct wire *out) {
    static const char *const names[] = {"instType", "instFamily", "instId"};
    const char *channel = tree_text(tree_member(arg, "channel"));
    const bool liquidations = channel != NULL && strcmp(channel, "liquidation-orders") == 0;
    wire_text(out, "{\"channel\":");
    exchange_put_echo(out, tree_member(arg, "channel"));
    for (size_t i = 0; i < ARRAY_COUNT(names) - liquidations; i++) {
        const char *text = tree_text(tree_member(arg, names[i]));
        if (text != NULL) {
            wire_text(out, ",\"");
            wire_text(out, names[i]);
            wire_text(out, "\":");
            wire_quoted(out, text);
        }
    }
    wire_text(out, "}");
}

static void put_id(const struct tree *request, struct wire *out) {
    const struct tree *id = tree_member(request, "id");
    wire_text(out, "{");
    if (id != NULL) {
        wire_text(out, "\"id\":");
        exchange_put_echo(out, id);
        wire_text(out, ",");
    }
}

static void put_ack(const struct tree *request, const char *event, const struct tree *arg,
                    struct wire *out) {
    put_id(request, out);
    exchange_put_text(out, "\"event\":", event);
    wire_text(out, ",\"arg\":");
    put_arg(arg, out);
    wire_text(out, ",\"connId\":\"a4d3ae55\"}\n");
}

/* The message quotes what was wrong, escaped. */
static void put_error(const struct tree *request, int code, const char *words, const char *what,
                      struct wire *out) {
    char message[512];
    (void)str_format(message, sizeof message, "%s%.400s", words, what);
    put_id(request, out);
    wire_text(out, "\"event\":\"error\",\"msg\":");
    wire_quoted(out, message);
    wire_text(out, ",\"code\":\"");
    wire_integer(out, code);
    wire_text(out, "\",\"connId\":\"a4d3ae55\"}\n");
}

/* -- subscriptions -- */

static int find_channel(const char *name) {
    for (int i = 0; name != NULL && i < WIRE_COUNT; i++) {
        if (strcmp(channels[i].name, name) == 0) {
            return i;
        }
    }
    return -1;
}

static bool is_type(const struct tree *arg) {
    static const char *const types[] = {"SWAP", "FUTURES", "MARGIN", "OPTION"};
    const char *type = tree_text(tree_member(arg, "instType"));
    for (size_t i = 0; type != NULL && i < ARRAY_COUNT(types); i++) {
        if (strcmp(type, types[i]) == 0) {
            return true;
        }
    }
    return false;
}

static const struct exchange_symbol *find_symbol(const struct exchange_server *server, int channel,
                                                 const struct tree *arg) {
    char name[EXCHANGE_SYMBOL_BYTES];
    const char *text = tree_text(tree_member(arg, "instId"));
    if (text == NULL ||
        !str_format(name, sizeof name, "%s%s", text, channel == WIRE_INDEX ? "-SWAP" : "")) {
        return NULL;
    }
    return exchange_symbol_find(server, name, strlen(name), false);
}

static void take_arg(struct exchange_server *server, struct exchange_conn *conn,
                     const struct tree *request, bool subscribes, const struct tree *arg,
                     struct wire *reply) {
    const char *name = tree_text(tree_member(arg, "channel"));
    const int channel = find_channel(name);
    const bool all = channel >= 0 && channels[channel].all;
    const struct exchange_symbol *symbol =
        channel >= 0 && !all ? find_symbol(server, channel, arg) : NULL;
    const bool good = channel >= 0 && channels[channel].group == conn->path->group &&
                      (all ? is_type(arg) : symbol != NULL);
    if (!good) {
        char what[160];
        const char *inst = tree_text(tree_member(arg, "instId"));
        (void)str_format(what, sizeof what,
                         "%.60s,instId:%.60s doesn't exist. Please use the "
                         "correct URL, channel and parameters.",
                         name == NULL ? "" : name, inst == NULL ? "" : inst);
        put_error(request, ERROR_CHANNEL, "Wrong URL or channel:", what, reply);
        return;
    }
    const char *type = tree_text(tree_member(arg, "instType"));
    const bool ours = !all || (type != NULL && strcmp(type, "SWAP") == 0);
    if (subscribes && ours) {
        (void)exchange_subscribe(server, conn, channel, symbol);
    } else if (ours) {
        (void)exchange_unsubscribe(server, conn, channel, symbol);
    }
    put_ack(request, subscribes ? "subscribe" : "unsubscribe", arg, reply);
}

/* 480 an hour, of a connection. */
static bool is_too_frequent(struct exchange_server *server, struct exchange_conn *conn) {
    const int64_t now_ms = exchange_rule_ms(server);
    if (conn->own[OWN_OPERATIONS] == 0 || now_ms - conn->own[OWN_HOUR_MS] >= HOUR_MS) {
        conn->own[OWN_HOUR_MS] = now_ms;
        conn->own[OWN_OPERATIONS] = 0;
    }
    return ++conn->own[OWN_OPERATIONS] > OPERATIONS_AN_HOUR;
}

static void hear_request(struct exchange_server *server, struct exchange_conn *conn,
                         const struct tree *request, const char *bytes, struct wire *reply) {
    const char *op = tree_text(tree_member(request, "op"));
    const struct tree *args = tree_member(request, "args");
    if (op == NULL || !tree_is_array(args) || tree_first(args) == NULL) {
        put_error(request, ERROR_ILLEGAL, "Illegal request: ", bytes, reply);
        return;
    }
    const bool subscribes = strcmp(op, "subscribe") == 0;
    if (!subscribes && strcmp(op, "unsubscribe") != 0) {
        put_error(request, ERROR_OP, "Invalid op: ", op, reply);
        return;
    }
    if (is_too_frequent(server, conn)) {
        put_error(request, ERROR_TOO_FREQUENT, "Requests too frequent", "", reply);
        return;
    }
    for (const struct tree *arg = tree_first(args); arg != NULL; arg = tree_next(arg)) {
        take_arg(server, conn, request, subscribes, arg, reply);
    }
}

static void hear(struct exchange_server *server, struct exchange_conn *conn, const char *bytes,
                 size_t len, struct wire *reply) {
    char text[512];
    enum status why = STATUS_OK;
    if (len == 4 && memcmp(bytes, "ping", 4) == 0) {
        wire_text(reply, "pong");
        return;
    }
    (void)str_copy_span(text, sizeof text, (struct span){bytes, len});
    struct tree *request = tree_parse(bytes, len, &why);
    if (tree_is_object(request)) {
        hear_request(server, conn, request, text, reply);
    } else {
        put_error(NULL, ERROR_ILLEGAL, "Illegal request: ", text, reply);
    }
    tree_destroy(request);
}

static void notice(struct exchange_server *server, struct wire *out) {
    (void)server;
    wire_text(out, "{\"event\":\"notice\",\"code\":\"64008\",\"msg\":\"The connection will soon be "
                   "closed for a service upgrade. Please reconnect.\",\"connId\":\"a4d3ae55\"}");
}

/* -- the writers -- */

static void begin_push(const struct exchange_words *words, struct wire *out) {
    exchange_put_text(out, "{\"arg\":{\"channel\":", channels[words->channel].name);
    if (channels[words->channel].all) {
        wire_text(out, ",\"instType\":\"SWAP\"}");
        return;
    }
    wire_text(out, ",\"instId\":\"");
    wire_bytes(out, words->symbol->name,
               strlen(words->symbol->name) - (words->channel == WIRE_INDEX ? strlen("-SWAP") : 0));
    wire_text(out, "\"}");
}

static void write_trades(const struct exchange_words *words, const struct exchange_trade *rows,
                         size_t count, struct wire *out) {
    begin_push(words, out);
    wire_text(out, ",\"data\":[");
    for (size_t i = 0; i < count; i++) {
        wire_text(out, i > 0 ? "," : "");
        exchange_okx_put_trade(&rows[i], words->channel == WIRE_TRADES, out);
    }
    wire_text(out, "]}");
}

static void write_liquidations(const struct exchange_words *words,
                               const struct exchange_liquidation *rows, size_t count,
                               struct wire *out) {
    begin_push(words, out);
    wire_text(out, ",\"data\":[");
    exchange_okx_put_forced(rows, count, out);
    wire_text(out, "]}");
}

/* The checksum is 0 since 2026-06-23. */
static void write_book(const struct exchange_words *words, const struct exchange_book *book,
                       struct wire *out) {
    begin_push(words, out);
    if (words->channel == WIRE_BOOKS) {
        wire_text(out, book->snapshot ? ",\"action\":\"snapshot\"" : ",\"action\":\"update\"");
    }
    wire_text(out, ",\"data\":[{\"asks\":");
    exchange_okx_put_levels(out, book->levels[1], book->count[1]);
    wire_text(out, ",\"bids\":");
    exchange_okx_put_levels(out, book->levels[0], book->count[0]);
    if (words->channel == WIRE_BOOKS5) {
        exchange_put_text(out, ",\"instId\":", words->symbol->name);
    }
    exchange_put_integer(out, ",\"ts\":\"", book->ts_ms);
    wire_text(out, words->channel == WIRE_BOOKS ? "\",\"checksum\":0" : "\"");
    if (words->channel == WIRE_BOOKS) {
        exchange_put_integer(out, ",\"prevSeqId\":", book->snapshot ? -1 : book->prev_id);
    }
    exchange_put_integer(out, ",\"seqId\":", book->last_id);
    wire_text(out, "}]}");
}

static void write_bbo(const struct exchange_words *words, const struct exchange_ticker *ticker,
                      struct wire *out) {
    const struct ladder_level ask = {.ticks = ticker->ask_ticks, .lots = ticker->ask_lots};
    const struct ladder_level bid = {.ticks = ticker->bid_ticks, .lots = ticker->bid_lots};
    wire_text(out, "\"asks\":");
    exchange_okx_put_levels(out, &ask, 1);
    wire_text(out, ",\"bids\":");
    exchange_okx_put_levels(out, &bid, 1);
    exchange_put_integer(out, ",\"ts\":\"", words->now_ms);
    exchange_put_integer(out, "\",\"seqId\":", ticker->book_id);
}

static void write_ticker(const struct exchange_words *words, const struct exchange_ticker *ticker,
                         struct wire *out) {
    begin_push(words, out);
    wire_text(out, ",\"data\":[");
    switch (words->channel) {
    case WIRE_MARK:
        exchange_okx_put_mark(words->symbol, ticker, words->now_ms, out);
        break;
    case WIRE_INDEX:
        exchange_okx_put_index(words->symbol, ticker, words->now_ms, out);
        break;
    case WIRE_FUNDING:
        exchange_okx_put_funding(words->symbol, ticker, words->now_ms, out);
        break;
    case WIRE_INTEREST:
        exchange_okx_put_interest(words->symbol, ticker, words->now_ms, out);
        break;
    case WIRE_BBO:
        wire_text(out, "{");
        write_bbo(words, ticker, out);
        wire_text(out, "}");
        break;
    default:
        exchange_okx_put_last(words->symbol, ticker, words->now_ms, out);
        break;
    }
    wire_text(out, "]}");
}

static void write_kline(const struct exchange_words *words, const struct exchange_kline *kline,
                        bool closed, struct wire *out) {
    begin_push(words, out);
    wire_text(out, ",\"data\":[");
    exchange_okx_put_kline(kline, closed, out);
    wire_text(out, "]}");
}

static void write_contract(const struct exchange_words *words, struct wire *out) {
    if (words->symbol != NULL) {
        wire_text(out, "{\"arg\":{\"channel\":\"instruments\",\"instType\":\"SWAP\"},\"data\":[");
        exchange_okx_put_instrument(words->symbol, out);
        wire_text(out, "]}");
    }
}

/* -- one thing wrong -- */

static bool write_odd(const struct exchange_words *words, enum exchange_odd odd, struct wire *out) {
    static const char *const rows[ODD_COUNT] = {
        [ODD_TYPES] = "\"tradeId\":{},\"px\":null,\"sz\":[],\"side\":7",
        [ODD_SIDE] = "\"tradeId\":\"1\",\"px\":\"100000.0\",\"sz\":\"777.7\",\"side\":\"hold\"",
        [ODD_POSITION] = "\"bkPx\":\"100000.0\",\"posSide\":\"both\",\"side\":\"sell\",\"sz\":"
                         "\"777.7\"",
        [ODD_SYMBOL] = "\"tradeId\":\"1\",\"px\":\"100000.0\",\"sz\":\"777.7\",\"side\":\"buy\"",
        [ODD_NUMBERS] = "\"tradeId\":\"1\",\"px\":\"1e999\",\"sz\":\"NaN\",\"side\":\"buy\"",
        [ODD_KEYS] = "\"tradeId\":\"1\",\"px\":\"1.0\",\"sz\":\"777.7\",\"sz\":\"\",\"side\":"
                     "\"buy\",\"px\":{}",
    };
    const char *name = odd == ODD_SYMBOL ? "NOSUCH-USDT-SWAP" : words->symbol->name;
    if (odd == ODD_POSITION) {
        wire_text(out, "{\"arg\":{\"channel\":\"liquidation-orders\",\"instType\":\"SWAP\"},"
                       "\"data\":[{\"details\":[{");
        wire_text(out, rows[odd]);
        exchange_put_integer(out, ",\"ts\":\"", words->now_ms);
        exchange_put_text(out, "\"}],\"instId\":", name);
    } else {
        exchange_put_text(out, "{\"arg\":{\"channel\":\"trades\",\"instId\":", name);
        exchange_put_text(out, "},\"data\":[{\"instId\":", name);
        wire_text(out, ",");
        wire_text(out, rows[odd]);
        exchange_put_integer(out, ",\"ts\":\"", words->now_ms);
        wire_text(out, "\"");
    }
    wire_text(out, "}]}");
    return true;
}

const struct exchange_dialect exchange_okx = {
    .venue = VENUE_OKX,
    .paths = paths,
    .path_count = ARRAY_COUNT(paths),
    .channels = channels,
    .channel_count = ARRAY_COUNT(channels),
    .forced = FORCED_LARGEST,
    .trade_rows_max = 5,
    .idle = IDLE_SILENCE,
    .idle_ms = 30 * 1000,
    .notice_ms = 60 * 1000,
    .rest_weight_max = 600, /* 20 in two seconds an endpoint, of which we count six */
    .rest_window_ms = 10 * 1000,
    .spell = spell,
    .hear = hear,
    .notice = notice,
    .trades = write_trades,
    .liquidations = write_liquidations,
    .book = write_book,
    .ticker = write_ticker,
    .kline = write_kline,
    .contract = write_contract,
    .odd = write_odd,
    .routes = exchange_okx_routes,
    .route_count = EXCHANGE_OKX_ROUTES,
    .refuse = exchange_okx_refuse,
};
