/* Binance's streams: what can be subscribed to, what is answered, and each message's text.  Field
 * order, strings and numbers are the venue's. */
#include "sim/exchange_binance.h"

#include <string.h>

#include "base/str.h"
#include "sim/bracket.h"
#include "sim/market.h"

enum { VARIANT_BARE, VARIANT_WRAPPED }; /* wrapped: {"stream":…,"data":…} */
enum { GROUP_ALL, GROUP_PUBLIC, GROUP_MARKET };
enum { USD_PLACES = 8, RATE_PLACES = 8, CONTRACT_USD_BTC = 100, CONTRACT_USD = 10 };
enum { STREAM_BYTES = 64, OWN_COINM_COUNT = 0 /* of exchange_own */ };

/* Identifier, what it tells, where USD-M speaks it, its name (after the symbol unless it starts
 * with "!"), one for all symbols, how often. */
#define STREAM_LIST(X)                                                                             \
    X(AGG_TRADE, TELLS_TRADES, GROUP_MARKET, "@aggTrade", false, 0)                                \
    X(FORCE_ORDER, TELLS_LIQUIDATIONS, GROUP_MARKET, "@forceOrder", false, 0)                      \
    X(FORCE_ORDER_ALL, TELLS_LIQUIDATIONS, GROUP_MARKET, "!forceOrder@arr", true, 0)               \
    X(MARK_3S, TELLS_TICKER, GROUP_MARKET, "@markPrice", false, 3000)                              \
    X(MARK_1S, TELLS_TICKER, GROUP_MARKET, "@markPrice@1s", false, 1000)                           \
    X(MARK_ALL_3S, TELLS_TICKER, GROUP_MARKET, "!markPrice@arr", true, 3000)                       \
    X(MARK_ALL_1S, TELLS_TICKER, GROUP_MARKET, "!markPrice@arr@1s", true, 1000)                    \
    X(KLINE_1M, TELLS_KLINE, GROUP_MARKET, "@kline_1m", false, 250)                                \
    X(CONTRACT_INFO, TELLS_CONTRACT, GROUP_MARKET, "!contractInfo", true, 0)                       \
    X(DEPTH_100, TELLS_BOOK, GROUP_PUBLIC, "@depth@100ms", false, 100)                             \
    X(DEPTH_250, TELLS_BOOK, GROUP_PUBLIC, "@depth", false, 250)                                   \
    X(DEPTH_500, TELLS_BOOK, GROUP_PUBLIC, "@depth@500ms", false, 500)                             \
    X(BOOK_TICKER, TELLS_TOUCH, GROUP_PUBLIC, "@bookTicker", false, 0)                             \
    X(TRADE, TELLS_TRADES, GROUP_PUBLIC, "@trade", false, 0)

enum wire_stream {
#define STREAM_ENUM(name, tells, group, text, all, ms) WIRE_##name,
    STREAM_LIST(STREAM_ENUM)
#undef STREAM_ENUM
        WIRE_INDEX_1S, /* COIN-M alone */
    WIRE_USDM_COUNT = WIRE_INDEX_1S
};

static const struct exchange_channel usdm_channels[] = {
#define USDM_ROW(id, what, place, text, every, ms)                                                 \
    {.tells = what, .group = place, .name = text, .all = every, .interval_ms = ms},
    STREAM_LIST(USDM_ROW)
#undef USDM_ROW
};

static const struct exchange_channel coinm_channels[] = {
#define COINM_ROW(id, what, place, text, every, ms)                                                \
    {.tells = what, .name = text, .all = every, .interval_ms = ms},
    STREAM_LIST(COINM_ROW)
#undef COINM_ROW
        {.tells = TELLS_TICKER, .name = "@indexPrice@1s", .interval_ms = 1000},
};

/* The paths that were retired in April 2026 still let one in and say nothing. */
static const struct exchange_path usdm_paths[] = {
    {"/public/stream", .variant = VARIANT_WRAPPED, .group = GROUP_PUBLIC},
    {"/public/ws", .tail = true, .group = GROUP_PUBLIC},
    {"/market/stream", .variant = VARIANT_WRAPPED, .group = GROUP_MARKET},
    {"/market/ws", .tail = true, .group = GROUP_MARKET},
    {"/private/stream", .variant = VARIANT_WRAPPED, .silent = true},
    {"/private/ws", .tail = true, .silent = true},
    {"/stream", .variant = VARIANT_WRAPPED, .silent = true},
    {"/ws", .tail = true, .silent = true},
};

