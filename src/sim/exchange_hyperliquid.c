/* Hyperliquid's streams: what can be subscribed to, what is answered, and each message's text.
 * Field order, strings and numbers are the venue's. */
#include "sim/exchange_hyperliquid.h"

#include <string.h>

#include "base/str.h"
#include "sim/market.h"

enum { LEVEL_MAX = 20, RATE_PLACES = 10, PRICE_PLACES = 2 };

enum wire_channel {
    WIRE_TRADES,
    WIRE_BOOK,
    WIRE_BBO,
    WIRE_CONTEXT,
    WIRE_CANDLE,
    WIRE_MIDS,
    WIRE_COUNT
};

static const struct exchange_channel channels[] = {
    [WIRE_TRADES] = {.tells = TELLS_TRADES, .name = "trades", .first = true},
    [WIRE_BOOK] = {.tells = TELLS_BOOK,
                   .name = "l2Book",
                   .first = true,
                   .whole = true,
                   .interval_ms = 500,
                   .level_max = LEVEL_MAX},
    [WIRE_BBO] = {.tells = TELLS_TOUCH, .name = "bbo", .first = true},
    [WIRE_CONTEXT] = {.tells = TELLS_TICKER,
                      .name = "activeAssetCtx",
                      .first = true,
                      .interval_ms = 1000},
    [WIRE_CANDLE] = {.tells = TELLS_KLINE, .name = "candle", .interval_ms = 500},
    [WIRE_MIDS] = {.tells = TELLS_TICKER, .name = "allMids", .all = true, .interval_ms = 1000},
};
static_assert(ARRAY_COUNT(channels) == WIRE_COUNT, "a row each");

static const struct exchange_path paths[] = {{.path = "/ws"}};

static bool spell(const char *base, char out[EXCHANGE_SYMBOL_BYTES]) {
    return str_copy(out, EXCHANGE_SYMBOL_BYTES, base);
}

static void opened(struct exchange_server *server, struct exchange_conn *conn, const char *tail,
                   const struct server_request *request, struct wire *greeting) {
    (void)server;
    (void)conn;
    (void)tail;
    (void)request;
    wire_text(greeting, "Websocket connection established.");
}

/* -- subscriptions -- */

/* The channel that a subscription means; -1: none, or of a coin nobody knows. */
static int find_channel(const struct exchange_server *server, const struct tree *subscription,
                        const struct exchange_symbol **symbol) {
    const char *type = tree_text(tree_member(subscription, "type"));
    const char *coin = tree_text(tree_member(subscription, "coin"));
    const char *interval = tree_text(tree_member(subscription, "interval"));
    *symbol = coin == NULL ? NULL : exchange_symbol_find(server, coin, strlen(coin), false);
    for (int i = 0; type != NULL && i < WIRE_COUNT; i++) {
        if (strcmp(channels[i].name, type) != 0) {
            continue;
        }
        const bool minute = interval != NULL && strcmp(interval, "1m") == 0;
        const bool good = (channels[i].all || *symbol != NULL) && (i != WIRE_CANDLE || minute);
        return good ? i : -1;
    }
    return -1;
}

/* A subscription with the members that the venue adds. */
static void put_subscription(const struct tree *subscription, int channel, struct wire *out) {
    const struct tree *coin = tree_member(subscription, "coin");
    wire_text(out, "{\"type\":");
    exchange_put_echo(out, tree_member(subscription, "type"));
    if (channel == WIRE_CANDLE) {
        wire_text(out, ",\"interval\":");
        exchange_put_echo(out, tree_member(subscription, "interval"));
    }
    if (coin != NULL) {
        wire_text(out, ",\"coin\":");
        exchange_put_echo(out, coin);
    }
    wire_text(out, channel == WIRE_BOOK ? ",\"nSigFigs\":null,\"mantissa\":null}" : "}");
}

