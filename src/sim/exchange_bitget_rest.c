/* Bitget's REST answers: /api/v3/market. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "sim/bracket.h"
#include "sim/exchange_bitget.h"
#include "sim/market.h"

enum {
    KLINE_LIMIT_MAX = 1000,
    HISTORY_LIMIT_MAX = 200,
    LIQUIDATION_LIMIT_MAX = 100,
    FUNDING_LIMIT_MAX = 100,
    BOOK_LIMIT_MAX = 200,
    RATE_PLACES = 8,
    MARK_PLACES = 2
};

/* -- the envelope -- */

static void begin(struct exchange_answer *answer) {
    exchange_put_integer(&answer->out, "{\"code\":\"00000\",\"msg\":\"success\",\"requestTime\":",
                         exchange_now_ms(answer->server));
    wire_text(&answer->out, ",\"data\":");
}

static void refuse(struct exchange_answer *answer, int http_code, const char *code,
                   const char *message) {
    wire_reset(&answer->out);
    answer->http_code = http_code;
    exchange_put_text(&answer->out, "{\"code\":", code);
    exchange_put_text(&answer->out, ",\"msg\":", message);
    exchange_put_integer(&answer->out, ",\"requestTime\":", exchange_now_ms(answer->server));
    wire_text(&answer->out, ",\"data\":null}");
}

void exchange_bitget_refuse(struct exchange_answer *answer, int http_code) {
    if (http_code == 404) {
        refuse(answer, http_code, "40404", "Request URL NOT FOUND");
    } else if (http_code == 429 || http_code == 418) {
        refuse(answer, http_code, "429", "Too Many Requests");
    } else if (http_code == 403 || http_code == 451) {
        refuse(answer, http_code, "40010", "Access from your region is restricted");
    } else {
        refuse(answer, http_code, "40725", "service return an error");
    }
}

/* What a request asks: its line, and its symbol. False: refused. */
struct wish {
    enum bitget_wire_line line;
    const struct exchange_symbol *symbol; /* NULL: all */
    int64_t limit;
};

static bool read_wish(struct exchange_answer *answer, bool one, int64_t fallback, int64_t max,
                      struct wish *wish) {
    char category[EXCHANGE_PARAM_BYTES], name[EXCHANGE_PARAM_BYTES];
    const bool given = exchange_param(answer->query, "category", category);
    wish->line = exchange_bitget_line(given ? category : NULL, true);
    const bool named = exchange_param(answer->query, "symbol", name);
    wish->symbol = named ? exchange_bitget_find(answer->server, name, wish->line) : NULL;
    wish->limit = exchange_param_integer(answer->query, "limit", fallback);
    if (wish->line == WIRE_LINE_COUNT || (wish->symbol == NULL && (named || one))) {
        refuse(answer, 400, "40034",
               wish->line == WIRE_LINE_COUNT ? "Parameter category does not exist"
                                             : "Parameter symbol does not exist");
        return false;
    }
    if (wish->limit < 1 || wish->limit > max) {
        refuse(answer, 400, "40020", "Parameter limit error");
        return false;
    }
    return true;
}

static bool is_asked(const struct wish *wish, const struct exchange_symbol *symbol) {
    return symbol->listed && (wish->symbol == NULL || wish->symbol == symbol);
}

/* -- facts -- */

static void put_instrument(struct wire *out, const struct exchange_symbol *symbol,
                           enum bitget_wire_line line) {
    static const char *const quotes[WIRE_LINE_COUNT] = {"USDT", "USDC", "USD"};
    exchange_bitget_put_symbol(out, "{\"symbol\":", symbol, line);
    exchange_put_text(out, ",\"category\":", exchange_bitget_line_name(line, true));
    exchange_put_text(out, ",\"baseCoin\":", symbol->base);
    exchange_put_text(out, ",\"quoteCoin\":", quotes[line]);
    wire_text(out, ",\"isRwa\":\"NO\",\"buyLimitPriceRatio\":\"0.05\",\"sellLimitPriceRatio\":"
                   "\"0.05\",\"makerFeeRate\":\"0.0002\",\"takerFeeRate\":\"0.0006\","
                   "\"minOrderQty\":\"0.001\",\"maxOrderQty\":\"1200\",\"pricePrecision\":\"1\","
                   "\"quantityPrecision\":\"3\",\"quotePrecision\":\"\",\"priceMultiplier\":"
                   "\"0.1\",\"quantityMultiplier\":\"0.001\",\"type\":\"perpetual\","
                   "\"minOrderAmount\":\"5\",\"status\":\"online\",\"offTime\":\"-1\","
                   "\"deliveryTime\":\"\",\"deliveryStartTime\":\"\",\"launchTime\":\"0\"");
    exchange_put_fixed(out, ",\"fundInterval\":", MARKET_FUNDING_HOURS, 0);
    wire_text(out, ",\"minLeverage\":\"1\",\"maxLeverage\":\"125\",\"symbolType\":\"crypto\"}");
}

