/* OKX's REST answers: market data of /api/v5. */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "sim/bracket.h"
#include "sim/exchange_okx.h"
#include "sim/market.h"

enum {
    CANDLES_MAX = 300,
    HISTORY_CANDLES_MAX = 100,
    INTEREST_MAX = 100,
    FUNDING_MAX = 400,
    FORCED_MAX = 100,
    TRADES_MAX = 500,
    BOOK_MAX = 400,
    RATE_PLACES = 10
};

/* The venue refuses in its own words, often with HTTP 200. */
static void refuse(struct exchange_answer *answer, int http_code, int code, const char *message) {
    wire_reset(&answer->out);
    answer->http_code = http_code;
    exchange_put_integer(&answer->out, "{\"code\":\"", code);
    wire_text(&answer->out, "\",\"data\":[],\"msg\":");
    wire_quoted(&answer->out, message);
    wire_text(&answer->out, "}");
}

void exchange_okx_refuse(struct exchange_answer *answer, int http_code) {
    if (http_code == 429 || http_code == 418) {
        refuse(answer, http_code, 50011, "Too Many Requests");
    } else if (http_code == 404) {
        refuse(answer, http_code, 404, "Not Found");
    } else if (http_code == 451 || http_code == 403) {
        refuse(answer, http_code, 50110, "Invalid IP");
    } else {
        refuse(answer, http_code, 50026, "System error. Try again later");
    }
}

static void begin(struct exchange_answer *answer) {
    wire_text(&answer->out, "{\"code\":\"0\",\"msg\":\"\",\"data\":[");
}

static void end(struct exchange_answer *answer) {
    wire_text(&answer->out, "]}");
}

/* -- parameters -- */

static bool param_is(const struct exchange_answer *answer, const char *key, const char *value) {
    char text[EXCHANGE_PARAM_BYTES];
    return exchange_param(answer->query, key, text) && strcmp(text, value) == 0;
}

static const struct exchange_symbol *require_symbol(struct exchange_answer *answer) {
    char name[EXCHANGE_PARAM_BYTES];
    const struct exchange_symbol *symbol = exchange_param_symbol(answer, "instId");
    if (!exchange_param(answer->query, "instId", name)) {
        refuse(answer, 400, 50014, "Parameter instId can not be empty.");
    } else if (symbol == NULL) {
        refuse(answer, 200, 51001, "Instrument ID doesn't exist.");
    }
    return symbol;
}

/* An index, an underlying or a family: "BTC-USDT". NULL: refused. */
static const struct exchange_symbol *require_family(struct exchange_answer *answer,
                                                    const char *key) {
    char name[EXCHANGE_PARAM_BYTES], swap[EXCHANGE_PARAM_BYTES + 8];
    const struct exchange_symbol *symbol = NULL;
    if (exchange_param(answer->query, key, name) &&
        str_format(swap, sizeof swap, "%s-SWAP", name)) {
        symbol = exchange_symbol_find(answer->server, swap, strlen(swap), false);
    }
    if (symbol == NULL) {
        refuse(answer, 200, 51000, "Parameter uly or instFamily error.");
    }
    return symbol;
}

static size_t get_limit(const struct exchange_answer *answer, int64_t max) {
    const int64_t limit = exchange_param_integer(answer->query, "limit", 100);
    return (size_t)(limit < 1 ? 1 : limit > max ? max : limit);
}

static bool require_type(struct exchange_answer *answer) {
    char type[EXCHANGE_PARAM_BYTES];
    if (!exchange_param(answer->query, "instType", type)) {
        refuse(answer, 400, 50014, "Parameter instType can not be empty.");
        return false;
    }
    return true;
}

/* -- lists -- */

static void answer_time(struct exchange_answer *answer) {
    begin(answer);
    exchange_put_integer(&answer->out, "{\"ts\":\"", exchange_now_ms(answer->server));
    wire_text(&answer->out, "\"}");
    end(answer);
}