/* {"channel":"error","data":"…: {"type":…}"} */
static void put_error(const char *what, const struct tree *subscription, struct wire *out) {
    const char *type = tree_text(tree_member(subscription, "type"));
    const char *coin = tree_text(tree_member(subscription, "coin"));
    char text[160];
    (void)str_format(text, sizeof text, "%s {\"type\":\"%.24s\",\"coin\":\"%.40s\"}", what,
                     type == NULL ? "" : type, coin == NULL ? "" : coin);
    wire_text(out, "{\"channel\":\"error\",\"data\":");
    wire_quoted(out, text);
    wire_text(out, "}");
}

static void change(struct exchange_server *server, struct exchange_conn *conn, bool add,
                   const struct tree *subscription, struct wire *reply) {
    const struct exchange_symbol *symbol = NULL;
    const int channel = find_channel(server, subscription, &symbol);
    if (channel < 0) {
        put_error("Invalid subscription", subscription, reply);
        return;
    }
    const struct exchange_symbol *key = channels[channel].all ? NULL : symbol;
    if (add ? !exchange_subscribe(server, conn, channel, key)
            : !exchange_unsubscribe(server, conn, channel, key)) {
        put_error(add ? "Already subscribed:" : "Already unsubscribed:", subscription, reply);
        return;
    }
    exchange_put_text(reply, "{\"channel\":\"subscriptionResponse\",\"data\":{\"method\":",
                      add ? "subscribe" : "unsubscribe");
    wire_text(reply, ",\"subscription\":");
    put_subscription(subscription, channel, reply);
    wire_text(reply, "}}");
}

static void hear(struct exchange_server *server, struct exchange_conn *conn, const char *bytes,
                 size_t len, struct wire *reply) {
    enum status why = STATUS_OK;
    struct tree *request = tree_parse(bytes, len, &why);
    const char *method = tree_text(tree_member(request, "method"));
    const struct tree *subscription = tree_member(request, "subscription");
    if (method != NULL && strcmp(method, "ping") == 0) {
        wire_text(reply, "{\"channel\":\"pong\"}");
    } else if (method != NULL && strcmp(method, "subscribe") == 0) {
        change(server, conn, true, subscription, reply);
    } else if (method != NULL && strcmp(method, "unsubscribe") == 0) {
        change(server, conn, false, subscription, reply);
    } else {
        wire_text(reply, "{\"channel\":\"error\",\"data\":\"Error parsing JSON into valid "
                         "websocket request\"}");
    }
    tree_destroy(request);
}

/* -- pieces of messages -- */

static void put_price(struct wire *out, const char *before, int64_t ticks) {
    exchange_put_fixed(out, before, ticks, 1);
}

void exchange_hyperliquid_put_trade(const struct exchange_trade *trade, struct wire *out) {
    exchange_put_text(out, "{\"coin\":", trade->symbol->name);
    exchange_put_text(out, ",\"side\":", trade->side == SIDE_SELL ? "A" : "B");
    put_price(out, ",\"px\":", trade->price_ticks);
    exchange_put_fixed(out, ",\"sz\":", trade->qty_lots, 3);
    exchange_put_integer(out, ",\"time\":", trade->ts_ms);
    /* An all-zero hash means nothing: every other trade has one. */
    exchange_put_text(out, ",\"hash\":",
                      trade->id % 2 == 0
                          ? "0x0000000000000000000000000000000000000000000000000000000000000000"
                          : "0xc872699f116e012186620407fc08a802015e0097c5cce74710697f7272e6e959");
    exchange_put_integer(out, ",\"tid\":", trade->id);
    wire_text(out, ",\"users\":[\"0x8cdba352268065be9d5444e1f82b8fe83717bbd5\","
                   "\"0x13558be785661958932ceac35ba20de187275a42\"]}");
}

static void put_level(struct wire *out, const char *before, int64_t ticks, int64_t lots) {
    wire_text(out, before);
    put_price(out, "{\"px\":", ticks);
    exchange_put_fixed(out, ",\"sz\":", lots, 3);
    exchange_put_integer(out, ",\"n\":", 1 + lots % 7);
    wire_text(out, "}");
}

