/* Gate's streams: what can be subscribed to, what is answered, and each message's text. Field
 * order, strings and numbers are the venue's. */
#include "sim/exchange_gate.h"

#include <string.h>

#include "base/str.h"

enum { VARIANT_WHOLE, VARIANT_DECIMAL }; /* sizes */
enum { RATE_PLACES = 6, MARK_PLACES = 2, NAME_BYTES = 64 };
enum { OWN_ACK_COUNT = 0 /* of a connection: acks are of two ages in turn */ };

enum wire_channel {
    WIRE_TRADES,
    WIRE_LIQUIDATES,
    WIRE_LIQUIDATES_ALL,
    WIRE_OBU_400,
    WIRE_OBU_50,
    WIRE_BOOK_UPDATE,
    WIRE_TICKERS,
    WIRE_CANDLES,
    WIRE_STATS,
    WIRE_BOOK_TICKER,
    WIRE_COUNT
};

static const struct exchange_channel channels[] = {
    [WIRE_TRADES] = {.tells = TELLS_TRADES, .name = "futures.trades"},
    [WIRE_LIQUIDATES] = {.tells = TELLS_LIQUIDATIONS, .name = "futures.public_liquidates"},
    [WIRE_LIQUIDATES_ALL] = {.tells = TELLS_LIQUIDATIONS,
                             .name = "futures.public_liquidates",
                             .all = true},
    [WIRE_OBU_400] = {.tells = TELLS_BOOK, .name = "futures.obu", .first = true, .level_max = 400},
    [WIRE_OBU_50] = {.tells = TELLS_BOOK, .name = "futures.obu", .first = true, .level_max = 50},
    [WIRE_BOOK_UPDATE] = {.tells = TELLS_BOOK, .name = "futures.order_book_update"},
    [WIRE_TICKERS] = {.tells = TELLS_TICKER, .name = "futures.tickers", .interval_ms = 1000},
    [WIRE_CANDLES] = {.tells = TELLS_KLINE, .name = "futures.candlesticks", .interval_ms = 1000},
    [WIRE_STATS] = {.tells = TELLS_TICKER, .name = "futures.contract_stats", .interval_ms = 60000},
    [WIRE_BOOK_TICKER] = {.tells = TELLS_TOUCH, .name = "futures.book_ticker"},
};
static_assert(ARRAY_COUNT(channels) == WIRE_COUNT, "a row each");

static const struct exchange_path paths[] = {{.path = "/v4/ws/usdt"}};

static bool spell(const char *base, char out[EXCHANGE_SYMBOL_BYTES]) {
    return str_format(out, EXCHANGE_SYMBOL_BYTES, "%s_USDT", base);
}

static void opened(struct exchange_server *server, struct exchange_conn *conn, const char *tail,
                   const struct server_request *request, struct wire *greeting) {
    (void)server;
    (void)tail;
    (void)greeting;
    conn->variant = strcmp(request->header, "1") == 0 ? VARIANT_DECIMAL : VARIANT_WHOLE;
}

/* -- subscriptions -- */

/* What one subscription asks for. */
struct wish {
    int channel; /* -1: none that is known */
    const struct exchange_symbol *symbol;
    const char *text; /* of the payload, for what is said of it */
    bool again;       /* asking twice is an error */
};

static const char *payload_at(const struct tree *request, int index) {
    const struct tree *e = tree_first(tree_member(request, "payload"));
    for (int i = 0; e != NULL && i < index; i++) {
        e = tree_next(e);
    }
    return tree_text(e) != NULL ? tree_text(e) : "";
}

static const struct exchange_symbol *find_symbol(const struct exchange_server *server,
                                                 const char *name) {
    return exchange_symbol_find(server, name, strlen(name), false);
}

/* "ob.BTC_USDT.400" */
static struct wish read_obu(const struct exchange_server *server, const char *text) {
    struct wish wish = {.channel = -1, .text = text, .again = true};
    const char *dot = strrchr(text, '.');
    if (strncmp(text, "ob.", 3) != 0 || dot == NULL || dot <= text + 3) {
        return wish;
    }
    wish.channel = strcmp(dot, ".400") == 0  ? WIRE_OBU_400
                   : strcmp(dot, ".50") == 0 ? WIRE_OBU_50
                                             : -1;
    wish.symbol = exchange_symbol_find(server, text + 3, (size_t)(dot - text) - 3, false);
    return wish;
}

