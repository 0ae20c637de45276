/* HTX's REST answers: reference data of /linear-swap-api, market data of /linear-swap-ex. v1 says
 * status "ok", v3 says code 200. */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "sim/bracket.h"
#include "sim/exchange_htx.h"
#include "sim/market.h"

enum {
    KLINE_MAX = 2000,
    INTEREST_MAX = 200,
    FORCED_MAX = 50,
    TRADES_MAX = 2000,
    BOOK_LEVELS = 150,
    FORCED_WINDOW_MS = 48 * 3600 * 1000,
    HOUR_MS = 3600 * 1000,
    TIER_LEVERAGE = 50,
    RATE_PLACES = 12
};

static void refuse(struct exchange_answer *answer, int http_code, int code, const char *message) {
    wire_reset(&answer->out);
    answer->http_code = http_code;
    exchange_put_integer(&answer->out, "{\"status\":\"error\",\"err_code\":", code);
    wire_text(&answer->out, ",\"err_msg\":");
    wire_quoted(&answer->out, message);
    exchange_put_integer(&answer->out, ",\"ts\":", exchange_now_ms(answer->server));
    wire_text(&answer->out, "}");
}

void exchange_htx_refuse(struct exchange_answer *answer, int http_code) {
    if (http_code == 429 || http_code == 418) {
        refuse(answer, http_code, 1032, "The number of visits exceeds the limit.");
    } else if (http_code == 404) {
        refuse(answer, http_code, 404, "Not Found");
    } else if (http_code == 451 || http_code == 403) {
        refuse(answer, http_code, 403, "Access from your region is not allowed.");
    } else {
        refuse(answer, http_code, 1000, "System error.");
    }
}

static void end(struct exchange_answer *answer) {
    exchange_put_integer(&answer->out, ",\"ts\":", exchange_now_ms(answer->server));
    wire_text(&answer->out, "}");
}

/* -- parameters -- */

static const struct exchange_symbol *require_contract(struct exchange_answer *answer,
                                                      const char *key) {
    char name[EXCHANGE_PARAM_BYTES];
    const struct exchange_symbol *symbol = exchange_param_symbol(answer, key);
    if (!exchange_param(answer->query, key, name)) {
        refuse(answer, 200, 1067, "The contract_code field is required.");
    } else if (symbol == NULL) {
        refuse(answer, 200, 1332, "The contract doesnt exist.");
    }
    return symbol;
}

/* The answer's begin for a market topic: ch and status. */
static void begin_channel(struct exchange_answer *answer, const struct exchange_symbol *symbol,
                          const char *name) {
    wire_text(&answer->out, "{\"ch\":\"market.");
    wire_text(&answer->out, symbol->name);
    wire_text(&answer->out, ".");
    wire_text(&answer->out, name);
    wire_text(&answer->out, "\",\"status\":\"ok\"");
}

/* -- lists -- */

static void answer_time(struct exchange_answer *answer) {
    wire_text(&answer->out, "{\"status\":\"ok\"");
    end(answer);
}

/* Of one contract, or of all. */
static void answer_rows(struct exchange_answer *answer,
                        void (*put)(struct exchange_answer *answer,
                                    const struct exchange_symbol *symbol)) {
    char name[EXCHANGE_PARAM_BYTES];
    int count = 0;
    size_t written = 0;
    const struct exchange_symbol *symbols = exchange_symbols(answer->server, &count);
    const bool one = exchange_param(answer->query, "contract_code", name);
    const struct exchange_symbol *wanted = one ? require_contract(answer, "contract_code") : NULL;
    if (one && wanted == NULL) {
        return;
    }
    wire_text(&answer->out, "{\"status\":\"ok\",\"data\":[");
    for (int i = 0; i < count; i++) {
        if (symbols[i].listed && (!one || &symbols[i] == wanted)) {
            wire_text(&answer->out, written++ > 0 ? "," : "");
            put(answer, &symbols[i]);
        }
    }
    wire_text(&answer->out, "]");
    end(answer);
}

static void put_contract(struct exchange_answer *answer, const struct exchange_symbol *symbol) {
    exchange_htx_put_contract(symbol, &answer->out);
}

static void answer_contracts(struct exchange_answer *answer) {
    answer_rows(answer, put_contract);
}

/* Of the coin-margined swaps, in which this exchange has no market. */
static void answer_nothing(struct exchange_answer *answer) {
    wire_text(&answer->out, "{\"status\":\"ok\",\"data\":[]");
    end(answer);
}

static void put_index(struct exchange_answer *answer, const struct exchange_symbol *symbol) {
    struct exchange_ticker ticker;
    exchange_ticker_get(answer->server, symbol, &ticker);
    exchange_put_rounded_number(&answer->out, "{\"index_price\":", ticker.index, 8);
    exchange_put_integer(&answer->out, ",\"index_ts\":", exchange_now_ms(answer->server));
    exchange_put_text(&answer->out, ",\"contract_code\":", symbol->name);
    wire_text(&answer->out, "}");
}