void exchange_hyperliquid_put_book(const struct exchange_symbol *symbol,
                                   const struct exchange_book *book, struct wire *out) {
    exchange_put_text(out, "{\"coin\":", symbol->name);
    exchange_put_integer(out, ",\"time\":", book->ts_ms);
    wire_text(out, ",\"levels\":[");
    for (int side = 0; side < 2; side++) {
        wire_text(out, side == 0 ? "[" : ",[");
        for (size_t i = 0; i < book->count[side] && i < LEVEL_MAX; i++) {
            const struct ladder_level *level = &book->levels[side][i];
            put_level(out, i > 0 ? "," : "", level->ticks, level->lots);
        }
        wire_text(out, "]");
    }
    wire_text(out, "]}");
}

void exchange_hyperliquid_put_context(const struct exchange_server *server,
                                      const struct exchange_symbol *symbol, struct wire *out) {
    struct exchange_ticker ticker;
    exchange_ticker_get(server, symbol, &ticker);
    const bool two_sided = ticker.bid_ticks > 0 && ticker.ask_ticks > 0;
    exchange_put_rounded(out, "{\"funding\":", ticker.funding_rate / MARKET_FUNDING_HOURS,
                         RATE_PLACES);
    exchange_put_fixed(out, ",\"openInterest\":", ticker.oi_lots, 3);
    put_price(out, ",\"prevDayPx\":", ticker.last_ticks);
    exchange_put_text(out, ",\"dayNtlVlm\":", "1169046.29406");
    exchange_put_text(out, ",\"premium\":", "0.00031774");
    exchange_put_rounded(out, ",\"oraclePx\":", ticker.index, PRICE_PLACES);
    exchange_put_rounded(out, ",\"markPx\":", ticker.mark, PRICE_PLACES);
    if (two_sided) {
        exchange_put_fixed(out, ",\"midPx\":", (ticker.bid_ticks + ticker.ask_ticks) * 5, 2);
    } else {
        wire_text(out, ",\"midPx\":null");
    }
    put_price(out, ",\"impactPxs\":[", ticker.bid_ticks);
    put_price(out, ",", ticker.ask_ticks);
    wire_text(out, "]}");
}

void exchange_hyperliquid_put_candle(const struct exchange_symbol *symbol, const char *interval,
                                     const struct exchange_kline *kline, struct wire *out) {
    exchange_put_integer(out, "{\"t\":", kline->open_ms);
    exchange_put_integer(out, ",\"T\":", kline->open_ms + kline->interval_ms - 1);
    exchange_put_text(out, ",\"s\":", symbol->name);
    exchange_put_text(out, ",\"i\":", interval);
    put_price(out, ",\"o\":", kline->open);
    put_price(out, ",\"c\":", kline->close);
    put_price(out, ",\"h\":", kline->high);
    put_price(out, ",\"l\":", kline->low);
    exchange_put_fixed(out, ",\"v\":", kline->volume_lots, 3);
    exchange_put_integer(out, ",\"n\":", kline->trade_count);
    wire_text(out, "}");
}

static void begin_push(const struct exchange_words *words, struct wire *out) {
    exchange_put_text(out, "{\"channel\":", channels[words->channel].name);
    wire_text(out, ",\"data\":");
}

/* -- the writers -- */

/* What was before the subscription comes newest first. */
static void write_trades(const struct exchange_words *words, const struct exchange_trade *rows,
                         size_t count, struct wire *out) {
    begin_push(words, out);
    for (size_t i = 0; i < count; i++) {
        wire_text(out, i > 0 ? "," : "[");
        exchange_hyperliquid_put_trade(&rows[words->first ? count - 1 - i : i], out);
    }
    wire_text(out, "]}");
}

static void write_book(const struct exchange_words *words, const struct exchange_book *book,
                       struct wire *out) {
    begin_push(words, out);
    exchange_hyperliquid_put_book(words->symbol, book, out);
    wire_text(out, "}");
}

static void put_mids(const struct exchange_words *words, struct wire *out) {
    int count = 0;
    const struct exchange_symbol *symbols = exchange_symbols(words->server, &count);
    const char *before = "{\"mids\":{\"";
    for (int i = 0; i < count; i++) {
        struct exchange_ticker ticker;
        exchange_ticker_get(words->server, &symbols[i], &ticker);
        wire_text(out, before);
        wire_text(out, symbols[i].name);
        exchange_put_fixed(out, "\":", (ticker.bid_ticks + ticker.ask_ticks) * 5, 2);
        before = ",\"";
    }
    wire_text(out, "}}");
}

