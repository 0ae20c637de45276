/* Bybit's streams: what can be subscribed to, what is answered, and each message's text. Field
 * order, strings and numbers are the venue's. */
#include "sim/exchange_bybit.h"

#include <assert.h>
#include <string.h>

#include "base/str.h"
#include "sim/market.h"

enum { VARIANT_LINEAR, VARIANT_INVERSE };
enum { TOPIC_CHARS_MAX = 21000, RATE_PLACES = 8, MARK_PLACES = 2, TOPIC_BYTES = 64 };
enum { OWN_ACK_COUNT = 0 /* of a connection: acks are worded in turn */ };
static const char connection[] = "2324d924-aa4d-45b0-a858-7b8be29ab52b";

enum wire_channel {
    WIRE_TRADES,
    WIRE_LIQUIDATIONS,
    WIRE_BOOK_1,
    WIRE_BOOK_50,
    WIRE_BOOK_200,
    WIRE_BOOK_1000,
    WIRE_TICKERS,
    WIRE_KLINE,
    WIRE_COUNT
};

/* The names are what stands before the symbol in a topic. */
static const struct exchange_channel channels[] = {
    [WIRE_TRADES] = {.tells = TELLS_TRADES, .name = "publicTrade."},
    [WIRE_LIQUIDATIONS] = {.tells = TELLS_LIQUIDATIONS, .name = "allLiquidation."},
    [WIRE_BOOK_1] =
        {.tells = TELLS_BOOK, .name = "orderbook.1.", .first = true, .whole = true, .level_max = 1},
    [WIRE_BOOK_50] = {.tells = TELLS_BOOK, .name = "orderbook.50.", .first = true, .level_max = 50},
    [WIRE_BOOK_200] = {.tells = TELLS_BOOK,
                       .name = "orderbook.200.",
                       .first = true,
                       .level_max = 200},
    [WIRE_BOOK_1000] = {.tells = TELLS_BOOK,
                        .name = "orderbook.1000.",
                        .first = true,
                        .interval_ms = 200,
                        .level_max = 1000},
    [WIRE_TICKERS] = {.tells = TELLS_TICKER, .name = "tickers.", .first = true},
    [WIRE_KLINE] = {.tells = TELLS_KLINE, .name = "kline.1.", .interval_ms = 1000},
};
static_assert(ARRAY_COUNT(channels) == WIRE_COUNT, "a row each");

static const struct exchange_path paths[] = {
    {.path = "/v5/public/linear", .variant = VARIANT_LINEAR},
    {.path = "/v5/public/inverse", .variant = VARIANT_INVERSE},
};

/* -- symbols -- */

static bool spell(const char *base, char out[EXCHANGE_SYMBOL_BYTES]) {
    return str_format(out, EXCHANGE_SYMBOL_BYTES, "%sUSDT", base);
}

void exchange_bybit_put_symbol(struct wire *out, const char *before,
                               const struct exchange_symbol *symbol, bool inverse) {
    wire_text(out, before);
    wire_text(out, "\"");
    wire_text(out, inverse ? symbol->base : symbol->name);
    wire_text(out, inverse ? "USD\"" : "\"");
}

const struct exchange_symbol *exchange_bybit_find(const struct exchange_server *server,
                                                  const char *name, size_t len, bool inverse) {
    char linear[EXCHANGE_SYMBOL_BYTES];
    if (!inverse) {
        return exchange_symbol_find(server, name, len, false);
    }
    if (len < 4 || len + 2 > sizeof linear || memcmp(name + len - 3, "USD", 3) != 0 ||
        !str_format(linear, sizeof linear, "%.*sT", (int)len, name)) {
        return NULL;
    }
    return exchange_symbol_find(server, linear, len + 1, false);
}

/* -- what a client says -- */

/* The channel of a topic and its symbol; -1: none. */
static int read_topic(const struct exchange_server *server, const char *topic, bool inverse,
                      const struct exchange_symbol **symbol) {
    for (int i = 0; i < WIRE_COUNT; i++) {
        const size_t len = strlen(channels[i].name);
        if (strncmp(topic, channels[i].name, len) == 0) {
            *symbol = exchange_bybit_find(server, topic + len, strlen(topic + len), inverse);
            return *symbol != NULL ? i : -1;
        }
    }
    *symbol = NULL;
    return -1;
}

