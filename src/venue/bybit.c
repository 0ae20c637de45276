#include "venue/bybit.h"

#include <inttypes.h>
#include <string.h>

#include "json/writer.h"
#include "venue/bybit_parse.h"

enum {
    PING_MS = 20000,
    SENDS_PER_S = 20,
    MINUTE_MS = 60000,
    INTEREST_STEP_MS = 300000,
    KLINE_ROWS = 1000,
    INTEREST_ROWS = 200,
    INSTRUMENT_ROWS = 1000,
    TRADE_ROWS = 1000,
    SYMBOLS_MAX = 150,     /* their topics are some 17,000 of 21,000 characters */
    REQUESTS_PER_10S = 200 /* of 1,200 that one address may send */
};

enum { SOCKET_LINEAR, SOCKET_INVERSE, SOCKET_COUNT };

#define ALL_CHANNELS                                                                               \
    (CHANNEL_BIT(CHANNEL_TRADE) | CHANNEL_BIT(CHANNEL_LIQUIDATION) | CHANNEL_BIT(CHANNEL_BOOK) |   \
     CHANNEL_BIT(CHANNEL_MARK) | CHANNEL_BIT(CHANNEL_INDEX) | CHANNEL_BIT(CHANNEL_FUNDING) |       \
     CHANNEL_BIT(CHANNEL_INTEREST) | CHANNEL_BIT(CHANNEL_KLINE))
#define PULSE (CHANNEL_BIT(CHANNEL_BOOK) | CHANNEL_BIT(CHANNEL_MARK))

static const struct venue_socket sockets[SOCKET_COUNT] = {
    {.name = "linear",
     .path = "/v5/public/linear",
     .channels = ALL_CHANNELS,
     .pulse = PULSE,
     .ping_ms = PING_MS,
     .sends_per_s = SENDS_PER_S,
     .symbols_max = SYMBOLS_MAX},
    {.name = "inverse",
     .path = "/v5/public/inverse",
     .channels = ALL_CHANNELS,
     .pulse = PULSE,
     .ping_ms = PING_MS,
     .sends_per_s = SENDS_PER_S,
     .symbols_max = SYMBOLS_MAX},
};

static const char *category_of(const struct venue_symbol *symbol) {
    return symbol->contract == CONTRACT_INVERSE ? "inverse" : "linear";
}

static bool wants(int socket, const struct venue_symbol *symbol) {
    return (socket == SOCKET_INVERSE) == (symbol->contract == CONTRACT_INVERSE);
}

/* -- what is subscribed to -- */

/* In parts: what every contract has, then topics whose depth or kind the venue has changed before.
 */
static const char *const parts[][3] = {{"publicTrade.", "tickers.", "allLiquidation."},
                                       {"orderbook.200.", NULL, NULL},
                                       {"kline.1.", NULL, NULL}};

static size_t write_request(const char *op, const char *id, const char *const topics[3],
                            const char *symbol, char out[VENUE_SEND_BYTES]) {
    struct writer writer;
    char topic[INSTRUMENT_SYMBOL_BYTES + 24];
    writer_begin(&writer, out, VENUE_SEND_BYTES);
    writer_open_object(&writer, NULL);
    writer_text(&writer, "req_id", id);
    writer_text(&writer, "op", op);
    writer_open_array(&writer, "args");
    for (int i = 0; i < 3 && topics[i] != NULL; i++) {
        str_format(topic, sizeof topic, "%s%s", topics[i], symbol);
        writer_text(&writer, NULL, topic);
    }
    writer_close_array(&writer);
    writer_close_object(&writer);
    return writer.cut ? 0 : writer.len;
}

static size_t subscribe(const struct venue_subscription *what, int step,
                        char out[VENUE_SEND_BYTES]) {
    const size_t at = (size_t)step / ARRAY_COUNT(parts);
    char id[16];
    str_format(id, sizeof id, "%d", step + 1);
    return at >= what->count
               ? 0
               : write_request("subscribe", id, parts[(size_t)step % ARRAY_COUNT(parts)],
                               what->symbols[at]->text, out);
}