static const struct exchange_path coinm_paths[] = {
    {"/stream", .variant = VARIANT_WRAPPED},
    {"/ws", .tail = true},
};

bool exchange_binance_is_coinm(const struct exchange_server *server) {
    return exchange_venue(server) == VENUE_BINANCE_COINM;
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
    if (conn->path->variant == VARIANT_BARE) {
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

/* -- pieces of messages -- */

int exchange_binance_contract_usd(const struct exchange_symbol *symbol) {
    return strcmp(symbol->base, "BTC") == 0 ? CONTRACT_USD_BTC : CONTRACT_USD;
}

void exchange_binance_pair(const struct exchange_server *server,
                           const struct exchange_symbol *symbol, char out[EXCHANGE_SYMBOL_BYTES]) {
    (void)str_format(out, EXCHANGE_SYMBOL_BYTES, "%s%s", symbol->base,
                     exchange_binance_is_coinm(server) ? "USD" : MARKET_QUOTE);
}

void exchange_binance_put_price(struct wire *out, const struct exchange_server *server,
                                const char *before, int64_t ticks) {
    wire_text(out, before);
    wire_text(out, "\"");
    if (exchange_binance_is_coinm(server)) {
        wire_fixed(out, ticks, 1);
    } else {
        wire_price(out, ticks);
    }
    wire_text(out, "\"");
}

void exchange_binance_put_size(struct wire *out, const struct exchange_server *server,
                               const struct exchange_symbol *symbol, const char *before,
                               int64_t ticks, int64_t lots) {
    wire_text(out, before);
    wire_text(out, "\"");
    if (exchange_binance_is_coinm(server)) {
        wire_integer(out, exchange_contracts(ticks, lots, exchange_binance_contract_usd(symbol)));
    } else {
        wire_qty(out, lots);
    }
    wire_text(out, "\"");
}

void exchange_binance_put_levels(struct wire *out, const struct exchange_server *server,
                                 const struct exchange_symbol *symbol,
                                 const struct ladder_level *levels, size_t count) {
    wire_text(out, "[");
    for (size_t i = 0; i < count; i++) {
        exchange_binance_put_price(out, server, i > 0 ? ",[" : "[", levels[i].ticks);
        exchange_binance_put_size(out, server, symbol, ",", levels[i].ticks, levels[i].lots);
        wire_text(out, "]");
    }
    wire_text(out, "]");
}

/* The envelope of /stream. */
static void begin_envelope(const struct exchange_words *words, struct wire *out) {
    const struct exchange_channel *rows =
        exchange_binance_is_coinm(words->server) ? coinm_channels : usdm_channels;
    char pair[EXCHANGE_SYMBOL_BYTES];
    if (words->variant != VARIANT_WRAPPED) {
        return;
    }
    wire_text(out, "{\"stream\":\"");
    if (words->channel == WIRE_INDEX_1S) {
        exchange_binance_pair(words->server, words->symbol, pair);
        str_lower(pair);
        wire_text(out, pair);
    } else if (!rows[words->channel].all) {
        wire_text(out, words->symbol->lower);
    }
    wire_text(out, rows[words->channel].name);
    wire_text(out, "\",\"data\":");
}

static void end_envelope(const struct exchange_words *words, struct wire *out) {
    wire_text(out, words->variant == VARIANT_WRAPPED ? "}" : "");
}

/* {"e":"NAME","E":now */
static void begin_payload(const struct exchange_words *words, const char *name, struct wire *out) {
    begin_envelope(words, out);
    exchange_put_text(out, "{\"e\":", name);
    exchange_put_integer(out, ",\"E\":", words->now_ms);
}

static void put_pair(const struct exchange_words *words, const struct exchange_symbol *symbol,
                     struct wire *out) {
    char pair[EXCHANGE_SYMBOL_BYTES];
    exchange_binance_pair(words->server, symbol, pair);
    exchange_put_text(out, ",\"ps\":", pair);
}

/* ,"st":1} */
static void end_payload(const struct exchange_words *words, struct wire *out) {
    wire_text(out, exchange_binance_is_coinm(words->server) ? ",\"st\":2}" : ",\"st\":1}");
    end_envelope(words, out);
}

/* -- the writers -- */

static void write_trades(const struct exchange_words *words, const struct exchange_trade *rows,
                         size_t count, struct wire *out) {
    const struct exchange_trade *trade = &rows[0];
    const struct exchange_server *server = words->server;
    bool aggregated = words->channel == WIRE_AGG_TRADE;
    (void)count; /* one a message */
    begin_payload(words, aggregated ? "aggTrade" : "trade", out);
    if (!aggregated) {
        exchange_put_integer(out, ",\"T\":", trade->ts_ms);
    }
    exchange_put_text(out, ",\"s\":", trade->symbol->name);
    exchange_put_integer(out, aggregated ? ",\"a\":" : ",\"t\":", trade->id);
    exchange_binance_put_price(out, server, ",\"p\":", trade->price_ticks);
    exchange_binance_put_size(out, server, trade->symbol, ",\"q\":", trade->price_ticks,
                              trade->qty_lots);
    if (aggregated) {
        if (!exchange_binance_is_coinm(server)) {
            exchange_put_fixed(out, ",\"nq\":", trade->qty_lots, 3);
        }
        exchange_put_integer(out, ",\"f\":", trade->id);
        exchange_put_integer(out, ",\"l\":", trade->id);
        exchange_put_integer(out, ",\"T\":", trade->ts_ms);
    } else {
        exchange_put_text(out, ",\"X\":", "MARKET");
    }
    wire_text(out, trade->side == SIDE_SELL ? ",\"m\":true" : ",\"m\":false");
    end_payload(words, out);
}

static void put_usdm_order(const struct exchange_words *words,
                           const struct exchange_liquidation *row, struct wire *out) {
    begin_payload(words, "forceOrder", out);
    exchange_put_text(out, ",\"o\":{\"s\":", row->symbol->name);
    exchange_put_text(out, ",\"S\":", row->position == POS_LONG ? "SELL" : "BUY");
    exchange_put_text(out, ",\"o\":", "LIMIT");
    exchange_put_text(out, ",\"f\":", "IOC");
    exchange_put_fixed(out, ",\"q\":", row->qty_lots, 3);
    exchange_binance_put_price(out, words->server, ",\"p\":", row->bankruptcy_ticks);
    exchange_binance_put_price(out, words->server, ",\"ap\":", row->price_ticks);
    exchange_put_text(out, ",\"X\":", "FILLED");
    exchange_put_fixed(out, ",\"l\":", row->qty_lots, 3);
    exchange_put_fixed(out, ",\"z\":", row->qty_lots, 3);
    exchange_put_integer(out, ",\"T\":", row->ts_ms);
    put_pair(words, row->symbol, out);
    wire_text(out, ",\"st\":1}}");
    end_envelope(words, out);
}

/* A coin-margined one: contracts of so many USD, ps within o, st beside it. */
static void put_coinm_order(const struct exchange_words *words,
                            const struct exchange_liquidation *row, struct wire *out) {
    int contract_usd = exchange_binance_contract_usd(row->symbol);
    int64_t contracts = exchange_contracts(row->price_ticks, row->qty_lots, contract_usd);
    begin_payload(words, "forceOrder", out);
    wire_text(out, ",\"o\":{\"s\":\"");
    wire_text(out, row->symbol->base);
    wire_text(out, "USD_PERP\",\"ps\":\"");
    wire_text(out, row->symbol->base);
    wire_text(out, "USD\"");
    exchange_put_text(out, ",\"S\":", row->position == POS_LONG ? "SELL" : "BUY");
    exchange_put_text(out, ",\"o\":", "LIMIT");
    exchange_put_text(out, ",\"f\":", "IOC");
    exchange_put_fixed(out, ",\"q\":", contracts, 0);
    exchange_put_fixed(out, ",\"p\":", row->bankruptcy_ticks, 1);
    exchange_put_fixed(out, ",\"ap\":", row->price_ticks, 1);
    exchange_put_text(out, ",\"X\":", "FILLED");
    exchange_put_fixed(out, ",\"l\":", contracts, 0);
    exchange_put_fixed(out, ",\"z\":", contracts, 0);
    exchange_put_integer(out, ",\"T\":", row->ts_ms);
    wire_text(out, "},\"st\":2}");
    end_envelope(words, out);
}

static void write_liquidations(const struct exchange_words *words,
                               const struct exchange_liquidation *rows, size_t count,
                               struct wire *out) {
    (void)count; /* one a message */
    if (exchange_binance_is_coinm(words->server)) {
        put_coinm_order(words, &rows[0], out);
        return;
    }
    put_usdm_order(words, &rows[0], out);
    /* Since the merge the stream of all symbols has rows of the other market, too: every other one
     * of those that somebody hears, the first among them. */
    int64_t *own = exchange_own(words->server);
    if (words->channel == WIRE_FORCE_ORDER_ALL && exchange_has_coinm_rows(words->server) &&
        own[OWN_COINM_COUNT]++ % 2 == 0) {
        wire_text(out, "\n");
        put_coinm_order(words, &rows[0], out);
    }
}

static void write_book(const struct exchange_words *words, const struct exchange_book *book,
                       struct wire *out) {
    begin_payload(words, "depthUpdate", out);
    exchange_put_integer(out, ",\"T\":", words->now_ms - 1);
    exchange_put_text(out, ",\"s\":", words->symbol->name);
    if (exchange_binance_is_coinm(words->server)) {
        put_pair(words, words->symbol, out);
    }
    exchange_put_integer(out, ",\"U\":", book->first_id);
    exchange_put_integer(out, ",\"u\":", book->last_id);
    exchange_put_integer(out, ",\"pu\":", book->prev_id);
    wire_text(out, ",\"b\":");
    exchange_binance_put_levels(out, words->server, words->symbol, book->levels[0], book->count[0]);
    wire_text(out, ",\"a\":");
    exchange_binance_put_levels(out, words->server, words->symbol, book->levels[1], book->count[1]);
    if (!exchange_binance_is_coinm(words->server)) {
        put_pair(words, words->symbol, out);
    }
    end_payload(words, out);
}

static void write_touch(const struct exchange_words *words, const struct exchange_ticker *ticker,
                        struct wire *out) {
    const struct exchange_server *server = words->server;
    begin_envelope(words, out);
    exchange_put_integer(out, "{\"e\":\"bookTicker\",\"u\":", ticker->book_id);
    exchange_put_integer(out, ",\"E\":", words->now_ms);
    exchange_put_integer(out, ",\"T\":", words->now_ms - 1);
    exchange_put_text(out, ",\"s\":", words->symbol->name);
    put_pair(words, words->symbol, out);
    exchange_binance_put_price(out, server, ",\"b\":", ticker->bid_ticks);
    exchange_binance_put_size(out, server, words->symbol, ",\"B\":", ticker->bid_ticks,
                              ticker->bid_lots);
    exchange_binance_put_price(out, server, ",\"a\":", ticker->ask_ticks);
    exchange_binance_put_size(out, server, words->symbol, ",\"A\":", ticker->ask_ticks,
                              ticker->ask_lots);
    end_payload(words, out);
}

static void put_mark(const struct exchange_words *words, const struct exchange_symbol *symbol,
                     struct wire *out) {
    bool coinm = exchange_binance_is_coinm(words->server);
    struct exchange_ticker ticker;
    exchange_ticker_get(words->server, symbol, &ticker);
    exchange_put_integer(out, "{\"e\":\"markPriceUpdate\",\"E\":", words->now_ms);
    exchange_put_text(out, ",\"s\":", symbol->name);
    exchange_put_rounded(out, ",\"p\":", ticker.mark, USD_PLACES);
    if (coinm) {
        exchange_put_rounded(out, ",\"P\":", ticker.index, USD_PLACES);
    }
    exchange_put_rounded(out, ",\"i\":", ticker.index, USD_PLACES);
    if (!coinm) {
        exchange_put_rounded(out, ",\"P\":", ticker.index, USD_PLACES);
    }
    exchange_put_rounded(out, ",\"r\":", ticker.funding_rate, RATE_PLACES);
    if (!coinm) {
        exchange_put_rounded(out, ",\"ap\":", ticker.mark, USD_PLACES);
    }
    exchange_put_integer(out, ",\"T\":", ticker.next_funding_ms);
    wire_text(out, coinm ? ",\"st\":2}" : ",\"st\":1}");
}

static void write_index(const struct exchange_words *words, const struct exchange_ticker *ticker,
                        struct wire *out) {
    char pair[EXCHANGE_SYMBOL_BYTES];
    exchange_binance_pair(words->server, words->symbol, pair);
    begin_payload(words, "indexPriceUpdate", out);
    exchange_put_text(out, ",\"i\":", pair);
    exchange_put_rounded(out, ",\"p\":", ticker->index, USD_PLACES);
    wire_text(out, "}");
    end_envelope(words, out);
}

static void write_ticker(const struct exchange_words *words, const struct exchange_ticker *ticker,
                         struct wire *out) {
    int count = 0;
    if (words->channel == WIRE_BOOK_TICKER) {
        write_touch(words, ticker, out);
        return;
    }
    if (words->channel == WIRE_INDEX_1S) {
        write_index(words, ticker, out);
        return;
    }
    begin_envelope(words, out);
    if (words->symbol != NULL) {
        put_mark(words, words->symbol, out);
    } else {
        const struct exchange_symbol *symbols = exchange_symbols(words->server, &count);
        const char *before = "[";
        for (int i = 0; i < count; i++) {
            if (symbols[i].listed) {
                wire_text(out, before);
                put_mark(words, &symbols[i], out);
                before = ",";
            }
        }
        wire_text(out, "]");
    }
    end_envelope(words, out);
}

static void write_kline(const struct exchange_words *words, const struct exchange_kline *kline,
                        bool closed, struct wire *out) {
    const struct exchange_server *server = words->server;
    bool coinm = exchange_binance_is_coinm(server);
    begin_payload(words, "kline", out);
    exchange_put_text(out, ",\"s\":", words->symbol->name);
    exchange_put_integer(out, ",\"k\":{\"t\":", kline->open_ms);
    exchange_put_integer(out, ",\"T\":", kline->open_ms + kline->interval_ms - 1);
    exchange_put_text(out, ",\"s\":", words->symbol->name);
    exchange_put_text(out, ",\"i\":", "1m");
    bool traded = kline->trade_count > 0;
    exchange_put_integer(out, ",\"f\":", traded ? kline->first_id : -1);
    exchange_put_integer(out, ",\"L\":", traded ? kline->first_id + kline->trade_count - 1 : -1);
    exchange_binance_put_price(out, server, ",\"o\":", kline->open);
    exchange_binance_put_price(out, server, ",\"c\":", kline->close);
    exchange_binance_put_price(out, server, ",\"h\":", kline->high);
    exchange_binance_put_price(out, server, ",\"l\":", kline->low);
    int contract_usd = exchange_binance_contract_usd(words->symbol);
    if (coinm) {
        exchange_put_fixed(out, ",\"v\":", (int64_t)(kline->volume_usd / contract_usd), 0);
    } else {
        exchange_put_fixed(out, ",\"v\":", kline->volume_lots, 3);
    }
    exchange_put_integer(out, ",\"n\":", kline->trade_count);
    wire_text(out, closed ? ",\"x\":true" : ",\"x\":false");
    if (coinm) {
        exchange_put_fixed(out, ",\"q\":", kline->volume_lots, 3);
        exchange_put_fixed(out, ",\"V\":", (int64_t)(kline->taker_buy_usd / contract_usd), 0);
        exchange_put_fixed(out, ",\"Q\":", kline->taker_buy_lots, 3);
    } else {
        exchange_put_rounded(out, ",\"q\":", kline->volume_usd, 5);
        exchange_put_fixed(out, ",\"V\":", kline->taker_buy_lots, 3);
        exchange_put_rounded(out, ",\"Q\":", kline->taker_buy_usd, 5);
    }
    wire_text(out, ",\"B\":\"0\"}}");
    end_envelope(words, out);
}

/* The margin table, which the venue shows without a key in this stream only. */
static void write_contract(const struct exchange_words *words, struct wire *out) {
    const struct bracket *rows = bracket_binance.rows;
    begin_payload(words, "contractInfo", out);
    exchange_put_text(out, ",\"s\":", words->symbol->name);
    put_pair(words, words->symbol, out);
    exchange_put_text(out, ",\"ct\":", "PERPETUAL");
    wire_text(out, ",\"dt\":4133404800000,\"ot\":1569398400000");
    exchange_put_text(out, ",\"cs\":", words->symbol->listed ? "TRADING" : "SETTLING");
    wire_text(out, ",\"bks\":[");
    for (int i = 0; i < bracket_binance.count; i++) {
        double next_max = i + 1 < bracket_binance.count ? rows[i + 1].leverage_max : 0;
        exchange_put_integer(out, i > 0 ? ",{\"bs\":" : "{\"bs\":", i + 1);
        exchange_put_integer(out, ",\"bnf\":", i > 0 ? (int64_t)rows[i - 1].notional_cap_usd : 0);
        exchange_put_integer(out, ",\"bnc\":", (int64_t)rows[i].notional_cap_usd);
        exchange_put_rounded_number(out, ",\"mmr\":", rows[i].mmr, 4);
        exchange_put_integer(out, ",\"cf\":", (int64_t)rows[i].amount_usd);
        exchange_put_integer(out, ",\"mi\":", (int64_t)next_max + 1);
        exchange_put_integer(out, ",\"ma\":", (int64_t)rows[i].leverage_max);
        wire_text(out, "}");
    }
    wire_text(out, "]");
    end_payload(words, out);
}

/* -- one thing wrong -- */

static bool write_odd(const struct exchange_words *words, enum exchange_odd odd, struct wire *out) {
    const char *symbol = words->symbol->name;
    static const char *const bodies[ODD_COUNT] = {
        [ODD_TYPES] = "\"s\":7,\"a\":{},\"p\":[],\"q\":null,\"f\":\"\",\"T\":\"soon\",\"m\":1}",
        [ODD_SIDE] = "\"a\":1,\"p\":\"100000.00\",\"q\":\"7.777\",\"nq\":\"7.777\",\"f\":1,\"l\":1,"
                     "\"m\":\"maybe\",\"st\":1}",
        [ODD_SYMBOL] = "\"s\":\"NOSUCHUSDT\",\"a\":1,\"p\":\"100000.00\",\"q\":\"7.777\",\"f\":1,"
                       "\"l\":1,\"m\":true,\"st\":1}",
        [ODD_NUMBERS] = "\"a\":1e999,\"p\":\"NaN\",\"q\":\"-1\",\"f\":-1,\"l\":1,\"T\":1e400,"
                        "\"m\":true,\"st\":1}",
        [ODD_KEYS] = "\"a\":1,\"p\":\"1.00\",\"p\":{},\"q\":\"7.777\",\"q\":\"\",\"f\":1,\"l\":1,"
                     "\"m\":true,\"m\":\"x\",\"st\":1}",
    };
    if (odd == ODD_POSITION) {
        exchange_put_integer(out, "{\"e\":\"forceOrder\",\"E\":", words->now_ms);
        exchange_put_text(out, ",\"o\":{\"s\":", symbol);
        wire_text(out, ",\"S\":\"HOLD\",\"o\":\"LIMIT\",\"f\":\"IOC\",\"q\":\"7.777\",\"p\":"
                       "\"100000.00\",\"ap\":\"100000.00\",\"X\":\"FILLED\",\"l\":\"7.777\","
                       "\"z\":\"7.777\"");
        exchange_put_integer(out, ",\"T\":", words->now_ms);
        wire_text(out, ",\"st\":1}}");
        return true;
    }
    exchange_put_integer(out, "{\"e\":\"aggTrade\",\"E\":", words->now_ms);
    if (odd != ODD_TYPES && odd != ODD_SYMBOL) {
        exchange_put_text(out, ",\"s\":", symbol);
    }
    if (odd != ODD_TYPES && odd != ODD_NUMBERS) {
        exchange_put_integer(out, ",\"T\":", words->now_ms);
    }
    wire_text(out, ",");
    wire_text(out, bodies[odd]);
    return true;
}

/* -- the tables -- */

#define BINANCE_RULES                                                                              \
    .forced = FORCED_LARGEST, .messages_per_s = 10, .ping_frame_ms = 180 * 1000,                   \
    .idle = IDLE_BYTES, .idle_ms = 600 * 1000, .session_ms = 24 * 3600 * 1000,                     \
    .rest_weight_max = 2400, .rest_window_ms = 60 * 1000,                                          \
    .rest_weight_header = "X-MBX-USED-WEIGHT-1M", .opened = opened, .hear = hear,                  \
    .trades = write_trades, .liquidations = write_liquidations, .book = write_book,                \
    .ticker = write_ticker, .kline = write_kline, .contract = write_contract, .odd = write_odd,    \
    .refuse = exchange_binance_refuse

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