/* reason NULL: left out, as the venue does at times. */
static void put_answer(struct wire *out, bool success, const char *reason, const char *op,
                       const struct tree *request) {
    wire_text(out, success ? "{\"success\":true" : "{\"success\":false");
    if (reason != NULL) {
        wire_text(out, ",\"ret_msg\":");
        wire_quoted(out, reason);
    }
    exchange_put_text(out, ",\"conn_id\":", connection);
    if (tree_member(request, "req_id") != NULL) {
        wire_text(out, ",\"req_id\":");
        exchange_put_echo(out, tree_member(request, "req_id"));
    }
    wire_text(out, ",\"op\":");
    wire_quoted(out, op);
    wire_text(out, "}");
}

/* One topic that is wrong refuses all of them. False: refused, and said so. */
static bool check_topics(const struct exchange_server *server, const struct exchange_conn *conn,
                         const struct tree *request, const char *op, struct wire *reply) {
    const struct exchange_symbol *symbol = NULL;
    char reason[TOPIC_BYTES * 2];
    size_t chars = 0;
    for (const struct tree *e = tree_first(tree_member(request, "args")); e != NULL;
         e = tree_next(e)) {
        const char *topic = tree_text(e) != NULL ? tree_text(e) : "";
        chars += strlen(topic) + 3;
        if (read_topic(server, topic, conn->variant == VARIANT_INVERSE, &symbol) < 0) {
            (void)str_format(reason, sizeof reason, "error:handler not found,topic:%.64s", topic);
            put_answer(reply, false, reason, op, request);
            return false;
        }
    }
    if (chars == 0 || chars > TOPIC_CHARS_MAX) {
        put_answer(reply, false, chars == 0 ? "Params Error" : "args size >21000", op, request);
        return false;
    }
    return true;
}

static void change(struct exchange_server *server, struct exchange_conn *conn,
                   const struct tree *request, const char *op, struct wire *reply) {
    static const char *const reasons[] = {"subscribe", "", NULL};
    const struct exchange_symbol *symbol = NULL;
    const bool adds = strcmp(op, "subscribe") == 0;
    if (!check_topics(server, conn, request, op, reply)) {
        return;
    }
    for (const struct tree *e = tree_first(tree_member(request, "args")); e != NULL;
         e = tree_next(e)) {
        const int channel =
            read_topic(server, tree_text(e), conn->variant == VARIANT_INVERSE, &symbol);
        if (adds) {
            (void)exchange_subscribe(server, conn, channel, symbol);
        } else {
            (void)exchange_unsubscribe(server, conn, channel, symbol);
        }
    }
    put_answer(reply, true, reasons[conn->own[OWN_ACK_COUNT]++ % (int64_t)ARRAY_COUNT(reasons)], op,
               request);
}

static void hear(struct exchange_server *server, struct exchange_conn *conn, const char *bytes,
                 size_t len, struct wire *reply) {
    enum status why = STATUS_OK;
    struct tree *request = tree_parse(bytes, len, &why);
    const char *op = tree_text(tree_member(request, "op"));
    if (op == NULL) {
        put_answer(reply, false, "Request not authorized", "", request);
    } else if (strcmp(op, "ping") == 0) {
        wire_text(reply, "{\"success\":true,\"ret_msg\":\"pong\"");
        exchange_put_text(reply, ",\"conn_id\":", connection);
        wire_text(reply, ",\"req_id\":");
        if (tree_member(request, "req_id") == NULL) {
            wire_text(reply, "\"\"");
        } else {
            exchange_put_echo(reply, tree_member(request, "req_id"));
        }
        wire_text(reply, ",\"op\":\"ping\"}");
    } else if (strcmp(op, "subscribe") == 0 || strcmp(op, "unsubscribe") == 0) {
        change(server, conn, request, op, reply);
    } else {
        put_answer(reply, false, "error:handler not found", op, request);
    }
    tree_destroy(request);
}

/* -- pieces of messages -- */

void exchange_bybit_put_size(struct wire *out, const char *before, int64_t price_ticks,
                             int64_t lots, bool inverse) {
    if (inverse) {
        exchange_put_fixed(out, before, exchange_contracts(price_ticks, lots, 1), 0);
    } else {
        exchange_put_fixed(out, before, lots, 3);
    }
}