/* The index-th contract of a request; false: there are no more. */
static bool read_wish(const struct exchange_server *server, const struct tree *request,
                      const char *channel, int index, struct wish *wish) {
    const char *text = payload_at(request, index);
    *wish = (struct wish){.channel = -1, .text = text};
    if (text[0] == '\0') {
        return false;
    }
    if (strcmp(channel, "futures.obu") == 0) {
        *wish = read_obu(server, text);
        return true;
    }
    if (strcmp(channel, "futures.candlesticks") == 0) {
        wish->channel = strcmp(text, "1m") == 0 ? WIRE_CANDLES : -1;
        wish->text = payload_at(request, 1);
        wish->symbol = find_symbol(server, wish->text);
        return index == 0;
    }
    wish->symbol = find_symbol(server, text);
    if (strcmp(channel, "futures.order_book_update") == 0) {
        wish->channel = strcmp(payload_at(request, 1), "100ms") == 0 ? WIRE_BOOK_UPDATE : -1;
        return index == 0;
    }
    if (strcmp(channel, "futures.contract_stats") == 0) {
        wish->channel = strcmp(payload_at(request, 1), "1m") == 0 ? WIRE_STATS : -1;
        return index == 0;
    }
    if (strcmp(channel, "futures.public_liquidates") == 0 && strcmp(text, "!all") == 0) {
        wish->channel = WIRE_LIQUIDATES_ALL;
        return true;
    }
    for (int i = 0; i < WIRE_COUNT && wish->channel < 0; i++) {
        wish->channel = strcmp(channels[i].name, channel) == 0 ? i : -1;
    }
    return true;
}

/* -- what is answered -- */

static void put_time(const struct exchange_server *server, struct wire *out) {
    exchange_put_integer(out, "{\"time\":", exchange_now_ms(server) / 1000);
    exchange_put_integer(out, ",\"time_ms\":", exchange_now_ms(server));
}

/* An ack as it is now, or as older servers had it. error: "" is none. */
static void put_ack(struct exchange_server *server, struct exchange_conn *conn,
                    const struct tree *request, const char *error, struct wire *out) {
    const bool full = conn->own[OWN_ACK_COUNT]++ % 2 == 0 || error[0] != '\0';
    const char *before = ",\"payload\":[";
    put_time(server, out);
    if (full) {
        wire_text(out, ",\"id\":");
        exchange_put_echo(out, tree_member(request, "id"));
        exchange_put_text(out, ",\"conn_id\":", "28838ac31473dcbb");
        exchange_put_text(out, ",\"trace_id\":", "789a534faf3c51651b7764b0ac63b4a8");
    }
    wire_text(out, ",\"channel\":");
    exchange_put_echo(out, tree_member(request, "channel"));
    wire_text(out, ",\"event\":");
    exchange_put_echo(out, tree_member(request, "event"));
    for (int i = 0; full && payload_at(request, i)[0] != '\0'; i++, before = ",") {
        wire_text(out, before);
        wire_quoted(out, payload_at(request, i));
    }
    wire_text(out, full && before[1] == '\0' ? "]" : "");
    if (error[0] != '\0') {
        wire_text(out, ",\"error\":{\"code\":2,\"message\":");
        wire_quoted(out, error);
        wire_text(out, "},\"result\":{\"status\":\"fail\"}");
    } else {
        wire_text(out, ",\"result\":{\"status\":\"success\"}");
    }
    if (full) {
        exchange_put_text(out, ",\"requestId\":", "789a534faf3c51651b7764b0ac63b4a8");
    }
    wire_text(out, "}");
}

static void put_tickers(const struct exchange_server *server, const struct exchange_symbol *symbol,
                        struct wire *out) {
    put_time(server, out);
    wire_text(out, ",\"channel\":\"futures.tickers\",\"event\":\"update\",\"result\":[");
    exchange_gate_put_ticker(server, symbol, out);
    wire_text(out, "}]}");
}

