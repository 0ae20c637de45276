/* Bybit's REST answers: /v5/market. Lists begin with the newest row. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "sim/bracket.h"
#include "sim/exchange_bybit.h"
#include "sim/market.h"

enum {
    KLINE_LIMIT_MAX = 1000,
    INTEREST_LIMIT_MAX = 200,
    FUNDING_LIMIT_MAX = 200,
    TRADE_LIMIT_MAX = 1000,
    INSTRUMENT_LIMIT_MAX = 1000,
    BOOK_LIMIT_MAX = 1000,
    RATE_PLACES = 8,
    CODE_PARAMS = 10001
};

/* -- the envelope -- */

static void end_result(struct exchange_answer *answer) {
    exchange_put_integer(&answer->out,
                         "},\"retExtInfo\":{},\"time\":", exchange_now_ms(answer->server));
    wire_text(&answer->out, "}");
}

static void refuse(struct exchange_answer *answer, int http_code, int code, const char *message) {
    wire_reset(&answer->out);
    answer->http_code = http_code;
    exchange_put_integer(&answer->out, "{\"retCode\":", code);
    wire_text(&answer->out, ",\"retMsg\":");
    wire_quoted(&answer->out, message);
    wire_text(&answer->out, ",\"result\":{");
    end_result(answer);
}

void exchange_bybit_refuse(struct exchange_answer *answer, int http_code) {
    if (http_code == 404) {
        refuse(answer, http_code, 10404, "op type is not found");
    } else if (http_code == 403 || http_code == 429 || http_code == 418) {
        refuse(answer, http_code, 10006, "Too many visits!");
    } else if (http_code == 451) {
        refuse(answer, http_code, 10024,
               "The product or service you are seeking to access is not "
               "available to you due to regulatory restrictions.");
    } else {
        refuse(answer, http_code, 10016, "Server error.");
    }
}

/* What a request asks: its market, and its symbol. False: refused. */
struct wish {
    bool inverse;
    const struct exchange_symbol *symbol; /* NULL: all */
    int64_t limit;
};

static bool read_wish(struct exchange_answer *answer, bool one, int64_t fallback, int64_t max,
                      struct wish *wish) {
    char category[EXCHANGE_PARAM_BYTES], name[EXCHANGE_PARAM_BYTES];
    const bool given = exchange_param(answer->query, "category", category);
    wish->inverse = given && strcmp(category, "inverse") == 0;
    if (!wish->inverse && (!given || strcmp(category, "linear") != 0)) {
        refuse(answer, 200, CODE_PARAMS, "params error: Category is invalid");
        return false;
    }
    const bool named = exchange_param(answer->query, "symbol", name);
    wish->symbol =
        named ? exchange_bybit_find(answer->server, name, strlen(name), wish->inverse) : NULL;
    if (wish->symbol == NULL && (named || one)) {
        refuse(answer, 200, CODE_PARAMS, "params error: symbol invalid");
        return false;
    }
    wish->limit = exchange_param_integer(answer->query, "limit", fallback);
    if (wish->limit < 1) {
        refuse(answer, 200, CODE_PARAMS, "params error: limit invalid");
        return false;
    }
    wish->limit = wish->limit > max ? max : wish->limit;
    return true;
}

/* {"retCode":0,…,"result":{"category":"linear" */
static void begin_result(struct exchange_answer *answer, const struct wish *wish) {
    wire_text(&answer->out, "{\"retCode\":0,\"retMsg\":\"OK\",\"result\":{");
    exchange_put_text(&answer->out, "\"category\":", wish->inverse ? "inverse" : "linear");
}

static void get_range(const struct exchange_answer *answer, const char *from, const char *to,
                      int64_t *from_ms, int64_t *to_ms) {
    *from_ms = exchange_param_integer(answer->query, from, 0);
    *to_ms = exchange_param_integer(answer->query, to, INT64_MAX / 2);
}

/* Whether a list of all has it; the symbols of a request for one are that one. */
static bool is_asked(const struct wish *wish, const struct exchange_symbol *symbol) {
    return symbol->listed && (wish->symbol == NULL || wish->symbol == symbol);
}

static const char *separator(size_t i) {
    return i > 0 ? ",{" : "{";
}

/* -- instruments -- */

