#include "venue/bitget.h"

#include <inttypes.h>
#include <string.h>

#include "json/writer.h"
#include "venue/bitget_parse.h"

enum {
    PING_MS = 30000,   /* cut after two minutes without one */
    SENDS_PER_S = 5,   /* of ten */
    ARGS_MAX = 50,     /* of one request */
    BOOK_SYMBOLS = 16, /* three channels each; fewer than fifty on a connection are recommended */
    KLINE_ROWS = 1000,
    LIQUIDATION_ROWS = 100,
    TRADE_ROWS = 100,
    REQUESTS_PER_10S = 40, /* of one endpoint: liquidations may be asked for five times a second */
    MINUTE_MS = 60000
};
#define DAY_MS INT64_C(86400000)

enum { SOCKET_MARKET, SOCKET_LINEAR, SOCKET_COIN, SOCKET_COUNT };

/* Liquidations are silent for long: they share a connection with tickers. What sizes count in books
 * of coin-margined contracts is not known: those have none. */
static const struct venue_socket sockets[SOCKET_COUNT] = {
    {.name = "market",
     .path = "/v3/ws/public",
     .channels = CHANNEL_BIT(CHANNEL_LIQUIDATION) | CHANNEL_BIT(CHANNEL_MARK) |
                 CHANNEL_BIT(CHANNEL_INDEX) | CHANNEL_BIT(CHANNEL_FUNDING) |
                 CHANNEL_BIT(CHANNEL_INTEREST),
     .pulse = CHANNEL_BIT(CHANNEL_MARK),
     .ping_ms = PING_MS,
     .sends_per_s = SENDS_PER_S},
    {.name = "linear",
     .path = "/v3/ws/public",
     .channels =
         CHANNEL_BIT(CHANNEL_BOOK) | CHANNEL_BIT(CHANNEL_TRADE) | CHANNEL_BIT(CHANNEL_KLINE),
     .pulse = CHANNEL_BIT(CHANNEL_BOOK),
     .ping_ms = PING_MS,
     .sends_per_s = SENDS_PER_S,
     .symbols_max = BOOK_SYMBOLS},
    {.name = "coin",
     .path = "/v3/ws/public",
     .channels = CHANNEL_BIT(CHANNEL_TRADE) | CHANNEL_BIT(CHANNEL_KLINE),
     .ping_ms = PING_MS,
     .sends_per_s = SENDS_PER_S,
     .symbols_max = BOOK_SYMBOLS},
};

static int line_of(const struct venue_symbol *symbol) {
    return symbol->number & BITGET_LINE_MASK;
}

static bool socket_wants(int socket, const struct venue_symbol *symbol) {
    const bool coin = line_of(symbol) == BITGET_LINE_COIN;
    return line_of(symbol) != BITGET_LINE_NONE &&
           (socket == SOCKET_MARKET || (socket == SOCKET_COIN) == coin);
}

/* -- what is sent -- */

static void begin_request(struct writer *writer, const char *operation,
                          char out[VENUE_SEND_BYTES]) {
    writer_begin(writer, out, VENUE_SEND_BYTES);
    writer_open_object(writer, NULL);
    writer_text(writer, "op", operation);
    writer_open_array(writer, "args");
}

static size_t end_request(struct writer *writer) {
    writer_close_array(writer);
    writer_close_object(writer);
    return writer->cut ? 0 : writer->len;
}

/* symbol NULL: a topic of the whole line */
static void put_arg(struct writer *writer, int line, const char *topic,
                    const struct venue_symbol *symbol) {
    writer_open_object(writer, NULL);
    writer_text(writer, "instType", bitget_line_name(line));
    writer_text(writer, "topic", topic);
    if (symbol != NULL) {
        writer_text(writer, "symbol", symbol->text);
        if (strcmp(topic, "kline") == 0) {
            writer_text(writer, "interval", "1m");
        }
    }
    writer_close_object(writer);
}

static bool has_line(const struct venue_subscription *what, int line) {
    bool found = false;
    for (size_t i = 0; i < what->count; i++) {
        found = found || line_of(what->symbols[i]) == line;
    }
    return found;
}

/* The at-th argument of a socket's subscription. False: there are no more. */
static bool put_arg_at(struct writer *writer, const struct venue_subscription *what, size_t at) {
    static const char *const topics[SOCKET_COUNT][4] = {
        {"ticker"}, {"books", "publicTrade", "kline"}, {"publicTrade", "kline"}};
    const char *const *names = topics[what->socket];
    size_t name_count = 0;
    while (names[name_count] != NULL) {
        name_count++;
    }
    if (at < what->count * name_count) {
        const struct venue_symbol *symbol = what->symbols[at / name_count];
        put_arg(writer, line_of(symbol), names[at % name_count], symbol);
        return true;
    }
    if (what->socket != SOCKET_MARKET) {
        return false;
    }
    at -= what->count * name_count;
    for (int line = BITGET_LINE_USDT; line <= BITGET_LINE_USDC; line++) {
        if (has_line(what, line) && at-- == 0) {
            put_arg(writer, line, "liquidation", NULL);
            return true;
        }
    }
    return false;
}

