/* Binance's REST answers: market data of /fapi/v1, /dapi/v1 and /futures/data. */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "sim/exchange_binance.h"
#include "sim/market.h"

enum { KLINE_LIMIT_MAX = 1500, INTEREST_LIMIT_MAX = 500, FUNDING_LIMIT_MAX = 1000 };
enum { INTEREST_STEP_MS = 300 * 1000, WEIGHT_AGG_TRADES = 20 };

static void refuse(struct exchange_answer *answer, int http_code, int code, const char *message) {
    wire_reset(&answer->out);
    answer->http_code = http_code;
    exchange_put_integer(&answer->out, "{\"code\":", code);
    wire_text(&answer->out, ",\"msg\":");
    wire_quoted(&answer->out, message);
    wire_text(&answer->out, "}");
}

void exchange_binance_refuse(struct exchange_answer *answer, int http_code) {
    if (http_code == 404) {
        refuse(answer, http_code, -5000, "Path not found, Method GET is invalid.");
    } else if (http_code == 429 || http_code == 418) {
        refuse(answer, http_code, -1003,
               "Too many requests; current limit of IP(127.0.0.1) is 2400 requests per minute. "
               "Please use the websocket for live updates to avoid polling the API.");
    } else if (http_code == 451 || http_code == 403) {
        refuse(answer, http_code, 0,
               "Service unavailable from a restricted location according to 'b. Eligibility'.");
    } else {
        refuse(answer, http_code, -1000, "An unknown error occurred while processing the request.");
    }
}

/* -- parameters -- */

/* The symbol that the request names; NULL: it is refused. */
static const struct exchange_symbol *require_symbol(struct exchange_answer *answer) {
    char name[EXCHANGE_PARAM_BYTES];
    const struct exchange_symbol *symbol = exchange_param_symbol(answer, "symbol");
    if (!exchange_param(answer->query, "symbol", name)) {
        refuse(answer, 400, -1102,
               "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed.");
    } else if (symbol == NULL) {
        refuse(answer, 400, -1121, "Invalid symbol.");
    }
    return symbol;
}

/* A limit from 1 to max; false: refused. */
static bool get_limit(struct exchange_answer *answer, int64_t fallback, int64_t max,
                      int64_t *limit) {
    *limit = exchange_param_integer(answer->query, "limit", fallback);
    if (*limit < 1) {
        refuse(answer, 400, -1130, "Data sent for parameter 'limit' is not valid.");
        return false;
    }
    *limit = *limit > max ? max : *limit;
    return true;
}

static const struct {
    const char *name;
    int64_t ms;
} intervals[] = {
    {"1m", 60000},    {"3m", 180000},   {"5m", 300000},    {"15m", 900000},
    {"30m", 1800000}, {"1h", 3600000},  {"2h", 7200000},   {"4h", 14400000},
    {"6h", 21600000}, {"8h", 28800000}, {"12h", 43200000}, {"1d", 86400000},
};

/* 0: not an interval of the venue, or not sent. */
static int64_t get_interval(const char *query, const char *key) {
    char text[EXCHANGE_PARAM_BYTES];
    if (!exchange_param(query, key, text)) {
        return 0;
    }
    for (size_t i = 0; i < ARRAY_COUNT(intervals); i++) {
        if (strcmp(text, intervals[i].name) == 0) {
            return intervals[i].ms;
        }
    }
    return 0;
}

/* What a request for rows asks: startTime, endTime; without a start the newest are meant. */
static void get_range(const struct exchange_answer *answer, int64_t *from_ms, int64_t *to_ms) {
    *from_ms = exchange_param_integer(answer->query, "startTime", 0);
    *to_ms = exchange_param_integer(answer->query, "endTime", INT64_MAX / 2);
}

/* -- the answers -- */

static void answer_ping(struct exchange_answer *answer) {
    wire_text(&answer->out, "{}");
}

static void answer_time(struct exchange_answer *answer) {
    exchange_put_integer(&answer->out, "{\"serverTime\":", exchange_now_ms(answer->server));
    wire_text(&answer->out, "}");
}

static void put_info_head(const struct exchange_answer *answer, struct wire *out) {
    wire_text(out, "{\"exchangeFilters\":[],\"rateLimits\":[{\"rateLimitType\":\"REQUEST_WEIGHT\","
                   "\"interval\":\"MINUTE\",\"intervalNum\":1,\"limit\":2400},{\"rateLimitType\":"
                   "\"ORDERS\",\"interval\":\"MINUTE\",\"intervalNum\":1,\"limit\":1200}],"
                   "\"serverTime\":");
    wire_integer(out, exchange_now_ms(answer->server));
}

