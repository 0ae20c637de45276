/* Deribit's streams: what can be subscribed to, what is answered, and each message's text. Field
 * order is the venue's; numbers are numbers. */
#include "sim/exchange_deribit.h"

#include <assert.h>
#include <string.h>

#include "base/str.h"
#include "sim/market.h"

enum kind {
    KIND_TRADES,
    KIND_ALL_TRADES,
    KIND_BOOK,
    KIND_BOOK_TOP,
    KIND_TICKER,
    KIND_PERPETUAL,
    KIND_CHART,
    KIND_QUOTE,
    KIND_COUNT
};
enum { RATE_PLACES = 8, MARK_PLACES = 2, CONTRACT_USD = 10, TOP_LEVELS = 20 };

/* Of a connection. */
enum { OWN_INTERVAL_MS, OWN_BEAT_MS, OWN_BEATS, OWN_TEST_MS, OWN_CREDITS_USED, OWN_CREDITS_MS };
enum { CREDITS_MAX = 30000, CREDITS_SUBSCRIBE = 3000, CREDITS_A_SECOND = 10000 };

/* What stands before and behind the instrument's name. */
static const struct {
    const char *before, *behind;
} affixes[KIND_COUNT] = {
    [KIND_TRADES] = {"trades.", ".100ms"},  [KIND_ALL_TRADES] = {"trades.future.any.100ms", ""},
    [KIND_BOOK] = {"book.", ".100ms"},      [KIND_BOOK_TOP] = {"book.", ".none.20.100ms"},
    [KIND_TICKER] = {"ticker.", ".100ms"},  [KIND_PERPETUAL] = {"perpetual.", ".100ms"},
    [KIND_CHART] = {"chart.trades.", ".1"}, [KIND_QUOTE] = {"quote.", ""},
};

#define MARGIN_ROWS                                                                                \
    {.tells = TELLS_TRADES, .name = "trades"},                                                     \
        {.tells = TELLS_TRADES, .name = "trades.future.any.100ms", .all = true},                   \
        {.tells = TELLS_BOOK, .name = "book", .first = true},                                      \
        {.tells = TELLS_BOOK,                                                                      \
         .name = "book.none.20",                                                                   \
         .first = true,                                                                            \
         .whole = true,                                                                            \
         .level_max = TOP_LEVELS},                                                                 \
        {.tells = TELLS_TICKER, .name = "ticker", .first = true},                                  \
        {.tells = TELLS_TICKER, .name = "perpetual", .interval_ms = 1000},                         \
        {.tells = TELLS_KLINE, .name = "chart.trades", .interval_ms = 1000}, {                     \
        .tells = TELLS_TOUCH, .name = "quote", .first = true                                       \
    }
/* Those of inverse contracts, then those of linear ones, in the order of enum kind. */
static const struct exchange_channel channels[] = {MARGIN_ROWS, MARGIN_ROWS};
static_assert(ARRAY_COUNT(channels) == 2 * KIND_COUNT, "a row each");

static const struct exchange_path paths[] = {{.path = "/ws/api/v2"}};

/* -- instruments -- */

static bool spell(const char *base, char out[EXCHANGE_SYMBOL_BYTES]) {
    return str_format(out, EXCHANGE_SYMBOL_BYTES, "%s-PERPETUAL", base);
}

const struct exchange_symbol *exchange_deribit_find(const struct exchange_server *server,
                                                    const char *name, size_t len, bool *linear) {
    static const char end[] = "_USDC-PERPETUAL";
    const size_t end_len = sizeof end - 1;
    char inverse[EXCHANGE_SYMBOL_BYTES];
    *linear = len > end_len && memcmp(name + len - end_len, end, end_len) == 0;
    if (!*linear) {
        return exchange_symbol_find(server, name, len, false);
    }
    return str_format(inverse, sizeof inverse, "%.*s-PERPETUAL", (int)(len - end_len), name)
               ? exchange_symbol_find(server, inverse, strlen(inverse), false)
               : NULL;
}

void exchange_deribit_put_name(struct wire *out, const char *before,
                               const struct exchange_symbol *symbol, bool linear) {
    wire_text(out, before);
    wire_text(out, "\"");
    wire_text(out, symbol->base);
    wire_text(out, linear ? "_USDC-PERPETUAL\"" : "-PERPETUAL\"");
}