static void answer_instruments(struct exchange_answer *answer) {
    int count = 0;
    size_t written = 0;
    const struct exchange_symbol *symbols = exchange_symbols(answer->server, &count);
    if (!require_type(answer)) {
        return;
    }
    begin(answer);
    for (int i = 0; i < count && param_is(answer, "instType", "SWAP"); i++) {
        if (symbols[i].listed) {
            wire_text(&answer->out, written++ > 0 ? "," : "");
            exchange_okx_put_instrument(&symbols[i], &answer->out);
        }
    }
    end(answer);
}

/* Caps in contracts at the mark of now. */
static void answer_tiers(struct exchange_answer *answer) {
    const struct bracket_table *table = &bracket_binance;
    struct exchange_ticker ticker;
    struct wire *out = &answer->out;
    int64_t below = 0;
    if (!require_type(answer)) {
        return;
    }
    const struct exchange_symbol *symbol = require_family(answer, "instFamily");
    if (symbol == NULL) {
        return;
    }
    exchange_ticker_get(answer->server, symbol, &ticker);
    begin(answer);
    for (int i = 0; i < table->count; i++) {
        const struct bracket *row = &table->rows[i];
        const double contracts =
            row->notional_cap_usd / (ticker.mark * OKX_LOTS_A_CONTRACT * MARKET_LOT);
        const int64_t cap = contracts < 1e15 ? (int64_t)contracts : INT64_C(1000000000000000);
        exchange_put_rounded(
            out, i > 0 ? ",{\"baseMaxLoan\":\"\",\"imr\":" : "{\"baseMaxLoan\":\"\",\"imr\":",
            1 / row->leverage_max, 6);
        wire_text(out, ",\"instFamily\":\"");
        wire_bytes(out, symbol->name, strlen(symbol->name) - strlen("-SWAP"));
        exchange_put_rounded(out, "\",\"instId\":\"\",\"maxLever\":", row->leverage_max, 0);
        exchange_put_fixed(out, ",\"maxSz\":", cap, 0);
        exchange_put_fixed(out, ",\"minSz\":", below, 0);
        exchange_put_rounded(out, ",\"mmr\":", row->mmr, 6);
        exchange_put_fixed(out, ",\"optMgnFactor\":\"0\",\"quoteMaxLoan\":\"\",\"tier\":", i + 1,
                           0);
        wire_text(out, ",\"uly\":\"\"}");
        below = cap + 1;
    }
    end(answer);
}

/* -- values of now -- */

typedef void put_row(const struct exchange_symbol *symbol, const struct exchange_ticker *ticker,
                     int64_t now_ms, struct wire *out);

static void put_value(struct exchange_answer *answer, const struct exchange_symbol *symbol,
                      put_row *put) {
    struct exchange_ticker ticker;
    exchange_ticker_get(answer->server, symbol, &ticker);
    put(symbol, &ticker, exchange_now_ms(answer->server), &answer->out);
}

/* Of one instrument, or of all. */
static void answer_values(struct exchange_answer *answer, put_row *put) {
    char name[EXCHANGE_PARAM_BYTES];
    int count = 0;
    size_t written = 0;
    const struct exchange_symbol *symbols = exchange_symbols(answer->server, &count);
    const bool one = exchange_param(answer->query, "instId", name);
    if (one) {
        const struct exchange_symbol *symbol = require_symbol(answer);
        if (symbol != NULL) {
            begin(answer);
            put_value(answer, symbol, put);
            end(answer);
        }
        return;
    }
    begin(answer);
    for (int i = 0; i < count; i++) {
        if (symbols[i].listed) {
            wire_text(&answer->out, written++ > 0 ? "," : "");
            put_value(answer, &symbols[i], put);
        }
    }
    end(answer);
}

static void answer_mark(struct exchange_answer *answer) {
    answer_values(answer, exchange_okx_put_mark);
}

static void answer_interest(struct exchange_answer *answer) {
    answer_values(answer, exchange_okx_put_interest);
}

static void answer_tickers(struct exchange_answer *answer) {
    answer_values(answer, exchange_okx_put_last);
}

static void answer_funding(struct exchange_answer *answer) {
    const struct exchange_symbol *symbol = require_symbol(answer);
    if (symbol != NULL) {
        begin(answer);
        put_value(answer, symbol, exchange_okx_put_funding);
        end(answer);
    }
}