static size_t book_again(const struct venue_subscription *what, const struct venue_symbol *symbol,
                         int step, char out[VENUE_SEND_BYTES]) {
    (void)what;
    return step > 1 ? 0
                    : write_request(step == 0 ? "unsubscribe" : "subscribe", "book", parts[1],
                                    symbol->text, out);
}

static size_t ping(int socket, int64_t now_ms, char out[VENUE_REPLY_BYTES]) {
    (void)socket;
    (void)now_ms;
    str_copy(out, VENUE_REPLY_BYTES, "{\"op\":\"ping\"}");
    return strlen(out);
}

/* -- REST -- */

/* Linear first, then inverse: the parser's cursor of the last linear page says so. */
static bool request_instruments(const struct venue_request *request, struct venue_http *out) {
    const char *cursor = request->cursor == NULL ? "" : request->cursor;
    const char *category = "linear";
    const size_t skip = sizeof BYBIT_CURSOR_INVERSE - 1;
    if (strncmp(cursor, BYBIT_CURSOR_INVERSE, skip) == 0) {
        category = "inverse";
        cursor += skip;
        cursor += *cursor == ':';
    }
    return str_format(out->path, sizeof out->path,
                      "/v5/market/instruments-info?category=%s&limit=%d%s%s", category,
                      INSTRUMENT_ROWS, *cursor != '\0' ? "&cursor=" : "", cursor);
}

static bool request_one(const struct venue_request *request, const char *name,
                        struct venue_http *out) {
    const char *category = category_of(request->symbol);
    char *path = out->path;
    const size_t size = sizeof out->path;
    switch (request->kind) {
    case VENUE_REQUEST_TICKER:
    case VENUE_REQUEST_INTEREST_LAST:
        return str_format(path, size, "/v5/market/tickers?category=%s&symbol=%s", category, name);
    case VENUE_REQUEST_KLINES: /* newest first from the end: both ends are named */
        return str_format(path, size,
                          "/v5/market/kline?category=%s&symbol=%s&interval=1&start=%" PRId64
                          "&end=%" PRId64 "&limit=%d",
                          category, name, request->from_ms,
                          request->from_ms + (int64_t)(KLINE_ROWS - 1) * MINUTE_MS, KLINE_ROWS);
    case VENUE_REQUEST_INTEREST_HISTORY:
        return str_format(path, size,
                          "/v5/market/open-interest?category=%s&symbol=%s&intervalTime=5min"
                          "&startTime=%" PRId64 "&endTime=%" PRId64 "&limit=%d",
                          category, name, request->from_ms,
                          request->from_ms + (int64_t)(INTEREST_ROWS - 1) * INTEREST_STEP_MS,
                          INTEREST_ROWS);
    case VENUE_REQUEST_TRADES:
        return str_format(path, size, "/v5/market/recent-trade?category=%s&symbol=%s&limit=%d",
                          category, name, TRADE_ROWS);
    case VENUE_REQUEST_TIERS:
        return str_format(path, size, "/v5/market/risk-limit?category=%s&symbol=%s", category,
                          name);
    default:
        return false;
    }
}

static bool request(const struct venue_request *request, struct venue_http *out) {
    char name[3 * INSTRUMENT_SYMBOL_BYTES];
    out->body[0] = '\0';
    if (request->symbol == NULL) {
        return request->kind == VENUE_REQUEST_INSTRUMENTS && request_instruments(request, out);
    }
    return venue_url_encode(request->symbol->text, name, sizeof name) &&
           request_one(request, name, out);
}

const struct venue_dialect bybit_dialect = {
    .id = VENUE_BYBIT,
    .ws_url = "wss://stream.bybit.com",
    .rest_url = "https://api.bybit.com",
    .promises = ALL_CHANNELS,
    .tiers_by_mark = true,
    .complete_liquidations = true,
    .sockets = sockets,
    .socket_count = SOCKET_COUNT,
    .limits = {.kline_rows = KLINE_ROWS,
               .interest_rows = INTEREST_ROWS,
               .interest_step_ms = INTEREST_STEP_MS,
               .requests_per_10s = REQUESTS_PER_10S},
    .settle = bybit_settle,
    .parse = bybit_parse,
    .rest_parse = bybit_rest_parse,
    .socket_wants = wants,
    .subscribe = subscribe,
    .book_again = book_again,
    .ping = ping,
    .request = request,
};