static void put_usdm_symbol(const struct exchange_symbol *symbol, struct wire *out) {
    exchange_put_text(out, "{\"symbol\":", symbol->name);
    exchange_put_text(out, ",\"pair\":", symbol->name);
    wire_text(out, ",\"contractType\":\"PERPETUAL\",\"deliveryDate\":4133404800000,"
                   "\"onboardDate\":1569398400000,\"status\":\"TRADING\","
                   "\"maintMarginPercent\":\"2.5000\",\"requiredMarginPercent\":\"5.0000\"");
    exchange_put_text(out, ",\"baseAsset\":", symbol->base);
    wire_text(out,
              ",\"quoteAsset\":\"USDT\",\"marginAsset\":\"USDT\","
              "\"pricePrecision\":2,\"quantityPrecision\":3,\"baseAssetPrecision\":8,"
              "\"quotePrecision\":8,\"underlyingType\":\"COIN\",\"underlyingSubType\":[\"PoW\"],"
              "\"settlePlan\":0,\"triggerProtect\":\"0.0500\",\"liquidationFee\":\"0.012500\","
              "\"marketTakeBound\":\"0.05\",\"maxMoveOrderLimit\":10000,\"filters\":[");
    wire_text(out,
              "{\"filterType\":\"PRICE_FILTER\",\"minPrice\":\"261.10\",\"maxPrice\":\"4529764\","
              "\"tickSize\":\"0.10\"},{\"filterType\":\"LOT_SIZE\",\"minQty\":\"0.001\","
              "\"maxQty\":\"1000\",\"stepSize\":\"0.001\"},{\"filterType\":\"MARKET_LOT_SIZE\","
              "\"minQty\":\"0.001\",\"maxQty\":\"120\",\"stepSize\":\"0.001\"},{\"filterType\":"
              "\"MAX_NUM_ORDERS\",\"limit\":200},{\"filterType\":\"MAX_NUM_ALGO_ORDERS\","
              "\"limit\":10},{\"filterType\":\"MIN_NOTIONAL\",\"notional\":\"100\"},"
              "{\"filterType\":\"PERCENT_PRICE\",\"multiplierUp\":\"1.0500\","
              "\"multiplierDown\":\"0.9500\",\"multiplierDecimal\":\"4\"}],");
    wire_text(out, "\"orderTypes\":[\"LIMIT\",\"MARKET\",\"STOP\",\"STOP_MARKET\",\"TAKE_PROFIT\","
                   "\"TAKE_PROFIT_MARKET\",\"TRAILING_STOP_MARKET\"],\"timeInForce\":[\"GTC\","
                   "\"IOC\",\"FOK\",\"GTX\",\"GTD\"]}");
}

static void put_coinm_symbol(const struct exchange_symbol *symbol, struct wire *out) {
    wire_text(out, "{\"symbol\":\"");
    wire_text(out, symbol->base);
    wire_text(out, "USD_PERP\",\"pair\":\"");
    wire_text(out, symbol->base);
    wire_text(out, "USD\",\"contractType\":\"PERPETUAL\",\"deliveryDate\":4133404800000,"
                   "\"onboardDate\":1597042800000,\"contractStatus\":\"TRADING\"");
    exchange_put_integer(out, ",\"contractSize\":", exchange_binance_contract_usd(symbol));
    exchange_put_text(out, ",\"marginAsset\":", symbol->base);
    wire_text(out, ",\"maintMarginPercent\":\"2.5000\",\"requiredMarginPercent\":\"5.0000\"");
    exchange_put_text(out, ",\"baseAsset\":", symbol->base);
    wire_text(out, ",\"quoteAsset\":\"USD\","
                   "\"pricePrecision\":1,\"quantityPrecision\":0,\"baseAssetPrecision\":8,"
                   "\"quotePrecision\":8,\"equalQtyPrecision\":4,\"maxMoveOrderLimit\":10000,"
                   "\"triggerProtect\":\"0.0500\",\"underlyingType\":\"COIN\","
                   "\"underlyingSubType\":[\"PoW\"],\"filters\":[{\"filterType\":\"PRICE_FILTER\","
                   "\"minPrice\":\"1000\",\"maxPrice\":\"4520958\",\"tickSize\":\"0.1\"},"
                   "{\"filterType\":\"LOT_SIZE\",\"stepSize\":\"1\",\"maxQty\":\"1000000\","
                   "\"minQty\":\"1\"}],\"orderTypes\":[\"LIMIT\",\"MARKET\"],"
                   "\"timeInForce\":[\"GTC\",\"IOC\",\"FOK\",\"GTX\"]}");
}

