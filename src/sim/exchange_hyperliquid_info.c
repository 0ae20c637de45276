/* Hyperliquid's answers: POST /info, by the type that the body names. */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "sim/exchange_hyperliquid.h"
#include "sim/market.h"

enum {
    CANDLES_MAX = 5000,
    CANDLES_A_WEIGHT = 60,
    FUNDING_MAX = 500,
    FUNDING_A_WEIGHT = 20,
    WEIGHT_USUAL = 20,
    WEIGHT_LIGHT = 2,
    RATE_PLACES = 10,
    TABLE_ID = 56
};

static void refuse(struct exchange_answer *answer, int http_code, const char *text) {
    wire_reset(&answer->out);
    answer->http_code = http_code;
    wire_text(&answer->out, text);
}

void exchange_hyperliquid_refuse(struct exchange_answer *answer, int http_code) {
    refuse(answer, http_code, "null");
}

static void refuse_body(struct exchange_answer *answer) {
    refuse(answer, 422, "Failed to deserialize the JSON body into the target type");
}

/* -- coins -- */

/* Three margin tiers for the market itself, one for each of the others. */
static void put_meta(const struct exchange_symbol *symbols, int count, struct wire *out) {
    const char *before = "{\"universe\":[";
    for (int i = 0; i < count; i++) {
        wire_text(out, before);
        exchange_put_text(out, "{\"szDecimals\":3,\"name\":", symbols[i].name);
        exchange_put_integer(out, ",\"maxLeverage\":", i == 0 ? 40 : 10);
        exchange_put_integer(out, ",\"marginTableId\":", i == 0 ? TABLE_ID : 10);
        wire_text(out, symbols[i].listed ? "}" : ",\"isDelisted\":true}");
        before = ",";
    }
    wire_text(out, "],\"marginTables\":[[50,{\"description\":\"\",\"marginTiers\":[{"
                   "\"lowerBound\":\"0.0\",\"maxLeverage\":50}]}],[56,{\"description\":"
                   "\"tiered 40x\",\"marginTiers\":[{\"lowerBound\":\"0.0\",\"maxLeverage\":40},{"
                   "\"lowerBound\":\"150000000.0\",\"maxLeverage\":20},{\"lowerBound\":"
                   "\"500000000.0\",\"maxLeverage\":10}]}]],\"collateralToken\":0}");
}

static void answer_meta(struct exchange_answer *answer, bool contexts) {
    struct wire *out = &answer->out;
    int count = 0;
    const struct exchange_symbol *symbols = exchange_symbols(answer->server, &count);
    wire_text(out, contexts ? "[" : "");
    put_meta(symbols, count, out);
    for (int i = 0; contexts && i < count; i++) {
        wire_text(out, i > 0 ? "," : ",[");
        exchange_hyperliquid_put_context(answer->server, &symbols[i], out);
    }
    wire_text(out, contexts ? "]]" : "");
}

/* -- rows -- */

static int64_t integer_of(const struct tree *object, const char *key, int64_t fallback) {
    int64_t value = 0;
    return tree_integer(tree_member(object, key), &value) ? value : fallback;
}

static void answer_candles(struct exchange_answer *answer, const struct tree *request,
                           const struct exchange_symbol *symbol) {
    static const struct {
        const char *name;
        int64_t ms;
    } intervals[] = {{"1m", 60000},    {"3m", 180000},    {"5m", 300000},  {"15m", 900000},
                     {"30m", 1800000}, {"1h", 3600000},   {"2h", 7200000}, {"4h", 14400000},
                     {"8h", 28800000}, {"12h", 43200000}, {"1d", 86400000}};
    const char *name = tree_text(tree_member(request, "interval"));
    int64_t interval_ms = 0;
    for (size_t i = 0; name != NULL && i < ARRAY_COUNT(intervals); i++) {
        interval_ms = strcmp(intervals[i].name, name) == 0 ? intervals[i].ms : interval_ms;
    }
    if (interval_ms == 0) {
        refuse_body(answer);
        return;
    }
    struct exchange_kline *bars = calloc(CANDLES_MAX, sizeof(*bars));
    const size_t count = bars == NULL
                             ? 0
                             : exchange_klines_get(answer->server, symbol, interval_ms,
                                                   integer_of(request, "startTime", 0),
                                                   integer_of(request, "endTime", INT64_MAX / 2),
                                                   true, CANDLES_MAX, bars);
    wire_text(&answer->out, "[");
    for (size_t i = 0; i < count; i++) {
        wire_text(&answer->out, i > 0 ? "," : "");
        exchange_hyperliquid_put_candle(symbol, name, &bars[i], &answer->out);
    }
    wire_text(&answer->out, "]");
    answer->weight = WEIGHT_USUAL + (int)count / CANDLES_A_WEIGHT;
    free(bars);
}

