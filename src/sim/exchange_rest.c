/* REST answers of the simulated exchange, in Binance's shapes: market data of /fapi/v1 and
 * /futures/data, and the instrument list of /dapi/v1, against which rows of the coin-margined
 * market are told apart. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "sim/exchange_internal.h"

enum { PARAM_BYTES = 64, WEIGHT_MAX = 2400, KLINE_LIMIT_MAX = 1500 };

struct answer {
    struct exchange_server *server;
    const char *query;
    struct wire out;
    int http_code;
    int weight;
};

/* -- parameters -- */

/* The value of key in the query; false: not there, or longer than any that means something. */
static bool get_param(const char *query, const char *key, char out[PARAM_BYTES]) {
    size_t key_len = strlen(key);
    while (*query != '\0') {
        size_t len = strcspn(query, "&");
        if (len > key_len && strncmp(query, key, key_len) == 0 && query[key_len] == '=') {
            struct span value = {query + key_len + 1, len - key_len - 1};
            return value.len > 0 && str_copy_span(out, PARAM_BYTES, value);
        }
        query += len;
        query += *query == '&';
    }
    return false;
}

/* fallback where the parameter is absent; -1: not a number. */
static int64_t get_integer(const char *query, const char *key, int64_t fallback) {
    char text[PARAM_BYTES];
    char *end = NULL;
    if (!get_param(query, key, text)) {
        return fallback;
    }
    long long value = strtoll(text, &end, 10);
    return *end == '\0' && value >= 0 ? value : -1;
}

static void refuse(struct answer *answer, int http_code, int code, const char *message) {
    wire_reset(&answer->out);
    answer->http_code = http_code;
    wire_text(&answer->out, "{\"code\":");
    wire_integer(&answer->out, code);
    wire_text(&answer->out, ",\"msg\":");
    wire_quoted(&answer->out, message);
    wire_text(&answer->out, "}");
}

/* True if the request names our symbol; else it is refused. */
static bool require_symbol(struct answer *answer) {
    char symbol[PARAM_BYTES];
    if (!get_param(answer->query, "symbol", symbol)) {
        refuse(answer, 400, -1102,
               "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed.");
        return false;
    }
    if (strcmp(symbol, answer->server->symbol) != 0) {
        refuse(answer, 400, -1121, "Invalid symbol.");
        return false;
    }
    return true;
}

/* A limit from 1 to max; false: refused. */
static bool get_limit(struct answer *answer, int64_t fallback, int64_t max, int64_t *limit) {
    *limit = get_integer(answer->query, "limit", fallback);
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
    char text[PARAM_BYTES];
    if (!get_param(query, key, text)) {
        return 0;
    }
    for (size_t i = 0; i < ARRAY_COUNT(intervals); i++) {
        if (strcmp(text, intervals[i].name) == 0) {
            return intervals[i].ms;
        }
    }
    return 0;
}

/* -- pieces of text -- */

static void put_string(struct wire *out, const char *before, const char *text) {
    wire_text(out, before);
    wire_text(out, "\"");
    wire_text(out, text);
    wire_text(out, "\"");
}

static void put_rounded(struct wire *out, const char *before, double value, int places) {
    wire_text(out, before);
    wire_text(out, "\"");
    wire_rounded(out, value, places);
    wire_text(out, "\"");
}

static void put_price(struct wire *out, const char *before, int64_t ticks) {
    wire_text(out, before);
    wire_text(out, "\"");
    wire_price(out, ticks);
    wire_text(out, "\"");
}

static void put_qty(struct wire *out, const char *before, int64_t lots) {
    wire_text(out, before);
    wire_text(out, "\"");
    wire_qty(out, lots);
    wire_text(out, "\"");
}

/* -- the answers -- */

static void answer_ping(struct answer *answer) {
    wire_text(&answer->out, "{}");
}

static void answer_time(struct answer *answer) {
    wire_text(&answer->out, "{\"serverTime\":");
    wire_integer(&answer->out, clock_wall_ms());
    wire_text(&answer->out, "}");
}

static void put_info_head(struct wire *out) {
    wire_text(out, "{\"exchangeFilters\":[],\"rateLimits\":[{\"rateLimitType\":\"REQUEST_WEIGHT\","
                   "\"interval\":\"MINUTE\",\"intervalNum\":1,\"limit\":2400},{\"rateLimitType\":"
                   "\"ORDERS\",\"interval\":\"MINUTE\",\"intervalNum\":1,\"limit\":1200}],"
                   "\"serverTime\":");
    wire_integer(out, clock_wall_ms());
}