static void answer_index(struct exchange_answer *answer) {
    answer_rows(answer, put_index);
}

static void put_interest(struct exchange_answer *answer, const struct exchange_symbol *symbol) {
    struct exchange_ticker ticker;
    struct wire *out = &answer->out;
    exchange_ticker_get(answer->server, symbol, &ticker);
    exchange_put_fixed_number(out, "{\"volume\":", ticker.oi_lots * 1000, 3);
    exchange_put_fixed_number(out, ",\"amount\":", ticker.oi_lots, 3);
    exchange_put_text(out, ",\"symbol\":", symbol->base);
    exchange_put_rounded_number(out, ",\"value\":", ticker.oi_usd, 4);
    exchange_put_text(out, ",\"contract_code\":", symbol->name);
    exchange_put_text(out,
                      ",\"trade_amount\":0,\"trade_volume\":0,\"trade_turnover\":0,"
                      "\"business_type\":\"swap\",\"pair\":",
                      symbol->name);
    wire_text(out, ",\"contract_type\":\"swap\",\"trade_partition\":\"USDT\"}");
}

static void answer_interest(struct exchange_answer *answer) {
    answer_rows(answer, put_interest);
}

/* -- funding -- */

static void answer_funding(struct exchange_answer *answer) {
    const struct exchange_symbol *symbol = require_contract(answer, "contract_code");
    struct exchange_ticker ticker;
    struct wire *out = &answer->out;
    if (symbol == NULL) {
        return;
    }
    exchange_ticker_get(answer->server, symbol, &ticker);
    exchange_put_rounded(out,
                         "{\"status\":\"ok\",\"data\":{\"estimated_rate\":null,"
                         "\"funding_rate\":",
                         ticker.funding_rate, RATE_PLACES);
    exchange_put_text(out, ",\"contract_code\":", symbol->name);
    exchange_put_text(out, ",\"symbol\":", symbol->base);
    exchange_put_integer(out, ",\"fee_asset\":\"USDT\",\"funding_time\":\"",
                         ticker.next_funding_ms);
    wire_text(out, "\",\"next_funding_time\":null,\"trade_partition\":\"USDT\"}");
    end(answer);
}

/* The newest first, by pages. */
static void answer_funding_history(struct exchange_answer *answer) {
    enum { PAGE_MAX = 50 };
    const struct exchange_symbol *symbol = require_contract(answer, "contract_code");
    struct exchange_funding rows[PAGE_MAX];
    struct wire *out = &answer->out;
    if (symbol == NULL) {
        return;
    }
    const size_t count =
        exchange_funding_get(answer->server, symbol, 0, INT64_MAX / 2, true, PAGE_MAX, rows);
    exchange_put_integer(out,
                         "{\"status\":\"ok\",\"data\":{\"total_page\":1,\"current_page\":1,"
                         "\"total_size\":",
                         (int64_t)count);
    wire_text(out, ",\"data\":[");
    for (size_t i = count; i > 0; i--) {
        exchange_put_rounded(out,
                             i < count ? ",{\"avg_premium_index\":\"0.0001\",\"funding_rate\":"
                                       : "{\"avg_premium_index\":\"0.0001\",\"funding_rate\":",
                             rows[i - 1].rate, RATE_PLACES);
        exchange_put_rounded(out, ",\"realized_rate\":", rows[i - 1].rate, RATE_PLACES);
        exchange_put_integer(out, ",\"funding_time\":\"", rows[i - 1].ts_ms);
        exchange_put_text(out, "\",\"contract_code\":", symbol->name);
        exchange_put_text(out, ",\"symbol\":", symbol->base);
        wire_text(out, ",\"fee_asset\":\"USDT\"}");
    }
    wire_text(out, "]}");
    end(answer);
}

/* -- history -- */