static void answer_instruments(struct exchange_answer *answer) {
    struct wire *out = &answer->out;
    struct wish wish;
    int count = 0;
    bool written = false;
    if (!read_wish(answer, false, 1000, 1000, &wish)) {
        return;
    }
    const struct exchange_symbol *symbols = exchange_symbols(answer->server, &count);
    begin(answer);
    wire_text(out, "[");
    for (int i = 0; i < count; i++) {
        if (is_asked(&wish, &symbols[i])) {
            wire_text(out, written ? "," : "");
            put_instrument(out, &symbols[i], wish.line);
            written = true;
        }
    }
    wire_text(out, "]}");
}

static void answer_tiers(struct exchange_answer *answer) {
    const struct bracket *rows = bracket_binance.rows;
    struct wire *out = &answer->out;
    struct wish wish;
    if (!read_wish(answer, true, 1, 1, &wish)) {
        return;
    }
    begin(answer);
    for (int i = 0; i < bracket_binance.count; i++) {
        exchange_put_fixed(out, i > 0 ? ",{\"tier\":" : "[{\"tier\":", i + 1, 0);
        exchange_put_rounded(out, ",\"minTierValue\":", i > 0 ? rows[i - 1].notional_cap_usd : 0,
                             0);
        exchange_put_rounded(out, ",\"maxTierValue\":", rows[i].notional_cap_usd, 0);
        exchange_put_rounded(out, ",\"leverage\":", rows[i].leverage_max, 0);
        exchange_put_rounded(out, ",\"mmr\":", rows[i].mmr, 6);
        wire_text(out, "}");
    }
    wire_text(out, "]}");
}

/* -- values -- */

static void put_ticker(struct exchange_answer *answer, const struct exchange_symbol *symbol,
                       enum bitget_wire_line line) {
    struct wire *out = &answer->out;
    struct exchange_ticker ticker;
    exchange_ticker_get(answer->server, symbol, &ticker);
    exchange_put_text(out, "{\"category\":", exchange_bitget_line_name(line, true));
    exchange_bitget_put_symbol(out, ",\"symbol\":", symbol, line);
    exchange_put_fixed(out, ",\"ts\":", exchange_now_ms(answer->server), 0);
    exchange_put_fixed(out, ",\"lastPrice\":", ticker.last_ticks, 1);
    exchange_put_fixed(out, ",\"openPrice24h\":\"0\",\"ask1Price\":", ticker.ask_ticks, 1);
    exchange_put_fixed(out, ",\"bid1Price\":", ticker.bid_ticks, 1);
    exchange_put_rounded(out, ",\"volume24h\":\"0\",\"indexPrice\":", ticker.index, MARK_PLACES);
    exchange_put_rounded(out, ",\"markPrice\":", ticker.mark, MARK_PLACES);
    exchange_put_rounded(out, ",\"fundingRate\":", ticker.funding_rate, RATE_PLACES);
    exchange_put_fixed(out, ",\"openInterest\":", ticker.oi_lots, 3);
    wire_text(out, ",\"deliveryStartTime\":\"\",\"deliveryTime\":\"\",\"deliveryStatus\":\"\"}");
}

static void answer_tickers(struct exchange_answer *answer) {
    struct wish wish;
    int count = 0;
    bool written = false;
    if (!read_wish(answer, false, 1, 1, &wish)) {
        return;
    }
    const struct exchange_symbol *symbols = exchange_symbols(answer->server, &count);
    begin(answer);
    wire_text(&answer->out, "[");
    for (int i = 0; i < count; i++) {
        if (is_asked(&wish, &symbols[i])) {
            wire_text(&answer->out, written ? "," : "");
            put_ticker(answer, &symbols[i], wish.line);
            written = true;
        }
    }
    wire_text(&answer->out, "]}");
}

static void answer_interest(struct exchange_answer *answer) {
    struct wire *out = &answer->out;
    struct exchange_ticker ticker;
    struct wish wish;
    if (!read_wish(answer, true, 1, 1, &wish)) {
        return;
    }
    exchange_ticker_get(answer->server, wish.symbol, &ticker);
    begin(answer);
    exchange_bitget_put_symbol(out, "{\"list\":[{\"symbol\":", wish.symbol, wish.line);
    exchange_put_fixed(out, ",\"openInterest\":", ticker.oi_lots, 3);
    exchange_put_fixed(out, "}],\"ts\":", exchange_now_ms(answer->server), 0);
    wire_text(out, "}}");
}