static void answer_funding(struct exchange_answer *answer, const struct tree *request,
                           const struct exchange_symbol *symbol) {
    struct wire *out = &answer->out;
    struct exchange_funding *rows = calloc(FUNDING_MAX, sizeof(*rows));
    const size_t count =
        rows == NULL
            ? 0
            : exchange_funding_get(answer->server, symbol, integer_of(request, "startTime", 0),
                                   integer_of(request, "endTime", INT64_MAX / 2), false,
                                   FUNDING_MAX, rows);
    wire_text(out, "[");
    for (size_t i = 0; i < count; i++) {
        exchange_put_text(out, i > 0 ? ",{\"coin\":" : "{\"coin\":", symbol->name);
        exchange_put_rounded(out, ",\"fundingRate\":", rows[i].rate / MARKET_FUNDING_HOURS,
                             RATE_PLACES);
        exchange_put_text(out, ",\"premium\":", "-0.00052196");
        exchange_put_integer(out, ",\"time\":", rows[i].ts_ms);
        wire_text(out, "}");
    }
    wire_text(out, "]");
    answer->weight = WEIGHT_USUAL + (int)count / FUNDING_A_WEIGHT;
    free(rows);
}

static void answer_book(struct exchange_answer *answer, const struct exchange_symbol *symbol) {
    struct exchange_book book;
    exchange_book_get(answer->server, symbol, 20, &book);
    exchange_hyperliquid_put_book(symbol, &book, &answer->out);
    answer->weight = WEIGHT_LIGHT;
}

/* The newest first. */
static void answer_trades(struct exchange_answer *answer, const struct exchange_symbol *symbol) {
    wire_text(&answer->out, "[");
    for (size_t count = exchange_recent_count(symbol), i = count; i > 0; i--) {
        wire_text(&answer->out, i < count ? "," : "");
        exchange_hyperliquid_put_trade(exchange_recent_at(symbol, i - 1), &answer->out);
    }
    wire_text(&answer->out, "]");
}

/* What is asked of one coin. */
static void answer_coin(struct exchange_answer *answer, const char *type,
                        const struct tree *request) {
    const bool candles = strcmp(type, "candleSnapshot") == 0;
    const struct tree *inner = candles ? tree_member(request, "req") : request;
    const char *coin = tree_text(tree_member(inner, "coin"));
    const struct exchange_symbol *symbol =
        coin == NULL ? NULL : exchange_symbol_find(answer->server, coin, strlen(coin), false);
    if (coin == NULL) {
        refuse_body(answer);
    } else if (symbol == NULL) {
        refuse(answer, 500, "null");
    } else if (candles) {
        answer_candles(answer, inner, symbol);
    } else if (strcmp(type, "fundingHistory") == 0) {
        answer_funding(answer, request, symbol);
    } else if (strcmp(type, "l2Book") == 0) {
        answer_book(answer, symbol);
    } else if (strcmp(type, "recentTrades") == 0) {
        answer_trades(answer, symbol);
    } else {
        refuse_body(answer);
    }
}

void exchange_hyperliquid_info(struct exchange_answer *answer) {
    enum status why = STATUS_OK;
    struct tree *request = tree_parse(answer->body, strlen(answer->body), &why);
    const char *type = tree_text(tree_member(request, "type"));
    answer->weight = WEIGHT_USUAL;
    if (type == NULL) {
        refuse_body(answer);
    } else if (strcmp(type, "meta") == 0 || strcmp(type, "metaAndAssetCtxs") == 0) {
        answer_meta(answer, type[4] != '\0');
    } else {
        answer_coin(answer, type, request);
    }
    tree_destroy(request);
}