void exchange_bybit_put_levels(struct wire *out, const char *before,
                               const struct ladder_level *levels, size_t count, bool inverse) {
    wire_text(out, before);
    wire_text(out, "[");
    for (size_t i = 0; i < count; i++) {
        wire_text(out, i > 0 ? "," : "");
        exchange_put_fixed(out, "[", levels[i].ticks * 10, 2);
        exchange_bybit_put_size(out, ",", levels[i].ticks, levels[i].lots, inverse);
        wire_text(out, "]");
    }
    wire_text(out, "]");
}

/* {"topic":"publicTrade.BTCUSDT" */
static void begin_topic(const struct exchange_words *words, struct wire *out) {
    wire_text(out, "{\"topic\":\"");
    wire_text(out, channels[words->channel].name);
    wire_text(out, words->variant == VARIANT_INVERSE ? words->symbol->base : words->symbol->name);
    wire_text(out, words->variant == VARIANT_INVERSE ? "USD\"" : "\"");
}

/* -- the writers -- */

static void write_trades(const struct exchange_words *words, const struct exchange_trade *rows,
                         size_t count, struct wire *out) {
    const bool inverse = words->variant == VARIANT_INVERSE;
    begin_topic(words, out);
    exchange_put_integer(out, ",\"type\":\"snapshot\",\"ts\":", words->now_ms);
    wire_text(out, ",\"data\":[");
    for (size_t i = 0; i < count; i++) {
        const struct exchange_trade *row = &rows[i];
        exchange_put_integer(out, i > 0 ? ",{\"T\":" : "{\"T\":", row->ts_ms);
        exchange_bybit_put_symbol(out, ",\"s\":", row->symbol, inverse);
        exchange_put_text(out, ",\"S\":", row->side == SIDE_BUY ? "Buy" : "Sell");
        exchange_bybit_put_size(out, ",\"v\":", row->price_ticks, row->qty_lots, inverse);
        exchange_put_fixed(out, ",\"p\":", row->price_ticks * 10, 2);
        exchange_put_text(out, ",\"L\":", row->side == SIDE_BUY ? "PlusTick" : "ZeroMinusTick");
        exchange_put_uuid(out, ",\"i\":", row->id);
        exchange_put_integer(out, ",\"BT\":false,\"RPI\":false,\"seq\":", row->id);
        wire_text(out, "}");
    }
    wire_text(out, "]}");
}

/* S is the position's side: a long that was liquidated is "Buy". */
static void write_liquidations(const struct exchange_words *words,
                               const struct exchange_liquidation *rows, size_t count,
                               struct wire *out) {
    const bool inverse = words->variant == VARIANT_INVERSE;
    begin_topic(words, out);
    exchange_put_integer(out, ",\"type\":\"snapshot\",\"ts\":", words->now_ms);
    wire_text(out, ",\"data\":[");
    for (size_t i = 0; i < count; i++) {
        const struct exchange_liquidation *row = &rows[i];
        exchange_put_integer(out, i > 0 ? ",{\"T\":" : "{\"T\":", row->ts_ms);
        exchange_bybit_put_symbol(out, ",\"s\":", row->symbol, inverse);
        exchange_put_text(out, ",\"S\":", row->position == POS_LONG ? "Buy" : "Sell");
        exchange_bybit_put_size(out, ",\"v\":", row->bankruptcy_ticks, row->qty_lots, inverse);
        exchange_put_fixed(out, ",\"p\":", row->bankruptcy_ticks * 10, 2);
        wire_text(out, "}");
    }
    wire_text(out, "]}");
}

/* u counts the topic's messages; where the service began anew it is 1, and the book comes as a
 * delta. */
static void write_book(const struct exchange_words *words, const struct exchange_book *book,
                       struct wire *out) {
    const bool inverse = words->variant == VARIANT_INVERSE;
    begin_topic(words, out);
    exchange_put_text(out, ",\"type\":", book->snapshot && !book->reset ? "snapshot" : "delta");
    exchange_put_integer(out, ",\"ts\":", words->now_ms);
    exchange_bybit_put_symbol(out, ",\"data\":{\"s\":", words->symbol, inverse);
    exchange_bybit_put_levels(out, ",\"b\":", book->levels[0], book->count[0], inverse);
    exchange_bybit_put_levels(out, ",\"a\":", book->levels[1], book->count[1], inverse);
    exchange_put_integer(out, ",\"u\":", book->number);
    exchange_put_integer(out, ",\"seq\":", book->last_id);
    exchange_put_integer(out, "},\"cts\":", book->ts_ms);
    wire_text(out, "}");
}

