#include "venue/htx.h"

#include <inttypes.h>
#include <string.h>

#include "json/writer.h"
#include "venue/htx_parse.h"
#include "venue/htx_rows.h"

enum {
    SENDS_PER_S = 30, /* of 40 */
    KLINE_ROWS = 2000,
    INTEREST_ROWS = 200,
    INTEREST_STEP_MS = 3600000,
    LIQUIDATION_ROWS = 50,
    TRADE_ROWS = 2000,
    HOUR_MS = 3600000,
    DAY_MS = 86400000
};

enum { SOCKET_MARKET, SOCKET_NOTICE, SOCKET_INDEX, SOCKET_COIN, SOCKET_COIN_NOTICE, SOCKET_COUNT };

static const struct venue_socket sockets[SOCKET_COUNT] = {
    [SOCKET_MARKET] = {.name = "market",
                       .path = "/linear-swap-ws",
                       .channels = CHANNEL_BIT(CHANNEL_TRADE) | CHANNEL_BIT(CHANNEL_BOOK) |
                                   CHANNEL_BIT(CHANNEL_KLINE),
                       .pulse = CHANNEL_BIT(CHANNEL_BOOK),
                       .gzip = true,
                       .sends_per_s = SENDS_PER_S},
    [SOCKET_NOTICE] = {.name = "notifications",
                       .path = "/linear-swap-notification",
                       .channels = CHANNEL_BIT(CHANNEL_LIQUIDATION) | CHANNEL_BIT(CHANNEL_FUNDING),
                       .gzip = true,
                       .sends_per_s = SENDS_PER_S},
    [SOCKET_INDEX] = {.name = "index",
                      .path = "/ws_index",
                      .channels = CHANNEL_BIT(CHANNEL_MARK) | CHANNEL_BIT(CHANNEL_INDEX),
                      .pulse = CHANNEL_BIT(CHANNEL_MARK),
                      .gzip = true,
                      .sends_per_s = SENDS_PER_S},
    [SOCKET_COIN] = {.name = "coin market",
                     .path = "/swap-ws",
                     .channels = CHANNEL_BIT(CHANNEL_TRADE) | CHANNEL_BIT(CHANNEL_BOOK) |
                                 CHANNEL_BIT(CHANNEL_KLINE),
                     .pulse = CHANNEL_BIT(CHANNEL_BOOK),
                     .gzip = true,
                     .sends_per_s = SENDS_PER_S},
    [SOCKET_COIN_NOTICE] = {.name = "coin notifications",
                            .path = "/swap-notification",
                            .channels =
                                CHANNEL_BIT(CHANNEL_LIQUIDATION) | CHANNEL_BIT(CHANNEL_FUNDING),
                            .gzip = true,
                            .sends_per_s = SENDS_PER_S},
};

/* -- which symbols -- */

static bool is_linear(const struct venue_symbol *symbol) {
    return htx_contract_of((struct span){symbol->text, symbol->len}) == CONTRACT_LINEAR;
}

static bool is_coin_swap(const struct venue_symbol *symbol) {
    return str_ends_with(symbol->text, "-USD");
}

static bool wants(int socket, const struct venue_symbol *symbol) {
    switch (socket) {
    case SOCKET_MARKET:
    case SOCKET_NOTICE:
        return is_linear(symbol);
    case SOCKET_COIN:
    case SOCKET_COIN_NOTICE:
        return is_coin_swap(symbol);
    default:
        return is_linear(symbol) || is_coin_swap(symbol);
    }
}

/* "BTC-USDT" of "BTC-USDT-261225": the pair, whose index it is on. */
static void copy_pair(const struct venue_symbol *symbol, char out[INSTRUMENT_SYMBOL_BYTES]) {
    const char *dash = strchr(symbol->text, '-');
    const char *second = dash == NULL ? NULL : strchr(dash + 1, '-');
    const size_t len = second == NULL ? symbol->len : (size_t)(second - symbol->text);
    str_copy_span(out, INSTRUMENT_SYMBOL_BYTES, (struct span){symbol->text, len});
}

/* -- what is subscribed to: one topic a message -- */

struct topic {
    const char *before, *after; /* of the symbol */
    bool pair;                  /* of its pair instead */
    bool incremental;
    bool all; /* one for every symbol: once */
};

static const struct topic market_topics[] = {
    {"market.", ".trade.detail", false, false, false},
    {"market.", ".depth.size_150.high_freq", false, true, false},
    {"market.", ".kline.1min", false, false, false}};
