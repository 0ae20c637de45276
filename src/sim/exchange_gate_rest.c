/* Gate's REST answers: market data of /api/v4/futures. */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "sim/bracket.h"
#include "sim/exchange_gate.h"
#include "sim/market.h"

enum {
    KLINE_POINTS_MAX = 2000,
    INTEREST_LIMIT_MAX = 2000,
    FUNDING_LIMIT_MAX = 1000,
    FORCED_LIMIT_MAX = 1000,
    BOOK_LIMIT_MAX = 400,
    FORCED_WINDOW_S = 3600,
    RATE_PLACES = 6
};

static void refuse(struct exchange_answer *answer, int http_code, const char *label,
                   const char *message) {
    wire_reset(&answer->out);
    answer->http_code = http_code;
    exchange_put_text(&answer->out, "{\"label\":", label);
    wire_text(&answer->out, ",\"message\":");
    wire_quoted(&answer->out, message);
    wire_text(&answer->out, "}");
}

void exchange_gate_refuse(struct exchange_answer *answer, int http_code) {
    if (http_code == 404) {
        refuse(answer, http_code, "NOT_FOUND", "Not found");
    } else if (http_code == 429 || http_code == 418) {
        refuse(answer, http_code, "TOO_MANY_REQUESTS", "Request Rate limit Exceeded");
    } else if (http_code == 451 || http_code == 403) {
        refuse(answer, http_code, "FORBIDDEN", "Access from your region is not allowed");
    } else {
        refuse(answer, http_code, "SERVER_ERROR", "Internal server error");
    }
}

/* -- parameters -- */

static void refuse_value(struct exchange_answer *answer, const char *message) {
    refuse(answer, 400, "INVALID_PARAM_VALUE", message);
}

/* The contract that the request names; NULL: it is refused. */
static const struct exchange_symbol *require_contract(struct exchange_answer *answer) {
    char name[EXCHANGE_PARAM_BYTES];
    const struct exchange_symbol *symbol = exchange_param_symbol(answer, "contract");
    if (!exchange_param(answer->query, "contract", name)) {
        refuse(answer, 400, "MISSING_REQUIRED_PARAM", "Missing required parameter: contract");
    } else if (symbol == NULL) {
        refuse(answer, 400, "CONTRACT_NOT_FOUND", "contract not found");
    }
    return symbol;
}

/* A limit from 1 to max; false: refused. */
static bool get_limit(struct exchange_answer *answer, int64_t fallback, int64_t max,
                      int64_t *limit) {
    *limit = exchange_param_integer(answer->query, "limit", fallback);
    if (*limit < 1 || *limit > max) {
        refuse_value(answer, "invalid limit");
        return false;
    }
    return true;
}

static int64_t get_interval(const char *query) {
    static const struct {
        const char *name;
        int64_t ms;
    } intervals[] = {{"1m", 60000},   {"5m", 300000},   {"15m", 900000},  {"30m", 1800000},
                     {"1h", 3600000}, {"4h", 14400000}, {"8h", 28800000}, {"1d", 86400000}};
    char text[EXCHANGE_PARAM_BYTES];
    for (size_t i = 0; exchange_param(query, "interval", text) && i < ARRAY_COUNT(intervals); i++) {
        if (strcmp(text, intervals[i].name) == 0) {
            return intervals[i].ms;
        }
    }
    return 0;
}

static bool is_decimal(const struct exchange_answer *answer) {
    return strcmp(answer->header, "1") == 0;
}

static const char *separator(size_t i) {
    return i > 0 ? "," : "";
}

/* -- contracts -- */