/* Tickers come before their ack, as data may. */
static void subscribe(struct exchange_server *server, struct exchange_conn *conn,
                      const struct tree *request, const char *channel, struct wire *reply) {
    struct wish wish;
    char error[NAME_BYTES * 2] = "";
    for (int i = 0; error[0] == '\0' && read_wish(server, request, channel, i, &wish); i++) {
        if (wish.channel < 0) {
            (void)str_format(error, sizeof error, "invalid argument %.64s", wish.text);
        } else if (wish.symbol == NULL && !channels[wish.channel].all) {
            (void)str_format(error, sizeof error, "unknown contract %.64s", wish.text);
        } else if (!exchange_subscribe(server, conn, wish.channel, wish.symbol) && wish.again) {
            (void)str_format(error, sizeof error, "Alert sub %.64s", wish.text);
        } else if (wish.channel == WIRE_TICKERS) {
            put_tickers(server, wish.symbol, reply);
            wire_text(reply, "\n");
        }
    }
    if (payload_at(request, 0)[0] == '\0') {
        (void)str_copy(error, sizeof error, "empty payload");
    }
    put_ack(server, conn, request, error, reply);
}

static void unsubscribe(struct exchange_server *server, struct exchange_conn *conn,
                        const struct tree *request, const char *channel, struct wire *reply) {
    struct wish wish;
    for (int i = 0; read_wish(server, request, channel, i, &wish); i++) {
        if (wish.channel >= 0 && (wish.symbol != NULL || channels[wish.channel].all)) {
            (void)exchange_unsubscribe(server, conn, wish.channel, wish.symbol);
        }
    }
    put_ack(server, conn, request, "", reply);
}

static void hear(struct exchange_server *server, struct exchange_conn *conn, const char *bytes,
                 size_t len, struct wire *reply) {
    enum status why = STATUS_OK;
    struct tree *request = tree_parse(bytes, len, &why);
    const char *channel = tree_text(tree_member(request, "channel"));
    const char *event = tree_text(tree_member(request, "event"));
    if (request == NULL || channel == NULL) {
        put_time(server, reply);
        wire_text(reply, ",\"channel\":\"\",\"event\":\"\",\"error\":{\"code\":1,\"message\":"
                         "\"invalid request\"},\"result\":null}");
    } else if (strcmp(channel, "futures.ping") == 0) {
        put_time(server, reply);
        wire_text(reply, ",\"channel\":\"futures.pong\",\"event\":\"\",\"result\":null}");
    } else if (event != NULL && strcmp(event, "subscribe") == 0) {
        subscribe(server, conn, request, channel, reply);
    } else if (event != NULL && strcmp(event, "unsubscribe") == 0) {
        unsubscribe(server, conn, request, channel, reply);
    } else {
        put_ack(server, conn, request, "unknown event", reply);
    }
    tree_destroy(request);
}

static void notice(struct exchange_server *server, struct wire *out) {
    put_time(server, out);
    wire_text(out, ",\"channel\":\"futures.system\",\"event\":\"update\",\"result\":{\"type\":"
                   "\"upgrade\",\"msg\":\"The connection will soon be closed for a service "
                   "upgrade. Please reconnect.\"}}");
}

/* -- pieces of messages -- */

void exchange_gate_put_size(struct wire *out, const char *before, int64_t lots, bool decimal) {
    if (decimal) {
        exchange_put_fixed(out, before, lots, 1);
    } else {
        exchange_put_integer(out, before, lots / GATE_LOTS_A_CONTRACT);
    }
}

void exchange_gate_put_levels(struct wire *out, const struct ladder_level *levels, size_t count,
                              bool decimal) {
    wire_text(out, "[");
    for (size_t i = 0; i < count; i++) {
        exchange_put_fixed(out, i > 0 ? ",{\"p\":" : "{\"p\":", levels[i].ticks, 1);
        exchange_gate_put_size(out, ",\"s\":", levels[i].lots, decimal);
        wire_text(out, "}");
    }
    wire_text(out, "]");
}