static void put_interest(struct wire *out, const struct exchange_ticker *ticker, bool inverse) {
    const double coins = (double)ticker->oi_lots * MARKET_LOT;
    if (inverse) {
        exchange_put_rounded(out, ",\"openInterest\":", 2 * ticker->oi_usd, 0);
        exchange_put_rounded(out, ",\"openInterestValue\":", 2 * coins, 2);
        exchange_put_rounded(out, ",\"singleOpenInterest\":", ticker->oi_usd, 0);
    } else {
        exchange_put_fixed(out, ",\"openInterest\":", 2 * ticker->oi_lots, 3);
        exchange_put_rounded(out, ",\"openInterestValue\":", 2 * ticker->oi_usd, 2);
        exchange_put_fixed(out, ",\"singleOpenInterest\":", ticker->oi_lots, 3);
    }
}

static void put_prices(struct wire *out, const struct exchange_ticker *ticker) {
    exchange_put_fixed(out, ",\"lastPrice\":", ticker->last_ticks * 10, 2);
    exchange_put_rounded(out, ",\"markPrice\":", ticker->mark, MARK_PLACES);
    exchange_put_rounded(out, ",\"indexPrice\":", ticker->index, MARK_PLACES);
}

static void put_funding(struct wire *out, const struct exchange_ticker *ticker) {
    exchange_put_fixed(out, ",\"nextFundingTime\":", ticker->next_funding_ms, 0);
    exchange_put_rounded(out, ",\"fundingRate\":", ticker->funding_rate, RATE_PLACES);
}

void exchange_bybit_put_ticker(struct wire *out, const struct exchange_symbol *symbol,
                               const struct exchange_ticker *ticker, bool inverse) {
    exchange_bybit_put_symbol(out, "\"symbol\":", symbol, inverse);
    wire_text(out, ",\"tickDirection\":\"PlusTick\",\"price24hPcnt\":\"0.017103\"");
    put_prices(out, ticker);
    put_interest(out, ticker, inverse);
    exchange_put_fixed(
        out, ",\"turnover24h\":\"0.0000\",\"volume24h\":\"0.0000\",\"fundingIntervalHour\":",
        MARKET_FUNDING_HOURS, 0);
    wire_text(out, ",\"fundingCap\":\"0.005\"");
    put_funding(out, ticker);
    exchange_put_fixed(out, ",\"bid1Price\":", ticker->bid_ticks * 10, 2);
    exchange_bybit_put_size(out, ",\"bid1Size\":", ticker->bid_ticks, ticker->bid_lots, inverse);
    exchange_put_fixed(out, ",\"ask1Price\":", ticker->ask_ticks * 10, 2);
    exchange_bybit_put_size(out, ",\"ask1Size\":", ticker->ask_ticks, ticker->ask_lots, inverse);
    wire_text(out, ",\"preOpenPrice\":\"\",\"preQty\":\"\",\"curPreListingPhase\":\"\"");
}

/* Deltas leave out what did not change: here prices, open interest, and funding come in turn. */
static void write_ticker(const struct exchange_words *words, const struct exchange_ticker *ticker,
                         struct wire *out) {
    const bool inverse = words->variant == VARIANT_INVERSE;
    const int64_t turn = words->now_ms / 100 % 10;
    begin_topic(words, out);
    wire_text(out, words->first ? ",\"type\":\"snapshot\",\"data\":{"
                                : ",\"type\":\"delta\",\"data\":{");
    if (words->first) {
        exchange_bybit_put_ticker(out, words->symbol, ticker, inverse);
    } else {
        exchange_bybit_put_symbol(out, "\"symbol\":", words->symbol, inverse);
        if (turn % 2 == 0) {
            put_prices(out, ticker);
        } else if (turn == 3) {
            put_interest(out, ticker, inverse);
        } else if (turn == 5) {
            put_funding(out, ticker);
        } else {
            exchange_put_fixed(out, ",\"bid1Price\":", ticker->bid_ticks * 10, 2);
            exchange_bybit_put_size(out, ",\"bid1Size\":", ticker->bid_ticks, ticker->bid_lots,
                                    inverse);
        }
    }
    exchange_put_integer(out, "},\"cs\":", ticker->book_id);
    exchange_put_integer(out, ",\"ts\":", words->now_ms);
    wire_text(out, "}");
}