static void put_contract(const struct exchange_answer *answer, const struct exchange_symbol *symbol,
                         struct wire *out) {
    struct exchange_ticker ticker;
    exchange_ticker_get(answer->server, symbol, &ticker);
    exchange_put_text(out, "{\"name\":", symbol->name);
    wire_text(out, ",\"type\":\"direct\",\"quanto_multiplier\":\"0.01\",\"ref_discount_rate\":"
                   "\"0\",\"order_price_deviate\":\"0.5\",\"maintenance_rate\":\"0.004\","
                   "\"mark_type\":\"index\"");
    exchange_put_fixed(out, ",\"last_price\":", ticker.last_ticks, 1);
    exchange_put_rounded(out, ",\"mark_price\":", ticker.mark, 2);
    exchange_put_rounded(out, ",\"index_price\":", ticker.index, 2);
    exchange_put_rounded(out, ",\"funding_rate_indicative\":", ticker.funding_rate, RATE_PLACES);
    wire_text(out, ",\"mark_price_round\":\"0.01\",\"funding_offset\":0,\"in_delisting\":false,"
                   "\"risk_limit_base\":\"1000000\",\"interest_rate\":\"0.0003\","
                   "\"order_price_round\":\"0.1\",\"order_size_min\":\"0.1\",\"ref_rebate_rate\":"
                   "\"0.2\",\"funding_interval\":28800,\"risk_limit_step\":\"1000000\","
                   "\"leverage_min\":\"1\",\"leverage_max\":\"125\",\"risk_limit_max\":\"8000000\","
                   "\"maker_fee_rate\":\"-0.00025\",\"taker_fee_rate\":\"0.00075\"");
    exchange_put_rounded(out, ",\"funding_rate\":", ticker.funding_rate, RATE_PLACES);
    exchange_put_integer(out, ",\"order_size_max\":\"1000000\",\"funding_next_apply\":",
                         ticker.next_funding_ms / 1000);
    wire_text(out, ",\"short_users\":977,\"config_change_time\":1609899548,\"trade_size\":"
                   "\"28530850594\"");
    exchange_put_fixed(out, ",\"position_size\":", ticker.oi_lots, 1);
    wire_text(out, ",\"long_users\":455,\"funding_impact_value\":\"60000\",\"orders_limit\":50,"
                   "\"trade_id\":10851092,\"orderbook_id\":2129638396,\"enable_bonus\":true,"
                   "\"enable_credit\":true,\"create_time\":1669688556,\"funding_cap_ratio\":"
                   "\"0.75\",\"enable_decimal\":true}");
}

static void answer_contracts(struct exchange_answer *answer) {
    int count = 0;
    const struct exchange_symbol *symbols = exchange_symbols(answer->server, &count);
    size_t written = 0;
    wire_text(&answer->out, "[");
    for (int i = 0; i < count; i++) {
        if (symbols[i].listed) {
            wire_text(&answer->out, separator(written++));
            put_contract(answer, &symbols[i], &answer->out);
        }
    }
    wire_text(&answer->out, "]");
}

static void answer_contract(struct exchange_answer *answer) {
    const char *name = strrchr(answer->path, '/') + 1;
    const struct exchange_symbol *symbol =
        exchange_symbol_find(answer->server, name, strlen(name), false);
    if (symbol == NULL) {
        refuse(answer, 400, "CONTRACT_NOT_FOUND", "contract not found");
    } else {
        put_contract(answer, symbol, &answer->out);
    }
}

/* Of settlements that this exchange has no market in. */
static void answer_nothing(struct exchange_answer *answer) {
    wire_text(&answer->out, "[]");
}

static void answer_tiers(struct exchange_answer *answer) {
    const struct bracket *rows = bracket_binance.rows;
    struct wire *out = &answer->out;
    if (require_contract(answer) == NULL) {
        return;
    }
    wire_text(out, "[");
    for (int i = 0; i < bracket_binance.count; i++) {
        exchange_put_rounded(out, i > 0 ? ",{\"maintenance_rate\":" : "{\"maintenance_rate\":",
                             rows[i].mmr, RATE_PLACES);
        exchange_put_integer(out, ",\"tier\":", i + 1);
        exchange_put_rounded(out, ",\"initial_rate\":", 1 / rows[i].leverage_max, RATE_PLACES);
        exchange_put_rounded(out, ",\"leverage_max\":", rows[i].leverage_max, 0);
        exchange_put_rounded(out, ",\"risk_limit\":", rows[i].notional_cap_usd, 0);
        wire_text(out, "}");
    }
    wire_text(out, "]");
}

