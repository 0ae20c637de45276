#include "venue/hyperliquid.h"

#include <inttypes.h>
#include <string.h>

#include "venue/hyperliquid_parse.h"

enum {
    HYPERLIQUID_PING_MS = 30000,
    HYPERLIQUID_SENDS_PER_S = 20,  /* 2,000 a minute are allowed */
    HYPERLIQUID_KLINE_ROWS = 5000, /* as many as are kept */
    HYPERLIQUID_BAR_MS = 60000,
    /* 1,200 a minute; a page of bars weighs 20 + 5000 / 60, and the next one, of a bar, 20. */
    HYPERLIQUID_REQUESTS_PER_10S = 3
};

#define HYPERLIQUID_CHANNELS                                                                       \
    (CHANNEL_BIT(CHANNEL_TRADE) | CHANNEL_BIT(CHANNEL_BOOK) | CHANNEL_BIT(CHANNEL_MARK) |          \
     CHANNEL_BIT(CHANNEL_INDEX) | CHANNEL_BIT(CHANNEL_FUNDING) | CHANNEL_BIT(CHANNEL_INTEREST) |   \
     CHANNEL_BIT(CHANNEL_KLINE))

static const struct venue_socket sockets[] = {
    {.name = "market",
     .path = "/ws",
     .channels = HYPERLIQUID_CHANNELS,
     .pulse = CHANNEL_BIT(CHANNEL_BOOK) | CHANNEL_BIT(CHANNEL_MARK),
     .ping_ms = HYPERLIQUID_PING_MS,
     .sends_per_s = HYPERLIQUID_SENDS_PER_S},
};

/* -- what is sent -- */

/* more: further members of the subscription. */
static size_t put_message(char out[VENUE_SEND_BYTES], const char *method, const char *type,
                          const char *coin, const char *more) {
    const bool fits = str_format(out, VENUE_SEND_BYTES,
                                 "{\"method\":\"%s\",\"subscription\":{\"type\":\"%s\","
                                 "\"coin\":\"%s\"%s}}",
                                 method, type, coin, more);
    return fits ? strlen(out) : 0;
}

static size_t subscribe(const struct venue_subscription *what, int step,
                        char out[VENUE_SEND_BYTES]) {
    static const struct {
        const char *type, *more;
    } streams[] = {
        {"l2Book", ""}, {"trades", ""}, {"activeAssetCtx", ""}, {"candle", ",\"interval\":\"1m\""}};
    const size_t at = (size_t)step / ARRAY_COUNT(streams);
    const size_t stream = (size_t)step % ARRAY_COUNT(streams);
    return at < what->count ? put_message(out, "subscribe", streams[stream].type,
                                          what->symbols[at]->text, streams[stream].more)
                            : 0;
}

static size_t book_again(const struct venue_subscription *what, const struct venue_symbol *symbol,
                         int step, char out[VENUE_SEND_BYTES]) {
    static const char *const methods[] = {"unsubscribe", "subscribe"};
    (void)what;
    return step < (int)ARRAY_COUNT(methods)
               ? put_message(out, methods[step], "l2Book", symbol->text, "")
               : 0;
}

static size_t ping(int socket, int64_t now_ms, char out[VENUE_REPLY_BYTES]) {
    (void)socket;
    (void)now_ms;
    str_copy(out, VENUE_REPLY_BYTES, "{\"method\":\"ping\"}");
    return strlen(out);
}

/* -- what is asked for -- */

/* One path; the body says what. There is no history of open interest, and contexts have no time:
 * the stream's come at once. */
static bool request(const struct venue_request *request, struct venue_http *out) {
    const char *coin = request->symbol == NULL ? "" : request->symbol->text;
    str_copy(out->path, sizeof out->path, "/info");
    switch (request->kind) {
    case VENUE_REQUEST_INSTRUMENTS: /* its margin tables with it */
        return str_copy(out->body, sizeof out->body, "{\"type\":\"meta\"}");
    case VENUE_REQUEST_DEPTH:
        return str_format(out->body, sizeof out->body, "{\"type\":\"l2Book\",\"coin\":\"%s\"}",
                          coin);
    case VENUE_REQUEST_KLINES:
        return str_format(out->body, sizeof out->body,
                          "{\"type\":\"candleSnapshot\",\"req\":{\"coin\":\"%s\",\"interval\":"
                          "\"1m\",\"startTime\":%" PRId64 ",\"endTime\":%" PRId64 "}}",
                          coin, request->from_ms,
                          request->from_ms +
                              (HYPERLIQUID_KLINE_ROWS - 1) * (int64_t)HYPERLIQUID_BAR_MS);
    default:
        return false;
    }
}

const struct venue_dialect hyperliquid_dialect = {
    .id = VENUE_HYPERLIQUID,
    .ws_url = "wss://api.hyperliquid.xyz",
    .rest_url = "https://api.hyperliquid.xyz",
    .promises = HYPERLIQUID_CHANNELS,
    .trades_on_subscribe = true,
    .sockets = sockets,
    .socket_count = (int)ARRAY_COUNT(sockets),
    .limits = {.kline_rows = HYPERLIQUID_KLINE_ROWS,
               .kline_depth_ms = (int64_t)HYPERLIQUID_KLINE_ROWS * HYPERLIQUID_BAR_MS,
               .requests_per_10s = HYPERLIQUID_REQUESTS_PER_10S},
    .settle = hyperliquid_settle,
    .parse = hyperliquid_parse,
    .rest_parse = hyperliquid_rest_parse,
    .subscribe = subscribe,
    .book_again = book_again,
    .ping = ping,
    .request = request,
};
