/* What the simulated market does, as Binance's stream messages.  Field order, strings and numbers
 * are the venue's. */
#include "base/str.h"
#include "sim/bracket.h"
#include "sim/exchange_internal.h"

enum { KLINE_INTERVAL_MS = 250, CONTRACT_INTERVAL_MS = 60 * 1000, COINM_CONTRACT_USD = 100 };
enum { RATE_PLACES = 8, USD_PLACES = 8 };

static void send_payload(struct exchange_server *server, enum exchange_stream stream) {
    if (server->payload.failed) {
        EXCHANGE_COUNT(server->unsent, 1);
        return;
    }
    exchange_broadcast(server, stream, server->payload.bytes, server->payload.len);
}

/* {"e":"NAME","E":now,"s":"SYMBOL" */
static struct wire *begin_payload(struct exchange_server *server, const char *name) {
    struct wire *out = &server->payload;
    wire_reset(out);
    wire_text(out, "{\"e\":\"");
    wire_text(out, name);
    wire_text(out, "\",\"E\":");
    wire_integer(out, server->now_ms);
    return out;
}

static void put_text(struct wire *out, const char *key, const char *value) {
    wire_text(out, ",\"");
    wire_text(out, key);
    wire_text(out, "\":\"");
    wire_text(out, value);
    wire_text(out, "\"");
}

static void put_integer(struct wire *out, const char *key, int64_t value) {
    wire_text(out, ",\"");
    wire_text(out, key);
    wire_text(out, "\":");
    wire_integer(out, value);
}

static void put_price(struct wire *out, const char *key, int64_t ticks) {
    wire_text(out, ",\"");
    wire_text(out, key);
    wire_text(out, "\":\"");
    wire_price(out, ticks);
    wire_text(out, "\"");
}

static void put_qty(struct wire *out, const char *key, int64_t lots) {
    wire_text(out, ",\"");
    wire_text(out, key);
    wire_text(out, "\":\"");
    wire_qty(out, lots);
    wire_text(out, "\"");
}

static void put_rounded(struct wire *out, const char *key, double value, int places) {
    wire_text(out, ",\"");
    wire_text(out, key);
    wire_text(out, "\":\"");
    wire_rounded(out, value, places);
    wire_text(out, "\"");
}

void exchange_publish_print(struct exchange_server *server, const struct market_print *print) {
    int64_t id = print->id + server->extra_ids;
    const char *maker_buys = print->side == SIDE_SELL ? "true" : "false";
    if (exchange_wanted(server, WIRE_AGG_TRADE)) {
        struct wire *out = begin_payload(server, "aggTrade");
        put_text(out, "s", server->symbol);
        put_integer(out, "a", id);
        put_price(out, "p", print->price_ticks);
        put_qty(out, "q", print->qty_lots);
        put_qty(out, "nq", print->qty_lots);
        put_integer(out, "f", id);
        put_integer(out, "l", id);
        put_integer(out, "T", print->ts_ms);
        wire_text(out, ",\"m\":");
        wire_text(out, maker_buys);
        wire_text(out, ",\"st\":1}");
        send_payload(server, WIRE_AGG_TRADE);
    }
    if (exchange_wanted(server, WIRE_TRADE)) {
        struct wire *out = begin_payload(server, "trade");
        put_integer(out, "T", print->ts_ms);
        put_text(out, "s", server->symbol);
        put_integer(out, "t", id);
        put_price(out, "p", print->price_ticks);
        put_qty(out, "q", print->qty_lots);
        put_text(out, "X", "MARKET");
        wire_text(out, ",\"m\":");
        wire_text(out, maker_buys);
        wire_text(out, ",\"st\":1}");
        send_payload(server, WIRE_TRADE);
    }
}

static void put_force_order(struct exchange_server *server,
                            const struct market_liquidation *liquidation) {
    struct wire *out = begin_payload(server, "forceOrder");
    wire_text(out, ",\"o\":{\"s\":\"");
    wire_text(out, server->symbol);
    wire_text(out, "\"");
    put_text(out, "S", liquidation->position == POS_LONG ? "SELL" : "BUY");
    put_text(out, "o", "LIMIT");
    put_text(out, "f", "IOC");
    put_qty(out, "q", liquidation->qty_lots);
    put_price(out, "p", liquidation->bankruptcy_ticks);
    put_price(out, "ap", liquidation->price_ticks);
    put_text(out, "X", "FILLED");
    put_qty(out, "l", liquidation->qty_lots);
    put_qty(out, "z", liquidation->qty_lots);
    put_integer(out, "T", liquidation->ts_ms);
    put_text(out, "ps", server->symbol);
    wire_text(out, ",\"st\":1}}");
}