/* -- values -- */

static void answer_tickers(struct exchange_answer *answer) {
    char name[EXCHANGE_PARAM_BYTES];
    int count = 0;
    size_t written = 0;
    const struct exchange_symbol *symbols = exchange_symbols(answer->server, &count);
    const bool one = exchange_param(answer->query, "contract", name);
    if (one && require_contract(answer) == NULL) {
        return;
    }
    wire_text(&answer->out, "[");
    for (int i = 0; i < count; i++) {
        if (symbols[i].listed && (!one || strcmp(symbols[i].name, name) == 0)) {
            wire_text(&answer->out, separator(written++));
            exchange_gate_put_ticker(answer->server, &symbols[i], &answer->out);
            wire_text(&answer->out, "}");
        }
    }
    wire_text(&answer->out, "]");
}

/* Either a limit, or from and to. */
static bool get_bars(struct exchange_answer *answer, int64_t interval_s, int64_t *from_s,
                     int64_t *to_s, int64_t *limit) {
    const int64_t now_s = exchange_now_ms(answer->server) / 1000;
    *from_s = exchange_param_integer(answer->query, "from", 0);
    *to_s = exchange_param_integer(answer->query, "to", now_s);
    *limit = exchange_param_integer(answer->query, "limit", 0);
    if (interval_s <= 0) {
        refuse_value(answer, "invalid interval");
        return false;
    }
    if (*limit != 0 && (*from_s != 0 || *to_s != now_s)) {
        refuse_value(answer, "limit conflicts with from and to");
        return false;
    }
    if (*from_s != 0) {
        *limit = (*to_s - *from_s) / interval_s + 1;
    } else if (*limit == 0) {
        *limit = 100;
    }
    if (*limit < 1 || *limit > KLINE_POINTS_MAX) {
        refuse_value(answer, "Candlestick range too broad. Maximum 2000 points");
        return false;
    }
    return true;
}

static void answer_candles(struct exchange_answer *answer) {
    const int64_t interval_ms = get_interval(answer->query);
    struct wire *out = &answer->out;
    int64_t from_s = 0, to_s = 0, limit = 0;
    const struct exchange_symbol *symbol = require_contract(answer);
    if (symbol == NULL || !get_bars(answer, interval_ms / 1000, &from_s, &to_s, &limit)) {
        return;
    }
    struct exchange_kline *bars = calloc((size_t)limit, sizeof(*bars));
    const size_t count =
        bars == NULL ? 0
                     : exchange_klines_get(answer->server, symbol, interval_ms, from_s * 1000,
                                           to_s * 1000, from_s == 0, (size_t)limit, bars);
    wire_text(out, "[");
    for (size_t i = 0; i < count; i++) {
        exchange_put_integer(out, i > 0 ? ",{\"t\":" : "{\"t\":", bars[i].open_ms / 1000);
        exchange_gate_put_size(out, ",\"v\":", bars[i].volume_lots, is_decimal(answer));
        exchange_put_fixed(out, ",\"c\":", bars[i].close, 1);
        exchange_put_fixed(out, ",\"h\":", bars[i].high, 1);
        exchange_put_fixed(out, ",\"l\":", bars[i].low, 1);
        exchange_put_fixed(out, ",\"o\":", bars[i].open, 1);
        exchange_put_rounded(out, ",\"sum\":", bars[i].volume_usd, 4);
        wire_text(out, "}");
    }
    wire_text(out, "]");
    free(bars);
}

