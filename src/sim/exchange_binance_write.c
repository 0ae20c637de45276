/* Binance's streams, message by message.  Field order, strings and numbers are the venue's. */
#include <string.h>

#include "base/str.h"
#include "sim/bracket.h"
#include "sim/exchange_binance.h"
#include "sim/market.h"

enum { USD_PLACES = 8, RATE_PLACES = 8, CONTRACT_USD_BTC = 100, CONTRACT_USD = 10 };
enum { OWN_COINM_COUNT = 0 /* of exchange_own */ };

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
    const struct exchange_channel *row = exchange_binance_channel(words->server, words->channel);
    char pair[EXCHANGE_SYMBOL_BYTES];
    if (words->variant != BINANCE_WRAPPED) {
        return;
    }
    wire_text(out, "{\"stream\":\"");
    if (words->channel == WIRE_INDEX_1S) {
        exchange_binance_pair(words->server, words->symbol, pair);
        str_lower(pair);
        wire_text(out, pair);
    } else if (!row->all) {
        wire_text(out, words->symbol->lower);
    }
    wire_text(out, row->name);
    wire_text(out, "\",\"data\":");
}

static void end_envelope(const struct exchange_words *words, struct wire *out) {
    wire_text(out, words->variant == BINANCE_WRAPPED ? "}" : "");
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

void exchange_binance_write_trades(const struct exchange_words *words,
                                   const struct exchange_trade *rows, size_t count,
                                   struct wire *out) {
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

void exchange_binance_write_liquidations(const struct exchange_words *words,
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

void exchange_binance_write_book(const struct exchange_words *words,
                                 const struct exchange_book *book, struct wire *out) {
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

void exchange_binance_write_ticker(const struct exchange_words *words,
                                   const struct exchange_ticker *ticker, struct wire *out) {
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

void exchange_binance_write_kline(const struct exchange_words *words,
                                  const struct exchange_kline *kline, bool closed,
                                  struct wire *out) {
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
void exchange_binance_write_contract(const struct exchange_words *words, struct wire *out) {
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

bool exchange_binance_write_odd(const struct exchange_words *words, enum exchange_odd odd,
                                struct wire *out) {
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