static void put_instrument(struct wire *out, const struct exchange_symbol *symbol, bool inverse) {
    exchange_bybit_put_symbol(out, "\"symbol\":", symbol, inverse);
    exchange_put_text(out, ",\"contractType\":", inverse ? "InversePerpetual" : "LinearPerpetual");
    exchange_put_text(out, ",\"status\":\"Trading\",\"baseCoin\":", symbol->base);
    exchange_put_text(out, ",\"quoteCoin\":", inverse ? "USD" : "USDT");
    wire_text(out, ",\"launchTime\":\"1585526400000\",\"deliveryTime\":\"0\",\"deliveryFeeRate\":"
                   "\"\",\"priceScale\":\"2\",\"leverageFilter\":{\"minLeverage\":\"1\","
                   "\"maxLeverage\":\"100.00\",\"leverageStep\":\"0.01\"},\"priceFilter\":{"
                   "\"minPrice\":\"0.10\",\"maxPrice\":\"1999999.80\",\"tickSize\":\"0.10\"},"
                   "\"lotSizeFilter\":{\"maxOrderQty\":\"1190.000\",\"minOrderQty\":\"0.001\"");
    exchange_put_text(out, ",\"qtyStep\":", inverse ? "1" : "0.001");
    exchange_put_integer(
        out, ",\"minNotionalValue\":\"5\"},\"unifiedMarginTrade\":true,\"fundingInterval\":",
        MARKET_FUNDING_HOURS * 60);
    exchange_put_text(out, ",\"settleCoin\":", inverse ? symbol->base : "USDT");
    wire_text(out, ",\"copyTrading\":\"both\",\"upperFundingRate\":\"0.00375\","
                   "\"lowerFundingRate\":\"-0.00375\",\"isPreListing\":false,\"preListingInfo\":"
                   "null,\"symbolType\":\"\"");
}

/* The cursor is "first=N", percent-encoded as the venue hands it out. */
static void answer_instruments(struct exchange_answer *answer) {
    char cursor[EXCHANGE_PARAM_BYTES];
    struct wire *out = &answer->out;
    struct wish wish;
    int count = 0;
    size_t written = 0;
    int at = 0;
    if (!read_wish(answer, false, 500, INSTRUMENT_LIMIT_MAX, &wish)) {
        return;
    }
    const struct exchange_symbol *symbols = exchange_symbols(answer->server, &count);
    if (exchange_param(answer->query, "cursor", cursor) && strncmp(cursor, "first=", 6) == 0) {
        at = (int)strtol(cursor + 6, NULL, 10);
    }
    begin_result(answer, &wish);
    wire_text(out, ",\"list\":[");
    for (at = at < 0 ? 0 : at; at < count && written < (size_t)wish.limit; at++) {
        if (is_asked(&wish, &symbols[at])) {
            wire_text(out, separator(written++));
            put_instrument(out, &symbols[at], wish.inverse);
            wire_text(out, "}");
        }
    }
    wire_text(out, "],\"nextPageCursor\":\"");
    if (at < count) {
        exchange_put_integer(out, "first%3D", at);
    }
    wire_text(out, "\"");
    end_result(answer);
}

/* Caps of inverse contracts count their coin. */
static void answer_tiers(struct exchange_answer *answer) {
    const struct bracket *rows = bracket_binance.rows;
    struct wire *out = &answer->out;
    struct exchange_ticker ticker;
    struct wish wish;
    if (!read_wish(answer, true, 1, 1, &wish)) {
        return;
    }
    exchange_ticker_get(answer->server, wish.symbol, &ticker);
    begin_result(answer, &wish);
    wire_text(out, ",\"list\":[");
    for (int i = 0; i < bracket_binance.count; i++) {
        const double cap = rows[i].notional_cap_usd / (wish.inverse ? ticker.mark : 1);
        wire_text(out, separator((size_t)i));
        exchange_put_integer(out, "\"id\":", i + 1);
        exchange_bybit_put_symbol(out, ",\"symbol\":", wish.symbol, wish.inverse);
        exchange_put_rounded(out, ",\"riskLimitValue\":", cap, wish.inverse ? 4 : 0);
        exchange_put_rounded(out, ",\"maintenanceMargin\":", rows[i].mmr, 6);
        exchange_put_rounded(out, ",\"initialMargin\":", 1 / rows[i].leverage_max, 6);
        exchange_put_integer(out, ",\"isLowestRisk\":", i == 0);
        exchange_put_rounded(out, ",\"maxLeverage\":", rows[i].leverage_max, 2);
        wire_text(out, ",\"mmDeduction\":\"\"}");
    }
    wire_text(out, "],\"nextPageCursor\":\"\"");
    end_result(answer);
}

/* -- values -- */

static void answer_tickers(struct exchange_answer *answer) {
    struct wire *out = &answer->out;
    struct exchange_ticker ticker;
    struct wish wish;
    int count = 0;
    size_t written = 0;
    if (!read_wish(answer, false, 1, 1, &wish)) {
        return;
    }
    const struct exchange_symbol *symbols = exchange_symbols(answer->server, &count);
    begin_result(answer, &wish);
    wire_text(out, ",\"list\":[");
    for (int i = 0; i < count; i++) {
        if (is_asked(&wish, &symbols[i])) {
            exchange_ticker_get(answer->server, &symbols[i], &ticker);
            wire_text(out, separator(written++));
            exchange_bybit_put_ticker(out, &symbols[i], &ticker, wish.inverse);
            wire_text(out, ",\"deliveryTime\":\"0\",\"basis\":\"\"}");
        }
    }
    wire_text(out, "]");
    end_result(answer);
}