static void answer_exchange_info(struct answer *answer) {
    const char *symbol = answer->server->symbol;
    struct wire *out = &answer->out;
    put_info_head(out);
    wire_text(out, ",\"assets\":[{\"asset\":\"USDT\",\"marginAvailable\":true,"
                   "\"autoAssetExchange\":\"-10000\"}],\"symbols\":[{");
    put_string(out, "\"symbol\":", symbol);
    put_string(out, ",\"pair\":", symbol);
    wire_text(out, ",\"contractType\":\"PERPETUAL\",\"deliveryDate\":4133404800000,"
                   "\"onboardDate\":1569398400000,\"status\":\"TRADING\","
                   "\"maintMarginPercent\":\"2.5000\",\"requiredMarginPercent\":\"5.0000\","
                   "\"baseAsset\":");
    put_string(out, "", answer->server->base);
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
                   "\"IOC\",\"FOK\",\"GTX\",\"GTD\"]}],\"timezone\":\"UTC\"}");
}

static void answer_coinm_info(struct answer *answer) {
    struct wire *out = &answer->out;
    put_info_head(out);
    wire_text(out,
              ",\"symbols\":[{\"symbol\":\"BTCUSD_PERP\",\"pair\":\"BTCUSD\","
              "\"contractType\":\"PERPETUAL\",\"deliveryDate\":4133404800000,"
              "\"onboardDate\":1597042800000,\"contractStatus\":\"TRADING\","
              "\"contractSize\":100,\"marginAsset\":\"BTC\",\"maintMarginPercent\":\"2.5000\","
              "\"requiredMarginPercent\":\"5.0000\",\"baseAsset\":\"BTC\",\"quoteAsset\":\"USD\","
              "\"pricePrecision\":1,\"quantityPrecision\":0,\"baseAssetPrecision\":8,"
              "\"quotePrecision\":8,\"equalQtyPrecision\":4,\"maxMoveOrderLimit\":10000,"
              "\"triggerProtect\":\"0.0500\",\"underlyingType\":\"COIN\","
              "\"underlyingSubType\":[\"PoW\"],\"filters\":[{\"filterType\":\"PRICE_FILTER\","
              "\"minPrice\":\"1000\",\"maxPrice\":\"4520958\",\"tickSize\":\"0.1\"},"
              "{\"filterType\":\"LOT_SIZE\",\"stepSize\":\"1\",\"maxQty\":\"1000000\","
              "\"minQty\":\"1\"}],\"orderTypes\":[\"LIMIT\",\"MARKET\"],"
              "\"timeInForce\":[\"GTC\",\"IOC\",\"FOK\",\"GTX\"]}],\"timezone\":\"UTC\"}");
}