void exchange_gate_put_ticker(const struct exchange_server *server,
                              const struct exchange_symbol *symbol, struct wire *out) {
    struct exchange_ticker ticker;
    exchange_ticker_get(server, symbol, &ticker);
    exchange_put_text(out, "{\"contract\":", symbol->name);
    exchange_put_fixed(out, ",\"last\":", ticker.last_ticks, 1);
    exchange_put_text(out, ",\"change_percentage\":", "0.77");
    exchange_put_rounded(out, ",\"funding_rate\":", ticker.funding_rate, RATE_PLACES);
    exchange_put_rounded(out, ",\"funding_rate_indicative\":", ticker.funding_rate, RATE_PLACES);
    exchange_put_rounded(out, ",\"mark_price\":", ticker.mark, MARK_PLACES);
    exchange_put_rounded(out, ",\"index_price\":", ticker.index, MARK_PLACES);
    exchange_put_fixed(out, ",\"total_size\":", ticker.oi_lots, 1);
    wire_text(out, ",\"volume_24h\":\"745487577\",\"volume_24h_btc\":\"117\",\"volume_24h_usd\":"
                   "\"419950\",\"quanto_base_rate\":\"\",\"volume_24h_quote\":\"1665006\","
                   "\"volume_24h_settle\":\"178\",\"volume_24h_base\":\"5526\"");
    exchange_put_fixed(out, ",\"low_24h\":", ticker.bid_ticks, 1);
    exchange_put_fixed(out, ",\"high_24h\":", ticker.ask_ticks, 1);
    exchange_put_integer(out, ",\"funding_next_apply\":", ticker.next_funding_ms / 1000);
}

static void begin_update(const struct exchange_words *words, struct wire *out) {
    exchange_put_integer(out, "{\"time\":", words->now_ms / 1000);
    exchange_put_integer(out, ",\"time_ms\":", words->now_ms);
    exchange_put_text(out, ",\"channel\":", channels[words->channel].name);
    wire_text(out, ",\"event\":\"update\",\"result\":");
}

/* -- the writers -- */

static void write_trades(const struct exchange_words *words, const struct exchange_trade *rows,
                         size_t count, struct wire *out) {
    wire_text(out, "{\"channel\":\"futures.trades\",\"event\":\"update\"");
    exchange_put_integer(out, ",\"time\":", words->now_ms / 1000);
    exchange_put_integer(out, ",\"time_ms\":", words->now_ms);
    wire_text(out, rows[0].id % 2 == 0 ? ",\"error\":null,\"result\":[" : ",\"result\":[");
    for (size_t i = 0; i < count; i++) {
        const int64_t lots = rows[i].side == SIDE_SELL ? -rows[i].qty_lots : rows[i].qty_lots;
        exchange_gate_put_size(out, i > 0 ? ",{\"size\":" : "{\"size\":", lots,
                               words->variant == VARIANT_DECIMAL);
        exchange_put_integer(out, ",\"id\":", rows[i].id);
        exchange_put_integer(out, ",\"create_time\":", rows[i].ts_ms / 1000);
        exchange_put_integer(out, ",\"create_time_ms\":", rows[i].ts_ms);
        exchange_put_fixed(out, ",\"price\":", rows[i].price_ticks, 1);
        exchange_put_text(out, ",\"contract\":", rows[i].symbol->name);
        wire_text(out, "}");
    }
    wire_text(out, "]}");
}

/* The order's price and size: a long is closed by a sell order, whose size is negative. */
static void write_liquidations(const struct exchange_words *words,
                               const struct exchange_liquidation *rows, size_t count,
                               struct wire *out) {
    const bool decimal = words->variant == VARIANT_DECIMAL;
    wire_text(out, "{\"channel\":\"futures.public_liquidates\",\"event\":\"update\"");
    exchange_put_integer(out, ",\"time\":", words->now_ms / 1000);
    exchange_put_integer(out, ",\"time_ms\":", words->now_ms);
    wire_text(out, ",\"result\":[");
    for (size_t i = 0; i < count; i++) {
        const int64_t lots = rows[i].position == POS_LONG ? -rows[i].qty_lots : rows[i].qty_lots;
        exchange_put_fixed(out, i > 0 ? ",{\"price\":" : "{\"price\":", rows[i].bankruptcy_ticks,
                           1);
        exchange_gate_put_size(out, ",\"size\":", lots, decimal);
        exchange_put_integer(out, ",\"time\":", decimal ? rows[i].ts_ms : rows[i].ts_ms / 1000);
        exchange_put_text(out, ",\"contract\":", rows[i].symbol->name);
        wire_text(out, "}");
    }
    wire_text(out, "]}");
}