static void put_touch(const struct exchange_words *words, const struct exchange_ticker *ticker,
                      struct wire *out) {
    exchange_put_text(out, "{\"coin\":", words->symbol->name);
    exchange_put_integer(out, ",\"time\":", words->now_ms);
    put_level(out, ",\"bbo\":[", ticker->bid_ticks, ticker->bid_lots);
    put_level(out, ",", ticker->ask_ticks, ticker->ask_lots);
    wire_text(out, "]}");
}

static void write_ticker(const struct exchange_words *words, const struct exchange_ticker *ticker,
                         struct wire *out) {
    begin_push(words, out);
    if (words->channel == WIRE_MIDS) {
        put_mids(words, out);
    } else if (words->channel == WIRE_BBO) {
        put_touch(words, ticker, out);
    } else {
        exchange_put_text(out, "{\"coin\":", words->symbol->name);
        wire_text(out, ",\"ctx\":");
        exchange_hyperliquid_put_context(words->server, words->symbol, out);
        wire_text(out, "}");
    }
    wire_text(out, "}");
}

static void write_kline(const struct exchange_words *words, const struct exchange_kline *kline,
                        bool closed, struct wire *out) {
    (void)closed; /* the venue does not say */
    begin_push(words, out);
    exchange_hyperliquid_put_candle(words->symbol, "1m", kline, out);
    wire_text(out, "}");
}

/* -- one thing wrong -- */

static bool write_odd(const struct exchange_words *words, enum exchange_odd odd, struct wire *out) {
    static const char *const rows[ODD_COUNT] = {
        [ODD_TYPES] = "\"side\":7,\"px\":[],\"sz\":null,\"time\":\"soon\",\"tid\":{}",
        [ODD_SIDE] = "\"side\":\"C\",\"px\":\"100000.0\",\"sz\":\"7.777\",\"tid\":1",
        [ODD_SYMBOL] = "\"side\":\"B\",\"px\":\"100000.0\",\"sz\":\"7.777\",\"tid\":1",
        [ODD_NUMBERS] = "\"side\":\"B\",\"px\":\"NaN\",\"sz\":\"-1\",\"tid\":1e999",
        [ODD_KEYS] = "\"side\":\"B\",\"side\":\"A\",\"px\":{},\"px\":\"1.0\",\"sz\":\"\","
                     "\"sz\":\"7.777\",\"tid\":1",
    };
    if (odd == ODD_POSITION) {
        return false; /* there are no liquidations */
    }
    exchange_put_text(out, "{\"channel\":\"trades\",\"data\":[{\"coin\":",
                      odd == ODD_SYMBOL ? "NOSUCH" : words->symbol->name);
    if (odd != ODD_TYPES) {
        exchange_put_integer(out, ",\"time\":", words->now_ms);
    }
    wire_text(out, ",");
    wire_text(out, rows[odd]);
    wire_text(out, "}]}");
    return true;
}

static const struct exchange_route routes[] = {{"/info", exchange_hyperliquid_info}};

const struct exchange_dialect exchange_hyperliquid = {
    .venue = VENUE_HYPERLIQUID,
    .paths = paths,
    .path_count = ARRAY_COUNT(paths),
    .channels = channels,
    .channel_count = ARRAY_COUNT(channels),
    .forced = FORCED_NONE,
    .trade_rows_max = 10,
    .conns_max = 10,
    .conns_max_code = 429,
    .messages_per_s = 34, /* 2,000 a minute */
    .idle = IDLE_SILENCE,
    .idle_ms = 60 * 1000,
    .rest_weight_max = 1200,
    .rest_window_ms = 60 * 1000,
    .spell = spell,
    .opened = opened,
    .hear = hear,
    .trades = write_trades,
    .book = write_book,
    .ticker = write_ticker,
    .kline = write_kline,
    .odd = write_odd,
    .routes = routes,
    .route_count = ARRAY_COUNT(routes),
    .refuse = exchange_hyperliquid_refuse,
};