/* From `from` on to `to`, in seconds, the oldest first; without them the newest `size`. */
static void answer_kline(struct exchange_answer *answer) {
    const struct exchange_symbol *symbol = require_contract(answer, "contract_code");
    const int64_t from_s = exchange_param_integer(answer->query, "from", 0);
    const int64_t to_s = exchange_param_integer(answer->query, "to", INT32_MAX * 2LL);
    int64_t size = exchange_param_integer(answer->query, "size", from_s > 0 ? KLINE_MAX : 150);
    char period[EXCHANGE_PARAM_BYTES];
    if (symbol == NULL) {
        return;
    }
    if (!exchange_param(answer->query, "period", period) || strcmp(period, "1min") != 0 ||
        size < 1 || size > KLINE_MAX) {
        refuse(answer, 200, 1067, "invalid period or size");
        return;
    }
    struct exchange_kline *bars = calloc((size_t)size, sizeof *bars);
    const size_t count = bars == NULL
                             ? 0
                             : exchange_klines_get(answer->server, symbol, 60000, from_s * 1000,
                                                   to_s * 1000, from_s == 0, (size_t)size, bars);
    begin_channel(answer, symbol, "kline.1min");
    wire_text(&answer->out, ",\"data\":[");
    for (size_t i = 0; i < count; i++) {
        wire_text(&answer->out, i > 0 ? ",{" : "{");
        exchange_htx_put_bar(&bars[i], &answer->out);
        wire_text(&answer->out, "}");
    }
    wire_text(&answer->out, "]");
    end(answer);
    free(bars);
}

/* The newest first; amount_type 1 counts contracts, 2 coins. */
static void answer_interest_history(struct exchange_answer *answer) {
    const struct exchange_symbol *symbol = require_contract(answer, "contract_code");
    const int64_t type = exchange_param_integer(answer->query, "amount_type", 0);
    const int64_t size = exchange_param_integer(answer->query, "size", 48);
    struct exchange_interest rows[INTEREST_MAX];
    struct wire *out = &answer->out;
    char period[EXCHANGE_PARAM_BYTES];
    if (symbol == NULL) {
        return;
    }
    if (!exchange_param(answer->query, "period", period) || strcmp(period, "60min") != 0 ||
        (type != 1 && type != 2) || size < 1 || size > INTEREST_MAX) {
        refuse(answer, 200, 1067, "invalid period, size or amount_type");
        return;
    }
    const size_t count = exchange_interest_get(answer->server, symbol, HOUR_MS, 0, INT64_MAX / 2,
                                               true, (size_t)size, rows);
    exchange_put_text(out, "{\"status\":\"ok\",\"data\":{\"symbol\":", symbol->base);
    wire_text(out, ",\"tick\":[");
    for (size_t i = count; i > 0; i--) {
        const struct exchange_interest *row = &rows[i - 1];
        exchange_put_fixed(out, i < count ? ",{\"volume\":" : "{\"volume\":", row->oi_lots,
                           type == 1 ? 0 : 3);
        exchange_put_integer(out, ",\"amount_type\":", type);
        exchange_put_integer(out, ",\"ts\":", row->ts_ms);
        exchange_put_rounded_number(out, ",\"value\":", row->oi_usd, 4);
        wire_text(out, "}");
    }
    exchange_put_text(out, "],\"contract_code\":", symbol->name);
    exchange_put_text(out, ",\"business_type\":\"swap\",\"pair\":", symbol->name);
    wire_text(out, ",\"contract_type\":\"swap\",\"trade_partition\":\"USDT\"}");
    end(answer);
}

/* The newest first, at most 48 hours of them. */
static void answer_forced(struct exchange_answer *answer) {
    const struct exchange_symbol *symbol = require_contract(answer, "contract");
    const int64_t now_ms = exchange_now_ms(answer->server);
    const int64_t to_ms = exchange_param_integer(answer->query, "end_time", now_ms);
    const int64_t from_ms =
        exchange_param_integer(answer->query, "start_time", to_ms - FORCED_WINDOW_MS);
    struct exchange_liquidation rows[FORCED_MAX];
    struct wire *out = &answer->out;
    char type[EXCHANGE_PARAM_BYTES];
    if (symbol == NULL) {
        return;
    }
    if (!exchange_param(answer->query, "trade_type", type) || to_ms < from_ms ||
        to_ms - from_ms > FORCED_WINDOW_MS) {
        wire_text(out, "{\"code\":1067,\"msg\":\"start_time or end_time is invalid\",\"data\":[]");
        end(answer);
        return;
    }
    const size_t count =
        exchange_forced_get(answer->server, symbol, from_ms, to_ms, true, FORCED_MAX, rows);
    wire_text(out, "{\"code\":200,\"msg\":\"\",\"data\":[");
    for (size_t i = count; i > 0; i--) {
        wire_text(out, i < count ? "," : "");
        exchange_htx_put_forced(&rows[i - 1], true, out);
    }
    wire_text(out, "]");
    end(answer);
}

/* -- rows of now -- */

