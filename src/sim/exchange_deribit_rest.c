/* Deribit's answers over HTTP: /api/v2/public. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "sim/exchange_deribit.h"
#include "sim/market.h"

enum {
    KLINE_LIMIT_MAX = 5000,
    TRADE_LIMIT_MAX = 1000,
    FUNDING_LIMIT_MAX = 744,
    BOOK_LIMIT_MAX = 1000,
    RATE_PLACES = 8,
    MARK_PLACES = 2
};

/* -- the envelope -- */

static void begin(struct exchange_answer *answer) {
    wire_text(&answer->out, "{\"jsonrpc\":\"2.0\",\"result\":");
}

static void end(struct exchange_answer *answer) {
    const int64_t now_us = exchange_now_ms(answer->server) * 1000;
    exchange_put_integer(&answer->out, ",\"usIn\":", now_us);
    exchange_put_integer(&answer->out, ",\"usOut\":", now_us + 200);
    wire_text(&answer->out, ",\"usDiff\":200,\"testnet\":false}");
}

static void refuse(struct exchange_answer *answer, int http_code, int code, const char *message) {
    wire_reset(&answer->out);
    answer->http_code = http_code;
    exchange_put_integer(&answer->out, "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":", code);
    exchange_put_text(&answer->out, ",\"message\":", message);
    wire_text(&answer->out, "}");
    end(answer);
}

void exchange_deribit_refuse(struct exchange_answer *answer, int http_code) {
    if (http_code == 404) {
        refuse(answer, http_code, -32601, "Method not found");
    } else if (http_code == 429 || http_code == 418) {
        refuse(answer, http_code, 10028, "too_many_requests");
    } else if (http_code == 403 || http_code == 451) {
        refuse(answer, http_code, 13021, "forbidden");
    } else {
        refuse(answer, http_code, 10040, "retry");
    }
}

/* The instrument that is asked for; NULL: refused. */
static const struct exchange_symbol *read_instrument(struct exchange_answer *answer, bool *linear) {
    char name[EXCHANGE_PARAM_BYTES];
    const struct exchange_symbol *symbol =
        exchange_param(answer->query, "instrument_name", name)
            ? exchange_deribit_find(answer->server, name, strlen(name), linear)
            : NULL;
    if (symbol == NULL) {
        refuse(answer, 400, 13020, "not_found");
    }
    return symbol;
}

/* -1: refused. */
static int64_t read_limit(struct exchange_answer *answer, const char *key, int64_t fallback,
                          int64_t max) {
    const int64_t limit = exchange_param_integer(answer->query, key, fallback);
    if (limit < 1 || limit > max) {
        refuse(answer, 400, -32602, "Invalid params");
        return -1;
    }
    return limit;
}

/* -- facts -- */

static void put_instrument(struct wire *out, const struct exchange_symbol *symbol, bool linear) {
    wire_text(out, "{\"tick_size_steps\":[],\"tick_size\":0.1,\"taker_commission\":0.0005,"
                   "\"settlement_period\":\"perpetual\"");
    exchange_put_text(out, ",\"settlement_currency\":", linear ? "USDC" : symbol->base);
    exchange_put_text(out, ",\"quote_currency\":", linear ? "USDC" : "USD");
    wire_text(out, linear ? ",\"min_trade_amount\":0.001" : ",\"min_trade_amount\":10.0");
    wire_text(out, ",\"max_liquidation_commission\":0.0075,\"max_leverage\":50,"
                   "\"maker_commission\":0.0,\"kind\":\"future\",\"is_active\":true");
    exchange_put_text(out, ",\"instrument_type\":", linear ? "linear" : "reversed");
    exchange_deribit_put_name(out, ",\"instrument_name\":", symbol, linear);
    exchange_put_text(out,
                      ",\"expiration_timestamp\":32503708800000,\"creation_timestamp\":"
                      "1534242287000,\"counter_currency\":",
                      linear ? "USDC" : "USD");
    wire_text(out, linear ? ",\"contract_size\":0.001" : ",\"contract_size\":10.0");
    exchange_put_text(out, ",\"block_trade_commission\":0.0001,\"base_currency\":", symbol->base);
    wire_text(out, "}");
}

/* An option stands among them, as where the kind is not said. */
static void answer_instruments(struct exchange_answer *answer) {
    struct wire *out = &answer->out;
    char kind[EXCHANGE_PARAM_BYTES] = "";
    int count = 0;
    const struct exchange_symbol *symbols = exchange_symbols(answer->server, &count);
    bool written = false;
    begin(answer);
    wire_text(out, "[");
    for (int i = 0; i < 2 * count; i++) {
        if (symbols[i / 2].listed) {
            wire_text(out, written ? "," : "");
            put_instrument(out, &symbols[i / 2], i % 2 == 1);
            written = true;
        }
    }
    if (!exchange_param(answer->query, "kind", kind)) {
        wire_text(out, written ? "," : "");
        wire_text(out,
                  "{\"tick_size\":0.0005,\"strike\":52000.0,\"settlement_period\":\"month\","
                  "\"quote_currency\":\"BTC\",\"option_type\":\"put\",\"min_trade_amount\":0.1,"
                  "\"kind\":\"option\",\"is_active\":true,\"instrument_name\":"
                  "\"BTC-24JUN22-52000-P\",\"contract_size\":1.0,\"base_currency\":\"BTC\"}");
    }
    wire_text(out, "]");
    end(answer);
}

/* -- values -- */

static void answer_ticker(struct exchange_answer *answer) {
    struct exchange_ticker ticker;
    bool linear = false;
    const struct exchange_symbol *symbol = read_instrument(answer, &linear);
    if (symbol == NULL) {
        return;
    }
    exchange_ticker_get(answer->server, symbol, &ticker);
    begin(answer);
    wire_text(&answer->out, "{");
    exchange_deribit_put_ticker(&answer->out, symbol, &ticker, exchange_now_ms(answer->server),
                                linear);
    wire_text(&answer->out, "}");
    end(answer);
}

static void put_summary(struct exchange_answer *answer, const struct exchange_symbol *symbol,
                        bool linear) {
    struct wire *out = &answer->out;
    struct exchange_ticker ticker;
    exchange_ticker_get(answer->server, symbol, &ticker);
    exchange_put_fixed_number(out, "{\"high\":null,\"low\":null,\"last\":", ticker.last_ticks, 1);
    exchange_deribit_put_name(out, ",\"instrument_name\":", symbol, linear);
    exchange_put_fixed_number(out, ",\"bid_price\":", ticker.bid_ticks, 1);
    exchange_put_fixed_number(out, ",\"ask_price\":", ticker.ask_ticks, 1);
    if (linear) {
        exchange_put_fixed_number(out, ",\"open_interest\":", ticker.oi_lots, 3);
    } else {
        exchange_put_rounded_number(out, ",\"open_interest\":", ticker.oi_usd, 0);
    }
    exchange_put_rounded_number(out, ",\"mark_price\":", ticker.mark, MARK_PLACES);
    exchange_put_integer(out, ",\"creation_timestamp\":", exchange_now_ms(answer->server));
    exchange_put_text(out, ",\"price_change\":0.0,\"volume\":0.0,\"base_currency\":", symbol->base);
    exchange_put_text(out, ",\"quote_currency\":", linear ? "USDC" : "USD");
    exchange_put_rounded_number(out, ",\"current_funding\":", ticker.funding_rate, RATE_PLACES);
    exchange_put_rounded_number(out, ",\"funding_8h\":", ticker.funding_rate, RATE_PLACES);
    wire_text(out, "}");
}

static void answer_summary(struct exchange_answer *answer) {
    bool linear = false;
    const struct exchange_symbol *symbol = read_instrument(answer, &linear);
    if (symbol == NULL) {
        return;
    }
    begin(answer);
    wire_text(&answer->out, "[");
    put_summary(answer, symbol, linear);
    wire_text(&answer->out, "]");
    end(answer);
}

/* Every instrument of a currency, in one. */
static void answer_summaries(struct exchange_answer *answer) {
    char currency[EXCHANGE_PARAM_BYTES] = "";
    int count = 0;
    const struct exchange_symbol *symbols = exchange_symbols(answer->server, &count);
    bool written = false;
    if (!exchange_param(answer->query, "currency", currency)) {
        refuse(answer, 400, -32602, "Invalid params");
        return;
    }
    begin(answer);
    wire_text(&answer->out, "[");
    for (int i = 0; i < 2 * count; i++) {
        const struct exchange_symbol *symbol = &symbols[i / 2];
        const bool linear = i % 2 == 1;
        if (symbol->listed && strcmp(currency, linear ? "USDC" : symbol->base) == 0) {
            wire_text(&answer->out, written ? "," : "");
            put_summary(answer, symbol, linear);
            written = true;
        }
    }
    wire_text(&answer->out, "]");
    end(answer);
}

/* -- columns and rows -- */

enum column { OPEN, HIGH, LOW, CLOSE };

static void put_prices(struct wire *out, const char *before, const struct exchange_kline *bars,
                       size_t count, enum column column) {
    wire_text(out, before);
    for (size_t i = 0; i < count; i++) {
        const int64_t prices[] = {bars[i].open, bars[i].high, bars[i].low, bars[i].close};
        exchange_put_fixed_number(out, i > 0 ? "," : "", prices[column], 1);
    }
    wire_text(out, "]");
}

static void answer_klines(struct exchange_answer *answer) {
    struct wire *out = &answer->out;
    bool linear = false;
    const struct exchange_symbol *symbol = read_instrument(answer, &linear);
    const int64_t minutes = exchange_param_integer(answer->query, "resolution", 0);
    const int64_t from_ms = exchange_param_integer(answer->query, "start_timestamp", -1);
    const int64_t to_ms = exchange_param_integer(answer->query, "end_timestamp", -1);
    if (symbol == NULL) {
        return;
    }
    if (minutes < 1 || minutes > 720 || from_ms < 0 || to_ms < 0) {
        refuse(answer, 400, -32602, "Invalid params");
        return;
    }
    struct exchange_kline *bars = calloc(KLINE_LIMIT_MAX, sizeof(*bars));
    const size_t count = bars == NULL
                             ? 0
                             : exchange_klines_get(answer->server, symbol, minutes * 60000, from_ms,
                                                   to_ms, true, KLINE_LIMIT_MAX, bars);
    begin(answer);
    wire_text(out, "{\"volume\":[");
    for (size_t i = 0; i < count; i++) {
        exchange_put_fixed_number(out, i > 0 ? "," : "", bars[i].volume_lots, 3);
    }
    wire_text(out, "],\"ticks\":[");
    for (size_t i = 0; i < count; i++) {
        exchange_put_integer(out, i > 0 ? "," : "", bars[i].open_ms);
    }
    wire_text(out, count > 0 ? "],\"status\":\"ok\"" : "],\"status\":\"no_data\"");
    put_prices(out, ",\"open\":[", bars, count, OPEN);
    put_prices(out, ",\"low\":[", bars, count, LOW);
    put_prices(out, ",\"high\":[", bars, count, HIGH);
    wire_text(out, ",\"cost\":[");
    for (size_t i = 0; i < count; i++) {
        exchange_put_rounded_number(out, i > 0 ? "," : "", bars[i].volume_usd, 2);
    }
    put_prices(out, "],\"close\":[", bars, count, CLOSE);
    wire_text(out, "}");
    end(answer);
    free(bars);
}

/* A liquidation from before what is kept of trades, as the trade that it was. */
static struct exchange_trade trade_of(const struct exchange_liquidation *row) {
    return (struct exchange_trade){.symbol = row->symbol,
                                   .ts_ms = row->ts_ms,
                                   .price_ticks = row->price_ticks,
                                   .qty_lots = row->qty_lots,
                                   .id = row->id,
                                   .side = row->position == POS_LONG ? SIDE_SELL : SIDE_BUY,
                                   .liquidated = row->position};
}

/* Trades of [from_ms, to_ms], oldest first: liquidations alone from before the newest trades, of
 * which all are kept. Returns how many. */
static size_t gather_trades(struct exchange_answer *answer, const struct exchange_symbol *symbol,
                            int64_t from_ms, int64_t to_ms, struct exchange_trade *out) {
    struct exchange_liquidation forced[TRADE_LIMIT_MAX];
    const size_t recent = exchange_recent_count(symbol);
    const int64_t recent_ms = recent > 0 ? exchange_recent_at(symbol, 0)->ts_ms : INT64_MAX / 2;
    size_t count = 0;
    const size_t forced_count = exchange_forced_get(answer->server, symbol, from_ms,
                                                    recent_ms - 1 < to_ms ? recent_ms - 1 : to_ms,
                                                    false, TRADE_LIMIT_MAX, forced);
    for (size_t i = 0; i < forced_count; i++) {
        out[count++] = trade_of(&forced[i]);
    }
    for (size_t i = 0; i < recent; i++) {
        const struct exchange_trade *trade = exchange_recent_at(symbol, i);
        if (trade->ts_ms >= from_ms && trade->ts_ms <= to_ms) {
            out[count++] = *trade;
        }
    }
    return count;
}

static void put_trades(struct exchange_answer *answer, const struct exchange_trade *rows,
                       size_t count, size_t limit, bool rising, bool linear) {
    struct wire *out = &answer->out;
    struct exchange_ticker ticker;
    const size_t shown = count < limit ? count : limit;
    begin(answer);
    wire_text(out, "{\"trades\":[");
    for (size_t i = 0; i < shown; i++) {
        const struct exchange_trade *row = &rows[rising ? i : count - 1 - i];
        exchange_ticker_get(answer->server, row->symbol, &ticker);
        wire_text(out, i > 0 ? "," : "");
        exchange_deribit_put_trade(out, row, &ticker, linear);
    }
    wire_text(out, shown < count ? "],\"has_more\":true}" : "],\"has_more\":false}");
    end(answer);
}

static void answer_trades_of(struct exchange_answer *answer, bool timed) {
    struct exchange_trade *rows = NULL;
    char sorting[EXCHANGE_PARAM_BYTES] = "";
    bool linear = false;
    const struct exchange_symbol *symbol = read_instrument(answer, &linear);
    const int64_t limit = symbol == NULL ? -1 : read_limit(answer, "count", 10, TRADE_LIMIT_MAX);
    const int64_t from_ms = timed ? exchange_param_integer(answer->query, "start_timestamp", 0) : 0;
    const int64_t to_ms =
        timed ? exchange_param_integer(answer->query, "end_timestamp", 0) : INT64_MAX / 2;
    if (limit < 0) {
        return;
    }
    (void)exchange_param(answer->query, "sorting", sorting);
    rows = calloc(TRADE_LIMIT_MAX + EXCHANGE_RECENT_MAX, sizeof(*rows));
    const size_t count = rows == NULL ? 0 : gather_trades(answer, symbol, from_ms, to_ms, rows);
    put_trades(answer, rows, count, (size_t)limit, strcmp(sorting, "asc") == 0, linear);
    free(rows);
}

static void answer_trades(struct exchange_answer *answer) {
    answer_trades_of(answer, false);
}

static void answer_old_trades(struct exchange_answer *answer) {
    answer_trades_of(answer, true);
}

static void answer_funding(struct exchange_answer *answer) {
    struct exchange_funding rows[FUNDING_LIMIT_MAX];
    struct wire *out = &answer->out;
    bool linear = false;
    const struct exchange_symbol *symbol = read_instrument(answer, &linear);
    if (symbol == NULL) {
        return;
    }
    const size_t count = exchange_funding_get(
        answer->server, symbol, exchange_param_integer(answer->query, "start_timestamp", 0),
        exchange_param_integer(answer->query, "end_timestamp", INT64_MAX / 2), true,
        FUNDING_LIMIT_MAX, rows);
    begin(answer);
    wire_text(out, "[");
    for (size_t i = 0; i < count; i++) {
        exchange_put_integer(out, i > 0 ? ",{\"timestamp\":" : "{\"timestamp\":", rows[i].ts_ms);
        exchange_put_rounded_number(out, ",\"index_price\":", rows[i].mark, MARK_PLACES);
        exchange_put_rounded_number(out, ",\"prev_index_price\":", rows[i].mark, MARK_PLACES);
        exchange_put_rounded_number(out, ",\"interest_8h\":", rows[i].rate, RATE_PLACES);
        exchange_put_rounded_number(out, ",\"interest_1h\":", rows[i].rate / 8, RATE_PLACES);
        wire_text(out, "}");
    }
    wire_text(out, "]");
    end(answer);
}

static void answer_book(struct exchange_answer *answer) {
    struct wire *out = &answer->out;
    struct exchange_ticker ticker;
    struct exchange_book book;
    bool linear = false;
    const struct exchange_symbol *symbol = read_instrument(answer, &linear);
    const int64_t depth = symbol == NULL ? -1 : read_limit(answer, "depth", 5, BOOK_LIMIT_MAX);
    if (depth < 0) {
        return;
    }
    exchange_book_get(answer->server, symbol, (size_t)depth, &book);
    exchange_ticker_get(answer->server, symbol, &ticker);
    begin(answer);
    wire_text(out, "{");
    exchange_deribit_put_ticker(out, symbol, &ticker, book.ts_ms, linear);
    exchange_put_integer(out, ",\"change_id\":", book.last_id);
    exchange_deribit_put_levels(out, ",\"bids\":", book.levels[0], book.count[0], linear);
    exchange_deribit_put_levels(out, ",\"asks\":", book.levels[1], book.count[1], linear);
    wire_text(out, "}");
    end(answer);
}

const struct exchange_route exchange_deribit_routes[] = {
    {"/api/v2/public/get_instruments", answer_instruments},
    {"/api/v2/public/ticker", answer_ticker},
    {"/api/v2/public/get_book_summary_by_instrument", answer_summary},
    {"/api/v2/public/get_book_summary_by_currency", answer_summaries},
    {"/api/v2/public/get_tradingview_chart_data", answer_klines},
    {"/api/v2/public/get_last_trades_by_instrument", answer_trades},
    {"/api/v2/public/get_last_trades_by_instrument_and_time", answer_old_trades},
    {"/api/v2/public/get_funding_rate_history", answer_funding},
    {"/api/v2/public/get_order_book", answer_book},
};
static_assert(ARRAY_COUNT(exchange_deribit_routes) == EXCHANGE_DERIBIT_ROUTES,
              "as the header says");
