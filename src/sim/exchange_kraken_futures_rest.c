/* Kraken Futures' REST answers: /derivatives/api and /api/charts. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "sim/bracket.h"
#include "sim/exchange_kraken_futures.h"
#include "sim/market.h"

enum {
    KLINE_LIMIT_MAX = 2000,
    FUNDING_LIMIT_MAX = 500,
    HISTORY_ROWS = 100,
    MINUTE_MS = 60000,
    DAY_MS = 86400000,
    PRICE_PLACES = 1,
    TIME_BYTES = 32
};

/* -- times as text -- */

static bool is_leap(int year) {
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* before"2026-09-02T17:52:21.057Z" */
static void put_time(struct wire *out, const char *before, int64_t ms) {
    static const int lengths[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    char text[TIME_BYTES];
    int64_t day = ms / DAY_MS;
    const int64_t rest = ms % DAY_MS;
    int year = 1970, month = 0;
    for (; day >= (is_leap(year) ? 366 : 365); year++) {
        day -= is_leap(year) ? 366 : 365;
    }
    for (int len = lengths[0]; day >= len; len = lengths[month] + (month == 1 && is_leap(year))) {
        day -= len;
        month++;
    }
    (void)str_format(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", year, month + 1,
                     (int)day + 1, (int)(rest / 3600000), (int)(rest / 60000 % 60),
                     (int)(rest / 1000 % 60), (int)(rest % 1000));
    exchange_put_text(out, before, text);
}

/* -- the envelope -- */

static void refuse(struct exchange_answer *answer, int http_code, const char *error) {
    wire_reset(&answer->out);
    answer->http_code = http_code;
    exchange_put_text(&answer->out, "{\"result\":\"error\",\"error\":", error);
    put_time(&answer->out, ",\"serverTime\":", exchange_now_ms(answer->server));
    wire_text(&answer->out, "}");
}

void exchange_kraken_futures_refuse(struct exchange_answer *answer, int http_code) {
    refuse(answer, http_code,
           http_code == 404                       ? "Not Found"
           : http_code == 429 || http_code == 418 ? "apiLimitExceeded"
           : http_code == 451 || http_code == 403 ? "accountInactive"
                                                  : "Server Error");
}

static void end_answer(struct exchange_answer *answer) {
    put_time(&answer->out, ",\"serverTime\":", exchange_now_ms(answer->server));
    wire_text(&answer->out, "}");
}

/* The symbol of a parameter; NULL: refused. */
static const struct exchange_symbol *require_symbol(struct exchange_answer *answer, bool *inverse) {
    char name[EXCHANGE_PARAM_BYTES];
    const struct exchange_symbol *symbol =
        exchange_param(answer->query, "symbol", name)
            ? exchange_kraken_futures_find(answer->server, name, strlen(name), inverse)
            : NULL;
    if (symbol == NULL) {
        refuse(answer, 400, "invalidArgument: symbol");
    }
    return symbol;
}

static const char *separator(size_t i) {
    return i > 0 ? "," : "";
}

/* -- instruments -- */

/* Where each level begins: of linear ones in USD, of inverse ones in contracts of one USD. */
static void put_levels(struct wire *out, const char *name, const char *from) {
    const struct bracket *rows = bracket_binance.rows;
    wire_text(out, name);
    for (int i = 0; i < bracket_binance.count; i++) {
        wire_text(out, i > 0 ? ",{\"" : "{\"");
        wire_text(out, from);
        exchange_put_integer(out, "\":", i > 0 ? (int64_t)rows[i - 1].notional_cap_usd : 0);
        exchange_put_rounded_number(out, ",\"initialMargin\":", 1 / rows[i].leverage_max, 6);
        exchange_put_rounded_number(out, ",\"maintenanceMargin\":", rows[i].mmr, 6);
        wire_text(out, "}");
    }
    wire_text(out, "]");
}

static void put_instrument(struct wire *out, const struct exchange_symbol *symbol, bool inverse) {
    exchange_kraken_futures_put_symbol(out, "{\"symbol\":", symbol, inverse);
    exchange_put_text(out, ",\"type\":", inverse ? "futures_inverse" : "flexible_futures");
    wire_text(out, ",\"tickSize\":0.1,\"contractSize\":1,\"tradeable\":true,\"impactMidSize\":1,"
                   "\"maxPositionSize\":1000000.0,\"openingDate\":\"2022-01-01T00:00:00.000Z\"");
    put_levels(out, ",\"marginLevels\":[", inverse ? "contracts" : "numNonContractUnits");
    wire_text(out, ",\"fundingRateCoefficient\":8,\"maxRelativeFundingRate\":0.0025");
    exchange_put_integer(out, ",\"contractValueTradePrecision\":", inverse ? 0 : 3);
    put_levels(out, ",\"postOnly\":false,\"retailMarginLevels\":[",
               inverse ? "contracts" : "numNonContractUnits");
    exchange_put_text(out, ",\"category\":\"\",\"tags\":[],\"base\":", symbol->base);
    wire_text(out, ",\"quote\":\"USD\"}");
}

static void answer_instruments(struct exchange_answer *answer) {
    int count = 0;
    size_t written = 0;
    const struct exchange_symbol *symbols = exchange_symbols(answer->server, &count);
    wire_text(&answer->out, "{\"result\":\"success\",\"instruments\":[");
    for (int i = 0; i < 2 * count; i++) {
        const struct exchange_symbol *symbol = &symbols[i / 2];
        if (symbol->listed) {
            wire_text(&answer->out, separator(written++));
            put_instrument(&answer->out, symbol, i % 2 == 1);
        }
    }
    wire_text(&answer->out, separator(written));
    wire_text(&answer->out,
              "{\"symbol\":\"in_xbtusd\",\"type\":\"spot index\",\"tradeable\":false}]");
    end_answer(answer);
}

/* -- values -- */

static void put_ticker(const struct exchange_answer *answer, const struct exchange_symbol *symbol,
                       bool inverse, struct wire *out) {
    struct exchange_ticker ticker;
    exchange_ticker_get(answer->server, symbol, &ticker);
    exchange_kraken_futures_put_symbol(
        out, "{\"tag\":\"perpetual\",\"pair\":\"XBT:USD\",\"symbol\":", symbol, inverse);
    exchange_put_rounded_number(out, ",\"markPrice\":", ticker.mark, 8);
    exchange_put_fixed_number(out, ",\"bid\":", ticker.bid_ticks, PRICE_PLACES);
    exchange_put_fixed_number(out, ",\"ask\":", ticker.ask_ticks, PRICE_PLACES);
    if (inverse) {
        exchange_put_rounded_number(out, ",\"vol24h\":8309.2546,\"openInterest\":", ticker.oi_usd,
                                    0);
    } else {
        exchange_put_fixed_number(out, ",\"vol24h\":8309.2546,\"openInterest\":", ticker.oi_lots,
                                  3);
    }
    exchange_put_rounded_number(out, ",\"indexPrice\":", ticker.index, 2);
    exchange_put_fixed_number(out, ",\"last\":", ticker.last_ticks, PRICE_PLACES);
    put_time(out, ",\"lastTime\":", exchange_now_ms(answer->server));
    exchange_put_rounded_number(out, ",\"lastSize\":0.0114,\"suspended\":false,\"fundingRate\":",
                                ticker.funding_rate * ticker.mark / MARKET_FUNDING_HOURS, 12);
    wire_text(out, "}");
}

static void answer_tickers(struct exchange_answer *answer) {
    int count = 0;
    size_t written = 0;
    const struct exchange_symbol *symbols = exchange_symbols(answer->server, &count);
    wire_text(&answer->out, "{\"result\":\"success\",\"tickers\":[");
    for (int i = 0; i < 2 * count; i++) {
        if (symbols[i / 2].listed) {
            wire_text(&answer->out, separator(written++));
            put_ticker(answer, &symbols[i / 2], i % 2 == 1, &answer->out);
        }
    }
    wire_text(&answer->out, "]");
    end_answer(answer);
}

static void answer_ticker(struct exchange_answer *answer) {
    const char *name = strrchr(answer->path, '/') + 1;
    bool inverse = false;
    const struct exchange_symbol *symbol =
        exchange_kraken_futures_find(answer->server, name, strlen(name), &inverse);
    if (symbol == NULL) {
        refuse(answer, 404, "contractNotFound");
        return;
    }
    wire_text(&answer->out, "{\"result\":\"success\",\"ticker\":");
    put_ticker(answer, symbol, inverse, &answer->out);
    end_answer(answer);
}

/* "/api/charts/v1/trade/PF_XBTUSD/1m?from=&to=", both in seconds. */
static void answer_candles(struct exchange_answer *answer) {
    const char *name = answer->path + strlen("/api/charts/v1/trade/");
    const size_t len = strcspn(name, "/");
    struct wire *out = &answer->out;
    bool inverse = false;
    const struct exchange_symbol *symbol =
        exchange_kraken_futures_find(answer->server, name, len, &inverse);
    if (symbol == NULL || strcmp(name + len, "/1m") != 0) {
        refuse(answer, 404, "Not Found");
        return;
    }
    const int64_t now_s = exchange_now_ms(answer->server) / 1000;
    const int64_t from_s = exchange_param_integer(answer->query, "from", 0);
    const int64_t to_s = exchange_param_integer(answer->query, "to", now_s);
    struct exchange_kline *bars = calloc(KLINE_LIMIT_MAX, sizeof(*bars));
    const size_t count = bars == NULL
                             ? 0
                             : exchange_klines_get(answer->server, symbol, MINUTE_MS, from_s * 1000,
                                                   to_s * 1000, from_s <= 0, KLINE_LIMIT_MAX, bars);
    wire_text(out, "{\"candles\":[");
    for (size_t i = 0; i < count; i++) {
        exchange_put_integer(out, i > 0 ? ",{\"time\":" : "{\"time\":", bars[i].open_ms);
        exchange_put_fixed(out, ",\"open\":", bars[i].open, PRICE_PLACES);
        exchange_put_fixed(out, ",\"high\":", bars[i].high, PRICE_PLACES);
        exchange_put_fixed(out, ",\"low\":", bars[i].low, PRICE_PLACES);
        exchange_put_fixed(out, ",\"close\":", bars[i].close, PRICE_PLACES);
        if (inverse) {
            exchange_put_rounded(out, ",\"volume\":", bars[i].volume_usd, 0);
        } else {
            exchange_put_fixed(out, ",\"volume\":", bars[i].volume_lots, 3);
        }
        wire_text(out, "}");
    }
    wire_text(out,
              count == KLINE_LIMIT_MAX ? "],\"more_candles\":true}" : "],\"more_candles\":false}");
    free(bars);
}

static void answer_funding(struct exchange_answer *answer) {
    struct exchange_funding rows[FUNDING_LIMIT_MAX];
    struct wire *out = &answer->out;
    bool inverse = false;
    const struct exchange_symbol *symbol = require_symbol(answer, &inverse);
    if (symbol == NULL) {
        return;
    }
    const size_t count = exchange_funding_get(answer->server, symbol, 0, INT64_MAX / 2, true,
                                              FUNDING_LIMIT_MAX, rows);
    wire_text(out, "{\"rates\":[");
    for (size_t i = 0; i < count; i++) {
        const double hourly = rows[i].rate / MARKET_FUNDING_HOURS;
        put_time(out, i > 0 ? ",{\"timestamp\":" : "{\"timestamp\":", rows[i].ts_ms);
        exchange_put_rounded_number(
            out, ",\"fundingRate\":", inverse ? hourly / rows[i].mark : hourly * rows[i].mark, 12);
        exchange_put_rounded_number(out, ",\"relativeFundingRate\":", hourly, 12);
        wire_text(out, "}");
    }
    wire_text(out, "]}");
}

/* -- rows -- */

/* The newest first. */
static void answer_history(struct exchange_answer *answer) {
    struct wire *out = &answer->out;
    bool inverse = false;
    const struct exchange_symbol *symbol = require_symbol(answer, &inverse);
    if (symbol == NULL) {
        return;
    }
    const size_t count = exchange_recent_count(symbol);
    const size_t from = count > HISTORY_ROWS ? count - HISTORY_ROWS : 0;
    wire_text(out, "{\"result\":\"success\",\"history\":[");
    for (size_t i = count; i > from; i--) {
        const struct exchange_trade *row = exchange_recent_at(symbol, i - 1);
        put_time(out, i < count ? ",{\"time\":" : "{\"time\":", row->ts_ms);
        exchange_put_integer(out, ",\"trade_id\":", row->id);
        exchange_put_fixed_number(out, ",\"price\":", row->price_ticks, PRICE_PLACES);
        exchange_kraken_futures_put_size(out, ",\"size\":", row->price_ticks, row->qty_lots,
                                         inverse);
        exchange_put_text(out, ",\"side\":", row->side == SIDE_BUY ? "buy" : "sell");
        exchange_put_text(out, ",\"type\":", row->liquidated != POS_NONE ? "liquidation" : "fill");
        exchange_put_uuid(out, ",\"uid\":", row->id);
        wire_text(out, "}");
    }
    wire_text(out, "]");
    end_answer(answer);
}

static void put_side(struct wire *out, const char *before, const struct exchange_book *book,
                     int side, bool inverse) {
    wire_text(out, before);
    for (size_t i = 0; i < book->count[side]; i++) {
        const struct ladder_level *level = &book->levels[side][i];
        exchange_put_fixed_number(out, i > 0 ? ",[" : "[", level->ticks, PRICE_PLACES);
        exchange_kraken_futures_put_size(out, ",", level->ticks, level->lots, inverse);
        wire_text(out, "]");
    }
    wire_text(out, "]");
}

static void answer_book(struct exchange_answer *answer) {
    struct exchange_book book;
    bool inverse = false;
    const struct exchange_symbol *symbol = require_symbol(answer, &inverse);
    if (symbol == NULL) {
        return;
    }
    exchange_book_get(answer->server, symbol, LADDER_LEVEL_MAX, &book);
    wire_text(&answer->out, "{\"result\":\"success\",\"orderBook\":{");
    put_side(&answer->out, "\"bids\":[", &book, 0, inverse);
    put_side(&answer->out, ",\"asks\":[", &book, 1, inverse);
    wire_text(&answer->out, "}");
    end_answer(answer);
}

const struct exchange_route exchange_kraken_futures_routes[] = {
    {"/derivatives/api/v3/instruments", answer_instruments},
    {"/derivatives/api/v3/tickers", answer_tickers},
    {"/derivatives/api/v3/tickers/*", answer_ticker},
    {"/derivatives/api/v3/history", answer_history},
    {"/derivatives/api/v3/orderbook", answer_book},
    {"/derivatives/api/v4/historicalfundingrates", answer_funding},
    {"/api/charts/v1/trade/*", answer_candles},
};
static_assert(ARRAY_COUNT(exchange_kraken_futures_routes) == EXCHANGE_KRAKEN_FUTURES_ROUTES,
              "as the header says");