void exchange_deribit_put_amount(struct wire *out, const char *before, int64_t price_ticks,
                                 int64_t lots, bool linear) {
    if (linear) {
        exchange_put_fixed_number(out, before, lots, 3);
    } else {
        const int64_t contracts = exchange_contracts(price_ticks, lots, CONTRACT_USD);
        exchange_put_fixed_number(out, before, contracts * CONTRACT_USD * 10, 1);
    }
}

/* -- JSON-RPC -- */

/* {"jsonrpc":"2.0","id":3, */
static void begin_reply(struct wire *out, const struct tree *request) {
    wire_text(out, "{\"jsonrpc\":\"2.0\"");
    if (tree_member(request, "id") != NULL) {
        wire_text(out, ",\"id\":");
        exchange_put_echo(out, tree_member(request, "id"));
    }
    wire_text(out, ",");
}

static void end_reply(const struct exchange_server *server, struct wire *out) {
    const int64_t now_us = exchange_now_ms(server) * 1000;
    exchange_put_integer(out, ",\"usIn\":", now_us);
    exchange_put_integer(out, ",\"usOut\":", now_us + 150);
    wire_text(out, ",\"usDiff\":150,\"testnet\":false}");
}

static void put_error(const struct exchange_server *server, const struct tree *request, int code,
                      const char *message, struct wire *out) {
    begin_reply(out, request);
    exchange_put_integer(out, "\"error\":{\"code\":", code);
    exchange_put_text(out, ",\"message\":", message);
    wire_text(out, "}");
    end_reply(server, out);
}

/* The channel of a name and its symbol (NULL: of all); -1: none. */
static int read_channel(const struct exchange_server *server, const char *name,
                        const struct exchange_symbol **symbol) {
    const size_t len = strlen(name);
    bool linear = false;
    *symbol = NULL;
    for (int i = 0; i < KIND_COUNT; i++) {
        const size_t before = strlen(affixes[i].before), behind = strlen(affixes[i].behind);
        if (i == KIND_ALL_TRADES && strcmp(name, affixes[i].before) == 0) {
            return i;
        }
        if (i == KIND_ALL_TRADES || len <= before + behind ||
            memcmp(name, affixes[i].before, before) != 0 ||
            memcmp(name + len - behind, affixes[i].behind, behind) != 0) {
            continue;
        }
        *symbol = exchange_deribit_find(server, name + before, len - before - behind, &linear);
        if (*symbol != NULL) {
            return i + (linear ? KIND_COUNT : 0);
        }
    }
    return -1;
}

/* False: too many requests at once. */
static bool spend_credits(const struct exchange_server *server, struct exchange_conn *conn) {
    const int64_t now_ms = exchange_rule_ms(server);
    const int64_t back = (now_ms - conn->own[OWN_CREDITS_MS]) * CREDITS_A_SECOND / 1000;
    const int64_t used = conn->own[OWN_CREDITS_USED] - back;
    conn->own[OWN_CREDITS_MS] = now_ms;
    conn->own[OWN_CREDITS_USED] = used > 0 ? used : 0;
    if (conn->own[OWN_CREDITS_USED] + CREDITS_SUBSCRIBE > CREDITS_MAX) {
        return false;
    }
    conn->own[OWN_CREDITS_USED] += CREDITS_SUBSCRIBE;
    return true;
}

/* What is not granted is not listed. */
static void change(struct exchange_server *server, struct exchange_conn *conn,
                   const struct tree *request, bool adds, struct wire *reply) {
    const struct tree *names = tree_member(tree_member(request, "params"), "channels");
    const struct exchange_symbol *symbol = NULL;
    bool written = false;
    if (!tree_is_array(names)) {
        put_error(server, request, -32602, "Invalid params", reply);
        return;
    }
    if (adds && !spend_credits(server, conn)) {
        put_error(server, request, 10028, "too_many_requests", reply);
        return;
    }
    begin_reply(reply, request);
    wire_text(reply, "\"result\":[");
    for (const struct tree *e = tree_first(names); e != NULL; e = tree_next(e)) {
        const int channel = tree_text(e) != NULL ? read_channel(server, tree_text(e), &symbol) : -1;
        if (channel < 0) {
            continue;
        }
        if (adds) {
            (void)exchange_subscribe(server, conn, channel, symbol);
        } else {
            (void)exchange_unsubscribe(server, conn, channel, symbol);
        }
        wire_text(reply, written ? "," : "");
        wire_quoted(reply, tree_text(e));
        written = true;
    }
    wire_text(reply, "]");
    end_reply(server, reply);
}