static const struct topic notice_topics[] = {
    {"public.*.liquidation_orders", "", false, false, true},
    {"public.", ".funding_rate", false, false, false}};
static const struct topic index_topics[] = {{"market.", ".mark_price.1min", false, false, false},
                                            {"market.", ".index.1min", true, false, false}};

static size_t write_market(const struct topic *topic, const char *verb, const char *name, int step,
                           char out[VENUE_SEND_BYTES]) {
    char text[2 * INSTRUMENT_SYMBOL_BYTES], id[16];
    struct writer writer;
    str_format(text, sizeof text, "%s%s%s", topic->before, name, topic->after);
    str_format(id, sizeof id, "%d", step + 1);
    writer_begin(&writer, out, VENUE_SEND_BYTES);
    writer_open_object(&writer, NULL);
    writer_text(&writer, verb, text);
    if (topic->incremental) {
        writer_text(&writer, "data_type", "incremental");
    }
    writer_text(&writer, "id", id);
    writer_close_object(&writer);
    return writer.cut ? 0 : writer.len;
}

static size_t write_notice(const struct topic *topic, const char *name, int step,
                           char out[VENUE_SEND_BYTES]) {
    char text[2 * INSTRUMENT_SYMBOL_BYTES], id[16];
    struct writer writer;
    str_format(text, sizeof text, "%s%s%s", topic->before, topic->all ? "" : name, topic->after);
    str_format(id, sizeof id, "%d", step + 1);
    writer_begin(&writer, out, VENUE_SEND_BYTES);
    writer_open_object(&writer, NULL);
    writer_text(&writer, "op", "sub");
    writer_text(&writer, "cid", id);
    writer_text(&writer, "topic", text);
    writer_close_object(&writer);
    return writer.cut ? 0 : writer.len;
}

/* A pair that several symbols share is asked for with the first of them. */
static bool is_first_of_pair(const struct venue_subscription *what, size_t at) {
    char pair[INSTRUMENT_SYMBOL_BYTES], other[INSTRUMENT_SYMBOL_BYTES];
    copy_pair(what->symbols[at], pair);
    for (size_t i = 0; i < at; i++) {
        copy_pair(what->symbols[i], other);
        if (strcmp(pair, other) == 0) {
            return false;
        }
    }
    return true;
}

/* The step-th of all topics of all symbols; false: there are fewer. */
static bool find_topic(const struct venue_subscription *what, int step, const struct topic **topic,
                       char name[INSTRUMENT_SYMBOL_BYTES]) {
    const bool notice = what->socket == SOCKET_NOTICE || what->socket == SOCKET_COIN_NOTICE;
    const bool index = what->socket == SOCKET_INDEX;
    const struct topic *topics = notice ? notice_topics : index ? index_topics : market_topics;
    const size_t count = notice  ? ARRAY_COUNT(notice_topics)
                         : index ? ARRAY_COUNT(index_topics)
                                 : ARRAY_COUNT(market_topics);
    for (size_t i = 0; i < what->count; i++) {
        for (size_t k = 0; k < count; k++) {
            if ((topics[k].all && i > 0) || (topics[k].pair && !is_first_of_pair(what, i))) {
                continue;
            }
            if (step-- == 0) {
                *topic = &topics[k];
                if (topics[k].pair) {
                    copy_pair(what->symbols[i], name);
                } else {
                    str_copy(name, INSTRUMENT_SYMBOL_BYTES, what->symbols[i]->text);
                }
                return true;
            }
        }
    }
    return false;
}

static size_t subscribe(const struct venue_subscription *what, int step,
                        char out[VENUE_SEND_BYTES]) {
    const struct topic *topic = NULL;
    char name[INSTRUMENT_SYMBOL_BYTES];
    if (!find_topic(what, step, &topic, name)) {
        return 0;
    }
    return what->socket == SOCKET_NOTICE || what->socket == SOCKET_COIN_NOTICE
               ? write_notice(topic, name, step, out)
               : write_market(topic, "sub", name, step, out);
}

static size_t book_again(const struct venue_subscription *what, const struct venue_symbol *symbol,
                         int step, char out[VENUE_SEND_BYTES]) {
    if (step > 1 || (what->socket != SOCKET_MARKET && what->socket != SOCKET_COIN)) {
        return 0;
    }
    return write_market(&market_topics[1], step == 0 ? "unsub" : "sub", symbol->text, step, out);
}

/* -- REST -- */

