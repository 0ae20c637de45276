/* Bitget's streams: what can be subscribed to, what is answered, and each message's text. Field
 * order, strings and numbers are the venue's. */
#include "sim/exchange_bitget.h"

#include <assert.h>
#include <string.h>

#include "base/str.h"
#include "sim/market.h"

enum topic {
    TOPIC_TICKER,
    TOPIC_TRADE,
    TOPIC_BOOKS,
    TOPIC_BOOKS_1,
    TOPIC_BOOKS_5,
    TOPIC_BOOKS_50,
    TOPIC_KLINE,
    TOPIC_LIQUIDATION,
    TOPIC_COUNT
};
enum { RATE_PLACES = 8, MARK_PLACES = 2, DEPTH_LEVELS = 200 };
/* Sequence numbers are beyond what a double holds. */
#define SEQUENCE_BASE INT64_C(1304314508780744704)
static const char connection[] = "8f4f6ac2-8e1c-44a8-9a4c-1d1c7be7f7f1";

static const char *const topic_names[TOPIC_COUNT] = {
    "ticker", "publicTrade", "books", "books1", "books5", "books50", "kline", "liquidation"};

#define LINE_ROWS                                                                                  \
    {.tells = TELLS_TICKER, .name = "ticker", .first = true, .interval_ms = 300},                  \
        {.tells = TELLS_TRADES, .name = "publicTrade", .first = true},                             \
        {.tells = TELLS_BOOK, .name = "books", .first = true, .level_max = DEPTH_LEVELS},          \
        {.tells = TELLS_BOOK, .name = "books1", .first = true, .whole = true, .level_max = 1},     \
        {.tells = TELLS_BOOK, .name = "books5", .first = true, .whole = true, .level_max = 5},     \
        {.tells = TELLS_BOOK, .name = "books50", .first = true, .whole = true, .level_max = 50},   \
        {.tells = TELLS_KLINE, .name = "kline", .first = true, .interval_ms = 1000}, {             \
        .tells = TELLS_LIQUIDATIONS, .name = "liquidation", .all = true                            \
    }
/* A line's channels stand together, in the order of enum topic. */
static const struct exchange_channel channels[] = {LINE_ROWS, LINE_ROWS, LINE_ROWS};
static_assert(ARRAY_COUNT(channels) == WIRE_LINE_COUNT * TOPIC_COUNT, "topics of each line");
static_assert(ARRAY_COUNT(channels) <= EXCHANGE_CHANNEL_MAX, "channels are bits");

static const struct exchange_path paths[] = {{.path = "/v3/ws/public"}};

/* -- lines and symbols -- */

static const char *const line_names[WIRE_LINE_COUNT][2] = {
    {"usdt-futures", "USDT-FUTURES"},
    {"usdc-futures", "USDC-FUTURES"},
    {"coin-futures", "COIN-FUTURES"},
};
static const char *const line_suffixes[WIRE_LINE_COUNT] = {"USDT", "PERP", "USD"};

enum bitget_wire_line exchange_bitget_line(const char *text, bool capital) {
    int line = 0;
    while (line < WIRE_LINE_COUNT &&
           (text == NULL || strcmp(text, line_names[line][capital ? 1 : 0]) != 0)) {
        line++;
    }
    return (enum bitget_wire_line)line;
}

const char *exchange_bitget_line_name(enum bitget_wire_line line, bool capital) {
    return line_names[line][capital ? 1 : 0];
}

static bool spell(const char *base, char out[EXCHANGE_SYMBOL_BYTES]) {
    return str_format(out, EXCHANGE_SYMBOL_BYTES, "%sUSDT", base);
}