static void set_heartbeat(struct exchange_server *server, struct exchange_conn *conn,
                          const struct tree *request, struct wire *reply) {
    int64_t interval_s = 0;
    (void)tree_integer(tree_member(tree_member(request, "params"), "interval"), &interval_s);
    if (interval_s < 10 || interval_s > 3600) {
        put_error(server, request, -32602, "Invalid params", reply);
        return;
    }
    conn->own[OWN_INTERVAL_MS] = interval_s * 1000;
    conn->own[OWN_BEAT_MS] = exchange_rule_ms(server);
    conn->own[OWN_TEST_MS] = 0;
    begin_reply(reply, request);
    wire_text(reply, "\"result\":\"ok\"");
    end_reply(server, reply);
}

static void hear(struct exchange_server *server, struct exchange_conn *conn, const char *bytes,
                 size_t len, struct wire *reply) {
    enum status why = STATUS_OK;
    struct tree *request = tree_parse(bytes, len, &why);
    const char *method = tree_text(tree_member(request, "method"));
    if (request == NULL || method == NULL) {
        put_error(server, request, request == NULL ? -32700 : -32600,
                  request == NULL ? "Parse error" : "Invalid Request", reply);
    } else if (strcmp(method, "public/subscribe") == 0) {
        change(server, conn, request, true, reply);
    } else if (strcmp(method, "public/unsubscribe") == 0) {
        change(server, conn, request, false, reply);
    } else if (strcmp(method, "public/set_heartbeat") == 0) {
        set_heartbeat(server, conn, request, reply);
    } else if (strcmp(method, "public/test") == 0) {
        conn->own[OWN_TEST_MS] = 0;
        begin_reply(reply, request);
        wire_text(reply, "\"result\":{\"version\":\"1.2.26\"}");
        end_reply(server, reply);
    } else {
        put_error(server, request, -32601, "Method not found", reply);
    }
    tree_destroy(request);
}

/* Every interval, in turn: that it lives, and whether the client does. Who has not answered by the
 * next one is cut. */
static void keep(struct exchange_server *server, struct exchange_conn *conn, int64_t rule_ms,
                 struct wire *out) {
    const int64_t interval_ms = conn->own[OWN_INTERVAL_MS];
    (void)server;
    if (interval_ms == 0 || rule_ms - conn->own[OWN_BEAT_MS] < interval_ms) {
        return;
    }
    if (conn->own[OWN_TEST_MS] != 0) {
        exchange_conn_end(conn, 0);
        return;
    }
    conn->own[OWN_BEAT_MS] = rule_ms;
    const bool tests = conn->own[OWN_BEATS]++ % 2 == 1;
    conn->own[OWN_TEST_MS] = tests ? rule_ms : 0;
    exchange_put_text(out, "{\"jsonrpc\":\"2.0\",\"method\":\"heartbeat\",\"params\":{\"type\":",
                      tests ? "test_request" : "heartbeat");
    wire_text(out, "}}");
}

/* -- pieces of messages -- */

static bool is_linear(const struct exchange_words *words) {
    return words->channel >= KIND_COUNT;
}

/* {"jsonrpc":"2.0","method":"subscription","params":{"channel":"trades.BTC-PERPETUAL.100ms","data":
 */
static void begin_push(const struct exchange_words *words, struct wire *out) {
    const int kind = words->channel % KIND_COUNT;
    wire_text(out, "{\"jsonrpc\":\"2.0\",\"method\":\"subscription\",\"params\":{\"channel\":\"");
    wire_text(out, affixes[kind].before);
    if (kind != KIND_ALL_TRADES) {
        wire_text(out, words->symbol->base);
        wire_text(out, is_linear(words) ? "_USDC-PERPETUAL" : "-PERPETUAL");
    }
    wire_text(out, affixes[kind].behind);
    wire_text(out, "\",\"data\":");
}