static void answer_index(struct exchange_answer *answer) {
    const struct exchange_symbol *symbol = require_family(answer, "instId");
    if (symbol != NULL) {
        begin(answer);
        put_value(answer, symbol, exchange_okx_put_index);
        end(answer);
    }
}

/* -- history, the newest first -- */

/* `after` is the end and `before` the begin; both leave out the time they name. */
static void get_range(const struct exchange_answer *answer, int64_t *from_ms, int64_t *to_ms,
                      bool *newest) {
    const int64_t before = exchange_param_integer(answer->query, "before", -1);
    *to_ms = exchange_param_integer(answer->query, "after", INT64_MAX / 2) - 1;
    *from_ms = before + 1;
    *newest = true;
}

static void put_candles(struct exchange_answer *answer, int64_t max) {
    const struct exchange_symbol *symbol = require_symbol(answer);
    int64_t from_ms = 0, to_ms = 0;
    bool newest = true;
    if (symbol == NULL) {
        return;
    }
    if (!param_is(answer, "bar", "1m")) {
        refuse(answer, 200, 51000, "Parameter bar error");
        return;
    }
    const size_t limit = get_limit(answer, max);
    struct exchange_kline *bars = calloc(limit, sizeof *bars);
    get_range(answer, &from_ms, &to_ms, &newest);
    const size_t count = bars == NULL ? 0
                                      : exchange_klines_get(answer->server, symbol, 60000, from_ms,
                                                            to_ms, newest, limit, bars);
    begin(answer);
    for (size_t i = count; i > 0; i--) {
        const bool closed = bars[i - 1].open_ms + 60000 <= exchange_now_ms(answer->server);
        wire_text(&answer->out, i < count ? "," : "");
        exchange_okx_put_kline(&bars[i - 1], closed, &answer->out);
    }
    end(answer);
    free(bars);
}

static void answer_candles(struct exchange_answer *answer) {
    put_candles(answer, CANDLES_MAX);
}

static void answer_history_candles(struct exchange_answer *answer) {
    put_candles(answer, HISTORY_CANDLES_MAX);
}

static void answer_interest_history(struct exchange_answer *answer) {
    const struct exchange_symbol *symbol = require_symbol(answer);
    const size_t limit = get_limit(answer, INTEREST_MAX);
    struct wire *out = &answer->out;
    if (symbol == NULL) {
        return;
    }
    struct exchange_interest *rows = calloc(limit, sizeof *rows);
    const size_t count =
        rows == NULL
            ? 0
            : exchange_interest_get(
                  answer->server, symbol, 300000, exchange_param_integer(answer->query, "begin", 0),
                  exchange_param_integer(answer->query, "end", INT64_MAX / 2), true, limit, rows);
    begin(answer);
    for (size_t i = count; i > 0; i--) {
        exchange_put_integer(out, i < count ? ",[\"" : "[\"", rows[i - 1].ts_ms);
        exchange_put_fixed(out, "\",", rows[i - 1].oi_lots, 1);
        exchange_put_fixed(out, ",", rows[i - 1].oi_lots, 3);
        exchange_put_rounded(out, ",", rows[i - 1].oi_usd, 4);
        wire_text(out, "]");
    }
    end(answer);
    free(rows);
}

static void answer_funding_history(struct exchange_answer *answer) {
    const struct exchange_symbol *symbol = require_symbol(answer);
    const size_t limit = get_limit(answer, FUNDING_MAX);
    struct wire *out = &answer->out;
    int64_t from_ms = 0, to_ms = 0;
    bool newest = true;
    if (symbol == NULL) {
        return;
    }
    struct exchange_funding *rows = calloc(limit, sizeof *rows);
    get_range(answer, &from_ms, &to_ms, &newest);
    const size_t count = rows == NULL ? 0
                                      : exchange_funding_get(answer->server, symbol, from_ms, to_ms,
                                                             newest, limit, rows);
    begin(answer);
    for (size_t i = count; i > 0; i--) {
        exchange_put_rounded(out, i < count ? ",{\"fundingRate\":" : "{\"fundingRate\":",
                             rows[i - 1].rate, RATE_PLACES);
        exchange_put_integer(out, ",\"fundingTime\":\"", rows[i - 1].ts_ms);
        exchange_put_text(out, "\",\"instId\":", symbol->name);
        exchange_put_rounded(out,
                             ",\"instType\":\"SWAP\",\"method\":\"current_period\","
                             "\"realizedRate\":",
                             rows[i - 1].rate, RATE_PLACES);
        wire_text(out, "}");
    }
    end(answer);
    free(rows);
}