const struct exchange_symbol *exchange_bitget_find(const struct exchange_server *server,
                                                   const char *name, enum bitget_wire_line line) {
    char spelled[EXCHANGE_SYMBOL_BYTES];
    if (name == NULL || line == WIRE_LINE_COUNT || !str_ends_with(name, line_suffixes[line])) {
        return NULL;
    }
    const size_t base_len = strlen(name) - strlen(line_suffixes[line]);
    return str_format(spelled, sizeof spelled, "%.*sUSDT", (int)base_len, name)
               ? exchange_symbol_find(server, spelled, strlen(spelled), false)
               : NULL;
}

void exchange_bitget_put_symbol(struct wire *out, const char *before,
                                const struct exchange_symbol *symbol, enum bitget_wire_line line) {
    wire_text(out, before);
    wire_text(out, "\"");
    wire_text(out, symbol->base);
    wire_text(out, line_suffixes[line]);
    wire_text(out, "\"");
}

/* -- what a client says -- */

static void put_arg(struct wire *out, const char *line, const char *topic, const char *symbol,
                    const char *interval) {
    exchange_put_text(out, "\"arg\":{\"instType\":", line);
    exchange_put_text(out, ",\"topic\":", topic);
    if (symbol != NULL) {
        wire_text(out, ",\"symbol\":");
        wire_quoted(out, symbol);
    }
    if (interval != NULL) {
        wire_text(out, ",\"interval\":");
        wire_quoted(out, interval);
    }
    wire_text(out, "}");
}

/* The channel that an argument means, and its symbol; -1: none. */
static int read_arg(const struct exchange_server *server, const struct tree *arg,
                    const struct exchange_symbol **symbol) {
    const char *topic = tree_text(tree_member(arg, "topic"));
    const char *interval = tree_text(tree_member(arg, "interval"));
    const enum bitget_wire_line line =
        exchange_bitget_line(tree_text(tree_member(arg, "instType")), false);
    int at = 0;
    while (at < TOPIC_COUNT && (topic == NULL || strcmp(topic, topic_names[at]) != 0)) {
        at++;
    }
    *symbol = exchange_bitget_find(server, tree_text(tree_member(arg, "symbol")), line);
    const bool book = at >= TOPIC_BOOKS && at <= TOPIC_BOOKS_50;
    if (line == WIRE_LINE_COUNT || at == TOPIC_COUNT || (book && line == WIRE_COIN) ||
        (at == TOPIC_KLINE && (interval == NULL || strcmp(interval, "1m") != 0)) ||
        (at != TOPIC_LIQUIDATION && *symbol == NULL)) {
        return -1;
    }
    *symbol = at == TOPIC_LIQUIDATION ? NULL : *symbol;
    return (int)line * TOPIC_COUNT + at;
}

/* An answer for each argument. */
static void change(struct exchange_server *server, struct exchange_conn *conn,
                   const struct tree *arg, bool adds, struct wire *reply) {
    const char *line = tree_text(tree_member(arg, "instType"));
    const char *topic = tree_text(tree_member(arg, "topic"));
    const char *symbol = tree_text(tree_member(arg, "symbol"));
    const struct exchange_symbol *found = NULL;
    const int channel = read_arg(server, arg, &found);
    char text[192];
    wire_text(reply, reply->len > 0 ? "\n" : "");
    exchange_put_text(reply,
                      "{\"event\":", channel < 0 ? "error" : (adds ? "subscribe" : "unsubscribe"));
    wire_text(reply, ",");
    put_arg(reply, line != NULL ? line : "", topic != NULL ? topic : "", symbol,
            tree_text(tree_member(arg, "interval")));
    if (channel < 0) {
        (void)str_format(text, sizeof text, "instType:%s,topic:%s,symbol:%s doesn't exist",
                         line != NULL ? line : "", topic != NULL ? topic : "",
                         symbol != NULL ? symbol : "");
        wire_text(reply, ",\"code\":\"30001\",\"msg\":");
        wire_quoted(reply, text);
    } else {
        exchange_put_text(reply, ",\"connId\":", connection);
        if (adds) {
            (void)exchange_subscribe(server, conn, channel, found);
        } else {
            (void)exchange_unsubscribe(server, conn, channel, found);
        }
    }
    wire_text(reply, "}");
}