static void end_push(struct wire *out) {
    wire_text(out, "}}");
}

/* A forced order takes as a rule (T). Every fourth one is the maker's (M), whom somebody hit from
 * the other side. */
void exchange_deribit_put_trade(struct wire *out, const struct exchange_trade *trade,
                                const struct exchange_ticker *ticker, bool linear) {
    const bool forced = trade->liquidated != POS_NONE;
    const bool maker = forced && trade->id % 4 == 0;
    const bool sells = (trade->side == SIDE_SELL) != maker;
    exchange_put_integer(out, "{\"trade_seq\":", trade->id);
    exchange_put_fixed(out, ",\"trade_id\":", trade->id, 0);
    exchange_put_integer(out, ",\"timestamp\":", trade->ts_ms);
    exchange_put_fixed_number(out, ",\"tick_direction\":2,\"price\":", trade->price_ticks, 1);
    exchange_put_rounded_number(out, ",\"mark_price\":", ticker->mark, MARK_PLACES);
    if (forced) {
        exchange_put_text(out, ",\"liquidation\":", maker ? "M" : "T");
    }
    exchange_deribit_put_name(out, ",\"instrument_name\":", trade->symbol, linear);
    exchange_put_rounded_number(out, ",\"index_price\":", ticker->index, MARK_PLACES);
    exchange_put_text(out, ",\"direction\":", sells ? "sell" : "buy");
    exchange_deribit_put_amount(out, ",\"amount\":", trade->price_ticks, trade->qty_lots, linear);
    if (!linear) {
        exchange_put_fixed_number(
            out, ",\"contracts\":",
            exchange_contracts(trade->price_ticks, trade->qty_lots, CONTRACT_USD) * 10, 1);
    }
    wire_text(out, "}");
}

static void put_touch(struct wire *out, const struct exchange_ticker *ticker, bool linear) {
    exchange_put_fixed_number(out, ",\"best_bid_price\":", ticker->bid_ticks, 1);
    exchange_deribit_put_amount(out, ",\"best_bid_amount\":", ticker->bid_ticks, ticker->bid_lots,
                                linear);
    exchange_put_fixed_number(out, ",\"best_ask_price\":", ticker->ask_ticks, 1);
    exchange_deribit_put_amount(out, ",\"best_ask_amount\":", ticker->ask_ticks, ticker->ask_lots,
                                linear);
}

void exchange_deribit_put_ticker(struct wire *out, const struct exchange_symbol *symbol,
                                 const struct exchange_ticker *ticker, int64_t now_ms,
                                 bool linear) {
    exchange_put_integer(out, "\"timestamp\":", now_ms);
    wire_text(out, ",\"stats\":{\"volume_usd\":0.0,\"volume\":0.0,\"price_change\":null,\"low\":"
                   "null,\"high\":null},\"state\":\"open\"");
    if (linear) {
        exchange_put_fixed_number(out, ",\"open_interest\":", ticker->oi_lots, 3);
    } else {
        exchange_put_rounded_number(out, ",\"open_interest\":", ticker->oi_usd, 0);
    }
    exchange_put_rounded_number(out, ",\"mark_price\":", ticker->mark, MARK_PLACES);
    exchange_put_fixed_number(out, ",\"last_price\":", ticker->last_ticks, 1);
    exchange_deribit_put_name(out, ",\"instrument_name\":", symbol, linear);
    exchange_put_rounded_number(out, ",\"index_price\":", ticker->index, MARK_PLACES);
    exchange_put_rounded_number(out, ",\"funding_8h\":", ticker->funding_rate, RATE_PLACES);
    exchange_put_rounded_number(out, ",\"estimated_delivery_price\":", ticker->index, MARK_PLACES);
    exchange_put_rounded_number(out, ",\"current_funding\":", ticker->funding_rate, RATE_PLACES);
    put_touch(out, ticker, linear);
}

