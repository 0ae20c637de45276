/* OKX's rows, which stream and REST share. Every number is a text, as the venue has them. */
#include <string.h>

#include "base/str.h"
#include "sim/exchange_okx.h"
#include "sim/market.h"

enum { RATE_PLACES = 12, MARK_PLACES = 2, SIZE_PLACES = 1, BASE_PLACES = 3, USD_PLACES = 4 };

/* "BTC-USDT" of "BTC-USDT-SWAP" */
static void put_index_name(struct wire *out, const char *before,
                           const struct exchange_symbol *symbol) {
    wire_text(out, before);
    wire_text(out, "\"");
    wire_bytes(out, symbol->name, strlen(symbol->name) - strlen("-SWAP"));
    wire_text(out, "\"");
}

/* before"123": a whole number as a text. */
static void put_whole(struct wire *out, const char *before, int64_t value) {
    wire_text(out, before);
    exchange_put_integer(out, "\"", value);
    wire_text(out, "\"");
}

void exchange_okx_put_instrument(const struct exchange_symbol *symbol, struct wire *out) {
    exchange_put_text(out,
                      "{\"alias\":\"\",\"auctionEndTime\":\"\",\"baseCcy\":\"\",\"category\":\"1\","
                      "\"contTdSwTime\":\"\",\"ctMult\":\"1\",\"ctType\":\"linear\",\"ctVal\":"
                      "\"0.01\",\"ctValCcy\":",
                      symbol->base);
    put_index_name(out,
                   ",\"expTime\":\"\",\"futureSettlement\":false,\"instCategory\":\"1\","
                   "\"instFamily\":",
                   symbol);
    exchange_put_text(out, ",\"instId\":", symbol->name);
    wire_text(out, ",\"instType\":\"SWAP\",\"lever\":\"100\",\"listTime\":\"1573557408000\","
                   "\"lotSz\":\"0.1\",\"maxIcebergSz\":\"100000000\",\"maxLmtSz\":\"100000000\","
                   "\"maxMktSz\":\"35000\",\"minSz\":\"0.1\",\"openType\":\"\",\"optType\":\"\","
                   "\"quoteCcy\":\"\",\"ruleType\":\"normal\",\"settleCcy\":\"USDT\",\"state\":"
                   "\"live\",\"stk\":\"\",\"tickSz\":\"0.1\",\"uly\":");
    put_index_name(out, "", symbol);
    wire_text(out, "}");
}

void exchange_okx_put_trade(const struct exchange_trade *trade, bool aggregate, struct wire *out) {
    exchange_put_text(out, "{\"instId\":", trade->symbol->name);
    put_whole(out, ",\"tradeId\":", trade->id);
    exchange_put_fixed(out, ",\"px\":", trade->price_ticks, 1);
    exchange_put_fixed(out, ",\"sz\":", trade->qty_lots, SIZE_PLACES);
    exchange_put_text(out, ",\"side\":", trade->side == SIDE_BUY ? "buy" : "sell");
    if (!aggregate) {
        wire_text(out, ",\"source\":\"0\"");
    }
    put_whole(out, ",\"ts\":", trade->ts_ms);
    if (aggregate) {
        exchange_put_integer(out, ",\"count\":\"1\",\"seqId\":", trade->id);
    }
    wire_text(out, "}");
}

/* A long is closed by a sell order. Every third one is of a net position, which only the order's
 * side tells; every second one has no underlying. */
static void put_detail(const struct exchange_liquidation *row, struct wire *out) {
    const bool is_long = row->position == POS_LONG;
    const char *position = row->id % 3 == 0 ? "net" : is_long ? "long" : "short";
    exchange_put_fixed(out, "{\"bkLoss\":\"0\",\"bkPx\":", row->bankruptcy_ticks, 1);
    exchange_put_text(out, ",\"ccy\":\"\",\"posSide\":", position);
    exchange_put_text(out, ",\"side\":", is_long ? "sell" : "buy");
    exchange_put_fixed(out, ",\"sz\":", row->qty_lots, SIZE_PLACES);
    put_whole(out, ",\"ts\":", row->ts_ms);
    wire_text(out, "}");
}

void exchange_okx_put_forced(const struct exchange_liquidation *rows, size_t count,
                             struct wire *out) {
    for (size_t i = 0; i < count; i++) {
        wire_text(out, i > 0 ? ",{\"details\":[" : "{\"details\":[");
        put_detail(&rows[i], out);
        put_index_name(out, "],\"instFamily\":", rows[i].symbol);
        exchange_put_text(out, ",\"instId\":", rows[i].symbol->name);
        wire_text(out, ",\"instType\":\"SWAP\"");
        if (rows[i].id % 2 == 0) {
            put_index_name(out, ",\"uly\":", rows[i].symbol);
        }
        wire_text(out, "}");
    }
}

/* [["px","sz","0","orders"],…] */
void exchange_okx_put_levels(struct wire *out, const struct ladder_level *levels, size_t count) {
    wire_text(out, "[");
    for (size_t i = 0; i < count; i++) {
        exchange_put_fixed(out, i > 0 ? ",[" : "[", levels[i].ticks, 1);
        if (levels[i].lots == 0) {
            wire_text(out, ",\"0\",\"0\",\"0\"]");
        } else {
            exchange_put_fixed(out, ",", levels[i].lots, SIZE_PLACES);
            wire_text(out, ",\"0\",\"3\"]");
        }
    }
    wire_text(out, "]");
}