static void answer_funding(struct exchange_answer *answer) {
    struct wire *out = &answer->out;
    struct exchange_ticker ticker;
    struct wish wish;
    if (!read_wish(answer, true, 1, 1, &wish)) {
        return;
    }
    exchange_ticker_get(answer->server, wish.symbol, &ticker);
    begin(answer);
    exchange_bitget_put_symbol(out, "[{\"symbol\":", wish.symbol, wish.line);
    exchange_put_rounded(out, ",\"fundingRate\":", ticker.funding_rate, RATE_PLACES);
    exchange_put_fixed(out, ",\"fundingRateInterval\":", MARKET_FUNDING_HOURS, 0);
    exchange_put_fixed(out, ",\"nextUpdate\":", ticker.next_funding_ms, 0);
    wire_text(out, ",\"minFundingRate\":\"-0.003\",\"maxFundingRate\":\"0.003\"}]}");
}

static void answer_funding_history(struct exchange_answer *answer) {
    struct exchange_funding rows[FUNDING_LIMIT_MAX];
    struct wire *out = &answer->out;
    struct wish wish;
    if (!read_wish(answer, true, 20, FUNDING_LIMIT_MAX, &wish)) {
        return;
    }
    const size_t count = exchange_funding_get(answer->server, wish.symbol, 0, INT64_MAX / 2, true,
                                              (size_t)wish.limit, rows);
    begin(answer);
    wire_text(out, "{\"resultList\":[");
    for (size_t i = count; i > 0; i--) {
        wire_text(out, i < count ? "," : "");
        exchange_bitget_put_symbol(out, "{\"symbol\":", wish.symbol, wish.line);
        exchange_put_rounded(out, ",\"fundingRate\":", rows[i - 1].rate, RATE_PLACES);
        exchange_put_fixed(out, ",\"fundingRateTimestamp\":", rows[i - 1].ts_ms, 0);
        wire_text(out, "}");
    }
    wire_text(out, "]}}");
}

/* -- rows -- */

static int64_t interval_ms(const char *query) {
    static const struct {
        const char *name;
        int64_t ms;
    } rows[] = {{"1m", 60000},     {"3m", 180000},  {"5m", 300000},   {"15m", 900000},
                {"30m", 1800000},  {"1H", 3600000}, {"4H", 14400000}, {"6H", 21600000},
                {"12H", 43200000}, {"1D", 86400000}};
    char text[EXCHANGE_PARAM_BYTES];
    for (size_t i = 0; exchange_param(query, "interval", text) && i < ARRAY_COUNT(rows); i++) {
        if (strcmp(text, rows[i].name) == 0) {
            return rows[i].ms;
        }
    }
    return 0;
}

/* Bars from the oldest to the newest. */
static void put_klines(struct exchange_answer *answer, int64_t limit_max) {
    const int64_t step_ms = interval_ms(answer->query);
    struct wire *out = &answer->out;
    struct wish wish;
    if (!read_wish(answer, true, 100, limit_max, &wish)) {
        return;
    }
    if (step_ms == 0) {
        refuse(answer, 400, "40034", "Parameter interval does not exist");
        return;
    }
    const int64_t from_ms = exchange_param_integer(answer->query, "startTime", 0);
    const int64_t to_ms = exchange_param_integer(answer->query, "endTime", INT64_MAX / 2);
    struct exchange_kline *bars = calloc((size_t)wish.limit, sizeof(*bars));
    const size_t count = bars == NULL
                             ? 0
                             : exchange_klines_get(answer->server, wish.symbol, step_ms, from_ms,
                                                   to_ms, true, (size_t)wish.limit, bars);
    begin(answer);
    wire_text(out, "[");
    for (size_t i = 0; i < count; i++) {
        exchange_put_fixed(out, i > 0 ? ",[" : "[", bars[i].open_ms, 0);
        exchange_put_fixed(out, ",", bars[i].open, 1);
        exchange_put_fixed(out, ",", bars[i].high, 1);
        exchange_put_fixed(out, ",", bars[i].low, 1);
        exchange_put_fixed(out, ",", bars[i].close, 1);
        exchange_put_fixed(out, ",", bars[i].volume_lots, 3);
        exchange_put_rounded(out, ",", bars[i].volume_usd, 4);
        wire_text(out, "]");
    }
    wire_text(out, "]}");
    free(bars);
}