void exchange_deribit_put_levels(struct wire *out, const char *before,
                                 const struct ladder_level *levels, size_t count, bool linear) {
    wire_text(out, before);
    wire_text(out, "[");
    for (size_t i = 0; i < count; i++) {
        exchange_put_fixed_number(out, i > 0 ? ",[" : "[", levels[i].ticks, 1);
        exchange_deribit_put_amount(out, ",", levels[i].ticks, levels[i].lots, linear);
        wire_text(out, "]");
    }
    wire_text(out, "]");
}

/* Whether something rests at a price; levels stand from the touch outwards. */
static bool is_resting(const struct ladder *ladder, int side, int64_t ticks) {
    size_t low = 0, high = ladder->count[side];
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int64_t at = ladder->levels[side][middle].ticks;
        if (at == ticks) {
            return true;
        }
        if (side == 0 ? at > ticks : at < ticks) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return false;
}

/* [["new" | "change" | "delete",price,amount],…]; whether a price is new, the venue knows by the
 * book before. */
static void put_changes(struct wire *out, const char *before, const struct exchange_book *book,
                        int side, bool linear) {
    wire_text(out, before);
    wire_text(out, "[");
    for (size_t i = 0; i < book->count[side]; i++) {
        const struct ladder_level *level = &book->levels[side][i];
        const bool known = book->before != NULL && is_resting(book->before, side, level->ticks);
        exchange_put_text(out, i > 0 ? ",[" : "[",
                          level->lots == 0 ? "delete" : (known ? "change" : "new"));
        exchange_put_fixed_number(out, ",", level->ticks, 1);
        exchange_deribit_put_amount(out, ",", level->ticks, level->lots, linear);
        wire_text(out, "]");
    }
    wire_text(out, "]");
}

/* -- the writers -- */

static void write_trades(const struct exchange_words *words, const struct exchange_trade *rows,
                         size_t count, struct wire *out) {
    struct exchange_ticker ticker;
    begin_push(words, out);
    wire_text(out, "[");
    for (size_t i = 0; i < count; i++) {
        exchange_ticker_get(words->server, rows[i].symbol, &ticker);
        wire_text(out, i > 0 ? "," : "");
        exchange_deribit_put_trade(out, &rows[i], &ticker, is_linear(words));
    }
    wire_text(out, "]");
    end_push(out);
}

/* Some changes do not say that they are one. */
static void write_changes(const struct exchange_words *words, const struct exchange_book *book,
                          struct wire *out) {
    const bool linear = is_linear(words);
    wire_text(out, book->snapshot            ? "{\"type\":\"snapshot\",\"timestamp\":"
                   : book->last_id % 16 == 0 ? "{\"timestamp\":"
                                             : "{\"type\":\"change\",\"timestamp\":");
    wire_integer(out, book->ts_ms);
    if (!book->snapshot) {
        exchange_put_integer(out, ",\"prev_change_id\":", book->prev_id);
    }
    exchange_deribit_put_name(out, ",\"instrument_name\":", words->symbol, linear);
    exchange_put_integer(out, ",\"change_id\":", book->last_id);
    put_changes(out, ",\"bids\":", book, 0, linear);
    put_changes(out, ",\"asks\":", book, 1, linear);
    wire_text(out, "}");
}

static void write_book(const struct exchange_words *words, const struct exchange_book *book,
                       struct wire *out) {
    const bool linear = is_linear(words);
    begin_push(words, out);
    if (words->channel % KIND_COUNT == KIND_BOOK) {
        write_changes(words, book, out);
    } else {
        exchange_put_integer(out, "{\"timestamp\":", book->ts_ms);
        exchange_deribit_put_name(out, ",\"instrument_name\":", words->symbol, linear);
        exchange_put_integer(out, ",\"change_id\":", book->last_id);
        exchange_deribit_put_levels(out, ",\"bids\":", book->levels[0], book->count[0], linear);
        exchange_deribit_put_levels(out, ",\"asks\":", book->levels[1], book->count[1], linear);
        wire_text(out, "}");
    }
    end_push(out);
}

static void write_quote(const struct exchange_words *words, const struct exchange_ticker *ticker,
                        struct wire *out) {
    const bool linear = is_linear(words);
    exchange_put_integer(out, "{\"timestamp\":", words->now_ms);
    exchange_deribit_put_name(out, ",\"instrument_name\":", words->symbol, linear);
    put_touch(out, ticker, linear);
}