static void answer_stats(struct exchange_answer *answer) {
    const int64_t step_ms = get_interval(answer->query);
    const int64_t from_s = exchange_param_integer(answer->query, "from", 0);
    struct wire *out = &answer->out;
    int64_t limit = 0;
    const struct exchange_symbol *symbol = require_contract(answer);
    if (symbol == NULL || !get_limit(answer, 30, INTEREST_LIMIT_MAX, &limit)) {
        return;
    }
    if (step_ms < 300000) {
        refuse_value(answer, "invalid interval");
        return;
    }
    struct exchange_interest *rows = calloc((size_t)limit, sizeof(*rows));
    const size_t count =
        rows == NULL ? 0
                     : exchange_interest_get(answer->server, symbol, step_ms, from_s * 1000,
                                             INT64_MAX / 2, from_s == 0, (size_t)limit, rows);
    wire_text(out, "[");
    for (size_t i = 0; i < count; i++) {
        const double coins = (double)rows[i].oi_lots * MARKET_LOT;
        exchange_put_integer(out, i > 0 ? ",{\"time\":" : "{\"time\":", rows[i].ts_ms / 1000);
        wire_text(out, ",\"lsr_taker\":100,\"lsr_account\":0.5,\"long_liq_size\":0,"
                       "\"short_liq_size\":0");
        exchange_gate_put_size(out, ",\"open_interest\":", rows[i].oi_lots, is_decimal(answer));
        exchange_put_rounded(
            out, ",\"short_liq_usd\":0,\"mark_price\":", coins > 0 ? rows[i].oi_usd / coins : 0, 2);
        wire_text(out, ",\"top_lsr_size\":1.02,\"short_liq_amount\":0,\"long_liq_amount\":0");
        exchange_put_rounded_number(out, ",\"open_interest_usd\":", rows[i].oi_usd, 0);
        wire_text(out, ",\"top_lsr_account\":1.5,\"long_liq_usd\":0}");
    }
    wire_text(out, "]");
    free(rows);
}

/* The newest first. */
static void answer_funding(struct exchange_answer *answer) {
    struct wire *out = &answer->out;
    int64_t limit = 0;
    const struct exchange_symbol *symbol = require_contract(answer);
    if (symbol == NULL || !get_limit(answer, 100, FUNDING_LIMIT_MAX, &limit)) {
        return;
    }
    struct exchange_funding *rows = calloc((size_t)limit, sizeof(*rows));
    const size_t count = rows == NULL
                             ? 0
                             : exchange_funding_get(answer->server, symbol, 0, INT64_MAX / 2, true,
                                                    (size_t)limit, rows);
    wire_text(out, "[");
    for (size_t i = count; i > 0; i--) {
        exchange_put_integer(out, i < count ? ",{\"t\":" : "{\"t\":", rows[i - 1].ts_ms / 1000);
        exchange_put_rounded(out, ",\"r\":", rows[i - 1].rate, RATE_PLACES);
        wire_text(out, "}");
    }
    wire_text(out, "]");
    free(rows);
}

/* -- rows -- */

/* The position's size, positive for a long; the order's has the other sign. The newest first. */
static void answer_forced(struct exchange_answer *answer) {
    const int64_t now_s = exchange_now_ms(answer->server) / 1000;
    const int64_t to_s = exchange_param_integer(answer->query, "to", now_s);
    const int64_t from_s = exchange_param_integer(answer->query, "from", to_s - FORCED_WINDOW_S);
    struct wire *out = &answer->out;
    int64_t limit = 0;
    const struct exchange_symbol *symbol = require_contract(answer);
    if (symbol == NULL || !get_limit(answer, 100, FORCED_LIMIT_MAX, &limit)) {
        return;
    }
    if (to_s - from_s > FORCED_WINDOW_S || to_s < from_s) {
        refuse_value(answer, "time range should be within 1 hour");
        return;
    }
    struct exchange_liquidation *rows = calloc((size_t)limit, sizeof(*rows));
    const size_t count = rows == NULL
                             ? 0
                             : exchange_forced_get(answer->server, symbol, from_s * 1000,
                                                   to_s * 1000 + 999, false, (size_t)limit, rows);
    wire_text(out, "[");
    for (size_t i = count; i > 0; i--) {
        const struct exchange_liquidation *row = &rows[i - 1];
        const int64_t lots = row->position == POS_LONG ? row->qty_lots : -row->qty_lots;
        exchange_put_integer(out, i < count ? ",{\"time\":" : "{\"time\":", row->ts_ms / 1000);
        exchange_put_text(out, ",\"contract\":", row->symbol->name);
        exchange_gate_put_size(out, ",\"size\":", lots, is_decimal(answer));
        exchange_gate_put_size(out, ",\"order_size\":", -lots, is_decimal(answer));
        exchange_put_fixed(out, ",\"order_price\":", row->bankruptcy_ticks, 1);
        exchange_put_fixed(out, ",\"fill_price\":", row->price_ticks, 1);
        wire_text(out, ",\"left\":0}");
    }
    wire_text(out, "]");
    free(rows);
}