static void answer_klines(struct exchange_answer *answer) {
    put_klines(answer, KLINE_LIMIT_MAX);
}

static void answer_old_klines(struct exchange_answer *answer) {
    put_klines(answer, HISTORY_LIMIT_MAX);
}

/* Newest first. The cursor is the time that older rows lie before. */
static void answer_liquidations(struct exchange_answer *answer) {
    struct exchange_liquidation rows[LIQUIDATION_LIMIT_MAX];
    struct wire *out = &answer->out;
    struct wish wish;
    if (!read_wish(answer, false, LIQUIDATION_LIMIT_MAX, LIQUIDATION_LIMIT_MAX, &wish)) {
        return;
    }
    const int64_t before_ms = exchange_param_integer(answer->query, "cursor", INT64_MAX / 2);
    const size_t count = exchange_forced_get(answer->server, wish.symbol, 0, before_ms - 1, true,
                                             (size_t)wish.limit, rows);
    begin(answer);
    wire_text(out, "{\"list\":[");
    for (size_t i = count; i > 0; i--) {
        wire_text(out, i < count ? "," : "");
        exchange_bitget_put_liquidation(out, &rows[i - 1], wish.line);
        exchange_put_fixed(out, ",\"ts\":", rows[i - 1].ts_ms, 0);
        wire_text(out, "}");
    }
    wire_text(out, "],\"cursor\":\"");
    if (count == (size_t)wish.limit) {
        wire_integer(out, rows[0].ts_ms);
    }
    wire_text(out, "\"}}");
}

static void answer_trades(struct exchange_answer *answer) {
    struct wire *out = &answer->out;
    struct wish wish;
    if (!read_wish(answer, true, 100, 100, &wish)) {
        return;
    }
    const size_t count = exchange_recent_count(wish.symbol);
    const size_t from = count > (size_t)wish.limit ? count - (size_t)wish.limit : 0;
    begin(answer);
    wire_text(out, "[");
    for (size_t i = count; i > from; i--) {
        const struct exchange_trade *row = exchange_recent_at(wish.symbol, i - 1);
        exchange_put_fixed(out, i < count ? ",{\"execId\":" : "{\"execId\":", row->id, 0);
        exchange_put_fixed(out, ",\"execLinkId\":", row->id * 2 + 1, 0);
        exchange_put_fixed(out, ",\"price\":", row->price_ticks, 1);
        exchange_bitget_put_size(out, ",\"size\":", row->price_ticks, row->qty_lots, wish.line);
        exchange_put_text(out, ",\"side\":", row->side == SIDE_BUY ? "buy" : "sell");
        exchange_put_fixed(out, ",\"ts\":", row->ts_ms, 0);
        wire_text(out, ",\"isRPI\":\"no\"}");
    }
    wire_text(out, "]}");
}

/* Sizes and prices are numbers here. */
static void answer_book(struct exchange_answer *answer) {
    struct wire *out = &answer->out;
    struct exchange_book book;
    struct wish wish;
    if (!read_wish(answer, true, 100, BOOK_LIMIT_MAX, &wish)) {
        return;
    }
    exchange_book_get(answer->server, wish.symbol, (size_t)wish.limit, &book);
    begin(answer);
    wire_text(out, "{\"a\":[");
    exchange_bitget_put_levels(out, book.levels[1], book.count[1], true);
    wire_text(out, "],\"b\":[");
    exchange_bitget_put_levels(out, book.levels[0], book.count[0], true);
    exchange_put_fixed(out, "],\"ts\":", book.ts_ms, 0);
    wire_text(out, "}}");
}

const struct exchange_route exchange_bitget_routes[] = {
    {"/api/v3/market/instruments", answer_instruments},
    {"/api/v3/market/position-tier", answer_tiers},
    {"/api/v3/market/tickers", answer_tickers},
    {"/api/v3/market/open-interest", answer_interest},
    {"/api/v3/market/current-fund-rate", answer_funding},
    {"/api/v3/market/history-fund-rate", answer_funding_history},
    {"/api/v3/market/candles", answer_klines},
    {"/api/v3/market/history-candles", answer_old_klines},
    {"/api/v3/market/liquidations", answer_liquidations},
    {"/api/v3/market/fills", answer_trades},
    {"/api/v3/market/orderbook", answer_book},
};
static_assert(ARRAY_COUNT(exchange_bitget_routes) == EXCHANGE_BITGET_ROUTES, "as the header says");