static void write_ticker(const struct exchange_words *words, const struct exchange_ticker *ticker,
                         struct wire *out) {
    const int kind = words->channel % KIND_COUNT;
    begin_push(words, out);
    if (kind == KIND_PERPETUAL) {
        exchange_put_integer(out, "{\"timestamp\":", words->now_ms);
        exchange_put_rounded_number(out, ",\"interest\":", ticker->funding_rate, RATE_PLACES);
        exchange_put_rounded_number(out, ",\"index_price\":", ticker->index, MARK_PLACES);
    } else if (kind == KIND_QUOTE) {
        write_quote(words, ticker, out);
    } else {
        wire_text(out, "{");
        exchange_deribit_put_ticker(out, words->symbol, ticker, words->now_ms, is_linear(words));
    }
    wire_text(out, "}");
    end_push(out);
}

static void write_kline(const struct exchange_words *words, const struct exchange_kline *kline,
                        bool closed, struct wire *out) {
    (void)closed; /* the venue does not say */
    begin_push(words, out);
    exchange_put_fixed_number(out, "{\"volume\":", kline->volume_lots, 3);
    exchange_put_integer(out, ",\"tick\":", kline->open_ms);
    exchange_put_fixed_number(out, ",\"open\":", kline->open, 1);
    exchange_put_fixed_number(out, ",\"low\":", kline->low, 1);
    exchange_put_fixed_number(out, ",\"high\":", kline->high, 1);
    exchange_put_rounded_number(out, ",\"cost\":", kline->volume_usd, 2);
    exchange_put_fixed_number(out, ",\"close\":", kline->close, 1);
    wire_text(out, "}");
    end_push(out);
}

/* -- one thing wrong -- */

static bool write_odd(const struct exchange_words *words, enum exchange_odd odd, struct wire *out) {
    static const char *const rows[ODD_COUNT] = {
        [ODD_TYPES] = "\"direction\":7,\"amount\":{},\"price\":[],\"timestamp\":\"soon\"",
        [ODD_SIDE] = "\"direction\":\"neither\",\"amount\":777700.0,\"price\":100000.0",
        [ODD_POSITION] = "\"direction\":\"up\",\"amount\":777700.0,\"price\":100000.0,"
                         "\"liquidation\":\"T\"",
        [ODD_SYMBOL] = "\"direction\":\"buy\",\"amount\":777700.0,\"price\":100000.0",
        [ODD_NUMBERS] = "\"direction\":\"buy\",\"amount\":NaN,\"price\":1e999",
        [ODD_KEYS] = "\"direction\":\"buy\",\"direction\":\"sell\",\"amount\":null,\"amount\":"
                     "7.777,\"price\":1.0",
    };
    const char *name = odd == ODD_SYMBOL ? "NOSUCH-PERPETUAL" : words->symbol->name;
    wire_text(out, "{\"jsonrpc\":\"2.0\",\"method\":\"subscription\",\"params\":{\"channel\":"
                   "\"trades.");
    wire_text(out, name);
    wire_text(out, ".100ms\",\"data\":[{\"trade_seq\":1,\"trade_id\":\"1\",");
    wire_text(out, rows[odd]);
    if (odd != ODD_TYPES) {
        exchange_put_integer(out, ",\"timestamp\":", words->now_ms);
        exchange_put_text(out, ",\"instrument_name\":", name);
    }
    wire_text(out, "}]");
    end_push(out);
    return true;
}

const struct exchange_dialect exchange_deribit = {
    .venue = VENUE_DERIBIT,
    .paths = paths,
    .path_count = ARRAY_COUNT(paths),
    .channels = channels,
    .channel_count = ARRAY_COUNT(channels),
    .forced = FORCED_IN_TRADES,
    .trade_rows_max = 100,
    .rest_weight_max = 200,
    .rest_window_ms = 10 * 1000,
    .spell = spell,
    .hear = hear,
    .keep = keep,
    .trades = write_trades,
    .book = write_book,
    .ticker = write_ticker,
    .kline = write_kline,
    .odd = write_odd,
    .routes = exchange_deribit_routes,
    .route_count = EXCHANGE_DERIBIT_ROUTES,
    .refuse = exchange_deribit_refuse,
};