static void put_symbols(struct exchange_answer *answer,
                        void (*put)(const struct exchange_symbol *symbol, struct wire *out)) {
    int count = 0;
    const struct exchange_symbol *symbols = exchange_symbols(answer->server, &count);
    const char *before = ",\"symbols\":[";
    for (int i = 0; i < count; i++) {
        if (symbols[i].listed) {
            wire_text(&answer->out, before);
            put(&symbols[i], &answer->out);
            before = ",";
        }
    }
    wire_text(&answer->out, before[1] == '\0' ? "]" : ",\"symbols\":[]");
    wire_text(&answer->out, ",\"timezone\":\"UTC\"}");
}

static void answer_usdm_info(struct exchange_answer *answer) {
    put_info_head(answer, &answer->out);
    wire_text(&answer->out, ",\"assets\":[{\"asset\":\"USDT\",\"marginAvailable\":true,"
                            "\"autoAssetExchange\":\"-10000\"}]");
    put_symbols(answer, put_usdm_symbol);
}

/* USD-M's host has it, too: against it rows of the coin-margined market are told apart. */
static void answer_coinm_info(struct exchange_answer *answer) {
    put_info_head(answer, &answer->out);
    put_symbols(answer, put_coinm_symbol);
}

static void answer_depth(struct exchange_answer *answer) {
    static const int64_t limits[] = {5, 10, 20, 50, 100, 500, 1000};
    const struct exchange_server *server = answer->server;
    struct wire *out = &answer->out;
    int64_t limit = exchange_param_integer(answer->query, "limit", 500);
    const struct exchange_symbol *symbol = require_symbol(answer);
    if (symbol == NULL) {
        return;
    }
    bool valid = false;
    for (size_t i = 0; i < ARRAY_COUNT(limits); i++) {
        valid |= limits[i] == limit;
    }
    if (!valid) {
        refuse(answer, 400, -4021, "Invalid depth limit.");
        return;
    }
    struct exchange_book book;
    exchange_book_get(server, symbol, (size_t)limit, &book);
    answer->weight = limit <= 50 ? 2 : limit == 100 ? 5 : limit == 500 ? 10 : 20;
    exchange_put_integer(out, "{\"lastUpdateId\":", book.last_id);
    if (exchange_binance_is_coinm(server)) {
        char pair[EXCHANGE_SYMBOL_BYTES];
        exchange_binance_pair(server, symbol, pair);
        exchange_put_text(out, ",\"symbol\":", symbol->name);
        exchange_put_text(out, ",\"pair\":", pair);
    }
    exchange_put_integer(out, ",\"E\":", book.ts_ms);
    exchange_put_integer(out, ",\"T\":", book.ts_ms - 1);
    wire_text(out, ",\"bids\":");
    exchange_binance_put_levels(out, server, symbol, book.levels[0], book.count[0]);
    wire_text(out, ",\"asks\":");
    exchange_binance_put_levels(out, server, symbol, book.levels[1], book.count[1]);
    wire_text(out, "}");
}

static void put_kline(const struct exchange_answer *answer, const struct exchange_symbol *symbol,
                      const struct exchange_kline *bar, struct wire *out) {
    const struct exchange_server *server = answer->server;
    bool coinm = exchange_binance_is_coinm(server);
    int contract_usd = exchange_binance_contract_usd(symbol);
    exchange_put_integer(out, "[", bar->open_ms);
    exchange_binance_put_price(out, server, ",", bar->open);
    exchange_binance_put_price(out, server, ",", bar->high);
    exchange_binance_put_price(out, server, ",", bar->low);
    exchange_binance_put_price(out, server, ",", bar->close);
    if (coinm) {
        exchange_put_fixed(out, ",", (int64_t)(bar->volume_usd / contract_usd), 0);
    } else {
        exchange_put_fixed(out, ",", bar->volume_lots, 3);
    }
    exchange_put_integer(out, ",", bar->open_ms + bar->interval_ms - 1);
    if (coinm) {
        exchange_put_fixed(out, ",", bar->volume_lots, 3);
    } else {
        exchange_put_rounded(out, ",", bar->volume_usd, 5);
    }
    exchange_put_integer(out, ",", bar->trade_count);
    if (coinm) {
        exchange_put_fixed(out, ",", (int64_t)(bar->taker_buy_usd / contract_usd), 0);
        exchange_put_fixed(out, ",", bar->taker_buy_lots, 3);
    } else {
        exchange_put_fixed(out, ",", bar->taker_buy_lots, 3);
        exchange_put_rounded(out, ",", bar->taker_buy_usd, 5);
    }
    wire_text(out, ",\"0\"]");
}