/* [["p","s"],…]; a side that does not change is left out of a change. */
static void put_obu_side(struct wire *out, const char *name, const struct exchange_book *book,
                         int side, bool decimal) {
    if (!book->snapshot && book->count[side] == 0) {
        return;
    }
    wire_text(out, name);
    for (size_t i = 0; i < book->count[side]; i++) {
        exchange_put_fixed(out, i > 0 ? ",[" : "[", book->levels[side][i].ticks, 1);
        exchange_gate_put_size(out, ",", book->levels[side][i].lots, decimal);
        wire_text(out, "]");
    }
    wire_text(out, "]");
}

/* Changes come without time and event, as the venue's do at times. */
static void write_obu(const struct exchange_words *words, const struct exchange_book *book,
                      struct wire *out) {
    const bool decimal = words->variant == VARIANT_DECIMAL;
    if (book->snapshot) {
        begin_update(words, out);
    } else {
        wire_text(out, "{\"channel\":\"futures.obu\",\"result\":");
    }
    exchange_put_integer(out, "{\"t\":", book->ts_ms);
    wire_text(out, book->snapshot ? ",\"full\":true" : "");
    wire_text(out, ",\"s\":\"ob.");
    wire_text(out, words->symbol->name);
    wire_text(out, words->channel == WIRE_OBU_400 ? ".400\"" : ".50\"");
    if (!book->snapshot) {
        exchange_put_integer(out, ",\"U\":", book->first_id);
    }
    exchange_put_integer(out, ",\"u\":", book->last_id);
    put_obu_side(out, ",\"b\":[", book, 0, decimal);
    put_obu_side(out, ",\"a\":[", book, 1, decimal);
    wire_text(out, "}");
    if (!book->snapshot) {
        exchange_put_integer(out, ",\"time_ms\":", words->now_ms);
    }
    wire_text(out, "}");
}

static void write_book(const struct exchange_words *words, const struct exchange_book *book,
                       struct wire *out) {
    const bool decimal = words->variant == VARIANT_DECIMAL;
    if (words->channel != WIRE_BOOK_UPDATE) {
        write_obu(words, book, out);
        return;
    }
    begin_update(words, out);
    exchange_put_integer(out, "{\"t\":", book->ts_ms);
    wire_text(out, book->snapshot ? ",\"full\":true" : "");
    exchange_put_text(out, ",\"s\":", words->symbol->name);
    exchange_put_integer(out, ",\"U\":", book->first_id);
    exchange_put_integer(out, ",\"u\":", book->last_id);
    wire_text(out, ",\"b\":");
    exchange_gate_put_levels(out, book->levels[0], book->count[0], decimal);
    wire_text(out, ",\"a\":");
    exchange_gate_put_levels(out, book->levels[1], book->count[1], decimal);
    exchange_put_text(out, ",\"l\":", "100");
    wire_text(out, "}}");
}

static void write_stats(const struct exchange_words *words, const struct exchange_ticker *ticker,
                        struct wire *out) {
    begin_update(words, out);
    exchange_put_integer(out, "{\"time\":", words->now_ms / 60000 * 60);
    exchange_put_text(out, ",\"contract\":", words->symbol->name);
    exchange_put_rounded_number(out, ",\"mark_price\":", ticker->mark, MARK_PLACES);
    wire_text(out, ",\"lsr_taker\":0,\"lsr_account\":1.97,\"long_liq_size\":\"0.5\","
                   "\"long_liq_amount\":0,\"long_liq_usd\":0,\"short_liq_size\":\"0.2\","
                   "\"short_liq_amount\":0,\"short_liq_usd\":0");
    exchange_put_fixed(out, ",\"open_interest\":", ticker->oi_lots, 1);
    exchange_put_rounded_number(out, ",\"open_interest_usd\":", ticker->oi_usd, 0);
    wire_text(out, ",\"top_lsr_account\":1.19,\"top_lsr_size\":0.83}}");
}