static void hear(struct exchange_server *server, struct exchange_conn *conn, const char *bytes,
                 size_t len, struct wire *reply) {
    enum status why = STATUS_OK;
    if (len == 4 && memcmp(bytes, "ping", 4) == 0) {
        wire_text(reply, "pong");
        return;
    }
    struct tree *request = tree_parse(bytes, len, &why);
    const char *op = tree_text(tree_member(request, "op"));
    const bool adds = op != NULL && strcmp(op, "subscribe") == 0;
    if (adds || (op != NULL && strcmp(op, "unsubscribe") == 0)) {
        for (const struct tree *e = tree_first(tree_member(request, "args")); e != NULL;
             e = tree_next(e)) {
            change(server, conn, e, adds, reply);
        }
    } else {
        wire_text(reply, "{\"event\":\"error\",\"code\":\"30003\",\"msg\":\"Illegal request\"}");
    }
    tree_destroy(request);
}

/* -- pieces of messages -- */

static enum bitget_wire_line line_of(const struct exchange_words *words) {
    return (enum bitget_wire_line)(words->channel / TOPIC_COUNT);
}

void exchange_bitget_put_size(struct wire *out, const char *before, int64_t price_ticks,
                              int64_t lots, enum bitget_wire_line line) {
    if (line == WIRE_COIN) {
        exchange_put_fixed(out, before, exchange_contracts(price_ticks, lots, 1), 0);
    } else {
        exchange_put_fixed(out, before, lots, 3);
    }
}

void exchange_bitget_put_liquidation(struct wire *out, const struct exchange_liquidation *row,
                                     enum bitget_wire_line line) {
    exchange_bitget_put_symbol(out, "{\"symbol\":", row->symbol, line);
    exchange_put_text(out, ",\"side\":", row->position == POS_LONG ? "buy" : "sell");
    exchange_put_fixed(out, ",\"price\":", row->bankruptcy_ticks, 1);
    exchange_put_fixed(out, ",\"amount\":", row->bankruptcy_ticks * row->qty_lots, 4);
}

void exchange_bitget_put_levels(struct wire *out, const struct ladder_level *levels, size_t count,
                                bool numbers) {
    for (size_t i = 0; i < count; i++) {
        wire_text(out, i > 0 ? "," : "");
        if (numbers) {
            exchange_put_fixed_number(out, "[", levels[i].ticks, 1);
            exchange_put_fixed_number(out, ",", levels[i].lots, 3);
        } else {
            exchange_put_fixed(out, "[", levels[i].ticks, 1);
            exchange_put_fixed(out, ",", levels[i].lots, 3);
        }
        wire_text(out, "]");
    }
}

/* {"action":"update","arg":{…},"data":[ */
static void begin_push(const struct exchange_words *words, const char *action, struct wire *out) {
    const int topic = words->channel % TOPIC_COUNT;
    char name[EXCHANGE_SYMBOL_BYTES];
    exchange_put_text(out, "{\"action\":", action);
    wire_text(out, ",");
    (void)str_format(name, sizeof name, "%s%s", words->symbol != NULL ? words->symbol->base : "",
                     line_suffixes[line_of(words)]);
    put_arg(out, exchange_bitget_line_name(line_of(words), false), topic_names[topic],
            words->symbol != NULL ? name : NULL, topic == TOPIC_KLINE ? "1m" : NULL);
    wire_text(out, ",\"data\":[");
}

static void end_push(const struct exchange_words *words, struct wire *out) {
    exchange_put_integer(out, "],\"ts\":", words->now_ms);
    wire_text(out, "}");
}

/* -- the writers -- */