static void answer_klines(struct exchange_answer *answer) {
    int64_t interval_ms = get_interval(answer->query, "interval");
    int64_t from_ms = 0;
    int64_t to_ms = 0;
    int64_t limit = 0;
    const struct exchange_symbol *symbol = require_symbol(answer);
    if (symbol == NULL || !get_limit(answer, 500, KLINE_LIMIT_MAX, &limit)) {
        return;
    }
    if (interval_ms == 0) {
        refuse(answer, 400, -1120, "Invalid interval.");
        return;
    }
    answer->weight = limit < 100 ? 1 : limit < 500 ? 2 : limit <= 1000 ? 5 : 10;
    get_range(answer, &from_ms, &to_ms);
    struct exchange_kline *bars = calloc((size_t)limit, sizeof(*bars));
    size_t count = bars == NULL ? 0
                                : exchange_klines_get(answer->server, symbol, interval_ms, from_ms,
                                                      to_ms, from_ms <= 0, (size_t)limit, bars);
    wire_text(&answer->out, "[");
    for (size_t i = 0; i < count; i++) {
        wire_text(&answer->out, i > 0 ? "," : "");
        put_kline(answer, symbol, &bars[i], &answer->out);
    }
    wire_text(&answer->out, "]");
    free(bars);
}

static void answer_agg_trades(struct exchange_answer *answer) {
    struct wire *out = &answer->out;
    bool coinm = exchange_binance_is_coinm(answer->server);
    int64_t limit = 0;
    const struct exchange_symbol *symbol = require_symbol(answer);
    if (symbol == NULL || !get_limit(answer, 500, 1000, &limit)) {
        return;
    }
    answer->weight = WEIGHT_AGG_TRADES;
    size_t count = exchange_recent_count(symbol);
    size_t from = count > (size_t)limit ? count - (size_t)limit : 0;
    wire_text(out, "[");
    for (size_t i = from; i < count; i++) {
        const struct exchange_trade *trade = exchange_recent_at(symbol, i);
        exchange_put_integer(out, i > from ? ",{\"a\":" : "{\"a\":", trade->id);
        exchange_binance_put_price(out, answer->server, ",\"p\":", trade->price_ticks);
        exchange_binance_put_size(out, answer->server, symbol, ",\"q\":", trade->price_ticks,
                                  trade->qty_lots);
        if (!coinm) {
            exchange_put_fixed(out, ",\"nq\":", trade->qty_lots, 3);
        }
        exchange_put_integer(out, ",\"f\":", trade->id);
        exchange_put_integer(out, ",\"l\":", trade->id);
        exchange_put_integer(out, ",\"T\":", trade->ts_ms);
        wire_text(out, trade->side == SIDE_SELL ? ",\"m\":true}" : ",\"m\":false}");
    }
    wire_text(out, "]");
}

static void answer_open_interest(struct exchange_answer *answer) {
    struct wire *out = &answer->out;
    const struct exchange_symbol *symbol = require_symbol(answer);
    struct exchange_ticker ticker;
    if (symbol == NULL) {
        return;
    }
    exchange_ticker_get(answer->server, symbol, &ticker);
    if (exchange_binance_is_coinm(answer->server)) {
        char pair[EXCHANGE_SYMBOL_BYTES];
        exchange_binance_pair(answer->server, symbol, pair);
        exchange_put_text(out, "{\"symbol\":", symbol->name);
        exchange_put_text(out, ",\"pair\":", pair);
        exchange_put_fixed(out, ",\"openInterest\":",
                           (int64_t)(ticker.oi_usd / exchange_binance_contract_usd(symbol)), 0);
        exchange_put_text(out, ",\"contractType\":", "PERPETUAL");
    } else {
        exchange_put_fixed(out, "{\"openInterest\":", ticker.oi_lots, 3);
        exchange_put_text(out, ",\"symbol\":", symbol->name);
    }
    exchange_put_integer(out, ",\"time\":", exchange_now_ms(answer->server));
    wire_text(out, "}");
}