/* The newest first. */
static void answer_trades(struct exchange_answer *answer) {
    struct wire *out = &answer->out;
    int64_t limit = 0;
    const struct exchange_symbol *symbol = require_contract(answer);
    if (symbol == NULL || !get_limit(answer, 100, 1000, &limit)) {
        return;
    }
    const size_t count = exchange_recent_count(symbol);
    const size_t from = count > (size_t)limit ? count - (size_t)limit : 0;
    wire_text(out, "[");
    for (size_t i = count; i > from; i--) {
        const struct exchange_trade *trade = exchange_recent_at(symbol, i - 1);
        const int64_t lots = trade->side == SIDE_SELL ? -trade->qty_lots : trade->qty_lots;
        exchange_put_integer(out, i < count ? ",{\"id\":" : "{\"id\":", trade->id);
        exchange_put_fixed_number(out, ",\"create_time\":", trade->ts_ms, 3);
        exchange_put_fixed_number(out, ",\"create_time_ms\":", trade->ts_ms, 3);
        exchange_put_text(out, ",\"contract\":", symbol->name);
        exchange_gate_put_size(out, ",\"size\":", lots, is_decimal(answer));
        exchange_put_fixed(out, ",\"price\":", trade->price_ticks, 1);
        wire_text(out, "}");
    }
    wire_text(out, "]");
}

static void answer_book(struct exchange_answer *answer) {
    struct wire *out = &answer->out;
    char with_id[EXCHANGE_PARAM_BYTES];
    int64_t limit = 0;
    const struct exchange_symbol *symbol = require_contract(answer);
    if (symbol == NULL || !get_limit(answer, 10, BOOK_LIMIT_MAX, &limit)) {
        return;
    }
    struct exchange_book book;
    exchange_book_get(answer->server, symbol, (size_t)limit, &book);
    wire_text(out, "{");
    if (exchange_param(answer->query, "with_id", with_id) && strcmp(with_id, "true") == 0) {
        exchange_put_integer(out, "\"id\":", book.last_id);
        wire_text(out, ",");
    }
    exchange_put_fixed_number(out, "\"current\":", exchange_now_ms(answer->server), 3);
    exchange_put_fixed_number(out, ",\"update\":", book.ts_ms, 3);
    wire_text(out, ",\"asks\":");
    exchange_gate_put_levels(out, book.levels[1], book.count[1], is_decimal(answer));
    wire_text(out, ",\"bids\":");
    exchange_gate_put_levels(out, book.levels[0], book.count[0], is_decimal(answer));
    wire_text(out, "}");
}

const struct exchange_route exchange_gate_routes[] = {
    {"/api/v4/futures/usdt/contracts", answer_contracts},
    {"/api/v4/futures/usdt/contracts/*", answer_contract},
    {"/api/v4/futures/btc/contracts", answer_nothing},
    {"/api/v4/futures/usd1/contracts", answer_nothing},
    {"/api/v4/futures/usdt/tickers", answer_tickers},
    {"/api/v4/futures/usdt/candlesticks", answer_candles},
    {"/api/v4/futures/usdt/contract_stats", answer_stats},
    {"/api/v4/futures/usdt/funding_rate", answer_funding},
    {"/api/v4/futures/usdt/risk_limit_tiers", answer_tiers},
    {"/api/v4/futures/usdt/liq_orders", answer_forced},
    {"/api/v4/futures/usdt/trades", answer_trades},
    {"/api/v4/futures/usdt/order_book", answer_book},
};
static_assert(ARRAY_COUNT(exchange_gate_routes) == EXCHANGE_GATE_ROUTES, "as the header says");