/* The first push holds the newest trades from before, the newest first. */
static void write_trades(const struct exchange_words *words, const struct exchange_trade *rows,
                         size_t count, struct wire *out) {
    begin_push(words, words->first ? "snapshot" : "update", out);
    for (size_t i = 0; i < count; i++) {
        const struct exchange_trade *row = &rows[words->first ? count - 1 - i : i];
        exchange_put_fixed(out, i > 0 ? ",{\"i\":" : "{\"i\":", row->id, 0);
        exchange_put_fixed(out, ",\"p\":", row->price_ticks, 1);
        exchange_bitget_put_size(out, ",\"v\":", row->price_ticks, row->qty_lots, line_of(words));
        exchange_put_text(out, ",\"S\":", row->side == SIDE_BUY ? "buy" : "sell");
        exchange_put_fixed(out, ",\"T\":", row->ts_ms, 0);
        exchange_put_fixed(out, ",\"L\":", row->id * 2 + 1, 0);
        wire_text(out, ",\"isRPI\":\"no\"}");
    }
    end_push(words, out);
}

/* Times come as texts and as numbers. */
static void write_liquidations(const struct exchange_words *words,
                               const struct exchange_liquidation *rows, size_t count,
                               struct wire *out) {
    begin_push(words, "update", out);
    for (size_t i = 0; i < count; i++) {
        wire_text(out, i > 0 ? "," : "");
        exchange_bitget_put_liquidation(out, &rows[i], line_of(words));
        if (rows[i].id % 2 == 0) {
            exchange_put_integer(out, ",\"ts\":", rows[i].ts_ms);
        } else {
            exchange_put_fixed(out, ",\"ts\":", rows[i].ts_ms, 0);
        }
        wire_text(out, "}");
    }
    end_push(words, out);
}

/* pseq 0: the first push, or the server began anew; the latter does not call itself a snapshot. */
static void write_book(const struct exchange_words *words, const struct exchange_book *book,
                       struct wire *out) {
    begin_push(words, book->snapshot && !book->reset ? "snapshot" : "update", out);
    wire_text(out, "{\"a\":[");
    exchange_bitget_put_levels(out, book->levels[1], book->count[1], false);
    wire_text(out, "],\"b\":[");
    exchange_bitget_put_levels(out, book->levels[0], book->count[0], false);
    exchange_put_integer(out, "],\"pseq\":", book->snapshot ? 0 : SEQUENCE_BASE + book->prev_id);
    exchange_put_integer(out, ",\"seq\":", SEQUENCE_BASE + book->last_id);
    exchange_put_integer(out, ",\"maxDepth\":\"", DEPTH_LEVELS);
    exchange_put_fixed(out, "\",\"ts\":", book->ts_ms, 0);
    wire_text(out, "}");
    end_push(words, out);
}

static void write_ticker(const struct exchange_words *words, const struct exchange_ticker *ticker,
                         struct wire *out) {
    begin_push(words, words->first ? "snapshot" : "update", out);
    wire_text(out, "{\"highPrice24h\":\"0\",\"lowPrice24h\":\"0\",\"openPrice24h\":\"0\"");
    exchange_put_fixed(out, ",\"lastPrice\":", ticker->last_ticks, 1);
    exchange_put_fixed(
        out, ",\"turnover24h\":\"0\",\"volume24h\":\"0\",\"bid1Price\":", ticker->bid_ticks, 1);
    exchange_put_fixed(out, ",\"ask1Price\":", ticker->ask_ticks, 1);
    exchange_put_fixed(out, ",\"bid1Size\":", ticker->bid_lots, 3);
    exchange_put_fixed(out, ",\"ask1Size\":", ticker->ask_lots, 3);
    exchange_put_rounded(out, ",\"price24hPcnt\":\"0.00112\",\"indexPrice\":", ticker->index,
                         MARK_PLACES);
    exchange_put_rounded(out, ",\"markPrice\":", ticker->mark, MARK_PLACES);
    exchange_put_rounded(out, ",\"fundingRate\":", ticker->funding_rate, RATE_PLACES);
    exchange_put_fixed(out, ",\"nextFundingTime\":", ticker->next_funding_ms, 0);
    exchange_put_fixed(out, ",\"openInterest\":", ticker->oi_lots, 3);
    wire_text(out, ",\"deliveryStartTime\":\"\",\"deliveryTime\":\"\",\"deliveryStatus\":\"\"}");
    end_push(words, out);
}