static void put_interest(const struct exchange_answer *answer, const struct exchange_symbol *symbol,
                         const struct exchange_interest *row, struct wire *out) {
    if (exchange_binance_is_coinm(answer->server)) {
        char pair[EXCHANGE_SYMBOL_BYTES];
        exchange_binance_pair(answer->server, symbol, pair);
        exchange_put_text(out, "{\"pair\":", pair);
        exchange_put_text(out, ",\"contractType\":", "PERPETUAL");
        exchange_put_fixed(out, ",\"sumOpenInterest\":",
                           (int64_t)(row->oi_usd / exchange_binance_contract_usd(symbol)), 0);
        exchange_put_rounded(out, ",\"sumOpenInterestValue\":", (double)row->oi_lots * MARKET_LOT,
                             8);
    } else {
        exchange_put_text(out, "{\"symbol\":", symbol->name);
        exchange_put_rounded(out, ",\"sumOpenInterest\":", (double)row->oi_lots * MARKET_LOT, 8);
        exchange_put_rounded(out, ",\"sumOpenInterestValue\":", row->oi_usd, 8);
        wire_text(out, ",\"CMCCirculatingSupply\":\"19900000.00000000\"");
    }
    exchange_put_integer(out, ",\"timestamp\":", row->ts_ms);
    wire_text(out, "}");
}

/* COIN-M names a pair and a kind of contract. */
static const struct exchange_symbol *interest_symbol(struct exchange_answer *answer) {
    char pair[EXCHANGE_PARAM_BYTES];
    if (!exchange_binance_is_coinm(answer->server)) {
        return require_symbol(answer);
    }
    char name[EXCHANGE_PARAM_BYTES + 8];
    bool given = exchange_param(answer->query, "pair", pair) &&
                 str_format(name, sizeof name, "%s_PERP", pair);
    const struct exchange_symbol *symbol =
        given ? exchange_symbol_find(answer->server, name, strlen(name), false) : NULL;
    if (symbol == NULL) {
        refuse(answer, 400, given ? -1121 : -1102, "Invalid pair.");
    }
    return symbol;
}

static void answer_interest_history(struct exchange_answer *answer) {
    int64_t period_ms = get_interval(answer->query, "period");
    struct exchange_interest rows[INTEREST_LIMIT_MAX];
    int64_t from_ms = 0;
    int64_t to_ms = 0;
    int64_t limit = 0;
    const struct exchange_symbol *symbol = interest_symbol(answer);
    if (symbol == NULL || !get_limit(answer, 30, INTEREST_LIMIT_MAX, &limit)) {
        return;
    }
    if (period_ms < INTEREST_STEP_MS) {
        refuse(answer, 400, -1102,
               "Mandatory parameter 'period' was not sent, was empty/null, or malformed.");
        return;
    }
    get_range(answer, &from_ms, &to_ms);
    size_t count = exchange_interest_get(answer->server, symbol, period_ms, from_ms, to_ms,
                                         from_ms <= 0, (size_t)limit, rows);
    wire_text(&answer->out, "[");
    for (size_t i = 0; i < count; i++) {
        wire_text(&answer->out, i > 0 ? "," : "");
        put_interest(answer, symbol, &rows[i], &answer->out);
    }
    wire_text(&answer->out, "]");
}

static void put_premium(const struct exchange_answer *answer, const struct exchange_symbol *symbol,
                        struct wire *out) {
    struct exchange_ticker ticker;
    exchange_ticker_get(answer->server, symbol, &ticker);
    exchange_put_text(out, "{\"symbol\":", symbol->name);
    if (exchange_binance_is_coinm(answer->server)) {
        char pair[EXCHANGE_SYMBOL_BYTES];
        exchange_binance_pair(answer->server, symbol, pair);
        exchange_put_text(out, ",\"pair\":", pair);
    }
    exchange_put_rounded(out, ",\"markPrice\":", ticker.mark, 8);
    exchange_put_rounded(out, ",\"indexPrice\":", ticker.index, 8);
    exchange_put_rounded(out, ",\"estimatedSettlePrice\":", ticker.index, 8);
    exchange_put_rounded(out, ",\"lastFundingRate\":", ticker.funding_rate, 8);
    wire_text(out, ",\"interestRate\":\"0.00010000\"");
    exchange_put_integer(out, ",\"nextFundingTime\":", ticker.next_funding_ms);
    exchange_put_integer(out, ",\"time\":", exchange_now_ms(answer->server));
    wire_text(out, "}");
}