/* The same liquidation as if it had been one of the coin-margined perpetual: contracts of 100 USD.
 */
static void put_coinm_order(struct exchange_server *server,
                            const struct market_liquidation *liquidation) {
    struct wire *out = begin_payload(server, "forceOrder");
    double usd =
        (double)(liquidation->price_ticks * liquidation->qty_lots) * MARKET_TICK * MARKET_LOT;
    int64_t contracts = (int64_t)(usd / COINM_CONTRACT_USD) + 1;
    wire_text(out, ",\"o\":{\"s\":\"BTCUSD_PERP\",\"ps\":\"BTCUSD\"");
    put_text(out, "S", liquidation->position == POS_LONG ? "SELL" : "BUY");
    put_text(out, "o", "LIMIT");
    put_text(out, "f", "IOC");
    wire_text(out, ",\"q\":\"");
    wire_integer(out, contracts);
    wire_text(out, "\",\"p\":\"");
    wire_fixed(out, liquidation->bankruptcy_ticks, 1);
    wire_text(out, "\",\"ap\":\"");
    wire_fixed(out, liquidation->price_ticks, 1);
    wire_text(out, "\",\"X\":\"FILLED\",\"l\":\"");
    wire_integer(out, contracts);
    wire_text(out, "\",\"z\":\"");
    wire_integer(out, contracts);
    wire_text(out, "\"");
    put_integer(out, "T", liquidation->ts_ms);
    wire_text(out, "},\"st\":2}");
}

void exchange_publish_liquidation(struct exchange_server *server,
                                  const struct market_liquidation *liquidation) {
    put_force_order(server, liquidation);
    send_payload(server, WIRE_FORCE_ORDER);
    send_payload(server, WIRE_FORCE_ORDER_ALL);
    /* Every other one of those that somebody hears, the first among them. */
    if (server->desc.coinm_rows && exchange_wanted(server, WIRE_FORCE_ORDER_ALL) &&
        server->coinm_count++ % 2 == 0) {
        put_coinm_order(server, liquidation);
        send_payload(server, WIRE_FORCE_ORDER_ALL);
    }
}

double exchange_mark(const struct exchange_server *server) {
    return server->injected_mark > 0 ? server->injected_mark : market_view(server->market)->mark;
}

static void put_mark(struct exchange_server *server, struct wire *out) {
    const struct market_view *view = market_view(server->market);
    double mark = exchange_mark(server);
    wire_text(out, "{\"e\":\"markPriceUpdate\",\"E\":");
    wire_integer(out, server->now_ms);
    put_text(out, "s", server->symbol);
    put_rounded(out, "p", mark, USD_PLACES);
    put_rounded(out, "i", view->index, USD_PLACES);
    put_rounded(out, "P", view->index, USD_PLACES);
    put_rounded(out, "r", view->funding_rate, RATE_PLACES);
    put_rounded(out, "ap", mark, USD_PLACES);
    put_integer(out, "T", view->next_funding_ms);
    wire_text(out, ",\"st\":1}");
}

static void send_mark(struct exchange_server *server, enum exchange_stream single,
                      enum exchange_stream all) {
    struct wire *out = &server->payload;
    wire_reset(out);
    put_mark(server, out);
    send_payload(server, single);
    if (exchange_wanted(server, all)) {
        wire_reset(out);
        wire_text(out, "[");
        put_mark(server, out);
        wire_text(out, "]");
        send_payload(server, all);
    }
}

void exchange_publish_mark(struct exchange_server *server) {
    send_mark(server, WIRE_MARK_1S, WIRE_MARK_ALL_1S);
    if (server->tick_ms / 1000 % 3 == 0) {
        send_mark(server, WIRE_MARK_3S, WIRE_MARK_ALL_3S);
    }
}