static void answer_klines(struct exchange_answer *answer) {
    char interval[EXCHANGE_PARAM_BYTES];
    struct wire *out = &answer->out;
    struct wish wish;
    int64_t from_ms = 0, to_ms = 0;
    if (!read_wish(answer, true, 200, KLINE_LIMIT_MAX, &wish)) {
        return;
    }
    const int64_t minutes = exchange_param(answer->query, "interval", interval)
                                ? exchange_param_integer(answer->query, "interval", 0)
                                : 0;
    if (minutes < 1 || minutes > 720) {
        refuse(answer, 200, CODE_PARAMS, "params error: Interval Is Invalid");
        return;
    }
    get_range(answer, "start", "end", &from_ms, &to_ms);
    struct exchange_kline *bars = calloc((size_t)wish.limit, sizeof(*bars));
    const size_t count = bars == NULL
                             ? 0
                             : exchange_klines_get(answer->server, wish.symbol, minutes * 60000,
                                                   from_ms, to_ms, true, (size_t)wish.limit, bars);
    begin_result(answer, &wish);
    exchange_bybit_put_symbol(out, ",\"symbol\":", wish.symbol, wish.inverse);
    wire_text(out, ",\"list\":[");
    for (size_t i = count; i > 0; i--) {
        const struct exchange_kline *bar = &bars[i - 1];
        exchange_put_fixed(out, i < count ? ",[" : "[", bar->open_ms, 0);
        exchange_put_fixed(out, ",", bar->open * 10, 2);
        exchange_put_fixed(out, ",", bar->high * 10, 2);
        exchange_put_fixed(out, ",", bar->low * 10, 2);
        exchange_put_fixed(out, ",", bar->close * 10, 2);
        if (wish.inverse) {
            exchange_put_rounded(out, ",", bar->volume_usd, 0);
            exchange_put_fixed(out, ",", bar->volume_lots, 3);
        } else {
            exchange_put_fixed(out, ",", bar->volume_lots, 3);
            exchange_put_rounded(out, ",", bar->volume_usd, 4);
        }
        wire_text(out, "]");
    }
    wire_text(out, "]");
    end_result(answer);
    free(bars);
}

static int64_t interest_step_ms(const char *query) {
    static const struct {
        const char *name;
        int64_t ms;
    } steps[] = {{"5min", 300000}, {"15min", 900000}, {"30min", 1800000},
                 {"1h", 3600000},  {"4h", 14400000},  {"1d", 86400000}};
    char text[EXCHANGE_PARAM_BYTES];
    for (size_t i = 0; exchange_param(query, "intervalTime", text) && i < ARRAY_COUNT(steps); i++) {
        if (strcmp(text, steps[i].name) == 0) {
            return steps[i].ms;
        }
    }
    return 0;
}

static void answer_interest(struct exchange_answer *answer) {
    const int64_t step_ms = interest_step_ms(answer->query);
    struct exchange_interest rows[INTEREST_LIMIT_MAX];
    struct wire *out = &answer->out;
    struct wish wish;
    int64_t from_ms = 0, to_ms = 0;
    if (!read_wish(answer, true, 50, INTEREST_LIMIT_MAX, &wish)) {
        return;
    }
    if (step_ms == 0) {
        refuse(answer, 200, CODE_PARAMS, "params error: intervalTime invalid");
        return;
    }
    get_range(answer, "startTime", "endTime", &from_ms, &to_ms);
    const size_t count = exchange_interest_get(answer->server, wish.symbol, step_ms, from_ms, to_ms,
                                               true, (size_t)wish.limit, rows);
    begin_result(answer, &wish);
    exchange_bybit_put_symbol(out, ",\"symbol\":", wish.symbol, wish.inverse);
    wire_text(out, ",\"list\":[");
    for (size_t i = count; i > 0; i--) {
        const double one =
            wish.inverse ? rows[i - 1].oi_usd : (double)rows[i - 1].oi_lots * MARKET_LOT;
        wire_text(out, separator(i < count));
        exchange_put_rounded(out, "\"openInterest\":", 2 * one, 8);
        exchange_put_rounded(out, ",\"singleOpenInterest\":", one, wish.inverse ? 0 : 3);
        exchange_put_fixed(out, ",\"timestamp\":", rows[i - 1].ts_ms, 0);
        wire_text(out, "}");
    }
    wire_text(out, "],\"nextPageCursor\":\"\"");
    end_result(answer);
}