/* COIN-M answers with a list even for one symbol. */
static void answer_premium_index(struct exchange_answer *answer) {
    struct wire *out = &answer->out;
    char name[EXCHANGE_PARAM_BYTES];
    int count = 0;
    const struct exchange_symbol *symbols = exchange_symbols(answer->server, &count);
    bool all = !exchange_param(answer->query, "symbol", name);
    bool list = all || exchange_binance_is_coinm(answer->server);
    const struct exchange_symbol *one = all ? NULL : require_symbol(answer);
    if (!all && one == NULL) {
        return;
    }
    answer->weight = list ? 10 : 1;
    wire_text(out, list ? "[" : "");
    const char *before = "";
    for (int i = 0; i < count; i++) {
        if (symbols[i].listed && (one == NULL || one == &symbols[i])) {
            wire_text(out, before);
            put_premium(answer, &symbols[i], out);
            before = ",";
        }
    }
    wire_text(out, list ? "]" : "");
}

static void answer_funding_info(struct exchange_answer *answer) {
    struct wire *out = &answer->out;
    int count = 0;
    const struct exchange_symbol *symbols = exchange_symbols(answer->server, &count);
    wire_text(out, "[");
    for (int i = 0; i < count; i++) {
        exchange_put_text(out, i > 0 ? ",{\"symbol\":" : "{\"symbol\":", symbols[i].name);
        wire_text(out, ",\"adjustedFundingRateCap\":\"0.00300000\",\"adjustedFundingRateFloor\":"
                       "\"-0.00300000\"");
        exchange_put_integer(out, ",\"fundingIntervalHours\":", MARKET_FUNDING_HOURS);
        wire_text(out, ",\"disclaimer\":false}");
    }
    wire_text(out, "]");
}

static void answer_funding_rate(struct exchange_answer *answer) {
    struct wire *out = &answer->out;
    struct exchange_funding rows[FUNDING_LIMIT_MAX];
    int64_t from_ms = 0;
    int64_t to_ms = 0;
    int64_t limit = 0;
    const struct exchange_symbol *symbol = require_symbol(answer);
    if (symbol == NULL || !get_limit(answer, 100, FUNDING_LIMIT_MAX, &limit)) {
        return;
    }
    get_range(answer, &from_ms, &to_ms);
    size_t count = exchange_funding_get(answer->server, symbol, from_ms, to_ms, from_ms <= 0,
                                        (size_t)limit, rows);
    wire_text(out, "[");
    for (size_t i = 0; i < count; i++) {
        exchange_put_text(out, i > 0 ? ",{\"symbol\":" : "{\"symbol\":", symbol->name);
        exchange_put_integer(out, ",\"fundingTime\":", rows[i].ts_ms);
        exchange_put_rounded(out, ",\"fundingRate\":", rows[i].rate, 8);
        exchange_put_rounded(out, ",\"markPrice\":", rows[i].mark, 8);
        wire_text(out, "}");
    }
    wire_text(out, "]");
}

const struct exchange_route exchange_binance_usdm_routes[EXCHANGE_BINANCE_USDM_ROUTES] = {
    {"/fapi/v1/ping", answer_ping},
    {"/fapi/v1/time", answer_time},
    {"/fapi/v1/exchangeInfo", answer_usdm_info},
    {"/fapi/v1/depth", answer_depth},
    {"/fapi/v1/klines", answer_klines},
    {"/fapi/v1/aggTrades", answer_agg_trades},
    {"/fapi/v1/openInterest", answer_open_interest},
    {"/fapi/v1/premiumIndex", answer_premium_index},
    {"/fapi/v1/fundingInfo", answer_funding_info},
    {"/fapi/v1/fundingRate", answer_funding_rate},
    {"/futures/data/openInterestHist", answer_interest_history},
    {"/dapi/v1/exchangeInfo", answer_coinm_info},
};

const struct exchange_route exchange_binance_coinm_routes[EXCHANGE_BINANCE_COINM_ROUTES] = {
    {"/dapi/v1/ping", answer_ping},
    {"/dapi/v1/time", answer_time},
    {"/dapi/v1/exchangeInfo", answer_coinm_info},
    {"/dapi/v1/depth", answer_depth},
    {"/dapi/v1/klines", answer_klines},
    {"/dapi/v1/aggTrades", answer_agg_trades},
    {"/dapi/v1/openInterest", answer_open_interest},
    {"/dapi/v1/premiumIndex", answer_premium_index},
    {"/dapi/v1/fundingInfo", answer_funding_info},
    {"/dapi/v1/fundingRate", answer_funding_rate},
    {"/futures/data/openInterestHist", answer_interest_history},
};