static void answer_depth(struct answer *answer) {
    static const int64_t limits[] = {5, 10, 20, 50, 100, 500, 1000};
    int64_t limit = get_integer(answer->query, "limit", 500);
    if (!require_symbol(answer)) {
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
    answer->weight = limit <= 50 ? 2 : limit == 100 ? 5 : limit == 500 ? 10 : 20;
    exchange_depth_snapshot(answer->server, (size_t)limit, &answer->out);
}

/* Rows [from, to) of minutes joined to one row of the wanted interval. */
static void put_kline(struct wire *out, const struct tape *tape, size_t from, size_t to,
                      int64_t open_ms, int64_t interval_ms) {
    struct tape_kline sum = *tape_kline_at(tape, from);
    for (size_t i = from + 1; i < to; i++) {
        const struct tape_kline *row = tape_kline_at(tape, i);
        sum.high = row->high > sum.high ? row->high : sum.high;
        sum.low = row->low < sum.low ? row->low : sum.low;
        sum.close = row->close;
        sum.volume_lots += row->volume_lots;
        sum.volume_usd += row->volume_usd;
        sum.taker_buy_lots += row->taker_buy_lots;
        sum.taker_buy_usd += row->taker_buy_usd;
        sum.print_count += row->print_count;
    }
    wire_text(out, "[");
    wire_integer(out, open_ms);
    put_price(out, ",", sum.open);
    put_price(out, ",", sum.high);
    put_price(out, ",", sum.low);
    put_price(out, ",", sum.close);
    put_qty(out, ",", sum.volume_lots);
    wire_text(out, ",");
    wire_integer(out, open_ms + interval_ms - 1);
    put_rounded(out, ",", sum.volume_usd, 5);
    wire_text(out, ",");
    wire_integer(out, sum.print_count);
    put_qty(out, ",", sum.taker_buy_lots);
    put_rounded(out, ",", sum.taker_buy_usd, 5);
    wire_text(out, ",\"0\"]");
}

static void answer_klines(struct answer *answer) {
    const struct tape *tape = &answer->server->tape;
    int64_t interval_ms = get_interval(answer->query, "interval");
    int64_t begin_ms = get_integer(answer->query, "startTime", 0);
    int64_t end_ms = get_integer(answer->query, "endTime", INT64_MAX);
    int64_t limit = 0;
    if (!require_symbol(answer) || !get_limit(answer, 500, KLINE_LIMIT_MAX, &limit)) {
        return;
    }
    if (interval_ms == 0) {
        refuse(answer, 400, -1120, "Invalid interval.");
        return;
    }
    answer->weight = limit < 100 ? 1 : limit < 500 ? 2 : limit <= 1000 ? 5 : 10;
    size_t count = tape->kline_ring.count;
    int64_t first_ms = count > 0 ? tape_kline_at(tape, 0)->open_ms : 0;
    int64_t last_ms = first_ms + ((int64_t)count - 1) * TAPE_KLINE_MS;
    end_ms = end_ms < last_ms ? end_ms : last_ms;
    int64_t last_group = end_ms / interval_ms;
    int64_t group = (begin_ms + interval_ms - 1) / interval_ms;
    int64_t known = first_ms / interval_ms;
    if (begin_ms <= 0) {
        group = last_group - limit + 1;
    }
    group = group > known ? group : known;
    bool first = true;
    wire_text(&answer->out, "[");
    for (; count > 0 && group <= last_group && limit > 0; group++, limit--) {
        int64_t open_ms = group * interval_ms;
        int64_t from = (open_ms - first_ms) / TAPE_KLINE_MS;
        int64_t to = from + interval_ms / TAPE_KLINE_MS;
        from = from < 0 ? 0 : from;
        to = to > (int64_t)count ? (int64_t)count : to;
        wire_text(&answer->out, first ? "" : ",");
        put_kline(&answer->out, tape, (size_t)from, (size_t)to, open_ms, interval_ms);
        first = false;
    }
    wire_text(&answer->out, "]");
}

static void answer_agg_trades(struct answer *answer) {
    const struct tape *tape = &answer->server->tape;
    int64_t limit = 0;
    if (!require_symbol(answer) || !get_limit(answer, 500, TAPE_PRINT_MAX, &limit)) {
        return;
    }
    answer->weight = 20;
    size_t count = tape->print_ring.count;
    size_t from = count > (size_t)limit ? count - (size_t)limit : 0;
    wire_text(&answer->out, "[");
    for (size_t i = from; i < count; i++) {
        const struct market_print *print = tape_print_at(tape, i);
        wire_text(&answer->out, i > from ? ",{\"a\":" : "{\"a\":");
        wire_integer(&answer->out, print->id);
        put_price(&answer->out, ",\"p\":", print->price_ticks);
        put_qty(&answer->out, ",\"q\":", print->qty_lots);
        put_qty(&answer->out, ",\"nq\":", print->qty_lots);
        wire_text(&answer->out, ",\"f\":");
        wire_integer(&answer->out, print->id);
        wire_text(&answer->out, ",\"l\":");
        wire_integer(&answer->out, print->id);
        wire_text(&answer->out, ",\"T\":");
        wire_integer(&answer->out, print->ts_ms);
        wire_text(&answer->out, print->side == SIDE_SELL ? ",\"m\":true}" : ",\"m\":false}");
    }
    wire_text(&answer->out, "]");
}

static void answer_open_interest(struct answer *answer) {
    if (!require_symbol(answer)) {
        return;
    }
    put_qty(&answer->out, "{\"openInterest\":", market_view(answer->server->market)->oi_lots);
    put_string(&answer->out, ",\"symbol\":", answer->server->symbol);
    wire_text(&answer->out, ",\"time\":");
    wire_integer(&answer->out, answer->server->now_ms);
    wire_text(&answer->out, "}");
}

static void put_interest(struct answer *answer, const struct tape_interest *row) {
    struct wire *out = &answer->out;
    put_string(out, "{\"symbol\":", answer->server->symbol);
    put_rounded(out, ",\"sumOpenInterest\":", (double)row->oi_lots * MARKET_LOT, 8);
    put_rounded(out, ",\"sumOpenInterestValue\":", row->oi_usd, 8);
    wire_text(out, ",\"CMCCirculatingSupply\":\"19900000.00000000\",\"timestamp\":");
    wire_integer(out, row->ts_ms);
    wire_text(out, "}");
}

static void answer_interest_history(struct answer *answer) {
    const struct tape *tape = &answer->server->tape;
    int64_t period_ms = get_interval(answer->query, "period");
    int64_t begin_ms = get_integer(answer->query, "startTime", 0);
    int64_t end_ms = get_integer(answer->query, "endTime", INT64_MAX);
    int64_t limit = 0;
    if (!require_symbol(answer) || !get_limit(answer, 30, 500, &limit)) {
        return;
    }
    if (period_ms < TAPE_INTEREST_MS) {
        refuse(answer, 400, -1102,
               "Mandatory parameter 'period' was not sent, was empty/null, or malformed.");
        return;
    }
    size_t count = tape->interest_ring.count;
    int64_t wanted = 0;
    size_t from = count;
    /* Without a start the newest rows are meant: go back from the end. */
    while (begin_ms <= 0 && from > 0 && wanted < limit) {
        const struct tape_interest *row = tape_interest_at(tape, --from);
        wanted += row->ts_ms % period_ms == 0 && row->ts_ms <= end_ms;
    }
    bool first = true;
    wire_text(&answer->out, "[");
    for (size_t i = begin_ms > 0 ? 0 : from; i < count && limit > 0; i++) {
        const struct tape_interest *row = tape_interest_at(tape, i);
        if (row->ts_ms % period_ms != 0 || row->ts_ms < begin_ms || row->ts_ms > end_ms) {
            continue;
        }
        wire_text(&answer->out, first ? "" : ",");
        put_interest(answer, row);
        first = false;
        limit--;
    }
    wire_text(&answer->out, "]");
}

static void answer_premium_index(struct answer *answer) {
    const struct exchange_server *server = answer->server;
    const struct market_view *view = market_view(server->market);
    char symbol[PARAM_BYTES];
    bool all = !get_param(answer->query, "symbol", symbol);
    if (!all && !require_symbol(answer)) {
        return;
    }
    struct wire *out = &answer->out;
    answer->weight = all ? 10 : 1;
    put_string(out, all ? "[{\"symbol\":" : "{\"symbol\":", server->symbol);
    put_rounded(out, ",\"markPrice\":", exchange_mark(server), 8);
    put_rounded(out, ",\"indexPrice\":", view->index, 8);
    put_rounded(out, ",\"estimatedSettlePrice\":", view->index, 8);
    put_rounded(out, ",\"lastFundingRate\":", view->funding_rate, 8);
    wire_text(out, ",\"interestRate\":\"0.00010000\",\"nextFundingTime\":");
    wire_integer(out, view->next_funding_ms);
    wire_text(out, ",\"time\":");
    wire_integer(out, server->now_ms);
    wire_text(out, all ? "}]" : "}");
}

static void answer_funding_info(struct answer *answer) {
    struct wire *out = &answer->out;
    put_string(out, "[{\"symbol\":", answer->server->symbol);
    wire_text(out, ",\"adjustedFundingRateCap\":\"0.00300000\",\"adjustedFundingRateFloor\":"
                   "\"-0.00300000\",\"fundingIntervalHours\":");
    wire_integer(out, MARKET_FUNDING_HOURS);
    wire_text(out, ",\"disclaimer\":false}]");
}

static void answer_funding_rate(struct answer *answer) {
    const struct tape *tape = &answer->server->tape;
    int64_t begin_ms = get_integer(answer->query, "startTime", 0);
    int64_t end_ms = get_integer(answer->query, "endTime", INT64_MAX);
    int64_t limit = 0;
    if (!require_symbol(answer) || !get_limit(answer, 100, 1000, &limit)) {
        return;
    }
    size_t count = tape->funding_ring.count;
    size_t from = begin_ms <= 0 && count > (size_t)limit ? count - (size_t)limit : 0;
    bool first = true;
    wire_text(&answer->out, "[");
    for (size_t i = from; i < count && limit > 0; i++) {
        const struct tape_funding *row = tape_funding_at(tape, i);
        if (row->ts_ms < begin_ms || row->ts_ms > end_ms) {
            continue;
        }
        put_string(&answer->out, first ? "{\"symbol\":" : ",{\"symbol\":", answer->server->symbol);
        wire_text(&answer->out, ",\"fundingTime\":");
        wire_integer(&answer->out, row->ts_ms);
        put_rounded(&answer->out, ",\"fundingRate\":", row->rate, 8);
        put_rounded(&answer->out, ",\"markPrice\":", row->mark, 8);
        wire_text(&answer->out, "}");
        first = false;
        limit--;
    }
    wire_text(&answer->out, "]");
}

static const struct {
    const char *path;
    void (*answer)(struct answer *answer);
} routes[] = {
    {"/fapi/v1/ping", answer_ping},
    {"/fapi/v1/time", answer_time},
    {"/fapi/v1/exchangeInfo", answer_exchange_info},
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

/* -- limits and faults -- */

/* The weight of this minute with the request in it. */
static int64_t charge(struct exchange_server *server, int weight) {
    int64_t minute = clock_wall_ms() / 60000;
    if (minute != server->weight_minute) {
        server->weight_minute = minute;
        server->weight_used = 0;
    }
    server->weight_used += weight;
    return server->weight_used;
}

static void refuse_too_many(struct answer *answer, int http_code) {
    refuse(answer, http_code, -1003,
           "Too many requests; current limit of IP(127.0.0.1) is 2400 requests per minute. Please "
           "use the websocket for live updates to avoid polling the API.");
}

/* Retry-After of an answer that refuses, 0: none. */
static int misbehave(struct answer *answer) {
    const struct exchange_faults *faults = &answer->server->faults;
    if (faults->rest_code == 429 || faults->rest_code == 418) {
        refuse_too_many(answer, faults->rest_code);
    } else if (faults->rest_code == 451 || faults->rest_code == 403) {
        refuse(answer, faults->rest_code, 0,
               "Service unavailable from a restricted location according to 'b. Eligibility'.");
    } else if (faults->rest_code != 0) {
        refuse(answer, faults->rest_code, -1000,
               "An unknown error occurred while processing the request.");
    }
    if (faults->rest_html) {
        wire_reset(&answer->out);
        answer->http_code = 200;
        wire_text(&answer->out, "<html><head><title>Maintenance</title></head></html>");
    }
    return faults->rest_code != 0 ? faults->retry_after_s : 0;
}

void exchange_answer(void *user, const struct server_request *request,
                     struct server_response *response) {
    struct exchange_server *server = user;
    struct answer answer = {
        .server = server, .query = request->query, .http_code = 200, .weight = 1};
    EXCHANGE_COUNT(server->requests, 1);
    size_t route = 0;
    while (route < ARRAY_COUNT(routes) && strcmp(routes[route].path, request->path) != 0) {
        route++;
    }
    if (route < ARRAY_COUNT(routes) && server->market != NULL) {
        routes[route].answer(&answer);
    } else {
        refuse(&answer, 404, -5000, "Path not found, Method GET is invalid.");
    }
    int retry_after_s = 0;
    int64_t used = charge(server, answer.weight);
    if (used > WEIGHT_MAX) {
        refuse_too_many(&answer, 429);
        retry_after_s = (int)(60 - clock_wall_ms() / 1000 % 60);
    } else {
        retry_after_s = misbehave(&answer);
    }
    if (answer.http_code != 200) {
        EXCHANGE_COUNT(server->requests_refused, 1);
    }
    if (answer.out.failed) {
        EXCHANGE_COUNT(server->unsent, 1);
        wire_finish(&answer.out);
        answer.http_code = 503;
    }
    response->header_name = retry_after_s > 0 ? "Retry-After" : "X-MBX-USED-WEIGHT-1M";
    str_format(server->header_value, sizeof server->header_value, "%lld",
               retry_after_s > 0 ? (long long)retry_after_s : (long long)used);
    response->header_value = server->header_value;
    response->http_code = answer.http_code;
    response->content_type = server->faults.rest_html ? "text/html" : NULL;
    response->body = answer.out.bytes;
    response->len = answer.out.len;
    response->delay_ms = server->faults.rest_delay_ms;
}