static void answer_funding(struct exchange_answer *answer) {
    struct exchange_funding rows[FUNDING_LIMIT_MAX];
    struct wire *out = &answer->out;
    struct wish wish;
    int64_t from_ms = 0, to_ms = 0;
    if (!read_wish(answer, true, FUNDING_LIMIT_MAX, FUNDING_LIMIT_MAX, &wish)) {
        return;
    }
    get_range(answer, "startTime", "endTime", &from_ms, &to_ms);
    const size_t count = exchange_funding_get(answer->server, wish.symbol, from_ms, to_ms, true,
                                              (size_t)wish.limit, rows);
    begin_result(answer, &wish);
    wire_text(out, ",\"list\":[");
    for (size_t i = count; i > 0; i--) {
        wire_text(out, separator(i < count));
        exchange_bybit_put_symbol(out, "\"symbol\":", wish.symbol, wish.inverse);
        exchange_put_rounded(out, ",\"fundingRate\":", rows[i - 1].rate, RATE_PLACES);
        exchange_put_fixed(out, ",\"fundingRateTimestamp\":", rows[i - 1].ts_ms, 0);
        wire_text(out, "}");
    }
    wire_text(out, "]");
    end_result(answer);
}

/* -- rows -- */

static void answer_trades(struct exchange_answer *answer) {
    struct wire *out = &answer->out;
    struct wish wish;
    if (!read_wish(answer, true, 500, TRADE_LIMIT_MAX, &wish)) {
        return;
    }
    const size_t count = exchange_recent_count(wish.symbol);
    const size_t from = count > (size_t)wish.limit ? count - (size_t)wish.limit : 0;
    begin_result(answer, &wish);
    wire_text(out, ",\"list\":[");
    for (size_t i = count; i > from; i--) {
        const struct exchange_trade *row = exchange_recent_at(wish.symbol, i - 1);
        wire_text(out, separator(i < count));
        exchange_put_uuid(out, "\"execId\":", row->id);
        exchange_bybit_put_symbol(out, ",\"symbol\":", wish.symbol, wish.inverse);
        exchange_put_fixed(out, ",\"price\":", row->price_ticks * 10, 2);
        exchange_bybit_put_size(out, ",\"size\":", row->price_ticks, row->qty_lots, wish.inverse);
        exchange_put_text(out, ",\"side\":", row->side == SIDE_BUY ? "Buy" : "Sell");
        exchange_put_fixed(out, ",\"time\":", row->ts_ms, 0);
        exchange_put_fixed(out, ",\"isBlockTrade\":false,\"isRPITrade\":false,\"seq\":", row->id,
                           0);
        wire_text(out, "}");
    }
    wire_text(out, "]");
    end_result(answer);
}

static void answer_book(struct exchange_answer *answer) {
    struct wire *out = &answer->out;
    struct exchange_book book;
    struct wish wish;
    if (!read_wish(answer, true, 25, BOOK_LIMIT_MAX, &wish)) {
        return;
    }
    exchange_book_get(answer->server, wish.symbol, (size_t)wish.limit, &book);
    wire_text(out, "{\"retCode\":0,\"retMsg\":\"OK\",\"result\":{");
    exchange_bybit_put_symbol(out, "\"s\":", wish.symbol, wish.inverse);
    exchange_bybit_put_levels(out, ",\"a\":", book.levels[1], book.count[1], wish.inverse);
    exchange_bybit_put_levels(out, ",\"b\":", book.levels[0], book.count[0], wish.inverse);
    exchange_put_integer(out, ",\"ts\":", exchange_now_ms(answer->server));
    exchange_put_integer(out, ",\"u\":", book.last_id);
    exchange_put_integer(out, ",\"seq\":", book.last_id);
    exchange_put_integer(out, ",\"cts\":", book.ts_ms);
    end_result(answer);
}

static void answer_time(struct exchange_answer *answer) {
    const int64_t now_ms = exchange_now_ms(answer->server);
    exchange_put_fixed(&answer->out, "{\"retCode\":0,\"retMsg\":\"OK\",\"result\":{\"timeSecond\":",
                       now_ms / 1000, 0);
    exchange_put_fixed(&answer->out, ",\"timeNano\":", now_ms * 1000000, 0);
    end_result(answer);
}

const struct exchange_route exchange_bybit_routes[] = {
    {"/v5/market/instruments-info", answer_instruments},
    {"/v5/market/risk-limit", answer_tiers},
    {"/v5/market/tickers", answer_tickers},
    {"/v5/market/kline", answer_klines},
    {"/v5/market/open-interest", answer_interest},
    {"/v5/market/funding/history", answer_funding},
    {"/v5/market/recent-trade", answer_trades},
    {"/v5/market/orderbook", answer_book},
    {"/v5/market/time", answer_time},
};
static_assert(ARRAY_COUNT(exchange_bybit_routes) == EXCHANGE_BYBIT_ROUTES, "as the header says");