void exchange_okx_put_kline(const struct exchange_kline *kline, bool closed, struct wire *out) {
    put_whole(out, "[", kline->open_ms);
    exchange_put_fixed(out, ",", kline->open, 1);
    exchange_put_fixed(out, ",", kline->high, 1);
    exchange_put_fixed(out, ",", kline->low, 1);
    exchange_put_fixed(out, ",", kline->close, 1);
    exchange_put_fixed(out, ",", kline->volume_lots, SIZE_PLACES);
    exchange_put_fixed(out, ",", kline->volume_lots, BASE_PLACES);
    exchange_put_rounded(out, ",", kline->volume_usd, USD_PLACES);
    wire_text(out, closed ? ",\"1\"]" : ",\"0\"]");
}

/* -- tickers -- */

static void begin_row(const struct exchange_symbol *symbol, struct wire *out) {
    exchange_put_text(out, "{\"instType\":\"SWAP\",\"instId\":", symbol->name);
}

static void end_row(int64_t now_ms, struct wire *out) {
    put_whole(out, ",\"ts\":", now_ms);
    wire_text(out, "}");
}

void exchange_okx_put_mark(const struct exchange_symbol *symbol,
                           const struct exchange_ticker *ticker, int64_t now_ms, struct wire *out) {
    begin_row(symbol, out);
    exchange_put_rounded(out, ",\"markPx\":", ticker->mark, MARK_PLACES);
    end_row(now_ms, out);
}

void exchange_okx_put_index(const struct exchange_symbol *symbol,
                            const struct exchange_ticker *ticker, int64_t now_ms,
                            struct wire *out) {
    put_index_name(out, "{\"instId\":", symbol);
    exchange_put_rounded(out, ",\"idxPx\":", ticker->index, MARK_PLACES);
    exchange_put_rounded(out, ",\"high24h\":", ticker->index, MARK_PLACES);
    exchange_put_rounded(out, ",\"sodUtc0\":", ticker->index, MARK_PLACES);
    exchange_put_rounded(out, ",\"open24h\":", ticker->index, MARK_PLACES);
    exchange_put_rounded(out, ",\"low24h\":", ticker->index, MARK_PLACES);
    exchange_put_rounded(out, ",\"sodUtc8\":", ticker->index, MARK_PLACES);
    end_row(now_ms, out);
}

void exchange_okx_put_funding(const struct exchange_symbol *symbol,
                              const struct exchange_ticker *ticker, int64_t now_ms,
                              struct wire *out) {
    wire_text(out, "{\"formulaType\":\"noRate\"");
    exchange_put_rounded(out, ",\"fundingRate\":", ticker->funding_rate, RATE_PLACES);
    put_whole(out, ",\"fundingTime\":", ticker->next_funding_ms);
    exchange_put_text(out, ",\"impactValue\":\"20000\",\"instId\":", symbol->name);
    wire_text(out, ",\"instType\":\"SWAP\",\"interestRate\":\"0.0001\",\"maxFundingRate\":"
                   "\"0.00375\",\"method\":\"current_period\",\"minFundingRate\":\"-0.00375\","
                   "\"nextFundingRate\":\"\"");
    put_whole(out, ",\"nextFundingTime\":", ticker->next_funding_ms + MARKET_FUNDING_MS);
    wire_text(out, ",\"premium\":\"0.0001233824646391\",\"settFundingRate\":\"0.0001418433662153\","
                   "\"settState\":\"settled\"");
    end_row(now_ms, out);
}

void exchange_okx_put_interest(const struct exchange_symbol *symbol,
                               const struct exchange_ticker *ticker, int64_t now_ms,
                               struct wire *out) {
    begin_row(symbol, out);
    exchange_put_fixed(out, ",\"oi\":", ticker->oi_lots, SIZE_PLACES);
    exchange_put_fixed(out, ",\"oiCcy\":", ticker->oi_lots, BASE_PLACES);
    exchange_put_rounded(out, ",\"oiUsd\":", ticker->oi_usd, USD_PLACES);
    end_row(now_ms, out);
}

void exchange_okx_put_last(const struct exchange_symbol *symbol,
                           const struct exchange_ticker *ticker, int64_t now_ms, struct wire *out) {
    begin_row(symbol, out);
    exchange_put_fixed(out, ",\"last\":", ticker->last_ticks, 1);
    exchange_put_fixed(out, ",\"lastSz\":\"1\",\"askPx\":", ticker->ask_ticks, 1);
    exchange_put_fixed(out, ",\"askSz\":", ticker->ask_lots, SIZE_PLACES);
    exchange_put_fixed(out, ",\"bidPx\":", ticker->bid_ticks, 1);
    exchange_put_fixed(out, ",\"bidSz\":", ticker->bid_lots, SIZE_PLACES);
    exchange_put_fixed(out, ",\"open24h\":", ticker->last_ticks, 1);
    exchange_put_fixed(out, ",\"high24h\":", ticker->ask_ticks, 1);
    exchange_put_fixed(out, ",\"low24h\":", ticker->bid_ticks, 1);
    wire_text(out, ",\"volCcy24h\":\"2222\",\"vol24h\":\"222200\",\"sodUtc0\":\"2222\","
                   "\"sodUtc8\":\"2222\"");
    end_row(now_ms, out);
}