static void write_kline(const struct exchange_words *words, const struct exchange_kline *kline,
                        bool closed, struct wire *out) {
    begin_topic(words, out);
    exchange_put_integer(out, ",\"data\":[{\"start\":", kline->open_ms);
    exchange_put_integer(out, ",\"end\":", kline->open_ms + kline->interval_ms - 1);
    exchange_put_text(out, ",\"interval\":", "1");
    exchange_put_fixed(out, ",\"open\":", kline->open * 10, 2);
    exchange_put_fixed(out, ",\"close\":", kline->close * 10, 2);
    exchange_put_fixed(out, ",\"high\":", kline->high * 10, 2);
    exchange_put_fixed(out, ",\"low\":", kline->low * 10, 2);
    if (words->variant == VARIANT_INVERSE) {
        exchange_put_rounded(out, ",\"volume\":", kline->volume_usd, 0);
        exchange_put_fixed(out, ",\"turnover\":", kline->volume_lots, 3);
    } else {
        exchange_put_fixed(out, ",\"volume\":", kline->volume_lots, 3);
        exchange_put_rounded(out, ",\"turnover\":", kline->volume_usd, 4);
    }
    wire_text(out, closed ? ",\"confirm\":true" : ",\"confirm\":false");
    exchange_put_integer(out, ",\"timestamp\":", words->now_ms);
    exchange_put_integer(out, "}],\"ts\":", words->now_ms);
    wire_text(out, ",\"type\":\"snapshot\"}");
}

/* -- one thing wrong -- */

static bool write_odd(const struct exchange_words *words, enum exchange_odd odd, struct wire *out) {
    static const char *const rows[ODD_COUNT] = {
        [ODD_TYPES] = "\"S\":7,\"v\":{},\"p\":[],\"T\":\"soon\"",
        [ODD_SIDE] = "\"S\":\"Neither\",\"v\":\"7.777\",\"p\":\"100000.00\"",
        [ODD_POSITION] = "\"S\":\"Long\",\"v\":\"7.777\",\"p\":\"100000.00\"",
        [ODD_SYMBOL] = "\"S\":\"Buy\",\"v\":\"7.777\",\"p\":\"100000.00\"",
        [ODD_NUMBERS] = "\"S\":\"Buy\",\"v\":\"NaN\",\"p\":1e999",
        [ODD_KEYS] = "\"S\":\"Buy\",\"S\":\"Sell\",\"v\":\"\",\"v\":\"7.777\",\"p\":\"1.00\"",
    };
    const bool forced = odd == ODD_POSITION;
    const bool nobody = odd == ODD_SYMBOL;
    wire_text(out, forced ? "{\"topic\":\"allLiquidation." : "{\"topic\":\"publicTrade.");
    wire_text(out, nobody ? "NOSUCHUSDT" : words->symbol->name);
    exchange_put_integer(out, "\",\"type\":\"snapshot\",\"ts\":", words->now_ms);
    wire_text(out, ",\"data\":[{");
    wire_text(out, rows[odd]);
    if (odd != ODD_TYPES) {
        exchange_put_integer(out, ",\"T\":", words->now_ms);
        exchange_put_text(out, ",\"s\":", nobody ? "NOSUCHUSDT" : words->symbol->name);
    }
    wire_text(out, "}]}");
    return true;
}

const struct exchange_dialect exchange_bybit = {
    .venue = VENUE_BYBIT,
    .paths = paths,
    .path_count = ARRAY_COUNT(paths),
    .channels = channels,
    .channel_count = ARRAY_COUNT(channels),
    .forced = FORCED_ALL,
    .forced_ms = 500,
    .trade_rows_max = 1024,
    .idle = IDLE_MESSAGES,
    .idle_ms = 600 * 1000,
    .rest_weight_max = 600,
    .rest_window_ms = 5 * 1000,
    .rest_too_many_code = 403,
    .spell = spell,
    .hear = hear,
    .trades = write_trades,
    .liquidations = write_liquidations,
    .book = write_book,
    .ticker = write_ticker,
    .kline = write_kline,
    .odd = write_odd,
    .routes = exchange_bybit_routes,
    .route_count = EXCHANGE_BYBIT_ROUTES,
    .refuse = exchange_bybit_refuse,
};