static void answer_trades(struct exchange_answer *answer) {
    const struct exchange_symbol *symbol = require_contract(answer, "contract_code");
    const int64_t size = exchange_param_integer(answer->query, "size", 1);
    if (symbol == NULL) {
        return;
    }
    if (size < 1 || size > TRADES_MAX) {
        refuse(answer, 200, 1067, "invalid size");
        return;
    }
    const size_t count = exchange_recent_count(symbol);
    const size_t from = count > (size_t)size ? count - (size_t)size : 0;
    begin_channel(answer, symbol, "trade.detail");
    wire_text(&answer->out, ",\"data\":[");
    for (size_t i = count; i > from; i--) {
        const struct exchange_trade *trade = exchange_recent_at(symbol, i - 1);
        wire_text(&answer->out, i < count ? ",{\"data\":[" : "{\"data\":[");
        exchange_htx_put_trade(trade, &answer->out);
        exchange_put_integer(&answer->out, "],\"id\":", trade->id);
        exchange_put_integer(&answer->out, ",\"ts\":", trade->ts_ms);
        wire_text(&answer->out, "}");
    }
    wire_text(&answer->out, "]");
    end(answer);
}

static void answer_book(struct exchange_answer *answer) {
    const struct exchange_symbol *symbol = require_contract(answer, "contract_code");
    struct wire *out = &answer->out;
    struct exchange_book book;
    if (symbol == NULL) {
        return;
    }
    exchange_book_get(answer->server, symbol, BOOK_LEVELS, &book);
    begin_channel(answer, symbol, "depth.step0");
    wire_text(out, ",\"tick\":{\"asks\":");
    exchange_htx_put_levels(out, book.levels[1], book.count[1]);
    wire_text(out, ",\"bids\":");
    exchange_htx_put_levels(out, book.levels[0], book.count[0]);
    exchange_put_integer(out, ",\"id\":", book.ts_ms / 1000);
    exchange_put_integer(out, ",\"mrid\":", book.last_id);
    exchange_put_integer(out, ",\"ts\":", book.ts_ms);
    exchange_put_integer(out, ",\"version\":", book.ts_ms / 1000);
    wire_text(out, "}");
    end(answer);
}

/* Maintenance is adjust_factor of the margin used: its rate times the leverage. */
static void answer_factors(struct exchange_answer *answer) {
    const struct exchange_symbol *symbol = require_contract(answer, "contract_code");
    const struct bracket_table *table = &bracket_binance;
    struct exchange_ticker ticker;
    struct wire *out = &answer->out;
    int64_t below = 0;
    if (symbol == NULL) {
        return;
    }
    exchange_ticker_get(answer->server, symbol, &ticker);
    exchange_put_text(out, "{\"status\":\"ok\",\"data\":[{\"symbol\":", symbol->base);
    exchange_put_text(out, ",\"contract_code\":", symbol->name);
    exchange_put_integer(out,
                         ",\"margin_mode\":\"isolated\",\"trade_partition\":\"USDT\","
                         "\"list\":[{\"lever_rate\":",
                         TIER_LEVERAGE);
    wire_text(out, ",\"ladders\":[");
    for (int i = 0; i < table->count && table->rows[i].mmr * TIER_LEVERAGE < 1; i++) {
        const bool last = i + 1 == table->count || table->rows[i + 1].mmr * TIER_LEVERAGE >= 1;
        const int64_t cap = (int64_t)(table->rows[i].notional_cap_usd / (ticker.mark * MARKET_LOT));
        exchange_put_integer(out, i > 0 ? ",{\"ladder\":" : "{\"ladder\":", i);
        exchange_put_integer(out, ",\"min_size\":", below);
        if (last) {
            wire_text(out, ",\"max_size\":null");
        } else {
            exchange_put_integer(out, ",\"max_size\":", cap);
        }
        exchange_put_rounded_number(out, ",\"adjust_factor\":", table->rows[i].mmr * TIER_LEVERAGE,
                                    6);
        wire_text(out, "}");
        below = cap + 1;
    }
    wire_text(out, "]}]}]");
    end(answer);
}

const struct exchange_route exchange_htx_routes[] = {
    {"/api/v1/timestamp", answer_time},
    {"/linear-swap-api/v1/swap_contract_info", answer_contracts},
    {"/swap-api/v1/swap_contract_info", answer_nothing},
    {"/linear-swap-api/v1/swap_index", answer_index},
    {"/linear-swap-api/v1/swap_open_interest", answer_interest},
    {"/linear-swap-api/v1/swap_his_open_interest", answer_interest_history},
    {"/linear-swap-api/v1/swap_funding_rate", answer_funding},
    {"/linear-swap-api/v1/swap_historical_funding_rate", answer_funding_history},
    {"/linear-swap-api/v1/swap_adjustfactor", answer_factors},
    {"/linear-swap-api/v3/swap_liquidation_orders", answer_forced},
    {"/linear-swap-ex/market/history/kline", answer_kline},
    {"/linear-swap-ex/market/history/trade", answer_trades},
    {"/linear-swap-ex/market/depth", answer_book},
};
static_assert(ARRAY_COUNT(exchange_htx_routes) == EXCHANGE_HTX_ROUTES, "as the header says");