static void write_kline(const struct exchange_words *words, const struct exchange_kline *kline,
                        bool closed, struct wire *out) {
    (void)closed; /* the venue does not say */
    begin_push(words, words->first ? "snapshot" : "update", out);
    exchange_put_fixed(out, "{\"start\":", kline->open_ms, 0);
    exchange_put_fixed(out, ",\"open\":", kline->open, 1);
    exchange_put_fixed(out, ",\"close\":", kline->close, 1);
    exchange_put_fixed(out, ",\"high\":", kline->high, 1);
    exchange_put_fixed(out, ",\"low\":", kline->low, 1);
    exchange_put_fixed(out, ",\"volume\":", kline->volume_lots, 3);
    exchange_put_rounded(out, ",\"turnover\":", kline->volume_usd, 4);
    wire_text(out, "}");
    end_push(words, out);
}

/* -- one thing wrong -- */

static bool write_odd(const struct exchange_words *words, enum exchange_odd odd, struct wire *out) {
    static const char *const rows[ODD_COUNT] = {
        [ODD_TYPES] = "\"S\":7,\"v\":{},\"p\":[],\"T\":\"soon\"",
        [ODD_SIDE] = "\"S\":\"neither\",\"v\":\"7.777\",\"p\":\"100000.0\"",
        [ODD_POSITION] = "\"side\":\"long\",\"amount\":\"7.777\",\"price\":\"100000.0\"",
        [ODD_SYMBOL] = "\"S\":\"buy\",\"v\":\"7.777\",\"p\":\"100000.0\"",
        [ODD_NUMBERS] = "\"S\":\"buy\",\"v\":\"NaN\",\"p\":1e999",
        [ODD_KEYS] = "\"S\":\"buy\",\"S\":\"sell\",\"v\":\"\",\"v\":\"7.777\",\"p\":\"1.0\"",
    };
    const bool forced = odd == ODD_POSITION;
    const char *name = odd == ODD_SYMBOL ? "NOSUCHUSDT" : words->symbol->name;
    wire_text(out, "{\"action\":\"update\",");
    put_arg(out, line_names[WIRE_USDT][0], forced ? "liquidation" : "publicTrade",
            forced ? NULL : name, NULL);
    wire_text(out, ",\"data\":[{");
    wire_text(out, rows[odd]);
    if (odd != ODD_TYPES) {
        exchange_put_fixed(out, forced ? ",\"ts\":" : ",\"T\":", words->now_ms, 0);
        exchange_put_text(out, forced ? ",\"symbol\":" : ",\"i\":", forced ? name : "1");
    }
    wire_text(out, "}");
    end_push(words, out);
    return true;
}

const struct exchange_dialect exchange_bitget = {
    .venue = VENUE_BITGET,
    .paths = paths,
    .path_count = ARRAY_COUNT(paths),
    .channels = channels,
    .channel_count = ARRAY_COUNT(channels),
    .forced = FORCED_ALL,
    .forced_ms = 1000,
    .forced_rows_max = 10000,
    .trade_rows_max = 100,
    .messages_per_s = 10,
    .idle = IDLE_MESSAGES,
    .idle_ms = 120 * 1000,
    .rest_weight_max = 6000,
    .rest_window_ms = 60 * 1000,
    .spell = spell,
    .hear = hear,
    .trades = write_trades,
    .liquidations = write_liquidations,
    .book = write_book,
    .ticker = write_ticker,
    .kline = write_kline,
    .odd = write_odd,
    .routes = exchange_bitget_routes,
    .route_count = EXCHANGE_BITGET_ROUTES,
    .refuse = exchange_bitget_refuse,
};