static void publish_kline(struct exchange_server *server, const struct tape_kline *kline,
                          bool closed) {
    struct wire *out = begin_payload(server, "kline");
    put_text(out, "s", server->symbol);
    wire_text(out, ",\"k\":{\"t\":");
    wire_integer(out, kline->open_ms);
    put_integer(out, "T", kline->open_ms + TAPE_KLINE_MS - 1);
    put_text(out, "s", server->symbol);
    put_text(out, "i", "1m");
    put_integer(out, "f", kline->print_count > 0 ? kline->first_id : -1);
    put_integer(out, "L", kline->print_count > 0 ? kline->first_id + kline->print_count - 1 : -1);
    put_price(out, "o", kline->open);
    put_price(out, "c", kline->close);
    put_price(out, "h", kline->high);
    put_price(out, "l", kline->low);
    put_qty(out, "v", kline->volume_lots);
    put_integer(out, "n", kline->print_count);
    wire_text(out, closed ? ",\"x\":true" : ",\"x\":false");
    put_rounded(out, "q", kline->volume_usd, 5);
    put_qty(out, "V", kline->taker_buy_lots);
    put_rounded(out, "Q", kline->taker_buy_usd, 5);
    wire_text(out, ",\"B\":\"0\"}}");
    send_payload(server, WIRE_KLINE_1M);
}

static void publish_klines(struct exchange_server *server, bool minute_ended) {
    const struct tape *tape = &server->tape;
    size_t count = tape->kline_ring.count;
    bool due = server->tick_ms / KLINE_INTERVAL_MS !=
               (server->tick_ms - EXCHANGE_TICK_MS) / KLINE_INTERVAL_MS;
    if (!exchange_wanted(server, WIRE_KLINE_1M)) {
        return;
    }
    if (minute_ended && count > 1) {
        publish_kline(server, tape_kline_at(tape, count - 2), true);
    }
    if ((minute_ended || due) && count > 0) {
        publish_kline(server, tape_kline_at(tape, count - 1), false);
    }
}

/* The margin table, which the venue shows without a key in this stream only. */
static void publish_contract(struct exchange_server *server) {
    struct wire *out = begin_payload(server, "contractInfo");
    put_text(out, "s", server->symbol);
    put_text(out, "ps", server->symbol);
    put_text(out, "ct", "PERPETUAL");
    wire_text(out, ",\"dt\":4133404800000,\"ot\":1569398400000,\"cs\":\"TRADING\",\"bks\":[");
    const struct bracket *rows = bracket_binance.rows;
    for (int i = 0; i < bracket_binance.count; i++) {
        double next_max = i + 1 < bracket_binance.count ? rows[i + 1].leverage_max : 0;
        wire_text(out, i > 0 ? ",{\"bs\":" : "{\"bs\":");
        wire_integer(out, i + 1);
        put_integer(out, "bnf", i > 0 ? (int64_t)rows[i - 1].notional_cap_usd : 0);
        put_integer(out, "bnc", (int64_t)rows[i].notional_cap_usd);
        wire_text(out, ",\"mmr\":");
        wire_rounded(out, rows[i].mmr, 4);
        put_integer(out, "cf", (int64_t)rows[i].amount_usd);
        put_integer(out, "mi", (int64_t)next_max + 1);
        put_integer(out, "ma", (int64_t)rows[i].leverage_max);
        wire_text(out, "}");
    }
    wire_text(out, "],\"st\":1}");
    send_payload(server, WIRE_CONTRACT_INFO);
}

static void publish_liquidations(struct exchange_server *server, const struct market_view *view) {
    struct market_liquidation shown;
    for (size_t i = 0; i < view->liquidation_count; i++) {
        if (throttle_push(&server->throttle, &view->liquidations[i], &shown)) {
            exchange_publish_liquidation(server, &shown);
        }
    }
    if (throttle_flush(&server->throttle, server->now_ms, &shown)) {
        exchange_publish_liquidation(server, &shown);
    }
    /* relaxed: a counter that others read now and then */
    /* relaxed: a counter, by which nobody orders anything */
    atomic_store_explicit(&server->hidden_liquidations, server->throttle.hidden_count,
                          memory_order_relaxed);
}

void exchange_publish_step(struct exchange_server *server, bool minute_ended) {
    const struct market_view *view = market_view(server->market);
    bool trades = exchange_wanted(server, WIRE_AGG_TRADE) || exchange_wanted(server, WIRE_TRADE);
    for (size_t i = 0; trades && !server->desc.frozen && i < view->print_count; i++) {
        exchange_publish_print(server, &view->prints[i]);
    }
    if (!server->desc.frozen) {
        publish_liquidations(server, view);
    }
    if (server->tick_ms % 1000 == 0) {
        exchange_publish_mark(server);
    }
    publish_klines(server, minute_ended);
    if (server->tick_ms % CONTRACT_INTERVAL_MS == 0 &&
        exchange_wanted(server, WIRE_CONTRACT_INFO)) {
        publish_contract(server);
    }
    exchange_depth_step(server);
}