/* The linear contracts; those margined in coin are a list of their own, the second page. */
static bool request_all(const struct venue_request *request, struct venue_http *out) {
    return request->kind == VENUE_REQUEST_INSTRUMENTS &&
           str_copy(out->path, sizeof out->path,
                    request->cursor != NULL && strcmp(request->cursor, "coin") == 0
                        ? "/swap-api/v1/swap_contract_info"
                        : "/linear-swap-api/v1/swap_contract_info?business_type=all");
}

static bool request_one(const struct venue_request *request, const char *name, bool coin,
                        struct venue_http *out) {
    char *path = out->path;
    const char *api = coin ? "/swap-api" : "/linear-swap-api";
    const int64_t from_ms = request->from_ms;
    switch (request->kind) {
    case VENUE_REQUEST_TICKER:
        return str_format(path, sizeof out->path, "%s/v1/swap_funding_rate?contract_code=%s", api,
                          name);
    case VENUE_REQUEST_KLINES:
        return str_format(path, sizeof out->path,
                          "%s/market/history/kline?contract_code=%s&period=1min&from=%" PRId64
                          "&to=%" PRId64,
                          coin ? "/swap-ex" : "/linear-swap-ex", name, from_ms / 1000,
                          from_ms / 1000 + (KLINE_ROWS - 1) * 60);
    case VENUE_REQUEST_INTEREST_HISTORY:
        return str_format(path, sizeof out->path,
                          "%s/v1/swap_his_open_interest?contract_code=%s&period=60min&size=%d"
                          "&amount_type=%d",
                          api, name, INTEREST_ROWS, coin ? 1 : 2);
    case VENUE_REQUEST_INTEREST_LAST:
    case VENUE_REQUEST_INTEREST:
        return str_format(path, sizeof out->path, "%s/v1/swap_open_interest?contract_code=%s", api,
                          name);
    case VENUE_REQUEST_LIQUIDATIONS:
        return str_format(path, sizeof out->path,
                          "%s/v3/swap_liquidation_orders?contract=%s&trade_type=0"
                          "&start_time=%" PRId64 "&end_time=%" PRId64,
                          api, name, from_ms, request->to_ms);
    case VENUE_REQUEST_TRADES:
        return str_format(path, sizeof out->path,
                          "%s/market/history/trade?contract_code=%s&size=%d",
                          coin ? "/swap-ex" : "/linear-swap-ex", name, TRADE_ROWS);
    case VENUE_REQUEST_TIERS:
        return str_format(path, sizeof out->path, "%s/v1/swap_adjustfactor?contract_code=%s", api,
                          name);
    default:
        return false;
    }
}

static bool request(const struct venue_request *request, struct venue_http *out) {
    char name[3 * INSTRUMENT_SYMBOL_BYTES];
    out->body[0] = '\0';
    if (request->symbol == NULL) {
        return request_all(request, out);
    }
    const bool coin = is_coin_swap(request->symbol);
    return (coin || is_linear(request->symbol)) &&
           venue_url_encode(request->symbol->text, name, sizeof name) &&
           request_one(request, name, coin, out);
}

const struct venue_dialect htx_dialect = {
    .id = VENUE_HTX,
    .ws_url = "wss://api.hbdm.com",
    .rest_url = "https://api.hbdm.com",
    .promises = CHANNEL_BIT(CHANNEL_TRADE) | CHANNEL_BIT(CHANNEL_LIQUIDATION) |
                CHANNEL_BIT(CHANNEL_BOOK) | CHANNEL_BIT(CHANNEL_MARK) | CHANNEL_BIT(CHANNEL_INDEX) |
                CHANNEL_BIT(CHANNEL_FUNDING) | CHANNEL_BIT(CHANNEL_INTEREST) |
                CHANNEL_BIT(CHANNEL_KLINE),
    .tiers_by_mark = true,
    .complete_liquidations = false, /* it does not say */
    .sockets = sockets,
    .socket_count = SOCKET_COUNT,
    .limits = {.kline_rows = KLINE_ROWS,
               .interest_rows = INTEREST_ROWS,
               .liquidation_rows = LIQUIDATION_ROWS,
               .interest_depth_ms = (int64_t)(INTEREST_ROWS - 1) * INTEREST_STEP_MS,
               .liquidation_depth_ms = (int64_t)90 * DAY_MS,
               .liquidations_fall = true,
               .liquidation_window_ms = (int64_t)4 * HOUR_MS,
               .interest_step_ms = INTEREST_STEP_MS,
               .requests_per_10s = 100},
    .settle = htx_settle,
    .parse = htx_parse,
    .rest_parse = htx_rest_parse,
    .socket_wants = wants,
    .subscribe = subscribe,
    .book_again = book_again,
    .request = request,
};