static void write_ticker(const struct exchange_words *words, const struct exchange_ticker *ticker,
                         struct wire *out) {
    const bool decimal = words->variant == VARIANT_DECIMAL;
    if (words->channel == WIRE_TICKERS) {
        put_tickers(words->server, words->symbol, out);
        return;
    }
    if (words->channel == WIRE_STATS) {
        write_stats(words, ticker, out);
        return;
    }
    begin_update(words, out);
    exchange_put_integer(out, "{\"t\":", words->now_ms);
    exchange_put_integer(out, ",\"u\":", ticker->book_id);
    exchange_put_text(out, ",\"s\":", words->symbol->name);
    exchange_put_fixed(out, ",\"b\":", ticker->bid_ticks, 1);
    exchange_gate_put_size(out, ",\"B\":", ticker->bid_lots, decimal);
    exchange_put_fixed(out, ",\"a\":", ticker->ask_ticks, 1);
    exchange_gate_put_size(out, ",\"A\":", ticker->ask_lots, decimal);
    wire_text(out, "}}");
}

static void write_kline(const struct exchange_words *words, const struct exchange_kline *kline,
                        bool closed, struct wire *out) {
    begin_update(words, out);
    exchange_put_integer(out, "[{\"t\":", kline->open_ms / 1000);
    exchange_gate_put_size(out, ",\"v\":", kline->volume_lots, words->variant == VARIANT_DECIMAL);
    exchange_put_fixed(out, ",\"c\":", kline->close, 1);
    exchange_put_fixed(out, ",\"h\":", kline->high, 1);
    exchange_put_fixed(out, ",\"l\":", kline->low, 1);
    exchange_put_fixed(out, ",\"o\":", kline->open, 1);
    wire_text(out, ",\"n\":\"1m_");
    wire_text(out, words->symbol->name);
    exchange_put_fixed(out, "\",\"a\":", kline->volume_lots, 3);
    wire_text(out, closed ? ",\"w\":true}]}" : ",\"w\":false}]}");
}

/* -- one thing wrong -- */

static bool write_odd(const struct exchange_words *words, enum exchange_odd odd, struct wire *out) {
    static const char *const rows[ODD_COUNT] = {
        [ODD_TYPES] = "\"size\":{},\"id\":[],\"create_time_ms\":\"soon\",\"price\":null",
        [ODD_SIDE] = "\"size\":\"0\",\"id\":1,\"price\":\"100000.0\"",
        [ODD_POSITION] = "\"price\":\"100000.0\",\"size\":\"0\"",
        [ODD_SYMBOL] = "\"size\":\"777.7\",\"id\":1,\"price\":\"100000.0\"",
        [ODD_NUMBERS] = "\"size\":\"NaN\",\"id\":1e999,\"price\":\"-1\"",
        [ODD_KEYS] = "\"size\":\"\",\"size\":\"777.7\",\"id\":1,\"price\":{},\"price\":\"1.0\"",
    };
    const bool forced = odd == ODD_POSITION;
    exchange_put_text(out,
                      "{\"channel\":", forced ? "futures.public_liquidates" : "futures.trades");
    exchange_put_integer(out, ",\"event\":\"update\",\"time_ms\":", words->now_ms);
    wire_text(out, ",\"result\":[{");
    wire_text(out, rows[odd]);
    if (odd != ODD_TYPES) {
        exchange_put_integer(out, forced ? ",\"time\":" : ",\"create_time_ms\":", words->now_ms);
        exchange_put_text(
            out, ",\"contract\":", odd == ODD_SYMBOL ? "NOSUCH_USDT" : words->symbol->name);
    }
    wire_text(out, "}]}");
    return true;
}

const struct exchange_dialect exchange_gate = {
    .venue = VENUE_GATE,
    .header = "x-gate-size-decimal:",
    .paths = paths,
    .path_count = ARRAY_COUNT(paths),
    .channels = channels,
    .channel_count = ARRAY_COUNT(channels),
    .forced = FORCED_ALL,
    .forced_ms = 1000,
    .forced_rows_max = 20,
    .trade_rows_max = 10,
    .ping_frame_ms = 10 * 1000,
    .idle = IDLE_BYTES,
    .idle_ms = 60 * 1000,
    .notice_ms = 5 * 1000,
    .rest_weight_max = 1200, /* 200 an endpoint, of which we count six */
    .rest_window_ms = 10 * 1000,
    .spell = spell,
    .opened = opened,
    .hear = hear,
    .notice = notice,
    .trades = write_trades,
    .liquidations = write_liquidations,
    .book = write_book,
    .ticker = write_ticker,
    .kline = write_kline,
    .odd = write_odd,
    .routes = exchange_gate_routes,
    .route_count = EXCHANGE_GATE_ROUTES,
    .refuse = exchange_gate_refuse,
};