static size_t subscribe(const struct venue_subscription *what, int step,
                        char out[VENUE_SEND_BYTES]) {
    struct writer writer;
    size_t count = 0;
    begin_request(&writer, "subscribe", out);
    while (count < ARGS_MAX && put_arg_at(&writer, what, (size_t)step * ARGS_MAX + count)) {
        count++;
    }
    return count == 0 ? 0 : end_request(&writer);
}

static size_t book_again(const struct venue_subscription *what, const struct venue_symbol *symbol,
                         int step, char out[VENUE_SEND_BYTES]) {
    struct writer writer;
    (void)what;
    if (step > 1) {
        return 0;
    }
    begin_request(&writer, step == 0 ? "unsubscribe" : "subscribe", out);
    put_arg(&writer, line_of(symbol), "books", symbol);
    return end_request(&writer);
}

static size_t ping(int socket, int64_t now_ms, char out[VENUE_REPLY_BYTES]) {
    (void)socket;
    (void)now_ms;
    str_copy(out, VENUE_REPLY_BYTES, "ping");
    return strlen(out);
}

/* -- what is asked for -- */

static bool request_liquidations(const struct venue_request *request, const char *category,
                                 const char *name, struct venue_http *out) {
    char cursor[3 * VENUE_REPLY_BYTES] = "";
    if (request->cursor != NULL && !venue_url_encode(request->cursor, cursor, sizeof cursor)) {
        return false;
    }
    return str_format(out->path, sizeof out->path,
                      "/api/v3/market/liquidations?category=%s&symbol=%s&limit=%d%s%s", category,
                      name, LIQUIDATION_ROWS, cursor[0] != '\0' ? "&cursor=" : "", cursor);
}

static bool request_one(const struct venue_request *request, const char *category, const char *name,
                        struct venue_http *out) {
    const size_t size = sizeof out->path;
    const char *what = NULL;
    switch (request->kind) {
    case VENUE_REQUEST_TICKER:
        what = "tickers";
        break;
    case VENUE_REQUEST_INTEREST_LAST:
        what = "open-interest";
        break;
    case VENUE_REQUEST_TIERS:
        what = "position-tier";
        break;
    case VENUE_REQUEST_KLINES:
        return str_format(out->path, size,
                          "/api/v3/market/candles?category=%s&symbol=%s&interval=1m"
                          "&startTime=%" PRId64 "&endTime=%" PRId64 "&limit=%d",
                          category, name, request->from_ms,
                          request->from_ms + (int64_t)(KLINE_ROWS - 1) * MINUTE_MS, KLINE_ROWS);
    case VENUE_REQUEST_LIQUIDATIONS: /* the newest, then by cursor; times are not asked for */
        return request_liquidations(request, category, name, out);
    case VENUE_REQUEST_TRADES:
        return str_format(out->path, size, "/api/v3/market/fills?category=%s&symbol=%s&limit=%d",
                          category, name, TRADE_ROWS);
    default:
        return false;
    }
    return str_format(out->path, size, "/api/v3/market/%s?category=%s&symbol=%s", what, category,
                      name);
}

/* A list for each line: the answer's cursor names the next one. */
static bool request(const struct venue_request *request, struct venue_http *out) {
    char name[3 * INSTRUMENT_SYMBOL_BYTES], category[BITGET_CATEGORY_BYTES];
    const struct venue_symbol *symbol = request->symbol;
    out->body[0] = '\0';
    if (request->kind == VENUE_REQUEST_INSTRUMENTS) {
        bitget_category(BITGET_LINE_USDT, category);
        const bool first = request->cursor == NULL || request->cursor[0] == '\0';
        return str_format(out->path, sizeof out->path, "/api/v3/market/instruments?category=%s",
                          first ? category : request->cursor);
    }
    if (symbol == NULL || line_of(symbol) == BITGET_LINE_NONE ||
        !venue_url_encode(symbol->text, name, sizeof name)) {
        return false;
    }
    bitget_category(line_of(symbol), category);
    return request_one(request, category, name, out);
}

const struct venue_dialect bitget_dialect = {
    .id = VENUE_BITGET,
    .ws_url = "wss://ws.bitget.com",
    .rest_url = "https://api.bitget.com",
    .promises = CHANNEL_BIT(CHANNEL_TRADE) | CHANNEL_BIT(CHANNEL_LIQUIDATION) |
                CHANNEL_BIT(CHANNEL_BOOK) | CHANNEL_BIT(CHANNEL_MARK) | CHANNEL_BIT(CHANNEL_INDEX) |
                CHANNEL_BIT(CHANNEL_FUNDING) | CHANNEL_BIT(CHANNEL_INTEREST) |
                CHANNEL_BIT(CHANNEL_KLINE),
    .trades_on_subscribe = true,
    .sockets = sockets,
    .socket_count = SOCKET_COUNT,
    .limits = {.kline_rows = KLINE_ROWS,
               .kline_depth_ms = 30 * DAY_MS,
               .liquidation_rows = LIQUIDATION_ROWS,
               .liquidation_depth_ms = 3 * DAY_MS,
               .liquidations_fall = true,
               .requests_per_10s = REQUESTS_PER_10S},
    .settle = bitget_settle,
    .parse = bitget_parse,
    .rest_parse = bitget_rest_parse,
    .socket_wants = socket_wants,
    .subscribe = subscribe,
    .book_again = book_again,
    .ping = ping,
    .request = request,
};