static void answer_forced(struct exchange_answer *answer) {
    int64_t from_ms = 0, to_ms = 0;
    bool newest = true;
    if (!require_type(answer)) {
        return;
    }
    const struct exchange_symbol *symbol = require_family(answer, "uly");
    const size_t limit = get_limit(answer, FORCED_MAX);
    struct exchange_liquidation *rows = symbol == NULL ? NULL : calloc(2 * limit, sizeof *rows);
    if (rows == NULL) {
        return;
    }
    get_range(answer, &from_ms, &to_ms, &newest);
    const size_t count =
        exchange_forced_get(answer->server, symbol, from_ms, to_ms, newest, limit, rows);
    for (size_t i = 0; i < count; i++) {
        rows[limit + i] = rows[count - 1 - i];
    }
    begin(answer);
    exchange_okx_put_forced(rows + limit, count, &answer->out);
    end(answer);
    free(rows);
}

static void answer_trades(struct exchange_answer *answer) {
    const struct exchange_symbol *symbol = require_symbol(answer);
    const size_t limit = get_limit(answer, TRADES_MAX);
    if (symbol == NULL) {
        return;
    }
    const size_t count = exchange_recent_count(symbol);
    const size_t from = count > limit ? count - limit : 0;
    begin(answer);
    for (size_t i = count; i > from; i--) {
        wire_text(&answer->out, i < count ? "," : "");
        exchange_okx_put_trade(exchange_recent_at(symbol, i - 1), false, &answer->out);
    }
    end(answer);
}

static void answer_book(struct exchange_answer *answer) {
    const struct exchange_symbol *symbol = require_symbol(answer);
    const int64_t size = exchange_param_integer(answer->query, "sz", 1);
    struct exchange_book book;
    if (symbol == NULL) {
        return;
    }
    exchange_book_get(answer->server, symbol,
                      (size_t)(size < 1          ? 1
                               : size > BOOK_MAX ? BOOK_MAX
                                                 : size),
                      &book);
    begin(answer);
    wire_text(&answer->out, "{\"asks\":");
    exchange_okx_put_levels(&answer->out, book.levels[1], book.count[1]);
    wire_text(&answer->out, ",\"bids\":");
    exchange_okx_put_levels(&answer->out, book.levels[0], book.count[0]);
    exchange_put_integer(&answer->out, ",\"ts\":\"", book.ts_ms);
    exchange_put_integer(&answer->out, "\",\"seqId\":", book.last_id);
    wire_text(&answer->out, "}");
    end(answer);
}

const struct exchange_route exchange_okx_routes[] = {
    {"/api/v5/public/time", answer_time},
    {"/api/v5/public/instruments", answer_instruments},
    {"/api/v5/public/position-tiers", answer_tiers},
    {"/api/v5/public/mark-price", answer_mark},
    {"/api/v5/public/open-interest", answer_interest},
    {"/api/v5/public/funding-rate", answer_funding},
    {"/api/v5/public/funding-rate-history", answer_funding_history},
    {"/api/v5/public/liquidation-orders", answer_forced},
    {"/api/v5/market/index-tickers", answer_index},
    {"/api/v5/market/tickers", answer_tickers},
    {"/api/v5/market/candles", answer_candles},
    {"/api/v5/market/history-candles", answer_history_candles},
    {"/api/v5/rubik/stat/contracts/open-interest-history", answer_interest_history},
    {"/api/v5/market/trades", answer_trades},
    {"/api/v5/market/books", answer_book},
};
static_assert(ARRAY_COUNT(exchange_okx_routes) == EXCHANGE_OKX_ROUTES, "as the header says");
